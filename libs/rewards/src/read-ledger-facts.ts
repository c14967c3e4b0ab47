import type { ChainClient } from '#chain';
import type { Deployment } from '#config';
import type { LogStore } from '#indexer';
import type { PostingChain } from './domain/posting-fold.js';
import type { LocatedFact } from './domain/post-in-order.js';
import { readLedgerFact, tokensOf } from './read-ledger-fact.js';

/** Everything that moved value on a chain in a range of final blocks, in order. */
export async function readLedgerFacts(
  logs: LogStore,
  chain: ChainClient,
  range: { readonly afterBlock: number; readonly toBlock: number },
): Promise<readonly LocatedFact[]> {
  const { chainId, deployment } = chain;
  const { farms, bridge, receiver, controller } = deployment.contracts;
  const hubOnly = controller === undefined ? [] : [controller];
  const addresses = [farms, bridge, receiver, ...hubOnly, ...tokensOf(deployment)];
  const found = await logs.finalRange({ chainId, ...range, addresses });
  return found.flatMap((log) => {
    const fact = readLedgerFact(log, deployment);
    return fact === undefined ? [] : [{ log, fact }];
  });
}

/** What the journals of a chain need to know about it. */
export function postingChainOf(
  { chainId, deployment }: ChainClient,
  { rewardToken: token }: Deployment,
): PostingChain {
  const { rewardToken, farms, bridge, receiver, controller } = deployment.contracts;
  const sharedUnit = 10n ** BigInt(token.decimals - token.sharedDecimals);
  return { chainId, rewardToken, sharedUnit, farms, bridge, receiver, controller };
}
