import { AppConfig } from '#config';
import {
  type Address,
  type ChainId,
  DomainError,
  type Hex,
  RetryableError,
  toAddress,
} from '#kernel';
import { failpoint, Log } from '#observability';
import { Injectable } from '@nestjs/common';
import { keccak256 } from 'viem';
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { prepareCall } from './call-preparation.js';
import type { ChainClient } from './chain-client.js';
import type { ChainNode } from './chain-node.js';
import { ChainRegistry } from './chain-registry.js';
import { fateOf, type IntentFate } from './domain/intent-fate.js';
import type { TxIntentRow } from './storage/tx-intent.row.js';
import { TxIntentStore } from './storage/tx-intent-store.js';

/** A transaction of ours: stored before it was sent, and followed until it is settled. */
export type TxIntent = Readonly<Omit<TxIntentRow, 'raw'>>;

/** This process has no key to sign with. */
export class NoSigner extends DomainError {
  readonly code = 'chain.no-signer';
}

/** What to send; `value` in wei, `gas` as the limit of the whole transaction. */
export interface TxRequest {
  readonly chainId: ChainId;
  /** What this transaction is for; a key is signed once, ever. */
  readonly businessKey: string;
  /** What it does, for logs and refusals. */
  readonly description: string;
  readonly to: Address;
  readonly data: Hex;
  readonly value?: bigint;
  /** Required where estimation misleads, as for calls that swallow their inner failure. */
  readonly gas?: bigint;
}

/** Sends the operator's transactions so that a crash at any point neither loses nor repeats one. */
@Injectable()
export class TransactionSender {
  private readonly account: PrivateKeyAccount | undefined;

  constructor(
    config: AppConfig,
    private readonly chains: ChainRegistry,
    private readonly store: TxIntentStore,
    private readonly log: Log,
  ) {
    const { operatorKey } = config;
    this.account = operatorKey === undefined ? undefined : privateKeyToAccount(operatorKey);
  }

  /**
   * Checks the call against the latest state, signs it, stores it, and sends it. Returns the stored
   * intent when the business key is known; whether it executed is told by its state.
   *
   * @throws {CallRefused} when the contract refuses the call; nothing is stored.
   * @throws {NoSigner} when this process has no operator key.
   * @throws {RetryableError} when the node fails or fees are above our cap; nothing is stored.
   */
  async submit(request: TxRequest): Promise<TxIntent> {
    const { chainId, businessKey, description, to, data } = request;
    const known = await this.store.byKey(businessKey);
    if (known !== undefined) return withoutRaw(known);

    const account = this.signer();
    const signer = toAddress(account.address);
    const client = this.chains.byId(chainId);
    const call = await prepareCall(client, signer, request);
    const { row, isNew } = await this.store.reserve({
      draft: { chainId, businessKey, description, signer, target: to },
      chainNonce: () => pendingNonce(client, signer),
      sign: async (nonce) => {
        const value = request.value ?? 0n;
        const raw = await account.signTransaction({ chainId, nonce, to, data, value, ...call });
        failpoint('signed');
        return { raw, hash: keccak256(raw) };
      },
    });
    if (!isNew) return withoutRaw(row);

    failpoint('intent-stored');
    const { hash, nonce } = row;
    this.log.info({ chainId, businessKey, txHash: hash, nonce }, 'transaction signed');
    await client.fromOneNode((node) => this.send(node, row));
    return withoutRaw(row);
  }

  /**
   * One round for a chain: sends what no node holds, and records what has been executed, what has
   * become final, and what a reorg took back.
   */
  async advance(chainId: ChainId): Promise<void> {
    const open = await this.store.open(chainId);
    if (open.length === 0) return;
    const fates = await this.chains.byId(chainId).fromOneNode(async (node) => {
      const finalized = await node.finalized();
      return Promise.all(
        open.map(async (row) => ({ row, fate: await lookUp(node, row, finalized.number) })),
      );
    });
    for (const { row, fate } of fates) await this.record(row, fate);
    const missing = fates.filter(({ fate }) => fate.state === 'signed').map(({ row }) => row);
    if (missing.length === 0) return;
    await this.chains.byId(chainId).fromOneNode(async (node) => {
      for (const row of missing) if (!(await node.knows(row.hash))) await this.send(node, row);
    });
  }

  async byKey(businessKey: string): Promise<TxIntent | undefined> {
    const row = await this.store.byKey(businessKey);
    return row === undefined ? undefined : withoutRaw(row);
  }

  /** The latest intents of all chains, newest first. */
  async latest(limit: number): Promise<readonly TxIntent[]> {
    return (await this.store.latest(limit)).map(withoutRaw);
  }

  /** Address of the operator, or undefined in a process that cannot sign. */
  get operator(): Address | undefined {
    return this.account === undefined ? undefined : toAddress(this.account.address);
  }

  private async record(row: TxIntentRow, fate: IntentFate): Promise<void> {
    if (row.state === fate.state && row.blockHash === fate.blockHash) return;
    await this.store.settle(row.id, fate);
    failpoint('receipt-recorded');
    const { chainId, businessKey, hash: txHash } = row;
    const fields = { chainId, businessKey, txHash, from: row.state, to: fate.state };
    if (fate.hasReverted) this.log.error(fields, 'transaction reverted');
    else if (fate.state === 'signed') this.log.warn(fields, 'transaction reorganised away');
    else this.log.info(fields, 'transaction advanced');
  }

  /**
   * Failing to send is no failure of the intent: it is stored, and the next round sends it again.
   * A node also refuses what it already holds, so only the look-up tells whether to worry.
   */
  private async send(node: ChainNode, row: TxIntentRow): Promise<void> {
    const { chainId, businessKey, hash } = row;
    try {
      await node.broadcast(row.raw);
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      if (!(await node.knows(hash))) {
        const fields = { chainId, businessKey, txHash: hash, error };
        this.log.warn(fields, 'transaction not accepted by the node');
      }
    }
    failpoint('broadcast');
  }

  private signer(): PrivateKeyAccount {
    if (this.account === undefined) {
      throw new NoSigner('this process has no operator key; set HEADWATER_OPERATOR_KEY');
    }
    return this.account;
  }
}

function pendingNonce(client: ChainClient, address: Address): Promise<number> {
  return client.fromOneNode((node) => node.pendingNonce(address));
}

/** A receipt at or below the finalized block counts only when its block is the canonical one. */
async function lookUp(
  node: ChainNode,
  row: TxIntentRow,
  finalizedBlock: number,
): Promise<IntentFate> {
  const receipt = await node.receipt(row.hash);
  if (receipt !== undefined && receipt.blockNumber <= finalizedBlock) {
    const block = await node.blockByNumber(receipt.blockNumber);
    if (block?.hash !== receipt.blockHash) {
      throw new RetryableError(`receipt of ${row.hash} is not on the canonical chain`);
    }
  }
  return fateOf(receipt, finalizedBlock);
}

function withoutRaw(row: TxIntentRow): TxIntent {
  const { raw: _raw, ...intent } = row;
  return intent;
}
