const START = 4;
const MAX = 16;

/**
 * How many requests to have open at an endpoint: one more after a full round of answers, half as
 * many after a failure, so that it settles at what the endpoint can take.
 */
export class InFlightLimit {
  private limit = START;
  private answered = 0;

  get value(): number {
    return this.limit;
  }

  succeeded(): void {
    this.answered += 1;
    if (this.answered < this.limit) return;
    this.answered = 0;
    this.limit = Math.min(MAX, this.limit + 1);
  }

  failed(): void {
    this.answered = 0;
    this.limit = Math.max(1, Math.floor(this.limit / 2));
  }
}
