import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const SOCKETS_MAX = 256;
const TICK_MS = 5;

export interface LoadReport {
  readonly requests: number;
  readonly errors: number;
  /** What was answered, not what was asked for. */
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/**
 * Asks at a fixed rate, whether answers come or not. A latency counts from the moment a request was
 * due, so that a server that stalls cannot hide the requests it kept from being sent.
 */
export async function openLoop(options: {
  readonly urlOf: (index: number) => string;
  readonly perSecond: number;
  readonly seconds: number;
}): Promise<LoadReport> {
  const { urlOf, perSecond, seconds } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  const latencies: number[] = [];
  const running = new Set<Promise<void>>();
  const total = perSecond * seconds;
  const startMs = performance.now();
  let errors = 0;
  for (let sent = 0; sent < total;) {
    const due = Math.min(
      total,
      Math.floor(((performance.now() - startMs) * perSecond) / 1_000) + 1,
    );
    for (; sent < due; sent += 1) {
      const dueMs = startMs + (sent * 1_000) / perSecond;
      const asked = ask(urlOf(sent), agent).then((isOk) => {
        if (isOk) latencies.push(performance.now() - dueMs);
        else errors += 1;
        running.delete(asked);
      });
      running.add(asked);
    }
    await sleep(TICK_MS);
  }
  await Promise.all(running);
  const took = (performance.now() - startMs) / 1_000;
  agent.destroy();
  const sorted = Float64Array.from(latencies).toSorted();
  const at = (share: number): number =>
    Number(
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1),
    );
  return {
    requests: total,
    errors,
    requestsPerSecond: Math.round(latencies.length / took),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    p999Ms: at(0.999),
    maxMs: at(1),
  };
}

/** Whether the answer was complete and good. */
async function ask(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200));
      response.once('error', () => resolve(false));
    });
    request.once('error', () => resolve(false));
  });
}
