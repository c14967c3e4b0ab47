import { aChainDeployment, anAppConfig, Anvil, emitCall, RpcProxy } from '#chain/testing';
import type { ChainLog } from '#chain';
import type { ChainDeployment } from '#config';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { type Address, toChainId, toEid, toHex } from '#kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MissingLog } from './domain/sequence-check.js';
import type { IndexerService } from './indexer.service.js';
import { LogProjector, type LogSequence, type LogSource } from './log-projector.js';
import { LogStore } from './log-store.js';
import { createIndexer } from './testing/index.js';

const TOPIC = toHex(`0x${'33'.repeat(32)}`);
const hub = toChainId(31_101);
const spoke = toChainId(31_102);

/** Files an event under its second topic; the last word of its data is its number. */
class EventProjector extends LogProjector {
  override sources(chain: ChainDeployment): readonly LogSource[] {
    return [{ address: chain.contracts.farms, topics0: [TOPIC] }];
  }

  override subjectsOf(log: ChainLog): readonly string[] {
    return [`event:${BigInt(log.topics[1] ?? '0x0')}`, 'all:events'];
  }

  override sequenceOf(log: ChainLog): LogSequence {
    return { contract: log.address, seq: BigInt(`0x${log.data.slice(-64)}`) };
  }
}

