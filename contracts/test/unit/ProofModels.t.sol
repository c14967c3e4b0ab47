// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Test} from "forge-std/Test.sol";

import {Math as Model} from "../proofs/models/@openzeppelin/contracts/utils/math/Math.sol";

/// @notice What the model checker reads instead of packages does what they do.
contract ProofModelsTest is Test {
    /// @custom:property B-10
    function testFuzz_TheModelOfMathIsMath(uint256 a, uint256 b) external pure {
        _assertSame(a, b);
        _assertSame(a, a);
        _assertSame(a, type(uint256).max - a);
        unchecked {
            _assertSame(a, a + 1);
            _assertSame(a, a - 1);
            _assertSame(a, type(uint256).max - a + 1);
        }
    }

    function test_TheModelOfMathIsMathAtTheBounds() external pure {
        uint256[4] memory bounds = [0, 1, type(uint256).max - 1, type(uint256).max];
        for (uint256 i; i < bounds.length; ++i) {
            for (uint256 j; j < bounds.length; ++j) {
                _assertSame(bounds[i], bounds[j]);
            }
        }
    }

    function _assertSame(uint256 a, uint256 b) private pure {
        assertEq(Model.min(a, b), Math.min(a, b));
        assertEq(Model.saturatingAdd(a, b), Math.saturatingAdd(a, b));
        assertEq(Model.saturatingSub(a, b), Math.saturatingSub(a, b));
    }
}
