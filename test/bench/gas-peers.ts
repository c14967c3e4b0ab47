/** Reward contracts that npm serves as bytecode, run live beside ours. */
import { createRequire } from 'node:module';
import { parseEther, zeroAddress } from 'viem';
import { type Hex } from '#kernel';
import {
  type Contract,
  fileArtifact,
  FIRST,
  type GasChain,
  MANY,
  MEASURED,
  OWNER,
} from './gas-chain.js';
import { RATE, type Result, runScenario, STREAM_SECONDS, TEN } from './gas-scenario.js';

const STAKERS = [FIRST, MEASURED, MANY];
const WEALTH = parseEther('1000000');
/** Fixed in the contract: sixty days. */
const PERIOD_SECONDS = 5_184_000n;
const require = createRequire(import.meta.url);
const FARMS = Array.from({ length: TEN }, (_, farm) => farm);

export interface LivePeer {
  readonly peer: string;
  readonly source: string;
  readonly run: (chain: GasChain) => Promise<Result>;
}

export const LIVE: readonly LivePeer[] = [
  {
    peer: 'Synthetix StakingRewards',
    source: '@uniswap/liquidity-staker@1.0.2, ten contracts for ten farms',
    run: stakingRewards,
  },
  {
    peer: 'Sushi MasterChef v1',
    source: '@traderjoe-xyz/core@2.4.6 MasterChefPerSec',
    run: masterChef,
  },
  {
    peer: 'Trader Joe MasterChefJoeV3',
    source: '@traderjoe-xyz/core@2.4.6, on its MasterChefJoeV2; descends from MiniChefV2',
    run: masterChefJoe,
  },
];

async function sumOf(calls: readonly (() => Promise<bigint>)[]): Promise<bigint> {
  let sum = 0n;
  for (const call of calls) sum += await call();
  return sum;
}

async function stakeTokens(chain: GasChain, spenders: readonly Hex[]): Promise<Contract[]> {
  const tokens: Contract[] = [];
  for (const spender of spenders) {
    const token = await chain.token();
    await chain.supply(token, spender, { indexes: STAKERS, amount: WEALTH });
    tokens.push(token);
  }
  return tokens;
}

async function stakingRewards(chain: GasChain): Promise<Result> {
  const artifact = fileArtifact(
    require.resolve('@uniswap/liquidity-staker/build/StakingRewards.json'),
  );
  const reward = await chain.token();
  const owner = chain.account(OWNER);
  const pools: Contract[] = [];
  for (const _ of FARMS) {
    const token = await chain.token();
    const pool = await chain.deploy(artifact, owner, reward.address, token.address);
    await chain.supply(token, pool.address, { indexes: STAKERS, amount: WEALTH });
    const amount = RATE * PERIOD_SECONDS;
    await chain.send(OWNER, reward, ['mint', pool.address, 2n * amount]);
    await chain.send(OWNER, pool, ['notifyRewardAmount', amount]);
    pools.push(pool);
  }
  const call = async (pool: number, from: number, ...[name, ...args]: [string, ...unknown[]]) =>
    (await chain.send(from, pools[pool] as Contract, [name, ...args])).gas;
  return runScenario(chain, {
    deposit: (from, amount) => call(0, from, 'stake', amount),
    claim: (from) => call(0, from, 'getReward'),
    withdraw: (from, amount) => call(0, from, 'withdraw', amount),
    exit: (from) => call(0, from, 'exit'),
    depositIn: (farm, amount) => call(farm, MANY, 'stake', amount),
    changeTen: () =>
      sumOf(FARMS.map((farm) => () => call(farm, OWNER, 'notifyRewardAmount', RATE))),
    claimTen: () => sumOf(FARMS.map((farm) => () => call(farm, MANY, 'getReward'))),
    rewardOf: (index) => chain.balance(reward, index),
  });
}

