import { setTimeout as sleep } from 'node:timers/promises';
import { type TestingModule } from '@nestjs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RebuildRunning } from '#database';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { IndexerService } from '#indexer';
import { toAddress, toChainId } from '#kernel';
import { LedgerService } from '#ledger';
import { LedgerRebuilder } from './ledger-rebuilder.service.js';
import { RewardsModule } from './rewards.module.js';
import { RewardsPoster } from './rewards-poster.service.js';
import { RewardsService } from './rewards.service.js';
import { EmissionChain, playSeason, startServices } from './testing/index.js';

const chainId = toChainId(900_231);
const user = (byte: string) => toAddress(`0x${byte.repeat(20)}`);
const users = [user('1b'), user('2b'), user('3b')] as const;

describe('a rebuild of the ledger', () => {
  let chain: EmissionChain;
  let genesis: number;
  let database: TestDatabase;
  let services: TestingModule;

  beforeAll(async () => {
    chain = await EmissionChain.start({ users, farmCount: 2 });
    genesis = (await chain.chain.now()) - 7;
    await playSeason(chain, users);
  });
  afterAll(() => chain.chain.stop());

  beforeEach(async () => {
    database = await createTestDatabase();
    services = await startServices({
      chain: chain.deployment(),
      dataSource: database.dataSource,
      genesis,
      epochSeconds: 20,
      modules: [RewardsModule],
    });
    await follow();
  });
  afterEach(async () => {
    await services.close();
    await database.close();
  });

  const follow = async (): Promise<void> => {
    await services.get(IndexerService).tick(chainId);
    await services.get(RewardsPoster).tick(chainId);
  };
  const shadows = () =>
    database.dataSource.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'rebuild'`);

  it('gives the same digest, and the rules of the tables hold afterwards', async () => {
    const wanted = await services.get(RewardsService).digest();
    const report = await services.get(LedgerRebuilder).rebuild({ isCompareOnly: false });
    expect(report).toMatchObject({ isEqual: true, isSwapped: true });
    expect(await services.get(RewardsService).digest()).toEqual(wanted);
    expect(await services.get(LedgerService, { strict: false }).verify()).toMatchObject({
      ok: true,
    });
    const { dataSource } = database;
    await expect(dataSource.query('DELETE FROM posting')).rejects.toThrow('append-only');
    await expect(
      dataSource.query('INSERT INTO posting VALUES (987654, 0, 2, 1, 5)'),
    ).rejects.toThrow('has no such journal');
    await expect(dataSource.query('DELETE FROM farm_state')).rejects.toThrow(
      'violates foreign key',
    );
    expect(await shadows()).toEqual([]);
    await chain.pass(6, chain.farms(users[0], 'stake', [1, 3n]));
    await follow();
    expect(await services.get(LedgerService, { strict: false }).verify()).toMatchObject({
      ok: true,
    });
  });

  it('mends what somebody changed, and leaves it alone when it is only to compare', async () => {
    const wanted = await services.get(RewardsService).digest();
    await database.dataSource.query('UPDATE position_state SET words[1] = words[1] + 1');
    const compared = await services.get(LedgerRebuilder).rebuild({ isCompareOnly: true });
    expect(compared).toMatchObject({ isEqual: false, isSwapped: false });
    expect((await services.get(RewardsService).digest()).digest).not.toBe(wanted.digest);
    const mended = await services.get(LedgerRebuilder).rebuild({ isCompareOnly: false });
    expect(mended).toMatchObject({ isEqual: false, isSwapped: true });
    expect(await services.get(RewardsService).digest()).toEqual(wanted);
  });

  it('shows readers a whole ledger at every moment, while it is posted on', async () => {
    const stopping = new AbortController();
    const wanted = await services.get(RewardsService).digest();
    let reads = 0;
    const faults: unknown[] = [];
    const reading = (async () => {
      while (!stopping.signal.aborted) {
        const verified = await services.get(LedgerService, { strict: false }).verify();
        if (!verified.ok || verified.journals < wanted.ledger.journals) faults.push(verified);
        reads += 1;
      }
    })();
    const posting = (async () => {
      while (!stopping.signal.aborted) {
        await chain.pass(1);
        await follow();
        await sleep(50);
      }
    })();
    const report = await services.get(LedgerRebuilder).rebuild({ isCompareOnly: false });
    stopping.abort();
    await Promise.all([reading, posting]);
    expect([report.isSwapped, faults]).toEqual([true, []]);
    expect(reads).toBeGreaterThan(3);
    const again = await services.get(LedgerRebuilder).rebuild({ isCompareOnly: true });
    expect(again.isEqual).toBe(true);
  });

  it('runs once at a time, and takes over what a killed one left', async () => {
    await database.dataSource.query('CREATE SCHEMA rebuild');
    const rebuilder = services.get(LedgerRebuilder);
    const both = await Promise.allSettled([
      rebuilder.rebuild({ isCompareOnly: true }),
      rebuilder.rebuild({ isCompareOnly: true }),
    ]);
    const refused = both.filter((one) => one.status === 'rejected');
    expect(refused.map(({ reason }) => reason)).toEqual([expect.any(RebuildRunning)]);
    expect(await shadows()).toEqual([]);
  });
});
