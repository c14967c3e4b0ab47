import { type FarmState, type PositionTotals, type StoredPosition, type TokenBook } from '#farms';
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
import { different } from './domain/compare-rows.js';
import { type Finding } from './domain/difference.js';
import { type KnownFacts } from './domain/known-facts.js';
import { type PinnedChain, type PositionReading } from './pinned-chain.js';

/** What a missing row says. */
const NO_BOOKS = { funded: 0n, settled: 0n, dustX: 0n, treasuryDue: 0n };
const NO_POSITION = {
  principal: 0n,
  weight: 0n,
  lock: { lockEnd: 0, tier: 0, tierBoostBps: 10_000, feeBps: 0 },
  words: [],
  claimed: [],
};

/** Stored rows of a chain, all of one block. */
export interface StoredStates {
  readonly cursor: { readonly postedBlock: number };
  readonly farms: readonly FarmState[];
  readonly positions: readonly StoredPosition[];
  readonly positionTotals: readonly PositionTotals[];
  readonly tokens: readonly TokenBook[];
  readonly known: KnownFacts;
}

/** What the chain says of one position; `claimed` in wei, by stream. */
export interface PairReading extends PositionReading {
  readonly claimed: readonly bigint[];
}

/** Compares stored farms, streams and token books with the contract, and all sums over positions. */
export async function compareStates(
  chain: PinnedChain,
  rows: StoredStates,
): Promise<readonly Finding[]> {
  return [...(await compareFarms(chain, rows)), ...(await compareTokens(chain, rows))];
}

async function compareFarms(chain: PinnedChain, rows: StoredStates): Promise<readonly Finding[]> {
  const { cursor, farms, positionTotals, known } = rows;
  const block = cursor.postedBlock;
  const findings: Finding[] = [];
  for (const farmId of known.farmIds) {
    const numbers = await chain.farm(farmId);
    const farm = farms.find((row) => row.farmId === farmId);
    findings.push(
      ...(farm === undefined ? [missingFarm(farmId, block)] : compareFarm(farm, numbers, block)),
    );
    const weight = positionTotals.find((sums) => sums.farmId === farmId)?.weight ?? 0n;
    const totalWeight = defined(numbers['totalWeight'], 'total weight');
    findings.push(...compareWeights(weight, { farmId, totalWeight }, block));
  }
  return findings;
}

/** Compares every stored word of the known positions; readings come in the order of the pairs. */
export function comparePositions(
  { cursor, farms, positions, known }: StoredStates,
  readings: readonly PairReading[],
): readonly Finding[] {
  const stored = new Map(positions.map((row) => [`${row.user}:${row.farmId}`, row]));
  const streamCounts = new Map(farms.map(({ farmId, streams }) => [farmId, streams.length]));
  const block = cursor.postedBlock;
  return known.pairs.flatMap(({ farmId, user }, index) => {
    const row = stored.get(`${user}:${farmId}`) ?? NO_POSITION;
    const own = {
      farmId,
      user,
      numbers: numbersOfPosition(row, streamCounts.get(farmId) ?? 1),
    };
    const reading = defined(readings[index], 'position');
    const place = { what: 'position-state', block, farmId, user, accountId: null } as const;
    return [
      ...comparePosition(own, reading.numbers, block),
      ...different(
        ...reading.claimed.map((chain, stream) => ({
          ...place,
          field: `claimed${stream}`,
          ledger: row.claimed[stream] ?? 0n,
          chain,
        })),
      ),
    ];
  });
}

async function compareTokens(
  chain: PinnedChain,
  { cursor, farms, positionTotals: totals, tokens, known }: StoredStates,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const block = cursor.postedBlock;
  for (const token of new Set([...known.stakeTokens, ...known.rewardTokens])) {
    const books = tokens.find((row) => row.token === token) ?? { token, ...NO_BOOKS };
    const numbers = await chain.token(token);
    findings.push(...compareToken(books, { ...numbers }, block));
    findings.push(...compareSums({ token, farms, totals }, numbers, block));
  }
  return findings;
}
