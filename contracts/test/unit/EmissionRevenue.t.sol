// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {StackFixture} from "../support/StackFixture.sol";

/// @notice Budgets that follow revenue, and how long the money lasts.
contract EmissionRevenueTest is StackFixture {
    function setUp() external {
        _startStack();
        vm.startPrank(TREASURY);
        _siteOf[HUB].reward.transfer(ALICE, 10_000_000e18);
        vm.stopPrank();
        vm.prank(ALICE);
        _siteOf[HUB].reward.approve(address(_controller), type(uint256).max);
    }

    function test_RevenueIsBookedForTheEpochThatRuns() external {
        uint256 held = _controller.tokenBalance();
        vm.expectEmit();
        emit IEmissionController.RevenueDeposited(1, ALICE, 5e18 + 1, _controller.seq() + 1);
        _deposit(5e18 + 1);
        _deposit(2e18);
        vm.warp(_controller.epochEnd(1));
        _deposit(3e18);
        assertEq(_controller.revenueOf(1), 7e18 + 1);
        assertEq(_controller.revenueOf(2), 3e18);
        assertEq(_controller.tokenBalance(), held + 10e18 + 1);
        vm.expectRevert(IEmissionController.Controller_ZeroAmount.selector);
        _deposit(0);
    }

    /// @dev E19: revenue belongs to the epoch of its second.
    /// @custom:property E19
    function test_E19_RevenueChangesItsEpochToTheSecond() external {
        vm.warp(GENESIS - 1);
        _deposit(1e18);
        vm.warp(GENESIS);
        _deposit(2e18);
        vm.warp(_controller.epochEnd(1) - 1);
        _deposit(4e18);
        vm.warp(_controller.epochEnd(1));
        _deposit(8e18);
        assertEq(_controller.revenueOf(0), 1e18);
        assertEq(_controller.revenueOf(1), 6e18);
        assertEq(_controller.revenueOf(2), 8e18);
    }

    function test_AMultipleTakesEffectInTheNextEpochNotYetDecided() external {
        _decide(2, 1, _evenTargets(0));
        vm.expectEmit();
        emit IEmissionController.RevenueMultipleSet(3, 15_000, _controller.seq() + 1);
        _controller.setRevenueMultiple(15_000);
        assertEq(_controller.revenueMultipleOf(2), 0);
        assertEq(_controller.revenueMultipleOf(3), 15_000);
        _controller.setRevenueMultiple(20_000);
        assertEq(_controller.revenueMultipleOf(2), 0, "the one in force is kept");
        assertEq(_controller.revenueMultipleOf(3), 20_000);
        vm.warp(_controller.epochEnd(3) - 1);
        _controller.setRevenueMultiple(0);
        assertEq(_controller.revenueMultipleOf(3), 20_000);
        assertEq(_controller.revenueMultipleOf(4), 0);
    }

    /// @custom:property H-01
    function test_TheBudgetIsTheLesserOfScheduleAndRevenue() external {
        _controller.setRevenueMultiple(25_000);
        _deposit(1_000e18 + 399_999_999_999);
        assertEq(_controller.budgetOf(2), 2_500e6, "rounded down to what the OFT carries");
        _deposit(1);
        assertEq(_controller.budgetOf(2), 2_500e6 + 1);
        _deposit(9_000_000e18);
        assertEq(_controller.budgetOf(2), BUDGET_SD, "never above the schedule");
        assertEq(_controller.budgetOf(1), BUDGET_SD, "not yet in force");
        assertEq(_controller.budgetOf(3), 0, "nothing was deposited in epoch 2");
    }

    /// @dev Otherwise whoever decides early chooses how much revenue counts.
    function test_RevertIf_AnEpochIsDecidedBeforeItsRevenueIsKnown() external {
        _controller.setRevenueMultiple(10_000);
        _deposit(600e18);
        IEmissionController.Target[] memory targets = _evenTargets(100e6);
        vm.warp(_controller.epochEnd(1) - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_EpochNotOpen.selector, 2, 1)
        );
        _decide(2, 1, targets);
        vm.warp(_controller.epochEnd(1));
        _decide(2, 1, targets);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_EpochNotOpen.selector, 3, 2)
        );
        _decide(3, 1, targets);
    }

    /// @dev E23: revenue that comes after a decision moves the next epoch, not this one again.
    /// @custom:property E23
    function test_E23_LaterRevenueDoesNotReopenADecidedBudget() external {
        _controller.setRevenueMultiple(10_000);
        _deposit(600e18);
        vm.warp(_controller.epochEnd(1));
        _decide(2, 1, _evenTargets(100e6));
        _deposit(900e18);
        assertEq(_controller.budgetOf(2), 600e6);
        IEmissionController.Target[] memory targets = _evenTargets(100e6);
        targets[0].amountSD += 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionController.Controller_BudgetExceeded.selector, 600e6 + 1, 600e6
            )
        );
        _decide(2, 2, targets);
        vm.warp(_controller.epochEnd(2));
        assertEq(_controller.budgetOf(3), 900e6);
    }

    /// @dev Depositing buys at most the multiple, and never more than the schedule.
    /// @custom:property H-01
    function testFuzz_TheBudgetNeverExceedsScheduleNorMultiple(
        uint96[3] memory amounts,
        uint32 multipleBps
    ) external {
        _controller.setRevenueMultiple(multipleBps);
        uint256 sum;
        for (uint256 i; i < 3; ++i) {
            uint256 amount = bound(amounts[i], 1, 3_000_000e18);
            _deposit(amount);
            sum += amount;
        }
        uint256 budgetSD = _controller.budgetOf(2);
        assertLe(budgetSD, BUDGET_SD);
        if (multipleBps == 0) {
            assertEq(budgetSD, BUDGET_SD);
        } else if (budgetSD < BUDGET_SD) {
            assertLe(budgetSD * SD * 10_000, sum * multipleBps);
            assertGt((budgetSD + 1) * SD * 10_000, sum * multipleBps);
        }
    }

    // How long the money lasts.

    function test_FundedUntilCountsEpochsAfterWhatIsOutstanding() external {
        // Four epochs each of 1m, 950k, 902.5k, 857.375k and 814.506k leave 1.902m, which is two
        // epochs of 773.780k.
        assertEq(_controller.tokenBalance(), 20_000_000e18);
        assertEq(_controller.fundedUntil(), 22);
        _decide(1, 1, _evenTargets(166_000e6));
        assertEq(_controller.outstandingSD(), 996_000e6);
        assertEq(_controller.fundedUntil(), 22);
        _controller.dispatchMany(1, _eids);
        assertEq(_controller.outstandingSD(), 0);
        assertEq(_controller.fundedUntil(), 22, "sent instead of outstanding");
        vm.warp(_controller.epochEnd(4));
        assertEq(_controller.fundedUntil(), 26, "three epochs of 1m passed undecided");
    }

    function test_FundedUntilNamesTheEdgeToTheUnit() external {
        _controller.withdrawToken(TREASURY, 20_000_000e18 - 1_000_000e18);
        assertEq(_controller.fundedUntil(), 1);
        _controller.withdrawToken(TREASURY, 1);
        assertEq(_controller.fundedUntil(), 0, "a wei short of the first epoch");
        _decide(1, 1, _evenTargets(100_000e6));
        assertEq(_controller.fundedUntil(), 1, "what is decided is covered");
        _controller.withdrawToken(TREASURY, 400_000e18);
        assertEq(_controller.fundedUntil(), 0, "what is decided is not covered");
        vm.warp(GENESIS - 1);
        assertEq(_controller.fundedUntil(), 0);
    }

    function test_FundedUntilLooksAtMost256EpochsAhead() external {
        _controller.setSchedule(1, 1, 0, 0);
        vm.warp(_controller.epochEnd(1));
        assertEq(_controller.fundedUntil(), 2 + 255);
    }

    /// @dev E8: what is decided and not covered waits; it is neither sent short nor lost.
    /// @custom:property E8
    function test_E8_AnUnderfundedDispatchWaitsForTheMoney() external {
        _decide(1, 1, _evenTargets(100_000e6));
        _controller.withdrawToken(TREASURY, 20_000_000e18 - 250_000e18);
        assertEq(_controller.fundedUntil(), 0);
        _controller.dispatchMany(1, _eids);
        assertEq(_controller.spentSD(1), 200_000e6, "one chain was covered");
        assertEq(_controller.outstandingSD(), 400_000e6);
        assertEq(_controller.tokenBalance(), 50_000e18);
        _deposit(350_000e18);
        _controller.dispatchMany(1, _eids);
        assertEq(_controller.spentSD(1), 600_000e6);
        assertEq(_controller.tokenBalance(), 0);
        _deliverAll();
        for (uint256 i; i < _eids.length; ++i) {
            assertEq(_siteOf[_eids[i]].receiver.givenOf(1, 1), 100_000e18);
        }
    }

    function test_NativeBalanceIsWhatPaysForMessages() external {
        assertEq(_controller.nativeBalance(), 10 ether);
        _decide(1, 1, _evenTargets(1));
        _controller.dispatchMany(1, _eids);
        assertEq(_controller.nativeBalance(), 10 ether - 2 * MESSAGE_FEE);
    }

    function _deposit(uint256 amount) private {
        vm.prank(ALICE);
        _controller.depositRevenue(amount);
    }
}
