import { encodeFunctionData, erc20Abi, maxUint256, parseEventLogs } from 'viem';
import { farmsAbi } from '#abi';
import { type Address, type Hex, toHex } from '#kernel';
import { accountOf, type Role } from '../accounts.js';
import type { ChainKey, SpokeKey } from '../topology.js';
import { actOnFarms } from './local-timelock.js';
import { contractsOf, type Done, type FarmRef, type Network, stakeTokenOf } from './network.js';

/** The state `Ended` of a farm, as the contract numbers it. */
const FARM_ENDED = 3;

/** A farm of a chain that has a timelock of its own. */
export interface SpokeFarmRef extends FarmRef {
  readonly chain: SpokeKey;
}

export interface PositionChange extends FarmRef {
  readonly who: Role;
  /** Units of the stake token. */
  readonly amount: bigint;
}

/** Allows `spender` to take any amount of a token, unless it is allowed enough already. */
export async function allow(
  network: Network,
  options: {
    readonly who: Role;
    readonly chain: ChainKey;
    readonly token: Address;
    readonly spender: Address;
    readonly amount: bigint;
  },
): Promise<void> {
  const { who, token, spender, amount } = options;
  const chain = network.chains[options.chain];
  const allowance = await chain.client.readContract({
    address: token,
    abi: erc20Abi,
    functionName: 'allowance',
    args: [accountOf(who).address, spender],
  });
  if (allowance >= amount) return;
  await chain.sender(who).execute({
    label: `approval by ${who}`,
    to: token,
    data: toHex(
      encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [spender, maxUint256] }),
    ),
  });
}

/** Stakes, after an approval when there is none yet. */
export async function stake(network: Network, change: PositionChange): Promise<Done> {
  const { who, chain, farmId, amount } = change;
  const { farms } = contractsOf(network, chain);
  const token = stakeTokenOf(network, change);
  await allow(network, { who, chain, token, spender: farms, amount });
  const data = encodeFunctionData({ abi: farmsAbi, functionName: 'stake', args: [farmId, amount] });
  return callFarms(network, { who, chain, label: `stake by ${who}`, data: toHex(data) });
}

/** Stakes under the lock of a tier of the farm, after an approval when there is none yet. */
export async function stakeLocked(
  network: Network,
  change: PositionChange & { readonly tier: number },
): Promise<Done> {
  const { who, chain, farmId, amount, tier } = change;
  const { farms } = contractsOf(network, chain);
  const token = stakeTokenOf(network, change);
  await allow(network, { who, chain, token, spender: farms, amount });
  const args = [farmId, amount, tier] as const;
  const data = encodeFunctionData({ abi: farmsAbi, functionName: 'stakeLocked', args });
  return callFarms(network, { who, chain, label: `locked stake by ${who}`, data: toHex(data) });
}

/** Takes principal out. */
export function withdraw(network: Network, change: PositionChange): Promise<Done> {
  const { who, chain, farmId, amount } = change;
  const args = [farmId, amount] as const;
  const data = encodeFunctionData({ abi: farmsAbi, functionName: 'withdraw', args });
  return callFarms(network, { who, chain, label: `withdrawal by ${who}`, data: toHex(data) });
}

/** Claims what a position earned. @returns also the wei that were paid. */
export async function claim(
  network: Network,
  { who, chain, farmId }: FarmRef & { readonly who: Role },
): Promise<Done & { readonly paid: bigint }> {
  const { farms } = contractsOf(network, chain);
  const receipt = await network.chains[chain].sender(who).execute({
    label: `claim by ${who}`,
    to: farms,
    data: toHex(encodeFunctionData({ abi: farmsAbi, functionName: 'claim', args: [farmId] })),
  });
  const [claimed] = parseEventLogs({ abi: farmsAbi, logs: receipt.logs, eventName: 'Claimed' });
  return { txHash: toHex(receipt.transactionHash), paid: claimed?.args.amount ?? 0n };
}

/** Claims what a position earned in one stream. @returns also the units of its token paid. */
export async function claimStream(
  network: Network,
  { who, chain, farmId, stream }: FarmRef & { readonly who: Role; readonly stream: number },
): Promise<Done & { readonly paid: bigint }> {
  const args = [farmId, stream] as const;
  const receipt = await network.chains[chain].sender(who).execute({
    label: `claim of stream ${stream} by ${who}`,
    to: contractsOf(network, chain).farms,
    data: toHex(encodeFunctionData({ abi: farmsAbi, functionName: 'claimStream', args })),
  });
  const logs = parseEventLogs({ abi: farmsAbi, logs: receipt.logs, eventName: 'StreamClaimed' });
  return { txHash: toHex(receipt.transactionHash), paid: logs[0]?.args.amount ?? 0n };
}

/** Principal of a position, in units of the stake token. */
export async function stakedBy(
  network: Network,
  { who, chain, farmId }: FarmRef & { readonly who: Role },
): Promise<bigint> {
  const position = await network.chains[chain].client.readContract({
    address: contractsOf(network, chain).farms,
    abi: farmsAbi,
    functionName: 'positionOf',
    args: [farmId, accountOf(who).address],
  });
  return position.principal;
}

/** Ends a farm of a spoke at once, without the hub. */
export function endFarm(network: Network, { chain, farmId }: SpokeFarmRef): Promise<Done> {
  const args = [farmId, FARM_ENDED] as const;
  const data = encodeFunctionData({ abi: farmsAbi, functionName: 'setFarmState', args });
  return actOnFarms(network, { spoke: chain, label: 'end of a farm', data: toHex(data) });
}

/**
 * Opens a farm of a spoke at once, without the hub, with the terms of another one, which must have
 * ended when the token is the same.
 */
export async function openFarmLike(
  network: Network,
  options: { readonly farm: SpokeFarmRef; readonly newFarmId: number },
): Promise<Done> {
  const { chain, farmId } = options.farm;
  const { stakeToken, scaleBits, maxRate, hasTerms } = await network.chains[
    chain
  ].client.readContract({
    address: contractsOf(network, chain).farms,
    abi: farmsAbi,
    functionName: 'farmOf',
    args: [farmId],
  });
  const data = encodeFunctionData({
    abi: farmsAbi,
    functionName: 'addFarm',
    args: [{ farmId: options.newFarmId, stakeToken, scaleBits, maxRate, hasTerms }],
  });
  return actOnFarms(network, { spoke: chain, label: 'opening of a farm', data: toHex(data) });
}

async function callFarms(
  network: Network,
  call: {
    readonly who: Role;
    readonly chain: ChainKey;
    readonly label: string;
    readonly data: Hex;
  },
): Promise<Done> {
  const { who, chain, label, data } = call;
  const { farms } = contractsOf(network, chain);
  const receipt = await network.chains[chain].sender(who).execute({ label, to: farms, data });
  return { txHash: toHex(receipt.transactionHash) };
}
