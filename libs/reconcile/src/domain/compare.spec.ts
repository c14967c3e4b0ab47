import { describe, expect, it } from 'vitest';
import { type FarmState } from '#farms';
import { aStream } from '#farms/testing';
import { toAddress, toChainId, toFarmId } from '#kernel';
import { type AccountKind, type AccountTotal, type BalanceView } from '#ledger';
import { type ChainReadings, compareLedger, type LedgerSums } from './compare-rows.js';
import {
  compareFarm,
  comparePosition,
  compareSums,
  compareToken,
  numbersOfFarm,
  numbersOfPosition,
} from './compare-states.js';
import { chainSupply, compareSupply } from './compare-supply.js';

const farmId = toFarmId(1);
const user = toAddress(`0x${'0b'.repeat(20)}`);
const token = toAddress(`0x${'a1'.repeat(20)}`);
const rewardToken = toAddress(`0x${'a0'.repeat(20)}`);
const feeToken = toAddress(`0x${'f1'.repeat(20)}`);
const owner = `${user}:1`;
const block = 77;

let accountId = 0;
function anAccount(kind: AccountKind, fields: Partial<BalanceView>): BalanceView {
  const { debits = 0n, credits = 0n } = fields;
  accountId += 1;
  const place = { accountId, chainId: toChainId(1), asset: rewardToken, owner: '1' };
  return { ...place, kind, debits, credits, balance: credits - debits, ...fields };
}

function aTotal(kind: AccountKind, fields: Partial<AccountTotal>): AccountTotal {
  accountId += 1;
  const none = { asset: rewardToken, farm: '', debits: 0n, credits: 0n, cut: 0n };
  return { kind, ...none, accountId, ...fields };
}

const stream = aTotal('stream', { debits: 58n, credits: 100n });
const treasury = aTotal('treasury', { asset: token, debits: 2n, credits: 6n });
const pot = aTotal('pot', { debits: 100n, credits: 107n });
const returnable = aTotal('returnable', { debits: 2n, credits: 7n });

const sums: LedgerSums = {
  reward: [
    anAccount('reward', { owner, debits: 41n, credits: 53n }),
    anAccount('reward', { owner: `${owner}:1`, asset: feeToken, debits: 2n, credits: 9n }),
  ],
  cut: [anAccount('reward', { owner, debits: 1n })],
  staked: [anAccount('staked', { owner, asset: token, credits: 10n })],
  // Accrued since the newest journal.
  unposted: new Map([[owner, 3n]]),
  totals: [
    aTotal('staked', { asset: token, farm: '1', credits: 10n }),
    aTotal('reward', { farm: '1', debits: 41n, credits: 56n, cut: 1n }),
    aTotal('reward', { asset: feeToken, farm: '1', debits: 2n, credits: 9n }),
    stream,
    aTotal('stream', { asset: feeToken, debits: 9n, credits: 20n }),
    aTotal('idle', { credits: 2n }),
    aTotal('dust', { credits: 1n }),
    treasury,
    pot,
    returnable,
    aTotal('bridge-escrow', { asset: token, credits: 3n, accountId: null }),
  ],
  custody: [anAccount('bridge-transit', { owner: 'custody', debits: 4n, credits: 4n })],
};

const readings: ChainReadings = {
  block,
  pairs: [
    {
      farmId,
      user,
      principal: 10n,
      rewards: [
        { earned: 15n, claimed: 40n },
        { earned: 7n, claimed: 2n },
      ],
    },
  ],
  farms: [{ farmId, principal: 10n }],
  tokens: [
    { token: rewardToken, funded: 100n, treasuryDue: 0n },
    { token: feeToken, funded: 20n, treasuryDue: 0n },
    { token, funded: 0n, treasuryDue: 4n },
  ],
  unallocated: 7n,
  returnable: 5n,
  escrows: [{ token, total: 3n }],
};

function withRewards(
  ...rewards: readonly { readonly earned: bigint; readonly claimed: bigint }[]
): ChainReadings {
  return { ...readings, pairs: readings.pairs.map((pair) => ({ ...pair, rewards })) };
}

function withToken(index: number, change: Partial<ChainReadings['tokens'][number]>): ChainReadings {
  const tokens = readings.tokens.map((books, at) =>
    at === index ? { ...books, ...change } : books,
  );
  return { ...readings, tokens };
}

