/** What the demo reads of the API's answers; amounts are decimal strings, null is unknown. */
export interface Listing<Item> {
  readonly items: readonly Item[];
}

export interface OrderView {
  readonly chainKey: string;
  readonly eid: number;
  readonly status: string;
  readonly appliedNet: string;
}

export interface EpochView {
  readonly epoch: number;
  readonly revision: number;
  readonly budgetSD: string;
  readonly allocatedSD: string;
  readonly evidenceHash: string;
  readonly isFinal: boolean;
  readonly targets: readonly { readonly eid: number; readonly farmId: number }[];
  readonly orders: readonly OrderView[];
}

export interface BalanceView {
  readonly chainKey: string;
  readonly owner: string;
  readonly debits: string;
}

export interface MessageView {
  readonly guid: string;
  readonly status: string;
  readonly kind: string;
  readonly srcChainKey: string;
  readonly dstChainKey: string;
  readonly isFinal: boolean;
}

export interface JourneyView {
  readonly guid: string;
  readonly state: string;
  readonly where: string;
  readonly isFinal: boolean;
}

export interface CommandView {
  readonly id: string;
  readonly chainKey: string;
  readonly no: string;
  readonly state: string;
  readonly sentence: string;
  readonly cause: string | null;
}

export interface ProposalView {
  readonly id: string;
  readonly title: string;
  readonly state: string;
  readonly verification: { readonly status: string } | null;
}

export interface PositionView {
  readonly chainKey: string;
  readonly farmId: number;
  readonly user: string;
  readonly staked: string;
  readonly weight: string;
  readonly earned: string;
  readonly lock: { readonly lockEnd: number; readonly tier: number } | null;
  readonly rewards: readonly { readonly stream: number; readonly earned: string }[];
  readonly asOfBlock: number;
}

export interface JournalView {
  readonly journalId: number;
  readonly txHash: string | null;
}

export interface ChainHealthView {
  readonly chainKey: string;
  readonly status: string;
  readonly headBlock: number | null;
  readonly indexedBlock: number | null;
  readonly finalizedBlock: number | null;
  readonly haltedReason: string | null;
  readonly lastError: string | null;
}

export interface ReadinessView {
  readonly status: string;
  readonly chains: readonly ChainHealthView[];
}

/** States of a packet in which nothing is left to happen. */
const SETTLED = new Set(['composed', 'delivered', 'cleared', 'orphaned', 'forged']);

export function isInFlight(message: MessageView): boolean {
  return !SETTLED.has(message.status);
}

/** Whether the epoch pays something and every chain of `chainKeys` has streamed its order. */
export function isStreamingOn(epoch: EpochView, chainKeys: readonly string[]): boolean {
  return (
    epoch.allocatedSD !== '0' &&
    chainKeys.every((key) =>
      epoch.orders.some((order) => order.chainKey === key && order.status === 'applied'),
    )
  );
}
