import { armedFailpoint, type Failpoint } from '#config';

/**
 * Kills this process on the spot when it was told to die here (HEADWATER_FAILPOINT), as a power cut
 * would: no handler runs, nothing is flushed. Does nothing otherwise.
 */
export function failpoint(name: Failpoint): void {
  if (armedFailpoint() === name) process.kill(process.pid, 'SIGKILL');
}
