import {
  accruedOf,
  accrueTo,
  applyFarmEvent,
  EMISSION,
  emptyBook,
  type FarmState,
  farmIn,
  type PositionState,
} from '#farms';
import { assert, defined, toAddress, toFarmId } from '#kernel';

const POSITIONS = 1_000_000;
const FARMS = 20;
const SCALE_BITS = 95;
const START_AT = 1_795_000_000;
const AS_OF = START_AT + 3_600;
const EMISSION_WEI = 10n ** 24n;
const STAKE_MAX = 10n ** 18n;
const NO_LOCK = { lockEnd: 0, tier: 0, tierBoostBps: 10_000, feeBps: 0 };

function address(value: number) {
  return toAddress(`0x${value.toString(16).padStart(40, '0')}`);
}

/** Farms that emit since `START_AT`, and as many positions as are asked for, staked at that time. */
function stakedFarms(): {
  readonly farms: readonly FarmState[];
  readonly positions: readonly PositionState[];
} {
  const book = emptyBook({ rewardToken: address(1), receiver: address(2), bridge: address(3) });
  const place = () => ({ seq: book.seq + 1, at: START_AT });
  for (let index = 1; index <= FARMS; index += 1) {
    const farmId = toFarmId(index);
    const settings = { scaleBits: SCALE_BITS, maxRate: EMISSION_WEI, hasTerms: false };
    applyFarmEvent(book, {
      ...place(),
      kind: 'farm-added',
      farmId,
      stakeToken: address(4),
      ...settings,
    });
    applyFarmEvent(book, {
      ...place(),
      kind: 'stream-adjusted',
      farmId,
      stream: EMISSION,
      delta: EMISSION_WEI,
      remaining: EMISSION_WEI,
      endAt: AS_OF,
    });
  }
  const weights = new Map<number, bigint>();
  const positions = Array.from({ length: POSITIONS }, (_, index): PositionState => {
    const farmId = toFarmId((index % FARMS) + 1);
    const weight = ((BigInt(index) * 7_919_000_000_007n) % STAKE_MAX) + (1n << 31n);
    weights.set(farmId, (weights.get(farmId) ?? 0n) + weight);
    const user = address(0x100000 + index);
    return { farmId, user, principal: weight, weight, lock: NO_LOCK, words: [0n], claimed: [0n] };
  });
  const farms = Array.from({ length: FARMS }, (_, index) => {
    const farm = farmIn(book, toFarmId(index + 1));
    return { ...farm, totalWeight: weights.get(farm.farmId) ?? 0n };
  });
  return { farms, positions };
}

/** Accrues a million positions up to one moment; the sum of all is checked against the emission. */
export async function benchAccrual(print: (line: object) => void): Promise<void> {
  const { farms, positions } = stakedFarms();
  const [startMs, cpuBefore] = [performance.now(), process.cpuUsage()];
  const accrued = new Map(farms.map((farm) => [farm.farmId, accrueTo(farm, AS_OF)]));
  let total = 0n;
  for (const position of positions) {
    const farm = defined(accrued.get(position.farmId), 'farm');
    total += accruedOf({ farm, position }, EMISSION, AS_OF);
  }
  const seconds = (performance.now() - startMs) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  const missing = EMISSION_WEI * BigInt(FARMS) - total;
  assert(missing >= 0n && missing <= BigInt(POSITIONS), 'all but less than a wei each is accrued');
  print({
    bench: 'accrual',
    positions: POSITIONS,
    seconds: Number(seconds.toFixed(2)),
    cpuSeconds: Number(((cpu.user + cpu.system) / 1e6).toFixed(2)),
    positionsPerSecond: Math.round(POSITIONS / seconds),
    rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
  });
  await Promise.resolve();
}
