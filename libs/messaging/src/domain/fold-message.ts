import { assert, type Address, type Hex } from '#kernel';
import { accountOf } from './bytes.js';
import { explain } from './explain-message.js';
import { commandKeeping, type Keeping } from './keeping.js';
import { gapOf, type IndexProgress } from './index-gap.js';
import type { MessageEvent, MessageEventOf } from './message-event.js';
import type { MessageKind, MessageStatus, MessageView } from './message-view.js';
import type { PacketPath } from './packet.js';

/** How far our index of a chain is. */
export interface ChainProgress extends IndexProgress {
  readonly key: string;
  readonly headBlock: number;
  /** Chain time of the newest finalized block we indexed, seconds. */
  readonly finalizedTimestamp: number;
  readonly receiver: Address;
  readonly bridge: Address;
  /** Only on spokes. */
  readonly commandReceiver: Address | null;
  /** DVNs whose attestations the lane counts; anybody else may attest too and means nothing. */
  readonly dvns: readonly Address[];
}

/** What a packet's fate depends on besides its own events. */
export interface MessageContext {
  readonly guid: Hex;
  /** Source blocks the DVNs wait for. */
  readonly confirmations: number;
  readonly chainOf: (eid: number) => ChainProgress | undefined;
  /** Payload hashes of this guid that a source block we once indexed carried. */
  readonly witnessed: ReadonlySet<Hex>;
  /** Earliest nonce before this one on its lane that is not verified yet. */
  readonly missingNonce: bigint | null;
}

interface Group {
  readonly payloadHash: Hex;
  readonly path: PacketPath;
  readonly sent: MessageEventOf<'sent'> | undefined;
  readonly attested: readonly MessageEventOf<'attested'>[];
  readonly verified: MessageEventOf<'verified'> | undefined;
  /** Events on the destination after verification; only the payload executed there has any. */
  readonly after: readonly MessageEvent[];
}

/**
 * Folds the events of one guid into one view per payload: a guid names a place on a lane, so a
 * reorganised or forged packet shares it with the true one.
 *
 * Events of each chain must be in chain order. Pure; an empty list gives no view.
 */
export function foldMessage(
  events: readonly MessageEvent[],
  context: MessageContext,
): readonly MessageView[] {
  return groupsOf(events).map((group) => viewOf(group, context));
}

function groupsOf(events: readonly MessageEvent[]): readonly Group[] {
  const lastNilified = events.findLastIndex((event) => event.kind === 'nilified');
  const sent = events.filter((event) => event.kind === 'sent');
  const attested = events.filter((event) => event.kind === 'attested');
  const verified = events
    .filter((_event, index) => index > lastNilified)
    .filter((event) => event.kind === 'verified');
  const delivered = events.find((event) => event.kind === 'delivered');
  const hashes = new Set([...sent, ...attested, ...verified].map((event) => event.payloadHash));
  const executed = verified.at(-1)?.payloadHash ?? sent.at(-1)?.payloadHash;
  const after = events.filter(isAfterVerification);

  return [...hashes].map((payloadHash) => {
    const own = <Event extends { payloadHash: Hex }>(list: readonly Event[]) =>
      list.filter((event) => event.payloadHash === payloadHash);
    const path = [...own(sent), ...own(verified), ...own(attested)].at(0)?.path ?? delivered?.path;
    assert(path, `no event of payload ${payloadHash} names its path`);
    return {
      payloadHash,
      path,
      sent: own(sent).at(-1),
      attested: own(attested),
      verified: own(verified).at(-1),
      after: payloadHash === executed ? after : [],
    };
  });
}

const BEFORE_DELIVERY: readonly MessageEvent['kind'][] = [
  'sent',
  'tokens-sent',
  'attested',
  'verified',
  'nilified',
];

function isAfterVerification(event: MessageEvent): boolean {
  return !BEFORE_DELIVERY.includes(event.kind);
}

function viewOf(group: Group, context: MessageContext): MessageView {
  const { path, sent, payloadHash } = group;
  const source = context.chainOf(path.srcEid);
  const destination = context.chainOf(path.dstEid);
  const status = statusOf(group, context);
  const dvns = dvnsOf(group, destination);
  const sentAt = sent?.place.blockTimestamp ?? null;
  const txOf = (kind: MessageEvent['kind']) =>
    group.after.find((event) => event.kind === kind)?.place.txHash ?? null;
  const all = [sent, ...group.attested, group.verified, ...group.after].filter(
    (event) => event !== undefined,
  );
  const kind = kindOf(group, destination);
  const names = {
    source: source?.key ?? `endpoint ${path.srcEid}`,
    destination: destination?.key ?? `endpoint ${path.dstEid}`,
  };
  return {
    guid: context.guid,
    payloadHash,
    srcBlockHash: sent?.place.blockHash ?? null,
    kind,
    status,
    srcEid: path.srcEid,
    dstEid: path.dstEid,
    srcChainKey: names.source,
    dstChainKey: names.destination,
    sender: accountOf(path.sender),
    receiver: accountOf(path.receiver),
    nonce: path.nonce,
    amountSD: sent?.transfer?.amountSD ?? null,
    dvns,
    ...explain({
      status,
      kind,
      ...names,
      dvns: { required: dvns.required, attested: attestedCount(group, destination) },
      confirmations: { reached: confirmationsOf(group, source), required: context.confirmations },
      missingNonce: context.missingNonce,
      reason: failureOf(group),
      keeping: keepingOf(group, kind),
      sourceGap: gapOf(source, sentAt),
      destinationGap: gapOf(destination, group.verified ? null : sentAt),
      isSourceSeen: sent !== undefined,
    }),
    txs: {
      sent: sent?.place.txHash ?? null,
      verified: [...group.attested, ...(group.verified ? [group.verified] : [])].map(
        (event) => event.place.txHash,
      ),
      delivered: txOf('delivered'),
      composed: txOf('compose-delivered'),
    },
    etaSeconds: null,
    sentAt,
    updatedAt: Math.max(...all.map((event) => event.place.blockTimestamp)),
    isFinal: all.every((event) => event.place.isFinal),
  };
}

