/**
 * The story the demo plays: what happens to whom, in which order. Actors act on the chains; what
 * came of it is read from the API, so that a step ends only when the service knows it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEther, parseUnits, type PublicClient } from 'viem';
import type { Hex } from '#kernel';
import {
  accountOf,
  budgetsOf,
  CHAIN_KEYS,
  type ChainKey,
  CHAINS,
  claim,
  claimStream,
  move,
  moveIntoEscrow,
  type Network,
  passCommands,
  passSchedule,
  PROVIDERS,
  reorg,
  retryCommand,
  type SentCommand,
  stake,
  stakeLocked,
  swap,
  withdraw,
  withdrawEscrow,
} from '../../apps/devnet/src/index.js';
import type { ApiClient } from './api-client.js';
import {
  type CommandView,
  type EpochView,
  isStreamingOn,
  isInFlight,
  type JourneyView,
  type Listing,
  type MessageView,
  type PositionView,
  type ProposalView,
} from './views.js';

const POLL_MS = 300;
const STEP_MS_MAX = 240_000;
/** Who takes rewards, one on each chain. */
const CLAIMS = [
  { who: 'alice', chain: 'hub', farmId: 1 },
  { who: 'bob', chain: 'alpha', farmId: 3 },
  { who: 'dave', chain: 'beta', farmId: 2 },
] as const;
/** Who takes dollars that a farm pays beside the emission. */
const STREAM_CLAIM = { who: 'dave', chain: 'beta', farmId: 3, stream: 1 } as const;
/** Who locks a position, under the second tier of the farm. */
export const LOCKED = { who: 'carol', chain: 'hub', farmId: 2, tier: 2 } as const;
const REORG_ATTEMPTS = 5;
/** Blocks that may still be replaced: the one four below the head is final on the local network. */
const REORG_DEPTH_MAX = 4;

export interface StoryOptions {
  readonly network: Network;
  readonly api: ApiClient;
  readonly epochSeconds: number;
  readonly epochs: number;
  readonly say: (line: string) => void;
}

/** A payment out of a farm. */
export interface Payout {
  readonly chain: ChainKey;
  readonly txHash: Hex;
  readonly block: number;
}

/** What the story did that can be checked afterwards. */
export interface StoryFacts {
  readonly completedMove: Hex;
  readonly recoveredMove: Hex;
  readonly proposalIds: readonly string[];
  readonly commands: readonly SentCommand[];
  /** Claims and a withdrawal, each of which must be in what is compared. */
  readonly payouts: readonly Payout[];
  readonly droppedStakeTx: string;
  readonly wallSeconds: Readonly<Record<string, number>>;
}

/** A proposal of commands, and what it sent. */
interface CommandedStory {
  readonly id: string;
  readonly sent: readonly SentCommand[];
}

/** A step did not come to its end in time. */
export class StoryStuck extends Error {
  override readonly name = 'StoryStuck';
}

async function until<Value>(what: string, probe: () => Promise<Value | undefined>): Promise<Value> {
  const deadline = Date.now() + STEP_MS_MAX;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) {
      throw new StoryStuck(`${what} did not happen within ${STEP_MS_MAX / 1000} s`);
    }
    await sleep(POLL_MS);
  }
}

class Stopwatch {
  readonly seconds: Record<string, number> = {};

  async time<Value>(phase: string, work: () => Promise<Value>): Promise<Value> {
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      this.seconds[phase] = Math.round((performance.now() - startedAt) / 100) / 10;
    }
  }
}

/** Every provider stakes in every farm, each a little differently. */
async function stakeEverywhere({ network, say }: StoryOptions): Promise<void> {
  await Promise.all(
    PROVIDERS.map(async (who, index) => {
      for (const chain of network.deployment.chains) {
        const key = CHAIN_KEYS.find((candidate) => candidate === chain.key);
        if (key === undefined) continue;
        for (const farm of chain.farms) {
          const whole = String(100 * (index + 1) + 10 * farm.farmId);
          const amount = parseUnits(whole, farm.stakeDecimals);
          await stake(network, { who, chain: key, farmId: farm.farmId, amount });
        }
      }
      say(`${who} stakes in every farm of every chain`);
    }),
  );
}

