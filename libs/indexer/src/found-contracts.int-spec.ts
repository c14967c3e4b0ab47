import { aChainDeployment, anAppConfig, Anvil, emitCall } from '#chain/testing';
import type { ChainLog } from '#chain';
import type { ChainDeployment } from '#config';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { type Address, toAddress, toChainId, toHex } from '#kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogProjector, type LogSource } from './log-projector.js';
import { LogStore } from './log-store.js';
import { createIndexer } from './testing/index.js';

const CREATED = toHex(`0x${'66'.repeat(32)}`);
const WORK = toHex(`0x${'67'.repeat(32)}`);
const chainId = toChainId(31_121);

/** Knows one factory; whatever it creates is indexed, too. */
class FactoryProjector extends LogProjector {
  override sources(chain: ChainDeployment): readonly LogSource[] {
    return [{ address: chain.contracts.farms, topics0: [CREATED] }];
  }

  override subjectsOf(log: ChainLog): readonly string[] {
    return [`topic:${log.topics[0] === WORK ? 'work' : 'created'}`];
  }

  override announcedBy(log: ChainLog): readonly LogSource[] {
    if (log.topics[0] !== CREATED) return [];
    return [{ address: toAddress(`0x${log.topics[1]?.slice(-40)}`), topics0: [WORK, CREATED] }];
  }
}

describe('contracts found on the chain', () => {
  let anvil: Anvil;
  let database: TestDatabase;
  let factory: Address;
  let first: Address;
  let second: Address;
  const undo: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    [anvil, database] = await Promise.all([Anvil.start({ chainId }), createTestDatabase()]);
    factory = await anvil.deployEmitter();
    first = await anvil.deployEmitter();
    second = await anvil.deployEmitter();
  });

  afterEach(async () => {
    for (const step of undo.splice(0)) await step();
    await Promise.all([anvil.stop(), database.close()]);
  });

  const anIndexer = (on: TestDatabase = database) => {
    const { contracts } = aChainDeployment();
    const chain = aChainDeployment({
      chainId,
      rpcUrls: [anvil.url],
      contracts: { ...contracts, farms: factory },
    });
    const { indexer, release } = createIndexer({
      config: anAppConfig({ chains: [chain] }),
      dataSource: on.dataSource,
      projectors: [new FactoryProjector()],
    });
    undo.push(release);
    return indexer;
  };

  const announce = (by: Address, what: Address) =>
    anvil.send(by, emitCall(CREATED, BigInt(what), []));
  const work = (at: Address, number: bigint) => anvil.send(at, emitCall(WORK, number, []));
  const workOf = async (on: TestDatabase = database): Promise<readonly bigint[]> => {
    const logs = await new LogStore(on.dataSource).bySubject('topic:work');
    return logs.map((log) => BigInt(log.topics[1] ?? 0));
  };

  /** 1 comes before its contract is announced; 2 in the same block; `second` is announced by `first`. */
  const tell = async (): Promise<void> => {
    await work(first, 1n);
    await anvil.mine();
    await announce(factory, first);
    await work(first, 2n);
    await announce(first, second);
    await work(second, 3n);
    await anvil.mine();
    await work(first, 4n);
    await work(second, 5n);
    await anvil.mine();
  };

  it.each([
    ['all at once', 10, false],
    ['block by block', 0, true],
  ])('are indexed from the block that announces them on, %s', async (_how, depth, isStepwise) => {
    const indexer = anIndexer();
    if (isStepwise) await indexer.tick(chainId);
    await tell();
    if (isStepwise) await indexer.tick(chainId);
    await anvil.mine(depth);
    await indexer.tick(chainId);
    await work(second, 6n);
    await anvil.mine();
    await indexer.tick(chainId);
    expect(await workOf()).toEqual([2n, 3n, 4n, 5n, 6n]);
  });

  it('go with the log that announced them', async () => {
    await anvil.mine(4);
    const indexer = anIndexer();
    await indexer.tick(chainId);
    await tell();
    await indexer.tick(chainId);
    expect(await workOf()).toEqual([2n, 3n, 4n, 5n]);
    await anvil.reorg(2);
    await work(first, 7n);
    await anvil.mine();
    await indexer.tick(chainId);
    expect(await workOf()).toEqual([]);
    expect(await database.dataSource.query('SELECT * FROM found_source')).toEqual([]);
  });

  it('are the same ones in a database that is built later', async () => {
    const indexer = anIndexer();
    await tell();
    await indexer.tick(chainId);
    await anvil.mine(20);
    await indexer.tick(chainId);
    const later = await createTestDatabase();
    try {
      await anIndexer(later).tick(chainId);
      expect(await workOf(later)).toEqual(await workOf());
      const rows = 'SELECT * FROM found_source ORDER BY block_number, log_index';
      expect(await later.dataSource.query(rows)).toEqual(await database.dataSource.query(rows));
    } finally {
      for (const step of undo.splice(0)) await step();
      await later.close();
    }
  });
});
