import { encodeFunctionData, parseEventLogs } from 'viem';
import { type Command, commandReceiverAbi, commandSenderAbi, encodeCommand } from '#abi';
import { defined, type Hex, toHex } from '#kernel';
import type { Provider, Role } from '../accounts.js';
import { waitFor } from '../sleep.js';
import { CHAINS, type SpokeKey } from '../topology.js';
import { type Done, hubContractsOf, type Network, spokeContractsOf } from './network.js';
import { pass, type PassedProposal } from './proposals.js';

/** States of a command, in the order of the contract; `none` until its spoke has seen it. */
const STATES = ['none', 'applied', 'failed', 'waiting', 'stale', 'refused', 'cancelled'] as const;
export type CommandedState = (typeof STATES)[number];

/** A command and the spoke it is for. */
export interface ChainCommand {
  readonly chain: SpokeKey;
  readonly command: Command;
}

/** A command that the hub has sent. */
export interface SentCommand extends ChainCommand {
  readonly no: bigint;
  readonly guid: Hex;
}

const TIMEOUT_MS = 120_000;

/** Brings commands from proposal to their packets, with the votes of `voters`. */
export async function passCommands(
  network: Network,
  options: {
    readonly commands: readonly ChainCommand[];
    readonly description: string;
    readonly voters: readonly [Provider, ...Provider[]];
  },
): Promise<PassedProposal & { readonly sent: readonly SentCommand[] }> {
  const { commands, description, voters } = options;
  const { commandSender } = hubContractsOf(network);
  const data = encodeFunctionData({
    abi: commandSenderAbi,
    functionName: 'sendMany',
    args: [
      commands.map(({ chain }) => CHAINS[chain].eid),
      commands.map(({ command }) => encodeCommand(command)),
    ],
  });
  const calls = [{ target: commandSender, data: toHex(data) }];
  const passed = await pass(network, { calls, description, voters });
  const { client } = network.chains.hub;
  const { logs } = await client.getTransactionReceipt({ hash: passed.executeTx });
  const events = parseEventLogs({ abi: commandSenderAbi, logs, eventName: 'CommandSent' });
  const sent = commands.map((command, index) => {
    const { no, guid } = defined(events[index], `CommandSent of command ${index}`).args;
    return { ...command, no, guid: toHex(guid) };
  });
  return { ...passed, sent };
}

/** What its spoke says of a command. */
export async function commandState(
  network: Network,
  { chain, no }: Pick<SentCommand, 'chain' | 'no'>,
): Promise<CommandedState> {
  const { state } = await recordOf(network, { chain, no });
  return defined(STATES[state], `command state ${state}`);
}

/** Waits until its spoke says that a command is in `state`. */
export async function waitForCommand(
  network: Network,
  command: Pick<SentCommand, 'chain' | 'no'>,
  state: CommandedState,
): Promise<void> {
  await waitFor({
    what: `state ${state} of command ${command.no} to ${command.chain}`,
    timeoutMs: TIMEOUT_MS,
    probe: async () => ((await commandState(network, command)) === state ? true : undefined),
  });
}

/** Carries out a command that failed or waits, when its time has come. Anyone may. */
export async function retryCommand(
  network: Network,
  { who, chain, no, command }: SentCommand & { readonly who: Role },
): Promise<Done> {
  await waitFor({
    what: `time of command ${no} to ${chain}`,
    timeoutMs: TIMEOUT_MS,
    probe: async () => {
      const { readyAt } = await recordOf(network, { chain, no });
      return (await network.chains[chain].now()) >= readyAt ? true : undefined;
    },
  });
  const args = [no, encodeCommand(command)] as const;
  const receipt = await network.chains[chain].sender(who).execute({
    label: `retry of command ${no} by ${who}`,
    to: spokeContractsOf(network, chain).commandReceiver,
    data: toHex(encodeFunctionData({ abi: commandReceiverAbi, functionName: 'retry', args })),
  });
  return { txHash: toHex(receipt.transactionHash) };
}

function recordOf(network: Network, { chain, no }: Pick<SentCommand, 'chain' | 'no'>) {
  return network.chains[chain].client.readContract({
    address: spokeContractsOf(network, chain).commandReceiver,
    abi: commandReceiverAbi,
    functionName: 'recordOf',
    args: [no],
  });
}
