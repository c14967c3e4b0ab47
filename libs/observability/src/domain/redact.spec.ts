import { describe, expect, it } from 'vitest';
import { redact, REDACTED, redactText } from './redact.js';

describe('redact', () => {
  it('prints amounts as decimal strings at any depth', () => {
    expect(redact({ amountWei: 2n ** 200n, farms: [{ rate: -1n }] })).toEqual({
      amountWei: '1606938044258990275541962092341162602522202993782792835301376',
      farms: [{ rate: '-1' }],
    });
  });

  it.each([
    'operatorKey',
    'privateKey',
    'HEADWATER_OPERATOR_KEY',
    'apiKey',
    'accessToken',
    'password',
    'clientSecret',
    'mnemonic',
    'Authorization',
    'cookie',
    'rpcUrl',
    'rpcUrls',
    'databaseUrl',
    'DATABASE_URL',
  ])('hides the field %s', (name) => {
    expect(redact({ config: { [name]: 'visible' } })).toEqual({ config: { [name]: REDACTED } });
  });

  it.each(['chainKey', 'key', 'businessKey', 'stakeToken', 'rewardToken', 'token', 'txHash'])(
    'shows the field %s',
    (name) => {
      expect(redact({ [name]: 'visible' })).toEqual({ [name]: 'visible' });
    },
  );

  it('removes network addresses from text and from the whole chain of an error', () => {
    const cause = new Error('POST https://rpc.example/v2/t0ken failed');
    const error = new Error('call to wss://user:word@rpc.example refused', { cause });
    const printed = JSON.stringify(redact({ error }));
    expect(printed).not.toMatch(/t0ken|word@|rpc\.example/);
    expect(redactText('see postgres://u:p@h/db, then go on')).toBe(`see ${REDACTED} then go on`);
  });

  it('keeps type, message, code and cause of an error', () => {
    class Refused extends Error {
      readonly code = 'emission.closed';
    }
    const error = new Refused('closed', { cause: 'epoch 7' });
    expect(redact(error)).toEqual({
      type: 'Error',
      message: 'closed',
      stack: redactText(error.stack ?? ''),
      code: 'emission.closed',
      cause: 'epoch 7',
    });
  });

  it('ends at a cycle', () => {
    const node: { next?: unknown } = {};
    node.next = node;
    expect(JSON.stringify(redact(node))).toContain('[deeper]');
  });

  it('prints what JSON cannot hold', () => {
    expect(
      redact({ at: new Date(0), seen: new Set([1n]), by: new Map([['a', 2n]]), run: () => 1 }),
    ).toEqual({ at: '1970-01-01T00:00:00.000Z', seen: ['1'], by: [['a', '2']], run: '[function]' });
  });
});
