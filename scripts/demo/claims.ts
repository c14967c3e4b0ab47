/**
 * Checks everything the demo claims, at the end of the story: rows against chain calls, pair by
 * pair. A claim that does not hold is named; nothing is taken from what the story remembers except
 * which move, proposal and transaction to look at.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { emissionReceiverAbi } from '#abi';
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
import type { StoryFacts } from './story.js';
import {
  isAppliedOn,
  isInFlight,
  type JournalView,
  type JourneyView,
  type Listing,
  type MessageView,
  type ProposalView,
} from './views.js';

const QUIET_MS_MAX = 60_000;
const TOKENS = 1;

interface TargetView {
  readonly eid: number;
  readonly farmId: number;
}

interface FullOrderView {
  readonly chainKey: string;
  readonly eid: number;
  readonly status: string;
  readonly appliedNet: string;
}

interface FullEpochView {
  readonly epoch: number;
  readonly isFinal: boolean;
  readonly budgetSD: string;
  readonly targets: readonly TargetView[];
  readonly orders: readonly FullOrderView[];
}

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
    readonly block: number;
    readonly driftWei: string;
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
  readonly ordersApplied: Readonly<Record<string, number>>;
  readonly messagesDelivered: number;
  readonly journeys: { readonly completed: number; readonly recovered: number };
  readonly proposalsVerified: number;
  readonly users: number;
  readonly journals: number;
  readonly trialBalance: Readonly<Record<string, string>>;
  readonly comparedPairs: number;
  readonly driftWei: Readonly<Record<string, string>>;
  readonly rewardSupply: { readonly chains: string; readonly inFlight: string };
  readonly wallSeconds: Readonly<Record<string, number>>;
}

class Claims {
  readonly failures: string[] = [];

  holds(condition: boolean, otherwise: string): void {
    if (!condition) this.failures.push(otherwise);
  }
}

async function ordersAgainstChain(
  context: { readonly network: Network; readonly claims: Claims },
  epochs: readonly FullEpochView[],
): Promise<{ readonly applied: Record<ChainKey, number>; readonly pairs: number }> {
  const { network, claims } = context;
  const applied = { hub: 0, alpha: 0, beta: 0 };
  let pairs = 0;
  for (const epoch of epochs.filter((candidate) => candidate.isFinal)) {
    for (const key of CHAIN_KEYS) {
      const order = epoch.orders.find((candidate) => candidate.chainKey === key);
      if (order?.status !== 'applied') continue;
      const farms = epoch.targets.filter(({ eid }) => eid === order.eid);
      const given = await Promise.all(
        farms.map(async ({ farmId }) =>
          network.chains[key].client.readContract({
            address: contractsOf(network, key).receiver,
            abi: emissionReceiverAbi,
            functionName: 'givenOf',
            args: [epoch.epoch, farmId],
          }),
        ),
      );
      pairs += 1;
      applied[key] += 1;
      claims.holds(
        sumOf(given) === BigInt(order.appliedNet),
        `epoch ${epoch.epoch} on ${key}: the row says ${order.appliedNet} wei are streamed, ` +
          `the chain says ${sumOf(given)}`,
      );
    }
  }
  return { applied, pairs };
}

async function outcomes(
  context: { readonly api: ApiClient; readonly network: Network; readonly claims: Claims },
  facts: StoryFacts,
): Promise<{ completed: number; recovered: number; proposals: number; messages: number }> {
  const { api, network, claims } = context;
  const journeys = (await api.get<Listing<JourneyView>>('/journeys?limit=200')).items;
  const inState = (state: string) => journeys.filter((journey) => journey.state === state);
  for (const [guid, state] of [
    [facts.completedMove, 'restaked'],
    [facts.recoveredMove, 'withdrawn'],
  ] as const) {
    const row = journeys.find((journey) => journey.guid === guid);
    claims.holds(row?.state === state, `move ${guid}: the row is ${row?.state}, not ${state}`);
    const credit = await creditState(network, { chain: 'beta', guid: guid as `0x${string}` });
    claims.holds(credit === state, `move ${guid}: the chain says ${credit}, not ${state}`);
  }
  const proposals = (await api.get<Listing<ProposalView>>('/proposals')).items;
  const verified = proposals.filter(({ verification }) => verification?.status === 'verified');
  claims.holds(
    verified.some(({ id }) => id === facts.proposalId),
    `proposal ${facts.proposalId} is not verified`,
  );
  const state = await proposalState(network, BigInt(facts.proposalId));
  claims.holds(state === 'executed', `the governor says the proposal is ${state}`);
  const messages = (await api.get<Listing<MessageView>>('/messages?limit=200')).items;
  const delivered = messages.filter(({ status }) => ['delivered', 'composed'].includes(status));
  const bad = messages.filter((message) => !isInFlight(message) && !delivered.includes(message));
  claims.holds(
    bad.length === 0,
    `packets that did not arrive: ${bad.map(({ guid, status }) => `${guid} ${status}`).join(', ')}`,
  );
  return {
    completed: inState('restaked').length,
    recovered: inState('withdrawn').length + inState('returned').length,
    proposals: verified.length,
    messages: delivered.length,
  };
}

/** Every payout of the story has its journal; the stake that a reorganisation took back has none. */
async function journals(
  context: { readonly api: ApiClient; readonly claims: Claims },
  facts: StoryFacts,
): Promise<void> {
  const { api, claims } = context;
  const posted = new Set<string>();
  let path: string | undefined = '/ledger/journals?limit=200';
  while (path !== undefined) {
    const page: Listing<JournalView> & { readonly nextBefore: number | null } = await api.get(path);
    for (const { txHash } of page.items) if (txHash !== null) posted.add(txHash);
    path =
      page.nextBefore === null ? undefined : `/ledger/journals?limit=200&before=${page.nextBefore}`;
  }
  for (const txHash of facts.payoutTxs) {
    claims.holds(posted.has(txHash), `the ledger has no journal of the payout ${txHash}`);
  }
  claims.holds(
    !posted.has(facts.droppedStakeTx),
    `the ledger has a journal of ${facts.droppedStakeTx}, which no chain holds`,
  );
}

