/** Shortest rest after a failure: a sick endpoint is asked at most once in this time. */
const REST_MS_MIN = 1_000;
/** Longest rest of our own choice: an endpoint that is well again is noticed within twice this. */
const REST_MS_MAX = 4_000;
/** Longest rest an endpoint may ask for. */
const ASKED_REST_MS_MAX = 60_000;

/**
 * When an endpoint may be asked. After a failure it rests, twice as long after each further one,
 * and then gets a single question; only its answer opens the way for others again.
 */
export class EndpointHealth {
  private failures = 0;
  private restsUntilMs = 0;
  private isProbing = false;

  /** True when a question may go out now, which then must end in `succeeded` or `failed`. */
  tryBegin(nowMs: number): boolean {
    if (this.failures === 0) return true;
    if (this.isProbing || nowMs < this.restsUntilMs) return false;
    this.isProbing = true;
    return true;
  }

  isWell(): boolean {
    return this.failures === 0;
  }

  succeeded(): void {
    this.failures = 0;
    this.isProbing = false;
  }

  /**
   * @param options.chance Between 0 and 1: spreads the return of many clients over time.
   * @param options.askedRestMs Rest the endpoint itself asked for.
   */
  failed(options: {
    readonly nowMs: number;
    readonly chance: number;
    readonly askedRestMs?: number | undefined;
  }): void {
    const { nowMs, chance, askedRestMs = 0 } = options;
    const until = (restMs: number) => nowMs + Math.max(restMs * (1 + chance), asked);
    const asked = Math.min(askedRestMs, ASKED_REST_MS_MAX);
    // Questions that were under way together fail together, and that is one failure.
    if (this.failures > 0 && !this.isProbing) {
      this.restsUntilMs = Math.max(this.restsUntilMs, nowMs + asked);
      return;
    }
    const restMs = Math.min(REST_MS_MAX, REST_MS_MIN * 2 ** Math.min(this.failures, 10));
    this.failures += 1;
    this.isProbing = false;
    this.restsUntilMs = Math.max(this.restsUntilMs, until(restMs));
  }
}
