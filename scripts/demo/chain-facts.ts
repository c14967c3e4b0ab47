/** What the chains themselves say, read with nothing of the service in between. */
import { type Address, parseAbiItem } from 'viem';
import { emissionControllerAbi, emissionReceiverAbi, farmsAbi } from '#abi';
import { type Hex, sumOf } from '#kernel';
import {
  CHAIN_KEYS,
  type ChainKey,
  contractsOf,
  hubContractsOf,
  type Network,
  stakeTokenOf,
} from '../../apps/devnet/src/index.js';

const PACKET_DELIVERED = parseAbiItem(
  'event PacketDelivered((uint32 srcEid, bytes32 sender, uint64 nonce) origin, address receiver)',
);

const hubController = (network: Network) =>
  ({ address: hubContractsOf(network).controller, abi: emissionControllerAbi }) as const;

/**
 * Paid by claims up to `block`, from the logs of the farms: of the emission by `user:farm`, of
 * another stream by `user:farm:stream`.
 */
export async function claimedOn(
  network: Network,
  options: { readonly chain: ChainKey; readonly block: number },
): Promise<ReadonlyMap<string, bigint>> {
  const { client } = network.chains[options.chain];
  const farms = {
    address: contractsOf(network, options.chain).farms,
    abi: farmsAbi,
    fromBlock: 0n,
    toBlock: BigInt(options.block),
    strict: true,
  } as const;
  const emission = await client.getContractEvents({ ...farms, eventName: 'Claimed' });
  const streams = await client.getContractEvents({ ...farms, eventName: 'StreamClaimed' });
  const claimed = new Map<string, bigint>();
  const add = (key: string, amount: bigint) =>
    claimed.set(key.toLowerCase(), (claimed.get(key.toLowerCase()) ?? 0n) + amount);
  for (const { args } of emission) add(`${args.user}:${args.farmId}`, args.amount);
  for (const { args } of streams) add(`${args.user}:${args.farmId}:${args.stream}`, args.amount);
  return claimed;
}

/** Wei that farms of a chain got for an epoch. */
export async function givenOn(
  network: Network,
  order: {
    readonly chain: ChainKey;
    readonly epoch: number;
    readonly farmIds: readonly number[];
  },
): Promise<bigint> {
  const given = await Promise.all(
    order.farmIds.map(async (farmId) =>
      network.chains[order.chain].client.readContract({
        address: contractsOf(network, order.chain).receiver,
        abi: emissionReceiverAbi,
        functionName: 'givenOf',
        args: [order.epoch, farmId],
      }),
    ),
  );
  return sumOf(given);
}

/** Every order the hub dispatched. */
export async function ordersOn(
  network: Network,
): Promise<readonly { readonly epoch: number; readonly eid: number }[]> {
  const logs = await network.chains.hub.client.getContractEvents({
    ...hubController(network),
    eventName: 'OrderDispatched',
    fromBlock: 0n,
    strict: true,
  });
  return logs.map(({ args }) => ({ epoch: args.epoch, eid: args.eid }));
}

/** What the controller keeps of an epoch. */
export async function epochOn(
  network: Network,
  epoch: number,
): Promise<{ readonly budgetSD: bigint; readonly evidenceHash: Hex; readonly revision: number }> {
  const { client } = network.chains.hub;
  const read = { ...hubController(network), args: [epoch] } as const;
  const [budgetSD, evidenceHash, revision] = await Promise.all([
    client.readContract({ ...read, functionName: 'budgetOf' }),
    client.readContract({ ...read, functionName: 'evidenceOf' }),
    client.readContract({ ...read, functionName: 'revisionOf' }),
  ]);
  return { budgetSD, evidenceHash, revision };
}

/** Packets that the endpoints delivered to our tokens and receivers of commands. */
export async function deliveredPackets(network: Network): Promise<number> {
  const counts = await Promise.all(
    CHAIN_KEYS.map(async (chain) => {
      const { endpoint, rewardToken, commandReceiver } = contractsOf(network, chain);
      const delta = stakeTokenOf(network, { chain, farmId: chain === 'hub' ? 2 : 3 });
      const ours = new Set<Address | undefined>([rewardToken, delta, commandReceiver]);
      const logs = await network.chains[chain].client.getLogs({
        address: endpoint,
        event: PACKET_DELIVERED,
        fromBlock: 0n,
        strict: true,
      });
      return logs.filter(({ args }) => ours.has(args.receiver.toLowerCase() as Address)).length;
    }),
  );
  return counts.reduce((total, count) => total + count, 0);
}

export interface PositionFacts {
  readonly principal: bigint;
  readonly weight: bigint;
  /** Chain time, seconds. */
  readonly lockEnd: number;
  readonly tier: number;
}

/** What the chain of a position says of it. */
export async function positionOn(
  network: Network,
  position: { readonly chain: ChainKey; readonly farmId: number; readonly user: Hex },
): Promise<PositionFacts> {
  const { chain, farmId, user } = position;
  return network.chains[chain].client.readContract({
    address: contractsOf(network, chain).farms,
    abi: farmsAbi,
    functionName: 'positionOf',
    args: [farmId, user],
  });
}
