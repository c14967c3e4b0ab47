// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {StackFixture} from "../support/StackFixture.sol";

/// @notice One pass through every part on three chains.
contract StackTest is StackFixture {
    function setUp() external {
        _startStack();
    }

    function test_EmissionReachesEveryChainAndAStakerIsPaid() external {
        _mintStake(ALPHA, ALICE, 100e18);
        vm.prank(ALICE);
        _siteOf[ALPHA].farms.stake(2, 100e18);

        _decide(1, 1, _evenTargets(100_000e6));
        _controller.dispatchMany(1, _eids);
        _deliverAll();

        for (uint256 i; i < _eids.length; ++i) {
            assertEq(_siteOf[_eids[i]].receiver.givenOf(1, 1), 100_000e18, "given 1");
            assertEq(_siteOf[_eids[i]].receiver.givenOf(1, 2), 100_000e18, "given 2");
            assertEq(_siteOf[_eids[i]].receiver.unallocated(), 0, "unallocated");
        }
        vm.warp(GENESIS + EPOCH_DURATION);
        uint256 earned = _siteOf[ALPHA].farms.earned(2, ALICE);
        vm.prank(ALICE);
        assertEq(_siteOf[ALPHA].farms.claim(2), earned, "paid");
        assertEq(_siteOf[ALPHA].reward.balanceOf(ALICE), earned, "balance");
        assertApproxEqAbs(earned, 100_000e18, 10, "all but what the rate division carries");
    }

    /// @custom:property B-02
    function test_APositionMovesInOneTransaction() external {
        _mintStake(ALPHA, ALICE, 100e18);
        vm.deal(ALICE, 1 ether);
        vm.startPrank(ALICE);
        _siteOf[ALPHA].farms.stake(2, 100e18);
        IPositionBridge.Move memory request = IPositionBridge.Move(2, 40e18, BETA, 2, ALICE, false);
        IPositionBridge.Quote memory quote = _siteOf[ALPHA].bridge.quoteMove(ALICE, request);
        bytes32 guid = _siteOf[ALPHA].bridge.move{value: quote.moveFee}(request);
        vm.stopPrank();
        _deliverAll();

        assertEq(quote.amountSent, 40e18, "sent");
        assertEq(_siteOf[ALPHA].farms.positionOf(2, ALICE).weight, 60e18, "left");
        assertEq(_siteOf[BETA].farms.positionOf(2, ALICE).weight, 40e18, "arrived");
        assertEq(
            uint8(_siteOf[BETA].bridge.creditOf(guid, address(_siteOf[BETA].stake)).state),
            uint8(IPositionBridge.CreditState.Restaked),
            "state"
        );
    }
}
