import { pad, parseEther } from 'viem';
import { accountOf } from '../accounts.js';
import { projectArtifact } from '../contracts/artifact.js';
import type { DevnetParameters } from '../parameters.js';
import { CHAINS, type PerSpoke, SPOKE_KEYS } from '../topology.js';
import type { ChainContracts } from './chain-contracts.js';
import type { Contract, DeployPlan } from './deploy-plan.js';
import { executorOptions } from './executor-options.js';
import { ANYONE, planTimelockHandOver } from './governance.js';
import { planOappPaths } from './oapp-paths.js';

/** What governs a spoke. */
export interface SpokeGovernance {
  /** Owns the contracts of the chain and carries out what the hub commands. */
  readonly commandReceiver: Contract;
  /** Owns the receiver of commands and the reward token. */
  readonly timelock: Contract;
}

/** The one type of message the sender has. */
const COMMAND = 1;
/** Gas of taking a command; carrying it out comes on top, by its kind. */
const RECEIVE_GAS = 150_000n;
/** Greatest LayerZero fee of one command, in native wei. */
const FEE_CAP = parseEther('0.1');
/** Native wei the sender pays fees from. */
const NATIVE_FUNDS = parseEther('10');

/** Plans the hub's sender of commands. */
export function planCommandSender(plan: DeployPlan, hub: ChainContracts): Contract {
  const { endpoint } = hub.layerZero;
  const args = [endpoint.address, plan.deployer, FEE_CAP];
  const sender = plan.create(projectArtifact('CommandSender'), args);
  plan.pay(sender.address, NATIVE_FUNDS);
  return sender;
}

/**
 * Plans the receiver of commands of a spoke and the timelock above it. The account `owner` proposes
 * to that timelock, in the place of the multisig of its chain.
 */
export function planSpokeGovernance(
  plan: DeployPlan,
  contracts: ChainContracts,
  parameters: DevnetParameters,
): SpokeGovernance {
  const timelock = plan.create(projectArtifact('HeadwaterTimelock'), [
    BigInt(parameters.timelockDelaySeconds),
    [accountOf('owner').address],
    [ANYONE],
    plan.deployer,
  ]);
  const commandReceiver = plan.create(projectArtifact('CommandReceiver'), [
    {
      endpoint: contracts.layerZero.endpoint.address,
      hubEid: CHAINS.hub.eid,
      owner: plan.deployer,
      guardian: accountOf('guardian').address,
      loosenSeconds: parameters.loosenSeconds,
    },
    {
      farms: contracts.farms.address,
      receiver: contracts.receiver.address,
      bridge: contracts.bridge.address,
      token: contracts.reward.address,
    },
  ]);
  return { commandReceiver, timelock };
}

/** Plans the paths on which commands leave the hub. */
export function planSenderWiring(options: {
  readonly plan: DeployPlan;
  readonly sender: Contract;
  readonly hub: ChainContracts;
  readonly spokes: PerSpoke<SpokeGovernance>;
}): void {
  const { plan, sender, hub, spokes } = options;
  const { layerZero } = hub;
  for (const spoke of SPOKE_KEYS) {
    const peer = pad(spokes[spoke].commandReceiver.address, { size: 32 });
    plan.call(sender, 'setPeer', [CHAINS[spoke].eid, peer]);
  }
  planOappPaths({ plan, oapp: sender, layerZero, remotes: SPOKE_KEYS, directions: ['send'] });
  const enforced = executorOptions({ receiveGas: RECEIVE_GAS });
  plan.call(sender, 'setEnforcedOptions', [
    SPOKE_KEYS.map((spoke) => ({ eid: CHAINS[spoke].eid, msgType: COMMAND, options: enforced })),
  ]);
}

/** Plans the path on which commands reach a spoke. */
export function planReceiverWiring(options: {
  readonly plan: DeployPlan;
  readonly contracts: ChainContracts;
  readonly spoke: SpokeGovernance;
  readonly sender: Contract;
}): void {
  const { plan, contracts, spoke, sender } = options;
  const oapp = spoke.commandReceiver;
  const { layerZero } = contracts;
  plan.call(oapp, 'setPeer', [CHAINS.hub.eid, pad(sender.address, { size: 32 })]);
  planOappPaths({ plan, oapp, layerZero, remotes: ['hub'], directions: ['receive'] });
}

/**
 * Plans that the contracts of a spoke belong to the receiver of commands, it and the tokens to the
 * timelock of the chain, and nothing to the deployer. The LayerZero delegate changes first, because
 * only the owner may name it.
 */
export function planSpokeHandOver(
  plan: DeployPlan,
  contracts: ChainContracts,
  { commandReceiver, timelock }: SpokeGovernance,
): void {
  const { reward, delta, farms, receiver, bridge } = contracts;
  plan.call(reward, 'setLimiter', [commandReceiver.address]);
  for (const oapp of [reward, delta, commandReceiver]) {
    plan.call(oapp, 'setDelegate', [timelock.address]);
  }
  for (const owned of [farms, receiver, bridge]) {
    plan.call(owned, 'transferOwnership', [commandReceiver.address]);
  }
  for (const owned of [reward, commandReceiver]) {
    plan.call(owned, 'transferOwnership', [timelock.address]);
  }
  planTimelockHandOver(plan, timelock);
}
