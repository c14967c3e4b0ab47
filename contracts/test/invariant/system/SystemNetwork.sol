// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

import {
    ILayerZeroEndpointV2,
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {
    IMessagingComposer
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/IMessagingComposer.sol";

import {Effects} from "../../support/Effects.sol";
import {IReceiveUln} from "../../support/UlnFixture.sol";
import {FlatFeeWorker} from "./SystemWorkers.sol";

/// @dev The part of the send library used here; the library itself is LayerZero's own bytecode.
interface ISendUln {
    struct ExecutorConfig {
        uint32 maxMessageSize;
        address executor;
    }

    struct DefaultExecutorConfig {
        uint32 eid;
        ExecutorConfig config;
    }

    function setDefaultExecutorConfigs(DefaultExecutorConfig[] calldata params) external;
    function setDefaultUlnConfigs(IReceiveUln.DefaultConfig[] calldata params) external;
}

/// @dev What the receive library says of attestations.
interface IUlnView {
    function verifiable(
        IReceiveUln.UlnConfig calldata config,
        bytes32 headerHash,
        bytes32 payloadHash
    ) external view returns (bool);
}

/// @dev Errors of the endpoint, whose source is not imported.
interface ILzErrors {
    error LZ_PayloadHashNotFound(bytes32 expected, bytes32 actual);
    error LZ_ComposeNotFound(bytes32 expected, bytes32 actual);
    error LZ_InvalidNonce(uint64 nonce);
    error LZ_PathNotInitializable();
    error LZ_PathNotVerifiable();
    error LZ_Unauthorized();
    error LZ_InsufficientFee(
        uint256 requiredNative, uint256 suppliedNative, uint256 requiredLz, uint256 suppliedLz
    );
}

/// @notice Three chains in one process, joined by LayerZero's own endpoints and message libraries.
/// Two verifiers have to attest each packet; their keys and the executor's are the handler's.
abstract contract SystemNetwork is Test, Effects {
    /// @dev `Foreign` carries a compose that is none of the protocol's.
    enum Kind {
        Transfer,
        Order,
        Move,
        Command,
        Foreign
    }

    /// @dev A `Lost` packet had its number used up by a forged one.
    enum Stage {
        Open,
        Queued,
        Done,
        Lost
    }

    /// @param receiveGas Gas that the options pay for its delivery.
    /// @param composeGas Gas that they pay for its compose.
    /// @param amountSD Tokens it carries.
    /// @param recipient Who owns these at last.
    struct Packet {
        uint32 srcEid;
        uint32 dstEid;
        uint64 nonce;
        uint64 amountSD;
        address sender;
        address receiver;
        address recipient;
        Kind kind;
        Stage stage;
        bool isReward;
        bool isCommitted;
        bytes32 guid;
        bytes message;
        uint128 receiveGas;
        uint128 composeGas;
    }

    struct Compose {
        uint32 eid;
        address from;
        address to;
        bytes32 guid;
        uint256 packet;
        bytes message;
    }

    string private constant ARTIFACTS =
        "node_modules/@layerzerolabs/lz-evm-sdk-v2/artifacts/contracts/";
    uint64 internal constant CONFIRMATIONS = 15;
    uint256 private constant WORKER_FEE = 30;
    /// @dev Two verifiers and the executor.
    uint256 internal constant MESSAGE_FEE = 3 * WORKER_FEE;
    uint32 private constant MESSAGE_SIZE_MAX = 10_000;

    address internal immutable DVN_A = address(new FlatFeeWorker(WORKER_FEE));
    address internal immutable DVN_B = address(new FlatFeeWorker(WORKER_FEE));
    address internal immutable EXECUTOR = address(new FlatFeeWorker(WORKER_FEE));
    address internal immutable ATTACKER = makeAddr("attacker");

    mapping(uint32 eid => ILayerZeroEndpointV2) internal _endpoints;
    mapping(uint32 eid => IReceiveUln) internal _ulns;
    mapping(address endpoint => uint32 eid) private _eidOf;
    Packet[] internal _packets;
    Compose[] internal _composes;
    mapping(bytes32 guid => uint256 packet) private _packetOf;
    /// @dev Ids by stage.
    uint256[] internal _open;
    uint256[] internal _queued;
    uint256[] internal _done;
    /// @dev Ids of composes that wait, and of those that were executed.
    uint256[] internal _waiting;
    uint256[] internal _composed;

    function _startNetwork(uint32[] memory eids) internal {
        for (uint256 i; i < eids.length; ++i) {
            address endpoint = vm.deployCode(
                string.concat(ARTIFACTS, "EndpointV2.sol/EndpointV2.json"),
                abi.encode(eids[i], address(this))
            );
            _endpoints[eids[i]] = ILayerZeroEndpointV2(endpoint);
            _eidOf[endpoint] = eids[i];
            _startLibraries(eids, i);
        }
        vm.recordLogs();
    }

    /// @dev Both libraries of one chain, as the defaults of every path.
    function _startLibraries(uint32[] memory eids, uint256 index) private {
        ILayerZeroEndpointV2 endpoint = _endpoints[eids[index]];
        address sender = vm.deployCode(
            string.concat(ARTIFACTS, "uln/uln302/SendUln302.sol/SendUln302.json"),
            abi.encode(address(endpoint), uint256(0), uint256(0))
        );
        address receiver = vm.deployCode(
            string.concat(ARTIFACTS, "uln/uln302/ReceiveUln302.sol/ReceiveUln302.json"),
            abi.encode(address(endpoint))
        );
        _ulns[eids[index]] = IReceiveUln(receiver);
        IReceiveUln.DefaultConfig[] memory configs =
            new IReceiveUln.DefaultConfig[](eids.length - 1);
        ISendUln.DefaultExecutorConfig[] memory executors =
            new ISendUln.DefaultExecutorConfig[](eids.length - 1);
        uint256 count;
        for (uint256 i; i < eids.length; ++i) {
            if (i == index) continue;
            configs[count] = IReceiveUln.DefaultConfig(eids[i], _ulnConfig());
            executors[count++] = ISendUln.DefaultExecutorConfig(
                eids[i], ISendUln.ExecutorConfig(MESSAGE_SIZE_MAX, EXECUTOR)
            );
        }
        ISendUln(sender).setDefaultExecutorConfigs(executors);
        ISendUln(sender).setDefaultUlnConfigs(configs);
        IReceiveUln(receiver).setDefaultUlnConfigs(configs);
        endpoint.registerLibrary(sender);
        endpoint.registerLibrary(receiver);
        for (uint256 i; i < count; ++i) {
            endpoint.setDefaultSendLibrary(configs[i].eid, sender);
            endpoint.setDefaultReceiveLibrary(configs[i].eid, receiver, 0);
        }
    }

    function _ulnConfig() internal view returns (IReceiveUln.UlnConfig memory) {
        address[] memory dvns = new address[](2);
        (dvns[0], dvns[1]) = DVN_A < DVN_B ? (DVN_A, DVN_B) : (DVN_B, DVN_A);
        return IReceiveUln.UlnConfig(CONFIRMATIONS, 2, 0, 0, dvns, new address[](0));
    }

    /// @dev Tells what a packet of the protocol carries.
    function _classify(Packet memory packet) internal view virtual;

    /// @dev Files every packet and compose that was emitted since the last call.
    function _collect() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            uint32 eid = _eidOf[logs[i].emitter];
            if (eid == 0) continue;
            if (logs[i].topics[0] == ILayerZeroEndpointV2.PacketSent.selector) {
                (bytes memory encoded, bytes memory options,) =
                    abi.decode(logs[i].data, (bytes, bytes, address));
                _file(this.parsePacket(encoded, options));
            } else if (logs[i].topics[0] == IMessagingComposer.ComposeSent.selector) {
                (address from, address to, bytes32 guid,, bytes memory message) =
                    abi.decode(logs[i].data, (address, address, bytes32, uint16, bytes));
                _waiting.push(_composes.length);
                _composes.push(Compose(eid, from, to, guid, _packetOf[guid], message));
            }
        }
    }

    /// @dev Of a call that was reverted, which are recorded all the same, or of nobody's compose.
    function _forgetLogs() internal {
        vm.getRecordedLogs();
    }

    function _file(Packet memory packet) private {
        _classify(packet);
        uint256 id = _packets.length;
        _packetOf[packet.guid] = id;
        _open.push(id);
        _packets.push(packet);
    }

    /// @dev External, because the packet is sliced as calldata.
    function parsePacket(bytes calldata encoded, bytes calldata options)
        external
        pure
        returns (Packet memory packet)
    {
        // version 1 | nonce 8 | srcEid 4 | sender 32 | dstEid 4 | receiver 32 | guid 32 | message
        packet.nonce = uint64(bytes8(encoded[1:9]));
        packet.srcEid = uint32(bytes4(encoded[9:13]));
        packet.sender = address(uint160(uint256(bytes32(encoded[13:45]))));
        packet.dstEid = uint32(bytes4(encoded[45:49]));
        packet.receiver = address(uint160(uint256(bytes32(encoded[49:81]))));
        packet.guid = bytes32(encoded[81:113]);
        packet.message = encoded[113:];
        // type 2, then options of worker 1 | size 2 | kind 1 | body, a kind's gas adding up
        for (uint256 at = 2; at < options.length;) {
            uint256 size = uint16(bytes2(options[at + 1:at + 3]));
            uint128 gas_ = uint128(bytes16(options[at + 3 + size - 16:at + 3 + size]));
            if (uint8(options[at + 3]) == 1) packet.receiveGas += gas_;
            else packet.composeGas += gas_;
            at += 3 + size;
        }
    }

    function _headerOf(Packet memory packet) internal pure returns (bytes memory) {
        return abi.encodePacked(
            uint8(1),
            packet.nonce,
            packet.srcEid,
            bytes32(uint256(uint160(packet.sender))),
            packet.dstEid,
            bytes32(uint256(uint160(packet.receiver)))
        );
    }

    function _hashOf(Packet memory packet) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(packet.guid, packet.message));
    }

    function _originOf(Packet memory packet) internal pure returns (Origin memory) {
        return Origin(packet.srcEid, bytes32(uint256(uint160(packet.sender))), packet.nonce);
    }

    function _attest(address dvn, Packet memory packet) internal {
        _attestWith(dvn, packet, CONFIRMATIONS);
    }

    function _attestWith(address dvn, Packet memory packet, uint64 confirmations) internal {
        vm.prank(dvn);
        _ulns[packet.dstEid].verify(_headerOf(packet), _hashOf(packet), confirmations);
    }

    function _commit(Packet memory packet) internal {
        vm.prank(ATTACKER);
        _ulns[packet.dstEid].commitVerification(_headerOf(packet), _hashOf(packet));
    }

    function _expectNoCommit(Packet memory packet, bytes4 reason) internal {
        bytes memory header = _headerOf(packet);
        bytes32 payloadHash = _hashOf(packet);
        IReceiveUln uln = _ulns[packet.dstEid];
        vm.expectRevert(reason);
        uln.commitVerification(header, payloadHash);
    }

    /// @dev Both verifiers attest the packet and it is committed.
    function _verify(Packet memory packet) internal {
        _attest(DVN_A, packet);
        _attest(DVN_B, packet);
        _commit(packet);
    }

    /// @dev Commits the packet, unless it is, and those of its path before it: the endpoint
    /// executes nothing behind a gap.
    function _commitUpTo(uint256 id) internal {
        Packet storage last = _packets[id];
        for (uint256 i; i < _open.length; ++i) {
            Packet storage packet = _packets[_open[i]];
            if (
                packet.isCommitted || packet.nonce > last.nonce || packet.dstEid != last.dstEid
                    || packet.receiver != last.receiver || packet.sender != last.sender
            ) continue;
            _verify(packet);
            packet.isCommitted = true;
        }
    }

    /// @dev Whoever executes, with as much gas as the options pay for or with any other.
    function _execute(Packet memory packet, uint256 gasLimit) internal {
        vm.prank(EXECUTOR);
        _endpoints[packet.dstEid].lzReceive{gas: gasLimit}(
            _originOf(packet), packet.receiver, packet.guid, packet.message, ""
        );
    }

    function _expectNoExecution(Packet memory packet, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(ATTACKER);
        _endpoints[packet.dstEid].lzReceive(
            _originOf(packet), packet.receiver, packet.guid, packet.message, ""
        );
    }

    function _executeCompose(Compose memory compose, uint256 gasLimit) internal {
        vm.prank(EXECUTOR);
        _endpoints[compose.eid].lzCompose{gas: gasLimit}(
            compose.from, compose.to, compose.guid, 0, compose.message, ""
        );
    }

    function _expectNoCompose(Compose memory compose, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(ATTACKER);
        _endpoints[compose.eid].lzCompose(
            compose.from, compose.to, compose.guid, 0, compose.message, ""
        );
    }

    /// @dev Takes `id` out of a list.
    function _remove(uint256[] storage list, uint256 id) internal {
        for (uint256 i; i < list.length; ++i) {
            if (list[i] != id) continue;
            list[i] = list[list.length - 1];
            list.pop();
            return;
        }
        assertTrue(false, "not in the list");
    }

    receive() external payable {}
}
