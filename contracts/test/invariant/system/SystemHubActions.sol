// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IEmissionController} from "../../../src/interfaces/IEmissionController.sol";
import {IEmissionReceiver} from "../../../src/interfaces/IEmissionReceiver.sol";
import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {Commands} from "../../../src/libraries/Commands.sol";
import {SystemUserActions} from "./SystemUserActions.sol";

/// @notice What the operator, governance, guardians and time do.
abstract contract SystemHubActions is SystemUserActions {
    uint256 private constant WAITS = 6;

    /// @notice The operator decides this epoch, again, or the next.
    function decide(uint256 seed) external counted {
        _decide(seed, controller.budgetOf(_nextToDecide(seed)) / 12);
        _effect();
    }

    function _nextToDecide(uint256 seed) private view returns (uint32) {
        uint256 epoch = controller.currentEpoch() + (seed & 1);
        return uint32(Math.max(epoch, controller.lastDecided()));
    }

    /// @param maxSD Most that a farm gets; zero gives none anything.
    function _decide(uint256 seed, uint256 maxSD) private returns (uint32 epoch) {
        epoch = _nextToDecide(seed);
        (uint32[] memory eids, uint32[] memory farmIds) = controller.farms();
        IEmissionController.Target[] memory targets = new IEmissionController.Target[](eids.length);
        uint32 revision = controller.revisionOf(epoch) + 1;
        for (uint256 i; i < eids.length; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint64 amountSD = seed % 8 == 0 ? 0 : uint64((seed >> 8) % (maxSD + 1));
            targets[i] = IEmissionController.Target(eids[i], farmIds[i], amountSD);
            _targetSD[eids[i]][_targetKey(epoch, revision, farmIds[i])] = amountSD;
        }
        vm.prank(OPERATOR);
        controller.decide(epoch, revision, targets, keccak256(abi.encode(targets)));
    }

    /// @notice Anybody dispatches what was decided, to one chain or to all.
    /// @custom:property H-01, H-07
    function dispatch(uint256 seed) external counted {
        uint32 last = controller.lastDecided();
        if (last == 0) return;
        uint32 epoch = seed % 4 == 0 && last > 1 ? last - 1 : last;
        if (controller.revisionOf(epoch) == 0) {
            vm.expectRevert(
                abi.encodeWithSelector(IEmissionController.Controller_NotDecided.selector, epoch)
            );
            controller.dispatchMany(epoch, _eids);
            return;
        }
        uint32 eid = _eids[(seed >> 8) % 3];
        uint32 revision = controller.revisionOf(epoch);
        if (controller.dispatchedRevision(epoch, eid) == revision) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IEmissionController.Controller_NothingToDispatch.selector, epoch, eid
                )
            );
            controller.dispatch(epoch, eid);
            return;
        }
        _dispatch(epoch, eid, revision);
        _effect();
    }

    function _dispatch(uint32 epoch, uint32 eid, uint32 revision) internal {
        vm.prank(ATTACKER);
        controller.dispatch(epoch, eid);
        if (eid == HUB) _bookOrder(HUB, epoch, revision);
        _collect();
    }

    /// @notice Governance tells a spoke something, or the hub's own timelock does it here.
    function command(uint256 seed) external counted {
        uint32 eid = seed & 1 == 0 ? ALPHA : BETA;
        uint256 kind = (seed >> 8) % 9;
        uint256 value = seed >> 16;
        if (kind == 0) {
            _sendCommand(eid, Commands.Kind.SetReceiverPaused, value % 3 == 0 ? 1 : 0);
        } else if (kind == 1) {
            _sendCommand(eid, Commands.Kind.SetBridgePaused, value % 3 == 0 ? 1 : 0);
        } else if (kind == 2) {
            _sendCommand(eid, Commands.Kind.SetFarmState, value % 16 == 0 ? 3 : 1 + value % 2);
        } else if (kind == 3) {
            _sendCommand(
                eid, Commands.Kind.SetMinValidEpoch, value % (controller.currentEpoch() + 2)
            );
        } else if (kind == 4) {
            _sendCommand(eid, Commands.Kind.ReleasePot, value % (controller.lastDecided() + 1));
        } else if (kind == 5) {
            _sendCommand(eid, Commands.Kind.SetOutflowLimit, bound(value, 1, 1_000e6));
        } else if (kind == 6) {
            _sendCommand(eid, Commands.Kind.SetInboundLimit, bound(value, 1, 300_000e6));
        } else if (kind == 7) {
            _sendCommand(eid, Commands.Kind.SetSentinel, 0);
        } else {
            uint64 last = _commander.lastNo(eid);
            _sendCommand(eid, Commands.Kind.CancelCommand, value % (last + 2));
        }
        _effect();
    }

    /// @notice Anybody tries a kept command again, at the edges of its wait too.
    function retryCommand(uint256 seed) external counted {
        uint32 eid = seed & 1 == 0 ? ALPHA : BETA;
        if (_kept[eid].length == 0) eid = eid == ALPHA ? BETA : ALPHA;
        uint256[] storage kept = _kept[eid];
        if (kept.length == 0) return;
        uint64 no = uint64(kept[(seed >> 8) % kept.length]);
        // Any other number too, of a command that was carried out, withdrawn or never arrived.
        if (seed >> 72 & 7 == 0) no = uint64(1 + (seed >> 8) % _commander.lastNo(eid));
        uint256 readyAt = _sent[eid][no].readyAt;
        uint256 kind = (seed >> 64) % 4;
        if (readyAt > block.timestamp && kind != 0) vm.warp(kind == 1 ? readyAt - 1 : readyAt);
        if (_retryCommand(eid, no)) _effect();
    }

    /// @notice A pot that farms do not need goes back to the controller.
    /// @custom:property H-07
    function returnPot(uint256 seed) external counted {
        Site storage site = seed & 3 == 0 ? _siteBy(seed >> 2) : _siteOf[HUB];
        if (site.eid == HUB) {
            // A revision of nothing takes back what has not streamed.
            uint32 epoch = _decide(seed >> 8, 0);
            _dispatch(epoch, HUB, controller.revisionOf(epoch));
            uint256 pot = site.receiver.potOf(epoch);
            if (pot != 0) site.receiver.releasePot(epoch, bound(seed >> 16, 1, pot));
        }
        uint256 returnable = site.receiver.returnable();
        uint256 carried = (returnable / SD + 1) * SD;
        uint256 value = site.eid == HUB ? 0 : MESSAGE_FEE;
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionReceiver.Receiver_InsufficientReturnable.selector, returnable, carried
            )
        );
        vm.prank(ATTACKER);
        site.receiver.returnToHub{value: value}(carried);
        if (returnable < SD) return;
        _returnToHub(site);
        _effect();
    }

    function _returnToHub(Site storage site) internal {
        uint256 returnable = site.receiver.returnable();
        if (returnable < SD) return;
        bool isHub = site.eid == HUB;
        uint256 amount = isHub ? returnable : returnable / SD * SD;
        vm.prank(ATTACKER);
        site.receiver.returnToHub{value: isHub ? 0 : MESSAGE_FEE}(returnable);
        returnedFrom[site.eid] += amount;
        if (isHub) returned += amount;
        _collect();
    }

    /// @notice Anybody has an epoch settled again; what came during a pause is settled after it.
    /// @custom:property H-06, H-11, I6
    function replay(uint256 seed) external counted {
        Site storage site = _siteBy(seed);
        uint32 epoch = uint32((seed >> 8) % (controller.lastDecided() + 1));
        bool isResumed = site.eid == HUB && seed >> 40 & 1 == 0;
        if (isResumed) {
            _bySentinel(address(site.receiver));
            epoch = _decide(seed >> 8, controller.budgetOf(_nextToDecide(seed >> 8)) / 12);
            _dispatch(epoch, HUB, controller.revisionOf(epoch));
            _expectNoReplay(site, epoch);
            site.receiver.unpause();
        }
        if (site.receiver.paused() || epoch < site.receiver.minValidEpoch()) {
            _expectNoReplay(site, epoch);
            return;
        }
        uint64 seqBefore = site.receiver.seq();
        vm.prank(ATTACKER);
        site.receiver.replay(epoch);
        _assertSettled(site.eid, epoch);
        if (site.receiver.seq() != seqBefore) _effect();
    }

    function _expectNoReplay(Site storage site, uint32 epoch) private {
        uint32 minEpoch = site.receiver.minValidEpoch();
        vm.expectRevert(
            site.receiver.paused()
                ? abi.encodeWithSelector(IEmissionReceiver.Receiver_IsPaused.selector)
                : abi.encodeWithSelector(
                    IEmissionReceiver.Receiver_EpochKilled.selector, epoch, minEpoch
                )
        );
        site.receiver.replay(epoch);
    }

    /// @notice The sentinel stops something, or the owner of the hub's contracts and of the tokens
    /// lets it go on. On a spoke only a command resumes receiver, bridge and farms.
    function stop(uint256 seed) external counted {
        Site storage site = _siteBy(seed);
        uint256 what = (seed >> 8) % 6;
        bool isRetained = site.eid != HUB && (seed >> 16) % 4 != 0;
        if (what < 2) {
            _toggleToken(what == 0 ? address(site.reward) : address(site.stakeOft));
        } else if (what == 2 && site.eid != HUB) {
            if (site.inbox.paused()) site.inbox.unpause();
            else _bySentinel(address(site.inbox));
        } else if (site.eid == HUB && what == 3 && site.receiver.paused()) {
            site.receiver.unpause();
        } else if (site.eid == HUB && what == 4 && site.bridge.paused()) {
            site.bridge.unpause();
        } else if (what == 3 && !isRetained) {
            _bySentinel(address(site.receiver));
        } else if (what == 4 && !isRetained) {
            _bySentinel(address(site.bridge));
        } else {
            _toggleFarm(site, (seed >> 32) % 16 == 0);
        }
        _effect();
    }

    /// @notice Time passes, mostly to where something ends.
    function wait(uint256 seed) external counted {
        uint256 kind = seed % WAITS;
        uint256 epochEnd = controller.epochEnd(controller.currentEpoch());
        if (kind == 0) vm.warp(epochEnd - 1 > block.timestamp ? epochEnd - 1 : epochEnd);
        else if (kind == 1) vm.warp(epochEnd);
        else if (kind == 2) skip(1);
        else if (kind == 3) skip(LIMIT_WINDOW);
        else skip((seed >> 8) % 3 days);
        _effect();
    }

    function _toggleToken(address token) private {
        IInboundLimit limited = IInboundLimit(token);
        if (limited.isInboundPaused()) {
            limited.unpauseInbound();
            return;
        }
        vm.prank(SENTINEL);
        limited.pauseInbound();
    }

    function _toggleFarm(Site storage site, bool isOver) private {
        IFarms.FarmState state = site.farms.farmOf(STAKE_FARM).state;
        if (state == IFarms.FarmState.Active) {
            vm.prank(SENTINEL);
            site.farms.pauseDeposits(STAKE_FARM);
        } else if (state == IFarms.FarmState.DepositsPaused && site.eid == HUB) {
            site.farms
                .setFarmState(STAKE_FARM, isOver ? IFarms.FarmState.Ended : IFarms.FarmState.Active);
        }
    }

    /// @dev Receiver, bridge and inbox pause alike.
    function _bySentinel(address target) private {
        vm.prank(SENTINEL);
        IEmissionReceiver(target).pause();
    }
}
