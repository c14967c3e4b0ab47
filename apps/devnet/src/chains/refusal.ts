import { decodeErrorResult } from 'viem';
import { errorAbi } from '#abi';
import { DomainError, type Hex, toHex } from '#kernel';

/** A contract would revert this call, so that it was not sent. */
export class CallRefused extends DomainError {
  override readonly code = 'devnet.call-refused';

  /** Name of the custom error; undefined when the contract gave none that is known. */
  readonly errorName: string | undefined;

  constructor(label: string, refusal: Refusal, options?: ErrorOptions) {
    super(`${label} is refused: ${refusal.text}`, options);
    this.errorName = refusal.name;
  }
}

/** Why a contract reverted. */
export interface Refusal {
  /** Name of the custom error, if it is one that is known. */
  readonly name?: string;
  /** The error with its arguments, or a sentence. */
  readonly text: string;
}

/** What the revert data says, with the arguments of the error. */
export function explainRevert(data: Hex): Refusal {
  if (data === '0x') return { text: 'no reason given, as when gas runs out' };
  try {
    const { errorName, args } = decodeErrorResult({ abi: errorAbi, data });
    const values = args?.map(String).join(', ') ?? '';
    return { name: errorName, text: `${errorName}(${values})` };
  } catch (error) {
    // An error of a contract that is not ours.
    if (error instanceof Error) return { text: `unknown error ${data.slice(0, 10)}` };
    throw error;
  }
}

/** The revert data somewhere below an error of the client library, if the call did revert. */
export function revertDataOf(error: unknown): Hex | undefined {
  let current: unknown = error;
  while (current !== null && typeof current === 'object') {
    if ('data' in current && typeof current.data === 'string' && current.data.startsWith('0x')) {
      return toHex(current.data);
    }
    current = 'cause' in current ? current.cause : undefined;
  }
  return undefined;
}
