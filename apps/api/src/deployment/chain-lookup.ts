import { Injectable } from '@nestjs/common';
import { AppConfig, type ChainDeployment } from '#config';
import { EntityUnknown } from '../http/request-errors.js';

const CAIP2_PREFIX = 'eip155:';

/** Finds chains and farms of the deployment by what a client calls them. */
@Injectable()
export class ChainLookup {
  constructor(private readonly config: AppConfig) {}

  /** @throws {EntityUnknown} when no configured chain has this key, number or CAIP-2 id. */
  chain(name: string): ChainDeployment {
    const id = name.startsWith(CAIP2_PREFIX) ? name.slice(CAIP2_PREFIX.length) : name;
    const chain = this.config.deployment.chains.find(
      ({ key, chainId }) => key === name || String(chainId) === id,
    );
    if (chain === undefined) {
      const known = this.config.deployment.chains.map(({ key }) => key).join(', ');
      throw new EntityUnknown('chain', `No chain is called ${name}; there are ${known}.`);
    }
    return chain;
  }

  /** The chain, or undefined when the filter is absent. */
  optionalChain(name: string | undefined): ChainDeployment | undefined {
    return name === undefined ? undefined : this.chain(name);
  }

  /** Key of a chain by its endpoint id, null when the deployment does not know it. */
  keyOfEid(eid: number): string | null {
    return this.config.deployment.chains.find((one) => one.eid === eid)?.key ?? null;
  }

  /** Key of a chain by its number; the number itself when it left the deployment. */
  keyOf(chainId: number): string {
    const chain = this.config.deployment.chains.find((one) => one.chainId === chainId);
    return chain?.key ?? String(chainId);
  }
}
