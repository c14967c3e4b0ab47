import { positionBridgeAbi, rewardTokenAbi } from '#abi';
import type { ChainLog } from '#chain';
import type { ChainDeployment } from '#config';
import { decodeFarmEvent, NumberedEvents, readEmissionFact } from '#farms';
import { type Address, type Hex, toAddress, toFarmId, toHex } from '#kernel';
import { decodeEventLog, encodeEventTopics } from 'viem';
import { type BridgeFact, type LedgerFact, type TransferFact } from './domain/ledger-fact.js';

const bridgeEvents = new NumberedEvents(positionBridgeAbi);

const TRANSFER_TOPICS: readonly Hex[] = (['OFTSent', 'OFTReceived'] as const).map((eventName) =>
  toHex(encodeEventTopics({ abi: rewardTokenAbi, eventName })[0]),
);

/** What a log of `chain` says about value; undefined when it moves none. */
export function readLedgerFact(log: ChainLog, chain: ChainDeployment): LedgerFact | undefined {
  const { farms, bridge } = chain.contracts;
  if (log.address === farms) {
    const event = decodeFarmEvent(log);
    return event && { source: 'farms', event };
  }
  if (log.address === bridge) {
    const bridged = readBridgeFact(log);
    return bridged && { source: 'bridge', fact: bridged };
  }
  if (tokensOf(chain).includes(log.address)) {
    const transfer = readTransferFact(log);
    return transfer && { source: 'token', fact: transfer };
  }
  const fact = readEmissionFact(log, chain);
  return fact && { source: 'emission', fact };
}

/** The omnichain tokens of a chain: the reward token and what can be staked and moved. */
export function tokensOf(chain: ChainDeployment): readonly Hex[] {
  const movable = chain.farms.filter((farm) => farm.movable).map((farm) => farm.stakeToken);
  return [...new Set([chain.contracts.rewardToken, ...movable])];
}

/** Reads a log of an omnichain token; undefined for its other events. */
export function readTransferFact(log: ChainLog): TransferFact | undefined {
  const topics = topicsOf(log, TRANSFER_TOPICS);
  if (topics === undefined) return undefined;
  const { eventName, args } = decodeEventLog({ abi: rewardTokenAbi, topics, data: log.data });
  if (eventName === 'OFTSent') {
    const { guid, fromAddress, amountSentLD: amount } = args;
    const from = toAddress(fromAddress);
    return { kind: 'tokens-sent', guid: toHex(guid), token: log.address, from, amount };
  }
  if (eventName !== 'OFTReceived') return undefined;
  const { guid, toAddress: recipient, amountReceivedLD: amount } = args;
  const to = toAddress(recipient);
  return { kind: 'tokens-received', guid: toHex(guid), token: log.address, to, amount };
}

function readBridgeFact(log: ChainLog): BridgeFact | undefined {
  const topics = topicsOf(log, bridgeEvents.topics);
  if (topics === undefined) return undefined;
  const { eventName, args } = decodeEventLog({ abi: positionBridgeAbi, topics, data: log.data });
  switch (eventName) {
    case 'MoveSent': {
      const { guid, farmId, amount } = args;
      return { kind: 'move-sent', guid: toHex(guid), farmId: toFarmId(farmId), amount };
    }
    case 'RewardsSent':
      return { kind: 'rewards-sent', guid: toHex(args.guid), amount: args.amount };
    case 'MoveRestaked': {
      const { amount, fromEscrow: isFromEscrow } = args;
      return { kind: 'move-restaked', ...creditOf(args), amount, isFromEscrow };
    }
    case 'MoveEscrowed':
      return { kind: 'move-escrowed', ...creditOf(args), amount: args.amount };
    case 'EscrowFeePaid': {
      const { fee, toFarm } = args;
      return { kind: 'escrow-fee-paid', ...creditOf(args), fee, toFarm };
    }
    case 'EscrowWithdrawn': {
      const amount = args.amount - args.fee;
      return { kind: 'escrow-withdrawn', ...creditOf(args), to: toAddress(args.to), amount };
    }
    case 'EscrowReturned': {
      const { fee, dust } = args;
      const newGuid = toHex(args.newGuid);
      const parts = { amount: args.amount - fee - dust, dust };
      const recipient = toAddress(args.recipient);
      return { kind: 'escrow-returned', ...creditOf(args), newGuid, ...parts, recipient };
    }
    case 'Recovered': {
      const { amount } = args;
      const [token, to] = [toAddress(args.token), toAddress(args.to)];
      return { kind: 'bridge-recovered', token, to, amount };
    }
    default:
      return undefined;
  }
}

/** A credit is named by its packet and its token. */
function creditOf(args: { readonly guid: Hex; readonly token: Hex }): {
  readonly guid: Hex;
  readonly token: Address;
} {
  return { guid: toHex(args.guid), token: toAddress(args.token) };
}

function topicsOf(log: ChainLog, known: readonly Hex[]): [Hex, ...Hex[]] | undefined {
  const [signature, ...rest] = log.topics;
  if (signature === undefined || !known.includes(signature)) return undefined;
  return [signature, ...rest];
}
