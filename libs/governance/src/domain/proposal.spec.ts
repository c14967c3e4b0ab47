import { describe, expect, it } from 'vitest';
import { type Hex, toAddress } from '#kernel';
import { foldProposal } from './fold-proposal.js';
import type { ProposalEvent, ProposalPlace } from './proposal-event.js';
import { type ControllerChange, parametersAfter, registeredChains } from './parameter-state.js';
import type { ProposalCall } from './proposal-view.js';
import { type SentCommand, verifyProposal } from './verify-proposal.js';

const account = (byte: string) => toAddress(`0x${byte.repeat(20)}`);
const hash = (byte: string): Hex => `0x${byte.repeat(32)}`;
const aPlace = (fields: Partial<ProposalPlace> = {}): ProposalPlace => ({
  blockTimestamp: 100,
  txHash: hash('01'),
  isFinal: true,
  ...fields,
});

const created: ProposalEvent = {
  kind: 'created',
  place: aPlace(),
  proposer: account('aa'),
  calls: [{ target: account('cc'), value: 0n, data: '0x12345678' }],
  snapshotAt: 110,
  deadlineAt: 150,
  description: '\n# Halve the budget\nBecause.',
};
const vote = (support: 'for' | 'against' | 'abstain', weight: bigint): ProposalEvent => ({
  kind: 'voted',
  place: aPlace({ blockTimestamp: 120 }),
  voter: account('bb'),
  support,
  weight,
});
const queued: ProposalEvent = { kind: 'queued', place: aPlace(), eta: 170 };
const executed: ProposalEvent = {
  kind: 'executed',
  place: aPlace({ blockTimestamp: 180, txHash: hash('02') }),
};
const canceled: ProposalEvent = { kind: 'canceled', place: aPlace() };

const aCall = (fields: Partial<ProposalCall> = {}): ProposalCall => ({
  target: account('cc'),
  contractName: 'EmissionController',
  function: 'setSchedule',
  args: [
    { name: 'budgetSD', value: '500' },
    { name: 'floorSD', value: '0' },
    { name: 'decayBps', value: '1000' },
    { name: 'decayEvery', value: '2' },
  ],
  commands: [],
  ...fields,
});

const limitCall = (maxChangeBps: string) =>
  aCall({ function: 'setMaxChangeBps', args: [{ name: 'maxChangeBps', value: maxChangeBps }] });

const stateAt = (now: number, events: readonly ProposalEvent[]) =>
  foldProposal(events, { id: '7', now, quorum: 10n, describe: () => aCall() })?.state;

describe('foldProposal', () => {
  it('knows no proposal that was never created', () => {
    expect(stateAt(1, [executed])).toBeUndefined();
  });

  it.each([
    ['pending', 110, [created]],
    ['active', 111, [created]],
    ['active', 150, [created, vote('for', 100n)]],
    ['succeeded', 151, [created, vote('for', 6n), vote('abstain', 4n), vote('against', 5n)]],
    ['defeated', 151, [created, vote('for', 9n)]],
    ['defeated', 151, [created, vote('for', 50n), vote('against', 50n)]],
    ['queued', 160, [created, vote('for', 20n), queued]],
    ['executed', 190, [created, queued, executed]],
    ['canceled', 120, [created, canceled]],
  ] satisfies [string, number, ProposalEvent[]][])('is %s at %i', (state, now, events) => {
    expect(stateAt(now, events)).toBe(state);
  });

  it('adds votes up and reads the title', () => {
    const events = [created, vote('for', 1n), vote('for', 2n), vote('against', 4n), queued];
    expect(
      foldProposal(events, { id: '7', now: 160, quorum: 10n, describe: () => aCall() }),
    ).toMatchObject({
      id: '7',
      title: 'Halve the budget',
      votes: { for: 3n, against: 4n, abstain: 0n },
      eta: 170,
      createdAt: 100,
      executedAt: null,
      calls: [aCall()],
      isFinal: true,
    });
  });
});

const chainSet = (eid: string): ControllerChange => ({
  event: 'ChainRegistered',
  args: { eid, receiver: '0x01', maxBps: '10000' },
});
const farmChange = (event: string, eid: string, farmId: string): ControllerChange => ({
  event,
  args: { eid, farmId, minBps: '0', maxBps: '1' },
});

