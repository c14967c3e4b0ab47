import type { DevChain } from '../chains/dev-chain.js';
import type { DevnetParameters } from '../parameters.js';
import { forEachChain, onEveryChain, type PerChain } from '../topology.js';
import { type ChainContracts, planChainContracts, planFarms } from './chain-contracts.js';
import { DeployPlan } from './deploy-plan.js';
import { type DeploymentFile, deploymentFileOf } from './deployment-file.js';
import {
  delegateVotes,
  planHubPayments,
  planMinting,
  planPairPayments,
  planRewardPayments,
  sendToSpoke,
  waitForArrival,
} from './funding.js';
import { type Governance, planGovernance, planHandOver, planReceiverTrust } from './governance.js';
import { planLayerZeroWiring } from './layerzero.js';
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
  });

  const genesis = (await chains.hub.now()) + parameters.genesisDelaySeconds;
  const governance = planGovernance({ plan: plans.hub, contracts, parameters, genesis });
  forEachChain((key) =>
    planReceiverTrust(plans[key], contracts[key].receiver, governance.controller.address),
  );
  planHandOver(plans.hub, contracts.hub, governance);
  await onEveryChain((key) => plans[key].run());

  const file = deploymentFileOf({
    contracts,
    governance,
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
    await plan.run();
  });
}
