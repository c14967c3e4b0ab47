import type { Address } from '#kernel';
import { accountOf } from '../accounts.js';
import { SHARED_DECIMALS } from '../parameters.js';
import {
  BLOCK_TIME_SECONDS,
  CHAIN_KEYS,
  type ChainKey,
  CHAINS,
  DVN_CONFIRMATIONS,
  isChainKey,
  type PerChain,
  type PerSpoke,
} from '../topology.js';
import { type ChainContracts, stakeTokenOf } from './chain-contracts.js';
import type { SpokeGovernance } from './commands.js';
import type { Contract } from './deploy-plan.js';
import { FARM_CATALOG, STAKE_TOKENS } from './farm-catalog.js';
import type { Governance } from './governance.js';

/** The deployment file as it is written: what `parseDeployment` of the config library reads. */
export interface DeploymentFile {
  readonly name: string;
  readonly hub: string;
  readonly rewardToken: {
    readonly symbol: string;
    readonly decimals: number;
    readonly sharedDecimals: number;
  };
  readonly epoch: { readonly genesis: number; readonly durationSeconds: number };
  readonly policy: { readonly kind: 'tvl-weighted' };
  readonly messaging: { readonly confirmations: number };
  readonly chains: readonly ChainFile[];
}

interface ChainFile {
  readonly key: ChainKey;
  readonly name: string;
  readonly chainId: number;
  readonly eid: number;
  readonly rpcUrls: readonly string[];
  readonly startBlock: number;
  readonly blockTimeMs: number;
  readonly finality: { readonly mode: 'tag' };
  readonly contracts: Readonly<Record<string, Address | readonly Address[]>>;
  readonly guardian: Address;
  readonly farms: readonly FarmFile[];
}

interface FarmFile {
  readonly farmId: number;
  readonly label: string;
  readonly stakeToken: Address;
  readonly stakeSymbol: string;
  readonly stakeDecimals: number;
  readonly movable: boolean;
  /** Decimal string. */
  readonly valuePerTokenMicro: string;
}

/** Describes the local network the way every other process reads it. */
export function deploymentFileOf(options: {
  readonly contracts: PerChain<ChainContracts>;
  readonly governance: Governance;
  readonly spokes: PerSpoke<SpokeGovernance>;
  readonly rpcUrls: PerChain<string>;
  readonly genesis: number;
  readonly epochSeconds: number;
}): DeploymentFile {
  const { symbol, decimals } = STAKE_TOKENS.reward;
  return {
    name: 'devnet',
    hub: 'hub',
    rewardToken: { symbol, decimals, sharedDecimals: SHARED_DECIMALS },
    epoch: { genesis: options.genesis, durationSeconds: options.epochSeconds },
    policy: { kind: 'tvl-weighted' },
    messaging: { confirmations: DVN_CONFIRMATIONS },
    chains: CHAIN_KEYS.map((key) => ({
      key,
      name: CHAINS[key].name,
      chainId: CHAINS[key].chainId,
      eid: CHAINS[key].eid,
      rpcUrls: [options.rpcUrls[key]],
      startBlock: 0,
      blockTimeMs: BLOCK_TIME_SECONDS * 1_000,
      finality: { mode: 'tag' },
      contracts: {
        ...contractsOf(options.contracts[key]),
        ...(key === 'hub' ? addressesOf(options.governance) : addressesOf(options.spokes[key])),
      },
      guardian: accountOf('guardian').address,
      farms: farmsOf(key, options.contracts[key]),
    })),
  };
}

function contractsOf(contracts: ChainContracts): Record<string, Address | readonly Address[]> {
  const { layerZero: lz } = contracts;
  return {
    endpoint: lz.endpoint.address,
    sendUln: lz.sendUln.address,
    receiveUln: lz.receiveUln.address,
    endpointView: lz.endpointView.address,
    receiveUlnView: lz.receiveUlnView.address,
    executor: lz.executor.address,
    dvns: [lz.dvns.A.address, lz.dvns.B.address],
    rewardToken: contracts.reward.address,
    farms: contracts.farms.address,
    receiver: contracts.receiver.address,
    bridge: contracts.bridge.address,
  };
}

function addressesOf(contracts: Governance | SpokeGovernance): Record<string, Address> {
  return Object.fromEntries(
    Object.entries(contracts).map(([name, { address }]: [string, Contract]) => [name, address]),
  );
}

function farmsOf(key: ChainKey, contracts: ChainContracts): readonly FarmFile[] {
  return FARM_CATALOG[key].map(({ farmId, label, stake }) => {
    const token = STAKE_TOKENS[stake];
    return {
      farmId,
      label,
      stakeToken: stakeTokenOf(contracts, stake),
      stakeSymbol: token.symbol,
      stakeDecimals: token.decimals,
      movable: token.movable,
      valuePerTokenMicro: String(token.valuePerTokenMicro),
    };
  });
}

/** Whether a deployment that was parsed before speaks of our chains alone. */
export function isDeploymentFile(content: unknown): content is DeploymentFile {
  return (
    content !== null &&
    typeof content === 'object' &&
    'chains' in content &&
    Array.isArray(content.chains) &&
    content.chains.length === CHAIN_KEYS.length &&
    content.chains.every(
      (chain: unknown) =>
        chain !== null && typeof chain === 'object' && 'key' in chain && isChainKey(chain.key),
    )
  );
}
