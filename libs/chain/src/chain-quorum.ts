import type { ChainDeployment } from '#config';
import { defined, type Hex, RetryableError } from '#kernel';
import { askAll } from './ask-all.js';
import type { ChainNode } from './chain-node.js';
import type { BlockRef } from './domain/chain-log.js';
import { type Agreed, agreedBlock, majorityOf, quorumHeight, type Shown } from './domain/quorum.js';
import type { Contradiction } from './domain/contradiction.js';

/** For how long an endpoint is taken to be on the chain it was on. */
const IDENTITY_MS_MAX = 10_000;

/** Too few endpoints answer, or they do not show the same blocks: nothing new is believed. */
export class NoQuorum extends RetryableError {}

/** A block that is believed, and the endpoints that show it. */
export interface Believed {
  readonly block: BlockRef;
  readonly supporters: readonly ChainNode[];
}

/** What a quorum of endpoints shows of a chain. */
export interface ChainView {
  /** Newest block a quorum shows. */
  readonly head: Believed;
  /** Newest block a quorum calls final. */
  readonly finalized: Believed;
}

interface Look {
  readonly node: ChainNode;
  readonly head: BlockRef;
  readonly finalized: BlockRef;
}

/**
 * Believes a block only when a quorum of the configured endpoints shows it. The quorum is a fixed
 * number: endpoints that are down or shut out do not make it smaller.
 */
export class ChainQuorum {
  readonly size: number;
  private readonly nodes: readonly ChainNode[];
  private readonly chain: ChainDeployment;
  private readonly identifiedMs = new Map<string, number>();
  private genesisHash: Hex | undefined;

  /** @param accuse Is told of every endpoint that proves wrong while it is asked. */
  constructor(
    chain: ChainDeployment,
    nodes: readonly ChainNode[],
    private readonly accuse: (contradiction: Contradiction) => void,
  ) {
    this.chain = chain;
    this.nodes = nodes;
    this.size = chain.quorum ?? majorityOf(nodes.length);
    this.genesisHash = chain.genesisHash;
  }

  /** First block of the chain, once it is configured, remembered or agreed on. */
  get genesis(): Hex | undefined {
    return this.genesisHash;
  }

  /** Makes the next view ask every endpoint again which chain it is on. */
  forgetIdentities(): void {
    this.identifiedMs.clear();
  }

  /** Holds the endpoints to the first block the chain had when it was first looked at. */
  pinGenesis(hash: Hex): void {
    this.genesisHash ??= hash;
  }

  /**
   * @param candidates Endpoints that may be asked.
   * @throws {NoQuorum}
   */
  async view(candidates: readonly ChainNode[]): Promise<ChainView> {
    const nodes = await this.onThisChain(candidates);
    const looks = await this.ask(nodes, async (node): Promise<Look> => {
      const [head, finalized] = await Promise.all([node.head(), node.finalized()]);
      if (finalized.number > head.number) {
        throw new RetryableError(`finalized block ${finalized.number} above head ${head.number}`);
      }
      return { node, head, finalized };
    });
    const finalized = await this.agreedFinality(looks);
    const head = await this.agreedHead(looks, finalized);
    for (const { node, block } of finalized.dissenters) {
      const { key: nodeKey } = node;
      const kind = 'other-final-block';
      const proved = finalized.block;
      this.accuse({ nodeKey, kind, blockNumber: block.number, answered: block, proved });
    }
    return { head, finalized };
  }

  /**
   * The block of a height that a quorum shows; undefined when a quorum has none of that height.
   *
   * @throws {NoQuorum} when they neither agree on one nor on there being none.
   */
  async block(
    candidates: readonly ChainNode[],
    number: number,
  ): Promise<Agreed<ChainNode> | undefined> {
    const nodes = await this.onThisChain(candidates);
    const answers = await this.ask(nodes, async (node): Promise<Shown<ChainNode>> => {
      return { node, block: await node.blockByNumber(number) };
    });
    const agreed = agreedBlock(answers, this.size);
    if (agreed !== undefined) return agreed;
    const lacking = answers.filter(({ block }) => block === undefined);
    if (lacking.length >= this.size) return undefined;
    throw new NoQuorum(`no ${this.size} endpoints of ${this.chain.key} show the same ${number}`);
  }

