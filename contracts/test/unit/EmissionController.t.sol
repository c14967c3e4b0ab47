// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {EmissionController} from "../../src/hub/EmissionController.sol";
import {EmissionSettings} from "../../src/hub/EmissionSettings.sol";
import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {StackFixture} from "../support/StackFixture.sol";

contract EmissionControllerTest is StackFixture {
    bytes32 private constant EVIDENCE = keccak256("evidence");

    function setUp() external {
        _startStack();
    }

    // Clock and schedule.

    function test_EpochsCountFromOne() external {
        assertEq(_controller.currentEpoch(), 1);
        vm.warp(GENESIS - 1);
        assertEq(_controller.currentEpoch(), 0);
        vm.warp(GENESIS + EPOCH_DURATION - 1);
        assertEq(_controller.currentEpoch(), 1);
        vm.warp(GENESIS + EPOCH_DURATION);
        assertEq(_controller.currentEpoch(), 2);
        assertEq(_controller.epochEnd(1), GENESIS + EPOCH_DURATION);
    }

    function test_TheBudgetDecaysInStepsDownToTheFloor() external view {
        assertEq(_controller.budgetOf(1), BUDGET_SD);
        assertEq(_controller.budgetOf(4), BUDGET_SD);
        assertEq(_controller.budgetOf(5), BUDGET_SD * 95 / 100);
        assertEq(_controller.budgetOf(9), BUDGET_SD * 95 / 100 * 95 / 100);
        assertEq(_controller.budgetOf(400), 100_000e6);
        assertEq(_controller.budgetOf(type(uint32).max), 100_000e6);
    }

    function test_AScheduleTakesEffectInTheNextEpochNotYetDecided() external {
        _decide(2, 1, _evenTargets(0));
        vm.expectEmit();
        emit IEmissionController.ScheduleSet(3, 50e6, 1e6, 100, 1, _controller.seq() + 1);
        _controller.setSchedule(50e6, 1e6, 100, 1);
        assertEq(_controller.budgetOf(2), BUDGET_SD);
        assertEq(_controller.budgetOf(3), 50e6);
        assertEq(_controller.budgetOf(4), 49_500_000);
        _controller.setSchedule(70e6, 70e6, 0, 5);
        assertEq(_controller.budgetOf(2), BUDGET_SD, "the one in force is kept");
        assertEq(_controller.budgetOf(3_000), 70e6, "no decay");
        assertEq(_controller.scheduleOf(2).budgetSD, BUDGET_SD);
        assertEq(_controller.scheduleOf(3).budgetSD, 70e6);
    }

    function test_RevertIf_AScheduleIsInvalid() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionController.Controller_HardCapExceeded.selector,
                HARD_CAP_SD + 1,
                HARD_CAP_SD
            )
        );
        _controller.setSchedule(HARD_CAP_SD + 1, 0, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_BudgetExceeded.selector, 2, 1)
        );
        _controller.setSchedule(1, 2, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_BadBps.selector, 10_001)
        );
        _controller.setSchedule(1, 1, 10_001, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_BadBps.selector, 10_001)
        );
        _controller.setMaxChangeBps(10_001);
    }

    function test_RevertIf_TheConfigurationIsInvalid() external {
        EmissionSettings.Config memory config = _config();
        config.epochDuration = 0;
        vm.expectRevert(IEmissionController.Controller_ZeroDuration.selector);
        new EmissionController(config);
        config = _config();
        config.rewardOft = address(0);
        vm.expectRevert(IEmissionController.Controller_ZeroAddress.selector);
        new EmissionController(config);
    }

    // Registry.

    function test_TheRegistryKeepsItselfSorted() external {
        uint32[] memory eids = _controller.chains();
        assertEq(eids.length, 3);
        assertTrue(eids[0] == BETA && eids[1] == HUB && eids[2] == ALPHA);
        _controller.setFarmBounds(HUB, 0, 0, 1);
        (uint32[] memory farmEids, uint32[] memory farmIds) = _controller.farms();
        assertEq(farmEids.length, 7);
        for (uint256 i = 1; i < 7; ++i) {
            assertTrue(
                (uint64(farmEids[i]) << 32) + farmIds[i]
                    > (uint64(farmEids[i - 1]) << 32) + farmIds[i - 1]
            );
        }
        _controller.removeFarm(BETA, 2);
        (, farmIds) = _controller.farms();
        assertEq(farmIds.length, 6);
        assertEq(farmIds[1], 0);
        assertFalse(_controller.boundsOf(BETA, 2).registered);
        assertEq(_controller.receiverOf(HUB), _asBytes32(address(_siteOf[HUB].receiver)));
        assertEq(_controller.chainMaxBps(HUB), 6000);
    }

    function test_RevertIf_ARegistrationIsInvalid() external {
        vm.expectRevert(IEmissionController.Controller_ZeroAddress.selector);
        _controller.setChain(9, bytes32(0), 1);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_BadBps.selector, 10_001)
        );
        _controller.setChain(9, EVIDENCE, 10_001);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_UnknownChain.selector, 9)
        );
        _controller.setFarmBounds(9, 1, 0, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_BadBps.selector, 10_001)
        );
        _controller.setFarmBounds(HUB, 1, 0, 10_001);
        vm.expectRevert(abi.encodeWithSelector(IEmissionController.Controller_BadBps.selector, 2));
        _controller.setFarmBounds(HUB, 1, 2, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_UnknownFarm.selector, HUB, 9)
        );
        _controller.removeFarm(HUB, 9);
    }

    function test_RevertIf_TheRegistryIsFull() external {
        for (uint32 i; i < 250; ++i) {
            _controller.setFarmBounds(HUB, 100 + i, 0, 1);
        }
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_TooManyFarms.selector, 256)
        );
        _controller.setFarmBounds(HUB, 9, 0, 1);
        for (uint32 i; i < 61; ++i) {
            _controller.setChain(100 + i, EVIDENCE, 1);
        }
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_TooManyChains.selector, 64)
        );
        _controller.setChain(9, EVIDENCE, 1);
    }

    // Decisions.

    function test_ADecisionIsRecordedAndAnnounced() external {
        IEmissionController.Target[] memory targets = _evenTargets(100e6);
        vm.expectEmit();
        emit IEmissionController.EpochDecided(
            1, 1, BUDGET_SD, 600e6, EVIDENCE, targets, _controller.seq() + 1
        );
        vm.prank(OPERATOR);
        _controller.decide(1, 1, targets, EVIDENCE);
        assertEq(_controller.lastDecided(), 1);
        assertEq(_controller.revisionOf(1), 1);
        assertEq(_controller.evidenceOf(1), EVIDENCE);
        assertEq(_controller.chainTargetSD(1, ALPHA), 200e6);
        (uint64 current, uint64 previous) = _controller.lastTargetSD(ALPHA, 1);
        assertEq(current, 100e6);
        assertEq(previous, 0);
    }

    function test_RevertIf_TheDeciderIsNeitherOperatorNorOwner() external {
        IEmissionController.Target[] memory targets = _evenTargets(0);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_OnlyOperator.selector, ALICE)
        );
        vm.prank(ALICE);
        _controller.decide(1, 1, targets, EVIDENCE);
        _controller.decide(1, 1, targets, EVIDENCE);
    }

    function test_RevertIf_TheEpochIsNotOpen() external {
        IEmissionController.Target[] memory targets = _evenTargets(0);
        _refuse(3, 1, targets, IEmissionController.Controller_EpochNotOpen.selector, 3, 1);
        _refuse(0, 1, targets, IEmissionController.Controller_EpochNotOpen.selector, 0, 1);
        _decide(2, 1, targets);
        _refuse(1, 1, targets, IEmissionController.Controller_EpochClosed.selector, 1, 2);
        _refuse(2, 1, targets, IEmissionController.Controller_WrongRevision.selector, 2, 1);
        _refuse(2, 3, targets, IEmissionController.Controller_WrongRevision.selector, 2, 3);
    }

    function test_EpochOneIsOpenBeforeGenesis() external {
        vm.warp(GENESIS - 10);
        vm.expectRevert(IEmissionController.Controller_NotStarted.selector);
        vm.prank(OPERATOR);
        _controller.decide(0, 1, new IEmissionController.Target[](0), EVIDENCE);
        _decide(1, 1, _evenTargets(0));
        assertEq(_controller.revisionOf(1), 1);
    }

    function test_RevertIf_TargetsAreNotExactlyTheFarms() external {
        IEmissionController.Target[] memory targets = _evenTargets(0);
        IEmissionController.Target[] memory fewer = new IEmissionController.Target[](5);
        _refuse(1, 1, fewer, IEmissionController.Controller_IncompleteTargets.selector, 6, 5);
        (targets[0], targets[1]) = (targets[1], targets[0]);
        _refuse(1, 1, targets, IEmissionController.Controller_UnsortedTargets.selector, 1);
        targets = _evenTargets(0);
        targets[1] = targets[0];
        _refuse(1, 1, targets, IEmissionController.Controller_UnsortedTargets.selector, 1);
        targets = _evenTargets(0);
        targets[5].farmId = 9;
        _refuse(1, 1, targets, IEmissionController.Controller_UnknownFarm.selector, ALPHA, 9);
    }

    function test_RevertIf_AShareIsOutOfItsBounds() external {
        IEmissionController.Target[] memory targets = _evenTargets(0);
        targets[0].amountSD = BUDGET_SD * 4 / 10 + 1;
        _refuse(
            1,
            1,
            targets,
            IEmissionController.Controller_ShareOutOfBounds.selector,
            BETA,
            1,
            targets[0].amountSD
        );
        targets[0].amountSD = 0;
        _controller.setFarmBounds(BETA, 1, 100, 4000);
        _refuse(1, 1, targets, IEmissionController.Controller_ShareOutOfBounds.selector, BETA, 1, 0);
    }

    function test_RevertIf_AChainOrTheBudgetIsExceeded() external {
        IEmissionController.Target[] memory targets = _evenTargets(0);
        targets[0].amountSD = BUDGET_SD * 3 / 10;
        targets[1].amountSD = BUDGET_SD * 3 / 10 + 1;
        _refuse(
            1,
            1,
            targets,
            IEmissionController.Controller_ChainCapExceeded.selector,
            BETA,
            BUDGET_SD * 6 / 10 + 1,
            BUDGET_SD * 6 / 10
        );
        targets[1].amountSD -= 1;
        targets[2].amountSD = BUDGET_SD * 4 / 10;
        targets[4].amountSD = 1;
        _refuse(
            1,
            1,
            targets,
            IEmissionController.Controller_BudgetExceeded.selector,
            BUDGET_SD + 1,
            BUDGET_SD
        );
    }

    function test_ARevisionCannotSpendWhatIsAlreadySent() external {
        IEmissionController.Target[] memory targets = _evenTargets(0);
        targets[0].amountSD = BUDGET_SD * 4 / 10;
        _decide(1, 1, targets);
        _controller.dispatch(1, BETA);
        targets[0].amountSD = 0;
        targets[2].amountSD = BUDGET_SD * 4 / 10;
        targets[4].amountSD = BUDGET_SD * 3 / 10;
        _refuse(
            1,
            2,
            targets,
            IEmissionController.Controller_BudgetExceeded.selector,
            BUDGET_SD * 11 / 10,
            BUDGET_SD
        );
        targets[4].amountSD = BUDGET_SD * 2 / 10;
        _decide(1, 2, targets);
        _controller.dispatchMany(1, _eids);
        assertEq(_controller.spentSD(1), BUDGET_SD);
        assertEq(_controller.sentToSD(1, BETA), BUDGET_SD * 4 / 10);
    }

    function test_ChangesAreMeasuredAgainstThePreviousEpoch() external {
        _decide(1, 1, _evenTargets(100_000e6));
        vm.warp(GENESIS + EPOCH_DURATION);
        IEmissionController.Target[] memory targets = _evenTargets(100_000e6);
        targets[0].amountSD = 300_000e6 + 1;
        _refuse(
            2,
            1,
            targets,
            IEmissionController.Controller_ChangeTooLarge.selector,
            BETA,
            1,
            100_000e6,
            300_000e6 + 1
        );
        targets[0].amountSD = 300_000e6;
        _decide(2, 1, targets);
        targets[0].amountSD = 0;
        _decide(2, 2, targets);
        (uint64 current, uint64 previous) = _controller.lastTargetSD(BETA, 1);
        assertEq(current, 0, "a revision may go back below its own predecessor");
        assertEq(previous, 100_000e6);
        vm.warp(GENESIS + 2 * EPOCH_DURATION);
        targets[0].amountSD = 200_000e6 + 1;
        _refuse(
            3,
            1,
            targets,
            IEmissionController.Controller_ChangeTooLarge.selector,
            BETA,
            1,
            0,
            200_000e6 + 1
        );
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
        _refuse(
            3,
            1,
            targets,
            IEmissionController.Controller_ChangeTooLarge.selector,
            HUB,
            3,
            400_000e6,
            0
        );
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

    function test_ADecidedEpochKeepsItsBudget() external {
        _decide(2, 1, _evenTargets(0));
        _controller.setSchedule(1e6, 1e6, 0, 0);
        vm.warp(GENESIS + EPOCH_DURATION);
        _decide(2, 2, _evenTargets(100_000e6));
        assertEq(_controller.budgetOf(2), BUDGET_SD);
    }

    function _refuse(
        uint32 epoch,
        uint32 revision,
        IEmissionController.Target[] memory targets,
        bytes4 selector,
        uint256 a
    ) private {
        vm.expectRevert(abi.encodeWithSelector(selector, a));
        _decide(epoch, revision, targets);
    }

    function _refuse(
        uint32 epoch,
        uint32 revision,
        IEmissionController.Target[] memory targets,
        bytes4 selector,
        uint256 a,
        uint256 b
    ) private {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b));
        _decide(epoch, revision, targets);
    }

    function _refuse(
        uint32 epoch,
        uint32 revision,
        IEmissionController.Target[] memory targets,
        bytes4 selector,
        uint256 a,
        uint256 b,
        uint256 c
    ) private {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b, c));
        _decide(epoch, revision, targets);
    }

    function _refuse(
        uint32 epoch,
        uint32 revision,
        IEmissionController.Target[] memory targets,
        bytes4 selector,
        uint256 a,
        uint256 b,
        uint256 c,
        uint256 d
    ) private {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b, c, d));
        _decide(epoch, revision, targets);
    }
}
