// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IPositionBridge} from "../interfaces/IPositionBridge.sol";

/// @title Credits
/// @notice When a credit of the position bridge may be opened, and when it may leave.
/// @dev Apart from everything else, so that a model checker can read it.
library Credits {
    /// @notice Whether a packet was never credited; what became of a credit does not matter.
    function isNew(IPositionBridge.CreditState state) internal pure returns (bool) {
        return state == IPositionBridge.CreditState.None;
    }

    /// @notice Whether a credit waits for its recipient.
    function isEscrowed(IPositionBridge.CreditState state) internal pure returns (bool) {
        return state == IPositionBridge.CreditState.Escrowed;
    }

    /// @notice Whether the tokens of an arrival are there beside those of every open credit.
    function isCovered(uint256 held, uint256 owed) internal pure returns (bool) {
        return held >= owed;
    }
}
