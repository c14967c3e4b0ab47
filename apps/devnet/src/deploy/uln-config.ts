import { encodeAbiParameters } from 'viem';
import { type Address, type Hex, toHex } from '#kernel';

/** Which DVNs must attest a message and how deep its block must be. */
export interface UlnConfig {
  readonly confirmations: bigint;
  readonly requiredDVNCount: number;
  readonly optionalDVNCount: number;
  readonly optionalDVNThreshold: number;
  readonly requiredDVNs: readonly Address[];
  readonly optionalDVNs: readonly Address[];
}

/** In an application's own configuration 0 means "the default", and this means none. */
const NO_OPTIONAL_DVNS = 255;
/** Kinds of configuration the send and receive libraries keep. */
export const CONFIG_EXECUTOR = 1;
export const CONFIG_ULN = 2;

const ULN_CONFIG = [
  {
    type: 'tuple',
    components: [
      { name: 'confirmations', type: 'uint64' },
      { name: 'requiredDVNCount', type: 'uint8' },
      { name: 'optionalDVNCount', type: 'uint8' },
      { name: 'optionalDVNThreshold', type: 'uint8' },
      { name: 'requiredDVNs', type: 'address[]' },
      { name: 'optionalDVNs', type: 'address[]' },
    ],
  },
] as const;

const EXECUTOR_CONFIG = [
  {
    type: 'tuple',
    components: [
      { name: 'maxMessageSize', type: 'uint32' },
      { name: 'executor', type: 'address' },
    ],
  },
] as const;

/** All of `dvns` required, none optional; the library wants them in ascending order. */
export function ulnConfigOf(options: {
  readonly confirmations: bigint;
  readonly dvns: readonly Address[];
}): UlnConfig {
  return {
    confirmations: options.confirmations,
    requiredDVNCount: options.dvns.length,
    optionalDVNCount: 0,
    optionalDVNThreshold: 0,
    requiredDVNs: options.dvns.toSorted(),
    optionalDVNs: [],
  };
}

/** The bytes an application stores to use exactly `config` and inherit nothing. */
export function encodeUlnConfig(config: UlnConfig): Hex {
  const optionalDVNCount =
    config.optionalDVNCount === 0 ? NO_OPTIONAL_DVNS : config.optionalDVNCount;
  return toHex(encodeAbiParameters(ULN_CONFIG, [{ ...config, optionalDVNCount }]));
}

/** The bytes an application stores to name its executor and its greatest message. */
export function encodeExecutorConfig(config: {
  readonly maxMessageSize: number;
  readonly executor: Address;
}): Hex {
  return toHex(encodeAbiParameters(EXECUTOR_CONFIG, [config]));
}
