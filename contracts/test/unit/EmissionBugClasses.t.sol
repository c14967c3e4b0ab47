// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEmissionReceiver} from "../../src/interfaces/IEmissionReceiver.sol";
import {ReceiverFixture} from "../support/ReceiverFixture.sol";

/// @notice What went wrong elsewhere where emissions reach farms, each with the number it has in
/// the list of known exploits.
contract EmissionBugClassesTest is ReceiverFixture {
    uint256 private constant DURATION = 7 days;

    function setUp() external {
        _startReceiver();
    }

    // E8: a reward announced without its tokens.

    /// @custom:property H-08, E8
    function test_E8_RevertIf_AnOrderBroughtFewerTokensThanItSays() external {
        _apply(_order(1, 1, _pair(10, 20)), 33);
        _reward.transfer(address(_receiver), 4 * SD);
        bytes memory order = _order(2, 1, _pair(10, 20));
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_NotCovered.selector, 7 * SD, 8 * SD)
        );
        _receiver.applyLocal(order, 5 * SD);
        _receiver.applyLocal(order, 4 * SD);
        assertEq(_receiver.potOf(1), 3 * SD, "the pot of another epoch is not touched");
        assertEq(_receiver.givenOf(2, 1), 4 * SD);
    }

    /// @custom:property H-08, I3, E8
    function testFuzz_E8_ClaimsNeverExceedWhatCame(
        uint32[2] memory targetsSD,
        uint32 amountSD,
        uint32 elapsed
    ) external {
        _stakeAs(ALICE, 1, 1e18);
        _stakeAs(BOB, 2, 3e18);
        _apply(_order(1, 1, _pair(targetsSD[0], targetsSD[1])), amountSD);
        skip(elapsed);
        vm.prank(ALICE);
        uint256 paid = _farms.claim(1);
        vm.prank(BOB);
        paid += _farms.claim(2);
        assertLe(paid + _receiver.potOf(1), amountSD * SD);
    }

    // E9: a top-up overwrites what had not streamed yet.

    /// @custom:property F-02, I2, E9
    function testFuzz_E9_ATopUpInMidStreamConservesEveryToken(uint32 elapsed, uint64 amountSD)
        external
    {
        amountSD = uint64(bound(amountSD, 1, 1e12));
        elapsed = uint32(bound(elapsed, 0, 14 days));
        _stakeAs(ALICE, 1, 1e18);
        _apply(_order(1, 1, _pair(70, 0)), 70);
        skip(elapsed);
        _apply(_order(2, 1, _pair(amountSD, 0)), amountSD);
        skip(60 days);
        vm.prank(ALICE);
        uint256 paid = _farms.claim(1);
        assertLe(paid, (70 + uint256(amountSD)) * SD);
        assertApproxEqAbs(paid, (70 + uint256(amountSD)) * SD, 1, "less than a wei is pending");
    }

    // E10: dust stretches somebody else's stream.

    /// @dev Whatever anybody but the controller sends or calls, rate and end stay what they were.
    /// @custom:property E10
    function test_E10_NobodyElseCanStretchOrSlowAStream() external {
        _stakeAs(ALICE, 1, 1e18);
        _apply(_order(1, 1, _pair(70, 0)), 71);
        skip(3 days);
        bytes32 before = _streams();
        _reward.transfer(BOB, 10);
        vm.startPrank(BOB);
        _reward.transfer(address(_receiver), 5);
        _reward.transfer(address(_farms), 5);
        for (uint32 epoch; epoch < 4; ++epoch) {
            _receiver.replay(epoch);
        }
        bytes memory order = _order(1, 2, _pair(1, 0));
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_OnlyController.selector, BOB)
        );
        _receiver.applyLocal(order, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_OnlyEndpoint.selector, BOB)
        );
        _receiver.lzCompose(address(this), bytes32(0), order, BOB, "");
        vm.stopPrank();
        assertEq(_streams(), before);
    }

    /// @dev Not even a revision that changes nothing for a farm touches its stream.
    /// @custom:property E10
    function test_E10_AnOrderThatChangesNothingStretchesNothing() external {
        _apply(_order(1, 1, _pair(70, 0)), 70);
        skip(3 days);
        bytes32 before = _streams();
        _apply(_order(1, 2, _pair(70, 0)), 0);
        _apply(_order(2, 1, _pair(0, 0)), 0);
        assertEq(_streams(), before);
    }

    // E18: the order comes before the farm exists.

    /// @custom:property E18
    function test_E18_AnOrderWaitsForItsFarm() external {
        uint64[] memory three = new uint64[](3);
        (three[0], three[1], three[2]) = (10, 20, 30);
        _apply(_order(1, 1, three), 60);
        assertEq(_receiver.potOf(1), 30 * SD);
        _receiver.replay(1);
        assertEq(_receiver.potOf(1), 30 * SD, "no farm yet");
        skip(30 days);
        _addFarm(3, address(_reward));
        vm.prank(ALICE);
        _receiver.replay(1);
        assertEq(_receiver.givenOf(1, 3), 30 * SD);
        assertEq(_receiver.unallocated(), 0);
        assertEq(
            _farms.streamOf(3, 0).endAt, block.timestamp + MIN_STREAM, "and streams its full time"
        );
    }

    /// @custom:property E18
    function test_E18_AnEndedFarmsShareIsReturnedToTheHub() external {
        _endFarm(2);
        _apply(_order(1, 1, _pair(10, 20)), 30);
        assertEq(_receiver.potOf(1), 20 * SD);
        _receiver.replay(1);
        assertEq(_receiver.potOf(1), 20 * SD);
        _receiver.releasePot(1, 20 * SD);
        assertEq(_receiver.returnable(), 20 * SD);
    }

    // E20: a late emission is concentrated, and taken by whoever comes for an hour.

    /// @dev H-09: with an hour left of the epoch, 99 % of the stake earn what an hour is worth.
    /// @custom:property E20
    function test_E20_ALateOrderPaysAJustInTimeStakerOnlyHisTime() external {
        _stakeAs(ALICE, 1, 1e18);
        vm.warp(EPOCH_END - 1 hours);
        _stakeAs(BOB, 1, 99e18);
        _apply(_order(1, 1, _pair(168_000, 0)), 168_000);
        skip(1 hours);
        vm.prank(BOB);
        uint256 paid = _farms.exit(1, 99e18);
        uint256 hourly = 168_000 * SD / 168;
        assertLe(paid, hourly * 99 / 100);
        assertApproxEqAbs(paid, hourly * 99 / 100, 100, "an hour of a week at 99 %");
        skip(7 days);
        assertApproxEqAbs(
            _farms.earned(1, ALICE),
            168_000 * SD - hourly * 99 / 100,
            100,
            "the rest is for who stays"
        );
    }

    /// @custom:property E20
    function test_E20_AReplayCannotBeSandwichedInOneBlock() external {
        vm.prank(GUARDIAN);
        _receiver.pause();
        _stakeAs(ALICE, 1, 1e10);
        _apply(_order(1, 1, _pair(168_000, 0)), 168_000);
        _receiver.unpause();
        _stakeAs(BOB, 1, 99e18);
        vm.startPrank(BOB);
        _receiver.replay(1);
        assertEq(_farms.exit(1, 99e18), 0);
        vm.stopPrank();
        assertEq(_farms.earned(1, ALICE), 0);
    }

    // E23: one epoch is distributed twice, the second time as it suits.

    /// @custom:property I6, E23
    function test_E23_NothingIsDistributedTwice() external {
        _stakeAs(ALICE, 1, 1e18);
        _stakeAs(BOB, 2, 1e18);
        _apply(_order(1, 2, _pair(70, 70)), 140);
        skip(1 days);
        bytes32 before = _streams();
        for (uint32 i; i < 3; ++i) {
            _receiver.replay(1);
            _apply(_order(1, 2, _pair(140, 0)), 0);
            _apply(_order(1, 1, _pair(0, 140)), 0);
        }
        assertEq(_streams(), before);
        assertEq(_receiver.givenOf(1, 1), 70 * SD);
        assertEq(_receiver.givenOf(1, 2), 70 * SD);
    }

    /// @dev A farm that streamed its share does not get it again when its target rises later.
    /// @custom:property E23
    function test_E23_ARaisedTargetGivesOnlyTheDifference() external {
        _stakeAs(ALICE, 1, 1e18);
        _apply(_order(1, 1, _pair(70, 70)), 140);
        skip(7 days);
        vm.prank(ALICE);
        uint256 paid = _farms.claim(1);
        _apply(_order(1, 2, _pair(100, 40)), 0);
        assertEq(_receiver.givenOf(1, 1), 100 * SD);
        skip(30 days);
        vm.prank(ALICE);
        paid += _farms.claim(1);
        assertApproxEqAbs(paid, 100 * SD, 1, "less than a wei is pending");
    }

    // E30: tokens and rate travel apart, and one comes without the other.

    /// @custom:property H-08, E30
    function test_E30_TargetsWithoutTheirTokensPromiseNothing() external {
        // The second revision overtakes the first, which carries most of the tokens.
        _apply(_order(1, 2, _pair(1_000, 2_000)), 100);
        assertEq(_receiver.givenOf(1, 1), 100 * SD);
        assertEq(_receiver.givenOf(1, 2), 0);
        assertEq(_farms.unstreamed(1) + _farms.unstreamed(2), 100 * SD);
        skip(1 days);
        _apply(_order(1, 1, _pair(900, 2_000)), 2_900);
        assertEq(_receiver.givenOf(1, 1), 1_000 * SD);
        assertEq(_receiver.givenOf(1, 2), 2_000 * SD);
        assertEq(_receiver.unallocated(), 0);
    }

    /// @custom:property E30
    function test_E30_TokensWithoutTargetsWait() external {
        _apply("", 50);
        _apply(_order(1, 1, new uint64[](0)), 60);
        assertEq(_receiver.potOf(0), 50 * SD);
        assertEq(_receiver.potOf(1), 60 * SD);
        assertEq(_farms.unstreamed(1), 0);
        _apply(_order(1, 2, _pair(60, 0)), 0);
        assertEq(_receiver.givenOf(1, 1), 60 * SD);
    }

    /// @dev A packet whose end lies in the far future cannot freeze the streams it touches.
    function test_AnAbsurdEpochEndIsCutToAYear() external {
        bytes memory order = _order(1, 1, _pair(10, 0));
        for (uint256 i = 9; i < 14; ++i) {
            order[i] = 0xff;
        }
        _apply(order, 10);
        assertEq(_farms.streamOf(1, 0).endAt, block.timestamp + 366 days);
    }

    /// @dev Everything about both streams that a stranger could want to change.
    function _streams() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                _farms.streamOf(1, 0),
                _farms.streamOf(2, 0),
                _farms.unstreamed(1),
                _farms.unstreamed(2)
            )
        );
    }
}
