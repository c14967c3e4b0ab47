// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {EmissionController} from "../../src/hub/EmissionController.sol";
import {EmissionSettings} from "../../src/hub/EmissionSettings.sol";
import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {StackFixture} from "../support/StackFixture.sol";

/// @notice Clock, schedule and who may stop the controller.
contract EmissionScheduleTest is StackFixture {
    uint64 private constant FLOOR_SD = 100_000e6;

    function setUp() external {
        _startStack();
    }

    // Clock.

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

    /// @dev E19: which epochs are open changes with the second an epoch ends, and no other.
    /// @custom:property E19
    function test_E19_AnEpochOpensAndClosesToTheSecond() external {
        uint32[3] memory ends = [uint32(3), 52, 300];
        for (uint256 i; i < ends.length; ++i) {
            uint32 epoch = ends[i];
            uint40 end = _controller.epochEnd(epoch);
            vm.warp(end - 1);
            _assertOpen(epoch, epoch + 1);
            vm.warp(end);
            _assertOpen(epoch + 1, epoch + 2);
            vm.warp(end + 1);
            _assertOpen(epoch + 1, epoch + 2);
        }
    }

    // Schedule.

    function test_TheBudgetDecaysInStepsDownToTheFloor() external view {
        assertEq(_controller.budgetOf(1), BUDGET_SD);
        assertEq(_controller.budgetOf(4), BUDGET_SD);
        assertEq(_controller.budgetOf(5), BUDGET_SD * 95 / 100);
        assertEq(_controller.budgetOf(9), BUDGET_SD * 95 / 100 * 95 / 100);
        assertEq(_controller.budgetOf(400), FLOOR_SD);
        assertEq(_controller.budgetOf(type(uint32).max), FLOOR_SD);
    }

    /// @dev E19: the budget of the epoch that runs steps with the epoch, not a second off.
    /// @custom:property E19
    function test_E19_TheBudgetStepsWithTheEpochToTheSecond() external {
        vm.warp(_controller.epochEnd(4) - 1);
        assertEq(_controller.budgetOf(_controller.currentEpoch()), BUDGET_SD);
        vm.warp(_controller.epochEnd(4));
        assertEq(_controller.budgetOf(_controller.currentEpoch()), BUDGET_SD * 95 / 100);
        vm.warp(_controller.epochEnd(4) + 1);
        assertEq(_controller.budgetOf(_controller.currentEpoch()), BUDGET_SD * 95 / 100);
    }

    /// @dev E19: the floor, the last step that is computed and the first that is not.
    /// @custom:property E19
    function test_E19_TheFloorIsReachedAndNeverPassed() external {
        _controller.setSchedule(1_000, 0, 10, 1);
        // From epoch 2 on, a permille a step, each rounded down.
        assertEq(_controller.budgetOf(3), 999);
        assertEq(_controller.budgetOf(4), 998);
        uint64 last = _controller.budgetOf(2 + 256);
        assertEq(last, 744, "256 steps of a unit each");
        assertEq(_controller.budgetOf(2 + 257), 0, "the floor beyond");
        _controller.setSchedule(1_000, 1_000, 10_000, 1);
        assertEq(_controller.budgetOf(3), 1_000, "a floor at the budget");
        _controller.setSchedule(1_000, 7, 10_000, 3);
        assertEq(_controller.budgetOf(4), 1_000, "before the first step");
        assertEq(_controller.budgetOf(5), 7, "everything decays to the floor at once");
        _controller.setSchedule(1_000, 7, 0, 3);
        assertEq(_controller.budgetOf(5_000), 1_000, "no decay without a share");
    }

    function test_TheLeastDecayIsOneBasisPoint() external {
        _controller.setSchedule(1_000_000, 0, 1, 1);
        assertEq(_controller.budgetOf(2), 1_000_000);
        assertEq(_controller.budgetOf(3), 999_900);
        assertEq(_controller.budgetOf(4), 999_800);
    }

    /// @dev E19: an idle hub of 300 epochs decides the epoch that runs, at the budget of a model
    /// that steps one epoch at a time, and nothing of the epochs between remains open.
    /// @custom:property E19
    function test_E19_ThreeHundredSkippedEpochsLeaveNothingBehind() external {
        _decide(1, 1, _evenTargets(100_000e6));
        uint64 model = BUDGET_SD;
        for (uint32 epoch = 1; epoch <= 301; ++epoch) {
            if (epoch > 1 && (epoch - 1) % 4 == 0) model = model * 9_500 / 10_000;
            if (model < FLOOR_SD) model = FLOOR_SD;
            if (epoch > 1) assertEq(_controller.budgetOf(epoch), model);
        }
        vm.warp(_controller.epochEnd(300));
        IEmissionController.Target[] memory targets = _evenTargets(10_000e6);
        for (uint32 epoch = 2; epoch <= 300; epoch += 149) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IEmissionController.Controller_EpochNotOpen.selector, epoch, 301
                )
            );
            _decide(epoch, 1, targets);
        }
        assertEq(_controller.limitsOf(301)[0].referenceSD, 10_000e6, "the share of epoch 1");
        _decide(301, 1, targets);
        assertEq(_controller.lastDecided(), 301);
        assertEq(_controller.spentSD(300), 0);
        _controller.dispatchMany(1, _eids);
        _controller.dispatchMany(301, _eids);
        assertEq(_controller.spentSD(1) + _controller.spentSD(301), 660_000e6);
        assertEq(_controller.outstandingSD(), 0);
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

    function test_ADecidedEpochKeepsItsBudget() external {
        _decide(2, 1, _evenTargets(0));
        _controller.setSchedule(1e6, 1e6, 0, 0);
        vm.warp(GENESIS + EPOCH_DURATION);
        _decide(2, 2, _evenTargets(100_000e6));
        assertEq(_controller.budgetOf(2), BUDGET_SD);
    }

    /// @custom:property H-01
    function test_TheHardCapBoundsTheScheduleAndNothingRaisesIt() external {
        _controller.setSchedule(HARD_CAP_SD, HARD_CAP_SD, 0, 0);
        assertEq(_controller.budgetOf(2), HARD_CAP_SD);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionController.Controller_HardCapExceeded.selector,
                HARD_CAP_SD + 1,
                HARD_CAP_SD
            )
        );
        _controller.setSchedule(HARD_CAP_SD + 1, 0, 0, 0);
        EmissionSettings.Config memory config = _config();
        config.budgetSD = HARD_CAP_SD + 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionController.Controller_HardCapExceeded.selector,
                HARD_CAP_SD + 1,
                HARD_CAP_SD
            )
        );
        this.deploy(config);
    }

    function test_RevertIf_AScheduleIsInvalid() external {
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
        this.deploy(config);
        config = _config();
        config.rewardOft = address(0);
        vm.expectRevert(IEmissionController.Controller_ZeroAddress.selector);
        this.deploy(config);
        config = _config();
        config.rewardToken = address(0);
        vm.expectRevert(IEmissionController.Controller_ZeroAddress.selector);
        this.deploy(config);
    }

    /// @dev External: what follows a refused `new` in the same function would not run, because
    /// tests deploy by a cheatcode.
    function deploy(EmissionSettings.Config memory config) external {
        new EmissionController(config);
    }

    // Who may stop it.

    function test_ASentinelPausesUntilItExpiresAndResumesNothing() external {
        address sentinel = makeAddr("sentinel");
        uint40 until = uint40(block.timestamp) + 30 days;
        vm.expectEmit();
        emit IPauseRoles.SentinelSet(sentinel, until, _controller.seq() + 1);
        _controller.setSentinel(sentinel, until);
        vm.expectEmit();
        emit IEmissionController.Paused(sentinel, _controller.seq() + 1);
        vm.prank(sentinel);
        _controller.pause();
        assertTrue(_controller.paused());
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, sentinel)
        );
        vm.prank(sentinel);
        _controller.unpause();
        vm.expectEmit();
        emit IEmissionController.Unpaused(address(this), _controller.seq() + 1);
        _controller.unpause();

        vm.warp(until);
        vm.expectRevert(
            abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyPauser.selector, sentinel)
        );
        vm.prank(sentinel);
        _controller.pause();
    }

    function test_RevertIf_ASentinelWouldOutliveNinetyDays() external {
        uint256 latest = block.timestamp + 90 days;
        vm.expectRevert(
            abi.encodeWithSelector(
                IPauseRoles.PauseRoles_BadExpiry.selector, uint40(latest + 1), latest
            )
        );
        _controller.setSentinel(ALICE, uint40(latest + 1));
        _controller.setSentinel(ALICE, uint40(latest));
        assertEq(_controller.sentinelUntil(), latest);
    }

    function test_TheGuardianIsAnnouncedFromTheStart() external {
        vm.expectEmit();
        emit IPauseRoles.GuardianSet(GUARDIAN, 5);
        EmissionController fresh = new EmissionController(_config());
        assertEq(fresh.guardian(), GUARDIAN);
        assertEq(fresh.seq(), 5, "schedule, change, fee cap, operator, guardian");
    }

    function test_RevertIf_OwnershipIsRenounced() external {
        vm.expectRevert(IPauseRoles.PauseRoles_RenounceDisabled.selector);
        _controller.renounceOwnership();
    }

    /// @dev Decides `first` and `last`, and is refused the epochs around them.
    function _assertOpen(uint32 first, uint32 last) private {
        uint256 snapshot = vm.snapshotState();
        IEmissionController.Target[] memory targets = _evenTargets(0);
        uint32[2] memory closed = [first - 1, last + 1];
        for (uint256 i; i < closed.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IEmissionController.Controller_EpochNotOpen.selector, closed[i], first
                )
            );
            _decide(closed[i], 1, targets);
        }
        _decide(first, 1, targets);
        _decide(last, 1, targets);
        vm.revertToState(snapshot);
    }
}
