import { erc20Abi, parseEther, parseUnits } from 'viem';
import { emissionReceiverAbi, farmsAbi } from '#abi';
import { assert, type Hex, sumOf } from '#kernel';
import type { Provider } from '../accounts.js';
import { REWARD_SUPPLY } from '../deploy/chain-contracts.js';
import { STAKE_TOKENS } from '../deploy/farm-catalog.js';
import { DELTA_SUPPLY } from '../deploy/funding.js';
import { CHAIN_KEYS, type ChainKey, CHAINS, forEachChain, onEveryChain } from '../topology.js';
import { decideAndDispatch, type EpochRun, waitForOrders, WEI_PER_SD } from './epochs.js';
import { stake, stakedBy } from './farming.js';
import { move, waitForArrival } from './moves.js';
import { contractsOf, type FarmRef, type Network, stakeTokenOf } from './network.js';
import { supplyOf } from './supply.js';

/** What one epoch by script did and how long it took. */
export interface ScriptedEpoch {
  readonly run: EpochRun;
  readonly move: { readonly guid: Hex; readonly txHash: Hex };
  /** From the decision to the last chain's order applied. */
  readonly ordersMs: number;
  /** From the move's transaction to the restake. */
  readonly moveMs: number;
}

interface Stake extends FarmRef {
  readonly who: Provider;
  readonly amount: bigint;
}

const MOVE_FROM = { chain: 'alpha', farmId: 3 } as const;
const MOVE_TO = { chain: 'beta', farmId: 3 } as const;
const MOVED = parseEther('400');
const STAKES: readonly Stake[] = [
  { who: 'alice', chain: 'hub', farmId: 1, amount: parseEther('1000') },
  { who: 'alice', chain: 'hub', farmId: 2, amount: parseEther('250') },
  { who: 'bob', chain: 'alpha', farmId: 1, amount: parseEther('2000') },
  { who: 'erin', chain: 'alpha', farmId: 2, amount: parseEther('100') },
  { who: 'bob', ...MOVE_FROM, amount: parseEther('1000') },
  { who: 'carol', chain: 'beta', farmId: 1, amount: parseEther('3000') },
  {
    who: 'dave',
    chain: 'beta',
    farmId: 2,
    amount: parseUnits('5000', STAKE_TOKENS.dollar.decimals),
  },
  { who: 'carol', ...MOVE_TO, amount: parseEther('500') },
];

/**
 * Plays one epoch with a script as the operator, on a network nobody else uses: stakes everywhere,
 * an equal share for every farm, orders to all chains, and one position that moves from alpha to
 * beta. Every figure is checked on the chains.
 *
 * @throws {InvariantViolation} naming the first figure that is not what it must be.
 */
export async function runEpochByScript(network: Network): Promise<ScriptedEpoch> {
  await checkSupply(network);
  await stakeEverywhere(network);
  const before = await onEveryChain((key) => chainFigures(network, key));

  const decidedAtMs = performance.now();
  const run = await decideAndDispatch(network);
  await waitForOrders(network, run);
  const ordersMs = performance.now() - decidedAtMs;
  for (const key of CHAIN_KEYS) {
    await checkOrder(network, key, { run, before: before[key] });
  }

  const staked = await stakedAtBothEnds(network);
  const movedAtMs = performance.now();
  const request = { who: 'bob', from: MOVE_FROM, to: MOVE_TO, amount: MOVED } as const;
  const { guid, txHash } = await move(network, request);
  const outcome = await waitForArrival(network, { chain: MOVE_TO.chain, guid });
  const moveMs = performance.now() - movedAtMs;
  assert(outcome === 'restaked', `the move ended ${outcome}, not restaked`);
  const arrived = await stakedAtBothEnds(network);
  checkEqual('stake that left alpha', staked.source - arrived.source, MOVED);
  checkEqual('stake that reached beta', arrived.destination - staked.destination, MOVED);
  await checkSupply(network);
  return { run, move: { guid, txHash }, ordersMs, moveMs };
}

