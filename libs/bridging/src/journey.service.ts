import { Injectable } from '@nestjs/common';
import { AppConfig, type Deployment } from '#config';
import { type IndexedLog, LogStore } from '#indexer';
import { type Address, defined, type Hex, toHex } from '#kernel';
import { MessageService, type MessageStatus, type MessageView } from '#messaging';
import { decodeBridgeLog, journeyEventOf } from './decode-bridge-log.js';
import { decimalText } from './domain/amount-text.js';
import type { CarrierMessage } from './domain/carrier-message.js';
import { foldJourney } from './domain/fold-journey.js';
import type { JourneyView } from './domain/journey-view.js';
import { JOURNEY_PREFIX, USER_PREFIX } from './journeys.projector.js';

/** States of a packet in which its tokens are on the destination. */
const ARRIVED: readonly MessageStatus[] = [
  'delivered',
  'compose-pending',
  'compose-failed',
  'composed',
];

/** Reads the moves of staked positions; every view is folded from logs when asked for. */
@Injectable()
export class JourneyService {
  private readonly deployment: Deployment;

  constructor(
    config: AppConfig,
    private readonly logs: LogStore,
    private readonly messages: MessageService,
  ) {
    this.deployment = config.deployment;
  }

  /**
   * Journeys, the one with the newest event first; with `user` only those they moved or receive.
   * `before` is the guid of the last one of the page before.
   */
  async list(options: {
    readonly limit: number;
    readonly before?: Hex | undefined;
    readonly user?: Address | undefined;
  }): Promise<readonly JourneyView[]> {
    const { limit, before, user } = options;
    const guids = user === undefined ? await this.page(limit, before) : await this.guidsOf(user);
    const start = user === undefined || before === undefined ? 0 : guids.indexOf(before) + 1;
    return this.byGuids(guids.slice(start, start + limit));
  }

  /** Undefined when no chain shows such a journey. */
  async byGuid(guid: Hex): Promise<JourneyView | undefined> {
    return (await this.byGuids([guid])).at(0);
  }

  private async byGuids(guids: readonly Hex[]): Promise<readonly JourneyView[]> {
    const found = await this.logs.bySubjects(guids.map((guid) => `${JOURNEY_PREFIX}${guid}`));
    const messages = await this.messages.byGuids(guids);
    return guids.flatMap((guid) => {
      const logs = found.get(`${JOURNEY_PREFIX}${guid}`) ?? [];
      const events = logs.flatMap((log) => journeyEventOf(log) ?? []);
      const view = foldJourney(events, {
        guid,
        message: carrierOf(messages.get(guid)?.at(0)),
        chainKeyOf: (place) => this.chainKeyOf(place),
        amountText: (farm) => this.amountText(farm),
      });
      return view ?? [];
    });
  }

  private async page(limit: number, before: Hex | undefined): Promise<readonly Hex[]> {
    const subjects = await this.logs.subjects({
      prefix: JOURNEY_PREFIX,
      limit,
      ...(before === undefined ? {} : { before: `${JOURNEY_PREFIX}${before}` }),
    });
    return subjects.map((subject) => toHex(subject.slice(JOURNEY_PREFIX.length)));
  }

  /** Guids of a user's journeys, the one with the newest event first. */
  private async guidsOf(user: Address): Promise<readonly Hex[]> {
    const logs = await this.logs.bySubject(`${USER_PREFIX}${user}`);
    const newestFirst = logs
      .filter((log) => this.isBridge(log))
      .toSorted((a, b) => b.blockTimestamp - a.blockTimestamp);
    return [...new Set(newestFirst.flatMap((log) => decodeBridgeLog(log)?.guid ?? []))];
  }

  private isBridge(log: IndexedLog): boolean {
    return this.deployment.chains.some(
      ({ chainId, contracts }) => chainId === log.chainId && contracts.bridge === log.address,
    );
  }

  private chainKeyOf(place: { readonly eid: number } | { readonly chainId: number }): string {
    const chain = this.deployment.chains.find((each) =>
      'eid' in place ? each.eid === place.eid : each.chainId === place.chainId,
    );
    if (chain === undefined && 'eid' in place) return `endpoint ${place.eid}`;
    return defined(chain, 'chain of an indexed log').key;
  }

  /** In the stake token's own units; without a known token the bare number of base units. */
  private amountText(farm: {
    readonly chainKey: string;
    readonly farmId: number;
    readonly amount: bigint;
  }): string {
    const chain = this.deployment.chains.find(({ key }) => key === farm.chainKey);
    const known = chain?.farms.find(({ farmId }) => farmId === farm.farmId);
    if (known === undefined) return `${farm.amount} base units`;
    return `${decimalText(farm.amount, known.stakeDecimals)} ${known.stakeSymbol}`;
  }
}

function carrierOf(message: MessageView | undefined): CarrierMessage | undefined {
  if (message === undefined) return undefined;
  const { status, cause, nextStep, isFinal } = message;
  return { hasArrived: ARRIVED.includes(status), cause, nextStep, isFinal };
}
