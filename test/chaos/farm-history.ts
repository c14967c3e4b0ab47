import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestingModule } from '@nestjs/testing';
import type { DataSource } from 'typeorm';
import { createTestDatabase } from '#database/testing';
import { IndexerService } from '#indexer';
import { RetryableError, toAddress, toChainId } from '#kernel';
import { LedgerService } from '#ledger';
import { ReconcileModule, ReconcileService } from '#reconcile';
import { type RewardsDigest, RewardsPoster, RewardsService } from '#rewards';
import { EmissionChain, playSeason, startServices } from '#rewards/testing';

const ROOT = join(import.meta.dirname, '..', '..');
const EPOCH_SECONDS = 20;
/** Blocks posted at once, so that a fault meets work that is half done. */
const STEP = 4;
export const CHAIN_ID = toChainId(900_231);
const user = (byte: string) => toAddress(`0x${byte.repeat(20)}`);
const USERS = [user('1b'), user('2b'), user('3b')] as const;

/** Where a child finds its database: a pool address of ours. */
export type ChildAddress =
  { readonly url: string } | { readonly host: string; readonly database: string };

/** Indexes and posts a chain over and over, and says so after every round. */
const FOLLOW = `
  import { openDatabase } from '#database';
  import { FarmsProjector } from '#farms';
  import { createIndexer } from '#indexer/testing';
  import { RetryableError } from '#kernel';
  import { aConfig, createPoster } from '#rewards/testing';
  const { address, settings, upto, step } = JSON.parse(process.argv[1], (key, value) =>
    key === 'valuePerTokenMicro' ? BigInt(value) : value);
  const config = aConfig(settings);
  const dataSource = await openDatabase(address);
  const { indexer } = createIndexer({ config, dataSource, projectors: [new FarmsProjector(config)] });
  const poster = createPoster(config, dataSource);
  const { chainId } = settings.chain;
  for (let block = step; ; block += step) {
    try {
      const index = await indexer.tick(chainId);
      const post = await poster.tick(chainId, { uptoBlock: Math.min(block, upto) });
      process.stdout.write(JSON.stringify({ index: index.status, post: post.status, to: post.toBlock }) + '\\n');
      if (block >= upto + step) await new Promise((resolve) => setTimeout(resolve, 50));
    } catch (error) {
      if (!(error instanceof RetryableError)) { process.stdout.write(String(error) + '\\n'); }
      else process.stdout.write('retry\\n');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
`;

/** What is left of a database after a fault. */
export interface Outcome {
  readonly digest: string;
  readonly isSound: boolean;
  readonly reconciliation: string;
  readonly differences: number;
}

/**
 * A played season on real contracts, and the digest that a database has which nothing ever
 * happened to: whatever a fault does, the digest at the end must be this one.
 */
export class FarmHistory {
  private constructor(
    readonly chain: EmissionChain,
    private readonly times: {
      readonly genesis: number;
      /** Last block that is posted. */
      readonly upto: number;
    },
    private readonly wanted: RewardsDigest,
  ) {}

  static async start(): Promise<FarmHistory> {
    const chain = await EmissionChain.start({ users: USERS, farmCount: 2 });
    const genesis = (await chain.chain.now()) - 7;
    await playSeason(chain, USERS);
    const upto = (await chain.chain.anvil.blockNumber()) - 4;
    const calm = await createTestDatabase();
    const services = await startServices({
      chain: chain.deployment(),
      dataSource: calm.dataSource,
      genesis,
      epochSeconds: EPOCH_SECONDS,
      modules: [ReconcileModule],
    });
    await services.get(IndexerService).tick(CHAIN_ID);
    await services.get(RewardsPoster, { strict: false }).tick(CHAIN_ID, { uptoBlock: upto });
    const wanted = await services.get(RewardsService, { strict: false }).digest();
    await services.close();
    await calm.close();
    return new FarmHistory(chain, { genesis, upto }, wanted);
  }

  stop(): Promise<void> {
    return this.chain.chain.stop();
  }

  async services(dataSource: DataSource, rpcUrl?: string): Promise<TestingModule> {
    const chain = this.chain.deployment();
    return startServices({
      chain: rpcUrl === undefined ? chain : { ...chain, rpcUrls: [rpcUrl] },
      dataSource,
      genesis: this.times.genesis,
      epochSeconds: EPOCH_SECONDS,
      modules: [ReconcileModule],
    });
  }

  /** A process of its own that follows the chain; `wrap` is put before the command. */
  child(
    address: ChildAddress,
    options: { readonly env?: Readonly<Record<string, string>> } = {},
  ): Follower {
    const settings = {
      chain: this.chain.deployment(),
      genesis: this.times.genesis,
      epochSeconds: EPOCH_SECONDS,
    };
    const input = JSON.stringify(
      { address, settings, upto: this.times.upto, step: STEP },
      (_, value) => (typeof value === 'bigint' ? String(value) : value),
    );
    const flags = ['--import', 'tsx', '--conditions', 'source', '--input-type=module', '-e'];
    const child = spawn(process.execPath, [...flags, FOLLOW, input], {
      cwd: ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new Follower(child);
  }

  /** Works until all is posted, through whatever fails and may be tried again. */
  async finish(services: TestingModule): Promise<void> {
    for (;;) {
      try {
        await services.get(IndexerService).tick(CHAIN_ID);
        const poster = services.get(RewardsPoster, { strict: false });
        const { toBlock } = await poster.tick(CHAIN_ID, { uptoBlock: this.times.upto });
        if (toBlock >= this.times.upto) return;
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
      }
    }
  }

  /** What must hold when the fault is over: nothing lost, nothing doubled, equal to the chain. */
  async outcome(services: TestingModule): Promise<Outcome> {
    const { digest } = await services.get(RewardsService, { strict: false }).digest();
    const { ok } = await services.get(LedgerService, { strict: false }).verify();
    const { outcome, chains } = await services.get(ReconcileService).run();
    const found = chains.flatMap(({ differences }) => differences).length;
    return { digest, isSound: ok, reconciliation: outcome, differences: found };
  }

  /** The outcome of a database that nothing ever happened to. */
  get nothingLost(): Outcome {
    const { digest } = this.wanted;
    return { digest, isSound: true, reconciliation: 'equal', differences: 0 };
  }
}

/** A process that follows the chain. */
export class Follower {
  readonly lines: string[] = [];
  private readonly waiting: { readonly isWanted: (line: string) => boolean; ok: () => void }[] = [];

  constructor(readonly process: ChildProcess) {
    if (process.stdout === null) return;
    createInterface({ input: process.stdout }).on('line', (line) => {
      this.lines.push(line);
      for (const one of this.waiting) if (one.isWanted(line)) one.ok();
    });
  }

  /** Resolves with the next line that is wanted. */
  async says(isWanted: (line: string) => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      this.waiting.push({ isWanted, ok: resolve });
    });
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill(signal);
    await ended;
  }
}
