import { createHash } from 'node:crypto';
import type { ChainLog, LogFilter } from '#chain';
import type { ChainDeployment } from '#config';
import { type Address, assert, type Hex, toHex } from '#kernel';
import type { LogProjector, LogSequence } from './log-projector.js';

/** All projectors of the process seen as one. */
export class ProjectorSet {
  constructor(private readonly projectors: readonly LogProjector[]) {}

  /** Everything any projector wants from a chain. */
  sourcesOf(chain: ChainDeployment): SourceSet {
    const wanted = new Map<Address, Set<Hex> | 'all'>();
    for (const { address, topics0 } of this.projectors.flatMap((one) => one.sources(chain))) {
      const known = wanted.get(address);
      if (topics0.length === 0 || known === 'all') wanted.set(address, 'all');
      else wanted.set(address, new Set([...(known ?? []), ...topics0]));
    }
    return new SourceSet(wanted);
  }

  /** Subjects of a log, each once. */
  subjectsOf(log: ChainLog): readonly string[] {
    return [...new Set(this.projectors.flatMap((one) => one.subjectsOf(log)))];
  }

  /** Number its contract gave the event, from the one projector that knows it. */
  sequenceOf(log: ChainLog): LogSequence | undefined {
    let found: LogSequence | undefined;
    for (const projector of this.projectors) {
      const sequence = projector.sequenceOf?.(log);
      if (sequence === undefined) continue;
      assert(
        found === undefined || (found.seq === sequence.seq && found.contract === sequence.contract),
        `projectors disagree on the number of log ${log.logIndex} in block ${log.blockNumber}`,
      );
      found = sequence;
    }
    return found;
  }
}

/** Which logs of a chain to index. */
export class SourceSet {
  constructor(private readonly wanted: ReadonlyMap<Address, ReadonlySet<Hex> | 'all'>) {}

  get isEmpty(): boolean {
    return this.wanted.size === 0;
  }

  /** One question that covers all sources; its answer may hold more, see `includes`. */
  get filter(): LogFilter {
    const addresses = [...this.wanted.keys()];
    const topics0 = new Set<Hex>();
    for (const topics of this.wanted.values()) {
      if (topics === 'all') return { addresses, topics0: [] };
      for (const topic of topics) topics0.add(topic);
    }
    return { addresses, topics0: [...topics0] };
  }

  includes(log: ChainLog): boolean {
    const topics = this.wanted.get(log.address);
    if (topics === undefined) return false;
    if (topics === 'all') return true;
    const [topic0] = log.topics;
    return topic0 !== undefined && topics.has(topic0);
  }

  /** Equal for equal sets, whatever their order. */
  get digest(): Hex {
    const lines = [...this.wanted].flatMap(([address, topics]) =>
      topics === 'all' ? [`${address}:*`] : [...topics].map((topic) => `${address}:${topic}`),
    );
    const digest = createHash('sha256').update(lines.toSorted().join('\n'));
    return toHex(`0x${digest.digest('hex')}`);
  }
}
