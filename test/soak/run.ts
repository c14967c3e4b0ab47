/**
 * `npm run soak [-- --events N --users N --farms N --chains N --depth N --seed N]` prints one JSON
 * object a line and ends with 1 when anything drifts. Without options it is the release soak.
 */
import { parseArgs } from 'node:util';
import { soak } from './soak.js';

const { values } = parseArgs({
  options: {
    chains: { type: 'string', default: '3' },
    farms: { type: 'string', default: '20' },
    users: { type: 'string', default: '10000' },
    events: { type: 'string', default: '200000' },
    depth: { type: 'string', default: '64' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const size = {
  chains: Number(values.chains),
  farms: Number(values.farms),
  users: Number(values.users),
  events: Number(values.events),
  reorgDepthMax: Number(values.depth),
  seed: Number(values.seed),
};
const print = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
print({ soak: 'start', ...size });
const startMs = performance.now();
const report = await soak(size, print);
const seconds = Math.round((performance.now() - startMs) / 1_000);
print({ soak: 'done', seconds, ...report });
