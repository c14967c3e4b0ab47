/**
 * Writes what follows from other sources: `npm run gen`. With `--check` it writes nothing and fails
 * when a committed file differs from what it would write.
 *
 * - `libs/abi/src/generated` from the contracts and from the LayerZero SDK
 * - `contracts/PROPERTIES.md` from `contracts/properties.json` and the tags of the tests
 * - `contracts/storage` and `contracts/ROLES.md` from the contracts and `contracts/roles.json`
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderAbis } from './gen/abi.js';
import { readArtifacts } from './gen/artifacts.js';
import type { Output } from './gen/output.js';
import { renderProperties } from './gen/properties.js';
import { renderRoles } from './gen/roles.js';
import { renderStorage } from './gen/storage.js';
import { ROOT } from './run-command.js';

/** No chain but a local one gets these. */
const LOCAL_ONLY = 'contracts/src/dev/';

/** Paths of the files that are there, of those that this script alone may write. */
function committed({ files, folders }: Output): string[] {
  const inFolders = folders
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`));
  const others = [...files.keys()].filter((path) => existsSync(join(ROOT, path)));
  return [...new Set([...inFolders, ...others])];
}

function staleOf(output: Output): string[] {
  const actual = committed(output);
  const changed = [...output.files].filter(
    ([path, text]) => !actual.includes(path) || readFileSync(join(ROOT, path), 'utf8') !== text,
  );
  return [
    ...changed.map(([path]) => path),
    ...actual.filter((path) => !output.files.has(path)),
  ].toSorted();
}

function write(output: Output): void {
  for (const path of committed(output)) {
    if (!output.files.has(path)) rmSync(join(ROOT, path));
  }
  for (const [path, text] of output.files) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
}

const isCheck = process.argv.includes('--check');
const artifacts = readArtifacts();
const deployed = artifacts.filter(({ path }) => !path.startsWith(LOCAL_ONLY));
const outputs = [
  await renderAbis(artifacts),
  renderProperties(),
  renderStorage(deployed),
  renderRoles(deployed),
];
const problems = outputs.flatMap((output) => output.problems);
const stale = outputs.flatMap((output) => staleOf(output));
const count = outputs.reduce((sum, { files }) => sum + files.size, 0);
for (const problem of problems) process.stderr.write(`gen: ${problem}\n`);
if (!isCheck) for (const output of outputs) write(output);
else if (stale.length > 0)
  process.stderr.write(`gen: run "npm run gen"; stale: ${stale.join(', ')}\n`);

if (problems.length > 0 || (isCheck && stale.length > 0)) process.exitCode = 1;
else if (isCheck) process.stdout.write(`gen: ${count} files are up to date\n`);
else process.stdout.write(`gen: ${count} files written\n`);
