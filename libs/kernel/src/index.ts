export { type Brand } from './brand.js';
export { Clock, SystemClock } from './clock.js';
export { assert, defined, DomainError, InvariantViolation, RetryableError } from './errors.js';
export {
  type Address,
  type ChainId,
  type Eid,
  type Epoch,
  type FarmId,
  type Hex,
  toAddress,
  toChainId,
  toEid,
  toEpoch,
  toFarmId,
  toHex,
} from './ids.js';
export { canonicalJson } from './json.js';
export { BPS, maxOf, minOf, mulDivDown, mulDivUp, sumOf } from './units.js';
