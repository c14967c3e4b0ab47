import { describe, expect, it } from 'vitest';
import { toAddress, toChainId } from '#kernel';
import { aFarm, aStream } from '../testing/index.js';
import { viewFarm } from './views.js';

const END = 1_100;
const RATE = 5n;
const fee = toAddress(`0x${'f1'.repeat(20)}`);
const emission = aStream({ remaining: 1_000n, endAt: END, maxRate: RATE, lastAt: 1_000 });

function ratesAt(asOfTimestamp: number): { readonly token: string; readonly rate: bigint }[] {
  const farm = {
    ...aFarm({ totalWeight: 10n ** 18n }),
    streams: [emission, { ...emission, token: fee, remaining: 200n, maxRate: 100n }],
  };
  const at = { asOfBlock: 7, asOfTimestamp, isFinal: true, chainId: toChainId(1), chainKey: 'a' };
  return viewFarm(farm, undefined, at).streams.map(({ token, rateWeiPerSecond: rate }) => ({
    token,
    rate,
  }));
}

/** @property E27 */
describe('the rates of a farm', () => {
  it('stand beside one another, each in its own token, and are never added up', () => {
    expect(ratesAt(1_010)).toEqual([
      { token: emission.token, rate: RATE },
      { token: fee, rate: 2n },
    ]);
  });

  it('are nothing from the second on in which a stream ends, even where wei are left', () => {
    expect(ratesAt(END - 1).map(({ rate }) => rate)).toEqual([RATE, 2n]);
    expect(ratesAt(END).map(({ rate }) => rate)).toEqual([0n, 0n]);
  });
});
