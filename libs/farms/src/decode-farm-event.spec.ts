import fc from 'fast-check';
import {
  type AbiEvent,
  type ContractEventName,
  decodeEventLog,
  encodeAbiParameters,
  encodeEventTopics,
  maxUint256,
  toEventSelector,
} from 'viem';
import { describe, expect, it } from 'vitest';
import { emissionControllerAbi, farmsAbi } from '#abi';
import {
  assert,
  canonicalJson,
  defined,
  type Hex,
  InvariantViolation,
  toAddress,
  toHex,
} from '#kernel';
import { controllerEvents } from './decode-emission-event.js';
import { decodeFarmEvent, farmEvents } from './decode-farm-event.js';
import { type LogContent } from './log-words.js';

type EventName = ContractEventName<typeof farmsAbi>;

/** Wiring alone carries no number. */
const UNNUMBERED: readonly string[] = ['ReceiverSet', 'BridgeSet'];
const OWNERSHIP = /^Ownership/;
const NAMES: readonly EventName[] = farmsAbi
  .filter((item) => item.type === 'event')
  .map(({ name }) => name)
  .filter((name) => !UNNUMBERED.includes(name) && !OWNERSHIP.test(name));
const STATES = ['active', 'deposits-paused', 'ended'];

function uint(bits: number): fc.Arbitrary<bigint> {
  return fc.bigInt({ min: 1n, max: 2n ** BigInt(bits) - 1n });
}

type Value = bigint | number | string | boolean;

function argument({ name, type, components = [] }: Argument): fc.Arbitrary<Value | object> {
  if (type === 'tuple[]') {
    const row = Object.fromEntries(components.map((part) => [part.name, argument(part)]));
    return fc.array(fc.record(row), { maxLength: 4 });
  }
  if (type === 'bool') return fc.boolean();
  if (name === 'state') return fc.integer({ min: 1, max: STATES.length });
  if (type === 'address') {
    return uint(160).map((value) => toAddress(`0x${value.toString(16).padStart(40, '0')}`));
  }
  if (type === 'int256') return fc.bigInt({ min: -(2n ** 255n), max: 2n ** 255n - 1n });
  const bits = Math.min(Number(type.slice(4)), type === 'uint64' ? 53 : 256);
  return bits <= 48 ? uint(bits).map(Number) : uint(bits);
}

interface Argument {
  readonly name?: string | undefined;
  readonly type: string;
  readonly components?: readonly Argument[] | undefined;
}

function eventNamed(name: string): AbiEvent {
  const events = farmsAbi.filter((item) => item.type === 'event');
  return defined(
    events.find((event) => event.name === name),
    name,
  );
}

function encode(event: AbiEvent, values: readonly unknown[]): LogContent {
  const pairs = event.inputs.map((input, index) => ({ input, value: values[index] }));
  const inData = pairs.filter(({ input }) => input.indexed !== true);
  const args = pairs.filter(({ input }) => input.indexed === true).map(({ value }) => value);
  const topics = encodeEventTopics({ abi: [event], args });
  const data = encodeAbiParameters(
    inData.map(({ input }) => input),
    inData.map(({ value }) => value),
  );
  return { topics: topics.map((topic) => toHex(String(topic))), data };
}

describe('decodeFarmEvent', () => {
  it.each(NAMES)('reads %s as a general decoder does', (eventName) => {
    const event = eventNamed(eventName);
    const values = fc.tuple(...event.inputs.map((input) => argument(Object(input))));
    fc.assert(
      fc.property(values, (list) => {
        const log = encode(event, list);
        const [signature, ...rest] = log.topics;
        const topics: [Hex, ...Hex[]] = [defined(signature, 'signature'), ...rest];
        const { args } = decodeEventLog({ abi: farmsAbi, topics, data: log.data, eventName });
        const { kind, at, ...fields } = defined(
          decodeFarmEvent({ ...log, blockTimestamp: 1_795_000_000 }),
          'event',
        );
        expect([kind.replaceAll('-', ''), at]).toEqual([eventName.toLowerCase(), 1_795_000_000]);
        const { seq, ...said } = textOf(Object(args));
        // Who may stop the farms is of no interest here, that it changed is.
        const isShort = ['GuardianSet', 'SentinelSet'].includes(eventName);
        expect(textOf(fields)).toEqual(isShort ? { seq } : { seq, ...said });
      }),
    );
  });

  it('leaves events alone that change no farm', () => {
    const topics = [toHex(`0x${'12'.repeat(32)}`)];
    expect(decodeFarmEvent({ topics, data: '0x', blockTimestamp: 1 })).toBeUndefined();
    expect(decodeFarmEvent({ topics: [], data: '0x', blockTimestamp: 1 })).toBeUndefined();
  });

  it('refuses a log that is cut short and a number no contract of ours sends', () => {
    const log = encode(eventNamed('FarmStateSet'), [7, 1, 1n]);
    const at = { blockTimestamp: 1 };
    expect(() => decodeFarmEvent({ ...log, ...at, data: '0x' })).toThrow(
      new InvariantViolation('log data has no word 1'),
    );
    const data = toHex(`0x${maxUint256.toString(16)}`);
    expect(() => decodeFarmEvent({ ...log, ...at, data })).toThrow(InvariantViolation);
  });

  it('covers every event that carries a sequence number', () => {
    const selectors = NAMES.map((name) => toHex(toEventSelector(eventNamed(name))));
    expect([...farmEvents.topics].toSorted()).toEqual(selectors.toSorted());
  });
});

describe('sequenceOf', () => {
  it('finds the number beside dynamic arguments', () => {
    const event = emissionControllerAbi.find(
      (item) => item.type === 'event' && item.name === 'DispatchFailed',
    );
    assert(event?.type === 'event', 'DispatchFailed');
    const log = encode(event, [3, 50_231, '0xdeadbeef', 41n]);
    expect(controllerEvents.sequenceOf(log)).toBe(41n);
    expect(farmEvents.sequenceOf(log)).toBeUndefined();
  });
});

/** Equal values give equal texts whether they are numbers, bigints or checksummed addresses. */
function textOf(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(fields).map(([key, value]) => {
    const known = key === 'state' && typeof value === 'number' ? STATES[value - 1] : value;
    return [key, canonicalJson(known).toLowerCase().replaceAll('"', '')];
  });
  return Object.fromEntries(entries);
}
