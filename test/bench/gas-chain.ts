/** A local chain with an exact clock, on which the gas bench deploys and measures. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Abi,
  createTestClient,
  createWalletClient,
  defineChain,
  http,
  type Log,
  maxUint256,
  publicActions,
  type TransactionReceipt,
  walletActions,
} from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { assert, defined, type Hex, toHex } from '#kernel';

const MNEMONIC = 'test test test test test test test test test test test junk';
const ROOT = join(import.meta.dirname, '..', '..');
const CHAIN_ID = 31_337;
const GAS_LIMIT = 60_000_000n;
/** Far from any real clock, so that every run sees the same timestamps. */
export const START_SECONDS = 2_000_000_000;
export const DAY_SECONDS = 86_400;

export interface Artifact {
  readonly abi: Abi;
  readonly bytecode: Hex;
}

export interface Contract {
  readonly address: Hex;
  readonly abi: Abi;
}

export interface Sent {
  readonly gas: bigint;
  readonly logs: readonly Log[];
}

/** Owner, first staker, measured staker, staker of ten farms, and one without a role. */
export const OWNER = 0;
export const FIRST = 1;
export const MEASURED = 2;
export const MANY = 3;
export const OTHER = 4;

/** Where the compiler left room for the address of a library, in bytes. */
interface LinkReference {
  readonly start: number;
  readonly length: number;
}

/** What forge, hardhat and waffle write; they differ in where the bytecode is. */
interface ArtifactFile {
  readonly abi: Abi;
  readonly bytecode:
    | string
    | {
        readonly object: string;
        readonly linkReferences?: Readonly<
          Record<string, Readonly<Record<string, readonly LinkReference[]>>>
        >;
      };
}

/** A compiled contract, with the addresses of `libraries` put in by name. */
export function fileArtifact(
  path: string,
  libraries: Readonly<Record<string, Hex>> = {},
): Artifact {
  const { abi, bytecode } = JSON.parse(readFileSync(path, 'utf8')) as ArtifactFile;
  if (typeof bytecode === 'string') return { abi, bytecode: asHex(bytecode) };
  let code = bytecode.object.replace(/^0x/, '');
  for (const file of Object.values(bytecode.linkReferences ?? {})) {
    for (const [name, references] of Object.entries(file)) {
      const address = defined(libraries[name], `library ${name}`).slice(2);
      for (const { start, length } of references) {
        code = code.slice(0, 2 * start) + address + code.slice(2 * (start + length));
      }
    }
  }
  return { abi, bytecode: asHex(code) };
}

function asHex(code: string): Hex {
  return toHex(`0x${code.replace(/^0x/, '')}`);
}

/** A contract of this project, as forge compiled it. */
export function ourArtifact(name: string, libraries: Readonly<Record<string, Hex>> = {}): Artifact {
  return fileArtifact(join(ROOT, 'contracts', 'out', `${name}.sol`, `${name}.json`), libraries);
}

/** Mines nothing on its own, so that every transaction has the second it should have. */
export const ANVIL_ARGS = ['--no-mining', '--gas-limit', '100000000'] as const;

export class GasChain {
  readonly #accounts = [OWNER, FIRST, MEASURED, MANY, OTHER].map((addressIndex) =>
    mnemonicToAccount(MNEMONIC, { addressIndex }),
  );
  readonly #chain;
  readonly #client;
  #now = START_SECONDS;

  constructor(private readonly url: string) {
    this.#chain = defineChain({
      id: CHAIN_ID,
      name: 'bench',
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [url] } },
    });
    this.#client = createTestClient({ mode: 'anvil', chain: this.#chain, transport: http(url) })
      .extend(publicActions)
      .extend(walletActions);
  }

  /** Time of the newest block, in seconds. */
  get now(): number {
    return this.#now;
  }

  account(index: number): Hex {
    return toHex(this.#wallet(index).account.address);
  }

  /** Lets time pass before the next transaction. */
  pass(seconds: number): void {
    this.#now += seconds - 1;
  }

  async deploy(artifact: Artifact, ...args: readonly unknown[]): Promise<Contract> {
    const hash = await this.#wallet(OWNER).deployContract({ ...artifact, args, gas: GAS_LIMIT });
    const receipt = await this.#mine(hash);
    const address = defined(receipt.contractAddress, 'contract address');
    return { address: toHex(address), abi: artifact.abi };
  }

  /** Sends a transaction without value; see `pay`. */
  async send(
    from: number,
    contract: Contract,
    call: readonly [name: string, ...args: unknown[]],
  ): Promise<Sent> {
    return this.pay({ from, contract, call, value: 0n });
  }

  /**
   * Sends a transaction in a block of its own, one second after the last one.
   *
   * @throws when it reverted.
   */
  async pay(options: {
    readonly from: number;
    readonly contract: Contract;
    readonly call: readonly [name: string, ...args: unknown[]];
    readonly value: bigint;
  }): Promise<Sent> {
    const [functionName, ...args] = options.call;
    const hash = await this.#wallet(options.from).writeContract({
      ...options.contract,
      functionName,
      args,
      value: options.value,
      gas: GAS_LIMIT,
    });
    const { status, gasUsed, logs } = await this.#mine(hash);
    assert(status === 'success', `${functionName} went through`);
    return { gas: gasUsed, logs };
  }

  /** Gives an address native tokens. */
  async fund(address: Hex, value: bigint): Promise<void> {
    await this.#client.setBalance({ address, value });
  }

  async read(contract: Contract, functionName: string, ...args: unknown[]): Promise<unknown> {
    return this.#client.readContract({ ...contract, functionName, args });
  }

  async balance(token: Contract, index: number): Promise<bigint> {
    return BigInt(String(await this.read(token, 'balanceOf', this.account(index))));
  }

  /** A plain ERC-20 that the owner mints, the same for everybody. */
  token(): Promise<Contract> {
    return this.deploy(ourArtifact('DevToken'), 'Token', 'TKN', 18, this.account(OWNER));
  }

  /** Gives `indexes` tokens and lets `spender` take them. */
  async supply(
    token: Contract,
    spender: Hex,
    options: { readonly indexes: readonly number[]; readonly amount: bigint },
  ): Promise<void> {
    for (const index of options.indexes) {
      await this.send(OWNER, token, ['mint', this.account(index), options.amount]);
      await this.send(index, token, ['approve', spender, maxUint256]);
    }
  }

  /** Mines the one transaction that waits, a second after the last block or when `pass` says. */
  async #mine(hash: Hex): Promise<TransactionReceipt> {
    this.#now += 1;
    await this.#client.setNextBlockTimestamp({ timestamp: BigInt(this.#now) });
    await this.#client.mine({ blocks: 1 });
    return this.#client.getTransactionReceipt({ hash });
  }

  #wallet(index: number) {
    return createWalletClient({
      account: defined(this.#accounts[index], `account ${index}`),
      chain: this.#chain,
      transport: http(this.url),
    });
  }
}
