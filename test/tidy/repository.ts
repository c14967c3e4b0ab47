import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

export interface RepositoryFile {
  readonly path: string;
  readonly name: string;
  readonly text: string;
  readonly lineCount: number;
  readonly isTest: boolean;
}

const TEST_FILE = /\.(spec|int-spec|chaos-spec|e2e-spec)\.ts$|^contracts\/test\//;
const BINARY = /\.(png|jpe?g|gif|ico|woff2?|pdf|gz|zip)$/;

/** Every text file that is or would be committed, the lockfile and generated files included. */
export const files: readonly RepositoryFile[] = execFileSync(
  'git',
  ['ls-files', '-co', '--exclude-standard'],
  { cwd: ROOT, encoding: 'utf8' },
)
  .split('\n')
  .filter((path) => path !== '' && !BINARY.test(path) && existsSync(join(ROOT, path)))
  .map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return {
      path,
      name: basename(path),
      text,
      lineCount: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
      isTest: TEST_FILE.test(path),
    };
  });

/** Written by hand: neither generated nor a lockfile. */
export const authored = files.filter(
  ({ path, name }) => !path.includes('/generated/') && name !== 'package-lock.json',
);

/** Frameworks that the benches run beside us want file names of their own. */
const PEERS = 'test/bench/peers/';

export const typescript = authored.filter(
  ({ path }) => path.endsWith('.ts') && !path.startsWith(PEERS),
);
export const solidity = authored.filter(({ path }) => path.endsWith('.sol'));

/** `path:line: text` of every line that matches. */
export function linesMatching(
  pattern: RegExp,
  among: readonly RepositoryFile[] = authored,
): string[] {
  return among.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 100)}`] : [],
      ),
  );
}

/** A pattern that does not match its own source: `anyWord('FIX|ME', 'HA|CK')`. */
export function anyWord(...words: readonly string[]): RegExp {
  return new RegExp(`\\b(${words.map((word) => word.replace('|', '')).join('|')})\\b`);
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, { readonly source: string; readonly default: string }>>;
  readonly scripts: Readonly<Record<string, string>>;
}

export const manifest = readJson('package.json') as Manifest;

/** Version by name, over all three kinds of direct dependencies. */
export const directDependencies: Readonly<Record<string, string>> = {
  ...manifest.dependencies,
  ...manifest.devDependencies,
  ...manifest.optionalDependencies,
};
