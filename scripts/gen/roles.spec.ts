import { describe, expect, it } from 'vitest';
import type { Artifact } from './artifacts.js';
import { matrixOf, type RoleRow, rolesProblems, type RoleTable } from './roles.js';

const layout = { storage: [], types: null };
const gate: Artifact = {
  name: 'Gate',
  path: 'contracts/src/Gate.sol',
  abi: [
    { type: 'function', name: 'open', inputs: [], stateMutability: 'nonpayable' },
    { type: 'function', name: 'isOpen', inputs: [], stateMutability: 'view' },
    { type: 'receive', stateMutability: 'payable' },
    { type: 'error', name: 'Gate_OnlyOwner', inputs: [{ name: 'caller', type: 'address' }] },
  ],
  storageLayout: layout,
};
const open: RoleRow = {
  contract: 'Gate',
  function: 'open()',
  roles: 'owner',
  refusal: 'Gate_OnlyOwner(address)',
  proof: '',
  note: '',
};
const pay: RoleRow = { ...open, function: 'receive()', roles: 'anyone', refusal: '', note: 'fees' };

function table(...functions: readonly RoleRow[]): RoleTable {
  return { roles: { anyone: 'any account', owner: 'its owner' }, functions };
}

function problems(...rows: readonly RoleRow[]): string[] {
  return rolesProblems(table(...rows), [gate], 'function test_Opens() external {');
}

describe('rolesProblems', () => {
  it('finds nothing in a complete table', () => {
    expect(problems({ ...open, proof: 'test_Opens' }, pay)).toEqual([]);
  });

  it('names functions that are missing, invented or there twice', () => {
    expect(problems(pay, pay, { ...open, function: 'shut()' })).toEqual([
      'contracts/roles.json: nobody says who may call Gate.open()',
      'contracts/roles.json: there is no function Gate.shut()',
      'contracts/roles.json: Gate.receive() is there twice',
    ]);
  });

  it('names claims without support', () => {
    expect(problems({ ...open, roles: 'owner, king', proof: 'test_Shuts' }, pay)).toEqual([
      'contracts/roles.json: Gate.open() names no role: "king"',
      'contracts/roles.json: Gate.open() names no test: test_Shuts',
    ]);
    expect(problems({ ...open, refusal: '' }, { ...pay, refusal: 'No()' })).toEqual([
      'contracts/roles.json: Gate.open() has to name its refusal, or be open to anyone',
      'contracts/roles.json: Gate.receive() has to name its refusal, or be open to anyone',
      'contracts/roles.json: Gate.receive() cannot be refused with No()',
    ]);
  });
});

describe('matrixOf', () => {
  it('has a column for each role of the contract', () => {
    const lines = matrixOf(table(open, pay)).split('\n');
    expect(lines.slice(lines.indexOf('## Gate'))).toEqual([
      '## Gate',
      '',
      '| function | anyone | owner | everybody else |',
      '|---|:-:|:-:|---|',
      '| `open` |  | x | `Gate_OnlyOwner` |',
      '| `receive`, fees | x |  |  |',
      '',
    ]);
  });
});
