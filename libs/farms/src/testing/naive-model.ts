import { type Address, maxOf, minOf } from '#kernel';
import { type FarmEvent } from '../domain/farm-event.js';

/** Fractional bits of every amount of the model. */
const PRECISION = 400n;

/**
 * One stream by definition: a line from what it was given down to nothing at its end, never
 * steeper than its greatest rate, and of that each second to every user the share of their weight.
 * Knows events only, and rounds nothing above 2^-400 wei.
 */
export class NaiveStream {
  private remaining = 0n;
  private idle = 0n;
  private endAt = 0;
  private now = 0;
  private readonly weights = new Map<Address, bigint>();
  private readonly shares = new Map<Address, bigint>();

  constructor(
    private readonly index: number,
    private maxRate: bigint,
  ) {}

  observe(event: FarmEvent): void {
    this.advance(event.at);
    if ('weight' in event) this.weights.set(event.user, event.weight);
    if (event.kind === 'max-rate-set' && event.stream === this.index) this.maxRate = event.maxRate;
    if (event.kind !== 'stream-adjusted' || event.stream !== this.index) return;
    this.remaining += this.idle + (event.delta << PRECISION);
    this.idle = 0n;
    this.endAt = Math.max(this.endAt, event.endAt);
  }

  advance(at: number): void {
    const seconds = BigInt(Math.max(Math.min(at, this.endAt) - this.now, 0));
    const left = BigInt(Math.max(this.endAt - this.now, 1));
    this.now = at;
    const even = (this.remaining * seconds) / left;
    const emitted = maxOf(0n, minOf(even, (this.maxRate << PRECISION) * seconds));
    this.remaining -= emitted;
    const total = [...this.weights.values()].reduce((sum, weight) => sum + weight, 0n);
    if (total === 0n) this.idle += emitted;
    else {
      for (const [user, weight] of this.weights) {
        this.shares.set(user, (this.shares.get(user) ?? 0n) + (emitted * weight) / total);
      }
    }
  }

  /** Whole wei that the user was given since the beginning. */
  weiOf(user: Address): bigint {
    return (this.shares.get(user) ?? 0n) >> PRECISION;
  }
}
