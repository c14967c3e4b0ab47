import { type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { FarmsService } from '#farms';
import { IndexerService, LogStore } from '#indexer';
import {
  type Address,
  type ChainId,
  defined,
  InvariantViolation,
  toAddress,
  toChainId,
} from '#kernel';
import { LedgerService } from '#ledger';
import { PostingOvertaken, RewardsPoster } from './rewards-poster.service.js';
import { RewardsModule } from './rewards.module.js';
import { NotPostedYet, RewardsService } from './rewards.service.js';
import { PostingCursorStore } from './storage/posting-cursor-store.js';
import { EmissionChain } from './testing/emission-chain.js';
import { playSeason } from './testing/season.js';
import { startServices } from './testing/service-rig.js';

const EPOCH_SECONDS = 20;
const FINALITY = 4;
const chainId: ChainId = toChainId(900_231);
const alice = toAddress(`0x${'1b'.repeat(20)}`);
const bob = toAddress(`0x${'2b'.repeat(20)}`);
const carol = toAddress(`0x${'3b'.repeat(20)}`);
const users: readonly Address[] = [alice, bob, carol];

let chain: EmissionChain;
let genesis: number;
const undo: (() => Promise<void>)[] = [];

interface Services {
  readonly module: TestingModule;
  readonly database: TestDatabase;
  readonly indexer: IndexerService;
  readonly poster: RewardsPoster;
  readonly rewards: RewardsService;
  readonly ledger: LedgerService;
}

async function aService(): Promise<Services> {
  const database = await createTestDatabase();
  undo.push(() => database.close());
  const { dataSource } = database;
  const modules = [RewardsModule];
  const deployment = chain.deployment();
  const module = await startServices({
    chain: deployment,
    dataSource,
    genesis,
    epochSeconds: EPOCH_SECONDS,
    modules,
  });
  undo.push(() => module.close());
  return {
    module,
    database,
    indexer: module.get(IndexerService),
    poster: module.get(RewardsPoster),
    rewards: module.get(RewardsService),
    ledger: module.get(LedgerService, { strict: false }),
  };
}

async function settleDown(service: Services): Promise<void> {
  await service.indexer.tick(chainId);
  await service.poster.tick(chainId);
}

/** Sum of what journals gave to a position up to a block. */
async function givenAt(service: Services, uptoBlock: number): Promise<ReadonlyMap<string, bigint>> {
  const sums = await service.ledger.sumsAt({ chainId, kind: 'reward', uptoBlock });
  return new Map(sums.map(({ owner, credits }) => [owner, credits]));
}

beforeEach(async () => {
  chain = await EmissionChain.start({ users, farmCount: 2 });
  undo.push(() => chain.chain.stop());
  genesis = (await chain.chain.now()) - 7;
});
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

describe('RewardsPoster', () => {
  /** @property I9 */
  it('equals earned and claimed on chain at every boundary, to the wei', async () => {
    const service = await aService();
    await playSeason(chain, [alice, bob, carol]);
    await settleDown(service);
    const boundaries = await service.module
      .get(PostingCursorStore)
      .boundaries({ chainId, limit: 100 });
    expect(boundaries.length).toBeGreaterThanOrEqual(3);
    let compared = 0;
    for (const { block, timestamp, epoch } of boundaries) {
      expect(timestamp).toBeLessThan(genesis + epoch * EPOCH_SECONDS);
      const given = await givenAt(service, block);
      for (const user of users) {
        for (const { farmId } of chain.stakeFarms) {
          const earned = await chain.earnedAt(farmId, user, block);
          const claimed = await claimedAt(service, `${user}:${farmId}`, block);
          expect([block, user, given.get(`${user}:${farmId}`) ?? 0n]).toEqual([
            block,
            user,
            earned + claimed,
          ]);
          compared += 1;
        }
      }
    }
    expect(compared).toBe(boundaries.length * 6);
    expect([...(await givenAt(service, 10 ** 6)).values()].every((wei) => wei > 0n)).toBe(true);
    expect(await service.ledger.verify()).toMatchObject({ ok: true });
    for (const { difference } of await service.ledger.trialBalance()) expect(difference).toBe(0n);
  });

  /** @property I9 */
  it('keeps pot, stream and stake accounts equal to the contracts', async () => {
    const service = await aService();
    await playSeason(chain, [alice, bob, carol]);
    await settleDown(service);
    const [status] = await service.rewards.status();
    const block = defined(status?.postedBlock, 'posted block');
    const [pot] = await service.ledger.sumsAt({ chainId, kind: 'pot', uptoBlock: block });
    expect(pot?.balance).toBe(await chain.unallocatedAt(block));
    const farms = await service.module
      .get(FarmsService, { strict: false })
      .farms({ view: 'final' });
    const staked = await service.ledger.balances({ chainId, kind: 'staked' });
    for (const { farmId, totalStaked, stakeToken } of farms) {
      const own = staked.filter(({ asset }) => asset === stakeToken);
      expect([farmId, own.reduce((sum, { balance }) => sum + balance, 0n)]).toEqual([
        farmId,
        totalStaked,
      ]);
    }
  });

  it('gives one digest however the history is cut and whoever reads it', async () => {
    const whole = await aService();
    const pieces = await aService();
    for (let round = 0; round < 2; round += 1) {
      await playSeason(chain, [alice, bob, carol]);
      await pieces.indexer.tick(chainId);
      const cursor = defined(
        await pieces.module.get(LogStore, { strict: false }).cursor(chainId),
        'cursor',
      );
      for (let upto = 0; upto <= cursor.finalizedBlock; upto += 3) {
        await pieces.poster.tick(chainId, { uptoBlock: upto });
      }
      await pieces.poster.tick(chainId);
    }
    await settleDown(whole);
    const [full, cut] = [await whole.rewards.digest(), await pieces.rewards.digest()];
    expect(cut).toEqual(full);
    const earlier = { [chainId]: defined(full.states[0], 'states').block - 11 };
    const shorter = await aService();
    await shorter.indexer.tick(chainId);
    await shorter.poster.tick(chainId, { uptoBlock: earlier[chainId] ?? 0 });
    expect(await shorter.rewards.digest()).toEqual(await whole.rewards.digest(earlier));
    await expect(shorter.rewards.digest({ [chainId]: 10 ** 6 })).rejects.toThrow(NotPostedYet);
  });

  /** @property E26 */
  it('posts once when two processes post at the same time', async () => {
    const service = await aService();
    await playSeason(chain, [alice, bob, carol]);
    await service.indexer.tick(chainId);
    const results = await Promise.allSettled(
      Array.from({ length: 4 }, () => service.poster.tick(chainId)),
    );
    const refusals = results.filter((result) => result.status === 'rejected');
    expect(refusals.every(({ reason }) => reason instanceof PostingOvertaken)).toBe(true);
    const alone = await aService();
    await settleDown(alone);
    expect(await service.rewards.digest()).toEqual(await alone.rewards.digest());
    expect(await service.poster.tick(chainId)).toMatchObject({ status: 'idle', journals: 0 });
  });

  /** @property E26 */
  it('posts final blocks only and shows the rest as provisional', async () => {
    const service = await aService();
    await playSeason(chain, [alice, bob, carol]);
    await service.indexer.tick(chainId);
    await chain.pass(1, chain.farms(alice, 'stake', [1, 11n]));
    await settleDown(service);
    const head = await chain.chain.anvil.blockNumber();
    expect((await service.rewards.status())[0]?.postedBlock).toBe(head - FINALITY);
    const own = async (view: 'final' | 'provisional') => {
      const rewards = await service.rewards.of(alice, view);
      return rewards.filter(({ farmId }) => farmId === 1);
    };
    const [final, provisional] = [await own('final'), await own('provisional')];
    expect(final).toMatchObject([{ staked: 3n, asOfBlock: head - FINALITY, isFinal: true }]);
    expect(provisional).toMatchObject([{ staked: 14n, asOfBlock: head, isFinal: false }]);
    for (const [{ farmId, earned, asOfBlock } = defined(final[0], 'view')] of [
      final,
      provisional,
    ]) {
      expect(earned).toBe(await chain.earnedAt(farmId, alice, asOfBlock));
    }
  });

  it('writes nothing when the chain contradicts the replica', async () => {
    const service = await aService();
    await playSeason(chain, [alice, bob, carol]);
    await service.indexer.tick(chainId);
    await service.database.dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL session_replication_role = replica');
      await manager.query(`DELETE FROM raw_log WHERE (block_number, log_index) = (
        SELECT block_number, log_index FROM raw_log ORDER BY 1, 2 OFFSET 3 LIMIT 1)`);
    });
    await expect(service.poster.tick(chainId)).rejects.toThrow(InvariantViolation);
    expect(await service.ledger.verify()).toEqual({ ok: true, journals: 0, postings: 0 });
    expect((await service.rewards.status())[0]?.postedBlock).toBe(-1);
  });
});

/** Payments out of a reward account up to a block. */
async function claimedAt(service: Services, owner: string, uptoBlock: number): Promise<bigint> {
  const sums = await service.ledger.sumsAt({ chainId, kind: 'reward', uptoBlock });
  return sums.find((sum) => sum.owner === owner)?.debits ?? 0n;
}
