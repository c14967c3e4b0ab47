import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { IndexerService } from '#indexer';
import { toAddress, toChainId } from '#kernel';
import { LedgerService } from '#ledger';
import { RewardsModule } from './rewards.module.js';
import { type RewardsDigest, RewardsService } from './rewards.service.js';
import { EmissionChain } from './testing/emission-chain.js';
import { playSeason } from './testing/season.js';
import { createPoster, aConfig, startServices } from './testing/service-rig.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const EPOCH_SECONDS = 20;
const STEP = 4;
const LIFE_MS_MAX = 40;
const KILLS = 6;
const chainId = toChainId(900_231);
const user = (byte: string) => toAddress(`0x${byte.repeat(20)}`);
const users = [user('1b'), user('2b'), user('3b')] as const;

/** Posts a few blocks at a time until it is killed or done; says so after every commit. */
const POST = `
  import { openDatabase } from '#database';
  import { aConfig, createPoster } from '#rewards/testing';
  const { host, database, settings, upto, step } = JSON.parse(process.argv[1], (key, value) =>
    key === 'valuePerTokenMicro' ? BigInt(value) : value);
  const dataSource = await openDatabase({ host, database });
  const poster = createPoster(aConfig(settings), dataSource);
  for (let block = 0; block < upto + step; block += step) {
    const { toBlock } = await poster.tick(settings.chain.chainId, { uptoBlock: Math.min(block, upto) });
    process.stdout.write(toBlock + '\\n');
  }
  await dataSource.destroy();
`;

describe('posting under fire', () => {
  let chain: EmissionChain;
  let fired: TestDatabase;
  let calm: TestDatabase;
  let genesis: number;
  let upto: number;

  beforeAll(async () => {
    [chain, fired, calm] = await Promise.all([
      EmissionChain.start({ users, farmCount: 2 }),
      createTestDatabase(),
      createTestDatabase(),
    ]);
    genesis = (await chain.chain.now()) - 7;
    await playSeason(chain, users);
    upto = (await chain.chain.anvil.blockNumber()) - 4;
  });
  afterAll(async () => {
    await Promise.all([chain.chain.stop(), fired.close(), calm.close()]);
  });

  const settings = () => ({ chain: chain.deployment(), genesis, epochSeconds: EPOCH_SECONDS });

  /** Indexes a database, posts it when asked to, and gives its digest. */
  async function look(
    database: TestDatabase,
    isPosted: boolean,
  ): Promise<{ readonly digest: RewardsDigest | undefined; readonly isSound: boolean }> {
    const { dataSource } = database;
    const modules = [RewardsModule];
    const module = await startServices({ ...settings(), dataSource, modules });
    await module.get(IndexerService).tick(chainId);
    if (isPosted) await createPoster(aConfig(settings()), dataSource).tick(chainId);
    const { postedBlock } = (await module.get(RewardsService).status())[0] ?? { postedBlock: null };
    const digest = postedBlock === null ? undefined : await module.get(RewardsService).digest();
    const { ok } = await module.get(LedgerService, { strict: false }).verify();
    await module.close();
    return { digest, isSound: ok };
  }

  function startPosting(failpoint?: string) {
    const { host, database } = fired;
    const input = JSON.stringify(
      { host, database, settings: settings(), upto, step: STEP },
      (_, v) => (typeof v === 'bigint' ? String(v) : v),
    );
    const flags = ['--import', 'tsx', '--conditions', 'source', '--input-type=module', '-e'];
    const env = failpoint === undefined ? {} : { HEADWATER_FAILPOINT: failpoint };
    return spawn(process.execPath, [...flags, POST, input], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** @property E26 */
  it('loses and doubles nothing however often it is killed', async () => {
    await look(fired, false);

    for (const failpoint of ['before-commit', 'journals-posted', 'journals-posted']) {
      const [, signal] = await once(startPosting(failpoint), 'exit');
      expect([failpoint, signal]).toEqual([failpoint, 'SIGKILL']);
      expect((await look(fired, false)).isSound).toBe(true);
    }
    for (let kill = 0; kill < KILLS; kill += 1) {
      const child = startPosting();
      const exit = once(child, 'exit');
      await Promise.race([once(child.stdout, 'data'), exit]);
      await new Promise((resolve) => setTimeout(resolve, (kill * LIFE_MS_MAX) / KILLS));
      child.kill('SIGKILL');
      await exit;
      expect((await look(fired, false)).isSound).toBe(true);
    }
    const [code] = await once(startPosting(), 'exit');
    expect(code).toBe(0);

    const [after, reference] = [await look(fired, true), await look(calm, true)];
    expect(after.digest).toEqual(reference.digest);
    expect(reference.digest?.ledger.journals).toBeGreaterThan(20);
  });
});