async function waitForEpochs(options: StoryOptions): Promise<EpochView> {
  const { api, epochs, say } = options;
  const seen = new Set<number>();
  return until(`${epochs} epochs applied on every chain`, async () => {
    const { items } = await api.get<Listing<EpochView>>('/epochs?limit=20');
    const applied = items.filter((epoch) => isStreamingOn(epoch, CHAIN_KEYS));
    for (const { epoch } of applied) {
      if (!seen.has(epoch)) say(`epoch ${epoch} is decided and its orders stream on every chain`);
      seen.add(epoch);
    }
    return applied.length >= epochs ? applied[0] : undefined;
  });
}

async function journeyIn(api: ApiClient, guid: string, state: string): Promise<JourneyView> {
  return until(`state ${state} of the move ${guid}`, async () => {
    const { items } = await api.get<Listing<JourneyView>>('/journeys?limit=50');
    return items.find((journey) => journey.guid === guid && journey.state === state);
  });
}

/** Bob's DLT goes from alpha to beta and is staked there. */
async function completeMove({ network, api, say }: StoryOptions): Promise<Hex> {
  const sent = await move(network, {
    who: 'bob',
    from: { chain: 'alpha', farmId: 3 },
    to: { chain: 'beta', farmId: 3 },
    amount: parseEther('150'),
  });
  say(`bob moves a position from alpha to beta (${sent.guid})`);
  const journey = await journeyIn(api, sent.guid, 'restaked');
  say(`bob's move: ${journey.where}`);
  return sent.guid;
}

/** Carol's farm on beta ends while her position is on its way; she takes it out of escrow. */
async function recoverMove({ network, api, say }: StoryOptions): Promise<Hex> {
  const sent = await moveIntoEscrow(network, {
    who: 'carol',
    from: { chain: 'alpha', farmId: 1 },
    to: { chain: 'beta', farmId: 1 },
    amount: parseEther('200'),
  });
  const escrowed = await journeyIn(api, sent.guid, 'escrowed');
  say(`carol's move failed on arrival: ${escrowed.where}`);
  await withdrawEscrow(network, { chain: 'beta', guid: sent.guid, who: 'carol' });
  const recovered = await journeyIn(api, sent.guid, 'withdrawn');
  say(`carol recovered it: ${recovered.where}`);
  return sent.guid;
}

/** A proposal cuts the budget; it is verified when an epoch with the new one ran everywhere. */
async function changeEmission(options: StoryOptions): Promise<string> {
  const { network, api, epochSeconds, say } = options;
  const { budgetSD, floorSD } = budgetsOf(epochSeconds);
  say('alice proposes four fifths of the budget');
  const { proposal } = await passSchedule(network, {
    schedule: { budgetSD: (budgetSD * 4n) / 5n, floorSD, decayBps: 0, decayEvery: 0 },
    description: 'Four fifths of the budget\n\nThe demo shows a change of the emission.',
    voters: ['alice', 'bob', 'dave'],
  });
  say('the proposal is executed; its effect is looked for on every chain');
  const id = proposal.id.toString();
  await verified(api, id);
  say('the proposal is verified: the new budget streams on every chain');
  return id;
}

