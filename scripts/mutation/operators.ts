import type { AstNode } from '../contracts/solc.js';

/** A replacement of some bytes of a source by a text. */
export interface Edit {
  readonly operator: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** Where a node stands and what its source says. */
export interface Place {
  readonly node: AstNode;
  /** From the nearest on. */
  readonly ancestors: readonly AstNode[];
  /** The source between two offsets in bytes. */
  readonly textOf: (start: number, end: number) => string;
}

/** By operator: what it becomes, and what kind of mistake that is. */
const BINARY: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  '+': [['arithmetic', '-']],
  '-': [['arithmetic', '+']],
  '*': [['arithmetic', '/']],
  '/': [['arithmetic', '*']],
  '%': [['arithmetic', '*']],
  '**': [['arithmetic', '*']],
  '<<': [['arithmetic', '>>']],
  '>>': [['arithmetic', '<<']],
  '&': [['arithmetic', '|']],
  '|': [['arithmetic', '&']],
  '^': [['arithmetic', '&']],
  '<': [
    ['boundary', '<='],
    ['comparison', '>='],
  ],
  '<=': [
    ['boundary', '<'],
    ['comparison', '>'],
  ],
  '>': [
    ['boundary', '>='],
    ['comparison', '<='],
  ],
  '>=': [
    ['boundary', '>'],
    ['comparison', '<'],
  ],
  '==': [['comparison', '!=']],
  '!=': [['comparison', '==']],
  '&&': [['boolean', '||']],
  '||': [['boolean', '&&']],
};

const ASSIGNMENTS: Readonly<Record<string, readonly string[]>> = {
  '+=': ['-=', '='],
  '-=': ['+=', '='],
  '*=': ['/=', '='],
  '/=': ['*=', '='],
  '%=': ['='],
  '|=': ['&=', '='],
  '&=': ['|=', '='],
  '^=': ['='],
  '<<=': ['>>=', '='],
  '>>=': ['<<=', '='],
};

/** Functions whose first two arguments may be swapped without a difference. */
const COMMUTATIVE = new Set(['min', 'max', 'saturatingAdd', 'mulDiv', 'average']);

/** How far behind a statement its semicolon is looked for. */
const SEMICOLON_REACH = 8;

export function offsetsOf(node: AstNode): { readonly start: number; readonly end: number } {
  const [start = 0, length = 0] = node.src.split(':').map(Number);
  return { start, end: start + length };
}

export function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && 'nodeType' in value;
}

function child(node: AstNode, key: string): AstNode | undefined {
  const value = node[key];
  return isNode(value) ? value : undefined;
}

function replaced(operator: string, node: AstNode, replacement: string): Edit {
  return { operator, ...offsetsOf(node), replacement };
}

/** Every mistake that can be made at this node itself; its children come on their own. */
export function editsAt(place: Place): readonly Edit[] {
  switch (place.node.nodeType) {
    case 'BinaryOperation':
      return binaryEdits(place);
    case 'Assignment':
      return assignmentEdits(place);
    case 'UnaryOperation':
      return unaryEdits(place);
    case 'Literal':
      return literalEdits(place);
    case 'Conditional':
      return negated(place, 'condition');
    case 'IfStatement':
      return ifEdits(place);
    case 'ExpressionStatement':
      return statementEdits(place);
    case 'RevertStatement':
      return deleted('guard', place);
    case 'EmitStatement':
      return deleted('event', place);
    case 'Return':
    case 'Continue':
    case 'Break':
      return deleted('statement', place);
    case 'ModifierInvocation':
      return place.node['kind'] === 'modifierInvocation'
        ? [replaced('modifier', place.node, '')]
        : [];
    case 'UncheckedBlock':
      return uncheckedEdits(place);
    case 'FunctionCall':
      return argumentEdits(place);
    default:
      return [];
  }
}

/** The operator between two expressions, wherever it stands there. */
function between(
  place: Place,
  sides: { readonly left: AstNode; readonly right: AstNode },
  text: string,
): Edit | undefined {
  const { left, right } = sides;
  const from = offsetsOf(left).end;
  const gap = place.textOf(from, offsetsOf(right).start);
  // A comment could hold the operator too; such a place is left alone.
  if (gap.includes('//') || gap.includes('/*')) return undefined;
  const index = gap.indexOf(text);
  if (index < 0) return undefined;
  const start = from + Buffer.byteLength(gap.slice(0, index));
  return { operator: '', start, end: start + text.length, replacement: '' };
}

function binaryEdits(place: Place): readonly Edit[] {
  const left = child(place.node, 'leftExpression');
  const right = child(place.node, 'rightExpression');
  const operator = String(place.node['operator']);
  if (left === undefined || right === undefined) return [];
  const edit = between(place, { left, right }, operator);
  if (edit === undefined) return [];
  return (BINARY[operator] ?? []).map(([kind, replacement]) => ({
    ...edit,
    operator: kind,
    replacement,
  }));
}

function assignmentEdits(place: Place): readonly Edit[] {
  const left = child(place.node, 'leftHandSide');
  const right = child(place.node, 'rightHandSide');
  const operator = String(place.node['operator']);
  if (left === undefined || right === undefined) return [];
  const edit = between(place, { left, right }, operator);
  if (edit === undefined) return [];
  return (ASSIGNMENTS[operator] ?? []).map((replacement) => ({
    ...edit,
    operator: 'assignment',
    replacement,
  }));
}

