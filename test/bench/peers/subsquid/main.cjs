const codec = require('@subsquid/evm-codec');
const { event, indexed } = require('@subsquid/evm-abi');
const { EvmBatchProcessor } = require('@subsquid/evm-processor');
const { TypeormDatabase } = require('@subsquid/typeorm-store');
const { In } = require('typeorm');
const { Farm, FarmEvent, Position, UserReward } = require('./lib/model');

const { BENCH_RPC_URL, BENCH_FARMS, BENCH_HEAD, BENCH_TOPICS } = process.env;
const topics = JSON.parse(BENCH_TOPICS);
const LOAD_MAX = 5_000;

const place = { farmId: indexed(codec.uint32), user: indexed(codec.address) };
const decode = {
  [topics.staked]: event(topics.staked, 'Staked(uint32,address,address,uint96,uint96,uint64)', {
    ...place,
    payer: codec.address,
    amount: codec.uint96,
    weight: codec.uint96,
    seq: codec.uint64,
  }),
  [topics.withdrawn]: event(
    topics.withdrawn,
    'Withdrawn(uint32,address,address,uint96,uint96,uint64)',
    { ...place, to: codec.address, amount: codec.uint96, weight: codec.uint96, seq: codec.uint64 },
  ),
  [topics.claimed]: event(topics.claimed, 'Claimed(uint32,address,address,uint256,uint64)', {
    ...place,
    to: codec.address,
    amount: codec.uint256,
    seq: codec.uint64,
  }),
};
const kinds = Object.fromEntries(Object.entries(topics).map(([kind, topic]) => [topic, kind]));

const processor = new EvmBatchProcessor()
  .setRpcEndpoint({ url: BENCH_RPC_URL, capacity: 20, maxBatchCallSize: 100 })
  .setFinalityConfirmation(4)
  .setBlockRange({ from: 0, to: Number(BENCH_HEAD) })
  .addLog({ address: [BENCH_FARMS], topic0: Object.values(topics) })
  .setFields({ log: { topics: true, data: true }, block: { timestamp: true } });

/** What a batch adds to each row, and its events. */
function fold(blocks) {
  const [events, positions, farms, rewards] = [[], new Map(), new Map(), new Map()];
  for (const { header, logs } of blocks) {
    for (const log of logs) {
      const kind = kinds[log.topics[0]];
      const { farmId, user, amount } = decode[log.topics[0]].decode(log);
      const [block, at] = [header.height, BigInt(header.timestamp)];
      events.push(new FarmEvent({ id: log.id, kind, farmId, user, amount, block, at }));
      if (kind === 'claimed') {
        rewards.set(user, (rewards.get(user) ?? 0n) + amount);
        continue;
      }
      const delta = kind === 'staked' ? amount : -amount;
      const key = `${farmId}-${user}`;
      const position = positions.get(key) ?? { farmId, user, delta: 0n, stakes: 0, withdrawals: 0 };
      position.delta += delta;
      if (delta > 0n) position.stakes += 1;
      else position.withdrawals += 1;
      positions.set(key, position);
      const farm = farms.get(String(farmId)) ?? { farmId, delta: 0n, events: 0 };
      farm.delta += delta;
      farm.events += 1;
      farms.set(String(farmId), farm);
    }
  }
  return { events, positions, farms, rewards };
}

async function load(store, Row, ids) {
  const rows = new Map();
  for (let start = 0; start < ids.length; start += LOAD_MAX) {
    const found = await store.findBy(Row, { id: In(ids.slice(start, start + LOAD_MAX)) });
    for (const row of found) rows.set(row.id, row);
  }
  return rows;
}

processor.run(new TypeormDatabase({ supportHotBlocks: true }), async ({ store, blocks }) => {
  const { events, positions, farms, rewards } = fold(blocks);
  const oldPositions = await load(store, Position, [...positions.keys()]);
  const oldFarms = await load(store, Farm, [...farms.keys()]);
  const oldRewards = await load(store, UserReward, [...rewards.keys()]);
  await store.upsert(
    [...positions].map(([id, { farmId, user, delta, stakes, withdrawals }]) => {
      const old = oldPositions.get(id) ?? { staked: 0n, stakes: 0, withdrawals: 0 };
      return new Position({
        id,
        farmId,
        user,
        staked: old.staked + delta,
        stakes: old.stakes + stakes,
        withdrawals: old.withdrawals + withdrawals,
      });
    }),
  );
  await store.upsert(
    [...farms].map(([id, { farmId, delta, events: count }]) => {
      const old = oldFarms.get(id) ?? { staked: 0n, events: 0 };
      return new Farm({ id, farmId, staked: old.staked + delta, events: old.events + count });
    }),
  );
  await store.upsert(
    [...rewards].map(([id, amount]) => {
      return new UserReward({ id, user: id, total: (oldRewards.get(id)?.total ?? 0n) + amount });
    }),
  );
  await store.insert(events);
});
