import { Options, PacketV1Codec } from '@layerzerolabs/lz-v2-utilities';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '#kernel';
import { guidOf } from '../packet-hash.js';
import { toBytes32 } from './bytes.js';
import { decodeOptions, MalformedOptions } from './executor-options.js';
import { decodeOftMessage } from './oft-message.js';
import { decodePacket, encodeHeader, MalformedPacket, type PacketPath } from './packet.js';

const hexBytes = (size: { minLength: number; maxLength: number }) =>
  fc.uint8Array(size).map((bytes) => toHex(`0x${Buffer.from(bytes).toString('hex')}`));
const bytes32 = hexBytes({ minLength: 32, maxLength: 32 });
const uint32 = fc.integer({ min: 1, max: 4_294_967_295 });
const paths: fc.Arbitrary<PacketPath> = fc.record({
  nonce: fc.bigInt({ min: 0n, max: (1n << 53n) - 1n }),
  srcEid: uint32,
  sender: bytes32,
  dstEid: uint32,
  receiver: bytes32,
});

describe('packet codec', () => {
  it('reads what the codec of LayerZero reads', () => {
    fc.assert(
      fc.property(paths, hexBytes({ minLength: 0, maxLength: 300 }), (path, message) => {
        const guid = guidOf(path);
        const encoded = toHex(`${encodeHeader(path)}${guid.slice(2)}${message.slice(2)}`);
        const theirs = PacketV1Codec.from(encoded);
        const ours = decodePacket(encoded);
        expect(ours).toEqual({
          ...path,
          guid,
          message,
          payload: toHex(`${guid}${message.slice(2)}`),
        });
        expect({
          nonce: BigInt(theirs.nonce()),
          srcEid: theirs.srcEid(),
          sender: theirs.sender(),
          dstEid: theirs.dstEid(),
          receiver: theirs.receiver(),
          guid: theirs.guid(),
          message: theirs.message(),
        }).toEqual({ ...path, guid, message });
      }),
    );
  });

  it('refuses bytes that are too short and another version', () => {
    expect(() => decodePacket('0x01')).toThrow(MalformedPacket);
    expect(() => decodePacket(toHex(`0x02${'00'.repeat(150)}`))).toThrow(MalformedPacket);
  });
});

describe('executor options', () => {
  it('adds up the entries LayerZero writes', () => {
    const options = Options.newOptions()
      .addExecutorLzReceiveOption(110_000, 7)
      .addExecutorLzReceiveOption(20_000, 0)
      .addExecutorNativeDropOption(5, `0x${'ab'.repeat(32)}`)
      .addExecutorComposeOption(0, 150_000, 3)
      .addExecutorComposeOption(0, 1_000, 0)
      .addExecutorComposeOption(2, 9, 0)
      .addExecutorOrderedExecutionOption()
      .toHex();
    expect(decodeOptions(toHex(options))).toEqual({
      receiveGas: 130_000n,
      receiveValue: 7n,
      nativeDrops: [{ amount: 5n, receiver: `0x${'ab'.repeat(32)}` }],
      compose: new Map([
        [0, { gas: 151_000n, value: 3n }],
        [2, { gas: 9n, value: 0n }],
      ]),
      isOrdered: true,
    });
  });

  it.each(['0x', '0x0001', '0x000301', '0x00030100ff01', '0x0003010000'])(
    'refuses %s',
    (options) => {
      expect(() => decodeOptions(toHex(options))).toThrow(MalformedOptions);
    },
  );
});

describe('token message', () => {
  const account = toHex(`0x${'11'.repeat(20)}`);
  const plain = `${toBytes32(account)}00000000000f4240`;

  it('reads a plain transfer', () => {
    expect(decodeOftMessage(toHex(plain))).toEqual({
      sendTo: account,
      amountSD: 1_000_000n,
      compose: null,
    });
  });

  it('reads the composed call', () => {
    const from = toHex(`0x${'22'.repeat(20)}`);
    expect(decodeOftMessage(toHex(`${plain}${toBytes32(from).slice(2)}c0ffee`))).toEqual({
      sendTo: account,
      amountSD: 1_000_000n,
      compose: { from, message: '0xc0ffee' },
    });
  });

  it('says that shorter bytes are no token message', () => {
    expect(decodeOftMessage('0x1234')).toBeNull();
  });
});
