// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {TermsFixture} from "../support/TermsFixture.sol";

/// @notice From an ended farm to the one after it. Farm 5 has terms; 11 and 12 follow on it.
contract FarmsMigrationTest is TermsFixture {
    function setUp() external {
        _startTerms();
    }

    /// @custom:property F-18
    function test_PrincipalMovesWithoutATokenAndRewardsStay() external conserving {
        _stakeAs(ALICE, 1, 3e18);
        _adjust(1, 1e18, START + 100);
        skip(50);
        _follow(1, 11, false);
        uint256 earned = _farms.earned(1, ALICE);
        uint256 held = _stake.balanceOf(address(_farms));
        vm.expectEmit();
        emit IFarms.Withdrawn(1, ALICE, address(_farms), 1e18, 2e18, 10);
        vm.expectEmit();
        emit IFarms.Staked(11, ALICE, address(_farms), 1e18, 1e18, 11);
        vm.prank(ALICE);
        _farms.migrate(1, 11, 1e18);
        assertEq(_stake.balanceOf(address(_farms)), held);
        assertApproxEqAbs(_farms.earned(1, ALICE), earned, 1);
        assertEq(_farms.positionOf(1, ALICE).principal, 2e18);
        assertEq(_farms.positionOf(11, ALICE).principal, 1e18);
    }

    function test_TenureTravelsAndMergesByAmount() external conserving {
        _stakeAs(ALICE, 5, 3e18);
        skip(20 days);
        _follow(5, 11, true);
        _stakeAs(ALICE, 11, 1e18);
        skip(10 days);
        vm.prank(ALICE);
        _farms.migrate(5, 11, 3e18);
        IFarms.Position memory position = _farms.positionOf(11, ALICE);
        assertEq(position.depositedAt, START + 5 days);
        assertEq(position.weight, 4.2e18, "25 days of tenure");
        assertEq(_farms.positionOf(5, ALICE).principal, 0);
    }

    function test_TenureBeginsWhereThereWasNone() external conserving {
        _stakeAs(ALICE, 1, 3e18);
        skip(20 days);
        _follow(1, 11, true);
        vm.prank(ALICE);
        _farms.migrate(1, 11, 3e18);
        assertEq(_farms.positionOf(11, ALICE).depositedAt, START + 20 days);
    }

    /// @dev The end of a farm releases its locks, with their fees and their boosts.
    function test_ALockOfAnEndedFarmIsReleased() external conserving {
        _lockAs(ALICE, 1e18, 3);
        _follow(5, 11, true);
        vm.prank(ALICE);
        _farms.migrate(5, 11, 1e18);
        IFarms.Position memory position = _farms.positionOf(11, ALICE);
        assertEq(position.weight, 1e18);
        assertEq(position.lockEnd, 0);
        assertEq(_farms.treasuryDue(address(_stake5)), 0);
    }

    function test_RevertIf_TheFarmsDoNotMatch() external {
        _stakeAs(ALICE, 1, 3e18);
        uint32[3] memory targets = [uint32(1), 2, 9];
        for (uint256 i; i < targets.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IFarms.Farms_NotMigratable.selector, 1, targets[i])
            );
            vm.prank(ALICE);
            _farms.migrate(1, targets[i], 1e18);
        }
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.migrate(9, 1, 1e18);
    }

    function test_RevertIf_TheTargetIsNotActive() external {
        _stakeAs(ALICE, 1, 3e18);
        _follow(1, 11, false);
        _farms.pauseDeposits(11);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFarms.Farms_NotActive.selector, 11, IFarms.FarmState.DepositsPaused
            )
        );
        vm.prank(ALICE);
        _farms.migrate(1, 11, 1e18);
        // Not back into the farm that ended either.
        _farms.setFarmState(11, IFarms.FarmState.Active);
        _stakeAs(ALICE, 11, 1e18);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_NotActive.selector, 1, IFarms.FarmState.Ended)
        );
        vm.prank(ALICE);
        _farms.migrate(11, 1, 1e18);
    }

    function test_RevertIf_ALockRuns() external {
        _stakeAs(ALICE, 5, 3e18);
        _follow(5, 11, true);
        _fund(_stake5, ALICE, 1e18);
        vm.startPrank(ALICE);
        _farms.stakeLocked(11, 1e18, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFarms.Farms_PositionLocked.selector, 11, uint32(START + 30 days)
            )
        );
        _farms.migrate(5, 11, 1e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFarms.Farms_PositionLocked.selector, 11, uint32(START + 30 days)
            )
        );
        _farms.migrate(11, 5, 1e18);
        vm.stopPrank();
    }

    function test_RevertIf_TheAmountIsRefused() external {
        _stakeAs(ALICE, 1, 3e18);
        _follow(1, 11, false);
        vm.startPrank(ALICE);
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.migrate(1, 11, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_InsufficientStake.selector, 3e18, 3e18 + 1)
        );
        _farms.migrate(1, 11, 3e18 + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_BelowMinimum.selector, MINIMUM - 1, MINIMUM)
        );
        _farms.migrate(1, 11, 3e18 - MINIMUM + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_BelowMinimum.selector, MINIMUM - 1, MINIMUM)
        );
        _farms.migrate(1, 11, MINIMUM - 1);
        vm.stopPrank();
    }

    /// @dev Ends a farm and adds one for the same token.
    function _follow(uint32 ended, uint32 next, bool hasTerms) private {
        address token = _farms.stakeTokenOf(ended);
        _farms.setFarmState(ended, IFarms.FarmState.Ended);
        _addFarm(next, token, hasTerms);
        if (!hasTerms) return;
        (IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps) = _terms();
        _farms.setTerms(next, tiers, steps);
    }
}
