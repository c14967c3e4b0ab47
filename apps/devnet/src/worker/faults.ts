import type { ChainKey } from '../topology.js';

/** What the worker can be told not to do. */
export const STAGES = ['verify', 'commit', 'execute', 'compose'] as const;
export type Stage = (typeof STAGES)[number];

/** Faults of one path, or of all paths. Absent fields stay as they are. */
export interface FaultChange {
  readonly hold?: Readonly<Partial<Record<Stage, boolean>>>;
  /** Milliseconds between seeing a message and starting to verify it. */
  readonly delayMs?: number;
}

/** A direction between two chains. */
export interface Path {
  readonly src: ChainKey;
  readonly dst: ChainKey;
}

interface Faults {
  readonly hold: Readonly<Record<Stage, boolean>>;
  readonly delayMs: number;
}

const NO_FAULTS: Faults = {
  hold: { verify: false, commit: false, execute: false, compose: false },
  delayMs: 0,
};

/** The faults that are switched on. A message is held when its path or all paths are. */
export class FaultBoard {
  #everywhere = NO_FAULTS;
  readonly #byPath = new Map<string, Faults>();

  /** Changes the faults of `path`, or of all paths when it is absent. */
  change(change: FaultChange, path?: Path): void {
    if (path === undefined) {
      this.#everywhere = merge(this.#everywhere, change);
      return;
    }
    const key = keyOf(path);
    this.#byPath.set(key, merge(this.#byPath.get(key) ?? NO_FAULTS, change));
  }

  isHeld(stage: Stage, path: Path): boolean {
    return this.#everywhere.hold[stage] || this.of(path).hold[stage];
  }

  delayMs(path: Path): number {
    return Math.max(this.#everywhere.delayMs, this.of(path).delayMs);
  }

  /** Everything that is switched on, for display. */
  view(): unknown {
    return { everywhere: this.#everywhere, paths: Object.fromEntries(this.#byPath) };
  }

  private of(path: Path): Faults {
    return this.#byPath.get(keyOf(path)) ?? NO_FAULTS;
  }
}

function merge(faults: Faults, change: FaultChange): Faults {
  const hold = Object.fromEntries(
    STAGES.map((stage) => [stage, change.hold?.[stage] ?? faults.hold[stage]]),
  );
  return {
    hold: { ...faults.hold, ...hold },
    delayMs: change.delayMs ?? faults.delayMs,
  };
}

function keyOf({ src, dst }: Path): string {
  return `${src}>${dst}`;
}
