import type { ChainDeployment, LogVerification } from '#config';
import { defined, type Hex, RetryableError } from '#kernel';
import { type ChainNode, type LogFilter, MethodNotOffered } from './chain-node.js';
import type { BlockHeader } from './domain/block-header.js';
import type { BlockReceipts } from './domain/block-receipts.js';
import type { BlockRef, ChainLog } from './domain/chain-log.js';
import { compareLogs, logsText } from './domain/compare-logs.js';
import type { Contradiction, ContradictionKind } from './domain/contradiction.js';
import { BloomFilter } from './domain/logs-bloom.js';

/** Logs put into the evidence against an endpoint. */
const EVIDENCE_LOGS_MAX = 5;
/** Half of what endpoints are known to cut an answer at. */
const AGREED_LOGS_MAX = 5_000;
/** Fewest endpoints whose agreement stands in for a proof. */
const WITNESSES_MIN = 2;

/** Endpoints may have cut the answer short, or dispute it: ask for fewer blocks at once. */
export class AnswerTooLong extends RetryableError {}

/** Which blocks to read, between two that are believed. */
export interface RangeRequest {
  readonly filter: LogFilter;
  /** The block below the range. */
  readonly parent: { readonly number: number; readonly hash: Hex };
  /** Last block of the range. */
  readonly end: BlockRef;
  /** Whether the end is final: then a node that shows other blocks lies, else the chain forked. */
  readonly isFinal: boolean;
}

/** What is proved of a range of blocks. */
export interface ProvenRange {
  /** Headers of the range in order; empty when a final range was proved without them. */
  readonly blocks: readonly BlockRef[];
  /** All logs of the filter, in chain order. */
  readonly logs: readonly ChainLog[];
  /** True when the endpoint left logs out of the range that it gives block by block. */
  readonly isCapped: boolean;
}

/** The endpoints of a range, the one that is read first. */
interface Sources {
  readonly node: ChainNode;
  readonly peers: readonly ChainNode[];
}

/**
 * Reads ranges of blocks and believes nothing a node says of their logs until it is proved: headers
 * hash to their hashes and follow each other up to a believed one, the bloom of a header tells
 * which blocks can hold a log, and the receipts of those hash to the header's receipts root. Where
 * nodes offer nothing that can be hashed, two of them must give the same logs.
 */
export class RangeReader {
  private readonly verification: LogVerification;
  private readonly witnesses: number;
  private readonly endpoints: number;
  private readonly withoutReceipts = new Set<string>();

  /** @param accuse Is told of every endpoint that is caught with a wrong answer. */
  constructor(
    chain: ChainDeployment,
    quorum: number,
    private readonly accuse: (contradiction: Contradiction) => void,
  ) {
    this.verification = chain.verification ?? 'receipts';
    this.endpoints = chain.rpcUrls.length;
    this.witnesses =
      this.verification === 'agreement' && this.endpoints === 1
        ? 1
        : Math.max(WITNESSES_MIN, quorum);
  }

  /** @throws {RetryableError} when something is missing, cannot be proved, or was proved wrong. */
  async read(
    node: ChainNode,
    peers: readonly ChainNode[],
    request: RangeRequest,
  ): Promise<ProvenRange> {
    const sources = { node, peers: peers.filter((peer) => peer !== node) };
    const hasNoSource = request.filter.addresses.length === 0;
    if (hasNoSource && request.isFinal) return { blocks: [], logs: [], isCapped: false };
    const proven =
      this.verification === 'receipts' ? await this.readProven(sources, request) : undefined;
    return proven ?? (await this.readAgreed(sources, request));
  }

