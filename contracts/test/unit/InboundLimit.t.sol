// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IInboundLimit} from "../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {DecayingLimit} from "../../src/libraries/DecayingLimit.sol";
import {IEndpointErrors, LimitFixture} from "../support/LimitFixture.sol";

/// @notice What the limit lets through and what it queues; the same for every kind of token.
abstract contract InboundLimitTests is LimitFixture {
    // The limit.

    function test_WithoutALimitEverythingIsCreditedAndNothingCounts() external {
        _limited.setInboundLimit(SOURCE, 0, 0);
        _arrive(GRANT);
        assertEq(_credited(), GRANT);
        (uint128 limitLD, uint32 window, uint256 availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(limitLD, 0);
        assertEq(window, 0);
        assertEq(availableLD, type(uint256).max);
        _limited.setInboundLimit(SOURCE, LIMIT, WINDOW);
        (,, availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, LIMIT, "nothing was in use");
    }

    /// @custom:property B-10
    function test_WithinTheLimitAMessageIsCreditedAtOnce() external {
        Inbound memory inbound = _arrive(LIMIT - SD);
        assertEq(_credited(), LIMIT - SD);
        assertFalse(_isQueued(inbound));
        (,, uint256 availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, SD);
    }

    function test_AMessageOfTheWholeLimitIsCreditedAtOnce() external {
        Inbound memory inbound = _arriveWithOrder(LIMIT);
        assertEq(_credited(), LIMIT);
        assertFalse(_isQueued(inbound));
        (,, uint256 availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, 0);
        _deliverAll();
        assertEq(_composer.booked(), LIMIT);
    }

    /// @custom:property B-10, E1
    function test_OneUnitAboveTheLimitIsQueued() external {
        Inbound memory inbound = _arrive(LIMIT + SD);
        assertEq(_credited(), 0);
        assertTrue(_isQueued(inbound));
        (,, uint256 availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, LIMIT, "what waits takes no capacity");
    }

    function test_SeveralMessagesShareTheLimit() external {
        _arrive(LIMIT / 2);
        _arrive(LIMIT / 2);
        Inbound memory third = _arrive(SD);
        assertEq(_credited(), LIMIT);
        assertTrue(_isQueued(third));
    }

    function test_AMessageOfNothingIsDeliveredWhateverIsUsed() external {
        _useUp();
        Inbound memory inbound = _arriveWithOrder(0);
        assertFalse(_isQueued(inbound));
        _deliverAll();
        assertEq(_composer.orders(), 1);
    }

    function test_WhatCameBackIsCreditedAndASecondLessIsNot() external {
        _useUp();
        Inbound memory early = _send(_source, TARGET, BOB, 10e18, NO_ORDER);
        skip(9);
        _deliver(_packets.length - 1);
        assertTrue(_isQueued(early), "9 of 10 came back");
        _limited.setInboundLimit(SOURCE, LIMIT, WINDOW);
        Inbound memory exact = _send(_source, TARGET, BOB, 10e18, NO_ORDER);
        skip(1);
        _deliver(_packets.length - 1);
        assertFalse(_isQueued(exact), "10 of 10 came back");
        assertEq(_credited(), LIMIT + 10e18);
        Inbound memory next = _send(_source, TARGET, BOB, 10e18, NO_ORDER);
        skip(11);
        _deliver(_packets.length - 1);
        assertFalse(_isQueued(next), "11 came back for 10");
        (,, uint256 availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, 1e18);
    }

    function test_AfterTheWindowTheWholeLimitIsBackAndNoMore() external {
        _useUp();
        skip(WINDOW - 1);
        (,, uint256 availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, LIMIT - 1e18);
        skip(1);
        (,, availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, LIMIT);
        skip(365 days);
        (,, availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, LIMIT);
    }

    // The queue.

    /// @custom:property C-07
    function test_AQueuedMessageIsKeptWholeAndTellsHowToReleaseIt() external {
        _useUp();
        Inbound memory inbound = _send(_source, TARGET, address(_composer), 5e18, ORDER);
        vm.expectEmit(address(_target));
        emit IInboundLimit.InboundQueued(
            inbound.guid, SOURCE, 5e18, inbound.origin, inbound.message, _limited.seq() + 1
        );
        this.deliverPacket(_packets[_packets.length - 1].encoded);
        _packets.pop();
        _collect();
        assertEq(_composes.length, 0, "no compose without its credit");
        assertEq(_targetToken.balanceOf(address(_composer)), 0);
        assertEq(_limited.pathOf(SOURCE).queuedLD, 5e18);
        assertTrue(_isQueued(inbound));
    }

    /// @custom:property B-03, C-07
    function test_TheEndpointCountsAQueuedMessageAsDeliveredOnce() external {
        Inbound memory inbound = _arriveWithOrder(LIMIT + SD);
        bytes32 sender = _asBytes32(address(_source));
        address target = address(_target);
        uint64 nonce = inbound.origin.nonce;
        assertEq(_endpoints[TARGET].inboundPayloadHash(target, SOURCE, sender, nonce), 0);
        assertEq(_endpoints[TARGET].lazyInboundNonce(target, SOURCE, sender), nonce);
        bytes32 payloadHash = keccak256(abi.encodePacked(inbound.guid, inbound.message));
        bytes memory refusal = abi.encodeWithSelector(
            IEndpointErrors.LZ_PayloadHashNotFound.selector, bytes32(0), payloadHash
        );
        vm.expectRevert(refusal);
        this.deliverPacket(_encode(inbound));
        _releaseByOwner(inbound);
        vm.expectRevert(refusal);
        this.deliverPacket(_encode(inbound));
        assertEq(_credited(), LIMIT + SD);
    }

    function test_AQueuedOrderCannotBeComposed() external {
        Inbound memory inbound = _arriveWithOrder(LIMIT + SD);
        bytes memory composed = abi.encodePacked(
            inbound.origin.nonce, SOURCE, uint256(LIMIT + SD), _asBytes32(ALICE), ORDER
        );
        vm.expectRevert(
            abi.encodeWithSelector(
                IEndpointErrors.LZ_ComposeNotFound.selector, bytes32(0), keccak256(composed)
            )
        );
        _endpoints[TARGET].lzCompose(
            address(_target), address(_composer), inbound.guid, 0, composed, ""
        );
        _releaseByOwner(inbound);
        _endpoints[TARGET].lzCompose(
            address(_target), address(_composer), inbound.guid, 0, composed, ""
        );
        assertEq(_composer.booked(), LIMIT + SD);
    }

    /// @dev Whoever forges a packet chooses its guid.
    /// @custom:property C-07
    function test_AForgedGuidCannotTakeTheHonestMessagesPlace() external {
        Inbound memory honest = _arriveWithOrder(LIMIT + SD);
        Inbound memory forged =
            _forgery(address(_composer), LIMIT + 2 * SD, "another order", honest.guid);
        _forge(forged);
        assertTrue(_isQueued(honest));
        assertTrue(_isQueued(forged));
        assertEq(_limited.pathOf(SOURCE).queuedLD, 2 * LIMIT + 3 * SD);
        _releaseByOwner(honest);
        // The endpoint keeps one compose for each guid and composer, and the credit goes with it.
        vm.expectRevert(IEndpointErrors.LZ_ComposeExists.selector);
        _releaseByOwner(forged);
        _deliverAll();
        assertEq(_composer.booked(), LIMIT + SD);
        assertEq(_composer.lastOrder(), ORDER);
        assertEq(_credited(), LIMIT + SD);
        assertTrue(_isQueued(forged));
    }

    // Reconfiguration.

    /// @custom:property B-10
    function test_ANewLimitKeepsWhatWasUsed() external {
        _useUp();
        _limited.setInboundLimit(SOURCE, 3 * LIMIT, WINDOW);
        (,, uint256 availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, 2 * LIMIT);
        _limited.setInboundLimit(SOURCE, LIMIT / 2, WINDOW);
        (,, availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, 0);
        skip(WINDOW);
        (,, availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, 0, "half of what was used came back");
        skip(WINDOW);
        (,, availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, LIMIT / 2);
    }

    function test_AQueuedMessageOutlivesReconfiguration() external {
        _useUp();
        Inbound memory inbound = _arriveWithOrder(10e18);
        _limited.setInboundLimit(SOURCE, 2 * LIMIT, 2 * WINDOW);
        _limited.setInboundLimit(SOURCE, 0, 0);
        assertTrue(_isQueued(inbound));
        assertEq(_limited.pathOf(SOURCE).queuedLD, 10e18);
        _release(inbound);
        _deliverAll();
        assertEq(_composer.booked(), 10e18);
        assertEq(_limited.pathOf(SOURCE).queuedLD, 0);
    }

    function test_RevertIf_ALimitHasNoWindowOrAWindowNoLimit() external {
        vm.expectRevert(
            abi.encodeWithSelector(DecayingLimit.DecayingLimit_BadWindow.selector, LIMIT, 0)
        );
        _limited.setInboundLimit(SOURCE, LIMIT, 0);
        vm.expectRevert(
            abi.encodeWithSelector(DecayingLimit.DecayingLimit_BadWindow.selector, 0, WINDOW)
        );
        _limited.setInboundLimit(SOURCE, 0, WINDOW);
    }

    // Roles.

    function test_TheLimiterIsNamedOnceAndSetsLimits() external {
        vm.expectRevert(IInboundLimit.Token_ZeroAddress.selector);
        _limited.setLimiter(address(0));
        vm.expectEmit(address(_target));
        emit IInboundLimit.LimiterSet(LIMITER, _seqBefore + 1);
        _limited.setLimiter(LIMITER);
        assertEq(_limited.limiter(), LIMITER);
        vm.expectRevert(abi.encodeWithSelector(IInboundLimit.Token_LimiterFixed.selector, LIMITER));
        _limited.setLimiter(BOB);
        vm.expectEmit(address(_target));
        emit IInboundLimit.InboundLimitSet(SOURCE, 7, 8, _seqBefore + 2);
        vm.prank(LIMITER);
        _limited.setInboundLimit(SOURCE, 7, 8);
        (uint128 limitLD, uint32 window,) = _limited.inboundLimitOf(SOURCE);
        assertEq(limitLD, 7);
        assertEq(window, 8);
    }

    function test_RevertIf_AnOutsiderReconfigures() external {
        address[3] memory outsiders = [BOB, GUARDIAN, SENTINEL];
        for (uint256 i; i < outsiders.length; ++i) {
            vm.startPrank(outsiders[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IInboundLimit.Token_OnlyLimiter.selector, outsiders[i])
            );
            _limited.setInboundLimit(SOURCE, 0, 0);
            vm.expectRevert(_onlyOwner(outsiders[i]));
            _limited.setLimiter(outsiders[i]);
            vm.expectRevert(_onlyOwner(outsiders[i]));
            _limited.unpauseInbound();
            vm.stopPrank();
        }
    }

    function test_TheLimiterHasNoOtherPower() external {
        _limited.setLimiter(LIMITER);
        Inbound memory inbound = _arrive(LIMIT + SD);
        vm.startPrank(LIMITER);
        vm.expectRevert(_onlyOwner(LIMITER));
        _limited.releaseByOwner(inbound.origin, inbound.guid, inbound.message);
        vm.expectRevert(_onlyOwner(LIMITER));
        _limited.drop(inbound.origin, inbound.guid, inbound.message);
        vm.expectRevert(abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyPauser.selector, LIMITER));
        _limited.pauseInbound();
        vm.stopPrank();
    }

    function test_RevertIf_TheOwnerRenounces() external {
        vm.expectRevert(IPauseRoles.PauseRoles_RenounceDisabled.selector);
        _target.renounceOwnership();
        vm.prank(BOB);
        vm.expectRevert(_onlyOwner(BOB));
        _target.renounceOwnership();
    }

    function _onlyOwner(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller);
    }
}

contract InboundLimitTokenTest is InboundLimitTests {
    function setUp() external {
        _startLimit(Kind.Token);
    }
}

contract InboundLimitVotesTest is InboundLimitTests {
    function setUp() external {
        _startLimit(Kind.Votes);
    }
}

contract InboundLimitAdapterTest is InboundLimitTests {
    function setUp() external {
        _startLimit(Kind.Adapter);
    }
}