  /** Endpoints on another chain are told apart before anything they say is counted. */
  private async onThisChain(candidates: readonly ChainNode[]): Promise<readonly ChainNode[]> {
    const nowMs = Date.now();
    const isKnown = ({ key }: ChainNode) =>
      nowMs - (this.identifiedMs.get(key) ?? -Infinity) < IDENTITY_MS_MAX;
    const unknown = candidates.filter((node) => !isKnown(node));
    if (unknown.length === 0) return candidates;
    const { answers: identities, failure } = await askAll({
      nodes: unknown,
      enough: this.size,
      question: (node) => node.identity(),
    });
    if (identities.length === 0 && unknown.length === candidates.length) {
      throw this.tooFew(0, candidates, failure);
    }
    this.genesisHash ??= this.agreedGenesis(identities.map(({ value }) => value.genesisHash));
    const { genesisHash } = this;
    const strangers = identities.filter(
      ({ value }) => value.chainId !== this.chain.chainId || value.genesisHash !== genesisHash,
    );
    const isStranger = (node: ChainNode) => strangers.some((stranger) => stranger.node === node);
    for (const { node } of identities) {
      if (!isStranger(node)) this.identifiedMs.set(node.key, nowMs);
    }
    const proved = { chainId: this.chain.chainId, genesisHash };
    for (const { node, value: answered } of strangers) {
      const { key: nodeKey } = node;
      this.accuse({ nodeKey, kind: 'other-chain', blockNumber: 0, answered, proved });
    }
    return candidates.filter(isKnown);
  }

  private agreedGenesis(hashes: readonly Hex[]): Hex {
    const found = hashes.find((one) => hashes.filter((hash) => hash === one).length >= this.size);
    if (found !== undefined) return found;
    throw new NoQuorum(
      `no ${this.size} endpoints of ${this.chain.key} show the same first block; ${hashes.length} answered`,
    );
  }

  private async agreedFinality(looks: readonly Look[]): Promise<Agreed<ChainNode>> {
    const number = this.heightOf(looks.map(({ finalized }) => finalized.number));
    const reaching = looks.filter(({ finalized }) => finalized.number >= number);
    const agreed = agreedBlock(await this.shownAt(reaching, number), this.size);
    if (agreed !== undefined) return agreed;
    throw new NoQuorum(`the endpoints of ${this.chain.key} disagree about final block ${number}`);
  }

  /** Below a fork all agree, and at the latest at the final block. */
  private async agreedHead(looks: readonly Look[], finalized: Believed): Promise<Believed> {
    const top = this.heightOf(looks.map(({ head }) => head.number));
    for (let step = 0; ; step = step * 2 + 1) {
      const number = top - step;
      if (number <= finalized.block.number) return finalized;
      const reaching = looks.filter(({ head }) => head.number >= number);
      const agreed = agreedBlock(await this.shownAt(reaching, number), this.size);
      if (agreed !== undefined) return agreed;
    }
  }

  private async shownAt(
    looks: readonly Look[],
    number: number,
  ): Promise<readonly Shown<ChainNode>[]> {
    const answers = await Promise.allSettled(
      looks.map(async ({ node, head, finalized }) => {
        const known = [head, finalized].find((block) => block.number === number);
        return { node, block: known ?? (await node.blockByNumber(number)) };
      }),
    );
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }

  private heightOf(heights: readonly number[]): number {
    return defined(quorumHeight(heights, this.size), 'heights of a quorum');
  }

  private async ask<Answer>(
    nodes: readonly ChainNode[],
    question: (node: ChainNode) => Promise<Answer>,
  ): Promise<readonly Answer[]> {
    if (nodes.length < this.size) throw this.tooFew(nodes.length, nodes);
    const { answers, failure } = await askAll({ nodes, enough: this.size, question });
    if (answers.length >= this.size) return answers.map(({ value }) => value);
    throw this.tooFew(answers.length, nodes, failure);
  }

  private tooFew(answered: number, asked: readonly ChainNode[], cause?: unknown): NoQuorum {
    const { size, nodes, chain } = this;
    const shutOut = nodes.length - asked.length;
    const rest = shutOut === 0 ? '' : `; ${shutOut} not asked`;
    return new NoQuorum(
      `${answered} of ${nodes.length} endpoints of ${chain.key} answer, ${size} must agree${rest}`,
      { cause },
    );
  }
}
