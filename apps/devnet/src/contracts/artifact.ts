import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Abi } from 'viem';
import { type Address, DomainError, type Hex, toHex } from '#kernel';

/** What a compiler knows of a contract: enough to deploy and to call it. */
export interface Artifact {
  readonly name: string;
  readonly abi: Abi;
  /** Creation code without constructor arguments; addresses of libraries are zero. */
  readonly bytecode: Hex;
  readonly libraries: readonly LinkedLibrary[];
}

/** A library that is deployed on its own, and where in the creation code its address stands. */
export interface LinkedLibrary {
  readonly name: string;
  /** In bytes. */
  readonly offsets: readonly number[];
}

/** A compiled contract is absent or is not what a compiler writes. */
export class ArtifactUnusable extends DomainError {
  override readonly code = 'devnet.artifact-unusable';
}

const LAYERZERO_FOLDERS = ['', 'uln/', 'uln/uln302/', 'uln/dvn/'] as const;
const require = createRequire(import.meta.url);

/**
 * A contract of this project, as forge compiled it.
 *
 * @throws {ArtifactUnusable} when the contracts were not compiled.
 */
export function projectArtifact(name: string): Artifact {
  const path = join(projectFolder(), 'contracts', 'out', `${name}.sol`, `${name}.json`);
  if (!existsSync(path)) {
    throw new ArtifactUnusable(
      `${name} is not compiled (${path} is missing): run "npm run forge build"`,
    );
  }
  return parseArtifact(name, readFileSync(path, 'utf8'));
}

/** A LayerZero contract, from the bytecode its publisher ships; nothing of it is compiled here. */
export function layerZeroArtifact(name: string): Artifact {
  const manifest = require.resolve('@layerzerolabs/lz-evm-sdk-v2/package.json');
  const root = join(dirname(manifest), 'artifacts', 'contracts');
  const path = LAYERZERO_FOLDERS.map((folder) =>
    join(root, `${folder}${name}.sol`, `${name}.json`),
  ).find((candidate) => existsSync(candidate));
  if (path === undefined) throw new ArtifactUnusable(`the LayerZero SDK ships no ${name}`);
  return parseArtifact(name, readFileSync(path, 'utf8'));
}

/** A contract of Uniswap V2, from the bytecode its publisher ships. */
export function uniswapArtifact(name: string): Artifact {
  const path = require.resolve(`@uniswap/v2-core/build/${name}.json`);
  return parseArtifact(name, readFileSync(path, 'utf8'));
}

/** Reads what forge, hardhat and waffle write; they differ in where the bytecode is. */
function parseArtifact(name: string, text: string): Artifact {
  const content: unknown = JSON.parse(text);
  if (content === null || typeof content !== 'object' || !('abi' in content)) {
    throw new ArtifactUnusable(`the artifact of ${name} has no ABI`);
  }
  if (!isAbi(content.abi)) throw new ArtifactUnusable(`the ABI of ${name} is not a list of items`);
  const bytecode = 'bytecode' in content ? bytecodeOf(content.bytecode) : undefined;
  if (bytecode === undefined) {
    throw new ArtifactUnusable(`the artifact of ${name} has no bytecode`);
  }
  const libraries = 'bytecode' in content ? librariesOf(content.bytecode) : [];
  return { name, abi: content.abi, bytecode, libraries };
}

/** Creation code with the addresses of its libraries in place. */
export function linkedBytecode(
  { bytecode, libraries }: Artifact,
  addressOf: (library: string) => Address,
): Hex {
  let code = bytecode.slice(2);
  for (const { name, offsets } of libraries) {
    const address = addressOf(name).slice(2);
    for (const offset of offsets) {
      code = code.slice(0, offset * 2) + address + code.slice(offset * 2 + address.length);
    }
  }
  return toHex(`0x${code}`);
}

/** What forge writes as `{ file: { library: [{ start, length }] } }`. */
function librariesOf(field: unknown): readonly LinkedLibrary[] {
  const references = propertyOf(field, 'linkReferences');
  return Object.values(Object(references)).flatMap((file: unknown) =>
    Object.entries(Object(file)).map(([name, places]: [string, unknown]) => ({
      name,
      offsets: Array.isArray(places)
        ? places.map((place: unknown) => Number(propertyOf(place, 'start')))
        : [],
    })),
  );
}

function propertyOf(value: unknown, key: string): unknown {
  return value !== null && typeof value === 'object' ? Reflect.get(value, key) : undefined;
}

function bytecodeOf(field: unknown): Hex | undefined {
  if (field !== null && typeof field === 'object' && 'object' in field) {
    return bytecodeOf(field.object);
  }
  if (typeof field !== 'string') return undefined;
  const prefixed = field.startsWith('0x') ? field : `0x${field}`;
  // Where the address of a library belongs the compiler writes `__$…$__`, 20 bytes wide.
  const text = prefixed.replaceAll(/__\$[0-9a-f]{34}\$__/g, '0'.repeat(40));
  return /^0x([0-9a-fA-F]{2})+$/.test(text) ? toHex(text) : undefined;
}

function isAbi(value: unknown): value is Abi {
  return (
    Array.isArray(value) &&
    value.every(
      (item: unknown) => item !== null && typeof item === 'object' && 'type' in item,
    )
  );
}

/** The folder with this project's package.json; the code runs from the sources or from dist. */
function projectFolder(): string {
  let folder = import.meta.dirname;
  for (;;) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return folder;
    const parent = dirname(folder);
    if (parent === folder) throw new ArtifactUnusable('the project folder was not found');
    folder = parent;
  }
}
