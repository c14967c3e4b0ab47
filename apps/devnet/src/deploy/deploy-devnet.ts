import type { DevChain } from '../chains/dev-chain.js';
import type { DevnetParameters } from '../parameters.js';
import { forEachChain, forEachSpoke, onEveryChain, type PerChain } from '../topology.js';
import { type ChainContracts, planChainContracts, planFarms } from './chain-contracts.js';
import {
  planCommandSender,
  planReceiverWiring,
  planSenderWiring,
  planSpokeGovernance,
  planSpokeHandOver,
} from './commands.js';
import { DeployPlan } from './deploy-plan.js';
import { type DeploymentFile, deploymentFileOf } from './deployment-file.js';
import {
  delegateVotes,
  planHubPayments,
  planMinting,
  planPairPayments,
  planRewardPayments,
  planStreamFunding,
  sendToSpoke,
  waitForArrival,
} from './funding.js';
import { type Governance, planGovernance, planHandOver, planReceiverTrust } from './governance.js';
import { planLayerZeroWiring } from './layerzero.js';
import { planLimits, planPauseRoles } from './limits.js';
import { planOftWiring } from './oft.js';

/** A network whose contracts stand; the tokens for the spokes are still to be sent. */
export interface DeployedNetwork {
  readonly contracts: PerChain<ChainContracts>;
  readonly governance: Governance;
  readonly file: DeploymentFile;
}

/** Deploys and wires everything on all chains at the same time. */
export async function deployContracts(
  chains: PerChain<DevChain>,
  parameters: DevnetParameters,
): Promise<DeployedNetwork> {
  const plans = await onEveryChain((key) =>
    DeployPlan.create(chains[key], chains[key].sender('owner')),
  );
  const contracts = forEachChain((key) => planChainContracts(plans[key], parameters.epochSeconds));
  const commandSender = planCommandSender(plans.hub, contracts.hub);
  const spokes = forEachSpoke((key) => planSpokeGovernance(plans[key], contracts[key], parameters));
  const layerZero = forEachChain((key) => contracts[key].layerZero);
  const ofts = [
    forEachChain((key) => contracts[key].reward),
    forEachChain((key) => contracts[key].delta),
  ];
  forEachChain((key) => {
    const plan = plans[key];
    planLayerZeroWiring(plan, contracts[key].layerZero);
    for (const oft of ofts) planOftWiring({ plan, oft, layerZero });
    planFarms(plan, contracts);
    planMinting(plan, contracts[key]);
    planLimits(plan, contracts[key]);
  });
  planSenderWiring({ plan: plans.hub, sender: commandSender, hub: contracts.hub, spokes });
  forEachSpoke((key) =>
    planReceiverWiring({
      plan: plans[key],
      contracts: contracts[key],
      spoke: spokes[key],
      sender: commandSender,
    }),
  );

  const genesis = (await chains.hub.now()) + parameters.genesisDelaySeconds;
  const governance = planGovernance({
    plan: plans.hub,
    contracts,
    commandSender,
    parameters,
    genesis,
  });
  forEachChain((key) =>
    planReceiverTrust(plans[key], contracts[key].receiver, governance.controller.address),
  );
  const nows = await onEveryChain((key) => chains[key].now());
  forEachChain((key) =>
    planPauseRoles({
      plan: plans[key],
      contracts: contracts[key],
      others: [key === 'hub' ? governance.controller : spokes[key].commandReceiver],
      now: nows[key],
    }),
  );
  planHandOver(plans.hub, contracts.hub, governance);
  forEachSpoke((key) => planSpokeHandOver(plans[key], contracts[key], spokes[key]));
  await onEveryChain((key) => plans[key].run());

  const file = deploymentFileOf({
    contracts,
    governance,
    spokes,
    rpcUrls: forEachChain((key) => chains[key].rpcUrl),
    genesis,
    epochSeconds: parameters.epochSeconds,
  });
  return { contracts, governance, file };
}

/**
 * Gives controller and providers their tokens. The reward tokens of the spokes travel through the
 * OFT, so the message worker must be running.
 */
export async function fundAccounts(
  chains: PerChain<DevChain>,
  { contracts, governance }: DeployedNetwork,
): Promise<void> {
  await sendToSpoke(chains.hub, contracts.hub, 'alpha');
  await sendToSpoke(chains.hub, contracts.hub, 'beta');
  await onEveryChain(async (key) => {
    const plan = await DeployPlan.create(chains[key], chains[key].sender('treasury'));
    if (key === 'hub') {
      planHubPayments(plan, contracts.hub, governance.controller.address);
      await plan.run();
      await delegateVotes(chains.hub, contracts.hub);
      return;
    }
    await waitForArrival(chains[key], contracts[key]);
    planRewardPayments(plan, contracts[key]);
    planPairPayments(plan, contracts[key]);
    planStreamFunding(plan, contracts[key]);
    await plan.run();
  });
}