  /** Undefined when the nodes offer nothing that can be hashed. */
  private async readProven(
    sources: Sources,
    request: RangeRequest,
  ): Promise<ProvenRange | undefined> {
    const { node } = sources;
    const { filter, parent, end, isFinal } = request;
    const range = { fromBlock: parent.number + 1, toBlock: end.number };
    const hasSource = filter.addresses.length > 0;
    const [headers, byRange] = await Promise.all([
      node.headers(range.fromBlock, range.toBlock),
      isFinal && hasSource ? node.logs({ ...filter, ...range }) : [],
    ]);
    this.checkLinks(node, headers, request);
    if (headers.at(-1)?.isProven !== true) return undefined;
    for (const header of headers) {
      if (header.isProven) continue;
      throw this.caught(node, 'wrong-header', { block: header, answered: header, proved: null });
    }
    if (!hasSource) return { blocks: headers, logs: [], isCapped: false };
    const bloom = new BloomFilter(filter);
    const suspects = headers.filter(({ logsBloom }) => bloom.mayMatch(logsBloom));
    const [receipts, byBlock] = await Promise.all([
      Promise.all(suspects.map((header) => this.receiptsOf(sources, header))),
      Promise.all(isFinal ? [] : suspects.map((block) => node.logsOfBlock({ ...filter, block }))),
    ]);
    const logs: ChainLog[] = [];
    for (const [index, header] of suspects.entries()) {
      const found = receipts[index];
      if (found === undefined) return undefined;
      logs.push(...logsIn(node, header, found).filter((log) => matches(filter, log)));
    }
    const answered = isFinal ? byRange : byBlock.flat();
    const isCapped = await this.checkAnswer(node, { answered, proved: logs, filter, headers });
    return { blocks: headers, logs, isCapped };
  }

  /** Verified receipts of a block; undefined when no node offers any that can be hashed. */
  private async receiptsOf(
    { node, peers }: Sources,
    header: BlockHeader,
  ): Promise<BlockReceipts | undefined> {
    for (const source of [node, ...peers]) {
      if (this.withoutReceipts.has(source.key)) continue;
      try {
        const receipts = await source.receiptsOf(header);
        if (receipts.root === undefined) return undefined;
        if (receipts.root === header.receiptsRoot) return receipts;
        const [answered, proved] = [receipts.root, header.receiptsRoot];
        throw this.caught(source, 'wrong-receipts', { block: header, answered, proved });
      } catch (error) {
        if (!(error instanceof MethodNotOffered)) throw error;
        this.withoutReceipts.add(source.key);
      }
    }
    return undefined;
  }

  /** Compares what the node said with what was proved. True when the range was merely too large. */
  private async checkAnswer(
    node: ChainNode,
    facts: {
      readonly answered: readonly ChainLog[];
      readonly proved: readonly ChainLog[];
      readonly filter: LogFilter;
      readonly headers: readonly BlockHeader[];
    },
  ): Promise<boolean> {
    const { answered, proved, filter, headers } = facts;
    const { invented, omitted } = compareLogs(answered, proved);
    const headerOf = (log: ChainLog) =>
      defined(headers[log.blockNumber - (headers[0]?.number ?? 0)], 'header of a log');
    const [stray] = invented;
    if (stray !== undefined) {
      const evidence = { answered: someOf(invented), proved: someOf(omitted) };
      throw this.caught(node, 'wrong-logs', { block: headerOf(stray), ...evidence });
    }
    const [first] = omitted;
    if (first === undefined) return false;
    const block = headerOf(first);
    // A fork since the headers were read is no lie, and neither is a limit on the range.
    const [again, shown] = await Promise.all([
      node.logsOfBlock({ ...filter, block }),
      node.blockByNumber(block.number),
    ]);
    if (shown?.hash !== block.hash) throw new RetryableError(`block ${block.number} was replaced`);
    const ofBlock = proved.filter(({ blockNumber }) => blockNumber === block.number);
    if (compareLogs(again, ofBlock).omitted.length === 0) return true;
    throw this.caught(node, 'wrong-logs', {
      block,
      answered: someOf(again),
      proved: someOf(omitted),
    });
  }

  /** Headers follow each other from the block below up to the end. */
  private checkLinks(
    node: ChainNode,
    headers: readonly BlockHeader[],
    { parent, end, isFinal }: RangeRequest,
  ): void {
    let { hash } = parent;
    for (const header of headers) {
      const isRight =
        header.parentHash === hash && (header.number !== end.number || header.hash === end.hash);
      if (!isRight) {
        const what = `block ${header.number} does not follow the indexed one`;
        if (!isFinal) throw new RetryableError(what);
        const proved = { parentHash: hash, end };
        throw this.caught(node, 'wrong-header', { block: header, answered: header, proved });
      }
      ({ hash } = header);
    }
  }

