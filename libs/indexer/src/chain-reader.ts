import type { BlockRef, ChainLog, ChainNode } from '#chain';
import type { ChainDeployment } from '#config';
import { assert, RetryableError } from '#kernel';
import { continuousBlocks } from './domain/continuous-blocks.js';
import { followSequences, type MissingLog } from './domain/sequence-check.js';
import type { ProjectorSet, SourceSet } from './projector-set.js';
import type { ChainCursorRow } from './storage/chain-cursor.row.js';
import type { Advance, FiledLog, IndexWriter, KeptBlock } from './storage/index-writer.js';
import type { ReorgCause } from './storage/reorg.row.js';

/** Blocks above the finalized one that are read, and committed, together. */
const TIP_BLOCKS_MAX = 50;
/** Kept blocks that are compared with the node's at once while looking for a fork. */
const FORK_STEP = 100;

/** The node's head is below our cursor and on the same fork: it has to catch up first. */
export class NodeBehind extends RetryableError {
  constructor(
    readonly head: BlockRef,
    cursorBlock: number,
  ) {
    super(`the node is behind: its head is ${head.number}, block ${cursorBlock} is indexed`);
  }
}

/** What a node shows of a chain, next to what is indexed. */
export type Sighting =
  | { readonly kind: 'advance'; readonly advance: Advance }
  /** `fork` is the newest block to keep; undefined when a final block would have to go. */
  | {
      readonly kind: 'retreat';
      readonly cause: ReorgCause;
      readonly detail: string;
      readonly head: BlockRef;
      readonly fork: KeptBlock | undefined;
    };

/** Reads one round from one node. */
export class ChainReader {
  private readonly index: IndexWriter;
  private readonly projectors: ProjectorSet;
  private readonly sources: SourceSet;
  private readonly startBlock: number;

  constructor(options: {
    readonly index: IndexWriter;
    readonly projectors: ProjectorSet;
    readonly chain: ChainDeployment;
  }) {
    this.index = options.index;
    this.projectors = options.projectors;
    this.sources = options.projectors.sourcesOf(options.chain);
    this.startBlock = options.chain.startBlock;
  }

  /**
   * @param rangeBlocks How many final blocks to ask for at once.
   * @throws {NodeBehind}
   * @throws {MissingLog} when the node left out a numbered log.
   * @throws {RetryableError} when the node fails or contradicts itself.
   */
  async read(node: ChainNode, cursor: ChainCursorRow, rangeBlocks: number): Promise<Sighting> {
    const [head, finalized, ours] = await Promise.all([
      node.head(),
      node.finalized(),
      cursor.cursorBlock < 0 ? undefined : node.blockByNumber(cursor.cursorBlock),
    ]);
    if (finalized.number > head.number) {
      throw new RetryableError(`finalized block ${finalized.number} above head ${head.number}`);
    }
    if (cursor.cursorBlock >= 0 && ours?.hash !== cursor.cursorHash) {
      return this.locateFork(node, cursor, head);
    }
    const advance =
      finalized.number > cursor.cursorBlock
        ? await this.readHistory(node, cursor, { head, finalized, rangeBlocks })
        : await this.readTip(node, cursor, { head, finalized });
    return { kind: 'advance', advance };
  }

  /**
   * Looks for a numbered event in blocks that are indexed already: that a node left out a log shows
   * only when the contract's next one arrives.
   *
   * @throws {MissingLog} when this node does not have the event either.
   */
  async lookBack(node: ChainNode, cursor: ChainCursorRow, missing: MissingLog): Promise<Sighting> {
    const { contract, seq } = missing;
    const { chainId, cursorBlock: toBlock } = cursor;
    const before = await this.index.blockOfEvent({ chainId, contract, seq: seq - 1n });
    const fromBlock = before ?? this.startBlock;
    if (fromBlock > toBlock) throw missing;
    const { topics0 } = this.sources.filter;
    const logs = await node.logs({ addresses: [contract], topics0, fromBlock, toBlock });
    const wanted = logs.filter((log) => this.sources.includes(log));
    const found = wanted.find((log) => this.projectors.sequenceOf(log)?.seq === seq);
    if (found === undefined) throw missing;
    const isFinal = found.blockNumber <= cursor.finalizedBlock;
    const fork = isFinal ? undefined : await this.index.blockAt(chainId, found.blockNumber - 1);
    const detail = `${missing.message}, it is in block ${found.blockNumber}`;
    return { kind: 'retreat', cause: 'missing-log', detail, head: await node.head(), fork };
  }

  /** Final blocks cannot change any more, so a range of them is asked for at once. */
  private async readHistory(
    node: ChainNode,
    cursor: ChainCursorRow,
    view: { readonly head: BlockRef; readonly finalized: BlockRef; readonly rangeBlocks: number },
  ): Promise<Advance> {
    const { head, finalized, rangeBlocks } = view;
    const fromBlock = cursor.cursorBlock + 1;
    const toBlock = Math.min(cursor.cursorBlock + rangeBlocks, finalized.number);
    const [end, logs] = await Promise.all([
      toBlock === finalized.number ? finalized : node.blockByNumber(toBlock),
      this.sources.isEmpty ? [] : node.logs({ ...this.sources.filter, fromBlock, toBlock }),
    ]);
    if (end === undefined) throw new RetryableError(`the node lost its final block ${toBlock}`);
    const wanted = logs.filter((log) => this.sources.includes(log));
    const blocks = blocksOf(wanted, end);
    return { head, end, finalized: end, blocks, ...(await this.file(cursor, wanted)) };
  }

