import { type TestingModule } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '#database/testing';
import { IndexerService, LogStore } from '#indexer';
import { type ChainId, defined, sumOf, toAddress, toChainId } from '#kernel';
import { LedgerService } from '#ledger';
import { statementCsv } from './domain/user-statement.js';
import { RewardsPoster } from './rewards-poster.service.js';
import { RewardsModule } from './rewards.module.js';
import { BlockUnknown, RewardsService } from './rewards.service.js';
import { EmissionChain } from './testing/emission-chain.js';
import { playSeason } from './testing/season.js';
import { startServices } from './testing/service-rig.js';
import { BadPeriod, UserStatements } from './user-statements.service.js';

const chainId: ChainId = toChainId(900_231);
const alice = toAddress(`0x${'1b'.repeat(20)}`);
const bob = toAddress(`0x${'2b'.repeat(20)}`);
const carol = toAddress(`0x${'3b'.repeat(20)}`);
const users = [alice, bob, carol] as const;

let chain: EmissionChain;
let module: TestingModule;
let statements: UserStatements;
let rewards: RewardsService;
let posted: number;
const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  chain = await EmissionChain.start({ users, farmCount: 2 });
  undo.push(() => chain.chain.stop());
  const genesis = (await chain.chain.now()) - 7;
  await playSeason(chain, users);
  const database = await createTestDatabase();
  undo.push(() => database.close());
  module = await startServices({
    chain: chain.deployment(),
    dataSource: database.dataSource,
    genesis,
    epochSeconds: 20,
    modules: [RewardsModule],
  });
  undo.push(() => module.close());
  await module.get(IndexerService).tick(chainId);
  await module.get(RewardsPoster).tick(chainId);
  statements = module.get(UserStatements);
  rewards = module.get(RewardsService);
  posted = defined((await rewards.status())[0]?.postedBlock, 'posted block');
});
afterAll(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

describe('rewards at a block', () => {
  it('are what the contract says at that block, to the wei', async () => {
    let [compared, earning] = [0, 0];
    for (let block = posted; block > posted - 80; block -= 3) {
      for (const user of users) {
        const views = await rewards.at({ user, chainId, block });
        for (const { farmId } of chain.stakeFarms) {
          const view = views.find((each) => each.farmId === farmId);
          const earned = await chain.earnedAt(farmId, user, block);
          expect([block, user, farmId, view?.earned ?? 0n]).toEqual([block, user, farmId, earned]);
          if (earned > 0n) earning += 1;
          compared += 1;
        }
      }
    }
    expect([compared, earning > 60]).toEqual([162, true]);
  });

  it('are the newest final ones at the newest block', async () => {
    for (const user of users) {
      const now = await rewards.of(user, 'final');
      expect(await rewards.at({ user, chainId, block: posted })).toEqual(now);
    }
  });

  it('are refused for a block that is not posted or before the contracts', async () => {
    const beyond = rewards.at({ user: alice, chainId, block: posted + 1 });
    await expect(beyond).rejects.toThrow(BlockUnknown);
  });
});

describe('UserStatements', () => {
  it('adds up for every account in every period, and periods follow each other', async () => {
    for (const user of users) {
      const whole = await statements.of(user);
      expect(whole.chains).toEqual([
        { chainId, chainKey: 'alpha', openingBlock: null, closingBlock: posted },
      ]);
      const parts = [];
      for (const epoch of [1, 2, 3, 4]) {
        parts.push(await statements.of(user, { fromEpoch: epoch, toEpoch: epoch }));
      }
      parts.push(await statements.of(user, { fromEpoch: 5 }));
      expect(parts.flatMap(({ lines }) => lines)).toHaveLength(whole.lines.length);
      for (const { asset, kind, closing } of whole.accounts) {
        let balance = 0n;
        for (const part of parts) {
          const account = part.accounts.find((each) => each.asset === asset && each.kind === kind);
          const { opening = 0n, credits = 0n, debits = 0n } = account ?? {};
          expect([asset, kind, opening]).toEqual([asset, kind, balance]);
          balance = opening + credits - debits;
          expect(account?.closing ?? 0n).toBe(balance);
        }
        expect([asset, kind, balance]).toEqual([asset, kind, closing]);
      }
    }
  });

  it('closes with what the chain says, and every line names the log that caused it', async () => {
    const { chains, accounts, lines } = await statements.of(bob, { toEpoch: 3 });
    const block = defined(chains[0]?.closingBlock, 'closing block');
    const reward = accounts.find(
      ({ kind, asset }) => kind === 'reward' && asset === chain.rewardToken,
    );
    const earned = await Promise.all(
      chain.stakeFarms.map(({ farmId }) => chain.earnedAt(farmId, bob, block)),
    );
    expect(reward?.closing).toBe(sumOf(earned));
    const logs = await module
      .get(LogStore, { strict: false })
      .finalRange({ chainId, afterBlock: -1, toBlock: block });
    expect(lines.length).toBeGreaterThan(10);
    const journals = await module.get(LedgerService, { strict: false }).journals({ limit: 1_000 });
    for (const line of lines) {
      const { txHash, logIndex, journalId, journalKind, leg, amount } = line;
      const log = logs.find(
        (each) => each.blockNumber === line.block && each.logIndex === logIndex,
      );
      expect([journalKind, log?.txHash ?? null]).toEqual([journalKind, txHash]);
      expect(txHash === null).toBe(journalKind === 'accrual');
      const journal = journals.find(({ id }) => id === journalId);
      expect(journal?.postings.find((posting) => posting.leg === leg)?.amount).toBe(-amount);
    }
  });

  it('takes the blocks it is told, and names them', async () => {
    const [fromBlocks, toBlocks] = [{ [chainId]: posted - 40 }, { [chainId]: posted - 10 }];
    const { chains, lines } = await statements.of(alice, { fromBlocks, toBlocks });
    expect(chains).toMatchObject([{ openingBlock: posted - 40, closingBlock: posted - 10 }]);
    expect(lines.length).toBeGreaterThan(0);
    for (const { block } of lines) {
      expect(block > posted - 40 && block <= posted - 10).toBe(true);
    }
  });

  it('refuses a period that is not posted and one that ends before it begins', async () => {
    const ask = (toBlock: number) =>
      statements.of(alice, {
        fromBlocks: { [chainId]: posted - 5 },
        toBlocks: { [chainId]: toBlock },
      });
    await expect(ask(posted + 1)).rejects.toThrow(BlockUnknown);
    await expect(ask(posted - 6)).rejects.toThrow(BadPeriod);
    await expect(statements.of(alice, { toEpoch: 99 })).rejects.toThrow(BlockUnknown);
  });

  it('has a CSV with a record for each line between its opening and its closing', async () => {
    const statement = await statements.of(carol, { fromEpoch: 2, toEpoch: 4 });
    const [header, ...rows] = statementCsv(statement).trimEnd().split('\r\n');
    expect(header).toMatch(
      /^record,chain,chain_id,asset,account_kind,account_owner,amount,balance,/,
    );
    expect(rows).toHaveLength(statement.lines.length + 2 * statement.accounts.length);
    const cells = rows.map((row) => row.split(','));
    let balance = 0n;
    for (const [record, , , , , , amount = '', after = ''] of cells) {
      balance = record === 'opening' ? BigInt(after) : balance + BigInt(amount || '0');
      expect([record, after]).toEqual([record, balance.toString()]);
    }
  });
});
