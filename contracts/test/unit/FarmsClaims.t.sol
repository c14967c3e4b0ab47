// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {FarmsFixture} from "../support/FarmsFixture.sol";
import {HostileToken, PlainToken} from "../support/Tokens.sol";

contract FarmsClaimsTest is FarmsFixture {
    function setUp() external {
        _startFarms();
    }

    // Claims.

    /// @custom:property F-08
    function test_AClaimPaysExactlyWhatWasEarnedAndKeepsTheFraction() external conserving {
        _stakeAs(ALICE, 1, 3e18);
        _stakeAs(BOB, 1, 4e18);
        _adjust(1, 1e18, START + 997);
        skip(501);
        uint256 earned = _farms.earned(1, ALICE);
        uint256 fractionX = _farms.pendingXOf(1, 0, ALICE) & ((1 << 95) - 1);
        assertGt(fractionX, 3e18);
        vm.expectEmit();
        emit IFarms.Claimed(1, ALICE, ALICE, earned, 7);
        vm.prank(ALICE);
        assertEq(_farms.claim(1), earned);
        assertEq(_reward.balanceOf(ALICE), earned);
        assertEq(_farms.earned(1, ALICE), 0);
        uint256 keptX = _farms.pendingXOf(1, 0, ALICE);
        (uint256 funded, uint256 settled, uint256 dustX) = _farms.booksOf(address(_reward));
        assertEq(funded, 1e18);
        assertEq(settled, earned);
        assertEq(keptX + dustX, fractionX, "dust is less than the weight");
        assertLt(dustX, 3e18);
    }

    /// @custom:property F-08
    function test_AClaimOfNothingLeavesNoTrace() external {
        _stakeAs(ALICE, 1, 1e18);
        uint32[] memory farmIds = new uint32[](2);
        (farmIds[0], farmIds[1]) = (1, 2);
        vm.recordLogs();
        vm.startPrank(ALICE);
        assertEq(_farms.claim(1), 0);
        assertEq(_farms.claimMany(farmIds), 0);
        assertEq(_farms.claimStream(1, 0), 0);
        assertEq(_farms.claimFor(1, BOB), 0);
        vm.stopPrank();
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(_farms.seq(), 4);
    }

    /// @custom:property F-08
    function test_AClaimOfNothingLeavesNoTraceInOtherStreams() external {
        (PlainToken token,) = _addExtra(1);
        _stakeAs(ALICE, 1, 1e18);
        uint64 seq = _farms.seq();
        vm.recordLogs();
        vm.startPrank(ALICE);
        assertEq(_farms.claim(1), 0);
        assertEq(_farms.claimStream(1, 1), 0);
        vm.stopPrank();
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(_farms.seq(), seq);
        assertEq(token.balanceOf(ALICE), 0);
    }

    function test_AClaimWritesNoFarmSlot() external {
        _stakeAs(ALICE, 1, 1e18);
        _adjust(1, 1e18, START + 100);
        skip(50);
        bytes memory before = abi.encode(_farms.farmOf(1), _farms.streamOf(1, 0));
        vm.prank(ALICE);
        _farms.claim(1);
        assertEq(abi.encode(_farms.farmOf(1), _farms.streamOf(1, 0)), before);
    }

    /// @dev The dust of claims adds up, and a whole wei of it becomes surplus.
    function test_WholeWeiOfDustAreReleased() external conserving {
        uint96 amount = uint96((uint256(1) << 94) - 1);
        _stakeAs(ALICE, 1, amount);
        _stakeAs(BOB, 1, amount);
        _adjust(1, 1e18, START + 1_000);
        uint256 paid;
        for (uint256 i; i < 20; ++i) {
            skip(50);
            vm.prank(ALICE);
            paid += _farms.claim(1);
            vm.prank(BOB);
            paid += _farms.claim(1);
        }
        (, uint256 settled, uint256 dustX) = _farms.booksOf(address(_reward));
        assertGt(settled, paid);
        assertLt(dustX, 1 << 95);
        assertEq(_farms.surplusOf(address(_reward)), settled - paid);
    }

    /// @custom:property F-08, E7
    function test_ClaimManyPaysAllFarmsOnceEvenWithDuplicates() external conserving {
        _stakeAs(ALICE, 1, 1e18);
        _stakeAs(ALICE, 2, 1e18);
        _adjust(1, 1e18, START + 100);
        _adjust(2, 2e18, START + 100);
        skip(100);
        (uint256 first, uint256 second) = (_farms.earned(1, ALICE), _farms.earned(2, ALICE));
        uint32[] memory farmIds = new uint32[](3);
        (farmIds[0], farmIds[1], farmIds[2]) = (1, 2, 1);
        vm.expectEmit();
        emit IFarms.Claimed(1, ALICE, ALICE, first, 8);
        vm.expectEmit();
        emit IFarms.Claimed(2, ALICE, ALICE, second, 9);
        vm.prank(ALICE);
        assertEq(_farms.claimMany(farmIds), first + second);
        assertEq(_reward.balanceOf(ALICE), first + second);
    }

    function test_ExitReturnsPrincipalAndRewardInOneEvent() external conserving {
        _stakeAs(ALICE, 1, 3e18);
        _adjust(1, 1e18, START + 100);
        skip(50);
        uint256 earned = _farms.earned(1, ALICE);
        vm.expectEmit();
        emit IFarms.Exited(1, ALICE, 1e18, 2e18, earned, 6);
        vm.prank(ALICE);
        assertEq(_farms.exit(1, 1e18), earned);
        assertEq(_reward.balanceOf(ALICE), earned);
        assertEq(_stake.balanceOf(ALICE), 1e18);
        assertLt(_farms.pendingXOf(1, 0, ALICE), 1 << 95);
    }

    /// @dev The fraction of a wei of the one who leaves goes to those who stay, and his slot is
    /// free.
    function test_AnExitOfEverythingLeavesAnEmptySlot() external conserving {
        _stakeAs(ALICE, 1, 3e18);
        _stakeAs(BOB, 1, 4e18);
        _adjust(1, 1e18, START + 997);
        skip(501);
        uint256 fractionX = _farms.pendingXOf(1, 0, ALICE) & ((1 << 95) - 1);
        uint256 bobX = _farms.pendingXOf(1, 0, BOB);
        uint256 residueX = _streamNow(_farms, 1, 0).residueX;
        vm.prank(ALICE);
        _farms.exit(1, 3e18);
        assertEq(_farms.paidWordOf(1, 0, ALICE), 0);
        assertEq(_farms.pendingXOf(1, 0, ALICE), 0);
        uint256 gainedX = _farms.pendingXOf(1, 0, BOB) - bobX;
        assertEq(gainedX + _farms.streamOf(1, 0).residueX, residueX + fractionX);
    }

    function test_RevertIf_ClaimingFromAnUnknownFarm() external {
        bytes memory reason = abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9);
        vm.expectRevert(reason);
        _farms.claim(9);
        vm.expectRevert(reason);
        _farms.claimFor(9, ALICE);
        vm.expectRevert(reason);
        _farms.claimStream(9, 0);
        vm.expectRevert(reason);
        _farms.claimStream(9, 1);
        vm.expectRevert(reason);
        _farms.exit(9, 1);
        uint32[] memory farmIds = new uint32[](1);
        farmIds[0] = 9;
        vm.expectRevert(reason);
        _farms.claimMany(farmIds);
    }

    function test_ViewsOfWhatDoesNotExistAreEmpty() external view {
        assertEq(_farms.earned(9, ALICE), 0);
        assertEq(_farms.earnedOf(1, 1, ALICE), 0);
        assertEq(_farms.pendingXOf(1, 3, ALICE), 0);
        assertEq(_farms.unstreamed(9), 0);
        assertEq(_farms.rateOf(9, 0), 0);
        assertEq(_farms.rateOf(1, 1), 0);
        IFarms.Stream memory none;
        for (uint256 stream = 2; stream < 256; stream += 23) {
            assertEq(_farms.rateOf(1, uint8(stream)), 0);
            assertEq(_farms.earnedOf(1, uint8(stream), ALICE), 0);
            assertEq(abi.encode(_farms.streamOf(1, uint8(stream))), abi.encode(none));
        }
        assertEq(_farms.stakeTokenOf(9), address(0));
        assertEq(abi.encode(_farms.streamOf(1, 1)), abi.encode(none));
        IFarms.Farm memory unknown;
        assertEq(abi.encode(_farms.farmOf(9)), abi.encode(unknown));
    }

    // Claims for others.

    /// @custom:property F-14, E6
    function test_AnyoneClaimsForAUserAndOnlyHeIsPaid() external conserving {
        _stakeAs(ALICE, 1, 3e18);
        _adjust(1, 1e18, START + 100);
        skip(50);
        uint256 earned = _farms.earned(1, ALICE);
        vm.expectEmit();
        emit IFarms.Claimed(1, ALICE, ALICE, earned, 6);
        vm.prank(CAROL);
        assertEq(_farms.claimFor(1, ALICE), earned);
        assertEq(_reward.balanceOf(ALICE), earned);
        assertEq(_reward.balanceOf(CAROL), 0);
    }

    /// @custom:property E6
    function test_ARecipientGetsWhatOthersClaim() external conserving {
        assertEq(_farms.recipientOf(ALICE), ALICE);
        vm.expectEmit();
        emit IFarms.RecipientSet(ALICE, BOB, 4);
        vm.prank(ALICE);
        _farms.setRecipient(BOB);
        assertEq(_farms.recipientOf(ALICE), BOB);
        _stakeAs(ALICE, 1, 3e18);
        _adjust(1, 1e18, START + 100);
        skip(50);
        uint256 earned = _farms.earned(1, ALICE);
        vm.expectEmit();
        emit IFarms.Claimed(1, ALICE, BOB, earned, 7);
        vm.prank(CAROL);
        _farms.claimFor(1, ALICE);
        assertEq(_reward.balanceOf(BOB), earned);

        skip(25);
        earned = _farms.earned(1, ALICE);
        vm.prank(ALICE);
        _farms.claim(1);
        assertEq(_reward.balanceOf(ALICE), earned, "his own claims pay himself");
        vm.expectEmit();
        emit IFarms.RecipientSet(ALICE, address(0), 9);
        vm.prank(ALICE);
        _farms.setRecipient(address(0));
        assertEq(_farms.recipientOf(ALICE), ALICE);
    }

    // Compounds.

    function test_ACompoundStakesWhatWasEarned() external conserving {
        _addFarm(7, address(_reward), false);
        _stakeAs(ALICE, 7, 3e18);
        _adjust(7, 1e18, START + 100);
        skip(50);
        uint96 earned = uint96(_farms.earned(7, ALICE));
        uint256 held = _reward.balanceOf(address(_farms));
        vm.expectEmit();
        emit IFarms.Claimed(7, ALICE, address(_farms), earned, 7);
        vm.expectEmit();
        emit IFarms.Staked(7, ALICE, address(_farms), earned, 3e18 + earned, 8);
        vm.prank(ALICE);
        assertEq(_farms.compound(7), earned);
        assertEq(_farms.positionOf(7, ALICE).principal, 3e18 + earned);
        assertEq(_reward.balanceOf(address(_farms)), held, "no token moves");
        vm.prank(ALICE);
        assertEq(_farms.compound(7), 0, "nothing to stake");
        assertEq(_farms.seq(), 8);
    }

    function test_RevertIf_ACompoundIsNotPossible() external {
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NotCompoundable.selector, 1));
        _farms.compound(1);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NotCompoundable.selector, 9));
        _farms.compound(9);
        _addFarm(7, address(_reward), false);
        _stakeAs(ALICE, 7, 3e18);
        _adjust(7, 1e18, START + 100);
        skip(50);
        _farms.pauseDeposits(7);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFarms.Farms_NotActive.selector, 7, IFarms.FarmState.DepositsPaused
            )
        );
        vm.prank(ALICE);
        _farms.compound(7);
        vm.prank(ALICE);
        assertGt(_farms.claim(7), 0, "it can be claimed all the same");
    }

    // What does not belong to a claim.

    /// @custom:property F-16
    function test_ADonationChangesNothing() external conserving {
        _stakeAs(ALICE, 1, 1e18);
        _adjust(1, 1e18, START + 100);
        skip(50);
        uint256 earned = _farms.earned(1, ALICE);
        _reward.mint(address(_farms), 1_000e18);
        _stake.mint(address(_farms), 1_000e18);
        assertEq(_farms.earned(1, ALICE), earned);
        assertEq(_farms.farmOf(1).totalWeight, 1e18);
    }

    /// @custom:property F-03, I1
    function test_PrincipalIsSafeWhenTheRewardTokenIsStaked() external conserving {
        _addFarm(7, address(_reward), false);
        _stakeAs(ALICE, 7, 5e18);
        _adjust(7, 1e18, START + 100);
        skip(1_000);
        vm.startPrank(ALICE);
        uint256 paid = _farms.claim(7);
        _farms.withdraw(7, 5e18);
        vm.stopPrank();
        assertEq(_reward.balanceOf(ALICE), 5e18 + paid);
        assertLe(paid, 1e18);
    }

    /// @custom:property E3
    function test_RevertIf_TheRewardTokenCallsBack() external {
        HostileToken reward = new HostileToken();
        _farms = _newFarms(address(reward));
        _farms.setReceiver(address(this));
        _farms.setBridge(BRIDGE);
        _addFarm(1, address(_stake), false);
        reward.mint(address(this), 1e18);
        reward.approve(address(_farms), 1e18);
        _stakeAs(ALICE, 1, 1e18);
        _adjust(1, 1e18, START + 100);
        skip(50);
        uint256 earned = _farms.earned(1, ALICE);
        reward.setCallback(address(_farms), abi.encodeCall(IFarms.claimFor, (1, ALICE)));
        vm.prank(ALICE);
        assertEq(_farms.claim(1), earned);
        assertTrue(reward.calledBack(), "the call back was refused");
        assertEq(reward.balanceOf(ALICE), earned);
    }
}
