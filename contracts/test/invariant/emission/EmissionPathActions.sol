// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEmissionController} from "../../../src/interfaces/IEmissionController.sol";
import {EmissionHubActions} from "./EmissionHubActions.sol";

/// @notice Where the orders of a chain go: to another receiver, or nowhere for a while.
abstract contract EmissionPathActions is EmissionHubActions {
    /// @dev What a chain was sent before stays where it went, and none of it is sent again. Mostly
    /// the new receiver takes what waits to be dispatched, and the one before is back after that.
    /// @custom:property H-02, H-04, H-07
    function replaceReceiver(uint256 seed) external counted {
        seed = _mix(seed);
        (uint32 epoch, uint256 chain) = _pathToDispatch(seed);
        bytes32 before = CONTROLLER.receiverOf(_sites[chain].eid);
        bytes memory data =
            abi.encodeCall(CONTROLLER.setChain, (_sites[chain].eid, _as32(ATTACKER), 10_000));
        _assertOnlyOwner(seed, address(CONTROLLER), data);
        vm.expectRevert(IEmissionController.Controller_ZeroAddress.selector);
        vm.prank(GOVERNOR);
        CONTROLLER.setChain(_sites[chain].eid, 0, 10_000);
        assertEq(CONTROLLER.receiverOf(_sites[chain].eid), before, "only the owner");
        _swapSite(chain);
        if (_dispatchRefusal(epoch, chain).length == 0) {
            uint256 pot = _sites[siteInUse[chain]].receiver.unallocated();
            uint256 due = HUB_MODEL.dueOf(epoch, chain) * _sites[chain].rate;
            _dispatchAs(OUTSIDER, epoch, chain);
            if (chain == HUB && siteInUse[chain] != chain) {
                pot = _sites[siteInUse[chain]].receiver.unallocated() - pot;
                assertEq(pot, due, "only what was due");
            }
        }
        if (siteInUse[chain] != chain && seed % 8 != 0) _swapSite(chain);
        _effect();
    }

    /// @dev A spoke that the hub's token has no peer on keeps its order, and stops no other.
    /// @custom:property H-02, E15
    function closePath(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 chain = seed % 2 == 0 ? 0 : 2;
        if (!isClosed[chain] && isClosed[2 - chain]) chain = 2 - chain;
        bool isBrief = !isClosed[chain] && seed % 3 != 0;
        _setClosed(chain, seed, !isClosed[chain]);
        if (isClosed[chain]) _refuseClosed(chain);
        if (isBrief) _setClosed(chain, seed, false);
        _effect();
    }

    /// @dev Neither an order nor a whole epoch of orders loses anything.
    function _refuseClosed(uint256 chain) private {
        for (uint256 i; i < HUB_MODEL.epochCount(); ++i) {
            uint32 epoch = uint32(HUB_MODEL.epochs(i));
            if (!HUB_MODEL.isPending(epoch, chain)) continue;
            bytes memory refusal = _dispatchRefusal(epoch, chain);
            vm.expectRevert(refusal);
            CONTROLLER.dispatch(epoch, _sites[chain].eid);
            return;
        }
    }

    function _setClosed(uint256 chain, uint256 seed, bool isClosed_) private {
        bytes32 peer = isClosed_ ? bytes32(0) : _as32(address(_sites[chain].reward));
        bytes memory data =
            abi.encodeWithSignature("setPeer(uint32,bytes32)", _sites[chain].eid, peer);
        _assertOnlyOwner(seed, address(_sites[HUB].reward), data);
        _sites[HUB].reward.setPeer(_sites[chain].eid, peer);
        isClosed[chain] = isClosed_;
    }

    function _swapSite(uint256 chain) private {
        uint256 next = (siteInUse[chain] + CHAINS) % SITES;
        bytes32 receiver = _as32(address(_sites[next].receiver));
        uint16 capBps = uint16(HUB_MODEL.capBps(chain));
        vm.prank(GOVERNOR);
        CONTROLLER.setChain(_sites[chain].eid, receiver, capBps);
        siteInUse[chain] = next;
        ++hubEvents;
        assertEq(CONTROLLER.receiverOf(_sites[chain].eid), receiver, "receiver");
        assertEq(CONTROLLER.chains().length, CHAINS, "no chain more");
    }
}
