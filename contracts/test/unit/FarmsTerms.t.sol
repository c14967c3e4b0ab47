// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {TermsFixture} from "../support/TermsFixture.sol";

/// @notice Tiers, tenure and the price of a position. Farm 5 stakes `_stake5` under the terms of
/// the fixture: tiers of 30, 90 and 365 days, tenure from 10 and from 100 days.
contract FarmsTermsTest is TermsFixture {
    function setUp() external {
        _startTerms();
    }

    // Registration.

    function test_TermsAreStoredAndAnnounced() external {
        (IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps) = _terms();
        vm.expectEmit();
        emit IFarms.TermsSet(5, tiers, steps, 6);
        _farms.setTerms(5, tiers, steps);
        (IFarms.Tier[] memory tiersNow, IFarms.TenureStep[] memory stepsNow) = _farms.termsOf(5);
        assertEq(abi.encode(tiersNow, stepsNow), abi.encode(tiers, steps));

        _farms.setTerms(5, new IFarms.Tier[](0), new IFarms.TenureStep[](0));
        (tiersNow, stepsNow) = _farms.termsOf(5);
        assertEq(tiersNow.length + stepsNow.length, 0);
    }

    function test_FourTiersAndFourStepsAtTheirBoundsFit() external {
        IFarms.Tier[] memory tiers = new IFarms.Tier[](4);
        IFarms.TenureStep[] memory steps = new IFarms.TenureStep[](4);
        for (uint32 i; i < 4; ++i) {
            tiers[i] = IFarms.Tier(4 * 365 days - i, 25_000, 2500);
            steps[i] = IFarms.TenureStep(type(uint32).max - 3 + i, uint16(14_997 + i));
        }
        _farms.setTerms(5, tiers, steps);
        (IFarms.Tier[] memory tiersNow, IFarms.TenureStep[] memory stepsNow) = _farms.termsOf(5);
        assertEq(abi.encode(tiersNow, stepsNow), abi.encode(tiers, steps));
    }

    function test_RevertIf_ATierIsOutOfBounds() external {
        IFarms.TenureStep[] memory steps = new IFarms.TenureStep[](0);
        IFarms.Tier[5] memory bad = [
            IFarms.Tier(0, 20_000, 0),
            IFarms.Tier(4 * 365 days + 1, 20_000, 0),
            IFarms.Tier(1, 9999, 0),
            IFarms.Tier(1, 25_001, 0),
            IFarms.Tier(1, 20_000, 2501)
        ];
        for (uint256 i; i < bad.length; ++i) {
            IFarms.Tier[] memory tiers = new IFarms.Tier[](1);
            tiers[0] = bad[i];
            vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_BadTerms.selector, 5));
            _farms.setTerms(5, tiers, steps);
        }
        IFarms.Tier[] memory five = new IFarms.Tier[](5);
        for (uint256 i; i < 5; ++i) {
            five[i] = IFarms.Tier(1, 20_000, 0);
        }
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_BadTerms.selector, 5));
        _farms.setTerms(5, five, steps);
    }

    function test_RevertIf_StepsDoNotRise() external {
        uint32[2][5] memory bad = [
            [uint32(0), 100],
            [uint32(1 days), 0],
            [uint32(10 days), 500],
            [uint32(11 days), 400],
            [uint32(11 days), 15_001]
        ];
        for (uint256 i; i < bad.length; ++i) {
            IFarms.TenureStep[] memory steps = new IFarms.TenureStep[](i < 2 ? 1 : 2);
            steps[0] = IFarms.TenureStep(10 days, 400);
            steps[steps.length - 1] = IFarms.TenureStep(bad[i][0], uint16(bad[i][1]));
            vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_BadTerms.selector, 5));
            _farms.setTerms(5, new IFarms.Tier[](0), steps);
        }
        IFarms.TenureStep[] memory five = new IFarms.TenureStep[](5);
        for (uint32 i; i < 5; ++i) {
            five[i] = IFarms.TenureStep(i + 1, uint16(i + 1));
        }
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_BadTerms.selector, 5));
        _farms.setTerms(5, new IFarms.Tier[](0), five);
    }

    function test_RevertIf_AFarmWithoutTermsIsAskedForThem() external {
        IFarms.Tier[] memory tiers = new IFarms.Tier[](0);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NoTerms.selector, 1));
        _farms.setTerms(1, tiers, new IFarms.TenureStep[](0));
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NoTerms.selector, 1));
        _farms.stakeLocked(1, 1e18, 1);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NoTerms.selector, 1));
        _farms.poke(1, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.setTerms(9, tiers, new IFarms.TenureStep[](0));
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.poke(9, ALICE);
    }

    // Locks.

    function test_ALockBoostsTheWholePosition() external conserving {
        _stakeAs(ALICE, 5, 3e18);
        _fund(_stake5, ALICE, 1e18);
        vm.expectEmit();
        emit IFarms.Staked(5, ALICE, ALICE, 1e18, 6e18, 7);
        vm.expectEmit();
        emit IFarms.Locked(5, ALICE, uint32(START + 90 days), 2, 15_000, 1000, 8);
        vm.prank(ALICE);
        _farms.stakeLocked(5, 1e18, 2);
        IFarms.Position memory expected = IFarms.Position({
            principal: 4e18,
            weight: 6e18,
            depositedAt: uint32(START),
            lockEnd: uint32(START + 90 days),
            tier: 2,
            tierBoostBps: 15_000,
            feeBps: 1000,
            boostBps: 15_000
        });
        assertEq(abi.encode(_farms.positionOf(5, ALICE)), abi.encode(expected));
        assertEq(_farms.farmOf(5).totalWeight, 6e18);
        assertEq(_farms.farmOf(5).principal, 4e18);
    }

    function test_WhatIsThereCanBeLockedAsItIs() external conserving {
        _stakeAs(ALICE, 5, 3e18);
        vm.expectEmit();
        emit IFarms.Staked(5, ALICE, ALICE, 0, 3.3e18, 7);
        vm.prank(ALICE);
        _farms.stakeLocked(5, 0, 1);
        assertEq(_farms.positionOf(5, ALICE).principal, 3e18);
    }

    function test_RevertIf_ALockIsRefused() external {
        vm.startPrank(ALICE);
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.stakeLocked(5, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_BadTier.selector, 5, 0));
        _farms.stakeLocked(5, 1e18, 0);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_BadTier.selector, 5, 4));
        _farms.stakeLocked(5, 1e18, 4);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_BadTier.selector, 5, 5));
        _farms.stakeLocked(5, 1e18, 5);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_BelowMinimum.selector, MINIMUM - 1, MINIMUM)
        );
        _farms.stakeLocked(5, MINIMUM - 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.stakeLocked(9, 1e18, 1);
        vm.stopPrank();
        _farms.pauseDeposits(5);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFarms.Farms_NotActive.selector, 5, IFarms.FarmState.DepositsPaused
            )
        );
        vm.prank(ALICE);
        _farms.stakeLocked(5, 1e18, 1);
    }

    function test_ALockNeverEndsEarlierAndTheFeeAgreedToStays() external conserving {
        _lockAs(ALICE, 1e18, 2);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFarms.Farms_LockShortened.selector,
                uint32(START + 90 days),
                uint32(START + 30 days)
            )
        );
        vm.prank(ALICE);
        _farms.stakeLocked(5, 0, 1);

        vm.warp(START + 60 days);
        vm.prank(ALICE);
        _farms.stakeLocked(5, 0, 1);
        IFarms.Position memory position = _farms.positionOf(5, ALICE);
        assertEq(position.lockEnd, START + 90 days, "the same end is not shorter");
        assertEq(position.tier, 1);
        assertEq(position.tierBoostBps, 11_000);
        assertEq(position.feeBps, 1000, "a tier without a fee does not release from one");

        vm.warp(START + 90 days);
        vm.prank(ALICE);
        _farms.stakeLocked(5, 0, 1);
        assertEq(_farms.positionOf(5, ALICE).feeBps, 0, "the old lock is over");
    }

    function test_RevertIf_AStakeJoinsARunningLock() external {
        _lockAs(ALICE, 1e18, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_PositionLocked.selector, 5, uint32(START + 30 days))
        );
        vm.prank(ALICE);
        _farms.stake(5, 1e18);
        vm.warp(START + 30 days);
        _stakeAs(ALICE, 5, 1e18);
        assertEq(_farms.positionOf(5, ALICE).weight, 2.1e18, "tenure of 15 days, and no lock");
    }

    /// @custom:property F-14, C-04
    function test_OthersStakeOnlyForThoseWithoutAPosition() external conserving {
        _fund(_stake5, BOB, 10e18);
        vm.prank(BOB);
        _farms.stakeFor(5, ALICE, 1e18);
        assertEq(_farms.positionOf(5, ALICE).depositedAt, START);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_OnlyOwnerOfPosition.selector, ALICE));
        vm.prank(BOB);
        _farms.stakeFor(5, ALICE, 1e18);
        vm.prank(ALICE);
        _farms.withdraw(5, 1e18);
        vm.prank(BOB);
        _farms.stakeFor(5, ALICE, 1e18);
        vm.prank(BOB);
        _farms.stakeFor(5, BOB, 1e18);
        vm.prank(BOB);
        _farms.stakeFor(5, BOB, 1e18);
        assertEq(_farms.positionOf(5, BOB).principal, 2e18, "for himself it is a stake");
    }

    // Tenure.

    function test_TenureIsTheAverageOfTheDepositsRoundedToTheLater() external conserving {
        _stakeAs(ALICE, 5, 1e18);
        vm.warp(START + 100);
        _stakeAs(ALICE, 5, 2e18);
        // (0 * 1 + 100 * 2) / 3 rounds up.
        assertEq(_farms.positionOf(5, ALICE).depositedAt, START + 67);
    }

    function test_TenureCountsFromItsSecondAtTheOwnersTouch() external conserving {
        _stakeAs(ALICE, 5, 1e18);
        vm.warp(START + 10 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NothingToPoke.selector, 5, ALICE));
        vm.prank(ALICE);
        _farms.poke(5, ALICE);
        vm.warp(START + 10 days);
        vm.expectEmit();
        emit IFarms.Repriced(5, ALICE, 1.05e18, 7);
        vm.prank(ALICE);
        _farms.poke(5, ALICE);
        assertEq(_farms.positionOf(5, ALICE).boostBps, 10_500);
        vm.warp(START + 100 days);
        vm.prank(ALICE);
        _farms.withdraw(5, 0.5e18);
        assertEq(_farms.positionOf(5, ALICE).weight, 0.6e18, "a withdrawal prices the rest");
    }

    /// @custom:property F-19
    function test_BoostsAddUpToTheirBound() external conserving {
        _lockAs(ALICE, 1e18, 3);
        vm.warp(START + 100 days);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NothingToPoke.selector, 5, ALICE));
        vm.prank(ALICE);
        _farms.poke(5, ALICE);
        assertEq(_farms.positionOf(5, ALICE).weight, 2.5e18);
        _lockAs(BOB, 1e18, 2);
        vm.warp(START + 110 days);
        vm.prank(BOB);
        _farms.poke(5, BOB);
        assertEq(_farms.positionOf(5, BOB).weight, 1.55e18);
    }

    function test_AWithdrawalOfEverythingEndsTenureAndLock() external conserving {
        _lockAs(ALICE, 1e18, 1);
        vm.warp(START + 20 days);
        vm.prank(ALICE);
        _farms.withdraw(5, 1e18);
        IFarms.Position memory empty;
        (empty.tierBoostBps, empty.boostBps) = (10_000, 10_000);
        assertEq(abi.encode(_farms.positionOf(5, ALICE)), abi.encode(empty));
        _stakeAs(ALICE, 5, 1e18);
        assertEq(_farms.positionOf(5, ALICE).depositedAt, START + 20 days);
    }

    // Pokes.

    /// @custom:property F-19
    function test_AnyoneTakesABoostAwayOnceItsLockEnded() external conserving {
        _adjust(5, 1e18, START + 40 days);
        _lockAs(ALICE, 1e18, 1);
        _stakeAs(BOB, 5, 1e18);
        vm.warp(START + 30 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NothingToPoke.selector, 5, ALICE));
        vm.prank(CAROL);
        _farms.poke(5, ALICE);
        vm.warp(START + 30 days);
        uint256 pendingX = _farms.pendingXOf(5, 0, ALICE);
        vm.expectEmit();
        emit IFarms.Repriced(5, ALICE, 1.05e18, 10);
        vm.prank(CAROL);
        _farms.poke(5, ALICE);
        assertLt(pendingX - _farms.pendingXOf(5, 0, ALICE), 1.05e18, "what was earned stays");
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NothingToPoke.selector, 5, ALICE));
        vm.prank(CAROL);
        _farms.poke(5, ALICE);
    }

    /// @custom:property F-19
    function test_RevertIf_SomebodyElseWouldRaiseABoost() external {
        _stakeAs(ALICE, 5, 1e18);
        vm.warp(START + 50 days);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NothingToPoke.selector, 5, ALICE));
        vm.prank(CAROL);
        _farms.poke(5, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NothingToPoke.selector, 5, CAROL));
        vm.prank(CAROL);
        _farms.poke(5, CAROL);
        // A lock that ended does not open the way up either: tenure is worth more than tier 1.
        _lockAs(BOB, 1e18, 1);
        vm.warp(START + 150 days);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NothingToPoke.selector, 5, BOB));
        vm.prank(CAROL);
        _farms.poke(5, BOB);
    }

    // Claims.

    function test_AClaimPaysWhatWasEarnedAndThenPricesAnew() external conserving {
        _adjust(5, 1e18, START + 40 days);
        _stakeAs(ALICE, 5, 3e18);
        _stakeAs(BOB, 5, 4e18);
        vm.warp(START + 10 days + 7);
        uint256 earned = _farms.earned(5, ALICE);
        vm.expectEmit();
        emit IFarms.Claimed(5, ALICE, ALICE, earned, 9);
        vm.expectEmit();
        emit IFarms.Repriced(5, ALICE, 3.15e18, 10);
        vm.prank(ALICE);
        assertEq(_farms.claim(5), earned);
        uint32[] memory farmIds = new uint32[](1);
        farmIds[0] = 5;
        uint256 expected = _farms.earned(5, BOB);
        vm.prank(BOB);
        assertEq(_farms.claimMany(farmIds), expected);
        assertEq(_farms.positionOf(5, BOB).weight, 4.2e18);
    }

    function test_AClaimForSomebodyDoesNotPriceHimAnew() external conserving {
        _adjust(5, 1e18, START + 40 days);
        _stakeAs(ALICE, 5, 3e18);
        vm.warp(START + 11 days);
        vm.prank(CAROL);
        _farms.claimFor(5, ALICE);
        assertEq(_farms.positionOf(5, ALICE).weight, 3e18);
    }

    function test_ACompoundJoinsTheRunningLock() external conserving {
        _stackRewardFarm();
        vm.warp(START + 5 days);
        uint256 earned = _farms.earned(6, ALICE);
        uint96 weight = uint96((1e18 + earned) * 15_000 / 10_000);
        vm.expectEmit();
        emit IFarms.Claimed(6, ALICE, address(_farms), earned, 11);
        vm.expectEmit();
        emit IFarms.Staked(6, ALICE, address(_farms), uint96(earned), weight, 12);
        vm.prank(ALICE);
        assertEq(_farms.compound(6), earned);
        IFarms.Position memory position = _farms.positionOf(6, ALICE);
        assertEq(position.principal, 1e18 + earned);
        assertEq(position.lockEnd, START + 90 days);
    }

    // The weight cap.

    /// @dev Where tenure would lift the farm above its cap the position keeps its boost, so that
    /// nobody's exit or claim depends on how full the farm is.
    function test_AFullFarmKeepsBoostsAndRefusesStakesButNoExit() external conserving {
        uint96 full = uint96((uint256(1) << 95) - 1e18);
        _stakeAs(ALICE, 5, full);
        _adjust(5, 1e18, START + 200 days);
        vm.warp(START + 10 days);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NothingToPoke.selector, 5, ALICE));
        _farms.poke(5, ALICE);
        uint256 earned = _farms.earned(5, ALICE);
        vm.prank(ALICE);
        assertEq(_farms.claim(5), earned);
        vm.prank(ALICE);
        _farms.withdraw(5, 1e18);
        assertEq(_farms.positionOf(5, ALICE).weight, full - 1e18);
        assertEq(_farms.positionOf(5, ALICE).boostBps, 10_000);

        uint256 total = uint256(full) - 1e18 + 3e18 * 1.5;
        _fund(_stake5, BOB, 3e18);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_WeightCap.selector, total, uint256(1) << 95)
        );
        vm.prank(BOB);
        _farms.stakeLocked(5, 3e18, 2);
    }
}
