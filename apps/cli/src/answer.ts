import { unreachable } from './cli-error.js';

/**
 * One object of an API answer, read field by field.
 *
 * A field that is null reads as undefined: unknown, never zero. A field of the wrong type means
 * that something else than this version of the API answers.
 */
export class Answer {
  private constructor(private readonly fields: Readonly<Record<string, unknown>>) {}

  /** @throws {CliError} when `value` is not an object. */
  static of(value: unknown): Answer {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      throw unreachable('The API answered with something this version of headwater cannot read.');
    }
    return new Answer({ ...value });
  }

  text(name: string): string | undefined {
    const value = this.fields[name];
    if (value === null || value === undefined) return undefined;
    if (typeof value !== 'string') throw wrongType(name, 'text');
    return value;
  }

  count(name: string): number | undefined {
    const value = this.fields[name];
    if (value === null || value === undefined) return undefined;
    if (typeof value !== 'number') throw wrongType(name, 'a number');
    return value;
  }

  amount(name: string): bigint | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?[0-9]+$/.test(value)) throw wrongType(name, 'an amount');
    return BigInt(value);
  }

  flag(name: string): boolean | undefined {
    const value = this.fields[name];
    if (value === null || value === undefined) return undefined;
    if (typeof value !== 'boolean') throw wrongType(name, 'true or false');
    return value;
  }

  object(name: string): Answer | undefined {
    const value = this.fields[name];
    return value === null || value === undefined ? undefined : Answer.of(value);
  }

  /** The objects of a list; none when it is absent. */
  list(name: string): readonly Answer[] {
    return this.values(name).map((value) => Answer.of(value));
  }

  /** The texts of a list; none when it is absent. */
  texts(name: string): readonly string[] {
    return this.values(name).map((value) => {
      if (typeof value !== 'string') throw wrongType(name, 'a list of texts');
      return value;
    });
  }

  /** The field as it came. */
  raw(name: string): unknown {
    return this.fields[name];
  }

  private values(name: string): readonly unknown[] {
    const value = this.fields[name];
    if (value === null || value === undefined) return [];
    if (!Array.isArray(value)) throw wrongType(name, 'a list');
    return value;
  }
}

function wrongType(name: string, expected: string): Error {
  return unreachable(
    `The API answered with a field "${name}" that is not ${expected}; is it another version?`,
  );
}
