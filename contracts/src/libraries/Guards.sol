// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Guards
/// @notice The comparisons that keep budgets and the order of decisions, orders and commands.
/// @dev Apart from everything else, and without an import, so that a model checker can read them:
/// `contracts/test/proofs` proves what follows from them.
library Guards {
    /// @notice Whether an amount keeps a bound.
    function isWithin(uint256 amountSD, uint256 boundSD) internal pure returns (bool) {
        return amountSD <= boundSD;
    }

    /// @notice What a chain takes of a budget: what it is to get, or what it got already.
    function requiredSD(uint256 targetSD, uint256 sentSD) internal pure returns (uint256) {
        return targetSD > sentSD ? targetSD : sentSD;
    }

    /// @notice What a chain lacks; what it got beyond its target is netted off later orders of the
    /// epoch, and stays in its pot.
    function dueSD(uint256 targetSD, uint256 sentSD) internal pure returns (uint64) {
        return targetSD > sentSD ? uint64(targetSD - sentSD) : 0;
    }

    /// @notice Whether an epoch lies before the one decided last.
    function isClosed(uint32 epoch, uint32 lastDecided) internal pure returns (bool) {
        return epoch < lastDecided;
    }

    /// @notice The one revision of an epoch that may follow `decided`, 0 for none.
    function nextRevision(uint32 decided) internal pure returns (uint32) {
        return decided + 1;
    }

    /// @notice Whether the revision of an order replaces the one known, 0 for none.
    function isNewer(uint32 revision, uint32 known) internal pure returns (bool) {
        return revision > known;
    }

    /// @notice Whether a newer command of the same subject was applied before number `no`.
    function isSuperseded(uint64 no, uint64 newest) internal pure returns (bool) {
        return newest > no;
    }
}
