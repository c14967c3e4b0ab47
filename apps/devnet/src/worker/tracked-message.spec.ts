import { describe, expect, it } from 'vitest';
import type { Address, Hex } from '#kernel';
import { type Packet, payloadHashOf } from '#messaging';
import { CHAINS } from '../topology.js';
import type { MessageEvent, MessageFact } from './message-event.js';
import { foldMessage } from './tracked-message.js';

const GUID: Hex = `0x${'11'.repeat(32)}`;
const OURS: Address = `0x${'22'.repeat(20)}`;
const STRANGER: Address = `0x${'33'.repeat(20)}`;
const OFT: Address = `0x${'44'.repeat(20)}`;
const BRIDGE: Address = `0x${'55'.repeat(20)}`;
const COMPOSE = { from: OFT, to: BRIDGE, index: 0 } as const;

const PACKET: Packet = {
  nonce: 1n,
  srcEid: CHAINS.alpha.eid,
  dstEid: CHAINS.beta.eid,
  sender: `0x${'00'.repeat(12)}${'44'.repeat(20)}`,
  receiver: `0x${'00'.repeat(12)}${'44'.repeat(20)}`,
  guid: GUID,
  message: '0x01',
  payload: `${GUID}01`,
};

const SENT: MessageFact = {
  kind: 'sent',
  packet: PACKET,
  options: {
    receiveGas: 1n,
    receiveValue: 0n,
    nativeDrops: [],
    compose: new Map(),
    isOrdered: false,
  },
};
const COMMITTED: MessageFact = { kind: 'committed', payloadHash: payloadHashOf(PACKET) };
const DELIVERED: MessageFact = { kind: 'delivered' };
const COMPOSE_SENT: MessageFact = { kind: 'compose-sent', message: '0x02', ...COMPOSE };

function statusAfter(...facts: readonly MessageFact[]): string | undefined {
  const events = facts.map((fact, index): MessageEvent => {
    const chain = fact.kind === 'sent' ? CHAINS.alpha : CHAINS.beta;
    return { guid: GUID, chain, block: index, txHash: GUID, fact };
  });
  return foldMessage(events, new Set([OURS]))?.status;
}

describe('status of a message', () => {
  it('is unknown while its source block is', () => {
    expect(statusAfter(COMMITTED, DELIVERED)).toBeUndefined();
  });

  it('does not count a commitment of other content on the same path', () => {
    expect(statusAfter(SENT, { kind: 'committed', payloadHash: `0x${'99'.repeat(32)}` })).toBe(
      'confirming',
    );
  });

  it('goes from confirming over verified to delivered', () => {
    expect(statusAfter(SENT)).toBe('confirming');
    expect(statusAfter(SENT, COMMITTED)).toBe('verified');
    expect(statusAfter(SENT, COMMITTED, DELIVERED)).toBe('delivered');
  });

  it('ignores the alert of a stranger, which anyone can invent', () => {
    const alert = { kind: 'receive-alert', reason: '0x' } as const;

    expect(statusAfter(SENT, COMMITTED, { ...alert, executor: STRANGER })).toBe('verified');
    expect(statusAfter(SENT, COMMITTED, { ...alert, executor: OURS })).toBe('receive-failed');
  });

  it('recovers from a failed compose call when somebody makes it succeed', () => {
    const alert = { kind: 'compose-alert', executor: OURS, reason: '0x', ...COMPOSE } as const;
    const failed = [SENT, COMMITTED, DELIVERED, COMPOSE_SENT, alert] as const;

    expect(statusAfter(SENT, COMMITTED, DELIVERED, COMPOSE_SENT)).toBe('compose-pending');
    expect(statusAfter(...failed)).toBe('compose-failed');
    expect(statusAfter(...failed, { kind: 'compose-delivered', ...COMPOSE })).toBe('composed');
  });
});
