// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IEmissionReceiver} from "../../src/interfaces/IEmissionReceiver.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {EmissionReceiver} from "../../src/spoke/EmissionReceiver.sol";
import {StackFixture} from "../support/StackFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice The ways out of a receiver other than into streams, over real endpoints.
contract EmissionReturnsTest is StackFixture {
    uint256 private constant POT = 200_000e18;

    EmissionReceiver private _alpha;

    function setUp() external {
        _startStack();
        vm.deal(ALICE, 1 ether);
        _alpha = _siteOf[ALPHA].receiver;
        // The order of epoch 1 is killed before it arrives, so that its value waits in the pot.
        for (uint256 i; i < _eids.length; ++i) {
            vm.prank(GUARDIAN);
            _siteOf[_eids[i]].receiver.setMinValidEpoch(2);
        }
        _decide(1, 1, _evenTargets(100_000e6));
        _controller.dispatchMany(1, _eids);
        _deliverAll();
        assertEq(_alpha.potOf(1), POT);
    }

    /// @custom:property H-07
    function test_AReleasedPotTravelsBackToTheController() external {
        uint64 seq = _alpha.seq();
        vm.expectEmit();
        emit IEmissionReceiver.PotReleased(1, POT, 0, seq + 1);
        _alpha.releasePot(1, POT);
        assertEq(_alpha.unallocated(), 0);
        assertEq(_alpha.returnable(), POT);

        (uint256 fee, uint256 amountSent) = _alpha.quoteReturn(POT);
        assertEq(fee, MESSAGE_FEE);
        assertEq(amountSent, POT);
        uint256 held = _controller.tokenBalance();
        uint256 supply = _siteOf[ALPHA].reward.totalSupply();
        vm.expectEmit(false, false, false, true, address(_alpha));
        emit IEmissionReceiver.ReturnedToHub(bytes32(0), POT, seq + 2);
        vm.prank(ALICE);
        bytes32 guid = _alpha.returnToHub{value: 0.5 ether}(POT);
        assertEq(ALICE.balance, 1 ether - MESSAGE_FEE, "what the fee did not need came back");
        assertEq(_alpha.returnable(), 0);
        assertEq(supply - _siteOf[ALPHA].reward.totalSupply(), POT, "burnt here");
        _collect();
        assertEq(_packets[0].guid, guid);
        assertEq(_packets[0].dstEid, HUB);
        _deliverAll();
        assertEq(_controller.tokenBalance(), held + POT, "free for any epoch");
        assertEq(_controller.spentSD(1), 600_000e6, "what was spent stays spent");
    }

    function test_OnTheHubAReturnIsATransfer() external {
        EmissionReceiver hub = _siteOf[HUB].receiver;
        assertTrue(hub.IS_HUB());
        assertFalse(_alpha.IS_HUB());
        hub.releasePot(1, 7e18 + 5);
        uint256 held = _controller.tokenBalance();
        (uint256 fee, uint256 amountSent) = hub.quoteReturn(7e18 + 5);
        assertEq(fee, 0);
        assertEq(amountSent, 7e18 + 5, "nothing is floored");
        vm.prank(ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_UnexpectedValue.selector, 1)
        );
        hub.returnToHub{value: 1}(1);
        vm.expectEmit();
        emit IEmissionReceiver.ReturnedToHub(bytes32(0), 7e18 + 5, hub.seq() + 1);
        vm.prank(ALICE);
        assertEq(hub.returnToHub(7e18 + 5), bytes32(0));
        assertEq(_controller.tokenBalance(), held + 7e18 + 5);
        assertEq(hub.returnable(), 0);
    }

    function test_WhatTheOftCannotCarryStaysReturnable() external {
        _alpha.releasePot(1, 3 * SD + 7);
        (, uint256 amountSent) = _alpha.quoteReturn(2 * SD + SD / 2);
        assertEq(amountSent, 2 * SD);
        _return(2 * SD + SD / 2);
        assertEq(_alpha.returnable(), SD + 7);
        _return(SD + 7);
        assertEq(_alpha.returnable(), 7);
        vm.expectRevert(IEmissionReceiver.Receiver_ZeroAmount.selector);
        _alpha.returnToHub{value: MESSAGE_FEE}(7);
        _alpha.releasePot(1, SD - 7);
        _return(SD);
        assertEq(_alpha.returnable(), 0, "the rest leaves with the next release");
    }

    function test_RevertIf_MoreIsReturnedThanWasReleasedOrTheFeeIsShort() external {
        _alpha.releasePot(1, SD);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionReceiver.Receiver_InsufficientReturnable.selector, SD, 2 * SD
            )
        );
        _alpha.returnToHub{value: MESSAGE_FEE}(2 * SD);
        vm.expectRevert(
            abi.encodeWithSignature(
                "LZ_InsufficientFee(uint256,uint256,uint256,uint256)",
                MESSAGE_FEE,
                MESSAGE_FEE - 1,
                0,
                0
            )
        );
        _alpha.returnToHub{value: MESSAGE_FEE - 1}(SD);
        assertEq(_alpha.returnable(), SD, "nothing left with a refused message");
    }

    function test_RevertIf_APotIsOverdrawnOrReleasedByAnyoneElse() external {
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_PotTooSmall.selector, 1, POT, POT + 1)
        );
        _alpha.releasePot(1, POT + 1);
        vm.expectRevert(IEmissionReceiver.Receiver_ZeroAmount.selector);
        _alpha.releasePot(1, 0);
        address[2] memory others = [GUARDIAN, ALICE];
        for (uint256 i; i < 2; ++i) {
            bytes memory refusal =
                abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, others[i]);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            _alpha.releasePot(1, 1);
            vm.expectRevert(refusal);
            _alpha.recover(address(_siteOf[ALPHA].reward), others[i], 1);
            vm.stopPrank();
        }
    }

    /// @dev A pot that was partly given up serves later orders of its epoch with what is left.
    function test_AReleasedPotIsNoLongerStreamed() external {
        _alpha.releasePot(1, 150_000e18);
        _alpha.setMinValidEpoch(0);
        _alpha.replay(1);
        assertEq(_alpha.givenOf(1, 1), 50_000e18);
        assertEq(_alpha.givenOf(1, 2), 0);
        assertEq(_alpha.potOf(1), 0);
        assertEq(_alpha.returnable(), 150_000e18);
    }

    function test_OnlyTheOwnerUndoesAKill() external {
        vm.prank(GUARDIAN);
        _alpha.setMinValidEpoch(type(uint32).max);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionReceiver.Receiver_EpochKilled.selector, 1, type(uint32).max
            )
        );
        vm.prank(GUARDIAN);
        _alpha.setMinValidEpoch(1);
        vm.expectEmit();
        emit IEmissionReceiver.MinValidEpochSet(1, _alpha.seq() + 1);
        _alpha.setMinValidEpoch(1);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_EpochKilled.selector, 1, 1)
        );
        _alpha.setMinValidEpoch(1);
        vm.prank(ALICE);
        _alpha.replay(1);
        assertEq(_alpha.givenOf(1, 1), 100_000e18);
    }

    function test_ASentinelPausesTheReceiverUntilItExpires() external {
        uint40 until = uint40(block.timestamp) + 1 days;
        _alpha.setSentinel(BOB, until);
        vm.startPrank(BOB);
        _alpha.pause();
        assertTrue(_alpha.paused());
        vm.expectRevert(abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyGuardian.selector, BOB));
        _alpha.setMinValidEpoch(9);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, BOB));
        _alpha.unpause();
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyPauser.selector, BOB));
        _alpha.pause();
    }

    // Surplus.

    /// @dev E24: the owner reaches what nobody is owed, to the wei, and no more.
    /// @custom:property E24, C-02
    function test_E24_OnlyTheSurplusIsRecovered() external {
        address token = address(_siteOf[ALPHA].reward);
        _alpha.releasePot(1, 50e18);
        deal(token, address(_alpha), POT + 3);
        assertEq(_alpha.surplusOf(token), 3);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_NoSurplus.selector, token, 3)
        );
        _alpha.recover(token, BOB, 4);
        vm.expectRevert(IEmissionReceiver.Receiver_ZeroAddress.selector);
        _alpha.recover(token, address(0), 3);
        vm.expectEmit();
        emit IEmissionReceiver.SurplusRecovered(token, BOB, 3, _alpha.seq() + 1);
        _alpha.recover(token, BOB, 3);
        assertEq(_siteOf[ALPHA].reward.balanceOf(BOB), 3);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_NoSurplus.selector, token, 0)
        );
        _alpha.recover(token, BOB, 0);

        PlainToken other = new PlainToken(6);
        other.mint(address(_alpha), 9);
        _alpha.recover(address(other), BOB, 9);
        assertEq(other.balanceOf(BOB), 9);
    }

    /// @dev E8: an order whose tokens are gone waits, and cannot be paid from another epoch's pot.
    /// @custom:property H-08, E8, E30
    function test_E8_AnOrderWhoseTokensWereTakenWaitsForThem() external {
        address token = address(_siteOf[ALPHA].reward);
        _decide(2, 1, _evenTargets(10e6));
        _controller.dispatch(2, ALPHA);
        _collect();
        _deliver(0);
        assertEq(_alpha.surplusOf(token), 20e18, "credited, and its order not executed yet");
        _alpha.recover(token, BOB, 20e18);
        Compose memory compose = _composes[0];
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_NotCovered.selector, POT, POT + 20e18)
        );
        _endpoints[ALPHA].lzCompose(
            compose.from, compose.to, compose.guid, compose.index, compose.message, ""
        );
        vm.prank(BOB);
        _siteOf[ALPHA].reward.transfer(address(_alpha), 20e18);
        _deliverAll();
        assertEq(_alpha.givenOf(2, 1), 10e18);
        assertEq(_alpha.potOf(1), POT);
    }

    /// @dev Every wei that came is in a pot, in a farm, returnable, or on its way back.
    /// @custom:property H-07
    function testFuzz_EveryWeiIsAccountedForWhateverIsReleased(uint256 seed) external {
        _alpha.setMinValidEpoch(0);
        uint256 returned;
        for (uint256 i; i < 8; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 pot = _alpha.potOf(1);
            uint256 kind = seed % 4;
            if (kind == 0 && pot != 0) _alpha.releasePot(1, 1 + (seed >> 8) % pot);
            if (kind == 1) _alpha.replay(1);
            uint256 returnable = _alpha.returnable();
            if (kind > 1 && returnable >= SD) {
                uint256 before = returnable;
                _return(SD + (seed >> 8) % (returnable - SD + 1));
                returned += before - _alpha.returnable();
            }
            uint256 given = _alpha.givenOf(1, 1) + _alpha.givenOf(1, 2);
            assertEq(_alpha.unallocated(), _alpha.potOf(1));
            assertEq(_alpha.potOf(1) + given + _alpha.returnable() + returned, POT);
            assertEq(
                _siteOf[ALPHA].reward.balanceOf(address(_alpha)),
                _alpha.potOf(1) + _alpha.returnable()
            );
        }
        uint256 held = _controller.tokenBalance();
        _deliverAll();
        assertEq(_controller.tokenBalance(), held + returned);
    }

    function _return(uint256 amount) private {
        vm.deal(ALICE, MESSAGE_FEE);
        vm.prank(ALICE);
        _alpha.returnToHub{value: MESSAGE_FEE}(amount);
        _collect();
    }
}
