import {
  type Chain,
  createPublicClient,
  defineChain,
  http,
  type HttpTransport,
  type PublicClient,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem';
import type { Hex } from '#kernel';
import { accountOf, type Role } from '../accounts.js';
import { waitFor } from '../sleep.js';
import { type ChainKey, CHAINS, type ChainSpec } from '../topology.js';
import { callRpc } from './json-rpc.js';
import { CallRefused, explainRevert, revertDataOf } from './refusal.js';
import { CallReverted, Sender } from './sender.js';

const REQUEST_TIMEOUT_MS = 10_000;
const RECEIPT_TIMEOUT_MS = 60_000;
const RECEIPT_POLL_MS = 10;

/** A running local chain: reads, and one sender for each account. */
export class DevChain {
  readonly spec: ChainSpec;
  readonly client: PublicClient<HttpTransport, Chain>;
  readonly #senders = new Map<Role, Sender>();

  constructor(
    key: ChainKey,
    readonly rpcUrl: string,
  ) {
    this.spec = CHAINS[key];
    this.client = createPublicClient({
      chain: defineChain({
        id: this.spec.chainId,
        name: this.spec.name,
        nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
        rpcUrls: { default: { http: [rpcUrl] } },
      }),
      transport: http(rpcUrl, { timeout: REQUEST_TIMEOUT_MS, retryCount: 0 }),
      cacheTime: 0,
    });
  }

  /** The one sender of this account on this chain; it owns the nonce. */
  sender(role: Role): Sender {
    const known = this.#senders.get(role);
    if (known !== undefined) return known;
    const sender = new Sender(this, accountOf(role));
    this.#senders.set(role, sender);
    return sender;
  }

  /** Makes every sender read its nonce again, as after blocks were taken back. */
  forgetNonces(): void {
    for (const sender of this.#senders.values()) sender.forgetNonce();
  }

  /** Calls a method that only this kind of node has. */
  rpc(method: string, ...params: readonly unknown[]): Promise<unknown> {
    return callRpc({ url: this.rpcUrl, method, params });
  }

  /** Time of the newest block, in seconds. */
  async now(): Promise<number> {
    return Number((await this.client.getBlock()).timestamp);
  }

  /**
   * The receipt, polled: waiting for the next block instead would hang when the receipt becomes
   * visible after its block and no block follows.
   */
  receiptOf(hash: Hex): Promise<TransactionReceipt> {
    return waitFor({
      what: `receipt of ${hash} on ${this.spec.key}`,
      probe: () => this.findReceipt(hash),
      timeoutMs: RECEIPT_TIMEOUT_MS,
      intervalMs: RECEIPT_POLL_MS,
    });
  }

  /** The receipt of a transaction that must have succeeded. @throws {CallReverted} otherwise. */
  async successOf(hash: Hex, label: string): Promise<TransactionReceipt> {
    const receipt = await this.receiptOf(hash);
    if (receipt.status === 'success') return receipt;
    const what = `${label} on ${this.spec.key}`;
    throw new CallReverted(what, hash, await this.reasonOf(receipt));
  }

  /** Runs a call or an estimate and translates a revert. @throws {CallRefused} with its reason. */
  async refusalsOf<Value>(label: string, action: () => Promise<Value>): Promise<Value> {
    try {
      return await action();
    } catch (error) {
      const data = revertDataOf(error);
      if (data === undefined) throw error;
      const refusal = explainRevert(data);
      throw new CallRefused(`${label} on ${this.spec.key}`, refusal, { cause: error });
    }
  }

  private async findReceipt(hash: Hex): Promise<TransactionReceipt | undefined> {
    try {
      return await this.client.getTransactionReceipt({ hash });
    } catch (error) {
      if (error instanceof TransactionReceiptNotFoundError) return undefined;
      throw error;
    }
  }

  /** Repeats a reverted transaction on the block before its own to learn why. */
  private async reasonOf(receipt: TransactionReceipt): Promise<string> {
    const { input, value, to, gas } = await this.client.getTransaction({
      hash: receipt.transactionHash,
    });
    try {
      await this.client.call({
        account: receipt.from,
        data: input,
        value,
        gas,
        blockNumber: receipt.blockNumber - 1n,
        ...(to === null ? {} : { to }),
      });
      return 'the reason depended on the transactions before it in its block';
    } catch (error) {
      const data = revertDataOf(error);
      if (data === undefined) throw error;
      return explainRevert(data).text;
    }
  }
}
