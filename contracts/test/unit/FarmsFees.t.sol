// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {TermsFixture} from "../support/TermsFixture.sol";
import {BlockingToken} from "../support/ZooTokens.sol";

/// @notice What an exit before its term costs, and who gets it.
contract FarmsFeesTest is TermsFixture {
    function setUp() external {
        _startTerms();
    }

    /// @dev The stake token as a stream is where fees of the farm go.
    function _addFeeStream() private {
        _farms.addStream(5, address(_stake5), address(0), MAX_RATE);
    }

    function test_AnEarlyExitPaysTheStakersWhoRemain() external conserving {
        _addFeeStream();
        _lockAs(ALICE, 1e18, 2);
        _stakeAs(BOB, 5, 1e18);
        vm.warp(START + 5 days);
        vm.expectEmit();
        emit IFarms.Withdrawn(5, ALICE, ALICE, 0.5e18 + 1, 0.75e18 - 2, 10);
        // A tenth, rounded up.
        vm.expectEmit();
        emit IFarms.ExitFeeTaken(5, ALICE, 0.05e18 + 1, true, 11);
        vm.expectEmit();
        emit IFarms.StreamAdjusted(
            5, 1, 0.05e18 + 1, 0.05e18 + 1, uint32(block.timestamp) + FEE_SECONDS, 12
        );
        vm.prank(ALICE);
        _farms.withdraw(5, 0.5e18 + 1);
        assertEq(_stake5.balanceOf(ALICE), 0.45e18);
        assertEq(_farms.farmOf(5).principal, 1.5e18 - 1);
        (uint256 funded,,) = _farms.booksOf(address(_stake5));
        assertEq(funded, 0.05e18 + 1, "a fee counts as funded");

        skip(FEE_SECONDS / 7);
        assertApproxEqAbs(
            _farms.earnedOf(5, 1, ALICE) + _farms.earnedOf(5, 1, BOB),
            uint256(0.05e18 + 1) / 7,
            2,
            "over a week and not at once"
        );
        skip(FEE_SECONDS);
        vm.prank(BOB);
        uint256 paid = _farms.claimStream(5, 1);
        assertApproxEqAbs(paid, uint256(0.05e18) * 1e18 / 1.75e18, 2);
        assertEq(_stake5.balanceOf(BOB), paid);
    }

    function test_AnotherFeeMergesIntoTheStream() external conserving {
        _addFeeStream();
        _lockAs(ALICE, 1e18, 2);
        _lockAs(BOB, 1e18, 3);
        _exitAs(ALICE, 0.5e18);
        skip(3 days);
        uint256 left = _farms.streamOf(5, 1).remaining;
        uint256 earned = _farms.earnedOf(5, 1, ALICE) + _farms.earnedOf(5, 1, BOB);
        _exitAs(BOB, 0.5e18);
        IFarms.Stream memory stream = _farms.streamOf(5, 1);
        assertApproxEqAbs(stream.remaining, left - earned + 0.125e18, 2);
        assertEq(stream.endAt, block.timestamp + FEE_SECONDS);
    }

    function test_TheTreasuryGetsTheFeeOfTheLastStaker() external conserving {
        _addFeeStream();
        _lockAs(ALICE, 1e18, 2);
        _adjust(5, 1e18, START + 10 days);
        skip(1 days);
        uint256 earned = _farms.earned(5, ALICE);
        vm.expectEmit();
        emit IFarms.Exited(5, ALICE, 1e18, 0, earned, 10);
        vm.expectEmit();
        emit IFarms.ExitFeeTaken(5, ALICE, 0.1e18, false, 11);
        vm.prank(ALICE);
        _farms.exit(5, 1e18);
        assertEq(_stake5.balanceOf(ALICE), 0.9e18);
        assertEq(_farms.treasuryDue(address(_stake5)), 0.1e18);
        assertEq(_farms.surplusOf(address(_stake5)), 0, "it is no surplus");

        vm.expectEmit();
        emit IFarms.TreasuryPaid(address(_stake5), 0.1e18, 12);
        vm.prank(CAROL);
        _farms.payTreasury(address(_stake5));
        assertEq(_stake5.balanceOf(TREASURY), 0.1e18);
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.payTreasury(address(_stake5));
    }

    function test_TheTreasuryGetsTheFeeOfAFarmWithoutAStreamForIt() external conserving {
        _addExtra(5);
        _lockAs(ALICE, 1e18, 3);
        _stakeAs(BOB, 5, 1e18);
        _exitAs(ALICE, 0.4e18);
        assertEq(_farms.treasuryDue(address(_stake5)), 0.1e18);
    }

    function test_AnEmergencyExitPaysTheSameFeeToTheSameStakers() external conserving {
        _addFeeStream();
        _lockAs(ALICE, 1e18, 2);
        _stakeAs(BOB, 5, 1e18);
        vm.expectEmit();
        emit IFarms.Withdrawn(5, ALICE, CAROL, 1e18, 0, 10);
        vm.expectEmit();
        emit IFarms.ExitFeeTaken(5, ALICE, 0.1e18, true, 11);
        vm.prank(ALICE);
        _farms.emergencyWithdraw(5, CAROL);
        assertEq(_stake5.balanceOf(CAROL), 0.9e18);
    }

    function test_NoFeeIsDueOnceTheLockOrTheFarmEnded() external conserving {
        _addFeeStream();
        _lockAs(ALICE, 1e18, 2);
        _lockAs(BOB, 1e18, 3);
        vm.warp(START + 90 days);
        _exitAs(ALICE, 1e18);
        assertEq(_stake5.balanceOf(ALICE), 1e18);
        _farms.setFarmState(5, IFarms.FarmState.Ended);
        _exitAs(BOB, 1e18);
        assertEq(_stake5.balanceOf(BOB), 1e18);
        assertEq(_farms.treasuryDue(address(_stake5)), 0);
    }

    /// @dev A second before its end the whole fee is due, at its end nothing.
    function test_TheFeeEndsWithTheLock() external conserving {
        _lockAs(ALICE, 1e18, 2);
        _lockAs(BOB, 1e18, 2);
        vm.warp(START + 90 days - 1);
        _exitAs(ALICE, 1e18);
        assertEq(_stake5.balanceOf(ALICE), 0.9e18);
        vm.warp(START + 90 days);
        _exitAs(BOB, 1e18);
        assertEq(_stake5.balanceOf(BOB), 1e18);
    }

    /// @dev Where the reward token is staked, fees have a stream beside the emission, out of the
    /// reach of the receiver.
    function test_AFeeInTheRewardTokenIsNotMixedIntoTheEmission() external conserving {
        _stackRewardFarm();
        assertEq(_farms.addStream(6, address(_reward), address(0), MAX_RATE), 1);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_StreamTokenInUse.selector, 6, address(_reward))
        );
        _farms.addStream(6, address(_reward), address(0), MAX_RATE);
        _stakeAs(BOB, 6, 1e18);
        skip(1 days);
        vm.prank(ALICE);
        _farms.withdraw(6, 0.5e18);
        assertEq(_farms.streamOf(6, 1).remaining, 0.05e18);
        uint256 rest = _farms.unstreamed(6);
        assertEq(_adjust(6, -1e30, block.timestamp + 1), -int256(rest), "the emission only");
        skip(FEE_SECONDS);
        uint256 earned = _farms.earnedOf(6, 1, BOB) + _farms.earned(6, BOB);
        uint256 emission = _farms.earned(6, BOB);
        vm.prank(BOB);
        assertEq(_farms.claim(6), emission);
        assertEq(_reward.balanceOf(BOB), earned);
    }

    /// @dev The books of the reward token are kept apart from those of other tokens.
    /// @custom:property E28, F-02
    function test_AFeeInARewardTokenThatRefusesStaysOwed() external {
        BlockingToken reward = new BlockingToken();
        _farms = _newFarms(address(reward));
        _farms.setReceiver(address(this));
        _farms.setBridge(BRIDGE);
        _addFarm(6, address(reward), true);
        (IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps) = _terms();
        _farms.setTerms(6, tiers, steps);
        _farms.addStream(6, address(reward), address(0), MAX_RATE);
        for (uint256 i; i < 2; ++i) {
            address user = i == 0 ? ALICE : BOB;
            reward.mint(user, 1e18);
            vm.startPrank(user);
            reward.approve(address(_farms), 1e18);
            if (i == 0) _farms.stakeLocked(6, 1e18, 2);
            else _farms.stake(6, 1e18);
            vm.stopPrank();
        }
        vm.prank(ALICE);
        _farms.withdraw(6, 0.5e18);
        skip(1 days);

        reward.setBlocked(BOB, true);
        uint256 owed = _farms.earnedOf(6, 1, BOB);
        (uint256 funded, uint256 settled, uint256 dustX) = _farms.booksOf(address(reward));
        vm.expectEmit();
        emit IFarms.StreamClaimSkipped(6, 1, BOB, _farms.seq() + 1);
        vm.prank(BOB);
        assertEq(_farms.claim(6), 0, "nothing of the emission");
        assertEq(_farms.earnedOf(6, 1, BOB), owed, "still owed");
        _assertBooks(address(reward), funded, settled, dustX);

        reward.setBlocked(BOB, false);
        vm.prank(BOB);
        _farms.claim(6);
        assertEq(reward.balanceOf(BOB), owed);
        _assertBooks(address(reward), funded, settled + owed, dustX);
    }

    function _assertBooks(address token, uint256 funded, uint256 settled, uint256 dustX)
        private
        view
    {
        (uint256 fundedNow, uint256 settledNow, uint256 dustNowX) = _farms.booksOf(token);
        assertEq(fundedNow, funded, "funded");
        assertEq(settledNow, settled, "settled");
        assertEq(dustNowX, dustX, "dust");
    }

    /// @dev A token at its funding bound takes no fee; the exit works all the same.
    function test_AFeeThatFitsNoStreamGoesToTheTreasury() external {
        _stackRewardFarm();
        _farms.addStream(6, address(_reward), address(0), MAX_RATE);
        _stakeAs(BOB, 6, 1e18);
        _adjust(1, int256(2 ** 96 - 2 ** 64 - 1 - 1e18), START + 100 days);
        vm.prank(ALICE);
        _farms.withdraw(6, 1e18);
        assertEq(_farms.treasuryDue(address(_reward)), 0.1e18);
        assertEq(_farms.streamOf(6, 1).remaining, 0);
    }

    function _exitAs(address user, uint96 amount) private {
        vm.prank(user);
        _farms.exit(5, amount);
    }
}
