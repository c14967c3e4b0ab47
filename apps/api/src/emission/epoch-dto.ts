import type { DecidedEpochView, EpochClock } from '#emission';
import type { OrderView } from '#farms';
import type { Fields } from '../http/fields.js';
import type { EpochClockDto, EpochDto, OrderDto } from './epochs.dto.js';

/** Key of a chain by its endpoint id, null when the deployment does not know it. */
export type KeyOfEid = (eid: number) => string | null;

export function epochDto(view: DecidedEpochView, keyOfEid: KeyOfEid): Fields<EpochDto> {
  return {
    epoch: view.epoch,
    revision: view.revision,
    budgetSD: view.budgetSD.toString(),
    allocatedSD: view.allocatedSD.toString(),
    evidenceHash: view.evidenceHash,
    hasEvidence: view.evidence !== null,
    targets: view.targets.map(({ eid, farmId, amountSD }) => ({
      chainKey: keyOfEid(eid),
      eid,
      farmId,
      amountSD: amountSD.toString(),
    })),
    orders: view.orders.map(orderDto),
    decidedAt: view.decidedAt,
    txHash: view.txHash,
    isFinal: view.isFinal,
  };
}

function orderDto(order: OrderView): OrderDto {
  return {
    chainKey: order.chainKey,
    eid: order.eid,
    revision: order.revision,
    guid: order.guid,
    amountSD: order.amountSD.toString(),
    status: order.status,
    appliedNet: order.appliedNet.toString(),
    pot: order.pot.toString(),
    txHash: order.txHash,
    failure: order.failure,
    isFinal: order.isFinal,
  };
}

export function epochClockDto(clock: EpochClock | undefined): EpochClockDto | null {
  if (clock === undefined) return null;
  const { epoch, startsAt, endsAt, now } = clock;
  return { epoch, startsAt, endsAt, now };
}
