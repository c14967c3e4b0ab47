import { readFile } from 'node:fs/promises';
import { toHex } from '#kernel';
import { badInput } from '../cli-error.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Output } from '../output.js';

/** Far above a proof of a user with positions on every chain. */
const PROOF_BYTES_MAX = 16 * 2 ** 20;

/**
 * Verifies the proof in a file from nothing but the file: asks no API, no database and no chain.
 *
 * @throws {CliError} when the file cannot be read.
 * @throws {BadProof} naming the first thing that is wrong.
 */
export async function verifyProofFile(
  options: { readonly proof: string; readonly root?: string | undefined },
  out: Output,
): Promise<ExitCode> {
  const text = await proofIn(options.proof);
  // Loaded here because every other command works without the tree.
  const { explainProof, verifyLiabilityProof } = await import('#ledger');
  const trusted = options.root === undefined ? undefined : toHex(options.root);
  const proof = verifyLiabilityProof(text, { root: trusted });
  const sentences = explainProof(proof);
  if (out.isJson) {
    const { user, root, statement } = proof;
    const isRootTrusted = trusted !== undefined;
    out.json({ ok: true, user, epoch: statement.epoch, root, isRootTrusted, proves: sentences });
    return EXIT.ok;
  }
  for (const sentence of sentences) out.line(sentence);
  out.line();
  out.line(
    trusted === undefined
      ? 'The proof agrees with itself. Give --root, from evidence whose hash is on the hub, to trust it.'
      : 'The proof is of the root you gave.',
  );
  return EXIT.ok;
}

async function proofIn(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    if (bytes.length <= PROOF_BYTES_MAX) return bytes.toString('utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badInput(`The proof cannot be read: ${reason}.`, 'cli.unreadable-file');
  }
  throw badInput(`${path} is too large for a proof.`, 'cli.unreadable-file');
}
