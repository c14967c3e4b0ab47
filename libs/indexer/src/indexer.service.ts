import { Injectable } from '@nestjs/common';
import {
  AnswerTooLong,
  type BlockRef,
  type ChainClient,
  ChainRegistry,
  NodeQuarantine,
  NoQuorum,
} from '#chain';
import { type ChainId, defined, DomainError, type Hex, RetryableError } from '#kernel';
import { failpoint, Log } from '#observability';
import { ChainLease } from './chain-lease.js';
import { ChainReader, NodeBehind, type Sighting } from './chain-reader.js';
import { CatchUp, type Progress } from './domain/catch-up.js';
import { RangeBook } from './domain/range-size.js';
import { MissingLog } from './domain/sequence-check.js';
import { ProjectorSet, type SourceSet } from './projector-set.js';
import type { ChainCursorRow } from './storage/chain-cursor.row.js';
import { ChainWatchStore } from './storage/chain-watch-store.js';
import { type Advance, IndexWriter } from './storage/index-writer.js';

/** Commits of one tick; a long history gives way to the other jobs of the process in between. */
const ROUNDS_MAX = 20;

/** Tries of one read, each for half as many blocks: nodes may refuse nothing but large ranges. */
const READS_MAX = 3;
/** Tries of a range whose answer is longer than may be believed, each for half as many blocks. */
const HALVINGS_MAX = 14;

const NO_PARENT: Hex = `0x${'00'.repeat(32)}`;

/** The deployment or the code asks for logs the index has not collected from the start. */
export class SourcesChanged extends DomainError {
  readonly code = 'indexer.sources-changed';
}

/** What one tick did to a chain. */
export interface TickReport {
  readonly status: 'advanced' | 'idle' | 'standby' | 'halted' | 'node-behind';
  /** First and last block the tick indexed; `to` is below `from` when it indexed none. */
  readonly from: number;
  readonly to: number;
  /** Blocks that were taken back; 0 without a reorganisation. */
  readonly reorgDepth: number;
  readonly logs: number;
  /** Absent while the index keeps up with the chain. */
  readonly progress?: Progress;
}

/** What came of the wish to let a halted chain go on. */
export type Resumption =
  | { readonly kind: 'not-halted' }
  | { readonly kind: 'resumed'; readonly finalizedBlock: number }
  /** What is final here is not what is final on the chain, so it would have to be rebuilt. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Follows the chains, one lane each: what goes wrong on one stops no other. */
@Injectable()
export class IndexerService {
  private readonly ranges = new Map<ChainId, RangeBook>();
  private readonly catchUps = new Map<ChainId, CatchUp>();

  constructor(
    private readonly chains: ChainRegistry,
    private readonly index: IndexWriter,
    private readonly lease: ChainLease,
    private readonly projectors: ProjectorSet,
    private readonly quarantine: NodeQuarantine,
    private readonly watch: ChainWatchStore,
    private readonly log: Log,
  ) {}

  /**
   * Brings the index of one chain closer to its head; call it again for the rest. Every round is
   * one transaction, so a crash at any point is repaired by the next tick.
   *
   * @throws {RetryableError} when no node gave a complete and consistent answer; the reason is
   * also kept as the cursor's `lastError`.
   * @throws {SourcesChanged} when the index lacks logs of sources that were added later.
   */
  async tick(chainId: ChainId): Promise<TickReport> {
    const client = this.chains.byId(chainId);
    client.exclude(await this.quarantine.openKeys(chainId));
    const known = await this.watch.load(chainId);
    if (known?.genesisHash) client.pinGenesis(known.genesisHash);
    try {
      return await this.round(client);
    } finally {
      await this.settle(client, known?.genesisHash ?? null);
    }
  }

