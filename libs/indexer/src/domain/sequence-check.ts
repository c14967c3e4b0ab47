import { type Address, RetryableError } from '#kernel';

/** A node left out a log that its contract numbered. */
export class MissingLog extends RetryableError {
  constructor(
    readonly contract: Address,
    readonly seq: bigint,
  ) {
    super(`log missing: event ${seq} of contract ${contract} was not delivered`);
  }
}

/**
 * Follows the numbers of new events, in chain order, and returns the last number per contract.
 *
 * @param last Last number per contract before these events; contracts without any count from 1.
 * @throws {MissingLog} when a number is skipped.
 * @throws {RetryableError} when a number comes twice.
 */
export function followSequences(
  last: ReadonlyMap<Address, bigint>,
  events: Iterable<{ readonly contract: Address; readonly seq: bigint }>,
): ReadonlyMap<Address, bigint> {
  const followed = new Map<Address, bigint>();
  for (const { contract, seq } of events) {
    const expected = (followed.get(contract) ?? last.get(contract) ?? 0n) + 1n;
    if (seq > expected) throw new MissingLog(contract, expected);
    if (seq < expected) {
      throw new RetryableError(`event ${seq} of contract ${contract} was delivered twice`);
    }
    followed.set(contract, seq);
  }
  return followed;
}