describe('indexer', () => {
  let anvil: Anvil;
  let database: TestDatabase;
  let emitter: Address;
  const undo: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    [anvil, database] = await Promise.all([Anvil.start({ chainId: hub }), createTestDatabase()]);
    emitter = await anvil.deployEmitter();
  });

  afterEach(async () => {
    for (const step of undo.splice(0).toReversed()) await step();
    await Promise.all([anvil.stop(), database.close()]);
  });

  const aChain = (overrides: Partial<ChainDeployment> = {}): ChainDeployment => {
    const { contracts } = aChainDeployment();
    return aChainDeployment({
      chainId: hub,
      rpcUrls: [anvil.url],
      contracts: { ...contracts, farms: emitter },
      ...overrides,
    });
  };

  const anIndexer = (...chains: readonly ChainDeployment[]): IndexerService => {
    const [first = aChain(), ...rest] = chains;
    const { indexer, release } = createIndexer({
      config: anAppConfig({ chains: [first, ...rest] }),
      dataSource: database.dataSource,
      projectors: [new EventProjector()],
    });
    undo.push(release);
    return indexer;
  };

  const store = (): LogStore => new LogStore(database.dataSource);

  /** Emits events with the given numbers, all in one new block. */
  const emitBlock = async (...numbers: readonly bigint[]): Promise<void> => {
    for (const number of numbers) await anvil.send(emitter, emitCall(TOPIC, number, [number]));
    await anvil.mine();
  };

  const numbersOf = async (): Promise<readonly [bigint, boolean][]> => {
    const logs = await store().bySubject('all:events');
    return logs.map((log) => [BigInt(log.data), log.isFinal]);
  };

  it('indexes history by ranges and the tip by blocks, and says what is final', async () => {
    await emitBlock(1n, 2n);
    await anvil.mine(20);
    await emitBlock(3n);
    await anvil.mine(1);
    const indexer = anIndexer();

    const report = await indexer.tick(hub);

    expect(report).toEqual({ status: 'advanced', from: 0, to: 24, reorgDepth: 0, logs: 3 });
    expect(await numbersOf()).toEqual([
      [1n, true],
      [2n, true],
      [3n, false],
    ]);
    expect(await store().cursor(hub)).toMatchObject({
      headBlock: 24,
      cursorBlock: 24,
      finalizedBlock: 20,
      haltedReason: null,
      lastError: null,
    });
    const again = await indexer.tick(hub);
    expect(again).toEqual({ status: 'idle', from: 25, to: 24, reorgDepth: 0, logs: 0 });
    const kept = await database.dataSource.query('SELECT number FROM block ORDER BY number');
    expect(kept.map((row: { number: number }) => row.number)).toEqual([2, 20, 21, 22, 23, 24]);
  });

  it.each([1, 3])('follows a reorganisation of %i blocks', async (depth) => {
    await emitBlock(1n);
    await anvil.mine(10);
    for (const number of [2n, 3n, 4n]) await emitBlock(number);
    const indexer = anIndexer();
    await indexer.tick(hub);

    await anvil.reorg(depth);
    const kept = 4n - BigInt(depth);
    await emitBlock(kept + 1n);
    const report = await indexer.tick(hub);

    expect(report.reorgDepth).toBe(depth);
    expect((await numbersOf()).map(([number]) => number)).toEqual(
      [1n, 2n, 3n, 4n].filter((number) => number <= kept + 1n),
    );
    const [cursor, head] = [await store().cursor(hub), await anvil.rpc('eth_blockNumber')];
    expect(cursor?.cursorBlock).toBe(Number(head));
    const reorgs = await store().reorgs({ limit: 5 });
    expect(reorgs).toMatchObject([{ forkBlock: 15 - depth, oldBlock: 15, logsUndone: depth }]);
  });

  it('halts a chain whose final block was replaced, and only that chain', async () => {
    const other = await Anvil.start({ chainId: spoke });
    undo.push(() => other.stop());
    await emitBlock(1n);
    await anvil.mine(10);
    await other.mine(3);
    const spokeChain = aChain({
      key: 'alpha',
      chainId: spoke,
      eid: toEid(50_231),
      rpcUrls: [other.url],
    });
    const indexer = anIndexer(aChain(), spokeChain);
    await indexer.tick(hub);
    const before = await store().cursor(hub);

    await anvil.reorg(8);
    await anvil.mine(1);
    const report = await indexer.tick(hub);
    const afterwards = await indexer.tick(hub);

    expect([report.status, afterwards.status]).toEqual(['halted', 'halted']);
    const halted = await store().cursor(hub);
    expect(halted?.haltedReason).toBe(
      `fork below the finalized block ${before?.finalizedBlock}: a final block was replaced`,
    );
    expect(halted?.cursorHash).toBe(before?.cursorHash);
    expect(await numbersOf()).toEqual([[1n, true]]);
    expect(await indexer.tick(spoke)).toMatchObject({ status: 'advanced', to: 3 });
  });

  it('waits for a node that is behind instead of taking blocks back', async () => {
    await emitBlock(1n);
    await anvil.mine(3);
    const indexer = anIndexer();
    await indexer.tick(hub);
    await anvil.rollback(2);

    const report = await indexer.tick(hub);

    expect(report).toMatchObject({ status: 'node-behind', reorgDepth: 0 });
    expect(await store().cursor(hub)).toMatchObject({
      cursorBlock: 5,
      headBlock: 3,
      lastError: 'the node is behind: its head is 3, block 5 is indexed',
    });
    expect(await numbersOf()).toEqual([[1n, false]]);
  });

  /** @property E26 */
  it('takes a shorter fork for a reorganisation when the block of its height differs', async () => {
    await emitBlock(1n);
    await anvil.mine(3);
    await emitBlock(2n);
    const indexer = anIndexer();
    await indexer.tick(hub);
    await anvil.reorg(2);
    await anvil.rollback(1);

    const report = await indexer.tick(hub);

    expect(report).toMatchObject({ status: 'advanced', reorgDepth: 2, to: 5 });
    expect(await numbersOf()).toEqual([[1n, true]]);
  });

  it.each(['history', 'tip'])('detects a log that a node left out of the %s', async (where) => {
    await emitBlock(1n, 2n);
    await emitBlock(3n);
    if (where === 'history') await anvil.mine(10);
    let isLying = true;
    const proxy = await RpcProxy.start({
      target: anvil.url,
      transform: ({ method, result }) =>
        isLying && method === 'eth_getLogs' && Array.isArray(result)
          ? result.filter((log) => BigInt(log.data) !== 2n)
          : result,
    });
    undo.push(() => proxy.stop());
    // Nothing but the numbers of the contract tells that a log is missing.
    const indexer = anIndexer(aChain({ rpcUrls: [proxy.url], verification: 'agreement' }));

    await expect(indexer.tick(hub)).rejects.toThrow(new MissingLog(emitter, 2n));
    const lastError = `log missing: event 2 of contract ${emitter} was not delivered`;
    expect(await store().cursor(hub)).toMatchObject({ lastError });
    expect(await numbersOf()).toEqual([]);

    isLying = false;
    await indexer.tick(hub);
    expect((await numbersOf()).map(([number]) => number)).toEqual([1n, 2n, 3n]);
    expect(await store().cursor(hub)).toMatchObject({ lastError: null });
  });

  it.each([
    { where: 'open', blocks: 2, status: 'advanced', haltedReason: null, numbers: [1n, 2n, 3n] },
    {
      where: 'final',
      blocks: 6,
      status: 'halted',
      haltedReason: expect.stringContaining('a log of a final block was never indexed'),
      numbers: [1n],
    },
  ])('finds out later that the last log of $where blocks was left out', async (example) => {
    let isLying = true;
    const proxy = await RpcProxy.start({
      target: anvil.url,
      transform: ({ method, result }) =>
        isLying && method === 'eth_getLogs' && Array.isArray(result)
          ? result.filter((log) => BigInt(log.data) !== 2n)
          : result,
    });
    undo.push(() => proxy.stop());
    await emitBlock(1n);
    await anvil.mine(4);
    await emitBlock(2n);
    await anvil.mine(example.blocks);
    // Nothing but the numbers of the contract tells that a log is missing.
    const indexer = anIndexer(aChain({ rpcUrls: [proxy.url], verification: 'agreement' }));
    await indexer.tick(hub);
    isLying = false;
    await emitBlock(3n);

    const report = await indexer.tick(hub);

    expect(report.status).toBe(example.status);
    expect((await numbersOf()).map(([number]) => number)).toEqual(example.numbers);
    expect((await store().cursor(hub))?.haltedReason).toEqual(example.haltedReason);
  });

  it('leaves one indexer to a chain and hands over when it goes', async () => {
    await emitBlock(1n);
    const [first, second] = [anIndexer(), anIndexer()];
    await first.tick(hub);
    const waiting = await second.tick(hub);
    await undo.splice(0, 1)[0]?.();
    await emitBlock(2n);
    const taken = await second.tick(hub);
    const late = await first.tick(hub);

    expect([waiting.status, taken.status, late.status]).toEqual(['standby', 'advanced', 'standby']);
    expect((await numbersOf()).map(([number]) => number)).toEqual([1n, 2n]);
  });

  it('lists subjects by their newest log and pages through them', async () => {
    await emitBlock(1n);
    await emitBlock(2n);
    await anvil.send(emitter, emitCall(TOPIC, 1n, [3n]));
    await anvil.mine();
    await anIndexer().tick(hub);
    const page = { prefix: 'event:', limit: 1 };
    expect(await store().subjects(page)).toEqual(['event:1']);
    expect(await store().subjects({ ...page, before: 'event:1' })).toEqual(['event:2']);
    expect(await store().subjects({ ...page, before: 'event:2' })).toEqual([]);
  });

  it('gives final and provisional logs of a chain apart', async () => {
    await emitBlock(1n);
    await anvil.mine(4);
    await emitBlock(2n);
    await anIndexer().tick(hub);
    const finalized = (await store().cursor(hub))?.finalizedBlock ?? 0;
    const range = { chainId: hub, afterBlock: 0, toBlock: finalized + 100 };
    const final = await store().finalRange({ ...range, addresses: [emitter] });
    const ofOthers = await store().finalRange({ ...range, addresses: [] });
    const provisional = await store().provisional(hub);
    expect(
      [final, ofOthers, provisional].map((logs) => logs.map((log) => BigInt(log.data))),
    ).toEqual([[1n], [], [2n]]);
  });

  it('refuses an index that was built from other sources', async () => {
    await anvil.mine(1);
    await anIndexer().tick(hub);
    await undo.splice(0, 1)[0]?.();
    const other = aChain({
      contracts: { ...aChain().contracts, farms: aChain().contracts.bridge },
    });
    await expect(anIndexer(other).tick(hub)).rejects.toThrow('was built from other sources');
  });
});
