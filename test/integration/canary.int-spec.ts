import { expect, it } from 'vitest';

it('fails when the canary is armed, so that a red run cannot look green', () => {
  expect(process.env['HEADWATER_CANARY']).not.toBe('1');
});
