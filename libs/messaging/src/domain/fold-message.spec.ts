import { describe, expect, it } from 'vitest';
import { type Hex, toAddress } from '#kernel';
import { toBytes32 } from './bytes.js';
import { type ChainProgress, foldMessage, type MessageContext } from './fold-message.js';
import type { EventPlace } from './event-place.js';
import type { CommandHappening } from './command-event.js';
import type { MessageEvent, MessageEventOf } from './message-event.js';
import type { MessageStatus } from './message-view.js';
import type { PacketPath } from './packet.js';

const account = (byte: string) => toAddress(`0x${byte.repeat(20)}`);
const hash = (byte: string): Hex => `0x${byte.repeat(32)}`;
const dvns = [account('d1'), account('d2')];

const path: PacketPath = {
  nonce: 7n,
  srcEid: 1,
  sender: toBytes32(account('aa')),
  dstEid: 2,
  receiver: toBytes32(account('bb')),
};

const aPlace = (fields: Partial<EventPlace> = {}): EventPlace => ({
  chainId: 10,
  blockNumber: 100,
  blockHash: hash('b1'),
  blockTimestamp: 1_000,
  txHash: hash('a1'),
  isFinal: true,
  ...fields,
});

const aChain = (fields: Partial<ChainProgress>): ChainProgress => ({
  key: 'hub',
  headBlock: 100,
  finalizedTimestamp: 900,
  cursorBlock: 100,
  cursorTimestamp: 1_100,
  haltedReason: null,
  lastError: null,
  receiver: account('ee'),
  bridge: account('ff'),
  commandReceiver: null,
  dvns,
  ...fields,
});

const aContext = (
  options: {
    source?: Partial<ChainProgress>;
    destination?: Partial<ChainProgress>;
    fields?: Partial<MessageContext>;
  } = {},
): MessageContext => ({
  guid: hash('99'),
  confirmations: 5,
  chainOf: (eid) =>
    new Map([
      [1, aChain(options.source ?? {})],
      [2, aChain({ key: 'alpha', ...options.destination })],
    ]).get(eid),
  witnessed: new Set(),
  missingNonce: null,
  ...options.fields,
});

const there = aPlace({ chainId: 20, blockNumber: 50, blockTimestamp: 1_010, txHash: hash('c1') });
const payloadHash = hash('44');
const sent: MessageEventOf<'sent'> = {
  kind: 'sent',
  place: aPlace(),
  path,
  payloadHash,
  transfer: {
    sendTo: account('ee'),
    amountSD: 5n,
    compose: { from: account('aa'), message: '0x' },
  },
  command: null,
};
const plain: MessageEventOf<'sent'> = {
  kind: 'sent',
  place: aPlace(),
  path,
  payloadHash,
  transfer: { sendTo: account('01'), amountSD: 5n, compose: null },
  command: null,
};
const attestedBy = (dvn: Hex, of = payloadHash): MessageEvent => ({
  kind: 'attested',
  place: there,
  path,
  payloadHash: of,
  dvn,
});
const verified: MessageEvent = { kind: 'verified', place: there, path, payloadHash };
const delivered: MessageEvent = { kind: 'delivered', place: there, path };
const received: MessageEvent = { kind: 'tokens-received', place: there, amountWei: 5n };
const composeSent: MessageEvent = { kind: 'compose-sent', place: there, to: account('ee') };
const composed: MessageEvent = { kind: 'compose-delivered', place: there };
const receiveFailed: MessageEvent = { kind: 'receive-failed', place: there, reason: 'NoPeer(2)' };
const composeFailed: MessageEvent = { kind: 'compose-failed', place: there, reason: 'Paused()' };

const queued: MessageEvent = { kind: 'inbound-queued', place: there, amountWei: 5n };
const released: MessageEvent = { kind: 'inbound-released', place: there, amountWei: 5n };
const dropped: MessageEvent = { kind: 'inbound-dropped', place: there, amountWei: 5n };
const command: MessageEventOf<'sent'> = {
  ...plain,
  transfer: null,
  command: { eid: 2, no: 3n },
};
const taken = (happening: CommandHappening): MessageEvent => ({
  kind: 'command-taken',
  place: there,
  happening,
});
const guid = hash('99');
const applied = taken({ kind: 'applied', guid });
const appliedLater = taken({ kind: 'applied', guid: null });
const commandFailed = taken({ kind: 'failed', guid, bytes: '0x0701', reason: 'Farms_Paused()' });
const waits = (readyAt: number) => taken({ kind: 'waiting', guid, bytes: '0x0700', readyAt });
const refused = taken({ kind: 'refused', guid, reason: 'duplicate' });

const statusOf = (events: readonly MessageEvent[], context = aContext()) =>
  foldMessage(events, context).map((view) => view.status);

const causeOf = (events: readonly MessageEvent[]) => {
  const [view] = foldMessage([...events, delivered], aContext());
  return [view?.kind, view?.cause, view?.nextStep];
};

