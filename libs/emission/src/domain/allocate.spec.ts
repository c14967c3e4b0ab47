import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minOf, sumOf, toAddress } from '#kernel';
import { epochRootOf } from '#ledger';
import { allocate, ConflictingBounds } from './allocate.js';
import { decide, evidenceText, recompute } from './evidence.js';
import { type ChainFacts, type Policy, undeclaredFarms } from './facts.js';
import { MalformedEvidence, parseEvidence } from './parse-evidence.js';
import { chainCap, type EmissionParameters, farmKey, rangeOf } from './parameters.js';
import { violationsOf } from './violations.js';

const tvlWeighted: Policy = { kind: 'tvl-weighted' };
const hash = `0x${'ab'.repeat(32)}` as const;

interface FarmSketch {
  eid: number;
  farmId: number;
  staked: bigint;
  minBps: number;
  maxBps: number;
  previousSD: bigint | null;
}

const aFarm = (fields: Partial<FarmSketch> = {}): FarmSketch => ({
  eid: 1,
  farmId: 1,
  staked: 100n,
  minBps: 0,
  maxBps: 10_000,
  previousSD: null,
  ...fields,
});

function inputsOf(
  farms: readonly FarmSketch[],
  options: {
    budgetSD?: bigint;
    previousBudgetSD?: bigint;
    maxChangeBps?: number;
    caps?: Record<number, number>;
    missing?: readonly number[];
    policy?: Policy;
  } = {},
) {
  const eids = [...new Set(farms.map(({ eid }) => eid))];
  const parameters: EmissionParameters = {
    budgetSD: options.budgetSD ?? 1_000n,
    previousBudgetSD: options.previousBudgetSD ?? options.budgetSD ?? 1_000n,
    maxChangeBps: options.maxChangeBps ?? 10_000,
    chains: eids.map((eid) => ({ eid, maxBps: options.caps?.[eid] ?? 10_000 })),
    farms: farms.map(({ staked: _staked, ...limits }) => limits),
  };
  const facts: ChainFacts[] = eids.map((eid) => ({
    chainKey: `c${eid}`,
    chainId: eid,
    eid,
    ...(options.missing?.includes(eid)
      ? { block: null, missing: 'is halted', farms: [] }
      : {
          block: { number: 5, hash, timestamp: 50 },
          missing: null,
          farms: farms
            .filter((farm) => farm.eid === eid)
            .map(({ farmId, staked }) => ({
              farmId,
              isActive: true,
              staked,
              stakeDecimals: 6,
              valuePerTokenMicro: 1_000_000n,
            })),
        }),
  }));
  return { policy: options.policy ?? tvlWeighted, facts, parameters };
}

const amountsOf = (...args: Parameters<typeof inputsOf>) =>
  allocate(inputsOf(...args)).map(({ amountSD }) => amountSD);