function unaryEdits({ node, textOf }: Place): readonly Edit[] {
  const operand = child(node, 'subExpression');
  const operator = String(node['operator']);
  if (operand === undefined) return [];
  const { start, end } = offsetsOf(operand);
  const text = textOf(start, end);
  if (operator === '!') return [replaced('boolean', node, text)];
  if (operator === '-' || operator === '~') return [replaced('arithmetic', node, text)];
  if (operator !== '++' && operator !== '--') return [];
  const other = operator === '++' ? '--' : '++';
  return [replaced('assignment', node, node['prefix'] === true ? other + text : text + other)];
}

function literalEdits({ node, ancestors: [parent], textOf }: Place): readonly Edit[] {
  const { start, end } = offsetsOf(node);
  const text = textOf(start, end);
  if (node['kind'] === 'bool') {
    return [replaced('boolean', node, text === 'true' ? 'false' : 'true')];
  }
  // The length of an array is part of a type, and 40 hex digits are an address.
  if (node['kind'] !== 'number' || parent?.nodeType === 'ArrayTypeName') return [];
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return [];
  const isZero = /^(0|0x0+)$/.test(text);
  return [
    replaced('constant', node, isZero ? '1' : `(${text} + 1)`),
    ...(isZero ? [] : [replaced('constant', node, `(${text} - 1)`)]),
  ];
}

function negated({ node, textOf }: Place, key: string): readonly Edit[] {
  const condition = child(node, key);
  if (condition === undefined) return [];
  const { start, end } = offsetsOf(condition);
  return [replaced('boolean', condition, `!(${textOf(start, end)})`)];
}

/** A guard is forgotten; any other branch is taken always or never. */
function ifEdits(place: Place): readonly Edit[] {
  const { node } = place;
  const condition = child(node, 'condition');
  const body = child(node, 'trueBody');
  if (condition === undefined || body === undefined) return [];
  if (isRefusal(body) && child(node, 'falseBody') === undefined) return deleted('guard', place);
  return [replaced('branch', condition, 'true'), replaced('branch', condition, 'false')];
}

function isRefusal(body: AstNode): boolean {
  const { statements } = body;
  const only: unknown = Array.isArray(statements) && statements.length === 1 ? statements[0] : body;
  return isNode(only) && only.nodeType === 'RevertStatement';
}

function statementEdits(place: Place): readonly Edit[] {
  const { node, ancestors } = place;
  // The head of a loop has no room for a block, and a loop without its step never ends.
  const isStep = child(ancestors[0] ?? node, 'loopExpression') === node;
  return isStep || isAssertion(child(node, 'expression')) ? [] : deleted('statement', place);
}

/** What an assertion states cannot be broken from outside, so nobody can miss it. */
function isAssertion(expression: AstNode | undefined): boolean {
  return expression !== undefined && nameOf(child(expression, 'expression')) === 'assert';
}

/** With its semicolon, which the tree leaves out. The empty block may stand wherever it stood. */
function deleted(operator: string, { node, ancestors, textOf }: Place): readonly Edit[] {
  if (node.nodeType === 'RevertStatement' && isBodyOfGuard(ancestors)) return [];
  const { start, end } = offsetsOf(node);
  const semicolon = /^\s*;/.exec(textOf(end, end + SEMICOLON_REACH))?.[0] ?? '';
  return [{ operator, start, end: end + semicolon.length, replacement: '{}' }];
}

/** Deleting the refusal of a guard says the same as deleting the guard. */
function isBodyOfGuard([parent, grandparent]: readonly AstNode[]): boolean {
  if (parent?.nodeType === 'IfStatement') return true;
  const isOnly = Array.isArray(parent?.['statements']) && parent['statements'].length === 1;
  return isOnly && grandparent?.nodeType === 'IfStatement';
}

function uncheckedEdits({ node, textOf }: Place): readonly Edit[] {
  const { start, end } = offsetsOf(node);
  const text = textOf(start, end);
  return text.startsWith('unchecked')
    ? [replaced('unchecked', node, text.slice('unchecked'.length))]
    : [];
}

/** Neighbours of the same type are the ones that a caller confuses. */
function argumentEdits({ node, textOf }: Place): readonly Edit[] {
  const args = Array.isArray(node['arguments']) ? node['arguments'].filter(isNode) : [];
  const names = node['names'];
  if (node['kind'] === 'typeConversion' || (Array.isArray(names) && names.length > 0)) return [];
  const isCommutative = COMMUTATIVE.has(nameOf(child(node, 'expression')));
  return args.slice(1).flatMap((second, index) => {
    const first = args[index];
    if (first === undefined || (isCommutative && index === 0)) return [];
    if (typeOf(first) !== typeOf(second)) return [];
    const [a, b] = [offsetsOf(first), offsetsOf(second)];
    const [left, right] = [textOf(a.start, a.end), textOf(b.start, b.end)];
    if (left === right) return [];
    const replacement = right + textOf(a.end, b.start) + left;
    return [{ operator: 'arguments', start: a.start, end: b.end, replacement }];
  });
}

function typeOf(node: AstNode): unknown {
  return (node['typeDescriptions'] as { readonly typeString?: string } | undefined)?.typeString;
}

function nameOf(node: AstNode | undefined): string {
  const name = node?.['memberName'] ?? node?.['name'];
  return typeof name === 'string' ? name : '';
}
