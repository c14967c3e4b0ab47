import type {
  BlockRef,
  ChainClient,
  ChainLog,
  ChainNode,
  ChainView,
  ProvenRange,
  RangeRequest,
} from '#chain';
import { assert, RetryableError } from '#kernel';
import type { RangeBook } from './domain/range-size.js';
import { followSequences, MissingLog } from './domain/sequence-check.js';
import type { ProjectorSet, SourceSet } from './projector-set.js';
import type { ChainCursorRow } from './storage/chain-cursor.row.js';
import type { FiledLog } from './storage/filed-log.js';
import type { Advance, IndexWriter, KeptBlock } from './storage/index-writer.js';
import type { ReorgCause } from './storage/reorg.row.js';

/** Blocks above the finalized one that are read, and committed, together. */
const TIP_BLOCKS_MAX = 50;
/** Final blocks whose headers are all read and hashed together. */
const PROVEN_BLOCKS_MAX = 1_000;
/** Contracts may announce contracts, this deep within one range. */
const READINGS_MAX = 8;
/** Kept blocks that are compared with the chain's at once while looking for a fork. */
const FORK_STEP = 100;

/** The chain's head is below our cursor and on the same fork: the nodes have to catch up first. */
export class NodeBehind extends RetryableError {
  constructor(
    readonly head: BlockRef,
    cursorBlock: number,
  ) {
    super(`the node is behind: its head is ${head.number}, block ${cursorBlock} is indexed`);
  }
}

/** What is believed of a chain, next to what is indexed. */
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

/** Blocks to read next: up to `end`, from one of `nodes`, which all show it. */
interface Target {
  readonly end: BlockRef;
  readonly nodes: readonly ChainNode[];
  readonly isFinal: boolean;
}

/** Reads one round of a chain: believed blocks, and the proved logs below them. */
export class ChainReader {
  private readonly client: ChainClient;
  private readonly index: IndexWriter;
  private readonly projectors: ProjectorSet;
  /** What to index of this chain, with what was found on it as of the last round. */
  private sources: SourceSet;
  private readonly ranges: RangeBook;

  constructor(options: {
    readonly client: ChainClient;
    readonly index: IndexWriter;
    readonly projectors: ProjectorSet;
    readonly ranges: RangeBook;
  }) {
    this.client = options.client;
    this.index = options.index;
    this.projectors = options.projectors;
    this.sources = options.projectors.sourcesOf(options.client.deployment);
    this.ranges = options.ranges;
  }

  /**
   * @throws {NodeBehind}
   * @throws {MissingLog} when the nodes left out a numbered log.
   * @throws {RetryableError} when too few nodes agree, or none gives what can be proved.
   */
  async read(cursor: ChainCursorRow): Promise<Sighting> {
    const { deployment } = this.client;
    const found = await this.index.foundSources(cursor.chainId);
    this.sources = this.projectors.sourcesOf(deployment).with(found);
    let view = await this.client.view();
    if (!(await this.isOnChain(cursor))) {
      // Another chain behind the same address must not pass for a fork of this one.
      view = await this.client.view({ isSuspicious: true });
      if (!(await this.isOnChain(cursor))) return this.locateFork(cursor, view.head.block);
    }
    const target = await this.target(cursor, view);
    const advance =
      target === undefined
        ? await this.advance(cursor, view, { blocks: [], logs: [] })
        : await this.readTo(target, cursor, view);
    return { kind: 'advance', advance };
  }

  /**
   * Looks for a numbered event in blocks that are indexed already: that a node left out a log shows
   * only when the contract's next one arrives.
   *
   * @throws {MissingLog} when this node does not have the event either.
   */
  async lookBack(node: ChainNode, cursor: ChainCursorRow, missing: MissingLog): Promise<Sighting> {
    const { client, sources } = this;
    const { contract, seq } = missing;
    const { chainId, cursorBlock: toBlock } = cursor;
    const before = await this.index.blockOfEvent({ chainId, contract, seq: seq - 1n });
    const fromBlock = before ?? client.deployment.startBlock;
    if (fromBlock > toBlock) throw missing;
    const filter = { addresses: [contract], topics0: sources.filter.topics0 };
    const isMissing = (log: ChainLog) =>
      sources.includes(log) && this.projectors.sequenceOf(log)?.seq === seq;
    const claimed = (await node.logs({ ...filter, fromBlock, toBlock })).find(isMissing);
    if (claimed === undefined) throw missing;
    const { blockNumber } = claimed;
    const [parent, end] = await Promise.all([
      client.blockByNumber(blockNumber - 1),
      client.blockByNumber(blockNumber),
    ]);
    if (parent === undefined || end === undefined) throw missing;
    const { logs } = await client.provenRange(node, { filter, parent, end, isFinal: false });
    if (!logs.some(isMissing)) throw missing;
    const isFinal = blockNumber <= cursor.finalizedBlock;
    const fork = isFinal ? undefined : await this.index.blockAt(chainId, blockNumber - 1);
    const detail = `${missing.message}, it is in block ${blockNumber}`;
    return { kind: 'retreat', cause: 'missing-log', detail, head: await client.head(), fork };
  }

  private async isOnChain({ cursorBlock, cursorHash }: ChainCursorRow): Promise<boolean> {
    if (cursorBlock < 0) return true;
    return (await this.client.blockByNumber(cursorBlock))?.hash === cursorHash;
  }

