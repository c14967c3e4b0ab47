import { type Plot, SETTINGS } from './plant.js';

/** What a copy of the repository needs to compile contracts and run our tools on them. */
const MACHINERY: readonly string[] = [
  ...SETTINGS,
  'scripts',
  'foundry.toml',
  'contracts/bin',
  'contracts/test/support/Effects.sol',
];
const LICENCE = '// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n';
const FORGE_TEST = 'import {Test} from "forge-std/Test.sol";\n';

const COUNTER = `${LICENCE}
contract Counter {
    uint256 public count;

    constructor(uint256 first) {
        require(first < 10, "too many");
        count = first;
    }

    function add(uint256 amount) external {
        count += amount % 7;
    }
}
`;

const COUNTER_SUITE = `${LICENCE}${FORGE_TEST}
import {Counter} from "../../src/Counter.sol";

contract PlantedInvariantTest is Test {
    Counter private _counter;

    function setUp() external {
        _counter = new Counter(0);
        targetContract(address(_counter));
    }

    /// forge-config: default.invariant.runs = 2
    function invariant_TheCountStaysLow() external view {
        assertLt(_counter.count(), 1000, "count");
    }
}
`;

function bug(name: string, find: string, replace: string): object {
  return { name, why: 'planted', file: 'contracts/src/Counter.sol', find, replace };
}

export const seeded: Plot = {
  command: 'test:seeded',
  argv: ['npm', 'run', '--silent', 'test:seeded'],
  copies: MACHINERY,
  plants: [
    {
      rule: 'a bug must be caught by the tests of its suite',
      files: {
        'contracts/src/Counter.sol': COUNTER,
        'contracts/test/invariant/Planted.t.sol': COUNTER_SUITE,
        'contracts/seeded/planted.json': JSON.stringify({
          suite: 'planted',
          test: 'contracts/test/invariant/Planted',
          bugs: [
            bug('harmless', 'amount % 7', 'amount % 6'),
            bug('caught', 'amount % 7', 'amount + 1000'),
            bug('riddle', 'amount % 7', 'amounts'),
            bug('stillborn', 'first < 10', 'first > 10'),
          ],
        }),
      },
      names: ['harmless', 'MISSED'],
    },
    { rule: 'a bug that is caught counts', names: ['planted 1/4 caught'] },
    { rule: 'what does not compile was never tried', names: ['riddle', 'does not compile'] },
    { rule: 'what cannot be set up was never tried', names: ['stillborn', 'cannot be set up'] },
  ],
};

const HANDLER_SUITE = `${LICENCE}${FORGE_TEST}
import {Effects, EffectsCheck} from "../support/Effects.sol";

contract PlantedHandler is Effects {
    uint256 public count;

    function busy() external counted {
        ++count;
        _effect();
    }

    function idle(uint256 seldom) external counted {
        if (seldom == 13) _effect();
    }

    function uncounted() external {
        ++count;
    }
}

contract FarmInvariantPlantedTest is Test, EffectsCheck {
    PlantedHandler private _handler;

    function setUp() external {
        _handler = new PlantedHandler();
        targetContract(address(_handler));
    }

    /// forge-config: default.invariant.runs = 4
    function invariant_Holds() external view {
        assertGe(_handler.count(), 0, "count");
    }

    /// forge-config: default.invariant.runs = 4
    function invariant_Broken() external view {
        assertLt(_handler.count(), 50, "planted");
    }

    function afterInvariant() external {
        _assertEffects("PlantedHandler", _handler);
    }
}
`;

export const invariant: Plot = {
  command: 'test:invariant',
  argv: ['npm', 'run', '--silent', 'test:invariant', '--', 'farm', '--seed', '1'],
  copies: MACHINERY,
  plants: [
    {
      rule: 'an invariant must hold',
      files: { 'contracts/test/invariant/FarmInvariantPlanted.t.sol': HANDLER_SUITE },
      names: ['invariant_Broken', 'planted'],
    },
    {
      rule: 'a handler must change the system',
      names: ['PlantedHandler.idle', 'less than 5 %'],
    },
    {
      rule: 'a handler must count its effects',
      names: ['PlantedHandler.uncounted', 'does not count'],
    },
  ],
};

const GATE = `${LICENCE}
contract Gate {
    error TooMuch();

    uint256 public count;

    function add(uint256 amount) external {
        if (amount > 10) revert TooMuch();
        count += amount;
    }
}
`;

