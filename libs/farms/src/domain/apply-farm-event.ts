import { type Address, assert, type FarmId } from '#kernel';
import {
  adjustFarm,
  changeWeight,
  claimAt,
  claimStreamAt,
  EMISSION,
  exitAt,
  type FarmState,
  newFarm,
  type Stake,
  streamIn,
  sweepFarm,
  withStream,
} from './accumulator.js';
import {
  type FarmBook,
  farmIn,
  positionKey,
  stakeIn,
  type TokenBook,
  tokenIn,
} from './farm-book.js';
import { type FarmEvent, type PositionEvent } from './farm-event.js';
import { accrueStream, DUST_BITS, newStream } from './stream.js';

type EventOf<Kind extends FarmEvent['kind']> = Extract<FarmEvent, { readonly kind: Kind }>;

/**
 * Applies one event and checks everything the event says against the twin.
 *
 * @throws {InvariantViolation} when an event is missing before this one, or when paid wei or a
 * stream differ from the twin's: the replica no longer mirrors the contract.
 */
export function applyFarmEvent(book: FarmBook, event: FarmEvent): void {
  assert(
    event.seq === book.seq + 1,
    `farms: event ${event.seq} follows ${book.seq}: the node left events out`,
  );
  book.seq = event.seq;
  switch (event.kind) {
    case 'farm-added':
      applyFarmAdded(book, event);
      return;
    case 'farm-state-set':
      setFarm(book, { ...farmIn(book, event.farmId), status: event.state });
      return;
    case 'terms-set': {
      const { tiers, steps } = event;
      setFarm(book, { ...farmIn(book, event.farmId), tiers, steps });
      return;
    }
    case 'max-rate-set':
    case 'stream-added':
    case 'funder-set':
      applyStreamTerms(book, event);
      return;
    case 'stream-adjusted':
      applyAdjustment(book, event);
      return;
    case 'stream-swept':
      applySweep(book, event);
      return;
    case 'treasury-paid': {
      const { token, amount } = event;
      changeToken(book, token, ({ treasuryDue }) => ({ treasuryDue: treasuryDue - amount }));
      return;
    }
    case 'recipient-set':
    case 'surplus-recovered':
    case 'guardian-set':
    case 'sentinel-set':
      // They change nothing that is staked or earned.
      return;
    default:
      applyPosition(book, event);
  }
}

function applyPosition(book: FarmBook, event: PositionEvent): void {
  switch (event.kind) {
    case 'staked':
    case 'withdrawn':
    case 'repriced':
      applyWeight(book, event);
      return;
    case 'exited':
      applyExit(book, event);
      return;
    case 'claimed':
      applyClaim(book, event);
      return;
    case 'stream-claimed':
      applyStreamClaim(book, event);
      return;
    case 'locked': {
      const { lockEnd, tier, tierBoostBps, feeBps } = event;
      const stake = stakeIn(book, event.farmId, event.user);
      const lock = { lockEnd, tier, tierBoostBps, feeBps };
      setStake(book, { ...stake, position: { ...stake.position, lock } });
      return;
    }
    case 'exit-fee-taken':
      applyExitFee(book, event);
      return;
    case 'stream-claim-skipped':
    // A token refused its transfer and the contract booked nothing.
  }
}

function setFarm(book: FarmBook, farm: FarmState): void {
  book.farms.set(farm.farmId, farm);
}

function setStake(book: FarmBook, { farm, position }: Stake): void {
  setFarm(book, farm);
  book.positions.set(positionKey(position.user, farm.farmId), position);
}

function changeToken(
  book: FarmBook,
  token: Address,
  change: (before: TokenBook) => Partial<TokenBook>,
): void {
  const before = tokenIn(book, token);
  const after = { ...before, ...change(before) };
  assert(after.treasuryDue >= 0n, `the treasury was paid more of ${token} than it is owed`);
  book.tokens.set(token, after);
}

function applyFarmAdded(book: FarmBook, event: EventOf<'farm-added'>): void {
  assert(!book.farms.has(event.farmId), `farm ${event.farmId} was added twice`);
  const { farmId, stakeToken, scaleBits, hasTerms, maxRate } = event;
  const { rewardToken: token, receiver: funder } = book.wiring;
  const emission = newStream({ token, funder, maxRate });
  setFarm(book, newFarm({ farmId, stakeToken, scaleBits, hasTerms, emission }));
}

