/**
 * `npm run demo`: three local chains, the service and a story on one machine.
 *
 *   --check                  play without waiting for anybody, verify, print one JSON line
 *   --port N                 port of the API (3000; with --check a free one)
 *   --epoch-seconds N        length of an epoch (60; with --check 20)
 *   --corrupt-one-posting    with --check: change a posting by hand before verifying, to see it found
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { accountOf, connectNetwork, type Network, PROVIDERS } from '../apps/devnet/src/index.js';
import { ApiClient, ApiRefused } from './demo/api-client.js';
import { checkClaims } from './demo/claims.js';
import { corruptOnePosting } from './demo/corrupt.js';
import { readRows } from './demo/chain-rows.js';
import { LiveTable } from './demo/live-table.js';
import {
  build,
  CannotStart,
  freePort,
  requireFreePort,
  requireInstalled,
} from './demo/preflight.js';
import { ProcessFailed } from './demo/processes.js';
import { RunningServices, startApi, startDevnet, startWorker } from './demo/services.js';
import { playStory, StoryStuck } from './demo/story.js';

const PORT_DEFAULT = 3000;
const PORT_MAX = 65_535;
const EPOCH_SECONDS_MAX = 86_400;
const EPOCH_SECONDS = { demo: 60, check: 20 };
/** Epochs that pay something, before the story goes on. */
const EPOCHS = { demo: 2, check: 3 };
const TABLE_MS = 1_000;
const TABLE_MS_WITHOUT_TERMINAL = 15_000;

interface DemoOptions {
  readonly isCheck: boolean;
  readonly corrupts: boolean;
  readonly port: number;
  readonly epochSeconds: number;
}

const USAGE =
  'Options: --check, --port N, --epoch-seconds N, and with --check --corrupt-one-posting.';

function positiveInteger(name: string, text: string, max: number): number {
  const value = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw new CannotStart(`--${name} takes a whole number from 1 to ${max}, got "${text}". ${USAGE}`);
}

function parsed() {
  try {
    return parseArgs({
      options: {
        check: { type: 'boolean', default: false },
        'corrupt-one-posting': { type: 'boolean', default: false },
        port: { type: 'string' },
        'epoch-seconds': { type: 'string' },
      },
    }).values;
  } catch (error) {
    if (error instanceof TypeError) throw new CannotStart(`${error.message}. ${USAGE}`);
    throw error;
  }
}

function readOptions(): Omit<DemoOptions, 'port'> & { readonly port: number | undefined } {
  const values = parsed();
  const isCheck = values.check;
  if (values['corrupt-one-posting'] && !isCheck) {
    throw new CannotStart(`--corrupt-one-posting goes with --check. ${USAGE}`);
  }
  const seconds = values['epoch-seconds'];
  return {
    isCheck,
    corrupts: values['corrupt-one-posting'],
    port: values.port === undefined ? undefined : positiveInteger('port', values.port, PORT_MAX),
    epochSeconds:
      seconds === undefined
        ? EPOCH_SECONDS[isCheck ? 'check' : 'demo']
        : positiveInteger('epoch-seconds', seconds, EPOCH_SECONDS_MAX),
  };
}

const startedAt = performance.now();

function elapsed(): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`;
}

const table = new LiveTable(process.stdout, TABLE_MS_WITHOUT_TERMINAL);
const say = (line: string): void => table.say(`[${elapsed()}] ${line}`);

async function start(
  options: DemoOptions,
  services: RunningServices,
): Promise<{ readonly network: Network; readonly api: ApiClient; readonly dataDir: string }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'headwater-demo-'));
  services.removesAtTheEnd(dataDir);
  say('compiling the contracts and the service');
  await build();
  say('starting three chains, LayerZero and the contracts');
  services.add(await startDevnet({ ...options, dataDir }));
  say('starting the database and the worker');
  services.usesDatabaseOf(dataDir);
  services.add(await startWorker({ dataDir, networkDir: dataDir, isOperator: true }));
  say('starting the API');
  services.add(await startApi({ dataDir, networkDir: dataDir, port: options.port }));
  services.onUnexpectedExit((name, logFile, outcome) => {
    say(`${name} stopped with ${outcome}; its log is ${logFile}`);
    process.exitCode = 1;
    services.keepFolders();
    void services.stop();
  });
  const network = await connectNetwork(dataDir);
  return { network, api: new ApiClient(`http://127.0.0.1:${options.port}`), dataDir };
}

