import { describe, expect, it } from 'vitest';
import { formatAmount, formatTime, shortHex, UNKNOWN } from './format.js';

describe('formatAmount', () => {
  it.each([
    [0n, 18, '0'],
    [1n, 18, '<0.000001'],
    [-1n, 18, '-<0.000001'],
    [999_999_999_999n, 18, '<0.000001'],
    [1_000_000_000_000n, 18, '0.000001'],
    [1_500_000_000_000_000_000n, 18, '1.5'],
    [1_234_567_000_000n, 6, '1 234 567'],
    [-1_234_567_890_123n, 6, '-1 234 567.890123'],
    [12n, 0, '12'],
  ])('shows %s base units of %s decimals as %s', (value, decimals, text) => {
    expect(formatAmount(value, decimals)).toBe(text);
  });

  it('never rounds up', () => {
    expect(formatAmount(1_999_999_999_999_999_999n, 18)).toBe('1.999999');
  });

  it('shows what is unknown as unknown, not as zero', () => {
    expect(formatAmount(undefined, 18)).toBe(UNKNOWN);
    expect(formatAmount(5n, undefined)).toBe(UNKNOWN);
  });
});

it('shortens hashes and leaves short values whole', () => {
  expect(shortHex(`0x${'12'.repeat(32)}`)).toBe('0x1212…1212');
  expect(shortHex('0x1234')).toBe('0x1234');
  expect(shortHex(undefined)).toBe(UNKNOWN);
});

it('prints chain time as UTC', () => {
  expect(formatTime(1_795_000_000)).toBe('2026-11-18 11:06:40 UTC');
  expect(formatTime(undefined)).toBe(UNKNOWN);
});
