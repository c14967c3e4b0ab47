// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {LzOptions} from "../../src/libraries/LzOptions.sol";
import {StackFixture} from "../support/StackFixture.sol";

contract EmissionDispatchTest is StackFixture {
    function setUp() external {
        _startStack();
    }

    /// @custom:property E30
    function test_AnOrderTravelsWithItsTokensInOnePacket() external {
        _decide(1, 1, _evenTargets(100_000e6));
        assertEq(_controller.quoteDispatch(1, ALPHA), MESSAGE_FEE);
        uint256 before = address(_controller).balance;
        vm.prank(ALICE);
        _controller.dispatch(1, ALPHA);
        assertEq(before - address(_controller).balance, MESSAGE_FEE);
        _collect();
        assertEq(_packets.length, 1);
        assertEq(
            _packets[0].options, LzOptions.receiveAndCompose(3_000 + 2 * 600, 200_000 + 2 * 100_000)
        );
        assertEq(_controller.sentToSD(1, ALPHA), 200_000e6);
        assertEq(_controller.dispatchedRevision(1, ALPHA), 1);
        assertEq(_controller.spentSD(1), 200_000e6);
    }

    function test_TheHubAppliesItsOwnOrderWithoutAMessage() external {
        _decide(1, 1, _evenTargets(100_000e6));
        assertEq(_controller.quoteDispatch(1, HUB), 0);
        vm.expectEmit();
        emit IEmissionController.OrderDispatched(
            1, HUB, 1, 200_000e6, bytes32(0), 0, _controller.seq() + 1
        );
        _controller.dispatch(1, HUB);
        assertEq(_siteOf[HUB].receiver.givenOf(1, 1), 100_000e18);
        _collect();
        assertEq(_packets.length, 0);
    }

    /// @custom:property H-07, I6
    function test_ARevisionSendsOnlyTheDifferenceAndZeroStillTravels() external {
        _decide(1, 1, _evenTargets(100_000e6));
        _controller.dispatch(1, ALPHA);
        _deliverAll();
        IEmissionController.Target[] memory targets = _evenTargets(100_000e6);
        targets[4].amountSD = 50_000e6;
        targets[5].amountSD = 120_000e6;
        _decide(1, 2, targets);
        _controller.dispatch(1, ALPHA);
        assertEq(_controller.sentToSD(1, ALPHA), 200_000e6, "nothing more is sent");
        _deliverAll();
        assertEq(_siteOf[ALPHA].receiver.givenOf(1, 1), 50_000e18);
        assertEq(_siteOf[ALPHA].receiver.givenOf(1, 2), 120_000e18);
        assertEq(_siteOf[ALPHA].receiver.potOf(1), 30_000e18);

        targets[5].amountSD = 170_000e6;
        _decide(1, 3, targets);
        _controller.dispatch(1, ALPHA);
        assertEq(_controller.sentToSD(1, ALPHA), 220_000e6, "the pot is netted off");
        _deliverAll();
        assertEq(_siteOf[ALPHA].receiver.givenOf(1, 2), 170_000e18);
        assertEq(_siteOf[ALPHA].receiver.unallocated(), 0);
    }

    function test_AChainWhoseFarmsAreGoneStillGetsItsOrder() external {
        _decide(1, 1, _evenTargets(100_000e6));
        _controller.dispatch(1, ALPHA);
        _deliverAll();
        _controller.removeFarm(ALPHA, 1);
        _controller.removeFarm(ALPHA, 2);
        _decide(1, 2, _evenTargets(100_000e6));
        _controller.dispatch(1, ALPHA);
        _deliverAll();
        assertEq(_siteOf[ALPHA].receiver.givenOf(1, 1), 0);
        assertEq(_siteOf[ALPHA].receiver.potOf(1), 200_000e18);

        vm.warp(GENESIS + EPOCH_DURATION);
        _decide(2, 1, _evenTargets(100_000e6));
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionController.Controller_NothingToDispatch.selector, 2, ALPHA
            )
        );
        _controller.dispatch(2, ALPHA);
    }

    /// @custom:property H-02, I6
    function test_RevertIf_ThereIsNothingToDispatch() external {
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_NotDecided.selector, 1)
        );
        _controller.dispatch(1, ALPHA);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_NotDecided.selector, 1)
        );
        _controller.dispatchMany(1, _eids);
        _decide(1, 1, _evenTargets(1));
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_UnknownChain.selector, 9)
        );
        _controller.dispatch(1, 9);
        _controller.dispatch(1, ALPHA);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionController.Controller_NothingToDispatch.selector, 1, ALPHA
            )
        );
        _controller.dispatch(1, ALPHA);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionController.Controller_NothingToDispatch.selector, 1, ALPHA
            )
        );
        _controller.quoteDispatch(1, ALPHA);
    }

    /// @custom:property E16
    function test_RevertIf_TheFeeIsTooHighOrNotThere() external {
        _decide(1, 1, _evenTargets(1));
        _libs[HUB].setMessagingFee(0.02 ether, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionController.Controller_FeeTooHigh.selector, 0.02 ether, 0.01 ether
            )
        );
        _controller.dispatch(1, ALPHA);
        _controller.setFeeCap(1 ether);
        vm.deal(address(_controller), 0.01 ether);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionController.Controller_InsufficientNative.selector, 0.02 ether, 0.01 ether
            )
        );
        _controller.dispatch(1, ALPHA);
    }

    /// @custom:property E15, E16
    function test_ABadPathStaysPendingAndBlocksNobody() external {
        _decide(1, 1, _evenTargets(100_000e6));
        _siteOf[HUB].reward.setPeer(ALPHA, bytes32(0));
        vm.expectEmit(true, true, false, false);
        emit IEmissionController.DispatchFailed(1, ALPHA, "", 0);
        _controller.dispatchMany(1, _eids);
        assertEq(_controller.dispatchedRevision(1, ALPHA), 0);
        assertEq(_controller.sentToSD(1, ALPHA), 0);
        assertEq(_controller.dispatchedRevision(1, BETA), 1);
        assertEq(_controller.dispatchedRevision(1, HUB), 1);

        _siteOf[HUB].reward.setPeer(ALPHA, _asBytes32(address(_siteOf[ALPHA].reward)));
        _controller.dispatch(1, ALPHA);
        assertEq(_controller.spentSD(1), 600_000e6);
    }

    /// @dev Anyone chooses the ids; one that needs nothing must not leave an event behind.
    /// @custom:property H-02
    function test_IdsWithNothingToDispatchLeaveNoTrace() external {
        _decide(1, 1, _evenTargets(100_000e6));
        _controller.dispatch(1, ALPHA);
        _collect();
        uint64 seq = _controller.seq();
        uint32[] memory eids = new uint32[](6);
        (eids[0], eids[1], eids[2]) = (9, ALPHA, BETA);
        (eids[3], eids[4], eids[5]) = (BETA, 0, type(uint32).max);
        vm.prank(ALICE);
        _controller.dispatchMany(1, eids);
        assertEq(_controller.seq(), seq + 1, "the order of one chain alone");
        assertEq(_controller.dispatchedRevision(1, BETA), 1);
    }

    function test_RevertIf_DispatchSelfIsCalledFromOutside() external {
        _decide(1, 1, _evenTargets(1));
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_OnlySelf.selector, ALICE)
        );
        vm.prank(ALICE);
        _controller.dispatchSelf(1, ALPHA);
    }

    function test_AnOldEpochMayStillBeDispatched() external {
        _decide(1, 1, _evenTargets(100_000e6));
        vm.warp(GENESIS + EPOCH_DURATION);
        _decide(2, 1, _evenTargets(100_000e6));
        _controller.dispatch(2, ALPHA);
        _controller.dispatch(1, ALPHA);
        _deliverAll();
        assertEq(_siteOf[ALPHA].receiver.givenOf(1, 1), 100_000e18);
        assertEq(_siteOf[ALPHA].receiver.givenOf(2, 1), 100_000e18);
    }

    /// @custom:property H-11
    function test_APauseStopsDecisionsAndDispatches() external {
        IEmissionController.Target[] memory targets = _evenTargets(1);
        _decide(1, 1, targets);
        vm.prank(GUARDIAN);
        _controller.pause();
        vm.expectRevert(IEmissionController.Controller_IsPaused.selector);
        _controller.decide(1, 2, targets, bytes32(0));
        vm.expectRevert(IEmissionController.Controller_IsPaused.selector);
        _controller.dispatch(1, ALPHA);
        vm.expectRevert(IEmissionController.Controller_IsPaused.selector);
        _controller.dispatchMany(1, _eids);
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GUARDIAN)
        );
        vm.prank(GUARDIAN);
        _controller.unpause();
        _controller.unpause();
        _controller.dispatch(1, ALPHA);
        vm.expectRevert(
            abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyPauser.selector, OPERATOR)
        );
        vm.prank(OPERATOR);
        _controller.pause();
    }

    function test_OnlyTheOwnerTakesMoneyBack() external {
        address payable to = payable(makeAddr("to"));
        _controller.withdrawNative(to, 1 ether);
        assertEq(to.balance, 1 ether);
        _controller.withdrawToken(to, 1e18);
        assertEq(_siteOf[HUB].reward.balanceOf(to), 1e18);
        vm.expectRevert(IEmissionController.Controller_ZeroAddress.selector);
        _controller.withdrawNative(payable(address(0)), 1);
        vm.expectRevert(IEmissionController.Controller_ZeroAddress.selector);
        _controller.withdrawToken(address(0), 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionController.Controller_InsufficientNative.selector, 100 ether, 9 ether
            )
        );
        _controller.withdrawNative(to, 100 ether);
        vm.expectRevert(IPauseRoles.PauseRoles_RenounceDisabled.selector);
        _controller.renounceOwnership();
    }

    function test_RolesChangeHands() external {
        _controller.setOperator(ALICE);
        _controller.setGuardian(BOB);
        IEmissionController.Target[] memory targets = _evenTargets(0);
        vm.prank(ALICE);
        _controller.decide(1, 1, targets, bytes32(0));
        vm.prank(BOB);
        _controller.pause();
        assertTrue(_controller.paused());
    }
}