function welcome(network: Network, api: ApiClient): void {
  table.say(`
API         ${api.baseUrl}/v1/chains
OpenAPI     ${api.baseUrl}/docs
${network.deployment.chains.map(({ key, rpcUrls }) => `${key.padEnd(11)} ${rpcUrls[0]}`).join('\n')}

Funded accounts (public test keys, worth nothing anywhere else)
${PROVIDERS.map((who) => `${who.padEnd(11)} ${accountOf(who).address}  ${accountOf(who).privateKey}`).join('\n')}

Things to try
  curl ${api.baseUrl}/v1/rewards/${accountOf('alice').address}
  curl ${api.baseUrl}/v1/journeys
  HEADWATER_API_URL=${api.baseUrl} npx headwater status
  HEADWATER_API_URL=${api.baseUrl} npx headwater ledger reconcile
Ctrl-C stops everything.
`);
}

async function showTable(api: ApiClient, services: RunningServices): Promise<void> {
  while (services.isRunning) {
    try {
      table.show(await readRows(api));
    } catch (error) {
      if (!services.isRunning) return;
      if (!(error instanceof ApiRefused || error instanceof TypeError)) throw error;
      say(`the API does not answer: ${error.message}`);
    }
    await sleep(TABLE_MS);
  }
}

async function demo(options: DemoOptions, services: RunningServices): Promise<void> {
  const { network, api } = await start(options, services);
  welcome(network, api);
  const shown = showTable(api, services);
  const story = {
    network,
    api,
    epochSeconds: options.epochSeconds,
    epochs: EPOCHS[options.isCheck ? 'check' : 'demo'],
    say,
  };
  await playStory(story);
  say('the story is over; everything keeps running until Ctrl-C');
  await shown;
}

/** The last line of a check, whatever came of it. */
function printReport(report: object): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

async function check(options: DemoOptions, services: RunningServices): Promise<void> {
  const { network, api, dataDir } = await start(options, services);
  const startSeconds = Math.round(performance.now() - startedAt) / 1000;
  say('everything runs; the story begins');
  const story = {
    network,
    api,
    epochSeconds: options.epochSeconds,
    epochs: EPOCHS[options.isCheck ? 'check' : 'demo'],
    say,
  };
  const facts = await playStory(story);
  if (options.corrupts) say(`changed by hand: ${await corruptOnePosting(dataDir)}`);
  say('comparing rows with chain calls');
  const report = await checkClaims({
    network,
    api,
    facts,
    wallSeconds: { start: startSeconds },
  });
  await services.stop();
  const total = Math.round(performance.now() - startedAt) / 1000;
  const wallSeconds = { ...report.wallSeconds, total };
  for (const failure of report.failures) say(`does not hold: ${failure}`);
  printReport({ ...report, wallSeconds });
  if (!report.ok) process.exitCode = 1;
}

async function main(): Promise<void> {
  const services = new RunningServices();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (services.isRunning) say('stopping');
      void services.stop().then(() => process.exit());
    });
  }
  try {
    const given = readOptions();
    requireInstalled();
    const port = given.port ?? (given.isCheck ? await freePort() : PORT_DEFAULT);
    await requireFreePort(port);
    const options = { ...given, port };
    await (options.isCheck ? check(options, services) : demo(options, services));
  } catch (error) {
    if (!services.isRunning) return;
    process.exitCode = 1;
    const isExpected = [CannotStart, ProcessFailed, StoryStuck, ApiRefused].some(
      (kind) => error instanceof kind,
    );
    const text = error instanceof Error ? error : new Error(String(error));
    process.stderr.write(`${isExpected ? text.message : (text.stack ?? text.message)}\n`);
    for (const folder of services.keepFolders()) {
      process.stderr.write(`Logs and data are kept in ${folder}.\n`);
    }
    const isCheck = process.argv.includes('--check');
    if (isCheck) printReport({ ok: false, failures: [text.message] });
  } finally {
    await services.stop();
  }
}

await main();
