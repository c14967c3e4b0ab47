import { Injectable } from '@nestjs/common';
import { emissionControllerAbi } from '#abi';
import { ChainRegistry } from '#chain';
import { type IndexedLog, LogStore } from '#indexer';
import { defined, type Eid } from '#kernel';
import { type ControllerState, foldParameters } from './domain/controller-params.js';
import { type EmissionEvent, type OrderFact, type ParameterFact } from './domain/emission-event.js';
import { type EpochState, foldEpoch, type OrderState } from './domain/epoch-orders.js';
import { type ViewKind } from './domain/views.js';
import { readEmissionFact } from './emission-log.js';
import { EPOCH_PREFIX, epochSubject, PARAMS_SUBJECT } from './subjects.js';

/** Key of the chain; null when the deployment does not know the endpoint. */
interface Named {
  readonly chainKey: string | null;
}

/** What governance set, with what the controller was built with. */
export interface ControllerParams extends Omit<ControllerState, 'chains' | 'farms'> {
  /** Most any epoch may cost, in shared decimals. */
  readonly hardCapSD: bigint;
  readonly chains: readonly (ControllerState['chains'][number] & Named)[];
  readonly farms: readonly (ControllerState['farms'][number] & Named)[];
}

export interface OrderView extends OrderState, Named {}

export interface EpochView extends Omit<EpochState, 'orders'> {
  readonly orders: readonly OrderView[];
}

/** Decisions, orders and parameters of the emission, folded from the logs of all chains. */
@Injectable()
export class EmissionsReader {
  private hardCapSD: bigint | undefined;

  constructor(
    private readonly logs: LogStore,
    private readonly chains: ChainRegistry,
  ) {}

  async controllerParams(view: ViewKind): Promise<ControllerParams> {
    const logs = await this.logs.bySubject(PARAMS_SUBJECT);
    const seen = logs.filter(({ isFinal }) => isFinal || view === 'provisional');
    const state = foldParameters(this.eventsOf(seen).filter(isParameterEvent));
    return {
      ...state,
      hardCapSD: await this.readHardCap(),
      chains: state.chains.map((chain) => ({ ...chain, chainKey: this.keyOf(chain.eid) })),
      farms: state.farms.map((farm) => ({ ...farm, chainKey: this.keyOf(farm.eid) })),
    };
  }

  /** The epochs with the newest events, newest epoch first. */
  async epochs(options: {
    readonly limit: number;
    readonly before?: number | undefined;
  }): Promise<readonly EpochView[]> {
    const { limit, before } = options;
    const subjects = await this.logs.subjects({
      prefix: EPOCH_PREFIX,
      limit,
      before: before === undefined ? undefined : epochSubject(before),
    });
    const logs = await this.logs.bySubjects(subjects);
    return subjects
      .map((subject) => this.viewOf(logs.get(subject) ?? []))
      .filter((epoch) => epoch !== undefined)
      .toSorted((a, b) => b.epoch - a.epoch);
  }

  /** Undefined for an epoch without a decision. */
  async epoch(epoch: number): Promise<EpochView | undefined> {
    return this.viewOf(await this.logs.bySubject(epochSubject(epoch)));
  }

  private viewOf(logs: readonly IndexedLog[]): EpochView | undefined {
    const state = foldEpoch(this.eventsOf(logs).filter(isOrderEvent));
    if (state === undefined) return undefined;
    const orders = state.orders.map((order) => ({ ...order, chainKey: this.keyOf(order.eid) }));
    return { ...state, orders };
  }

  private eventsOf(logs: readonly IndexedLog[]): readonly EmissionEvent[] {
    return logs.flatMap((log) => {
      const { deployment, eid } = this.chains.byId(log.chainId);
      const fact = readEmissionFact(log, deployment);
      if (fact === undefined) return [];
      const { chainId, blockNumber, txHash, blockTimestamp: at, isFinal } = log;
      return [{ ...fact, chainId, reportedBy: eid, blockNumber, txHash, at, isFinal }];
    });
  }

  private keyOf(eid: Eid): string | null {
    return this.chains.all().find((chain) => chain.eid === eid)?.key ?? null;
  }

  /** Fixed at deployment, so it is read from the hub once. */
  private async readHardCap(): Promise<bigint> {
    const hub = this.chains.hub();
    const address = defined(hub.deployment.contracts.controller, 'controller of the hub');
    this.hardCapSD ??= await hub.publicClient.readContract({
      address,
      abi: emissionControllerAbi,
      functionName: 'HARD_CAP_SD',
    });
    return this.hardCapSD;
  }
}

const PARAMETER_KINDS: ReadonlySet<string> = new Set<ParameterFact['kind']>([
  'chain-registered',
  'farm-bounds-set',
  'farm-removed',
  'schedule-set',
  'max-change-set',
  'fee-cap-set',
  'operator-set',
  'guardian-set',
  'sentinel-set',
  'revenue-multiple-set',
  'controller-paused',
]);

function isParameterEvent(event: EmissionEvent): event is EmissionEvent<ParameterFact> {
  return PARAMETER_KINDS.has(event.kind);
}

const ORDER_KINDS: ReadonlySet<string> = new Set<OrderFact['kind']>([
  'epoch-decided',
  'order-dispatched',
  'dispatch-failed',
  'order-received',
  'order-applied',
  'order-unreadable',
  'pot-released',
]);

function isOrderEvent(event: EmissionEvent): event is EmissionEvent<OrderFact> {
  return ORDER_KINDS.has(event.kind);
}
