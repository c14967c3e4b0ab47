// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {stdError} from "forge-std/StdError.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {FarmsFixture} from "../support/FarmsFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

contract FarmsStreamsTest is FarmsFixture {
    function setUp() external {
        _startFarms();
    }

    function test_RevertIf_StreamsAreNotAdjustedByTheReceiver() external {
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_OnlyReceiver.selector, ALICE));
        vm.prank(ALICE);
        _farms.adjustStreams(START + 1, new uint32[](0), new int256[](0));
    }

    function test_RevertIf_IdsAndDeltasDiffer() external {
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_LengthMismatch.selector, 1, 2));
        _farms.adjustStreams(START + 1, new uint32[](1), new int256[](2));
    }

    function test_RevertIf_TheStreamWouldEndInThePast() external {
        vm.expectRevert(stdError.assertionError);
        _farms.adjustStreams(START, new uint32[](1), new int256[](1));
    }

    function test_AStreamEmitsItsFundingOverItsTime() external {
        _stakeAs(ALICE, 1, 1e18);
        vm.expectEmit();
        emit IFarms.StreamAdjusted(1, 0, 1_000, 1_000, uint32(START + 100), 5);
        assertEq(_adjust(1, 1_000, START + 100), 1_000);
        skip(30);
        assertEq(_farms.unstreamed(1), 700);
        skip(70);
        assertEq(_farms.unstreamed(1), 0);
        skip(1_000);
        // The accumulator's own division keeps less than one wei in the residue.
        assertEq(_farms.earned(1, ALICE), 999);
        assertEq(_funded(), 1_000);
    }

    /// @custom:property E9
    function test_ATopUpMergesIntoTheLaterEnd() external {
        _stakeAs(ALICE, 1, 1e18);
        _adjust(1, 1_000, START + 100);
        skip(50);
        _adjust(1, 1_000, START + 60);
        assertEq(_farms.streamOf(1, 0).endAt, START + 100, "the earlier end does not shorten");
        assertEq(_farms.rateOf(1, 0), 30);
        _adjust(1, 1_500, START + 150);
        assertEq(_farms.streamOf(1, 0).endAt, START + 150);
        assertEq(_farms.rateOf(1, 0), 30);
    }

    /// @custom:property F-05, E11
    function test_WhatNobodyEarnedIsStreamedLater() external {
        _adjust(1, 1_000, START + 100);
        skip(40);
        _stakeAs(ALICE, 1, 1e18);
        assertEq(_farms.streamOf(1, 0).idle, 400);
        skip(60);
        assertEq(_farms.unstreamed(1), 400);
        _adjust(1, 600, START + 200);
        assertEq(_farms.streamOf(1, 0).idle, 0);
        assertEq(_farms.rateOf(1, 0), 10);
        skip(100);
        assertEq(_farms.earned(1, ALICE), 1_599);
    }

    function test_TheRateIsClampedAndTheRestWaits() external {
        PlainToken token = new PlainToken(18);
        _farms.addFarm(IFarms.NewFarm(7, address(token), 95, 5, false));
        _stakeAs(ALICE, 7, 1e18);
        _adjust(7, 1_000, START + 100);
        assertEq(_farms.rateOf(7, 0), 5);
        skip(100);
        assertEq(_farms.unstreamed(7), 500);
        assertEq(_farms.rateOf(7, 0), 0, "what was held back waits for an adjustment");
        _adjust(7, -1, block.timestamp + 100);
        assertEq(_farms.rateOf(7, 0), 4, "the rest streams next");
        assertEq(_farms.unstreamed(7), 499);
    }

    /// @custom:property F-05, E13
    function test_WhatTheDivisionHoldsBackStreamsLater() external {
        _stakeAs(ALICE, 1, 1e18);
        _adjust(1, 10, START + 7);
        uint96[7] memory left = [uint96(9), 8, 7, 6, 4, 2, 0];
        for (uint256 i; i < 7; ++i) {
            skip(1);
            _stakeAs(ALICE, 1, 1e18);
            assertEq(_farms.streamOf(1, 0).remaining, left[i]);
        }
    }

    /// @custom:property F-03
    function test_TakingBackIsBoundedByWhatIsNotStreamed() external {
        _stakeAs(ALICE, 1, 1e18);
        _adjust(1, 1_000, START + 100);
        skip(30);
        uint256 before = _reward.balanceOf(address(this));
        assertEq(_adjust(1, -900, START + 101), -700);
        assertEq(_reward.balanceOf(address(this)) - before, 700);
        assertEq(_funded(), 300);
        assertEq(_adjust(1, -1, START + 101), 0, "nothing is left to take");
        skip(1_000);
        assertEq(_farms.earned(1, ALICE), 299);
    }

    /// @custom:property H-06
    function test_UnknownAndEndedFarmsTakeNothing() external {
        _adjust(1, 1_000, START + 100);
        _farms.setFarmState(1, IFarms.FarmState.Ended);
        uint256 before = _reward.balanceOf(address(this));
        assertEq(_adjust(9, 1_000, START + 100), 0);
        assertEq(_adjust(9, -1_000, START + 100), 0);
        assertEq(_adjust(1, 1_000, START + 100), 0);
        assertEq(_reward.balanceOf(address(this)), before);
        assertEq(_adjust(1, -1_000, START + 100), -1_000, "an ended farm gives back");
    }

    /// @custom:property E10
    function test_ADeltaOfZeroLeavesTheFarmUntouched() external {
        _adjust(1, 1_000, START + 100);
        bytes memory before = abi.encode(_farms.streamOf(1, 0));
        uint64 seq = _farms.seq();
        skip(10);
        assertEq(_adjust(1, 0, START + 500), 0);
        assertEq(abi.encode(_farms.streamOf(1, 0)), before);
        assertEq(_farms.seq(), seq);
    }

    /// @custom:property F-03, E10
    function test_WhatChangesNothingLeavesNoTrace() external {
        int256 bound = int256(2 ** 96 - 2 ** 64 - 1);
        _adjust(1, bound, START + 100);
        bytes memory before = abi.encode(_farms.streamOf(1, 0), _farms.streamOf(2, 0));
        uint64 seq = _farms.seq();
        vm.recordLogs();
        assertEq(_adjust(2, -1, START + 500), 0, "nothing to take");
        assertEq(_adjust(1, 1, START + 500), 0, "no room");
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(abi.encode(_farms.streamOf(1, 0), _farms.streamOf(2, 0)), before);
        assertEq(_farms.seq(), seq);
    }

    /// @dev The bound is one of the token, over all farms.
    /// @custom:property F-06
    function test_FundingStopsAtItsBound() external {
        int256 bound = int256(2 ** 96 - 2 ** 64 - 1);
        assertEq(_adjust(1, bound - 5, START + 100), bound - 5);
        assertEq(_adjust(2, 10, START + 100), 5);
        assertEq(_adjust(1, 10, START + 100), 0);
        assertEq(_adjust(1, -10, START + 100), -10, "taking back makes room again");
        assertEq(_adjust(2, 20, START + 100), 10);
    }

    /// @custom:property F-06
    function test_TheAccumulatorFitsWhenEverythingGoesToTheLeastWeight() external {
        _stakeAs(ALICE, 1, 1 << 31);
        _farms.setMaxRate(1, 0, MAX_RATE);
        uint256 funding = 2 ** 96 - 2 ** 64 - 1;
        _adjust(1, int256(funding), type(uint32).max);
        vm.warp(type(uint32).max);
        uint256 emitted = uint256(MAX_RATE) * (block.timestamp - START);
        if (emitted > funding) emitted = funding;
        assertEq(_farms.earned(1, ALICE), emitted);
        vm.prank(ALICE);
        _farms.withdraw(1, 1 << 31);
        assertEq(_farms.earned(1, ALICE), emitted);
    }

    function test_OneCallMovesOnlyTheNetAmount() external {
        _adjust(1, 1_000, START + 100);
        uint32[] memory farmIds = new uint32[](3);
        int256[] memory deltas = new int256[](3);
        (farmIds[0], farmIds[1], farmIds[2]) = (1, 2, 9);
        (deltas[0], deltas[1], deltas[2]) = (-600, 500, 500);
        uint256 before = _reward.balanceOf(address(this));
        int256[] memory applied = _farms.adjustStreams(START + 100, farmIds, deltas);
        assertEq(applied[0], -600);
        assertEq(applied[1], 500);
        assertEq(applied[2], 0);
        assertEq(_reward.balanceOf(address(this)) - before, 100);
    }

    /// @dev Stake tokens and reward tokens with 6, 8, 18 and 24 decimals against each other: a week
    /// of 30 whole reward tokens to two stakers loses nothing but the rounding of the views.
    function test_TheTokenZooLosesNothingButTheRoundingOfTheViews() external {
        uint8[4] memory decimals = [6, 8, 18, 24];
        uint8[4] memory scales = [uint8(64), 72, 95, 95];
        for (uint32 i; i < 4; ++i) {
            PlainToken token = new PlainToken(decimals[i]);
            _farms.addFarm(IFarms.NewFarm(10 + i, address(token), scales[i], MAX_RATE, false));
            for (uint32 j; j < 3; ++j) {
                uint32 farmId = 10 + i;
                uint256 week = block.timestamp + 7 days;
                int256 amount = int256(30 * 10 ** decimals[j]);
                _stakeAs(ALICE, farmId, uint96(1_000 * 10 ** decimals[i]));
                _stakeAs(BOB, farmId, uint96(2_345 * 10 ** decimals[i]));
                uint256 before = _accountedFor(farmId);
                _adjust(farmId, amount, week);
                vm.warp(week);
                uint256 gained = _accountedFor(farmId) - before;
                assertApproxEqAbs(gained, uint256(amount), 2, "rounding of four views");
            }
        }
    }

    function _funded() private view returns (uint256 funded) {
        (funded,,) = _farms.booksOf(address(_reward));
    }

    /// @dev Wei earned and wei to come, each rounded down on its own.
    function _accountedFor(uint32 farmId) private view returns (uint256) {
        return _farms.earned(farmId, ALICE) + _farms.earned(farmId, BOB) + _farms.unstreamed(farmId);
    }

    /// @dev The bound stands in the slot that says whether anything idled.
    /// @custom:property F-05
    function test_AnotherBoundKeepsWhatStreamedToNobody() external {
        _adjust(1, 100e18, block.timestamp + 100);
        skip(100);
        _farms.setMaxRate(1, 0, MAX_RATE - 1);
        assertEq(_farms.streamOf(1, 0).idle, 100e18, "idle");
        assertEq(_farms.unstreamed(1), 100e18, "unstreamed");
        _adjust(1, 1e18, block.timestamp + 100);
        assertEq(_farms.streamOf(1, 0).remaining, 101e18, "streams again");
    }
}
