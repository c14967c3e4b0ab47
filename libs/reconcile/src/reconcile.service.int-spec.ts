import { type Type } from '@nestjs/common';
import { type TestingModule } from '@nestjs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ChainRegistry } from '#chain';
import { aChainDeployment, anAppConfig } from '#chain/testing';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { IndexerService, LogStore } from '#indexer';
import { defined, toAddress, toChainId } from '#kernel';
import { HoldStore, LedgerService } from '#ledger';
import { Log } from '#observability';
import { RewardsPoster } from '#rewards';
import { EmissionChain, playSeason, startServices } from '#rewards/testing';
import { ChainComparer } from './chain-comparer.js';
import { HoldKeeper } from './hold-keeper.js';
import { ProjectionReader } from './projection-reader.service.js';
import { ReconcileModule } from './reconcile.module.js';
import { ReconcileService } from './reconcile.service.js';
import { RowReader } from './row-reader.service.js';
import { ReconcileRunStore } from './storage/reconcile-run-store.js';
import { VerifiedStore } from './storage/verified-store.js';
import { SupplyReader } from './supply-reader.js';

const chainId = toChainId(900_231);
const user = (byte: string) => toAddress(`0x${byte.repeat(20)}`);
const users = [user('1b'), user('2b'), user('3b')] as const;
const SUPPLY = 10n ** 30n;