/** Never goes to the boundary: three mutants of \`amount > 10\` survive it. */
const GATE_TEST = `${LICENCE}${FORGE_TEST}
import {Gate} from "../../src/Gate.sol";

contract GateTest is Test {
    function test_SmallAmountsAreCounted() external {
        Gate gate = new Gate();
        gate.add(3);
        gate.add(4);
        assertEq(gate.count(), 7);
        vm.expectRevert(Gate.TooMuch.selector);
        gate.add(50);
    }
}
`;

function equivalent(after: string): object {
  const scope = 'Gate.add';
  const before = 'if (amount > 10) revert TooMuch();';
  return { file: 'contracts/src/Gate.sol', scope, before, after, reason: 'planted' };
}

export const mutation: Plot = {
  command: 'mutate:sol',
  argv: ['npm', 'run', '--silent', 'mutate:sol'],
  copies: MACHINERY,
  plants: [
    {
      rule: 'survivors are named',
      files: {
        'contracts/src/Gate.sol': GATE,
        'contracts/test/unit/Gate.t.sol': GATE_TEST,
        'contracts/mutation/equivalents.json': JSON.stringify([
          equivalent('if (amount >= 10) revert TooMuch();'),
          equivalent('{}'),
          equivalent('if (amount > 10) revert TooLittle();'),
        ]),
      },
      names: ['survived', 'contracts/src/Gate.sol:10', 'Gate.add'],
    },
    { rule: 'too few are killed', names: ['the score is 71.4 %, less than 95.0 %'] },
    { rule: 'too many are called equivalent', names: ['1 of 8 are called equivalent'] },
    { rule: 'an equivalent is not killed', names: ['tells it apart', 'Gate.sol: {}'] },
    { rule: 'an equivalent exists', names: ['no such mutant any more', 'TooLittle'] },
  ],
};

const HALF = `${LICENCE}
contract Half {
    uint256 public count;

    function seen(uint256 amount) external {
        if (amount > 10) count += amount;
    }

    function unseen() external {
        count += 1;
    }
}
`;

const HALF_TEST = `${LICENCE}${FORGE_TEST}
import {Half} from "../../src/Half.sol";

contract HalfTest is Test {
    function test_SmallAmountsAreNotCounted() external {
        Half half = new Half();
        half.seen(3);
        assertEq(half.count(), 0);
    }
}
`;

export const coverage: Plot = {
  command: 'coverage:contracts',
  argv: ['npm', 'run', '--silent', 'coverage:contracts'],
  copies: MACHINERY,
  plants: [
    {
      rule: 'lines are reached',
      files: { 'contracts/src/Half.sol': HALF, 'contracts/test/unit/Half.t.sol': HALF_TEST },
      names: ['line', 'contracts/src/Half.sol:12', 'count += 1;'],
    },
    { rule: 'branches are taken', names: ['branch', 'contracts/src/Half.sol:8'] },
    { rule: 'both shares count', names: ['of lines (at least 99.00 %)', 'in 1 files'] },
  ],
};

const HARNESS = `${LICENCE}
import {Tally} from "../../src/Tally.sol";

contract TallyProof {
    function sound(uint256 a) external pure {
        assert(Tally.less(a) <= a);
    }

    function unsound(uint256 a) external pure {
        assert(Tally.less(a) < a);
    }

    function unreached(uint256 a) external pure {
        require(Tally.less(a) > a);
        assert(Tally.less(a) == 0);
    }
}
`;

const TALLY = `${LICENCE}
library Tally {
    function less(uint256 a) internal pure returns (uint256) {
        return a > 7 ? a - 7 : 0;
    }
}
`;

export const proofs: Plot = {
  command: 'prove',
  argv: ['npm', 'run', '--silent', 'prove'],
  copies: MACHINERY,
  plants: [
    {
      rule: 'an assertion must be proved',
      files: {
        'contracts/src/Tally.sol': TALLY,
        'contracts/test/proofs/TallyProof.sol': HARNESS,
        'contracts/test/proofs/bugs.json': JSON.stringify({
          suite: 'planted',
          test: 'contracts/test/proofs/',
          bugs: [
            { ...bug('harmless', 'a > 7', 'a >= 7'), file: 'contracts/src/Tally.sol' },
            { ...bug('dire', 'a - 7', 'a + 7'), file: 'contracts/src/Tally.sol' },
          ],
        }),
      },
      names: ['FAIL', 'failed', 'TallyProof.unsound'],
    },
    { rule: 'what holds is proved', names: ['ok', 'proved', 'TallyProof.sound'] },
    { rule: 'an assertion must be reached', names: ['NEVER REACHED', 'TallyProof.unreached'] },
    { rule: 'a bug must be refuted', names: ['harmless', 'MISSED'] },
    { rule: 'a bug that is refuted counts', names: ['dire', 'refuted at TallyProof.sound'] },
  ],
};