/** Later facts win: the destination tells more than the source, and an unknown source tells most. */
function statusOf(group: Group, context: MessageContext): MessageStatus {
  const source = context.chainOf(group.path.srcEid);
  const has = (kind: MessageEvent['kind']) => group.after.some((event) => event.kind === kind);

  if (group.sent === undefined) {
    const unsourced = unsourcedStatusOf(group, context);
    if (unsourced !== null) return unsourced;
  }
  if (has('compose-delivered')) return 'composed';
  if (has('compose-sent')) return has('compose-failed') ? 'compose-failed' : 'compose-pending';
  if (has('skipped') || has('burnt') || has('inbound-dropped')) return 'cleared';
  const kind = kindOf(group, context.chainOf(group.path.dstEid));
  if (keepingOf(group, kind) !== null) return 'queued';
  if (has('delivered')) return isRun(group, kind) ? 'delivered' : 'cleared';
  if (group.verified) {
    if (has('receive-failed')) return 'execution-failed';
    return context.missingNonce === null ? 'verified' : 'blocked';
  }
  if (attestedCount(group, context.chainOf(group.path.dstEid)) > 0) return 'verifying';
  const confirmations = confirmationsOf(group, source);
  if (confirmations >= context.confirmations) return 'verifying';
  return confirmations > 0 ? 'confirming' : 'sent';
}

/**
 * A payload the source does not show (now): orphaned when it once did. Otherwise it is forged as
 * soon as the source is final up to the time the destination first saw it; until then we may
 * simply be behind.
 */
function unsourcedStatusOf(group: Group, context: MessageContext): MessageStatus | null {
  if (context.witnessed.has(group.payloadHash)) return 'orphaned';
  const source = context.chainOf(group.path.srcEid);
  if (source === undefined || source.haltedReason !== null) return null;
  const seen = [...group.attested, ...(group.verified ? [group.verified] : [])];
  const firstSeenAt = Math.min(...seen.map((event) => event.place.blockTimestamp));
  return source.finalizedTimestamp >= firstSeenAt ? 'forged' : null;
}

/**
 * The endpoint also reports a cleared packet as delivered; only a run credits tokens, or makes the
 * receiver of commands say what became of one.
 */
function isRun(group: Group, kind: MessageKind): boolean {
  const has = (wanted: MessageEvent['kind']) => group.after.some((event) => event.kind === wanted);
  if (kind === 'command') return has('command-taken');
  const isTransfer = group.sent === undefined || group.sent.transfer !== null;
  return !isTransfer || has('tokens-received');
}

/** What the receiver keeps of a packet it took; null when it keeps nothing. */
function keepingOf({ after }: Group, kind: MessageKind): Keeping | null {
  if (kind !== 'command') {
    const isOver = (event: MessageEvent) => QUEUE_ENDS.includes(event.kind);
    const isQueued = after.some((event) => event.kind === 'inbound-queued');
    return isQueued && !after.some(isOver) ? { kind: 'inbound-limit' } : null;
  }
  const taken = after.filter((event) => event.kind === 'command-taken');
  return commandKeeping(taken.map(({ happening }) => happening));
}

const QUEUE_ENDS: readonly MessageEvent['kind'][] = ['inbound-released', 'inbound-dropped'];

/** How many attested is known only as far as the destination is indexed, unless it is settled. */
function dvnsOf(group: Group, destination: ChainProgress | undefined): MessageView['dvns'] {
  const required = destination?.dvns.length ?? 0;
  if (group.verified) return { required, verified: required };
  const attested = attestedCount(group, destination);
  const isAll = attested > 0 && attested === required;
  const isSeen = gapOf(destination, group.sent?.place.blockTimestamp ?? null) === null;
  return { required, verified: isAll || isSeen ? attested : null };
}

/** DVNs of the lane we saw attest; strangers and repetitions do not count. */
function attestedCount(group: Group, destination: ChainProgress | undefined): number {
  const counted = group.attested
    .map(({ dvn }) => dvn)
    .filter((dvn) => destination?.dvns.includes(dvn));
  return new Set(counted).size;
}

function confirmationsOf(group: Group, source: ChainProgress | undefined): number {
  if (group.sent === undefined || source === undefined) return 0;
  return Math.max(0, source.headBlock - group.sent.place.blockNumber);
}

function kindOf(group: Group, destination: ChainProgress | undefined): MessageKind {
  const composeTo =
    group.after.find((event) => event.kind === 'compose-sent')?.to ??
    (group.sent?.transfer?.compose ? group.sent.transfer.sendTo : undefined);
  if (composeTo !== undefined && composeTo === destination?.receiver) return 'emission-order';
  if (composeTo !== undefined && composeTo === destination?.bridge) return 'position-move';
  const receiver = accountOf(group.path.receiver);
  if (group.sent?.command || receiver === destination?.commandReceiver) return 'command';
  return group.sent !== undefined && group.sent.transfer === null ? 'other' : 'token-transfer';
}

function failureOf(group: Group): string | null {
  let reason: string | null = null;
  for (const event of group.after) {
    if (event.kind === 'receive-failed' || event.kind === 'compose-failed') reason = event.reason;
  }
  return reason;
}
