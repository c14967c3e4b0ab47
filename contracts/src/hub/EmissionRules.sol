// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IEmissionController} from "../interfaces/IEmissionController.sol";

/// @title EmissionRules
/// @notice Arithmetic of the emission controller: how budgets follow a schedule, and which targets
/// a decision may have. Pure functions of what the controller hands over.
library EmissionRules {
    /// @param previousSD Target of the epoch compared with; counts only with `hasPrevious`.
    /// @param hasPrevious Whether that epoch had the farm.
    struct FarmCase {
        uint32 eid;
        uint32 farmId;
        uint16 minBps;
        uint16 maxBps;
        uint64 previousSD;
        bool hasPrevious;
    }

    /// @notice Everything a decision is judged by.
    /// @param budgetSD Budget of the epoch to decide.
    /// @param previousBudgetSD Budget of the epoch compared with; not 0 when a farm was in it.
    /// @param maxChangeBps Share of the budget by which a farm may differ from its reference.
    /// @param eids Registered chains, ascending.
    /// @param capsBps Greatest share of the budget of each chain.
    /// @param farms Registered farms, ascending by (eid, farmId).
    struct Case {
        uint256 budgetSD;
        uint256 previousBudgetSD;
        uint256 maxChangeBps;
        uint32[] eids;
        uint256[] capsBps;
        FarmCase[] farms;
    }

    uint256 internal constant BPS = 10_000;
    uint256 private constant DECAY_STEPS_MAX = 256;
    uint32 private constant FUNDED_EPOCHS_MAX = 256;

    /// @notice What `schedule` gives `epoch`; its first budget for an epoch before it.
    function scheduledSD(IEmissionController.Schedule memory schedule, uint32 epoch)
        internal
        pure
        returns (uint64)
    {
        if (schedule.decayEvery == 0 || schedule.decayBps == 0) return schedule.budgetSD;
        if (epoch <= schedule.fromEpoch) return schedule.budgetSD;
        uint256 steps = (epoch - schedule.fromEpoch) / schedule.decayEvery;
        if (steps > DECAY_STEPS_MAX) return schedule.floorSD;
        uint256 budgetSD = schedule.budgetSD;
        for (uint256 i; i < steps && budgetSD > schedule.floorSD; ++i) {
            budgetSD = budgetSD * (BPS - schedule.decayBps) / BPS;
        }
        return uint64(Math.max(budgetSD, schedule.floorSD));
    }

    /// @notice Last epoch covered when `fundsSD` pays every epoch from `fromEpoch` on; the one
    /// before `fromEpoch` when not even that is covered.
    /// @param earlier Schedule of the epochs before `schedule` begins.
    function fundedUntil(
        IEmissionController.Schedule memory earlier,
        IEmissionController.Schedule memory schedule,
        uint32 fromEpoch,
        uint256 fundsSD
    ) internal pure returns (uint32) {
        uint32 epoch = fromEpoch;
        while (epoch - fromEpoch < FUNDED_EPOCHS_MAX) {
            uint256 budgetSD = scheduledSD(epoch >= schedule.fromEpoch ? schedule : earlier, epoch);
            if (budgetSD > fundsSD) break;
            fundsSD -= budgetSD;
            ++epoch;
        }
        return epoch - 1;
    }

    /// @notice What a decision may give every farm.
    /// @dev The references are a decision that could be taken, whatever the change limit: each lies
    /// in its bounds, and shrinking makes their sums fit whenever those of the minimums do.
    function limitsOf(Case memory terms)
        internal
        pure
        returns (IEmissionController.TargetLimits[] memory allowed)
    {
        uint256 count = terms.farms.length;
        allowed = new IEmissionController.TargetLimits[](count);
        for (uint256 i; i < count; ++i) {
            allowed[i] = _boundsOf(terms, terms.farms[i]);
        }
        uint256 from;
        for (uint256 i; i < terms.eids.length; ++i) {
            uint256 to = from;
            while (to < count && allowed[to].eid == terms.eids[i]) {
                ++to;
            }
            _shrink(allowed, from, to, terms.budgetSD * terms.capsBps[i] / BPS);
            from = to;
        }
        // What fits under the caps still does when all are shrunk once more.
        _shrink(allowed, 0, count, terms.budgetSD);

        uint256 changeSD = terms.budgetSD * terms.maxChangeBps / BPS;
        for (uint256 i; i < count; ++i) {
            if (!terms.farms[i].hasPrevious) continue;
            IEmissionController.TargetLimits memory each = allowed[i];
            uint256 lowSD = each.referenceSD > changeSD ? each.referenceSD - changeSD : 0;
            each.minSD = uint64(Math.max(each.minSD, lowSD));
            each.maxSD = uint64(Math.min(each.maxSD, each.referenceSD + changeSD));
        }
    }

    /// @notice Reverts unless `targets` are exactly the farms and keep every farm's limits and
    /// every chain's cap.
    /// @return sumsSD Sum of the targets of each chain.
    function judge(Case memory terms, IEmissionController.Target[] calldata targets)
        internal
        pure
        returns (uint256[] memory sumsSD)
    {
        uint256 count = terms.farms.length;
        if (targets.length != count) {
            revert IEmissionController.Controller_IncompleteTargets(count, targets.length);
        }
        for (uint256 i = 1; i < count; ++i) {
            if (_keyOf(targets[i]) <= _keyOf(targets[i - 1])) {
                revert IEmissionController.Controller_UnsortedTargets(i);
            }
        }
        IEmissionController.TargetLimits[] memory allowed = limitsOf(terms);
        for (uint256 i; i < count; ++i) {
            _checkFarm(terms, targets[i], i);
            _checkAmount(terms, allowed[i], i, targets[i].amountSD);
        }

        sumsSD = new uint256[](terms.eids.length);
        uint256 next;
        for (uint256 i; i < sumsSD.length; ++i) {
            uint32 eid = terms.eids[i];
            uint256 sumSD;
            for (; next < count && targets[next].eid == eid; ++next) {
                sumSD += targets[next].amountSD;
            }
            uint256 capSD = terms.budgetSD * terms.capsBps[i] / BPS;
            if (sumSD > capSD) {
                revert IEmissionController.Controller_ChainCapExceeded(eid, sumSD, capSD);
            }
            sumsSD[i] = sumSD;
        }
        // Farms are registered only for registered chains, so every target has found its chain.
        assert(next == count);
    }

    /// @notice Key by which farms are sorted.
    function keyOf(uint32 eid, uint32 farmId) internal pure returns (uint64) {
        return (uint64(eid) << 32) | farmId;
    }

    /// @dev As many targets as farms, ascending, each a farm: then they are exactly the farms.
    function _checkFarm(
        Case memory terms,
        IEmissionController.Target calldata target,
        uint256 index
    ) private pure {
        uint64 key = _keyOf(target);
        FarmCase memory expected = terms.farms[index];
        if (key == keyOf(expected.eid, expected.farmId)) return;
        for (uint256 i; i < terms.farms.length; ++i) {
            if (key == keyOf(terms.farms[i].eid, terms.farms[i].farmId)) {
                revert IEmissionController.Controller_MissingTarget(expected.eid, expected.farmId);
            }
        }
        revert IEmissionController.Controller_UnknownFarm(target.eid, target.farmId);
    }

    function _checkAmount(
        Case memory terms,
        IEmissionController.TargetLimits memory allowed,
        uint256 index,
        uint64 amountSD
    ) private pure {
        if (amountSD >= allowed.minSD && amountSD <= allowed.maxSD) return;
        FarmCase memory farm = terms.farms[index];
        uint256 leastSD = terms.budgetSD * farm.minBps / BPS;
        uint256 mostSD = terms.budgetSD * farm.maxBps / BPS;
        if (amountSD < leastSD || amountSD > mostSD) {
            revert IEmissionController.Controller_ShareOutOfBounds(farm.eid, farm.farmId, amountSD);
        }
        revert IEmissionController.Controller_ChangeTooLarge(
            farm.eid, farm.farmId, allowed.referenceSD, amountSD
        );
    }

    function _keyOf(IEmissionController.Target calldata target) private pure returns (uint64) {
        return keyOf(target.eid, target.farmId);
    }

    /// @dev The bounds of one farm, and its reference before any shrinking. No amount exceeds the
    /// budget, because no share exceeds the whole and no target exceeded its epoch's budget.
    function _boundsOf(Case memory terms, FarmCase memory farm)
        private
        pure
        returns (IEmissionController.TargetLimits memory)
    {
        uint256 minSD = terms.budgetSD * farm.minBps / BPS;
        uint256 maxSD = terms.budgetSD * farm.maxBps / BPS;
        uint256 referenceSD;
        if (farm.hasPrevious) {
            referenceSD = farm.previousSD * terms.budgetSD / terms.previousBudgetSD;
        }
        referenceSD = Math.min(Math.max(referenceSD, minSD), maxSD);
        return IEmissionController.TargetLimits(
            farm.eid, farm.farmId, uint64(minSD), uint64(referenceSD), uint64(maxSD)
        );
    }

    /// @dev Shrinks references to `roomSD` together, each by the same share of what it has above
    /// its minimum. Where the minimums alone exceed the room, the minimums remain.
    function _shrink(
        IEmissionController.TargetLimits[] memory allowed,
        uint256 from,
        uint256 to,
        uint256 roomSD
    ) private pure {
        uint256 leastSD;
        uint256 sumSD;
        for (uint256 i = from; i < to; ++i) {
            leastSD += allowed[i].minSD;
            sumSD += allowed[i].referenceSD;
        }
        if (sumSD <= roomSD || sumSD == leastSD) return;
        uint256 spareSD = roomSD > leastSD ? roomSD - leastSD : 0;
        for (uint256 i = from; i < to; ++i) {
            uint256 aboveSD = allowed[i].referenceSD - allowed[i].minSD;
            allowed[i].referenceSD =
                uint64(allowed[i].minSD + aboveSD * spareSD / (sumSD - leastSD));
        }
    }
}