describe('tvl-weighted allocation', () => {
  it('is proportional to the staked value where no bound is in the way', () => {
    const farms = [
      aFarm({ farmId: 1, staked: 100n }),
      aFarm({ farmId: 2, staked: 300n }),
      aFarm({ eid: 2, staked: 600n }),
    ];
    expect(amountsOf(farms)).toEqual([100n, 300n, 600n]);
  });

  it('counts the value of different tokens in one currency', () => {
    const inputs = inputsOf([aFarm({ staked: 100n }), aFarm({ farmId: 2, staked: 100n })]);
    const facts = inputs.facts.map((chain) => ({
      ...chain,
      farms: chain.farms.map((farm) =>
        farm.farmId === 1 ? farm : { ...farm, valuePerTokenMicro: 3_000_000n },
      ),
    }));
    expect(allocate({ ...inputs, facts }).map(({ amountSD }) => amountSD)).toEqual([250n, 750n]);
  });

  it('rounds down and leaves the rest on the hub', () => {
    const farms = [1, 2, 3].map((farmId) => aFarm({ farmId }));
    expect(amountsOf(farms, { budgetSD: 100n })).toEqual([33n, 33n, 33n]);
  });

  it('gives what a capped chain may not have to the others', () => {
    const farms = [aFarm({ staked: 900n }), aFarm({ eid: 2, staked: 100n })];
    expect(amountsOf(farms, { caps: { 1: 5_000 } })).toEqual([500n, 500n]);
  });

  it('lifts a farm to its minimum and holds another at its maximum', () => {
    const farms = [
      aFarm({ farmId: 1, staked: 0n, minBps: 1_000 }),
      aFarm({ farmId: 2, staked: 900n, maxBps: 4_000 }),
      aFarm({ farmId: 3, staked: 100n }),
    ];
    expect(amountsOf(farms)).toEqual([100n, 400n, 500n]);
  });

  it('moves no farm further than the change limit', () => {
    const farms = [
      aFarm({ farmId: 1, staked: 1_000n, previousSD: 500n }),
      aFarm({ farmId: 2, staked: 0n, previousSD: 500n }),
    ];
    expect(amountsOf(farms, { maxChangeBps: 1_000 })).toEqual([600n, 400n]);
  });

  it('gives an ended farm its minimum whatever is staked in it', () => {
    const inputs = inputsOf([aFarm({ minBps: 100 }), aFarm({ farmId: 2 })]);
    const facts = inputs.facts.map((chain) => ({
      ...chain,
      farms: chain.farms.map((farm) => ({ ...farm, isActive: farm.farmId === 2 })),
    }));
    expect(allocate({ ...inputs, facts }).map(({ amountSD }) => amountSD)).toEqual([10n, 990n]);
  });

  it('weighs a farm without a declared value nothing, and names it', () => {
    const inputs = inputsOf([aFarm({ minBps: 100 }), aFarm({ farmId: 2 })]);
    const facts = inputs.facts.map((chain) => ({
      ...chain,
      farms: chain.farms.map((farm) =>
        farm.farmId === 1 ? { ...farm, valuePerTokenMicro: null } : farm,
      ),
    }));
    expect(allocate({ ...inputs, facts }).map(({ amountSD }) => amountSD)).toEqual([10n, 990n]);
    expect(undeclaredFarms({ ...inputs, facts })).toEqual(['c1:1']);
    expect(undeclaredFarms(inputs)).toEqual([]);
  });

  it('names no farm that the controller does not know or whose value does not count', () => {
    const inputs = inputsOf([aFarm(), aFarm({ farmId: 2 })]);
    const facts = inputs.facts.map((chain) => ({
      ...chain,
      farms: chain.farms.map((farm) => ({ ...farm, valuePerTokenMicro: null })),
    }));
    const parameters = { ...inputs.parameters, farms: inputs.parameters.farms.slice(1) };
    expect(undeclaredFarms({ ...inputs, facts, parameters })).toEqual(['c1:2']);
    const policy: Policy = { kind: 'fixed-shares', shares: {} };
    expect(undeclaredFarms({ ...inputs, facts, policy })).toEqual([]);
  });

  it('gives everybody the minimum when nothing is staked', () => {
    const farms = [aFarm({ staked: 0n, minBps: 100 }), aFarm({ farmId: 2, staked: 0n })];
    expect(amountsOf(farms)).toEqual([10n, 0n]);
  });
});

describe('fixed-shares allocation', () => {
  const policy: Policy = { kind: 'fixed-shares', shares: { 'c1:1': 2_500n, 'c2:1': 5_000n } };

  it('gives each farm its share and none to a farm without one', () => {
    const farms = [aFarm(), aFarm({ farmId: 2 }), aFarm({ eid: 2 })];
    expect(amountsOf(farms, { policy })).toEqual([250n, 0n, 500n]);
  });

  it('keeps what a bound takes from a share on the hub', () => {
    const farms = [aFarm({ maxBps: 1_000 }), aFarm({ eid: 2 })];
    expect(amountsOf(farms, { policy })).toEqual([100n, 500n]);
  });

  it('shrinks the shares when minimums need the budget', () => {
    const farms = [aFarm({ eid: 2 }), aFarm({ farmId: 2, minBps: 8_000 })];
    expect(amountsOf(farms, { policy })).toEqual([800n, 200n]);
  });
});

