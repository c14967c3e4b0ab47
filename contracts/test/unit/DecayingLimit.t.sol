// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {DecayingLimit} from "../../src/libraries/DecayingLimit.sol";

contract DecayingLimitTest is Test {
    using DecayingLimit for DecayingLimit.Limit;

    uint40 private constant START = 1_800_000_000;
    uint128 private constant LIMIT = 1000;
    uint32 private constant WINDOW = 300;

    DecayingLimit.Limit private _limit;
    DecayingLimit.Limit private _other;

    function setUp() external {
        vm.warp(START);
        _limit.reconfigure(LIMIT, WINDOW);
    }

    function test_WithoutALimitEverythingPassesAndNothingIsCounted() external {
        assertEq(_other.available(), type(uint256).max);
        assertTrue(_other.consume(type(uint256).max));
        _other.consumeAnyway(type(uint256).max);
        assertEq(_other.used, 0);
        assertEq(_other.at, 0);
    }

    function test_TheLimitIsUsedToTheLastWei() external {
        assertEq(_limit.available(), LIMIT);
        assertFalse(_limit.consume(LIMIT + 1), "one above");
        assertEq(_limit.used, 0, "a refusal counts nothing");
        assertTrue(_limit.consume(LIMIT - 1), "one below");
        assertTrue(_limit.consume(1), "the last wei");
        assertFalse(_limit.consume(1), "all is used");
        assertTrue(_limit.consume(0), "nothing always fits");
    }

    function test_ItComesBackLinearlyAndRoundsDown() external {
        _limit.consume(LIMIT);
        vm.warp(START + 1);
        assertEq(_limit.available(), 3, "10 / 3 a second");
        vm.warp(START + 2);
        assertEq(_limit.available(), 6);
        vm.warp(START + 3);
        assertEq(_limit.available(), 10);
        vm.warp(START + WINDOW - 1);
        assertEq(_limit.available(), 996);
        vm.warp(START + WINDOW);
        assertEq(_limit.available(), LIMIT);
        vm.warp(START + 10 * WINDOW);
        assertEq(_limit.available(), LIMIT, "never more than the limit");
    }

    /// @dev A wei every second: without the carried fraction nothing would come back of a limit
    /// that returns less than a wei a second.
    function test_SmallUsesDoNotKeepCapacityFromComingBack() external {
        _limit.reconfigure(10, 100);
        _limit.consume(10);
        for (uint256 i = 1; i <= 100; ++i) {
            vm.warp(START + i);
            assertTrue(_limit.consume(0));
        }
        assertEq(_limit.available(), 10);
    }

    function test_TheFractionIsForgottenOnceNothingIsInUse() external {
        _limit.consume(1);
        vm.warp(START + WINDOW);
        _limit.consume(0);
        assertEq(_limit.carried, 0);
        assertEq(_limit.used, 0);
    }

    /// @custom:property B-10
    function test_ReconfigurationKeepsWhatIsInUse() external {
        _limit.consume(900);
        vm.warp(START + 30);
        // 100 came back at the old rate.
        _limit.reconfigure(LIMIT, WINDOW);
        assertEq(_limit.available(), 200, "the same again is no reset");
        _limit.reconfigure(500, WINDOW);
        assertEq(_limit.available(), 0, "800 are in use of 500");
        assertFalse(_limit.consume(1));
        assertTrue(_limit.consume(0));
        vm.warp(START + 30 + 180);
        assertEq(_limit.available(), 0, "300 came back at the new rate");
        vm.warp(START + 30 + 186);
        assertEq(_limit.available(), 10);
    }

    function test_LiftingTheLimitForgetsNothing() external {
        _limit.consume(900);
        _limit.reconfigure(0, 0);
        assertTrue(_limit.consume(type(uint256).max));
        _limit.reconfigure(LIMIT, WINDOW);
        assertEq(_limit.available(), 100);
        _limit.reconfigure(0, 0);
        vm.warp(START + 30);
        _limit.reconfigure(2000, WINDOW);
        assertEq(_limit.available(), 1300, "the time between counts at the next rate");
    }

    function test_ConsumingAnywayGoesAboveTheLimitAndStopsAtTheType() external {
        _limit.consumeAnyway(LIMIT + 500);
        assertEq(_limit.available(), 0);
        vm.warp(START + 150);
        assertEq(_limit.available(), 0, "500 came back of 1500");
        vm.warp(START + 153);
        assertEq(_limit.available(), 10);
        _limit.consumeAnyway(type(uint256).max);
        assertEq(_limit.used, type(uint128).max);
    }

    function test_RevertIf_LimitAndWindowDoNotAgree() external {
        vm.expectRevert(
            abi.encodeWithSelector(DecayingLimit.DecayingLimit_BadWindow.selector, 0, 1)
        );
        this.reconfigure(0, 1);
        vm.expectRevert(
            abi.encodeWithSelector(DecayingLimit.DecayingLimit_BadWindow.selector, 1, 0)
        );
        this.reconfigure(1, 0);
    }

    function test_TheWidestLimitDoesNotOverflow() external {
        _limit.reconfigure(type(uint128).max, type(uint32).max);
        assertFalse(_limit.consume(uint256(type(uint128).max) + 1));
        assertFalse(_limit.consume(type(uint256).max));
        assertTrue(_limit.consume(type(uint128).max));
        vm.warp(type(uint40).max);
        assertEq(_limit.available(), type(uint128).max);
        assertTrue(_limit.consume(type(uint128).max));
    }

    /// @dev Whoever looks or uses in between, as much comes back as if nobody did.
    /// @custom:property B-10
    function testFuzz_CheckpointsNeitherGainNorLose(
        uint128 limit,
        uint32 window,
        uint128 used,
        uint32[8] memory waits
    ) external {
        (limit, window) =
        (uint128(bound(limit, 1, type(uint128).max)), uint32(bound(window, 1, type(uint32).max)));
        _limit.reconfigure(limit, window);
        _other.reconfigure(limit, window);
        _limit.consumeAnyway(used);
        _other.consumeAnyway(used);
        uint256 now_ = START;
        for (uint256 i; i < waits.length; ++i) {
            vm.warp(now_ += waits[i]);
            _limit.consume(0);
            assertEq(_limit.available(), _other.available());
        }
    }

    /// @dev No sequence of uses passes more in a window than the limit and what came back in it.
    /// @custom:property B-10
    function testFuzz_AWindowPassesAtMostTwiceTheLimit(
        uint128 limit,
        uint32 window,
        uint128[16] memory amounts,
        uint32[16] memory waits
    ) external {
        limit = uint128(bound(limit, 1, type(uint128).max));
        window = uint32(bound(window, 1, 3650 days));
        _limit.reconfigure(limit, window);
        uint256 passed;
        uint256 elapsed;
        for (uint256 i; i < amounts.length; ++i) {
            uint256 wait = bound(waits[i], 0, window / 8);
            if (elapsed + wait > window) break;
            elapsed += wait;
            vm.warp(START + elapsed);
            uint256 room = _limit.available();
            assertLe(room, limit);
            bool fits = _limit.consume(amounts[i]);
            assertEq(fits, amounts[i] <= room);
            if (fits) passed += amounts[i];
        }
        assertLe(passed, uint256(limit) + uint256(limit) * elapsed / window);
    }

    /// @dev External, so that the revert is caught at the right depth.
    function reconfigure(uint128 limit, uint32 window) external {
        _limit.reconfigure(limit, window);
    }
}
