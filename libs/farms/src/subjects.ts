import { type ChainId, type Eid, type Hex } from '#kernel';

export const EPOCH_PREFIX = 'epoch:';

/** The decisions and orders of an epoch, on all chains; 0 is the pot of unreadable orders. */
export function epochSubject(epoch: number): string {
  return `${EPOCH_PREFIX}${epoch}`;
}

/** An epoch's order to one chain, on the hub and there. */
export function orderSubject(epoch: number, eid: Eid): string {
  return `order:${epoch}:${eid}`;
}

/** Every change of the controller's parameters. */
export const PARAMS_SUBJECT = 'params';

/** Pauses and other switches of the receiver of a chain. */
export function receiverSubject(chainId: ChainId): string {
  return `receiver:${chainId}`;
}

/** Every log about a LayerZero packet; shared with whoever files its transport. */
export function guidSubject(guid: Hex): string {
  return `guid:${guid}`;
}
