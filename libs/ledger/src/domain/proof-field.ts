import { type Address, DomainError, type Hex, toAddress, toHex } from '#kernel';

/** A proof that does not prove what it says. */
export class BadProof extends DomainError {
  override readonly code = 'ledger.bad-proof';
}

const DIGITS = /^(0|[1-9][0-9]{0,77})$/;

/** A JSON value of a proof that knows its path; reads one spelling of each value only. */
export class ProofField {
  private constructor(
    readonly path: string,
    private readonly value: unknown,
  ) {}

  /** @throws {BadProof} unless the text is JSON. */
  static parse(text: string): ProofField {
    try {
      return new ProofField('proof', JSON.parse(text));
    } catch (error) {
      throw new BadProof('the proof is not JSON', { cause: error });
    }
  }

  static of(path: string, value: unknown): ProofField {
    return new ProofField(path, value);
  }

  get isNull(): boolean {
    return this.value === null;
  }

  /** This object, when it has exactly the named fields. */
  only(...names: readonly string[]): this {
    const known = Object.keys(this.object());
    const stray = known.find((name) => !names.includes(name));
    if (stray !== undefined) throw new BadProof(`${this.path}.${stray} is not a known field`);
    const missing = names.find((name) => !known.includes(name));
    if (missing !== undefined) throw new BadProof(`${this.path}.${missing} is missing`);
    return this;
  }

  at(name: string): ProofField {
    const found = Object.entries(this.object()).find(([key]) => key === name);
    if (found === undefined) throw new BadProof(`${this.path}.${name} is missing`);
    return new ProofField(`${this.path}.${name}`, found[1]);
  }

  list(): readonly ProofField[] {
    if (!Array.isArray(this.value)) throw this.wrong('a list');
    return this.value.map((value, index) => new ProofField(`${this.path}[${index}]`, value));
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.wrong('a text');
    return this.value;
  }

  count(): number {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw this.wrong('a whole number');
    }
    return value;
  }

  /** Decimal digits below `bound`. */
  amount(bound: bigint): bigint {
    const text = this.text();
    if (!DIGITS.test(text) || BigInt(text) >= bound) throw this.wrong('an amount in range');
    return BigInt(text);
  }

  /** An amount that may be below zero. */
  signed(): bigint {
    const text = this.text();
    if (!DIGITS.test(text.replace(/^-(?=[1-9])/, ''))) throw this.wrong('an amount');
    return BigInt(text);
  }

  address(): Address {
    const text = this.text();
    if (!/^0x[0-9a-f]{40}$/.test(text)) throw this.wrong('a lower-case address');
    return toAddress(text);
  }

  word(): Hex {
    const text = this.text();
    if (!/^0x[0-9a-f]{64}$/.test(text)) throw this.wrong('32 lower-case bytes');
    return toHex(text);
  }

  private object(): object {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.wrong('an object');
    }
    return value;
  }

  private wrong(expected: string): BadProof {
    return new BadProof(`${this.path} is not ${expected}`);
  }
}
