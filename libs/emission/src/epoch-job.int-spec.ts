import { ChainModule, TransactionSender } from '#chain';
import { AppConfig, type EmissionPolicy } from '#config';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { FarmsProjector } from '#farms';
import { IndexerModule, IndexerService } from '#indexer';
import { defined, toChainId } from '#kernel';
import { type HoldScope, HoldStore, LedgerService } from '#ledger';
import { Log, ObservabilityModule } from '#observability';
import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseEvidence } from './domain/parse-evidence.js';
import { EmissionModule } from './emission.module.js';
import { EpochJob } from './epoch.job.js';
import { EpochsService } from './epochs.service.js';
import { LedgerAnchors } from './ledger-anchors.service.js';
import { BUDGET_SD, HUB_EID, HubChain, REMOTE_EID } from './testing/hub-chain.js';

describe('epoch job on the real controller', () => {
  let hub: HubChain;
  let database: TestDatabase;
  const open: TestingModule[] = [];

  beforeEach(async () => {
    [hub, database] = await Promise.all([HubChain.start(), createTestDatabase()]);
  });

  afterEach(async () => {
    for (const module of open.splice(0)) await module.close();
    await Promise.all([hub.anvil.stop(), database.close()]);
  });

  /** A worker process of its own on the same database. */
  const start = async (policy?: EmissionPolicy, farmIds?: readonly number[]) => {
    const config = hub.config({ policy, farmIds });
    @Module({
      providers: [
        { provide: AppConfig, useValue: config },
        { provide: DataSource, useValue: database.dataSource },
      ],
      exports: [AppConfig, DataSource],
    })
    class SettingsModule {}
    const module = await Test.createTestingModule({
      imports: [
        { module: SettingsModule, global: true },
        ObservabilityModule,
        ChainModule,
        IndexerModule.forRoot([FarmsProjector]),
        EmissionModule,
      ],
    }).compile();
    open.push(module);
    await module.init();
    const chainId = toChainId(hub.anvil.chainId);
    const log = module.get(Log, { strict: false });
    return {
      warn: vi.spyOn(log, 'warn'),
      error: vi.spyOn(log, 'error'),
      epochs: module.get(EpochsService),
      anchors: module.get(LedgerAnchors),
      ledger: module.get(LedgerService, { strict: false }),
      sender: module.get(TransactionSender),
      /** One round of the worker, then so many blocks that what it sent is final. */
      round: async () => {
        await module.get(IndexerService).tick(chainId);
        await module.get(EpochJob).tick();
        await hub.anvil.mine(6);
        await module.get(TransactionSender).advance(chainId);
      },
      tick: () => module.get(EpochJob).tick(),
      close: () => module.close(),
    };
  };

  const intents = () =>
    database.dataSource.query<{ business_key: string; state: string }[]>(
      'SELECT business_key, state FROM tx_intent ORDER BY id',
    );

  it('decides an epoch once, sends its order, and shows the evidence', async () => {
    const worker = await start();
    for (let i = 0; i < 4; i += 1) await worker.round();

    expect(await intents()).toEqual([
      { business_key: 'decide:1:1', state: 'final' },
      { business_key: 'dispatch:1:1', state: 'final' },
    ]);
    const epoch = defined(await worker.epochs.byEpoch(1), 'epoch 1');
    expect(epoch.targets).toEqual([
      { eid: HUB_EID, farmId: 1, amountSD: 900_000n },
      { eid: HUB_EID, farmId: 2, amountSD: 100_000n },
    ]);
    expect(epoch.orders.map(({ status }) => status)).toEqual(['applied']);
    const evidence = defined(epoch.evidence, 'evidence');
    expect(worker.epochs.recompute(evidence)).toEqual({
      evidenceHash: await hub.evidenceOf(1),
      targets: epoch.targets,
      isEqual: true,
    });
  });

  it('commits on the hub to what the books said, and finds evidence that was changed', async () => {
    const worker = await start();
    const hash = `0x${'07'.repeat(32)}` as const;
    const head = { chainId: hub.anvil.chainId, block: 3, blockHash: hash, seq: 12, head: hash };
    const statement = { epoch: 1, heads: [head], totals: [] };
    const { manager } = database.dataSource;
    await worker.ledger.addStatement(manager, statement);
    for (let i = 0; i < 4; i += 1) await worker.round();
    // The statement of the epoch itself comes too late for its decision.
    const first = { statements: [], decisions: 1, source: 'hub', fault: undefined };
    expect(await worker.anchors.read()).toEqual(first);

    await hub.pass(await hub.secondsUntil(2));
    for (let i = 0; i < 4; i += 1) await worker.round();
    const second = { ...first, statements: [statement], decisions: 2 };
    expect(await worker.anchors.read()).toEqual(second);

    const tamper = (sql: string) =>
      database.dataSource.transaction(async (db) => {
        await db.query('SET LOCAL session_replication_role = replica');
        await db.query(sql);
      });
    await tamper(`UPDATE epoch_decision SET evidence = replace(evidence, '"seq":12', '"seq":11')
      WHERE epoch = 2`);
    const { fault, statements } = await worker.anchors.read();
    expect(statements).toEqual([]);
    expect(fault).toEqual({
      epoch: 2,
      reason: 'the hub has another hash than the stored evidence of epoch 2',
    });
    await tamper('DELETE FROM epoch_decision WHERE epoch = 2');
    expect((await worker.anchors.read()).fault).toEqual({
      epoch: 2,
      reason: 'no evidence is kept of epoch 2',
    });
    await hub.anvil.stop();
    expect(await worker.anchors.read()).toMatchObject({ source: 'index', fault: { epoch: 2 } });
  });

  it('sends the stored decision after a crash instead of a new one', async () => {
    const first = await start();
    await first.round();
    const stored = await database.dataSource.query<{ evidence: string }[]>(
      'SELECT evidence FROM epoch_decision',
    );
    // As if the process had died right after the decision was stored.
    await database.dataSource.query('DELETE FROM tx_intent');
    await hub.anvil.rollback(6);
    await hub.anvil.rpc('anvil_dropAllTransactions');
    await first.close();
    open.splice(0);

    const second = await start({ kind: 'fixed-shares', shares: { 'hub:1': 10_000n } });
    for (let i = 0; i < 4; i += 1) await second.round();
    expect(await database.dataSource.query('SELECT evidence FROM epoch_decision')).toEqual(stored);
    expect((await second.epochs.byEpoch(1))?.evidence).toBe(stored[0]?.evidence);
    expect((await intents()).map(({ business_key: key }) => key)).toEqual([
      'decide:1:1',
      'dispatch:1:1',
    ]);
  });

  it('repeats nothing however often it runs before its transaction is mined', async () => {
    const worker = await start();
    await worker.round();
    for (let i = 0; i < 5; i += 1) await worker.tick();
    expect((await intents()).map(({ business_key: key }) => key)).toEqual([
      'decide:1:1',
      'dispatch:1:1',
    ]);
    expect(await database.dataSource.query('SELECT epoch FROM epoch_decision')).toHaveLength(1);
  });

  it('keeps the next epoch inside the change limit', async () => {
    const worker = await start();
    for (let i = 0; i < 3; i += 1) await worker.round();
    await worker.close();
    open.splice(0);
    await hub.pass(await hub.secondsUntil(2));

    // The policy now wants everything for farm 2; the limit is a fifth of the budget.
    const next = await start({ kind: 'fixed-shares', shares: { 'hub:2': 10_000n } });
    for (let i = 0; i < 4; i += 1) await next.round();
    expect((await next.epochs.byEpoch(2))?.targets.map(({ amountSD }) => amountSD)).toEqual([
      700_000n,
      300_000n,
    ]);
    expect(await hub.spentSD(2)).toBe(BUDGET_SD);
  });

  it('leaves a path that fails pending and tries it again later, the others at once', async () => {
    await hub.addRemoteFarm();
    const worker = await start();
    for (let i = 0; i < 4; i += 1) await worker.round();
    expect(await hub.dispatchedRevision(1, HUB_EID)).toBe(1);
    expect(await hub.dispatchedRevision(1, REMOTE_EID)).toBe(0);
    await hub.pass(60);
    for (let i = 0; i < 2; i += 1) await worker.round();
    const keys = (await intents()).map(({ business_key: key }) => key);
    expect(keys.slice(0, 3)).toEqual(['decide:1:1', 'dispatch:1:1', 'dispatch:1:1:2']);
    // The new farm has no facts: it gets its minimum.
    const epoch = defined(await worker.epochs.byEpoch(1), 'epoch 1');
    expect(epoch.targets.find(({ eid }) => eid === REMOTE_EID)?.amountSD).toBe(100_000n);
  });

  it('shows in the evidence that a farm has no declared value, and says so once', async () => {
    const worker = await start(undefined, [2]);
    for (let i = 0; i < 4; i += 1) await worker.round();
    const epoch = defined(await worker.epochs.byEpoch(1), 'epoch 1');
    const evidence = parseEvidence(defined(epoch.evidence, 'evidence'));
    const values = evidence.facts.flatMap(({ farms }) =>
      farms.map(({ farmId, valuePerTokenMicro }) => [farmId, valuePerTokenMicro]),
    );
    expect(values).toEqual([
      [1, null],
      [2, 1_000_000n],
    ]);
    expect(epoch.targets.map(({ amountSD }) => amountSD)).toEqual([0n, 100_000n]);
    const told = worker.warn.mock.calls.filter(([fields]) => Reflect.has(fields, 'farms'));
    expect(told).toEqual([
      [{ epoch: 1, farms: ['hub:1'] }, 'farms without a declared value weigh nothing'],
    ]);
  });

  it('says once what governance can do where no decision is possible, then goes on', async () => {
    const worker = await start();
    for (let i = 0; i < 3; i += 1) await worker.round();
    await hub.govern('setFarmBounds', [HUB_EID, 1, 6_000, 10_000]);
    await hub.govern('setFarmBounds', [HUB_EID, 2, 6_000, 10_000]);
    await hub.pass(await hub.secondsUntil(2));
    for (let i = 0; i < 3; i += 1) await worker.round();
    expect(worker.error.mock.calls).toEqual([
      [
        {
          epoch: 2,
          conflicts: [
            `the farms of chain ${HUB_EID} must get at least 1200000, above its cap 1000000`,
            'all farms must get at least 1200000, above the budget 1000000',
          ],
          remedy:
            'Governance can lower the minimums of the farms, or raise the caps of their chains, ' +
            'until these conflicts are gone, in one proposal.',
        },
        'bounds exclude every decision',
      ],
    ]);
    expect(await worker.epochs.byEpoch(2)).toBeUndefined();

    await hub.govern('setFarmBounds', [HUB_EID, 2, 1_000, 10_000]);
    await hub.anvil.mine(6);
    for (let i = 0; i < 4; i += 1) await worker.round();
    const targets = (await worker.epochs.byEpoch(2))?.targets;
    expect(targets?.map(({ amountSD }) => amountSD)).toEqual([900_000n, 100_000n]);
  });

  it('goes on after a cut of the budget, whatever the change limit, with the same shares', async () => {
    const worker = await start();
    for (let i = 0; i < 3; i += 1) await worker.round();
    await hub.govern('setSchedule', [BUDGET_SD / 10n, 0n, 0, 0]);
    await hub.govern('setMaxChangeBps', [0]);
    await hub.pass(await hub.secondsUntil(2));
    for (let i = 0; i < 4; i += 1) await worker.round();
    const before = defined(await worker.epochs.byEpoch(1), 'epoch 1').targets;
    const after = defined(await worker.epochs.byEpoch(2), 'epoch 2').targets;
    expect(after.map(({ amountSD }) => amountSD)).toEqual(
      before.map(({ amountSD }) => amountSD / 10n),
    );
    expect(worker.error.mock.calls).toEqual([]);
  });

  it('does nothing while the controller is paused', async () => {
    await hub.govern('pause', []);
    const worker = await start();
    await worker.round();
    expect(await intents()).toEqual([]);
    await hub.govern('unpause', []);
    await hub.anvil.mine(6);
    await worker.round();
    expect((await intents()).map(({ business_key: key }) => key)).toEqual(['decide:1:1']);
  });

  it('neither decides nor pays while the books of the hub are on hold', async () => {
    const hold = async (scope: HoldScope, subject: string) => {
      const chainId = toChainId(hub.anvil.chainId);
      const draft = { scope, subject, reason: 'one wei is missing' };
      const { manager } = database.dataSource;
      const [placed] = await holds.place(manager, { chainId, runId: 1 }, [draft]);
      return defined(placed, 'hold').id;
    };
    const worker = await start();
    const holds = new HoldStore(database.dataSource);
    const farm = await hold('farm', '1');
    for (let i = 0; i < 3; i += 1) await worker.round();
    expect(await intents()).toEqual([]);
    await holds.release([farm], 'test');

    const order = await hold('order', '1');
    const account = await hold('account', `0x${'1b'.repeat(20)}:1`);
    for (let i = 0; i < 3; i += 1) await worker.round();
    expect((await intents()).map(({ business_key: key }) => key)).toEqual(['decide:1:1']);
    await holds.release([order], 'test');
    await worker.round();
    expect((await intents()).map(({ business_key: key }) => key)).toEqual([
      'decide:1:1',
      'dispatch:1:1',
    ]);
    expect((await holds.open()).map(({ id }) => id)).toEqual([account]);
  });
});
