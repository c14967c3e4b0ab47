import { createHash } from 'node:crypto';
import type { ChainLog, LogFilter } from '#chain';
import type { ChainDeployment } from '#config';
import { type Address, assert, type Hex, toHex } from '#kernel';
import type { LogProjector, LogSequence, LogSource } from './log-projector.js';

/** A source that a log of the chain announced, wanted from the block of that log on. */
export interface FoundSource extends LogSource {
  readonly fromBlock: number;
}

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

  /** Contracts whose logs are wanted from the block of this log on. */
  announcedBy(log: ChainLog): readonly LogSource[] {
    return this.projectors.flatMap((one) => one.announcedBy?.(log) ?? []);
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
  constructor(
    private readonly wanted: ReadonlyMap<Address, ReadonlySet<Hex> | 'all'>,
    private readonly found: readonly FoundSource[] = [],
  ) {}

  /** The same with contracts that were found on the chain. */
  with(found: readonly FoundSource[]): SourceSet {
    return found.length === 0 ? this : new SourceSet(this.wanted, [...this.found, ...found]);
  }

  /** Whether these logs are wanted already, from that block on. */
  covers({ address, topics0, fromBlock }: FoundSource): boolean {
    const known = this.wanted.get(address);
    if (known === 'all') return true;
    const isKnown = (topic: Hex) => known?.has(topic) === true;
    if (topics0.length > 0 && topics0.every(isKnown)) return true;
    return this.found.some(
      (one) =>
        one.address === address &&
        one.fromBlock <= fromBlock &&
        (one.topics0.length === 0 ||
          (topics0.length > 0 && topics0.every((topic) => one.topics0.includes(topic)))),
    );
  }

  get isEmpty(): boolean {
    return this.wanted.size === 0 && this.found.length === 0;
  }

  /** One question that covers all sources; its answer may hold more, see `includes`. */
  get filter(): LogFilter {
    const addresses = [
      ...new Set([...this.wanted.keys(), ...this.found.map(({ address }) => address)]),
    ];
    const lists = [
      ...[...this.wanted.values()].map((topics) => (topics === 'all' ? [] : [...topics])),
      ...this.found.map((source) => source.topics0),
    ];
    const isAll = lists.some((topics) => topics.length === 0);
    return { addresses, topics0: isAll ? [] : [...new Set(lists.flat())] };
  }

  includes(log: ChainLog): boolean {
    const topics = this.wanted.get(log.address);
    if (topics === 'all') return true;
    const [topic0] = log.topics;
    if (topic0 !== undefined && topics?.has(topic0) === true) return true;
    return this.found.some(
      (source) =>
        source.address === log.address &&
        source.fromBlock <= log.blockNumber &&
        (source.topics0.length === 0 || (topic0 !== undefined && source.topics0.includes(topic0))),
    );
  }

  /** Equal for equal sets, whatever their order; what was found on the chain does not count. */
  get digest(): Hex {
    const lines = [...this.wanted].flatMap(([address, topics]) =>
      topics === 'all' ? [`${address}:*`] : [...topics].map((topic) => `${address}:${topic}`),
    );
    const digest = createHash('sha256').update(lines.toSorted().join('\n'));
    return toHex(`0x${digest.digest('hex')}`);
  }
}
