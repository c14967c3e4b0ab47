import { describe, expect, it } from 'vitest';
import type { AstNode } from '../contracts/solc.js';
import { type Assertion, assertionsOf, furthest, probeOf } from './harness.js';

const source = 'é\ncontract A {\n  f { assert(x); }\n}\n';
const start = Buffer.from(source).indexOf('assert');

function node(nodeType: string, rest: Readonly<Record<string, unknown>>): AstNode {
  return { id: 1, src: `${start}:9:0`, nodeType, ...rest };
}

const call = node('FunctionCall', { expression: node('Identifier', { name: 'assert' }) });

function fileWith(contractText: string, functionName: string): AstNode {
  const body = node('Block', { statements: [node('ExpressionStatement', { expression: call })] });
  const documentation = { text: '@custom:property H-01, B-03\n@dev Why.' };
  const definition = node('FunctionDefinition', { name: functionName, documentation, body });
  return node('SourceUnit', {
    nodes: [
      node('ContractDefinition', {
        name: 'A',
        documentation: { text: contractText },
        nodes: [definition],
      }),
    ],
  });
}

describe('assertionsOf', () => {
  it('names contract, function, line, properties and place of an assertion', () => {
    expect(assertionsOf('A.sol', fileWith('@notice Text.', 'f'), source)).toEqual([
      {
        file: 'A.sol',
        contract: 'A',
        name: 'f',
        line: 3,
        engine: 'chc',
        properties: ['H-01', 'B-03'],
        start,
        end: start + 9,
        isOnTheWay: true,
      },
    ]);
  });

  it('knows the engine by its tag and a constructor by its missing name', () => {
    const [found] = assertionsOf('A.sol', fileWith('@custom:engine bmc, because.', ''), source);
    expect(found?.engine).toBe('bmc');
    expect(found?.name).toBe('constructor');
  });
});

describe('probeOf', () => {
  it('puts false in the place of one assertion and takes the others for true', () => {
    const text = 'é assert(a);\nif (x) assert(f(b)); end';
    const placeOf = (part: string): Assertion => {
      const at = Buffer.from(text).indexOf(part);
      const rest = { file: 'A.sol', contract: 'A', name: 'f', line: 1, properties: [] };
      return { ...rest, engine: 'chc', isOnTheWay: true, start: at, end: at + part.length };
    };
    const assertions = ['assert(a)', 'assert(f(b))'].map(placeOf);
    expect(assertions.map((assertion) => probeOf(text, assertions, assertion))).toEqual([
      'é assert(false);\nif (x) require(f(b)); end',
      'é require(a);\nif (x) assert(false); end',
    ]);
  });
});

describe('furthest', () => {
  it('leaves out what lies on the way to a later assertion of the function', () => {
    const [first] = assertionsOf('A.sol', fileWith('@notice Text.', 'f'), source);
    if (first === undefined) throw new Error('no assertion');
    const last = { ...first, start: 50, end: 59 };
    const branch = { ...first, start: 30, end: 39, isOnTheWay: false };
    const other = { ...first, name: 'g', start: 90, end: 99 };
    expect(furthest([first, branch, last, other])).toEqual([branch, last, other]);
    expect(furthest([last, { ...branch, start: 70 }])).toEqual([last, { ...branch, start: 70 }]);
  });
});
