import {
  type AbiEvent,
  encodeAbiParameters,
  encodeErrorResult,
  encodeEventTopics,
  getAbiItem,
  toEventSelector,
} from 'viem';
import { describe, expect, it } from 'vitest';
import { endpointAbi, errorAbi, receiveUlnAbi, rewardTokenAbi } from '#abi';
import type { ChainLog } from '#chain';
import { aChainDeployment, anAppConfig } from '#chain/testing';
import { type Address, defined, type Hex, toAddress, toChainId, toEid, toHex } from '#kernel';
import { decodeMessageLog } from './decode-message-log.js';
import { toBytes32 } from './domain/bytes.js';
import { encodeHeader, type PacketPath } from './domain/packet.js';
import { MessagesProjector } from './messages.projector.js';
import { OAppBook } from './oapp-book.js';
import { guidOf, payloadHashOf } from './packet-hash.js';

const hub = aChainDeployment();
const alpha = aChainDeployment({ key: 'alpha', chainId: toChainId(900_231), eid: toEid(50_231) });
const { deployment } = anAppConfig({ chains: [hub, alpha] });
const book = new OAppBook(deployment);
const oft = hub.contracts.rewardToken;
const stranger = toAddress(`0x${'ee'.repeat(20)}`);

const path: PacketPath = {
  nonce: 3n,
  srcEid: hub.eid,
  sender: toBytes32(oft),
  dstEid: alpha.eid,
  receiver: toBytes32(oft),
};
const guid = guidOf(path);
const origin = { srcEid: path.srcEid, sender: path.sender, nonce: path.nonce };
const message = toHex(`${toBytes32(stranger)}${'00'.repeat(7)}05`);

const aLog = (fields: Pick<ChainLog, 'address' | 'topics' | 'data'>, chain = alpha): ChainLog => ({
  chainId: chain.chainId,
  blockNumber: 1,
  blockHash: `0x${'01'.repeat(32)}`,
  blockTimestamp: 10,
  txHash: `0x${'02'.repeat(32)}`,
  logIndex: 0,
  ...fields,
});

type EndpointEvent =
  | 'PacketSent'
  | 'PacketVerified'
  | 'PacketDelivered'
  | 'ComposeSent'
  | 'PacketBurnt'
  | 'LzReceiveAlert'
  | 'LzComposeAlert';

const events: readonly AbiEvent[] = endpointAbi.filter((entry) => entry.type === 'event');

/** A log of the endpoint of a chain; `indexed` are its addresses after the first topic. */
function endpointLog(
  eventName: EndpointEvent,
  values: readonly unknown[],
  options: { readonly chain?: typeof alpha; readonly indexed?: readonly Address[] } = {},
): ChainLog {
  const item = defined(
    events.find(({ name }) => name === eventName),
    eventName,
  );
  const inputs = item.inputs.filter(({ indexed: isTopic }) => isTopic !== true);
  const { chain = alpha, indexed = [] } = options;
  return aLog(
    {
      address: chain.contracts.endpoint,
      topics: [toHex(toEventSelector(item)), ...indexed.map(toBytes32)],
      data: toHex(encodeAbiParameters(inputs, values)),
    },
    chain,
  );
}

const decode = (log: ChainLog) =>
  decodeMessageLog({ log, chain: log.chainId === hub.chainId ? hub : alpha, book });

const packet = (body: PacketPath, content: Hex = message): Hex =>
  toHex(`${encodeHeader(body)}${guidOf(body).slice(2)}${content.slice(2)}`);

