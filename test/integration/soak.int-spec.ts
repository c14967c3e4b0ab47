import { expect, it } from 'vitest';
import { soak } from '../soak/soak.js';

const size = { chains: 2, farms: 4, users: 12, events: 600, reorgDepthMax: 12, seed: 20_261_121 };

it('drifts by no wei while blocks vanish and workers are killed', async () => {
  const report = await soak(size, () => undefined);
  expect(report.reorgs).toBeGreaterThan(0);
  expect(report.kills).toBeGreaterThan(0);
  expect(report.epochEnds).toBeGreaterThan(0);
  expect(report.compared).toBeGreaterThan(10);
}, 240_000);
