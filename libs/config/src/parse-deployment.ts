import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { toAddress, toChainId, toEid, toFarmId, toHex } from '#kernel';
import { ConfigError } from './config-error.js';
import type {
  ChainContracts,
  ChainDeployment,
  Deployment,
  EmissionPolicy,
  FinalityRule,
} from './deployment.js';
import {
  type ChainFile,
  type ContractsFile,
  DeploymentFile,
  type FinalityFile,
  type PolicyFile,
} from './deployment-file.js';
import { problemsOf } from './problems.js';
import { relationProblems } from './relation-problems.js';

/**
 * Turns the parsed JSON of a deployment file into a checked `Deployment`.
 *
 * @throws {ConfigError} naming every problem of the file.
 */
export function parseDeployment(json: unknown): Deployment {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    throw new ConfigError(['deployment: must be a JSON object']);
  }
  const file = plainToInstance(DeploymentFile, json);
  const shapeProblems = problemsOf(
    validateSync(file, { whitelist: true, forbidNonWhitelisted: true }),
    ['deployment'],
  );
  const relations = relationProblems({ ...json }).map((problem) => `deployment.${problem}`);
  const problems = [...shapeProblems, ...relations];
  if (problems.length > 0) throw new ConfigError(problems);
  return toDeployment(file);
}

function toDeployment(file: DeploymentFile): Deployment {
  return {
    name: file.name,
    hub: file.hub,
    rewardToken: {
      symbol: file.rewardToken.symbol,
      decimals: file.rewardToken.decimals,
      sharedDecimals: file.rewardToken.sharedDecimals,
    },
    epoch: { genesis: file.epoch.genesis, durationSeconds: file.epoch.durationSeconds },
    policy: toPolicy(file.policy),
    messaging: { confirmations: file.messaging.confirmations },
    chains: file.chains.map((chain) => toChain(chain)),
  };
}

function toPolicy({ kind, shares }: PolicyFile): EmissionPolicy {
  if (kind === 'tvl-weighted') return { kind };
  return {
    kind,
    shares: Object.fromEntries(
      Object.entries(shares ?? {}).map(([farm, share]) => [farm, BigInt(String(share))]),
    ),
  };
}

function toChain(chain: ChainFile): ChainDeployment {
  return {
    key: chain.key,
    name: chain.name,
    chainId: toChainId(chain.chainId),
    eid: toEid(chain.eid),
    rpcUrls: [...chain.rpcUrls],
    ...toReading(chain),
    startBlock: chain.startBlock,
    blockTimeMs: chain.blockTimeMs,
    finality: toFinality(chain.finality),
    contracts: toContracts(chain.contracts),
    guardian: toAddress(chain.guardian),
    farms: chain.farms.map((farm) => ({
      farmId: toFarmId(farm.farmId),
      label: farm.label,
      stakeToken: toAddress(farm.stakeToken),
      stakeSymbol: farm.stakeSymbol,
      stakeDecimals: farm.stakeDecimals,
      movable: farm.movable,
      valuePerTokenMicro: BigInt(farm.valuePerTokenMicro),
    })),
  };
}

function toReading(
  chain: ChainFile,
): Pick<ChainDeployment, 'quorum' | 'verification' | 'rpcRequestsPerSecond' | 'genesisHash'> {
  const { quorum, verification, rpcRequestsPerSecond, genesisHash } = chain;
  return {
    ...(quorum === undefined ? {} : { quorum }),
    ...(verification === undefined ? {} : { verification }),
    ...(rpcRequestsPerSecond === undefined ? {} : { rpcRequestsPerSecond }),
    ...(genesisHash === undefined ? {} : { genesisHash: toHex(genesisHash) }),
  };
}

function toFinality({ mode, depth }: FinalityFile): FinalityRule {
  return mode === 'tag' ? { mode } : { mode, depth: depth ?? 0 };
}

function toContracts(contracts: ContractsFile): ChainContracts {
  const { controller, governor, commandSender, commandReceiver, rewardAdapter } = contracts;
  return {
    endpoint: toAddress(contracts.endpoint),
    sendUln: toAddress(contracts.sendUln),
    receiveUln: toAddress(contracts.receiveUln),
    endpointView: toAddress(contracts.endpointView),
    receiveUlnView: toAddress(contracts.receiveUlnView),
    executor: toAddress(contracts.executor),
    dvns: contracts.dvns.map((dvn) => toAddress(dvn)),
    rewardToken: toAddress(contracts.rewardToken),
    farms: toAddress(contracts.farms),
    receiver: toAddress(contracts.receiver),
    bridge: toAddress(contracts.bridge),
    timelock: toAddress(contracts.timelock),
    ...(rewardAdapter ? { rewardAdapter: toAddress(rewardAdapter) } : {}),
    ...(controller ? { controller: toAddress(controller) } : {}),
    ...(governor ? { governor: toAddress(governor) } : {}),
    ...(commandSender ? { commandSender: toAddress(commandSender) } : {}),
    ...(commandReceiver ? { commandReceiver: toAddress(commandReceiver) } : {}),
  };
}
