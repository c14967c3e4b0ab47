// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {StackFixture} from "../support/StackFixture.sol";

/// @notice The change limit: from what a change is measured, and that a decision is always left.
contract EmissionLimitsTest is StackFixture {
    uint256 private constant BPS = 10_000;

    function setUp() external {
        _startStack();
    }

    /// @custom:property H-04
    function test_ChangesAreMeasuredAgainstThePreviousEpoch() external {
        _decide(1, 1, _evenTargets(100_000e6));
        vm.warp(GENESIS + EPOCH_DURATION);
        IEmissionController.Target[] memory targets = _evenTargets(100_000e6);
        targets[0].amountSD = 300_000e6 + 1;
        _refuseChange(2, 1, targets, 0, 100_000e6);
        targets[0].amountSD = 300_000e6;
        _decide(2, 1, targets);
        targets[0].amountSD = 0;
        _decide(2, 2, targets);
        (uint64 current, uint64 previous) = _controller.lastTargetSD(BETA, 1);
        assertEq(current, 0, "a revision may go back below its own predecessor");
        assertEq(previous, 100_000e6);
        vm.warp(GENESIS + 2 * EPOCH_DURATION);
        targets[0].amountSD = 200_000e6 + 1;
        _refuseChange(3, 1, targets, 0, 0);
    }

    function test_ANewFarmStartsAnywhereInItsBounds() external {
        _decide(1, 1, _evenTargets(0));
        vm.warp(GENESIS + EPOCH_DURATION);
        _controller.setFarmBounds(HUB, 3, 0, 4000);
        IEmissionController.Target[] memory targets = _evenTargets(0);
        assertEq(targets[4].farmId, 3);
        targets[4].amountSD = 400_000e6;
        _decide(2, 1, targets);
        vm.warp(GENESIS + 2 * EPOCH_DURATION);
        targets[4].amountSD = 0;
        _refuseChange(3, 1, targets, 4, 400_000e6);
    }

    function test_ABoundThatMovedCanAlwaysBeMet() external {
        IEmissionController.Target[] memory targets = _evenTargets(0);
        targets[0].amountSD = 400_000e6;
        _decide(1, 1, targets);
        vm.warp(GENESIS + EPOCH_DURATION);
        _controller.setFarmBounds(BETA, 1, 0, 0);
        targets[0].amountSD = 0;
        _decide(2, 1, targets);
        assertEq(_controller.chainTargetSD(2, BETA), 0);
    }

    /// @dev With amounts instead of shares compared, no sum of six unchanged amounts would fit.
    /// @custom:property H-04
    function test_AFallingBudgetLeavesADecisionEvenWithoutAnyChange() external {
        _controller.setMaxChangeBps(0);
        IEmissionController.Target[] memory targets = _evenTargets(160_000e6);
        targets[0].amountSD = 200_000e6;
        _decide(1, 1, targets);
        _controller.setSchedule(BUDGET_SD / 2, 0, 0, 0);
        vm.warp(GENESIS + EPOCH_DURATION);
        for (uint256 i; i < targets.length; ++i) {
            targets[i].amountSD /= 2;
        }
        targets[1].amountSD -= 1;
        _refuseChange(2, 1, targets, 1, 80_000e6);
        targets[1].amountSD += 1;
        _decide(2, 1, targets);
        assertEq(_controller.chainTargetSD(2, BETA), 180_000e6);
    }

    function test_ARisingBudgetKeepsTheShares() external {
        _controller.setMaxChangeBps(0);
        _decide(1, 1, _evenTargets(160_000e6));
        _controller.setSchedule(2 * BUDGET_SD, 0, 0, 0);
        vm.warp(GENESIS + EPOCH_DURATION);
        _assertReferences(2, [uint64(320_000e6), 320_000e6, 320_000e6, 320_000e6]);
        _decide(2, 1, _evenTargets(320_000e6));
    }

    /// @dev Five farms give way to the sixth in proportion to what they have above their minimum.
    /// @custom:property H-04
    function test_ARaisedMinimumLeavesADecisionEvenWithoutAnyChange() external {
        _controller.setMaxChangeBps(0);
        IEmissionController.Target[] memory targets = _evenTargets(166_000e6);
        targets[0].amountSD = 170_000e6;
        _decide(1, 1, targets);
        _controller.setFarmBounds(BETA, 1, 3700, 4000);
        _controller.setFarmBounds(BETA, 2, 1000, 4000);
        vm.warp(GENESIS + EPOCH_DURATION);
        // 370k and 5 x 166k exceed 1m by 200k, which comes out of 66k and 4 x 166k above minimums.
        uint64 least = uint64(100_000e6 + 66_000e6 * uint256(530_000e6) / 730_000e6);
        uint64 other = uint64(166_000e6 * uint256(530_000e6) / 730_000e6);
        _assertReferences(2, [uint64(370_000e6), least, other, other]);
        _decideReferences(2, 1);
    }

    /// @custom:property H-04
    function test_ALoweredCapLeavesADecisionEvenWithoutAnyChange() external {
        _controller.setMaxChangeBps(0);
        _decide(1, 1, _evenTargets(160_000e6));
        bytes32 receiver = _controller.receiverOf(BETA);
        _controller.setFarmBounds(BETA, 2, 500, 4000);
        _controller.setChain(BETA, receiver, 1700);
        vm.warp(GENESIS + EPOCH_DURATION);
        // 120k above the minimum of 50k are left for 160k and 110k.
        uint64 first = uint64(160_000e6 * uint256(120_000e6) / 270_000e6);
        uint64 second = uint64(50_000e6 + 110_000e6 * uint256(120_000e6) / 270_000e6);
        _assertReferences(2, [first, second, 160_000e6, 160_000e6]);
        _decideReferences(2, 1);
    }

    /// @dev Where the minimums themselves do not fit, nothing the change limit could do helps.
    function test_RevertIf_TheMinimumsAloneExceedACap() external {
        _controller.setFarmBounds(BETA, 1, 4000, 4000);
        _controller.setFarmBounds(BETA, 2, 4000, 4000);
        IEmissionController.Target[] memory targets = _evenTargets(0);
        targets[0].amountSD = 400_000e6;
        targets[1].amountSD = 400_000e6;
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionController.Controller_ChainCapExceeded.selector, BETA, 800_000e6, 600_000e6
            )
        );
        _decide(1, 1, targets);
    }

    /// @dev Nothing has a share of nothing: the epoch before is what the next is compared with.
    function test_AnEpochWithoutBudgetIsPassedOver() external {
        IEmissionController.Target[] memory targets = _evenTargets(100_000e6);
        targets[0].amountSD = 300_000e6;
        _decide(1, 1, targets);
        _controller.setRevenueMultiple(10_000);
        vm.warp(GENESIS + EPOCH_DURATION);
        assertEq(_controller.budgetOf(2), 0);
        _decide(2, 1, _evenTargets(0));
        _decide(2, 2, _evenTargets(0));
        _controller.setRevenueMultiple(0);
        vm.warp(GENESIS + 2 * EPOCH_DURATION);
        assertEq(_controller.budgetOf(3), BUDGET_SD);
        _assertReferences(3, [uint64(300_000e6), 100_000e6, 100_000e6, 100_000e6]);
        targets[0].amountSD = 100_000e6 - 1;
        _refuseChange(3, 1, targets, 0, 300_000e6);
        targets[0].amountSD = 100_000e6;
        _decide(3, 1, targets);
        (uint64 current, uint64 previous) = _controller.lastTargetSD(BETA, 1);
        assertEq(current, 100_000e6);
        assertEq(previous, 300_000e6);
    }

    /// @dev E23: deciding again cannot walk further than deciding once.
    /// @custom:property H-04, E23
    function test_E23_RevisionsShareTheLimitsOfTheirEpoch() external {
        _decide(1, 1, _evenTargets(100_000e6));
        vm.warp(GENESIS + EPOCH_DURATION);
        bytes32 before = keccak256(abi.encode(_controller.limitsOf(2)));
        IEmissionController.Target[] memory targets = _evenTargets(100_000e6);
        targets[0].amountSD = 300_000e6;
        _decide(2, 1, targets);
        assertEq(keccak256(abi.encode(_controller.limitsOf(2))), before);
        targets[0].amountSD = 300_000e6 + 1;
        _refuseChange(2, 2, targets, 0, 100_000e6);
        _decide(2, 2, _evenTargets(0));
        assertEq(keccak256(abi.encode(_controller.limitsOf(2))), before);
    }

    /// @dev Whatever governance does to bounds, caps, budget and limit, as long as the minimums
    /// fit: the references of the next epoch are accepted, and so is a walk through the limits.
    /// @custom:property H-04
    function testFuzz_ADecisionIsAlwaysLeft(uint256 seed) external {
        for (uint32 epoch = 1; epoch < 6; ++epoch) {
            seed = uint256(keccak256(abi.encode(seed)));
            _govern(seed);
            vm.warp(_controller.epochEnd(epoch) - 1);
            _decideReferences(epoch, 1);
            if (seed % 3 == 0) _decideFreely(epoch, seed);
        }
    }

    function _govern(uint256 seed) private {
        _controller.setMaxChangeBps(seed % 2 == 0 ? 0 : uint16(seed % 10_001));
        if (seed % 5 == 0) _controller.setSchedule(uint64((seed >> 16) % HARD_CAP_SD), 0, 0, 0);
        (uint32[] memory eids, uint32[] memory farmIds) = _controller.farms();
        for (uint256 i; i < eids.length; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 3 != 0) continue;
            // Six minimums of 1,600 fit into the whole, two of them under a cap of 3,200.
            uint16 minBps = uint16((seed >> 16) % 1_601);
            uint16 maxBps = uint16(minBps + (seed >> 32) % (10_001 - minBps));
            _controller.setFarmBounds(eids[i], farmIds[i], minBps, maxBps);
            bytes32 receiver = _controller.receiverOf(eids[i]);
            _controller.setChain(eids[i], receiver, uint16(3_200 + (seed >> 48) % 6_801));
        }
    }

    /// @dev As much as the limits allow for one farm after the other, until the budget is used up.
    function _decideFreely(uint32 epoch, uint256 seed) private {
        IEmissionController.TargetLimits[] memory limits = _controller.limitsOf(epoch);
        IEmissionController.Target[] memory targets = _evenTargets(0);
        uint256 sumSD;
        for (uint256 i; i < limits.length; ++i) {
            targets[i].amountSD = limits[i].referenceSD;
            sumSD += limits[i].referenceSD;
        }
        uint256 at = (seed >> 64) % limits.length;
        uint256 sisterSD = limits[at ^ 1].referenceSD;
        uint256 capSD =
            uint256(_controller.budgetOf(epoch)) * _controller.chainMaxBps(limits[at].eid) / BPS;
        uint256 amountSD = limits[at].maxSD;
        uint256 roomSD = _controller.budgetOf(epoch) - sumSD + limits[at].referenceSD;
        if (amountSD > roomSD) amountSD = roomSD;
        if (amountSD > capSD - sisterSD) amountSD = capSD - sisterSD;
        targets[at].amountSD = uint64(amountSD);
        _decide(epoch, 2, targets);
    }

    function _decideReferences(uint32 epoch, uint32 revision) private {
        IEmissionController.TargetLimits[] memory limits = _controller.limitsOf(epoch);
        IEmissionController.Target[] memory targets = _evenTargets(0);
        for (uint256 i; i < limits.length; ++i) {
            assertLe(limits[i].minSD, limits[i].referenceSD);
            assertLe(limits[i].referenceSD, limits[i].maxSD);
            targets[i].amountSD = limits[i].referenceSD;
        }
        _decide(epoch, revision, targets);
    }

    /// @dev The references of the first four farms.
    function _assertReferences(uint32 epoch, uint64[4] memory expected) private view {
        IEmissionController.TargetLimits[] memory limits = _controller.limitsOf(epoch);
        for (uint256 i; i < 4; ++i) {
            assertEq(limits[i].referenceSD, expected[i]);
        }
    }

    function _refuseChange(
        uint32 epoch,
        uint32 revision,
        IEmissionController.Target[] memory targets,
        uint256 index,
        uint64 referenceSD
    ) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionController.Controller_ChangeTooLarge.selector,
                targets[index].eid,
                targets[index].farmId,
                referenceSD,
                targets[index].amountSD
            )
        );
        _decide(epoch, revision, targets);
    }
}
