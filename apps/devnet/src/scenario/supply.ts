import { parseEventLogs } from 'viem';
import { rewardTokenAbi } from '#abi';
import { type Address, sumOf } from '#kernel';
import { CHAIN_KEYS, onEveryChain, type PerChain } from '../topology.js';
import type { Network } from './network.js';

/** An omnichain token over all chains, in wei. */
export interface OmnichainSupply {
  readonly perChain: PerChain<bigint>;
  /** Sent and not yet delivered. */
  readonly inFlight: bigint;
  readonly total: bigint;
}

/**
 * Adds up what exists of an OFT. The chains are read one after the other, so that the sum only
 * means something while nothing is being delivered.
 *
 * @param oft Address of the token on each chain.
 */
export async function supplyOf(network: Network, oft: PerChain<Address>): Promise<OmnichainSupply> {
  const perChain = await onEveryChain((key) =>
    network.chains[key].client.readContract({
      address: oft[key],
      abi: rewardTokenAbi,
      functionName: 'totalSupply',
    }),
  );
  const logs = await onEveryChain(async (key) =>
    parseEventLogs({
      abi: rewardTokenAbi,
      logs: await network.chains[key].client.getLogs({ address: oft[key], fromBlock: 0n }),
    }),
  );
  const all = CHAIN_KEYS.flatMap((key) => logs[key]);
  const received = new Set(
    all.flatMap((log) => (log.eventName === 'OFTReceived' ? [log.args.guid] : [])),
  );
  const inFlight = sumOf(
    all.flatMap((log) =>
      log.eventName === 'OFTSent' && !received.has(log.args.guid)
        ? [log.args.amountReceivedLD]
        : [],
    ),
  );
  return { perChain, inFlight, total: sumOf(CHAIN_KEYS.map((key) => perChain[key])) + inFlight };
}
