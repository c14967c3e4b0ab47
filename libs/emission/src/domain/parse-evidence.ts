import { DomainError, type Hex, toHex } from '#kernel';
import { BadProof, epochRootOf, type EpochStatement, parseStatement } from '#ledger';
import { type Evidence, EVIDENCE_VERSIONS } from './evidence.js';
import type { ChainFacts, FarmFacts, Policy } from './facts.js';
import type { EmissionParameters, FarmLimits, Target } from './parameters.js';

/** Text that is no evidence bundle. */
export class MalformedEvidence extends DomainError {
  override readonly code = 'emission.malformed-evidence';
}

/**
 * Reads an evidence bundle back.
 *
 * @throws {MalformedEvidence} naming the first field that is wrong.
 */
export function parseEvidence(text: string): Evidence {
  const root = new Field('evidence', parseJson(text));
  const named = root.at('version').integer();
  const version = EVIDENCE_VERSIONS.find((known) => known === named);
  if (version === undefined) throw new MalformedEvidence(`unknown version ${named}`);
  return {
    version,
    epoch: root.at('epoch').integer(),
    revision: root.at('revision').integer(),
    policy: policyOf(root.at('policy')),
    facts: root
      .at('facts')
      .list()
      .map((chain) => chainFactsOf(chain, version)),
    parameters: parametersOf(root.at('parameters'), version),
    targets: root.at('targets').list().map(targetOf),
    ledger: version < 4 ? null : statementOf(root.at('ledger')),
  };
}

function statementOf(field: Field): Evidence['ledger'] {
  if (field.isNull) return null;
  const root = field.at('root').hex();
  const statement = field.at('statement').statement();
  if (epochRootOf(statement) !== root) {
    throw new MalformedEvidence(
      `the statement of epoch ${statement.epoch} has not the root ${root}`,
    );
  }
  return { root, statement };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedEvidence('evidence is not JSON', { cause: error });
  }
}

function policyOf(field: Field): Policy {
  const kind = field.at('kind').text();
  if (kind === 'tvl-weighted') return { kind };
  if (kind !== 'fixed-shares') throw new MalformedEvidence(`unknown policy ${kind}`);
  const shares = field.at('shares').entries();
  return { kind, shares: Object.fromEntries(shares.map(([key, share]) => [key, share.amount()])) };
}

function chainFactsOf(field: Field, version: Evidence['version']): ChainFacts {
  const block = field.at('block');
  return {
    chainKey: field.at('chainKey').text(),
    chainId: field.at('chainId').integer(),
    eid: field.at('eid').integer(),
    block: block.isNull
      ? null
      : {
          number: block.at('number').integer(),
          hash: block.at('hash').hex(),
          timestamp: block.at('timestamp').integer(),
        },
    missing: field.at('missing').isNull ? null : field.at('missing').text(),
    farms: field
      .at('farms')
      .list()
      .map((farm) => farmFactsOf(farm, version)),
  };
}

function farmFactsOf(field: Field, version: Evidence['version']): FarmFacts {
  const value = field.at('valuePerTokenMicro');
  return {
    farmId: field.at('farmId').integer(),
    isActive: field.at('isActive').boolean(),
    staked: field.at('staked').amount(),
    stakeDecimals: field.at('stakeDecimals').integer(),
    valuePerTokenMicro: value.isNull && version > 1 ? null : value.amount(),
  };
}

function parametersOf(field: Field, version: Evidence['version']): EmissionParameters {
  return {
    budgetSD: field.at('budgetSD').amount(),
    previousBudgetSD: version < 3 ? null : field.at('previousBudgetSD').amount(),
    maxChangeBps: field.at('maxChangeBps').integer(),
    chains: field
      .at('chains')
      .list()
      .map((chain) => ({ eid: chain.at('eid').integer(), maxBps: chain.at('maxBps').integer() })),
    farms: field.at('farms').list().map(limitsOf),
  };
}

function limitsOf(field: Field): FarmLimits {
  const previous = field.at('previousSD');
  return {
    eid: field.at('eid').integer(),
    farmId: field.at('farmId').integer(),
    minBps: field.at('minBps').integer(),
    maxBps: field.at('maxBps').integer(),
    previousSD: previous.isNull ? null : previous.amount(),
  };
}

function targetOf(field: Field): Target {
  return {
    eid: field.at('eid').integer(),
    farmId: field.at('farmId').integer(),
    amountSD: field.at('amountSD').amount(),
  };
}

/** A JSON value that knows its path, so that a refusal can name it. */
class Field {
  constructor(
    private readonly path: string,
    private readonly value: unknown,
  ) {}

  get isNull(): boolean {
    return this.value === null;
  }

  at(key: string): Field {
    const entry = this.entries().find(([name]) => name === key);
    if (entry === undefined) throw new MalformedEvidence(`${this.path}.${key} is missing`);
    return entry[1];
  }

  entries(): readonly (readonly [string, Field])[] {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) {
      throw this.wrong('an object');
    }
    return Object.entries(this.value).map(([key, value]) => [
      key,
      new Field(`${this.path}.${key}`, value),
    ]);
  }

  list(): readonly Field[] {
    if (!Array.isArray(this.value)) throw this.wrong('a list');
    return this.value.map((value, index) => new Field(`${this.path}[${index}]`, value));
  }

  integer(): number {
    if (typeof this.value !== 'number' || !Number.isSafeInteger(this.value) || this.value < 0) {
      throw this.wrong('a whole number');
    }
    return this.value;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') throw this.wrong('true or false');
    return this.value;
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.wrong('a text');
    return this.value;
  }

  /** A decimal string of at most 78 digits, which hold every 256-bit number. */
  amount(): bigint {
    const text = this.text();
    if (!/^(0|[1-9][0-9]{0,77})$/.test(text)) throw this.wrong('a decimal amount');
    return BigInt(text);
  }

  hex(): Hex {
    const text = this.text();
    if (!/^0x([0-9a-f]{2})*$/.test(text)) throw this.wrong('a lower-case hex text');
    return toHex(text);
  }

  statement(): EpochStatement {
    try {
      return parseStatement(this.value);
    } catch (error) {
      if (!(error instanceof BadProof)) throw error;
      throw new MalformedEvidence(`${this.path}: ${error.message}`, { cause: error });
    }
  }

  private wrong(expected: string): MalformedEvidence {
    return new MalformedEvidence(`${this.path} is not ${expected}`);
  }
}
