// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {EmissionOrder} from "./EmissionOrder.sol";

/// @title ShareTable
/// @notice What the farms of one epoch are to get and got, kept as the code of a contract that does
/// nothing when it is called.
/// @dev A byte of code costs 200 gas and a new slot 22,100, so a farm costs a fifth of what it
/// would in a slot. The code is one STOP and then, for each farm, farmId 4 bytes | targetSD 8 |
/// given 12, big endian, ids strictly increasing. A table is replaced as a whole. It holds 1,023
/// farms; a chain needs an order of that many, which no hub sends, to exceed it.
library ShareTable {
    /// @param targetSD What the highest revision wants the farm to get, in shared decimals.
    /// @param given Wei it got. Farms are never funded with 2^96 wei together.
    struct Share {
        uint32 farmId;
        uint64 targetSD;
        uint96 given;
    }

    error ShareTable_TooManyRows(uint256 rows);
    error ShareTable_NotStored();

    /// @dev As many as the code of one contract holds.
    uint256 private constant ROWS_MAX = 1_023;
    uint256 private constant ROW_SIZE = 24;
    /// @dev PUSH2 size, DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURNDATASIZE, RETURN: returns
    /// what follows these ten bytes, which begins with STOP. The size is put into the zeros.
    uint256 private constant CREATION = 0x61000080600a3d393df300;
    uint256 private constant CREATION_SIZE = 11;
    uint256 private constant SIZE_SHIFT = 64;

    /// @notice Reads a table; none at the zero address.
    function load(address table) internal view returns (Share[] memory shares) {
        if (table == address(0)) return shares;
        uint256 count = (table.code.length - 1) / ROW_SIZE;
        // Rows are read as whole words, so the buffer has a spare one.
        bytes memory rows = new bytes(count * ROW_SIZE + 32);
        assembly ("memory-safe") {
            extcodecopy(table, add(rows, 32), 1, mul(count, ROW_SIZE))
        }
        shares = new Share[](count);
        for (uint256 i; i < count; ++i) {
            uint256 row;
            uint256 offset = 32 + i * ROW_SIZE;
            assembly ("memory-safe") {
                row := shr(64, mload(add(rows, offset)))
            }
            Share memory share = shares[i];
            share.farmId = uint32(row >> 160);
            share.targetSD = uint64(row >> 96);
            share.given = uint96(row);
        }
    }

    /// @notice Writes a new table.
    function store(Share[] memory shares) internal returns (address table) {
        uint256 count = shares.length;
        if (count == 0) return address(0);
        if (count > ROWS_MAX) revert ShareTable_TooManyRows(count);
        uint256 size = CREATION_SIZE + count * ROW_SIZE;
        // Each row is written as a whole word over the zero tail of the one before.
        bytes memory code = new bytes(size + 32);
        uint256 creation = CREATION | ((1 + count * ROW_SIZE) << SIZE_SHIFT);
        assembly ("memory-safe") {
            mstore(add(code, 32), shl(168, creation))
        }
        for (uint256 i; i < count; ++i) {
            Share memory share = shares[i];
            uint256 row =
                (uint256(share.farmId) << 160) | (uint256(share.targetSD) << 96) | share.given;
            uint256 offset = 32 + CREATION_SIZE + i * ROW_SIZE;
            assembly ("memory-safe") {
                mstore(add(code, offset), shl(64, row))
            }
        }
        assembly ("memory-safe") {
            table := create(0, add(code, 32), size)
        }
        if (table == address(0)) revert ShareTable_NotStored();
    }

    /// @notice Replaces all targets by those of `order`. A farm it does not name keeps its place
    /// for as long as it has something to give back.
    function merge(Share[] memory known, EmissionOrder.Order memory order)
        internal
        pure
        returns (Share[] memory merged)
    {
        uint256 named = order.farmIds.length;
        merged = new Share[](known.length + named);
        uint256 count;
        uint256 i;
        uint256 j;
        while (i < known.length || j < named) {
            bool isKnown =
                i < known.length && (j == named || known[i].farmId <= order.farmIds[j]);
            // A row that is not kept is overwritten by the next.
            Share memory share = merged[count];
            share.farmId = isKnown ? known[i].farmId : order.farmIds[j];
            share.given = isKnown ? known[i++].given : 0;
            bool isNamed = j < named && order.farmIds[j] == share.farmId;
            share.targetSD = isNamed ? order.amountsSD[j++] : 0;
            if (isNamed || share.given != 0) ++count;
        }
        assembly ("memory-safe") {
            mstore(merged, count)
        }
    }

    /// @notice The row of one farm; all zero when it has none.
    function find(address table, uint32 farmId) internal view returns (Share memory share) {
        Share[] memory shares = load(table);
        for (uint256 i; i < shares.length; ++i) {
            if (shares[i].farmId == farmId) return shares[i];
        }
    }
}
