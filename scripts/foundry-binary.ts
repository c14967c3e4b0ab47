import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const architecture = process.arch === 'x64' ? 'amd64' : process.arch;

/**
 * Path of a Foundry tool: the binary that npm installed for this platform, or else its bare name,
 * to be found on PATH. The launchers that npm installs beside it are never used: they always exit
 * with 0, so a failing test would look green.
 */
export function foundryBinary(name: string): string {
  const require = createRequire(import.meta.url);
  try {
    const manifest = require.resolve(
      `@foundry-rs/${name}-${process.platform}-${architecture}/package.json`,
    );
    return join(dirname(manifest), 'bin', name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    return name;
  }
}