/** Two commands in one proposal: one is applied at once, the other sets a limit and waits. */
async function commandSpokes(options: StoryOptions): Promise<CommandedStory> {
  const { network, api, say } = options;
  say('bob proposes two commands to the spokes');
  const { proposal, sent } = await passCommands(network, {
    commands: [
      {
        chain: 'beta',
        command: { kind: 'set-max-rate', farmId: 2, stream: 0, maxRate: parseEther('12') },
      },
      {
        chain: 'alpha',
        command: {
          kind: 'set-inbound-limit',
          eid: CHAINS.beta.eid,
          limit: parseEther('2000000'),
          window: 120,
        },
      },
    ],
    description: 'Slower dollars, faster tokens\n\nThe demo commands two spokes from the hub.',
    voters: ['bob', 'carol', 'dave'],
  });
  for (const command of sent) {
    const state = command.chain === 'beta' ? 'applied' : 'waiting';
    const row = await commandIn(api, command, state);
    say(`${row.id}: ${row.sentence} ${row.cause ?? 'It is applied.'}`);
    if (state === 'applied') continue;
    await retryCommand(network, { ...command, who: 'stranger' });
    await commandIn(api, command, 'applied');
    say(`${row.id} had waited long enough: a stranger carried it out`);
  }
  const id = proposal.id.toString();
  await verified(api, id);
  say('the proposal is verified: both commands are applied on their chains');
  return { id, sent };
}

async function commandIn(api: ApiClient, command: SentCommand, state: string) {
  const id = `${command.chain}:${command.no}`;
  return until(`state ${state} of the command ${id}`, async () => {
    const { items } = await api.get<Listing<CommandView>>('/commands');
    return items.find((row) => row.id === id && row.state === state);
  });
}

async function verified(api: ApiClient, id: string): Promise<ProposalView> {
  return until(`verification of proposal ${id}`, async () => {
    const { items } = await api.get<Listing<ProposalView>>('/proposals');
    const found = items.find((candidate) => candidate.id === id);
    return found?.verification?.status === 'verified' ? found : undefined;
  });
}

/** Carol locks what she has in a farm with terms, and then earns by more than it. */
async function lockPosition({ network, api, say }: StoryOptions): Promise<void> {
  const { who, chain, farmId, tier } = LOCKED;
  await stakeLocked(network, { who, chain, farmId, tier, amount: parseEther('40') });
  const user = accountOf(who).address;
  const path = `/positions?user=${user}&chain=${chain}&farmId=${farmId}&view=provisional`;
  const row = await until('the lock', async () => {
    const { items } = await api.get<Listing<PositionView>>(path);
    return items.find(({ lock }) => lock?.tier === tier);
  });
  const boost = (BigInt(row.weight) * 100n) / BigInt(row.staked);
  say(`carol locks her DLT on ${chain} under tier ${tier} and earns as ${boost} % of it`);
}

async function stakedOf(api: ApiClient, view: 'provisional' | 'final'): Promise<bigint> {
  const user = accountOf('dave').address;
  const path = `/positions?user=${user}&chain=alpha&farmId=1&view=${view}`;
  const { items } = await api.get<Listing<PositionView>>(path);
  return BigInt(items[0]?.staked ?? '0');
}

async function isMined(client: PublicClient, hash: Hex): Promise<boolean> {
  const receipt = await client.request({ method: 'eth_getTransactionReceipt', params: [hash] });
  return receipt !== null;
}

/** A reorganisation takes a stake of dave back; the ledger never knew it. */
async function replaceBlocks(options: StoryOptions): Promise<string> {
  const { network, api, say } = options;
  const amount = parseEther('7');
  const { client } = network.chains.alpha;
  for (let attempt = 1; attempt <= REORG_ATTEMPTS; attempt += 1) {
    await until('a moment in which no packet is on its way', async () => {
      const { items } = await api.get<Listing<MessageView>>('/messages?limit=50');
      return items.every((message) => !isInFlight(message) && message.isFinal) ? true : undefined;
    });
    const before = await stakedOf(api, 'provisional');
    const { txHash } = await stake(network, { who: 'dave', chain: 'alpha', farmId: 1, amount });
    const { blockNumber } = await client.getTransactionReceipt({ hash: txHash });
    await until('the provisional stake', async () =>
      (await stakedOf(api, 'provisional')) === before + amount ? true : undefined,
    );
    // One more than needed: the depth counts from the head of the moment the chain gets it.
    const depth = Number((await client.getBlockNumber()) - blockNumber) + 2;
    if (depth > REORG_DEPTH_MAX) continue;
    say(`dave's stake shows on alpha, provisionally; now its last ${depth} blocks are replaced`);
    await reorg(network, { chain: 'alpha', depth });
    if (await isMined(client, txHash)) continue;
    await until('the provisional stake taken back', async () =>
      (await stakedOf(api, 'provisional')) === before ? true : undefined,
    );
    say('the provisional value followed');
    return txHash;
  }
  throw new StoryStuck(`${REORG_ATTEMPTS} stakes could not be replaced in time`);
}

