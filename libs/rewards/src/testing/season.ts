import { type Address } from '#kernel';
import { type EmissionChain } from './emission-chain.js';

/**
 * Stakes, a lock that is broken, claims, exits, orders and idle time on two farms, over some 83
 * seconds and blocks.
 */
export async function playSeason(
  chain: EmissionChain,
  [alice, bob, carol]: readonly [Address, Address, Address],
): Promise<void> {
  const endsIn = async (seconds: number): Promise<number> => (await chain.chain.now()) + seconds;
  const bobStakes = chain.farms(bob, 'stake', [1, 7n]);
  await chain.pass(2, chain.farms(alice, 'stake', [1, 1_000_003n]), bobStakes);
  await chain.pass(1, chain.order([1_234_567n, 7_654_321n], await endsIn(33)));
  const bobLocks = chain.farms(bob, 'stakeLocked', [2, 10n ** 9n, 1]);
  await chain.pass(9, chain.farms(carol, 'stake', [2, 10n ** 18n]), bobLocks);
  const bobAdds = chain.farms(bob, 'stake', [1, 10n ** 9n]);
  await chain.pass(14, chain.farms(alice, 'claim', [1]), bobAdds);
  const carolClaims = chain.farms(carol, 'claim', [2]);
  await chain.pass(3, chain.farms(alice, 'withdraw', [1, 1_000_000n]), carolClaims);
  await chain.pass(17, chain.order([1n, 99_999_999n], await endsIn(50)));
  const bobLeaves = chain.farms(bob, 'exit', [1, 10n ** 9n]);
  const bobBreaksLock = chain.farms(bob, 'withdraw', [2, 10n ** 8n]);
  await chain.pass(12, bobLeaves, bobBreaksLock, chain.farms(alice, 'stake', [2, 10n ** 6n]));
  const order = chain.order([40n, 2n], await endsIn(60));
  await chain.pass(25, chain.farms(carol, 'claimMany', [[2]]), order);
}
