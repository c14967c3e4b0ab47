import { emissionControllerAbi } from '#abi';
import { type ChainClient, type ChainNode, ChainRegistry } from '#chain';
import { type Address, defined, type Hex, RetryableError } from '#kernel';
import { Injectable } from '@nestjs/common';
import { BaseError, ContractFunctionRevertedError } from 'viem';
import type { EmissionParameters, FarmLimits, FarmRange } from './domain/parameters.js';

/** The controller at the head of the hub, all from one block. */
export interface ControllerHead {
  readonly blockNumber: number;
  /** Chain time, seconds. */
  readonly timestamp: number;
  /** 0 before genesis. */
  readonly epoch: number;
  /** 0 before the first decision. */
  readonly lastDecided: number;
  /** Decisions of `epoch` so far. */
  readonly revision: number;
  readonly isPaused: boolean;
}

/** The parameters of an epoch at one block; farms with the target they had last. */
export interface ControllerParameters extends Omit<
  EmissionParameters,
  'farms' | 'previousBudgetSD'
> {
  readonly lastDecided: number;
  /** What the controller would accept, ascending by endpoint and farm. */
  readonly limits: readonly FarmRange[];
  readonly farms: readonly (Omit<FarmLimits, 'previousSD'> & { readonly lastSD: bigint })[];
}

/**
 * Reads the emission controller on the hub.
 *
 * Every method throws RetryableError when the node fails.
 */
@Injectable()
export class ControllerReader {
  private readonly hub: ChainClient;
  /** Address of the controller. */
  readonly address: Address;

  constructor(chains: ChainRegistry) {
    this.hub = chains.hub();
    this.address = defined(this.hub.deployment.contracts.controller, 'controller of the hub');
  }

  head(): Promise<ControllerHead> {
    return this.read(async (node) => {
      const { number, timestamp } = await node.head();
      const at = { ...this.contract, blockNumber: BigInt(number) };
      const [epoch, lastDecided, isPaused] = await Promise.all([
        node.client.readContract({ ...at, functionName: 'currentEpoch' }),
        node.client.readContract({ ...at, functionName: 'lastDecided' }),
        node.client.readContract({ ...at, functionName: 'paused' }),
      ]);
      const revision = await node.client.readContract({
        ...at,
        functionName: 'revisionOf',
        args: [epoch],
      });
      return { blockNumber: number, timestamp, epoch, lastDecided, revision, isPaused };
    });
  }

  /** What `epoch` has to be decided under, as of the end of a block. */
  parametersAt(options: {
    readonly blockNumber: number;
    readonly epoch: number;
  }): Promise<ControllerParameters> {
    const at = { ...this.contract, blockNumber: BigInt(options.blockNumber) };
    return this.read(async ({ client }) => {
      const [budgetSD, maxChangeBps, lastDecided, eids, [farmEids, farmIds]] = await Promise.all([
        client.readContract({ ...at, functionName: 'budgetOf', args: [options.epoch] }),
        client.readContract({ ...at, functionName: 'maxChangeBps' }),
        client.readContract({ ...at, functionName: 'lastDecided' }),
        client.readContract({ ...at, functionName: 'chains' }),
        client.readContract({ ...at, functionName: 'farms' }),
      ]);
      const chains = await Promise.all(
        eids.map(async (eid) => ({
          eid,
          maxBps: await client.readContract({ ...at, functionName: 'chainMaxBps', args: [eid] }),
        })),
      );
      const farms = await Promise.all(
        farmEids.map(async (eid, index) => {
          const farmId = defined(farmIds[index], `farm ${index} of the registry`);
          const [bounds, [lastSD]] = await Promise.all([
            client.readContract({ ...at, functionName: 'boundsOf', args: [eid, farmId] }),
            client.readContract({ ...at, functionName: 'lastTargetSD', args: [eid, farmId] }),
          ]);
          return { eid, farmId, minBps: bounds.minBps, maxBps: bounds.maxBps, lastSD };
        }),
      );
      const args = [options.epoch] as const;
      const allowed = await client.readContract({ ...at, functionName: 'limitsOf', args });
      const limits = allowed.map(
        ({ eid, farmId, minSD: lo, maxSD: hi, referenceSD: reference }) => ({
          eid,
          farmId,
          lo,
          hi,
          reference,
        }),
      );
      return { budgetSD, maxChangeBps, lastDecided, chains, farms, limits };
    });
  }

  /** Newest revision of an epoch, 0 for none, and the chains whose order of it is not sent yet. */
  pendingOrders(epoch: number): Promise<{
    readonly revision: number;
    readonly eids: readonly number[];
  }> {
    return this.read(async (node) => {
      const { number } = await node.head();
      const at = { ...this.contract, blockNumber: BigInt(number) };
      const revision = await node.client.readContract({
        ...at,
        functionName: 'revisionOf',
        args: [epoch],
      });
      if (revision === 0) return { revision, eids: [] };
      const eids = await node.client.readContract({ ...at, functionName: 'chains' });
      const isPending = await Promise.all(
        eids.map(async (eid) => {
          const sent = await node.client.readContract({
            ...at,
            functionName: 'dispatchedRevision',
            args: [epoch, eid],
          });
          return sent < revision && (await this.hasOrder(node, { epoch, eid, at: number }));
        }),
      );
      return { revision, eids: eids.filter((_eid, index) => isPending[index]) };
    });
  }

  /** A chain without farms has no order to send; only the quote tells that apart from a failure. */
  private async hasOrder(
    node: ChainNode,
    order: { readonly epoch: number; readonly eid: number; readonly at: number },
  ): Promise<boolean> {
    try {
      await node.client.readContract({
        ...this.contract,
        functionName: 'quoteDispatch',
        args: [order.epoch, order.eid],
        blockNumber: BigInt(order.at),
      });
      return true;
    } catch (error) {
      if (!(error instanceof BaseError)) throw error;
      const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
      if (!(reverted instanceof ContractFunctionRevertedError)) throw error;
      return reverted.data?.errorName !== 'Controller_NothingToDispatch';
    }
  }

  /** Evidence hashes of decided epochs as of the end of a block, in the order of `epochs`. */
  evidenceAt(options: {
    readonly epochs: readonly number[];
    readonly blockNumber: number;
  }): Promise<readonly Hex[]> {
    const at = { ...this.contract, blockNumber: BigInt(options.blockNumber) };
    return this.read(({ client }) =>
      Promise.all(
        options.epochs.map((epoch) =>
          client.readContract({ ...at, functionName: 'evidenceOf', args: [epoch] }),
        ),
      ),
    );
  }

  private get contract() {
    return { address: this.address, abi: emissionControllerAbi } as const;
  }

  private async read<Result>(work: (node: ChainNode) => Promise<Result>): Promise<Result> {
    return this.hub.fromOneNode(async (node) => {
      try {
        return await work(node);
      } catch (error) {
        if (!(error instanceof BaseError)) throw error;
        throw new RetryableError('the controller could not be read', { cause: error });
      }
    });
  }
}
