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

    /// @dev Reads slots 0 and 1 with one load each; the compiler would load once for each field.
    function load(Stream storage stored) internal view returns (Stream memory stream) {
        uint256 low;
        uint256 high;
        assembly ("memory-safe") {
            low := sload(stored.slot)
            high := sload(add(stored.slot, 1))
        }
        stream.acc = uint160(low);
        stream.totalWeight = uint96(low >> 160);
        stream.residueX = uint96(high);
        stream.lastAt = uint40(high >> 96);
        stream.endAt = uint40(high >> 136);
        stream.rateX = uint80(high >> 176);
    }

    /// @dev Writes slots 0 and 1 with one store each.
    function store(Stream storage stored, Stream memory stream) internal {
        uint256 low = uint256(stream.acc) | (uint256(stream.totalWeight) << 160);
        uint256 high = uint256(stream.residueX) | (uint256(stream.lastAt) << 96)
            | (uint256(stream.endAt) << 136) | (uint256(stream.rateX) << 176);
        assembly ("memory-safe") {
            sstore(stored.slot, low)
            sstore(add(stored.slot, 1), high)
        }
    }

    /// @dev Writes slots 3 and 4 after an adjustment, which leaves nothing undistributed. Both
    /// amounts fit 128 bits: nothing here exceeds the funding bound in stream units.
    function storeAmounts(FarmSlots storage stored, uint256 carriedX, uint256 funded) internal {
        assembly ("memory-safe") {
            sstore(add(stored.slot, 3), shl(128, carriedX))
            sstore(add(stored.slot, 4), funded)
        }
    }

    /// @dev Reads slot 2 with one load.
    function load(Terms storage stored) internal view returns (Terms memory terms) {
        uint256 word;
        assembly ("memory-safe") {
            word := sload(stored.slot)
        }
        terms.stakeToken = address(uint160(word));
        terms.scaleBits = uint8(word >> 160);
        terms.minWeightBits = uint8(word >> 168);
        terms.state = IFarms.FarmState(uint8(word >> 176));
        terms.maxRate = uint64(word >> 184);
    }

    /// @dev Writes slot A of a position, whose `pendingX` is settled up to `acc`.
    function store(IFarms.Position storage stored, uint96 weight, uint160 acc) internal {
        uint256 word = uint256(weight) | (uint256(acc) << 96);
        assembly ("memory-safe") {
            sstore(stored.slot, word)
        }
    }

    /// @dev Adds to `pendingX` what the position earned up to `acc`; the caller stores `acc`. The
    /// slot is not even read when nothing was earned, as on a first stake.
    function settle(IFarms.Position storage stored, uint160 acc) internal returns (uint96 weight) {
        uint160 accPaid;
        (weight, accPaid) = (stored.weight, stored.accPaid);
        uint256 earnedX = uint256(weight) * (acc - accPaid);
        if (earnedX != 0) stored.pendingX += earnedX;
    }

    /// @dev Takes the whole wei out of what is pending at `acc` and keeps the fraction; the caller
    /// stores `acc`.
    /// @param wholeOnly With no whole wei to pay, leave everything as it is; the caller then must
    /// not store `acc` either, or the fraction is lost.
    function pay(IFarms.Position storage stored, uint160 acc, uint8 scaleBits, bool wholeOnly)
        internal
        returns (uint256 paid)
    {
        uint256 totalX = pendingX(stored, acc);
        paid = totalX >> scaleBits;
        if (paid == 0 && wholeOnly) return 0;
        stored.pendingX = totalX - (paid << scaleBits);
    }

    /// @dev The accumulator of now.
    /// @return stream What slots 0 and 1 would hold after an accrual.
    /// @return idleX Stream units emitted since the last accrual that accrue to nobody.
    function accrued(Stream storage stored, Terms memory terms)
        internal
        view
        returns (Stream memory stream, uint256 idleX)
    {
        stream = load(stored);
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

    /// @dev Scaled reward of a position at `acc`.
    function pendingX(IFarms.Position storage stored, uint160 acc) internal view returns (uint256) {
        return stored.pendingX + uint256(stored.weight) * (acc - stored.accPaid);
    }

    /// @dev Most wei a farm may ever hold in its stream; keeps `acc` below 2^160.
    function fundingBound(Terms memory terms) internal pure returns (uint256) {
        uint256 bits = ACC_BITS - terms.scaleBits + terms.minWeightBits;
        return (1 << Math.min(bits, FUNDED_BITS_MAX)) - 1;
    }
}
