import { encodeFunctionData, parseEventLogs, type TransactionReceipt } from 'viem';
import { positionBridgeAbi } from '#abi';
import { type Address, assert, defined, type Hex, toHex } from '#kernel';
import { accountOf, type Role } from '../accounts.js';
import { waitFor } from '../sleep.js';
import { type ChainKey, CHAINS, type SpokeKey } from '../topology.js';
import type { WorkStatus } from '../worker/tracked-message.js';
import { endFarm } from './farming.js';
import { contractsOf, type Done, type FarmRef, type Network } from './network.js';

/** Where a credit stands, in the order of the contract. */
const CREDIT_STATES = ['none', 'escrowed', 'restaked', 'withdrawn', 'returned'] as const;
export type CreditState = (typeof CREDIT_STATES)[number];

export interface MoveRequest {
  readonly who: Role;
  readonly from: FarmRef;
  readonly to: FarmRef;
  /** Units of the stake token. */
  readonly amount: bigint;
  /** Owner of the position on arrival; the mover when absent. */
  readonly recipient?: Address;
  /** Whether the rewards earned so far go along; they stay claimable when absent. */
  readonly carriesRewards?: boolean;
}

/** A move to a farm whose chain has a timelock of its own. */
export interface MoveToSpoke extends MoveRequest {
  readonly to: FarmRef & { readonly chain: SpokeKey };
}

/** A move that was sent. */
export interface SentMove extends Done {
  readonly guid: Hex;
  /** Units that travel; what the OFT cannot carry stays staked. */
  readonly amountSent: bigint;
}

/** A credit on the chain it arrived on. */
export interface CreditRef {
  readonly chain: ChainKey;
  readonly guid: Hex;
}

const ARRIVAL_TIMEOUT_MS = 60_000;

/** Moves a position to another chain in one transaction. */
export async function move(network: Network, request: MoveRequest): Promise<SentMove> {
  const { who, from, to, amount } = request;
  const chain = network.chains[from.chain];
  const { bridge } = contractsOf(network, from.chain);
  const args = {
    farmId: from.farmId,
    amount,
    dstEid: CHAINS[to.chain].eid,
    dstFarmId: to.farmId,
    recipient: request.recipient ?? accountOf(who).address,
    carryRewards: request.carriesRewards ?? false,
  };
  const { moveFee, rewardFee } = await chain.client.readContract({
    address: bridge,
    abi: positionBridgeAbi,
    functionName: 'quoteMove',
    args: [accountOf(who).address, args],
  });
  const receipt = await chain.sender(who).execute({
    label: `move by ${who}`,
    to: bridge,
    data: toHex(encodeFunctionData({ abi: positionBridgeAbi, functionName: 'move', args: [args] })),
    value: moveFee + rewardFee,
  });
  const logs = parseEventLogs({
    abi: positionBridgeAbi,
    logs: receipt.logs,
    eventName: 'MoveSent',
  });
  const sent = defined(logs[0], 'MoveSent of a move').args;
  return {
    txHash: toHex(receipt.transactionHash),
    guid: toHex(sent.guid),
    amountSent: sent.amount,
  };
}

interface Credit {
  readonly token: Address;
  readonly state: CreditState;
}

/** A credit is named by its packet and its token; here no packet brings two. */
async function creditOf(network: Network, { chain, guid }: CreditRef): Promise<Credit | undefined> {
  const { farms } = defined(
    network.deployment.chains.find(({ key }) => key === chain),
    `deployment of ${chain}`,
  );
  const movable = farms.filter((farm) => farm.movable).map(({ stakeToken }) => stakeToken);
  const credits = await Promise.all(
    [...new Set(movable)].map(async (token) => {
      const credit = await network.chains[chain].client.readContract({
        address: contractsOf(network, chain).bridge,
        abi: positionBridgeAbi,
        functionName: 'creditOf',
        args: [guid, token],
      });
      const state = defined(CREDIT_STATES[credit.state], `credit state ${credit.state}`);
      return { token, state };
    }),
  );
  return credits.find(({ state }) => state !== 'none');
}

/** Where the credit of a move stands now. */
export async function creditState(network: Network, credit: CreditRef): Promise<CreditState> {
  return (await creditOf(network, credit))?.state ?? 'none';
}

async function creditToken(network: Network, credit: CreditRef): Promise<Address> {
  return defined(await creditOf(network, credit), `credit ${credit.guid}`).token;
}

