// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEmissionController} from "../../../src/interfaces/IEmissionController.sol";
import {EmissionSettle} from "./EmissionSettle.sol";
import {HubModel} from "./HubModel.sol";

/// @notice What is decided about an epoch, and why the controller has to refuse a decision.
abstract contract EmissionDecisions is EmissionSettle {
    /// @dev Whatever is proposed, the model says whether it is accepted, and if not, why.
    /// @custom:property H-01, H-02, H-04, E19, E23
    function decide(uint256 seed, uint256 kind) external counted {
        seed = _mix(seed);
        uint32 epoch = _epochToDecide(seed);
        HubModel.Limits memory limits = HUB_MODEL.limitsOf(epoch);
        IEmissionController.Target[] memory targets =
            kind % 4 == 2 ? _shift(epoch, seed, limits) : _propose(epoch, seed, limits);
        if (kind % 8 == 0) targets = _spoil(targets, seed, limits);
        address caller = kind % 16 == 1 ? ATTACKER : kind % 5 == 0 ? GOVERNOR : OPERATOR;
        uint32 revision = uint32(HUB_MODEL.decidedOf(epoch).revision + 1);
        uint32 asked = kind % 32 == 7 ? revision + 1 : revision;
        if (kind % 7 == 0) asked = 0;
        bytes memory refusal = _refusalOf(caller, epoch, targets, limits);
        bool isRightRevision = asked == revision || (asked == 0 && caller == GOVERNOR);
        if (!_isRefusedBeforeItsRevision(caller, epoch) && !isRightRevision) {
            refusal = abi.encodeWithSelector(
                IEmissionController.Controller_WrongRevision.selector, revision, asked
            );
        }
        if (refusal.length != 0) {
            vm.expectRevert(refusal);
            vm.prank(caller);
            CONTROLLER.decide(epoch, asked, targets, bytes32(seed));
            return;
        }
        _assertLimits(epoch, limits);
        _decideAs(caller, epoch, asked, targets, bytes32(seed));
        _effect();
    }

    // What has to happen.

    function _decideAs(
        address caller,
        uint32 epoch,
        uint32 revision,
        IEmissionController.Target[] memory targets,
        bytes32 evidence
    ) internal {
        vm.prank(caller);
        CONTROLLER.decide(epoch, revision, targets, evidence);
        HUB_MODEL.decide(epoch, _amountsOf(targets));
        ++hubEvents;
        assertEq(CONTROLLER.evidenceOf(epoch), evidence, "evidence");
    }

    /// @dev What the contract says it would accept is what the model accepts.
    /// @custom:property H-04
    function _assertLimits(uint32 epoch, HubModel.Limits memory limits) private view {
        assertEq(CONTROLLER.budgetOf(epoch), HUB_MODEL.budgetOf(epoch), "budget");
        IEmissionController.TargetLimits[] memory told = CONTROLLER.limitsOf(epoch);
        uint256 next;
        for (uint256 i; i < 9; ++i) {
            if (!HUB_MODEL.boundsOf(i).isRegistered) continue;
            assertEq(told[next].minSD, limits.low[i], "least");
            assertEq(told[next].referenceSD, limits.at[i], "reference");
            assertEq(told[next].maxSD, limits.high[i], "most");
            ++next;
        }
        assertEq(told.length, next, "farms");
    }

    // What is asked for.

    /// @dev Mostly one that is open; sometimes any.
    function _epochToDecide(uint256 seed) private view returns (uint32) {
        uint256 current = epochNow();
        uint256 last = HUB_MODEL.lastDecided();
        if (seed % 16 == 0) return uint32(seed / 16 % (current + 4));
        if (seed % 16 == 1) return uint32(current);
        if (seed % 16 == 2) return uint32(current + 1);
        uint256 open = last > current ? last : current;
        return uint32(open == 0 ? 1 : open);
    }

    /// @dev A decision within the limits; where caps or the budget leave less room, one nearer to
    /// what it is compared with.
    function _propose(uint256 epoch, uint256 seed, HubModel.Limits memory limits)
        internal
        view
        returns (IEmissionController.Target[] memory targets)
    {
        uint256[9] memory target;
        for (uint256 i; i < 9; ++i) {
            uint256 dice = _hash(seed, i);
            if (dice % 8 == 0) target[i] = limits.low[i];
            else if (dice % 4 == 1) target[i] = limits.high[i];
            else if (dice % 4 == 2) target[i] = limits.at[i];
            else target[i] = limits.low[i] + (dice >> 8) % (limits.high[i] - limits.low[i] + 1);
        }
        uint256 budget = HUB_MODEL.budgetOf(epoch);
        _temperToCaps(target, limits, budget);
        for (uint256 i; i < 4 && HUB_MODEL.requiredBy(epoch, target) > budget; ++i) {
            _temper(target, limits, 0, 9, i == 3);
        }
        return _targetsOf(target);
    }

    /// @dev As much as possible from the chain that was sent most to the others, as if what it was
    /// sent came back: the targets alone fit into the budget.
    function _shift(uint256 epoch, uint256 seed, HubModel.Limits memory limits)
        private
        view
        returns (IEmissionController.Target[] memory targets)
    {
        uint256 from = seed % CHAINS;
        for (uint256 c; c < CHAINS; ++c) {
            uint256 most = HUB_MODEL.pathOf(epoch, from).sent;
            if (HUB_MODEL.pathOf(epoch, c).sent > most) from = c;
        }
        uint256[9] memory target;
        for (uint256 i; i < 9; ++i) {
            target[i] = i / 3 == from ? limits.low[i] : limits.high[i];
        }
        uint256 budget = HUB_MODEL.budgetOf(epoch);
        _temperToCaps(target, limits, budget);
        for (uint256 i; i < 16 && _sumOfAll(target) > budget; ++i) {
            _temper(target, limits, 0, 9, i == 15);
        }
        return _targetsOf(target);
    }

    function _temperToCaps(uint256[9] memory target, HubModel.Limits memory limits, uint256 budget)
        private
        view
    {
        for (uint256 c; c < CHAINS; ++c) {
            uint256 cap = budget * HUB_MODEL.capBps(c) / 10_000;
            for (uint256 i; i < 4 && _sumOf(target, c) > cap; ++i) {
                _temper(target, limits, 3 * c, 3 * c + 3, i == 3);
            }
        }
    }

    function _sumOfAll(uint256[9] memory target) private pure returns (uint256) {
        return _sumOf(target, 0) + _sumOf(target, 1) + _sumOf(target, 2);
    }

    function _sumOf(uint256[9] memory target, uint256 chain) private pure returns (uint256) {
        return target[3 * chain] + target[3 * chain + 1] + target[3 * chain + 2];
    }

    /// @dev Takes half of what everybody has above what he is compared with, or all of it.
    function _temper(
        uint256[9] memory target,
        HubModel.Limits memory limits,
        uint256 from,
        uint256 to,
        bool isAll
    ) private pure {
        for (uint256 i = from; i < to; ++i) {
            if (target[i] <= limits.at[i]) continue;
            target[i] = isAll ? limits.at[i] : (target[i] + limits.at[i]) / 2;
        }
    }

    function _spoil(
        IEmissionController.Target[] memory targets,
        uint256 seed,
        HubModel.Limits memory limits
    ) private pure returns (IEmissionController.Target[] memory) {
        uint256 kind = (seed >> 32) % 7;
        uint256 count = targets.length;
        if (count < 2) return targets;
        uint256 at = (seed >> 40) % (count - 1);
        uint256 slot = _slotOf(targets[at]);
        if (kind == 0) {
            assembly ("memory-safe") {
                mstore(targets, sub(count, 1))
            }
        } else if (kind == 1) {
            (targets[at], targets[at + 1]) = (targets[at + 1], targets[at]);
        } else if (kind == 2) {
            targets[count - 1].farmId += 7;
        } else if (kind == 3) {
            targets[at].amountSD = uint64(limits.high[slot] + 1);
        } else if (kind == 4) {
            targets[at].amountSD =
                uint64(limits.low[slot] == 0 ? limits.high[slot] + 2 : limits.low[slot] - 1);
        } else if (kind == 5) {
            targets[at].amountSD = type(uint64).max;
        } else {
            for (uint256 i; i < count; ++i) {
                targets[i].amountSD = uint64(limits.high[_slotOf(targets[i])]);
            }
        }
        return targets;
    }

    function _targetsOf(uint256[9] memory target)
        private
        view
        returns (IEmissionController.Target[] memory targets)
    {
        targets = new IEmissionController.Target[](9);
        uint256 count;
        for (uint256 i; i < 9; ++i) {
            if (!HUB_MODEL.boundsOf(i).isRegistered) continue;
            targets[count++] =
                IEmissionController.Target(_sites[i / 3].eid, uint32(1 + i % 3), uint64(target[i]));
        }
        assembly ("memory-safe") {
            mstore(targets, count)
        }
    }

    function _amountsOf(IEmissionController.Target[] memory targets)
        private
        pure
        returns (uint256[9] memory target)
    {
        for (uint256 i; i < targets.length; ++i) {
            target[_slotOf(targets[i])] = targets[i].amountSD;
        }
    }

    function _slotOf(IEmissionController.Target memory target) private pure returns (uint256) {
        uint256 chain = target.eid == 50_102 ? 0 : target.eid == 50_121 ? 1 : 2;
        return 3 * chain + (target.farmId - 1) % 3;
    }

    // What is refused.

    function _isRefusedBeforeItsRevision(address caller, uint32 epoch) private view returns (bool) {
        return CONTROLLER.paused() || caller == ATTACKER || _closedReason(epoch).length != 0;
    }

    /// @dev Why the controller has to refuse; nothing where it has to accept.
    function _refusalOf(
        address caller,
        uint32 epoch,
        IEmissionController.Target[] memory targets,
        HubModel.Limits memory limits
    ) internal view returns (bytes memory) {
        if (CONTROLLER.paused()) {
            return abi.encodeWithSelector(IEmissionController.Controller_IsPaused.selector);
        }
        if (caller == ATTACKER) {
            return
                abi.encodeWithSelector(
                    IEmissionController.Controller_OnlyOperator.selector, ATTACKER
                );
        }
        bytes memory reason = _closedReason(epoch);
        if (reason.length == 0) reason = _shapeReason(targets);
        if (reason.length == 0) reason = _amountsReason(targets, limits);
        if (reason.length == 0) reason = _sumsReason(epoch, _amountsOf(targets));
        return reason;
    }

    function _closedReason(uint32 epoch) private view returns (bytes memory) {
        uint32 current = epochNow();
        if (epoch == 0 && current == 0) {
            return abi.encodeWithSelector(IEmissionController.Controller_NotStarted.selector);
        }
        uint32 latest = HUB_MODEL.multipleOf(epoch) == 0 ? current + 1 : current;
        if (epoch < current || epoch > latest) {
            return abi.encodeWithSelector(
                IEmissionController.Controller_EpochNotOpen.selector, epoch, current
            );
        }
        uint32 last = uint32(HUB_MODEL.lastDecided());
        if (epoch >= last) return "";
        return
            abi.encodeWithSelector(IEmissionController.Controller_EpochClosed.selector, epoch, last);
    }

    /// @dev Exactly the registered farms, in their order.
    function _shapeReason(IEmissionController.Target[] memory targets)
        private
        view
        returns (bytes memory)
    {
        uint256[9] memory none;
        uint256 count = _targetsOf(none).length;
        if (targets.length != count) {
            return abi.encodeWithSelector(
                IEmissionController.Controller_IncompleteTargets.selector, count, targets.length
            );
        }
        for (uint256 i = 1; i < count; ++i) {
            bool isSorted = targets[i].eid > targets[i - 1].eid
                || (targets[i].eid == targets[i - 1].eid
                    && targets[i].farmId > targets[i - 1].farmId);
            if (!isSorted) {
                return
                    abi.encodeWithSelector(
                        IEmissionController.Controller_UnsortedTargets.selector, i
                    );
            }
        }
        return "";
    }

    function _amountsReason(
        IEmissionController.Target[] memory targets,
        HubModel.Limits memory limits
    ) private view returns (bytes memory) {
        for (uint256 i; i < targets.length; ++i) {
            IEmissionController.Target memory each = targets[i];
            if (each.farmId > FARMS) {
                return abi.encodeWithSelector(
                    IEmissionController.Controller_UnknownFarm.selector, each.eid, each.farmId
                );
            }
            uint256 slot = _slotOf(each);
            if (each.amountSD >= limits.low[slot] && each.amountSD <= limits.high[slot]) continue;
            bool isInBounds = each.amountSD >= limits.leastByBounds[slot]
                && each.amountSD <= limits.mostByBounds[slot];
            if (!isInBounds) {
                return abi.encodeWithSelector(
                    IEmissionController.Controller_ShareOutOfBounds.selector,
                    each.eid,
                    each.farmId,
                    each.amountSD
                );
            }
            return abi.encodeWithSelector(
                IEmissionController.Controller_ChangeTooLarge.selector,
                each.eid,
                each.farmId,
                limits.at[slot],
                each.amountSD
            );
        }
        return "";
    }

    function _sumsReason(uint32 epoch, uint256[9] memory target)
        private
        view
        returns (bytes memory)
    {
        uint256 budget = HUB_MODEL.budgetOf(epoch);
        for (uint256 c; c < CHAINS; ++c) {
            uint256 sum = _sumOf(target, c);
            uint256 cap = budget * HUB_MODEL.capBps(c) / 10_000;
            if (sum > cap) {
                return abi.encodeWithSelector(
                    IEmissionController.Controller_ChainCapExceeded.selector,
                    _sites[c].eid,
                    sum,
                    cap
                );
            }
        }
        uint256 required = HUB_MODEL.requiredBy(epoch, target);
        if (required <= budget) return "";
        return abi.encodeWithSelector(
            IEmissionController.Controller_BudgetExceeded.selector, required, budget
        );
    }
}
