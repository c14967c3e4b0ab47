import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DomainError } from '#kernel';

/** There is no anvil to start the chains with. */
export class AnvilMissing extends DomainError {
  override readonly code = 'devnet.anvil-missing';

  constructor(options?: ErrorOptions) {
    super(
      `anvil was not found: neither the npm package ${platformPackage()} is installed nor is ` +
        'anvil on PATH. Run "npm ci" without --omit=optional, or install Foundry 1.7.1.',
      options,
    );
  }
}

/**
 * What to start as anvil: the binary npm installs for this platform, else the name alone, which
 * the system looks up on PATH. npm's own launcher does not pass signals on and is never used.
 */
export function anvilBinary(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${platformPackage()}/package.json`);
    return join(dirname(manifest), 'bin', 'anvil');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
      return 'anvil';
    }
    throw error;
  }
}

function platformPackage(): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return `@foundry-rs/anvil-${process.platform}-${architecture}`;
}
