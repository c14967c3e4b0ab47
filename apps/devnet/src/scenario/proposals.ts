import { encodeFunctionData, keccak256, parseEventLogs, toHex as utf8ToHex } from 'viem';
import { emissionControllerAbi, governorAbi } from '#abi';
import { type Address, assert, defined, type Hex, toHex } from '#kernel';
import type { Provider } from '../accounts.js';
import { waitFor } from '../sleep.js';
import { type Done, hubContractsOf, type Network } from './network.js';

/** States of a proposal, in the order of the contract. */
const PROPOSAL_STATES = [
  'pending',
  'active',
  'canceled',
  'defeated',
  'succeeded',
  'queued',
  'expired',
  'executed',
] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];

/** What the emission shall be from the next epoch on, in shared decimals. */
export interface ScheduleChange {
  readonly budgetSD: bigint;
  readonly floorSD: bigint;
  readonly decayBps: number;
  readonly decayEvery: number;
}

/** A proposal with all that is needed to queue and execute it. */
export interface Proposal extends Done {
  readonly id: bigint;
  readonly targets: readonly Address[];
  readonly calldatas: readonly Hex[];
  readonly description: string;
}

const SUPPORT = { against: 0, for: 1, abstain: 2 } as const;
export type Vote = keyof typeof SUPPORT;

const STATE_TIMEOUT_MS = 120_000;

/** A call a proposal makes when it is executed. */
export interface ProposedCall {
  readonly target: Address;
  readonly data: Hex;
}

/** Proposes calls of the timelock. The first line of `description` is the title. */
export async function propose(
  network: Network,
  options: {
    readonly who: Provider;
    readonly calls: readonly ProposedCall[];
    readonly description: string;
  },
): Promise<Proposal> {
  const { who, calls, description } = options;
  const { hub } = network.chains;
  const since = await hub.now();
  // What was delegated in the newest block counts from the next one on.
  await waitFor({
    what: `a block after ${since}`,
    timeoutMs: STATE_TIMEOUT_MS,
    probe: async () => ((await hub.now()) > since ? true : undefined),
  });
  const targets = calls.map(({ target }) => target);
  const calldatas = calls.map(({ data }) => data);
  const receipt = await hub.sender(who).execute({
    label: `proposal by ${who}`,
    to: hubContractsOf(network).governor,
    data: toHex(
      encodeFunctionData({
        abi: governorAbi,
        functionName: 'propose',
        args: [targets, calls.map(() => 0n), calldatas, description],
      }),
    ),
  });
  const created = parseEventLogs({
    abi: governorAbi,
    logs: receipt.logs,
    eventName: 'ProposalCreated',
  });
  return {
    id: defined(created[0], 'ProposalCreated').args.proposalId,
    targets,
    calldatas,
    description,
    txHash: toHex(receipt.transactionHash),
  };
}

/** Votes with everything the account had delegated to it when voting began. */
export async function vote(
  network: Network,
  options: { readonly who: Provider; readonly proposal: Proposal; readonly vote: Vote },
): Promise<Done> {
  const { who, proposal } = options;
  const receipt = await network.chains.hub.sender(who).execute({
    label: `vote by ${who}`,
    to: hubContractsOf(network).governor,
    data: toHex(
      encodeFunctionData({
        abi: governorAbi,
        functionName: 'castVote',
        args: [proposal.id, SUPPORT[options.vote]],
      }),
    ),
  });
  return { txHash: toHex(receipt.transactionHash) };
}

/** Hands a proposal that succeeded to the timelock. Anyone may. */
export function queue(network: Network, proposal: Proposal): Promise<Done> {
  return carryOut(network, proposal, 'queue');
}

/** Executes a proposal whose delay has passed. Anyone may. */
export function execute(network: Network, proposal: Proposal): Promise<Done> {
  return carryOut(network, proposal, 'execute');
}

export async function proposalState(network: Network, id: bigint): Promise<ProposalState> {
  const state = await network.chains.hub.client.readContract({
    address: hubContractsOf(network).governor,
    abi: governorAbi,
    functionName: 'state',
    args: [id],
  });
  return defined(PROPOSAL_STATES[state], `proposal state ${state}`);
}

/** Waits until the proposal is in `state`. */
export async function waitForProposal(
  network: Network,
  id: bigint,
  state: ProposalState,
): Promise<void> {
  await waitFor({
    what: `state ${state} of proposal ${id}`,
    timeoutMs: STATE_TIMEOUT_MS,
    probe: async () => ((await proposalState(network, id)) === state ? true : undefined),
  });
}

/** What a proposal changed, and the transactions that carried it out. */
export interface PassedProposal {
  readonly proposal: Proposal;
  readonly queueTx: Hex;
  readonly executeTx: Hex;
}

/** Brings calls from proposal to execution, with the votes of `voters`. */
export async function pass(
  network: Network,
  options: {
    readonly calls: readonly ProposedCall[];
    readonly description: string;
    readonly voters: readonly [Provider, ...Provider[]];
  },
): Promise<PassedProposal> {
  const { calls, description, voters } = options;
  const proposal = await propose(network, { who: voters[0], calls, description });
  await waitForProposal(network, proposal.id, 'active');
  await Promise.all(voters.map((who) => vote(network, { who, proposal, vote: 'for' })));
  await waitForProposal(network, proposal.id, 'succeeded');
  const queued = await queue(network, proposal);
  await waitForEta(network, proposal.id);
  const executed = await execute(network, proposal);
  const state = await proposalState(network, proposal.id);
  assert(state === 'executed', `the proposal is ${state}, not executed`);
  return { proposal, queueTx: queued.txHash, executeTx: executed.txHash };
}

/** Brings a schedule change from proposal to execution, with the votes of `voters`. */
export function passSchedule(
  network: Network,
  options: {
    readonly schedule: ScheduleChange;
    readonly description: string;
    readonly voters: readonly [Provider, ...Provider[]];
  },
): Promise<PassedProposal> {
  const { schedule, description, voters } = options;
  const { budgetSD, floorSD, decayBps, decayEvery } = schedule;
  const data = encodeFunctionData({
    abi: emissionControllerAbi,
    functionName: 'setSchedule',
    args: [budgetSD, floorSD, decayBps, decayEvery],
  });
  const calls = [{ target: hubContractsOf(network).controller, data: toHex(data) }];
  return pass(network, { calls, description, voters });
}

async function waitForEta(network: Network, id: bigint): Promise<void> {
  const { client } = network.chains.hub;
  const eta = await client.readContract({
    address: hubContractsOf(network).governor,
    abi: governorAbi,
    functionName: 'proposalEta',
    args: [id],
  });
  await waitFor({
    what: `end of the delay of proposal ${id}`,
    timeoutMs: STATE_TIMEOUT_MS,
    probe: async () => ((await network.chains.hub.now()) >= Number(eta) ? true : undefined),
  });
}

async function carryOut(
  network: Network,
  proposal: Proposal,
  functionName: 'queue' | 'execute',
): Promise<Done> {
  const { targets, calldatas, description } = proposal;
  const receipt = await network.chains.hub.sender('stranger').execute({
    label: `${functionName} of a proposal`,
    to: hubContractsOf(network).governor,
    data: toHex(
      encodeFunctionData({
        abi: governorAbi,
        functionName,
        args: [targets, targets.map(() => 0n), calldatas, keccak256(utf8ToHex(description))],
      }),
    ),
  });
  return { txHash: toHex(receipt.transactionHash) };
}
