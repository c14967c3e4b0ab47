import { type FarmState, type PositionState, type TokenBook } from '#farms';
import { defined } from '#kernel';
import {
  compareFarm,
  comparePosition,
  compareSums,
  compareToken,
  compareWeights,
  missingFarm,
  numbersOfPosition,
} from './domain/compare-states.js';
import { type Finding } from './domain/difference.js';
import { type KnownFacts } from './domain/known-facts.js';
import { type PinnedChain } from './pinned-chain.js';

/** What a missing row says. */
const NO_BOOKS = { funded: 0n, settled: 0n, dustX: 0n, treasuryDue: 0n };
const NO_POSITION = {
  principal: 0n,
  weight: 0n,
  lock: { lockEnd: 0, tier: 0, tierBoostBps: 10_000, feeBps: 0 },
  words: [],
};

/** Stored rows of a chain, all of one block. */
export interface StoredStates {
  readonly cursor: { readonly postedBlock: number };
  readonly farms: readonly FarmState[];
  readonly positions: readonly PositionState[];
  readonly tokens: readonly TokenBook[];
  readonly known: KnownFacts;
}

/** Compares every stored word of farms, streams, positions and token books with the contract. */
export async function compareStates(
  chain: PinnedChain,
  rows: StoredStates,
): Promise<readonly Finding[]> {
  return [
    ...(await compareFarms(chain, rows)),
    ...(await comparePositions(chain, rows)),
    ...(await compareTokens(chain, rows)),
  ];
}

async function compareFarms(chain: PinnedChain, rows: StoredStates): Promise<readonly Finding[]> {
  const { cursor, farms, positions, known } = rows;
  const block = cursor.postedBlock;
  const findings: Finding[] = [];
  for (const farmId of known.farmIds) {
    const numbers = await chain.farm(farmId);
    const farm = farms.find((row) => row.farmId === farmId);
    findings.push(
      ...(farm === undefined ? [missingFarm(farmId, block)] : compareFarm(farm, numbers, block)),
    );
    const weights = positions.filter((row) => row.farmId === farmId).map(({ weight }) => weight);
    const totalWeight = defined(numbers['totalWeight'], 'total weight');
    findings.push(...compareWeights(weights, { farmId, totalWeight }, block));
  }
  return findings;
}

async function comparePositions(
  chain: PinnedChain,
  { cursor, farms, positions, known }: StoredStates,
): Promise<readonly Finding[]> {
  const stored = new Map(positions.map((row) => [`${row.user}:${row.farmId}`, row]));
  const streamCounts = new Map(farms.map(({ farmId, streams }) => [farmId, streams.length]));
  const pairs = known.pairs.map((pair) => ({
    ...pair,
    streamCount: streamCounts.get(pair.farmId) ?? 1,
  }));
  const numbers = await chain.positions(pairs);
  return pairs.flatMap(({ farmId, user, streamCount }, index) => {
    const row = stored.get(`${user}:${farmId}`) ?? NO_POSITION;
    const own = { farmId, user, numbers: numbersOfPosition(row, streamCount) };
    return comparePosition(own, defined(numbers[index], 'position'), cursor.postedBlock);
  });
}

async function compareTokens(
  chain: PinnedChain,
  { cursor, farms, positions, tokens, known }: StoredStates,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const block = cursor.postedBlock;
  for (const token of new Set([...known.stakeTokens, ...known.rewardTokens])) {
    const books = tokens.find((row) => row.token === token) ?? { token, ...NO_BOOKS };
    const numbers = await chain.token(token);
    findings.push(...compareToken(books, { ...numbers }, block));
    findings.push(...compareSums({ token, farms, positions }, numbers, block));
  }
  return findings;
}
