import { type TestingModule } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { IndexerService } from '#indexer';
import { type ChainId, defined, InvariantViolation, sumOf, toAddress, toChainId } from '#kernel';
import { LedgerService, owedOf, proofText, verifyLiabilityProof } from '#ledger';
import { EpochStatements, NoStatement } from './epoch-statements.service.js';
import { RewardsPoster } from './rewards-poster.service.js';
import { RewardsModule } from './rewards.module.js';
import { EmissionChain } from './testing/emission-chain.js';
import { playSeason } from './testing/season.js';
import { startServices } from './testing/service-rig.js';

const EPOCH_SECONDS = 20;
const chainId: ChainId = toChainId(900_231);
const alice = toAddress(`0x${'1b'.repeat(20)}`);
const bob = toAddress(`0x${'2b'.repeat(20)}`);
const carol = toAddress(`0x${'3b'.repeat(20)}`);

let chain: EmissionChain;
let genesis: number;
const undo: (() => Promise<void>)[] = [];

interface Services {
  readonly database: TestDatabase;
  readonly ledger: LedgerService;
  readonly statements: EpochStatements;
}

async function aService(): Promise<Services> {
  const database = await createTestDatabase();
  undo.push(() => database.close());
  const module: TestingModule = await startServices({
    chain: chain.deployment(),
    dataSource: database.dataSource,
    genesis,
    epochSeconds: EPOCH_SECONDS,
    modules: [RewardsModule],
  });
  undo.push(() => module.close());
  await module.get(IndexerService).tick(chainId);
  await module.get(RewardsPoster).tick(chainId);
  return {
    database,
    ledger: module.get(LedgerService, { strict: false }),
    statements: module.get(EpochStatements),
  };
}

beforeAll(async () => {
  chain = await EmissionChain.start({ users: [alice, bob, carol], farmCount: 2 });
  undo.push(() => chain.chain.stop());
  genesis = (await chain.chain.now()) - 7;
  await playSeason(chain, [alice, bob, carol]);
});
afterAll(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

describe('EpochStatements', () => {
  it('owes users what the journals give them, and the contracts hold all of it', async () => {
    const { statements, ledger, database } = await aService();
    const epochs = await statements.tick();
    expect(epochs).toEqual([1, 2, 3, 4]);
    expect(await statements.tick()).toEqual([]);
    let compared = 0;
    for (const epoch of epochs) {
      const { statement } = defined(await ledger.newestStatement(epoch), 'statement');
      const [head] = statement.heads;
      const uptoBlock = defined(head, 'head').block;
      for (const { asset, owed, inFlight, other, held } of statement.totals) {
        const sums = await Promise.all(
          (['staked', 'reward'] as const).map((kind) =>
            ledger.sumsAt({ chainId, kind, uptoBlock }),
          ),
        );
        const own = sums.flat().filter((sum) => sum.asset === asset);
        expect([epoch, asset, owed]).toEqual([
          epoch,
          asset,
          sumOf(own.map(({ balance }) => balance)),
        ]);
        expect([epoch, asset, held]).toEqual([epoch, asset, owed - inFlight + other]);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThanOrEqual(8);
    const rows = await database.dataSource.query<unknown[]>('SELECT FROM epoch_statement');
    expect(rows).toHaveLength(4);
  });

  it('proves every user from the text of the proof alone, up to what the chain says', async () => {
    const { statements, ledger } = await aService();
    await statements.tick();
    const { root, statement } = defined(await ledger.newestStatement(3), 'statement');
    const block = defined(statement.heads[0], 'head').block;
    const owed = new Map<string, bigint>();
    for (const user of [alice, bob, carol]) {
      const proof = verifyLiabilityProof(proofText(await statements.prove(user, 3)), { root });
      expect(proof.user).toBe(user);
      for (const claim of proof.claims) {
        owed.set(claim.asset, (owed.get(claim.asset) ?? 0n) + owedOf(claim));
      }
      const emission = proof.claims.find(({ asset }) => asset === chain.rewardToken);
      const earned = await Promise.all(
        chain.stakeFarms.map(({ farmId }) => chain.earnedAt(farmId, user, block)),
      );
      expect([user, emission?.reward ?? 0n]).toEqual([user, sumOf(earned)]);
    }
    for (const total of statement.totals) {
      expect([total.asset, owed.get(total.asset) ?? 0n]).toEqual([total.asset, total.owed]);
    }
  });

  it('has the same root in every rebuild, and shows no claim of a stranger', async () => {
    const [one, other] = [await aService(), await aService()];
    await one.statements.tick();
    await other.statements.tick();
    for (const epoch of [1, 2, 3, 4]) {
      expect(await other.ledger.newestStatement(epoch)).toEqual(
        await one.ledger.newestStatement(epoch),
      );
    }
    const stranger = toAddress(`0x${'5e'.repeat(20)}`);
    expect((await one.statements.prove(stranger, 2)).claims).toEqual([]);
    await expect(one.statements.prove(alice, 99)).rejects.toThrow(NoStatement);
  });

  it('proves nothing from books that do not give what was stated', async () => {
    const { statements, database } = await aService();
    await statements.tick();
    await database.dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL session_replication_role = replica');
      await manager.query(`UPDATE balance SET credits = credits + 1 WHERE account_id = (
        SELECT min(id) FROM account WHERE kind = 'reward')`);
    });
    await expect(statements.prove(alice, 2)).rejects.toThrow(InvariantViolation);
  });
});
