// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../interfaces/IFarms.sol";
import {FarmMath} from "../../libraries/FarmMath.sol";
import {TermsMath} from "../../libraries/TermsMath.sol";
import {FarmsStreams} from "./FarmsStreams.sol";

/// @title FarmsTerms
/// @notice Farms with lock tiers and tenure: principal and its price.
abstract contract FarmsTerms is FarmsStreams {
    /// @dev Prices a position anew: for its owner in both directions, for anyone else only down and
    /// only after a lock ended. Returns whether its weight changed.
    function _reprice(uint32 farmId, address user) internal returns (bool) {
        FarmMath.FarmSlots storage farm = _farms[farmId];
        FarmMath.PositionSlots storage position = farm.positions[user];
        TermsMath.Position memory held = TermsMath.unpack(position.terms);
        if (held.principal == 0) return false;
        uint256 boost = TermsMath.boostOf(held, farm.steps);
        if (boost == held.boostBps) return false;
        if (msg.sender != user) {
            if (held.lockEnd == 0 || TermsMath.isLocked(held)) return false;
            if (boost > held.boostBps) return false;
        }

        FarmMath.Visit memory visit;
        (farm, position, visit) = _open(farmId, user);
        uint256 oldWeight = uint96(visit.word);
        uint256 weight = _price(visit, held, oldWeight, boost);
        if (weight == oldWeight) return false;
        position.terms = TermsMath.pack(held);
        _touch(farm, position, visit, weight);
        emit IFarms.Repriced(farmId, user, uint96(weight), _nextSeq());
        return true;
    }

    /// @dev Takes `amount` of principal out of a position and prices the rest.
    /// @return weight What it weighs from now on.
    /// @return fee Part of `amount` that its running lock costs; 0 where none is due.
    function _takePrincipal(
        FarmMath.FarmSlots storage farm,
        FarmMath.PositionSlots storage position,
        FarmMath.Visit memory visit,
        uint96 amount
    ) internal returns (uint96 weight, uint96 fee) {
        TermsMath.Position memory held = TermsMath.unpack(position.terms);
        if (held.principal < amount) {
            revert IFarms.Farms_InsufficientStake(uint96(held.principal), amount);
        }
        if (TermsMath.isLocked(held) && !FarmMath.isEnded(visit.terms)) {
            fee = uint96(TermsMath.feeOf(amount, held.feeBps));
        }
        farm.idleWord -= uint256(amount) << 96;
        held.principal -= amount;
        if (held.principal == 0) {
            position.terms = 0;
            return (0, fee);
        }
        _requireMinimum(held.principal, visit.terms);
        uint256 boost = TermsMath.boostOf(held, farm.steps);
        weight = uint96(_price(visit, held, uint96(visit.word), boost));
        position.terms = TermsMath.pack(held);
    }

    /// @dev Adds principal that joins at `depositedAt` and prices the position.
    function _addPrincipal(
        FarmMath.FarmSlots storage farm,
        FarmMath.PositionSlots storage position,
        FarmMath.Visit memory visit,
        TermsMath.Position memory held,
        uint256 amount,
        uint256 depositedAt
    ) internal returns (uint256 weight) {
        TermsMath.join(held, amount, depositedAt);
        _requireMinimum(held.principal, visit.terms);
        farm.idleWord += amount << 96;
        held.boostBps = TermsMath.boostOf(held, farm.steps);
        weight = TermsMath.weightOf(held.principal, held.boostBps);
        position.terms = TermsMath.pack(held);
    }

    /// @dev A stake joins no position of somebody else, whose tenure it would dilute, and none that
    /// is locked, whose boost it would get for the rest of the term; only a compound may.
    function _joinOwn(
        FarmMath.FarmSlots storage farm,
        FarmMath.PositionSlots storage position,
        FarmMath.Visit memory visit,
        uint256 amount,
        uint256 depositedAt,
        bool mayBeLocked
    ) internal returns (uint256 weight) {
        TermsMath.Position memory held = TermsMath.unpack(position.terms);
        if (held.principal != 0 && msg.sender != visit.user) {
            revert IFarms.Farms_OnlyOwnerOfPosition(visit.user);
        }
        if (!mayBeLocked && TermsMath.isLocked(held)) {
            revert IFarms.Farms_PositionLocked(visit.farmId, uint32(held.lockEnd));
        }
        return _addPrincipal(farm, position, visit, held, amount, depositedAt);
    }

    /// @dev Weight at `boost`, which `held` remembers. Where tenure would raise the total weight to
    /// its bound the position keeps the boost it has: an exit or a claim must not fail on it.
    function _price(
        FarmMath.Visit memory visit,
        TermsMath.Position memory held,
        uint256 oldWeight,
        uint256 boost
    ) private pure returns (uint256 weight) {
        weight = TermsMath.weightOf(held.principal, boost);
        bool isAboveCap =
            (visit.totalWeight - oldWeight + weight) >> FarmMath.scaleBitsOf(visit.terms) != 0;
        if (isAboveCap && boost > held.boostBps) {
            boost = held.boostBps;
            weight = TermsMath.weightOf(held.principal, boost);
        }
        held.boostBps = boost;
    }
}
