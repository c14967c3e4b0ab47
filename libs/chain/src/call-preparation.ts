import { type Address, type Hex, RetryableError, toHex } from '#kernel';
import { BaseError, type CallParameters, ExecutionRevertedError } from 'viem';
import type { ChainClient } from './chain-client.js';
import { chooseFees, type Fees } from './domain/fees.js';
import { CallRefused, decodeRevert } from './domain/refusal.js';

/** Margin on an estimate, in percent: state moves between the estimate and the execution. */
const GAS_PERCENT = 130n;

interface Call {
  readonly to: Address;
  readonly data: Hex;
  readonly description: string;
  readonly value?: bigint;
  readonly gas?: bigint;
}

/**
 * Tries the call on the latest state and prices it.
 *
 * @throws {CallRefused} when it reverts.
 * @throws {RetryableError} when the node fails or fees are above our cap.
 */
export async function prepareCall(
  client: ChainClient,
  from: Address,
  call: Call,
): Promise<Fees & { readonly gas: bigint }> {
  const { to, data, value, gas } = call;
  const parameters = {
    account: from,
    to,
    data,
    ...(value === undefined ? {} : { value }),
    ...(gas === undefined ? {} : { gas }),
  } satisfies CallParameters;
  try {
    await client.publicClient.call(parameters);
    const limit = gas ?? ((await client.publicClient.estimateGas(parameters)) * GAS_PERCENT) / 100n;
    return { ...(await feesOf(client)), gas: limit };
  } catch (error) {
    throw translate(error, call.description);
  }
}

async function feesOf(client: ChainClient): Promise<Fees> {
  const block = await client.publicClient.getBlock({ includeTransactions: false });
  const suggestedTipWei = await client.publicClient.estimateMaxPriorityFeePerGas();
  const fees = chooseFees({ baseFeeWei: block.baseFeePerGas ?? 0n, suggestedTipWei });
  if (fees === undefined) {
    throw new RetryableError(`fees of chain ${client.key} are above our cap`);
  }
  return fees;
}

function translate(error: unknown, description: string): unknown {
  if (!(error instanceof BaseError)) return error;
  const data = revertDataOf(error);
  if (data !== undefined) {
    return new CallRefused(description, decodeRevert(data), { cause: error });
  }
  return new RetryableError(`${description} could not be tried out`, { cause: error });
}

/** Revert data of a failed call, `0x` for a revert without any; undefined when it never executed. */
function revertDataOf(error: BaseError): Hex | undefined {
  const carrier = error.walk(
    (cause) => cause instanceof Error && 'data' in cause && isBytes(cause.data),
  );
  if (carrier !== null && 'data' in carrier && isBytes(carrier.data)) return toHex(carrier.data);
  return error.walk((cause) => cause instanceof ExecutionRevertedError) === null ? undefined : '0x';
}

function isBytes(value: unknown): value is string {
  return typeof value === 'string' && /^0x([0-9a-fA-F]{2})*$/.test(value);
}
