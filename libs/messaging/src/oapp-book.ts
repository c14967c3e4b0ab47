import type { ChainDeployment, Deployment } from '#config';
import type { Address } from '#kernel';

/**
 * Knows which contracts send and receive our packets: the reward OFT, every movable stake OFT, and
 * what sends and receives commands.
 */
export class OAppBook {
  private readonly byEid: ReadonlyMap<number, ReadonlySet<Address>>;
  private readonly chains: ReadonlyMap<number, ChainDeployment>;

  constructor(deployment: Deployment) {
    this.byEid = new Map(
      deployment.chains.map((chain) => [
        chain.eid,
        new Set([...tokenContractsOf(chain), ...commandContractsOf(chain)]),
      ]),
    );
    this.chains = new Map(deployment.chains.map((chain) => [chain.chainId, chain]));
  }

  isOurs(eid: number, account: Address): boolean {
    return this.byEid.get(eid)?.has(account) ?? false;
  }

  /** Whether an account of the chain with endpoint `eid` sends or receives commands. */
  isForCommands(eid: number, account: Address): boolean {
    const chain = [...this.chains.values()].find((each) => each.eid === eid);
    return chain !== undefined && commandContractsOf(chain).includes(account);
  }

  chainById(chainId: number): ChainDeployment | undefined {
    return this.chains.get(chainId);
  }
}

/** The OFTs of a chain, each once. */
export function tokenContractsOf(chain: ChainDeployment): readonly Address[] {
  const movable = chain.farms.filter((farm) => farm.movable).map((farm) => farm.stakeToken);
  return [...new Set([chain.contracts.rewardToken, ...movable])];
}

/** What sends commands on the hub, or receives them on a spoke. */
function commandContractsOf({ contracts }: ChainDeployment): readonly Address[] {
  const { commandSender, commandReceiver } = contracts;
  return [commandSender, commandReceiver].filter((address) => address !== undefined);
}
