/** What every contract of the gas bench goes through: the same calls at the same seconds. */
import { parseEther } from 'viem';
import { assert } from '#kernel';
import { DAY_SECONDS, FIRST, type GasChain, MANY, MEASURED } from './gas-chain.js';

export const PAUSE_SECONDS = 100;
export const TEN = 10;
/** Every contract emits this to its first farm, in wei a second. */
export const RATE = parseEther('1');
export const STREAM_SECONDS = 30 * DAY_SECONDS;

/** Rows that decide, each the best a peer can do for one purpose of a user or an operator. */
export const ROWS = [
  'deposit, first',
  'deposit, again',
  'claim, again',
  'withdraw, part',
  'unstake all + claim',
  'change 10 rates',
  'claim 10 farms',
] as const;

export type Row = (typeof ROWS)[number];
export type Gas = Readonly<Record<Row, bigint>>;

/** One farm of a contract, and ten of them for the rows about ten. Every call returns its gas. */
export interface Staking {
  readonly deposit: (from: number, amount: bigint) => Promise<bigint>;
  readonly claim: (from: number) => Promise<bigint>;
  readonly withdraw: (from: number, amount: bigint) => Promise<bigint>;
  readonly exit: (from: number, amount: bigint) => Promise<bigint>;
  readonly depositIn: (farm: number, amount: bigint) => Promise<bigint>;
  /** Splits what ten farms emit anew. */
  readonly changeTen: () => Promise<bigint>;
  readonly claimTen: () => Promise<bigint>;
  /** Reward tokens a user holds. */
  readonly rewardOf: (index: number) => Promise<bigint>;
}

/** Gas of every row, and what the measured user was paid by the end of his five. */
export interface Result {
  readonly gas: Gas;
  readonly paid: bigint;
}

/**
 * One provider warms the farm up, the second is measured; a third claims from ten farms.
 *
 * "Again" rows find every slot and balance they write nonzero.
 */
export async function runScenario(chain: GasChain, staking: Staking): Promise<Result> {
  const step = async (call: () => Promise<bigint>): Promise<bigint> => {
    chain.pass(PAUSE_SECONDS);
    return call();
  };
  await staking.deposit(FIRST, parseEther('100'));
  const first = await step(() => staking.deposit(MEASURED, parseEther('10')));
  const again = await step(() => staking.deposit(MEASURED, parseEther('10')));
  await step(() => staking.claim(MEASURED));
  const claim = await step(() => staking.claim(MEASURED));
  const part = await step(() => staking.withdraw(MEASURED, parseEther('5')));
  const exit = await step(() => staking.exit(MEASURED, parseEther('15')));
  const paid = await staking.rewardOf(MEASURED);

  for (let farm = 0; farm < TEN; farm += 1) await staking.depositIn(farm, parseEther('1'));
  await step(staking.claimTen);
  const claimTen = await step(staking.claimTen);
  const changeTen = await step(staking.changeTen);
  assert((await staking.rewardOf(MANY)) > 0n, 'the ten farms paid');
  return {
    gas: {
      'deposit, first': first,
      'deposit, again': again,
      'claim, again': claim,
      'withdraw, part': part,
      'unstake all + claim': exit,
      'change 10 rates': changeTen,
      'claim 10 farms': claimTen,
    },
    paid,
  };
}

/**
 * What the measured user is owed, exactly: a hundred seconds each of 10 in 110, four times 20 in
 * 120 less the last, then 15 in 115. Steps are 100 seconds apart.
 */
export function expectedPaid(): bigint {
  const emitted = RATE * BigInt(PAUSE_SECONDS);
  return emitted / 11n + (3n * emitted) / 6n + (emitted * 15n) / 115n;
}
