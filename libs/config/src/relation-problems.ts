import { BPS, sumOf } from '#kernel';

const HUB_ONLY = ['controller', 'governor', 'commandSender'] as const;
const SPOKE_ONLY = ['commandReceiver'] as const;

type JsonObject = Readonly<Record<string, unknown>>;

/** What the relations of a chain rest on; a field of the wrong type is left out. */
interface ChainParts {
  /** The key, else the position in the list. */
  readonly label: string;
  readonly key: string | undefined;
  readonly chainId: number | undefined;
  readonly eid: number | undefined;
  readonly contracts: JsonObject | undefined;
  readonly finality: JsonObject;
  readonly quorum: number | undefined;
  /** How many endpoints there are. */
  readonly endpoints: number;
  readonly farmIds: readonly number[];
  /** False when some farm has no number, so that "no such farm" cannot be said. */
  readonly isComplete: boolean;
}

/**
 * What no single field of a deployment file can tell: uniqueness, the hub's role, sums.
 *
 * Works on any JSON object, so that these problems are told together with those of single fields:
 * what is missing or of the wrong type is passed over here, for its own field reports it.
 */
export function relationProblems(file: JsonObject): string[] {
  const chains = listOf(file['chains']).map((chain, index) => chainParts(chain, index));
  return [
    ...nestedListProblems(file['chains']),
    ...hubProblems(file['hub'], chains),
    ...duplicateProblems(chains),
    ...policyProblems(file['policy'], chains),
    ...chains.flatMap((chain) => finalityProblems(chain)),
    ...chains.flatMap((chain) => quorumProblems(chain)),
    ...decimalsProblems(objectOf(file['rewardToken'])),
  ];
}

/** The field checks look into a list within a list, and find no object there to check. */
function nestedListProblems(chains: unknown): string[] {
  return listOf(chains).flatMap((chain, index) => {
    if (Array.isArray(chain)) return [`chains.${index}: must be an object`];
    return listOf(objectOf(chain)?.['farms']).flatMap((farm, place) =>
      Array.isArray(farm) ? [`chains.${index}.farms.${place}: must be an object`] : [],
    );
  });
}

function chainParts(chain: unknown, index: number): ChainParts {
  const fields = objectOf(chain);
  const key = stringOf(fields?.['key']);
  const farms = listOf(fields?.['farms']).map((farm) => numberOf(objectOf(farm)?.['farmId']));
  return {
    label: key ?? String(index),
    key,
    chainId: numberOf(fields?.['chainId']),
    eid: numberOf(fields?.['eid']),
    contracts: objectOf(fields?.['contracts']),
    finality: objectOf(fields?.['finality']) ?? {},
    quorum: numberOf(fields?.['quorum']),
    endpoints: listOf(fields?.['rpcUrls']).length,
    farmIds: farms.filter((farmId) => farmId !== undefined),
    isComplete: Array.isArray(fields?.['farms']) && !farms.includes(undefined),
  };
}

function hubProblems(hub: unknown, chains: readonly ChainParts[]): string[] {
  if (typeof hub !== 'string') return [];
  if (!chains.some(({ key }) => key === hub)) {
    const isCertain = chains.length > 0 && chains.every(({ key }) => key !== undefined);
    return isCertain ? [`hub: no chain has the key ${hub}`] : [];
  }
  return chains.flatMap(({ key, label, contracts }) => {
    if (key === undefined || contracts === undefined) return [];
    const isHub = key === hub;
    const [own, others] = isHub ? [HUB_ONLY, SPOKE_ONLY] : [SPOKE_ONLY, HUB_ONLY];
    const [isNeeded, isStray] = isHub
      ? ['the hub needs it', 'only spokes have it']
      : ['a spoke needs it', 'only the hub has it'];
    const told = (name: string, what: string) => `chains.${label}.contracts.${name}: ${what}`;
    return [
      ...own.filter((name) => !isGiven(contracts[name])).map((name) => told(name, isNeeded)),
      ...others.filter((name) => isGiven(contracts[name])).map((name) => told(name, isStray)),
    ];
  });
}

function duplicateProblems(chains: readonly ChainParts[]): string[] {
  const unique = ['key', 'chainId', 'eid'] as const;
  return [
    ...unique.flatMap((field) =>
      repeatedOf(chains.map((chain) => chain[field])).map(
        (value) => `chains: ${field} ${value} appears more than once`,
      ),
    ),
    ...chains.flatMap(({ label, farmIds }) =>
      repeatedOf(farmIds).map(
        (farmId) => `chains.${label}.farms: farmId ${farmId} appears more than once`,
      ),
    ),
  ];
}

function repeatedOf(values: readonly (string | number | undefined)[]): (string | number)[] {
  const given = values.filter((value) => value !== undefined);
  return [...new Set(given.filter((value, index) => given.indexOf(value) !== index))];
}

function policyProblems(value: unknown, chains: readonly ChainParts[]): string[] {
  const policy = objectOf(value);
  if (policy?.['kind'] !== 'fixed-shares') return [];
  const given = policy['shares'];
  if (isGiven(given) && objectOf(given) === undefined) return [];
  const shares = Object.entries(objectOf(given) ?? {});
  if (shares.length === 0) return ['policy.shares: fixed shares need at least one farm'];
  const wrong = shares.flatMap(([farm, share]) => [
    ...(isUnknownFarm(farm, chains) ? [`policy.shares.${farm}: no such farm`] : []),
    ...(isBps(share)
      ? []
      : [`policy.shares.${farm}: must be basis points in a string, "0" to "10000"`]),
  ]);
  const total = sumOf(
    shares.filter(([, share]) => isBps(share)).map(([, share]) => BigInt(String(share))),
  );
  const isOver = total > BPS;
  return [
    ...wrong,
    ...(isOver ? [`policy.shares: sum to ${total} basis points, more than ${BPS}`] : []),
  ];
}

function isUnknownFarm(farm: string, chains: readonly ChainParts[]): boolean {
  if (chains.some(({ key, farmIds }) => farmIds.some((farmId) => farm === `${key}:${farmId}`))) {
    return false;
  }
  const named = chains.filter(({ key }) => key === undefined || farm.startsWith(`${key}:`));
  return chains.length > 0 && named.every(({ key, isComplete }) => key !== undefined && isComplete);
}

function isBps(share: unknown): boolean {
  return typeof share === 'string' && /^\d{1,5}$/.test(share) && BigInt(share) <= BPS;
}

/** With half of the endpoints or fewer, two opposite answers could both be believed. */
function quorumProblems({ label, quorum, endpoints }: ChainParts): string[] {
  if (quorum === undefined || endpoints === 0) return [];
  if (quorum > endpoints) {
    return [`chains.${label}.quorum: ${quorum} cannot agree, there are ${endpoints} endpoints`];
  }
  return 2 * quorum > endpoints
    ? []
    : [`chains.${label}.quorum: must be more than half of the ${endpoints} endpoints`];
}

function finalityProblems({ label, finality }: ChainParts): string[] {
  return finality['mode'] === 'depth' && !isGiven(finality['depth'])
    ? [`chains.${label}.finality.depth: the depth mode needs it`]
    : [];
}

function decimalsProblems(token: JsonObject | undefined): string[] {
  const decimals = numberOf(token?.['decimals']);
  const sharedDecimals = numberOf(token?.['sharedDecimals']);
  if (decimals === undefined || sharedDecimals === undefined) return [];
  return sharedDecimals > decimals ? ['rewardToken.sharedDecimals: must not exceed decimals'] : [];
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function objectOf(value: unknown): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
