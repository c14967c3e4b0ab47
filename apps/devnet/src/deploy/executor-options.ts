import { concatHex, numberToHex, size } from 'viem';
import { type Hex, toHex } from '#kernel';

const TYPE_3 = 3;
const EXECUTOR_WORKER = 1;
const LZ_RECEIVE = 1;
const LZ_COMPOSE = 3;

/**
 * Options that buy gas from the executor, for the delivery and for the compose call of index 0.
 * Entries add up with those of the caller; a compose entry without gas is refused by the chain.
 */
export function executorOptions(options: {
  readonly receiveGas: bigint;
  readonly composeGas?: bigint;
}): Hex {
  const entries = [entry(LZ_RECEIVE, gasOf(options.receiveGas))];
  if (options.composeGas !== undefined) {
    const firstIndex = numberToHex(0, { size: 2 });
    entries.push(entry(LZ_COMPOSE, concatHex([firstIndex, gasOf(options.composeGas)])));
  }
  return toHex(concatHex([numberToHex(TYPE_3, { size: 2 }), ...entries]));
}

function gasOf(gas: bigint): Hex {
  return numberToHex(gas, { size: 16 });
}

function entry(kind: number, body: Hex): Hex {
  return concatHex([
    numberToHex(EXECUTOR_WORKER, { size: 1 }),
    numberToHex(size(body) + 1, { size: 2 }),
    numberToHex(kind, { size: 1 }),
    body,
  ]);
}
