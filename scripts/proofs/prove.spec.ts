import { describe, expect, it } from 'vitest';
import type { SolcMessage } from '../contracts/solc.js';
import type { Assertion } from './harness.js';
import { verdictOf } from './prove.js';

const assertion: Assertion = {
  file: 'A.sol',
  contract: 'A',
  name: 'f',
  line: 3,
  engine: 'chc',
  properties: ['H-01'],
  start: 10,
  end: 20,
  isOnTheWay: true,
};

function message(errorCode: string, text: string, start = 10): SolcMessage {
  return {
    severity: 'info',
    errorCode,
    message: text,
    formattedMessage: text,
    sourceLocation: { file: 'A.sol', start, end: start + 10 },
  };
}

const safe = message('9576', 'CHC: Assertion violation check is safe!');

describe('verdictOf', () => {
  it('is proved by either engine', () => {
    expect(verdictOf(assertion, [safe])).toBe('proved');
    expect(verdictOf(assertion, [message('2961', 'BMC: Assertion violation check is safe!')])).toBe(
      'proved',
    );
  });

  it('fails by one counterexample, whatever else was said', () => {
    const violated = message('6328', 'CHC: Assertion violation happens here.\nCounterexample:');
    expect(verdictOf(assertion, [safe, violated])).toBe('failed');
  });

  it('takes what might happen for neither', () => {
    const maybe = message('6328', 'CHC: Assertion violation might happen here.');
    expect(verdictOf(assertion, [maybe])).toBe('unknown');
    expect(verdictOf(assertion, [safe, maybe])).toBe('unknown');
  });

  it('takes silence, and what is said of another place, for no proof', () => {
    expect(verdictOf(assertion, [])).toBe('unknown');
    const elsewhere = message('9576', 'CHC: Assertion violation check is safe!', 11);
    expect(verdictOf(assertion, [elsewhere])).toBe('unknown');
  });
});
