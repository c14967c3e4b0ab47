import {
  emissionControllerAbi,
  emissionReceiverAbi,
  endpointAbi,
  farmsAbi,
  governorAbi,
  positionBridgeAbi,
} from '#abi';
import type { ChainDeployment, Deployment } from '#config';
import type { Address, Hex } from '#kernel';
import { encodeFunctionData } from 'viem';
import { optionsIn, receiveGasOf } from './enforced-options.js';
import { commandFacts, ownershipFacts, pathFacts } from './governance-wiring.js';
import { isAddress, isNumber, type WiringFact } from './wiring-fact.js';

/** A contract the deployment file names: its field and its address. */
export interface NamedContract {
  readonly name: string;
  readonly address: Address;
}

/** Every contract of a chain that must have code. */
export function contractsOf({ contracts }: ChainDeployment): readonly NamedContract[] {
  return Object.entries(contracts).flatMap(([name, value]: [string, Address | Address[]]) =>
    Array.isArray(value)
      ? value.map((address, index) => ({ name: `${name}.${index}`, address }))
      : [{ name, address: value }],
  );
}

/** What the contracts of one chain must say of each other, and of the deployment. */
export function wiringFacts(deployment: Deployment, chain: ChainDeployment): readonly WiringFact[] {
  const { farms, receiver, bridge, endpoint, rewardToken } = chain.contracts;
  const hub = deployment.chains.find(({ key }) => key === deployment.hub);
  const controller = hub?.contracts.controller;
  const farmsCall = (functionName: 'receiver' | 'bridge' | 'REWARD_TOKEN') => ({
    question: `farms.${functionName}()`,
    to: farms,
    data: encodeFunctionData({ abi: farmsAbi, functionName }),
  });
  const receiverCall = (functionName: 'FARMS' | 'ENDPOINT' | 'HUB_EID' | 'controller') => ({
    question: `receiver.${functionName}()`,
    to: receiver,
    data: encodeFunctionData({ abi: emissionReceiverAbi, functionName }),
  });
  const bridgeCall = (functionName: 'FARMS' | 'ENDPOINT') => ({
    question: `bridge.${functionName}()`,
    to: bridge,
    data: encodeFunctionData({ abi: positionBridgeAbi, functionName }),
  });
  const eid = encodeFunctionData({ abi: endpointAbi, functionName: 'eid' });
  return [
    isNumber({ question: 'endpoint.eid()', to: endpoint, data: eid }, chain.eid),
    isAddress(farmsCall('receiver'), receiver),
    isAddress(farmsCall('bridge'), bridge),
    isAddress(farmsCall('REWARD_TOKEN'), rewardToken),
    isAddress(receiverCall('FARMS'), farms),
    isAddress(receiverCall('ENDPOINT'), endpoint),
    ...(hub === undefined ? [] : [isNumber(receiverCall('HUB_EID'), hub.eid)]),
    ...(controller === undefined ? [] : [isAddress(receiverCall('controller'), controller)]),
    isAddress(bridgeCall('FARMS'), farms),
    isAddress(bridgeCall('ENDPOINT'), endpoint),
    ...controllerFacts(deployment, chain),
    ...governorFacts(chain),
    ...ownershipFacts(chain),
    ...commandFacts(deployment, chain),
    ...pathFacts(deployment, chain),
  ];
}

function controllerFacts(deployment: Deployment, chain: ChainDeployment): readonly WiringFact[] {
  const { controller } = chain.contracts;
  if (controller === undefined) return [];
  const call = (functionName: 'HUB_EID' | 'GENESIS' | 'EPOCH_DURATION') => ({
    question: `controller.${functionName}()`,
    to: controller,
    data: encodeFunctionData({ abi: emissionControllerAbi, functionName }),
  });
  return [
    isNumber(call('HUB_EID'), chain.eid),
    isNumber(call('GENESIS'), deployment.epoch.genesis),
    isNumber(call('EPOCH_DURATION'), deployment.epoch.durationSeconds),
    ...deployment.chains.map(({ eid, contracts }) => {
      const functionName = 'receiverOf';
      const data = encodeFunctionData({ abi: emissionControllerAbi, functionName, args: [eid] });
      const question = `controller.receiverOf(${eid})`;
      return {
        ...isAddress({ question, to: controller, data }, contracts.receiver),
        mayBeZero: true,
      };
    }),
  ];
}

function governorFacts({ contracts }: ChainDeployment): readonly WiringFact[] {
  const { governor, timelock } = contracts;
  if (governor === undefined || timelock === undefined) return [];
  const data = encodeFunctionData({ abi: governorAbi, functionName: 'timelock' });
  return [isAddress({ question: 'governor.timelock()', to: governor, data }, timelock)];
}

/**
 * The sentence about an answer that is not the expected one, else undefined.
 *
 * `answer` is what the contract returned, or undefined when it refused the question.
 */
export function wiringProblem(fact: WiringFact, answer: Hex | undefined): string | undefined {
  const { question, to, expected, mayBeZero } = fact;
  if (fact.kind === 'options') return optionsProblem(fact, answer);
  if (answer === undefined || answer.length !== expected.length) {
    return `${question} has no answer: another contract is at ${to}`;
  }
  const right = [expected, ...(fact.orElse === undefined ? [] : [fact.orElse])];
  if (right.some((word) => word.toLowerCase() === answer.toLowerCase())) return undefined;
  if (mayBeZero && BigInt(answer) === 0n) return undefined;
  return `${question} is ${shown(fact, answer)}, the deployment says ${shown(fact, expected)}`;
}

function optionsProblem({ question, to, expected }: WiringFact, answer: Hex | undefined) {
  const options = answer === undefined ? undefined : optionsIn(answer);
  if (options === undefined) return `${question} has no answer: another contract is at ${to}`;
  const gas = receiveGasOf(options);
  if (gas >= BigInt(expected)) return undefined;
  return `${question} buy ${gas} gas for a delivery, which takes up to ${BigInt(expected)}`;
}

function shown({ kind }: WiringFact, word: Hex): string {
  return kind === 'number' || BigInt(word) >> 160n > 0n
    ? BigInt(word).toString()
    : `0x${word.slice(-40)}`;
}
