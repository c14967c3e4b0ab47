import { describe, expect, it } from 'vitest';
import { concatHex, encodeAbiParameters, type Hex, numberToHex } from 'viem';
import { toHex } from '#kernel';
import { optionsIn, receiveGasOf } from './enforced-options.js';

const receive = (gas: bigint): Hex => concatHex(['0x01001101', numberToHex(gas, { size: 16 })]);
const receiveWithValue = (gas: bigint): Hex =>
  concatHex(['0x01002101', numberToHex(gas, { size: 16 }), numberToHex(5n, { size: 16 })]);
const compose = (gas: bigint): Hex => concatHex(['0x010013030000', numberToHex(gas, { size: 16 })]);
const ofDvn: Hex = concatHex(['0x02001101', numberToHex(7n, { size: 16 })]);
const options = (...entries: readonly Hex[]): Hex => toHex(concatHex(['0x0003', ...entries]));

describe('enforced options', () => {
  it.each<[string, Hex, bigint]>([
    ['one entry', options(receive(150_000n)), 150_000n],
    ['entries that add up', options(receive(150_000n), receive(2n)), 150_002n],
    ['an entry with a value', options(receiveWithValue(9n)), 9n],
    ['a compose beside it', options(compose(8n), receive(9n)), 9n],
    ['another worker', options(ofDvn, receive(9n)), 9n],
    ['no entry', options(), 0n],
    ['an entry that is cut off', toHex(receive(9n).slice(0, -2).replace('0x', '0x0003')), 0n],
    ['another type', toHex(concatHex(['0x0001', receive(9n)])), 0n],
    ['nothing', '0x', 0n],
  ])('buy the gas of %s', (_what, bytes, gas) => {
    expect(receiveGasOf(bytes)).toBe(gas);
  });

  it('are read out of an answer, and out of nothing else', () => {
    const bytes = options(receive(9n));
    expect(optionsIn(toHex(encodeAbiParameters([{ type: 'bytes' }], [bytes])))).toBe(bytes);
    expect(optionsIn(numberToHex(1n, { size: 32 }))).toBeUndefined();
    expect(optionsIn('0x')).toBeUndefined();
  });
});
