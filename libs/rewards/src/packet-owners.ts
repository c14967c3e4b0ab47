import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { positionBridgeAbi } from '#abi';
import { type ChainClient, type ChainLog } from '#chain';
import { queryRows } from '#database';
import { LogStore } from '#indexer';
import { type Address, type ChainId, type Hex, toAddress, toHex } from '#kernel';
import { decodeEventLog } from 'viem';

/** What a packet's owner is taken for when nobody could read who it is. */
export const NOBODY: Address = `0x${'0'.repeat(40)}`;

/** Journals that credit an account of a packet for a user. */
const OWNED_KINDS = ['move-sent', 'rewards-sent', 'move-escrowed', 'escrow-returned'] as const;

interface Place {
  readonly block: number;
  readonly logIndex: number;
}

/** Says to whom belongs what the accounts of packets hold. */
@Injectable()
export class PacketOwners {
  constructor(private readonly logs: LogStore) {}

  /**
   * Recipients of packets by guid, from the bridge's own events of this chain up to a block; packets
   * of something else than a user's position are left out.
   */
  async of(
    manager: EntityManager,
    options: {
      readonly chain: ChainClient;
      readonly guids: readonly string[];
      readonly block: number;
    },
  ): Promise<ReadonlyMap<string, Address>> {
    const { chain, guids, block } = options;
    const owners = new Map<string, Address>();
    if (guids.length === 0) return owners;
    const places = await placesOf(manager, { chainId: chain.chainId, guids, block });
    const bridge = chain.deployment.contracts.bridge;
    for (const place of places) {
      const logs = await this.logs.finalRange({
        chainId: chain.chainId,
        afterBlock: place.block - 1,
        toBlock: place.block,
        addresses: [bridge],
      });
      const log = logs.find(({ logIndex }) => logIndex === place.logIndex);
      for (const { guid, owner } of log === undefined ? [] : ownersIn(log)) owners.set(guid, owner);
    }
    return owners;
  }
}

/** Packets of a user among his logs, all of a bridge. */
export function packetsOf(user: Address, logs: readonly ChainLog[]): readonly Hex[] {
  const own = logs.flatMap(ownersIn).filter(({ owner }) => owner === user);
  return [...new Set(own.map(({ guid }) => guid))];
}

async function placesOf(
  manager: EntityManager,
  options: { readonly chainId: ChainId; readonly guids: readonly string[]; readonly block: number },
): Promise<readonly Place[]> {
  return queryRows<Place>(
    manager,
    `SELECT DISTINCT j.block_number AS block, j.log_index AS "logIndex"
     FROM account a JOIN posting p ON p.account_id = a.id JOIN journal j ON j.id = p.journal_id
     WHERE a.chain_id = $1 AND a.owner = ANY($2::text[]) AND p.amount < 0
       AND j.kind = ANY($3::text[]) AND j.block_number <= $4
     ORDER BY 1, 2`,
    [options.chainId, options.guids, OWNED_KINDS, options.block],
  );
}

function ownersIn(log: ChainLog): readonly { readonly guid: Hex; readonly owner: Address }[] {
  const [signature, ...rest] = log.topics;
  if (signature === undefined) return [];
  const topics: [Hex, ...Hex[]] = [signature, ...rest];
  const { eventName, args } = decodeEventLog({ abi: positionBridgeAbi, topics, data: log.data });
  switch (eventName) {
    case 'MoveSent':
    case 'RewardsSent':
    case 'MoveEscrowed':
      return [{ guid: toHex(args.guid), owner: toAddress(args.recipient) }];
    case 'EscrowReturned':
      return [{ guid: toHex(args.newGuid), owner: toAddress(args.to) }];
    default:
      return [];
  }
}
