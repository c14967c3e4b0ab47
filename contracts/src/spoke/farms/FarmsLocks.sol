// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../interfaces/IFarms.sol";
import {FarmMath} from "../../libraries/FarmMath.sol";
import {TermsMath} from "../../libraries/TermsMath.sol";
import {FarmsPositions} from "./FarmsPositions.sol";

/// @title FarmsLocks
/// @notice Locks, pokes and moves between farms of this chain. Part of the annex; described in
/// IFarms.
abstract contract FarmsLocks is FarmsPositions {
    function stakeLocked(uint32 farmId, uint96 amount, uint8 tier) external nonReentrant {
        (
            FarmMath.FarmSlots storage farm,
            FarmMath.PositionSlots storage position,
            FarmMath.Visit memory visit
        ) = _open(farmId, msg.sender);
        _requireActive(visit);
        if (!FarmMath.hasTerms(visit.terms)) revert IFarms.Farms_NoTerms(farmId);
        (uint256 weight, TermsMath.Position memory held) =
            _joinLocked(farm, position, visit, amount, tier);
        _enter(farm, position, visit, msg.sender, amount, weight);
        _emitLocked(visit, held);
        if (amount != 0) _pull(FarmMath.stakeTokenOf(visit.terms), amount);
    }

    function poke(uint32 farmId, address user) external nonReentrant {
        uint256 terms = _farms[farmId].terms;
        if (terms == 0) revert IFarms.Farms_UnknownFarm(farmId);
        if (!FarmMath.hasTerms(terms)) revert IFarms.Farms_NoTerms(farmId);
        if (!_reprice(farmId, user)) revert IFarms.Farms_NothingToPoke(farmId, user);
    }

    function migrate(uint32 fromFarmId, uint32 toFarmId, uint96 amount) external nonReentrant {
        (
            FarmMath.FarmSlots storage farm,
            FarmMath.PositionSlots storage position,
            FarmMath.Visit memory visit
        ) = _open(fromFarmId, msg.sender);
        IFarms.Carry memory carry = _carryOf(visit.terms, position.terms);
        address token = FarmMath.stakeTokenOf(visit.terms);
        if (fromFarmId == toFarmId || token != FarmMath.stakeTokenOf(_farms[toFarmId].terms)) {
            revert IFarms.Farms_NotMigratable(fromFarmId, toFarmId);
        }
        if (carry.lockEnd != 0) revert IFarms.Farms_PositionLocked(fromFarmId, carry.lockEnd);
        (uint96 weight,,) = _leave(farm, position, visit, amount, false);
        emit IFarms.Withdrawn(fromFarmId, msg.sender, address(this), amount, weight, _nextSeq());
        _join(toFarmId, msg.sender, address(this), amount, _arrivalTime(carry), false);
    }

    /// @dev Locks the whole position, `amount` included, for the term of a tier. A fee agreed to
    /// before cannot be shed by locking again.
    function _joinLocked(
        FarmMath.FarmSlots storage farm,
        FarmMath.PositionSlots storage position,
        FarmMath.Visit memory visit,
        uint256 amount,
        uint8 tierNumber
    ) internal returns (uint256 weight, TermsMath.Position memory held) {
        held = TermsMath.unpack(position.terms);
        if (held.principal + amount == 0) revert IFarms.Farms_ZeroAmount();
        IFarms.Tier memory tier = TermsMath.tierOf(farm.tiers, tierNumber);
        if (tier.term == 0) revert IFarms.Farms_BadTier(visit.farmId, tierNumber);
        uint256 lockEnd = block.timestamp + tier.term;
        uint256 feeBps = tier.feeBps;
        if (TermsMath.isLocked(held)) {
            if (lockEnd < held.lockEnd) {
                revert IFarms.Farms_LockShortened(uint32(held.lockEnd), uint32(lockEnd));
            }
            if (feeBps < held.feeBps) feeBps = held.feeBps;
        }
        held.lockEnd = lockEnd;
        held.tier = tierNumber;
        held.tierBoostBps = tier.boostBps;
        held.feeBps = feeBps;
        weight = _addPrincipal(farm, position, visit, held, amount, block.timestamp);
    }

    /// @dev What travels with principal out of a farm; a lock that ended, or that its farm's end
    /// released, does not.
    function _carryOf(uint256 terms, uint256 positionTerms)
        internal
        view
        returns (IFarms.Carry memory carry)
    {
        if (!FarmMath.hasTerms(terms)) return carry;
        TermsMath.Position memory held = TermsMath.unpack(positionTerms);
        carry.depositedAt = uint32(held.depositedAt);
        if (!TermsMath.isLocked(held)) return carry;
        if (FarmMath.isEnded(terms)) return carry;
        carry.lockEnd = uint32(held.lockEnd);
        carry.tier = uint8(held.tier);
        carry.tierBoostBps = uint16(held.tierBoostBps);
        carry.feeBps = uint16(held.feeBps);
    }

    /// @dev Tenure cannot begin in the future, whatever the clock of another chain said.
    function _arrivalTime(IFarms.Carry memory carry) internal view returns (uint256) {
        uint256 at = carry.depositedAt;
        return at == 0 || at > block.timestamp ? block.timestamp : at;
    }

    function _emitLocked(FarmMath.Visit memory visit, TermsMath.Position memory held) internal {
        emit IFarms.Locked(
            visit.farmId,
            visit.user,
            uint32(held.lockEnd),
            uint8(held.tier),
            uint16(held.tierBoostBps),
            uint16(held.feeBps),
            _nextSeq()
        );
    }
}