/** Accounts act at the same time; one account's stakes follow each other. */
async function stakeEverywhere(network: Network): Promise<void> {
  const accounts = [...new Set(STAKES.map(({ who }) => who))];
  await Promise.all(
    accounts.map(async (who) => {
      for (const one of STAKES.filter((entry) => entry.who === who)) {
        const staked = await stakedBy(network, one);
        await stake(network, one);
        checkEqual(`stake of ${who}`, await stakedBy(network, one), staked + one.amount);
      }
    }),
  );
}

interface ChainFigures {
  /** Reward tokens the farms hold, stakes of the same token among them. */
  readonly rewardHeld: bigint;
  readonly unallocated: bigint;
}

async function chainFigures(network: Network, key: ChainKey): Promise<ChainFigures> {
  const { client } = network.chains[key];
  const { farms, receiver, rewardToken } = contractsOf(network, key);
  const [rewardHeld, unallocated] = await Promise.all([
    client.readContract({
      address: rewardToken,
      abi: erc20Abi,
      functionName: 'balanceOf',
      args: [farms],
    }),
    client.readContract({
      address: receiver,
      abi: emissionReceiverAbi,
      functionName: 'unallocated',
    }),
  ]);
  return { rewardHeld, unallocated };
}

/** What the epoch gave a farm so far, and what it streams a second now; both in wei. */
async function farmFigures(
  network: Network,
  farm: FarmRef,
  epoch: number,
): Promise<{ readonly given: bigint; readonly rate: bigint }> {
  const { client } = network.chains[farm.chain];
  const { farms, receiver } = contractsOf(network, farm.chain);
  const [given, rate] = await Promise.all([
    client.readContract({
      address: receiver,
      abi: emissionReceiverAbi,
      functionName: 'givenOf',
      args: [epoch, farm.farmId],
    }),
    client.readContract({
      address: farms,
      abi: farmsAbi,
      functionName: 'rateOf',
      args: [farm.farmId, 0],
    }),
  ]);
  return { given, rate };
}

async function checkOrder(
  network: Network,
  key: ChainKey,
  figures: { readonly run: EpochRun; readonly before: ChainFigures },
): Promise<void> {
  const { run, before } = figures;
  const after = await chainFigures(network, key);
  const targets = run.targets.filter(({ eid }) => eid === CHAINS[key].eid);
  for (const { farmId, amountSD } of targets) {
    const { given, rate } = await farmFigures(network, { chain: key, farmId }, run.epoch);
    checkEqual(`funding of farm ${farmId} on ${key}`, given, amountSD * WEI_PER_SD);
    assert(rate > 0n, `farm ${farmId} on ${key} streams nothing`);
  }
  const sentSD = sumOf(targets.map(({ amountSD }) => amountSD));
  checkEqual(
    `reward tokens of the farms on ${key}`,
    after.rewardHeld - before.rewardHeld,
    sentSD * WEI_PER_SD,
  );
  checkEqual(`unallocated tokens on ${key}`, after.unallocated, before.unallocated);
}

async function stakedAtBothEnds(
  network: Network,
): Promise<{ readonly source: bigint; readonly destination: bigint }> {
  const [source, destination] = await Promise.all([
    stakedBy(network, { who: 'bob', ...MOVE_FROM }),
    stakedBy(network, { who: 'bob', ...MOVE_TO }),
  ]);
  return { source, destination };
}

/** Nothing was made or lost: what exists and what travels is what was minted once. */
async function checkSupply(network: Network): Promise<void> {
  const reward = forEachChain((key) => contractsOf(network, key).rewardToken);
  checkEqual('supply of the reward token', (await supplyOf(network, reward)).total, REWARD_SUPPLY);
  const delta = {
    hub: stakeTokenOf(network, { chain: 'hub', farmId: 2 }),
    alpha: stakeTokenOf(network, MOVE_FROM),
    beta: stakeTokenOf(network, MOVE_TO),
  };
  checkEqual('supply of DLT', (await supplyOf(network, delta)).total, DELTA_SUPPLY);
}

function checkEqual(what: string, actual: bigint, expected: bigint): void {
  assert(actual === expected, `${what}: ${actual}, expected ${expected}`);
}
