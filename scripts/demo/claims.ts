/**
 * Checks everything the demo claims, at the end of the story: rows against chain calls, pair by
 * pair, and counts the pairs. A claim that does not hold is named. Of what the story remembers only
 * names are used: which move, proposal, payment and replaced transaction to look at.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sumOf } from '#kernel';
import {
  CHAIN_KEYS,
  type ChainKey,
  contractsOf,
  creditState,
  forEachChain,
  type Network,
  PROVIDERS,
  proposalState,
  REWARD_SUPPLY,
  supplyOf,
} from '../../apps/devnet/src/index.js';
import type { ApiClient } from './api-client.js';
import { claimedOn, ordersOn, deliveredPackets, epochOn, givenOn } from './chain-facts.js';
import { checkGoverned } from './governed.js';
import type { StoryFacts } from './story.js';
import {
  type BalanceView,
  type EpochView,
  isStreamingOn,
  type JournalView,
  type JourneyView,
  type Listing,
  type MessageView,
  type ProposalView,
} from './views.js';

const SETTLE_MS_MAX = 90_000;
const POLL_MS = 1_000;
const EPOCHS_MIN = 2;
const DELIVERED = ['delivered', 'composed'];

interface DifferenceView {
  readonly what: string;
  readonly account: string;
  readonly ledger: string;
  readonly chain: string;
}

interface ReconciliationView {
  readonly ok: boolean;
  readonly comparedPairs: number;
  readonly chains: readonly {
    readonly chainKey: string;
    readonly block: number | null;
    readonly driftWei: string | null;
    readonly differences: readonly DifferenceView[];
  }[];
  readonly problems: readonly string[];
}

/** The last line of `npm run demo -- --check`. */
export interface CheckReport {
  readonly ok: boolean;
  readonly failures: readonly string[];
  readonly chains: number;
  readonly epochsDecided: number;
  readonly ordersApplied: Readonly<Record<ChainKey, number>>;
  readonly messagesDelivered: number;
  readonly journeys: { readonly completed: number; readonly recovered: number };
  readonly proposalsVerified: number;
  readonly commandsApplied: number;
  readonly lockedPositions: number;
  readonly streamClaims: number;
  readonly users: number;
  readonly journals: number;
  readonly trialBalance: Readonly<Record<string, string>>;
  readonly comparedPairs: number;
  readonly driftWei: Readonly<Record<string, string | null>>;
  readonly claimedWei: Readonly<Record<ChainKey, string>>;
  readonly rewardSupply: { readonly chains: string; readonly inFlight: string };
  readonly wallSeconds: Readonly<Record<string, number>>;
}

interface Context {
  readonly network: Network;
  readonly api: ApiClient;
  readonly facts: StoryFacts;
  readonly failures: string[];
}

function holds({ failures }: Context, condition: boolean, otherwise: string): void {
  if (!condition) failures.push(otherwise);
}

/** Asks until the answer is wanted or the time is up; the last answer is what is judged. */
async function settled<Answer>(
  ask: () => Promise<Answer>,
  isWanted: (answer: Answer) => boolean,
): Promise<Answer> {
  const deadline = Date.now() + SETTLE_MS_MAX;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer) || Date.now() > deadline) return answer;
    await sleep(POLL_MS);
  }
}

/** The ledger against the chains, at blocks that cover every payment of the story. */
async function reconcile(context: Context): Promise<ReconciliationView> {
  const { api, network, facts } = context;
  const covers = ({ chains }: ReconciliationView): boolean =>
    facts.payouts.every(({ chain, block }) =>
      chains.some(({ chainKey, block: at }) => chainKey === chain && (at ?? -1) >= block),
    );
  const report = await settled(
    async () => api.post<ReconciliationView>('/reconciliations'),
    covers,
  );
  holds(context, covers(report), 'the blocks compared do not cover the payments of the story');
  context.failures.push(...report.problems);
  for (const { chainKey, block, differences } of report.chains) {
    for (const { what, account, ledger, chain } of differences) {
      context.failures.push(
        `${chainKey}, block ${block}: ${what} of ${account} is ${ledger} in the ledger and ` +
          `${chain} on the chain`,
      );
    }
  }
  holds(context, report.ok, 'the reconciliation is not ok');
  const farms = network.deployment.chains.reduce((total, chain) => total + chain.farms.length, 0);
  const wanted = PROVIDERS.length * farms;
  holds(
    context,
    report.comparedPairs >= wanted,
    `only ${report.comparedPairs} pairs of user and farm were compared, not ${wanted}`,
  );
  return report;
}

