// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Burns all the gas it gets.
contract GreedyOft {
    function token() external pure returns (address) {
        assembly {
            invalid()
        }
    }
}