/** The part MasterChef and its descendants share: pools by number, claims by empty deposits. */
function chefScenario(options: {
  readonly chain: GasChain;
  readonly chef: Contract;
  readonly reward: Contract;
  /** Brings all pools up to date. */
  readonly update: readonly [string, ...unknown[]];
  /** Gives a pool new points. */
  readonly set: (pool: number, points: bigint) => readonly [string, ...unknown[]];
}): Promise<Result> {
  const { chain, chef, reward, update, set } = options;
  const call = async (from: number, ...[name, ...args]: [string, ...unknown[]]) =>
    (await chain.send(from, chef, [name, ...args])).gas;
  const sets = FARMS.map((pool) => () => call(OWNER, ...set(pool, 200n + BigInt(pool))));
  return runScenario(chain, {
    deposit: (from, amount) => call(from, 'deposit', 0n, amount),
    claim: (from) => call(from, 'deposit', 0n, 0n),
    withdraw: (from, amount) => call(from, 'withdraw', 0n, amount),
    exit: (from, amount) => call(from, 'withdraw', 0n, amount),
    depositIn: (farm, amount) => call(MANY, 'deposit', BigInt(farm), amount),
    changeTen: () => sumOf([() => call(OWNER, ...update), ...sets]),
    claimTen: () => sumOf(FARMS.map((farm) => () => call(MANY, 'deposit', BigInt(farm), 0n))),
    rewardOf: (index) => chain.balance(reward, index),
  });
}

/** Ten pools of equal points share ten times the rate, so the first emits what others' first does. */
async function masterChef(chain: GasChain): Promise<Result> {
  const artifact = fileArtifact(
    require.resolve('@traderjoe-xyz/core/artifacts/contracts/sushi/MasterChefPerSec.sol/MasterChefPerSec.json'),
  );
  const reward = await chain.token();
  const dev = chain.account(OWNER);
  const end = chain.now + STREAM_SECONDS;
  const emission = RATE * BigInt(TEN);
  const chef = await chain.deploy(artifact, reward.address, dev, emission, 0n, BigInt(end));
  await chain.send(OWNER, reward, ['mint', dev, RATE]);
  const tokens = await stakeTokens(
    chain,
    FARMS.map(() => chef.address),
  );
  await chain.send(OWNER, reward, ['transferOwnership', chef.address]);
  for (const token of tokens) await chain.send(OWNER, chef, ['add', 100n, token.address, false]);
  return chefScenario({
    chain,
    chef,
    reward,
    update: ['massUpdatePools'],
    set: (pool, points) => ['set', BigInt(pool), points, false],
  });
}

/** MasterChefJoeV3 harvests from one pool of MasterChefJoeV2, staked with a token of no value. */
async function masterChefJoe(chain: GasChain): Promise<Result> {
  const reward = await chain.token();
  const owner = chain.account(OWNER);
  const source = await chain.deploy(
    fileArtifact(
      require.resolve('@traderjoe-xyz/core/artifacts/contracts/MasterChefJoeV2.sol/MasterChefJoeV2.json'),
    ),
    reward.address,
    owner,
    owner,
    owner,
    RATE * BigInt(TEN),
    0n,
    0n,
    0n,
    0n,
  );
  const chef = await chain.deploy(
    fileArtifact(
      require.resolve('@traderjoe-xyz/core/artifacts/contracts/MasterChefJoeV3.sol/MasterChefJoeV3.json'),
    ),
    source.address,
    reward.address,
    0n,
  );
  const tokens = await stakeTokens(
    chain,
    FARMS.map(() => chef.address),
  );
  await chain.send(OWNER, reward, ['mint', owner, RATE]);
  await chain.send(OWNER, reward, ['transferOwnership', source.address]);
  const dummy = await chain.token();
  await chain.supply(dummy, chef.address, { indexes: [OWNER], amount: 1n });
  await chain.send(OWNER, source, ['add', 100n, dummy.address, zeroAddress]);
  await chain.send(OWNER, chef, ['init', dummy.address]);
  for (const { address } of tokens) {
    await chain.send(OWNER, chef, ['add', 100n, address, zeroAddress]);
  }
  return chefScenario({
    chain,
    chef,
    reward,
    update: ['massUpdatePools', FARMS.map(BigInt)],
    set: (pool, points) => ['set', BigInt(pool), points, zeroAddress, false],
  });
}
