import type { Address, ChainId, Eid, FarmId, Hex } from '#kernel';

/** How far behind the head a block must be before it counts as final. */
export type FinalityRule =
  { readonly mode: 'tag' } | { readonly mode: 'depth'; readonly depth: number };

/**
 * What makes the logs of a block believed. `receipts`: they hash to the receipts root of a header
 * that hashes to the block's hash. `agreement`: several endpoints give the same logs.
 */
export type LogVerification = 'receipts' | 'agreement';

/** How the budget of an epoch is split; shares are basis points keyed `<chainKey>:<farmId>`. */
export type EmissionPolicy =
  | { readonly kind: 'tvl-weighted' }
  | { readonly kind: 'fixed-shares'; readonly shares: Readonly<Record<string, bigint>> };

export interface FarmDeployment {
  readonly farmId: FarmId;
  readonly label: string;
  readonly stakeToken: Address;
  readonly stakeSymbol: string;
  readonly stakeDecimals: number;
  /** Whether the stake token is an OFT, so that positions can change chains. */
  readonly movable: boolean;
  /** Declared value of one whole stake token in millionths of a US dollar. */
  readonly valuePerTokenMicro: bigint;
}

export interface ChainContracts {
  readonly endpoint: Address;
  readonly sendUln: Address;
  readonly receiveUln: Address;
  readonly endpointView: Address;
  readonly receiveUlnView: Address;
  readonly executor: Address;
  readonly dvns: readonly Address[];
  /** The reward token, which is an OFT. */
  readonly rewardToken: Address;
  /** Locks the reward token for other chains, on a hub whose token is older than Headwater. */
  readonly rewardAdapter?: Address;
  readonly farms: Address;
  readonly receiver: Address;
  readonly bridge: Address;
  /** Owns what governance may change on this chain. */
  readonly timelock?: Address;
  /** Only the hub has a controller, a governor and a sender of commands. */
  readonly controller?: Address;
  readonly governor?: Address;
  readonly commandSender?: Address;
  /** Only spokes have it: owns farms, receiver and bridge, and carries out the hub's commands. */
  readonly commandReceiver?: Address;
}

export interface ChainDeployment {
  /** Short unique word for the chain, such as `hub`. */
  readonly key: string;
  readonly name: string;
  readonly chainId: ChainId;
  readonly eid: Eid;
  /** Secrets: they may carry an access token. Never log them. */
  readonly rpcUrls: readonly string[];
  /** Endpoints that must show the same block before it is believed. Absent: more than half. */
  readonly quorum?: number;
  /** Absent: `receipts`, and `agreement` where endpoints offer nothing that can be hashed. */
  readonly verification?: LogVerification;
  /** Most calls a second to each endpoint. Absent: no limit of ours. */
  readonly rpcRequestsPerSecond?: number;
  /** Hash of block 0. Absent: what a quorum showed when the chain was first looked at. */
  readonly genesisHash?: Hex;
  /** First block that can hold a log of ours. */
  readonly startBlock: number;
  readonly blockTimeMs: number;
  readonly finality: FinalityRule;
  readonly contracts: ChainContracts;
  /** May stop what our contracts do on this chain, and start nothing. */
  readonly guardian?: Address;
  readonly farms: readonly FarmDeployment[];
}

/** Everything that differs between two places Headwater runs at. */
export interface Deployment {
  readonly name: string;
  /** Key of the hub chain. */
  readonly hub: string;
  readonly rewardToken: {
    readonly symbol: string;
    readonly decimals: number;
    readonly sharedDecimals: number;
  };
  /** `genesis` is the first second of epoch 1. */
  readonly epoch: { readonly genesis: number; readonly durationSeconds: number };
  readonly policy: EmissionPolicy;
  readonly messaging: { readonly confirmations: number };
  readonly chains: readonly ChainDeployment[];
}
