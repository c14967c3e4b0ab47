// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroComposer
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroComposer.sol";
import {OFTComposeMsgCodec} from "@layerzerolabs/oft-evm/contracts/libs/OFTComposeMsgCodec.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice Books what arrives with a message, as the receiver of emission orders does: only from
/// the endpoint, only of one OFT, and only what the OFT says it credited.
contract OrderComposer is ILayerZeroComposer {
    address private immutable ENDPOINT;
    address private immutable OFT_;
    IERC20 private immutable TOKEN;

    uint256 public booked;
    uint256 public orders;
    bytes32 public lastGuid;
    bytes public lastOrder;
    bytes32 public lastSender;

    error Composer_OnlyEndpoint(address caller);
    error Composer_OnlyOft(address from);
    error Composer_NotCovered(uint256 held, uint256 owed);

    constructor(address endpoint, address oft, address token) {
        ENDPOINT = endpoint;
        OFT_ = oft;
        TOKEN = IERC20(token);
    }

    function lzCompose(address from, bytes32 guid, bytes calldata message, address, bytes calldata)
        external
        payable
    {
        if (msg.sender != ENDPOINT) revert Composer_OnlyEndpoint(msg.sender);
        if (from != OFT_) revert Composer_OnlyOft(from);
        booked += OFTComposeMsgCodec.amountLD(message);
        ++orders;
        lastGuid = guid;
        lastOrder = OFTComposeMsgCodec.composeMsg(message);
        lastSender = OFTComposeMsgCodec.composeFrom(message);
        uint256 held = TOKEN.balanceOf(address(this));
        if (held < booked) revert Composer_NotCovered(held, booked);
    }
}
