// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";

/// @notice Adds up everything a token was funded with, written on its own and not on the contract's
/// arithmetic: paid, dust, pending, residue, idle and still to be emitted.
abstract contract FarmsLedger is Test {
    uint256 private constant BITS = 95;

    /// @dev funded << S == settled + dust + pending + residue + idle + remaining for `token`, over
    /// the listed farms and users, exact to the unit of 2^-95 wei.
    function _assertConserved(
        IFarms farms,
        address token,
        uint32[] memory farmIds,
        address[] memory users
    ) internal view {
        (uint256 funded, uint256 settled, uint256 dustX) = farms.booksOf(token);
        uint256 sumX = (settled << BITS) + dustX;
        for (uint256 i; i < farmIds.length; ++i) {
            uint8 count = farms.farmOf(farmIds[i]).streamCount;
            for (uint8 j; j < count; ++j) {
                if (farms.streamOf(farmIds[i], j).token != token) continue;
                sumX += _streamSumX(farms, farmIds[i], j, users);
            }
        }
        assertEq(sumX, funded << BITS, "conservation");
    }

    /// @dev What one stream holds for somebody or for nobody yet, in 2^-95 wei.
    function _streamSumX(IFarms farms, uint32 farmId, uint8 stream, address[] memory users)
        internal
        view
        returns (uint256)
    {
        IFarms.Farm memory farm = farms.farmOf(farmId);
        IFarms.Stream memory now_ = _streamNow(farms, farmId, stream);
        uint256 sumX = now_.residueX;
        for (uint256 i; i < users.length; ++i) {
            sumX += _pendingX(farms, farmId, stream, users[i], now_.acc);
        }
        sumX += (uint256(now_.idle) + now_.remaining) << farm.scaleBits;
        return sumX << (BITS - farm.scaleBits);
    }

    /// @dev Pending of a user from the stored word, without the contract's own view.
    function _pendingX(IFarms farms, uint32 farmId, uint8 stream, address user, uint160 acc)
        internal
        view
        returns (uint256)
    {
        uint256 weight = farms.positionOf(farmId, user).weight;
        uint256 word = farms.paidWordOf(farmId, stream, user);
        uint256 scaleBits = farms.farmOf(farmId).scaleBits;
        if (stream != 0) {
            unchecked {
                return weight == 0 ? word : weight * (uint256(acc) - word);
            }
        }
        if (weight == 0) return scaleBits > 64 ? word * 2 ** (scaleBits - 64) : word;
        unchecked {
            return weight * uint160(acc - uint160(word));
        }
    }

    /// @dev A stream as an accrual at this second would leave it.
    function _streamNow(IFarms farms, uint32 farmId, uint8 stream)
        internal
        view
        returns (IFarms.Stream memory s)
    {
        s = farms.streamOf(farmId, stream);
        IFarms.Farm memory farm = farms.farmOf(farmId);
        if (s.endAt <= s.lastAt) return s;
        uint256 until = block.timestamp < s.endAt ? block.timestamp : s.endAt;
        uint256 span = s.endAt - s.lastAt;
        uint256 emitted = uint256(s.remaining) * (until - s.lastAt) / span;
        uint256 most = uint256(s.maxRate) * (until - s.lastAt);
        if (emitted > most) emitted = most;
        s.remaining -= uint96(emitted);
        if (farm.totalWeight == 0) {
            s.idle += uint96(emitted);
        } else {
            uint256 x = emitted * 2 ** farm.scaleBits + s.residueX;
            s.acc += uint160(x / farm.totalWeight);
            s.residueX = uint96(x % farm.totalWeight);
        }
        s.lastAt = uint32(block.timestamp);
    }

    /// @dev Wei a second of a stream between its checkpoints, with 64 fractional bits.
    function _rateX(IFarms farms, uint32 farmId, uint8 stream) internal view returns (uint256) {
        IFarms.Stream memory s = farms.streamOf(farmId, stream);
        if (s.endAt <= s.lastAt) return 0;
        uint256 rateX = (uint256(s.remaining) << 64) / (s.endAt - s.lastAt);
        uint256 most = uint256(s.maxRate) << 64;
        return rateX < most ? rateX : most;
    }
}
