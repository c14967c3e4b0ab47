import { Injectable } from '@nestjs/common';
import { AppConfig } from '#config';
import { type ChainId, DomainError, type Eid } from '#kernel';
import { ChainClient } from './chain-client.js';

/** The deployment has no such chain. */
export class UnknownChain extends DomainError {
  readonly code = 'chain.unknown';
}

/** The chains of the deployment, in its order. */
@Injectable()
export class ChainRegistry {
  private readonly clients: readonly ChainClient[];
  private readonly hubKey: string;

  constructor(config: AppConfig) {
    this.clients = config.deployment.chains.map((chain) => new ChainClient(chain));
    this.hubKey = config.deployment.hub;
  }

  all(): readonly ChainClient[] {
    return this.clients;
  }

  /** @throws {UnknownChain} */
  byId(chainId: ChainId): ChainClient {
    return this.find((client) => client.chainId === chainId, `id ${chainId}`);
  }

  /** @throws {UnknownChain} */
  byEid(eid: Eid): ChainClient {
    return this.find((client) => client.eid === eid, `endpoint id ${eid}`);
  }

  /** @throws {UnknownChain} */
  byKey(key: string): ChainClient {
    return this.find((client) => client.key === key, `key ${key}`);
  }

  hub(): ChainClient {
    return this.byKey(this.hubKey);
  }

  private find(isWanted: (client: ChainClient) => boolean, what: string): ChainClient {
    const client = this.clients.find(isWanted);
    if (client === undefined) throw new UnknownChain(`no chain of the deployment has ${what}`);
    return client;
  }
}
