// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IFarms} from "../../interfaces/IFarms.sol";
import {FarmMath} from "../../libraries/FarmMath.sol";
import {FarmsCore} from "./FarmsCore.sol";

/// @title FarmsStreams
/// @notice Streams besides the emission, and the early-exit fees that go into one of them.
/// @dev An adjustment adds up the wei and takes the later end, so at one timestamp the order of
/// several cannot matter.
abstract contract FarmsStreams is FarmsCore {
    /// @dev Brings a stream other than the emission to now; `stream` counts from 1.
    function _openExtra(uint32 farmId, uint8 stream)
        internal
        view
        returns (FarmMath.ExtraSlots storage extra, FarmMath.Visit memory visit)
    {
        FarmMath.FarmSlots storage farm = _farms[farmId];
        uint256 terms = farm.terms;
        if (terms == 0) revert IFarms.Farms_UnknownFarm(farmId);
        if (stream == 0 || stream >= FarmMath.streamCountOf(terms)) {
            revert IFarms.Farms_UnknownStream(farmId, stream);
        }
        visit.farmId = farmId;
        extra = farm.extras[stream - 1];
        FarmMath.loadExtra(extra, visit, terms, farm.accWord >> 160);
    }

    /// @dev Adds `amount`, already booked as funded, and what streamed to nobody so far.
    function _addToExtra(
        FarmMath.ExtraSlots storage extra,
        FarmMath.Visit memory visit,
        uint8 stream,
        uint256 amount,
        uint256 endAt
    ) internal {
        uint256 tokenWord = extra.tokenWord;
        visit.remaining += amount + visit.idle + (tokenWord >> 160);
        visit.idle = 0;
        visit.endAt = Math.max(visit.endAt, Math.min(endAt, type(uint32).max));
        FarmMath.storeExtra(extra, visit);
        extra.tokenWord = uint160(tokenWord);
        emit IFarms.StreamAdjusted(
            visit.farmId,
            stream,
            int256(amount),
            uint96(visit.remaining),
            uint32(visit.endAt),
            _nextSeq()
        );
    }

    /// @dev Books an early-exit fee, whose tokens are here, for the stakers who remain: it goes to
    /// the stream that pays the stake token, or to the treasury where nothing can take it.
    /// @param visit The farm after principal left it.
    function _bookFee(FarmMath.FarmSlots storage farm, FarmMath.Visit memory visit, uint256 fee)
        internal
    {
        address token = FarmMath.stakeTokenOf(visit.terms);
        uint8 stream = _feeStreamOf(farm, visit, token);
        uint256 funded = _books[token].funded + fee;
        bool toStakers = stream != 0 && funded < FarmMath.FUNDED_LIMIT;
        if (!toStakers) _treasuryDue[token] += fee;
        emit IFarms.ExitFeeTaken(visit.farmId, visit.user, uint96(fee), toStakers, _nextSeq());
        if (!toStakers) return;

        _books[token].funded = uint96(funded);
        (FarmMath.ExtraSlots storage extra, FarmMath.Visit memory open) =
            _openExtra(visit.farmId, stream);
        _addToExtra(extra, open, stream, fee, _feeEnd(open, fee));
    }

    /// @dev A fee streams over an epoch, or over as much of it as leaves the rate of a stream that
    /// runs as it is: else somebody could thin it with the fee of a tiny lock.
    function _feeEnd(FarmMath.Visit memory open, uint256 fee) private view returns (uint256 end) {
        end = block.timestamp + FEE_SECONDS;
        uint256 remaining = open.remaining;
        if (remaining == 0 || open.endAt <= block.timestamp) return end;
        uint256 left = open.endAt - block.timestamp;
        return Math.min(end, block.timestamp + left * (remaining + fee) / remaining);
    }

    /// @dev The stream that may take a fee now; 0 for none.
    function _feeStreamOf(
        FarmMath.FarmSlots storage farm,
        FarmMath.Visit memory visit,
        address stakeToken
    ) private view returns (uint8) {
        if (visit.totalWeight == 0) return 0;
        if (FarmMath.isEnded(visit.terms)) return 0;
        uint256 count = FarmMath.streamCountOf(visit.terms);
        for (uint8 i = 1; i < count; ++i) {
            if (address(uint160(farm.extras[i - 1].tokenWord)) == stakeToken) return i;
        }
        return 0;
    }

    function _surplusOf(address token) internal view returns (uint256) {
        (uint256 funded, uint256 settled,) = _booksOf(token);
        uint256 owed = _treasuryDue[token] + funded - settled;
        uint32[] storage farmIds = _farmIdsOf[token];
        uint256 count = farmIds.length;
        for (uint256 i; i < count; ++i) {
            owed += _principalOf(_farms[farmIds[i]]);
        }
        uint256 held = IERC20(token).balanceOf(address(this));
        return held > owed ? held - owed : 0;
    }

    function _booksOf(address token)
        internal
        view
        returns (uint256 funded, uint256 settled, uint256 dustX)
    {
        TokenBooks memory books = _books[token];
        if (token != REWARD) return (books.funded, books.settled, 0);
        return (books.funded, uint96(_global >> 64), _global >> 160);
    }

    function _principalOf(FarmMath.FarmSlots storage farm) internal view returns (uint256) {
        return FarmMath.hasTerms(farm.terms) ? farm.idleWord >> 96 : farm.accWord >> 160;
    }
}