describe('foldMessage', () => {
  it('gives nothing for nothing', () => {
    expect(foldMessage([], aContext())).toEqual([]);
  });

  it.each([
    ['sent', [sent], 100],
    ['confirming', [sent], 102],
    ['verifying', [sent], 105],
    ['verifying', [sent, attestedBy(account('d1'))], 101],
    ['verified', [sent, verified], 105],
    ['execution-failed', [sent, verified, receiveFailed], 105],
    ['delivered', [plain, verified, received, delivered], 105],
    ['delivered', [plain, verified, receiveFailed, received, delivered], 105],
    ['cleared', [plain, verified, delivered], 105],
    ['cleared', [plain, { kind: 'skipped', place: there, path }], 105],
    ['verifying', [plain, verified, { kind: 'nilified', place: there, path }], 105],
    ['compose-pending', [sent, verified, received, composeSent, delivered], 105],
    ['compose-failed', [sent, verified, received, composeSent, delivered, composeFailed], 105],
    ['composed', [sent, verified, received, composeSent, composeFailed, composed], 105],
    ['queued', [plain, verified, queued, delivered], 105],
    ['delivered', [plain, verified, queued, delivered, released, received], 105],
    [
      'composed',
      [sent, verified, queued, delivered, released, received, composeSent, composed],
      105,
    ],
    ['cleared', [plain, verified, queued, delivered, dropped], 105],
    ['delivered', [command, verified, applied, delivered], 105],
    ['queued', [command, verified, waits(0), delivered], 105],
    ['queued', [command, verified, commandFailed, delivered], 105],
    ['delivered', [command, verified, commandFailed, delivered, appliedLater], 105],
    ['queued', [command, verified, waits(9), delivered, refused], 105],
    ['cleared', [command, verified, delivered], 105],
  ] satisfies [MessageStatus, MessageEvent[], number][])('is %s', (status, events, headBlock) => {
    expect(statusOf(events, aContext({ source: { headBlock } }))).toEqual([status]);
  });

  it('says why the receiver keeps a packet and who can change that', () => {
    expect(causeOf([plain, verified, queued])).toEqual([
      'token-transfer',
      'The token on alpha keeps the packet: it is over what may arrive from hub now, or arrivals ' +
        'are paused; the sent tokens left hub and are not credited on alpha yet.',
      'Wait until the limit has room; then anyone may call release on the token. A packet over ' +
        "the whole limit waits for the token's owner.",
    ]);
    expect(causeOf([command, verified, waits(1_800_000_000)])).toEqual([
      'command',
      'The command resumes something or sets a limit, so alpha keeps it until 2027-01-15T08:00:00Z.',
      'From then and for a week anyone may call retry on the receiver of commands; if nobody on ' +
        'the hub sent it, the guardian pauses commands before.',
    ]);
    expect(causeOf([command, verified, waits(0)])[1]).toBe(
      'Commands are paused on alpha, which keeps the command.',
    );
    expect(causeOf([command, verified, commandFailed])[1]).toBe(
      'The command could not be carried out on alpha (Farms_Paused()).',
    );
  });

  it('knows a command by its receiver while the hub is not indexed that far', () => {
    const context = aContext({
      source: { finalizedTimestamp: 1_000 },
      destination: { commandReceiver: account('bb') },
    });
    const [view] = foldMessage([verified, waits(0), delivered], context);
    expect([view?.kind, view?.status]).toEqual(['command', 'queued']);
  });

  it('is blocked behind a nonce that is not verified', () => {
    const context = aContext({ fields: { missingNonce: 5n } });
    const [view] = foldMessage([sent, verified], context);
    expect(view?.status).toBe('blocked');
    expect(view?.cause).toContain('Packet 5 of the same lane is not verified yet');
  });

  it('counts each DVN of the lane once and strangers never', () => {
    const events = [
      sent,
      attestedBy(account('d1')),
      attestedBy(account('d1')),
      attestedBy(account('77')),
    ];
    expect(foldMessage(events, aContext())[0]?.dvns).toEqual({ required: 2, verified: 1 });
  });

  it('tells the kind by who is composed on the destination', () => {
    expect(foldMessage([sent], aContext())[0]?.kind).toBe('emission-order');
    expect(foldMessage([plain], aContext())[0]?.kind).toBe('token-transfer');
  });

  it('waits for the index of the source before it calls a packet forged', () => {
    expect(statusOf([verified], aContext({ source: { finalizedTimestamp: 1_009 } }))).toEqual([
      'verified',
    ]);
    expect(statusOf([verified], aContext({ source: { finalizedTimestamp: 1_010 } }))).toEqual([
      'forged',
    ]);
  });

  it('never calls a packet forged while the source is halted', () => {
    const source = { finalizedTimestamp: 2_000, haltedReason: 'forked' };
    expect(statusOf([verified], aContext({ source }))).toEqual(['verified']);
  });

  it('calls an executed packet without a source forged too', () => {
    const source = { finalizedTimestamp: 2_000 };
    expect(statusOf([verified, received, delivered], aContext({ source }))).toEqual(['forged']);
  });

  it('calls a packet orphaned whose source block went away after verification', () => {
    const context = aContext({ fields: { witnessed: new Set([payloadHash]) } });
    expect(statusOf([verified, received, delivered], context)).toEqual(['orphaned']);
  });

  it('keeps the replacing packet apart from the orphan with the same guid', () => {
    const replacing: MessageEvent = { ...plain, payloadHash: hash('55') };
    const context = aContext({ fields: { witnessed: new Set([payloadHash]) } });
    const views = foldMessage([replacing, verified, received, delivered], context);
    expect(views.map((view) => [view.payloadHash, view.status])).toEqual([
      [hash('55'), 'sent'],
      [payloadHash, 'orphaned'],
    ]);
  });

  it('says what happened, where the funds are and what to do until the packet has arrived', () => {
    const [failed] = foldMessage(
      [sent, verified, received, composeSent, delivered, composeFailed],
      aContext(),
    );
    expect(failed?.cause).toBe(
      'The reward tokens of the order are credited to the composer on alpha, which refused the ' +
        'call (Paused()).',
    );
    expect(failed?.nextStep).toContain('anyone may call lzCompose');
    const [done] = foldMessage([plain, verified, received, delivered], aContext());
    expect([done?.cause, done?.nextStep]).toEqual([null, null]);
  });

  it.each([
    [{ haltedReason: 'forked' }, 'halted: forked', 'Repair the index of alpha'],
    [
      { lastError: 'no node answers' },
      'not read: no node answers',
      'Get a node of alpha to answer',
    ],
    [{ cursorTimestamp: 999 }, 'before the packet was sent', 'Wait for the index of alpha'],
  ])('does not count attestations it cannot see (%o)', (progress, reason, advice) => {
    const destination = { cursorBlock: 40, ...progress };
    const [view] = foldMessage([sent], aContext({ source: { headBlock: 105 }, destination }));
    expect(view?.dvns).toEqual({ required: 2, verified: null });
    expect(view?.cause).toBe(
      `Our index of alpha stops at block 40 (${reason}); what happened there since is unknown. ` +
        'The reward tokens of the order left hub.',
    );
    expect(view?.nextStep).toContain(advice);
  });

  it('says what was seen before the index of the destination stopped', () => {
    const destination = { haltedReason: 'forked' };
    const [view] = foldMessage([sent, attestedBy(account('d1'))], aContext({ destination }));
    expect(view?.dvns).toEqual({ required: 2, verified: null });
    expect(view?.cause).toContain('is unknown. Until then: 1 of 2 DVNs have attested the packet;');
    const [ready] = foldMessage([sent, verified], aContext({ destination }));
    expect(ready?.dvns).toEqual({ required: 2, verified: 2 });
    expect(ready?.cause).toContain('is unknown. Until then: The packet is verified and waits');
    expect(ready?.nextStep).toContain('Repair the index of alpha');
  });

  it('does not advise to wait for confirmations it cannot see', () => {
    const source = { headBlock: 102, haltedReason: 'forked' };
    const [view] = foldMessage([sent], aContext({ source }));
    expect(view?.cause).toContain('Our index of hub stops at block 100 (halted: forked)');
    expect(view?.nextStep).toContain('Repair the index of hub');
  });

  it('has nothing to say of an arrived packet though the destination has stopped since', () => {
    const destination = { haltedReason: 'forked' };
    const [done] = foldMessage([plain, verified, received, delivered], aContext({ destination }));
    expect([done?.cause, done?.nextStep]).toEqual([null, null]);
  });

  it('knows no attestations on a chain it has never looked at', () => {
    const [view] = foldMessage(
      [sent],
      aContext({ source: { headBlock: 105 }, destination: { cursorBlock: null } }),
    );
    expect(view?.dvns).toEqual({ required: 2, verified: null });
    expect(view?.cause).toContain('Our index of alpha has not begun; what happened there');
  });

  it('reports transactions, times and finality', () => {
    const provisional = { ...received, place: { ...there, blockTimestamp: 1_020, isFinal: false } };
    const [view] = foldMessage(
      [plain, attestedBy(account('d1')), verified, provisional, delivered],
      aContext(),
    );
    expect(view).toMatchObject({
      srcBlockHash: hash('b1'),
      nonce: 7n,
      amountSD: 5n,
      sender: account('aa'),
      receiver: account('bb'),
      txs: {
        sent: hash('a1'),
        verified: [hash('c1'), hash('c1')],
        delivered: hash('c1'),
        composed: null,
      },
      etaSeconds: null,
      sentAt: 1_000,
      updatedAt: 1_020,
      isFinal: false,
    });
  });
});
