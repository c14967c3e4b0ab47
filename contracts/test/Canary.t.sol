// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

/// @notice Fails on demand, so that whoever runs the suite can prove that a failure is noticed.
contract CanaryTest is Test {
    function test_CanaryFailsWhenAskedTo() external view {
        assertFalse(vm.envOr("HEADWATER_CANARY", false), "the canary was asked to fail");
    }
}
