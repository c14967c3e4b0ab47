import { assert, type Hex, toHex } from '#kernel';
import { type Abi, type AbiEvent, toEventSelector } from 'viem';
import { type LogContent, LogWords } from './log-words.js';

/** The events of a contract that carry its sequence number, and where in the data it stands. */
export class NumberedEvents {
  /** First topics of all numbered events. */
  readonly topics: readonly Hex[];
  private readonly wordByTopic: ReadonlyMap<Hex, number>;

  constructor(abi: Abi) {
    const events = abi.filter((item): item is AbiEvent => item.type === 'event');
    this.wordByTopic = new Map(
      events.flatMap((event) => {
        const inData = event.inputs.filter(({ indexed }) => indexed !== true);
        // Every argument has one word in the head, also those of dynamic size.
        const word = inData.findIndex(({ name, type }) => name === 'seq' && type === 'uint64');
        return word < 0 ? [] : [[toHex(toEventSelector(event)), word] as const];
      }),
    );
    this.topics = [...this.wordByTopic.keys()];
    assert(this.topics.length > 0, 'the contract numbers no event');
  }

  /** The number of an event of this contract; undefined for events without one. */
  sequenceOf(log: LogContent): bigint | undefined {
    const [topic] = log.topics;
    const word = topic === undefined ? undefined : this.wordByTopic.get(topic);
    return word === undefined ? undefined : new LogWords(log).data(word);
  }
}