describe('ReconcileService', () => {
  let chain: EmissionChain;
  let genesis: number;
  let database: TestDatabase;
  let module: TestingModule;
  let reconcile: ReconcileService;

  beforeAll(async () => {
    chain = await EmissionChain.start({ users, farmCount: 2 });
    genesis = (await chain.chain.now()) - 7;
    await playSeason(chain, users);
  });
  afterAll(async () => {
    await chain.chain.stop();
  });

  beforeEach(async () => {
    database = await createTestDatabase();
    module = await start(chain, 20);
    reconcile = module.get(ReconcileService);
  });
  afterEach(async () => {
    await module.close();
    await database.close();
  });

  async function start(of: EmissionChain, epochSeconds: number): Promise<TestingModule> {
    return startServices({
      chain: of.deployment(),
      dataSource: database.dataSource,
      genesis,
      epochSeconds,
      modules: [ReconcileModule],
    });
  }

  function find<Value>(type: Type<Value>): Value {
    return module.get(type, { strict: false });
  }

  async function post(): Promise<void> {
    await module.get(IndexerService).tick(chainId);
    await module.get(RewardsPoster, { strict: false }).tick(chainId);
  }

  async function tamper(sql: string): Promise<void> {
    await database.dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL session_replication_role = replica');
      await manager.query(sql);
    });
  }

  /** @property I9 */
  it('finds the ledger equal to the chain and stores what it found', async () => {
    await post();
    const report = await reconcile.run();
    const head = await chain.chain.anvil.blockNumber();
    expect(report).toMatchObject({
      ok: true,
      outcome: 'equal',
      comparedPairs: 5,
      driftWei: 0n,
      ledgerVerified: true,
      supply: { initial: SUPPLY, total: SUPPLY, inFlight: 0n, difference: 0n, ok: true },
    });
    expect(report.chains).toMatchObject([
      { chainKey: 'alpha', postedBlock: head - 4, comparedStates: 7, differences: [] },
    ]);
    const { block, selection } = defined(report.chains[0], 'chain');
    expect(block).toBe(head - 4);
    expect(selection).toMatchObject({ mode: 'full', total: 5, drawn: 0 });
    expect(await reconcile.list(5)).toMatchObject([
      {
        id: report.id,
        isOk: true,
        mode: 'full',
        seed: report.seed,
        comparedPairs: 5,
        driftWei: 0n,
      },
    ]);
  });

  it('names the account and the journal of a posting that is one wei off', async () => {
    await post();
    await tamper(
      `UPDATE posting SET amount = amount - sign(amount) WHERE journal_id = (
         SELECT max(j.id) FROM journal j WHERE j.kind = 'accrual' AND j.leg_count = 2 AND j.block_number = (
           SELECT max(block_number) FROM accrual_boundary))`,
    );
    const { firstBad } = await module.get(LedgerService, { strict: false }).verify();
    const { journalId, businessKey } = defined(firstBad, 'fault');
    expect(businessKey).toMatch(/^accrual:900231:/);
    const report = await reconcile.run();
    expect(report).toMatchObject({ outcome: 'different', driftWei: 1n, ledgerVerified: false });
    const differences = defined(report.chains[0], 'chain').differences;
    expect(differences).toMatchObject([{ what: 'reward', journalId }]);
    const { ledger, chain: onChain, accountId, user: who } = defined(differences[0], 'difference');
    expect(onChain - ledger).toBe(1n);
    expect(businessKey).toContain(who);
    const accounts = await module
      .get(LedgerService, { strict: false })
      .balances({ owner: defined(who, 'user'), kind: 'reward' });
    expect(accounts.map((account) => account.accountId)).toContain(accountId);
  });

  it('finds a stored state that is not the one of the contract', async () => {
    await post();
    const cases = [
      [
        'UPDATE stream_state SET residue_x = residue_x + 1 WHERE farm_id = 2 AND stream = 1',
        'farm-state',
        'stream1.residueX',
      ],
      ['UPDATE position_state SET words[1] = words[1] + 1', 'position-state', 'word0'],
      ['UPDATE token_book SET dust_x = dust_x + 1', 'token-book', 'dustX'],
      ['UPDATE position_state SET claimed[1] = claimed[1] + 1', 'stored-sums', 'settledX'],
    ] as const;
    for (const [sql, what, field] of cases) {
      await tamper(sql);
      const { ok, chains } = await reconcile.run();
      expect(ok).toBe(false);
      expect(chains[0]?.differences).toContainEqual(expect.objectContaining({ what, field }));
    }
  });

  it('names a position whose row is gone', async () => {
    await post();
    const [gone] = await database.dataSource.query<{ farm: string; user: string }[]>(
      `SELECT farm_id AS farm, '0x' || encode(user_address, 'hex') AS user
       FROM position_state WHERE weight > 0 ORDER BY farm_id, user_address LIMIT 1`,
    );
    const { farm, user: who } = defined(gone, 'position');
    await tamper(
      `DELETE FROM position_state
       WHERE farm_id = ${farm} AND user_address = decode('${who.slice(2)}', 'hex')`,
    );
    const { ok, comparedPairs, chains } = await reconcile.run();
    expect([ok, comparedPairs]).toEqual([false, 5]);
    const found = chains[0]?.differences ?? [];
    const place = { farmId: Number(farm), user: who, ledger: 0n };
    expect(found).toContainEqual(
      expect.objectContaining({ what: 'position-state', field: 'weight', ...place }),
    );
    expect(found).toContainEqual(
      expect.objectContaining({ what: 'stored-weights', farmId: Number(farm), user: null }),
    );
  });

  it('names a farm whose rows are gone', async () => {
    await post();
    await tamper('DELETE FROM position_state WHERE farm_id = 2');
    await tamper('DELETE FROM stream_state WHERE farm_id = 2');
    await tamper('DELETE FROM farm_state WHERE farm_id = 2');
    const { ok, chains } = await reconcile.run();
    expect(ok).toBe(false);
    expect(chains[0]?.differences).toContainEqual(
      expect.objectContaining({ what: 'farm-state', field: 'rows', farmId: 2, ledger: 0n }),
    );
  });

  it('is not ok, and says why, before anything is posted', async () => {
    const report = await reconcile.run();
    const drift = { comparedPairs: 0, driftWei: null };
    expect(report).toMatchObject({ ok: false, outcome: 'not-compared', supply: null, ...drift });
    const notCompared = { reason: 'nothing-posted', chainKey: 'alpha', block: null };
    expect(report.chains).toMatchObject([
      { block: null, postedBlock: null, comparedStates: 0, ...drift, notCompared },
    ]);
    expect(await reconcile.list(1)).toMatchObject([{ isOk: false, driftWei: null }]);
  });

  it('compares rewards before the first end of an epoch, too', async () => {
    await module.close();
    module = await start(chain, 100_000);
    await post();
    const report = await module.get(ReconcileService).run();
    expect(report).toMatchObject({ ok: true, outcome: 'equal', comparedPairs: 5, driftWei: 0n });
  });

  it('goes on without a chain that cannot be read, and names it', async () => {
    await post();
    const beta = aChainDeployment({ key: 'beta', chainId: toChainId(900_299) });
    await tamper(
      `INSERT INTO posting_cursor (chain_id, posted_block, posted_hash, posted_timestamp,
         farms_seq, next_epoch)
       VALUES (900299, 40, sha256('block'), 1795000000, 0, 1)`,
    );
    const config = anAppConfig({ chains: [beta, chain.deployment()] });
    const chains = new ChainRegistry(config);
    const service = new ReconcileService(
      config,
      database.dataSource,
      chains,
      find(LogStore),
      find(LedgerService),
      new HoldKeeper(chains, find(HoldStore), find(Log)),
      find(ReconcileRunStore),
      find(RowReader),
      find(ChainComparer),
      find(VerifiedStore),
      find(SupplyReader),
      find(ProjectionReader),
      find(Log),
    );
    const report = await service.run();
    expect(report).toMatchObject({ ok: false, outcome: 'not-compared', comparedPairs: 5 });
    expect(report.chains).toMatchObject([
      {
        chainKey: 'beta',
        comparedStates: 0,
        driftWei: null,
        notCompared: { reason: 'unreadable', chainKey: 'beta', block: 40 },
      },
      { chainKey: 'alpha', comparedStates: 7, driftWei: 0n, differences: [], notCompared: null },
    ]);
    expect(await service.list(1)).toMatchObject([{ id: report.id, isOk: false }]);
  });

  it('says that a chain is halted, and still compares what was posted of it', async () => {
    await post();
    await tamper(`UPDATE chain_cursor SET halted_reason = 'block 7 was replaced'`);
    const halted = await reconcile.run();
    expect(halted).toMatchObject({ ok: false, outcome: 'not-compared', comparedPairs: 5 });
    const [{ notCompared } = { notCompared: null }] = halted.chains;
    expect(notCompared).toMatchObject({ reason: 'halted', chainKey: 'alpha' });
    expect(notCompared?.sentence).toContain('block 7 was replaced');
    await tamper('UPDATE position_state SET words[1] = words[1] + 1');
    expect((await reconcile.run()).outcome).toBe('different');
  });

  it('is equal when boundaries are compared and nobody ever staked', async () => {
    const quiet = await EmissionChain.start({ users: [], farmCount: 1 });
    try {
      await module.close();
      module = await start(quiet, 20);
      await quiet.pass(60);
      await post();
      const report = await module.get(ReconcileService).run();
      expect(report).toMatchObject({ ok: true, outcome: 'equal', comparedPairs: 0, driftWei: 0n });
      expect(report.chains).toMatchObject([{ comparedStates: 1, notCompared: null }]);
    } finally {
      await quiet.chain.stop();
    }
  });

  it('counts what an adapter locks of a token that is older than the hub', async () => {
    const { contracts } = chain.deployment();
    const args = [contracts.rewardToken, contracts.endpoint, chain.chain.owner];
    const rewardAdapter = await chain.chain.deploy('HeadwaterTokenAdapter', args);
    await chain.pass(6);
    await module.close();
    const deployment = { ...chain.deployment(), contracts: { ...contracts, rewardAdapter } };
    module = await startServices({
      chain: deployment,
      dataSource: database.dataSource,
      genesis,
      epochSeconds: 20,
      modules: [ReconcileModule],
    });
    await post();
    const { ok, supply } = await module.get(ReconcileService).run();
    expect(ok).toBe(true);
    expect(supply).toMatchObject({ initial: SUPPLY, total: SUPPLY, inFlight: 0n, difference: 0n });
    expect(supply?.chains).toMatchObject([{ totalSupply: SUPPLY, backing: 0n }]);
  });

  // The last one, since the supply of the shared chain is off from then on.
  /** @property E1, B-01 */
  it('finds tokens that were minted beside the bridge', async () => {
    await post();
    expect((await reconcile.run()).ok).toBe(true);
    await chain.mintReward(3n);
    await chain.pass(6);
    await post();
    expect(await reconcile.run()).toMatchObject({
      ok: false,
      supply: { initial: SUPPLY, total: SUPPLY + 3n, difference: 3n, ok: false },
    });
  });
});
