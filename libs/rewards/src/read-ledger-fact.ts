import { positionBridgeAbi, rewardTokenAbi } from '#abi';
import type { ChainLog } from '#chain';
import type { ChainDeployment } from '#config';
import { decodeFarmEvent, NumberedEvents, readEmissionFact } from '#farms';
import { type Hex, toAddress, toFarmId, toHex } from '#kernel';
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
    case 'MoveRestaked': {
      const { guid, farmId, amount, fromEscrow: isFromEscrow } = args;
      const where = { guid: toHex(guid), farmId: toFarmId(farmId) };
      return { kind: 'move-restaked', ...where, amount, isFromEscrow };
    }
    case 'MoveEscrowed': {
      const { guid, token, amount } = args;
      return { kind: 'move-escrowed', guid: toHex(guid), token: toAddress(token), amount };
    }
    case 'EscrowWithdrawn': {
      const { guid, to, amount } = args;
      return { kind: 'escrow-withdrawn', guid: toHex(guid), to: toAddress(to), amount };
    }
    case 'EscrowReturned': {
      const { guid, newGuid, amount } = args;
      return { kind: 'escrow-returned', guid: toHex(guid), newGuid: toHex(newGuid), amount };
    }
    default:
      return undefined;
  }
}

function topicsOf(log: ChainLog, known: readonly Hex[]): [Hex, ...Hex[]] | undefined {
  const [signature, ...rest] = log.topics;
  if (signature === undefined || !known.includes(signature)) return undefined;
  return [signature, ...rest];
}
