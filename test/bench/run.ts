/**
 * `npm run bench [-- gas|index|ledger|tree …]` prints one JSON object a line. Figures are of this run
 * and this machine; a ratio names the peer that ran beside it.
 */
import { availableParallelism, cpus } from 'node:os';

const BENCHES: Readonly<Record<string, () => Promise<(print: Print) => Promise<void>>>> = {
  gas: async () => (await import('./gas.js')).benchGas,
  index: async () => (await import('./index-events.js')).benchIndexing,
  ledger: async () => (await import('./ledger.js')).benchLedger,
  tree: async () => (await import('./tree.js')).benchTree,
};

type Print = (line: object) => void;

const print: Print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  process.stderr.write(
    `usage: npm run bench -- [${Object.keys(BENCHES).join('|')}]…, got "${unknown.join(' ')}"\n`,
  );
  process.exit(2);
}
print({
  bench: 'machine',
  node: process.version,
  cores: availableParallelism(),
  cpu: cpus()[0]?.model ?? null,
});
for (const [name, load] of Object.entries(BENCHES)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const bench = await load();
  await bench(print);
}
