import { pad } from 'viem';
import { CHAINS, type PerChain, remotesOf } from '../topology.js';
import type { Contract, DeployPlan } from './deploy-plan.js';
import { executorOptions } from './executor-options.js';
import type { LayerZero } from './layerzero.js';
import { planOappPaths } from './oapp-paths.js';

/** Kinds of OFT message that have options of their own. */
const SEND = 1;
const SEND_AND_CALL = 2;

/**
 * Gas of a delivery, a fifth above the first one of a path, to somebody with a delegate: 189k, and
 * 31k more with a compose. The next ones take 60k to 84k. The gas tests of the tokens keep count.
 */
const SEND_GAS = 230_000n;
const SEND_AND_CALL_GAS = 270_000n;
/** Floor for composers that ask for nothing; ours add what their own work takes. */
const COMPOSE_GAS = 100_000n;

/** Plans everything that ties an OFT to its peers on the other chains. */
export function planOftWiring(options: {
  readonly plan: DeployPlan;
  readonly oft: PerChain<Contract>;
  readonly layerZero: PerChain<LayerZero>;
}): void {
  const { plan } = options;
  const { key } = plan.chain.spec;
  const oft = options.oft[key];
  const remotes = remotesOf(key);
  for (const remote of remotes) {
    const peer = pad(options.oft[remote].address, { size: 32 });
    plan.call(oft, 'setPeer', [CHAINS[remote].eid, peer]);
  }
  const layerZero = options.layerZero[key];
  planOappPaths({ plan, oapp: oft, layerZero, remotes, directions: ['send', 'receive'] });
  plan.call(oft, 'setEnforcedOptions', [
    remotes.flatMap((remote) => [
      {
        eid: CHAINS[remote].eid,
        msgType: SEND,
        options: executorOptions({ receiveGas: SEND_GAS }),
      },
      {
        eid: CHAINS[remote].eid,
        msgType: SEND_AND_CALL,
        options: executorOptions({ receiveGas: SEND_AND_CALL_GAS, composeGas: COMPOSE_GAS }),
      },
    ]),
  ]);
}