/** Waits until a move has arrived and says how it ended. */
export function waitForArrival(network: Network, credit: CreditRef): Promise<CreditState> {
  return waitFor({
    what: `arrival of ${credit.guid} on ${credit.chain}`,
    timeoutMs: ARRIVAL_TIMEOUT_MS,
    probe: async () => {
      const state = await creditState(network, credit);
      return state === 'none' ? undefined : state;
    },
  });
}

/**
 * Lets a move fail: its compose call is held until the destination farm, on a spoke, has ended. The
 * position then waits in escrow.
 */
export async function moveIntoEscrow(network: Network, request: MoveToSpoke): Promise<SentMove> {
  const path = { src: request.from.chain, dst: request.to.chain };
  await network.control.changeFaults({ hold: { compose: true } }, path);
  const sent = await move(network, request);
  await waitForStatus(network, sent.guid, 'compose-pending');
  await endFarm(network, request.to);
  await network.control.changeFaults({ hold: { compose: false } }, path);
  const state = await waitForArrival(network, { chain: request.to.chain, guid: sent.guid });
  assert(state === 'escrowed', `a move into an ended farm is ${state}, not escrowed`);
  return sent;
}

/** Restakes an escrowed credit into a farm of the same chain and token. */
export async function retryEscrow(
  network: Network,
  options: CreditRef & { readonly who: Role; readonly farmId: number },
): Promise<Done> {
  const { guid, farmId } = options;
  const token = await creditToken(network, options);
  const data = encodeFunctionData({
    abi: positionBridgeAbi,
    functionName: 'retry',
    args: [guid, token, farmId],
  });
  const exit = { ...options, data: toHex(data), expected: 'restaked' } as const;
  return { txHash: toHex((await leaveEscrow(network, exit)).transactionHash) };
}

/** Pays an escrowed credit out to its recipient. */
export async function withdrawEscrow(
  network: Network,
  options: CreditRef & { readonly who: Role },
): Promise<Done> {
  const { guid, who } = options;
  const token = await creditToken(network, options);
  const data = encodeFunctionData({
    abi: positionBridgeAbi,
    functionName: 'withdrawEscrow',
    args: [guid, token, accountOf(who).address],
  });
  const exit = { ...options, data: toHex(data), expected: 'withdrawn' } as const;
  return { txHash: toHex((await leaveEscrow(network, exit)).transactionHash) };
}

/**
 * Sends an escrowed credit back to its recipient on another chain, as plain tokens.
 *
 * @returns also the guid of the packet they travel in.
 */
export async function returnEscrow(
  network: Network,
  options: CreditRef & { readonly who: Role; readonly to: ChainKey },
): Promise<Done & { readonly guid: Hex }> {
  const { chain, guid, who, to } = options;
  const token = await creditToken(network, options);
  const args = [guid, token, CHAINS[to].eid, accountOf(who).address] as const;
  const value = await network.chains[chain].client.readContract({
    address: contractsOf(network, chain).bridge,
    abi: positionBridgeAbi,
    functionName: 'quoteReturn',
    args,
  });
  const data = encodeFunctionData({ abi: positionBridgeAbi, functionName: 'returnEscrow', args });
  const exit = { ...options, data: toHex(data), value, expected: 'returned' } as const;
  const receipt = await leaveEscrow(network, exit);
  const logs = parseEventLogs({
    abi: positionBridgeAbi,
    logs: receipt.logs,
    eventName: 'EscrowReturned',
  });
  const returned = defined(logs[0], 'EscrowReturned of a return').args;
  return { txHash: toHex(receipt.transactionHash), guid: toHex(returned.newGuid) };
}

async function leaveEscrow(
  network: Network,
  options: CreditRef & {
    readonly who: Role;
    readonly data: Hex;
    readonly value?: bigint;
    readonly expected: CreditState;
  },
): Promise<TransactionReceipt> {
  const { chain, who, data, value = 0n, expected } = options;
  const receipt = await network.chains[chain].sender(who).execute({
    label: `exit from escrow by ${who}`,
    to: contractsOf(network, chain).bridge,
    data,
    value,
  });
  const state = await creditState(network, options);
  assert(state === expected, `the credit is ${state}, not ${expected}`);
  return receipt;
}

/** Waits until the worker shows a message in `status`. */
export async function waitForStatus(
  network: Network,
  guid: Hex,
  status: WorkStatus,
): Promise<void> {
  await waitFor({
    what: `status ${status} of ${guid}`,
    timeoutMs: ARRIVAL_TIMEOUT_MS,
    probe: async () => {
      const messages = await network.control.messages();
      return messages.some((one) => one.guid === guid && one.status === status) ? true : undefined;
    },
  });
}
