import { Injectable } from '@nestjs/common';
import { AppConfig, type ChainDeployment } from '#config';
import { type ChainCursor, type IndexedLog, LogStore } from '#indexer';
import { type Hex, toHex } from '#kernel';
import { commandSubject } from './commands.projector.js';
import { decodeCommandLog } from './decode-command-log.js';
import { decodeMessageLog } from './decode-message-log.js';
import { type ChainProgress, foldMessage } from './domain/fold-message.js';
import type { MessageEvent } from './domain/message-event.js';
import { MESSAGE_STATUSES, type MessageStatus, type MessageView } from './domain/message-view.js';
import type { PacketPath } from './domain/packet.js';
import { GUID_PREFIX } from './messages.projector.js';
import { OAppBook } from './oapp-book.js';
import { guidOf } from './packet-hash.js';
import { PacketWitness } from './packet-witness.js';

/** How many packets before a verified one are looked at for the one that blocks it. */
const GAP_LOOKBACK = 64;
const PAGE_SIZE = 200;
/** Most packets a filtered list or a count looks at. */
const SCAN_MAX = 2_000;

export interface MessageCounts {
  /** Every status, in the order a packet passes them. */
  readonly byStatus: readonly { readonly status: MessageStatus; readonly count: number }[];
  /** False when there are more packets than were looked at. */
  readonly isComplete: boolean;
}

/** Reads the packets of our contracts; every view is folded from logs when asked for. */
@Injectable()
export class MessageService {
  private readonly book: OAppBook;
  private readonly chains: readonly ChainDeployment[];
  private readonly confirmations: number;

  constructor(
    config: AppConfig,
    private readonly logs: LogStore,
    private readonly witness: PacketWitness,
  ) {
    this.book = new OAppBook(config.deployment);
    this.chains = config.deployment.chains;
    this.confirmations = config.deployment.messaging.confirmations;
  }

  /**
   * Packets, the one with the newest event first. `before` is the guid of the last one of the
   * page before. With `status`, only the newest `SCAN_MAX` packets are looked at.
   */
  async list(options: {
    readonly limit: number;
    readonly before?: Hex | undefined;
    readonly status?: MessageStatus | undefined;
  }): Promise<readonly MessageView[]> {
    const { limit, status } = options;
    const found: MessageView[] = [];
    let before = options.before;
    for (let scanned = 0; scanned < SCAN_MAX && found.length < limit; scanned += PAGE_SIZE) {
      const size = status === undefined ? limit - found.length : PAGE_SIZE;
      const guids = await this.page(size, before);
      const views = [...(await this.byGuids(guids)).values()].flat();
      found.push(...views.filter((view) => status === undefined || view.status === status));
      before = guids.at(-1);
      if (guids.length < size) break;
    }
    return found.slice(0, limit);
  }

  /**
   * The packet of a guid: the one its source sent, or else what the destination claims to be one.
   * Undefined when no chain shows any.
   */
  async byGuid(guid: Hex): Promise<MessageView | undefined> {
    return (await this.payloadsOf(guid)).at(0);
  }

  /** Every payload that was seen under a guid: after a reorganisation or a forgery there are two. */
  async payloadsOf(guid: Hex): Promise<readonly MessageView[]> {
    return (await this.byGuids([guid])).get(guid) ?? [];
  }

  /** Views of several guids at once, in the order asked for; unknown guids are left out. */
  async byGuids(guids: readonly Hex[]): Promise<ReadonlyMap<Hex, readonly MessageView[]>> {
    const events = await this.eventsOf(guids);
    const witnessed = await this.witness.payloadsOf(guids);
    const progress = await this.progress();
    const views = new Map<Hex, readonly MessageView[]>();
    for (const guid of guids) {
      const own = events.get(guid) ?? [];
      const context = {
        guid,
        confirmations: this.confirmations,
        chainOf: (eid: number) => progress.get(eid),
        witnessed: witnessed.get(guid) ?? new Set<Hex>(),
        missingNonce: null,
      };
      let folded = foldMessage(own, context);
      if (folded.some(({ status }) => status === 'verified')) {
        folded = foldMessage(own, { ...context, missingNonce: await this.missingNonce(own) });
      }
      if (folded.length > 0) views.set(guid, folded);
    }
    return views;
  }

  /** How many packets are in each state, over the newest `SCAN_MAX`. */
  async counts(): Promise<MessageCounts> {
    const counts = new Map<MessageStatus, number>();
    const result = (isComplete: boolean) => ({ byStatus: byStatusOf(counts), isComplete });
    let before: Hex | undefined;
    for (let scanned = 0; scanned < SCAN_MAX; scanned += PAGE_SIZE) {
      const guids = await this.page(PAGE_SIZE, before);
      for (const view of [...(await this.byGuids(guids)).values()].flat()) {
        counts.set(view.status, (counts.get(view.status) ?? 0) + 1);
      }
      if (guids.length < PAGE_SIZE) return result(true);
      before = guids.at(-1);
    }
    return result(false);
  }

