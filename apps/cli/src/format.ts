/** Shown for what is not known; zero is `0`. */
export const UNKNOWN = '—';

const SHOWN_DECIMALS = 6;

/**
 * A token amount for reading: thousand separators, up to six decimals, rounded towards zero. A
 * remainder too small to show is marked with `<`, so that dust never looks like nothing.
 */
export function formatAmount(value: bigint | undefined, decimals: number | undefined): string {
  if (value === undefined || decimals === undefined) return UNKNOWN;
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals);
  const shown = fraction.slice(0, SHOWN_DECIMALS).replace(/0+$/, '');
  if (value !== 0n && whole === '0' && shown === '') {
    return `${sign}<0.${'0'.repeat(SHOWN_DECIMALS - 1)}1`;
  }
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ' ');
  return shown === '' ? `${sign}${grouped}` : `${sign}${grouped}.${shown}`;
}

/** `0x1234…abcd`; short values stay whole. */
export function shortHex(value: string | undefined): string {
  if (value === undefined) return UNKNOWN;
  return value.length <= 14 ? value : `${value.slice(0, 6)}…${value.slice(-4)}`;
}

/** Unix seconds as UTC. */
export function formatTime(seconds: number | undefined): string {
  if (seconds === undefined) return UNKNOWN;
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function formatCount(value: number | undefined): string {
  return value === undefined ? UNKNOWN : String(value);
}

export function formatText(value: string | undefined): string {
  return value ?? UNKNOWN;
}

export function formatFlag(value: boolean | undefined): string {
  if (value === undefined) return UNKNOWN;
  return value ? 'yes' : 'no';
}
