// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title ShareModel
/// @notice What everybody in a pool is owed by definition: the integral of rate times share. Counts
/// in 2^-128 wei, so that its own rounding is nothing beside a wei even over a million operations.
library ShareModel {
    uint256 internal constant ONE_WEI = 1 << 128;

    /// @param rateNumerator The pool emits rateNumerator / rateDenominator wei a second.
    /// @param endAt Time from which it emits nothing.
    /// @param total Sum of all weights.
    struct Pool {
        uint256 rateNumerator;
        uint256 rateDenominator;
        uint256 lastAt;
        uint256 endAt;
        uint256 total;
        address[] users;
        mapping(address user => uint256) weight;
        mapping(address user => uint256) owedX;
    }

    /// @notice Brings everybody up to now.
    function accrue(Pool storage pool) internal {
        uint256 until = Math.min(block.timestamp, pool.endAt);
        if (until > pool.lastAt && pool.total != 0 && pool.rateNumerator != 0) {
            uint256 emittedX = Math.mulDiv(
                pool.rateNumerator * (until - pool.lastAt), ONE_WEI, pool.rateDenominator
            );
            for (uint256 i; i < pool.users.length; ++i) {
                address user = pool.users[i];
                pool.owedX[user] += Math.mulDiv(emittedX, pool.weight[user], pool.total);
            }
        }
        pool.lastAt = block.timestamp;
    }

    /// @notice Replaces the rate; the pool has to be up to date.
    function setRate(Pool storage pool, uint256 numerator, uint256 denominator, uint256 endAt)
        internal
    {
        (pool.rateNumerator, pool.rateDenominator, pool.endAt) = (numerator, denominator, endAt);
    }

    function increase(Pool storage pool, address user, uint256 amount) internal {
        pool.weight[user] += amount;
        pool.total += amount;
    }

    function decrease(Pool storage pool, address user, uint256 amount) internal {
        pool.weight[user] -= amount;
        pool.total -= amount;
    }
}
