import { type Type } from '@nestjs/common';
import { type TestingModule } from '@nestjs/testing';
import { toFunctionSelector } from 'viem';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RpcProxy, type ProxiedCall } from '#chain/testing';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { IndexerService } from '#indexer';
import { defined, toAddress, toChainId } from '#kernel';
import { HoldStore, LedgerService } from '#ledger';
import { RewardsPoster } from '#rewards';
import { EmissionChain, playSeason, startServices } from '#rewards/testing';
import { type Difference } from './domain/difference.js';
import { ReconcileModule } from './reconcile.module.js';
import { type ReconcileReport, ReconcileService } from './reconcile.service.js';

const chainId = toChainId(900_231);
const user = (byte: string) => toAddress(`0x${byte.repeat(20)}`);
const users = [user('1b'), user('2b'), user('3b')] as const;
const [alice] = users;
const WORD_DIGITS = 64;
const EARNED_OF = toFunctionSelector('earnedOf(uint32,uint8,address)');

/** What a node answers instead of the truth; undefined for the truth. */
type Lie = (call: ProxiedCall) => unknown;

const differencesOf = (report: ReconcileReport): readonly Difference[] =>
  report.chains.flatMap(({ differences }) => differences);

/** A full node: it has let the states of older blocks go. */
function withoutStatesBefore(kept: number): Lie {
  const blocks = new Map<string, number>();
  return ({ method, params, result }) => {
    if (method === 'eth_getBlockByNumber') {
      blocks.set(String(Object(result).hash), Number(Object(result).number));
    }
    if (method !== 'eth_call') return undefined;
    const block = blocks.get(String(Object(params[1]).blockHash)) ?? Number.MAX_SAFE_INTEGER;
    return block < kept ? '0x' : undefined;
  };
}

/** Adds one wei to what alice earned in farm 1, from some block on. */
function oneWeiMore(options: { sinceBlock: number; keptFrom?: number }): Lie {
  const blocks = new Map<string, number>();
  const pruned = options.keptFrom === undefined ? undefined : withoutStatesBefore(options.keptFrom);
  return (call) => {
    const { method, params, result } = call;
    if (method === 'eth_getBlockByNumber') {
      blocks.set(String(Object(result).hash), Number(Object(result).number));
    }
    const refused = pruned?.(call);
    if (refused !== undefined) return refused;
    const [{ data }, at] = params.map((param) => Object(param));
    const isAlices =
      String(data).endsWith(alice.slice(2)) && String(data).length === 2 + 8 + 3 * 64;
    const isFarm = String(data)
      .slice(10, 10 + WORD_DIGITS)
      .endsWith('1');
    const isEmission = /^0+$/.test(String(data).slice(10 + WORD_DIGITS, 10 + 2 * WORD_DIGITS));
    if (method !== 'eth_call' || !isAlices || !isFarm || !isEmission) return undefined;
    if (!String(data).startsWith(EARNED_OF)) return undefined;
    const block = blocks.get(String(at?.blockHash)) ?? Number.MAX_SAFE_INTEGER;
    if (block < options.sinceBlock) return undefined;
    return `0x${(BigInt(String(result)) + 1n).toString(16).padStart(WORD_DIGITS, '0')}`;
  };
}

