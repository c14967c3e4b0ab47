import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type TestingModule } from '@nestjs/testing';
import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backUp, openDatabase, restore } from '#database';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { IndexerService } from '#indexer';
import { toAddress, toChainId } from '#kernel';
import { LedgerService } from '#ledger';
import { RewardsPoster, RewardsService } from '#rewards';
import { EmissionChain, playSeason, startServices } from '#rewards/testing';
import { ReconcileModule } from './reconcile.module.js';
import { ReconcileService } from './reconcile.service.js';

const chainId = toChainId(900_231);
const user = (byte: string) => toAddress(`0x${byte.repeat(20)}`);
const users = [user('1b'), user('2b'), user('3b')] as const;
const RESTORED_MS_MAX = 30_000;

const follow = async (services: TestingModule): Promise<void> => {
  await services.get(IndexerService).tick(chainId);
  await services.get(RewardsPoster, { strict: false }).tick(chainId);
};

describe('a database that is restored from an older backup', () => {
  let chain: EmissionChain;
  let genesis: number;
  let kept: TestDatabase;
  let lost: TestDatabase;
  let folder: string;

  beforeAll(async () => {
    chain = await EmissionChain.start({ users, farmCount: 2 });
    genesis = (await chain.chain.now()) - 7;
    [kept, lost] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    folder = join(mkdtempSync(join(tmpdir(), 'headwater-restore-')), 'backup');
  });
  afterAll(async () => {
    await Promise.all([chain.chain.stop(), kept.close(), lost.close()]);
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });

  const servicesOn = async (dataSource: DataSource): Promise<TestingModule> =>
    startServices({
      chain: chain.deployment(),
      dataSource,
      genesis,
      epochSeconds: 20,
      modules: [ReconcileModule],
    });
  /** @property E26 */
  it('D5: reads the rest again and has the digest of one that never lost anything', async () => {
    const [first, second] = [await servicesOn(kept.dataSource), await servicesOn(lost.dataSource)];
    await chain.pass(3, chain.farms(users[0], 'stake', [1, 10n ** 6n]));
    await chain.pass(30);
    for (const services of [first, second]) await follow(services);
    expect((await second.get(ReconcileService).run()).ok).toBe(true);
    await backUp(lost.dataSource, { folder, deployment: 'test', at: new Date() });

    await playSeason(chain, users);
    for (const services of [first, second]) await follow(services);
    const wanted = await first.get(RewardsService, { strict: false }).digest();
    await second.close();
    if (lost.dataSource.isInitialized) await lost.dataSource.destroy();

    const { host, database } = lost;
    const startedAt = performance.now();
    const { replaced } = await restore({
      folder,
      address: { host, database },
      deployment: 'test',
      at: new Date(),
    });
    const dataSource = await openDatabase({ host, database });
    const third = await servicesOn(dataSource);
    const before = await third.get(RewardsService, { strict: false }).digest();
    expect(before.digest).not.toBe(wanted.digest);
    await follow(third);
    const tookMs = performance.now() - startedAt;
    expect(await third.get(RewardsService, { strict: false }).digest()).toEqual(wanted);
    expect(await third.get(LedgerService, { strict: false }).verify()).toMatchObject({ ok: true });
    expect(await third.get(ReconcileService).run()).toMatchObject({ ok: true, driftWei: 0n });
    expect(replaced).toContain(`${database}_before_`);
    expect(tookMs).toBeLessThan(RESTORED_MS_MAX);
    await third.close();
    if (dataSource.isInitialized) await dataSource.destroy();
    await first.close();
  });
});