  /**
   * Lets a halted chain go on if a quorum shows every final block as it is indexed. Never changes
   * what is final: where that would be needed it refuses. Blocks that are not final are followed by
   * the next tick as always.
   *
   * @throws {RetryableError} when too few nodes agree, or none gives what can be proved.
   */
  async resume(chainId: ChainId): Promise<Resumption> {
    const client = this.chains.byId(chainId);
    client.exclude(await this.quarantine.openKeys(chainId));
    const known = await this.watch.load(chainId);
    if (known?.genesisHash) client.pinGenesis(known.genesisHash);
    const cursor = await this.index.load(chainId);
    if (cursor === undefined || cursor.haltedReason === null) return { kind: 'not-halted' };
    const { finalizedBlock } = cursor;
    try {
      const sighting = await this.look(client, this.readerOf(client), cursor);
      if (sighting.kind === 'retreat' && sighting.fork === undefined) {
        return { kind: 'refused', reason: haltReason(sighting, finalizedBlock) };
      }
      await this.index.resume(cursor);
      this.log.warn({ chainId, finalizedBlock, was: cursor.haltedReason }, 'chain resumed');
      return { kind: 'resumed', finalizedBlock };
    } finally {
      await this.settle(client, known?.genesisHash ?? null);
    }
  }

  private async round(client: ChainClient): Promise<TickReport> {
    const { chainId } = client;
    const sources = this.projectors.sourcesOf(client.deployment);
    if ((await this.index.load(chainId)) === undefined) await this.begin(client, sources);
    const fence = await this.lease.fenceOf(chainId);
    const start = defined(await this.index.load(chainId), `cursor of chain ${chainId}`);
    if (fence === undefined) return unchanged('standby', start);
    if (start.fence !== fence) {
      await this.lease.release();
      return unchanged('standby', start);
    }
    if (start.haltedReason !== null) return unchanged('halted', start);
    if (start.sourcesDigest !== sources.digest) {
      throw new SourcesChanged(
        `the index of chain ${client.key} was built from other sources; build it anew`,
      );
    }
    try {
      const report = await this.follow(client, start);
      await this.watch.moving(chainId, report.progress?.blocksPerSecond ?? null);
      if (report.progress !== undefined)
        this.log.info({ chainId, ...report.progress }, 'catching up');
      return report;
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      await this.watch.stalled(chainId, error.message);
      if (error instanceof NodeBehind) return await this.waitForNode(start, error);
      await this.index.note(start, { lastError: error.message });
      throw error;
    }
  }

  /** Keeps what this round learnt about the endpoints. */
  private async settle(client: ChainClient, pinned: Hex | null): Promise<void> {
    const { chainId, genesisHash } = client;
    if (pinned === null && genesisHash !== undefined) {
      await this.watch.pinGenesis(chainId, genesisHash);
    }
    for (const contradiction of client.takeAccusations()) {
      await this.quarantine.add(chainId, contradiction);
      const { nodeKey, kind, blockNumber } = contradiction;
      this.log.error({ chainId, nodeKey, kind, blockNumber }, 'endpoint caught and shut out');
    }
  }

