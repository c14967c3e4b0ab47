// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../interfaces/IFarms.sol";
import {FarmMath} from "../../libraries/FarmMath.sol";
import {FarmsTerms} from "./FarmsTerms.sol";

/// @title FarmsPositions
/// @notice Principal in and out of a farm of either kind, and what a claim books.
abstract contract FarmsPositions is FarmsTerms {
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
        (
            FarmMath.FarmSlots storage farm,
            FarmMath.PositionSlots storage position,
            FarmMath.Visit memory visit
        ) = _open(farmId, user);
        _requireActive(visit);
        uint256 weight;
        if (FarmMath.hasTerms(visit.terms)) {
            weight = _joinOwn(farm, position, visit, amount, depositedAt, mayBeLocked);
        } else {
            weight = uint256(uint96(visit.word)) + amount;
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
        uint256 totalWeight;
        unchecked {
            totalWeight = visit.totalWeight - uint96(visit.word) + weight;
        }
        if (totalWeight >= cap) revert IFarms.Farms_WeightCap(totalWeight, cap);
        _touch(farm, position, visit, weight);
        emit IFarms.Staked(visit.farmId, visit.user, payer, amount, uint96(weight), _nextSeq());
    }

    /// @dev Takes `amount` out of the position that is visited. With `takes` the whole wei of the
    /// emission are taken out as well, which the caller books and pays.
    /// @return weight What is left weighs.
    /// @return fee Part of `amount` that a running lock costs.
    /// @return paid Wei of the emission taken out.
    function _leave(
        FarmMath.FarmSlots storage farm,
        FarmMath.PositionSlots storage position,
        FarmMath.Visit memory visit,
        uint96 amount,
        bool takes
    ) internal returns (uint96 weight, uint96 fee, uint256 paid) {
        if (amount == 0) revert IFarms.Farms_ZeroAmount();
        if (FarmMath.hasTerms(visit.terms)) {
            (weight, fee) = _takePrincipal(farm, position, visit, amount);
        } else {
            uint96 staked = uint96(visit.word);
            if (staked < amount) revert IFarms.Farms_InsufficientStake(staked, amount);
            unchecked {
                weight = staked - amount;
            }
            if (weight != 0) _requireMinimum(weight, visit.terms);
        }
        if (takes) paid = _touchAndTake(farm, position, visit, weight);
        else _touch(farm, position, visit, weight);
    }

    /// @dev Books what `user` earned of the emission, in multiples of `unit`; the caller pays it.
    /// The rest stays pending. Nothing to pay changes nothing.
    function _bookClaim(uint32 farmId, address user, address to, uint256 unit)
        internal
        returns (uint256 paid, uint256 terms)
    {
        (
            FarmMath.FarmSlots storage farm,
            FarmMath.PositionSlots storage position,
            FarmMath.Visit memory visit
        ) = _open(farmId, user);
        terms = visit.terms;
        uint256 scaleBits = FarmMath.scaleBitsOf(terms);
        uint256 word = visit.word;
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
