import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type ChainClient } from '#chain';
import {
  accruedOf,
  type FarmEvent,
  farmEventsOf,
  type FarmState,
  FarmStateStore,
  type PositionTotals,
  type PostingCursor,
  type StoredPosition,
  type TokenBook,
} from '#farms';
import { LogStore } from '#indexer';
import { type ChainId, toAddress, toFarmId } from '#kernel';
import { HoldStore, LedgerService } from '#ledger';
import { type LedgerSums, type Pair, rewardOwner } from './domain/compare-rows.js';
import { type KnownFacts, knownFacts, pairsOf } from './domain/known-facts.js';
import { modeOf, type Selection, type SelectionLimits } from './domain/selection.js';
import { PairSource } from './storage/pair-source.js';
import { type ClaimedTotal, type VerifiedBlock, VerifiedStore } from './storage/verified-store.js';

/** How the positions of a run are chosen. */
export interface SelectionRequest extends SelectionLimits {
  readonly seed: string;
  /** The account an audit found wrong, if any. */
  readonly suspectId: number | undefined;
}

/** All rows of a chain that are compared, as of its posted block. */
export interface StoredRows {
  readonly cursor: PostingCursor;
  readonly farms: readonly FarmState[];
  /** The chosen ones. */
  readonly positions: readonly StoredPosition[];
  /** Of all positions. */
  readonly positionTotals: readonly PositionTotals[];
  readonly tokens: readonly TokenBook[];
  readonly sums: LedgerSums;
  readonly known: KnownFacts;
  readonly selection: Selection;
  /** Undefined before the first good run. */
  readonly verified: VerifiedBlock | undefined;
  readonly claimed: readonly ClaimedTotal[];
}

interface Chosen {
  readonly pairs: readonly Pair[];
  readonly selection: Selection;
}

/** Reads everything of a chain that a run compares, in one snapshot. */
@Injectable()
export class RowReader {
  constructor(
    private readonly dataSource: DataSource,
    private readonly logs: LogStore,
    private readonly states: FarmStateStore,
    private readonly ledger: LedgerService,
    private readonly holds: HoldStore,
    private readonly pairs: PairSource,
    private readonly verified: VerifiedStore,
  ) {}

  /** Undefined before the first posted block. */
  async read(chain: ChainClient, request: SelectionRequest): Promise<StoredRows | undefined> {
    return this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      const cursor = await this.states.cursor(chain.chainId, manager);
      if (cursor === undefined || cursor.postedTimestamp === 0) return undefined;
      const verified = await this.verified.block(chain.chainId, manager);
      const logs = await this.logs.finalRange({
        chainId: chain.chainId,
        afterBlock: verified?.number ?? -1,
        toBlock: cursor.postedBlock,
        addresses: [chain.deployment.contracts.farms],
      });
      const events = farmEventsOf(logs);
      const chosen = await this.choose(manager, chain.chainId, { request, events });
      return this.readChosen(manager, chain, { cursor, verified, events, chosen });
    });
  }

  private async choose(
    manager: EntityManager,
    chainId: ChainId,
    facts: { readonly request: SelectionRequest; readonly events: readonly FarmEvent[] },
  ): Promise<Chosen> {
    const { request, events } = facts;
    const total = await this.pairs.count(manager, chainId);
    const changed = [
      ...pairsOf(events),
      ...(await this.pairs.suspects(manager, chainId)),
      ...(await this.held(manager, chainId)),
      ...(request.suspectId === undefined
        ? []
        : await this.pairs.ofAccount(manager, chainId, request.suspectId)),
    ];
    const mode = modeOf(total, request);
    const drawn =
      mode === 'full'
        ? await this.pairs.all(manager, chainId)
        : await this.pairs.drawn(manager, chainId, {
            seed: request.seed,
            size: request.sampleSize,
          });
    const count = new Set(changed.map(({ farmId, user }) => `${user}:${farmId}`)).size;
    return {
      pairs: [...changed, ...drawn],
      selection: { mode, total, changed: count, drawn: mode === 'full' ? 0 : drawn.length },
    };
  }

  /** A position on hold is looked at until it is equal again. */
  private async held(manager: EntityManager, chainId: ChainId): Promise<readonly Pair[]> {
    const holds = await this.holds.open({ chainId, scopes: ['account'] }, manager);
    return holds.map(({ subject }) => {
      const [user = '', farmId = ''] = subject.split(':');
      return { farmId: toFarmId(Number(farmId)), user: toAddress(user) };
    });
  }

  private async readChosen(
    manager: EntityManager,
    chain: ChainClient,
    facts: {
      readonly cursor: PostingCursor;
      readonly verified: VerifiedBlock | undefined;
      readonly events: readonly FarmEvent[];
      readonly chosen: Chosen;
    },
  ): Promise<StoredRows> {
    const { cursor, verified, events, chosen } = facts;
    const { chainId, deployment } = chain;
    const uptoBlock = cursor.postedBlock;
    const farms = await this.states.farms(chainId, manager);
    const totals = await this.ledger.totalsAt({ chainId, uptoBlock }, manager);
    const { rewardToken } = deployment.contracts;
    const { pairs } = chosen;
    const known = knownFacts({ rewardToken, farms, totals, events, pairs });
    const isFull = chosen.selection.mode === 'full';
    const users = isFull ? undefined : [...new Set(known.pairs.map(({ user }) => user))];
    const wanted = new Set(known.pairs.map(({ farmId, user }) => `${user}:${farmId}`));
    const positions = (await this.states.positions({ chainId, users }, manager)).filter(
      ({ farmId, user }) => wanted.has(`${user}:${farmId}`),
    );
    const streams = Math.max(1, ...farms.map((farm) => farm.streams.length));
    const owners = isFull
      ? undefined
      : known.pairs.flatMap((pair) =>
          Array.from({ length: streams }, (_, stream) => rewardOwner(pair, stream)),
        );
    const at = { chainId, uptoBlock, owners };
    const custody = { chainId, uptoBlock, kind: 'bridge-transit', owners: ['custody'] } as const;
    return {
      cursor,
      farms,
      positions,
      positionTotals: await this.states.positionTotals(chainId, manager),
      tokens: await this.states.tokens(chainId, manager),
      sums: {
        reward: await this.ledger.sumsAt({ ...at, kind: 'reward' }, manager),
        cut: await this.ledger.sumsAt({ ...at, kind: 'reward', journalKind: 'cut' }, manager),
        staked: await this.ledger.sumsAt({ ...at, kind: 'staked' }, manager),
        unposted: unpostedOf({ farms, positions, at: cursor.postedTimestamp }),
        totals,
        custody: await this.ledger.sumsAt(custody, manager),
      },
      known,
      selection: chosen.selection,
      verified,
      claimed: await this.verified.claimed({ chainId, users }, manager),
    };
  }
}

/** Wei that each stored position accrued up to a moment, in seconds, and no journal gave it yet. */
function unpostedOf(rows: {
  readonly farms: readonly FarmState[];
  readonly positions: readonly StoredPosition[];
  readonly at: number;
}): ReadonlyMap<string, bigint> {
  const farms = new Map(rows.farms.map((farm) => [farm.farmId, farm]));
  const unposted = new Map<string, bigint>();
  for (const position of rows.positions) {
    const farm = farms.get(position.farmId);
    if (farm === undefined) continue;
    farm.streams.forEach((_, stream) => {
      const accrued = accruedOf({ farm, position }, stream, rows.at);
      unposted.set(rewardOwner(position, stream), accrued - (position.posted[stream] ?? 0n));
    });
  }
  return unposted;
}