describe('decodeMessageLog', () => {
  it('reads a packet our contract sent, with what it carries', () => {
    const log = endpointLog('PacketSent', [packet(path), '0x', stranger], { chain: hub });
    expect(decode(log)).toEqual({
      guid,
      happening: {
        kind: 'sent',
        command: null,
        path,
        payloadHash: payloadHashOf({ payload: toHex(`${guid}${message.slice(2)}`) }),
        transfer: { sendTo: stranger, amountSD: 5n, compose: null },
      },
    });
  });

  it('leaves packets of strangers and unreadable ones alone', () => {
    const foreign = { ...path, sender: toBytes32(stranger), receiver: toBytes32(stranger) };
    const logs = [packet(foreign), '0x1234'].map((encoded) =>
      endpointLog('PacketSent', [encoded, '0x', stranger], { chain: hub }),
    );
    expect(logs.map(decode)).toEqual([undefined, undefined]);
  });

  it('computes the guid of what only names a lane and a nonce', () => {
    const payloadHash = `0x${'44'.repeat(32)}`;
    const logs = [
      endpointLog('PacketVerified', [origin, oft, payloadHash]),
      endpointLog('PacketDelivered', [origin, oft]),
      endpointLog('PacketBurnt', [path.srcEid, path.sender, oft, path.nonce, payloadHash]),
    ];
    expect(logs.map(decode)).toEqual([
      { guid, happening: { kind: 'verified', path, payloadHash } },
      { guid, happening: { kind: 'delivered', path } },
      { guid, happening: { kind: 'burnt', path } },
    ]);
  });

  it('leaves a verification for a stranger alone', () => {
    const log = endpointLog('PacketVerified', [origin, stranger, guid]);
    expect(decode(log)).toBeUndefined();
  });

  it('takes attestations from the DVNs of the lane alone', () => {
    const attestation = (dvn: Address, header: Hex) =>
      aLog({
        address: alpha.contracts.receiveUln,
        topics: [toHex(encodeEventTopics({ abi: receiveUlnAbi, eventName: 'PayloadVerified' })[0])],
        data: toHex(
          encodeAbiParameters(getAbiItem({ abi: receiveUlnAbi, name: 'PayloadVerified' }).inputs, [
            dvn,
            header,
            5n,
            guid,
          ]),
        ),
      });
    const [dvn] = alpha.contracts.dvns;
    expect(dvn && decode(attestation(dvn, encodeHeader(path)))).toEqual({
      guid,
      happening: { kind: 'attested', path, payloadHash: guid, dvn },
    });
    expect(decode(attestation(stranger, encodeHeader(path)))).toBeUndefined();
    expect(dvn && decode(attestation(dvn, '0x1234'))).toBeUndefined();
  });

  it('believes alerts of our executor alone, and names their reason', () => {
    const reason = encodeErrorResult({ abi: errorAbi, errorName: 'Farms_ZeroAmount' });
    const values = [origin, guid, 1n, 0n, message, '0x', reason];
    const alert = (executor: Address) =>
      endpointLog('LzReceiveAlert', values, { indexed: [oft, executor] });
    expect(decode(alert(alpha.contracts.executor))).toEqual({
      guid,
      happening: { kind: 'receive-failed', reason: 'Farms_ZeroAmount()' },
    });
    expect(decode(alert(stranger))).toBeUndefined();

    const compose = [guid, 0, 1n, 0n, message, '0x', '0x'];
    const composeAlert = (from: Address) =>
      endpointLog('LzComposeAlert', compose, {
        indexed: [from, alpha.contracts.receiver, alpha.contracts.executor],
      });
    expect(decode(composeAlert(oft))?.happening.kind).toBe('compose-failed');
    expect(decode(composeAlert(stranger))).toBeUndefined();
  });

  it('takes composed calls from our tokens alone', () => {
    const sent = (from: Address) =>
      endpointLog('ComposeSent', [from, alpha.contracts.bridge, guid, 0, '0x']);
    expect(decode(sent(oft))).toEqual({
      guid,
      happening: { kind: 'compose-sent', to: alpha.contracts.bridge },
    });
    expect(decode(sent(stranger))).toBeUndefined();
  });

  it('reads credits of our tokens', () => {
    const topics = encodeEventTopics({
      abi: rewardTokenAbi,
      eventName: 'OFTReceived',
      args: { guid, toAddress: stranger },
    });
    const data = encodeAbiParameters([{ type: 'uint32' }, { type: 'uint256' }], [hub.eid, 7n]);
    const log = aLog({ address: oft, topics: topics.map(String).map(toHex), data: toHex(data) });
    expect(decode(log)).toEqual({
      guid,
      happening: { kind: 'tokens-received', amountWei: 7n },
    });
    expect(decode({ ...log, address: stranger })).toBeUndefined();
  });
});

describe('MessagesProjector', () => {
  it('files a packet under its guid on both chains', () => {
    const projector = new MessagesProjector(anAppConfig({ chains: [hub, alpha] }));
    const log = endpointLog('PacketDelivered', [origin, oft]);
    expect(projector.subjectsOf(log)).toEqual([`guid:${guid}`]);
    expect(projector.subjectsOf({ ...log, chainId: toChainId(5) })).toEqual([]);
    expect(projector.sources(alpha).map(({ address }) => address)).toEqual([
      alpha.contracts.endpoint,
      alpha.contracts.receiveUln,
      oft,
    ]);
  });
});
