import { describe, expect, it } from 'vitest';
import { decodeOptions } from '#messaging';
import { executorOptions } from './executor-options.js';

describe('executor options', () => {
  it('buy gas for the delivery alone', () => {
    const options = decodeOptions(executorOptions({ receiveGas: 110_000n }));

    expect(options.receiveGas).toBe(110_000n);
    expect(options.compose.size).toBe(0);
  });

  it('buy gas for the first compose call', () => {
    const options = decodeOptions(executorOptions({ receiveGas: 1n, composeGas: 150_000n }));

    expect([...options.compose]).toEqual([[0, { gas: 150_000n, value: 0n }]]);
  });
});
