// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroEndpointV2,
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {
    ILayerZeroReceiver
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroReceiver.sol";

import {ICommandReceiver} from "../../../src/interfaces/ICommandReceiver.sol";
import {CommandReceiver} from "../../../src/spoke/CommandReceiver.sol";
import {IEndpointErrors} from "../../support/LimitFixture.sol";
import {GovernanceAssembly} from "./GovernanceAssembly.sol";
import {Order, Orders} from "./GovernanceOrders.sol";
import {SpokeModel} from "./SpokeModel.sol";
import {SpokeState} from "./SpokeState.sol";

/// @notice Commands on their way and what becomes of them: any order, any executor, twice, changed,
/// forged by those who verify, and carried out later by anybody.
abstract contract GovernancePackets is GovernanceAssembly {
    using Orders for Order;

    enum Verdict {
        Unknown,
        WellFormed,
        Malformed,
        Unreadable
    }

    /// @param eid Chain that the message itself names.
    struct Meaning {
        Verdict verdict;
        uint32 eid;
        uint64 no;
        Order order;
    }

    struct Envelope {
        Origin origin;
        uint32 dstEid;
        bytes32 guid;
        bytes message;
    }

    uint256 private constant HEADER_SIZE = 113;
    /// @dev So many packets are looked at for one that is taken.
    uint256 private constant TRIES = 8;
    uint8 private constant VERSION = 1;
    uint8 private constant KINDS = 14;

    mapping(bytes32 key => Meaning) private _meanings;
    bytes[] private _delivered;

    // On the way.

    /// @custom:property C-08, C-09, C-10, B-09, E22
    function deliver(uint256 who, uint256 seed) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        if (_packets.length == 0) return;
        uint256 index = _pickPacket(seed);
        Envelope memory envelope = this.open(_packets[index].encoded);
        address caller = _anyone(who);
        _tryOtherwise(caller, envelope, seed >> 128);
        uint256 gasLimit = (seed >> 120) % 4 == 0 ? 50_000 + (seed >> 192) % 900_000 : 0;
        if (_arrive(index, caller, gasLimit)) _effect();
    }

    /// @dev Those who have to verify a path lie together: in the place of a message that waits they
    /// verify another one.
    /// @custom:property C-09, E1, E22
    function forge(uint256 seed) external counted {
        seed = _fresh(seed);
        if (_packets.length == 0) return;
        uint256 index = seed % _packets.length;
        Envelope memory envelope = this.open(_packets[index].encoded);
        bytes memory message = _forgery(envelope.dstEid, _draw(seed, 0));
        bytes memory encoded = this.replaceMessage(_packets[index].encoded, message);
        _libs[envelope.dstEid].validatePacket(encoded);
        _packets[index].encoded = encoded;
        // The honest message can no longer be executed.
        bytes memory refusal = abi.encodeWithSelector(
            IEndpointErrors.LZ_PayloadHashNotFound.selector,
            keccak256(abi.encodePacked(envelope.guid, message)),
            keccak256(abi.encodePacked(envelope.guid, envelope.message))
        );
        if (keccak256(message) != keccak256(envelope.message)) {
            _execute(MALLORY, envelope, 0, refusal);
        }
        _effect();
    }

    /// @dev Anybody carries out what failed or waited, with the right bytes or wrong ones; mostly
    /// he waits for the moment, and may be a second early or late.
    /// @custom:property C-08, C-10
    function retry(uint256 who, uint256 seed) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        uint32 eid = _spokeAt(seed);
        if ((seed >> 112) % 4 != 0 && !modelOf[eid].hasDue()) eid = _otherOf(eid);
        SpokeModel model = modelOf[eid];
        uint256 deadline = model.nextDeadline(seed >> 32);
        bool isSoon = deadline > block.timestamp + 1 && deadline < block.timestamp + 3 days;
        uint256 offset = (seed >> 104) % 4 == 0 ? 0 : (seed >> 104) % 4 == 1 ? 2 : 1;
        if (isSoon && (seed >> 96) % 4 != 0) vm.warp(deadline + offset - 1);
        uint64 no = model.pick(seed >> 8);
        Order memory order = model.entryOf(no).order;
        if (uint8(order.kind) == 0 || (seed >> 64) % 16 == 0) {
            order = _draftOrder(eid, _draw(seed, 0));
        }
        bytes memory refusal = model.retry(no, order);
        bytes memory data = abi.encodeCall(ICommandReceiver.retry, (no, order.encode()));
        bool isDone = _expectCall(_anyone(who), address(_inboxOf[eid]), data, refusal);
        _assertRecord(eid, no);
        if (isDone) _effect();
    }

    /// @dev Splits a packet: version 1 | nonce 8 | srcEid 4 | sender 32 | dstEid 4 | receiver 32 |
    /// guid 32 | message.
    function open(bytes calldata encoded) external pure returns (Envelope memory envelope) {
        envelope.origin = Origin({
            srcEid: uint32(bytes4(encoded[9:13])),
            sender: bytes32(encoded[13:45]),
            nonce: uint64(bytes8(encoded[1:9]))
        });
        envelope.dstEid = uint32(bytes4(encoded[45:49]));
        envelope.guid = bytes32(encoded[81:HEADER_SIZE]);
        envelope.message = encoded[HEADER_SIZE:];
    }

    function replaceMessage(bytes calldata encoded, bytes calldata message)
        external
        pure
        returns (bytes memory)
    {
        return bytes.concat(encoded[:HEADER_SIZE], message);
    }

    function _announce(uint32 eid, uint64 no, Order memory order) internal override {
        bytes memory message = abi.encodePacked(VERSION, eid, no, order.encode());
        _meanings[_keyOf(eid, message)] = Meaning(Verdict.WellFormed, eid, no, order);
    }

    /// @dev The record of the contract is that of the model.
    function _assertRecord(uint32 eid, uint64 no) internal view {
        if (modelOf[eid].isClosed()) return;
        ICommandReceiver.Record memory record = _inboxOf[eid].recordOf(no);
        SpokeState.Entry memory entry = modelOf[eid].entryOf(no);
        assertEq(uint8(record.state), uint8(entry.state), "state of a command");
        assertEq(record.readyAt, entry.readyAt, "time from which it may be carried out");
        bool isKept = entry.state == ICommandReceiver.CommandState.Failed
            || entry.state == ICommandReceiver.CommandState.Waiting;
        bytes32 kept = isKept ? keccak256(entry.order.encode()) : bytes32(0);
        assertEq(record.commandHash, kept, "what a retry takes");
        if (uint8(entry.order.kind) == 0) return;
        assertEq(
            _inboxOf[eid].newestOf(entry.order.encode()),
            modelOf[eid].newestOf(entry.order),
            "newest of its subject"
        );
    }

    /// @dev By somebody with so much gas, or all he needs; refused only where the spoke does not
    /// listen to the sender.
    function _arrive(uint256 index, address caller, uint256 gasLimit) internal returns (bool) {
        bytes memory encoded = _packets[index].encoded;
        Envelope memory envelope = this.open(encoded);
        Meaning memory meaning = _meaningOf(envelope);
        bytes memory refusal = _peerRefusal(envelope);
        if (refusal.length != 0) {
            _execute(caller, envelope, 0, refusal);
            return false;
        }
        bool isDone = gasLimit != 0 && _executeWithGas(caller, envelope, gasLimit);
        if (!isDone) _execute(caller, envelope, 0, "");
        _book(envelope.dstEid, meaning);
        _packets[index] = _packets[_packets.length - 1];
        _packets.pop();
        _delivered.push(encoded);
        _assertRecord(envelope.dstEid, meaning.no);
        return true;
    }

    /// @dev Why the receiver does not even look at a message.
    function _peerRefusal(Envelope memory envelope) internal view returns (bytes memory) {
        SpokeModel model = modelOf[envelope.dstEid];
        if (model.isClosed()) return _noPeer(HUB);
        bytes32 peer = _asBytes32(address(senderAt[model.sender()]));
        if (envelope.origin.sender == peer) return "";
        return abi.encodeWithSignature("OnlyPeer(uint32,bytes32)", HUB, envelope.origin.sender);
    }

    /// @dev Mostly one that is taken.
    function _pickPacket(uint256 seed) private view returns (uint256 index) {
        uint256 count = _packets.length;
        index = seed % count;
        for (uint256 i; i < TRIES && (seed >> 64) % 4 != 0; ++i) {
            uint256 candidate = (seed + i) % count;
            Envelope memory envelope = this.open(_packets[candidate].encoded);
            if (_peerRefusal(envelope).length == 0) return candidate;
        }
    }

    function _noPeer(uint32 eid) internal pure returns (bytes memory) {
        return abi.encodeWithSignature("NoPeer(uint32)", eid);
    }

    // Ways that lead nowhere.

    /// @dev Each leaves the packet as it was.
    function _tryOtherwise(address caller, Envelope memory envelope, uint256 seed) private {
        uint256 kind = seed % 12;
        if (kind == 0) _tryTampered(caller, envelope, seed >> 8);
        else if (kind == 1) _tryWithValue(caller, envelope);
        else if (kind == 2) _tryDirectly(caller, envelope);
        else if (kind == 3) _tryAnotherPeer(envelope, seed >> 8);
        else if (kind == 4) _tryAgain(caller, seed >> 8);
    }

    function _tryTampered(address caller, Envelope memory envelope, uint256 seed) private {
        Envelope memory other = Envelope(envelope.origin, envelope.dstEid, envelope.guid, bytes(""));
        other.message = bytes.concat(envelope.message);
        uint256 at = seed % other.message.length;
        other.message[at] = bytes1(uint8(other.message[at]) ^ uint8(1 << ((seed >> 32) % 8)));
        bytes memory refusal = abi.encodeWithSelector(
            IEndpointErrors.LZ_PayloadHashNotFound.selector,
            keccak256(abi.encodePacked(envelope.guid, envelope.message)),
            keccak256(abi.encodePacked(envelope.guid, other.message))
        );
        _execute(caller, other, 0, refusal);
    }

    function _tryWithValue(address caller, Envelope memory envelope) private {
        bytes memory refusal = _peerRefusal(envelope);
        if (refusal.length == 0) {
            refusal =
                abi.encodeWithSelector(ICommandReceiver.CommandReceiver_ValueRefused.selector, 1);
        }
        vm.deal(caller, caller.balance + 1);
        _execute(caller, envelope, 1, refusal);
    }

    function _tryDirectly(address caller, Envelope memory envelope) private {
        bytes memory refusal = abi.encodeWithSignature("OnlyEndpoint(address)", caller);
        _expectCall(caller, address(_inboxOf[envelope.dstEid]), _receiveData(envelope), refusal);
    }

    /// @dev Whatever the endpoint says: of another sender, or of another chain.
    function _tryAnotherPeer(Envelope memory envelope, uint256 seed) private {
        bytes memory refusal;
        bytes32 stranger = _asBytes32(seed % 2 == 0 ? MALLORY : address(TIMELOCK));
        Envelope memory other =
            Envelope(envelope.origin, envelope.dstEid, envelope.guid, envelope.message);
        other.origin = Origin(HUB, stranger, envelope.origin.nonce);
        if (seed % 3 == 0) {
            other.origin.srcEid = _otherOf(envelope.dstEid);
            refusal = _noPeer(other.origin.srcEid);
        } else if (modelOf[envelope.dstEid].isClosed()) {
            refusal = _noPeer(HUB);
        } else {
            refusal = abi.encodeWithSignature("OnlyPeer(uint32,bytes32)", HUB, stranger);
        }
        address inbox = address(_inboxOf[envelope.dstEid]);
        _expectCall(address(_endpoints[envelope.dstEid]), inbox, _receiveData(other), refusal);
        // And such a path cannot even be verified.
        assertFalse(CommandReceiver(inbox).allowInitializePath(other.origin), "no other path");
    }

    function _tryAgain(address caller, uint256 seed) private {
        if (_delivered.length == 0) return;
        Envelope memory envelope = this.open(_delivered[seed % _delivered.length]);
        bytes memory refusal = abi.encodeWithSelector(
            IEndpointErrors.LZ_PayloadHashNotFound.selector,
            bytes32(0),
            keccak256(abi.encodePacked(envelope.guid, envelope.message))
        );
        _execute(caller, envelope, 0, refusal);
    }

    function _execute(address caller, Envelope memory envelope, uint256 value, bytes memory refusal)
        private
    {
        bytes memory data = abi.encodeCall(
            ILayerZeroEndpointV2.lzReceive,
            (
                envelope.origin,
                address(_inboxOf[envelope.dstEid]),
                envelope.guid,
                envelope.message,
                ""
            )
        );
        vm.prank(caller);
        (bool ok, bytes memory result) =
            address(_endpoints[envelope.dstEid]).call{value: value}(data);
        _assertOutcome(ok, result, refusal);
    }

    /// @dev With any gas the delivery does what it always does, or nothing at all.
    function _executeWithGas(address caller, Envelope memory envelope, uint256 gas_)
        private
        returns (bool isDone)
    {
        vm.prank(caller);
        try _endpoints[envelope.dstEid].lzReceive{gas: gas_}(
            envelope.origin, address(_inboxOf[envelope.dstEid]), envelope.guid, envelope.message, ""
        ) {
            return true;
        } catch {
            return false;
        }
    }

    /// @dev What the endpoint calls at the receiver.
    function _receiveData(Envelope memory envelope) private pure returns (bytes memory) {
        return abi.encodeCall(
            ILayerZeroReceiver.lzReceive,
            (envelope.origin, envelope.guid, envelope.message, address(0), "")
        );
    }

    // What it means.

    function _book(uint32 eid, Meaning memory meaning) private {
        if (meaning.verdict == Verdict.Unreadable || meaning.eid != eid) return;
        if (meaning.verdict == Verdict.Malformed) modelOf[eid].takeMalformed(meaning.no);
        else modelOf[eid].take(meaning.no, meaning.order);
    }

    function _meaningOf(Envelope memory envelope) private view returns (Meaning memory meaning) {
        meaning = _meanings[_keyOf(envelope.dstEid, envelope.message)];
        assertTrue(meaning.verdict != Verdict.Unknown, "the sender sent what was voted");
    }

    function _keyOf(uint32 eid, bytes memory message) private pure returns (bytes32) {
        return keccak256(abi.encode(eid, message));
    }

    /// @dev Any command under any number, of any chain, in any shape.
    function _forgery(uint32 eid, uint256 seed) private returns (bytes memory message) {
        Meaning memory meaning = Meaning({
            verdict: Verdict.WellFormed,
            eid: seed % 8 == 0 ? _otherOf(eid) : eid,
            no: uint64(1 + (seed >> 8) % (sentTo[modelOf[eid].sender()][eid] + 4)),
            order: _draftOrder(eid, _draw(seed, 1))
        });
        bytes memory command = meaning.order.encode();
        uint8 version = VERSION;
        uint256 shape = (seed >> 16) % 12;
        if (shape < 3) meaning.verdict = Verdict.Malformed;
        if (shape == 0) command = abi.encodePacked(command, uint8(0));
        else if (shape == 1) command[0] = bytes1(KINDS + 1 + uint8((seed >> 24) % 200));
        else if (shape == 2) command = hex"00";
        else if (shape == 3) (version, meaning.verdict) = (2, Verdict.Unreadable);
        else if (shape == 4) (meaning.no, meaning.verdict) = (0, Verdict.Unreadable);
        else if (shape == 5) (command, meaning.verdict) = (bytes(""), Verdict.Unreadable);
        message = abi.encodePacked(version, meaning.eid, meaning.no, command);
        _meanings[_keyOf(eid, message)] = meaning;
    }
}
