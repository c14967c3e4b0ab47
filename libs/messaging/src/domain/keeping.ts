import type { CommandHappening } from './command-event.js';

/** Why a receiver that took a packet keeps what it asks for. */
export type Keeping =
  | { readonly kind: 'inbound-limit' }
  /** `readyAt` is chain time in seconds; 0 for a command that waits only until commands resume. */
  | { readonly kind: 'command-waiting'; readonly readyAt: number }
  | { readonly kind: 'command-failed'; readonly reason: string };

/**
 * Why a receiver of commands keeps one, after these happenings in chain order; null when it does
 * not. What refuses a repetition changes nothing.
 */
export function commandKeeping(happenings: readonly CommandHappening[]): Keeping | null {
  const last = happenings.findLast(({ kind }) => kind !== 'refused' && kind !== 'sent');
  if (last?.kind === 'waiting') return { kind: 'command-waiting', readyAt: last.readyAt };
  if (last?.kind === 'failed') return { kind: 'command-failed', reason: last.reason };
  return null;
}

/** How long what had to wait may be carried out afterwards, in seconds. */
export const COMMAND_WINDOW_SECONDS = 7 * 24 * 3_600;

/** Says why the receiver keeps it and who can change that. */
export function explainKeeping(
  keeping: Keeping,
  names: { readonly source: string; readonly destination: string; readonly funds: string },
): { readonly cause: string; readonly nextStep: string } {
  const { source, destination, funds } = names;
  switch (keeping.kind) {
    case 'inbound-limit':
      return {
        cause:
          `The token on ${destination} keeps the packet: it is over what may arrive from ${source} ` +
          `now, or arrivals are paused; ${funds} left ${source} and are not credited on ` +
          `${destination} yet.`,
        nextStep:
          'Wait until the limit has room; then anyone may call release on the token. A packet ' +
          "over the whole limit waits for the token's owner.",
      };
    case 'command-waiting':
      return keeping.readyAt === 0
        ? {
            cause: `Commands are paused on ${destination}, which keeps the command.`,
            nextStep:
              `Once the timelock of ${destination} resumes commands, anyone may call retry on the ` +
              'receiver of commands.',
          }
        : {
            cause:
              `The command resumes something or sets a limit, so ${destination} keeps it until ` +
              `${timeText(keeping.readyAt)}.`,
            nextStep:
              'From then and for a week anyone may call retry on the receiver of commands; if ' +
              'nobody on the hub sent it, the guardian pauses commands before.',
          };
    case 'command-failed':
      return {
        cause: `The command could not be carried out on ${destination} (${keeping.reason}).`,
        nextStep:
          'Remove the reason, then anyone may call retry on the receiver of commands; or cancel ' +
          'the command from the hub.',
      };
  }
}

function timeText(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');
}
