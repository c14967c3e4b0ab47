import { assert, type Address, type Hex, toAddress } from '#kernel';

/** Bytes that are no command, or no message with one. Never leaves this library. */
export class NotACommand extends Error {
  override readonly name = 'NotACommand';
}

/** Reads packed big-endian fields from the front on. */
export class PackedReader {
  private readonly digits: string;
  private at = 0;

  constructor(bytes: Hex) {
    this.digits = bytes.slice(2);
  }

  uint(size: number): bigint {
    return BigInt(`0x${this.take(size)}`);
  }

  /** For at most 6 bytes. */
  int(size: number): number {
    return Number(this.uint(size));
  }

  address(): Address {
    return toAddress(`0x${this.take(20)}`);
  }

  flag(): boolean {
    const value = this.int(1);
    if (value > 1) throw new NotACommand(`${value} is neither true nor false`);
    return value === 1;
  }

  rest(): Hex {
    return `0x${this.take((this.digits.length - this.at) / 2)}`;
  }

  /** @throws {NotACommand} when something is left. */
  end(): void {
    if (this.at !== this.digits.length) throw new NotACommand('bytes follow the last field');
  }

  private take(size: number): string {
    const end = this.at + size * 2;
    if (end > this.digits.length) throw new NotACommand('the bytes end within a field');
    const digits = this.digits.slice(this.at, end);
    this.at = end;
    return digits;
  }
}

/** A value of so many bytes. */
export type PackedField =
  readonly [value: bigint | number | boolean, size: number] | { readonly address: Address };

/** Writes fields one after the other, without anything between them. */
export function pack(fields: readonly PackedField[]): Hex {
  return `0x${fields.map(digitsOf).join('')}`;
}

function digitsOf(field: PackedField): string {
  if ('address' in field) return toAddress(field.address).slice(2);
  const [value, size] = field;
  const number = BigInt(value);
  assert(
    number >= 0n && number < 1n << BigInt(size * 8),
    `${number} does not fit into ${size} bytes`,
  );
  return number.toString(16).padStart(size * 2, '0');
}
