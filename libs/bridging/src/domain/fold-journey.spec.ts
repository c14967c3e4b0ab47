import { describe, expect, it } from 'vitest';
import { type Hex, toAddress } from '#kernel';
import { decimalText } from './amount-text.js';
import type { CarrierMessage } from './carrier-message.js';
import { foldJourney, type JourneyContext } from './fold-journey.js';
import type { JourneyEvent, JourneyPlace } from './journey-event.js';

const account = (byte: string) => toAddress(`0x${byte.repeat(20)}`);
const hash = (byte: string): Hex => `0x${byte.repeat(32)}`;
const user = account('aa');
const recipient = account('bb');

const aPlace = (fields: Partial<JourneyPlace> = {}): JourneyPlace => ({
  chainId: 10,
  blockTimestamp: 1_000,
  txHash: hash('01'),
  isFinal: true,
  ...fields,
});
const there = aPlace({ chainId: 20, blockTimestamp: 1_010, txHash: hash('02') });

const sent: JourneyEvent = {
  kind: 'sent',
  place: aPlace(),
  user,
  farmId: 1,
  dstEid: 2,
  dstFarmId: 4,
  recipient,
  amount: 12_500n,
  lock: null,
};
const token = account('a1');
const restaked: JourneyEvent = {
  kind: 'restaked',
  place: there,
  recipient,
  token,
  farmId: 4,
  amount: 12_500n,
  isFromEscrow: false,
};
const escrowed = {
  kind: 'escrowed',
  place: there,
  recipient,
  token,
  farmId: 4,
  amount: 12_500n,
  srcEid: 1,
  reason: 'Farms_NotActive(4, 2)',
  lock: null,
} as const;
const withdrawn: JourneyEvent = {
  kind: 'withdrawn',
  place: { ...there, txHash: hash('03') },
  recipient,
  to: account('cc'),
  amount: 12_500n,
  fee: 0n,
};
const returned: JourneyEvent = {
  kind: 'returned',
  place: there,
  recipient,
  newGuid: hash('77'),
  dstEid: 1,
  to: account('cc'),
  amount: 12_500n,
  fee: 0n,
  dust: 0n,
};

const aMessage = (fields: Partial<CarrierMessage> = {}): CarrierMessage => ({
  hasArrived: false,
  cause: 'The packet waits.',
  nextStep: 'Wait.',
  isFinal: true,
  ...fields,
});
const aContext = (message?: CarrierMessage): JourneyContext => ({
  guid: hash('99'),
  message,
  chainKeyOf: (place) =>
    ('eid' in place ? place.eid === 1 : place.chainId === 10) ? 'hub' : 'alpha',
  amountText: ({ amount }) => `${decimalText(amount, 3)} HWT`,
});

describe('foldJourney', () => {
  it('knows no journey without events', () => {
    expect(foldJourney([], aContext())).toBeUndefined();
  });

  it.each([
    ['sent', [sent], aMessage(), 'The packet waits.', ['Wait.']],
    [
      'sent',
      [sent],
      undefined,
      '12.5 HWT left hub and are on the way to alpha.',
      ['Wait for alpha to receive the packet.'],
    ],
    [
      'credited',
      [sent],
      aMessage({ hasArrived: true }),
      '12.5 HWT are held by the position bridge on alpha and wait to be restaked.',
      ['Wait.'],
    ],
    ['restaked', [sent, restaked], aMessage(), '12.5 HWT are staked in farm 4 on alpha.', []],
    [
      'withdrawn',
      [sent, escrowed, withdrawn],
      aMessage(),
      `12.5 HWT were paid out on alpha to ${account('cc')}.`,
      [],
    ],
    [
      'returned',
      [sent, escrowed, returned],
      aMessage(),
      `12.5 HWT were sent from alpha to ${account('cc')} on hub.`,
      [],
    ],
  ] as const)('is %s and says where the funds are', (...row) => {
    const [state, events, message, where, nextSteps] = row;
    const view = foldJourney(events, aContext(message));
    expect(view).toMatchObject({ state, where, nextSteps });
  });

  it('offers the three exits of an escrow and the reason for it', () => {
    const view = foldJourney([sent, escrowed], aContext(aMessage({ hasArrived: true })));
    expect(view?.state).toBe('escrowed');
    expect(view?.reason).toBe('Farms_NotActive(4, 2)');
    expect(view?.where).toBe('12.5 HWT are in escrow on alpha; only the recipient can use them.');
    expect(view?.nextSteps.map((step) => step.split(':')[0])).toEqual([
      'Retry',
      'Withdraw',
      'Return',
    ]);
  });

  it('names the farm the recipient chose when retrying from escrow', () => {
    const retried: JourneyEvent = { ...restaked, farmId: 9, isFromEscrow: true };
    const view = foldJourney([sent, escrowed, retried], aContext(aMessage()));
    expect(view).toMatchObject({ state: 'restaked', dst: { chainKey: 'alpha', farmId: 9 } });
  });

  it('shows an escrow whose source is not indexed yet, with what is unknown as null', () => {
    const view = foldJourney([escrowed], aContext());
    expect(view).toMatchObject({
      user: null,
      recipient,
      src: { chainKey: 'hub', farmId: null },
      dst: { chainKey: 'alpha', farmId: 4 },
      state: 'escrowed',
      sentAt: null,
      isFinal: false,
    });
  });

  it('reports transactions, times and the packet of a return', () => {
    expect(foldJourney([sent, escrowed, returned], aContext(aMessage()))).toMatchObject({
      user,
      src: { chainKey: 'hub', farmId: 1 },
      returnGuid: hash('77'),
      txs: { sent: hash('01'), last: hash('02') },
      sentAt: 1_000,
      updatedAt: 1_010,
      isFinal: true,
    });
  });
});

describe('decimalText', () => {
  it.each([
    [0n, 18, '0'],
    [1n, 3, '0.001'],
    [1_000n, 3, '1'],
    [12_340n, 3, '12.34'],
    [5n, 0, '5'],
  ] as const)('writes %s with %s decimals as %s', (amount, decimals, text) => {
    expect(decimalText(amount, decimals)).toBe(text);
  });
});
