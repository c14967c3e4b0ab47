import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ChainRegistry } from '#chain';
import { type Address, assert, toAddress, toChainId } from '#kernel';
import {
  type AccountFunds,
  type AccountKind,
  type ChainHead,
  type Keccak,
  LedgerService,
  type Liability,
  openKeccak,
  type SumTree,
  SumTreeWriter,
  type UserFunds,
} from '#ledger';
import { NOBODY, PacketOwners } from './packet-owners.js';

/** What the contracts hold besides principal and rewards of users. */
const OTHER_KINDS: readonly AccountKind[] = [
  'pot',
  'returnable',
  'stream',
  'idle',
  'dust',
  'treasury',
  'surplus',
];
const PACKET_KINDS: readonly AccountKind[] = ['bridge-transit', 'bridge-escrow'];
const CUSTODY = 'custody';

/** What is owed in one token on one chain, and what its contracts hold besides. */
export interface OwedInAsset {
  readonly chainId: number;
  readonly asset: Address;
  /** Undefined when nobody is owed anything. */
  readonly tree: SumTree | undefined;
  readonly inFlight: bigint;
  readonly other: bigint;
}

type PacketFunds = AccountFunds & { readonly chainId: number };
type Extra = Pick<Liability, 'user' | 'escrow' | 'inFlight'> & { readonly asset: Address };

/** Builds the trees of what is owed as of the blocks of some heads. */
@Injectable()
export class LiabilityTrees {
  constructor(
    private readonly chains: ChainRegistry,
    private readonly ledger: LedgerService,
    private readonly owners: PacketOwners,
  ) {}

  /**
   * Every token of every chain, ascending by chain and token.
   *
   * @param manager Of a repeatable read: all of it is of one state.
   * @param options.each Sees every leaf as it is added.
   */
  async build(
    manager: EntityManager,
    options: {
      readonly heads: readonly ChainHead[];
      readonly each?: (chainId: number, asset: Address, liability: Liability) => void;
    },
  ): Promise<readonly OwedInAsset[]> {
    const packets: PacketFunds[] = [];
    for (const { chainId, block } of options.heads) {
      const at = { chainId: toChainId(chainId), block, kinds: PACKET_KINDS };
      const funds = await this.ledger.fundsAt(manager, at);
      packets.push(...funds.map((each) => ({ ...each, chainId })));
    }
    const keccak = await openKeccak();
    const owed: OwedInAsset[] = [];
    for (const head of options.heads) {
      const extras = await this.extrasOf(manager, head, packets);
      owed.push(...(await this.ofChain(manager, { ...options, head, extras, packets, keccak })));
    }
    return owed;
  }

  private async ofChain(
    manager: EntityManager,
    options: {
      readonly head: ChainHead;
      readonly extras: readonly Extra[];
      readonly packets: readonly PacketFunds[];
      readonly keccak: Keccak;
      readonly each?: (chainId: number, asset: Address, liability: Liability) => void;
    },
  ): Promise<readonly OwedInAsset[]> {
    const { head, extras, packets, keccak, each } = options;
    const { chainId } = head;
    const at = { chainId: toChainId(chainId), block: head.block };
    const others = await this.ledger.fundsAt(manager, { ...at, kinds: OTHER_KINDS });
    const custody = packets.filter((funds) => funds.chainId === chainId && funds.owner === CUSTODY);
    const writers = new Map<Address, SumTreeWriter>();
    const inFlight = new Map<Address, bigint>();
    for await (const { asset, ...liability } of merged(this.ledger.usersAt(manager, at), extras)) {
      const writer = writers.get(asset) ?? new SumTreeWriter(keccak);
      writers.set(asset, writer);
      writer.add(liability);
      inFlight.set(asset, (inFlight.get(asset) ?? 0n) + liability.inFlight);
      each?.(chainId, asset, liability);
    }
    const other = new Map<Address, bigint>();
    for (const { asset, balance } of [...others, ...custody]) {
      other.set(asset, (other.get(asset) ?? 0n) + balance);
    }
    return [...new Set([...writers.keys(), ...other.keys()])].toSorted().map((asset) => ({
      chainId,
      asset,
      tree: writers.get(asset)?.finish(),
      inFlight: inFlight.get(asset) ?? 0n,
      other: other.get(asset) ?? 0n,
    }));
  }

  /** What is in escrow here and what left from here, by asset and user. */
  private async extrasOf(
    manager: EntityManager,
    { chainId, block }: ChainHead,
    packets: readonly PacketFunds[],
  ): Promise<readonly Extra[]> {
    const arrived = new Set(
      packets.filter(({ balance }) => balance < 0n).map(({ owner }) => owner),
    );
    const own = packets.filter(
      ({ chainId: at, owner, balance }) =>
        at === chainId && balance > 0n && owner !== CUSTODY && isGuid(owner),
    );
    const open = own.filter(({ kind, owner }) => kind === 'bridge-escrow' || !arrived.has(owner));
    const guids = [...new Set(open.map(({ owner }) => owner))];
    const chain = this.chains.byId(toChainId(chainId));
    const owners = await this.owners.of(manager, { chain, guids, block });
    const extras = new Map<string, Extra>();
    for (const { asset, kind, owner, balance } of open) {
      const isEscrow = kind === 'bridge-escrow';
      // What somebody sent over the token's own bridge is no business of these contracts.
      if (!isEscrow && !owners.has(owner)) continue;
      const user = owners.get(owner) ?? NOBODY;
      const key = `${asset}:${user}`;
      const known = extras.get(key) ?? { asset, user, escrow: 0n, inFlight: 0n };
      const [escrow, inFlight] = isEscrow ? [balance, 0n] : [0n, balance];
      extras.set(key, {
        ...known,
        escrow: known.escrow + escrow,
        inFlight: known.inFlight + inFlight,
      });
    }
    return [...extras.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }
}

function isGuid(owner: string): boolean {
  return /^0x[0-9a-f]{64}$/.test(owner);
}

function keyOf({ asset, user }: { readonly asset: Address; readonly user: Address }): string {
  return `${asset}:${user}`;
}

/** Two lists that ascend by asset and user as one, with one entry for each of both. */
async function* merged(
  users: AsyncIterable<UserFunds>,
  extras: readonly Extra[],
): AsyncGenerator<Liability & { readonly asset: Address }> {
  const nothing = { staked: 0n, reward: 0n, escrow: 0n, inFlight: 0n };
  let next = 0;
  const extrasBefore = function* (key: string | undefined) {
    for (let extra = extras[next]; extra !== undefined; extra = extras[next]) {
      if (key !== undefined && keyOf(extra) >= key) return;
      next += 1;
      yield { ...nothing, ...extra };
    }
  };
  for await (const funds of users) {
    const { asset, staked, reward } = funds;
    const user = toAddress(funds.user);
    const key = keyOf({ asset, user });
    yield* extrasBefore(key);
    const extra = extras[next];
    const isSame = extra !== undefined && keyOf(extra) === key;
    if (isSame) next += 1;
    assert(staked >= 0n && reward >= 0n, `${user} is owed less than nothing of ${asset}`);
    yield { ...nothing, ...(isSame ? extra : {}), asset, user, staked, reward };
  }
  yield* extrasBefore(undefined);
}
