import type { Chain, HttpTransport, PublicClient, TransactionReceipt } from 'viem';
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { type Address, type Hex, toHex } from '#kernel';
import type { DevAccount } from '../accounts.js';
import type { ChainSpec } from '../topology.js';

/** A transaction to send; `label` names it in errors. */
export interface Call {
  readonly label: string;
  /** Absent to create a contract. */
  readonly to?: Address;
  readonly data: Hex;
  /** Native wei; 0 when absent. */
  readonly value?: bigint;
  /** Gas limit; estimated when absent, which also refuses what would revert. */
  readonly gas?: bigint;
}

/** What a sender needs of its chain. */
export interface SendingChain {
  readonly spec: ChainSpec;
  readonly client: PublicClient<HttpTransport, Chain>;
  /** The receipt of a transaction that must have succeeded. */
  successOf(hash: Hex, label: string): Promise<TransactionReceipt>;
  /** Runs `action` and translates a revert into the contract's reason. */
  refusalsOf<Value>(label: string, action: () => Promise<Value>): Promise<Value>;
}

/** A transaction was mined and reverted. */
export class CallReverted extends Error {
  override readonly name = 'CallReverted';

  constructor(
    readonly label: string,
    readonly hash: Hex,
    reason: string,
  ) {
    super(`${label} reverted: ${reason} (${hash})`);
  }
}

/** Estimates are taken on the state of now; the call may meet colder storage. */
const ESTIMATE_MARGIN_PERCENT = 130n;
/** Far above the fee market of a local chain, whose base fee falls with every empty block. */
const MAX_FEE_PER_GAS = 20_000_000_000n;
const PRIORITY_FEE_PER_GAS = 1_000_000_000n;

/**
 * Sends the transactions of one account on one chain in the order they are handed in. Keeps the
 * nonce itself, so that a transaction can follow another that is not mined yet.
 */
export class Sender {
  readonly address: Address;
  readonly #account: PrivateKeyAccount;
  #nextNonce: number | undefined;
  #openCalls = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly chain: SendingChain,
    account: DevAccount,
  ) {
    this.address = account.address;
    this.#account = privateKeyToAccount(account.privateKey);
  }

  /** Broadcasts after everything handed in before; returns the hash without waiting for a block. */
  submit(call: Call): Promise<Hex> {
    const submission = this.#tail.then(() => this.broadcast(call));
    this.#tail = submission.catch(() => this.forgetNonce());
    return submission;
  }

  /**
   * Broadcasts and waits for the receipt.
   *
   * @throws {CallReverted} when it was mined and reverted.
   */
  async execute(call: Call): Promise<TransactionReceipt> {
    this.#openCalls += 1;
    try {
      const hash = await this.submit(call);
      return await this.chain.successOf(hash, call.label);
    } finally {
      this.#openCalls -= 1;
      // Another process may use this account as well.
      if (this.#openCalls === 0) this.forgetNonce();
    }
  }

  /** Reads the nonce from the chain before the next transaction, as after a reorganisation. */
  forgetNonce(): void {
    this.#nextNonce = undefined;
  }

  /** Nonce of the next transaction. */
  async nextNonce(): Promise<number> {
    this.#nextNonce ??= await this.chain.client.getTransactionCount({
      address: this.address,
      blockTag: 'pending',
    });
    return this.#nextNonce;
  }

  private async broadcast(call: Call): Promise<Hex> {
    const gas = call.gas ?? (await this.estimate(call));
    const nonce = await this.nextNonce();
    const signed = await this.#account.signTransaction({
      type: 'eip1559',
      chainId: this.chain.spec.chainId,
      nonce,
      gas,
      data: call.data,
      value: call.value ?? 0n,
      maxFeePerGas: MAX_FEE_PER_GAS,
      maxPriorityFeePerGas: PRIORITY_FEE_PER_GAS,
      ...(call.to === undefined ? {} : { to: call.to }),
    });
    const hash = await this.chain.client.sendRawTransaction({ serializedTransaction: signed });
    this.#nextNonce = nonce + 1;
    return toHex(hash);
  }

  private async estimate(call: Call): Promise<bigint> {
    const estimate = await this.chain.refusalsOf(call.label, () =>
      this.chain.client.estimateGas({
        account: this.address,
        data: call.data,
        value: call.value ?? 0n,
        ...(call.to === undefined ? {} : { to: call.to }),
      }),
    );
    return (estimate * ESTIMATE_MARGIN_PERCENT) / 100n;
  }
}
