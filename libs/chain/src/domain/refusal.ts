import { errorAbi } from '#abi';
import { canonicalJson, DomainError, type Hex } from '#kernel';
import { AbiErrorSignatureNotFoundError, decodeErrorResult } from 'viem';

/** Why a call reverted: the contract's own name for the error, and its arguments. */
export interface RevertReason {
  readonly errorName: string;
  readonly errorArgs: readonly unknown[];
}

/** A contract refuses the call; nothing was sent. */
export class CallRefused extends DomainError {
  readonly code = 'chain.call-refused';

  constructor(
    readonly description: string,
    readonly reason: RevertReason,
    options?: ErrorOptions,
  ) {
    const args = reason.errorArgs.map((arg) => canonicalJson(arg)).join(', ');
    super(`${description} is refused: ${reason.errorName}(${args})`, options);
  }
}

/** Reads revert data: `Reverted` when it is empty, `UnknownError` with the data when it is foreign. */
export function decodeRevert(data: Hex): RevertReason {
  if (data === '0x') return { errorName: 'Reverted', errorArgs: [] };
  try {
    const { errorName, args } = decodeErrorResult({ abi: errorAbi, data });
    return { errorName, errorArgs: args ?? [] };
  } catch (error) {
    if (error instanceof AbiErrorSignatureNotFoundError) {
      return { errorName: 'UnknownError', errorArgs: [data] };
    }
    throw error;
  }
}
