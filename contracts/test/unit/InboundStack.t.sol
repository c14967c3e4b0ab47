// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroReceiver.sol";

import {IInboundLimit} from "../../src/interfaces/IInboundLimit.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {StackFixture} from "../support/StackFixture.sol";

/// @notice What the limit of the reward token does to orders and positions that travel with it.
contract InboundStackTest is StackFixture {
    uint128 private constant LIMIT = 150_000e18;
    uint32 private constant WINDOW = 150_000;

    IInboundLimit private _limited;

    function setUp() external {
        _startStack();
        _limited = IInboundLimit(address(_siteOf[ALPHA].reward));
        _limited.setInboundLimit(HUB, LIMIT, WINDOW);
        _limited.setInboundLimit(BETA, LIMIT, WINDOW);
    }

    /// @dev The order is as if it were still under way, and then as if it had just arrived.
    /// @custom:property E30
    function test_AnOrderAboveTheLimitWaitsWithItsTokens() external {
        _decide(1, 1, _evenTargets(100_000e6));
        _controller.dispatchMany(1, _eids);
        bytes memory packet = _deliverAllKeeping(ALPHA);
        assertEq(_siteOf[ALPHA].receiver.givenOf(1, 1), 0);
        assertEq(_siteOf[ALPHA].reward.balanceOf(address(_siteOf[ALPHA].receiver)), 0);
        assertEq(_limited.pathOf(HUB).queuedLD, 200_000e18);
        assertEq(_siteOf[BETA].receiver.givenOf(1, 1), 100_000e18, "the other chain has its own");

        this.release(packet, true);
        _deliverAll();
        assertEq(_siteOf[ALPHA].receiver.givenOf(1, 1), 100_000e18);
        assertEq(_siteOf[ALPHA].receiver.givenOf(1, 2), 100_000e18);
        assertEq(_siteOf[ALPHA].receiver.unallocated(), 0);
        assertEq(_limited.pathOf(HUB).queuedLD, 0);
    }

    /// @dev Revision 2 passes the waiting revision 1; both end where they would have in order.
    /// @custom:property H-10
    function test_ALaterRevisionMayPassAWaitingOne() external {
        _decide(1, 1, _evenTargets(70_000e6));
        _controller.dispatchMany(1, _eids);
        _deliverAll();
        _decide(1, 2, _evenTargets(80_000e6));
        _controller.dispatchMany(1, _eids);
        bytes memory second = _deliverAllKeeping(ALPHA);
        assertEq(_siteOf[ALPHA].receiver.givenOf(1, 1), 70_000e18);
        assertEq(_limited.pathOf(HUB).queuedLD, 20_000e18);
        _decide(1, 3, _evenTargets(84_000e6));
        _controller.dispatchMany(1, _eids);
        _deliverAll();
        assertEq(
            _siteOf[ALPHA].receiver.givenOf(1, 1) + _siteOf[ALPHA].receiver.givenOf(1, 2),
            148_000e18
        );
        skip(18_000);
        this.release(second, false);
        _deliverAll();
        assertEq(_siteOf[ALPHA].receiver.givenOf(1, 1), 84_000e18);
        assertEq(_siteOf[ALPHA].receiver.givenOf(1, 2), 84_000e18);
        assertEq(_siteOf[ALPHA].receiver.unallocated(), 0);
    }

    /// @dev A position of the reward token itself.
    function test_APositionAboveTheLimitIsRestakedOnceItIsReleased() external {
        vm.prank(TREASURY);
        _siteOf[HUB].reward.transfer(ALICE, 200_000e18);
        vm.deal(ALICE, 1 ether);
        vm.startPrank(ALICE);
        _siteOf[HUB].reward.approve(address(_siteOf[HUB].farms), 200_000e18);
        _siteOf[HUB].farms.stake(1, 200_000e18);
        IPositionBridge.Move memory request =
            IPositionBridge.Move(1, 200_000e18, ALPHA, 1, ALICE, false);
        IPositionBridge.Quote memory quote = _siteOf[HUB].bridge.quoteMove(ALICE, request);
        bytes32 guid = _siteOf[HUB].bridge.move{value: quote.moveFee}(request);
        vm.stopPrank();
        bytes memory packet = _deliverAllKeeping(ALPHA);
        assertEq(_siteOf[ALPHA].farms.positionOf(1, ALICE).weight, 0);
        assertEq(_limited.pathOf(HUB).queuedLD, 200_000e18);

        this.release(packet, true);
        _deliverAll();
        assertEq(_siteOf[ALPHA].farms.positionOf(1, ALICE).weight, 200_000e18);
        address reward = address(_siteOf[ALPHA].reward);
        assertEq(
            uint8(_siteOf[ALPHA].bridge.creditOf(guid, reward).state),
            uint8(IPositionBridge.CreditState.Restaked)
        );
    }

    /// @dev External, because the packet is sliced as calldata.
    function release(bytes calldata packet, bool isByOwner) external {
        Origin memory origin = Origin(
            uint32(bytes4(packet[9:13])), bytes32(packet[13:45]), uint64(bytes8(packet[1:9]))
        );
        bytes32 guid = bytes32(packet[81:113]);
        if (isByOwner) _limited.releaseByOwner(origin, guid, packet[113:]);
        else _limited.release(origin, guid, packet[113:]);
        _collect();
    }

    /// @dev Delivers everything; returns the last packet for `dstEid`.
    function _deliverAllKeeping(uint32 dstEid) private returns (bytes memory kept) {
        _collect();
        for (uint256 i; i < _packets.length; ++i) {
            if (_packets[i].dstEid == dstEid) kept = _packets[i].encoded;
        }
        _deliverAll();
    }
}
