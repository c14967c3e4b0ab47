import { Injectable } from '@nestjs/common';
import type { ChainClient, ChainNode } from '#chain';
import { RetryableError } from '#kernel';
import { type VerifyResult } from '#ledger';
import { comparePositions, compareStates, type PairReading } from './compare-stored.js';
import { compareViews } from './compare-views.js';
import { type ChainReadings, compareLedger, rewardOwner } from './domain/compare-rows.js';
import { type TokenReading } from './domain/compare-supply.js';
import { type Difference, type Finding } from './domain/difference.js';
import { DivergenceFinder } from './divergence-finder.js';
import { type Payment, paymentsOf, sumPayments } from './payments.js';
import { inTurns, PinnedChain } from './pinned-chain.js';
import { type Projections } from './projection-reader.service.js';
import { type StoredRows } from './row-reader.service.js';
import { type ClaimedTotal } from './storage/verified-store.js';

/** What a chain says about the rows of one run. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** Orders, decisions, journeys and proposals compared, by scope and subject of a hold on it. */
  readonly views: readonly string[];
  readonly token: TokenReading;
  readonly firstMint: bigint | undefined;
  /** Payments since the last good run, as totals; what the next run starts from. */
  readonly paid: readonly ClaimedTotal[];
  /** Whether the last good run was of another chain: what it vouched for counts for nothing. */
  readonly isVerifiedLost: boolean;
}

interface Facts {
  readonly rows: StoredRows;
  readonly projections: Projections;
  readonly verification: VerifyResult;
  /** Endpoint ids of all other chains. */
  readonly paths: Parameters<PinnedChain['rewardToken']>[0];
  readonly isMintAsked: boolean;
}

/** Compares the rows of one chain with its contracts, all read from one node at one block. */
@Injectable()
export class ChainComparer {
  constructor(private readonly finder: DivergenceFinder) {}

  /** @throws {RetryableError} when no node of the chain can answer for the block. */
  async compare(chain: ChainClient, facts: Facts): Promise<Comparison> {
    return chain.fromOneNode(async (node) => this.compareOn(chain, node, facts));
  }

  private async compareOn(chain: ChainClient, node: ChainNode, facts: Facts): Promise<Comparison> {
    const { rows, projections, verification, paths, isMintAsked } = facts;
    const { cursor, known, verified } = rows;
    const pinned = new PinnedChain(chain, node, {
      number: cursor.postedBlock,
      hash: cursor.postedHash,
    });
    const isVerifiedLost =
      verified !== undefined && (await node.blockByNumber(verified.number))?.hash !== verified.hash;
    const since = isVerifiedLost ? undefined : verified;
    const { startBlock } = chain.deployment;
    const range = { afterBlock: since?.number ?? startBlock - 1, toBlock: cursor.postedBlock };
    const paid = {
      before: since === undefined ? [] : rows.claimed,
      payments: await paymentsOf({ chain, node }, range),
    };
    const readings = await readPairs(pinned, rows, paid);
    const views = await compareViews(chain, node, { projections, farmIds: known.farmIds });
    const findings: readonly Finding[] = [
      ...(await compareStates(pinned, rows)),
      ...comparePositions(rows, readings),
      ...compareLedger(rows.sums, await readTotals(pinned, rows, readings)),
      ...views.findings,
    ];
    return {
      differences: await this.finder.explain(findings, { chain, node, rows, verification }),
      views: views.compared,
      token: await pinned.rewardToken(paths),
      firstMint: isMintAsked ? await pinned.firstMint() : undefined,
      paid: paidTotals(paid),
      isVerifiedLost,
    };
  }
}

async function readPairs(
  pinned: PinnedChain,
  { farms, known }: StoredRows,
  paid: { readonly before: readonly ClaimedTotal[]; readonly payments: readonly Payment[] },
): Promise<readonly PairReading[]> {
  const streamCounts = new Map(farms.map(({ farmId, streams }) => [farmId, streams.length]));
  const pairs = known.pairs.map((pair) => ({
    ...pair,
    streamCount: streamCounts.get(pair.farmId) ?? 1,
  }));
  const readings = await pinned.positions(pairs);
  const before = new Map(paid.before.map((row) => [rewardOwner(row, row.stream), row.claimed]));
  const since = sumPayments(paid.payments);
  return readings.map((reading, index) => {
    const pair = pairs[index];
    if (pair === undefined) throw new RetryableError('a position was not read');
    const claimed = reading.earned.map((_, stream) => {
      const owner = rewardOwner(pair, stream);
      return (before.get(owner) ?? 0n) + (since.get(owner) ?? 0n);
    });
    return { ...reading, claimed };
  });
}

async function readTotals(
  pinned: PinnedChain,
  { cursor, known }: StoredRows,
  readings: readonly PairReading[],
): Promise<ChainReadings> {
  const tokens = [...new Set([...known.stakeTokens, ...known.rewardTokens])];
  return {
    block: cursor.postedBlock,
    pairs: known.pairs.map((pair, index) => {
      const { principal = 0n, earned = [], claimed = [] } = readings[index] ?? {};
      const rewards = earned.map((wei, stream) => ({
        earned: wei,
        claimed: claimed[stream] ?? 0n,
      }));
      return { ...pair, principal, rewards };
    }),
    farms: await inTurns(known.farmIds, async (farmId) => ({
      farmId,
      principal: (await pinned.farm(farmId))['principal'] ?? 0n,
    })),
    tokens: await inTurns(tokens, async (token) => ({ token, ...(await pinned.token(token)) })),
    ...(await pinned.custody(tokens)),
  };
}

/** Totals of everybody who was paid since the last good run. */
function paidTotals(paid: {
  readonly before: readonly ClaimedTotal[];
  readonly payments: readonly Payment[];
}): readonly ClaimedTotal[] {
  const { before, payments } = paid;
  const earlier = new Map(before.map((row) => [rewardOwner(row, row.stream), row.claimed]));
  const totals = new Map<string, ClaimedTotal>();
  for (const { farmId, user, stream, amount } of payments) {
    const owner = rewardOwner({ farmId, user }, stream);
    const so = totals.get(owner)?.claimed ?? earlier.get(owner) ?? 0n;
    if (so + amount > 0n) totals.set(owner, { farmId, user, stream, claimed: so + amount });
  }
  return [...totals.values()];
}
