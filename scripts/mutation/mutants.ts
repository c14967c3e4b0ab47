import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from '../contracts/imports.js';
import { type AstNode, compileInProcess, throwOnErrors } from '../contracts/solc.js';
import { ROOT } from '../run-command.js';
import { type Edit, editsAt, isNode } from './operators.js';

/** One mistake in one source file. */
export interface Mutant extends Edit {
  /** Of the mistake and its surroundings; it survives changes elsewhere in the file. */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  /** `Contract.function`. */
  readonly scope: string;
  /** The lines it touches, on one line. */
  readonly before: string;
  readonly after: string;
}

/** Interfaces decide nothing, and what only the local network deploys holds no value. */
const LEFT_OUT = ['contracts/src/interfaces/', 'contracts/src/dev/'];
const SOURCES = 'contracts/src';

/** Every mutant of our contracts, in the order of their places. */
export function allMutants(): readonly Mutant[] {
  const files = filesBelow(ROOT, SOURCES, '.sol').filter(
    (file) => !LEFT_OUT.some((folder) => file.startsWith(folder)),
  );
  const output = compileInProcess({
    files,
    settings: { outputSelection: { '*': { '': ['ast'] } } },
  });
  throwOnErrors(output);
  return files.flatMap((file) => {
    const ast = output.sources?.[file]?.ast;
    if (ast === undefined) throw new Error(`the compiler returned no tree of ${file}`);
    return mutantsOf({ file, ast, source: readFileSync(join(ROOT, file)) });
  });
}

export function mutantsOf(options: {
  readonly file: string;
  readonly ast: AstNode;
  readonly source: Buffer;
}): readonly Mutant[] {
  const { file, ast, source } = options;
  const textOf = (start: number, end: number): string => source.subarray(start, end).toString();
  const mutants: Mutant[] = [];
  const seen = new Map<string, number>();
  walk(ast, [], (node, ancestors) => {
    for (const edit of editsAt({ node, ancestors, textOf })) {
      const scope = scopeOf([node, ...ancestors]);
      const lines = linesAround(source, edit);
      const key = [file, scope, edit.operator, lines.before, lines.after].join('\n');
      const nth = (seen.get(key) ?? 0) + 1;
      seen.set(key, nth);
      const id = hashOf(`${key}\n${nth}`).slice(0, ID_LENGTH);
      mutants.push({ ...edit, ...lines, id, file, scope });
    }
  });
  return mutants.toSorted((a, b) => a.start - b.start || a.end - b.end);
}

const ID_LENGTH = 12;

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The source with the mistake in it. */
export function mutated(source: Buffer, { start, end, replacement }: Edit): string {
  return Buffer.concat([
    source.subarray(0, start),
    Buffer.from(replacement),
    source.subarray(end),
  ]).toString();
}

/** The same order for the same seed, whatever else is mutated. */
export function shuffled(mutants: readonly Mutant[], seed: string): readonly Mutant[] {
  return mutants
    .map((mutant): [string, Mutant] => [hashOf(`${seed} ${mutant.id}`), mutant])
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, mutant]) => mutant);
}

/** Assembly is left alone: there is none of ours that decides anything. */
function walk(
  node: AstNode,
  ancestors: readonly AstNode[],
  visit: (node: AstNode, ancestors: readonly AstNode[]) => void,
): void {
  if (node.nodeType === 'InlineAssembly') return;
  visit(node, ancestors);
  for (const value of Object.values(node)) {
    const children: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const next of children) if (isNode(next)) walk(next, [node, ...ancestors], visit);
  }
}

function scopeOf(nodes: readonly AstNode[]): string {
  const kinds = ['ContractDefinition', 'FunctionDefinition', 'ModifierDefinition'];
  return nodes
    .filter(({ nodeType }) => kinds.includes(nodeType))
    .map((node) => String(node['name'] === '' ? node['kind'] : node['name']))
    .toReversed()
    .join('.');
}

function linesAround(
  source: Buffer,
  edit: Edit,
): { readonly line: number; readonly before: string; readonly after: string } {
  const newline = '\n'.charCodeAt(0);
  const from = source.lastIndexOf(newline, edit.start - 1) + 1;
  const found = source.indexOf(newline, edit.end);
  const to = found < 0 ? source.length : found;
  const textOf = (start: number, end: number): string => source.subarray(start, end).toString();
  return {
    line: textOf(0, edit.start).split('\n').length,
    before: onOneLine(textOf(from, to)),
    after: onOneLine(textOf(from, edit.start) + edit.replacement + textOf(edit.end, to)),
  };
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
