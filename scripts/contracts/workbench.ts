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
const ENVIRONMENT = { FOUNDRY_OPTIMIZER: 'false' };
const SETTINGS = 'foundry.toml';

export type ForgeOutcome =
  | { readonly kind: 'not compiled'; readonly output: string }
  | { readonly kind: 'timed out' }
  | { readonly kind: 'ran'; readonly tests: readonly TestResult[]; readonly seconds: number };

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
    for (const path of [...sources, ...tests]) copyInto(folder, path);
    cpSync(join(ROOT, 'contracts/bin'), join(folder, 'contracts/bin'), { recursive: true });
    // What a folder of links resolves to is outside of the copy, and forge asks for a permission.
    const settings = readFileSync(join(ROOT, SETTINGS), 'utf8').replace(
      'path = "node_modules"',
      `path = ${JSON.stringify(realpathSync(join(ROOT, 'node_modules')))}`,
    );
    writeFileSync(join(folder, SETTINGS), settings);
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
  async test(options: {
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
  }): Promise<ForgeOutcome> {
    const report = join(this.folder, 'report.json');
    // Inputs that failed before would be tried again, on sources that are no longer there.
    rmSync(join(this.folder, 'cache'), { recursive: true, force: true });
    const startedAt = performance.now();
    const { output } = await runCommand({
      argv: [foundryBinary('forge'), 'test', '--json', ...(options.args ?? [])],
      env: { ...ENVIRONMENT, ...options.env },
      cwd: this.folder,
      timeoutMs: options.timeoutMs,
      isEchoed: false,
      stdoutFile: report,
    });
    const milliseconds = performance.now() - startedAt;
    if (milliseconds >= options.timeoutMs) return { kind: 'timed out' };
    const stdout = readFileSync(report, 'utf8');
    const tests = readForgeReport(stdout);
    if (tests === undefined) return { kind: 'not compiled', output: `${output}${stdout}` };
    return { kind: 'ran', tests, seconds: milliseconds / 1000 };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function copyInto(folder: string, path: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), readFileSync(join(ROOT, path)));
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
