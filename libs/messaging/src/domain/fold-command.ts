import { type Command, commandKindOf, decodeCommand } from '#abi';
import type { Hex } from '#kernel';
import type { CommandEvent, CommandRefusal } from './command-event.js';
import type { CommandState, CommandView } from './command-view.js';
import { describeCommand } from './describe-command.js';
import { COMMAND_WINDOW_SECONDS, commandKeeping, explainKeeping } from './keeping.js';

export interface CommandContext {
  readonly eid: number;
  readonly no: bigint;
  readonly hubKey: string;
  /** Key of the chain with an endpoint. */
  readonly chainOf: (eid: number) => string;
}

/**
 * Folds the events of one command, each chain's in chain order. Pure; undefined for none.
 *
 * The spoke takes a number once and refuses it from then on, so a refusal as a repetition changes
 * nothing.
 */
export function foldCommand(
  events: readonly CommandEvent[],
  { eid, no, hubKey, chainOf }: CommandContext,
): CommandView | undefined {
  const [first] = events;
  if (first === undefined) return undefined;
  const sent = events.find((event) => event.kind === 'sent');
  const there = events.filter((event) => event.kind !== 'sent' && !isRepetition(event));
  const last = there.at(-1);
  const bytes = events.map((event) => ('bytes' in event ? event.bytes : null)).find(Boolean);
  const command = bytes ? (decodeCommand(bytes) ?? null) : null;
  const chainKey = chainOf(eid);
  const places = events.map(({ place }) => place);
  return {
    id: `${chainKey}:${no}`,
    eid,
    chainKey,
    no,
    kind: command?.kind ?? null,
    command,
    sentence: sentenceOf(command, bytes ?? null, chainOf),
    state: stateOf(last),
    guid: events.map((event) => ('guid' in event ? event.guid : null)).find(Boolean) ?? null,
    ...timesOf(last),
    ...explainCommand(last, { source: hubKey, destination: chainKey }),
    txs: { sent: sent?.place.txHash ?? null, settled: last?.place.txHash ?? null },
    sentAt: sent?.place.blockTimestamp ?? null,
    updatedAt: Math.max(...places.map(({ blockTimestamp }) => blockTimestamp)),
    isFinal: places.every(({ isFinal }) => isFinal),
  };
}

type Explained = Pick<CommandView, 'cause' | 'nextStep'>;

const REFUSED: Readonly<Record<CommandRefusal, string>> = {
  unreadable: 'it could not be read',
  'wrong-chain': 'it is for another chain',
  duplicate: 'its number came before',
  cancelled: 'it was cancelled before it came',
  malformed: 'it is no command of a known kind',
};

/** Why a command has no effect yet, or never will; what its packet does is not said here. */
function explainCommand(
  last: CommandEvent | undefined,
  chains: { readonly source: string; readonly destination: string },
): Explained {
  const { destination } = chains;
  switch (last?.kind) {
    case 'waiting':
    case 'failed': {
      const keeping = commandKeeping([last]);
      if (keeping === null) return { cause: null, nextStep: null };
      return explainKeeping(keeping, { ...chains, funds: 'the command' });
    }
    case 'stale':
      return {
        cause: `Command ${last.newest} about the same thing was applied on ${destination} before.`,
        nextStep: null,
      };
    case 'cancelled':
      return { cause: `Command ${last.by} cancelled it.`, nextStep: null };
    case 'refused':
      return {
        cause: `The receiver of commands on ${destination} refused it: ${REFUSED[last.reason]}.`,
        nextStep: 'Find out who sent it; if nobody on the hub did, pause commands now.',
      };
    default:
      return { cause: null, nextStep: null };
  }
}

function isRepetition(event: CommandEvent): boolean {
  return event.kind === 'refused' && (event.reason === 'duplicate' || event.reason === 'cancelled');
}

function stateOf(last: CommandEvent | undefined): CommandState {
  return last?.kind ?? 'sent';
}

function timesOf(last: CommandEvent | undefined): Pick<CommandView, 'readyAt' | 'expiresAt'> {
  if (last?.kind !== 'waiting' || last.readyAt === 0) return { readyAt: null, expiresAt: null };
  return { readyAt: last.readyAt, expiresAt: last.readyAt + COMMAND_WINDOW_SECONDS };
}

function sentenceOf(
  command: Command | null,
  bytes: Hex | null,
  chainOf: (eid: number) => string,
): string {
  if (command !== null) return describeCommand(command, chainOf);
  if (bytes === null) return 'Not shown: the hub is not indexed that far.';
  const kind = commandKindOf(Number.parseInt(bytes.slice(2, 4), 16));
  return kind === undefined ? 'Unknown kind.' : `Malformed ${kind}.`;
}
