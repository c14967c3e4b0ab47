import { encodeFunctionData, type Hex, pad, zeroHash } from 'viem';
import { positionBridgeAbi } from '#abi';
import { toHex } from '#kernel';
import { type ChainKey, CHAINS } from '../topology.js';
import type { Done } from './farming.js';
import { contractsOf, type Network } from './network.js';

/** The way on which positions come to `to` from `from`. */
export interface Path {
  readonly from: ChainKey;
  readonly to: ChainKey;
}

/**
 * Makes the bridge of a chain distrust the bridge of another one: moves that arrive from there fail
 * in their compose call and wait until it is trusted again.
 */
export function distrustBridge(network: Network, path: Path): Promise<Done> {
  return setPeer(network, path, zeroHash);
}

/** Makes the bridge of a chain trust the bridge of another one again. */
export function trustBridge(network: Network, path: Path): Promise<Done> {
  return setPeer(network, path, pad(contractsOf(network, path.from).bridge, { size: 32 }));
}

async function setPeer(network: Network, { from, to }: Path, peer: Hex): Promise<Done> {
  const receipt = await network.chains[to].sender('owner').execute({
    label: 'change of a peer',
    to: contractsOf(network, to).bridge,
    data: toHex(
      encodeFunctionData({
        abi: positionBridgeAbi,
        functionName: 'setPeer',
        args: [CHAINS[from].eid, peer],
      }),
    ),
  });
  return { txHash: toHex(receipt.transactionHash) };
}
