import { type AbiEvent, encodeAbiParameters, toEventSelector, zeroHash } from 'viem';
import { describe, expect, it } from 'vitest';
import { commandReceiverAbi, commandSenderAbi } from '#abi';
import type { ChainLog } from '#chain';
import { aChainDeployment, anAppConfig } from '#chain/testing';
import { defined, type Hex, toAddress, toChainId, toEid, toHex } from '#kernel';
import { CommandsProjector } from './commands.projector.js';
import { decodeCommandLog } from './decode-command-log.js';
import { MessagesProjector } from './messages.projector.js';

const sender = toAddress(`0x${'5e'.repeat(20)}`);
const receiver = toAddress(`0x${'5f'.repeat(20)}`);
const guid: Hex = `0x${'99'.repeat(32)}`;
const contracts = aChainDeployment().contracts;
const hub = aChainDeployment({ contracts: { ...contracts, commandSender: sender } });
const alpha = aChainDeployment({
  key: 'alpha',
  chainId: toChainId(900_231),
  eid: toEid(50_231),
  contracts: { ...contracts, commandReceiver: receiver },
});
const config = anAppConfig({ chains: [hub, alpha] });
const projector = new CommandsProjector(config);
const messages = new MessagesProjector(config);
const commandEvents: readonly AbiEvent[] = [...commandSenderAbi, ...commandReceiverAbi].filter(
  (entry) => entry.type === 'event',
);

/** A log of the sender or of alpha's receiver, by the names of its arguments. */
function commandLog(name: string, values: Readonly<Record<string, unknown>>): ChainLog {
  const event = defined(
    commandEvents.find((each) => each.name === name),
    name,
  );
  const valueOf = (argument: string | undefined) => values[argument ?? ''];
  const topics = event.inputs
    .filter(({ indexed: isTopic }) => isTopic === true)
    .map(({ name: argument, type }) => toHex(encodeAbiParameters([{ type }], [valueOf(argument)])));
  const inData = event.inputs.filter(({ indexed: isTopic }) => isTopic !== true);
  const isSent = name === 'CommandSent';
  return {
    chainId: isSent ? hub.chainId : alpha.chainId,
    address: isSent ? sender : receiver,
    blockNumber: 1,
    blockHash: `0x${'01'.repeat(32)}`,
    blockTimestamp: 10,
    txHash: `0x${'02'.repeat(32)}`,
    logIndex: 0,
    topics: [toHex(toEventSelector(event)), ...topics],
    data: toHex(
      encodeAbiParameters(
        inData,
        inData.map(({ name: argument }) => valueOf(argument)),
      ),
    ),
  };
}

const own = { no: 7n, kind: 7, guid, seq: 12n };

const happeningOf = (name: string, values: Readonly<Record<string, unknown>>) =>
  decodeCommandLog(commandLog(name, { ...own, ...values }), alpha)?.happening;

describe('CommandsProjector', () => {
  it('files what the hub sent and what the spoke says under one command', () => {
    const sent = commandLog('CommandSent', {
      ...own,
      eid: alpha.eid,
      command: '0x0701',
      fee: 1n,
    });
    const applied = commandLog('CommandApplied', own);
    const cancelled = commandLog('CommandCancelled', { no: 7n, by: 8n, seq: 13n });
    for (const log of [sent, applied, cancelled]) {
      expect(projector.subjectsOf(log)).toEqual([`command:${alpha.eid}:7`]);
    }
    expect(decodeCommandLog(sent, hub)).toEqual({
      eid: alpha.eid,
      no: 7n,
      happening: { kind: 'sent', guid, bytes: '0x0701' },
    });
  });

  it('reads why a command waits, failed, came too late or was refused', () => {
    const command = '0x0700';
    expect(happeningOf('CommandWaiting', { readyAt: 99, command })).toEqual({
      kind: 'waiting',
      guid,
      bytes: command,
      readyAt: 99,
    });
    expect(happeningOf('CommandFailed', { command, reason: '0x' })).toEqual({
      kind: 'failed',
      guid,
      bytes: command,
      reason: 'no reason given: most likely too little gas',
    });
    expect(happeningOf('CommandStale', { newest: 9n })).toEqual({
      kind: 'stale',
      guid,
      newest: 9n,
    });
    expect(happeningOf('CommandRefused', { reason: 2 })).toEqual({
      kind: 'refused',
      guid,
      reason: 'duplicate',
    });
    expect(happeningOf('CommandApplied', { guid: zeroHash })).toEqual({
      kind: 'applied',
      guid: null,
    });
  });

  it('files nothing under the number of a command that is not for the chain, or has none', () => {
    const stray = commandLog('CommandRefused', { ...own, reason: 1 });
    const unreadable = commandLog('CommandRefused', { ...own, no: 0n, kind: 0, reason: 0 });
    expect(projector.subjectsOf(stray)).toEqual([]);
    expect(projector.subjectsOf(unreadable)).toEqual([]);
    expect(messages.subjectsOf(stray)).toEqual([`guid:${guid}`]);
  });

  it('tells the number of every event of both contracts', () => {
    const paused = commandLog('Paused', { by: receiver, seq: 14n });
    expect(projector.sequenceOf(paused)).toEqual({ contract: receiver, seq: 14n });
    expect(projector.subjectsOf(paused)).toEqual([]);
    expect(projector.sequenceOf({ ...paused, address: sender })).toBeUndefined();
    const [source] = projector.sources(alpha);
    expect(source?.address).toBe(receiver);
    expect(source?.topics0).toContain(paused.topics[0]);
  });

  it('files what became of a command under its packet too, unless it was later', () => {
    expect(messages.subjectsOf(commandLog('CommandApplied', own))).toEqual([`guid:${guid}`]);
    expect(messages.subjectsOf(commandLog('CommandApplied', { ...own, guid: zeroHash }))).toEqual(
      [],
    );
  });
});
