import type { AppConfig } from '#config';
import { DomainError, type Hex, RetryableError } from '#kernel';
import { setTimeout as sleep } from 'node:timers/promises';
import { BaseError, ExecutionRevertedError } from 'viem';
import { askAll } from './ask-all.js';
import { ChainClient } from './chain-client.js';
import type { ChainNode } from './chain-node.js';
import { contractsOf, wiringFacts, wiringProblem } from './domain/wiring.js';
import type { WiringFact } from './domain/wiring-fact.js';

/** Longest wait for one chain: a start does not depend on nodes that are slow or down. */
const TIMEOUT_MS = 8_000;

/** The deployment file names other contracts than those that are there; one line for each fact. */
export class WrongWiring extends DomainError {
  readonly code = 'chain.wrong-wiring';

  constructor(readonly problems: readonly string[]) {
    super(`the deployment file does not match the chains:\n  ${problems.join('\n  ')}`);
  }
}

/** A chain nothing could be said about, and why. */
export interface UncheckedChain {
  readonly chainKey: string;
  readonly error: unknown;
}

/**
 * Compares the deployment file with the contracts it names, at the head of every chain, and gives
 * the chains that could not be asked: a node that is down is no mistake of the file.
 *
 * @throws {WrongWiring} naming every mismatch of all chains that answered.
 */
export async function checkWiring(config: AppConfig): Promise<readonly UncheckedChain[]> {
  const results = await Promise.all(
    config.deployment.chains.map(async (chain) => checkChain(config, new ChainClient(chain))),
  );
  const problems = results.flatMap((result) => result.problems);
  if (problems.length > 0) throw new WrongWiring(problems);
  return results.flatMap(({ unchecked }) => (unchecked === undefined ? [] : [unchecked]));
}

interface ChainResult {
  readonly problems: readonly string[];
  readonly unchecked?: UncheckedChain;
}

async function checkChain(config: AppConfig, client: ChainClient): Promise<ChainResult> {
  const patience = new AbortController();
  const late = async (): Promise<never> => {
    await sleep(TIMEOUT_MS, undefined, { signal: patience.signal });
    throw new RetryableError(`no answer within ${TIMEOUT_MS} ms`);
  };
  const facts = wiringFacts(config.deployment, client.deployment);
  const check = async (): Promise<readonly string[]> => {
    const strangers = await strangersOf(client);
    if (strangers.length > 0) return strangers;
    return client.fromOneNode((node) => problemsAt(node, client, facts));
  };
  try {
    const problems = await Promise.race([check(), late()]);
    return { problems: problems.map((problem) => `${client.key}: ${problem}`) };
  } catch (error) {
    if (!(error instanceof RetryableError)) throw error;
    return { problems: [], unchecked: { chainKey: client.key, error } };
  } finally {
    patience.abort();
  }
}

/** Endpoints that answer and are on another chain, whatever id it has. */
async function strangersOf({ deployment, nodes }: ChainClient): Promise<readonly string[]> {
  const { answers } = await askAll({
    nodes,
    enough: nodes.length,
    question: (node) => node.identity(),
  });
  const expected = deployment.genesisHash ?? answers[0]?.value.genesisHash;
  const source =
    deployment.genesisHash === undefined ? 'another endpoint shows' : 'the deployment says';
  return answers.flatMap(({ node, value }) => {
    const { chainId, genesisHash } = value;
    const place = nodes.length === 1 ? '' : `endpoint ${nodes.indexOf(node) + 1}: `;
    if (chainId !== deployment.chainId) {
      return [`${place}the chain id is ${chainId}, the deployment says ${deployment.chainId}`];
    }
    return genesisHash === expected
      ? []
      : [`${place}the first block is ${genesisHash}, ${source} ${expected}`];
  });
}

async function problemsAt(
  node: ChainNode,
  { deployment }: ChainClient,
  facts: readonly WiringFact[],
): Promise<readonly string[]> {
  const { number } = await node.head();
  if (number < deployment.startBlock) {
    throw new RetryableError(`the node is at block ${number}, before the deployment`);
  }
  const blockNumber = BigInt(number);
  const named = contractsOf(deployment);
  const codes = await Promise.all(
    named.map(({ address }) => ask(() => node.client.getCode({ address, blockNumber }))),
  );
  const missing = named.filter((_contract, index) => (codes[index] ?? '0x') === '0x');
  const isMissing = new Set(missing.map(({ address }) => address));
  const asked = facts.filter(({ to }) => !isMissing.has(to));
  const answers = await Promise.all(
    asked.map(({ to, data }) => answerOf(node, { to, data, blockNumber })),
  );
  return [
    ...missing.map(({ name, address }) => `contracts.${name}: no code at ${address}`),
    ...asked.flatMap((fact, index) => wiringProblem(fact, answers[index]) ?? []),
  ];
}

/** Undefined when the contract refuses the call. */
async function answerOf(
  node: ChainNode,
  call: { readonly to: Hex; readonly data: Hex; readonly blockNumber: bigint },
): Promise<Hex | undefined> {
  return ask(async () => {
    try {
      return (await node.client.call(call)).data;
    } catch (error) {
      if (error instanceof BaseError && error.walk(isRevert) !== null) return undefined;
      throw error;
    }
  });
}

function isRevert(cause: unknown): boolean {
  return cause instanceof ExecutionRevertedError;
}

async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    throw new RetryableError('the contracts could not be read', { cause: error });
  }
}
