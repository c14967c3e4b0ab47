// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {IOAppCore} from "@layerzerolabs/oapp-evm/contracts/oapp/interfaces/IOAppCore.sol";
import {OAppReceiver} from "@layerzerolabs/oapp-evm/contracts/oapp/OAppReceiver.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {VmSafe} from "forge-std/Vm.sol";

import {DevOft} from "../../src/dev/DevOft.sol";
import {ICommandReceiver} from "../../src/interfaces/ICommandReceiver.sol";
import {IFarms} from "../../src/interfaces/IFarms.sol";
import {Commands} from "../../src/libraries/Commands.sol";
import {CommandReceiver} from "../../src/spoke/CommandReceiver.sol";
import {CommandFixture} from "../support/CommandFixture.sol";
import {CommandSamples} from "../support/CommandCodec.sol";
import {GreedyOft, VerboseOft} from "../support/GreedyOft.sol";
import {RawOapp} from "../support/RawOapp.sol";

/// @notice Who executes a delivery, with what gas and value, who sent it and what bytes it has.
contract CommandDeliveryTest is CommandFixture {
    Site private _site;
    CommandReceiver private _inbox;
    RawOapp private _forger;

    function setUp() external {
        _startCommands(0);
        _site = _siteOf[ALPHA];
        _inbox = _inboxOf[ALPHA];
        _forger = new RawOapp(_endpoints[HUB]);
        vm.deal(address(this), 1 ether);
    }

    // Gas and value.

    /// @custom:property B-09, E15
    function test_TheGasOfAnOutsiderNeverChoosesBetweenAppliedAndFailed() external {
        bytes memory good = _packetOf(Commands.setMaxRate(2, 0, 5));
        bytes memory bad = _packetOf(Commands.setMaxRate(9, 0, 5));
        uint256 refusals;
        uint256 deliveries;
        for (uint256 gasLimit = 20_000; gasLimit <= 520_000; gasLimit += 5_000) {
            refusals += _tryWith(gasLimit, good, 1, ICommandReceiver.CommandState.Applied);
            deliveries += 1 - _tryWith(gasLimit, bad, 2, ICommandReceiver.CommandState.Failed);
        }
        assertGt(refusals, 20, "too little gas was tried");
        assertGt(deliveries, 20, "enough gas was tried");
    }

    function test_TheGasThatIsPaidForIsEnoughForEveryOutcome() external {
        uint256 paid = RECEIVE_GAS + Commands.gasOf(Commands.Kind.SetMaxRate) * 64 / 63 + 1;
        bytes memory good = _packetOf(Commands.setMaxRate(2, 0, 5));
        bytes memory bad = _packetOf(Commands.setMaxRate(9, 0, 5));
        assertEq(_tryWith(paid, good, 1, ICommandReceiver.CommandState.Applied), 0);
        assertEq(_tryWith(paid, bad, 2, ICommandReceiver.CommandState.Failed), 0);
    }

    /// @custom:property B-09
    function test_RevertIf_TheGasCouldEndBeforeTheCommandDoes() external {
        bytes memory packet = _packetOf(Commands.setMaxRate(2, 0, 5));
        uint256 required = Commands.gasOf(Commands.Kind.SetMaxRate) * 64 / 63;
        try this.deliverPacket{gas: required}(packet) {
            assertTrue(false, "delivered");
        } catch (bytes memory reason) {
            assertEq(
                bytes4(reason), ICommandReceiver.CommandReceiver_NotEnoughGas.selector, "said so"
            );
        }
    }

    /// @dev What burns all its gas leaves enough of what is paid for to record that it did.
    /// @custom:property E15
    function test_ATokenThatBurnsItsGasMakesACommandFailAndBlocksNothing() external {
        DevOft token = new DevOft("Third", "THD", address(_endpoints[ALPHA]), address(this));
        bytes memory command = Commands.addFarm(
            IFarms.NewFarm(3, address(token), 80, 1e18, false), address(new GreedyOft())
        );
        bytes memory packet = _packetOf(command);
        uint256 paid = RECEIVE_GAS + Commands.gasOf(Commands.Kind.AddFarm) * 64 / 63 + 1;
        this.deliverPacket{gas: paid}(packet);
        _assertState(ALPHA, 1, ICommandReceiver.CommandState.Failed);
        assertEq(_site.farms.stakeTokenOf(3), address(0));
    }

    /// @custom:property B-09
    function test_RevertIf_ValueComesAlongAndNothingIsStranded() external {
        bytes memory packet = _packetOf(Commands.setMaxRate(2, 0, 5));
        vm.deal(address(this), 1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(ICommandReceiver.CommandReceiver_ValueRefused.selector, 1)
        );
        this.deliverWithValue(packet, 1);
        _assertState(ALPHA, 1, ICommandReceiver.CommandState.None);
        vm.prank(MALLORY);
        this.deliverPacket(packet);
        _assertState(ALPHA, 1, ICommandReceiver.CommandState.Applied);
        assertEq(address(_inbox).balance, 0);
    }

    /// @dev Storing or announcing all of it would cost more than the outcome was paid for.
    /// @custom:property E15
    function test_ALongReasonIsCutAndBlocksNothing() external {
        DevOft token = new DevOft("Third", "THD", address(_endpoints[ALPHA]), address(this));
        bytes memory command = Commands.addFarm(
            IFarms.NewFarm(3, address(token), 80, 1e18, false), address(new VerboseOft())
        );
        bytes memory packet = _packetOf(command);
        bytes memory reason = bytes.concat(bytes32(type(uint256).max), new bytes(224));
        vm.expectEmit(true, true, false, true, address(_inbox));
        emit ICommandReceiver.CommandFailed(
            1, Commands.Kind.AddFarm, bytes32(0), command, reason, _inbox.seq() + 1
        );
        this.deliverPacket(packet);
        _assertState(ALPHA, 1, ICommandReceiver.CommandState.Failed);
    }

    // Peers.

    /// @custom:property E22
    function test_RevertIf_SomebodyElseThanTheEndpointDelivers() external {
        Origin memory origin = Origin(HUB, _asBytes32(address(_sender)), 1);
        bytes memory message = Commands.wrap(ALPHA, 1, Commands.setMaxRate(2, 0, 5));
        vm.expectRevert(abi.encodeWithSelector(OAppReceiver.OnlyEndpoint.selector, address(this)));
        _inbox.lzReceive(origin, bytes32(0), message, address(0), "");
        vm.startPrank(address(_endpoints[ALPHA]));
        origin.sender = _asBytes32(MALLORY);
        vm.expectRevert(abi.encodeWithSelector(IOAppCore.OnlyPeer.selector, HUB, origin.sender));
        _inbox.lzReceive(origin, bytes32(0), message, address(0), "");
        origin = Origin(BETA, _asBytes32(address(_sender)), 1);
        vm.expectRevert(abi.encodeWithSelector(IOAppCore.NoPeer.selector, BETA));
        _inbox.lzReceive(origin, bytes32(0), message, address(0), "");
        vm.stopPrank();
    }

    /// @custom:property E22
    function test_RevertIf_AnUnauthorisedPeerOpensAPath() external {
        Origin memory origin = Origin(HUB, _asBytes32(address(_forger)), 1);
        assertFalse(_endpoints[ALPHA].initializable(origin, address(_inbox)));
        origin.sender = _asBytes32(address(_sender));
        assertTrue(_endpoints[ALPHA].initializable(origin, address(_inbox)));

        vm.startPrank(MALLORY);
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, MALLORY)
        );
        _inbox.setPeer(HUB, _asBytes32(address(_forger)));
        vm.stopPrank();
        vm.expectRevert(
            abi.encodeWithSelector(ICommandReceiver.CommandReceiver_OnlyHub.selector, BETA)
        );
        _inbox.setPeer(BETA, _asBytes32(address(_forger)));
    }

    /// @custom:property E22
    function test_APacketOfAPeerThatWasReplacedIsNeverDelivered() external {
        bytes memory packet = _packetOf(Commands.setMaxRate(2, 0, 5));
        _inbox.setPeer(HUB, _asBytes32(address(_forger)));
        vm.expectRevert(
            abi.encodeWithSelector(IOAppCore.OnlyPeer.selector, HUB, _asBytes32(address(_sender)))
        );
        this.deliverPacket(packet);
        _inbox.setPeer(HUB, _asBytes32(address(_sender)));
        this.deliverPacket(packet);
        _assertState(ALPHA, 1, ICommandReceiver.CommandState.Applied);
    }

    function test_ASenderThatReplacesAnotherCountsAnewAndLeavesItsFailuresBehind() external {
        bytes memory failing = Commands.setMaxRate(9, 0, 5);
        _command(ALPHA, failing);
        _command(ALPHA, Commands.setMaxRate(2, 0, 5));
        _inbox.setPeer(HUB, _asBytes32(address(_forger)));
        vm.expectRevert(
            abi.encodeWithSelector(
                ICommandReceiver.CommandReceiver_NotKept.selector,
                1,
                ICommandReceiver.CommandState.None
            )
        );
        _inbox.retry(1, failing);
        _forge(Commands.wrap(ALPHA, 1, Commands.setMaxRate(2, 0, 6)));
        _assertState(ALPHA, 1, ICommandReceiver.CommandState.Applied);
        assertEq(_site.farms.streamOf(2, 0).maxRate, 6);
        _inbox.setPeer(HUB, bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IOAppCore.NoPeer.selector, HUB));
        _inbox.retry(1, failing);
    }

    // What a message may say (E22, E25).

    /// @custom:property E22, C-09
    function test_AMessageReachesNobodyButTheFourContractsOfItsChain() external {
        _inbox.setPeer(HUB, _asBytes32(address(_forger)));
        bytes[] memory commands = CommandSamples.all();
        for (uint256 i; i < commands.length; ++i) {
            // Every address a command has a field for is the attacker's here.
            commands[i] = _replace(commands[i], CommandSamples.STAKE, MALLORY);
            commands[i] = _replace(commands[i], CommandSamples.OFT, MALLORY);
            commands[i] = _replace(commands[i], CommandSamples.FUNDER, MALLORY);
            vm.startStateDiffRecording();
            _forge(Commands.wrap(ALPHA, uint64(i + 20), commands[i]));
            _assertCallsOnlyItsContracts(vm.stopAndReturnStateDiff());
        }
        assertEq(_inbox.owner(), address(this));
        assertEq(_site.farms.owner(), address(_inbox));
        assertEq(_site.receiver.owner(), address(_inbox));
        assertEq(_site.bridge.owner(), address(_inbox));
    }

    /// @custom:property E25, C-09
    function test_ACommandForAnotherChainIsRefused() external {
        _inbox.setPeer(HUB, _asBytes32(address(_forger)));
        uint64 rate = _site.farms.streamOf(2, 0).maxRate;
        bytes memory command = Commands.setMaxRate(2, 0, 5);
        vm.expectEmit(true, true, false, true, address(_inbox));
        emit ICommandReceiver.CommandRefused(
            1, 3, bytes32(0), ICommandReceiver.Refusal.WrongChain, _inbox.seq() + 1
        );
        this.forgeLoose(Commands.wrap(BETA, 1, command));
        assertEq(_site.farms.streamOf(2, 0).maxRate, rate);
        _forge(Commands.wrap(ALPHA, 1, command));
        _assertState(ALPHA, 1, ICommandReceiver.CommandState.Applied);
    }

    /// @custom:property C-09
    function test_ANumberIsTakenOnce() external {
        _inbox.setPeer(HUB, _asBytes32(address(_forger)));
        _forge(Commands.wrap(ALPHA, 1, Commands.setMaxRate(2, 0, 5)));
        vm.expectEmit(true, true, false, true, address(_inbox));
        emit ICommandReceiver.CommandRefused(
            1, 3, bytes32(0), ICommandReceiver.Refusal.Duplicate, _inbox.seq() + 1
        );
        this.forgeLoose(Commands.wrap(ALPHA, 1, Commands.setMaxRate(2, 0, 6)));
        assertEq(_site.farms.streamOf(2, 0).maxRate, 5);
    }

    /// @custom:property E15, C-09
    function test_WhatCannotBeReadIsRecordedAndBlocksNothing() external {
        _inbox.setPeer(HUB, _asBytes32(address(_forger)));
        bytes[5] memory unreadable = [
            bytes(""),
            hex"01",
            hex"020000c43700000000000000010701",
            hex"010000c43700000000000000000701",
            hex"010000c4370000000000000001"
        ];
        for (uint256 i; i < unreadable.length; ++i) {
            vm.expectEmit(true, true, false, true, address(_inbox));
            emit ICommandReceiver.CommandRefused(
                0, 0, bytes32(0), ICommandReceiver.Refusal.Unreadable, _inbox.seq() + 1
            );
            this.forgeLoose(unreadable[i]);
        }
        bytes[5] memory malformed = [bytes(hex"00"), hex"0f", hex"07", hex"0702", hex"070100"];
        for (uint256 i; i < malformed.length; ++i) {
            uint64 no = uint64(i + 1);
            vm.expectEmit(true, true, false, true, address(_inbox));
            emit ICommandReceiver.CommandRefused(
                no,
                uint8(malformed[i][0]),
                bytes32(0),
                ICommandReceiver.Refusal.Malformed,
                _inbox.seq() + 1
            );
            this.forgeLoose(Commands.wrap(ALPHA, no, malformed[i]));
            _assertState(ALPHA, no, ICommandReceiver.CommandState.Refused);
        }
        _forge(Commands.wrap(ALPHA, 9, hex"0701"));
        assertTrue(_site.receiver.paused());
    }

    function test_EveryLengthOneOffIsRefused() external {
        _inbox.setPeer(HUB, _asBytes32(address(_forger)));
        bytes[] memory commands = CommandSamples.all();
        uint64 no;
        for (uint256 i; i < commands.length; ++i) {
            _forge(Commands.wrap(ALPHA, ++no, abi.encodePacked(commands[i], uint8(0))));
            _assertState(ALPHA, no, ICommandReceiver.CommandState.Refused);
            bytes memory shorter = commands[i];
            assembly {
                mstore(shorter, sub(mload(shorter), 1))
            }
            _forge(Commands.wrap(ALPHA, ++no, shorter));
            _assertState(ALPHA, no, ICommandReceiver.CommandState.Refused);
        }
    }

    /// @custom:property E15, E22, C-09
    function testFuzz_AFlippedByteIsNeverAReasonToRevert(uint8 kind, uint256 at, bytes1 mask)
        external
    {
        vm.assume(mask != 0);
        _inbox.setPeer(HUB, _asBytes32(address(_forger)));
        bytes memory message = Commands.wrap(ALPHA, 1, CommandSamples.all()[bound(kind, 1, 14) - 1]);
        at = bound(at, 0, message.length - 1);
        message[at] ^= mask;
        uint64 seq = _inbox.seq();
        vm.startStateDiffRecording();
        _forge(message);
        _assertCallsOnlyItsContracts(vm.stopAndReturnStateDiff());
        // A cancellation that came to name an earlier command says so as well.
        assertGe(_inbox.seq(), seq + 1, "no message without an event");
        assertLe(_inbox.seq(), seq + 2, "and no more than its own");
    }

    // Doing it.

    function deliverWithValue(bytes calldata encoded, uint256 value) external {
        Origin memory origin = Origin(HUB, bytes32(encoded[13:45]), uint64(bytes8(encoded[1:9])));
        _endpoints[ALPHA].lzReceive{value: value}(
            origin, address(_inbox), bytes32(encoded[81:113]), encoded[113:], ""
        );
    }

    function forgeLoose(bytes calldata message) external {
        _forge(message);
    }

    /// @dev Sends `message` from the forger and delivers it.
    function _forge(bytes memory message) private {
        _forger.send{value: MESSAGE_FEE}(ALPHA, address(_inbox), message);
        _collect();
        _deliver(_packets.length - 1);
    }

    function _packetOf(bytes memory command) private returns (bytes memory) {
        _sendCommand(ALPHA, command);
        return _packets[_packets.length - 1].encoded;
    }

    /// @return refused 1 when the delivery reverted and changed nothing.
    function _tryWith(
        uint256 gasLimit,
        bytes memory packet,
        uint64 no,
        ICommandReceiver.CommandState expected
    ) private returns (uint256 refused) {
        uint256 before = vm.snapshotState();
        vm.prank(MALLORY);
        try this.deliverPacket{gas: gasLimit}(packet) {
            _assertState(ALPHA, no, expected);
        } catch {
            _assertState(ALPHA, no, ICommandReceiver.CommandState.None);
            refused = 1;
        }
        vm.revertToState(before);
    }

    function _assertCallsOnlyItsContracts(VmSafe.AccountAccess[] memory accesses) private view {
        for (uint256 i; i < accesses.length; ++i) {
            if (accesses[i].accessor != address(_inbox)) continue;
            bool isDelegated = accesses[i].kind == VmSafe.AccountAccessKind.DelegateCall;
            // The farms run code of their annex, which appears as an access of their caller.
            if (isDelegated && accesses[i].account == _site.farms.ANNEX()) continue;
            assertFalse(isDelegated, "no code but its own");
            address called = accesses[i].account;
            bool isOurs = called == address(_inbox) || called == address(_site.farms)
                || called == address(_site.receiver) || called == address(_site.bridge)
                || called == address(_site.reward);
            assertTrue(isOurs, "only the contracts named at deployment");
        }
    }

    /// @dev Puts `to` wherever `from` stands in `data`.
    function _replace(bytes memory data, address from, address to)
        private
        pure
        returns (bytes memory)
    {
        for (uint256 i; i + 20 <= data.length; ++i) {
            bytes20 word;
            assembly {
                word := mload(add(add(data, 32), i))
            }
            if (word != bytes20(from)) continue;
            bytes20 other = bytes20(to);
            for (uint256 j; j < 20; ++j) {
                data[i + j] = other[j];
            }
        }
        return data;
    }
}
