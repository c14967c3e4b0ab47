// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Origin} from "@layerzerolabs/oapp-evm/contracts/oapp/OApp.sol";
import {OFT} from "@layerzerolabs/oft-evm/contracts/OFT.sol";
import {OFTCore} from "@layerzerolabs/oft-evm/contracts/OFTCore.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {InboundLimit} from "./InboundLimit.sol";

/// @title LimitedOft
/// @dev An OFT that is its own token, with the inbound limit.
abstract contract LimitedOft is OFT, InboundLimit {
    /// @inheritdoc InboundLimit
    function renounceOwnership() public view override(Ownable, InboundLimit) {
        super.renounceOwnership();
    }

    function _debit(address from, uint256 amountLD, uint256 minAmountLD, uint32 dstEid)
        internal
        override(OFTCore, OFT)
        returns (uint256 sentLD, uint256 receivedLD)
    {
        (sentLD, receivedLD) = super._debit(from, amountLD, minAmountLD, dstEid);
        _countSent(dstEid, receivedLD);
    }

    function _lzReceive(
        Origin calldata origin,
        bytes32 guid,
        bytes calldata message,
        address executor,
        bytes calldata extraData
    ) internal override(OFTCore, InboundLimit) {
        super._lzReceive(origin, guid, message, executor, extraData);
    }
}
