import { encodeFunctionData } from 'viem';
import { endpointViewAbi, receiveUlnAbi, receiveUlnViewAbi } from '#abi';
import { type Address, toHex } from '#kernel';
import { accountOf as accountInBytes32, encodeHeader } from '#messaging';
import { layerZeroArtifact } from '../contracts/artifact.js';
import { encodeCall } from '../deploy/deploy-plan.js';
import type { TrackedCompose, TrackedMessage } from './tracked-message.js';
import type { WorkerChain } from './worker-chain.js';

/** Gas of the executor and the endpoint around the call they make, and of the transaction. */
const AROUND_CALL_GAS = 141_000n;
const NATIVE_DROP_GAS = 80_000n;
const NATIVE_DROP_CALL_GAS = 50_000n;
const COMMIT_GAS = 300_000n;
const executorArtifact = layerZeroArtifact('Executor');

/** What the receive library says about a message. */
const VERIFICATION_STATES = ['verifying', 'verifiable', 'verified', 'not-initializable'] as const;
export type VerificationState = (typeof VERIFICATION_STATES)[number];

/** What the endpoint says about a message. */
const EXECUTION_STATES = ['not-executable', 'verified-only', 'executable', 'executed'] as const;
export type ExecutionState = (typeof EXECUTION_STATES)[number];

export async function verificationState(
  destination: WorkerChain,
  message: TrackedMessage,
): Promise<VerificationState | undefined> {
  const state = await destination.chain.client.readContract({
    address: destination.receiveUlnView,
    abi: receiveUlnViewAbi,
    functionName: 'verifiable',
    args: [encodeHeader(message.packet), message.payloadHash],
  });
  return VERIFICATION_STATES[state];
}

export async function executionState(
  destination: WorkerChain,
  message: TrackedMessage,
): Promise<ExecutionState | undefined> {
  const state = await destination.chain.client.readContract({
    address: destination.endpointView,
    abi: endpointViewAbi,
    functionName: 'executable',
    args: [originOf(message), message.receiver],
  });
  return EXECUTION_STATES[state];
}

/** Moves an attested message from the receive library to the endpoint. Anyone could. */
export async function commit(destination: WorkerChain, message: TrackedMessage): Promise<void> {
  await destination.chain.sender('committer').execute({
    label: 'commit of a message',
    to: destination.receiveUln,
    data: toHex(
      encodeFunctionData({
        abi: receiveUlnAbi,
        functionName: 'commitVerification',
        args: [encodeHeader(message.packet), message.payloadHash],
      }),
    ),
    gas: COMMIT_GAS,
  });
}

/**
 * Delivers a message as the executor, with the gas its sender bought or with `gas`. The transaction
 * succeeds also when the receiver reverts; the endpoint then emits an alert.
 */
export async function deliver(options: {
  readonly destination: WorkerChain;
  readonly message: TrackedMessage;
  readonly gas?: bigint;
}): Promise<void> {
  const { destination, message } = options;
  const gasLimit = options.gas ?? message.options.receiveGas;
  const execution = {
    receiver: message.receiver,
    origin: originOf(message),
    guid: message.guid,
    message: message.packet.message,
    extraData: '0x',
    gasLimit,
  };
  const drops = message.options.nativeDrops.map(({ amount, receiver }) => ({
    receiver: accountInBytes32(receiver),
    amount,
  }));
  const dropped = drops.reduce((total, { amount }) => total + amount, 0n);
  const data =
    drops.length === 0
      ? encodeCall(executorArtifact, 'execute302', [execution])
      : encodeCall(executorArtifact, 'nativeDropAndExecute302', [
          drops,
          NATIVE_DROP_CALL_GAS,
          execution,
        ]);
  await destination.chain.sender('executorAdmin').execute({
    label: 'delivery of a message',
    to: destination.executor,
    data,
    value: message.options.receiveValue + dropped,
    gas: transactionGas(gasLimit) + BigInt(drops.length) * NATIVE_DROP_GAS,
  });
}

/** Makes a call the receiver of a delivered message asked for, as the executor. */
export async function compose(options: {
  readonly destination: WorkerChain;
  readonly message: TrackedMessage;
  readonly call: TrackedCompose;
  readonly gas?: bigint;
}): Promise<void> {
  const { destination, message, call } = options;
  const bought = message.options.compose.get(call.index) ?? { gas: 0n, value: 0n };
  const gasLimit = options.gas ?? bought.gas;
  await destination.chain.sender('executorAdmin').execute({
    label: 'compose call of a message',
    to: destination.executor,
    data: encodeCall(executorArtifact, 'compose302', [
      call.from,
      call.to,
      message.guid,
      call.index,
      call.message,
      '0x',
      gasLimit,
    ]),
    value: bought.value,
    gas: transactionGas(gasLimit),
  });
}

/**
 * Gas limit that still leaves `inner` for the call inside, of which a 64th stays behind. Never an
 * estimate: the outer transaction succeeds also with too little gas, so an estimate is too low.
 */
function transactionGas(inner: bigint): bigint {
  return (inner * 64n) / 63n + AROUND_CALL_GAS;
}

function originOf({ packet }: TrackedMessage): {
  readonly srcEid: number;
  readonly sender: Address;
  readonly nonce: bigint;
} {
  return { srcEid: packet.srcEid, sender: packet.sender, nonce: packet.nonce };
}
