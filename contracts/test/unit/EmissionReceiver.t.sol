// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OFTComposeMsgCodec} from "@layerzerolabs/oft-evm/contracts/libs/OFTComposeMsgCodec.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IEmissionReceiver} from "../../src/interfaces/IEmissionReceiver.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {EmissionReceiver} from "../../src/spoke/EmissionReceiver.sol";
import {ReceiverFixture} from "../support/ReceiverFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

contract EmissionReceiverTest is ReceiverFixture {
    bytes32 private constant GUID = keccak256("guid");

    function setUp() external {
        _startReceiver();
    }

    // Who may speak.

    /// @custom:property E22
    function test_RevertIf_ComposeIsNotFromTheEndpoint() external {
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_OnlyEndpoint.selector, ALICE)
        );
        vm.prank(ALICE);
        _receiver.lzCompose(address(this), GUID, "", address(0), "");
    }

    /// @custom:property E22
    function test_RevertIf_ComposeIsNotFromTheRewardOft() external {
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_OnlyRewardOft.selector, ALICE)
        );
        _receiver.lzCompose(ALICE, GUID, "", address(0), "");
    }

    /// @custom:property H-06, E22
    function test_RevertIf_ComposeIsNotFromTheControllerOnTheHub() external {
        bytes memory order = _order(1, 1, _pair(1, 1));
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionReceiver.Receiver_OnlyHub.selector, HUB_EID, _asBytes32(ALICE)
            )
        );
        _receiver.lzCompose(address(this), GUID, _message(HUB_EID, ALICE, order), address(0), "");
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionReceiver.Receiver_OnlyHub.selector, 7, _asBytes32(address(this))
            )
        );
        _receiver.lzCompose(address(this), GUID, _message(7, address(this), order), address(0), "");
    }

    function test_RevertIf_NoControllerIsNamedYet() external {
        EmissionReceiver fresh = new EmissionReceiver(_receiverConfig());
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_OnlyHub.selector, HUB_EID, bytes32(0))
        );
        fresh.lzCompose(address(this), GUID, _message(HUB_EID, address(0), ""), address(0), "");
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionReceiver.Receiver_OnlyController.selector, address(this)
            )
        );
        fresh.applyLocal("", 0);
    }

    /// @custom:property E22
    function test_RevertIf_ALocalOrderIsNotFromTheController() external {
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_OnlyController.selector, ALICE)
        );
        vm.prank(ALICE);
        _receiver.applyLocal("", 0);
    }

    function test_RevertIf_WiringIsChangedOrEmpty() external {
        bytes32 controller = _receiver.controller();
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_AlreadySet.selector, controller)
        );
        _receiver.setController(bytes32(uint256(1)));
        EmissionReceiver fresh = new EmissionReceiver(_receiverConfig());
        vm.expectRevert(IEmissionReceiver.Receiver_ZeroAddress.selector);
        fresh.setController(bytes32(0));
        EmissionReceiver.Config memory config = _receiverConfig();
        config.farms = address(0);
        vm.expectRevert(IEmissionReceiver.Receiver_ZeroAddress.selector);
        new EmissionReceiver(config);
    }

    /// @dev Farms take no stream that ends at once, so that the least time is a second.
    function test_AStreamLastsASecondAtLeast() external {
        EmissionReceiver.Config memory config = _receiverConfig();
        for (uint32 seconds_; seconds_ < 3; ++seconds_) {
            config.minStream = seconds_;
            assertEq(new EmissionReceiver(config).MIN_STREAM(), seconds_ == 0 ? 1 : seconds_);
        }
    }

    function test_RevertIf_OwnershipIsRenounced() external {
        vm.expectRevert(IPauseRoles.PauseRoles_RenounceDisabled.selector);
        _receiver.renounceOwnership();
    }

    // Orders.

    function test_AComposedOrderStreamsToItsFarms() external {
        _reward.transfer(address(_receiver), 30 * SD);
        bytes memory order = _order(1, 1, _pair(10, 20));
        vm.expectEmit();
        emit IEmissionReceiver.OrderReceived(1, 1, GUID, 30 * SD, true, 2);
        vm.expectEmit();
        emit IEmissionReceiver.OrderApplied(1, 1, int256(30 * SD), 0, 3);
        _receiver.lzCompose(
            address(this), GUID, _composed(HUB_EID, address(this), 30 * SD, order), address(0), ""
        );
        assertEq(_receiver.givenOf(1, 1), 10 * SD);
        assertEq(_receiver.givenOf(1, 2), 20 * SD);
        assertEq(_receiver.targetOf(1, 2), 20 * SD);
        assertEq(_receiver.revisionOf(1), 1);
        assertEq(_receiver.unallocated(), 0);
        assertEq(_farms.unstreamed(1), 10 * SD);
        assertEq(_farms.streamOf(1, 0).endAt, EPOCH_END);
    }

    /// @custom:property H-09, E20
    function test_AnOrderThatComesLateStillStreamsForTheMinimumTime() external {
        vm.warp(EPOCH_END - 1 hours);
        _apply(_order(1, 1, _pair(10, 20)), 30);
        assertEq(_farms.streamOf(1, 0).endAt, EPOCH_END - 1 hours + MIN_STREAM);
    }

    /// @custom:property H-06
    function test_AHigherRevisionTakesBackWhatAFarmHasTooMuch() external {
        _apply(_order(1, 1, _pair(10, 20)), 30);
        vm.expectEmit();
        emit IEmissionReceiver.OrderApplied(1, 2, 0, 0, 5);
        _receiver.applyLocal(_order(1, 2, _pair(25, 5)), 0);
        assertEq(_receiver.givenOf(1, 1), 25 * SD);
        assertEq(_receiver.givenOf(1, 2), 5 * SD);
    }

    function test_AFarmThatIsNoLongerNamedGivesBack() external {
        _apply(_order(1, 1, _pair(10, 20)), 30);
        uint64[] memory only = new uint64[](1);
        only[0] = 10;
        _apply(_order(1, 2, only), 0);
        assertEq(_receiver.targetOf(1, 2), 0);
        assertEq(_receiver.givenOf(1, 2), 0);
        assertEq(_receiver.potOf(1), 20 * SD);
        assertEq(_receiver.unallocated(), 20 * SD);
    }

    /// @custom:property F-14
    function test_WhatStreamedCannotBeTakenBack() external {
        _fund(_stake, ALICE, 1e18);
        vm.prank(ALICE);
        _farms.stake(1, 1e18);
        _apply(_order(1, 1, _pair(70, 0)), 70);
        skip(1 days);
        _apply(_order(1, 2, _pair(0, 70)), 0);
        assertApproxEqAbs(_receiver.givenOf(1, 1), 10 * SD, 1, "one day of seven streamed");
        assertApproxEqAbs(_receiver.givenOf(1, 2), 60 * SD, 1, "the rest moved");
        assertEq(_receiver.potOf(1), 0);
    }

    /// @custom:property H-06, I6
    function test_ALowerRevisionOnlyAddsItsTokens() external {
        _apply(_order(1, 2, _pair(10, 20)), 10);
        _reward.transfer(address(_receiver), 20 * SD);
        vm.expectEmit();
        emit IEmissionReceiver.OrderReceived(1, 1, bytes32(0), 20 * SD, false, 4);
        _receiver.applyLocal(_order(1, 1, _pair(20, 0)), 20 * SD);
        assertEq(_receiver.givenOf(1, 1), 10 * SD);
        assertEq(_receiver.givenOf(1, 2), 20 * SD);
    }

    /// @custom:property H-06, I6
    function test_TheSameRevisionAgainOnlyAddsItsTokens() external {
        _apply(_order(1, 1, _pair(10, 20)), 30);
        _apply(_order(1, 1, _pair(30, 0)), 5);
        assertEq(_receiver.targetOf(1, 1), 10 * SD);
        assertEq(_receiver.givenOf(1, 2), 20 * SD);
        assertEq(_receiver.potOf(1), 5 * SD);
    }

    /// @custom:property H-05
    function test_UnreadableOrdersWaitInPotZero() external {
        bytes memory good = _order(1, 1, _pair(1, 2));
        bytes[6] memory bad = [
            bytes(""),
            bytes.concat(good, hex"00"),
            bytes.concat(hex"02", _tail(good, 1)),
            _order(0, 1, _pair(1, 2)),
            _order(1, 0, _pair(1, 2)),
            bytes.concat(_head(good, 14), _tail(good, 26), _slice(good, 14, 26))
        ];
        for (uint256 i; i < bad.length; ++i) {
            _reward.transfer(address(_receiver), 3 * SD);
            vm.expectEmit();
            emit IEmissionReceiver.OrderUnreadable(bytes32(0), 3 * SD, uint64(i + 2));
            _receiver.applyLocal(bad[i], 3 * SD);
        }
        assertEq(_receiver.potOf(0), 18 * SD);
        assertEq(_receiver.revisionOf(1), 0);
    }

    /// @dev More farms than an order may name are no order at all; 1,000 are one.
    /// @custom:property H-05
    function test_AnOrderOfTooManyFarmsIsUnreadable() external {
        _apply(_order(1, 1, new uint64[](1_001)), 1);
        assertEq(_receiver.potOf(0), SD);
        assertEq(_receiver.revisionOf(1), 0);
        _apply(_order(1, 1, new uint64[](1_000)), 1);
        assertEq(_receiver.potOf(1), SD);
        assertEq(_receiver.revisionOf(1), 1);
    }

    /// @custom:property H-06, E18
    function test_AnUnknownFarmWaitsAndIsReplayedOnceItExists() external {
        uint64[] memory three = new uint64[](3);
        (three[0], three[1], three[2]) = (10, 20, 30);
        _apply(_order(1, 1, three), 60);
        assertEq(_receiver.potOf(1), 30 * SD);
        _addFarm(3, address(_reward));
        vm.expectEmit();
        emit IEmissionReceiver.OrderApplied(1, 1, int256(30 * SD), 0, 4);
        vm.prank(ALICE);
        _receiver.replay(1);
        assertEq(_receiver.givenOf(1, 3), 30 * SD);
    }

    /// @custom:property E15
    function test_ARefusingFarmDoesNotKeepThePotFromTheOthers() external {
        _endFarm(1);
        _apply(_order(1, 1, _pair(20, 20)), 20);
        assertEq(_receiver.givenOf(1, 1), 0);
        assertEq(_receiver.givenOf(1, 2), 20 * SD);
        assertEq(_receiver.potOf(1), 0);
    }

    function test_AFullFarmTakesWhatFits() external {
        _addFarm(3, address(_reward));
        uint64[] memory three = new uint64[](3);
        uint256 room = 2 ** 96 - 2 ** 64 - 1;
        three[2] = uint64(room / SD) + 5;
        _apply(_order(1, 1, three), three[2]);
        assertEq(_receiver.givenOf(1, 3), room);
        assertEq(_receiver.potOf(1), three[2] * SD - room);
    }

    /// @custom:property I6
    function test_AReplayThatMovesNothingLeavesNoEvent() external {
        _apply(_order(1, 1, _pair(10, 20)), 30);
        vm.recordLogs();
        _receiver.replay(1);
        _receiver.replay(99);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    // Stops.

    /// @custom:property H-11
    function test_APauseLosesNothing() external {
        vm.expectEmit();
        emit IEmissionReceiver.Paused(GUARDIAN, 2);
        vm.prank(GUARDIAN);
        _receiver.pause();
        _apply(_order(1, 1, _pair(10, 20)), 30);
        _apply(_order(1, 2, _pair(5, 25)), 0);
        assertEq(_receiver.potOf(1), 30 * SD);
        assertEq(_farms.unstreamed(1), 0);
        vm.expectRevert(IEmissionReceiver.Receiver_IsPaused.selector);
        _receiver.replay(1);
        uint64 seq = _receiver.seq();
        vm.expectEmit();
        emit IEmissionReceiver.Unpaused(address(this), seq + 1);
        _receiver.unpause();
        assertEq(_receiver.seq(), seq + 1);
        _receiver.replay(1);
        assertEq(_receiver.givenOf(1, 1), 5 * SD);
        assertEq(_receiver.givenOf(1, 2), 25 * SD);
    }

    /// @custom:property H-06
    function test_AKilledEpochIsNotApplied() external {
        vm.prank(GUARDIAN);
        _receiver.setMinValidEpoch(2);
        _apply(_order(1, 1, _pair(10, 20)), 30);
        assertEq(_receiver.potOf(1), 30 * SD);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_EpochKilled.selector, 1, 2)
        );
        _receiver.replay(1);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_EpochKilled.selector, 2, 2)
        );
        _receiver.setMinValidEpoch(2);
    }

    function test_RevertIf_AStopIsNotFromGuardianOrOwner() external {
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyPauser.selector, ALICE));
        _receiver.pause();
        vm.expectRevert(abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyGuardian.selector, ALICE));
        _receiver.setMinValidEpoch(9);
        vm.stopPrank();
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GUARDIAN)
        );
        vm.prank(GUARDIAN);
        _receiver.unpause();
    }

    function test_TheOwnerReplacesTheGuardian() external {
        _receiver.setGuardian(ALICE);
        vm.prank(ALICE);
        _receiver.pause();
        assertTrue(_receiver.paused());
    }

    function _composed(uint32 srcEid, address sender, uint256 amount, bytes memory order)
        private
        pure
        returns (bytes memory)
    {
        return OFTComposeMsgCodec.encode(1, srcEid, amount, bytes.concat(_asBytes32(sender), order));
    }

    function _message(uint32 srcEid, address sender, bytes memory order)
        private
        pure
        returns (bytes memory)
    {
        return _composed(srcEid, sender, 0, order);
    }

    function _asBytes32(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    function _slice(bytes memory data, uint256 from, uint256 to)
        private
        pure
        returns (bytes memory part)
    {
        part = new bytes(to - from);
        for (uint256 i; i < part.length; ++i) {
            part[i] = data[from + i];
        }
    }

    function _head(bytes memory data, uint256 to) private pure returns (bytes memory) {
        return _slice(data, 0, to);
    }

    function _tail(bytes memory data, uint256 from) private pure returns (bytes memory) {
        return _slice(data, from, data.length);
    }
}
