import { type ChainContracts, type Deployment, parseDeployment } from '#config';
import { type Address, defined, type Hex } from '#kernel';
import { DevChain } from '../chains/dev-chain.js';
import { ControlClient } from '../control/control-client.js';
import type { Devnet } from '../devnet.js';
import { devnetFolder, DevnetFolderUnusable, readControlAddress } from '../devnet-folder.js';
import { chainOf } from '../network-start.js';
import { type ChainKey, forEachChain, type PerChain, type SpokeKey } from '../topology.js';

/** A running devnet as a scenario acts on it. */
export interface Network {
  readonly deployment: Deployment;
  readonly chains: PerChain<DevChain>;
  readonly control: ControlClient;
}

/** A farm on one of the chains. */
export interface FarmRef {
  readonly chain: ChainKey;
  readonly farmId: number;
}

/** Outcome of an action that is one transaction. */
export interface Done {
  readonly txHash: Hex;
}

/** Acts on a devnet of this process. */
export function networkOf(devnet: Devnet): Network {
  return {
    deployment: devnet.deployment,
    chains: devnet.chains,
    control: new ControlClient(defined(devnet.controlUrl, 'control server of the devnet')),
  };
}

/**
 * Acts on the devnet that another process runs on `dataDir`.
 *
 * @throws {DevnetFolderUnusable} when none runs there.
 */
export async function connectNetwork(dataDir: string): Promise<Network> {
  const folder = devnetFolder(dataDir);
  const address = readControlAddress(folder);
  if (address === undefined) {
    throw new DevnetFolderUnusable(`no devnet runs in ${folder}: start one first`);
  }
  const control = new ControlClient(address.url);
  const deployment = parseDeployment(await control.deployment());
  const chains = forEachChain(
    (key) => new DevChain(key, defined(chainOf(deployment, key).rpcUrls[0], `node of ${key}`)),
  );
  return { deployment, chains, control };
}

/** Contracts of one chain. */
export function contractsOf(network: Network, key: ChainKey): ChainContracts {
  return chainOf(network.deployment, key).contracts;
}

/** Contracts that only the hub has. */
export function hubContractsOf(network: Network): {
  readonly controller: Address;
  readonly governor: Address;
  readonly timelock: Address;
  readonly commandSender: Address;
} {
  const { controller, governor, timelock, commandSender } = contractsOf(network, 'hub');
  return {
    controller: defined(controller, 'controller'),
    governor: defined(governor, 'governor'),
    timelock: defined(timelock, 'timelock'),
    commandSender: defined(commandSender, 'sender of commands'),
  };
}

/** Contracts through which a spoke is governed. */
export function spokeContractsOf(
  network: Network,
  key: SpokeKey,
): { readonly commandReceiver: Address; readonly timelock: Address } {
  const { commandReceiver, timelock } = contractsOf(network, key);
  return {
    commandReceiver: defined(commandReceiver, `receiver of commands on ${key}`),
    timelock: defined(timelock, `timelock of ${key}`),
  };
}

/** Token that is staked in a farm of the deployment. */
export function stakeTokenOf(network: Network, { chain, farmId }: FarmRef): Address {
  const farm = chainOf(network.deployment, chain).farms.find((entry) => entry.farmId === farmId);
  return defined(farm, `farm ${farmId} on ${chain}`).stakeToken;
}

/** Replaces the newest blocks of a chain, and reads the nonces of its accounts again. */
export async function reorg(
  network: Network,
  options: {
    readonly chain: ChainKey;
    readonly depth: number;
    /** Put the transactions of the replaced blocks into the last new one. */
    readonly keepTransactions?: boolean;
  },
): Promise<void> {
  await network.control.reorg(options);
  network.chains[options.chain].forgetNonces();
}
