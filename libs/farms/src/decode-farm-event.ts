import { farmsAbi } from '#abi';
import { type Hex, toFarmId, toHex } from '#kernel';
import { encodeEventTopics } from 'viem';
import { type FarmEvent } from './domain/farm-event.js';
import { type LogContent, LogWords } from './log-words.js';
import { NumberedEvents } from './numbered-events.js';

const EVENTS = [
  'FarmAdded',
  'FarmEnded',
  'Staked',
  'Withdrawn',
  'Claimed',
  'StreamAdjusted',
] as const;
type EventName = (typeof EVENTS)[number];

const nameByTopic: ReadonlyMap<Hex, EventName> = new Map(
  EVENTS.map((eventName) => [toHex(encodeEventTopics({ abi: farmsAbi, eventName })[0]), eventName]),
);

/** The numbered events of the farms contract, all of which `decodeFarmEvent` reads. */
export const farmEvents = new NumberedEvents(farmsAbi);

/**
 * Reads a log of a farms contract; undefined for one that changes no farm. The caller has checked
 * that the farms contract emitted it.
 */
export function decodeFarmEvent(
  log: LogContent & { readonly blockTimestamp: number },
): FarmEvent | undefined {
  const [topic] = log.topics;
  const name = topic === undefined ? undefined : nameByTopic.get(topic);
  if (name === undefined) return undefined;
  const words = new LogWords(log);
  const farmId = toFarmId(words.topicNumber(0));
  const placed = (seqWord: number) => ({
    farmId,
    at: log.blockTimestamp,
    seq: words.dataNumber(seqWord),
  });
  switch (name) {
    case 'FarmAdded':
      return {
        ...placed(3),
        kind: 'farm-added',
        stakeToken: words.topicAddress(1),
        scaleBits: words.dataNumber(0),
        minWeightBits: words.dataNumber(1),
        maxRate: words.data(2),
      };
    case 'FarmEnded':
      return { ...placed(0), kind: 'farm-ended' };
    case 'Staked': {
      const [user, payer] = [words.topicAddress(1), words.dataAddress(0)];
      return { ...placed(2), kind: 'staked', user, payer, amount: words.data(1) };
    }
    case 'Withdrawn': {
      const [user, to] = [words.topicAddress(1), words.dataAddress(0)];
      return { ...placed(2), kind: 'withdrawn', user, to, amount: words.data(1) };
    }
    case 'Claimed':
      return {
        ...placed(1),
        kind: 'claimed',
        user: words.topicAddress(1),
        amount: words.data(0),
      };
    case 'StreamAdjusted':
      return {
        ...placed(3),
        kind: 'stream-adjusted',
        delta: words.dataSigned(0),
        rateX: words.data(1),
        endAt: words.dataNumber(2),
      };
  }
}
