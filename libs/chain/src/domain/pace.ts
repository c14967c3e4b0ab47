/** Spreads calls so that no second sees more than a limit, with short bursts up to it. */
export class Pace {
  private tokens: number;
  private atMs = 0;

  constructor(private readonly perSecond: number | undefined) {
    this.tokens = perSecond ?? 0;
  }

  /** Takes `count` calls and returns how long to wait before they are sent, in milliseconds. */
  take(count: number, nowMs: number): number {
    const { perSecond } = this;
    if (perSecond === undefined) return 0;
    const earned = (Math.max(0, nowMs - this.atMs) * perSecond) / 1_000;
    this.tokens = Math.min(perSecond, this.tokens + earned) - count;
    this.atMs = nowMs;
    return this.tokens >= 0 ? 0 : Math.ceil((-this.tokens * 1_000) / perSecond);
  }
}
