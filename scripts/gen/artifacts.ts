import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, withImports } from '../contracts/imports.js';
import { compileInProcess, throwOnErrors, type AstNode } from '../contracts/solc.js';
import { ROOT } from '../run-command.js';

export interface AbiParameter {
  readonly name: string;
  readonly type: string;
  readonly components?: readonly AbiParameter[];
  readonly indexed?: boolean;
}

export interface AbiEntry {
  readonly type: string;
  readonly name?: string;
  readonly inputs?: readonly AbiParameter[];
  readonly outputs?: readonly AbiParameter[];
  readonly stateMutability?: string;
  readonly anonymous?: boolean;
}

export interface StorageItem {
  readonly label: string;
  readonly offset: number;
  readonly slot: string;
  readonly type: string;
}

export interface StorageLayout {
  readonly storage: readonly StorageItem[];
  readonly types: Readonly<Record<string, StorageType>> | null;
}

export interface StorageType {
  readonly encoding: string;
  readonly label: string;
  readonly numberOfBytes: string;
  readonly base?: string;
  readonly key?: string;
  readonly value?: string;
  readonly members?: readonly StorageItem[];
}

/** What can be deployed: a contract that is not abstract, or a library that others are linked to. */
export interface Artifact {
  readonly name: string;
  readonly path: string;
  readonly abi: readonly AbiEntry[];
  readonly storageLayout: StorageLayout;
}

interface RawContract {
  readonly abi: readonly AbiEntry[];
  readonly storageLayout: StorageLayout;
}

const SOURCES = 'contracts/src';
const CACHE = join(ROOT, 'contracts', 'cache', 'gen');
/** A change of what is kept makes what was kept useless. */
const CACHE_VERSION = '2';

/**
 * Everything deployable below `contracts/src`, by name. Compiles without generating code, and not
 * at all while the sources are those of the last time.
 *
 * @throws when the sources do not compile.
 */
export function readArtifacts(): readonly Artifact[] {
  const files = filesBelow(ROOT, SOURCES, '.sol');
  const hash = createHash('sha256').update(CACHE_VERSION);
  for (const path of [...withImports(ROOT, files), 'package-lock.json', 'foundry.toml']) {
    hash.update(path).update(readFileSync(join(ROOT, path)));
  }
  const cached = join(CACHE, `${hash.digest('hex')}.json`);
  if (existsSync(cached)) return JSON.parse(readFileSync(cached, 'utf8')) as readonly Artifact[];
  const artifacts = compile(files);
  rmSync(CACHE, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(cached, JSON.stringify(artifacts));
  return artifacts;
}

function compile(files: readonly string[]): readonly Artifact[] {
  const output = compileInProcess({
    files,
    settings: { outputSelection: { '*': { '*': ['abi', 'storageLayout'], '': ['ast'] } } },
  });
  throwOnErrors(output);
  const artifacts = files.flatMap((path) => {
    const contracts = (output.contracts?.[path] ?? {}) as Readonly<Record<string, RawContract>>;
    const nodes = (output.sources?.[path]?.ast['nodes'] ?? []) as readonly AstNode[];
    return Object.entries(contracts)
      .filter(([name]) => nodes.some((node) => isDeployable(node, name)))
      .map(([name, { abi, storageLayout }]) => ({ name, path, abi, storageLayout }));
  });
  return artifacts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Others are linked to a library that has functions to call from outside. */
function isDeployable(node: AstNode, name: string): boolean {
  if (node.nodeType !== 'ContractDefinition' || node['name'] !== name) return false;
  if (node['contractKind'] === 'contract') return node['abstract'] !== true;
  const members = node['nodes'] as readonly AstNode[];
  return (
    node['contractKind'] === 'library' &&
    members.some(
      ({ nodeType, visibility }) =>
        nodeType === 'FunctionDefinition' && ['external', 'public'].includes(String(visibility)),
    )
  );
}

/** `transfer(address,uint256)`; a structure is the list of its fields. */
export function signatureOf({ name = '', inputs = [] }: AbiEntry): string {
  return `${name}(${inputs.map((input) => typeOf(input)).join(',')})`;
}

function typeOf({ type, components }: AbiParameter): string {
  if (components === undefined) return type;
  return type.replace('tuple', `(${components.map((part) => typeOf(part)).join(',')})`);
}
