import { farmsAbi } from '#abi';
import { type Address, assert, defined, type FarmId, type Hex, toFarmId, toHex } from '#kernel';
import { type ContractEventName, encodeEventTopics } from 'viem';
import { type FarmStatus } from './domain/accumulator.js';
import { type FarmEvent } from './domain/farm-event.js';
import { type LogContent, LogWords } from './log-words.js';
import { NumberedEvents } from './numbered-events.js';

/** The numbered events of the farms contract, all of which `decodeFarmEvent` reads. */
export const farmEvents = new NumberedEvents(farmsAbi);

/** What the contract calls its states, by number; 0 is a farm that does not exist. */
const FARM_STATUSES: readonly (FarmStatus | undefined)[] = [
  undefined,
  'active',
  'deposits-paused',
  'ended',
];

type Body<Event = FarmEvent> = Event extends FarmEvent ? Omit<Event, 'seq' | 'at'> : never;
type Decode = (words: LogWords) => Body;

function farmOf(words: LogWords): { readonly farmId: FarmId } {
  return { farmId: toFarmId(words.topicNumber(0)) };
}

function positionOf(words: LogWords): { readonly farmId: FarmId; readonly user: Address } {
  return { farmId: toFarmId(words.topicNumber(0)), user: words.topicAddress(1) };
}

/** Stream number in the second topic, beside the farm. */
function streamOf(words: LogWords): { readonly farmId: FarmId; readonly stream: number } {
  return { farmId: toFarmId(words.topicNumber(0)), stream: words.topicNumber(1) };
}

function ofStreamUser(words: LogWords): ReturnType<typeof streamOf> & { readonly user: Address } {
  return { ...streamOf(words), user: words.topicAddress(2) };
}

const decodeByName: Readonly<Partial<Record<ContractEventName<typeof farmsAbi>, Decode>>> = {
  FarmAdded: (words) => ({
    kind: 'farm-added',
    ...farmOf(words),
    stakeToken: words.topicAddress(1),
    scaleBits: words.dataNumber(0),
    maxRate: words.data(1),
    hasTerms: words.dataFlag(2),
  }),
  FarmStateSet: (words) => ({
    kind: 'farm-state-set',
    ...farmOf(words),
    state: defined(FARM_STATUSES[words.dataNumber(0)], 'farm state'),
  }),
  MaxRateSet: (words) => ({ kind: 'max-rate-set', ...streamOf(words), maxRate: words.data(0) }),
  TermsSet: (words) => ({
    kind: 'terms-set',
    ...farmOf(words),
    tiers: words
      .dataTuples(0, 3)
      .map(([term = 0, boostBps = 0, feeBps = 0]) => ({ term, boostBps, feeBps })),
    steps: words.dataTuples(1, 2).map(([minTenure = 0, bonusBps = 0]) => ({ minTenure, bonusBps })),
  }),
  StreamAdded: (words) => ({
    kind: 'stream-added',
    ...streamOf(words),
    token: words.topicAddress(2),
    funder: words.dataAddress(0),
    maxRate: words.data(1),
  }),
  FunderSet: (words) => ({
    kind: 'funder-set',
    ...streamOf(words),
    funder: words.dataAddress(0),
  }),
  Staked: (words) => ({
    kind: 'staked',
    ...positionOf(words),
    payer: words.dataAddress(0),
    amount: words.data(1),
    weight: words.data(2),
  }),
  Locked: (words) => ({
    kind: 'locked',
    ...positionOf(words),
    lockEnd: words.dataNumber(0),
    tier: words.dataNumber(1),
    tierBoostBps: words.dataNumber(2),
    feeBps: words.dataNumber(3),
  }),
  Withdrawn: (words) => ({
    kind: 'withdrawn',
    ...positionOf(words),
    to: words.dataAddress(0),
    amount: words.data(1),
    weight: words.data(2),
  }),
  Exited: (words) => ({
    kind: 'exited',
    ...positionOf(words),
    amount: words.data(0),
    weight: words.data(1),
    paid: words.data(2),
  }),
  ExitFeeTaken: (words) => ({
    kind: 'exit-fee-taken',
    ...positionOf(words),
    fee: words.data(0),
    toStakers: words.dataFlag(1),
  }),
  Repriced: (words) => ({ kind: 'repriced', ...positionOf(words), weight: words.data(0) }),
  Claimed: (words) => ({
    kind: 'claimed',
    ...positionOf(words),
    to: words.dataAddress(0),
    amount: words.data(1),
  }),
  StreamClaimed: (words) => ({
    kind: 'stream-claimed',
    ...ofStreamUser(words),
    to: words.dataAddress(0),
    amount: words.data(1),
  }),
  StreamClaimSkipped: (words) => ({ kind: 'stream-claim-skipped', ...ofStreamUser(words) }),
  StreamAdjusted: (words) => ({
    kind: 'stream-adjusted',
    ...streamOf(words),
    delta: words.dataSigned(0),
    remaining: words.data(1),
    endAt: words.dataNumber(2),
  }),
  StreamSwept: (words) => ({
    kind: 'stream-swept',
    ...streamOf(words),
    to: words.dataAddress(0),
    amount: words.data(1),
  }),
  RecipientSet: (words) => ({
    kind: 'recipient-set',
    user: words.topicAddress(0),
    recipient: words.topicAddress(1),
  }),
  TreasuryPaid: (words) => ({
    kind: 'treasury-paid',
    token: words.topicAddress(0),
    amount: words.data(0),
  }),
  SurplusRecovered: (words) => ({
    kind: 'surplus-recovered',
    token: words.topicAddress(0),
    to: words.topicAddress(1),
    amount: words.data(0),
  }),
  GuardianSet: () => ({ kind: 'guardian-set' }),
  SentinelSet: () => ({ kind: 'sentinel-set' }),
};

const decodeByTopic: ReadonlyMap<Hex, Decode> = new Map(
  farmsAbi
    .filter((item) => item.type === 'event')
    .flatMap(({ name }) => {
      const decode = decodeByName[name];
      if (decode === undefined) return [];
      return [[toHex(encodeEventTopics({ abi: farmsAbi, eventName: name })[0]), decode] as const];
    }),
);

/**
 * Reads a log of a farms contract; undefined for one without a sequence number. The caller has
 * checked that the farms contract emitted it.
 */
export function decodeFarmEvent(
  log: LogContent & { readonly blockTimestamp: number },
): FarmEvent | undefined {
  const [topic] = log.topics;
  const decode = topic === undefined ? undefined : decodeByTopic.get(topic);
  if (decode === undefined) return undefined;
  const seq = Number(defined(farmEvents.sequenceOf(log), 'sequence number'));
  assert(Number.isSafeInteger(seq), `event ${seq} is not one of ours`);
  return { ...decode(new LogWords(log)), seq, at: log.blockTimestamp };
}
