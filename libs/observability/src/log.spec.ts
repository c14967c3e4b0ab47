import { describe, expect, it } from 'vitest';
import type { LogLevel } from '#config';
import { createLog } from './create-log.js';
import type { Log } from './log.js';
import { NestLog } from './nest-log.js';

function capture(level: LogLevel = 'debug'): { log: Log; lines: () => Record<string, unknown>[] } {
  const written: string[] = [];
  return {
    log: createLog({ level, destination: { write: (line) => void written.push(line) } }),
    lines: () =>
      written.map((line) => {
        const { time, ...rest } = JSON.parse(line);
        expect(time).toMatch(/^\d{4}-\d\d-\d\dT/);
        return rest;
      }),
  };
}

describe('Log', () => {
  it('writes one JSON object a line, bigints as strings', () => {
    const { log, lines } = capture();
    log.info({ chainId: 900_101, amountWei: 10n ** 24n }, 'order sent');
    expect(lines()).toEqual([
      { level: 30, chainId: 900_101, amountWei: '1000000000000000000000000', msg: 'order sent' },
    ]);
  });

  it('adds the fields of a child to every line, redacted too', () => {
    const { log, lines } = capture();
    log.child({ chainKey: 'hub', operatorKey: '0xabc' }).warn({}, 'node is slow');
    expect(lines()).toEqual([
      { level: 40, chainKey: 'hub', operatorKey: '[redacted]', msg: 'node is slow' },
    ]);
  });

  it('writes nothing below its level', () => {
    const { log, lines } = capture('error');
    log.debug({}, 'a');
    log.info({}, 'b');
    log.warn({}, 'c');
    log.error({}, 'd');
    log.fatal({}, 'e');
    expect(lines().map(({ msg }) => msg)).toEqual(['d', 'e']);
  });
});

describe('NestLog', () => {
  it('lets the framework speak at debug, and its errors at error', () => {
    const { log, lines } = capture();
    const nest = new NestLog(log);
    nest.log('mapped a route', 'Router');
    nest.error(new Error('no http://node:1'), 'Router');
    expect(lines()).toMatchObject([
      { level: 20, msg: 'mapped a route', context: 'Router' },
      { level: 50, msg: 'no [redacted]', context: 'Router', error: { message: 'no [redacted]' } },
    ]);
  });
});
