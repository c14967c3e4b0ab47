import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../run-command.js';
import { withImports } from './imports.js';

/** A node of the compiler's syntax tree; `src` is `start:length:file` in bytes. */
export interface AstNode {
  readonly id: number;
  readonly nodeType: string;
  readonly src: string;
  readonly [key: string]: unknown;
}

export interface SolcMessage {
  readonly severity: 'error' | 'warning' | 'info';
  readonly errorCode?: string;
  readonly message: string;
  readonly formattedMessage: string;
  readonly sourceLocation?: { readonly file: string; readonly start: number; readonly end: number };
}

export interface SolcOutput {
  readonly errors?: readonly SolcMessage[];
  readonly sources?: Readonly<Record<string, { readonly ast: AstNode }>>;
  /** By path and name; what stands in it was chosen by the settings. */
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface Solc {
  compile(
    input: string,
    callbacks: {
      import(path: string): { contents: string } | { error: string };
      smtSolver?(query: string): { contents: string };
    },
  ): string;
}

/** Compiles with the compiler of the contracts, in this process; forge is not asked. */
export function compileInProcess(options: {
  readonly files: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  /** Texts that stand in for what the files hold, by path. */
  readonly changed?: Readonly<Record<string, string>>;
  /** Answers what the model checker asks a solver, while the compiler waits. */
  readonly solve?: (query: string) => string;
}): SolcOutput {
  const { files, settings, changed = {}, solve } = options;
  const read = (path: string): string => changed[path] ?? readFileSync(join(ROOT, path), 'utf8');
  const sources = Object.fromEntries(
    withImports(ROOT, files).map((path) => [path, { content: read(path) }]),
  );
  const solc = createRequire(import.meta.url)('solc') as Solc;
  const input = JSON.stringify({
    language: 'Solidity',
    sources,
    settings: { evmVersion: 'cancun', remappings: remappings(), ...settings },
  });
  const output = solc.compile(input, {
    import: (path) => ({ contents: read(path) }),
    ...(solve === undefined ? {} : { smtSolver: (query) => ({ contents: solve(query) }) }),
  });
  return JSON.parse(output) as SolcOutput;
}

/** Those of `foundry.toml`, so that an import means the same here. */
function remappings(): string[] {
  const settings = readFileSync(join(ROOT, 'foundry.toml'), 'utf8');
  const list = /^remappings = \[(.*?)^\]/ms.exec(settings)?.[1] ?? '';
  return [...list.matchAll(/"([^"]+)"/g)].map(([, mapping = '']) => mapping);
}

/** @throws when the sources do not compile. */
export function throwOnErrors({ errors = [] }: SolcOutput): void {
  const [first] = errors.filter(({ severity }) => severity === 'error');
  if (first !== undefined) throw new Error(first.formattedMessage);
}
