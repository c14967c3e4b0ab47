import { pad } from 'viem';
import { CHAINS, DVN_CONFIRMATIONS, type PerChain, remotesOf } from '../topology.js';
import type { Contract, DeployPlan } from './deploy-plan.js';
import { executorOptions } from './executor-options.js';
import { type LayerZero, MESSAGE_SIZE_MAX } from './layerzero.js';
import {
  CONFIG_EXECUTOR,
  CONFIG_ULN,
  encodeExecutorConfig,
  encodeUlnConfig,
  ulnConfigOf,
} from './uln-config.js';

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

/**
 * Plans everything that ties an OFT to its peers on the other chains. Libraries, DVNs, executor and
 * options are set explicitly: what an application leaves out is LayerZero's default, which others
 * may change.
 */
export function planOftWiring(options: {
  readonly plan: DeployPlan;
  readonly oft: PerChain<Contract>;
  readonly layerZero: PerChain<LayerZero>;
}): void {
  const { plan } = options;
  const { key } = plan.chain.spec;
  const oft = options.oft[key];
  const lz = options.layerZero[key];
  const remoteEids = remotesOf(key).map((remote) => CHAINS[remote].eid);
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

  for (const remote of remotesOf(key)) {
    const { eid } = CHAINS[remote];
    plan.call(oft, 'setPeer', [eid, pad(options.oft[remote].address, { size: 32 })]);
    plan.call(lz.endpoint, 'setSendLibrary', [oft.address, eid, lz.sendUln.address]);
    plan.call(lz.endpoint, 'setReceiveLibrary', [oft.address, eid, lz.receiveUln.address, 0n]);
  }
  const ulnParams = remoteEids.map((eid) => ({ eid, configType: CONFIG_ULN, config: uln }));
  const executorParams = remoteEids.map((eid) => ({
    eid,
    configType: CONFIG_EXECUTOR,
    config: executor,
  }));
  plan.call(lz.endpoint, 'setConfig', [
    oft.address,
    lz.sendUln.address,
    [...executorParams, ...ulnParams],
  ]);
  plan.call(lz.endpoint, 'setConfig', [oft.address, lz.receiveUln.address, ulnParams]);
  plan.call(oft, 'setEnforcedOptions', [
    remoteEids.flatMap((eid) => [
      { eid, msgType: SEND, options: executorOptions({ receiveGas: SEND_GAS }) },
      {
        eid,
        msgType: SEND_AND_CALL,
        options: executorOptions({
          receiveGas: SEND_AND_CALL_GAS,
          composeGas: COMPOSE_GAS,
        }),
      },
    ]),
  ]);
}