  private async follow(client: ChainClient, start: ChainCursorRow): Promise<TickReport> {
    const reader = this.readerOf(client);
    const catchUp = kept(this.catchUps, client.chainId, () => new CatchUp());
    const startMs = performance.now();
    let [cursor, from, reorgDepth, logs] = [start, start.cursorBlock + 1, 0, 0];
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const sighting = await this.look(client, reader, cursor);
      if (sighting.kind === 'advance') {
        if (!(await this.commit(cursor, sighting.advance))) break;
        logs += sighting.advance.logs.length;
      } else {
        const depth = await this.undo(cursor, sighting);
        if (depth === undefined) return { ...unchanged('halted', cursor), reorgDepth };
        reorgDepth += depth;
        from = Math.min(from, cursor.cursorBlock - depth + 1);
      }
      cursor = defined(await this.index.load(client.chainId), `cursor of chain ${client.key}`);
      if (cursor.cursorBlock === cursor.headBlock) break;
    }
    const hasMoved = cursor.cursorBlock >= from || reorgDepth > 0;
    const status = hasMoved ? 'advanced' : 'idle';
    const progress = catchUp.advanced({
      blocks: Math.max(0, cursor.cursorBlock - start.cursorBlock),
      seconds: (performance.now() - startMs) / 1_000,
      remainingBlocks: cursor.headBlock - cursor.cursorBlock,
    });
    const report: TickReport = { status, from, to: cursor.cursorBlock, reorgDepth, logs };
    return progress === undefined ? report : { ...report, progress };
  }

  private async look(
    client: ChainClient,
    reader: ChainReader,
    cursor: ChainCursorRow,
  ): Promise<Sighting> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await reader.read(cursor);
      } catch (error) {
        if (!(error instanceof RetryableError) || error instanceof NodeBehind) throw error;
        const triesMax = error instanceof AnswerTooLong ? HALVINGS_MAX : READS_MAX;
        if (attempt < triesMax && !(error instanceof NoQuorum)) continue;
        if (!(error instanceof MissingLog)) throw error;
        return await client.fromOneNode((node) => reader.lookBack(node, cursor, error));
      }
    }
  }

  /** False when there was nothing to write. */
  private async commit(cursor: ChainCursorRow, advance: Advance): Promise<boolean> {
    const { chainId } = cursor;
    if (advance.end.number === cursor.cursorBlock && advance.finalized === undefined) {
      const isNews = cursor.lastError !== null || cursor.headBlock !== advance.head.number;
      if (isNews) await this.index.note(cursor, { head: advance.head, lastError: null });
      return false;
    }
    failpoint('range-read');
    await this.index.advance(cursor, advance);
    failpoint('range-committed');
    const fields = {
      chainId,
      from: cursor.cursorBlock + 1,
      to: advance.end.number,
      logs: advance.logs.length,
      finalizedBlock: advance.finalized?.number ?? cursor.finalizedBlock,
    };
    this.log.debug(fields, 'blocks indexed');
    return true;
  }

  /** How many blocks were taken back, or undefined when final ones are concerned. */
  private async undo(
    cursor: ChainCursorRow,
    retreat: Extract<Sighting, { kind: 'retreat' }>,
  ): Promise<number | undefined> {
    const { chainId, cursorBlock, finalizedBlock } = cursor;
    const { fork, head, cause } = retreat;
    if (fork === undefined) {
      await this.index.halt(cursor, haltReason(retreat, finalizedBlock));
      const fields = { chainId, cause, cursorBlock, finalizedBlock, headBlock: head.number };
      this.log.error(fields, 'chain halted');
      return undefined;
    }
    const depth = cursorBlock - fork.number;
    const logsUndone = await this.index.undo(cursor, { fork, head, cause });
    this.log.warn({ chainId, cause, forkBlock: fork.number, depth, logsUndone }, 'blocks undone');
    return depth;
  }

  private async waitForNode(cursor: ChainCursorRow, error: NodeBehind): Promise<TickReport> {
    await this.index.note(cursor, { head: error.head, lastError: error.message });
    return unchanged('node-behind', cursor);
  }

  private async begin(client: ChainClient, sources: SourceSet): Promise<void> {
    const { chainId, deployment } = client;
    const number = deployment.startBlock - 1;
    const finalized = await client.finalized();
    const origin = number < 0 ? beforeGenesis() : await client.blockByNumber(number);
    if (origin === undefined) throw new RetryableError(`the nodes have no block ${number} yet`);
    const isOriginFinal = number <= finalized.number;
    await this.index.create({ chainId, origin, isOriginFinal, sourcesDigest: sources.digest });
  }

  private readerOf(client: ChainClient): ChainReader {
    const { index, projectors } = this;
    const ranges = kept(this.ranges, client.chainId, () => new RangeBook());
    return new ChainReader({ client, index, projectors, ranges });
  }
}

/** The value of a key, made when there is none yet. */
function kept<Key, Value>(values: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = values.get(key) ?? make();
  values.set(key, value);
  return value;
}

function beforeGenesis(): Omit<BlockRef, 'parentHash'> {
  return { number: -1, hash: NO_PARENT, timestamp: 0 };
}

function haltReason(
  retreat: Extract<Sighting, { kind: 'retreat' }>,
  finalizedBlock: number,
): string {
  return retreat.cause === 'fork'
    ? `fork below the finalized block ${finalizedBlock}: a final block was replaced`
    : `a log of a final block was never indexed: ${retreat.detail}`;
}

function unchanged(status: TickReport['status'], cursor: ChainCursorRow): TickReport {
  const { cursorBlock } = cursor;
  return { status, from: cursorBlock + 1, to: cursorBlock, reorgDepth: 0, logs: 0 };
}
