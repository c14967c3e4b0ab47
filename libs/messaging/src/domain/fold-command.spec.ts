import { describe, expect, it } from 'vitest';
import { type Command, encodeCommand, WHOLE_POT } from '#abi';
import { type Hex, toAddress } from '#kernel';
import type { CommandEvent, CommandHappening } from './command-event.js';
import type { CommandState } from './command-view.js';
import { describeCommand } from './describe-command.js';
import type { EventPlace } from './event-place.js';
import { foldCommand } from './fold-command.js';

const word = (byte: string): Hex => `0x${byte.repeat(32)}`;
const account = (byte: string) => toAddress(`0x${byte.repeat(20)}`);
const guid = word('99');
const bytes = encodeCommand({ kind: 'set-farm-state', farmId: 3, state: 'ended' });
const chainOf = (eid: number) => (eid === 2 ? 'alpha' : `endpoint ${eid}`);
const context = { eid: 2, no: 7n, hubKey: 'hub', chainOf };

const aPlace = (fields: Partial<EventPlace> = {}): EventPlace => ({
  chainId: 20,
  blockNumber: 50,
  blockHash: word('b1'),
  blockTimestamp: 1_010,
  txHash: word('c1'),
  isFinal: true,
  ...fields,
});
const happened = (happening: CommandHappening, place: Partial<EventPlace> = {}): CommandEvent => ({
  ...happening,
  place: aPlace(place),
});
const sent = happened(
  { kind: 'sent', guid, bytes },
  { chainId: 10, blockTimestamp: 1_000, txHash: word('a1') },
);
const waiting = happened({ kind: 'waiting', guid, bytes, readyAt: 2_000 });
const paused = happened({ kind: 'waiting', guid, bytes, readyAt: 0 });
const failed = happened({ kind: 'failed', guid, bytes, reason: 'Farms_UnknownFarm(3)' });
const later = { blockTimestamp: 2_100, txHash: word('d1') };
const applied = happened({ kind: 'applied', guid: null }, later);
const stale = happened({ kind: 'stale', guid, newest: 8n });
const cancelled = happened({ kind: 'cancelled', by: 9n }, later);
const refused = (reason: 'duplicate' | 'cancelled' | 'malformed') =>
  happened({ kind: 'refused', guid, reason }, later);

describe('foldCommand', () => {
  it('gives nothing for nothing', () => {
    expect(foldCommand([], context)).toBeUndefined();
  });

  it.each<[CommandState, CommandEvent[]]>([
    ['sent', [sent]],
    ['applied', [sent, applied]],
    ['applied', [sent, waiting, applied]],
    ['applied', [sent, failed, applied]],
    ['applied', [sent, applied, refused('duplicate')]],
    ['waiting', [sent, waiting]],
    ['waiting', [sent, paused, waiting]],
    ['failed', [sent, failed]],
    ['stale', [sent, stale]],
    ['cancelled', [sent, cancelled]],
    ['cancelled', [sent, waiting, cancelled]],
    ['cancelled', [sent, cancelled, refused('cancelled')]],
    ['refused', [sent, refused('malformed')]],
  ])('is %s', (state, events) => {
    expect(foldCommand(events, context)?.state).toBe(state);
  });

  it('says what was commanded, how it went and until when something can be done', () => {
    expect(foldCommand([sent, waiting], context)).toEqual({
      id: 'alpha:7',
      eid: 2,
      chainKey: 'alpha',
      no: 7n,
      kind: 'set-farm-state',
      command: { kind: 'set-farm-state', farmId: 3, state: 'ended' },
      sentence: 'End farm 3.',
      state: 'waiting',
      guid,
      readyAt: 2_000,
      expiresAt: 2_000 + 604_800,
      cause:
        'The command resumes something or sets a limit, so alpha keeps it until ' +
        '1970-01-01T00:33:20Z.',
      nextStep:
        'From then and for a week anyone may call retry on the receiver of commands; if nobody ' +
        'on the hub sent it, the guardian pauses commands before.',
      txs: { sent: word('a1'), settled: word('c1') },
      sentAt: 1_000,
      updatedAt: 1_010,
      isFinal: true,
    });
  });

  it.each<[string, CommandEvent]>([
    ['The command could not be carried out on alpha (Farms_UnknownFarm(3)).', failed],
    ['Command 8 about the same thing was applied on alpha before.', stale],
    ['Command 9 cancelled it.', cancelled],
    [
      'The receiver of commands on alpha refused it: it is no command of a known kind.',
      refused('malformed'),
    ],
  ])('says that %s', (cause, event) => {
    expect(foldCommand([sent, event], context)?.cause).toBe(cause);
  });

  it('names no time for a command that waits for the pause to end', () => {
    const kept = foldCommand([sent, paused], context);
    expect([kept?.readyAt, kept?.expiresAt]).toEqual([null, null]);
  });

  it('shows what the spoke alone knows', () => {
    const view = foldCommand([applied], context);
    expect([view?.sentence, view?.sentAt, view?.kind]).toEqual([
      'Not shown: the hub is not indexed that far.',
      null,
      null,
    ]);
  });

  it('is final when everything it rests on is', () => {
    const provisional = { ...applied, place: aPlace({ isFinal: false }) };
    expect(foldCommand([sent, applied], context)?.isFinal).toBe(true);
    expect(foldCommand([sent, provisional], context)?.isFinal).toBe(false);
  });
});

