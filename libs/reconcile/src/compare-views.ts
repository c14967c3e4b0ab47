import type { ChainClient, ChainNode } from '#chain';
import { type FarmId, RetryableError } from '#kernel';
import {
  compareDecision,
  compareJourney,
  compareOrder,
  compareProposal,
  finalOrders,
} from './domain/compare-projections.js';
import { type Finding } from './domain/difference.js';
import { inTurns, PinnedChain } from './pinned-chain.js';
import { type Projections } from './projection-reader.service.js';

/**
 * Compares what is shown as final of epochs, orders, journeys and proposals with the contracts of
 * one chain, at the final block it is shown as of. `compared` names each by the scope and subject of
 * a hold on it.
 */
export async function compareViews(
  chain: ChainClient,
  node: ChainNode,
  facts: { readonly projections: Projections; readonly farmIds: readonly FarmId[] },
): Promise<{ readonly findings: readonly Finding[]; readonly compared: readonly string[] }> {
  const { finalBlocks, epochs, journeys, proposals } = facts.projections;
  const number = finalBlocks.get(chain.chainId) ?? -1;
  if (number < 0) return { findings: [], compared: [] };
  const block = await node.blockByNumber(number);
  if (block === undefined) throw new RetryableError(`${chain.key} has no block ${number}`);
  const pinned = new PinnedChain(chain, node, block);

  const { controller, governor } = chain.deployment.contracts;
  const orders = finalOrders(epochs, { eid: chain.eid, farmIds: facts.farmIds });
  const decided = controller === undefined ? [] : epochs.filter(({ isFinal }) => isFinal);
  const moves = journeys.filter(({ isFinal, dst }) => isFinal && dst.chainKey === chain.key);
  const voted = governor === undefined ? [] : proposals.filter(({ isFinal }) => isFinal);
  const stakeTokens = new Map(
    chain.deployment.farms.map(({ farmId, stakeToken }) => [Number(farmId), stakeToken]),
  );
  const found = [
    ...(await inTurns(orders, async (order) =>
      compareOrder(order, await pinned.order(order), number),
    )),
    ...(await inTurns(decided, async (epoch) =>
      compareDecision(epoch, await pinned.decision(epoch.epoch), number),
    )),
    ...(await inTurns(voted, async (proposal) =>
      compareProposal(proposal, await pinned.proposal(proposal.id), number),
    )),
    ...(await inTurns(moves, async (journey) => {
      // Before anything arrived the token is the one of the farm it is meant for.
      const token = journey.token ?? stakeTokens.get(journey.dst.farmId);
      if (token === undefined) return [];
      return compareJourney(journey, await pinned.credit(journey.guid, token), number);
    })),
  ];
  const compared = [
    ...orders.map(({ epoch }) => `order ${epoch}`),
    ...decided.map(({ epoch }) => `order ${epoch}`),
    ...voted.map(({ id }) => `proposal ${id}`),
    ...moves.map(({ guid }) => `journey ${guid}`),
  ];
  return { findings: found.flat(), compared };
}
