import {
  commandSenderAbi,
  decodeCommand,
  emissionControllerAbi,
  emissionReceiverAbi,
  farmsAbi,
  governorAbi,
  positionBridgeAbi,
  rewardTokenAbi,
  timelockAbi,
} from '#abi';
import type { ChainDeployment } from '#config';
import { type Address, canonicalJson, type Hex, toHex } from '#kernel';
import { describeCommand } from '#messaging';
import { type Abi, type AbiFunction, BaseError, decodeFunctionData, getAbiItem } from 'viem';
import type { RawCall } from './domain/proposal-event.js';
import type { ProposalCall } from './domain/proposal-view.js';

/** Name of the contract whose calls carry commands. */
export const COMMAND_SENDER = 'CommandSender';

/** The contracts of the hub a proposal can call, with the name people know them by. */
function contractsOf(hub: ChainDeployment): ReadonlyMap<Address, { name: string; abi: Abi }> {
  const { controller, governor, timelock, commandSender } = hub.contracts;
  const { receiver, bridge, farms, rewardToken } = hub.contracts;
  const listed: readonly (readonly [Address | undefined, string, Abi])[] = [
    [controller, 'EmissionController', emissionControllerAbi],
    [governor, 'HeadwaterGovernor', governorAbi],
    [timelock, 'HeadwaterTimelock', timelockAbi],
    [commandSender, COMMAND_SENDER, commandSenderAbi],
    [receiver, 'EmissionReceiver', emissionReceiverAbi],
    [bridge, 'PositionBridge', positionBridgeAbi],
    [farms, 'Farms', farmsAbi],
    [rewardToken, 'RewardToken', rewardTokenAbi],
  ];
  return new Map(
    listed.flatMap(([address, name, abi]) =>
      address === undefined ? [] : [[address, { name, abi }]],
    ),
  );
}

/** What a call is described by. */
export interface CallContext {
  readonly hub: ChainDeployment;
  /** Key of the chain with an endpoint. */
  readonly chainOf: (eid: number) => string;
}

/**
 * Says which function of which contract a call is for, with its arguments as text. Proposals may
 * carry any bytes, so what does not decode is shown by its selector.
 */
export function describeCall(
  { hub, chainOf }: CallContext,
  { target, data }: Pick<RawCall, 'target' | 'data'>,
): ProposalCall {
  const contract = contractsOf(hub).get(target);
  if (contract === undefined) return unknownCall(target, 'unknown', data);
  try {
    const { functionName, args } = decodeFunctionData({ abi: contract.abi, data });
    return {
      target,
      contractName: contract.name,
      function: functionName,
      args: namedArgs(contract.abi, functionName, args ?? []),
      commands: contract.name === COMMAND_SENDER ? commandsOf(data, chainOf) : [],
    };
  } catch (error) {
    if (error instanceof BaseError) return unknownCall(target, contract.name, data);
    throw error;
  }
}

/** The commands a call of their sender sends, each as a sentence. */
function commandsOf(data: Hex, chainOf: CallContext['chainOf']): ProposalCall['commands'] {
  const { functionName, args } = decodeFunctionData({ abi: commandSenderAbi, data });
  if (functionName === 'send') return [commandOf(args[0], args[1], chainOf)];
  if (functionName !== 'sendMany') return [];
  const [eids, commands] = args;
  return eids.map((eid, index) => commandOf(eid, commands[index] ?? '0x', chainOf));
}

function commandOf(eid: number, bytes: Hex, chainOf: CallContext['chainOf']) {
  const command = decodeCommand(toHex(bytes));
  const sentence =
    command === undefined
      ? 'No command: the sender will refuse it.'
      : describeCommand(command, chainOf);
  return { chainKey: chainOf(eid), sentence };
}

function unknownCall(target: Address, contractName: string, data: Hex): ProposalCall {
  return {
    target,
    contractName,
    function: data.slice(0, 10),
    args: [{ name: 'data', value: data }],
    commands: [],
  };
}

function namedArgs(abi: Abi, name: string, args: readonly unknown[]): ProposalCall['args'] {
  const item = getAbiItem({ abi, name, args: [...args] });
  const inputs = isFunction(item) ? item.inputs : [];
  return args.map((value, index) => ({
    name: argumentName(inputs[index]?.name, index),
    value: textOf(value),
  }));
}

function isFunction(item: unknown): item is AbiFunction {
  return typeof item === 'object' && item !== null && 'type' in item && item.type === 'function';
}

/** Parameters that would shadow a state variable carry a trailing underscore in the contracts. */
function argumentName(name: string | undefined, index: number): string {
  return name === undefined || name === '' ? `${index}` : name.replace(/_$/, '');
}

/** Arguments as text: the same value reads the same in a call and in an event. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value.startsWith('0x') ? value.toLowerCase() : value;
  if (typeof value === 'object' && value !== null) return canonicalJson(value);
  return String(value);
}
