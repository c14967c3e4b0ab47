import { describe, expect, it } from 'vitest';
import { readings, unfoldedHarness, unfoldedLibrary } from './reading.js';

const LIBRARY = `library Meter {
    struct State { uint256 used; }
    function add(State storage self, uint256 amount) internal {
        self.used = used(self) + amount;
    }
    function used(State storage self) internal view returns (uint256) {
        return self.used;
    }
}
`;
const HARNESS = `contract MeterProof {
    Meter.State private _meter;
    function add(uint256 amount) external {
        Meter.add(_meter, amount);
        assert(Meter.used(_meter) == _meter.used);
    }
}
`;

describe('unfoldedLibrary', () => {
  it('makes the pointer a variable of state, line by line', () => {
    expect(unfoldedLibrary(LIBRARY, 'Meter', '_meter'))
      .toBe(`abstract contract Meter { State internal _meter;
    struct State { uint256 used; }
    function add(uint256 amount) internal {
        _meter.used = used() + amount;
    }
    function used() internal view returns (uint256) {
        return _meter.used;
    }
}
`);
  });

  it('refuses what keeps the pointer in another way', () => {
    const other = LIBRARY.replace('self.used =', 'State storage that = self; that.used =');
    expect(() => unfoldedLibrary(other, 'Meter', '_meter')).toThrow('cannot be unfolded');
  });

  it('refuses a library of another name and one without a pointer', () => {
    expect(() => unfoldedLibrary(LIBRARY, 'Gauge', '_meter')).toThrow('cannot be unfolded');
    expect(() => unfoldedLibrary('library Meter {\n}\n', 'Meter', '_meter')).toThrow('no function');
  });
});

describe('unfoldedHarness', () => {
  it('has the state of the library and calls its functions, line by line', () => {
    expect(unfoldedHarness(HARNESS, 'Meter', '_meter')).toBe(`contract MeterProof is Meter {
    
    function add(uint256 amount) external {
        add(amount);
        assert(used() == _meter.used);
    }
}
`);
  });

  it('refuses calls about another variable and a variable that is not declared', () => {
    const other = HARNESS.replace('Meter.add(_meter', 'Meter.add(_other');
    expect(() => unfoldedHarness(other, 'Meter', '_meter')).toThrow('called with something else');
    expect(() => unfoldedHarness(HARNESS, 'Meter', '_other')).toThrow('no Meter private _other');
  });
});

describe('readings', () => {
  const harness = 'contracts/test/proofs/MeterProof.sol';
  const library = 'contracts/src/Meter.sol';
  const tag = '/// @custom:unfolds Meter as _meter\n';

  it('stand in for the harness, the library it unfolds and modelled packages', () => {
    const text = `import {Meter} from "../../src/Meter.sol";\n${tag}${HARNESS}`;
    const texts = readings(harness, { [harness]: text, [library]: LIBRARY });
    expect(texts[library]).toBe(unfoldedLibrary(LIBRARY, 'Meter', '_meter'));
    expect(texts[harness]).toBe(unfoldedHarness(text, 'Meter', '_meter'));
    expect(texts['node_modules/@openzeppelin/contracts/utils/math/Math.sol']).toContain(
      'function saturatingAdd',
    );
  });

  it('leave a harness without the tag as it is', () => {
    const texts = readings(harness, { [harness]: HARNESS, [library]: LIBRARY });
    expect([texts[harness], texts[library]]).toEqual([HARNESS, LIBRARY]);
  });

  it('refuse to unfold what is not imported', () => {
    expect(() => readings(harness, { [harness]: tag + HARNESS })).toThrow('does not import Meter');
  });
});
