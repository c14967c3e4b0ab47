import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { foundryBinary } from '../foundry-binary.js';
import { ROOT, runCommand } from '../run-command.js';
import { readForgeReport, type TestResult } from './forge-report.js';
import { filesBelow, withImports } from './imports.js';

/**
 * Unoptimized code compiles four times as fast and does the same. Whoever measures gas or size
 * must not use a workbench.
 */
const ENVIRONMENT = {
  FOUNDRY_OPTIMIZER: 'false',
  // Such code needs more gas than forge gives a test, and tests that try every order need most.
  FOUNDRY_GAS_LIMIT: String(2n ** 63n - 1n),
};
const SETTINGS = 'foundry.toml';
/** Tables that tests read. */
const READ = /^contracts\/(roles\.json|storage\/)/;

export type ForgeOutcome =
  | { readonly kind: 'not compiled'; readonly output: string }
  | { readonly kind: 'timed out' }
  | { readonly kind: 'ran'; readonly tests: readonly TestResult[]; readonly seconds: number };

interface ForgeOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** A copy of the contracts and of some of their tests, to be changed and run without harm. */
export class Workbench {
  private constructor(readonly folder: string) {}

  /**
   * @param testFiles Paths of the tests to copy; what they import comes along.
   */
  static create(testFiles: readonly string[]): Workbench {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-workbench-'));
    const tests = withImports(ROOT, testFiles).filter((path) => path.startsWith('contracts/test/'));
    const sources = filesBelow(ROOT, 'contracts/src', '.sol');
    const tables = filesBelow(ROOT, 'contracts', '.json').filter((path) => READ.test(path));
    for (const path of [...sources, ...tests, ...tables]) copyInto(folder, path);
    cpSync(join(ROOT, 'contracts/bin'), join(folder, 'contracts/bin'), { recursive: true });
    writeFileSync(join(folder, SETTINGS), ownSettings());
    linkPackages(folder);
    return new Workbench(folder);
  }

  /** A second one with what the first has compiled so far. */
  clone(): Workbench {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-workbench-'));
    cpSync(this.folder, folder, {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
    });
    return new Workbench(folder);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Runs every test of the copy; a filter would make forge read all sources twice. */
  async test(options: ForgeOptions): Promise<ForgeOutcome> {
    const startedAt = performance.now();
    const { output, stdout } = await this.forge({
      ...options,
      args: ['test', '--json', ...options.args],
    });
    const milliseconds = performance.now() - startedAt;
    if (milliseconds >= options.timeoutMs) return { kind: 'timed out' };
    const tests = readForgeReport(stdout);
    if (tests === undefined) return { kind: 'not compiled', output: `${output}${stdout}` };
    return { kind: 'ran', tests, seconds: milliseconds / 1000 };
  }

  async forge({ args, env = {}, timeoutMs }: ForgeOptions): Promise<{
    readonly exitCode: number;
    readonly output: string;
    readonly stdout: string;
  }> {
    const stdoutFile = join(this.folder, 'stdout.txt');
    // Inputs that failed before would be tried again, on sources that are no longer there.
    rmSync(join(this.folder, 'cache'), { recursive: true, force: true });
    const { exitCode, output } = await runCommand({
      argv: [foundryBinary('forge'), ...args],
      env: { ...ENVIRONMENT, ...env },
      cwd: this.folder,
      timeoutMs,
      isEchoed: false,
      stdoutFile,
    });
    return { exitCode, output, stdout: readFileSync(stdoutFile, 'utf8') };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function copyInto(folder: string, path: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), readFileSync(join(ROOT, path)));
}

/**
 * The settings of the copy. Profiles that differ in the optimizer mean nothing here, and would have
 * some files compiled twice. Forge asks for a permission where a link leads out of the copy.
 */
function ownSettings(): string {
  return readFileSync(join(ROOT, SETTINGS), 'utf8')
    .replace(/^additional_compiler_profiles = .*\n/m, '')
    .replace(/^compilation_restrictions = \[.*?^\]\n/ms, '')
    .replace(
      'path = "node_modules"',
      `path = ${JSON.stringify(realpathSync(join(ROOT, 'node_modules')))}`,
    );
}

/** A real folder of links: forge would resolve one link to all and take its cache for another's. */
function linkPackages(folder: string): void {
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name.startsWith('.')) continue;
    symlinkSync(
      realpathSync(join(ROOT, 'node_modules', name)),
      join(folder, 'node_modules', name),
    );
  }
}
