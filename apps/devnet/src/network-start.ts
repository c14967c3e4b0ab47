import { existsSync, readFileSync } from 'node:fs';
import { type ChainDeployment, type Deployment, parseDeployment } from '#config';
import { defined } from '#kernel';
import type { DevChain } from './chains/dev-chain.js';
import { deployContracts, fundAccounts } from './deploy/deploy-devnet.js';
import { type DeploymentFile, isDeploymentFile } from './deploy/deployment-file.js';
import { deploymentPath, DevnetFolderUnusable, writeJson } from './devnet-folder.js';
import type { DevnetParameters } from './parameters.js';
import {
  CHAIN_KEYS,
  type ChainKey,
  forEachChain,
  onEveryChain,
  type PerChain,
} from './topology.js';
import { MessageWorker } from './worker/message-worker.js';
import { workerChainOf } from './worker/worker-chain.js';

/** One thing a devnet did or noticed, for a person or a script that watches it. */
export type DevnetReport = Readonly<Record<string, unknown>> & { readonly step: string };
export type Reporter = (report: DevnetReport) => void;

/** What runs on top of the chains. */
export interface StartedNetwork {
  readonly chains: PerChain<DevChain>;
  readonly file: DeploymentFile;
  readonly worker: MessageWorker;
}

interface StartOptions {
  readonly folder: string;
  readonly chains: PerChain<DevChain>;
  readonly report: Reporter;
}

/** Deploys a new network, writes its deployment file and gives the accounts their tokens. */
export async function createNetwork(
  options: StartOptions & { readonly parameters: DevnetParameters },
): Promise<StartedNetwork> {
  const { folder, chains, parameters, report } = options;
  const network = await deployContracts(chains, parameters);
  report({ step: 'contracts', genesis: network.file.epoch.genesis });
  const worker = startWorker(options, parseDeployment(network.file));
  try {
    await fundAccounts(chains, network);
  } catch (error) {
    await worker.stop();
    throw error;
  }
  report({ step: 'accounts' });
  // Last: the file says that the network is whole.
  writeJson(deploymentPath(folder), network.file);
  return { chains, file: network.file, worker };
}

/**
 * Goes on with the network that is kept in the folder. The file is written again, because the ports
 * may have changed.
 *
 * @throws {DevnetFolderUnusable} when it was made with other parameters, or a chain lost its state.
 */
export async function resumeNetwork(
  options: StartOptions & { readonly given: Partial<DevnetParameters> },
): Promise<StartedNetwork> {
  const { folder, chains, given, report } = options;
  const kept = readDeploymentFile(folder);
  const { durationSeconds } = kept.epoch;
  if (given.epochSeconds !== undefined && given.epochSeconds !== durationSeconds) {
    throw new DevnetFolderUnusable(
      `the network kept in ${folder} has epochs of ${durationSeconds} seconds, not ` +
        `${given.epochSeconds}: start it without the option, or with --reset to make a new one`,
    );
  }
  const file = {
    ...kept,
    chains: kept.chains.map((chain) => ({ ...chain, rpcUrls: [chains[chain.key].rpcUrl] })),
  };
  const deployment = parseDeployment(file);
  await onEveryChain((key) => requireContracts(folder, chains[key], deployment));
  writeJson(deploymentPath(folder), file);
  report({ step: 'resumed', genesis: file.epoch.genesis });
  return { chains, file, worker: startWorker(options, deployment) };
}

/** Whether a whole network is kept in the folder. */
export function isNetworkKept(folder: string): boolean {
  return existsSync(deploymentPath(folder));
}

function startWorker({ chains, report }: StartOptions, deployment: Deployment): MessageWorker {
  const worker = new MessageWorker(
    forEachChain((key) => workerChainOf(chains[key], chainOf(deployment, key))),
    (where, error) => {
      const reason = error instanceof Error ? error.message : String(error);
      report({ step: 'worker-failure', where, reason: reason.split('\n')[0] });
    },
  );
  worker.start();
  return worker;
}

async function requireContracts(
  folder: string,
  chain: DevChain,
  deployment: Deployment,
): Promise<void> {
  const { key } = chain.spec;
  const { endpoint } = chainOf(deployment, key).contracts;
  if ((await chain.client.getCode({ address: endpoint })) !== undefined) return;
  throw new DevnetFolderUnusable(
    `the chain ${key} in ${folder} has lost its state: start with --reset to make a new network`,
  );
}

/** The part of a deployment that speaks of one of our chains. */
export function chainOf(deployment: Deployment, key: ChainKey): ChainDeployment {
  return defined(
    deployment.chains.find((chain) => chain.key === key),
    `chain ${key} in the deployment`,
  );
}

function readDeploymentFile(folder: string): DeploymentFile {
  const path = deploymentPath(folder);
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
  parseDeployment(content);
  if (!isDeploymentFile(content)) {
    throw new DevnetFolderUnusable(
      `${path} describes other chains than ${CHAIN_KEYS.join(', ')}: start with --reset`,
    );
  }
  return content;
}
