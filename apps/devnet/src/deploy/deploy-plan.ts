import { type Abi, encodeDeployData, encodeFunctionData, getContractAddress } from 'viem';
import { type Address, defined, type Hex, toAddress, toHex } from '#kernel';
import type { DevChain } from '../chains/dev-chain.js';
import type { Call, Sender } from '../chains/sender.js';
import { type Artifact, linkedBytecode, projectArtifact } from '../contracts/artifact.js';

/** A contract that stands or will stand at `address`. */
export interface Contract {
  readonly name: string;
  readonly address: Address;
  readonly abi: Abi;
}

/** Enough for every step; gas that is not used costs nothing here. */
const CREATE_GAS = 14_000_000n;
const CALL_GAS = 4_000_000n;

/**
 * Transactions of one account on one chain, collected first and sent together. The address of a
 * contract follows from the nonce, so that later steps can name it before it exists and nothing
 * waits for a block in between.
 */
export class DeployPlan {
  readonly #calls: Call[] = [];

  private constructor(
    readonly chain: DevChain,
    private readonly sender: Sender,
    private readonly firstNonce: number,
  ) {}

  /** A plan for `sender`, which must send nothing else until the plan was run. */
  static async create(chain: DevChain, sender: Sender): Promise<DeployPlan> {
    return new DeployPlan(chain, sender, await sender.nextNonce());
  }

  /** Address of the account that deploys. */
  get deployer(): Address {
    return this.sender.address;
  }

  /** Plans the creation of a contract, and before it of the libraries it is linked with. */
  create(artifact: Artifact, args: readonly unknown[] = [], name = artifact.name): Contract {
    const libraries = new Map(
      artifact.libraries.map((library) => [
        library.name,
        this.create(projectArtifact(library.name)).address,
      ]),
    );
    const bytecode = linkedBytecode(artifact, (library) =>
      defined(libraries.get(library), `library ${library}`),
    );
    const address = this.nextAddress();
    const data = encodeDeployData({ abi: artifact.abi, bytecode, args });
    this.#calls.push({ label: `deploy ${name}`, data: toHex(data), gas: CREATE_GAS });
    return { name, address, abi: artifact.abi };
  }

  /** Plans a call of a contract. */
  call(contract: Contract, functionName: string, args: readonly unknown[] = []): void {
    this.#calls.push({
      label: `${contract.name}.${functionName}`,
      to: contract.address,
      data: encodeCall(contract, functionName, args),
      gas: CALL_GAS,
    });
  }

  /** Plans a payment of native currency. */
  pay(to: Address, value: bigint): void {
    this.#calls.push({ label: `pay ${to}`, to, data: '0x', value, gas: 100_000n });
  }

  /** Address of the contract the next `create` makes, `ahead` transactions from now. */
  nextAddress(ahead = 0): Address {
    const nonce = BigInt(this.firstNonce + this.#calls.length + ahead);
    return toAddress(getContractAddress({ opcode: 'CREATE', from: this.deployer, nonce }));
  }

  /**
   * Sends everything in order and waits for all receipts.
   *
   * @returns Number of transactions.
   * @throws {CallReverted} naming the first step that failed.
   */
  async run(): Promise<number> {
    const hashes: Hex[] = [];
    for (const call of this.#calls) hashes.push(await this.sender.submit(call));
    for (const [index, hash] of hashes.entries()) {
      await this.chain.successOf(hash, this.#calls[index]?.label ?? 'step');
    }
    return hashes.length;
  }
}

/** Input of a call to a contract whose ABI is only known at run time. */
export function encodeCall(
  contract: Pick<Contract, 'abi'>,
  functionName: string,
  args: readonly unknown[],
): Hex {
  return toHex(encodeFunctionData({ abi: contract.abi, functionName, args }));
}
