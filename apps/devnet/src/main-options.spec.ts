import { describe, expect, it } from 'vitest';
import { parseMainOptions, UsageError } from './main-options.js';

describe('command line of the devnet', () => {
  it('uses the default data folder and the default parameters', () => {
    expect(parseMainOptions([], '.headwater')).toEqual({
      dataDir: '.headwater',
      reset: false,
      parameters: {},
    });
  });

  it('reads every option', () => {
    const args = ['--data-dir', 'net', '--reset', '--epoch-seconds', '20'];

    expect(parseMainOptions(args, '.headwater')).toEqual({
      dataDir: 'net',
      reset: true,
      parameters: { epochSeconds: 20 },
    });
  });

  it('refuses an epoch that is too short for an order to arrive', () => {
    expect(() => parseMainOptions(['--epoch-seconds', '3'], 'net')).toThrow(
      new UsageError('--epoch-seconds must be an integer from 15 to 604800, got 3'),
    );
  });

  it('refuses an option it does not know', () => {
    expect(() => parseMainOptions(['--fast'], 'net')).toThrow(UsageError);
  });
});
