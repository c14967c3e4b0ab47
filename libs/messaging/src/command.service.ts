import { Injectable } from '@nestjs/common';
import { AppConfig, type ChainDeployment } from '#config';
import { type IndexedLog, LogStore } from '#indexer';
import { commandSubject, COMMAND_PREFIX } from './commands.projector.js';
import { decodeCommandLog } from './decode-command-log.js';
import type { CommandEvent } from './domain/command-event.js';
import type { CommandState, CommandView } from './domain/command-view.js';
import { foldCommand } from './domain/fold-command.js';
import { MessageService } from './message.service.js';

const PAGE_SIZE = 200;
/** Most commands a filtered list looks at. */
const SCAN_MAX = 2_000;

/** Which command: its chain, and its number on the way there. */
export interface CommandRef {
  readonly eid: number;
  readonly no: bigint;
}

/** Reads the hub's commands; every view is folded from logs when asked for. */
@Injectable()
export class CommandService {
  private readonly chains: readonly ChainDeployment[];
  private readonly hubKey: string;

  constructor(
    config: AppConfig,
    private readonly logs: LogStore,
    private readonly messages: MessageService,
  ) {
    this.chains = config.deployment.chains;
    this.hubKey = config.deployment.hub;
  }

  /**
   * Commands, the one with the newest event first. `before` is the last one of the page before.
   * With a filter only the newest `SCAN_MAX` commands are looked at.
   */
  async list(options: {
    readonly limit: number;
    readonly before?: CommandRef | undefined;
    readonly eid?: number | undefined;
    readonly state?: CommandState | undefined;
  }): Promise<readonly CommandView[]> {
    const { limit, eid, state } = options;
    const prefix = eid === undefined ? COMMAND_PREFIX : `${COMMAND_PREFIX}${eid}:`;
    const found: CommandView[] = [];
    let before = options.before && commandSubject(options.before);
    for (let scanned = 0; scanned < SCAN_MAX && found.length < limit; scanned += PAGE_SIZE) {
      const size = state === undefined ? limit - found.length : PAGE_SIZE;
      const subjects = await this.logs.subjects({ prefix, limit: size, before });
      const views = await this.bySubjects(subjects);
      found.push(...views.filter((view) => state === undefined || view.state === state));
      before = subjects.at(-1);
      if (subjects.length < size) break;
    }
    return found.slice(0, limit);
  }

  /** Undefined when no chain shows such a command. */
  async byRef(ref: CommandRef): Promise<CommandView | undefined> {
    return (await this.bySubjects([commandSubject(ref)])).at(0);
  }

  /** Those of several that some chain shows, in the order asked for. */
  async byRefs(refs: readonly CommandRef[]): Promise<readonly CommandView[]> {
    return this.bySubjects(refs.map(commandSubject));
  }

  private async bySubjects(subjects: readonly string[]): Promise<readonly CommandView[]> {
    const found = await this.logs.bySubjects(subjects);
    const views = subjects.flatMap((subject) => {
      const events = (found.get(subject) ?? []).flatMap((log) => this.eventOf(log));
      const [eid, no] = subject.slice(COMMAND_PREFIX.length).split(':');
      const { hubKey, keyOf: chainOf } = this;
      const context = { eid: Number(eid), no: BigInt(no ?? 0), hubKey, chainOf };
      return foldCommand(events, context) ?? [];
    });
    return this.withPackets(views);
  }

  /** What a command waits for that no spoke has taken is what its packet waits for. */
  private async withPackets(views: readonly CommandView[]): Promise<readonly CommandView[]> {
    const guids = views.flatMap(({ state, guid }) =>
      state === 'sent' && guid !== null ? [guid] : [],
    );
    if (guids.length === 0) return views;
    const packets = await this.messages.byGuids(guids);
    return views.map((view) => {
      const packet = view.guid === null ? undefined : packets.get(view.guid)?.at(0);
      if (view.state !== 'sent' || packet === undefined) return view;
      return { ...view, cause: packet.cause, nextStep: packet.nextStep };
    });
  }

  private eventOf(log: IndexedLog): readonly CommandEvent[] {
    const chain = this.chains.find(({ chainId }) => chainId === log.chainId);
    const found = chain && decodeCommandLog(log, chain);
    return found === undefined ? [] : [{ ...found.happening, place: log }];
  }

  private readonly keyOf = (eid: number): string =>
    this.chains.find((chain) => chain.eid === eid)?.key ?? `endpoint ${eid}`;
}
