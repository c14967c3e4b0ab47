import { describe, expect, it } from 'vitest';
import { type FarmState } from '#farms';
import { toAddress, toChainId, toFarmId } from '#kernel';
import { type AccountKind, type BalanceView } from '#ledger';
import { type BoundaryReadings, type BoundarySums, compareBoundary } from './compare-rows.js';
import { compareFarm, comparePosition, numbersOfFarm } from './compare-states.js';
import { chainSupply, compareSupply } from './compare-supply.js';

const farmId = toFarmId(1);
const user = toAddress(`0x${'0b'.repeat(20)}`);
const token = toAddress(`0x${'a1'.repeat(20)}`);
const rewardToken = toAddress(`0x${'a0'.repeat(20)}`);
const owner = `${user}:1`;
const block = 77;

let accountId = 0;
function anAccount(kind: AccountKind, fields: Partial<BalanceView>): BalanceView {
  const { debits = 0n, credits = 0n } = fields;
  accountId += 1;
  const place = { accountId, chainId: toChainId(1), asset: rewardToken, owner: '1' };
  return { ...place, kind, debits, credits, balance: credits - debits, ...fields };
}

const sums: BoundarySums = {
  reward: [anAccount('reward', { owner, debits: 40n, credits: 55n })],
  staked: [anAccount('staked', { owner, asset: token, credits: 10n })],
  stream: [anAccount('stream', { debits: 55n, credits: 100n })],
  pot: [anAccount('pot', { owner: 'receiver', debits: 100n, credits: 107n })],
  escrow: [anAccount('bridge-escrow', { owner: '0x91', asset: token, credits: 3n })],
  transit: [anAccount('bridge-transit', { owner: 'custody', debits: 4n, credits: 4n })],
};

const readings: BoundaryReadings = {
  block,
  pairs: [{ farmId, user, earned: 15n, claimed: 40n, weight: 10n }],
  farms: [{ farmId, funded: 100n, totalWeight: 10n }],
  unallocated: 7n,
  escrows: [{ token, total: 3n }],
};

describe('compareBoundary', () => {
  it('finds nothing where rows equal the chain', () => {
    expect(compareBoundary(sums, readings)).toEqual([]);
  });

  it('tells every value that is one off, with its account', () => {
    const [pair] = readings.pairs;
    const place = { block, field: null, farmId, user };
    const reward = sums.reward[0]?.accountId;
    const cases: readonly (readonly [BoundaryReadings, object])[] = [
      [
        { ...readings, pairs: pair === undefined ? [] : [{ ...pair, earned: 16n }] },
        { ...place, what: 'reward', ledger: 55n, chain: 56n, accountId: reward },
      ],
      [
        { ...readings, pairs: pair === undefined ? [] : [{ ...pair, weight: 11n }] },
        { ...place, what: 'staked', ledger: 10n, chain: 11n, accountId: sums.staked[0]?.accountId },
      ],
      [
        { ...readings, farms: [{ farmId, funded: 101n, totalWeight: 10n }] },
        {
          ...place,
          user: null,
          what: 'funded',
          ledger: 100n,
          chain: 101n,
          accountId: sums.stream[0]?.accountId,
        },
      ],
      [
        { ...readings, farms: [{ farmId, funded: 100n, totalWeight: 12n }] },
        { ...place, user: null, what: 'total-staked', ledger: 10n, chain: 12n, accountId: null },
      ],
      [
        { ...readings, unallocated: 8n },
        { what: 'pot', ledger: 7n, chain: 8n, accountId: sums.pot[0]?.accountId },
      ],
      [
        { ...readings, escrows: [{ token, total: 4n }] },
        { what: 'escrow', ledger: 3n, chain: 4n, accountId: null },
      ],
    ];
    for (const [chain, expected] of cases) {
      expect(compareBoundary(sums, chain)).toMatchObject([expected]);
    }
  });

  it('wants the same claims on both sides, not only the same total', () => {
    const [pair] = readings.pairs;
    const pairs = pair === undefined ? [] : [{ ...pair, earned: 14n, claimed: 41n }];
    expect(compareBoundary(sums, { ...readings, pairs })).toMatchObject([
      { what: 'claimed', ledger: 40n, chain: 41n },
    ]);
  });

  it('wants the custody of the bridge to be empty', () => {
    const custody = anAccount('bridge-transit', { owner: 'custody', credits: 1n });
    const moving = anAccount('bridge-transit', { owner: '0x91', credits: 9n });
    const transit = [custody, moving];
    expect(compareBoundary({ ...sums, transit }, readings)).toMatchObject([
      { what: 'custody', ledger: 1n, chain: 0n, accountId: custody.accountId },
    ]);
  });

  it('takes an account that does not exist for nothing', () => {
    const none: BoundarySums = {
      reward: [],
      staked: [],
      stream: [],
      pot: [],
      escrow: [],
      transit: [],
    };
    const empty: BoundaryReadings = {
      block,
      pairs: [{ farmId, user, earned: 0n, claimed: 0n, weight: 0n }],
      farms: [{ farmId, funded: 0n, totalWeight: 0n }],
      unallocated: 0n,
      escrows: [],
    };
    expect(compareBoundary(none, empty)).toEqual([]);
  });
});

describe('states', () => {
  const farm: FarmState = {
    farmId,
    stakeToken: token,
    scaleBits: 96,
    minWeightBits: 0,
    status: 'ended',
    maxRate: 1n,
    totalWeight: 2n,
    acc: 3n,
    residueX: 4n,
    lastAt: 5,
    endAt: 6,
    rateX: 7n,
    undistributedX: 8n,
    carriedX: 9n,
    funded: 10n,
  };

  it('compares every column of a farm', () => {
    const same = numbersOfFarm(farm);
    expect(compareFarm(farm, same, block)).toEqual([]);
    for (const field of Object.keys(same)) {
      const other = { ...same, [field]: 999n };
      expect(compareFarm(farm, other, block)).toMatchObject([
        { what: 'farm-state', field, chain: 999n },
      ]);
    }
  });

  it('compares every column of a position', () => {
    const position = { farmId, user, weight: 1n, accPaid: 2n, pendingX: 3n, claimed: 4n };
    const same = { weight: 1n, accPaid: 2n, pendingX: 3n };
    expect(comparePosition(position, same, block)).toEqual([]);
    expect(comparePosition(position, { ...same, pendingX: 4n }, block)).toEqual([
      {
        what: 'position-state',
        field: 'pendingX',
        block,
        farmId,
        user,
        ledger: 3n,
        chain: 4n,
        accountId: null,
      },
    ]);
  });
});

describe('compareSupply', () => {
  const hub = { chainKey: 'hub', block, totalSupply: 900n, sent: 150n, received: 50n };
  const spoke = { chainKey: 'alpha', block, totalSupply: 80n, sent: 50n, received: 130n };
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
    const early = chainSupply({ ...hub, totalSupply: 950n, sent: 100n });
    expect(compareSupply([early, chainSupply(spoke)], expected)).toMatchObject({
      ok: true,
      inFlight: -30n,
    });
  });

  it('finds a mint on one chain even when another burnt as much', () => {
    const forged = chainSupply({ ...spoke, totalSupply: 85n });
    const burnt = chainSupply({ ...hub, totalSupply: 895n });
    expect(compareSupply([burnt, forged], expected)).toMatchObject({ ok: false, difference: 0n });
  });
});
