// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroComposer
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroComposer.sol";
import {
    MessagingFee,
    MessagingParams,
    MessagingReceipt,
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {
    ILayerZeroReceiver
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroReceiver.sol";

/// @notice What is on its way between the chains of the suite. Everything arrives in any order, as
/// late as anybody likes and at most once; what reverted may be tried again.
contract GhostNetwork {
    struct Packet {
        uint32 srcEid;
        uint32 dstEid;
        address sender;
        address receiver;
        bytes32 guid;
        bytes message;
        bool isDone;
    }

    struct Compose {
        uint32 eid;
        address from;
        address to;
        bytes32 guid;
        bytes message;
        bool isDone;
    }

    /// @notice Fee of every message.
    uint256 public fee = 100;
    mapping(uint32 eid => GhostEndpoint) public endpointOf;
    mapping(address endpoint => bool) private _isEndpoint;
    Packet[] private _packets;
    Compose[] private _composes;

    error Ghost_OnlyEndpoint(address caller);
    error Ghost_AlreadyDone(uint256 index);

    modifier onlyEndpoint() {
        if (!_isEndpoint[msg.sender]) revert Ghost_OnlyEndpoint(msg.sender);
        _;
    }

    function addChain(uint32 eid) external returns (GhostEndpoint endpoint) {
        endpoint = new GhostEndpoint(eid);
        endpointOf[eid] = endpoint;
        _isEndpoint[address(endpoint)] = true;
    }

    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    function packetCount() external view returns (uint256) {
        return _packets.length;
    }

    function composeCount() external view returns (uint256) {
        return _composes.length;
    }

    function packetAt(uint256 index) external view returns (Packet memory) {
        return _packets[index];
    }

    function composeAt(uint256 index) external view returns (Compose memory) {
        return _composes[index];
    }

    /// @notice Delivers a packet; anyone.
    function deliver(uint256 index) external {
        if (_packets[index].isDone) revert Ghost_AlreadyDone(index);
        _packets[index].isDone = true;
        Packet memory packet = _packets[index];
        endpointOf[packet.dstEid].forward(packet);
    }

    /// @notice Executes a compose, with the gas and value of the caller; anyone.
    function compose(uint256 index) external payable {
        if (_composes[index].isDone) revert Ghost_AlreadyDone(index);
        _composes[index].isDone = true;
        Compose memory waiting = _composes[index];
        endpointOf[waiting.eid].forwardCompose{value: msg.value}(waiting);
    }

    function post(Packet calldata packet) external onlyEndpoint returns (bytes32 guid) {
        guid = keccak256(abi.encode(_packets.length));
        _packets.push(packet);
        _packets[_packets.length - 1].guid = guid;
    }

    function postCompose(Compose calldata waiting) external onlyEndpoint {
        _composes.push(waiting);
    }
}

/// @notice The endpoint of one chain: as much of it as an OFT and a receiver see.
contract GhostEndpoint {
    GhostNetwork private immutable NETWORK = GhostNetwork(msg.sender);
    uint32 public immutable eid;

    error Ghost_OnlyNetwork(address caller);
    error Ghost_InsufficientFee(uint256 required, uint256 supplied);
    error Ghost_RefundFailed();

    modifier onlyNetwork() {
        if (msg.sender != address(NETWORK)) revert Ghost_OnlyNetwork(msg.sender);
        _;
    }

    constructor(uint32 eid_) {
        eid = eid_;
    }

    function setDelegate(address) external pure {}

    function quote(MessagingParams calldata, address) external view returns (MessagingFee memory) {
        return MessagingFee(NETWORK.fee(), 0);
    }

    function send(MessagingParams calldata params, address refundTo)
        external
        payable
        returns (MessagingReceipt memory receipt)
    {
        uint256 fee = NETWORK.fee();
        if (msg.value < fee) revert Ghost_InsufficientFee(fee, msg.value);
        receipt.fee = MessagingFee(fee, 0);
        receipt.guid = NETWORK.post(
            GhostNetwork.Packet({
                srcEid: eid,
                dstEid: params.dstEid,
                sender: msg.sender,
                receiver: address(uint160(uint256(params.receiver))),
                guid: bytes32(0),
                message: params.message,
                isDone: false
            })
        );
        if (msg.value == fee) return receipt;
        (bool isRefunded,) = refundTo.call{value: msg.value - fee}("");
        if (!isRefunded) revert Ghost_RefundFailed();
    }

    /// @dev Open to anyone, as in the endpoint: the caller is what the composer has to judge.
    function sendCompose(address to, bytes32 guid, uint16, bytes calldata message) external {
        NETWORK.postCompose(GhostNetwork.Compose(eid, msg.sender, to, guid, message, false));
    }

    function forward(GhostNetwork.Packet calldata packet) external onlyNetwork {
        Origin memory origin = Origin(packet.srcEid, bytes32(uint256(uint160(packet.sender))), 1);
        ILayerZeroReceiver(packet.receiver)
            .lzReceive(origin, packet.guid, packet.message, msg.sender, "");
    }

    function forwardCompose(GhostNetwork.Compose calldata waiting) external payable onlyNetwork {
        ILayerZeroComposer(waiting.to).lzCompose{value: msg.value}(
            waiting.from, waiting.guid, waiting.message, msg.sender, ""
        );
    }
}
