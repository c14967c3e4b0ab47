// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title SortedIds
/// @notice Lists of ids that strictly increase.
library SortedIds {
    /// @dev Union of two strictly increasing lists.
    function union(uint32[] memory a, uint32[] memory b)
        internal
        pure
        returns (uint32[] memory merged)
    {
        merged = new uint32[](a.length + b.length);
        uint256 count;
        uint256 i;
        uint256 j;
        while (i < a.length || j < b.length) {
            bool takesA = j == b.length || (i < a.length && a[i] <= b[j]);
            uint32 next = takesA ? a[i] : b[j];
            if (i < a.length && a[i] == next) ++i;
            if (j < b.length && b[j] == next) ++j;
            merged[count++] = next;
        }
        assembly ("memory-safe") {
            mstore(merged, count)
        }
    }
}
