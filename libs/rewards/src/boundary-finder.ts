import { Injectable } from '@nestjs/common';
import type { BlockRef, ChainClient } from '#chain';
import { assert, RetryableError } from '#kernel';

/** A block and its chain time in seconds. */
export type BlockTime = Pick<BlockRef, 'number' | 'timestamp'>;

/** The last block before a moment, and the first at or after it. */
export interface Straddle {
  readonly before: BlockRef;
  readonly after: BlockRef;
}

/** Finds blocks by chain time with a few reads. */
@Injectable()
export class BoundaryFinder {
  /**
   * The last block with a time below `moment`; undefined when that is `low` itself, which then is
   * not read.
   *
   * @param options.low A block before the moment, `high` one at or after it; both final.
   * @throws {RetryableError} when the node cannot show a block in between.
   */
  async straddle(options: {
    readonly chain: ChainClient;
    readonly moment: number;
    readonly low: BlockTime;
    readonly high: BlockTime;
  }): Promise<Straddle> {
    const { chain, moment } = options;
    let { low, high } = options;
    assert(low.timestamp < moment && moment <= high.timestamp, 'the moment is not in the range');
    // A guess by interpolation and a halving in turn: block times are even, except when not.
    for (let turn = 0; high.number - low.number > 1; turn += 1) {
      const width = high.number - low.number;
      const share = (moment - low.timestamp) / (high.timestamp - low.timestamp);
      const guess = turn % 2 === 0 ? Math.floor(width * share) : Math.floor(width / 2);
      const number = low.number + Math.min(width - 1, Math.max(1, guess));
      const block = await this.block(chain, number);
      if (block.timestamp < moment) low = block;
      else high = block;
    }
    return {
      before: await this.block(chain, low.number),
      after: await this.block(chain, high.number),
    };
  }

  /** @throws {RetryableError} when the node does not have the block. */
  async block(chain: ChainClient, number: number): Promise<BlockRef> {
    const block = await chain.blockByNumber(number);
    if (block === undefined) throw new RetryableError(`chain ${chain.key} has no block ${number}`);
    return block;
  }
}