describe('describeCommand', () => {
  it.each<[Command, string]>([
    [
      {
        kind: 'add-farm',
        farmId: 4,
        stakeToken: account('11'),
        scaleBits: 95,
        maxRate: 9n,
        hasTerms: true,
        oft: account('00'),
      },
      `Add farm 4 for ${account('11')}, with terms, at most 9 wei a second.`,
    ],
    [
      {
        kind: 'add-farm',
        farmId: 4,
        stakeToken: account('11'),
        scaleBits: 95,
        maxRate: 9n,
        hasTerms: false,
        oft: account('22'),
      },
      `Add farm 4 for ${account('11')}, without terms, at most 9 wei a second; positions travel ` +
        `through ${account('22')}.`,
    ],
    [{ kind: 'set-farm-state', farmId: 4, state: 'active' }, 'Open farm 4.'],
    [{ kind: 'set-farm-state', farmId: 4, state: 'deposits-paused' }, 'Stop deposits of farm 4.'],
    [
      { kind: 'set-max-rate', farmId: 4, stream: 0, maxRate: 5n },
      'Let the emission of farm 4 pay at most 5 wei a second.',
    ],
    [
      {
        kind: 'set-terms',
        farmId: 4,
        tiers: [{ term: 86_400 * 30, boostBps: 15_000, feeBps: 250 }],
        steps: [{ minTenure: 3_600, bonusBps: 500 }],
      },
      'Offer in farm 4 locks of 30 days for 150 % (fee 2.5 %) and bonuses of 5 % after 1 hour.',
    ],
    [
      { kind: 'set-terms', farmId: 4, tiers: [], steps: [] },
      'Offer in farm 4 no locks and no bonus.',
    ],
    [
      {
        kind: 'add-stream',
        farmId: 4,
        stream: 1,
        token: account('11'),
        funder: account('22'),
        maxRate: 5n,
      },
      `Add stream 1 of farm 4, which pays ${account('11')}, funded by ${account('22')}, at most 5 ` +
        'wei a second.',
    ],
    [
      { kind: 'set-funder', farmId: 4, stream: 2, funder: account('22') },
      `Let ${account('22')} fund stream 2 of farm 4.`,
    ],
    [{ kind: 'set-receiver-paused', isPaused: true }, 'Stop emission orders.'],
    [{ kind: 'set-receiver-paused', isPaused: false }, 'Resume emission orders.'],
    [{ kind: 'set-bridge-paused', isPaused: true }, 'Stop moves.'],
    [{ kind: 'set-bridge-paused', isPaused: false }, 'Resume moves.'],
    [{ kind: 'set-min-valid-epoch', epoch: 9 }, 'Refuse emission orders of epochs before 9.'],
    [
      { kind: 'release-pot', epoch: 9, amount: WHOLE_POT },
      'Make the whole pot of epoch 9 returnable.',
    ],
    [{ kind: 'release-pot', epoch: 9, amount: 5n }, 'Make 5 wei of the pot of epoch 9 returnable.'],
    [
      { kind: 'set-outflow-limit', token: account('11'), eid: 2, limit: 5n, window: 120 },
      `Let at most 5 wei of the token ${account('11')} in 2 minutes leave to alpha through the bridge.`,
    ],
    [
      { kind: 'set-inbound-limit', eid: 3, limit: 5n, window: 90 },
      'Let at most 5 wei of the reward token in 90 seconds arrive from endpoint 3.',
    ],
    [
      { kind: 'set-inbound-limit', eid: 2, limit: 0n, window: 0 },
      'Let any amount of the reward token arrive from alpha.',
    ],
    [
      { kind: 'set-sentinel', sentinel: account('33'), until: 1_800_000_000 },
      `Let ${account('33')} pause until 2027-01-15T08:00:00Z.`,
    ],
    [{ kind: 'set-sentinel', sentinel: account('00'), until: 0 }, 'Name no sentinel.'],
    [{ kind: 'cancel-command', no: 11n }, 'Cancel command 11.'],
  ])('%o', (command, sentence) => {
    expect(describeCommand(command, chainOf)).toBe(sentence);
  });
});