function applyStreamTerms(
  book: FarmBook,
  event: EventOf<'max-rate-set'> | EventOf<'stream-added'> | EventOf<'funder-set'>,
): void {
  const { farmId, stream: index, at } = event;
  const farm = farmIn(book, farmId);
  if (event.kind === 'stream-added') {
    const { token, funder, maxRate } = event;
    assert(index === farm.streams.length, `farm ${farmId}: stream ${index} is not the next`);
    setFarm(book, { ...farm, streams: [...farm.streams, newStream({ token, funder, maxRate })] });
    return;
  }
  const stream = streamIn(farm, index);
  const changed =
    event.kind === 'funder-set'
      ? { ...stream, funder: event.funder }
      : { ...accrueStream(stream, farm, at), maxRate: event.maxRate };
  setFarm(book, withStream(farm, index, changed));
}

function applyWeight(
  book: FarmBook,
  event: EventOf<'staked'> | EventOf<'withdrawn'> | EventOf<'repriced'>,
): void {
  const { farmId, user, weight, at } = event;
  const stake = stakeIn(book, farmId, user);
  const amount = event.kind === 'repriced' ? 0n : event.amount;
  const principalDelta = event.kind === 'withdrawn' ? -amount : amount;
  setStake(book, changeWeight({ ...stake, principalDelta, weight, at }));
}

function applyExit(book: FarmBook, event: EventOf<'exited'>): void {
  const { farmId, user, amount, weight, at } = event;
  const { paid, ...stake } = exitAt({ ...stakeIn(book, farmId, user), amount, weight, at });
  assertPaid(event, paid, event.paid);
  setStake(book, stake);
  const { token } = streamIn(stake.farm, EMISSION);
  changeToken(book, token, ({ settled }) => ({ settled: settled + paid }));
}

function applyClaim(book: FarmBook, event: EventOf<'claimed'>): void {
  const { farmId, user, at } = event;
  const before = stakeIn(book, farmId, user);
  // The bridge takes whole units of what can travel and leaves the rest pending.
  const most = event.to === book.wiring.bridge ? event.amount : undefined;
  const { paid, ...stake } = claimAt({ ...before, at, most });
  assertPaid(event, paid, event.amount);
  setStake(book, stake);
  const { token, dustX } = streamIn(stake.farm, EMISSION);
  const dust = dustX - streamIn(before.farm, EMISSION).dustX;
  changeToken(book, token, (books) => {
    const total = books.dustX + dust;
    return {
      settled: books.settled + paid + (total >> DUST_BITS),
      dustX: BigInt.asUintN(Number(DUST_BITS), total),
    };
  });
}

function applyStreamClaim(book: FarmBook, event: EventOf<'stream-claimed'>): void {
  const { farmId, user, stream, at } = event;
  const { paid, ...stake } = claimStreamAt({ ...stakeIn(book, farmId, user), stream, at });
  assertPaid(event, paid, event.amount);
  setStake(book, stake);
  const { token } = streamIn(stake.farm, stream);
  changeToken(book, token, ({ settled }) => ({ settled: settled + paid }));
}

function assertPaid(
  event: { readonly farmId: FarmId; readonly user: Address },
  expected: bigint,
  paid: bigint,
): void {
  assert(
    expected === paid,
    `farm ${event.farmId}: ${event.user} was paid ${paid} wei, the replica says ${expected}`,
  );
}

function applyAdjustment(book: FarmBook, event: EventOf<'stream-adjusted'>): void {
  const { farmId, stream, delta, endAt, at } = event;
  const farm = adjustFarm({ farm: farmIn(book, farmId), stream, delta, endAt, at });
  const after = streamIn(farm, stream);
  assert(
    after.remaining === event.remaining && after.endAt === endAt,
    `farm ${farmId}: ${event.remaining} wei until ${endAt} in stream ${stream}, ` +
      `the replica says ${after.remaining} until ${after.endAt}`,
  );
  setFarm(book, farm);
  changeToken(book, after.token, ({ funded }) => ({ funded: funded + delta }));
}

function applySweep(book: FarmBook, event: EventOf<'stream-swept'>): void {
  const { farmId, stream, amount, at } = event;
  const { farm, swept } = sweepFarm({ farm: farmIn(book, farmId), stream, at });
  assert(
    swept === amount,
    `farm ${farmId}: stream ${stream} gave back ${amount} wei, the replica says ${swept}`,
  );
  setFarm(book, farm);
  const { token } = streamIn(farm, stream);
  changeToken(book, token, ({ funded }) => ({ funded: funded - swept }));
}

/** What stakers get is in the `stream-adjusted` beside it. */
function applyExitFee(book: FarmBook, event: EventOf<'exit-fee-taken'>): void {
  if (event.toStakers) return;
  const { stakeToken } = farmIn(book, event.farmId);
  changeToken(book, stakeToken, ({ treasuryDue }) => ({ treasuryDue: treasuryDue + event.fee }));
}
