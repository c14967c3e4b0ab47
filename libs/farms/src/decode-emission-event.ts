import { emissionControllerAbi, emissionReceiverAbi } from '#abi';
import { type Address, type Hex, toAddress, toEid, toEpoch, toFarmId, toHex } from '#kernel';
import { decodeEventLog } from 'viem';
import { type EmissionFact } from './domain/emission-event.js';
import { type LogContent } from './log-words.js';
import { NumberedEvents } from './numbered-events.js';

const ZERO_GUID = `0x${'0'.repeat(64)}`;

/** The controller's numbered events: all of them are indexed, so that a missing one shows. */
export const controllerEvents = new NumberedEvents(emissionControllerAbi);

/** The receiver's numbered events: all of them are indexed, so that a missing one shows. */
export const receiverEvents = new NumberedEvents(emissionReceiverAbi);

/** Reads a log of the emission controller; undefined for one that is of no interest. */
export function decodeControllerFact(log: LogContent): EmissionFact | undefined {
  const topics = topicsOf(log, controllerEvents);
  if (topics === undefined) return undefined;
  const event = decodeEventLog({ abi: emissionControllerAbi, topics, data: log.data });
  switch (event.eventName) {
    case 'ChainRegistered': {
      const { eid, receiver, maxBps } = event.args;
      return { kind: 'chain-registered', eid: toEid(eid), receiver: accountOf(receiver), maxBps };
    }
    case 'FarmBoundsSet': {
      const { eid, farmId, minBps, maxBps } = event.args;
      return { kind: 'farm-bounds-set', eid: toEid(eid), farmId: toFarmId(farmId), minBps, maxBps };
    }
    case 'FarmRemoved': {
      const { eid, farmId } = event.args;
      return { kind: 'farm-removed', eid: toEid(eid), farmId: toFarmId(farmId) };
    }
    case 'ScheduleSet': {
      const { fromEpoch, budgetSD, floorSD, decayBps, decayEvery } = event.args;
      const schedule = { fromEpoch, budgetSD, floorSD, decayBps, decayEvery };
      return { kind: 'schedule-set', schedule };
    }
    case 'MaxChangeSet':
      return { kind: 'max-change-set', maxChangeBps: event.args.maxChangeBps };
    case 'FeeCapSet':
      return { kind: 'fee-cap-set', feeCap: event.args.feeCap };
    case 'OperatorSet':
      return { kind: 'operator-set', operator: toAddress(event.args.operator) };
    case 'GuardianSet':
      return { kind: 'guardian-set', guardian: toAddress(event.args.guardian) };
    case 'Paused':
    case 'Unpaused':
      return { kind: 'controller-paused', isPaused: event.eventName === 'Paused' };
    case 'TokenWithdrawn': {
      const { to, amount } = event.args;
      return { kind: 'token-withdrawn', to: toAddress(to), amount };
    }
    default:
      return decodeLimit(log) ?? decodeOrderFact(log);
  }
}

/** What bounds a budget or stops the controller, besides its owner. */
function decodeLimit(log: LogContent): EmissionFact | undefined {
  const topics = topicsOf(log, controllerEvents);
  if (topics === undefined) return undefined;
  const event = decodeEventLog({ abi: emissionControllerAbi, topics, data: log.data });
  switch (event.eventName) {
    case 'SentinelSet': {
      const { sentinel, until } = event.args;
      return { kind: 'sentinel-set', sentinel: toAddress(sentinel), until };
    }
    case 'RevenueMultipleSet': {
      const { fromEpoch, multipleBps } = event.args;
      return { kind: 'revenue-multiple-set', fromEpoch, multipleBps };
    }
    case 'RevenueDeposited': {
      const { epoch, from, amountLD: amount } = event.args;
      return { kind: 'revenue-deposited', epoch, from: toAddress(from), amount };
    }
    default:
      return undefined;
  }
}

function decodeOrderFact(log: LogContent): EmissionFact | undefined {
  const topics = topicsOf(log, controllerEvents);
  if (topics === undefined) return undefined;
  const event = decodeEventLog({ abi: emissionControllerAbi, topics, data: log.data });
  switch (event.eventName) {
    case 'EpochDecided': {
      const { epoch, revision, budgetSD, allocatedSD, evidenceHash, targets } = event.args;
      return {
        kind: 'epoch-decided',
        epoch: toEpoch(epoch),
        revision,
        budgetSD,
        allocatedSD,
        evidenceHash: toHex(evidenceHash),
        targets: targets.map(({ eid, farmId, amountSD }) => ({
          eid: toEid(eid),
          farmId: toFarmId(farmId),
          amountSD,
        })),
      };
    }
    case 'OrderDispatched': {
      const { epoch, eid, revision, amountSD, guid } = event.args;
      const order = { epoch: toEpoch(epoch), eid: toEid(eid), revision, amountSD };
      return { kind: 'order-dispatched', ...order, guid: guidOf(guid) };
    }
    case 'DispatchFailed': {
      const { epoch, eid, reason } = event.args;
      const failed = { epoch: toEpoch(epoch), eid: toEid(eid), reason: toHex(reason) };
      return { kind: 'dispatch-failed', ...failed };
    }
    default:
      return undefined;
  }
}

/** Reads a log of an emission receiver; undefined for one that is of no interest. */
export function decodeReceiverFact(log: LogContent): EmissionFact | undefined {
  const topics = topicsOf(log, receiverEvents);
  if (topics === undefined) return undefined;
  const event = decodeEventLog({ abi: emissionReceiverAbi, topics, data: log.data });
  switch (event.eventName) {
    case 'OrderReceived': {
      const { epoch, revision, guid, amount } = event.args;
      const order = { epoch: toEpoch(epoch), revision, guid: guidOf(guid), amount };
      return { kind: 'order-received', ...order };
    }
    case 'OrderApplied': {
      const { epoch, revision, net, pot } = event.args;
      // The pot of unreadable orders can be replayed as epoch 0; it belongs to no epoch.
      if (epoch === 0) return undefined;
      return { kind: 'order-applied', epoch: toEpoch(epoch), revision, net, pot };
    }
    case 'OrderUnreadable': {
      const { guid, amount } = event.args;
      return { kind: 'order-unreadable', guid: guidOf(guid), amount };
    }
    case 'PotReleased': {
      const { epoch, amount, pot } = event.args;
      return { kind: 'pot-released', epoch, amount, pot };
    }
    case 'ReturnedToHub': {
      const { guid, amount } = event.args;
      return { kind: 'returned-to-hub', guid: guidOf(guid), amount };
    }
    case 'SurplusRecovered': {
      const { token, to, amount } = event.args;
      const accounts = { token: toAddress(token), to: toAddress(to) };
      return { kind: 'surplus-recovered', ...accounts, amount };
    }
    case 'MinValidEpochSet':
      return { kind: 'min-valid-epoch-set', epoch: event.args.epoch };
    case 'Paused':
    case 'Unpaused':
      return { kind: 'receiver-paused', isPaused: event.eventName === 'Paused' };
    default:
      return undefined;
  }
}

function topicsOf(log: LogContent, known: NumberedEvents): [Hex, ...Hex[]] | undefined {
  const [signature, ...rest] = log.topics;
  if (signature === undefined || !known.topics.includes(signature)) return undefined;
  return [signature, ...rest];
}

function guidOf(guid: string): Hex | null {
  return guid === ZERO_GUID ? null : toHex(guid);
}

/** Account in the last 20 bytes of a word, as LayerZero writes EVM addresses. */
function accountOf(word: Hex): Address {
  return toAddress(`0x${word.slice(-40)}`);
}
