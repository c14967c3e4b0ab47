import type { AstNode } from '../contracts/solc.js';

export type Engine = 'chc' | 'bmc';

/** One `assert` of a harness. */
export interface Assertion {
  readonly file: string;
  readonly contract: string;
  readonly name: string;
  readonly line: number;
  readonly engine: Engine;
  /** Ids of `@custom:property`. */
  readonly properties: readonly string[];
  /** Place in the source, in bytes. */
  readonly start: number;
  readonly end: number;
  /** Whether whoever reaches the end of the function has passed it: it is in no branch. */
  readonly isOnTheWay: boolean;
}

const ENGINE_TAG = /@custom:engine bmc\b/;
const PROPERTY_TAG = /@custom:property ([^\n]+)/;

/** Every assertion of the contracts of one file, in the order of the source. */
export function assertionsOf(file: string, ast: AstNode, source: string): readonly Assertion[] {
  const bytes = Buffer.from(source);
  return childrenOf(ast)
    .filter(({ nodeType }) => nodeType === 'ContractDefinition')
    .flatMap((contract) => {
      const engine = ENGINE_TAG.test(docOf(contract)) ? 'bmc' : 'chc';
      return descendantsOf(contract)
        .filter(({ nodeType }) => nodeType === 'FunctionDefinition')
        .flatMap((definition) =>
          descendantsOf(definition)
            .filter(isAssert)
            .map((call): Assertion => {
              const [start = 0, length = 0] = call.src.split(':').map(Number);
              return {
                file,
                contract: String(contract['name']),
                name: String(definition['name']) || 'constructor',
                line: bytes.subarray(0, start).toString().split('\n').length,
                engine,
                properties: propertiesOf(docOf(definition)),
                start,
                end: start + length,
                isOnTheWay: statementsOf(definition).includes(call),
              };
            }),
        );
    })
    .toSorted((a, b) => a.start - b.start);
}

/**
 * Those assertions that have to be reached for all of them to be: who reaches the last one of a
 * function has passed the others that are in no branch.
 */
export function furthest(assertions: readonly Assertion[]): readonly Assertion[] {
  return assertions.filter(
    ({ contract, name, start, isOnTheWay }) =>
      !isOnTheWay ||
      !assertions.some(
        (later) =>
          later.contract === contract &&
          later.name === name &&
          later.start > start &&
          later.isOnTheWay,
      ),
  );
}

/** The source with `false` in the place of one of its assertions, and the others taken for true. */
export function probeOf(
  source: string,
  assertions: readonly Assertion[],
  probed: Assertion,
): string {
  const bytes = Buffer.from(source);
  const ends = [0, ...assertions.map(({ end }) => end)];
  const parts = assertions.map((assertion, index) => {
    const before = bytes.subarray(ends[index], assertion.start).toString();
    const call = bytes.subarray(assertion.start, assertion.end).toString();
    return before + (assertion === probed ? 'assert(false)' : call.replace('assert', 'require'));
  });
  return [...parts, bytes.subarray(ends.at(-1)).toString()].join('');
}

function isAssert(node: AstNode): boolean {
  const callee = node['expression'] as AstNode | undefined;
  return node.nodeType === 'FunctionCall' && callee?.['name'] === 'assert';
}

/** Expressions that are statements of the body itself. */
function statementsOf(definition: AstNode): readonly unknown[] {
  const body = definition['body'] as { readonly statements?: readonly AstNode[] } | null;
  return (body?.statements ?? []).map((statement) => statement['expression']);
}

function propertiesOf(documentation: string): readonly string[] {
  const list = PROPERTY_TAG.exec(documentation)?.[1] ?? '';
  return list
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}

function docOf(node: AstNode): string {
  const documentation = node['documentation'] as { readonly text?: string } | null | undefined;
  return documentation?.text ?? '';
}

function descendantsOf(node: AstNode): readonly AstNode[] {
  return childrenOf(node).flatMap((child) => [child, ...descendantsOf(child)]);
}

function childrenOf(node: AstNode): readonly AstNode[] {
  return Object.values(node)
    .flatMap((value: unknown) => (Array.isArray(value) ? (value as unknown[]) : [value]))
    .filter((value): value is AstNode => isNode(value));
}

function isNode(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'nodeType' in value;
}
