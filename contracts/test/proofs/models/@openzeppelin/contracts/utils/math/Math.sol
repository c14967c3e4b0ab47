// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What the limits use of OpenZeppelin's Math, which goes through assembly that the model
/// checker cannot read. The checker reads this instead; ProofModels.t.sol holds both together.
library Math {
    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function saturatingAdd(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > type(uint256).max - b ? type(uint256).max : a + b;
    }

    function saturatingSub(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a - b : 0;
    }
}
