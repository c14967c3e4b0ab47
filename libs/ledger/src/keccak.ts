import { createKeccak } from 'hash-wasm';
import { type Keccak } from './domain/sum-tree.js';

/**
 * A keccak256 in WebAssembly, about 15 times as fast as one in JavaScript: trees have millions of
 * nodes. It keeps a state while it hashes, so every tree opens its own.
 */
export async function openKeccak(): Promise<Keccak> {
  const hasher = await createKeccak(256);
  return (bytes) => hasher.init().update(bytes).digest('binary');
}
