// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroEndpointV2,
    MessagingParams
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";

/// @notice Sends any bytes to anybody, as a peer that was broken or replaced by a forger would.
contract RawOapp {
    ILayerZeroEndpointV2 private immutable ENDPOINT;

    constructor(ILayerZeroEndpointV2 endpoint) {
        ENDPOINT = endpoint;
    }

    function send(uint32 eid, address receiver, bytes calldata message)
        external
        payable
        returns (bytes32 guid)
    {
        return ENDPOINT.send{value: msg.value}(
            MessagingParams(eid, bytes32(uint256(uint160(receiver))), message, "", false),
            address(this)
        )
        .guid;
    }
}
