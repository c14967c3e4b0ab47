import { pad, parseEther } from 'viem';
import { type Address, defined } from '#kernel';
import { accountOf } from '../accounts.js';
import { projectArtifact } from '../contracts/artifact.js';
import { CHAINS, type PerChain, remotesOf } from '../topology.js';
import type { Contract, DeployPlan } from './deploy-plan.js';
import { FARM_CATALOG, STAKE_TOKENS, type StakeKind } from './farm-catalog.js';
import { type LayerZero, planLayerZero } from './layerzero.js';
import { type PairMarket, planPairMarket } from './pair.js';

/** Everything that stands on one chain, except what governs the hub. */
export interface ChainContracts {
  readonly layerZero: LayerZero;
  /** Reward token; an OFT on every chain, with votes on the hub. */
  readonly reward: Contract;
  /** A token of somebody else that travels between all chains. */
  readonly delta: Contract;
  /** On beta. */
  readonly dollar?: Contract;
  /** On alpha. */
  readonly market?: PairMarket;
  readonly farms: Contract;
  readonly receiver: Contract;
  readonly bridge: Contract;
}

export const REWARD_SUPPLY = parseEther('1000000000');
/** Most a farm may stream, in wei a second; its type allows 18.4 tokens. */
const FARM_RATE_MAX = parseEther('18');
/** Gas every restake gets on arrival; 72k was seen, the rest is for stake tokens that cost more. */
const RESTAKE_GAS = 250_000;

/** Plans the contracts of one chain; nothing here needs the address of another chain. */
export function planChainContracts(plan: DeployPlan, epochSeconds: number): ChainContracts {
  const { key } = plan.chain.spec;
  const layerZero = planLayerZero(plan);
  const endpoint = layerZero.endpoint.address;
  const { name, symbol } = STAKE_TOKENS.reward;
  const reward =
    key === 'hub'
      ? plan.create(projectArtifact('HeadwaterVotesToken'), [
          name,
          symbol,
          endpoint,
          plan.deployer,
          accountOf('treasury').address,
          REWARD_SUPPLY,
        ])
      : plan.create(projectArtifact('HeadwaterToken'), [name, symbol, endpoint, plan.deployer]);
  const deltaToken = STAKE_TOKENS.delta;
  const delta = plan.create(
    projectArtifact('DevOft'),
    [deltaToken.name, deltaToken.symbol, endpoint, plan.deployer],
    deltaToken.symbol,
  );
  const farms = plan.create(projectArtifact('Farms'), [
    reward.address,
    accountOf('treasury').address,
    epochSeconds,
    plan.deployer,
    accountOf('guardian').address,
  ]);
  const receiver = plan.create(projectArtifact('EmissionReceiver'), [
    {
      endpoint,
      rewardOft: reward.address,
      rewardToken: reward.address,
      hubEid: CHAINS.hub.eid,
      farms: farms.address,
      owner: plan.deployer,
      guardian: accountOf('guardian').address,
      // With less, an order that comes late would stream faster than the epoch pays.
      minStream: epochSeconds,
    },
  ]);
  const bridge = plan.create(projectArtifact('PositionBridge'), [
    endpoint,
    farms.address,
    plan.deployer,
    accountOf('guardian').address,
    RESTAKE_GAS,
  ]);
  plan.call(farms, 'setReceiver', [receiver.address]);
  plan.call(farms, 'setBridge', [bridge.address]);
  return {
    layerZero,
    reward,
    delta,
    farms,
    receiver,
    bridge,
    ...(key === 'alpha' ? { market: planPairMarket(plan) } : {}),
    ...(key === 'beta' ? { dollar: planDollar(plan) } : {}),
  };
}

/** Plans the farms of one chain and the routes on which positions leave and enter it. */
export function planFarms(plan: DeployPlan, all: PerChain<ChainContracts>): void {
  const { key } = plan.chain.spec;
  const contracts = all[key];
  for (const { farmId, stake, terms, stream } of FARM_CATALOG[key]) {
    const { scaleBits } = STAKE_TOKENS[stake];
    const stakeToken = stakeTokenOf(contracts, stake);
    const hasTerms = terms !== undefined;
    const farm = { farmId, stakeToken, scaleBits, maxRate: FARM_RATE_MAX, hasTerms };
    plan.call(contracts.farms, 'addFarm', [farm]);
    const addStream = (token: Address) => {
      const funder = accountOf('treasury').address;
      plan.call(contracts.farms, 'addStream', [farmId, token, funder, FARM_RATE_MAX]);
    };
    if (stream !== undefined) addStream(stakeTokenOf(contracts, stream.token));
    if (terms === undefined) continue;
    plan.call(contracts.farms, 'setTerms', [farmId, terms.tiers, terms.steps]);
    // A stream that pays what is staked takes the fees of early exits.
    addStream(stakeToken);
  }
  for (const oft of [contracts.reward, contracts.delta]) {
    plan.call(contracts.bridge, 'setRoute', [oft.address, oft.address]);
  }
  for (const remote of remotesOf(key)) {
    const peer = pad(all[remote].bridge.address, { size: 32 });
    plan.call(contracts.bridge, 'setPeer', [CHAINS[remote].eid, peer]);
  }
}

/** Address of the token a farm stakes on the chain of `contracts`. */
export function stakeTokenOf(contracts: ChainContracts, stake: StakeKind): Address {
  const addresses: Record<StakeKind, Address | undefined> = {
    reward: contracts.reward.address,
    delta: contracts.delta.address,
    pair: contracts.market?.pair.address,
    dollar: contracts.dollar?.address,
  };
  return defined(addresses[stake], `token ${stake}`);
}

function planDollar(plan: DeployPlan): Contract {
  const { name, symbol, decimals } = STAKE_TOKENS.dollar;
  return plan.create(projectArtifact('DevToken'), [name, symbol, decimals, plan.deployer], symbol);
}
