/** Expensive work that runs once for everybody who asks while it runs. */
export class SharedWork<Result> {
  private running: Promise<Result> | undefined;

  constructor(private readonly work: () => Promise<Result>) {}

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Joins the run under way, or starts one. */
  run(): Promise<Result> {
    this.running ??= this.work().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }
}
