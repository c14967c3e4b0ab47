// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title DecayingLimit
/// @notice An amount that may be used at once and comes back linearly over a window: `limit` in any
/// instant, and no more than twice that in any window.
/// @dev What came back is rounded down to whole wei and the fraction is carried, so that whoever
/// uses a wei every second can neither gain capacity nor keep it from coming back.
library DecayingLimit {
    /// @param limit Most that can be in use; zero means that there is no limit.
    /// @param window Seconds in which `limit` comes back; zero exactly when `limit` is.
    /// @param used What was in use at `at`; above `limit` after the limit was lowered.
    /// @param at Time up to which `used` came back, in seconds.
    /// @param carried What came back up to `at` beyond whole wei, in 1 / window wei.
    struct Limit {
        uint128 limit;
        uint32 window;
        uint128 used;
        uint40 at;
        uint32 carried;
    }

    /// @dev A limit without a window and a window without a limit could mean all or nothing.
    error DecayingLimit_BadWindow(uint128 limit, uint32 window);

    /// @notice Counts `amount` if it fits now; else changes nothing.
    /// @return isWithin Whether it fitted. Without a limit all does, and nothing is counted.
    function consume(Limit storage self, uint256 amount) internal returns (bool isWithin) {
        if (self.limit == 0) return true;
        if (amount > available(self)) return false;
        _count(self, amount);
        return true;
    }

    /// @notice Counts `amount` whether it fits or not.
    function consumeAnyway(Limit storage self, uint256 amount) internal {
        if (self.limit != 0) _count(self, amount);
    }

    /// @notice Sets limit and window from now on; both zero for no limit. What is in use stays so:
    /// up to now it came back at the old rate, from now on at the new one. The time without a limit
    /// counts at the rate of the next.
    function reconfigure(Limit storage self, uint128 limit, uint32 window) internal {
        if ((limit == 0) != (window == 0)) revert DecayingLimit_BadWindow(limit, window);
        if (self.limit != 0) _count(self, 0);
        (self.limit, self.window, self.carried) = (limit, window, 0);
    }

    /// @notice What may be used now; everything when there is no limit.
    function available(Limit storage self) internal view returns (uint256) {
        uint256 limit = self.limit;
        if (limit == 0) return type(uint256).max;
        (uint256 inUse,) = _inUse(self);
        return Math.saturatingSub(limit, inUse);
    }

    function _count(Limit storage self, uint256 amount) private {
        (uint256 inUse, uint256 carried) = _inUse(self);
        uint256 sum = Math.saturatingAdd(inUse, amount);
        self.used = uint128(Math.min(sum, type(uint128).max));
        self.at = uint40(block.timestamp);
        self.carried = uint32(carried);
    }

    /// @dev Of a limit that is set. The products stay below 2^169: a limit of 128 bits and a time
    /// of 40.
    function _inUse(Limit storage self) private view returns (uint256 inUse, uint256 carried) {
        uint256 used = self.used;
        uint256 window = self.window;
        uint256 numerator = uint256(self.limit) * (block.timestamp - self.at) + self.carried;
        uint256 cameBack = numerator / window;
        if (cameBack >= used) return (0, 0);
        return (used - cameBack, numerator % window);
    }
}
