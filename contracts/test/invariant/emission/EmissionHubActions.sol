// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IEmissionController} from "../../../src/interfaces/IEmissionController.sol";
import {EmissionDecisions} from "./EmissionDecisions.sol";

/// @notice What reaches the controller and what leaves it: money, and orders that whoever wants
/// dispatches.
abstract contract EmissionHubActions is EmissionDecisions {
    uint256 private constant FEE_CAP = 1000;

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
        Seen memory seen = _look(siteInUse[HUB]);
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

    /// @dev Mostly a path that waits to be dispatched; sometimes any.
    function _pathToDispatch(uint256 seed) internal view returns (uint32, uint256) {
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
        if (isClosed[chain]) return _noPeer(chain);
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
        Seen memory seen = _look(siteInUse[chain]);
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
