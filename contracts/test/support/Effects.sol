// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

/// @notice Base of every handler of a stateful suite: counts how often each of its functions was
/// called and how often that changed the system under test.
/// @dev A handler function carries `counted` and calls `_effect()` once the system has changed. A
/// refusal that was expected and asserted is a call without an effect.
abstract contract Effects {
    mapping(bytes4 selector => uint256) public calls;
    mapping(bytes4 selector => uint256) public effects;
    /// @notice Calls of all functions, for checks that need not follow each of them.
    uint256 public callCount;

    bytes4[] private _selectors;
    bool private _hadEffect;

    modifier counted() {
        ++callCount;
        if (++calls[msg.sig] == 1) _selectors.push(msg.sig);
        _hadEffect = false;
        _;
    }

    /// @notice Every function that was called so far, in the order of their first calls.
    function countedSelectors() external view returns (bytes4[] memory) {
        return _selectors;
    }

    /// @dev Counts once a call, however many parts of the system it changed.
    function _effect() internal {
        if (_hadEffect) return;
        _hadEffect = true;
        ++effects[msg.sig];
    }
}

/// @notice Base of every stateful suite: its `afterInvariant` calls `_assertEffects` for each of
/// its handlers.
/// @dev Forge starts every run from a fresh state, and one run is too short to judge a share. The
/// sums over all runs live in variables of the process, the only place that outlasts a run.
abstract contract EffectsCheck is Test {
    /// @dev Each handler function must change the system in at least one of so many calls: 5 %.
    uint256 private constant CALLS_PER_EFFECT = 20;
    /// @dev A function with an honest share of 10 % misses 5 % of so many calls once in 10 million.
    uint256 private constant CALLS_TO_JUDGE = 1000;
    /// @dev File that `npm run test:invariant` reads the sums from.
    string private constant REPORT = "HEADWATER_EFFECTS_FILE";

    /// @param name Name of the handler's contract, as compiled.
    function _assertEffects(string memory name, Effects handler) internal {
        bytes4[] memory selectors = handler.countedSelectors();
        for (uint256 i; i < selectors.length; ++i) {
            string memory key = string.concat(name, "_", vm.toString(bytes.concat(selectors[i])));
            uint256 calls = handler.calls(selectors[i]);
            uint256 effects = handler.effects(selectors[i]);
            (calls, effects) = _addToSums(key, calls, effects);
            _report(key, calls, effects);
            if (calls < CALLS_TO_JUDGE) continue;
            assertGe(effects * CALLS_PER_EFFECT, calls, string.concat("effects of ", key));
        }
    }

    /// @dev Both sums in one variable, so that suites running at once cannot mix them up.
    function _addToSums(string memory key, uint256 calls, uint256 effects)
        private
        returns (uint256, uint256)
    {
        string memory variable = string.concat("HEADWATER_EFFECTS_", key);
        uint256 sums = vm.envOr(variable, uint256(0)) + (calls << 128) + effects;
        vm.setEnv(variable, vm.toString(sums));
        return (sums >> 128, uint128(sums));
    }

    function _report(string memory key, uint256 calls, uint256 effects) private {
        string memory path = vm.envOr(REPORT, string(""));
        if (bytes(path).length == 0) return;
        vm.writeLine(path, string.concat(key, " ", vm.toString(calls), " ", vm.toString(effects)));
    }
}
