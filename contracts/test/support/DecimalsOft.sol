// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DevOft} from "../../src/dev/DevOft.sol";

/// @notice The same omnichain token has another number of decimals on each chain: six here.
contract Oft6 is DevOft {
    constructor(address endpoint, address owner) DevOft("Six", "SIX", endpoint, owner) {}

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}

/// @notice Twenty-four decimals, of which the OFT carries six.
contract Oft24 is DevOft {
    constructor(address endpoint, address owner) DevOft("TwentyFour", "TWF", endpoint, owner) {}

    function decimals() public pure override returns (uint8) {
        return 24;
    }
}
