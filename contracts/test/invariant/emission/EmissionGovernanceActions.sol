// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEmissionController} from "../../../src/interfaces/IEmissionController.sol";
import {EmissionSettle} from "./EmissionSettle.sol";
import {HubModel} from "./HubModel.sol";

/// @notice What only governance may change on the hub, and who may stop it.
abstract contract EmissionGovernanceActions is EmissionSettle {
    /// @dev So little that the minimums of all farms fit under every cap: a decision is always
    /// left.
    uint256 private constant MIN_BPS_MAX = 400;
    uint256 private constant CAP_BPS_MIN = 1200;
    uint16 private constant BPS = 10_000;

    /// @custom:property H-04
    function setBounds(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 slot = seed % 9;
        HubModel.Bounds memory bounds = HUB_MODEL.boundsOf(slot);
        (uint32 eid, uint32 farmId) = (_sites[slot / 3].eid, uint32(1 + slot % 3));
        uint16 minBps = uint16(_spread(seed >> 8, 0, MIN_BPS_MAX));
        uint16 maxBps = uint16(minBps + _spread(seed >> 40, 0, BPS - minBps));
        _assertOnlyOwner(
            seed,
            address(CONTROLLER),
            abi.encodeCall(CONTROLLER.setFarmBounds, (eid, farmId, minBps, maxBps))
        );
        if ((seed >> 64) % 5 == 0) {
            _remove(slot, bounds.isRegistered);
            return;
        }
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_BadBps.selector, BPS + 1)
        );
        vm.prank(GOVERNOR);
        CONTROLLER.setFarmBounds(eid, farmId, minBps, BPS + 1);
        vm.prank(GOVERNOR);
        CONTROLLER.setFarmBounds(eid, farmId, minBps, maxBps);
        HUB_MODEL.setBounds(slot, minBps, maxBps);
        ++hubEvents;
        _effect();
    }

    /// @custom:property H-04
    function setLimits(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 chain = seed % CHAINS;
        uint16 capBps = uint16(CAP_BPS_MIN + _spread(seed >> 8, 0, BPS - CAP_BPS_MIN));
        uint16 changeBps = uint16(_spread(seed >> 40, 0, BPS));
        bytes32 receiver = _as32(address(_sites[siteInUse[chain]].receiver));
        _assertOnlyOwner(
            seed,
            address(CONTROLLER),
            abi.encodeCall(CONTROLLER.setChain, (_sites[chain].eid, receiver, capBps))
        );
        _assertOnlyOwner(
            seed, address(CONTROLLER), abi.encodeCall(CONTROLLER.setMaxChangeBps, (changeBps))
        );
        vm.startPrank(GOVERNOR);
        CONTROLLER.setChain(_sites[chain].eid, receiver, capBps);
        CONTROLLER.setMaxChangeBps(changeBps);
        vm.stopPrank();
        HUB_MODEL.setCap(chain, capBps);
        HUB_MODEL.setMaxChange(changeBps);
        hubEvents += 2;
        _effect();
    }

    /// @dev From the next epoch that neither runs nor is decided.
    /// @custom:property H-01, E19
    function setSchedule(uint256 seed) external counted {
        seed = _mix(seed);
        uint64 budget = uint64(_spread(seed, 0, HARD_CAP_SD));
        uint64 floor = uint64(_spread(seed >> 64, 0, budget));
        uint16 decay = uint16((seed >> 128) % 3 == 0 ? 0 : (seed >> 136) % (BPS + 1));
        uint16 every = uint16((seed >> 160) % 4);
        _assertOnlyOwner(
            seed,
            address(CONTROLLER),
            abi.encodeCall(CONTROLLER.setSchedule, (budget, floor, decay, every))
        );
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionController.Controller_HardCapExceeded.selector,
                HARD_CAP_SD + 1,
                HARD_CAP_SD
            )
        );
        vm.prank(GOVERNOR);
        CONTROLLER.setSchedule(HARD_CAP_SD + 1, floor, decay, every);
        vm.prank(GOVERNOR);
        CONTROLLER.setSchedule(budget, floor, decay, every);
        HUB_MODEL.setSchedule(
            IEmissionController.Schedule(uint32(_nextOpen()), budget, floor, decay, every)
        );
        ++hubEvents;
        _effect();
    }

    /// @dev Now and then a bound by revenue, which soon goes away again.
    /// @custom:property H-01, E23
    function setMultiple(uint256 seed) external counted {
        seed = _mix(seed);
        uint32 multiple = seed % 3 == 0 ? uint32(_spread(seed >> 8, 1, 50_000)) : 0;
        _assertOnlyOwner(
            seed, address(CONTROLLER), abi.encodeCall(CONTROLLER.setRevenueMultiple, (multiple))
        );
        vm.prank(GOVERNOR);
        CONTROLLER.setRevenueMultiple(multiple);
        HUB_MODEL.setMultiple(_nextOpen(), multiple);
        ++hubEvents;
        _effect();
    }

    /// @custom:property H-04
    function pauseHub(uint256 seed) external counted {
        seed = _mix(seed);
        bool isPaused = CONTROLLER.paused();
        if (isPaused) {
            _assertOnlyOwner(seed, address(CONTROLLER), abi.encodeCall(CONTROLLER.unpause, ()));
            vm.prank(GOVERNOR);
            CONTROLLER.unpause();
        } else {
            if (seed % 4 != 0) return;
            vm.prank(_pauserOf(seed, address(CONTROLLER)));
            CONTROLLER.pause();
        }
        ++hubEvents;
        assertEq(CONTROLLER.paused(), !isPaused, "paused");
        _effect();
    }

    /// @custom:property H-07
    function withdraw(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 held = _heldByHub();
        uint256 amount = seed % 8 == 0 ? held : _spread(seed >> 8, 0, held / 20);
        _assertOnlyOwner(
            seed, address(CONTROLLER), abi.encodeCall(CONTROLLER.withdrawToken, (ATTACKER, amount))
        );
        vm.prank(GOVERNOR);
        CONTROLLER.withdrawToken(FUNDER, amount);
        withdrawn += amount;
        ++hubEvents;
        _effect();
    }

    function _remove(uint256 slot, bool isRegistered) private {
        (uint32 eid, uint32 farmId) = (_sites[slot / 3].eid, uint32(1 + slot % 3));
        if (!isRegistered) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IEmissionController.Controller_UnknownFarm.selector, eid, farmId
                )
            );
            vm.prank(GOVERNOR);
            CONTROLLER.removeFarm(eid, farmId);
            return;
        }
        vm.prank(GOVERNOR);
        CONTROLLER.removeFarm(eid, farmId);
        HUB_MODEL.remove(slot);
        ++hubEvents;
        _effect();
    }

    function _nextOpen() private view returns (uint256) {
        uint256 last = HUB_MODEL.lastDecided();
        return (last > epochNow() ? last : epochNow()) + 1;
    }
}
