// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OFT} from "@layerzerolabs/oft-evm/contracts/OFT.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {LimitedOft} from "./LimitedOft.sol";

/// @title HeadwaterToken
/// @notice Omnichain reward token on every chain but the hub: exists only as far as it was burnt
/// or locked elsewhere.
contract HeadwaterToken is LimitedOft {
    constructor(string memory name_, string memory symbol_, address endpoint_, address owner_)
        OFT(name_, symbol_, endpoint_, owner_)
        Ownable(owner_)
    {}
}
