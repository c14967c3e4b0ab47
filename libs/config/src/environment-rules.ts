import { isIP } from 'node:net';
import { ValidateBy } from 'class-validator';

/** Order of the group of secp256k1: a private key lies above zero and below it. */
const KEY_LIMIT = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const KEY = /^0x[0-9a-fA-F]{64}$/;
const HOSTNAME_SIZE_MAX = 253;
const HOSTNAME = /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?$/i;
/** Digits and dots are meant as an IP address: no registered name ends in a number. */
const NUMERIC = /^[\d.]+$/;

/** Refuses 32 bytes that are the private key of no account. Other text is for another rule. */
export function IsKeyOfAccount(): PropertyDecorator {
  return ValidateBy({
    name: 'isKeyOfAccount',
    validator: {
      validate: (value: unknown) => {
        if (typeof value !== 'string' || !KEY.test(value)) return true;
        return BigInt(value) > 0n && BigInt(value) < KEY_LIMIT;
      },
      defaultMessage: () => 'is no private key: it must be above zero and below the curve order',
    },
  });
}

/** Accepts a host name or an IP address of either version. */
export function IsHost(): PropertyDecorator {
  return ValidateBy({
    name: 'isHost',
    validator: {
      validate: (value: unknown) => {
        if (typeof value !== 'string') return false;
        if (isIP(value) !== 0) return true;
        return value.length <= HOSTNAME_SIZE_MAX && HOSTNAME.test(value) && !NUMERIC.test(value);
      },
      defaultMessage: () => 'must be a host name or an IP address',
    },
  });
}
