import { describe, expect, it } from 'vitest';
import { InvariantViolation, toAddress, toChainId } from '#kernel';
import { cell, stateChain, statementCsv } from './user-statement.js';

const asset = toAddress(`0x${'a1'.repeat(20)}`);
const user = toAddress(`0x${'0b'.repeat(20)}`);
const chain = {
  chainId: toChainId(1),
  chainKey: 'hub',
  openingBlock: 10,
  closingBlock: 20,
};
const movement = {
  asset,
  kind: 'reward',
  owner: `${user}:1`,
  amount: 5n,
  journalId: 3,
  journalKind: 'accrual',
  businessKey: 'accrual:1:15:1:x',
  leg: 1,
  block: 15,
  txHash: null,
  logIndex: null,
  occurredAt: 1_795_000_000,
} as const;
const opening = [{ asset, kind: 'reward', balance: 7n }] as const;

describe('a statement of one chain', () => {
  it('adds up account by account', () => {
    const claim = { ...movement, amount: -10n };
    const closing = [{ asset, kind: 'reward', balance: 2n }] as const;
    const stated = stateChain({ chain, opening, closing, movements: [movement, claim] });
    expect(stated.accounts).toEqual([
      {
        chainKey: 'hub',
        chainId: 1,
        asset,
        kind: 'reward',
        opening: 7n,
        credits: 5n,
        debits: 10n,
        closing: 2n,
      },
    ]);
    expect(stated.lines.map(({ balance }) => balance)).toEqual([12n, 2n]);
  });

  it('is a bug when it does not', () => {
    const closing = [{ asset, kind: 'reward', balance: 11n }] as const;
    expect(() => stateChain({ chain, opening, closing, movements: [movement] })).toThrow(
      new InvariantViolation(`reward of ${asset} on hub does not add up`),
    );
    expect(() => stateChain({ chain, opening, closing: [], movements: [movement] })).toThrow(
      new InvariantViolation('a movement on hub is on no account'),
    );
  });
});

describe('a statement as CSV', () => {
  it('is fixed by its vector', () => {
    const closing = [{ asset, kind: 'reward', balance: 12n }] as const;
    const stated = stateChain({ chain, opening, closing, movements: [movement] });
    expect(statementCsv({ user, chains: [chain], ...stated })).toBe(
      'record,chain,chain_id,asset,account_kind,account_owner,amount,balance,time,block,tx_hash,' +
        'log_index,journal_id,journal_kind,business_key,leg\r\n' +
        `opening,hub,1,${asset},reward,${user},,7,,10,,,,,,\r\n` +
        `movement,hub,1,${asset},reward,${user}:1,5,12,2026-11-18T11:06:40.000Z,15,,,3,accrual,` +
        'accrual:1:15:1:x,1\r\n' +
        `closing,hub,1,${asset},reward,${user},,12,,20,,,,,,\r\n`,
    );
  });

  it('lets no cell be a formula, and quotes what needs it', () => {
    const texts = ['=1+1', '+1', '-x', '@a', '\tb', '\rc', '-5', '5', 'a"b', 'a,b', 'a\nb'];
    expect(texts.map(cell)).toEqual([
      "'=1+1",
      "'+1",
      "'-x",
      "'@a",
      "'\tb",
      '"\'\rc"',
      '-5',
      '5',
      '"a""b"',
      '"a,b"',
      '"a\nb"',
    ]);
    expect([cell(null), cell(0)]).toEqual(['', '0']);
  });
});
