import type { ChainDeployment } from '#config';
import { type Address, defined } from '#kernel';
import { DVN_NAMES, type DvnName } from '../accounts.js';
import type { DevChain } from '../chains/dev-chain.js';

/** A chain as the worker needs it: the node, and the LayerZero contracts on it. */
export interface WorkerChain {
  readonly chain: DevChain;
  readonly endpoint: Address;
  readonly receiveUln: Address;
  readonly endpointView: Address;
  readonly receiveUlnView: Address;
  readonly executor: Address;
  readonly dvns: Readonly<Record<DvnName, Address>>;
}

/** Picks from a deployment what the worker calls; the first DVN is A. */
export function workerChainOf(chain: DevChain, deployment: ChainDeployment): WorkerChain {
  const { endpoint, receiveUln, endpointView, receiveUlnView, executor, dvns } =
    deployment.contracts;
  const [first, second] = DVN_NAMES.map((name, index) => defined(dvns[index], `DVN ${name}`));
  return {
    chain,
    endpoint,
    receiveUln,
    endpointView,
    receiveUlnView,
    executor,
    dvns: { A: defined(first, 'DVN A'), B: defined(second, 'DVN B') },
  };
}
