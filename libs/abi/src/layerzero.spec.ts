import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Abi, toFunctionSelector } from 'viem';
import { formatAbiItem } from 'viem/utils';
import { describe, expect, it } from 'vitest';
import {
  endpointAbi,
  endpointViewAbi,
  errorAbi,
  farmsAbi,
  receiveUlnAbi,
  receiveUlnViewAbi,
} from './index.js';

const require = createRequire(import.meta.url);
const SDK = '@layerzerolabs/lz-evm-sdk-v2/artifacts/contracts';

/** The SDK's entries, without the compiler's own notes. */
function sdkAbi(artifact: string): Abi {
  const path = require.resolve(`${SDK}/${artifact}`);
  return JSON.parse(readFileSync(path, 'utf8'), (key, value: unknown) =>
    key === 'internalType' ? undefined : value,
  ).abi;
}

describe('LayerZero excerpts', () => {
  it.each<[string, Abi, string]>([
    ['endpoint', endpointAbi, 'EndpointV2.sol/EndpointV2.json'],
    ['receive library', receiveUlnAbi, 'uln/uln302/ReceiveUln302.sol/ReceiveUln302.json'],
    ['endpoint view', endpointViewAbi, 'EndpointV2View.sol/EndpointV2View.json'],
    [
      'receive library view',
      receiveUlnViewAbi,
      'uln/uln302/ReceiveUln302View.sol/ReceiveUln302View.json',
    ],
  ])('has every entry of the %s exactly as the SDK has it', (_name, excerpt, artifact) => {
    const original = sdkAbi(artifact);
    expect(excerpt.length).toBeGreaterThan(0);
    for (const entry of excerpt) expect(original).toContainEqual(entry);
  });

  it('offers the two-argument verifiable and no other', () => {
    expect(receiveUlnViewAbi.map(({ name, inputs }) => [name, inputs.length])).toEqual([
      ['verifiable', 2],
    ]);
  });
});

describe('errorAbi', () => {
  it('holds only errors, each selector once', () => {
    expect(new Set(errorAbi.map(({ type }) => type))).toEqual(new Set(['error']));
    const selectors = errorAbi.map((error) =>
      toFunctionSelector(formatAbiItem(error).replace(/^error/, 'function')),
    );
    expect(new Set(selectors).size).toBe(selectors.length);
  });

  it('knows the errors of the contracts and of LayerZero', () => {
    const names = new Set<string>(errorAbi.map(({ name }) => name));
    const ours = farmsAbi.filter(({ type }) => type === 'error').map(({ name }) => name);
    expect(ours.filter((name) => !names.has(name))).toEqual([]);
    expect(names).toContain('LZ_ULN_Verifying');
    expect(names).toContain('LZ_InsufficientFee');
  });
});
