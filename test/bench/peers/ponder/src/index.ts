import { ponder } from 'ponder:registry';
import { farm, farmEvent, position, userReward } from 'ponder:schema';

/** Principal moves by `delta`; a withdrawal is negative. */
async function move(event, context, kind, delta) {
  const { farmId, user } = event.args;
  const isStake = delta > 0n;
  await context.db
    .insert(position)
    .values({ farmId, user, staked: delta, stakes: isStake ? 1 : 0, withdrawals: isStake ? 0 : 1 })
    .onConflictDoUpdate((row) => ({
      staked: row.staked + delta,
      stakes: row.stakes + (isStake ? 1 : 0),
      withdrawals: row.withdrawals + (isStake ? 0 : 1),
    }));
  await context.db
    .insert(farm)
    .values({ farmId, staked: delta, events: 1 })
    .onConflictDoUpdate((row) => ({ staked: row.staked + delta, events: row.events + 1 }));
  await keep(event, context, kind);
}

async function keep(event, context, kind) {
  const { farmId, user, amount } = event.args;
  const { number: block, timestamp: at } = event.block;
  await context.db
    .insert(farmEvent)
    .values({ id: event.id, kind, farmId, user, amount, block, at });
}

ponder.on('Farms:Staked', ({ event, context }) =>
  move(event, context, 'staked', event.args.amount),
);

ponder.on('Farms:Withdrawn', ({ event, context }) =>
  move(event, context, 'withdrawn', -event.args.amount),
);

ponder.on('Farms:Claimed', async ({ event, context }) => {
  const { user, amount } = event.args;
  await context.db
    .insert(userReward)
    .values({ user, total: amount })
    .onConflictDoUpdate((row) => ({ total: row.total + amount }));
  await keep(event, context, 'claimed');
});
