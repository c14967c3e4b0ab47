import type { Hex } from '#kernel';
import type { CarrierMessage } from './carrier-message.js';
import type { JourneyEvent, JourneyEventOf } from './journey-event.js';
import type { JourneyState, JourneyView } from './journey-view.js';
import { locate } from './locate-funds.js';

export interface JourneyContext {
  readonly guid: Hex;
  /** The packet that carries the position; undefined while no chain shows it. */
  readonly message: CarrierMessage | undefined;
  readonly chainKeyOf: (place: { readonly eid: number } | { readonly chainId: number }) => string;
  /** An amount of a farm's stake token as people read it, such as `12.5 HWT`. */
  readonly amountText: (farm: {
    readonly chainKey: string;
    readonly farmId: number;
    readonly amount: bigint;
  }) => string;
}

/**
 * Folds the bridge events of one guid, each chain's in chain order. Pure; undefined for none.
 *
 * A credit has exactly one exit, so the latest exit is the state; without one the packet tells.
 */
export function foldJourney(
  events: readonly JourneyEvent[],
  context: JourneyContext,
): JourneyView | undefined {
  const sent = events.find((event) => event.kind === 'sent');
  const arrivals = events.filter((event) => event.kind !== 'sent');
  const exit = arrivals.at(-1);
  const last = exit ?? sent;
  if (last === undefined) return undefined;
  const escrowed = arrivals.find((event) => event.kind === 'escrowed');
  const returned = arrivals.find((event) => event.kind === 'returned');

  const state = stateOf(exit, context);
  const src = {
    chainKey: sourceKey(sent, escrowed, context),
    farmId: sent?.farmId ?? null,
  };
  const dst = destinationOf({ sent, arrivals, context });
  const amount = (exit ?? last).amount;
  const places = events.map(({ place }) => place);
  return {
    guid: context.guid,
    user: sent?.user ?? null,
    recipient: last.recipient,
    src,
    dst,
    amount,
    state,
    reason: escrowed?.reason ?? null,
    ...locate({
      state,
      amount: context.amountText({ ...dst, amount }),
      src: src.chainKey,
      dst: dst.chainKey,
      dstFarmId: dst.farmId,
      exit,
      returnKey: returned ? context.chainKeyOf({ eid: returned.dstEid }) : null,
      message: context.message,
    }),
    returnGuid: returned?.newGuid ?? null,
    txs: { sent: sent?.place.txHash ?? null, last: last.place.txHash },
    sentAt: sent?.place.blockTimestamp ?? null,
    updatedAt: Math.max(...places.map(({ blockTimestamp }) => blockTimestamp)),
    isFinal: places.every(({ isFinal }) => isFinal) && (context.message?.isFinal ?? false),
  };
}

function stateOf(exit: JourneyEvent | undefined, { message }: JourneyContext): JourneyState {
  if (exit !== undefined) return exit.kind;
  return message?.hasArrived === true ? 'credited' : 'sent';
}

function sourceKey(
  sent: JourneyEventOf<'sent'> | undefined,
  escrowed: JourneyEventOf<'escrowed'> | undefined,
  { chainKeyOf }: JourneyContext,
): string {
  if (sent !== undefined) return chainKeyOf({ chainId: sent.place.chainId });
  return escrowed === undefined ? 'unknown' : chainKeyOf({ eid: escrowed.srcEid });
}

function destinationOf(options: {
  readonly sent: JourneyEventOf<'sent'> | undefined;
  readonly arrivals: readonly JourneyEvent[];
  readonly context: JourneyContext;
}): { readonly chainKey: string; readonly farmId: number } {
  const { sent, arrivals, context } = options;
  const first = arrivals.find((event) => event.kind === 'restaked' || event.kind === 'escrowed');
  const restaked = arrivals.find((event) => event.kind === 'restaked');
  const any = arrivals.at(0);
  return {
    chainKey: any
      ? context.chainKeyOf({ chainId: any.place.chainId })
      : context.chainKeyOf({ eid: sent?.dstEid ?? 0 }),
    farmId: restaked?.farmId ?? sent?.dstFarmId ?? first?.farmId ?? 0,
  };
}
