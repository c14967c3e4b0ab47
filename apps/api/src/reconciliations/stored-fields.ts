import { assert, InvariantViolation } from '#kernel';

/** One object of a stored report, read field by field; another shape is a bug of ours. */
export class StoredFields {
  private constructor(private readonly fields: Readonly<Record<string, unknown>>) {}

  static of(value: unknown): StoredFields {
    assert(
      value !== null && typeof value === 'object' && !Array.isArray(value),
      'a stored report holds something that is no object',
    );
    return new StoredFields({ ...value });
  }

  text(name: string): string {
    const value = this.fields[name];
    if (typeof value !== 'string') throw this.wrong(name);
    return value;
  }

  int(name: string): number {
    const value = this.fields[name];
    if (typeof value !== 'number') throw this.wrong(name);
    return value;
  }

  flag(name: string): boolean {
    const value = this.fields[name];
    if (typeof value !== 'boolean') throw this.wrong(name);
    return value;
  }

  object(name: string): StoredFields {
    return StoredFields.of(this.fields[name]);
  }

  list(name: string): readonly StoredFields[] {
    const value = this.fields[name];
    if (!Array.isArray(value)) throw this.wrong(name);
    return value.map((item: unknown) => StoredFields.of(item));
  }

  textOrNull(name: string): string | null {
    return this.has(name) ? this.text(name) : null;
  }

  intOrNull(name: string): number | null {
    return this.has(name) ? this.int(name) : null;
  }

  objectOrNull(name: string): StoredFields | null {
    return this.has(name) ? this.object(name) : null;
  }

  private has(name: string): boolean {
    return this.fields[name] !== null && this.fields[name] !== undefined;
  }

  private wrong(name: string): InvariantViolation {
    return new InvariantViolation(`a stored report has no ${name} of the expected type`);
  }
}
