// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OFTAdapter} from "@layerzerolabs/oft-evm/contracts/OFTAdapter.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title HeadwaterTokenAdapter
/// @notice Makes an existing ERC-20 omnichain by locking it here.
/// @dev There must be one adapter in the whole mesh, and the token must not take a fee.
contract HeadwaterTokenAdapter is OFTAdapter {
    error Token_RenounceDisabled();

    constructor(address token_, address endpoint_, address owner_)
        OFTAdapter(token_, endpoint_, owner_)
        Ownable(owner_)
    {}

    /// @notice Always refused: without an owner a broken pathway could not be closed.
    function renounceOwnership() public view override onlyOwner {
        revert Token_RenounceDisabled();
    }
}