async function trade({ network, say }: StoryOptions): Promise<void> {
  await swap(network, { sell: 'token0', amount: parseEther('500') });
  await swap(network, { sell: 'token1', amount: parseEther('300') });
  say('a trader swaps on the pair of alpha');
}

/**
 * Some take their rewards, one takes stake out, early enough for the next end of an epoch to cover
 * it: what was paid has to be in the ledger as well.
 */
async function harvest({ network, api, say }: StoryOptions): Promise<readonly Payout[]> {
  for (const { who, chain, farmId, stream } of [
    ...CLAIMS.map((one) => ({ ...one, stream: 0 })),
    STREAM_CLAIM,
  ]) {
    const path = `/positions?user=${accountOf(who).address}&chain=${chain}&farmId=${farmId}`;
    await until(`rewards of ${who} on ${chain}`, async () => {
      const { items } = await api.get<Listing<PositionView>>(`${path}&view=provisional`);
      const hasEarned = items.some(({ rewards }) =>
        rewards.some((reward) => reward.stream === stream && reward.earned !== '0'),
      );
      return hasEarned ? true : undefined;
    });
  }
  const withdrawal = { who: 'erin', chain: 'alpha', farmId: 2, amount: parseEther('50') } as const;
  const done = [
    ...(await Promise.all(
      CLAIMS.map(async (one) => ({ chain: one.chain, ...(await claim(network, one)) })),
    )),
    { chain: STREAM_CLAIM.chain, ...(await claimStream(network, STREAM_CLAIM)) },
    { chain: withdrawal.chain, ...(await withdraw(network, withdrawal)) },
  ];
  say(
    'alice, bob and dave claim their rewards, dave dollars too; erin takes a part of her stake out',
  );
  return Promise.all(
    done.map(async ({ chain, txHash }) => {
      const { client } = network.chains[chain];
      const { blockNumber } = await client.getTransactionReceipt({ hash: txHash });
      return { chain, txHash, block: Number(blockNumber) };
    }),
  );
}

/** Plays everything once. @throws {StoryStuck} naming the step that did not end. */
export async function playStory(options: StoryOptions): Promise<StoryFacts> {
  const watch = new Stopwatch();
  await watch.time('stakes', async () => stakeEverywhere(options));
  const [, , completedMove, recoveredMove, proposalId, commanded, payouts] = await Promise.all([
    trade(options),
    watch.time('lock', async () => lockPosition(options)),
    watch.time('move', async () => completeMove(options)),
    watch.time('recovery', async () => recoverMove(options)),
    watch.time('proposal', async () => changeEmission(options)),
    watch.time('commands', async () => commandSpokes(options)),
    watch.time('claims', async () => harvest(options)),
    watch.time('epochs', async () => waitForEpochs(options)),
  ]);
  const droppedStakeTx = await watch.time('reorg', async () => replaceBlocks(options));
  return {
    completedMove,
    recoveredMove,
    proposalIds: [proposalId, commanded.id],
    commands: commanded.sent,
    payouts,
    droppedStakeTx,
    wallSeconds: watch.seconds,
  };
}
