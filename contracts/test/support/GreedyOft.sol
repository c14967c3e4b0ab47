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

/// @notice Refuses with a thousand bytes.
contract VerboseOft {
    function token() external pure returns (address) {
        bytes memory reason = new bytes(1000);
        for (uint256 i; i < reason.length; ++i) {
            reason[i] = 0xee;
        }
        assembly {
            revert(add(reason, 32), mload(reason))
        }
    }
}
