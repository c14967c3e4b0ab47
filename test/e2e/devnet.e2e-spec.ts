import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Devnet, networkOf, runEpochByScript } from '../../apps/devnet/src/index.js';

const EPOCH_SECONDS = 60;

describe('local network', () => {
  let dataDir: string;
  let devnet: Devnet;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'headwater-devnet-'));
    devnet = await Devnet.start({ dataDir, parameters: { epochSeconds: EPOCH_SECONDS } });
  });

  afterAll(async () => {
    await devnet?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('funds every farm of an epoch and moves a position, to the wei', async () => {
    const result = await runEpochByScript(networkOf(devnet));

    expect(result.run.epoch).toBe(1);
    expect(result.run.targets).toHaveLength(8);
    expect(result.run.guids).toHaveLength(2);
  });
});