/** Payments in the ledger against the logs of the farms, account by account. */
async function payments(context: Context) {
  const { api, network, facts } = context;
  const users = new Set<string>();
  const claimedWei = { hub: 0n, alpha: 0n, beta: 0n };
  let pairs = 0;
  let streamClaims = 0;
  for (const chain of CHAIN_KEYS) {
    const path = `/ledger/balances?kind=reward&chain=${chain}&limit=200`;
    const { items } = await api.get<Listing<BalanceView>>(path);
    const block = Number(await network.chains[chain].client.getBlockNumber());
    const onChain = await claimedOn(network, { chain, block });
    const paid = new Map(items.map(({ owner, debits }) => [owner, BigInt(debits)]));
    for (const owner of new Set([...onChain.keys(), ...paid.keys()])) {
      users.add(owner.slice(0, owner.indexOf(':')));
      pairs += 1;
      const [ledger = 0n, logs = 0n] = [paid.get(owner), onChain.get(owner)];
      holds(
        context,
        ledger === logs,
        `payments to ${owner} on ${chain} are ${ledger} in the ledger and ${logs} on the chain`,
      );
    }
    const ofEmission = [...onChain].filter(([owner]) => owner.split(':').length === 2);
    claimedWei[chain] = sumOf(ofEmission.map(([, amount]) => amount));
    streamClaims += onChain.size - ofEmission.length;
    const claims = facts.payouts.some((payout) => payout.chain === chain);
    holds(context, !claims || claimedWei[chain] > 0n, `nothing was claimed on ${chain}`);
  }
  holds(context, users.size >= PROVIDERS.length, `the ledger knows only ${users.size} users`);
  holds(context, streamClaims > 0, 'nobody claimed a stream beside the emission');
  return { users: users.size, claimedWei, streamClaims, pairs };
}

/** Every payment has its journal; the stake that a reorganisation took back has none. */
async function journals(context: Context): Promise<void> {
  const { api, facts } = context;
  const posted = new Set<string>();
  let path: string | undefined = '/ledger/journals?limit=200';
  while (path !== undefined) {
    const page: Listing<JournalView> & { readonly nextBefore: number | null } = await api.get(path);
    for (const { txHash } of page.items) if (txHash !== null) posted.add(txHash);
    const { nextBefore } = page;
    path = nextBefore === null ? undefined : `/ledger/journals?limit=200&before=${nextBefore}`;
  }
  for (const { txHash } of facts.payouts) {
    holds(context, posted.has(txHash), `the ledger has no journal of the payment ${txHash}`);
  }
  holds(
    context,
    !posted.has(facts.droppedStakeTx),
    `the ledger has a journal of ${facts.droppedStakeTx}, which no chain holds`,
  );
}

interface DecidedEpochs {
  readonly dispatched: Awaited<ReturnType<typeof ordersOn>>;
  readonly rows: readonly EpochView[];
}

function orderOf({ rows }: DecidedEpochs, one: { readonly epoch: number; readonly eid: number }) {
  const row = rows.find(({ epoch }) => epoch === one.epoch);
  return { row, order: row?.orders.find(({ eid }) => eid === one.eid) };
}

/** Decisions and orders against the controller and the receivers. */
async function epochs(context: Context) {
  const { api, network } = context;
  const all = await settled(
    async (): Promise<DecidedEpochs> => ({
      dispatched: await ordersOn(network),
      rows: (await api.get<Listing<EpochView>>('/epochs?limit=100')).items,
    }),
    (epochsNow) =>
      epochsNow.dispatched.every((one) => orderOf(epochsNow, one).order?.status === 'applied'),
  );
  const applied = { hub: 0, alpha: 0, beta: 0 };
  let pairs = 0;
  for (const epoch of new Set(all.dispatched.map((one) => one.epoch))) {
    const chain = await epochOn(network, epoch);
    const row = all.rows.find((candidate) => candidate.epoch === epoch);
    pairs += 1;
    const isSame =
      row !== undefined &&
      chain.budgetSD === BigInt(row.budgetSD) &&
      chain.evidenceHash === row.evidenceHash &&
      chain.revision === row.revision;
    holds(context, isSame, `epoch ${epoch} differs from the controller`);
  }
  for (const one of all.dispatched) {
    const { row, order } = orderOf(all, one);
    const key = CHAIN_KEYS.find((candidate) => candidate === order?.chainKey);
    if (row === undefined || order?.status !== 'applied' || key === undefined) {
      context.failures.push(`epoch ${one.epoch}: the order for ${one.eid} is not applied`);
      continue;
    }
    const farmIds = row.targets.filter(({ eid }) => eid === one.eid).map(({ farmId }) => farmId);
    const given = await givenOn(network, { chain: key, epoch: one.epoch, farmIds });
    pairs += 1;
    if (given > 0n) applied[key] += 1;
    holds(
      context,
      given === BigInt(order.appliedNet),
      `epoch ${one.epoch} on ${key}: the row says ${order.appliedNet} wei stream, the chain ${given}`,
    );
  }
  const streaming = all.rows.filter((epoch) => isStreamingOn(epoch, CHAIN_KEYS));
  holds(context, streaming.length >= EPOCHS_MIN, 'too few epochs were applied on every chain');
  return { decided: new Set(all.dispatched.map(({ epoch }) => epoch)).size, applied, pairs };
}