describe('compareLedger', () => {
  it('finds nothing where rows equal the chain', () => {
    expect(compareLedger(sums, readings)).toEqual([]);
  });

  it('tells every value that is one off, with its account', () => {
    const place = { block, field: null, farmId, user };
    const ofToken = { block, field: null, farmId: null, user: null };
    const reward = sums.reward[0]?.accountId;
    const cases: readonly (readonly [ChainReadings, object])[] = [
      [
        withRewards({ earned: 16n, claimed: 40n }, { earned: 7n, claimed: 2n }),
        { ...place, what: 'reward', ledger: 55n, chain: 56n, accountId: reward },
      ],
      [
        withRewards({ earned: 15n, claimed: 40n }, { earned: 8n, claimed: 2n }),
        {
          ...place,
          what: 'reward',
          subject: 'stream 1',
          ledger: 9n,
          chain: 10n,
          accountId: sums.reward[1]?.accountId,
        },
      ],
      [
        { ...readings, pairs: readings.pairs.map((pair) => ({ ...pair, principal: 11n })) },
        { ...place, what: 'staked', ledger: 10n, chain: 11n, accountId: sums.staked[0]?.accountId },
      ],
      [
        withToken(0, { funded: 101n }),
        {
          ...ofToken,
          what: 'funded',
          subject: `token ${rewardToken}`,
          ledger: 100n,
          chain: 101n,
          accountId: stream.accountId,
        },
      ],
      [
        withToken(1, { funded: 21n }),
        { ...ofToken, what: 'funded', subject: `token ${feeToken}`, ledger: 20n, chain: 21n },
      ],
      [
        withToken(2, { treasuryDue: 5n }),
        {
          ...ofToken,
          what: 'treasury',
          ledger: 4n,
          chain: 5n,
          accountId: treasury.accountId,
        },
      ],
      [
        { ...readings, farms: [{ farmId, principal: 12n }] },
        { ...place, user: null, what: 'total-staked', ledger: 10n, chain: 12n, accountId: null },
      ],
      [
        { ...readings, unallocated: 8n },
        { what: 'pot', ledger: 7n, chain: 8n, accountId: pot.accountId },
      ],
      [
        { ...readings, returnable: 6n },
        {
          what: 'returnable',
          ledger: 5n,
          chain: 6n,
          accountId: returnable.accountId,
        },
      ],
      [
        { ...readings, escrows: [{ token, total: 4n }] },
        { what: 'escrow', ledger: 3n, chain: 4n, accountId: null },
      ],
    ];
    for (const [chain, expected] of cases) {
      expect(compareLedger(sums, chain)).toMatchObject([expected]);
    }
  });

  it('wants the same claims on both sides, not only the same total', () => {
    const moved = withRewards({ earned: 14n, claimed: 41n }, { earned: 7n, claimed: 2n });
    expect(compareLedger(sums, moved)).toMatchObject([
      { what: 'claimed', ledger: 40n, chain: 41n },
    ]);
  });

  it('lets the bridge keep what was sent to it for nothing, and give away no more', () => {
    const custody = anAccount('bridge-transit', { owner: 'custody', debits: 1n });
    const gift = anAccount('bridge-transit', { owner: 'custody', credits: 3n });
    const both = { ...sums, custody: [custody, gift] };
    expect(compareLedger(both, readings)).toMatchObject([
      { what: 'custody', ledger: -1n, chain: 0n, accountId: custody.accountId },
    ]);
  });

  it('takes an account that does not exist for nothing', () => {
    const none: LedgerSums = {
      reward: [],
      cut: [],
      staked: [],
      unposted: new Map(),
      totals: [],
      custody: [],
    };
    const empty: ChainReadings = {
      block,
      pairs: [{ farmId, user, principal: 0n, rewards: [{ earned: 0n, claimed: 0n }] }],
      farms: [{ farmId, principal: 0n }],
      tokens: [{ token, funded: 0n, treasuryDue: 0n }],
      unallocated: 0n,
      returnable: 0n,
      escrows: [],
    };
    expect(compareLedger(none, empty)).toEqual([]);
  });
});

