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
  const arrivals = events.filter(isArrival);
  const exit = arrivals.at(-1);
  const rewards = events.find((event) => event.kind === 'rewards-sent');
  const assigned = events.findLast((event) => event.kind === 'assigned');
  const last = exit ?? sent ?? rewards;
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
  const fee = exit !== undefined && 'fee' in exit ? exit.fee : 0n;
  const places = events.map(({ place }) => place);
  return {
    guid: context.guid,
    user: sent?.user ?? null,
    recipient: exit === escrowed && assigned ? assigned.recipient : last.recipient,
    token: arrivals.find((event) => 'token' in event)?.token ?? null,
    src,
    dst,
    amount,
    fee,
    lock: (escrowed ?? sent)?.lock ?? null,
    rewards: rewards ? { guid: rewards.packet, amount: rewards.amount } : null,
    state,
    reason: escrowed?.reason ?? null,
    ...locate({
      state,
      amount: context.amountText({ ...dst, amount: amount - fee }),
      fee: fee === 0n ? null : context.amountText({ ...dst, amount: fee }),
      isLocked: escrowed?.lock !== null && escrowed !== undefined,
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

type Arrival = JourneyEventOf<'restaked' | 'escrowed' | 'withdrawn' | 'returned'>;

/** What happens to the credit itself; an assignment only says whose it is. */
function isArrival(event: JourneyEvent): event is Arrival {
  return event.kind !== 'sent' && event.kind !== 'rewards-sent' && event.kind !== 'assigned';
}

function stateOf(exit: Arrival | undefined, { message }: JourneyContext): JourneyState {
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
  readonly arrivals: readonly Arrival[];
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