describe('registeredChains', () => {
  it('are those registered, ascending, with whether farms are left there', () => {
    const history = [
      chainSet('12'),
      chainSet('3'),
      farmChange('FarmBoundsSet', '12', '1'),
      farmChange('FarmBoundsSet', '3', '1'),
      farmChange('FarmBoundsSet', '12', '2'),
      farmChange('FarmRemoved', '3', '1'),
      farmChange('FarmRemoved', '12', '2'),
      chainSet('12'),
    ];
    expect(registeredChains(parametersAfter(history))).toEqual([
      { eid: 3, hasFarms: false },
      { eid: 12, hasFarms: true },
    ]);
  });
});

describe('verifyProposal', () => {
  const change: ControllerChange = {
    event: 'ScheduleSet',
    args: { fromEpoch: '6', budgetSD: '500', floorSD: '0', decayBps: '1000', decayEvery: '2' },
  };
  const registered = [
    { chainKey: 'hub', hasFarms: true },
    { chainKey: 'alpha', hasFarms: true },
  ];
  const epochs = [
    { epoch: 5, budgetSD: 1_000n, registered, orders: [{ chainKey: 'hub', status: 'applied' }] },
    {
      epoch: 8,
      budgetSD: 450n,
      registered,
      orders: [
        { chainKey: 'hub', status: 'applied' },
        { chainKey: 'alpha', status: 'applied' },
      ],
    },
  ];
  const verify = (fields: Partial<Parameters<typeof verifyProposal>[0]> = {}) =>
    verifyProposal({
      calls: [aCall()],
      hubKey: 'hub',
      changes: [change],
      history: [change],
      executedIn: 5,
      epochs,
      commands: [],
      ...fields,
    });

  it.each<[SentCommand['state'], 'verified' | 'waiting' | 'failed', boolean | null]>([
    ['applied', 'verified', true],
    ['sent', 'waiting', null],
    ['waiting', 'waiting', null],
    ['failed', 'waiting', null],
    ['stale', 'failed', false],
    ['cancelled', 'failed', false],
    ['refused', 'failed', false],
  ])('finds a command that is %s %s', (state, status, ok) => {
    const said = { chainKey: 'alpha', sentence: 'End farm 3.' };
    const call = aCall({
      contractName: 'CommandSender',
      function: 'send',
      args: [],
      commands: [said],
    });
    const verification = verify({
      calls: [call],
      changes: [],
      commands: [{ ...said, id: 'alpha:7', state }],
    });
    expect(verification.status).toBe(status);
    expect(verification.checks.at(-1)).toEqual({
      what: 'command alpha:7: End farm 3.',
      chainKey: 'alpha',
      expected: 'applied',
      actual: state,
      ok,
    });
  });

  it('waits for a command that no index shows yet', () => {
    const said = { chainKey: 'alpha', sentence: 'End farm 3.' };
    const call = aCall({
      contractName: 'CommandSender',
      function: 'send',
      args: [],
      commands: [said],
    });
    expect(verify({ calls: [call], changes: [] }).status).toBe('waiting');
  });

  it('waits for an epoch decided under the change', () => {
    const { status, checks } = verify({ epochs: epochs.slice(0, 1) });
    expect(status).toBe('waiting');
    expect(checks.map(({ what, ok }) => [what, ok])).toEqual([
      ['EmissionController.setSchedule', true],
      ['epoch 6 or later is decided', null],
    ]);
  });

  it('is verified once the budget is right and every chain applied its order', () => {
    const { status, checks } = verify();
    expect(status).toBe('verified');
    expect(checks.map(({ what, chainKey, actual }) => [what, chainKey, actual])).toEqual([
      [
        'EmissionController.setSchedule',
        'hub',
        'budgetSD 500, floorSD 0, decayBps 1000, decayEvery 2',
      ],
      ['budget of epoch 8', 'hub', '450'],
      ['order of epoch 8', 'hub', 'applied'],
      ['order of epoch 8', 'alpha', 'applied'],
    ]);
  });

  it('waits while an order is under way', () => {
    const orders = [{ chainKey: 'alpha', status: 'dispatched' }];
    const only = registered.slice(1);
    const { status } = verify({ epochs: [{ epoch: 6, budgetSD: 500n, registered: only, orders }] });
    expect(status).toBe('waiting');
  });

  it('waits for the order of every chain that is registered, not of those it has seen', () => {
    const orders = [{ chainKey: 'hub', status: 'applied' }];
    for (const [seen, missing] of [
      [orders, [['alpha', null]]],
      [
        [],
        [
          ['hub', null],
          ['alpha', null],
        ],
      ],
    ] as const) {
      const verdict = verify({ epochs: [{ epoch: 6, budgetSD: 500n, registered, orders: seen }] });
      expect(verdict.status).toBe('waiting');
      expect(
        verdict.checks
          .filter(({ ok }) => ok === null)
          .map(({ chainKey, actual }) => [chainKey, actual]),
      ).toEqual(missing);
    }
  });

  it('is never verified by an epoch of which no chain gets an order', () => {
    const none = [{ chainKey: 'hub', hasFarms: false }];
    for (const empty of [[], none]) {
      const { status, checks } = verify({
        epochs: [{ epoch: 6, budgetSD: 500n, registered: empty, orders: [] }],
      });
      expect(status).toBe('waiting');
      expect(checks.at(-1)).toEqual({
        what: 'order of epoch 6',
        chainKey: 'hub',
        expected: 'applied',
        actual: 'no farm is registered on any chain',
        ok: null,
      });
    }
  });

  it('asks a chain without farms for no order, as the controller sends it none', () => {
    const more = [...registered, { chainKey: 'beta', hasFarms: false }];
    const { status, checks } = verify({
      epochs: epochs.map((epoch) => ({ ...epoch, registered: more })),
    });
    expect(status).toBe('verified');
    expect(checks.at(-1)).toEqual({
      what: 'order of epoch 8',
      chainKey: 'beta',
      expected: 'none: no farm is registered there',
      actual: 'none: no farm is registered there',
      ok: true,
    });
  });

  const bounds = { eid: '2', farmId: '1', minBps: '100', maxBps: '900' };
  const boundsCall = aCall({
    function: 'setFarmBounds',
    args: Object.entries(bounds).map(([name, value]) => ({ name, value })),
  });
  const boundsSet: ControllerChange = { event: 'FarmBoundsSet', args: { ...bounds, seq: '4' } };
  const removed: ControllerChange = { event: 'FarmRemoved', args: { eid: '2', farmId: '1' } };

  it.each([
    ['verified', [boundsSet], 'eid 2, farmId 1, minBps 100, maxBps 900'],
    [
      'failed',
      [boundsSet, { ...boundsSet, args: { ...boundsSet.args, maxBps: '800' } }],
      'eid 2, farmId 1, minBps 100, maxBps 800',
    ],
    ['failed', [boundsSet, removed], 'not set'],
  ])('is %s by the parameters after the execution', (status, changes, actual) => {
    const verdict = verify({ calls: [boundsCall], changes, history: changes });
    expect(verdict.status).toBe(status);
    expect(verdict.checks[1]).toEqual({
      what: 'parameters after EmissionController.setFarmBounds',
      chainKey: 'hub',
      expected: 'eid 2, farmId 1, minBps 100, maxBps 900',
      actual,
      ok: status === 'verified',
    });
  });

  it('compares the parameters with the last of several calls that set the same', () => {
    const changes = ['100', '200'].map((maxChangeBps) => ({
      event: 'MaxChangeSet',
      args: { maxChangeBps },
    }));
    const { checks, status } = verify({
      calls: [limitCall('100'), limitCall('200')],
      changes,
      history: changes,
    });
    expect(status).toBe('verified');
    expect(checks.map(({ expected }) => expected).slice(0, 3)).toEqual([
      'maxChangeBps 100',
      'maxChangeBps 200',
      'maxChangeBps 200',
    ]);
  });

  it('fails on another budget and on a change that is not there', () => {
    const other = [{ epoch: 6, budgetSD: 501n, registered, orders: [] }];
    expect(verify({ epochs: other }).status).toBe('failed');
    const { status, checks } = verify({ changes: [] });
    expect(status).toBe('failed');
    expect(checks[0]).toMatchObject({ actual: 'no change', ok: false });
  });

  it('takes the execution as proof of calls to other contracts', () => {
    const calls = [aCall({ contractName: 'unknown', function: '0x12345678', args: [] })];
    expect(verify({ calls, changes: [] })).toEqual({
      status: 'verified',
      checks: [
        {
          what: 'unknown.0x12345678',
          chainKey: 'hub',
          expected: 'executed',
          actual: 'executed',
          ok: true,
        },
      ],
    });
  });
});