  /** Blocks that can still change are pinned by their hash, one by one. */
  private async readTip(
    node: ChainNode,
    cursor: ChainCursorRow,
    view: { readonly head: BlockRef; readonly finalized: BlockRef },
  ): Promise<Advance> {
    const { head } = view;
    const first = cursor.cursorBlock + 1;
    const count = Math.max(0, Math.min(head.number - cursor.cursorBlock, TIP_BLOCKS_MAX));
    const headers = await Promise.all(
      Array.from({ length: count }, (_, index) => node.blockByNumber(first + index)),
    );
    const position = { number: cursor.cursorBlock, hash: cursor.cursorHash };
    const blocks = continuousBlocks(position, headers);
    if (count > 0 && blocks.length === 0) {
      throw new RetryableError(`block ${first} does not follow the indexed one`);
    }
    const logs = this.sources.isEmpty
      ? []
      : await Promise.all(
          blocks.map((block) => node.logsOfBlock({ ...this.sources.filter, block })),
        );
    const wanted = logs.flat().filter((log) => this.sources.includes(log));
    const end = blocks.at(-1) ?? endOf(cursor);
    const finalized = await this.risenFinality(cursor, view.finalized, blocks);
    return { head, end, finalized, blocks, ...(await this.file(cursor, wanted)) };
  }

  /** The node's finalized block when it is news, and the block of that height we hold. */
  private async risenFinality(
    cursor: ChainCursorRow,
    finalized: BlockRef,
    blocks: readonly BlockRef[],
  ): Promise<BlockRef | undefined> {
    if (finalized.number <= cursor.finalizedBlock) return undefined;
    const { number } = finalized;
    const fresh = blocks.find((block) => block.number === number);
    const hash = fresh?.hash ?? (await this.index.blockAt(cursor.chainId, number))?.hash;
    if (hash !== finalized.hash) {
      throw new RetryableError(`the node finalized another block ${number} than it showed`);
    }
    return finalized;
  }

  private async file(
    cursor: ChainCursorRow,
    logs: readonly ChainLog[],
  ): Promise<Pick<Advance, 'logs' | 'sequences'>> {
    const numbered = logs.map((log) => ({ log, sequence: this.projectors.sequenceOf(log) }));
    const sequences = followSequences(
      await this.index.sequences(cursor.chainId),
      numbered.flatMap(({ sequence }) => (sequence === undefined ? [] : [sequence])),
    );
    const filed = numbered.map(({ log, sequence }): FiledLog => {
      assert(
        sequence === undefined || sequence.contract === log.address,
        'a contract numbers its own',
      );
      return { log, subjects: this.projectors.subjectsOf(log), seq: sequence?.seq };
    });
    return { logs: filed, sequences };
  }

  /** @throws {NodeBehind} when the node merely has fewer blocks of the same fork. */
  private async locateFork(
    node: ChainNode,
    cursor: ChainCursorRow,
    head: BlockRef,
  ): Promise<Sighting> {
    const retreat = (fork: KeptBlock | undefined): Sighting => {
      return { kind: 'retreat', cause: 'fork', detail: `head ${head.number}`, head, fork };
    };
    let from = Math.min(cursor.cursorBlock, head.number);
    if (head.number < cursor.cursorBlock) {
      const same = (await this.index.blockAt(cursor.chainId, head.number))?.hash;
      // Below the window nothing can be compared; a node that far behind proves nothing either.
      if (same === undefined || same === head.hash) throw new NodeBehind(head, cursor.cursorBlock);
    }
    for (;;) {
      const kept = await this.index.blocksDownFrom(cursor, from, FORK_STEP);
      const theirs = await Promise.all(kept.map(({ number }) => node.blockByNumber(number)));
      const shared = kept.find((block, index) => theirs[index]?.hash === block.hash);
      if (shared !== undefined) return retreat(shared);
      const lowest = kept.at(-1);
      if (lowest === undefined) return retreat(undefined);
      from = lowest.number - 1;
    }
  }
}

/** Each block that holds a log, and the last block of the range, which the cursor stands on. */
function blocksOf(logs: readonly ChainLog[], end: BlockRef): readonly KeptBlock[] {
  const blocks = new Map<number, KeptBlock>([[end.number, { ...end }]]);
  for (const { blockNumber: number, blockHash: hash, blockTimestamp: timestamp } of logs) {
    const known = blocks.get(number);
    if (known !== undefined && known.hash !== hash) {
      throw new RetryableError(`the node showed two blocks ${number}`);
    }
    if (known === undefined) blocks.set(number, { number, hash, timestamp, parentHash: null });
  }
  return [...blocks.values()];
}

function endOf(cursor: ChainCursorRow): Advance['end'] {
  const { cursorBlock: number, cursorHash: hash, cursorTimestamp: timestamp } = cursor;
  return { number, hash, timestamp };
}
