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

/// @dev The part of the message library used here; the library itself is LayerZero's own bytecode.
interface ISimpleMessageLib {
    function validatePacket(bytes calldata packetBytes) external;
    function setMessagingFee(uint256 nativeFee, uint256 lzTokenFee) external;
}

/// @notice Real LayerZero endpoints of several chains in one process. Nothing is mocked: packets go
/// through EndpointV2 bytecode from the npm package, with its simplest message library in place of
/// the DVNs.
abstract contract LzFixture is Test {
    struct Packet {
        uint32 srcEid;
        uint32 dstEid;
        bytes32 guid;
        bytes encoded;
        bytes options;
    }

    struct Compose {
        uint32 eid;
        address from;
        address to;
        bytes32 guid;
        uint16 index;
        bytes message;
    }

    string private constant ARTIFACTS =
        "node_modules/@layerzerolabs/lz-evm-sdk-v2/artifacts/contracts/";
    uint256 internal constant MESSAGE_FEE = 100;

    mapping(uint32 eid => ILayerZeroEndpointV2) internal _endpoints;
    mapping(uint32 eid => ISimpleMessageLib) internal _libs;
    mapping(address endpoint => uint32 eid) internal _eidOf;
    Packet[] internal _packets;
    Compose[] internal _composes;

    function _startEndpoints(uint32[] memory eids) internal {
        for (uint256 i; i < eids.length; ++i) {
            address endpoint = vm.deployCode(
                string.concat(ARTIFACTS, "EndpointV2.sol/EndpointV2.json"),
                abi.encode(eids[i], address(this))
            );
            address lib = vm.deployCode(
                string.concat(ARTIFACTS, "messagelib/SimpleMessageLib.sol/SimpleMessageLib.json"),
                abi.encode(endpoint, address(this))
            );
            _endpoints[eids[i]] = ILayerZeroEndpointV2(endpoint);
            _libs[eids[i]] = ISimpleMessageLib(lib);
            _eidOf[endpoint] = eids[i];
            _endpoints[eids[i]].registerLibrary(lib);
            for (uint256 j; j < eids.length; ++j) {
                if (i == j) continue;
                _endpoints[eids[i]].setDefaultSendLibrary(eids[j], lib);
                _endpoints[eids[i]].setDefaultReceiveLibrary(eids[j], lib, 0);
            }
        }
        vm.recordLogs();
    }

    /// @dev Files every packet and compose that was emitted since the last call.
    function _collect() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            uint32 eid = _eidOf[logs[i].emitter];
            if (eid == 0) continue;
            if (logs[i].topics[0] == ILayerZeroEndpointV2.PacketSent.selector) {
                (bytes memory encoded, bytes memory options,) =
                    abi.decode(logs[i].data, (bytes, bytes, address));
                Packet memory packet = this.parsePacket(encoded, options);
                _packets.push(packet);
                _verifySent(packet);
            } else if (logs[i].topics[0] == IMessagingComposer.ComposeSent.selector) {
                (address from, address to, bytes32 guid, uint16 index, bytes memory message) =
                    abi.decode(logs[i].data, (address, address, bytes32, uint16, bytes));
                _composes.push(Compose(eid, from, to, guid, index, message));
            }
        }
    }

    /// @dev Verified at once and executed later: an execution may then come in any order.
    function _verifySent(Packet memory packet) internal virtual {
        _libs[packet.dstEid].validatePacket(packet.encoded);
    }

    /// @dev Delivers the packet at `index`; its composes are filed.
    function _deliver(uint256 index) internal {
        _collect();
        Packet memory packet = _packets[index];
        _packets[index] = _packets[_packets.length - 1];
        _packets.pop();
        this.deliverPacket(packet.encoded);
        _collect();
    }

    /// @dev External, because the packet is sliced as calldata.
    function deliverPacket(bytes calldata encoded) external {
        // version 1 | nonce 8 | srcEid 4 | sender 32 | dstEid 4 | receiver 32 | guid 32 | message
        Origin memory origin = Origin({
            srcEid: uint32(bytes4(encoded[9:13])),
            sender: bytes32(encoded[13:45]),
            nonce: uint64(bytes8(encoded[1:9]))
        });
        uint32 dstEid = uint32(bytes4(encoded[45:49]));
        address receiver = address(uint160(uint256(bytes32(encoded[49:81]))));
        _endpoints[dstEid].lzReceive(origin, receiver, bytes32(encoded[81:113]), encoded[113:], "");
    }

    /// @dev Executes the compose at `index`.
    function _compose(uint256 index) internal {
        _collect();
        Compose memory compose = _composes[index];
        _composes[index] = _composes[_composes.length - 1];
        _composes.pop();
        _executeCompose(compose);
        _collect();
    }

    function _executeCompose(Compose memory compose) internal {
        _endpoints[compose.eid].lzCompose(
            compose.from, compose.to, compose.guid, compose.index, compose.message, ""
        );
    }

    /// @dev Delivers and composes until nothing is left.
    function _deliverAll() internal {
        _collect();
        while (_packets.length + _composes.length != 0) {
            if (_packets.length != 0) _deliver(_packets.length - 1);
            else _compose(_composes.length - 1);
        }
    }

    function parsePacket(bytes calldata encoded, bytes calldata options)
        external
        pure
        returns (Packet memory)
    {
        return Packet({
            srcEid: uint32(bytes4(encoded[9:13])),
            dstEid: uint32(bytes4(encoded[45:49])),
            guid: bytes32(encoded[81:113]),
            encoded: encoded,
            options: options
        });
    }
}
