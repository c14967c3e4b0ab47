// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {DecayingLimit} from "../../src/libraries/DecayingLimit.sol";
import {BridgeFixture} from "../support/BridgeFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice Rewards that travel along, batches, the outflow limit and the pause.
contract BridgeMovesTest is BridgeFixture {
    uint128 private constant LIMIT = 60e18;
    uint32 private constant WINDOW = 1 days;

    function setUp() external {
        _startBridges();
    }

    // Rewards.

    /// @custom:property B-07
    function test_RewardsTravelBesideThePrincipalAndTheirDustStaysPending() external {
        uint256 earned = _earn();
        uint256 sent = earned - earned % SD;
        assertGt(earned % SD, 0, "there is dust");
        IPositionBridge.Move memory request = _carrying(BOB);
        _move(request);
        assertEq(_siteOf[ALPHA].farms.earned(PLAIN, ALICE), earned - sent, "dust at the source");
        _deliverAll();
        assertEq(_siteOf[BETA].reward.balanceOf(BOB), sent, "rewards at the destination");
        assertEq(_principal(BETA, PLAIN, BOB), 40e18, "principal at the destination");
        assertEq(_siteOf[ALPHA].reward.balanceOf(address(_source)), 0);
    }

    /// @dev With the position gone altogether the dust is still there to be claimed.
    /// @custom:property B-07
    function test_RewardsOfAWholePositionTravel() external {
        uint256 earned = _earn();
        IPositionBridge.Move memory request = _carrying(ALICE);
        request.amount = 100e18;
        _move(request);
        _deliverAll();
        assertEq(_siteOf[BETA].reward.balanceOf(ALICE), earned - earned % SD);
        assertEq(_siteOf[ALPHA].farms.earned(PLAIN, ALICE), earned % SD);
        vm.prank(ALICE);
        assertEq(_siteOf[ALPHA].farms.claim(PLAIN), earned % SD);
    }

    /// @custom:property B-07
    function test_RewardsThatAreNotCarriedStayClaimable() external {
        uint256 earned = _earn();
        _move(_request(ALICE));
        _deliverAll();
        assertEq(_siteOf[BETA].reward.balanceOf(ALICE), 0);
        assertEq(_siteOf[BETA].farms.earned(PLAIN, ALICE), 0);
        vm.prank(ALICE);
        assertEq(_siteOf[ALPHA].farms.claim(PLAIN), earned);
    }

    function test_CarriedRewardsAreAnnouncedAfterTheirMove() external {
        uint256 earned = _earn();
        uint64 seq = _source.seq();
        vm.recordLogs();
        bytes32 guid = _move(_carrying(BOB));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory last = logs[logs.length - 1];
        assertEq(last.topics[0], IPositionBridge.RewardsSent.selector);
        assertNotEq(last.topics[1], guid, "a packet of its own");
        assertEq(last.topics[2], guid, "beside this one");
        assertEq(address(uint160(uint256(last.topics[3]))), ALICE);
        assertEq(last.data, abi.encode(PLAIN, BETA, BOB, earned - earned % SD, seq + 2));
    }

    function test_TheStakeTokenMayBeTheRewardToken() external {
        deal(address(_siteOf[ALPHA].reward), ALICE, 100e18);
        vm.startPrank(ALICE);
        _siteOf[ALPHA].reward.approve(address(_siteOf[ALPHA].farms), 100e18);
        _siteOf[ALPHA].farms.stake(1, 100e18);
        vm.stopPrank();
        _emit(ALPHA, 1, 700e18);
        skip(1 days);
        uint256 earned = _siteOf[ALPHA].farms.earned(1, ALICE);
        _move(IPositionBridge.Move(1, 100e18, BETA, 1, ALICE, true));
        _deliverAll();
        assertEq(_principal(BETA, 1, ALICE), 100e18);
        assertEq(_siteOf[BETA].reward.balanceOf(ALICE), earned - earned % SD);
    }

    function test_NothingDueSendsNoSecondPacket() external {
        uint256 before = ALICE.balance;
        vm.prank(ALICE);
        _source.move{value: 1 ether}(_carrying(ALICE));
        _collect();
        assertEq(_packets.length, 1);
        assertEq(before - ALICE.balance, MESSAGE_FEE);
    }

    /// @custom:property E16
    function test_LessThanTwoPacketsCostIsRefused() external {
        _earn();
        vm.expectPartialRevert(LZ_INSUFFICIENT_FEE);
        vm.prank(ALICE);
        _source.move{value: 2 * MESSAGE_FEE - 1}(_carrying(ALICE));
        uint256 before = ALICE.balance;
        vm.prank(ALICE);
        _source.move{value: 1 ether}(_carrying(ALICE));
        assertEq(before - ALICE.balance, 2 * MESSAGE_FEE, "the rest is refunded");
        assertEq(address(_source).balance, 0);
    }

    function test_AQuoteTellsBothFeesAndAmounts() external {
        IPositionBridge.Quote memory quote = _source.quoteMove(ALICE, _carrying(ALICE));
        assertEq(quote.moveFee, MESSAGE_FEE);
        assertEq(quote.rewardFee, MESSAGE_FEE, "also while nothing is due");
        assertEq(quote.amountSent, 40e18);
        assertEq(quote.rewardsSent, 0);
        uint256 earned = _earn();
        quote = _source.quoteMove(ALICE, _carrying(ALICE));
        assertEq(quote.rewardsSent, earned - earned % SD);
        quote = _source.quoteMove(ALICE, _request(ALICE));
        assertEq(quote.rewardFee, 0);
        assertEq(quote.rewardsSent, 0);
    }

    function test_RevertIf_TheRouteOfTheRewardsIsClosed() external {
        _earn();
        address reward = address(_siteOf[ALPHA].reward);
        _source.setRoute(reward, address(0));
        bytes memory reason =
            abi.encodeWithSelector(IPositionBridge.Bridge_NoRoute.selector, reward);
        vm.expectRevert(reason);
        _source.quoteMove(ALICE, _carrying(ALICE));
        vm.expectRevert(reason);
        vm.prank(ALICE);
        _source.move{value: 1 ether}(_carrying(ALICE));
        _move(_request(ALICE));
        assertEq(_principal(ALPHA, PLAIN, ALICE), 60e18, "without them it moves");
    }

    // Batches.

    function test_ABatchMovesAllWithTheirOwnFees() external {
        _earn();
        (IPositionBridge.Move[] memory requests, uint256[] memory fees) = _batch();
        uint256 before = ALICE.balance;
        vm.prank(ALICE);
        bytes32[] memory guids = _source.moveMany{value: 4 * MESSAGE_FEE}(requests, fees);
        assertEq(before - ALICE.balance, 4 * MESSAGE_FEE);
        _deliverAll();
        assertEq(_principal(BETA, PLAIN, ALICE), 10e18);
        assertEq(_principal(HUB, PLAIN, ALICE), 20e18);
        assertEq(_principal(BETA, TERMS, ALICE), 30e18);
        assertEq(guids.length, 3);
        _assertState(guids[0], _stakeAt(BETA), IPositionBridge.CreditState.Restaked);
        _assertState(guids[2], address(_lockToken[BETA]), IPositionBridge.CreditState.Restaked);
    }

    function test_RevertIf_OneMoveOfABatchFails() external {
        (IPositionBridge.Move[] memory requests, uint256[] memory fees) = _batch();
        requests[2].amount = 101e18;
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_InsufficientStake.selector, 100e18, 101e18)
        );
        vm.prank(ALICE);
        _source.moveMany{value: 4 * MESSAGE_FEE}(requests, fees);
        assertEq(_principal(ALPHA, PLAIN, ALICE), 100e18, "nothing left");
        assertEq(_principal(ALPHA, TERMS, ALICE), 100e18, "nothing left");
        bytes32 peer = _asBytes32(_stakeAt(BETA));
        assertEq(_endpoints[ALPHA].outboundNonce(_stakeAt(ALPHA), BETA, peer), 0, "no packet");
    }

    function test_RevertIf_TheFeesOfABatchDoNotAddUp() external {
        (IPositionBridge.Move[] memory requests, uint256[] memory fees) = _batch();
        uint256 sum = 4 * MESSAGE_FEE;
        vm.startPrank(ALICE);
        for (uint256 value = sum - 1; value <= sum + 1; value += 2) {
            vm.expectRevert(
                abi.encodeWithSelector(IPositionBridge.Bridge_WrongValue.selector, sum, value)
            );
            _source.moveMany{value: value}(requests, fees);
        }
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_LengthMismatch.selector, 3, 2)
        );
        _source.moveMany{value: sum}(requests, new uint256[](2));
        vm.stopPrank();
    }

    // The limit.

    /// @custom:property B-10
    function test_TheLimitIsUsedToTheLastUnitAndComesBack() external {
        _limit(_stakeAt(ALPHA), LIMIT);
        _move(_request(ALICE));
        IPositionBridge.Move memory request = _request(ALICE);
        request.amount = 20e18 + uint96(SD);
        _refuseByLimit(request, 20e18, 20e18 + SD);
        request.amount = 20e18;
        _move(request);
        request.amount = uint96(SD);
        _refuseByLimit(request, 0, SD);

        skip(WINDOW / 2);
        (uint128 limit, uint32 window, uint256 available) = _source.outflowOf(_stakeAt(ALPHA), BETA);
        assertEq(limit, LIMIT);
        assertEq(window, WINDOW);
        assertEq(available, LIMIT / 2, "half the window brings back half");
        request.amount = uint96(LIMIT / 2 + SD);
        _refuseByLimit(request, LIMIT / 2, LIMIT / 2 + SD);
        request.amount = uint96(LIMIT / 2);
        _move(request);
    }

    /// @custom:property B-10
    function test_ANewLimitKeepsWhatWasUsed() external {
        _limit(_stakeAt(ALPHA), LIMIT);
        _move(_request(ALICE));
        _limit(_stakeAt(ALPHA), LIMIT);
        _refuseByLimit(_request(ALICE), 20e18, 40e18);
        _limit(_stakeAt(ALPHA), 30e18);
        _refuseByLimit(_request(ALICE), 0, 40e18);
        _limit(_stakeAt(ALPHA), 100e18);
        _move(_request(ALICE));
    }

    /// @custom:property B-10
    function test_EveryPathHasItsOwnLimit() external {
        _limit(_stakeAt(ALPHA), 1);
        IPositionBridge.Move memory request = _request(ALICE);
        _refuseByLimit(request, 1, 40e18);
        request.dstEid = HUB;
        _move(request);
        _move(_lockedRequest(ALICE));
        _deliverAll();
        assertEq(_principal(HUB, PLAIN, ALICE), 40e18);
        assertEq(_principal(BETA, TERMS, ALICE), 40e18);
    }

    /// @custom:property B-10
    function test_CarriedRewardsCountOnThePathOfTheirToken() external {
        uint256 earned = _earn();
        uint256 sent = earned - earned % SD;
        address reward = address(_siteOf[ALPHA].reward);
        _limit(reward, uint128(sent - 1));
        _refuseByLimit(_carrying(ALICE), sent - 1, sent);
        _limit(reward, uint128(sent));
        _move(_carrying(ALICE));
        (,, uint256 available) = _source.outflowOf(reward, BETA);
        assertEq(available, 0);
    }

    function test_WithoutALimitEverythingIsAvailable() external view {
        (uint128 limit, uint32 window, uint256 available) = _source.outflowOf(_stakeAt(ALPHA), BETA);
        assertEq(limit, 0);
        assertEq(window, 0);
        assertEq(available, type(uint256).max);
    }

    function test_ALimitIsAnnouncedAndNeedsItsWindow() external {
        vm.expectEmit(address(_source));
        emit IPositionBridge.OutflowLimitSet(
            _stakeAt(ALPHA), BETA, LIMIT, WINDOW, _source.seq() + 1
        );
        _limit(_stakeAt(ALPHA), LIMIT);
        vm.expectRevert(
            abi.encodeWithSelector(DecayingLimit.DecayingLimit_BadWindow.selector, LIMIT, 0)
        );
        _source.setOutflowLimit(_stakeAt(ALPHA), BETA, LIMIT, 0);
    }

    // The pause.

    function test_APauseStopsMovesAndNothingElse() external {
        bytes32 guid = _moveAndDeliver(_request(ALICE));
        _end(BETA, PLAIN);
        vm.prank(GUARDIAN);
        _target.pause();
        _compose(0);
        _assertState(guid, _stakeAt(BETA), IPositionBridge.CreditState.Escrowed);
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, _stakeAt(BETA), ALICE);
        assertEq(_siteOf[BETA].stake.balanceOf(ALICE), 40e18);

        vm.prank(GUARDIAN);
        _source.pause();
        assertTrue(_source.paused());
        vm.expectRevert(IPositionBridge.Bridge_IsPaused.selector);
        vm.prank(ALICE);
        _source.move{value: MESSAGE_FEE}(_request(ALICE));
        (IPositionBridge.Move[] memory requests, uint256[] memory fees) = _batch();
        vm.expectRevert(IPositionBridge.Bridge_IsPaused.selector);
        vm.prank(ALICE);
        _source.moveMany{value: 4 * MESSAGE_FEE}(requests, fees);
        _source.unpause();
        _move(_request(ALICE));
    }

    function test_ASentinelPausesUntilItExpires() external {
        _source.setSentinel(BOB, uint40(block.timestamp + 1 days));
        vm.prank(BOB);
        _source.pause();
        _source.unpause();
        skip(1 days);
        vm.expectRevert(abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyPauser.selector, BOB));
        vm.prank(BOB);
        _source.pause();
    }

    // Recovery.

    /// @custom:property C-02
    function test_OnlyATokenWithoutARouteIsRecovered() external {
        PlainToken stray = new PlainToken(18);
        stray.mint(address(_source), 5);
        vm.expectRevert(IPositionBridge.Bridge_ZeroAddress.selector);
        _source.recover(address(stray), address(0), 5);
        vm.expectEmit(address(_source));
        emit IPositionBridge.Recovered(address(stray), BOB, 4, _source.seq() + 1);
        _source.recover(address(stray), BOB, 4);
        assertEq(stray.balanceOf(BOB), 4);

        // What waits for its compose belongs to somebody, whether the route is open or closed.
        _moveAndDeliver(_request(ALICE));
        address token = _stakeAt(BETA);
        bytes memory reason =
            abi.encodeWithSelector(IPositionBridge.Bridge_IsRouted.selector, token);
        vm.expectRevert(reason);
        _target.recover(token, BOB, 1);
        _target.setRoute(token, address(0));
        vm.expectRevert(reason);
        _target.recover(token, BOB, 1);
    }

    function _earn() private returns (uint256 earned) {
        _emit(ALPHA, PLAIN, 700e18 + 3);
        skip(1 days + 1);
        return _siteOf[ALPHA].farms.earned(PLAIN, ALICE);
    }

    function _carrying(address recipient) private pure returns (IPositionBridge.Move memory) {
        return IPositionBridge.Move(PLAIN, 40e18, BETA, PLAIN, recipient, true);
    }

    /// @dev Three moves of Alice to two chains, one of them with rewards.
    function _batch()
        private
        view
        returns (IPositionBridge.Move[] memory requests, uint256[] memory fees)
    {
        requests = new IPositionBridge.Move[](3);
        requests[0] = IPositionBridge.Move(PLAIN, 10e18, BETA, PLAIN, ALICE, true);
        requests[1] = IPositionBridge.Move(PLAIN, 20e18, HUB, PLAIN, ALICE, false);
        requests[2] = IPositionBridge.Move(TERMS, 30e18, BETA, TERMS, ALICE, false);
        fees = new uint256[](3);
        (fees[0], fees[1], fees[2]) = (2 * MESSAGE_FEE, MESSAGE_FEE, MESSAGE_FEE);
    }

    function _limit(address token, uint128 limit) private {
        _source.setOutflowLimit(token, BETA, limit, WINDOW);
    }

    function _refuseByLimit(
        IPositionBridge.Move memory request,
        uint256 available,
        uint256 requested
    ) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IPositionBridge.Bridge_OutflowLimit.selector, available, requested
            )
        );
        vm.prank(ALICE);
        _source.move{value: 2 * MESSAGE_FEE}(request);
    }
}
