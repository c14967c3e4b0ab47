import { DomainError, type Hex } from '#kernel';
import { sizeOf, sliceBytes, uintAt } from './bytes.js';

const EXECUTOR_WORKER = 1n;
const LZ_RECEIVE = 1n;
const NATIVE_DROP = 2n;
const LZ_COMPOSE = 3n;
const ORDERED = 4n;

/** What the sender of a packet bought from the executor. Gas in units, values in native wei. */
export interface ExecutorOptions {
  readonly receiveGas: bigint;
  readonly receiveValue: bigint;
  readonly nativeDrops: readonly { readonly amount: bigint; readonly receiver: Hex }[];
  /** By compose index. */
  readonly compose: ReadonlyMap<number, { readonly gas: bigint; readonly value: bigint }>;
  readonly isOrdered: boolean;
}

/** Options bytes that no LayerZero executor would accept. */
export class MalformedOptions extends DomainError {
  override readonly code = 'message.malformed-options';
}

interface Entry {
  readonly type: bigint;
  readonly body: Hex;
}

/**
 * Reads type 3 options. Entries of the same kind add up, as the executor sums them; entries for
 * other workers are skipped.
 *
 * @throws {MalformedOptions} for another type or a truncated entry.
 */
export function decodeOptions(options: Hex): ExecutorOptions {
  const entries = readEntries(options);
  const of = (type: bigint) => entries.filter((entry) => entry.type === type);
  const compose = new Map<number, { gas: bigint; value: bigint }>();
  for (const { body } of of(LZ_COMPOSE)) {
    const index = Number(field(body, 0, 2));
    const known = compose.get(index) ?? { gas: 0n, value: 0n };
    compose.set(index, {
      gas: known.gas + field(body, 2, 18),
      value: known.value + optionalField(body, 18, 34),
    });
  }
  return {
    receiveGas: of(LZ_RECEIVE).reduce((gas, { body }) => gas + field(body, 0, 16), 0n),
    receiveValue: of(LZ_RECEIVE).reduce((sum, { body }) => sum + optionalField(body, 16, 32), 0n),
    nativeDrops: of(NATIVE_DROP).map(({ body }) => ({
      amount: field(body, 0, 16),
      receiver: sliceBytes(body, 16, 48),
    })),
    compose,
    isOrdered: of(ORDERED).length > 0,
  };
}

function readEntries(options: Hex): readonly Entry[] {
  const end = sizeOf(options);
  if (end < 2 || uintAt(options, 0, 2) !== 3n) {
    throw new MalformedOptions('executor options are not of type 3');
  }
  const entries: Entry[] = [];
  let cursor = 2;
  while (cursor < end) {
    if (cursor + 4 > end) throw new MalformedOptions(`entry at byte ${cursor} is cut off`);
    const next = cursor + 3 + Number(uintAt(options, cursor + 1, cursor + 3));
    if (next > end || next === cursor + 3) {
      throw new MalformedOptions(`entry at byte ${cursor} has a wrong size`);
    }
    if (uintAt(options, cursor, cursor + 1) === EXECUTOR_WORKER) {
      entries.push({
        type: uintAt(options, cursor + 3, cursor + 4),
        body: sliceBytes(options, cursor + 4, next),
      });
    }
    cursor = next;
  }
  return entries;
}

function field(body: Hex, start: number, end: number): bigint {
  if (sizeOf(body) < end)
    throw new MalformedOptions(`an option body has only ${sizeOf(body)} bytes`);
  return uintAt(body, start, end);
}

function optionalField(body: Hex, start: number, end: number): bigint {
  return sizeOf(body) < end ? 0n : uintAt(body, start, end);
}
