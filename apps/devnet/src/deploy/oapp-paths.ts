import { CHAINS, type ChainKey, DVN_CONFIRMATIONS } from '../topology.js';
import type { Contract, DeployPlan } from './deploy-plan.js';
import { type LayerZero, MESSAGE_SIZE_MAX } from './layerzero.js';
import {
  CONFIG_EXECUTOR,
  CONFIG_ULN,
  encodeExecutorConfig,
  encodeUlnConfig,
  ulnConfigOf,
} from './uln-config.js';

export type Direction = 'send' | 'receive';

/**
 * Plans the libraries, DVNs and executor of an application towards other chains. They are set
 * explicitly: what an application leaves out is LayerZero's default, which others may change.
 */
export function planOappPaths(options: {
  readonly plan: DeployPlan;
  readonly oapp: Contract;
  /** The LayerZero contracts of the same chain. */
  readonly layerZero: LayerZero;
  readonly remotes: readonly ChainKey[];
  readonly directions: readonly Direction[];
}): void {
  const { plan, oapp, layerZero: lz, directions } = options;
  const eids = options.remotes.map((remote) => CHAINS[remote].eid);
  const uln = encodeUlnConfig(
    ulnConfigOf({
      confirmations: BigInt(DVN_CONFIRMATIONS),
      dvns: [lz.dvns.A.address, lz.dvns.B.address],
    }),
  );
  const executor = encodeExecutorConfig({
    maxMessageSize: MESSAGE_SIZE_MAX,
    executor: lz.executor.address,
  });
  const ulnParams = eids.map((eid) => ({ eid, configType: CONFIG_ULN, config: uln }));
  if (directions.includes('send')) {
    for (const eid of eids) {
      plan.call(lz.endpoint, 'setSendLibrary', [oapp.address, eid, lz.sendUln.address]);
    }
    const executorParams = eids.map((eid) => ({
      eid,
      configType: CONFIG_EXECUTOR,
      config: executor,
    }));
    const params = [...executorParams, ...ulnParams];
    plan.call(lz.endpoint, 'setConfig', [oapp.address, lz.sendUln.address, params]);
  }
  if (directions.includes('receive')) {
    for (const eid of eids) {
      plan.call(lz.endpoint, 'setReceiveLibrary', [oapp.address, eid, lz.receiveUln.address, 0n]);
    }
    plan.call(lz.endpoint, 'setConfig', [oapp.address, lz.receiveUln.address, ulnParams]);
  }
}
