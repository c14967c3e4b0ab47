import { emissionControllerAbi } from '#abi';
import type { ChainLog } from '#chain';
import { decodeEventLog } from 'viem';
import { textOf } from './describe-call.js';
import type { ControllerChange } from './domain/parameter-state.js';

/** What a log of the controller changed, its arguments as text. The log must be the controller's. */
export function decodeControllerChange(
  log: Pick<ChainLog, 'topics' | 'data'>,
): ControllerChange | undefined {
  const [signature, ...rest] = log.topics;
  if (signature === undefined) return undefined;
  const { eventName, args } = decodeEventLog({
    abi: emissionControllerAbi,
    topics: [signature, ...rest],
    data: log.data,
  });
  return {
    event: eventName,
    args: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, textOf(value)])),
  };
}
