import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from '../contracts/imports.js';
import { ROOT } from '../run-command.js';
import { type Artifact, signatureOf } from './artifacts.js';
import { MARKDOWN_HEADER, type Output } from './output.js';

/** Who may call one function. All of it is text, so that Solidity can read the table as well. */
export interface RoleRow {
  readonly contract: string;
  /** Its signature; `receive()` for plain native money. */
  readonly function: string;
  /** Ids of roles, separated by commas. */
  readonly roles: string;
  /** The error everybody else gets; empty where there is nobody else. */
  readonly refusal: string;
  /** Test of the refusal where a call without state does not get as far; empty otherwise. */
  readonly proof: string;
  readonly note: string;
}

export interface RoleTable {
  /** What each role is, by its id. */
  readonly roles: Readonly<Record<string, string>>;
  readonly functions: readonly RoleRow[];
}

/** What the claims of a row may rest on. */
interface Support {
  /** Signatures of the errors of the contract. */
  readonly errors: readonly string[];
  /** Sources of all tests. */
  readonly tests: string;
}

const SOURCE = 'contracts/roles.json';
const TARGET = 'contracts/ROLES.md';
const READS = ['view', 'pure'];
/** Roles that everybody has. */
const OPEN = ['anyone', 'holder', 'signer'];

/** The matrix of roles and functions. */
export function renderRoles(artifacts: readonly Artifact[]): Output {
  const table = JSON.parse(readFileSync(join(ROOT, SOURCE), 'utf8')) as RoleTable;
  const tests = filesBelow(ROOT, 'contracts/test', '.sol')
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
    .join('\n');
  return {
    files: new Map([[TARGET, matrixOf(table)]]),
    folders: [],
    problems: rolesProblems(table, artifacts, tests),
  };
}

/** What the table leaves out, invents or claims without support. */
export function rolesProblems(
  table: RoleTable,
  artifacts: readonly Artifact[],
  tests: string,
): string[] {
  const listed = table.functions.map((row) => `${row.contract}.${row.function}`);
  const existing = artifacts.flatMap((artifact) =>
    changing(artifact).map((name) => `${artifact.name}.${name}`),
  );
  return [
    ...existing
      .filter((name) => !listed.includes(name))
      .map((name) => `${SOURCE}: nobody says who may call ${name}`),
    ...listed
      .filter((name) => !existing.includes(name))
      .map((name) => `${SOURCE}: there is no function ${name}`),
    ...listed
      .filter((name, index) => listed.indexOf(name) < index)
      .map((name) => `${SOURCE}: ${name} is there twice`),
    ...table.functions.flatMap((row) => {
      const support = { errors: errorsOf(artifacts, row.contract), tests };
      return rowProblems(row, table, support).map(
        (problem) => `${SOURCE}: ${row.contract}.${row.function} ${problem}`,
      );
    }),
  ];
}

/** Every function that can change something, and what takes native money. */
function changing({ abi }: Artifact): string[] {
  return abi
    .filter(({ stateMutability = '' }) => !READS.includes(stateMutability))
    .flatMap((entry) => {
      if (entry.type === 'function') return [signatureOf(entry)];
      return ['receive', 'fallback'].includes(entry.type) ? [`${entry.type}()`] : [];
    });
}

function rowProblems(row: RoleRow, table: RoleTable, support: Support): string[] {
  const roles = rolesOf(row);
  const isOpen = roles.some((role) => OPEN.includes(role));
  return [
    ...roles.filter((role) => !(role in table.roles)).map((role) => `names no role: "${role}"`),
    ...(isOpen === (row.refusal === '') ? [] : ['has to name its refusal, or be open to anyone']),
    ...(row.refusal === '' || support.errors.includes(row.refusal)
      ? []
      : [`cannot be refused with ${row.refusal}`]),
    ...(row.proof === '' || support.tests.includes(`function ${row.proof}(`)
      ? []
      : [`names no test: ${row.proof}`]),
  ];
}

function errorsOf(artifacts: readonly Artifact[], contract: string): string[] {
  return (artifacts.find(({ name }) => name === contract)?.abi ?? [])
    .filter(({ type }) => type === 'error')
    .map((entry) => signatureOf(entry));
}

function rolesOf({ roles }: RoleRow): string[] {
  return roles.split(', ');
}

/** One table a contract, with a column for each role that means something to it. */
export function matrixOf({ roles, functions }: RoleTable): string {
  const contracts = [...new Set(functions.map(({ contract }) => contract))].toSorted();
  return [
    MARKDOWN_HEADER,
    '# Roles',
    '',
    'Who may call each function that changes something, and what everybody else gets. The table is `roles.json`;',
    '`npm run check` fails when a function is missing, and `test/unit/Roles.t.sol` calls each as every role and as a',
    'stranger. What a role could do at worst stands in `SPEC.md`.',
    '',
    '| role | who |',
    '|---|---|',
    ...Object.entries(roles).map(([role, who]) => `| ${role} | ${who} |`),
    '',
    ...contracts.flatMap((contract) =>
      tableOf(
        contract,
        functions.filter((row) => row.contract === contract),
        Object.keys(roles),
      ),
    ),
  ].join('\n');
}

function tableOf(contract: string, rows: readonly RoleRow[], order: readonly string[]): string[] {
  const columns = order.filter((role) => rows.some((row) => rolesOf(row).includes(role)));
  return [
    `## ${contract}`,
    '',
    `| function | ${columns.join(' | ')} | everybody else |`,
    `|---|${columns.map(() => ':-:|').join('')}---|`,
    ...rows.map((row) => {
      const cells = columns.map((role) => (rolesOf(row).includes(role) ? 'x' : ''));
      const name = row.function.replace(/\(.*$/s, '');
      const note = row.note === '' ? '' : `, ${row.note}`;
      const refusal = row.refusal === '' ? '' : `\`${row.refusal.replace(/\(.*$/s, '')}\``;
      return `| \`${name}\`${note} | ${cells.join(' | ')} | ${refusal} |`;
    }),
    '',
  ];
}
