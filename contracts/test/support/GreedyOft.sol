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

/// @notice Refuses with a thousand bytes, all but the first word of them zero.
contract VerboseOft {
    function token() external pure returns (address) {
        assembly {
            calldatacopy(0, calldatasize(), 1000)
            mstore(0, not(0))
            revert(0, 1000)
        }
    }
}