  /** Logs that enough endpoints give alike. */
  private async readAgreed(sources: Sources, request: RangeRequest): Promise<ProvenRange> {
    const { witnesses, endpoints } = this;
    if (endpoints < witnesses) {
      throw new RetryableError(
        'the logs cannot be proved by hashes, and there is no second endpoint to compare with',
      );
    }
    const { node } = sources;
    const { parent, end, isFinal } = request;
    const blocks = isFinal ? [] : await node.headers(parent.number + 1, end.number);
    this.checkLinks(node, blocks, request);
    const answers: Answer[] = [];
    for (const source of [node, ...sources.peers]) {
      const logs = await this.logsFrom(source, blocks, request);
      if (logs !== undefined) answers.push({ source, logs, text: logsText(logs) });
      const best = answers.find((one) => supportOf(one, answers) >= witnesses);
      if (best !== undefined) {
        this.judge(best, answers, request);
        return { blocks, logs: best.logs, isCapped: false };
      }
    }
    const kinds = new Set(answers.map(({ text }) => text)).size;
    throw new RetryableError(
      `${witnesses} endpoints must give the same logs up to block ${end.number}; ` +
        `${answers.length} gave ${kinds} different answers`,
    );
  }

  /** Undefined when the node fails, or does not show the end of the range: it is behind. */
  private async logsFrom(
    node: ChainNode,
    blocks: readonly BlockRef[],
    { filter, parent, end, isFinal }: RangeRequest,
  ): Promise<readonly ChainLog[] | undefined> {
    if (filter.addresses.length === 0) return [];
    try {
      const range = { fromBlock: parent.number + 1, toBlock: end.number };
      const [shown, logs] = await Promise.all([
        node.blockByNumber(end.number),
        isFinal
          ? node.logs({ ...filter, ...range })
          : Promise.all(blocks.map((block) => node.logsOfBlock({ ...filter, block }))),
      ]);
      return shown?.hash === end.hash ? logs.flat() : undefined;
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      return undefined;
    }
  }

  /**
   * Who gave other logs than enough others lies. But endpoints also cut long answers short, several
   * of them alike: of more than one block nothing that is disputed, or that long, is believed.
   */
  private judge(best: Answer, answers: readonly Answer[], request: RangeRequest): void {
    const { parent, end, isFinal } = request;
    const others = answers.filter(({ text }) => text !== best.text);
    const isLong = best.logs.length >= AGREED_LOGS_MAX && this.endpoints > 1;
    if (isFinal && end.number > parent.number + 1 && (others.length > 0 || isLong)) {
      throw new AnswerTooLong(`the logs up to block ${end.number} must be asked for in parts`);
    }
    for (const { source, logs } of others) {
      const { invented, omitted } = compareLogs(logs, best.logs);
      const evidence = { answered: someOf(invented), proved: someOf(omitted) };
      this.caught(source, 'wrong-logs', { block: end, ...evidence });
    }
  }

  private caught(
    { key: nodeKey }: ChainNode,
    kind: ContradictionKind,
    facts: {
      readonly block: Pick<BlockRef, 'number'>;
      readonly answered: unknown;
      readonly proved: unknown;
    },
  ): RetryableError {
    const { block, answered, proved } = facts;
    this.accuse({ nodeKey, kind, blockNumber: block.number, answered, proved });
    return new RetryableError(`endpoint ${nodeKey} was caught: ${kind} at block ${block.number}`);
  }
}

interface Answer {
  readonly source: ChainNode;
  readonly logs: readonly ChainLog[];
  readonly text: string;
}

function supportOf(answer: Answer, answers: readonly Answer[]): number {
  return answers.filter(({ text }) => text === answer.text).length;
}

function logsIn(
  { chainId }: ChainNode,
  { number: blockNumber, hash: blockHash, timestamp: blockTimestamp }: BlockHeader,
  receipts: BlockReceipts,
): readonly ChainLog[] {
  return receipts.logs.map((log) => ({ ...log, chainId, blockNumber, blockHash, blockTimestamp }));
}

function matches({ addresses, topics0 }: LogFilter, log: ChainLog): boolean {
  const [topic0] = log.topics;
  if (!addresses.includes(log.address)) return false;
  return topics0.length === 0 || (topic0 !== undefined && topics0.includes(topic0));
}

function someOf(logs: readonly ChainLog[]): readonly ChainLog[] {
  return logs.slice(0, EVIDENCE_LOGS_MAX);
}
