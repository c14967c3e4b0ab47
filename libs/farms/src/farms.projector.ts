import { Injectable } from '@nestjs/common';
import type { ChainLog } from '#chain';
import { AppConfig, type ChainDeployment } from '#config';
import { LogProjector, type LogSequence, type LogSource } from '#indexer';
import { controllerEvents, receiverEvents } from './decode-emission-event.js';
import { farmEvents } from './decode-farm-event.js';
import { type EmissionFact } from './domain/emission-event.js';
import { readEmissionFact } from './emission-log.js';
import { type Address } from '#kernel';
import { type NumberedEvents } from './numbered-events.js';
import {
  epochSubject,
  guidSubject,
  orderSubject,
  PARAMS_SUBJECT,
  receiverSubject,
} from './subjects.js';

/**
 * Files the logs of emission receivers and the controller under what they are about. Those of farms
 * are numbered and kept, but filed under nothing: they are many, and their read models are the
 * stored states and the ledger.
 */
@Injectable()
export class FarmsProjector extends LogProjector {
  private readonly chains: ReadonlyMap<number, ChainDeployment>;

  constructor(config: AppConfig) {
    super();
    this.chains = new Map(config.deployment.chains.map((chain) => [chain.chainId, chain]));
  }

  override sources(chain: ChainDeployment): readonly LogSource[] {
    return numberedContracts(chain).map(({ address, events }) => ({
      address,
      topics0: events.topics,
    }));
  }

  override sequenceOf(log: ChainLog): LogSequence | undefined {
    const chain = this.chains.get(log.chainId);
    const contracts = chain === undefined ? [] : numberedContracts(chain);
    const seq = contracts.find(({ address }) => address === log.address)?.events.sequenceOf(log);
    return seq === undefined ? undefined : { contract: log.address, seq };
  }

  override subjectsOf(log: ChainLog): readonly string[] {
    const chain = this.chains.get(log.chainId);
    if (chain === undefined) return [];
    const fact = readEmissionFact(log, chain);
    return fact === undefined ? [] : subjectsOfFact(fact, chain);
  }
}

interface NumberedContract {
  readonly address: Address;
  readonly events: NumberedEvents;
}

function numberedContracts(chain: ChainDeployment): readonly NumberedContract[] {
  const { farms, receiver, controller } = chain.contracts;
  return [
    { address: farms, events: farmEvents },
    { address: receiver, events: receiverEvents },
    ...(controller === undefined ? [] : [{ address: controller, events: controllerEvents }]),
  ];
}

function subjectsOfFact(fact: EmissionFact, chain: ChainDeployment): readonly string[] {
  switch (fact.kind) {
    case 'chain-registered':
    case 'farm-bounds-set':
    case 'farm-removed':
    case 'schedule-set':
    case 'max-change-set':
    case 'fee-cap-set':
    case 'operator-set':
    case 'guardian-set':
    case 'sentinel-set':
    case 'revenue-multiple-set':
    case 'revenue-deposited':
    case 'controller-paused':
    case 'token-withdrawn':
      return [PARAMS_SUBJECT];
    case 'epoch-decided':
      return [epochSubject(fact.epoch)];
    case 'order-dispatched':
      return [
        epochSubject(fact.epoch),
        orderSubject(fact.epoch, fact.eid),
        ...(fact.guid === null ? [] : [guidSubject(fact.guid)]),
      ];
    case 'dispatch-failed':
      return [epochSubject(fact.epoch), orderSubject(fact.epoch, fact.eid)];
    case 'order-received':
      return [
        epochSubject(fact.epoch),
        orderSubject(fact.epoch, chain.eid),
        ...(fact.guid === null ? [] : [guidSubject(fact.guid)]),
      ];
    case 'order-applied':
    case 'pot-released':
      return [epochSubject(fact.epoch), orderSubject(fact.epoch, chain.eid)];
    case 'order-unreadable':
      return [
        receiverSubject(chain.chainId),
        ...(fact.guid === null ? [] : [guidSubject(fact.guid)]),
      ];
    case 'returned-to-hub':
      return [
        receiverSubject(chain.chainId),
        ...(fact.guid === null ? [] : [guidSubject(fact.guid)]),
      ];
    case 'receiver-paused':
    case 'min-valid-epoch-set':
    case 'surplus-recovered':
      return [receiverSubject(chain.chainId)];
  }
}
