import { encodeFunctionData, type Hex } from 'viem';
import { describe, expect, it } from 'vitest';
import { commandSenderAbi, encodeCommand } from '#abi';
import { aChainDeployment } from '#chain/testing';
import { toAddress, toHex } from '#kernel';
import { describeCall } from './describe-call.js';

const target = toAddress(`0x${'5e'.repeat(20)}`);
const contracts = { ...aChainDeployment().contracts, commandSender: target };
const context = {
  hub: aChainDeployment({ contracts }),
  chainOf: (eid: number) => (eid === 50_231 ? 'alpha' : `endpoint ${eid}`),
};
const end = encodeCommand({ kind: 'set-farm-state', farmId: 3, state: 'ended' });
const pause = encodeCommand({ kind: 'set-bridge-paused', isPaused: true });
const described = (data: Hex) => describeCall(context, { target, data: toHex(data) });

describe('describeCall', () => {
  it('says what a command tells its chain', () => {
    const args = [50_231, end] as const;
    expect(
      described(encodeFunctionData({ abi: commandSenderAbi, functionName: 'send', args })),
    ).toEqual({
      target,
      contractName: 'CommandSender',
      function: 'send',
      args: [
        { name: 'eid', value: '50231' },
        { name: 'command', value: end },
      ],
      commands: [{ chainKey: 'alpha', sentence: 'End farm 3.' }],
    });
  });

  it('says what each of several commands tells its chain', () => {
    const args = [
      [50_231, 7],
      [end, pause],
    ] as const;
    const data = encodeFunctionData({ abi: commandSenderAbi, functionName: 'sendMany', args });
    expect(described(data).commands).toEqual([
      { chainKey: 'alpha', sentence: 'End farm 3.' },
      { chainKey: 'endpoint 7', sentence: 'Stop moves.' },
    ]);
  });

  it('says when bytes are no command', () => {
    const args = [50_231, '0x00'] as const;
    const data = encodeFunctionData({ abi: commandSenderAbi, functionName: 'send', args });
    expect(described(data).commands).toEqual([
      { chainKey: 'alpha', sentence: 'No command: the sender will refuse it.' },
    ]);
  });

  it('finds no command in any other call', () => {
    const args = [5n] as const;
    const data = encodeFunctionData({ abi: commandSenderAbi, functionName: 'setFeeCap', args });
    expect(described(data).commands).toEqual([]);
    expect(described('0x12345678')).toEqual({
      target,
      contractName: 'CommandSender',
      function: '0x12345678',
      args: [{ name: 'data', value: '0x12345678' }],
      commands: [],
    });
  });
});
