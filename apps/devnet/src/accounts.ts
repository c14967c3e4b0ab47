import { bytesToHex } from 'viem';
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts';
import { type Address, defined, type Hex, toAddress } from '#kernel';

/** The mnemonic every local Ethereum node ships with. Its keys are public: never fund them. */
const MNEMONIC = 'test test test test test test test test test test test junk';
const ACCOUNTS_PATH = "m/44'/60'/0'/0";
/** A branch of its own: the signers of the DVNs never send transactions. */
const DVN_SIGNERS_PATH = "m/44'/60'/7'/0";

/** Who acts on the local network; the position is the index of the account. */
export const ROLES = [
  'owner',
  'dvnAdminA',
  'dvnAdminB',
  'committer',
  'executorAdmin',
  'operator',
  'guardian',
  'treasury',
  'alice',
  'bob',
  'carol',
  'dave',
  'erin',
  'trader',
  'stranger',
  'sentinel',
] as const;
export type Role = (typeof ROLES)[number];

/** Liquidity providers, funded on every chain. */
export const PROVIDERS = ['alice', 'bob', 'carol', 'dave', 'erin'] as const satisfies Role[];
export type Provider = (typeof PROVIDERS)[number];

/** The two DVNs; every message needs both. */
export const DVN_NAMES = ['A', 'B'] as const;
export type DvnName = (typeof DVN_NAMES)[number];
const SIGNERS_PER_DVN = 3;
/** Signatures a DVN needs. */
export const DVN_QUORUM = 2;

/** A key of the local network; the same key acts on every chain. */
export interface DevAccount {
  readonly address: Address;
  readonly privateKey: Hex;
}

let accounts: ReadonlyMap<Role, DevAccount> | undefined;
let dvnSigners: readonly DevAccount[] | undefined;

/** The account of `role`. */
export function accountOf(role: Role): DevAccount {
  if (accounts === undefined) {
    const derived = derive(ACCOUNTS_PATH, ROLES.length);
    accounts = new Map(
      ROLES.map((name, index) => [name, defined(derived[index], `account ${name}`)]),
    );
  }
  return defined(accounts.get(role), `account ${role}`);
}

/** Signers of a DVN in ascending address order, in which the contract wants their signatures. */
export function dvnSignersOf(dvn: DvnName): readonly DevAccount[] {
  dvnSigners ??= derive(DVN_SIGNERS_PATH, DVN_NAMES.length * SIGNERS_PER_DVN);
  const start = DVN_NAMES.indexOf(dvn) * SIGNERS_PER_DVN;
  return dvnSigners
    .slice(start, start + SIGNERS_PER_DVN)
    .toSorted((a, b) => (a.address < b.address ? -1 : 1));
}

/** Derives the keys of one branch; the slow seed is computed once for all of them. */
function derive(path: `m/44'/60'/${string}`, count: number): readonly DevAccount[] {
  const branch = mnemonicToAccount(MNEMONIC, { path }).getHdKey();
  return Array.from({ length: count }, (_, index) => {
    const key = defined(branch.deriveChild(index).privateKey, `key ${index} of ${path}`);
    const privateKey = bytesToHex(key);
    return { address: toAddress(privateKeyToAccount(privateKey).address), privateKey };
  });
}