describe('a chain without facts', () => {
  it('keeps its previous targets; the others share the rest', () => {
    const farms = [
      aFarm({ staked: 1_000n, previousSD: 200n }),
      aFarm({ eid: 2, staked: 0n, previousSD: 300n }),
      aFarm({ eid: 2, farmId: 2, staked: 0n, minBps: 50 }),
    ];
    expect(amountsOf(farms, { missing: [2] })).toEqual([695n, 300n, 5n]);
  });

  it('keeps less when the budget shrank below them', () => {
    const farms = [
      aFarm({ minBps: 5_000 }),
      aFarm({ eid: 2, previousSD: 600n }),
      aFarm({ eid: 2, farmId: 2, previousSD: 300n }),
    ];
    expect(amountsOf(farms, { missing: [2] })).toEqual([501n, 333n, 166n]);
  });
});

describe('bounds that exclude each other', () => {
  it.each([
    [[aFarm({ minBps: 5_000, maxBps: 4_000 })], {}, 'farm 1:1 must get at least 500'],
    [[aFarm({ minBps: 5_000 })], { caps: { 1: 4_000 } }, 'the farms of chain 1'],
    [
      [aFarm({ minBps: 6_000 }), aFarm({ eid: 2, minBps: 6_000 })],
      {},
      'all farms must get at least 1200',
    ],
  ])('are refused and named', (farms, options, sentence) => {
    const act = () => amountsOf(farms, options);
    expect(act).toThrow(ConflictingBounds);
    expect(act).toThrow(sentence);
  });
});

/** Evidence as it was stored before values could be unknown. */
const firstVersion = (valuePerTokenMicro: string) =>
  '{"epoch":3,"facts":[{"block":{"hash":"0xab","number":5,"timestamp":50},"chainId":1,' +
  '"chainKey":"c1","eid":1,"farms":[{"farmId":1,"isActive":true,"stakeDecimals":6,' +
  `"staked":"100","valuePerTokenMicro":${valuePerTokenMicro}}],"missing":null}],` +
  '"parameters":{"budgetSD":"1000","chains":[{"eid":1,"maxBps":10000}],"farms":[{"eid":1,' +
  '"farmId":1,"maxBps":10000,"minBps":100,"previousSD":null}],"maxChangeBps":10000},' +
  '"policy":{"kind":"tvl-weighted"},"revision":1,' +
  '"targets":[{"amountSD":"10","eid":1,"farmId":1}],"version":1}';