/** The supply adds up only between deliveries; it is read until nothing moves meanwhile. */
async function rewardSupply(network: Network) {
  const deadline = Date.now() + QUIET_MS_MAX;
  for (;;) {
    const addresses = forEachChain((key) => contractsOf(network, key).rewardToken);
    const supply = await supplyOf(network, addresses);
    if (supply.total === REWARD_SUPPLY || Date.now() > deadline) return supply;
    await sleep(500);
  }
}

async function reconcile(context: {
  readonly network: Network;
  readonly api: ApiClient;
  readonly claims: Claims;
}): Promise<ReconciliationView> {
  const { network, api, claims } = context;
  const reconciliation = await api.post<ReconciliationView>('/reconciliations');
  for (const problem of reconciliation.problems) claims.failures.push(problem);
  for (const chain of reconciliation.chains) {
    for (const { what, account, ledger, chain: onChain } of chain.differences) {
      claims.failures.push(
        `${chain.chainKey}, block ${chain.block}: ${what} of ${account} is ${ledger} in the ` +
          `ledger and ${onChain} on the chain`,
      );
    }
  }
  claims.holds(reconciliation.ok, 'the reconciliation is not ok');
  const farms = network.deployment.chains.reduce((total, chain) => total + chain.farms.length, 0);
  claims.holds(
    reconciliation.comparedPairs >= PROVIDERS.length * farms * TOKENS,
    `only ${reconciliation.comparedPairs} pairs were compared, not ${PROVIDERS.length * farms * TOKENS}`,
  );
  return reconciliation;
}

export async function checkClaims(options: {
  readonly network: Network;
  readonly api: ApiClient;
  readonly facts: StoryFacts;
  readonly wallSeconds: Readonly<Record<string, number>>;
}): Promise<CheckReport> {
  const { network, api, facts } = options;
  const claims = new Claims();
  const reconciliation = await reconcile({ network, api, claims });
  const epochs = (await api.get<Listing<FullEpochView>>('/epochs?limit=100')).items;
  const orders = await ordersAgainstChain({ network, claims }, epochs);
  claims.holds(
    epochs.filter((epoch) => isAppliedOn(epoch, CHAIN_KEYS)).length >= 2,
    'fewer than two epochs were applied on every chain',
  );
  const results = await outcomes({ api, network, claims }, facts);
  await journals({ api, claims }, facts);
  const trial =
    await api.get<
      Listing<{ readonly chainKey: string; readonly asset: string; readonly difference: string }>
    >('/ledger/trial-balance');
  const trialBalance = Object.fromEntries(
    trial.items.map(({ chainKey, asset, difference }) => [`${chainKey}:${asset}`, difference]),
  );
  for (const [asset, difference] of Object.entries(trialBalance)) {
    claims.holds(difference === '0', `the trial balance of ${asset} is ${difference}`);
  }
  const digest = await api.get<{ readonly journals: number }>('/ledger/digest');
  claims.holds(digest.journals > 0, 'the ledger has no journals');
  const supply = await rewardSupply(network);
  claims.holds(
    supply.total === REWARD_SUPPLY,
    `reward tokens over all chains and in flight are ${supply.total}, not ${REWARD_SUPPLY}`,
  );
  return {
    ok: claims.failures.length === 0,
    failures: claims.failures,
    chains: network.deployment.chains.length,
    epochsDecided: epochs.length,
    ordersApplied: orders.applied,
    messagesDelivered: results.messages,
    journeys: { completed: results.completed, recovered: results.recovered },
    proposalsVerified: results.proposals,
    users: PROVIDERS.length,
    journals: digest.journals,
    trialBalance,
    comparedPairs: reconciliation.comparedPairs + orders.pairs,
    driftWei: Object.fromEntries(
      reconciliation.chains.map(({ chainKey, driftWei }) => [chainKey, driftWei]),
    ),
    rewardSupply: {
      chains: sumOf(CHAIN_KEYS.map((key) => supply.perChain[key])).toString(),
      inFlight: supply.inFlight.toString(),
    },
    wallSeconds: { ...options.wallSeconds, ...facts.wallSeconds },
  };
}