async function outcomes(context: Context) {
  const { api, network, facts } = context;
  const all = (await api.get<Listing<JourneyView>>('/journeys?limit=200')).items;
  for (const [guid, state] of [
    [facts.completedMove, 'restaked'],
    [facts.recoveredMove, 'withdrawn'],
  ] as const) {
    const row = all.find((journey) => journey.guid === guid);
    const credit = await creditState(network, { chain: 'beta', guid });
    holds(
      context,
      row?.state === state && credit === state,
      `move ${guid} must be ${state}: the row says ${row?.state}, the chain ${credit}`,
    );
  }
  const proposals = (await api.get<Listing<ProposalView>>('/proposals')).items;
  const verified = proposals.filter(({ verification }) => verification?.status === 'verified');
  for (const proposalId of facts.proposalIds) {
    const isVerified = verified.some(({ id }) => id === proposalId);
    holds(context, isVerified, `proposal ${proposalId} is not verified`);
    const state = await proposalState(network, BigInt(proposalId));
    holds(context, state === 'executed', `the governor says proposal ${proposalId} is ${state}`);
  }
  const messages = await settled(
    async () => {
      const { items } = await api.get<Listing<MessageView>>('/messages?limit=200');
      const rows = items.filter(({ status }) => DELIVERED.includes(status)).length;
      return { rows, chain: await deliveredPackets(network) };
    },
    ({ rows, chain }) => rows === chain,
  );
  holds(
    context,
    messages.rows === messages.chain,
    `${messages.rows} packets are delivered in the rows and ${messages.chain} on the chains`,
  );
  const count = (states: readonly string[]) =>
    all.filter((journey) => states.includes(journey.state)).length;
  return {
    journeys: { completed: count(['restaked']), recovered: count(['withdrawn', 'returned']) },
    proposals: verified.length,
    messages: messages.rows,
  };
}

async function trialBalance(context: Context): Promise<Readonly<Record<string, string>>> {
  type Line = { readonly chainKey: string; readonly asset: string; readonly difference: string };
  const { items } = await context.api.get<Listing<Line>>('/ledger/trial-balance');
  holds(context, items.length > 0, 'the trial balance is empty');
  for (const { chainKey, asset, difference } of items) {
    holds(
      context,
      difference === '0',
      `the trial balance of ${chainKey}:${asset} is ${difference}`,
    );
  }
  return Object.fromEntries(
    items.map(({ chainKey, asset, difference }) => [`${chainKey}:${asset}`, difference]),
  );
}

/** The supply adds up only between deliveries; it is read until nothing moves meanwhile. */
async function rewardSupply(context: Context) {
  const { network } = context;
  const addresses = forEachChain((key) => contractsOf(network, key).rewardToken);
  const supply = await settled(
    async () => supplyOf(network, addresses),
    ({ total }) => total === REWARD_SUPPLY,
  );
  holds(
    context,
    supply.total === REWARD_SUPPLY,
    `reward tokens over all chains and in flight are ${supply.total}, not ${REWARD_SUPPLY}`,
  );
  return {
    chains: sumOf(CHAIN_KEYS.map((key) => supply.perChain[key])).toString(),
    inFlight: supply.inFlight.toString(),
  };
}

/** Checks everything and says what does not hold; throws only when something cannot be read. */
export async function checkClaims(options: {
  readonly network: Network;
  readonly api: ApiClient;
  readonly facts: StoryFacts;
  readonly wallSeconds: Readonly<Record<string, number>>;
}): Promise<CheckReport> {
  const { api, facts } = options;
  const context: Context = { ...options, failures: [] };
  const report = await reconcile(context);
  const paid = await payments(context);
  await journals(context);
  const run = await epochs(context);
  const came = await outcomes(context);
  const governed = await checkGoverned(context);
  const trial = await trialBalance(context);
  const supply = await rewardSupply(context);
  const digest = await api.get<{ readonly journals: number }>('/ledger/digest');
  return {
    ok: context.failures.length === 0,
    failures: context.failures,
    chains: report.chains.filter(({ block }) => block !== null).length,
    epochsDecided: run.decided,
    ordersApplied: run.applied,
    messagesDelivered: came.messages,
    journeys: came.journeys,
    proposalsVerified: came.proposals,
    commandsApplied: governed.applied,
    lockedPositions: governed.locked,
    streamClaims: paid.streamClaims,
    users: paid.users,
    journals: digest.journals,
    trialBalance: trial,
    comparedPairs: report.comparedPairs + paid.pairs + run.pairs + governed.pairs,
    driftWei: Object.fromEntries(
      report.chains.map(({ chainKey, driftWei }) => [chainKey, driftWei]),
    ),
    claimedWei: forEachChain((key) => paid.claimedWei[key].toString()),
    rewardSupply: supply,
    wallSeconds: { ...options.wallSeconds, ...facts.wallSeconds },
  };
}
