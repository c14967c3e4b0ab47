// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IFarms} from "../interfaces/IFarms.sol";

/// @title FarmMath
/// @notice The arithmetic of a farm: what its stream emitted and who it belongs to.
/// @dev Off-chain code repeats these functions bit for bit.
library FarmMath {
    /// @dev Slots 0 and 1 of a farm; what every accrual touches.
    struct Stream {
        uint160 acc;
        uint96 totalWeight;
        uint96 residueX;
        uint40 lastAt;
        uint40 endAt;
        uint80 rateX;
    }

    /// @dev Slot 2; fixed at registration except for `state`.
    struct Terms {
        address stakeToken;
        uint8 scaleBits;
        uint8 minWeightBits;
        IFarms.FarmState state;
        uint64 maxRate;
    }

    struct FarmSlots {
        Stream stream;
        Terms terms;
        uint128 undistributedX;
        uint128 carriedX;
        uint128 funded;
    }

    uint8 private constant SCALE_BITS_MIN = 32;
    uint8 private constant SCALE_BITS_MAX = 96;
    /// @dev Fractional bits of rates and stream amounts.
    uint8 internal constant STREAM_BITS = 16;
    uint256 private constant ACC_BITS = 160;
    /// @dev Keeps every stream amount far below the 128 bits it is stored in.
    uint256 private constant FUNDED_BITS_MAX = 96;

    /// @dev Whether a farm may have these terms. Both bounds together leave at least 2^64 - 1 wei
    /// of lifetime funding to every farm.
    function isScaleValid(uint8 scaleBits, uint8 minWeightBits) internal pure returns (bool) {
        return
            scaleBits >= SCALE_BITS_MIN && scaleBits <= SCALE_BITS_MAX && minWeightBits < scaleBits;
    }

    /// @dev The accumulator of now.
    /// @return stream What slots 0 and 1 would hold after an accrual.
    /// @return idleX Stream units emitted since the last accrual that accrue to nobody.
    function accrued(Stream storage stored, Terms memory terms)
        internal
        view
        returns (Stream memory stream, uint256 idleX)
    {
        stream = stored;
        uint256 until = Math.min(block.timestamp, stream.endAt);
        if (until > stream.lastAt) {
            uint256 emittedX = uint256(stream.rateX) * (until - stream.lastAt);
            uint256 totalWeight = stream.totalWeight;
            if (totalWeight < (1 << terms.minWeightBits)) {
                idleX = emittedX;
            } else {
                uint256 x = (emittedX << (terms.scaleBits - STREAM_BITS)) + stream.residueX;
                stream.acc += uint160(x / totalWeight);
                stream.residueX = uint96(x % totalWeight);
            }
        }
        stream.lastAt = uint40(block.timestamp);
    }

    /// @dev Stream units not emitted to anybody yet.
    function unemittedX(FarmSlots storage farm, Stream memory stream, uint256 idleX)
        internal
        view
        returns (uint256 remainingX)
    {
        remainingX = uint256(farm.carriedX) + farm.undistributedX + idleX;
        if (stream.endAt > block.timestamp) {
            remainingX += uint256(stream.rateX) * (stream.endAt - block.timestamp);
        }
    }

    function pendingX(IFarms.Position memory position, uint160 acc)
        internal
        pure
        returns (uint256)
    {
        return position.pendingX + uint256(position.weight) * (acc - position.accPaid);
    }

    /// @dev Most wei a farm may ever hold in its stream; keeps `acc` below 2^160.
    function fundingBound(Terms memory terms) internal pure returns (uint256) {
        uint256 bits = ACC_BITS - terms.scaleBits + terms.minWeightBits;
        return (1 << Math.min(bits, FUNDED_BITS_MAX)) - 1;
    }
}