describe('stored evidence', () => {
  it('of the first version computes to the same targets and the same text', () => {
    const evidence = parseEvidence(firstVersion('"0"'));
    expect(recompute(evidence)).toEqual(evidence.targets);
    expect(evidenceText(evidence)).toBe(firstVersion('"0"'));
  });

  it('of the first version knows no value that is not declared', () => {
    const text = firstVersion('null');
    const path = 'evidence.facts[0].farms[0].valuePerTokenMicro';
    expect(() => parseEvidence(text)).toThrow(new MalformedEvidence(`${path} is not a text`));
  });

  it('keeps that a farm has no declared value', () => {
    const inputs = inputsOf([aFarm({ minBps: 100 })]);
    const facts = inputs.facts.map((chain) => ({
      ...chain,
      farms: chain.farms.map((farm) => ({ ...farm, valuePerTokenMicro: null })),
    }));
    const text = evidenceText(decide({ epoch: 3, revision: 1, ...inputs, facts, ledger: null }));
    const read = parseEvidence(text);
    expect(read.version).toBe(4);
    expect(read.facts).toEqual(facts);
    expect(recompute(read)).toEqual(read.targets);
    expect(evidenceText(read)).toBe(text);
  });

  it('keeps what the books said, and is none when their root is another', () => {
    const heads = [{ chainId: 1, block: 70, blockHash: hash, seq: 12, head: hash }];
    const sums = { owed: 5n, inFlight: 0n, other: -1n, held: null };
    const asset = toAddress(`0x${'a1'.repeat(20)}`);
    const totals = [{ chainId: 1, asset, leafCount: 1, root: hash, ...sums }];
    const statement = { epoch: 2, heads, totals };
    const ledger = { root: epochRootOf(statement), statement };
    const inputs = inputsOf([aFarm({ minBps: 100 })]);
    const text = evidenceText(decide({ epoch: 3, revision: 1, ...inputs, ledger }));
    const read = parseEvidence(text);
    expect(read.ledger).toEqual(ledger);
    expect(recompute(read)).toEqual(read.targets);
    expect(evidenceText(read)).toBe(text);
    expect(() => parseEvidence(text.replace('"seq":12', '"seq":13'))).toThrow(
      new MalformedEvidence(`the statement of epoch 2 has not the root ${ledger.root}`),
    );
    expect(() => parseEvidence(text.replace('"seq":12', '"seq":"x"'))).toThrow(
      new MalformedEvidence(
        'evidence.ledger.statement: statement.heads[0].seq is not a whole number',
      ),
    );
  });

  it('of the third version said nothing about the books', () => {
    const current = evidenceText(
      decide({ epoch: 3, revision: 1, ...inputsOf([aFarm({ minBps: 100 })]), ledger: null }),
    );
    const third = current.replace('"ledger":null,', '').replace('"version":4', '"version":3');
    const read = parseEvidence(third);
    expect(recompute(read)).toEqual(read.targets);
    expect(evidenceText(read)).toBe(third);
  });

  it('of a later version is refused', () => {
    const later = firstVersion('"0"').replace('"version":1', '"version":5');
    expect(() => parseEvidence(later)).toThrow(new MalformedEvidence('unknown version 5'));
  });
});

describe('a budget that changes', () => {
  const farms = [
    aFarm({ staked: 1n, previousSD: 900n }),
    aFarm({ farmId: 2, staked: 1n, previousSD: 100n, minBps: 1_000 }),
  ];

  it('keeps shares where it kept amounts before', () => {
    const cut = { budgetSD: 100n, previousBudgetSD: 1_000n, maxChangeBps: 0 };
    expect(amountsOf(farms, cut)).toEqual([90n, 10n]);
    expect(amountsOf(farms, { ...cut, budgetSD: 3_000n })).toEqual([2_700n, 300n]);
  });

  it('always leaves a decision when the minimums fit, whatever the change limit', () => {
    const grown = [
      aFarm({ previousSD: 900n }),
      aFarm({ farmId: 2, previousSD: 100n, minBps: 5_000 }),
      aFarm({ farmId: 3, minBps: 4_000 }),
    ];
    expect(amountsOf(grown, { maxChangeBps: 0, caps: { 1: 9_000 } })).toEqual([0n, 500n, 400n]);
  });

  it('is not compared at all with epochs that had none', () => {
    const first = farms.map((farm) => ({ ...farm, previousSD: null }));
    expect(amountsOf(first, { previousBudgetSD: 0n, maxChangeBps: 0 })).toEqual([500n, 500n]);
  });
});

describe('what governance can do about bounds that exclude each other', () => {
  it('is a change of the bounds', () => {
    const farms = [aFarm({ minBps: 6_000 }), aFarm({ eid: 2, minBps: 6_000 })];
    expect(() => amountsOf(farms)).toThrow(
      expect.objectContaining({
        remedy:
          'Governance can lower the minimums of the farms, or raise the caps of their chains, ' +
          'until these conflicts are gone, in one proposal.',
      }),
    );
  });
});

