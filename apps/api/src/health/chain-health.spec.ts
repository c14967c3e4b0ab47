import { expect, it } from 'vitest';
import type { ChainCursor, ChainWatch } from '#indexer';
import { toChainId } from '#kernel';
import { chainHealth, readinessOf } from './chain-health.js';
import type { HeadReading } from './head-probe.js';

const chainId = toChainId(900_101);
const at = (number: number, timestamp: number): HeadReading => ({
  isKnown: true,
  head: { number, timestamp, hash: '0xaa', parentHash: '0xbb' },
});
const silent: HeadReading = { isKnown: false, error: 'No endpoint of the chain answers.' };

function aCursor(changes: Partial<ChainCursor> = {}): ChainCursor {
  return {
    chainId,
    headBlock: 100,
    headHash: '0xaa',
    cursorBlock: 100,
    cursorHash: '0xaa',
    cursorTimestamp: 1_000,
    finalizedBlock: 96,
    finalizedTimestamp: 996,
    haltedReason: null,
    lastError: null,
    updatedAt: new Date(0),
    ...changes,
  };
}

const trust = { endpoints: 3, quorum: 2, endpointsShutOut: 0 };
const noWatch = { watch: undefined, trust };

function statusOf(reading: HeadReading, cursor: ChainCursor | undefined): string {
  return chainHealth({ chainKey: 'hub', chainId, reading, cursor, ...noWatch }).status;
}

it('is ok while the index keeps up', () => {
  expect(
    chainHealth({
      chainKey: 'hub',
      chainId,
      reading: at(102, 1_002),
      cursor: aCursor(),
      ...noWatch,
    }),
  ).toEqual({
    chainKey: 'hub',
    chainId,
    status: 'ok',
    headBlock: 102,
    indexedBlock: 100,
    finalizedBlock: 96,
    indexedTimestamp: 1_000,
    lagBlocks: 2,
    lagSeconds: 2,
    haltedReason: null,
    lastError: null,
    stalledSince: null,
    blocksPerSecond: null,
    etaSeconds: null,
    ...trust,
  });
});

it('says since when nothing is believed, and how long the index takes to catch up', () => {
  const watch: ChainWatch = {
    chainId,
    blocksPerSecond: 120.4,
    stalledSince: new Date(1_795_000_000_900),
    stalledReason: '1 of 3 endpoints answer',
  };
  const cursor = aCursor({ headBlock: 1_301 });
  const health = chainHealth({ chainKey: 'hub', chainId, reading: silent, cursor, watch, trust });
  expect(health).toMatchObject({
    stalledSince: 1_795_000_000,
    blocksPerSecond: 120,
    etaSeconds: 10,
  });
});

it('names the worst that is known', () => {
  expect(statusOf(at(200, 1_061), aCursor())).toBe('lagging');
  expect(statusOf(at(200, 1_060), aCursor())).toBe('ok');
  expect(statusOf(at(100, 1_000), undefined)).toBe('waiting');
  expect(statusOf(at(100, 1_000), aCursor({ lastError: 'log missing' }))).toBe('failing');
  expect(statusOf(silent, aCursor())).toBe('unreachable');
  expect(statusOf(silent, aCursor({ haltedReason: 'fork below final' }))).toBe('halted');
});

it('says unknown, not zero, for what it cannot see', () => {
  const health = chainHealth({
    chainKey: 'hub',
    chainId,
    reading: silent,
    cursor: undefined,
    ...noWatch,
  });
  expect(health).toMatchObject({
    headBlock: null,
    indexedBlock: null,
    lagBlocks: null,
    lagSeconds: null,
    lastError: 'No endpoint of the chain answers.',
  });
});

it('knows no final block while there is none', () => {
  const cursor = aCursor({ finalizedBlock: -1 });
  const health = chainHealth({ chainKey: 'hub', chainId, reading: silent, cursor, ...noWatch });
  expect(health.finalizedBlock).toBeNull();
});

it('never lags below zero when the index asked later', () => {
  const health = chainHealth({
    chainKey: 'hub',
    chainId,
    reading: at(99, 999),
    cursor: aCursor(),
    ...noWatch,
  });
  expect([health.lagBlocks, health.lagSeconds]).toEqual([0, 0]);
});

it('is degraded by one chain and down without a database', () => {
  expect(readinessOf(true, [{ status: 'ok' }, { status: 'ok' }])).toBe('ok');
  expect(readinessOf(true, [{ status: 'ok' }, { status: 'halted' }])).toBe('degraded');
  expect(readinessOf(false, [{ status: 'ok' }])).toBe('down');
});
