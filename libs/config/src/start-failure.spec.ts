import { describe, expect, it } from 'vitest';
import { RetryableError } from '#kernel';
import { ConfigError } from './config-error.js';
import { startFailure } from './start-failure.js';

describe('startFailure', () => {
  it('lists every configuration problem and no stack', () => {
    expect(
      startFailure('the API', new ConfigError(['PORT: must be a number', 'HOST: is empty'])),
    ).toBe('invalid configuration:\n  PORT: must be a number\n  HOST: is empty');
  });

  it('says what to do about a busy port', () => {
    const busy = Object.assign(new Error('listen EADDRINUSE'), {
      code: 'EADDRINUSE',
      address: '127.0.0.1',
      port: 3000,
    });
    expect(startFailure('the API', busy)).toBe(
      'port 3000 on 127.0.0.1 is in use. Stop the process that holds it, ' +
        'or set PORT to a free one (PORT=0 picks one).',
    );
  });

  it('repeats the sentence of a failure the libraries know', () => {
    expect(startFailure('the API', new RetryableError('the database did not answer'))).toBe(
      'the API could not start: the database did not answer',
    );
  });

  it('shows the stack of anything else', () => {
    expect(startFailure('the API', new TypeError('boom'))).toMatch(
      /could not start: TypeError: boom\n +at /,
    );
  });
});