const sketches = fc.uniqueArray(
  fc.record({
    eid: fc.integer({ min: 1, max: 3 }),
    farmId: fc.integer({ min: 1, max: 4 }),
    staked: fc.bigInt({ min: 0n, max: 10n ** 30n }),
    minBps: fc.integer({ min: 0, max: 1_500 }),
    maxBps: fc.integer({ min: 500, max: 10_000 }),
    previousSD: fc.option(fc.bigInt({ min: 0n, max: 10n ** 12n })),
  }),
  { selector: (farm) => `${farm.eid}:${farm.farmId}`, minLength: 1, maxLength: 12 },
);
const settings = fc.record({
  budgetSD: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  previousBudgetSD: fc.bigInt({ min: 10n ** 12n, max: (1n << 64n) - 1n }),
  maxChangeBps: fc.integer({ min: 0, max: 10_000 }),
  caps: fc
    .tuple(...[1, 2, 3].map(() => fc.integer({ min: 0, max: 10_000 })))
    .map((caps) => ({ 1: caps[0] ?? 0, 2: caps[1] ?? 0, 3: caps[2] ?? 0 })),
  missing: fc.subarray([1, 2, 3]),
  policy: fc.oneof(
    fc.constant<Policy>(tvlWeighted),
    fc
      .dictionary(
        fc
          .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }))
          .map(([eid, farmId]) => `c${eid}:${farmId}`),
        fc.bigInt({ min: 0n, max: 4_000n }),
        { noNullPrototype: true },
      )
      .map((shares): Policy => ({ kind: 'fixed-shares', shares })),
  ),
});

/** Runs `check` on inputs with a solution; the others must be refused for named conflicts. */
function forSolvable(
  check: (inputs: ReturnType<typeof inputsOf>, targets: ReturnType<typeof allocate>) => void,
) {
  fc.assert(
    fc.property(sketches, settings, (farms, options) => {
      const inputs = inputsOf(farms, options);
      try {
        check(inputs, allocate(inputs));
      } catch (error) {
        if (!(error instanceof ConflictingBounds) || error.conflicts.length === 0) throw error;
      }
    }),
    { numRuns: 400 },
  );
}

describe('allocation of any inputs', () => {
  it('is accepted by the rules of the controller', () => {
    forSolvable((inputs, targets) => {
      expect(violationsOf(targets, inputs.parameters)).toEqual([]);
      expect(sumOf(targets.map(({ amountSD }) => amountSD))).toBeLessThanOrEqual(
        inputs.parameters.budgetSD,
      );
    });
  });

  it('does not depend on the order of the inputs', () => {
    forSolvable(({ policy, facts, parameters }, targets) => {
      const reversed = {
        policy,
        facts: facts.toReversed().map((chain) => ({ ...chain, farms: chain.farms.toReversed() })),
        parameters: {
          ...parameters,
          chains: parameters.chains.toReversed(),
          farms: parameters.farms.toReversed(),
        },
      };
      expect(allocate(reversed)).toEqual(targets);
    });
  });

  it('comes out of its own evidence again', () => {
    forSolvable((inputs, targets) => {
      const text = evidenceText(decide({ epoch: 3, revision: 1, ...inputs, ledger: null }));
      const read = parseEvidence(text);
      expect(recompute(read)).toEqual(targets);
      expect(evidenceText(read)).toBe(text);
    });
  });

  it('leaves at most one unit a farm while some weighted farm could take more', () => {
    forSolvable((inputs, targets) => {
      const { parameters, facts, policy } = inputs;
      if (policy.kind !== 'tvl-weighted' || facts.some(({ block }) => block === null)) return;
      const most = sumOf(
        parameters.chains.map(({ eid, maxBps }) =>
          minOf(
            chainCap(parameters, maxBps),
            sumOf(
              parameters.farms
                .filter((farm) => farm.eid === eid)
                .map((farm) => {
                  const chain = facts.find((each) => each.eid === eid);
                  const staked = chain?.farms.find((each) => each.farmId === farm.farmId)?.staked;
                  const range = rangeOf(parameters, farm);
                  return staked === 0n ? range.lo : range.hi;
                }),
            ),
          ),
        ),
      );
      const total = sumOf(targets.map(({ amountSD }) => amountSD));
      const room = minOf(most, parameters.budgetSD) - total;
      expect(room).toBeLessThanOrEqual(BigInt(targets.length));
    });
  });

  it('names farms once, ascending', () => {
    forSolvable((inputs, targets) => {
      const keys = targets.map(farmKey);
      expect(new Set(keys).size).toBe(inputs.parameters.farms.length);
    });
  });
});
