/**
 * Real LayerZero endpoints of two chains on the chain of the bench. Their simplest message library
 * stands in for the DVNs, whose gas does not depend on what a message carries.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Hex, type Log, parseAbi, parseEventLogs, slice } from 'viem';
import { defined } from '#kernel';
import { type Contract, fileArtifact, type GasChain, OTHER, OWNER } from './gas-chain.js';

export const HUB_EID = 50_121;
export const SPOKE_EID = 50_231;
const EIDS = [HUB_EID, SPOKE_EID] as const;
const MESSAGE_FEE = 100n;
const EVENTS = parseAbi([
  'event PacketSent(bytes encodedPayload, bytes options, address sendLibrary)',
  'event ComposeSent(address from, address to, bytes32 guid, uint16 index, bytes message)',
]);

const SDK = dirname(
  createRequire(import.meta.url).resolve('@layerzerolabs/lz-evm-sdk-v2/package.json'),
);

/** Gas of the transactions that bring a message in. */
export interface Arrival {
  readonly receive: bigint;
  readonly compose: bigint;
}

function sdkArtifact(path: string) {
  return fileArtifact(join(SDK, 'artifacts', 'contracts', path));
}

export class GasEndpoints {
  private constructor(
    private readonly chain: GasChain,
    private readonly endpoints: ReadonlyMap<number, Contract>,
    private readonly libraries: ReadonlyMap<number, Contract>,
  ) {}

  static async deploy(chain: GasChain): Promise<GasEndpoints> {
    const endpoints = new Map<number, Contract>();
    const libraries = new Map<number, Contract>();
    const owner = chain.account(OWNER);
    for (const eid of EIDS) {
      const endpoint = await chain.deploy(
        sdkArtifact('EndpointV2.sol/EndpointV2.json'),
        eid,
        owner,
      );
      const library = await chain.deploy(
        sdkArtifact('messagelib/SimpleMessageLib.sol/SimpleMessageLib.json'),
        endpoint.address,
        owner,
      );
      endpoints.set(eid, endpoint);
      libraries.set(eid, library);
      const remote = eid === HUB_EID ? SPOKE_EID : HUB_EID;
      await chain.send(OWNER, endpoint, ['registerLibrary', library.address]);
      await chain.send(OWNER, endpoint, ['setDefaultSendLibrary', remote, library.address]);
      await chain.send(OWNER, endpoint, ['setDefaultReceiveLibrary', remote, library.address, 0n]);
      await chain.send(OWNER, library, ['setMessagingFee', MESSAGE_FEE, 0n]);
    }
    return new GasEndpoints(chain, endpoints, libraries);
  }

  of(eid: number): Contract {
    return defined(this.endpoints.get(eid), `endpoint ${eid}`);
  }

  /** Delivers the one message that `logs` sent and executes the one compose it leaves. */
  async deliver(logs: readonly Log[]): Promise<Arrival> {
    const [sent] = parseEventLogs({ abi: EVENTS, eventName: 'PacketSent', logs: [...logs] });
    const encoded = defined(sent, 'a message').args.encodedPayload;
    const { dstEid, origin, receiver, guid, message } = parsePacket(encoded);
    const endpoint = this.of(dstEid);
    const library = defined(this.libraries.get(dstEid), 'library');
    await this.chain.send(OWNER, library, ['validatePacket', encoded]);
    const call = ['lzReceive', origin, receiver, guid, message, '0x'] as const;
    const received = await this.chain.send(OTHER, endpoint, call);
    return { receive: received.gas, compose: await this.#compose(endpoint, received.logs) };
  }

  async #compose(endpoint: Contract, logs: readonly Log[]): Promise<bigint> {
    const [sent] = parseEventLogs({ abi: EVENTS, eventName: 'ComposeSent', logs: [...logs] });
    const { from, to, guid, index, message } = defined(sent, 'a compose').args;
    const call = ['lzCompose', from, to, guid, index, message, '0x'] as const;
    return (await this.chain.send(OTHER, endpoint, call)).gas;
  }
}

/** Packet: version 1 | nonce 8 | srcEid 4 | sender 32 | dstEid 4 | receiver 32 | guid 32 | message. */
function parsePacket(encoded: Hex) {
  return {
    origin: {
      nonce: BigInt(slice(encoded, 1, 9)),
      srcEid: Number(slice(encoded, 9, 13)),
      sender: slice(encoded, 13, 45),
    },
    dstEid: Number(slice(encoded, 45, 49)),
    receiver: slice(encoded, 61, 81),
    guid: slice(encoded, 81, 113),
    message: slice(encoded, 113),
  };
}
