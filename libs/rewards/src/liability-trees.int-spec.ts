import { type AbiParameter, encodeAbiParameters, encodeEventTopics } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { positionBridgeAbi } from '#abi';
import { ChainRegistry } from '#chain';
import { aChainDeployment, anAppConfig } from '#chain/testing';
import { toBytea } from '#database';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { LogStore } from '#indexer';
import { type Address, defined, type Hex, toAddress, toChainId, toEid, toHex } from '#kernel';
import { type JournalDraft, LedgerService, type Liability, movement } from '#ledger';
import { LiabilityTrees } from './liability-trees.js';
import { NOBODY, PacketOwners } from './packet-owners.js';

const hash = toHex(`0x${'07'.repeat(32)}`);
const token = toAddress(`0x${'a1'.repeat(20)}`);
const alice = toAddress(`0x${'0a'.repeat(20)}`);
const bob = toAddress(`0x${'0b'.repeat(20)}`);
const guidOf = (byte: string): Hex => toHex(`0x${byte.repeat(32)}`);
const [flying, landed, stuck, unread, foreign] = ['11', '22', '33', '44', '55'].map(guidOf);
const carry = { depositedAt: 0, lockEnd: 0, tier: 0, tierBoostBps: 0, feeBps: 0 };

const source = aChainDeployment();
const destination = aChainDeployment({
  key: 'alpha',
  chainId: toChainId(900_231),
  eid: toEid(50_231),
});
const chains = new ChainRegistry(anAppConfig({ chains: [source, destination] }));

let database: TestDatabase;
let trees: LiabilityTrees;

beforeEach(async () => {
  database = await createTestDatabase();
  const { dataSource } = database;
  const owners = new PacketOwners(new LogStore(dataSource));
  trees = new LiabilityTrees(chains, new LedgerService(dataSource), owners);
  for (const { chainId } of [source, destination]) {
    await dataSource.query(
      `INSERT INTO chain_cursor (chain_id, cursor_block, cursor_hash, cursor_timestamp, head_block,
         head_hash, finalized_block, finalized_timestamp, sources_digest)
       VALUES ($1, 100, $2, 100, 100, $2, 100, 100, $2)`,
      [chainId, toBytea(hash)],
    );
  }
});
afterEach(() => database.close());

interface Step {
  readonly chain: typeof source;
  readonly block: number;
  readonly kind: string;
  readonly from: readonly [JournalDraft['postings'][number]['kind'], string];
  readonly to: readonly [JournalDraft['postings'][number]['kind'], string];
  readonly amount: bigint;
  /** Event of the bridge with its arguments. */
  readonly event?: { readonly eventName: 'MoveSent' | 'MoveEscrowed'; readonly args: object };
}

/** Books a step as the poster would, beside the log that caused it. */
async function play({ chain, block, kind, from, to, amount, event }: Step): Promise<void> {
  const { chainId } = chain;
  const { dataSource } = database;
  if (event !== undefined) await index(chain, block, event);
  const journal: JournalDraft = {
    businessKey: `log:${chainId}:${block}:0`,
    chainId,
    kind,
    block: { number: block, hash },
    txHash: hash,
    logIndex: 0,
    occurredAt: block,
    postings: movement({
      asset: token,
      from: { kind: from[0], owner: from[1] },
      to: { kind: to[0], owner: to[1] },
      amount,
    }),
  };
  await dataSource.transaction((manager) => new LedgerService(dataSource).post(manager, [journal]));
}

async function index(
  { chainId, contracts }: typeof source,
  block: number,
  { eventName, args }: NonNullable<Step['event']>,
): Promise<void> {
  const event = defined(
    positionBridgeAbi.find((entry) => entry.type === 'event' && entry.name === eventName),
    'event',
  );
  const inputs = ('inputs' in event ? event.inputs : []) as readonly (AbiParameter & {
    readonly indexed?: boolean;
  })[];
  const values = args as Readonly<Record<string, unknown>>;
  const plain = inputs.filter(({ indexed }) => indexed !== true);
  const data = encodeAbiParameters(
    plain,
    plain.map(({ name = '' }) => values[name]),
  );
  const topics = encodeEventTopics({
    abi: positionBridgeAbi,
    eventName,
    args: values,
  });
  const [topic0, topic1, topic2, topic3] = topics.map((topic) => toBytea(toHex(String(topic))));
  await database.dataSource.query(
    `INSERT INTO block (chain_id, number, hash, timestamp) VALUES ($1, $2, $3, $2)`,
    [chainId, block, toBytea(hash)],
  );
  await database.dataSource.query(
    `INSERT INTO raw_log (chain_id, block_number, log_index, tx_hash, address, topic0, topic1,
       topic2, topic3, data)
     VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8, $9)`,
    [
      chainId,
      block,
      toBytea(hash),
      toBytea(contracts.bridge),
      topic0,
      topic1,
      topic2,
      topic3,
      toBytea(toHex(data)),
    ],
  );
}

