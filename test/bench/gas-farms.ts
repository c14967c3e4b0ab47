/** Headwater's Farms on the scenario of the peers, and a farm with all four streams. */
import { parseEther } from 'viem';
import { defined } from '#kernel';
import {
  type Contract,
  DAY_SECONDS,
  FIRST,
  type GasChain,
  MANY,
  MEASURED,
  OTHER,
  ourArtifact,
  OWNER,
} from './gas-chain.js';
import {
  PAUSE_SECONDS,
  RATE,
  type Result,
  runScenario,
  STREAM_SECONDS,
  TEN,
} from './gas-scenario.js';

const STAKERS = [FIRST, MEASURED, MANY];
const WEALTH = parseEther('1000000');
const FUNDS = parseEther('1000000000');
const SCALE_BITS = 95;
const RATE_MAX = 2n ** 64n - 1n;
const EXTRA_STREAMS = 3;
const FARM_IDS = Array.from({ length: TEN }, (_, index) => index + 1);

interface Deployed {
  readonly farms: Contract;
  readonly reward: Contract;
}

/** Farms whose emission receiver is the owner's account; ten plain farms with a stream each. */
async function deployFarms(chain: GasChain): Promise<Deployed> {
  const owner = chain.account(OWNER);
  const reward = await chain.token();
  const farms = await chain.deploy(
    ourArtifact('Farms'),
    reward.address,
    chain.account(OTHER),
    7 * DAY_SECONDS,
    owner,
    owner,
  );
  await chain.supply(reward, farms.address, { indexes: [OWNER], amount: FUNDS });
  await chain.send(OWNER, farms, ['setReceiver', owner]);
  await chain.send(OWNER, farms, ['setBridge', chain.account(OTHER)]);
  for (const farmId of FARM_IDS) {
    const token = await chain.token();
    await chain.supply(token, farms.address, { indexes: STAKERS, amount: WEALTH });
    const farm = { farmId, stakeToken: token.address, scaleBits: SCALE_BITS, maxRate: RATE_MAX };
    await chain.send(OWNER, farms, ['addFarm', { ...farm, hasTerms: false }]);
  }
  return { farms, reward };
}

/** Streams that emit exactly `RATE` in every farm until the end of the bench. */
async function startStreams(chain: GasChain, farms: Contract): Promise<number> {
  const endAt = chain.now + 1 + STREAM_SECONDS;
  const deltas = FARM_IDS.map(() => RATE * BigInt(STREAM_SECONDS));
  await chain.send(OWNER, farms, ['adjustStreams', endAt, FARM_IDS, deltas]);
  return endAt;
}

export interface FarmsResult extends Result {
  /** The first split, which also streams again what idled before anybody was staked. */
  readonly changeTenIdle: bigint;
  /** Ten farms split anew by an adjustment that also brings tokens. */
  readonly changeTenFunded: bigint;
}

export async function runFarms(chain: GasChain): Promise<FarmsResult> {
  const { farms, reward } = await deployFarms(chain);
  const endAt = await startStreams(chain, farms);
  const call = async (from: number, ...[name, ...args]: [string, ...unknown[]]) =>
    (await chain.send(from, farms, [name, ...args])).gas;
  let changeTenIdle = 0n;
  const result = await runScenario(chain, {
    deposit: (from, amount) => call(from, 'stake', 1, amount),
    claim: (from) => call(from, 'claim', 1),
    withdraw: (from, amount) => call(from, 'withdraw', 1, amount),
    exit: (from, amount) => call(from, 'exit', 1, amount),
    depositIn: (farm, amount) => call(MANY, 'stake', defined(FARM_IDS[farm], 'farm'), amount),
    changeTen: async () => {
      changeTenIdle = await call(OWNER, 'adjustStreams', endAt, FARM_IDS, resplit(0n));
      chain.pass(PAUSE_SECONDS);
      return call(OWNER, 'adjustStreams', endAt, FARM_IDS, resplit(0n).toReversed());
    },
    claimTen: () => call(MANY, 'claimMany', FARM_IDS),
    rewardOf: (index) => chain.balance(reward, index),
  });
  chain.pass(PAUSE_SECONDS);
  const changeTenFunded = await call(
    OWNER,
    'adjustStreams',
    endAt + 7 * DAY_SECONDS,
    FARM_IDS,
    resplit(parseEther('100')),
  );
  return { ...result, changeTenIdle, changeTenFunded };
}

/** Takes from every other farm what the one before it gets, and gives every farm `extra`. */
function resplit(extra: bigint): bigint[] {
  return FARM_IDS.map((_, index) => extra + parseEther(index % 2 === 0 ? '1000' : '-1000'));
}

export interface FourStreamGas {
  readonly 'stake, again': bigint;
  readonly claim: bigint;
  readonly 'claim one extra stream': bigint;
  readonly 'withdraw, part': bigint;
  readonly 'unstake all + claim': bigint;
}

/** One farm that pays four tokens; every balance and slot that is written was nonzero. */
export async function runFourStreams(chain: GasChain): Promise<FourStreamGas> {
  const { farms } = await deployFarms(chain);
  await startStreams(chain, farms);
  for (let stream = 1; stream <= EXTRA_STREAMS; stream += 1) {
    const token = await chain.token();
    await chain.supply(token, farms.address, { indexes: [OWNER], amount: FUNDS });
    const funder = chain.account(OWNER);
    await chain.send(OWNER, farms, ['addStream', 1, token.address, funder, RATE_MAX]);
    const amount = RATE * BigInt(STREAM_SECONDS);
    await chain.send(OWNER, farms, ['fundStream', 1, stream, amount, STREAM_SECONDS]);
  }
  const call = async (from: number, ...[name, ...args]: [string, ...unknown[]]) => {
    chain.pass(PAUSE_SECONDS);
    return (await chain.send(from, farms, [name, ...args])).gas;
  };
  await call(FIRST, 'stake', 1, parseEther('100'));
  await call(MEASURED, 'stake', 1, parseEther('10'));
  await call(MEASURED, 'claim', 1);
  return {
    'stake, again': await call(MEASURED, 'stake', 1, parseEther('10')),
    claim: await call(MEASURED, 'claim', 1),
    'claim one extra stream': await call(MEASURED, 'claimStream', 1, 1),
    'withdraw, part': await call(MEASURED, 'withdraw', 1, parseEther('5')),
    'unstake all + claim': await call(MEASURED, 'exit', 1, parseEther('15')),
  };
}
