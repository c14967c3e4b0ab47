// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../interfaces/IFarms.sol";
import {FarmMath} from "../../libraries/FarmMath.sol";
import {TermsMath} from "../../libraries/TermsMath.sol";
import {FarmsTerms} from "./FarmsTerms.sol";

/// @title FarmsPositions
/// @notice Principal in and out of a farm of either kind, and what a claim books.
abstract contract FarmsPositions is FarmsTerms {
    /// @dev What a withdrawal did, for its event and its transfers.
    struct Leave {
        address token;
        uint96 weight;
        uint96 fee;
        uint256 paid;
    }

    /// @dev Stakes `amount` that the caller pays.
    function _stake(uint32 farmId, address user, uint96 amount) internal {
        address token = _join(farmId, user, msg.sender, amount, block.timestamp, false);
        _pull(token, amount);
    }

    /// @dev Stakes `amount` that is or will be here, deposited at `depositedAt`.
    /// @param mayBeLocked Whether it may join a lock that runs.
    function _join(
        uint32 farmId,
        address user,
        address payer,
        uint96 amount,
        uint256 depositedAt,
        bool mayBeLocked
    ) internal returns (address token) {
        if (amount == 0) revert IFarms.Farms_ZeroAmount();
        (FarmMath.FarmSlots storage farm, FarmMath.Visit memory visit) = _open(farmId, user);
        _requireActive(visit);
        FarmMath.PositionSlots storage position = farm.positions[user];
        uint256 weight;
        if (FarmMath.hasTerms(visit.terms)) {
            weight = _joinOwn(farm, position, visit, amount, depositedAt, mayBeLocked);
        } else {
            weight = uint256(uint96(position.word)) + amount;
            _requireMinimum(weight, visit.terms);
        }
        _enter(farm, position, visit, payer, amount, weight);
        return FarmMath.stakeTokenOf(visit.terms);
    }

    /// @dev Second half of every stake.
    function _enter(
        FarmMath.FarmSlots storage farm,
        FarmMath.PositionSlots storage position,
        FarmMath.Visit memory visit,
        address payer,
        uint96 amount,
        uint256 weight
    ) internal {
        uint256 cap = 1 << FarmMath.scaleBitsOf(visit.terms);
        uint256 totalWeight = visit.totalWeight - uint96(position.word) + weight;
        if (totalWeight >= cap) revert IFarms.Farms_WeightCap(totalWeight, cap);
        _touch(farm, position, visit, weight);
        emit IFarms.Staked(visit.farmId, visit.user, payer, amount, uint96(weight), _nextSeq());
    }

    /// @dev Takes `amount` out of the position that is visited. With `takes` the whole wei of the
    /// emission are taken out as well, which the caller books and pays.
    function _leave(
        FarmMath.FarmSlots storage farm,
        FarmMath.Visit memory visit,
        uint96 amount,
        bool takes
    ) internal returns (Leave memory left) {
        if (amount == 0) revert IFarms.Farms_ZeroAmount();
        FarmMath.PositionSlots storage position = farm.positions[visit.user];
        uint256 weight;
        if (FarmMath.hasTerms(visit.terms)) {
            uint256 feeBps;
            (weight, feeBps) = _takePrincipal(farm, position, visit, amount);
            left.fee = uint96(TermsMath.feeOf(amount, feeBps));
        } else {
            uint96 staked = uint96(position.word);
            if (staked < amount) revert IFarms.Farms_InsufficientStake(staked, amount);
            weight = staked - amount;
            if (weight != 0) _requireMinimum(weight, visit.terms);
        }
        left.weight = uint96(weight);
        left.token = FarmMath.stakeTokenOf(visit.terms);
        if (takes) left.paid = _touchAndTake(farm, position, visit, weight);
        else _touch(farm, position, visit, weight);
    }

    /// @dev Books what `user` earned of the emission, in multiples of `unit`; the caller pays it.
    /// The rest stays pending. Nothing to pay changes nothing.
    function _bookClaim(uint32 farmId, address user, address to, uint256 unit)
        internal
        returns (uint256 paid, uint256 terms)
    {
        (FarmMath.FarmSlots storage farm, FarmMath.Visit memory visit) = _peek(farmId, user);
        terms = visit.terms;
        uint256 scaleBits = FarmMath.scaleBitsOf(terms);
        FarmMath.PositionSlots storage position = farm.positions[user];
        uint256 word = position.word;
        uint256 pX = FarmMath.pendingX(word, visit.acc, scaleBits);
        paid = pX >> scaleBits;
        if (unit != 1) paid -= paid % unit;
        if (paid == 0) return (0, terms);

        uint256 dustX;
        (position.word, dustX) =
            FarmMath.packPosition(pX - (paid << scaleBits), uint96(word), visit.acc, scaleBits);
        emit IFarms.Claimed(farmId, user, to, paid, _bookPaid(paid, dustX, scaleBits));
    }
}
