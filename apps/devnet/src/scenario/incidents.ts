import { encodeFunctionData, zeroAddress } from 'viem';
import { positionBridgeAbi } from '#abi';
import { type Address, toHex } from '#kernel';
import type { Done } from './farming.js';
import { contractsOf, type FarmRef, type Network, stakeTokenOf } from './network.js';

/**
 * Closes the route of a farm's token on a spoke: moves that arrive there fail in their compose call
 * and wait until the route is open again.
 */
export function closeRoute(network: Network, farm: FarmRef): Promise<Done> {
  return setRoute(network, farm, zeroAddress);
}

/** Opens the route of a farm's token on a spoke, where the token is its own OFT. */
export function openRoute(network: Network, farm: FarmRef): Promise<Done> {
  return setRoute(network, farm, stakeTokenOf(network, farm));
}

async function setRoute(network: Network, farm: FarmRef, oft: Address): Promise<Done> {
  const receipt = await network.chains[farm.chain].sender('owner').execute({
    label: 'change of a route',
    to: contractsOf(network, farm.chain).bridge,
    data: toHex(
      encodeFunctionData({
        abi: positionBridgeAbi,
        functionName: 'setRoute',
        args: [stakeTokenOf(network, farm), oft],
      }),
    ),
  });
  return { txHash: toHex(receipt.transactionHash) };
}