describe('a difference of one wei', () => {
  let chain: EmissionChain;
  let genesis: number;
  let proxy: RpcProxy;
  let lie: Lie | undefined;
  let asked: ProxiedCall[];
  let database: TestDatabase;
  let module: TestingModule;

  beforeAll(async () => {
    chain = await EmissionChain.start({ users, farmCount: 2 });
    genesis = (await chain.chain.now()) - 7;
    await playSeason(chain, users);
    proxy = await RpcProxy.start({
      target: chain.chain.anvil.url,
      transform: (call) => {
        asked.push(call);
        const told = lie?.(call);
        return told === undefined ? call.result : told;
      },
    });
  });
  afterAll(async () => {
    await proxy.stop();
    await chain.chain.stop();
  });

  beforeEach(async () => {
    [asked, lie] = [[], undefined];
    database = await createTestDatabase();
    module = await start();
    await post();
  });
  afterEach(async () => {
    await module.close();
    await database.close();
  });

  async function start(reconcile?: {
    readonly fullMax: number;
    readonly sample: number;
  }): Promise<TestingModule> {
    return startServices({
      chain: { ...chain.deployment(), rpcUrls: [proxy.url] },
      dataSource: database.dataSource,
      genesis,
      epochSeconds: 20,
      modules: [ReconcileModule],
      ...(reconcile === undefined ? {} : { reconcile }),
    });
  }

  function find<Value>(type: Type<Value>): Value {
    return module.get(type, { strict: false });
  }

  async function post(): Promise<void> {
    await module.get(IndexerService).tick(chainId);
    await find(RewardsPoster).tick(chainId);
  }

  async function tamper(sql: string, parameters: readonly unknown[] = []): Promise<void> {
    await database.dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL session_replication_role = replica');
      await manager.query(sql, [...parameters]);
    });
  }

  const run = async (seed?: string): Promise<ReconcileReport> =>
    find(ReconcileService).run(seed === undefined ? {} : { seed });
  const held = async (): Promise<readonly string[]> => {
    const holds = await find(HoldStore).open({ chainId });
    return holds.map(({ scope, subject }) => `${scope} ${subject}`);
  };

  /** The reward account of alice in farm 1 and its journals, oldest first. */
  async function rewardJournals() {
    const accounts = await find(LedgerService).balances({ owner: alice, kind: 'reward' });
    const account = defined(
      accounts.find(({ owner }) => owner === `${alice}:1`),
      'account',
    );
    const { accountId } = account;
    const journals = await find(LedgerService).journals({ accountId, limit: 1_000 });
    return { accountId, journals: journals.toReversed() };
  }

  /** Gives alice one wei less in a journal, in a way that no audit can see. */
  async function forge(journalId: number, accountId: number): Promise<void> {
    await tamper('UPDATE posting SET amount = amount + 1 WHERE journal_id = $1 AND amount < 0', [
      journalId,
    ]);
    await tamper('UPDATE posting SET amount = amount - 1 WHERE journal_id = $1 AND amount > 0', [
      journalId,
    ]);
    await tamper('UPDATE balance SET credits = credits - 1 WHERE account_id = $1', [accountId]);
  }

  it('in a posting holds that account alone, until a run finds it equal again', async () => {
    const { accountId, journals } = await rewardJournals();
    const forged = defined(journals[0], 'journal');
    await forge(forged.id, accountId);
    const report = await run();
    expect(report).toMatchObject({ outcome: 'different', driftWei: 1n });
    const found = differencesOf(report).find(({ what }) => what === 'reward');
    expect(found).toMatchObject({ user: alice, farmId: 1, accountId, journalId: forged.id });
    expect(await held()).toEqual([`account ${alice}:1`]);

    await tamper('UPDATE posting SET amount = amount - 1 WHERE journal_id = $1 AND amount < 0', [
      forged.id,
    ]);
    await tamper('UPDATE posting SET amount = amount + 1 WHERE journal_id = $1 AND amount > 0', [
      forged.id,
    ]);
    await tamper('UPDATE balance SET credits = credits + 1 WHERE account_id = $1', [accountId]);
    const clean = await run();
    expect([clean.outcome, await held()]).toEqual(['equal', []]);
    const released = await database.dataSource.query('SELECT released_by FROM hold');
    expect(released).toEqual([{ released_by: `run ${clean.id}` }]);
  });

  it('in a stored row holds that position, and an operator can let it go', async () => {
    await tamper(
      `UPDATE position_state SET principal = principal - 1
       WHERE farm_id = 1 AND user_address = decode(substr($1, 3), 'hex')`,
      [alice],
    );
    const [found] = differencesOf(await run());
    expect(found).toMatchObject({ what: 'position-state', field: 'principal', user: alice });
    expect(found?.divergence?.sentence).toContain('the stored row is not what they say');
    const [hold] = await find(HoldStore).open();
    expect(hold).toMatchObject({ scope: 'account', subject: `${alice}:1` });
    expect(await find(HoldStore).release([defined(hold, 'hold').id], 'anna')).toBe(1);
    expect(await held()).toEqual([]);
  });

  it('in the answer of a node names the first block at which it answers so', async () => {
    const before = await run();
    expect(before.outcome).toBe('equal');
    const { journals } = await rewardJournals();
    const accruals = journals.filter(({ kind }) => kind === 'accrual');
    const parted = defined(accruals.at(-1), 'last accrual');
    lie = oneWeiMore({ sinceBlock: parted.block.number });
    const report = await run();
    const found = differencesOf(report).find(({ what }) => what === 'reward');
    expect(found).toMatchObject({ user: alice, farmId: 1, journalId: parted.id });
    expect(found?.divergence).toMatchObject({ block: parted.block.number, isExact: true });
    expect(await held()).toEqual([`account ${alice}:1`]);
    lie = undefined;
    expect((await run()).outcome).toBe('equal');
    expect(await held()).toEqual([]);
  });

  it('is narrowed down only as far as the node keeps states, and this is said', async () => {
    const { journals } = await rewardJournals();
    const accruals = journals.filter(({ kind }) => kind === 'accrual');
    const kept = defined(accruals.at(-1), 'last accrual').block.number;
    lie = withoutStatesBefore(kept);
    const equal = await run();
    expect(equal.outcome).toBe('equal');
    lie = oneWeiMore({ sinceBlock: 0, keptFrom: kept });
    const found = differencesOf(await run()).find(({ what }) => what === 'reward');
    expect(found?.divergence).toMatchObject({ afterBlock: null, block: kept, isExact: false });
    expect(found?.divergence?.sentence).toContain('no longer keeps states');
  });

  it('in the log of an index names that log', async () => {
    const [log] = await database.dataSource.query(
      `SELECT l.block_number, l.log_index, '0x' || encode(l.tx_hash, 'hex') AS tx
       FROM raw_log l WHERE l.topic2 = decode(lpad(substr($1, 3), 64, '0'), 'hex')
       ORDER BY 1, 2 LIMIT 1`,
      [alice],
    );
    await tamper(
      `UPDATE raw_log SET data = set_byte(data, 63, get_byte(data, 63) # 1)
       WHERE block_number = $1 AND log_index = $2`,
      [log.block_number, log.log_index],
    );
    await tamper(
      `UPDATE position_state SET weight = weight + 1
       WHERE farm_id = 1 AND user_address = decode(substr($1, 3), 'hex')`,
      [alice],
    );
    const found = differencesOf(await run()).find(({ field }) => field === 'weight');
    expect(found?.divergence).toMatchObject({
      block: log.block_number,
      isExact: true,
      log: { txHash: log.tx, logIndex: log.log_index },
    });
  });

  it('is looked for from the last good run on, without a state or log older than that', async () => {
    const first = await run();
    const { block } = defined(first.chains[0], 'chain');
    expect(first.chains[0]).toMatchObject({ verifiedBlock: null });
    await chain.pass(4, chain.farms(alice, 'stake', [1, 5n]));
    await chain.pass(4, chain.farms(alice, 'claim', [1]));
    await chain.pass(6);
    await post();
    asked = [];
    const second = await run();
    expect(second).toMatchObject({ outcome: 'equal', driftWei: 0n });
    expect(second.chains[0]).toMatchObject({ verifiedBlock: block });
    const ranges = asked
      .filter(({ method }) => method === 'eth_getLogs')
      .map(({ params: [filter] }) => Number(Object(filter).fromBlock));
    expect(Math.min(...ranges)).toBe(defined(block, 'block') + 1);
    const pins = asked
      .filter(({ method }) => method === 'eth_call')
      .map(({ params }) => JSON.stringify(params[1]));
    expect(new Set(pins).size).toBe(1);
  });

  it('is found among the positions that changed, the suspects and a repeatable sample', async () => {
    await run();
    await module.close();
    module = await start({ fullMax: 2, sample: 2 });
    const report = await run('0badcafe');
    expect(report).toMatchObject({ mode: 'sampled', seed: '0badcafe', outcome: 'equal' });
    expect(report.chains[0]?.selection).toEqual({
      mode: 'sampled',
      total: 5,
      changed: 0,
      drawn: 2,
    });
    expect(report.comparedPairs).toBe(2);
    const [row] = await find(ReconcileService).list(1);
    expect(row).toMatchObject({ mode: 'sampled', seed: '0badcafe' });

    const { accountId, journals } = await rewardJournals();
    await forge(defined(journals[0], 'journal').id, accountId);
    const found = await run('0badcafe');
    expect(found.outcome).toBe('different');
    expect(differencesOf(found)).toMatchObject([{ what: 'reward', user: alice, farmId: 1 }]);
  });
});
