// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OFT} from "@layerzerolabs/oft-evm/contracts/OFT.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title HeadwaterToken
/// @notice Omnichain reward token on every chain but the hub: exists only as far as it was burnt
/// or locked elsewhere.
contract HeadwaterToken is OFT {
    error Token_RenounceDisabled();

    constructor(string memory name_, string memory symbol_, address endpoint_, address owner_)
        OFT(name_, symbol_, endpoint_, owner_)
        Ownable(owner_)
    {}

    /// @notice Always refused: without an owner a broken pathway could not be closed.
    function renounceOwnership() public view override onlyOwner {
        revert Token_RenounceDisabled();
    }
}
