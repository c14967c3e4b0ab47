import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defined, toAddress } from '#kernel';
import { epochRootOf, openKeccak, PROOF_FORMAT, proofText, SumTreeWriter } from '#ledger';
import { runCli } from '../run-cli.js';

const user = toAddress(`0x${'0b'.repeat(20)}`);
const asset = toAddress(`0x${'a1'.repeat(20)}`);
const hash = `0x${'07'.repeat(32)}` as const;
const owed = { staked: 10n ** 18n, reward: 7n, escrow: 0n, inFlight: 0n };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headwater-proof-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function aProof(): Promise<{ readonly root: string; readonly text: string }> {
  const keccak = await openKeccak();
  const writer = new SumTreeWriter(keccak);
  writer.add({ user, ...owed });
  const tree = defined(writer.finish(), 'tree');
  const sums = { owed: tree.sum, inFlight: 0n, other: 0n, held: tree.sum };
  const statement = {
    epoch: 3,
    heads: [{ chainId: 1, block: 70, blockHash: hash, seq: 12, head: hash }],
    totals: [{ chainId: 1, asset, leafCount: 1, root: tree.root, ...sums }],
  };
  const root = epochRootOf(statement);
  const claims = [{ chainId: 1, asset, ...owed, index: 0, path: [] }];
  return { root, text: proofText({ format: PROOF_FORMAT, user, root, statement, claims }) };
}

/** No API answers where the command line says one does: nothing may ask it. */
async function verify(text: string, ...more: readonly string[]) {
  const path = join(folder, 'proof.json');
  await writeFile(path, text);
  const printed: string[] = [];
  const sink = { isTty: false, write: (line: string) => printed.push(line) };
  const args = ['ledger', 'verify', '--api', 'http://127.0.0.1:1', '--proof', path, ...more];
  const code = await runCli({ args, stdout: sink, stderr: sink });
  return { code, text: printed.join('') };
}

describe('ledger prove', () => {
  it('writes the proof of the API, verified here, to a file that verifies offline', async () => {
    const { root, text } = await aProof();
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(String(request.url));
      response.setHeader('content-type', 'application/json').end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const path = join(folder, 'written.json');
    const sink = { isTty: false, write: () => undefined };
    const of = ['--user', user, '--epoch', '3', '--out', path, '--api', `http://127.0.0.1:${port}`];
    const code = await runCli({ args: ['ledger', 'prove', ...of], stdout: sink, stderr: sink });
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    expect([code, asked]).toEqual([0, [`/v1/ledger/proofs/${user}/3`]]);
    expect((await verify(await readFile(path, 'utf8'), '--root', root)).code).toBe(0);
  });
});

describe('ledger verify --proof', () => {
  it('verifies a proof offline and says in words what it proves', async () => {
    const { root, text } = await aProof();
    const run = await verify(text, '--root', root);
    expect(run).toEqual({
      code: 0,
      text:
        `At the end of epoch 3 (blocks 70 of chain 1) the ledger committed to the root ${root}.\n` +
        `That root includes what is owed to ${user}:\n` +
        `  1000000000000000007 of ${asset} on chain 1: 1000000000000000000 staked, 7 accrued, ` +
        '0 in escrow, 0 in flight.\n' +
        `Of ${asset} on chain 1 1 users are owed 1000000000000000007, 0 of it in flight, and ` +
        'the books hold 0 besides; the contracts held 1000000000000000007, which covers it.\n' +
        '\nThe proof is of the root you gave.\n',
    });
    const unrooted = await verify(text, '--json');
    expect(JSON.parse(unrooted.text)).toMatchObject({ ok: true, epoch: 3, isRootTrusted: false });
  });

  it('exits 1 for a forged proof and another root, 2 for what is no file', async () => {
    const { root, text } = await aProof();
    const forged = await verify(text.replace('"reward": "7"', '"reward": "8"'));
    expect(forged.code).toBe(1);
    expect(forged.text).toContain(`the leaf of ${user} does not lead to the root`);
    const other = await verify(text, '--root', `0x${'5'.repeat(64)}`);
    expect([other.code, other.text]).toEqual([
      1,
      `headwater: the proof is of the root ${root}, not of 0x${'5'.repeat(64)}\n`,
    ]);
    expect((await verify(text, '--root', '0x5')).code).toBe(2);
    expect((await verify(text, '--proof', join(folder, 'none.json'))).code).toBe(2);
  });
});