  private async page(limit: number, before: Hex | undefined): Promise<readonly Hex[]> {
    const subjects = await this.logs.subjects({
      prefix: GUID_PREFIX,
      limit,
      ...(before === undefined ? {} : { before: `${GUID_PREFIX}${before}` }),
    });
    return subjects.map((subject) => toHex(subject.slice(GUID_PREFIX.length)));
  }

  private async eventsOf(
    guids: readonly Hex[],
  ): Promise<ReadonlyMap<Hex, readonly MessageEvent[]>> {
    const found = await this.logs.bySubjects(guids.map((guid) => `${GUID_PREFIX}${guid}`));
    const events = new Map(
      guids.map((guid) => {
        const logs = found.get(`${GUID_PREFIX}${guid}`) ?? [];
        return [guid, logs.flatMap((log) => this.eventOf(log))];
      }),
    );
    return this.withLaterCommands(events);
  }

  /** What somebody did about a command after its packet came names the command alone. */
  private async withLaterCommands(
    events: ReadonlyMap<Hex, readonly MessageEvent[]>,
  ): Promise<ReadonlyMap<Hex, readonly MessageEvent[]>> {
    const subjects = new Map(
      [...events].flatMap(([guid, own]) => {
        const sent = own.find((event) => event.kind === 'sent' && event.command !== null);
        const command = sent?.kind === 'sent' ? sent.command : null;
        return command === null ? [] : [[guid, commandSubject(command)] as const];
      }),
    );
    if (subjects.size === 0) return events;
    const found = await this.logs.bySubjects([...subjects.values()]);
    return new Map(
      [...events].map(([guid, own]) => {
        const subject = subjects.get(guid);
        const logs = subject === undefined ? [] : (found.get(subject) ?? []);
        return [guid, [...own, ...logs.flatMap((log) => this.laterEventOf(log))]];
      }),
    );
  }

  private laterEventOf(log: IndexedLog): readonly MessageEvent[] {
    const chain = this.book.chainById(log.chainId);
    const happening = chain && decodeCommandLog(log, chain)?.happening;
    if (happening === undefined || happening.kind === 'sent') return [];
    const isLater = happening.kind === 'cancelled' || happening.guid === null;
    return isLater ? [{ kind: 'command-taken', happening, place: log }] : [];
  }

  private eventOf(log: IndexedLog): readonly MessageEvent[] {
    const chain = this.book.chainById(log.chainId);
    const decoded = chain && decodeMessageLog({ log, chain, book: this.book });
    return decoded === undefined ? [] : [{ ...decoded.happening, place: log }];
  }

  private async progress(): Promise<ReadonlyMap<number, ChainProgress>> {
    const cursors = await this.logs.cursors();
    return new Map(
      this.chains.map((chain) => {
        const cursor = cursors.find(({ chainId }) => chainId === chain.chainId);
        return [chain.eid, progressOf(chain, cursor)];
      }),
    );
  }

  /** A packet can run only when every earlier one of its lane is verified; finds the first not. */
  private async missingNonce(events: readonly MessageEvent[]): Promise<bigint | null> {
    const path = events.find((event) => event.kind === 'verified')?.path;
    if (path === undefined) return null;
    const earlier = earlierPaths(path).map((each) => ({ nonce: each.nonce, guid: guidOf(each) }));
    const known = await this.eventsOf(earlier.map(({ guid }) => guid));
    let missing: bigint | null = null;
    for (const { nonce, guid } of earlier) {
      const kinds = (known.get(guid) ?? []).map(({ kind }) => kind);
      if (kinds.includes('delivered') || kinds.includes('skipped')) break;
      if (!kinds.includes('verified')) missing = nonce;
    }
    return missing;
  }
}

function byStatusOf(counts: ReadonlyMap<MessageStatus, number>): MessageCounts['byStatus'] {
  return MESSAGE_STATUSES.map((status) => ({ status, count: counts.get(status) ?? 0 }));
}

function earlierPaths(path: PacketPath): readonly PacketPath[] {
  const paths: PacketPath[] = [];
  for (let nonce = path.nonce - 1n; nonce > 0n && paths.length < GAP_LOOKBACK; nonce -= 1n) {
    paths.push({ ...path, nonce });
  }
  return paths;
}

function progressOf(chain: ChainDeployment, cursor: ChainCursor | undefined): ChainProgress {
  return {
    key: chain.key,
    headBlock: cursor?.headBlock ?? 0,
    finalizedTimestamp: cursor?.finalizedTimestamp ?? 0,
    cursorBlock: cursor?.cursorBlock ?? null,
    cursorTimestamp: cursor?.cursorTimestamp ?? 0,
    haltedReason: cursor?.haltedReason ?? null,
    lastError: cursor?.lastError ?? null,
    receiver: chain.contracts.receiver,
    bridge: chain.contracts.bridge,
    commandReceiver: chain.contracts.commandReceiver ?? null,
    dvns: chain.contracts.dvns,
  };
}
