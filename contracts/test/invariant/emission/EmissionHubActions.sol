// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IEmissionController} from "../../../src/interfaces/IEmissionController.sol";
import {EmissionSettle} from "./EmissionSettle.sol";
import {HubModel} from "./HubModel.sol";
import {SpokeModel} from "./SpokeModel.sol";

/// @notice What operator, funder and whoever dispatches do, and what they are refused.
abstract contract EmissionHubActions is EmissionSettle {
    uint256 private constant FEE_CAP = 1000;

    /// @dev Whatever is proposed, the model says whether it is accepted, and if not, why.
    /// @custom:property H-01, H-02, H-04, E19, E23
    function decide(uint256 seed, uint256 kind) external counted {
        seed = _mix(seed);
        uint32 epoch = _epochToDecide(seed);
        HubModel.Limits memory limits = HUB_MODEL.limitsOf(epoch);
        IEmissionController.Target[] memory targets = _propose(epoch, seed, limits);
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

    /// @custom:property H-02, E16
    function dispatch(uint256 seed, bool byOperator) external counted {
        seed = _mix(seed);
        (uint32 epoch, uint256 chain) = _pathToDispatch(seed);
        bytes memory refusal = _dispatchRefusal(epoch, chain);
        address caller = byOperator ? OPERATOR : ATTACKER;
        if (refusal.length != 0) {
            vm.expectRevert(refusal);
            vm.prank(caller);
            CONTROLLER.dispatch(epoch, _sites[chain].eid);
            return;
        }
        _dispatchAs(caller, epoch, chain);
        _assertNothingLeftToDispatch(epoch, chain);
        _effect();
    }

    /// @dev A path that fails, and an id that needs nothing, keep nobody else waiting.
    /// @custom:property H-02, E15
    function dispatchMany(uint256 seed) external counted {
        seed = _mix(seed);
        (uint32 epoch,) = _pathToDispatch(seed);
        uint32[] memory eids = new uint32[](4);
        for (uint256 i; i < CHAINS; ++i) {
            eids[i] = _sites[(seed + i) % CHAINS].eid;
        }
        eids[3] = 9;
        bytes memory refusal = _manyRefusal(epoch);
        if (refusal.length != 0) {
            vm.expectRevert(refusal);
            CONTROLLER.dispatchMany(epoch, eids);
            return;
        }
        bool[3] memory isDue = _foresee(epoch, seed);
        Seen memory seen = _look(HUB);
        uint256 packet = NETWORK.packetCount();
        vm.prank(OUTSIDER);
        CONTROLLER.dispatchMany(epoch, eids);
        for (uint256 i; i < CHAINS; ++i) {
            uint256 chain = (seed + i) % CHAINS;
            if (isDue[i]) {
                _sent(epoch, chain, seen, packet);
                if (chain != HUB) ++packet;
                _effect();
            } else if (HUB_MODEL.isPending(epoch, chain)) {
                ++hubEvents;
            }
        }
        assertEq(NETWORK.packetCount(), packet, "no packet that the model does not know");
    }

    function fund(uint256 seed, uint256 native) external counted {
        seed = _mix(seed);
        uint256 amount = _spread(seed, 0, 60_000e18);
        _mint(HUB, FUNDER, amount);
        vm.prank(FUNDER);
        _sites[HUB].reward.transfer(address(CONTROLLER), amount);
        funded += amount;
        vm.deal(address(CONTROLLER), address(CONTROLLER).balance + native % 3000);
        _effect();
    }

    /// @dev Counts for the epoch that runs, to the second.
    /// @custom:property E19, E23
    function depositRevenue(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 amount = _spread(seed, 0, 60_000e18);
        _mint(HUB, FUNDER, amount);
        if (amount == 0) {
            vm.expectRevert(IEmissionController.Controller_ZeroAmount.selector);
            vm.prank(FUNDER);
            CONTROLLER.depositRevenue(0);
            return;
        }
        vm.prank(FUNDER);
        CONTROLLER.depositRevenue(amount);
        HUB_MODEL.addRevenue(epochNow(), amount);
        funded += amount;
        ++hubEvents;
        assertEq(CONTROLLER.revenueOf(epochNow()), HUB_MODEL.revenue(epochNow()), "revenue");
        _effect();
    }

    /// @dev What messages cost, up to more than the controller would pay.
    function setFee(uint256 seed) external counted {
        seed = _mix(seed);
        NETWORK.setFee(seed % 5 == 0 ? FEE_CAP + seed % 3 - 1 : seed % 300);
        _effect();
    }

    // Decisions.

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
        for (uint256 c; c < CHAINS; ++c) {
            uint256 cap = budget * HUB_MODEL.capBps(c) / 10_000;
            for (uint256 i; i < 4 && _sumOf(target, c) > cap; ++i) {
                _temper(target, limits, 3 * c, 3 * c + 3, i == 3);
            }
        }
        for (uint256 i; i < 4 && HUB_MODEL.requiredBy(epoch, target) > budget; ++i) {
            _temper(target, limits, 0, 9, i == 3);
        }
        return _targetsOf(target);
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

    // Dispatches.

    /// @dev Mostly a path that waits to be dispatched; sometimes any.
    function _pathToDispatch(uint256 seed) private view returns (uint32, uint256) {
        uint256 count = HUB_MODEL.epochCount();
        if (count == 0 || seed % 16 == 0) return (uint32(seed / 16 % 5), seed % CHAINS);
        for (uint256 i; i < 3 && i < count; ++i) {
            uint256 epoch = HUB_MODEL.epochs(count - 1 - (seed % 8 == 1 ? count - 1 - i : i));
            for (uint256 c; c < CHAINS; ++c) {
                uint256 chain = (seed / 16 + c) % CHAINS;
                if (HUB_MODEL.isPending(epoch, chain)) return (uint32(epoch), chain);
            }
        }
        return (uint32(HUB_MODEL.lastDecided()), seed / 16 % CHAINS);
    }

    function _manyRefusal(uint32 epoch) private view returns (bytes memory) {
        if (CONTROLLER.paused()) {
            return abi.encodeWithSelector(IEmissionController.Controller_IsPaused.selector);
        }
        if (HUB_MODEL.decidedOf(epoch).revision != 0) return "";
        return abi.encodeWithSelector(IEmissionController.Controller_NotDecided.selector, epoch);
    }

    function _dispatchRefusal(uint32 epoch, uint256 chain) internal view returns (bytes memory) {
        return _dispatchRefusal(epoch, chain, address(CONTROLLER).balance, _heldByHub());
    }

    /// @param native Native money of the controller.
    /// @param held Reward tokens of the controller.
    function _dispatchRefusal(uint32 epoch, uint256 chain, uint256 native, uint256 held)
        private
        view
        returns (bytes memory)
    {
        bytes memory refusal = _manyRefusal(epoch);
        if (refusal.length != 0) return refusal;
        if (!HUB_MODEL.isPending(epoch, chain)) {
            return abi.encodeWithSelector(
                IEmissionController.Controller_NothingToDispatch.selector, epoch, _sites[chain].eid
            );
        }
        uint256 fee = chain == HUB ? 0 : NETWORK.fee();
        if (fee > FEE_CAP) {
            return abi.encodeWithSelector(
                IEmissionController.Controller_FeeTooHigh.selector, fee, FEE_CAP
            );
        }
        if (fee > native) {
            return abi.encodeWithSelector(
                IEmissionController.Controller_InsufficientNative.selector, fee, native
            );
        }
        uint256 due = HUB_MODEL.dueOf(epoch, chain) * _sites[HUB].rate;
        if (due <= held) return "";
        return abi.encodeWithSelector(
            IERC20Errors.ERC20InsufficientBalance.selector, address(CONTROLLER), held, due
        );
    }

    function _dispatchAs(address caller, uint32 epoch, uint256 chain) internal {
        Seen memory seen = _look(chain);
        uint256 packet = NETWORK.packetCount();
        vm.prank(caller);
        CONTROLLER.dispatch(epoch, _sites[chain].eid);
        _sent(epoch, chain, seen, packet);
    }

    function _assertNothingLeftToDispatch(uint32 epoch, uint256 chain) private {
        bytes memory refusal = _dispatchRefusal(epoch, chain);
        vm.expectRevert(refusal);
        CONTROLLER.dispatch(epoch, _sites[chain].eid);
    }

    /// @dev Which paths `dispatchMany` can afford, in the order of its ids.
    function _foresee(uint32 epoch, uint256 seed) private view returns (bool[3] memory isDue) {
        uint256 native = address(CONTROLLER).balance;
        uint256 held = _heldByHub();
        for (uint256 i; i < CHAINS; ++i) {
            uint256 chain = (seed + i) % CHAINS;
            isDue[i] = _dispatchRefusal(epoch, chain, native, held).length == 0;
            if (!isDue[i]) continue;
            held -= HUB_MODEL.dueOf(epoch, chain) * _sites[HUB].rate;
            if (chain != HUB) native -= NETWORK.fee();
        }
    }
}
