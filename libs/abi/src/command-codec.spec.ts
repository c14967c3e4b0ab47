import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assert, type Hex, toAddress, toHex } from '#kernel';
import { type Command, COMMAND_KINDS } from './command.js';
import { decodeCommand, decodeCommandMessage, encodeCommand } from './command-codec.js';

const STAKE = toAddress(`0x${'11'.repeat(20)}`);
const OFT = toAddress(`0x${'22'.repeat(20)}`);
const FUNDER = toAddress(`0x${'33'.repeat(20)}`);
const RATE = 0x01_02_03_04_05_06_07_08n;
const DAY = 86_400;
const AMOUNT = 10n ** 24n;

/** The samples of the contract tests, in the order of the kinds. */
const SAMPLES: readonly Command[] = [
  {
    kind: 'add-farm',
    farmId: 7,
    stakeToken: STAKE,
    scaleBits: 96,
    maxRate: RATE,
    hasTerms: true,
    oft: OFT,
  },
  { kind: 'set-farm-state', farmId: 7, state: 'deposits-paused' },
  { kind: 'set-max-rate', farmId: 7, stream: 2, maxRate: RATE },
  {
    kind: 'set-terms',
    farmId: 7,
    tiers: [1, 2, 3, 4].map((nth) => ({
      term: 30 * DAY * nth,
      boostBps: 10_000 + 2_000 * nth,
      feeBps: 500,
    })),
    steps: [1, 2, 3, 4].map((nth) => ({ minTenure: 10 * DAY * nth, bonusBps: 500 * nth })),
  },
  { kind: 'add-stream', farmId: 7, stream: 1, token: STAKE, funder: FUNDER, maxRate: RATE },
  { kind: 'set-funder', farmId: 7, stream: 2, funder: FUNDER },
  { kind: 'set-receiver-paused', isPaused: true },
  { kind: 'set-bridge-paused', isPaused: false },
  { kind: 'set-min-valid-epoch', epoch: 9 },
  { kind: 'release-pot', epoch: 9, amount: AMOUNT },
  { kind: 'set-outflow-limit', token: STAKE, eid: 30_102, limit: AMOUNT, window: DAY },
  { kind: 'set-inbound-limit', eid: 30_102, limit: AMOUNT, window: DAY },
  { kind: 'set-sentinel', sentinel: FUNDER, until: 1_800_000_000 },
  { kind: 'cancel-command', no: 11n },
];

/** The bytes of every kind that the contract tests assert. */
function goldenBytes(): readonly Hex[] {
  const path = join(import.meta.dirname, '../../../contracts/test/unit/CommandFormat.t.sol');
  const [, list] =
    /bytes\[14\] memory expected = \[([^\]]*)\]/.exec(readFileSync(path, 'utf8')) ?? [];
  assert(list !== undefined, 'the contract tests list the bytes of every kind');
  return [...list.matchAll(/hex"([0-9a-f]+)"/g)].map(([, digits]) => toHex(`0x${digits}`));
}

describe('command codec', () => {
  it('writes the bytes that the contracts read', () => {
    expect(SAMPLES.map(({ kind }) => kind)).toEqual(COMMAND_KINDS);
    expect(SAMPLES.map(encodeCommand)).toEqual(goldenBytes());
  });

  it('reads back what it wrote', () => {
    expect(SAMPLES.map(encodeCommand).map(decodeCommand)).toEqual(SAMPLES);
  });

  it('reads only whole commands', () => {
    for (const bytes of goldenBytes()) {
      expect(decodeCommand(`${bytes}00`)).toBeUndefined();
      expect(decodeCommand(toHex(bytes.slice(0, -2)))).toBeUndefined();
    }
  });

  it.each<[string, Hex]>([
    ['nothing', '0x'],
    ['kind 0', '0x0001'],
    ['kind 15', '0x0f01'],
    ['a farm without a state', '0x020000000700'],
    ['a state beyond the last', '0x020000000704'],
    ['a pause that is neither on nor off', '0x0702'],
    ['five tiers', `0x04000000070500${'00'.repeat(40)}`],
    ['counts of terms that do not fit the size', `0x04000000070003${'00'.repeat(24)}`],
  ])('reads %s as no command', (_what, bytes) => {
    expect(decodeCommand(bytes)).toBeUndefined();
  });

  it('reads any bytes as no command or as the one encoding of one', () => {
    const anyBytes = fc
      .uint8Array({ maxLength: 70 })
      .map((bytes) => toHex(`0x${Buffer.from(bytes).toString('hex')}`));
    const likely = fc
      .tuple(fc.constantFrom(...goldenBytes()), fc.nat(200), fc.nat(15))
      .map(([bytes, at, digit]) => {
        const place = 2 + (at % (bytes.length - 2));
        return toHex(`${bytes.slice(0, place)}${digit.toString(16)}${bytes.slice(place + 1)}`);
      });
    fc.assert(
      fc.property(fc.oneof(anyBytes, likely), (bytes) => {
        const command = decodeCommand(bytes);
        expect(command === undefined ? bytes : encodeCommand(command)).toBe(bytes);
      }),
    );
  });

  it('reads chain and number of a message', () => {
    expect(decodeCommandMessage('0x010000c43700000000000001020701')).toEqual({
      eid: 50_231,
      no: 258n,
      bytes: '0x0701',
    });
  });

  it.each<[string, Hex]>([
    ['an empty one', '0x'],
    ['one without a kind', '0x010000c4370000000000000102'],
    ['one without a number', '0x010000c43700000000000000000701'],
    ['another version', '0x020000c43700000000000001020701'],
  ])('does not read %s as a message', (_what, message) => {
    expect(decodeCommandMessage(message)).toBeUndefined();
  });
});
