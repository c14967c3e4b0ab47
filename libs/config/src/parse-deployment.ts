import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { BPS, sumOf, toAddress, toChainId, toEid, toFarmId } from '#kernel';
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

const HUB_ONLY = ['controller', 'governor', 'timelock'] as const;

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
  if (shapeProblems.length > 0) throw new ConfigError(shapeProblems);

  const problems = relationProblems(file).map((problem) => `deployment.${problem}`);
  if (problems.length > 0) throw new ConfigError(problems);
  return toDeployment(file);
}

/** What no single field can tell: uniqueness, the hub's role, sums. */
function relationProblems(file: DeploymentFile): string[] {
  return [
    ...hubProblems(file),
    ...duplicateProblems(file),
    ...policyProblems(file),
    ...file.chains.flatMap((chain) => finalityProblems(chain)),
    ...(file.rewardToken.sharedDecimals > file.rewardToken.decimals
      ? ['rewardToken.sharedDecimals: must not exceed decimals']
      : []),
  ];
}

function hubProblems(file: DeploymentFile): string[] {
  if (!file.chains.some(({ key }) => key === file.hub)) {
    return [`hub: no chain has the key ${file.hub}`];
  }
  return file.chains.flatMap(({ key, contracts }) =>
    HUB_ONLY.flatMap((name) => {
      const isPresent = contracts[name] !== undefined && contracts[name] !== null;
      if (key === file.hub && !isPresent)
        return [`chains.${key}.contracts.${name}: the hub needs it`];
      if (key !== file.hub && isPresent)
        return [`chains.${key}.contracts.${name}: only the hub has it`];
      return [];
    }),
  );
}

function duplicateProblems(file: DeploymentFile): string[] {
  const unique = ['key', 'chainId', 'eid'] as const;
  return [
    ...unique.flatMap((field) =>
      repeatedOf(file.chains.map((chain) => chain[field])).map(
        (value) => `chains: ${field} ${value} appears more than once`,
      ),
    ),
    ...file.chains.flatMap(({ key, farms }) =>
      repeatedOf(farms.map(({ farmId }) => farmId)).map(
        (farmId) => `chains.${key}.farms: farmId ${farmId} appears more than once`,
      ),
    ),
  ];
}

function repeatedOf<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

function policyProblems({ policy, chains }: DeploymentFile): string[] {
  if (policy.kind !== 'fixed-shares') return [];
  const known = new Set(
    chains.flatMap(({ key, farms }) => farms.map(({ farmId }) => `${key}:${farmId}`)),
  );
  const shares = Object.entries(policy.shares ?? {});
  if (shares.length === 0) return ['policy.shares: fixed shares need at least one farm'];
  const wrong = shares.flatMap(([farm, share]) => [
    ...(known.has(farm) ? [] : [`policy.shares.${farm}: no such farm`]),
    ...(isBps(share)
      ? []
      : [`policy.shares.${farm}: must be basis points in a string, "0" to "10000"`]),
  ]);
  if (wrong.length > 0) return wrong;
  const total = sumOf(shares.map(([, share]) => BigInt(String(share))));
  return total > BPS ? [`policy.shares: sum to ${total} basis points, more than ${BPS}`] : [];
}

function isBps(share: unknown): boolean {
  return typeof share === 'string' && /^\d{1,5}$/.test(share) && BigInt(share) <= BPS;
}

function finalityProblems({ key, finality }: ChainFile): string[] {
  const hasDepth = finality.depth !== undefined && finality.depth !== null;
  return finality.mode === 'depth' && !hasDepth
    ? [`chains.${key}.finality.depth: the depth mode needs it`]
    : [];
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
    startBlock: chain.startBlock,
    blockTimeMs: chain.blockTimeMs,
    finality: toFinality(chain.finality),
    contracts: toContracts(chain.contracts),
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

function toFinality({ mode, depth }: FinalityFile): FinalityRule {
  return mode === 'tag' ? { mode } : { mode, depth: depth ?? 0 };
}

function toContracts(contracts: ContractsFile): ChainContracts {
  const { controller, governor, timelock } = contracts;
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
    ...(controller ? { controller: toAddress(controller) } : {}),
    ...(governor ? { governor: toAddress(governor) } : {}),
    ...(timelock ? { timelock: toAddress(timelock) } : {}),
  };
}