function sent(guid: Hex, recipient: Address, amount: bigint): NonNullable<Step['event']> {
  const place = { farmId: 1, dstEid: 50_231, dstFarmId: 1, seq: 1n };
  return {
    eventName: 'MoveSent',
    args: { guid, user: alice, recipient, amount, carry, ...place },
  };
}

function escrowed(guid: Hex, recipient: Address, amount: bigint): NonNullable<Step['event']> {
  const place = { farmId: 1, srcEid: 50_121, reason: '0x', seq: 1n };
  return { eventName: 'MoveEscrowed', args: { guid, recipient, token, amount, carry, ...place } };
}

async function owedAt(block: number) {
  const leaves: (Liability & { readonly chainId: number })[] = [];
  const heads = [source, destination].map(({ chainId }) => ({
    chainId,
    block,
    blockHash: hash,
    seq: 0,
    head: hash,
  }));
  const totals = await database.dataSource.transaction('REPEATABLE READ', (manager) =>
    trees.build(manager, {
      heads,
      each: (chainId, _asset, liability) => leaves.push({ ...liability, chainId }),
    }),
  );
  const sums = totals.map(({ chainId, tree, inFlight, other }) => [
    chainId,
    tree?.sum ?? 0n,
    inFlight,
    other,
  ]);
  return { leaves, sums };
}

const transit = (guid = hash) => ['bridge-transit', guid] as const;
const nothing = { staked: 0n, reward: 0n, escrow: 0n, inFlight: 0n };

describe('LiabilityTrees', () => {
  it('owes what is in flight or in escrow to the recipient of its packet, until it leaves', async () => {
    const custody = ['bridge-transit', 'custody'] as const;
    const [ofFlying, ofLanded] = [defined(flying, 'guid'), defined(landed, 'guid')];
    const [ofStuck, ofUnread] = [defined(stuck, 'guid'), defined(unread, 'guid')];
    const steps: readonly Step[] = [
      {
        chain: source,
        block: 1,
        kind: 'staked',
        from: ['external', alice],
        to: ['staked', `${alice}:1`],
        amount: 100n,
      },
      {
        chain: source,
        block: 2,
        kind: 'withdrawn',
        from: ['staked', `${alice}:1`],
        to: custody,
        amount: 60n,
      },
      {
        chain: source,
        block: 3,
        kind: 'move-sent',
        from: custody,
        to: transit(ofFlying),
        amount: 10n,
        event: sent(ofFlying, bob, 10n),
      },
      {
        chain: source,
        block: 4,
        kind: 'move-sent',
        from: custody,
        to: transit(ofLanded),
        amount: 20n,
        event: sent(ofLanded, alice, 20n),
      },
      // Somebody's own transfer over the token's bridge: no business of these contracts.
      {
        chain: source,
        block: 5,
        kind: 'tokens-sent',
        from: ['external', bob],
        to: transit(foreign),
        amount: 77n,
      },
      {
        chain: destination,
        block: 6,
        kind: 'move-restaked',
        from: transit(ofLanded),
        to: ['staked', `${alice}:1`],
        amount: 20n,
      },
      {
        chain: destination,
        block: 7,
        kind: 'move-escrowed',
        from: transit(ofStuck),
        to: ['bridge-escrow', ofStuck],
        amount: 5n,
        event: escrowed(ofStuck, alice, 5n),
      },
      {
        chain: destination,
        block: 8,
        kind: 'move-escrowed',
        from: transit(ofUnread),
        to: ['bridge-escrow', ofUnread],
        amount: 6n,
        event: escrowed(ofUnread, NOBODY, 6n),
      },
      {
        chain: destination,
        block: 9,
        kind: 'escrow-withdrawn',
        from: ['bridge-escrow', ofStuck],
        to: ['external', alice],
        amount: 5n,
      },
    ];
    for (const step of steps) await play(step);

    const [there, here] = [source.chainId, destination.chainId].map(Number);
    // Both packets left, none arrived: 30 still wait in the custody of the bridge.
    expect(await owedAt(5)).toEqual({
      leaves: [
        { ...nothing, chainId: there, user: alice, staked: 40n, inFlight: 20n },
        { ...nothing, chainId: there, user: bob, inFlight: 10n },
      ],
      sums: [[there, 70n, 30n, 30n]],
    });
    expect(await owedAt(8)).toEqual({
      leaves: [
        { ...nothing, chainId: there, user: alice, staked: 40n },
        { ...nothing, chainId: there, user: bob, inFlight: 10n },
        { ...nothing, chainId: here, user: NOBODY, escrow: 6n },
        { ...nothing, chainId: here, user: alice, staked: 20n, escrow: 5n },
      ],
      sums: [
        [there, 50n, 10n, 30n],
        [here, 31n, 0n, 0n],
      ],
    });
    const { leaves } = await owedAt(9);
    expect(leaves.at(-1)).toEqual({ ...nothing, chainId: here, user: alice, staked: 20n });
  });
});
