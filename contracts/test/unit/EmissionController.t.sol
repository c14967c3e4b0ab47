// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {StackFixture} from "../support/StackFixture.sol";

/// @notice Decisions: who takes them, when, and what they may be.
contract EmissionControllerTest is StackFixture {
    bytes32 private constant EVIDENCE = keccak256("evidence");

    function setUp() external {
        _startStack();
    }

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

    /// @custom:property H-02
    function test_RevertIf_TheEpochIsNotOpen() external {
        IEmissionController.Target[] memory targets = _evenTargets(0);
        _refuse(
            3,
            1,
            targets,
            abi.encodeWithSelector(IEmissionController.Controller_EpochNotOpen.selector, 3, 1)
        );
        _refuse(
            0,
            1,
            targets,
            abi.encodeWithSelector(IEmissionController.Controller_EpochNotOpen.selector, 0, 1)
        );
        _decide(2, 1, targets);
        _refuse(
            1,
            1,
            targets,
            abi.encodeWithSelector(IEmissionController.Controller_EpochClosed.selector, 1, 2)
        );
        _refuse(
            2,
            1,
            targets,
            abi.encodeWithSelector(IEmissionController.Controller_WrongRevision.selector, 2, 1)
        );
        _refuse(
            2,
            3,
            targets,
            abi.encodeWithSelector(IEmissionController.Controller_WrongRevision.selector, 2, 3)
        );
    }

    /// @custom:property H-02
    function test_EpochOneIsOpenBeforeGenesis() external {
        vm.warp(GENESIS - 10);
        vm.expectRevert(IEmissionController.Controller_NotStarted.selector);
        vm.prank(OPERATOR);
        _controller.decide(0, 1, new IEmissionController.Target[](0), EVIDENCE);
        _decide(1, 1, _evenTargets(0));
        assertEq(_controller.revisionOf(1), 1);
    }

    /// @custom:property H-03
    function test_RevertIf_TargetsAreNotExactlyTheFarms() external {
        IEmissionController.Target[] memory targets = _evenTargets(0);
        IEmissionController.Target[] memory fewer = new IEmissionController.Target[](5);
        _refuse(
            1,
            1,
            fewer,
            abi.encodeWithSelector(IEmissionController.Controller_IncompleteTargets.selector, 6, 5)
        );
        (targets[0], targets[1]) = (targets[1], targets[0]);
        _refuse(
            1,
            1,
            targets,
            abi.encodeWithSelector(IEmissionController.Controller_UnsortedTargets.selector, 1)
        );
        targets = _evenTargets(0);
        targets[1] = targets[0];
        _refuse(
            1,
            1,
            targets,
            abi.encodeWithSelector(IEmissionController.Controller_UnsortedTargets.selector, 1)
        );
        targets = _evenTargets(0);
        targets[5].farmId = 9;
        _refuse(
            1,
            1,
            targets,
            abi.encodeWithSelector(IEmissionController.Controller_UnknownFarm.selector, ALPHA, 9)
        );
    }

    /// @custom:property H-04
    function test_RevertIf_AShareIsOutOfItsBounds() external {
        IEmissionController.Target[] memory targets = _evenTargets(0);
        targets[0].amountSD = BUDGET_SD * 4 / 10 + 1;
        _refuse(
            1,
            1,
            targets,
            abi.encodeWithSelector(
                IEmissionController.Controller_ShareOutOfBounds.selector,
                BETA,
                1,
                targets[0].amountSD
            )
        );
        targets[0].amountSD = 0;
        _controller.setFarmBounds(BETA, 1, 100, 4000);
        _refuse(
            1,
            1,
            targets,
            abi.encodeWithSelector(
                IEmissionController.Controller_ShareOutOfBounds.selector, BETA, 1, 0
            )
        );
    }

    /// @custom:property H-01, H-03
    function test_RevertIf_AChainOrTheBudgetIsExceeded() external {
        IEmissionController.Target[] memory targets = _evenTargets(0);
        targets[0].amountSD = BUDGET_SD * 3 / 10;
        targets[1].amountSD = BUDGET_SD * 3 / 10 + 1;
        _refuse(
            1,
            1,
            targets,
            abi.encodeWithSelector(
                IEmissionController.Controller_ChainCapExceeded.selector,
                BETA,
                BUDGET_SD * 6 / 10 + 1,
                BUDGET_SD * 6 / 10
            )
        );
        targets[1].amountSD -= 1;
        targets[2].amountSD = BUDGET_SD * 4 / 10;
        targets[4].amountSD = 1;
        _refuse(
            1,
            1,
            targets,
            abi.encodeWithSelector(
                IEmissionController.Controller_BudgetExceeded.selector, BUDGET_SD + 1, BUDGET_SD
            )
        );
    }

    /// @custom:property H-01
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
            abi.encodeWithSelector(
                IEmissionController.Controller_BudgetExceeded.selector,
                BUDGET_SD * 11 / 10,
                BUDGET_SD
            )
        );
        targets[4].amountSD = BUDGET_SD * 2 / 10;
        _decide(1, 2, targets);
        _controller.dispatchMany(1, _eids);
        assertEq(_controller.spentSD(1), BUDGET_SD);
        assertEq(_controller.sentToSD(1, BETA), BUDGET_SD * 4 / 10);
    }

    /// @dev Every farm is decided every time, so that nobody is forgotten by a shorter list.
    function test_RevertIf_AFarmIsLeftOutForAnother() external {
        IEmissionController.Target[] memory targets = _evenTargets(0);
        _controller.setFarmBounds(ALPHA, 3, 0, 1);
        IEmissionController.Target[] memory all = _evenTargets(0);
        for (uint256 i = 1; i < 7; ++i) {
            all[i - 1] = all[i];
        }
        all[6] = IEmissionController.Target(ALPHA, 4, 0);
        _refuse(
            1,
            1,
            all,
            abi.encodeWithSelector(IEmissionController.Controller_MissingTarget.selector, BETA, 1)
        );
        _refuse(
            1,
            1,
            targets,
            abi.encodeWithSelector(IEmissionController.Controller_IncompleteTargets.selector, 7, 6)
        );
    }

    /// @dev A proposal cannot foresee how often the operator will have decided by then.
    /// @custom:property H-02
    function test_TheOwnerDecidesWhateverRevisionFollows() external {
        _decide(1, 1, _evenTargets(100e6));
        _decide(1, 2, _evenTargets(200e6));
        IEmissionController.Target[] memory targets = _evenTargets(300e6);
        vm.expectEmit();
        emit IEmissionController.EpochDecided(
            1, 3, BUDGET_SD, 1_800e6, EVIDENCE, targets, _controller.seq() + 1
        );
        _controller.decide(1, 0, targets, EVIDENCE);
        assertEq(_controller.revisionOf(1), 3);
        _refuse(
            1,
            0,
            targets,
            abi.encodeWithSelector(IEmissionController.Controller_WrongRevision.selector, 4, 0)
        );
    }

    /// @dev Outstanding is what is decided and not sent, over revisions, epochs and chains.
    /// @custom:property H-07
    function test_OutstandingFollowsDecisionsAndDispatches() external {
        _decide(1, 1, _evenTargets(100e6));
        assertEq(_controller.outstandingSD(), 600e6);
        _controller.dispatch(1, ALPHA);
        assertEq(_controller.outstandingSD(), 400e6);
        _decide(2, 1, _evenTargets(10e6));
        assertEq(_controller.outstandingSD(), 460e6);
        _decide(2, 2, _evenTargets(20e6));
        assertEq(_controller.outstandingSD(), 520e6);
        _controller.dispatchMany(2, _eids);
        assertEq(_controller.outstandingSD(), 400e6);
        _decide(2, 3, _evenTargets(5e6));
        assertEq(_controller.outstandingSD(), 400e6, "less than was sent is nothing outstanding");
        _decide(2, 4, _evenTargets(21e6));
        assertEq(_controller.outstandingSD(), 406e6, "two units for each of three chains");
        _controller.dispatchMany(1, _eids);
        _controller.dispatchMany(2, _eids);
        assertEq(_controller.outstandingSD(), 0);
        assertEq(_controller.spentSD(1), 600e6);
        assertEq(_controller.spentSD(2), 126e6);
    }

    function _refuse(
        uint32 epoch,
        uint32 revision,
        IEmissionController.Target[] memory targets,
        bytes memory reason
    ) private {
        vm.expectRevert(reason);
        _decide(epoch, revision, targets);
    }
}
