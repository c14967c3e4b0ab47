// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {FarmsFixture} from "../support/FarmsFixture.sol";
import {HostileToken, PlainToken, StubbornToken} from "../support/Tokens.sol";

/// @notice Streams besides the emission: their funds, their claims, and tokens that refuse.
contract FarmsExtraStreamsTest is FarmsFixture {
    PlainToken private _extra;

    function setUp() external {
        _startFarms();
        (_extra,) = _addExtra(1);
    }

    // Funding.

    function test_AFunderStreamsOverTheTimeHeNames() external conserving {
        _stakeAs(ALICE, 1, 1e18);
        vm.expectEmit();
        emit IFarms.StreamAdjusted(1, 1, 1_000, 1_000, uint32(START + 100), 6);
        _farms.fundStream(1, 1, 1_000, 100);
        assertEq(_farms.rateOf(1, 1), 10);
        (uint256 funded, uint256 settled, uint256 dustX) = _farms.booksOf(address(_extra));
        assertEq(funded, 1_000);
        assertEq(settled + dustX, 0);
        skip(30);
        assertEq(_farms.earnedOf(1, 1, ALICE), 299);
        skip(100);
        assertEq(_farms.earnedOf(1, 1, ALICE), 999, "the last wei is residue below the weight");
    }

    /// @custom:property E9
    function test_MoreFundsMergeIntoTheLaterEnd() external conserving {
        _farms.fundStream(1, 1, 1_000, 100);
        skip(50);
        _farms.fundStream(1, 1, 1_000, 10);
        assertEq(_farms.streamOf(1, 1).endAt, START + 100);
        assertEq(_farms.rateOf(1, 1), 40, "with what nobody earned");
        _farms.fundStream(1, 1, 2_000, 100);
        assertEq(_farms.streamOf(1, 1).endAt, START + 150);
        assertEq(_farms.rateOf(1, 1), 40);
    }

    /// @custom:property E10
    function test_RevertIf_FundsWouldThinTheStreamOut() external {
        _stakeAs(ALICE, 1, 1e18);
        _farms.fundStream(1, 1, 1_000, 100);
        skip(50);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_RateWouldFall.selector, 10, 9));
        _farms.fundStream(1, 1, 499, 100);
        _farms.fundStream(1, 1, 500, 100);
        assertEq(_farms.rateOf(1, 1), 10);
    }

    /// @dev The rate that would fall is the one the bound lets through.
    function test_FundsMayProlongAStreamThatItsBoundHoldsBack() external {
        _farms.setMaxRate(1, 1, 5);
        _stakeAs(ALICE, 1, 1e18);
        _farms.fundStream(1, 1, 1_000, 100);
        _farms.fundStream(1, 1, 1, 200);
        assertEq(_farms.rateOf(1, 1), 5);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_RateWouldFall.selector, 5, 4));
        _farms.fundStream(1, 1, 1, 201);
    }

    function test_RevertIf_FundsAreRefused() external {
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_OnlyFunder.selector, ALICE, address(this))
        );
        vm.prank(ALICE);
        _farms.fundStream(1, 1, 1_000, 100);
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.fundStream(1, 1, 0, 100);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_BadDuration.selector, 0));
        _farms.fundStream(1, 1, 1_000, 0);
        uint32 tooLong = 4 * 365 days + 1;
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_BadDuration.selector, tooLong));
        _farms.fundStream(1, 1, 1_000, tooLong);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownStream.selector, 1, 0));
        _farms.fundStream(1, 0, 1_000, 100);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownStream.selector, 1, 2));
        _farms.fundStream(1, 2, 1_000, 100);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.fundStream(9, 1, 1_000, 100);
        _farms.setFunder(1, 1, address(0));
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_OnlyFunder.selector, address(this), address(0))
        );
        _farms.fundStream(1, 1, 1_000, 100);
        _farms.setFunder(1, 1, address(this));
        _farms.setFarmState(1, IFarms.FarmState.Ended);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_NotActive.selector, 1, IFarms.FarmState.Ended)
        );
        _farms.fundStream(1, 1, 1_000, 100);
    }

    function test_AFundingStreamsForFourYearsAtMost() external {
        _farms.fundStream(1, 1, 1_000, 4 * 365 days);
        assertEq(_farms.streamOf(1, 1).endAt, START + 4 * 365 days);
    }

    function test_RevertIf_ATokenIsFundedToItsBound() external {
        uint96 bound = 2 ** 96 - 2 ** 64;
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_FundingBound.selector, address(_extra), bound)
        );
        _farms.fundStream(1, 1, bound, 100);
        _farms.fundStream(1, 1, bound - 1, 100);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_FundingBound.selector, address(_extra), bound)
        );
        _farms.fundStream(1, 1, 1, 100);
    }

    // What nobody earned of a stream whose farm ended.

    /// @custom:property F-02, I1
    function test_AStreamThatIsOverPaysBackWhatNobodyEarned() external conserving {
        _farms.fundStream(1, 1, 1_000, 100);
        skip(40);
        _stakeAs(ALICE, 1, 1e18);
        _farms.setFarmState(1, IFarms.FarmState.Ended);
        skip(60);
        uint256 held = _extra.balanceOf(address(this));
        vm.expectEmit();
        emit IFarms.StreamSwept(1, 1, address(this), 400, 8);
        vm.prank(BOB);
        _farms.sweepStream(1, 1);
        assertEq(_extra.balanceOf(address(this)) - held, 400, "what streamed before the stake");
        assertEq(_farms.earnedOf(1, 1, ALICE), 599, "hers is whole, up to a residue");
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.sweepStream(1, 1);
        (uint256 funded,,) = _farms.booksOf(address(_extra));
        assertEq(funded, 600);
    }

    function test_WhatABoundHeldBackIsPaidToTheTreasuryWithoutAFunder() external conserving {
        _farms.setMaxRate(1, 1, 5);
        _stakeAs(ALICE, 1, 1e18);
        _farms.fundStream(1, 1, 1_000, 100);
        _farms.setFunder(1, 1, address(0));
        _farms.setFarmState(1, IFarms.FarmState.Ended);
        skip(100);
        _farms.sweepStream(1, 1);
        assertEq(_extra.balanceOf(TREASURY), 500);
        assertEq(_farms.streamOf(1, 1).remaining, 0);
    }

    function test_RevertIf_AStreamIsSweptBeforeItIsOver() external {
        _farms.fundStream(1, 1, 1_000, 100);
        bytes memory notOver = abi.encodeWithSelector(IFarms.Farms_StreamNotOver.selector, 1, 1);
        skip(100);
        vm.expectRevert(notOver);
        _farms.sweepStream(1, 1);
        rewind(1);
        _farms.setFarmState(1, IFarms.FarmState.Ended);
        vm.expectRevert(notOver);
        _farms.sweepStream(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownStream.selector, 1, 0));
        _farms.sweepStream(1, 0);
        skip(1);
        _farms.sweepStream(1, 1);
    }

    // Earning.

    /// @custom:property F-07, E2
    function test_AStreamAddedLaterPaysOldPositionsFromThenOn() external conserving {
        _stakeAs(ALICE, 1, 1e18);
        skip(1 days);
        (, uint8 stream) = _addExtra(1);
        _farms.fundStream(1, stream, 1_000e18, 100);
        _stakeAs(BOB, 1, 3e18);
        skip(100);
        assertApproxEqAbs(_farms.earnedOf(1, stream, ALICE), 250e18, 1);
        assertApproxEqAbs(_farms.earnedOf(1, stream, BOB), 750e18, 1);
    }

    function test_WhatAStreamOwesSurvivesEveryChangeOfWeight() external conserving {
        _farms.fundStream(1, 1, 1_000e18, 100);
        _adjust(1, 500e18, START + 100);
        _stakeAs(BOB, 1, 1e18);
        _stakeAs(ALICE, 1, 1e18);
        skip(20);
        _stakeAs(ALICE, 1, 2e18);
        skip(20);
        vm.prank(ALICE);
        _farms.withdraw(1, 2e18);
        skip(20);
        vm.prank(ALICE);
        _farms.exit(1, 1e18);
        assertApproxEqAbs(_farms.earnedOf(1, 1, ALICE), 350e18, 3);
        skip(20);
        assertApproxEqAbs(_farms.earnedOf(1, 1, ALICE), 350e18, 3, "without weight nothing more");
        _stakeAs(ALICE, 1, 1e18);
        skip(20);
        assertApproxEqAbs(_farms.earnedOf(1, 1, ALICE), 450e18, 4);
        assertApproxEqAbs(_farms.earnedOf(1, 1, BOB), 550e18, 4);
    }

    /// @custom:property F-05, E11
    function test_WhatAStreamEmitsToNobodyWaitsForTheNextFunds() external conserving {
        _farms.fundStream(1, 1, 1_000, 100);
        skip(40);
        _stakeAs(ALICE, 1, 1e18);
        assertEq(_farms.streamOf(1, 1).idle, 400);
        skip(60);
        assertEq(_farms.earnedOf(1, 1, ALICE), 599);
        _farms.fundStream(1, 1, 100, 50);
        assertEq(_farms.streamOf(1, 1).idle, 0);
        assertEq(_farms.rateOf(1, 1), 10);
    }

    // Claims.

    function test_AClaimPaysEveryStream() external conserving {
        _farms.fundStream(1, 1, 1_000e18, 100);
        _adjust(1, 500e18, START + 100);
        _stakeAs(ALICE, 1, 3e18);
        _stakeAs(BOB, 1, 4e18);
        skip(30);
        uint256 emission = _farms.earned(1, ALICE);
        uint256 extra = _farms.earnedOf(1, 1, ALICE);
        vm.expectEmit();
        emit IFarms.Claimed(1, ALICE, ALICE, emission, 9);
        vm.expectEmit();
        emit IFarms.StreamClaimed(1, 1, ALICE, ALICE, extra, 10);
        vm.prank(ALICE);
        assertEq(_farms.claim(1), emission);
        assertEq(_reward.balanceOf(ALICE), emission);
        assertEq(_extra.balanceOf(ALICE), extra);
        assertEq(_farms.earnedOf(1, 1, ALICE), 0);
        (, uint256 settled,) = _farms.booksOf(address(_extra));
        assertEq(settled, extra);
        assertEq(_farms.streamOf(1, 1).lastAt, block.timestamp, "a claim stores the stream");
        assertLt(_farms.streamOf(1, 1).residueX, 7e18);
    }

    function test_AStreamIsClaimedByItself() external conserving {
        _farms.fundStream(1, 1, 1_000e18, 100);
        _adjust(1, 500e18, START + 100);
        _stakeAs(ALICE, 1, 3e18);
        skip(30);
        uint256 emission = _farms.earned(1, ALICE);
        uint256 extra = _farms.earnedOf(1, 1, ALICE);
        vm.startPrank(ALICE);
        assertEq(_farms.claimStream(1, 1), extra);
        assertEq(_reward.balanceOf(ALICE), 0);
        assertEq(_farms.claimStream(1, 1), 0, "nothing is left");
        assertEq(_farms.claimStream(1, 0), emission);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownStream.selector, 1, 2));
        _farms.claimStream(1, 2);
        vm.stopPrank();
        assertEq(_reward.balanceOf(ALICE), emission);
        assertEq(_extra.balanceOf(ALICE), extra);
    }

    function test_WhoLeftStillClaimsWhatAStreamOwes() external conserving {
        _farms.fundStream(1, 1, 1_000e18, 100);
        _stakeAs(ALICE, 1, 3e18);
        skip(30);
        vm.startPrank(ALICE);
        _farms.withdraw(1, 3e18);
        uint256 extra = _farms.earnedOf(1, 1, ALICE);
        assertApproxEqAbs(extra, 300e18, 1);
        assertEq(_farms.claim(1), 0);
        vm.stopPrank();
        assertEq(_extra.balanceOf(ALICE), extra);
    }

    // Tokens that refuse.

    /// @custom:property E28
    function test_ATokenThatRefusesIsSkippedAndLosesNothing() external {
        StubbornToken token = _stubborn();
        for (uint8 how = 1; how < 6; ++how) {
            token.setRefusal(StubbornToken.Refusal(how));
            skip(10);
            uint256 emission = _farms.earned(1, ALICE);
            uint256 owed = _farms.earnedOf(1, 2, ALICE);
            bytes memory before = abi.encode(_farms.streamOf(1, 2));
            uint256 word = _farms.paidWordOf(1, 2, ALICE);
            vm.expectEmit();
            emit IFarms.StreamClaimSkipped(1, 2, ALICE, _farms.seq() + 3);
            vm.prank(ALICE);
            assertEq(_farms.claim(1), emission);
            assertEq(_farms.earnedOf(1, 2, ALICE), owed);
            assertEq(abi.encode(_farms.streamOf(1, 2)), before, "untouched");
            assertEq(_farms.paidWordOf(1, 2, ALICE), word);
            (, uint256 settled,) = _farms.booksOf(address(token));
            assertEq(settled, 0);
        }
        token.setRefusal(StubbornToken.Refusal.None);
        uint256 earned = _farms.earnedOf(1, 2, ALICE);
        vm.prank(ALICE);
        _farms.claim(1);
        assertEq(token.balanceOf(ALICE), earned);
        assertApproxEqAbs(earned, 50e18, 1);
    }

    /// @custom:property E28
    function test_ATokenWithoutCodeIsSkipped() external {
        StubbornToken token = _stubborn();
        skip(10);
        vm.etch(address(token), "");
        vm.expectEmit();
        emit IFarms.StreamClaimSkipped(1, 2, ALICE, _farms.seq() + 3);
        vm.prank(ALICE);
        _farms.claim(1);
    }

    function test_RevertIf_AStrictClaimMeetsATokenThatRefuses() external {
        StubbornToken token = _stubborn();
        skip(10);
        token.setRefusal(StubbornToken.Refusal.Reverts);
        vm.expectRevert(StubbornToken.Stubborn_Refused.selector);
        vm.prank(ALICE);
        _farms.claimStream(1, 2);
    }

    /// @dev Without its reward token a farm still pays the other streams, one by one.
    function test_RevertIf_TheRewardTokenRefusesAndTheOthersStillPay() external {
        HostileToken reward = new HostileToken();
        _farms = _newFarms(address(reward));
        _farms.setReceiver(address(this));
        _farms.setBridge(BRIDGE);
        _addFarm(1, address(_stake), false);
        (_extra,) = _addExtra(1);
        reward.mint(address(this), 1e18);
        reward.approve(address(_farms), 1e18);
        _stakeAs(ALICE, 1, 1e18);
        _adjust(1, 1e18, START + 100);
        _farms.fundStream(1, 1, 1e18, 100);
        skip(50);
        reward.setBroken(true);
        uint256 owed = _farms.earnedOf(1, 1, ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert(HostileToken.Hostile_Broken.selector);
        _farms.claim(1);
        assertEq(_farms.claimStream(1, 1), owed);
        vm.stopPrank();
    }

    /// @custom:property E3
    function test_RevertIf_ARewardTokenCallsBack() external {
        HostileToken token = new HostileToken();
        _farms.addStream(1, address(token), address(this), MAX_RATE);
        token.mint(address(this), 1e18);
        token.approve(address(_farms), 1e18);
        _stakeAs(ALICE, 1, 1e18);
        _farms.fundStream(1, 2, 1e18, 100);
        skip(50);
        token.setCallback(address(_farms), abi.encodeCall(IFarms.claimStream, (1, 2)));
        uint256 owed = _farms.earnedOf(1, 2, ALICE);
        vm.prank(ALICE);
        _farms.claim(1);
        assertTrue(token.calledBack(), "the call back was refused");
        assertEq(token.balanceOf(ALICE), owed);
    }

    /// @dev A token that wants more gas than a transfer may take is skipped, and the claim goes on
    /// with the gas it kept.
    /// @custom:property E28
    function test_ATokenThatBurnsItsGasCostsABoundedAmount() external {
        StubbornToken token = _stubborn();
        skip(10);
        token.setRefusal(StubbornToken.Refusal.BurnsGas);
        vm.prank(ALICE);
        uint256 before = gasleft();
        _farms.claim(1);
        assertLt(before - gasleft(), 500_000);
        assertEq(token.balanceOf(ALICE), 0);
    }

    /// @dev Farm 1 with a third stream of a token that can refuse; ALICE is the only staker.
    function _stubborn() private returns (StubbornToken token) {
        token = new StubbornToken();
        _farms.addStream(1, address(token), address(this), MAX_RATE);
        token.mint(address(this), 1e24);
        token.approve(address(_farms), 1e24);
        _stakeAs(ALICE, 1, 1e18);
        _adjust(1, 100e18, START + 100);
        _farms.fundStream(1, 1, 100e18, 100);
        _farms.fundStream(1, 2, 100e18, 100);
    }
}
