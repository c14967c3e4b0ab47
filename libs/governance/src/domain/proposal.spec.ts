import { describe, expect, it } from 'vitest';
import { type Hex, toAddress } from '#kernel';
import { foldProposal } from './fold-proposal.js';
import type { ProposalEvent, ProposalPlace } from './proposal-event.js';
import type { ProposalCall } from './proposal-view.js';
import { type ControllerChange, verifyProposal } from './verify-proposal.js';

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
  ...fields,
});

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

describe('verifyProposal', () => {
  const change: ControllerChange = {
    event: 'ScheduleSet',
    args: { fromEpoch: '6', budgetSD: '500', floorSD: '0', decayBps: '1000', decayEvery: '2' },
  };
  const epochs = [
    { epoch: 5, budgetSD: 1_000n, orders: [{ chainKey: 'hub', status: 'applied' }] },
    {
      epoch: 8,
      budgetSD: 450n,
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
      executedIn: 5,
      epochs,
      ...fields,
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
    const { status } = verify({ epochs: [{ epoch: 6, budgetSD: 500n, orders }] });
    expect(status).toBe('waiting');
  });

  it('fails on another budget and on a change that is not there', () => {
    const other = [{ epoch: 6, budgetSD: 501n, orders: [] }];
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
