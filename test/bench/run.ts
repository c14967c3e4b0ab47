/**
 * `npm run bench [-- accrual|api|gas|index|ledger|tree …] [--peers] [--blocks N]` prints one JSON object a line.
 * Figures are of this run and this machine; a ratio names the peer that ran beside it. `--peers`
 * installs and runs other indexers; `--blocks` shortens the season that is indexed.
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';

const BENCHES: Readonly<
  Record<string, () => Promise<(print: Print, options: BenchOptions) => Promise<void>>>
> = {
  gas: async () => (await import('./gas.js')).benchGas,
  accrual: async () => (await import('./accrual.js')).benchAccrual,
  api: async () => (await import('./api.js')).benchApi,
  index: async () => (await import('./index-events.js')).benchIndexing,
  ledger: async () => (await import('./ledger.js')).benchLedger,
  tree: async () => (await import('./tree.js')).benchTree,
};

type Print = (line: object) => void;

interface BenchOptions {
  readonly peers?: boolean;
  readonly blocks?: string;
}

const print: Print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const { positionals: names, values: options } = parseArgs({
  allowPositionals: true,
  options: { peers: { type: 'boolean' }, blocks: { type: 'string' } },
});
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
  await bench(print, options);
}
