import { type Address, assert, defined, type Hex, toAddress } from '#kernel';

const WORD = 64;

/** Parts of a log that decoding needs. */
export interface LogContent {
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/**
 * Reads the 32-byte words of a log. Decoding by a general ABI decoder is a hundred times slower,
 * and a farm's history is read again and again.
 */
export class LogWords {
  constructor(private readonly log: LogContent) {}

  /** Indexed argument, counted from 0. */
  topic(index: number): bigint {
    return BigInt(defined(this.log.topics[index + 1], `topic ${index}`));
  }

  topicAddress(index: number): Address {
    return toAddressOf(defined(this.log.topics[index + 1], `topic ${index}`).slice(2));
  }

  /** Argument in the data, counted from 0. */
  data(index: number): bigint {
    return BigInt(`0x${this.word(index)}`);
  }

  dataSigned(index: number): bigint {
    return BigInt.asIntN(256, this.data(index));
  }

  dataAddress(index: number): Address {
    return toAddressOf(this.word(index));
  }

  /** As a number; an argument beyond 2^53 is not what the caller thinks it is. */
  dataNumber(index: number): number {
    return toNumber(this.data(index));
  }

  dataFlag(index: number): boolean {
    return this.data(index) !== 0n;
  }

  /** Rows of an argument that is an array of tuples of `width` numbers; counted like the others. */
  dataTuples(index: number, width: number): readonly (readonly number[])[] {
    const start = this.dataNumber(index) / 32;
    const count = this.dataNumber(start);
    return Array.from({ length: count }, (_row, row) =>
      Array.from({ length: width }, (_word, word) =>
        this.dataNumber(start + 1 + row * width + word),
      ),
    );
  }

  topicNumber(index: number): number {
    return toNumber(this.topic(index));
  }

  private word(index: number): string {
    const word = this.log.data.slice(2 + index * WORD, 2 + (index + 1) * WORD);
    assert(word.length === WORD, `log data has no word ${index}`);
    return word;
  }
}

function toAddressOf(word: string): Address {
  assert(/^0{24}/.test(word), `not an address word: ${word}`);
  return toAddress(`0x${word.slice(24)}`);
}

function toNumber(value: bigint): number {
  assert(value <= BigInt(Number.MAX_SAFE_INTEGER), `${value} does not fit a safe integer`);
  return Number(value);
}
