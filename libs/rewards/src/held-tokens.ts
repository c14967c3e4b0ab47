import { Injectable } from '@nestjs/common';
import { type ChainClient } from '#chain';
import { type Address, RetryableError, sumOf } from '#kernel';
import { BaseError, erc20Abi } from 'viem';

/** Reads what the contracts of a chain hold. */
@Injectable()
export class HeldTokens {
  /**
   * Tokens of the farms, the bridge and the receiver at the end of a block.
   *
   * @throws {RetryableError} when no node shows the state of that block.
   */
  async at(chain: ChainClient, asset: Address, block: number): Promise<bigint> {
    const { farms, bridge, receiver } = chain.deployment.contracts;
    return chain.fromOneNode(async ({ client }) => {
      try {
        const balances = await Promise.all(
          [farms, bridge, receiver].map((holder) =>
            client.readContract({
              address: asset,
              abi: erc20Abi,
              functionName: 'balanceOf',
              args: [holder],
              blockNumber: BigInt(block),
            }),
          ),
        );
        return sumOf(balances);
      } catch (error) {
        if (!(error instanceof BaseError)) throw error;
        const reason = `chain ${chain.key} does not show what is held at block ${block}`;
        throw new RetryableError(reason, { cause: error });
      }
    });
  }
}
