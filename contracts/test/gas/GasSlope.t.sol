// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FarmsFixture} from "../support/FarmsFixture.sol";

/// @notice What a user pays does not depend on how many others there are, on how many farms, or on
/// how much time went by. Each call is a transaction of its own, so every slot is cold.
/// forge-config: default.isolate = true
contract GasSlopeTest is FarmsFixture {
    uint256 private constant MANY = 1_000;
    /// @dev Less than a single read of storage. Bytes of calldata and the widths of numbers differ.
    uint256 private constant NOISE = 2000;
    uint96 private constant AMOUNT = 1e18;

    struct Costs {
        uint256 stake;
        uint256 claim;
        uint256 withdraw;
        uint256 exit;
    }

    function setUp() external {
        _startFarms();
        _adjust(1, 1_000_000e18, block.timestamp + 3000 days);
        _fund(_stake, CAROL, 1_000_000e18);
        vm.prank(CAROL);
        _farms.stake(1, AMOUNT);
        skip(1 days);
    }

    /// @custom:property F-15
    function test_NobodyPaysForTheNumberOfUsers() external {
        Costs memory few = _costsOf(ALICE);
        for (uint256 i; i < MANY; ++i) {
            address user = address(uint160(0xFFFF0000 + i));
            vm.prank(CAROL);
            _farms.stakeFor(1, user, AMOUNT);
        }
        _assertSame(_costsOf(BOB), few);
    }

    /// @custom:property F-15
    function test_NobodyPaysForTheNumberOfFarms() external {
        Costs memory few = _costsOf(ALICE);
        for (uint32 i; i < MANY; ++i) {
            address token = address(uint160(0xEEEE0000 + i));
            vm.etch(token, address(_stake).code);
            _addFarm(100 + i, token, false);
        }
        _assertSame(_costsOf(BOB), few);
    }

    /// @dev 1,000 orders, one a day, that no user was there for.
    /// @custom:property F-15
    function test_NobodyPaysForTheTimeThatWentBy() external {
        Costs memory few = _costsOf(ALICE);
        for (uint256 i; i < MANY; ++i) {
            skip(1 days);
            _adjust(1, 1e18, block.timestamp + 3000 days);
        }
        _assertSame(_costsOf(BOB), few);
    }

    /// @dev One user's life in the farm. The time between is the same, so the words are as wide.
    function _costsOf(address user) private returns (Costs memory costs) {
        _fund(_stake, user, 3 * AMOUNT);
        vm.startPrank(user);
        _farms.stake(1, AMOUNT);
        skip(1 hours);
        _farms.claim(1);
        skip(1 hours);
        _farms.stake(1, AMOUNT);
        costs.stake = vm.lastCallGas().gasTotalUsed;
        skip(1 hours);
        _farms.claim(1);
        costs.claim = vm.lastCallGas().gasTotalUsed;
        skip(1 hours);
        _farms.withdraw(1, AMOUNT);
        costs.withdraw = vm.lastCallGas().gasTotalUsed;
        skip(1 hours);
        _farms.exit(1, AMOUNT);
        costs.exit = vm.lastCallGas().gasTotalUsed;
        vm.stopPrank();
    }

    function _assertSame(Costs memory many, Costs memory few) private pure {
        assertGt(few.stake, 21_000, "a transaction of its own");
        assertApproxEqAbs(many.stake, few.stake, NOISE, "stake");
        assertApproxEqAbs(many.claim, few.claim, NOISE, "claim");
        assertApproxEqAbs(many.withdraw, few.withdraw, NOISE, "withdraw");
        assertApproxEqAbs(many.exit, few.exit, NOISE, "exit");
    }
}
