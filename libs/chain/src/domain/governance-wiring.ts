import type { ChainDeployment, Deployment } from '#config';
import { type Address, toHex } from '#kernel';
import { type Abi, encodeFunctionData, numberToHex, padHex, parseAbi } from 'viem';
import { type Call, isAddress, isNumber, type WiringFact } from './wiring-fact.js';

/** What several of our contracts answer alike. */
const ABI: Abi = parseAbi([
  'function owner() view returns (address)',
  'function guardian() view returns (address)',
  'function limiter() view returns (address)',
  'function endpoint() view returns (address)',
  'function FARMS() view returns (address)',
  'function RECEIVER() view returns (address)',
  'function BRIDGE() view returns (address)',
  'function TOKEN() view returns (address)',
  'function HUB_EID() view returns (uint32)',
  'function EID() view returns (uint32)',
  'function peers(uint32 eid) view returns (bytes32)',
  'function peerOf(uint32 eid) view returns (bytes32)',
  'function enforcedOptions(uint32 eid, uint16 messageType) view returns (bytes)',
]);

/** Gas that taking any command needs. */
const COMMAND_GAS = 150_000n;
const COMMAND_TYPE = 1;
/** Gas of the first plain delivery of a token on a path, and of one with a compose. */
const TOKEN_GAS = [
  { messageType: 1, gas: 189_000n },
  { messageType: 2, gas: 220_000n },
] as const;

/** A contract as the deployment file names it. */
interface Named {
  readonly name: string;
  readonly address: Address;
}

/** Who owns our contracts of a chain, and who may stop them. */
export function ownershipFacts({ contracts, guardian }: ChainDeployment): readonly WiringFact[] {
  const { timelock, commandReceiver, controller, commandSender } = contracts;
  const { farms, receiver, bridge, rewardToken } = contracts;
  const owned = namedOf({ farms, receiver, bridge });
  const token = namedOf({ rewardToken });
  const guarded = [...owned, ...token, ...namedOf({ controller, commandReceiver })];
  return [
    ...(timelock === undefined
      ? []
      : [
          ...owned.map((contract) => ownerFact(contract, commandReceiver ?? timelock, timelock)),
          ...[...token, ...namedOf({ controller, commandSender, commandReceiver })].map(
            (contract) => ownerFact(contract, timelock, timelock),
          ),
        ]),
    ...(guardian === undefined
      ? []
      : guarded.map((contract) => isAddress(ask(contract, 'guardian'), guardian))),
  ];
}

/** What the receiver of commands was built for, and that it may set the limits of the token. */
export function commandFacts(
  deployment: Deployment,
  chain: ChainDeployment,
): readonly WiringFact[] {
  const { endpoint, farms, receiver, bridge, rewardToken } = chain.contracts;
  const hub = deployment.chains.find(({ key }) => key === deployment.hub);
  const [inbox] = namedOf({ commandReceiver: chain.contracts.commandReceiver });
  if (inbox === undefined || hub === undefined) return [];
  return [
    isNumber(ask(inbox, 'HUB_EID'), hub.eid),
    isNumber(ask(inbox, 'EID'), chain.eid),
    isAddress(ask(inbox, 'endpoint'), endpoint),
    isAddress(ask(inbox, 'FARMS'), farms),
    isAddress(ask(inbox, 'RECEIVER'), receiver),
    isAddress(ask(inbox, 'BRIDGE'), bridge),
    isAddress(ask(inbox, 'TOKEN'), rewardToken),
    isAddress(ask({ name: 'rewardToken', address: rewardToken }, 'limiter'), inbox.address),
  ];
}

/** Peers on other chains, none where governance closed a path, and gas that senders always buy. */
export function pathFacts(deployment: Deployment, chain: ChainDeployment): readonly WiringFact[] {
  const { rewardToken, bridge, commandSender, commandReceiver } = chain.contracts;
  const [sender] = namedOf({ commandSender });
  const [inbox] = namedOf({ commandReceiver });
  const token = { name: 'rewardToken', address: rewardToken };
  return deployment.chains
    .filter(({ key }) => key !== chain.key)
    .flatMap(({ eid, contracts }) => [
      peerFact(ask(token, 'peers', [eid]), contracts.rewardToken),
      peerFact(ask({ name: 'bridge', address: bridge }, 'peerOf', [eid]), contracts.bridge),
      ...TOKEN_GAS.map(({ messageType, gas }) => optionsFact(token, [eid, messageType], gas)),
      ...(sender === undefined || contracts.commandReceiver === undefined
        ? []
        : [
            peerFact(ask(sender, 'peers', [eid]), contracts.commandReceiver),
            optionsFact(sender, [eid, COMMAND_TYPE], COMMAND_GAS),
          ]),
      ...(inbox === undefined || contracts.commandSender === undefined
        ? []
        : [peerFact(ask(inbox, 'peers', [eid]), contracts.commandSender)]),
    ]);
}

/** What is undefined is not there. */
function namedOf(contracts: Readonly<Record<string, Address | undefined>>): readonly Named[] {
  return Object.entries(contracts).flatMap(([name, address]) =>
    address === undefined ? [] : [{ name, address }],
  );
}

function ask({ name, address }: Named, functionName: string, args: readonly number[] = []): Call {
  return {
    question: `${name}.${functionName}(${args.join(', ')})`,
    to: address,
    data: toHex(encodeFunctionData({ abi: ABI, functionName, args })),
  };
}

/** The timelock may own for a while what a receiver of commands owns otherwise. */
function ownerFact(contract: Named, owner: Address, timelock: Address): WiringFact {
  return { ...isAddress(ask(contract, 'owner'), owner), orElse: padHex(timelock) };
}

function peerFact(call: Call, peer: Address): WiringFact {
  return { ...isAddress(call, peer), mayBeZero: true };
}

function optionsFact(contract: Named, args: readonly number[], gas: bigint): WiringFact {
  const expected = numberToHex(gas, { size: 32 });
  const call = ask(contract, 'enforcedOptions', args);
  return { ...call, expected, kind: 'options', mayBeZero: false };
}
