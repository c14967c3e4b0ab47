import { onchainTable, primaryKey } from 'ponder';

export const farmEvent = onchainTable('farm_event', (t) => ({
  id: t.text().primaryKey(),
  kind: t.text().notNull(),
  farmId: t.integer().notNull(),
  user: t.hex().notNull(),
  amount: t.bigint().notNull(),
  block: t.bigint().notNull(),
  at: t.bigint().notNull(),
}));

export const position = onchainTable(
  'position',
  (t) => ({
    farmId: t.integer().notNull(),
    user: t.hex().notNull(),
    staked: t.bigint().notNull(),
    stakes: t.integer().notNull(),
    withdrawals: t.integer().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.farmId, table.user] }) }),
);

export const farm = onchainTable('farm', (t) => ({
  farmId: t.integer().primaryKey(),
  staked: t.bigint().notNull(),
  events: t.integer().notNull(),
}));

export const userReward = onchainTable('user_reward', (t) => ({
  user: t.hex().primaryKey(),
  total: t.bigint().notNull(),
}));
