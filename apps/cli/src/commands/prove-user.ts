import { writeFile } from 'node:fs/promises';
import type { ApiClient } from '../api-client.js';
import { badInput } from '../cli-error.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Output } from '../output.js';

export interface ProveOptions {
  readonly user: string;
  readonly epoch: number;
  readonly out?: string;
}

/**
 * Writes what the API proves of a user, after it was verified here.
 *
 * @throws {BadProof} when the API's proof proves nothing.
 * @throws {CliError} when the file cannot be written.
 */
export async function writeProof(
  { user, epoch, out: path }: ProveOptions,
  api: ApiClient,
  out: Output,
): Promise<ExitCode> {
  const body = await api.getSlowly(`/v1/ledger/proofs/${user}/${epoch}`);
  // Loaded here because every other command works without the tree.
  const { explainProof, proofText, verifyLiabilityProof } = await import('#ledger');
  const proof = verifyLiabilityProof(JSON.stringify(body));
  if (path === undefined) {
    out.json(body);
    return EXIT.ok;
  }
  try {
    await writeFile(path, proofText(proof));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badInput(`The proof cannot be written: ${reason}.`, 'cli.unwritable-file');
  }
  if (out.isJson) out.json({ root: proof.root, file: path });
  else for (const sentence of explainProof(proof)) out.line(sentence);
  return EXIT.ok;
}
