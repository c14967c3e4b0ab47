import type { ApiClient } from './api-client.js';
import type { ChainRow } from './live-table.js';
import { isInFlight, type Listing, type MessageView, type ReadinessView } from './views.js';

interface LatestReconciliation {
  readonly chains: readonly {
    readonly chainKey: string;
    readonly block: number | null;
    readonly driftWei: string | null;
  }[];
}

/** The live table's rows, all read from the API. */
export async function readRows(api: ApiClient): Promise<readonly ChainRow[]> {
  const [readiness, messages, latest] = await Promise.all([
    api.get<ReadinessView>('/health/ready'),
    api.get<Listing<MessageView>>('/messages?limit=100'),
    api.find<LatestReconciliation>('/reconciliations/latest'),
  ]);
  return readiness.chains.map((chain) => {
    const compared = latest?.chains.find(({ chainKey }) => chainKey === chain.chainKey);
    return {
      chain: chain.chainKey,
      head: chain.headBlock,
      indexed: chain.indexedBlock,
      finalized: chain.finalizedBlock,
      inFlight: messages.items.filter(
        (message) => message.dstChainKey === chain.chainKey && isInFlight(message),
      ).length,
      driftWei: compared?.driftWei ?? null,
      comparedAt: compared?.block ?? null,
      note: chain.haltedReason ?? chain.lastError ?? (chain.status === 'ok' ? '' : chain.status),
    };
  });
}
