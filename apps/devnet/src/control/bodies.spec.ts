import { describe, expect, it } from 'vitest';
import { BadRequest, parseFaults, parseHalt, parseReorg, parseRetry } from './bodies.js';

const GUID = `0x${'AB'.repeat(32)}`;

function refusalOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof BadRequest) return error.message;
    throw error;
  }
  throw new Error('the body was taken');
}

describe('bodies of the control server', () => {
  it('reads faults of one path', () => {
    const body = { hold: { compose: true }, delayMs: 50, path: { src: 'alpha', dst: 'beta' } };

    expect(parseFaults(body)).toEqual({
      change: { hold: { compose: true }, delayMs: 50 },
      path: { src: 'alpha', dst: 'beta' },
    });
  });

  it('leaves what is absent as it is', () => {
    expect(parseFaults({})).toEqual({ change: {}, path: undefined });
  });

  it('drops transactions of replaced blocks unless told otherwise', () => {
    expect(parseReorg({ chain: 'hub', depth: 3 })).toEqual({
      chain: 'hub',
      depth: 3,
      keepTransactions: false,
    });
  });

  it('reads a guid in any case and gas as an integer', () => {
    expect(parseRetry({ guid: GUID, gas: 500_000 })).toEqual({
      guid: GUID.toLowerCase(),
      gas: 500_000n,
    });
  });

  it.each([
    [() => parseFaults([]), 'the body must be an object'],
    [() => parseFaults({ holds: {} }), 'holds is not known here; known: hold, delayMs, path'],
    [() => parseFaults({ hold: { verify: 1 } }), 'hold.verify must be true or false'],
    [() => parseFaults({ delayMs: -1 }), 'delayMs must be an integer from 0 to 600000'],
    [() => parseFaults({ path: { src: 'hub', dst: 'hub' } }), 'path.src and path.dst must differ'],
    [() => parseReorg({ chain: 'gamma', depth: 1 }), 'chain must be one of hub, alpha, beta'],
    [() => parseReorg({ chain: 'hub', depth: 0 }), 'depth must be an integer from 1 to 64'],
    [() => parseHalt({ chain: 'hub' }), 'halted must be true or false'],
    [() => parseRetry({ guid: '0x12' }), 'guid must be 0x and 64 hexadecimal digits'],
  ])('refuses a wrong body, naming the field (%#)', (action, message) => {
    expect(refusalOf(action)).toBe(message);
  });
});
