// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroEndpointV2,
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {IOAppCore} from "@layerzerolabs/oapp-evm/contracts/oapp/interfaces/IOAppCore.sol";
import {
    EnforcedOptionParam
} from "@layerzerolabs/oapp-evm/contracts/oapp/interfaces/IOAppOptionsType3.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";

import {Vm} from "forge-std/Vm.sol";

import {CommandSender} from "../../src/hub/CommandSender.sol";
import {ICommandSender} from "../../src/interfaces/ICommandSender.sol";
import {Commands} from "../../src/libraries/Commands.sol";
import {LzFixture} from "../support/LzFixture.sol";

/// @notice The hub's end, over a real endpoint. The test contract is its owner.
contract CommandSenderTest is LzFixture {
    uint32 private constant HUB = 50_121;
    uint32 private constant ALPHA = 50_231;
    uint32 private constant BETA = 50_102;
    uint256 private constant FEE_CAP = 0.01 ether;
    /// @dev Type 3, executor, 17 bytes, receive, 200,000 gas.
    bytes private constant ENFORCED = hex"0003010011010000000000000000000000000000030d40";
    bytes private constant PAUSE = hex"0701";
    bytes private constant RESUME = hex"0800";

    address private immutable MALLORY = makeAddr("mallory");

    CommandSender private _sender;

    receive() external payable {}

    function setUp() external {
        uint32[] memory eids = new uint32[](3);
        (eids[0], eids[1], eids[2]) = (HUB, ALPHA, BETA);
        _startEndpoints(eids);
        _libs[HUB].setMessagingFee(MESSAGE_FEE, 0);
        _sender = new CommandSender(address(_endpoints[HUB]), address(this), FEE_CAP);
        _sender.setPeer(ALPHA, bytes32(uint256(0xa)));
        _sender.setPeer(BETA, bytes32(uint256(0xb)));
        _enforce(ALPHA);
        _enforce(BETA);
        vm.deal(address(_sender), 1 ether);
        vm.getRecordedLogs();
    }

    function test_ACommandTravelsWithItsChainAndNumberAndIsPaidFromTheBalance() external {
        uint256 fee = _sender.quote(ALPHA, PAUSE);
        assertEq(fee, MESSAGE_FEE);
        vm.expectEmit(true, true, true, false, address(_sender));
        emit ICommandSender.CommandSent(
            ALPHA, 1, Commands.Kind.SetReceiverPaused, bytes32(0), PAUSE, fee, 2
        );
        bytes32 guid = _sender.send(ALPHA, PAUSE);
        _file();
        assertEq(address(_sender).balance, 1 ether - fee);
        assertEq(_packets.length, 1);
        assertEq(_packets[0].guid, guid);
        assertEq(_packets[0].dstEid, ALPHA);
        assertEq(_messageOf(0), hex"010000c43700000000000000010701");
    }

    function test_CommandsAreNumberedForEachChain() external {
        uint32[] memory eids = new uint32[](3);
        bytes[] memory commands = new bytes[](3);
        (eids[0], eids[1], eids[2]) = (ALPHA, BETA, ALPHA);
        (commands[0], commands[1], commands[2]) = (PAUSE, PAUSE, RESUME);
        _sender.sendMany(eids, commands);
        _sender.send(BETA, RESUME);
        _file();
        assertEq(_messageOf(0), hex"010000c43700000000000000010701");
        assertEq(_messageOf(1), hex"010000c3b600000000000000010701");
        assertEq(_messageOf(2), hex"010000c43700000000000000020800");
        assertEq(_messageOf(3), hex"010000c3b600000000000000020800");
        assertEq(_sender.lastNo(ALPHA), 2);
        assertEq(_sender.lastNo(BETA), 2);
        assertEq(_sender.seq(), 5, "the fee cap and four commands");
    }

    function test_TheGasOfTheKindComesOnTopOfTheEnforcedOptions() external {
        _sender.send(ALPHA, PAUSE);
        _file();
        uint256 gasOfKind = Commands.gasOf(Commands.Kind.SetReceiverPaused);
        bytes memory extra = abi.encodePacked(hex"0100110100", uint120(gasOfKind * 64 / 63 + 1));
        assertEq(_packets[0].options, abi.encodePacked(ENFORCED, extra));
    }

    function test_RevertIf_AnyoneButTheOwnerSendsOrSetsOrTakes() external {
        bytes memory refusal =
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, MALLORY);
        vm.startPrank(MALLORY);
        vm.expectRevert(refusal);
        _sender.send(ALPHA, PAUSE);
        vm.expectRevert(refusal);
        _sender.sendMany(new uint32[](0), new bytes[](0));
        vm.expectRevert(refusal);
        _sender.setFeeCap(1);
        vm.expectRevert(refusal);
        _sender.withdrawNative(payable(MALLORY), 1);
        vm.expectRevert(refusal);
        _sender.setPeer(ALPHA, bytes32(uint256(1)));
        vm.expectRevert(refusal);
        _sender.setDelegate(MALLORY);
        vm.stopPrank();
    }

    function test_RevertIf_TheReceiverCouldNotReadTheCommand() external {
        bytes memory longer = hex"070100";
        bytes memory refusal =
            abi.encodeWithSelector(ICommandSender.CommandSender_Malformed.selector, ALPHA, longer);
        vm.expectRevert(refusal);
        _sender.send(ALPHA, longer);
        vm.expectRevert(refusal);
        _sender.quote(ALPHA, longer);
        vm.expectRevert(
            abi.encodeWithSelector(ICommandSender.CommandSender_Malformed.selector, ALPHA, "")
        );
        _sender.send(ALPHA, "");
    }

    function test_RevertIf_AChainHasNoPeerOrNoEnforcedOptions() external {
        _sender.setPeer(ALPHA, bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IOAppCore.NoPeer.selector, ALPHA));
        _sender.send(ALPHA, PAUSE);
        vm.expectRevert(
            abi.encodeWithSelector(ICommandSender.CommandSender_NoEnforcedOptions.selector, HUB)
        );
        _sender.send(HUB, PAUSE);
        assertEq(_sender.lastNo(ALPHA), 0, "a number is used only by what was sent");
    }

    /// @custom:property E16
    function test_RevertIf_OneOfManyCannotBeSent() external {
        uint32[] memory eids = new uint32[](2);
        bytes[] memory commands = new bytes[](2);
        (eids[0], eids[1]) = (ALPHA, HUB);
        (commands[0], commands[1]) = (PAUSE, PAUSE);
        vm.expectRevert(
            abi.encodeWithSelector(ICommandSender.CommandSender_NoEnforcedOptions.selector, HUB)
        );
        _sender.sendMany(eids, commands);
        vm.expectRevert(
            abi.encodeWithSelector(ICommandSender.CommandSender_LengthMismatch.selector, 2, 1)
        );
        _sender.sendMany(eids, new bytes[](1));
        assertEq(_sender.lastNo(ALPHA), 0);
    }

    /// @custom:property E16
    function test_RevertIf_TheFeeIsAboveTheCapOrTheBalance() external {
        vm.expectEmit(address(_sender));
        emit ICommandSender.FeeCapSet(MESSAGE_FEE - 1, 2);
        _sender.setFeeCap(MESSAGE_FEE - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICommandSender.CommandSender_FeeTooHigh.selector, MESSAGE_FEE, MESSAGE_FEE - 1
            )
        );
        _sender.send(ALPHA, PAUSE);
        _sender.setFeeCap(MESSAGE_FEE);
        vm.deal(address(_sender), MESSAGE_FEE - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICommandSender.CommandSender_InsufficientNative.selector,
                MESSAGE_FEE,
                MESSAGE_FEE - 1
            )
        );
        _sender.send(ALPHA, PAUSE);
        vm.deal(address(_sender), MESSAGE_FEE);
        _sender.send(ALPHA, PAUSE);
        assertEq(address(_sender).balance, 0);
    }

    function test_TheOwnerTakesNativeMoneyOut() external {
        vm.expectEmit(address(_sender));
        emit ICommandSender.NativeWithdrawn(MALLORY, 0.4 ether, 2);
        _sender.withdrawNative(payable(MALLORY), 0.4 ether);
        assertEq(MALLORY.balance, 0.4 ether);
        assertEq(address(_sender).balance, 0.6 ether);
    }

    function test_RevertIf_NativeMoneyGoesNowhereOrIsNotThere() external {
        vm.expectRevert(ICommandSender.CommandSender_ZeroAddress.selector);
        _sender.withdrawNative(payable(0), 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICommandSender.CommandSender_InsufficientNative.selector, 1 ether + 1, 1 ether
            )
        );
        _sender.withdrawNative(payable(MALLORY), 1 ether + 1);
        vm.expectRevert(Errors.FailedCall.selector);
        _sender.withdrawNative(payable(address(_endpoints[HUB])), 1);
    }

    function test_RevertIf_TheSenderIsToldAnything() external {
        Origin memory origin = Origin(ALPHA, bytes32(uint256(0xa)), 1);
        vm.expectRevert(ICommandSender.CommandSender_TakesNoMessages.selector);
        _sender.lzReceive(origin, bytes32(0), "", address(0), "");
        vm.prank(address(_endpoints[HUB]));
        vm.expectRevert(ICommandSender.CommandSender_TakesNoMessages.selector);
        _sender.lzReceive(origin, bytes32(0), "", address(0), "");
        assertFalse(_endpoints[HUB].initializable(origin, address(_sender)));
    }

    function test_RevertIf_TheSenderLosesItsOwner() external {
        vm.expectRevert(ICommandSender.CommandSender_RenounceDisabled.selector);
        _sender.renounceOwnership();
    }

    function _enforce(uint32 eid) private {
        EnforcedOptionParam[] memory params = new EnforcedOptionParam[](1);
        params[0] = EnforcedOptionParam(eid, 1, ENFORCED);
        _sender.setEnforcedOptions(params);
    }

    /// @dev Files the packets without the other end, which this test has none of.
    function _file() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != ILayerZeroEndpointV2.PacketSent.selector) continue;
            (bytes memory encoded, bytes memory options,) =
                abi.decode(logs[i].data, (bytes, bytes, address));
            _packets.push(this.parsePacket(encoded, options));
        }
    }

    /// @dev What follows the 113 bytes of the packet's own header.
    function _messageOf(uint256 index) private view returns (bytes memory message) {
        bytes memory encoded = _packets[index].encoded;
        message = new bytes(encoded.length - 113);
        for (uint256 i; i < message.length; ++i) {
            message[i] = encoded[113 + i];
        }
    }
}
