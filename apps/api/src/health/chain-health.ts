import type { ChainCursor, ChainWatch } from '#indexer';
import { finalizedBlockOf } from '../freshness/freshness.service.js';
import type { ChainHealth, ChainHealthDto, Readiness } from './health.dto.js';
import type { HeadReading } from './head-probe.js';

/** An index further behind than this is worth a look. */
const LAG_SECONDS_MAX = 60;

/** Puts together what the chain says and what the index has. */
export function chainHealth(options: {
  readonly chainKey: string;
  readonly chainId: number;
  readonly reading: HeadReading;
  readonly cursor: ChainCursor | undefined;
  readonly watch: ChainWatch | undefined;
  readonly trust: Pick<ChainHealthDto, 'endpoints' | 'quorum' | 'endpointsShutOut'>;
}): ChainHealthDto {
  const { chainKey, chainId, reading, cursor, watch, trust } = options;
  const head = reading.isKnown ? reading.head : undefined;
  const hasBoth = head !== undefined && cursor !== undefined;
  // The index may have asked after the health page did.
  const lagBlocks = hasBoth ? Math.max(0, head.number - cursor.cursorBlock) : null;
  const lagSeconds = hasBoth ? Math.max(0, head.timestamp - cursor.cursorTimestamp) : null;
  return {
    chainKey,
    chainId,
    status: statusOf({ reading, cursor, lagSeconds }),
    headBlock: head?.number ?? null,
    indexedBlock: cursor?.cursorBlock ?? null,
    finalizedBlock: finalizedBlockOf(cursor),
    indexedTimestamp: cursor?.cursorTimestamp ?? null,
    lagBlocks,
    lagSeconds,
    haltedReason: cursor?.haltedReason ?? null,
    lastError: reading.isKnown ? (cursor?.lastError ?? null) : reading.error,
    stalledSince: secondsOf(watch?.stalledSince ?? null),
    ...catchingUp(watch?.blocksPerSecond ?? null, cursor),
    ...trust,
  };
}

function catchingUp(
  blocksPerSecond: number | null,
  cursor: ChainCursor | undefined,
): Pick<ChainHealthDto, 'blocksPerSecond' | 'etaSeconds'> {
  if (blocksPerSecond === null || cursor === undefined) {
    return { blocksPerSecond: null, etaSeconds: null };
  }
  const remaining = Math.max(0, cursor.headBlock - cursor.cursorBlock);
  return {
    blocksPerSecond: Math.round(blocksPerSecond),
    etaSeconds: blocksPerSecond > 0 ? Math.ceil(remaining / blocksPerSecond) : null,
  };
}

function secondsOf(time: Date | null): number | null {
  return time === null ? null : Math.floor(time.getTime() / 1_000);
}

function statusOf(facts: {
  readonly reading: HeadReading;
  readonly cursor: ChainCursor | undefined;
  readonly lagSeconds: number | null;
}): ChainHealth {
  const { reading, cursor, lagSeconds } = facts;
  if (cursor !== undefined && cursor.haltedReason !== null) return 'halted';
  if (!reading.isKnown) return 'unreachable';
  if (cursor === undefined) return 'waiting';
  if (lagSeconds !== null && lagSeconds > LAG_SECONDS_MAX) return 'lagging';
  return cursor.lastError === null ? 'ok' : 'failing';
}

/** One bad chain degrades the service; only the database takes it down. */
export function readinessOf(
  isDatabaseUp: boolean,
  chains: readonly Pick<ChainHealthDto, 'status'>[],
): Readiness {
  if (!isDatabaseUp) return 'down';
  return chains.every(({ status }) => status === 'ok') ? 'ok' : 'degraded';
}
