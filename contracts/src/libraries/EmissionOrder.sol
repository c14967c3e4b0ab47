// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title EmissionOrder
/// @notice Wire format of an emission order.
/// @dev Big endian, packed: version 1 byte | epoch 4 | revision 4 | epochEnd 5 | for each farm
/// farmId 4 | amountSD 8. Farm ids strictly increase, at most 1,000 of them. Amounts are the total
/// a farm gets for the epoch, in the OFT's shared decimals.
library EmissionOrder {
    /// @param epoch Epoch the order funds, from 1.
    /// @param revision Revision of that epoch, from 1.
    /// @param epochEnd Time the epoch ends, in seconds.
    /// @param farmIds Farms of the chain, strictly increasing.
    /// @param amountsSD Total of each farm for the epoch, in shared decimals.
    struct Order {
        uint32 epoch;
        uint32 revision;
        uint40 epochEnd;
        uint32[] farmIds;
        uint64[] amountsSD;
    }

    uint8 internal constant VERSION = 1;
    uint256 internal constant HEADER_SIZE = 14;
    uint256 internal constant ENTRY_SIZE = 12;
    uint256 internal constant COUNT_MAX = 1_000;

    /// @notice Number of farms in an encoded order.
    function countOf(bytes memory encoded) internal pure returns (uint256) {
        return (encoded.length - HEADER_SIZE) / ENTRY_SIZE;
    }

    /// @notice Encodes `order`.
    /// @dev Does not check that the ids increase: a reader refuses what is not sorted.
    function encode(Order memory order) internal pure returns (bytes memory encoded) {
        uint256 count = order.farmIds.length;
        uint256 size = HEADER_SIZE + count * ENTRY_SIZE;
        // Each entry is written as a whole word over the zero tail of the one before, so the
        // buffer has one spare word, and the length is set to the true size at the end.
        encoded = new bytes(size + 32);
        uint256 header = (uint256(VERSION) << 104) | (uint256(order.epoch) << 72)
            | (uint256(order.revision) << 40) | uint256(order.epochEnd);
        assembly ("memory-safe") {
            mstore(add(encoded, 32), shl(144, header))
        }
        for (uint256 i; i < count; ++i) {
            uint256 entry = (uint256(order.farmIds[i]) << 64) | uint256(order.amountsSD[i]);
            uint256 offset = 32 + HEADER_SIZE + i * ENTRY_SIZE;
            assembly ("memory-safe") {
                mstore(add(encoded, offset), shl(160, entry))
            }
        }
        assembly ("memory-safe") {
            mstore(encoded, size)
        }
    }

    /// @notice Decodes an order; never reverts.
    /// @return ok False when the bytes are no well-formed order; `order` is then meaningless.
    function decode(bytes calldata encoded) internal pure returns (bool ok, Order memory order) {
        uint256 size = encoded.length;
        if (size < HEADER_SIZE || (size - HEADER_SIZE) % ENTRY_SIZE != 0) return (false, order);
        if (uint8(encoded[0]) != VERSION) return (false, order);
        order.epoch = uint32(bytes4(encoded[1:5]));
        order.revision = uint32(bytes4(encoded[5:9]));
        order.epochEnd = uint40(bytes5(encoded[9:14]));
        // Epoch and revision count from 1; pot 0 is the one of unreadable orders.
        if (order.epoch == 0 || order.revision == 0) return (false, order);

        uint256 count = (size - HEADER_SIZE) / ENTRY_SIZE;
        if (count > COUNT_MAX) return (false, order);
        order.farmIds = new uint32[](count);
        order.amountsSD = new uint64[](count);
        for (uint256 i; i < count; ++i) {
            uint256 offset = HEADER_SIZE + i * ENTRY_SIZE;
            uint256 entry;
            // Within bounds by the size check above; reading past the end would give zeros.
            assembly ("memory-safe") {
                entry := shr(160, calldataload(add(encoded.offset, offset)))
            }
            uint32 farmId = uint32(entry >> 64);
            if (i != 0 && farmId <= order.farmIds[i - 1]) return (false, order);
            order.farmIds[i] = farmId;
            order.amountsSD[i] = uint64(entry);
        }
        return (true, order);
    }
}
