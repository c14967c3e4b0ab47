import { encodeFunctionData, pad, parseEventLogs } from 'viem';
import { rewardTokenAbi } from '#abi';
import { defined, type Hex, toHex } from '#kernel';
import { accountOf, type Role } from '../accounts.js';
import { waitFor } from '../sleep.js';
import { type ChainKey, CHAINS } from '../topology.js';
import { contractsOf, type Done, type Network } from './network.js';

const ROOM_TIMEOUT_MS = 180_000;

/** Sends reward tokens to the same account on another chain, as any holder may. */
export async function sendTokens(
  network: Network,
  options: {
    readonly who: Role;
    readonly from: ChainKey;
    readonly to: ChainKey;
    /** Wei, in whole shared units. */
    readonly amount: bigint;
  },
): Promise<Done & { readonly guid: Hex }> {
  const { who, from, to, amount } = options;
  const { address } = accountOf(who);
  const chain = network.chains[from];
  const token = { address: contractsOf(network, from).rewardToken, abi: rewardTokenAbi } as const;
  const param = {
    dstEid: CHAINS[to].eid,
    to: pad(address, { size: 32 }),
    amountLD: amount,
    minAmountLD: amount,
    extraOptions: '0x',
    composeMsg: '0x',
    oftCmd: '0x',
  } as const;
  const fee = await chain.client.readContract({
    ...token,
    functionName: 'quoteSend',
    args: [param, false],
  });
  const args = [param, fee, address] as const;
  const receipt = await chain.sender(who).execute({
    label: `transfer by ${who} to ${to}`,
    to: token.address,
    data: toHex(encodeFunctionData({ abi: rewardTokenAbi, functionName: 'send', args })),
    value: fee.nativeFee,
  });
  const logs = parseEventLogs({ abi: rewardTokenAbi, logs: receipt.logs, eventName: 'OFTSent' });
  const { guid } = defined(logs[0], 'OFTSent of a transfer').args;
  return { txHash: toHex(receipt.transactionHash), guid: toHex(guid) };
}

/** Credits a transfer that a token keeps over its limit, once there is room. Anyone may. */
export async function releaseTransfer(
  network: Network,
  options: { readonly who: Role; readonly chain: ChainKey; readonly guid: Hex },
): Promise<Done> {
  const { who, chain, guid } = options;
  const { client } = network.chains[chain];
  const token = { address: contractsOf(network, chain).rewardToken, abi: rewardTokenAbi } as const;
  const [queued] = await client.getContractEvents({
    ...token,
    eventName: 'InboundQueued',
    args: { guid },
    fromBlock: 0n,
    strict: true,
  });
  const { srcEid, amountLD, origin, message } = defined(queued, `queued transfer ${guid}`).args;
  await waitFor({
    what: `room for the transfer ${guid} on ${chain}`,
    timeoutMs: ROOM_TIMEOUT_MS,
    probe: async () => {
      const read = { ...token, functionName: 'inboundLimitOf', args: [srcEid] } as const;
      const [, , available] = await client.readContract(read);
      return available >= amountLD ? true : undefined;
    },
  });
  const args = [origin, guid, message] as const;
  const receipt = await network.chains[chain].sender(who).execute({
    label: `release of a transfer by ${who}`,
    to: token.address,
    data: toHex(encodeFunctionData({ abi: rewardTokenAbi, functionName: 'release', args })),
  });
  return { txHash: toHex(receipt.transactionHash) };
}
