import { encodeFunctionData, type Hex, pad, zeroHash } from 'viem';
import { commandReceiverAbi } from '#abi';
import { toHex } from '#kernel';
import { type ChainKey, CHAINS, type SpokeKey } from '../topology.js';
import { actLocally } from './local-timelock.js';
import { contractsOf, type Done, type Network, spokeContractsOf } from './network.js';

/** The way on which positions come to the spoke `to` from `from`. */
export interface Path {
  readonly from: ChainKey;
  readonly to: SpokeKey;
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

function setPeer(network: Network, { from, to }: Path, peer: Hex): Promise<Done> {
  const { commandReceiver: target } = spokeContractsOf(network, to);
  const args = [CHAINS[from].eid, peer] as const;
  const functionName = 'setBridgePeer';
  const data = toHex(encodeFunctionData({ abi: commandReceiverAbi, functionName, args }));
  return actLocally(network, { spoke: to, label: 'change of a peer', calls: [{ target, data }] });
}
