import { InvalidArgumentError } from 'commander';

const UINT32_MAX = 4_294_967_295;

/** @throws {InvalidArgumentError} unless `text` is a whole number from 1 in plain digits. */
export function positiveInt(text: string): number {
  const value = /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > UINT32_MAX) {
    throw new InvalidArgumentError(`"${text}" is not a whole number from 1 to ${UINT32_MAX}.`);
  }
  return value;
}

/** @throws {InvalidArgumentError} unless `text` looks like an address; the API checks the rest. */
export function addressText(text: string): string {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) {
    throw new InvalidArgumentError(`"${text}" is not an address (0x and 40 hex digits).`);
  }
  return text;
}

/** @throws {InvalidArgumentError} unless `text` is 32 bytes of hex. */
export function guidText(text: string): string {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text)) {
    throw new InvalidArgumentError(`"${text}" is not a guid (0x and 64 hex digits).`);
  }
  return text;
}

/** @throws {InvalidArgumentError} unless `text` is 32 bytes of hex. */
export function rootText(text: string): string {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text)) {
    throw new InvalidArgumentError(`"${text}" is not a root (0x and 64 hex digits).`);
  }
  return text;
}

/** @throws {InvalidArgumentError} unless `text` is a whole number in plain digits. */
export function proposalId(text: string): string {
  if (!/^(0|[1-9][0-9]{0,77})$/.test(text)) {
    throw new InvalidArgumentError(`"${text}" is not a proposal number.`);
  }
  return text;
}

/** @throws {InvalidArgumentError} unless `text` is a chain key, a colon and a number. */
export function commandId(text: string): string {
  if (!/^[a-z][a-z0-9-]{0,30}:[1-9][0-9]{0,9}$/.test(text)) {
    throw new InvalidArgumentError(`"${text}" is not a command, such as alpha:7.`);
  }
  return text;
}
