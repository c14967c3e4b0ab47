import type { CarrierMessage } from './carrier-message.js';
import type { JourneyEvent } from './journey-event.js';
import type { JourneyState } from './journey-view.js';

interface Location {
  readonly where: string;
  readonly nextSteps: readonly string[];
}

/** What an exit costs while the lock that came along runs. */
const EARLY = ', less the fee while the lock runs';

/** Says in plain words where the principal of a journey is and what its owner can do. */
export function locate(options: {
  readonly state: JourneyState;
  /** Readable amount with symbol, without a fee. */
  readonly amount: string;
  /** Readable; null without one. */
  readonly fee: string | null;
  /** Whether a lock came along. */
  readonly isLocked: boolean;
  readonly src: string;
  readonly dst: string;
  readonly dstFarmId: number;
  readonly exit: JourneyEvent | undefined;
  /** Chain the tokens were sent back to. */
  readonly returnKey: string | null;
  readonly message: CarrierMessage | undefined;
}): Location {
  const { state, amount, isLocked, src, dst, dstFarmId, exit, returnKey, message } = options;
  const fee = options.fee === null ? '' : `; ${options.fee} were the fee of leaving early`;
  switch (state) {
    case 'sent':
      return {
        where: message?.cause ?? `${amount} left ${src} and are on the way to ${dst}.`,
        nextSteps: [message?.nextStep ?? `Wait for ${dst} to receive the packet.`],
      };
    case 'credited':
      return {
        where: `${amount} are held by the position bridge on ${dst} and wait to be restaked.`,
        nextSteps: [
          message?.nextStep ?? 'Anyone may call lzCompose on the endpoint to run the restake.',
        ],
      };
    case 'restaked':
      return { where: `${amount} are staked in farm ${dstFarmId} on ${dst}.`, nextSteps: [] };
    case 'escrowed':
      return {
        where: `${amount} are in escrow on ${dst}; only the recipient can use them.`,
        nextSteps: [
          `Retry: stake them in a farm of ${dst} that takes the token.`,
          `Withdraw: take the tokens out on ${dst}${isLocked ? EARLY : ''}.`,
          `Return: send the tokens to an account on another chain${isLocked ? EARLY : ''}.`,
        ],
      };
    case 'withdrawn':
      return {
        where: `${amount} were paid out on ${dst} to ${targetOf(exit)}${fee}.`,
        nextSteps: [],
      };
    case 'returned':
      return {
        where: `${amount} were sent from ${dst} to ${targetOf(exit)} on ${returnKey ?? 'another chain'}${fee}.`,
        nextSteps: [],
      };
  }
}

function targetOf(exit: JourneyEvent | undefined): string {
  return exit?.kind === 'withdrawn' || exit?.kind === 'returned' ? exit.to : 'the recipient';
}
