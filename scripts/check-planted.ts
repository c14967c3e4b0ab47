/**
 * Proves that every rule of `npm run check` bites: plants one violation a rule into a copy of the
 * repository, runs the rule's command there and expects it to fail and to name rule and violation.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { boundaries } from './planted/boundaries.js';
import { coverage, invariant, mutation, proofs, seeded } from './planted/contract-tests.js';
import { generated } from './planted/generated.js';
import { lint } from './planted/lint.js';
import type { Plant, Plot } from './planted/plant.js';
import { tidy } from './planted/tidy.js';
import { contracts, format, typecheck, unused } from './planted/tools.js';
import { ROOT, runCommand } from './run-command.js';

const COMMAND_TIMEOUT_MS = 5 * 60_000;
const PLOTS: readonly Plot[] = [
  format,
  lint,
  boundaries,
  typecheck,
  unused,
  tidy,
  contracts,
  generated,
  seeded,
  invariant,
  mutation,
  coverage,
  proofs,
];

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Copies what the plot needs, as `git` would commit it, and shares the installed packages. */
function copyRepository(folder: string, { copies, links = [] }: Plot): void {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...copies], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const path of listed.split('\n').filter((line) => line !== '')) {
    if (!existsSync(join(ROOT, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    // Unlike writing the text anew, this keeps what may be executed executable.
    copyFileSync(join(ROOT, path), join(folder, path));
  }
  for (const path of ['node_modules', ...links]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(join(ROOT, path), join(folder, path));
  }
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
}

function plantAll(folder: string, plants: readonly Plant[]): void {
  for (const { rule, files = {}, edits = {} } of plants) {
    for (const [path, text] of Object.entries(files)) write(folder, path, text);
    for (const [path, edit] of Object.entries(edits)) {
      const before = readFileSync(join(folder, path), 'utf8');
      const after = edit(before);
      if (after === before) throw new Error(`the plant for "${rule}" changes nothing in ${path}`);
      write(folder, path, after);
    }
  }
}

function isFound(plot: Plot, { rule, names }: Plant, output: string): boolean {
  const found = output.split('\n');
  const isNamed = found.some((line) => names.every((name) => line.includes(name)));
  const isRuleNamed =
    plot.isNamedApart === true
      ? found.some((line) => line.includes(rule))
      : plot.rules === undefined ||
        found.some((line) => line.includes(rule) && line.includes(names[0] ?? ''));
  return isNamed && isRuleNamed;
}

/** What is wrong with the outcome; nothing when every plant was caught. */
async function misses(plot: Plot): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-planted-'));
  try {
    copyRepository(folder, plot);
    plantAll(folder, plot.plants);
    const { exitCode, output } = await runCommand({
      argv: plot.argv,
      cwd: folder,
      timeoutMs: COMMAND_TIMEOUT_MS,
      isEchoed: false,
    });
    const missed = plot.plants.filter(
      (plant) => plant.names.length > 0 && !isFound(plot, plant, output),
    );
    const planted = new Set(plot.plants.map(({ rule }) => rule));
    return [
      ...(exitCode === 0 ? ['the command ended with 0'] : []),
      ...missed.map(({ rule, names }) => `did not catch "${rule}": ${names.join(', ')}`),
      ...(plot.rules ?? [])
        .filter((rule) => !planted.has(rule))
        .map((rule) => `has no plant for "${rule}"`),
      ...(missed.length > 0 && process.argv.includes('--verbose') ? [output] : []),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const chosen = process.argv.slice(2).filter((name) => !name.startsWith('--'));
let passed = 0;
let failed = 0;
for (const plot of PLOTS.filter(({ command }) => chosen.length === 0 || chosen.includes(command))) {
  const problems = await misses(plot);
  const count = plot.plants.filter(({ names }) => names.length > 0).length;
  failed += problems.length;
  passed += Math.max(0, count - problems.length);
  process.stdout.write(
    `${problems.length === 0 ? 'ok  ' : 'FAIL'} ${plot.command}: ${count} planted violations\n`,
  );
  for (const problem of problems) process.stdout.write(`     ${problem}\n`);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
