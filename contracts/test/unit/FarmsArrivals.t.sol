// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {TermsFixture} from "../support/TermsFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice What the position bridge may do: take principal and rewards out, bring principal in with
/// its tenure and its lock, and hand over fees.
contract FarmsArrivalsTest is TermsFixture {
    function setUp() external {
        _startTerms();
    }

    /// @custom:property I10
    function test_RevertIf_TheBridgesCallsComeFromAnyoneElse() external {
        IFarms.Carry memory carry;
        bytes[4] memory calls = [
            abi.encodeCall(IFarms.exitFor, (1, ALICE, 1e18)),
            abi.encodeCall(IFarms.claimToBridge, (1, ALICE, 1)),
            abi.encodeCall(IFarms.stakeArrival, (1, ALICE, 1e18, carry, true)),
            abi.encodeCall(IFarms.takeFee, (1, ALICE, 1e18))
        ];
        bytes memory reason =
            abi.encodeWithSelector(IFarms.Farms_OnlyBridge.selector, address(this));
        for (uint256 i; i < calls.length; ++i) {
            (bool ok, bytes memory returned) = address(_farms).call(calls[i]);
            assertFalse(ok);
            assertEq(returned, reason);
        }
    }

    // Departures.

    function test_ADepartureWithoutTermsCarriesNothing() external conserving {
        _stakeAs(ALICE, 1, 5e18);
        _adjust(1, 1e18, START + 100);
        skip(100);
        uint256 earned = _farms.earned(1, ALICE);
        vm.expectEmit();
        emit IFarms.Withdrawn(1, ALICE, BRIDGE, 3e18, 2e18, 8);
        vm.prank(BRIDGE);
        IFarms.Carry memory carry = _farms.exitFor(1, ALICE, 3e18);
        IFarms.Carry memory nothing;
        assertEq(abi.encode(carry), abi.encode(nothing));
        assertEq(_stake.balanceOf(BRIDGE), 3e18);
        // The residue of a larger weight may be a wei to who is left.
        assertApproxEqAbs(_farms.earned(1, ALICE), earned, 1);
    }

    function test_ADepartureTakesItsLockAlongAndPaysNoFee() external conserving {
        _lockAs(ALICE, 2e18, 2);
        skip(10 days);
        vm.prank(BRIDGE);
        IFarms.Carry memory carry = _farms.exitFor(5, ALICE, 1e18);
        assertEq(abi.encode(carry), abi.encode(_carry(2, 90 days)));
        assertEq(_stake5.balanceOf(BRIDGE), 1e18);
        assertEq(_farms.positionOf(5, ALICE).weight, 1.55e18, "the rest is priced anew");
        assertEq(_farms.positionOf(5, ALICE).lockEnd, START + 90 days);
    }

    function test_ALockThatIsOverDoesNotTravel() external conserving {
        _lockAs(ALICE, 2e18, 2);
        _lockAs(BOB, 2e18, 3);
        vm.warp(START + 90 days);
        IFarms.Carry memory expected;
        expected.depositedAt = uint32(START);
        vm.prank(BRIDGE);
        assertEq(abi.encode(_farms.exitFor(5, ALICE, 2e18)), abi.encode(expected));
        _farms.setFarmState(5, IFarms.FarmState.Ended);
        vm.prank(BRIDGE);
        assertEq(abi.encode(_farms.exitFor(5, BOB, 2e18)), abi.encode(expected));
    }

    function test_RewardsLeaveInWholeUnits() external conserving {
        _stakeAs(ALICE, 1, 5e18);
        _adjust(1, 1e18 + 777_777, START + 100);
        skip(33);
        uint256 earned = _farms.earned(1, ALICE);
        uint256 pendingX = _farms.pendingXOf(1, 0, ALICE);
        uint256 expected = earned / 1e12 * 1e12;
        assertNotEq(expected, earned);
        vm.expectEmit();
        emit IFarms.Claimed(1, ALICE, BRIDGE, expected, 8);
        vm.startPrank(BRIDGE);
        assertEq(_farms.claimToBridge(1, ALICE, 1e12), expected);
        assertEq(_reward.balanceOf(BRIDGE), expected);
        assertEq(_farms.earned(1, ALICE), earned - expected, "the rest stays pending");
        assertApproxEqAbs(_farms.pendingXOf(1, 0, ALICE) + (expected << 95), pendingX, 5e18);
        assertEq(_farms.claimToBridge(1, ALICE, 1e12), 0);
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.claimToBridge(1, ALICE, 0);
        vm.stopPrank();
    }

    function test_RewardsOfWhoLeftTravelToo() external conserving {
        _stakeAs(ALICE, 1, 5e18);
        _adjust(1, 1e18 + 5, START + 100);
        skip(33);
        vm.startPrank(BRIDGE);
        _farms.exitFor(1, ALICE, 5e18);
        uint256 earned = _farms.earned(1, ALICE);
        uint256 pendingX = _farms.pendingXOf(1, 0, ALICE);
        uint256 paid = _farms.claimToBridge(1, ALICE, 1e12);
        assertEq(paid, earned / 1e12 * 1e12);
        assertEq(_farms.pendingXOf(1, 0, ALICE), pendingX - (paid << 95), "without any dust");
        vm.stopPrank();
    }

    // Arrivals.

    function test_AnArrivalIsAStakeTheBridgePays() external conserving {
        IFarms.Carry memory carry;
        _fund(_stake, BRIDGE, 3e18);
        vm.expectEmit();
        emit IFarms.Staked(1, ALICE, BRIDGE, 3e18, 3e18, 6);
        vm.prank(BRIDGE);
        _farms.stakeArrival(1, ALICE, 3e18, carry, false);
        assertEq(_stake.balanceOf(BRIDGE), 0);
    }

    /// @dev An arrival in a farm that streamed to nobody once counted that twice.
    function test_AnArrivalInAnEmptyFarmKeepsWhatStreamedToNobodyOnce() external conserving {
        _adjust(1, 1_000, START + 100);
        skip(40);
        _arrive(1, ALICE, 3e18, _carry(0, 0), false);
        assertEq(_farms.streamOf(1, 0).idle, 400);
        assertEq(_farms.unstreamed(1), 1_000);
        _adjust(5, 1_000, START + 100);
        skip(30);
        _arrive(5, ALICE, 3e18, _carry(0, 0), false);
        assertEq(_farms.streamOf(5, 0).idle, 500);
    }

    function test_TenureArrives() external conserving {
        skip(20 days);
        IFarms.Carry memory carry;
        carry.depositedAt = uint32(START + 5 days);
        _arrive(5, ALICE, 2e18, carry, false);
        assertEq(_farms.positionOf(5, ALICE).depositedAt, START + 5 days);
        assertEq(_farms.positionOf(5, ALICE).weight, 2.1e18);
    }

    /// @dev Neither a clock ahead of this chain's nor no tenure at all begins anywhere but now.
    function test_TenureThatIsNoneBeginsNow() external conserving {
        IFarms.Carry memory carry;
        _arrive(5, ALICE, 2e18, carry, true);
        carry.depositedAt = uint32(START + 1);
        _arrive(5, BOB, 2e18, carry, true);
        assertEq(_farms.positionOf(5, ALICE).depositedAt, START);
        assertEq(_farms.positionOf(5, BOB).depositedAt, START);
    }

    function test_ALockArrivesAsItWas() external conserving {
        skip(10 days);
        IFarms.Carry memory carry = _carry(2, 90 days);
        _fund(_stake5, BRIDGE, 2e18);
        vm.expectEmit(address(_farms));
        emit IFarms.Staked(5, ALICE, BRIDGE, 2e18, 3.1e18, 6);
        vm.expectEmit(address(_farms));
        emit IFarms.Locked(5, ALICE, uint32(START + 90 days), 2, 15_000, 1000, 7);
        vm.prank(BRIDGE);
        _farms.stakeArrival(5, ALICE, 2e18, carry, true);
        IFarms.Position memory position = _farms.positionOf(5, ALICE);
        assertEq(position.depositedAt, START);
        assertEq(position.weight, 3.1e18);
        vm.prank(ALICE);
        _farms.withdraw(5, 1e18);
        assertEq(_stake5.balanceOf(ALICE), 0.9e18, "the fee came along");
    }

    /// @dev Boosts merge by principal, ends and fees by the greater: nobody gets the boost of a
    /// long lock for principal that never was in it.
    function test_LocksMergeByPrincipal() external conserving {
        _lockAs(ALICE, 3e18, 1);
        IFarms.Carry memory carry = _carry(3, 365 days);
        _arrive(5, ALICE, 1e18, carry, true);
        IFarms.Position memory position = _farms.positionOf(5, ALICE);
        assertEq(position.lockEnd, START + 365 days);
        assertEq(position.tier, 3);
        assertEq(position.tierBoostBps, (3 * 11_000 + 25_000) / 4);
        assertEq(position.feeBps, 2500);
        assertEq(position.principal, 4e18);

        _arrive(5, ALICE, 4e18, _carry(2, 90 days), true);
        position = _farms.positionOf(5, ALICE);
        assertEq(position.lockEnd, START + 365 days);
        assertEq(position.tier, 3);
        assertEq(position.tierBoostBps, (14_500 + 15_000) / 2);
        assertEq(position.feeBps, 2500);
    }

    function test_WhatArrivesWithoutALockJoinsTheLockWithoutItsBoost() external conserving {
        _lockAs(ALICE, 1e18, 3);
        _arrive(5, ALICE, 1e18, _carry(0, 0), true);
        IFarms.Position memory position = _farms.positionOf(5, ALICE);
        assertEq(position.lockEnd, START + 365 days);
        assertEq(position.tierBoostBps, 17_500);
        assertEq(position.weight, 3.5e18);
        assertEq(position.feeBps, 2500);
    }

    function test_ALockThatArrivesLocksWhatIsThereWithoutItsBoost() external conserving {
        _stakeAs(ALICE, 5, 3e18);
        _arrive(5, ALICE, 1e18, _carry(3, 365 days), true);
        IFarms.Position memory position = _farms.positionOf(5, ALICE);
        assertEq(position.lockEnd, START + 365 days);
        assertEq(position.tierBoostBps, (3 * 10_000 + 25_000) / 4);
        assertEq(position.feeBps, 2500);
    }

    function test_ALockThatEndedOnTheWayIsNone() external conserving {
        skip(90 days);
        _arrive(5, ALICE, 1e18, _carry(2, 90 days), false);
        IFarms.Position memory position = _farms.positionOf(5, ALICE);
        assertEq(position.lockEnd, 0);
        assertEq(position.weight, 1.05e18);
        _arrive(1, ALICE, 1e18, _carry(2, 90 days), false);
    }

    /// @custom:property F-14, C-04
    function test_RevertIf_AnArrivalWouldLockOrDiluteSomebodyElse() external {
        bytes memory reason =
            abi.encodeWithSelector(IFarms.Farms_OnlyOwnerOfPosition.selector, ALICE);
        _refuse(5, ALICE, 1e18, _carry(2, 90 days), false, reason);
        _stakeAs(ALICE, 5, 3e18);
        _refuse(5, ALICE, 1e18, _carry(0, 0), false, reason);
        _arrive(5, ALICE, 1e18, _carry(2, 90 days), true);
    }

    /// @custom:property C-04
    function test_RevertIf_ALockArrivesWhereThereAreNone() external {
        bytes memory reason = abi.encodeWithSelector(IFarms.Farms_NoTerms.selector, 1);
        _refuse(1, ALICE, 1e18, _carry(2, 90 days), true, reason);
    }

    function test_RevertIf_ALockIsBeyondWhatAnyFarmAgreesTo() external {
        bytes memory reason = abi.encodeWithSelector(IFarms.Farms_BadTerms.selector, 5);
        IFarms.Carry memory carry = _carry(2, 4 * 365 days + 1);
        _refuse(5, ALICE, 1e18, carry, true, reason);
        carry = _carry(2, 90 days);
        carry.tierBoostBps = 25_001;
        _refuse(5, ALICE, 1e18, carry, true, reason);
        carry.tierBoostBps = 9999;
        _refuse(5, ALICE, 1e18, carry, true, reason);
        carry.tierBoostBps = 10_000;
        carry.feeBps = 2501;
        _refuse(5, ALICE, 1e18, carry, true, reason);
        carry.feeBps = 2500;
        _arrive(5, ALICE, 1e18, carry, true);
    }

    function test_RevertIf_AnArrivalHasNothingToGoTo() external {
        IFarms.Carry memory none;
        _refuse(1, address(0), 1e18, none, true, _sel(IFarms.Farms_ZeroAddress.selector));
        _refuse(1, ALICE, 0, none, true, _sel(IFarms.Farms_ZeroAmount.selector));
        _refuse(
            9, ALICE, 1e18, none, true, abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9)
        );
        bytes memory tooLittle =
            abi.encodeWithSelector(IFarms.Farms_BelowMinimum.selector, MINIMUM - 1, MINIMUM);
        _refuse(1, ALICE, MINIMUM - 1, none, true, tooLittle);
        _refuse(5, ALICE, MINIMUM - 1, none, true, tooLittle);
        _farms.setFarmState(1, IFarms.FarmState.Ended);
        _farms.setFarmState(5, IFarms.FarmState.Ended);
        for (uint32 farmId = 1; farmId < 6; farmId += 4) {
            bytes memory ended = abi.encodeWithSelector(
                IFarms.Farms_NotActive.selector, farmId, IFarms.FarmState.Ended
            );
            _refuse(farmId, ALICE, 1e18, none, true, ended);
        }
    }

    // Fees.

    function test_AFeeOfAnEscrowGoesToTheStakersOfTheFarm() external conserving {
        _farms.addStream(5, address(_stake5), address(0), MAX_RATE);
        _stakeAs(BOB, 5, 1e18);
        _fund(_stake5, BRIDGE, 0.3e18);
        vm.expectEmit();
        emit IFarms.ExitFeeTaken(5, ALICE, 0.1e18, true, 8);
        vm.expectEmit();
        emit IFarms.StreamAdjusted(5, 1, 0.1e18, 0.1e18, uint32(START) + FEE_SECONDS, 9);
        vm.prank(BRIDGE);
        _farms.takeFee(5, ALICE, 0.1e18);
        assertEq(_stake5.balanceOf(BRIDGE), 0.2e18);
    }

    function test_AFeeOfAnEscrowGoesToTheTreasuryWhereNobodyCanTakeIt() external conserving {
        _fund(_stake5, BRIDGE, 0.3e18);
        _fund(_stake, BRIDGE, 0.3e18);
        vm.startPrank(BRIDGE);
        _farms.takeFee(5, ALICE, 0.1e18);
        _farms.takeFee(1, ALICE, 0.1e18);
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.takeFee(5, ALICE, 0);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.takeFee(9, ALICE, 1);
        vm.stopPrank();
        assertEq(_farms.treasuryDue(address(_stake5)), 0.1e18);
        assertEq(_farms.treasuryDue(address(_stake)), 0.1e18);
        _addExtraFeeFarmAndEndIt();
        vm.prank(BRIDGE);
        _farms.takeFee(5, ALICE, 0.1e18);
        assertEq(_farms.treasuryDue(address(_stake5)), 0.2e18, "an ended farm has none to give to");
    }

    function _addExtraFeeFarmAndEndIt() private {
        _farms.addStream(5, address(_stake5), address(0), MAX_RATE);
        _stakeAs(BOB, 5, 1e18);
        _farms.setFarmState(5, IFarms.FarmState.Ended);
    }

    /// @dev What a lock of `tier` begun at the start carries; nothing for tier 0.
    function _carry(uint8 tier, uint32 term) private pure returns (IFarms.Carry memory carry) {
        carry.depositedAt = uint32(START);
        if (tier == 0) return carry;
        (IFarms.Tier[] memory tiers,) = _terms();
        carry.lockEnd = uint32(START) + term;
        carry.tier = tier;
        carry.tierBoostBps = tiers[tier - 1].boostBps;
        carry.feeBps = tiers[tier - 1].feeBps;
    }

    function _arrive(
        uint32 farmId,
        address user,
        uint96 amount,
        IFarms.Carry memory carry,
        bool isOwners
    ) private {
        address token = _farms.stakeTokenOf(farmId);
        if (token != address(0)) _fund(PlainToken(token), BRIDGE, amount);
        vm.prank(BRIDGE);
        _farms.stakeArrival(farmId, user, amount, carry, isOwners);
    }

    function _refuse(
        uint32 farmId,
        address user,
        uint96 amount,
        IFarms.Carry memory carry,
        bool isOwners,
        bytes memory reason
    ) private {
        vm.expectRevert(reason);
        vm.prank(BRIDGE);
        _farms.stakeArrival(farmId, user, amount, carry, isOwners);
    }

    function _sel(bytes4 selector) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector);
    }
}
