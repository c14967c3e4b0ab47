import { randomBytes } from 'node:crypto';
import { encodeFunctionData, zeroHash } from 'viem';
import { commandReceiverAbi, farmsAbi, timelockAbi } from '#abi';
import { type Address, type Hex, toHex } from '#kernel';
import { waitFor } from '../sleep.js';
import type { SpokeKey } from '../topology.js';
import { contractsOf, type Done, type Network, spokeContractsOf } from './network.js';

/** A call that the timelock of a spoke makes. */
export interface LocalCall {
  readonly target: Address;
  readonly data: Hex;
}

const DELAY_TIMEOUT_MS = 60_000;

/**
 * Lets the timelock of a spoke make calls, all or none: its proposer schedules them and anybody
 * executes them when the delay has passed.
 */
export async function actLocally(
  network: Network,
  options: {
    readonly spoke: SpokeKey;
    readonly label: string;
    readonly calls: readonly LocalCall[];
  },
): Promise<Done> {
  const { spoke, label, calls } = options;
  const { timelock } = spokeContractsOf(network, spoke);
  const chain = network.chains[spoke];
  const contract = { address: timelock, abi: timelockAbi } as const;
  const delay = await chain.client.readContract({ ...contract, functionName: 'getMinDelay' });
  // The same calls may be made again: only the salt tells the one batch from the other.
  const salt = toHex(`0x${randomBytes(32).toString('hex')}`);
  const batch = [
    calls.map(({ target }) => target),
    calls.map(() => 0n),
    calls.map(({ data }) => data),
    zeroHash,
    salt,
  ] as const;
  const id = await chain.client.readContract({
    ...contract,
    functionName: 'hashOperationBatch',
    args: batch,
  });
  await chain.sender('owner').execute({
    label: `${label}: schedule`,
    to: timelock,
    data: toHex(
      encodeFunctionData({
        abi: timelockAbi,
        functionName: 'scheduleBatch',
        args: [...batch, delay],
      }),
    ),
  });
  await waitFor({
    what: `end of the delay on ${spoke}`,
    timeoutMs: DELAY_TIMEOUT_MS,
    probe: async () => {
      const read = { ...contract, functionName: 'isOperationReady', args: [id] } as const;
      return (await chain.client.readContract(read)) ? true : undefined;
    },
  });
  const receipt = await chain.sender('stranger').execute({
    label: `${label}: execution`,
    to: timelock,
    data: toHex(
      encodeFunctionData({ abi: timelockAbi, functionName: 'executeBatch', args: batch }),
    ),
  });
  return { txHash: toHex(receipt.transactionHash) };
}

/**
 * Lets the timelock of a spoke act as the owner of its farms, which it hands back in the same batch:
 * the way that is left when nothing comes from the hub.
 */
export function actOnFarms(
  network: Network,
  options: { readonly spoke: SpokeKey; readonly label: string; readonly data: Hex },
): Promise<Done> {
  const { spoke, label, data } = options;
  const { farms } = contractsOf(network, spoke);
  const { commandReceiver, timelock } = spokeContractsOf(network, spoke);
  const take = encodeFunctionData({
    abi: commandReceiverAbi,
    functionName: 'transferOwned',
    args: [farms, timelock],
  });
  const handBack = encodeFunctionData({
    abi: farmsAbi,
    functionName: 'transferOwnership',
    args: [commandReceiver],
  });
  const calls = [
    { target: commandReceiver, data: toHex(take) },
    { target: farms, data },
    { target: farms, data: toHex(handBack) },
  ];
  return actLocally(network, { spoke, label, calls });
}
