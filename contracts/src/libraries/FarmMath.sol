// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFarms} from "../interfaces/IFarms.sol";

/// @title FarmMath
/// @notice The arithmetic of a farm: what its streams emitted and who it belongs to.
/// @dev Off-chain code repeats these rules bit for bit. S is the farm's `scaleBits`, `/` and `%`
/// are those of unsigned integers, W is the total weight, w the weight of a position.
///
/// Accrual of a stream at `now`; a no-op when `endAt <= lastAt`, and of no effect at `lastAt`:
///     d = min(now, endAt) - lastAt
///     e = min(remaining * d / (endAt - lastAt), maxRate * d);  remaining -= e
///     W == 0 ? idle += e : (x = (e << S) + residueX; acc += x / W; residueX = x % W)
/// `lastAt` becomes `now` at every store, whether the stream runs or not. What `e` rounds down
/// waits in `remaining`, so a division never has to be carried. What `e` is depends on when a
/// stream was stored last; these store it: every change of a weight (all streams of the farm),
/// an adjustment or a new bound of the rate (that stream), a claim that pays from one of the
/// streams 1 to 3 (that stream). A claim of the emission stores none.
///
/// Adjustment of a stream by `delta` to `end`, after an accrual:
///     remaining += idle + delta;  idle = 0;  endAt = max(endAt, min(end, 2^32 - 1))
/// where an emission takes from a positive delta what keeps `funded` below 2^96 - 2^64 and from a
/// negative one at most remaining + idle. A delta of which nothing is left stores nothing.
/// An early-exit fee that goes to stakers is booked after the withdrawal, as an adjustment by it to
///     end = now + FEE_STREAM_SECONDS, but with remaining > 0 and endAt > now no later than
///           now + (endAt - now) * (remaining + fee) / remaining
///
/// Pending of a position, the word of the emission being 160 bits wide:
///     w > 0:  p = w * ((acc - word) mod 2^160)
///     w == 0: p = word << max(0, S - 64)
/// A change of weight (from w to w', W to W') after an accrual, in this order:
///     w' > 0:  word = (acc - p / w') mod 2^160;  residueX += p % w'
///     w' == 0: word = p >> max(0, S - 64);       residueX += the bits shifted out
///     W' > 0 and residueX >= W': acc += residueX / W';  residueX %= W'
/// It happens with w' == w as well, when a stake of nothing locks what is there.
/// An exit pays `p >> S` in the same step and goes on with `p & (2^S - 1)`; an exit of everything
/// sends that fraction to `residueX` and leaves word 0.
/// A claim accrues in memory only and stores nothing of the farm: paid = p >> S less its remainder
/// by the unit asked for (1 but for the bridge), p' = p - (paid << S), and
///     w > 0:  word = (acc - p' / w) mod 2^160;  dustX += (p' % w) << (95 - S)
///     w == 0: word = p' >> max(0, S - 64), which drops nothing
/// where `dustX` belongs to the contract and every 2^95 of it count as a wei settled. With paid ==
/// 0 nothing changes at all. A compound is a claim and then a stake; a migration a withdrawal and
/// then a stake; a claim that prices the position anew is the claims of all streams and then a
/// change of weight.
/// Words of the streams 1 to 3 are 256 bits wide, arithmetic is mod 2^256, and with w == 0 the word
/// is p itself. Claiming one accrues and stores the stream, its dust goes to its own `residueX`,
/// which then is carried into `acc` as above. With nothing to pay, or where the token refuses,
/// nothing changes.
///
/// Why nothing overflows. Let m = 2^max(0, S - 64), the least principal of a position that has any;
/// a weight is never below its principal, so W == 0 or W >= m. Registration, stakes and funding see
/// to S <= 95, W < 2^S and funded < 2^96 - 2^64.
/// - All pending of a stream together is below funded << S < 2^(96 + S), because what is pending
/// was emitted. So p / w' < 2^(96 + S) / m <= 2^160 and p >> max(0, S - 64) < 2^160: each word
/// fits.
/// - Dust of one change of weight is below 2^S: below w', below m or below one wei. Every change
///   takes a number from `seq`, of which there are 2^64. So the accumulator is divided less than
///   (funded + 2^64) << S in total, never by less than m, and stays below 2^160.
/// - With W > 0, residueX < W < 2^95 after every store; one dust more is below 2^96. With W == 0
///   only the change that emptied the farm added to it. So it fits 96 bits.
library FarmMath {
    /// @dev Slots of a farm. `acc` 160 | totalWeight 96; residueX 96 | remaining 96 | lastAt 32 |
    /// endAt 32; the terms: stakeToken 160 | maxRate 64 | scaleBits 8 | state 8 | streamCount 8 |
    /// flags 8; idle 96 | principal 96, where principal counts only in a farm with terms. All from
    /// the low bits up.
    struct FarmSlots {
        uint256 accWord;
        uint256 streamWord;
        uint256 terms;
        uint256 idleWord;
        uint256 tiers;
        uint256 steps;
        ExtraSlots[3] extras;
        mapping(address user => PositionSlots) positions;
    }

    /// @dev Slots of a stream other than the emission: acc 160 | maxRate 64; as in the farm;
    /// token 160 | idle 96.
    struct ExtraSlots {
        uint256 accWord;
        uint256 streamWord;
        uint256 tokenWord;
        address funder;
    }

    /// @dev weight 96 | word 160; what terms add; the words of the other streams.
    struct PositionSlots {
        uint256 word;
        uint256 terms;
        uint256[3] extraWords;
    }

    /// @dev A stream brought to now in memory, for one visit of one user.
    /// @param idle Wei emitted to nobody since the last checkpoint.
    /// @param word First slot of the position visited.
    struct Visit {
        uint32 farmId;
        address user;
        uint256 terms;
        uint256 totalWeight;
        uint256 acc;
        uint256 residueX;
        uint256 remaining;
        uint256 endAt;
        uint256 idle;
        uint256 word;
    }

    uint256 internal constant SCALE_BITS_MIN = 32;
    uint256 internal constant SCALE_BITS_MAX = 95;
    /// @dev A token may be funded with less than this.
    uint256 internal constant FUNDED_LIMIT = 2 ** 96 - 2 ** 64;
    uint256 internal constant HAS_TERMS = 1 << 248;
    uint256 internal constant HAS_IDLE = 1 << 249;

    uint256 private constant MASK_96 = type(uint96).max;
    uint256 private constant MASK_160 = type(uint160).max;
    uint256 private constant ABOVE_160 = ~MASK_160;
    uint256 private constant ABOVE_96 = ~MASK_96;
    /// @dev Everything of the terms but `maxRate`.
    uint256 private constant BUT_MAX_RATE = ~(uint256(type(uint64).max) << 160);

    function stakeTokenOf(uint256 terms) internal pure returns (address) {
        return address(uint160(terms));
    }

    function maxRateOf(uint256 terms) internal pure returns (uint64) {
        return uint64(terms >> 160);
    }

    function scaleBitsOf(uint256 terms) internal pure returns (uint256) {
        return uint8(terms >> 224);
    }

    function stateOf(uint256 terms) internal pure returns (IFarms.FarmState) {
        return IFarms.FarmState(uint8(terms >> 232));
    }

    function isActive(uint256 terms) internal pure returns (bool) {
        return uint8(terms >> 232) == uint8(IFarms.FarmState.Active);
    }

    function isEnded(uint256 terms) internal pure returns (bool) {
        return uint8(terms >> 232) == uint8(IFarms.FarmState.Ended);
    }

    function streamCountOf(uint256 terms) internal pure returns (uint256) {
        return uint8(terms >> 240);
    }

    function hasTerms(uint256 terms) internal pure returns (bool) {
        return terms & HAS_TERMS != 0;
    }

    /// @dev Terms with another state.
    function withState(uint256 terms, IFarms.FarmState state) internal pure returns (uint256) {
        return (terms & ~(uint256(0xff) << 232)) | (uint256(state) << 232);
    }

    /// @dev Terms, or the first word of another stream, with another bound of the rate.
    function withMaxRate(uint256 word, uint256 maxRate) internal pure returns (uint256) {
        return (word & BUT_MAX_RATE) | (maxRate << 160);
    }

    /// @dev Bits a pending amount loses in the word of a position without weight.
    function pendingShift(uint256 scaleBits) internal pure returns (uint256) {
        unchecked {
            return scaleBits > 64 ? scaleBits - 64 : 0;
        }
    }

    /// @dev The least principal of a position that has any.
    function minimumOf(uint256 scaleBits) internal pure returns (uint256) {
        return 1 << pendingShift(scaleBits);
    }

    /// @dev Brings the emission to now, in memory.
    function load(FarmSlots storage farm, Visit memory visit) internal view {
        uint256 accWord = farm.accWord;
        visit.terms = farm.terms;
        visit.acc = accWord & MASK_160;
        visit.totalWeight = accWord >> 160;
        accrue(visit, farm.streamWord);
    }

    /// @dev Stores the emission as of now.
    function store(FarmSlots storage farm, Visit memory visit) internal {
        farm.accWord = visit.acc | (visit.totalWeight << 160);
        farm.streamWord = streamWordOf(visit);
        if (visit.idle == 0) return;
        farm.idleWord += visit.idle;
        farm.terms = visit.terms | HAS_IDLE;
    }

    /// @dev Brings another stream of the farm of `farmTerms` to now, in memory. Its `terms` are
    /// those of the farm with its own bound of the rate.
    function loadExtra(
        ExtraSlots storage extra,
        Visit memory visit,
        uint256 farmTerms,
        uint256 totalWeight
    ) internal view {
        uint256 accWord = extra.accWord;
        visit.terms = withMaxRate(farmTerms, accWord >> 160);
        visit.acc = accWord & MASK_160;
        visit.totalWeight = totalWeight;
        accrue(visit, extra.streamWord);
    }

    /// @dev Stores another stream as of now.
    function storeExtra(ExtraSlots storage extra, Visit memory visit) internal {
        extra.accWord = (extra.accWord & ABOVE_160) | visit.acc;
        extra.streamWord = streamWordOf(visit);
        if (visit.idle != 0) extra.tokenWord += visit.idle << 160;
    }

    /// @dev What a stream emitted since its last checkpoint goes to the accumulator, or to `idle`.
    /// Unchecked: every amount is bounded as the head of this library proves.
    function accrue(Visit memory visit, uint256 streamWord) internal view {
        unchecked {
            uint256 residueX = streamWord & MASK_96;
            uint256 remaining = (streamWord >> 96) & MASK_96;
            uint256 lastAt = uint32(streamWord >> 192);
            uint256 endAt = streamWord >> 224;
            visit.endAt = endAt;
            visit.idle = 0;
            if (endAt > lastAt) {
                uint256 emitted = _emitted(remaining, lastAt, endAt, maxRateOf(visit.terms));
                remaining -= emitted;
                uint256 totalWeight = visit.totalWeight;
                if (totalWeight == 0) {
                    visit.idle = emitted;
                } else {
                    uint256 x = (emitted << scaleBitsOf(visit.terms)) + residueX;
                    visit.acc += x / totalWeight;
                    residueX = x % totalWeight;
                }
            }
            visit.residueX = residueX;
            visit.remaining = remaining;
        }
    }

    /// @dev Carries into the accumulator what dust and a smaller total weight left in the residue.
    function carryResidue(Visit memory visit) internal pure {
        unchecked {
            uint256 totalWeight = visit.totalWeight;
            uint256 residueX = visit.residueX;
            if (totalWeight == 0 || residueX < totalWeight) return;
            visit.acc += residueX / totalWeight;
            visit.residueX = residueX % totalWeight;
        }
    }

    /// @dev Scaled reward of a position at `acc`. The shift of the difference is its value modulo
    /// 2^160.
    function pendingX(uint256 word, uint256 acc, uint256 scaleBits)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            uint256 weight = word & MASK_96;
            if (weight == 0) return (word >> 96) << pendingShift(scaleBits);
            return weight * (((acc << 96) - (word & ABOVE_96)) >> 96);
        }
    }

    /// @dev The slot of a position with `weight` to which `pX` is owed, and what does not fit it.
    /// The shift drops what exceeds 160 bits, which is the modulus.
    function packPosition(uint256 pX, uint256 weight, uint256 acc, uint256 scaleBits)
        internal
        pure
        returns (uint256 word, uint256 dustX)
    {
        unchecked {
            if (weight == 0) {
                uint256 shift = pendingShift(scaleBits);
                return ((pX >> shift) << 96, pX & ((1 << shift) - 1));
            }
            return (weight | ((acc - pX / weight) << 96), pX % weight);
        }
    }

    /// @dev Scaled reward of a position in another stream.
    function extraPendingX(uint256 word, uint256 weight, uint256 acc)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            return weight == 0 ? word : weight * (acc - word);
        }
    }

    /// @dev Word of a position in another stream, and what does not fit it.
    function extraWordOf(uint256 pX, uint256 weight, uint256 acc)
        internal
        pure
        returns (uint256 word, uint256 dustX)
    {
        unchecked {
            return weight == 0 ? (pX, 0) : (acc - pX / weight, pX % weight);
        }
    }

    function streamWordOf(Visit memory visit) internal view returns (uint256) {
        return
            visit.residueX | (visit.remaining << 96) | (block.timestamp << 192)
                | (visit.endAt << 224);
    }

    function _emitted(uint256 remaining, uint256 lastAt, uint256 endAt, uint256 maxRate)
        private
        view
        returns (uint256 emitted)
    {
        unchecked {
            uint256 until = block.timestamp < endAt ? block.timestamp : endAt;
            uint256 elapsed = until - lastAt;
            emitted = remaining * elapsed / (endAt - lastAt);
            uint256 most = maxRate * elapsed;
            if (emitted > most) emitted = most;
        }
    }
}
