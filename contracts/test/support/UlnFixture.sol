// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroEndpointV2
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {
    SetConfigParam
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/IMessageLibManager.sol";

import {LimitFixture} from "./LimitFixture.sol";

/// @dev The part of the receive library used here; the library itself is LayerZero's own bytecode.
interface IReceiveUln {
    struct UlnConfig {
        uint64 confirmations;
        uint8 requiredDVNCount;
        uint8 optionalDVNCount;
        uint8 optionalDVNThreshold;
        address[] requiredDVNs;
        address[] optionalDVNs;
    }

    struct DefaultConfig {
        uint32 eid;
        UlnConfig config;
    }

    error LZ_ULN_Verifying();

    function setDefaultUlnConfigs(DefaultConfig[] calldata params) external;
    function verify(bytes calldata packetHeader, bytes32 payloadHash, uint64 confirmations) external;
    function commitVerification(bytes calldata packetHeader, bytes32 payloadHash) external;
}

/// @notice The target's token takes packets from `_source` only through ReceiveUln302 with two
/// required DVNs, whose keys the test holds.
abstract contract UlnFixture is LimitFixture {
    uint64 private constant CONFIRMATIONS = 15;
    uint32 private constant CONFIG_ULN = 2;
    uint256 private constant HEADER_SIZE = 81;

    address internal immutable DVN_A = makeAddr("DVN of one operator");
    address internal immutable DVN_B = makeAddr("DVN of another operator");

    IReceiveUln internal _uln;

    function _startUln(Kind kind) internal {
        _startLimit(kind);
        ILayerZeroEndpointV2 endpoint = _endpoints[TARGET];
        _uln = IReceiveUln(
            vm.deployCode(
                "node_modules/@layerzerolabs/lz-evm-sdk-v2/artifacts/contracts/uln/uln302/ReceiveUln302.sol/ReceiveUln302.json",
                abi.encode(address(endpoint))
            )
        );
        IReceiveUln.DefaultConfig[] memory defaults = new IReceiveUln.DefaultConfig[](1);
        defaults[0] = IReceiveUln.DefaultConfig(SOURCE, _config());
        _uln.setDefaultUlnConfigs(defaults);
        endpoint.registerLibrary(address(_uln));
        endpoint.setReceiveLibrary(address(_target), SOURCE, address(_uln), 0);
        SetConfigParam[] memory params = new SetConfigParam[](1);
        params[0] = SetConfigParam(SOURCE, CONFIG_ULN, abi.encode(_config()));
        endpoint.setConfig(address(_target), address(_uln), params);
    }

    /// @dev The DVNs answer for what goes to the target.
    function _verifySent(Packet memory packet) internal override {
        if (packet.dstEid != TARGET) super._verifySent(packet);
    }

    function _verify(address dvn, Inbound memory inbound) internal {
        (bytes memory header, bytes32 payloadHash) = this.split(_encode(inbound));
        vm.prank(dvn);
        _uln.verify(header, payloadHash, CONFIRMATIONS);
    }

    function _commit(Inbound memory inbound) internal {
        (bytes memory header, bytes32 payloadHash) = this.split(_encode(inbound));
        _uln.commitVerification(header, payloadHash);
    }

    /// @dev Both DVNs sign; anyone commits and executes.
    function _deliverVerified(Inbound memory inbound) internal {
        _verify(DVN_A, inbound);
        _verify(DVN_B, inbound);
        _commit(inbound);
        _endpoints[TARGET].lzReceive(
            inbound.origin, address(_target), inbound.guid, inbound.message, ""
        );
    }

    function split(bytes calldata packet)
        external
        pure
        returns (bytes memory header, bytes32 payloadHash)
    {
        return (packet[:HEADER_SIZE], keccak256(packet[HEADER_SIZE:]));
    }

    function _config() private view returns (IReceiveUln.UlnConfig memory) {
        address[] memory dvns = new address[](2);
        (dvns[0], dvns[1]) = DVN_A < DVN_B ? (DVN_A, DVN_B) : (DVN_B, DVN_A);
        return IReceiveUln.UlnConfig(CONFIRMATIONS, 2, 0, 0, dvns, new address[](0));
    }
}