  /** Undefined when there is no block above the indexed ones. */
  private async target(cursor: ChainCursorRow, view: ChainView): Promise<Target | undefined> {
    const { cursorBlock } = cursor;
    const { head, finalized } = view;
    const isFinal = finalized.block.number > cursorBlock;
    const limit = isFinal ? finalized : head;
    const number = Math.min(limit.block.number, cursorBlock + this.blocksMax(isFinal));
    if (number <= cursorBlock) return undefined;
    const believed = number === limit.block.number ? limit : await this.client.agreedBlock(number);
    if (believed === undefined) throw new RetryableError(`the nodes lost their block ${number}`);
    const nodes = this.client.usable().filter((node) => believed.supporters.includes(node));
    return { end: believed.block, nodes, isFinal };
  }

  private blocksMax(isFinal: boolean): number {
    if (!isFinal) return TIP_BLOCKS_MAX;
    const [first] = this.client.usable();
    const { blocks } = this.ranges.of(first?.key ?? '');
    const isProven = this.client.deployment.verification !== 'agreement' && !this.sources.isEmpty;
    return isProven ? Math.min(PROVEN_BLOCKS_MAX, blocks) : blocks;
  }

  /** Reads from the first node that gives a complete and proved answer. */
  private async readTo(target: Target, cursor: ChainCursorRow, view: ChainView): Promise<Advance> {
    const { end, nodes, isFinal } = target;
    const parent = { number: cursor.cursorBlock, hash: cursor.cursorHash };
    const request = { parent, end, isFinal };
    const gaps = new Map<ChainNode, MissingLog>();
    let last: RetryableError | undefined;
    for (const node of nodes) {
      const range = this.ranges.of(node.key);
      try {
        const { blocks, logs: wanted, isCapped } = await this.provenLogs(node, request);
        const kept = isFinal ? blocksOf(wanted, end) : blocks;
        const advance = await this.advance(cursor, view, { end, blocks: kept, logs: wanted });
        if (isCapped) range.failed();
        else range.delivered(wanted.length);
        for (const [liar, gap] of gaps) this.accuse(liar, gap, end);
        return advance;
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        range.failed();
        if (error instanceof MissingLog) gaps.set(node, error);
        last = error;
      }
    }
    const [gap] = gaps.values();
    throw gap ?? last ?? new RetryableError(`no endpoint can be asked for block ${end.number}`);
  }

  /** Reads a range again with what its own logs announce, until they announce nothing new. */
  private async provenLogs(
    node: ChainNode,
    request: Omit<RangeRequest, 'filter'>,
  ): Promise<ProvenRange> {
    let { sources } = this;
    for (let reading = 0; reading < READINGS_MAX; reading += 1) {
      const range = await this.client.provenRange(node, { ...request, filter: sources.filter });
      const logs = range.logs.filter((log) => sources.includes(log));
      const fresh = logs
        .flatMap((log) =>
          this.projectors
            .announcedBy(log)
            .map((source) => ({ ...source, fromBlock: log.blockNumber })),
        )
        .filter((source) => !sources.covers(source));
      if (fresh.length === 0) return { ...range, logs };
      sources = sources.with(fresh);
    }
    throw new RetryableError(`contracts announce each other up to block ${request.end.number}`);
  }

  /** A node left out a numbered log that another one gave. */
  private accuse({ key: nodeKey }: ChainNode, gap: MissingLog, end: BlockRef): void {
    const proved = { contract: gap.contract, seq: gap.seq };
    const { number: blockNumber } = end;
    this.client.accuse({ nodeKey, kind: 'missing-log', blockNumber, answered: null, proved });
  }

  private async advance(
    cursor: ChainCursorRow,
    view: ChainView,
    found: {
      readonly end?: BlockRef;
      readonly blocks: readonly KeptBlock[];
      readonly logs: readonly ChainLog[];
    },
  ): Promise<Advance> {
    const { blocks, logs } = found;
    const end = found.end ?? endOf(cursor);
    const finalized = await this.risenFinality(cursor, { end, blocks, view });
    return { head: view.head.block, end, finalized, blocks, ...(await this.file(cursor, logs)) };
  }

  /** The newest final block at or below the end when it is news. */
  private async risenFinality(
    cursor: ChainCursorRow,
    facts: {
      readonly end: Advance['end'];
      readonly blocks: readonly KeptBlock[];
      readonly view: ChainView;
    },
  ): Promise<Advance['finalized']> {
    const { end, blocks, view } = facts;
    const finalized = view.finalized.block;
    if (end.number <= finalized.number && end.number > cursor.finalizedBlock) return end;
    if (finalized.number <= cursor.finalizedBlock) return undefined;
    const { number } = finalized;
    const fresh = blocks.find((block) => block.number === number);
    const hash = fresh?.hash ?? (await this.index.blockAt(cursor.chainId, number))?.hash;
    if (hash !== finalized.hash) {
      throw new RetryableError(`another block ${number} became final than was indexed`);
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
      const { projectors } = this;
      const announced = projectors.announcedBy(log);
      return { log, subjects: projectors.subjectsOf(log), seq: sequence?.seq, announced };
    });
    return { logs: filed, sequences };
  }

  /** @throws {NodeBehind} when the nodes merely have fewer blocks of the same fork. */
  private async locateFork(cursor: ChainCursorRow, head: BlockRef): Promise<Sighting> {
    const retreat = (fork: KeptBlock | undefined): Sighting => {
      return { kind: 'retreat', cause: 'fork', detail: `head ${head.number}`, head, fork };
    };
    let from = Math.min(cursor.cursorBlock, head.number);
    if (head.number < cursor.cursorBlock) {
      const same = (await this.index.blockAt(cursor.chainId, head.number))?.hash;
      // Below the window nothing can be compared; nodes that far behind prove nothing either.
      if (same === undefined || same === head.hash) throw new NodeBehind(head, cursor.cursorBlock);
    }
    for (;;) {
      const kept = await this.index.blocksDownFrom(cursor, from, FORK_STEP);
      const theirs = await Promise.all(kept.map(({ number }) => this.client.blockByNumber(number)));
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
