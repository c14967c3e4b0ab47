import { keccak256, pad, parseEther, toHex as utf8ToHex } from 'viem';
import { type Address, toAddress } from '#kernel';
import { accountOf } from '../accounts.js';
import { projectArtifact } from '../contracts/artifact.js';
import { budgetsOf, type DevnetParameters } from '../parameters.js';
import { CHAIN_KEYS, CHAINS, type PerChain } from '../topology.js';
import type { ChainContracts } from './chain-contracts.js';
import type { Contract, DeployPlan } from './deploy-plan.js';
import { FARM_CATALOG } from './farm-catalog.js';

/** What governs the emission; it stands on the hub alone. */
export interface Governance {
  readonly controller: Contract;
  readonly governor: Contract;
  readonly timelock: Contract;
  readonly commandSender: Contract;
}

/** Stands for everybody as the holder of a role of a timelock. */
export const ANYONE = toAddress(`0x${'0'.repeat(40)}`);
const CANCELLER_ROLE = keccak256(utf8ToHex('CANCELLER_ROLE'));
const DEFAULT_ADMIN_ROLE = pad('0x', { size: 32 });

const PROPOSAL_THRESHOLD = parseEther('100000');
const ABSOLUTE_QUORUM = parseEther('5000000');

const FARM_SHARE_MAX_BPS = 6_000;
const CHAIN_SHARE_MAX_BPS: PerChain<number> = { hub: 5_000, alpha: 6_000, beta: 6_000 };
const MAX_CHANGE_BPS = 5_000;
const DECAY_BPS = 200;
const DECAY_EVERY = 50;
/** Greatest LayerZero fee of one order, in native wei. */
const FEE_CAP = parseEther('0.1');
/** Gas of applying an order; the first one for three farms, all slots cold, took 348k. */
const COMPOSE_GAS_BASE = 120_000n;
const COMPOSE_GAS_PER_FARM = 130_000n;
/** Native wei the controller pays fees from. */
const NATIVE_FUNDS = parseEther('100');

/** Plans governor, timelock and controller, and registers every farm with its bounds. */
export function planGovernance(options: {
  readonly plan: DeployPlan;
  readonly contracts: PerChain<ChainContracts>;
  readonly commandSender: Contract;
  readonly parameters: DevnetParameters;
  /** First second of epoch 1. */
  readonly genesis: number;
}): Governance {
  const { plan, contracts, commandSender, parameters, genesis } = options;
  const governorAddress = plan.nextAddress(1);
  const timelock = plan.create(projectArtifact('HeadwaterTimelock'), [
    BigInt(parameters.timelockDelaySeconds),
    [governorAddress],
    [ANYONE],
    plan.deployer,
  ]);
  const governor = plan.create(projectArtifact('HeadwaterGovernor'), [
    contracts.hub.reward.address,
    timelock.address,
    parameters.votingDelaySeconds,
    parameters.votingPeriodSeconds,
    PROPOSAL_THRESHOLD,
    ABSOLUTE_QUORUM,
    accountOf('guardian').address,
  ]);
  const controller = planController({ plan, parameters, genesis, reward: contracts.hub.reward });
  for (const key of CHAIN_KEYS) {
    const { eid } = CHAINS[key];
    plan.call(controller, 'setChain', [
      eid,
      pad(contracts[key].receiver.address, { size: 32 }),
      CHAIN_SHARE_MAX_BPS[key],
    ]);
    for (const { farmId } of FARM_CATALOG[key]) {
      plan.call(controller, 'setFarmBounds', [eid, farmId, 0, FARM_SHARE_MAX_BPS]);
    }
  }
  plan.pay(controller.address, NATIVE_FUNDS);
  return { controller, governor, timelock, commandSender };
}

/** Plans that the receiver of the chain of `plan` takes orders from the controller. */
export function planReceiverTrust(plan: DeployPlan, receiver: Contract, controller: Address): void {
  plan.call(receiver, 'setController', [pad(controller, { size: 32 })]);
}

/**
 * Plans that the hub's contracts belong to the timelock, and nothing else is left to the deployer.
 * The LayerZero delegate changes first, because only the owner may name it.
 */
export function planHandOver(
  plan: DeployPlan,
  hub: ChainContracts,
  { controller, timelock, commandSender }: Governance,
): void {
  for (const oapp of [hub.reward, hub.delta, commandSender]) {
    plan.call(oapp, 'setDelegate', [timelock.address]);
  }
  const { reward, farms, receiver, bridge } = hub;
  for (const contract of [reward, farms, receiver, bridge, controller, commandSender]) {
    plan.call(contract, 'transferOwnership', [timelock.address]);
  }
  planTimelockHandOver(plan, timelock);
}

/** Plans that the guardian may cancel what waits in a timelock, and nobody is its admin. */
export function planTimelockHandOver(plan: DeployPlan, timelock: Contract): void {
  plan.call(timelock, 'grantRole', [CANCELLER_ROLE, accountOf('guardian').address]);
  plan.call(timelock, 'renounceRole', [DEFAULT_ADMIN_ROLE, plan.deployer]);
}

function planController(options: {
  readonly plan: DeployPlan;
  readonly parameters: DevnetParameters;
  readonly genesis: number;
  readonly reward: Contract;
}): Contract {
  const { plan, parameters, genesis, reward } = options;
  return plan.create(projectArtifact('EmissionController'), [
    {
      rewardOft: reward.address,
      rewardToken: reward.address,
      hubEid: CHAINS.hub.eid,
      genesis,
      epochDuration: parameters.epochSeconds,
      ...budgetsOf(parameters.epochSeconds),
      decayBps: DECAY_BPS,
      decayEvery: DECAY_EVERY,
      maxChangeBps: MAX_CHANGE_BPS,
      feeCap: FEE_CAP,
      composeGasBase: COMPOSE_GAS_BASE,
      composeGasPerFarm: COMPOSE_GAS_PER_FARM,
      owner: plan.deployer,
      operator: accountOf('operator').address,
      guardian: accountOf('guardian').address,
    },
  ]);
}