describe('states', () => {
  const emission = { ...aStream(), acc: 3n, residueX: 4n, remaining: 5n, idle: 6n };
  const farm: FarmState = {
    farmId,
    stakeToken: token,
    scaleBits: 80,
    hasTerms: true,
    status: 'deposits-paused',
    totalWeight: 2n,
    principal: 1n,
    tiers: [{ term: 30, boostBps: 15_000, feeBps: 200 }],
    steps: [{ minTenure: 60, bonusBps: 500 }],
    streams: [
      { ...emission, lastAt: 7, endAt: 8, funded: 30n, dustX: 11n },
      { ...aStream({ token: feeToken }), funded: 20n, dustX: 0n },
    ],
  };
  const lock = { lockEnd: 1, tier: 2, tierBoostBps: 15_000, feeBps: 3 };
  const position = { principal: 1n, weight: 2n, lock, words: [4n] };

  it('compares every column of a farm and of its streams', () => {
    const same = numbersOfFarm(farm);
    expect(compareFarm(farm, same, block)).toEqual([]);
    expect(Object.keys(same).length).toBe(9 + 2 * 9);
    for (const field of Object.keys(same)) {
      const other = { ...same, [field]: 999n };
      expect(compareFarm(farm, other, block)).toMatchObject([
        { what: 'farm-state', field, chain: 999n },
      ]);
    }
  });

  it('tells terms apart that differ in one number, or in their count', () => {
    const other = { ...farm, tiers: [{ term: 31, boostBps: 15_000, feeBps: 200 }] };
    const none = { ...farm, steps: [] };
    expect(compareFarm(farm, numbersOfFarm(other), block)).toMatchObject([{ field: 'tiers' }]);
    expect(compareFarm(farm, numbersOfFarm(none), block)).toMatchObject([{ field: 'steps' }]);
  });

  it('compares every column of a position, with a word for every stream', () => {
    const numbers = numbersOfPosition(position, 2);
    const own = { farmId, user, numbers };
    expect(comparePosition(own, numbers, block)).toEqual([]);
    expect(comparePosition(own, { ...numbers, word1: 4n }, block)).toEqual([
      {
        what: 'position-state',
        field: 'word1',
        block,
        farmId,
        user,
        ledger: 0n,
        chain: 4n,
        accountId: null,
      },
    ]);
    for (const field of Object.keys(numbers)) {
      const other = { ...numbers, [field]: 999n };
      expect(comparePosition(own, other, block)).toMatchObject([{ field, chain: 999n }]);
    }
  });

  it('compares the books of a token, and what streams and positions add up to', () => {
    const books = { token: rewardToken, funded: 30n, settled: 9n, dustX: 11n, treasuryDue: 1n };
    const { token: _token, ...numbers } = books;
    expect(compareToken(books, numbers, block)).toEqual([]);
    expect(compareToken(books, { ...numbers, dustX: 12n }, block)).toMatchObject([
      { what: 'token-book', field: 'dustX', ledger: 11n, chain: 12n },
    ]);
    const totals = [{ farmId, count: 1, weight: 2n, claimed: [9n, 5n] }];
    const rows = { token: rewardToken, farms: [farm], totals };
    expect(compareSums(rows, numbers, block)).toEqual([]);
    expect(compareSums(rows, { ...numbers, settled: 10n, dustX: 0n }, block)).toMatchObject([
      { what: 'stored-sums', field: 'settledX' },
    ]);
    expect(
      compareSums({ ...rows, farms: [] }, { ...numbers, settled: 0n, dustX: 0n }, block),
    ).toMatchObject([{ what: 'stored-sums', field: 'funded', ledger: 0n, chain: 30n }]);
  });
});

const minting = (totalSupply: bigint) => ({ totalSupply, adapter: null });
const locking = (locked: bigint) => ({
  totalSupply: 7_000n,
  adapter: { locked, sent: 150n, received: 50n },
});

describe('compareSupply', () => {
  const hub = { chainKey: 'hub', block, reading: minting(900n), sent: 150n, received: 50n };
  const spoke = { chainKey: 'alpha', block, reading: minting(80n), sent: 50n, received: 130n };
  const expected = { hubKey: 'hub', initial: 1_000n };

  it('adds what is in flight to what is there', () => {
    expect(compareSupply([chainSupply(hub), chainSupply(spoke)], expected)).toMatchObject({
      ok: true,
      total: 980n,
      inFlight: 20n,
      difference: 0n,
    });
  });

  it('holds when the destination is read ahead of the source', () => {
    const early = chainSupply({ ...hub, reading: minting(950n), sent: 100n });
    expect(compareSupply([early, chainSupply(spoke)], expected)).toMatchObject({
      ok: true,
      inFlight: -30n,
    });
  });

  /** @property E1 */
  it('finds a mint on one chain even when another burnt as much', () => {
    const forged = chainSupply({ ...spoke, reading: minting(85n) });
    const burnt = chainSupply({ ...hub, reading: minting(895n) });
    expect(compareSupply([burnt, forged], expected)).toMatchObject({ ok: false, difference: 0n });
  });

  it('wants an adapter to hold what is elsewhere, whoever mints the token it locks', () => {
    const backed = chainSupply({ ...hub, reading: locking(100n), sent: 0n, received: 0n });
    expect(compareSupply([backed, chainSupply(spoke)], expected)).toMatchObject({
      ok: true,
      initial: 7_000n,
      total: 6_980n,
      inFlight: 20n,
      difference: 0n,
    });
    const gifted = chainSupply({ ...hub, reading: locking(103n), sent: 0n, received: 0n });
    expect(gifted.backing).toBe(3n);
    expect(compareSupply([gifted, chainSupply(spoke)], expected).ok).toBe(true);
    const robbed = chainSupply({ ...hub, reading: locking(99n), sent: 0n, received: 0n });
    expect(compareSupply([robbed, chainSupply(spoke)], expected)).toMatchObject({
      ok: false,
      difference: 1n,
    });
  });
});
