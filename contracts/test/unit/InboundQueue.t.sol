// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IInboundLimit} from "../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {LimitFixture} from "../support/LimitFixture.sol";

/// @notice How messages leave the queue; the same for every kind of token.
abstract contract InboundQueueTests is LimitFixture {
    bytes32 private constant OTHER_PEER = bytes32(uint256(0xbad));

    // Release by anyone.

    function test_AnyoneReleasesOnceThereIsRoomAndNotASecondEarlier() external {
        _useUp();
        Inbound memory inbound = _arriveWithOrder(10e18);
        skip(9);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IInboundLimit.Token_OverLimit.selector, 9e18, 10e18));
        _limited.release(inbound.origin, inbound.guid, inbound.message);
        assertTrue(_isQueued(inbound));
        skip(1);
        vm.expectEmit(address(_target));
        emit IInboundLimit.InboundReleased(inbound.guid, SOURCE, BOB, 10e18, _limited.seq() + 1);
        vm.prank(BOB);
        _limited.release(inbound.origin, inbound.guid, inbound.message);
        _collect();
        assertFalse(_isQueued(inbound));
        assertEq(_targetToken.balanceOf(address(_composer)), 10e18);
        (,, uint256 availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, 0, "a release takes capacity like a delivery");
        assertEq(_composes.length, 1, "credit and compose together");
        _deliverAll();
        assertEq(_composer.booked(), 10e18);
        assertEq(_composer.lastGuid(), inbound.guid);
        assertEq(_composer.lastOrder(), ORDER);
        assertEq(_composer.lastSender(), _asBytes32(ALICE));
    }

    function test_ASecondAboveItLeavesTheRest() external {
        _useUp();
        Inbound memory inbound = _arrive(10e18);
        skip(11);
        _release(inbound);
        (,, uint256 availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, 1e18);
    }

    /// @custom:property B-03, C-07
    function test_RevertIf_AMessageIsReleasedTwice() external {
        _useUp();
        Inbound memory inbound = _arriveWithOrder(10e18);
        skip(WINDOW);
        _release(inbound);
        bytes memory refusal =
            abi.encodeWithSelector(IInboundLimit.Token_NotQueued.selector, inbound.guid);
        vm.expectRevert(refusal);
        _limited.release(inbound.origin, inbound.guid, inbound.message);
        vm.expectRevert(refusal);
        _limited.releaseByOwner(inbound.origin, inbound.guid, inbound.message);
        _deliverAll();
        assertEq(_composer.orders(), 1);
        assertEq(_credited(), LIMIT + 10e18);
    }

    /// @custom:property C-07
    function test_RevertIf_AMessageWasNeverQueued() external {
        Inbound memory inbound = _arrive(10e18);
        _refuseUnknown(inbound);
        Inbound memory underway = _send(_source, TARGET, BOB, LIMIT + SD, NO_ORDER);
        _refuseUnknown(underway);
    }

    /// @custom:property C-07
    function test_MessagesLeaveInAnyOrder() external {
        _useUp();
        Inbound memory large = _arrive(50e18);
        Inbound memory small = _arrive(10e18);
        Inbound memory middle = _arrive(20e18);
        skip(10);
        _release(small);
        skip(20);
        _release(middle);
        assertTrue(_isQueued(large));
        skip(30);
        // What arrives may pass what waits.
        Inbound memory next = _arrive(30e18);
        assertFalse(_isQueued(next));
        skip(50);
        _release(large);
        assertEq(_credited(), LIMIT + 110e18);
        assertEq(_limited.pathOf(SOURCE).queuedLD, 0);
    }

    /// @dev Any single bit of what is named.
    /// @custom:property C-07
    function testFuzz_RevertIf_AnythingOfTheMessageIsChanged(uint256 bit) external {
        Inbound memory inbound = _arriveWithOrder(LIMIT + SD);
        bytes memory packed = _encode(inbound);
        // Version, destination and receiver are no part of what a release names.
        bit = bound(bit, 8, packed.length * 8 - 1);
        if (bit >= 45 * 8 && bit < 81 * 8) bit -= 36 * 8;
        packed[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        Inbound memory tampered = this.parseInbound(packed);
        bool isPeer = tampered.origin.srcEid == SOURCE
            && tampered.origin.sender == _asBytes32(address(_source));
        vm.expectRevert(
            isPeer
                ? abi.encodeWithSelector(IInboundLimit.Token_NotQueued.selector, tampered.guid)
                : abi.encodeWithSelector(
                        IInboundLimit.Token_DistrustedSender.selector,
                        tampered.origin.srcEid,
                        tampered.origin.sender
                    )
        );
        _limited.release(tampered.origin, tampered.guid, tampered.message);
        vm.expectRevert(
            abi.encodeWithSelector(IInboundLimit.Token_NotQueued.selector, tampered.guid)
        );
        _limited.releaseByOwner(tampered.origin, tampered.guid, tampered.message);
        assertTrue(_isQueued(inbound));
    }

    /// @custom:property C-07
    function testFuzz_RevertIf_TheMessageIsCutOrExtended(uint256 size, bool isCut) external {
        Inbound memory inbound = _arriveWithOrder(LIMIT + SD);
        bytes memory packed = _encode(inbound);
        size = bound(size, 1, isCut ? inbound.message.length : 100);
        Inbound memory tampered = this.parseInbound(
            isCut ? this.cut(packed, packed.length - size) : bytes.concat(packed, new bytes(size))
        );
        _refuseUnknown(tampered);
    }

    /// @dev An outsider's gas decides whether there is an effect, never which.
    /// @custom:property B-09
    function test_AReleaseWithAnyGasDoesAllOrNothing() external {
        _useUp();
        Inbound memory inbound = _arriveWithOrder(10e18);
        skip(WINDOW);
        bytes memory call =
            abi.encodeCall(_limited.release, (inbound.origin, inbound.guid, inbound.message));
        uint256 failures;
        uint256 successes;
        uint256 clean = vm.snapshotState();
        for (uint256 gas_ = 5_000; gas_ <= 260_000; gas_ += 2_500) {
            vm.prank(BOB);
            (bool ok,) = address(_target).call{gas: gas_}(call);
            bytes32 composed = _endpoints[TARGET].composeQueue(
                address(_target), address(_composer), inbound.guid, 0
            );
            assertEq(_isQueued(inbound), !ok, "queued");
            assertEq(_targetToken.balanceOf(address(_composer)), ok ? 10e18 : 0, "credit");
            assertEq(composed != 0, ok, "compose");
            assertEq(_limited.pathOf(SOURCE).queuedLD, ok ? 0 : 10e18, "counted");
            if (ok) ++successes;
            else ++failures;
            vm.revertToState(clean);
        }
        assertGt(failures, 10, "too little gas");
        assertGt(successes, 10, "enough gas");
    }

    // Above the whole limit.

    function test_AMessageAboveTheWholeLimitWaitsForTheOwner() external {
        Inbound memory inbound = _arriveWithOrder(3 * LIMIT);
        skip(3650 days);
        vm.expectRevert(
            abi.encodeWithSelector(IInboundLimit.Token_OverLimit.selector, LIMIT, 3 * LIMIT)
        );
        _limited.release(inbound.origin, inbound.guid, inbound.message);
        vm.prank(BOB);
        vm.expectRevert(_onlyOwner(BOB));
        _limited.releaseByOwner(inbound.origin, inbound.guid, inbound.message);
        vm.expectEmit(address(_target));
        emit IInboundLimit.InboundReleased(
            inbound.guid, SOURCE, address(this), 3 * LIMIT, _limited.seq() + 1
        );
        _releaseByOwner(inbound);
        _deliverAll();
        assertEq(_composer.booked(), 3 * LIMIT);
    }

    function test_WhatTheOwnerReleasesCountsAsUsed() external {
        Inbound memory inbound = _arrive(3 * LIMIT);
        _releaseByOwner(inbound);
        Inbound memory next = _arrive(SD);
        assertTrue(_isQueued(next));
        skip(2 * WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IInboundLimit.Token_OverLimit.selector, 0, SD));
        _limited.release(next.origin, next.guid, next.message);
        skip(1);
        _release(next);
        (,, uint256 availableLD) = _limited.inboundLimitOf(SOURCE);
        assertEq(availableLD, 1e18 - SD);
    }

    function test_AHigherLimitMakesRoomForTheLargest() external {
        Inbound memory inbound = _arrive(3 * LIMIT);
        _limited.setInboundLimit(SOURCE, 3 * LIMIT, WINDOW);
        _release(inbound);
        assertEq(_credited(), 3 * LIMIT);
    }

    // Senders that are no peer any more.

    function test_ARemovedPeersMessagesWaitForTheOwner() external {
        _useUp();
        Inbound memory first = _arriveWithOrder(10e18);
        Inbound memory second = _arrive(20e18);
        skip(WINDOW);
        _target.setPeer(SOURCE, bytes32(0));
        _refuseDistrusted(first);
        _target.setPeer(SOURCE, OTHER_PEER);
        _refuseDistrusted(first);
        assertTrue(_isQueued(first));
        _releaseByOwner(first);
        _deliverAll();
        assertEq(_composer.booked(), 10e18);
        // Trusted again, the rest is released as if nothing had been.
        _target.setPeer(SOURCE, second.origin.sender);
        _release(second);
        assertEq(_credited(), LIMIT + 30e18);
    }

    function test_TheOwnerDropsADistrustedSendersMessage() external {
        _useUp();
        Inbound memory inbound = _arriveWithOrder(10e18);
        _target.setPeer(SOURCE, bytes32(0));
        vm.expectEmit(address(_target));
        emit IInboundLimit.InboundDropped(
            inbound.guid, SOURCE, inbound.origin.sender, 10e18, _limited.seq() + 1
        );
        _drop(inbound);
        _target.setPeer(SOURCE, inbound.origin.sender);
        skip(WINDOW);
        _refuseUnknown(inbound);
        vm.expectRevert();
        this.deliverPacket(_encode(inbound));
        _deliverAll();
        assertEq(_composer.orders(), 0);
        assertEq(_credited(), LIMIT);
        IInboundLimit.Path memory path = _limited.pathOf(SOURCE);
        assertEq(path.queuedLD, 0);
        assertEq(path.droppedLD, 10e18);
        assertEq(path.receivedLD, LIMIT);
    }

    function test_RevertIf_ATrustedSendersMessageIsDropped() external {
        Inbound memory inbound = _arrive(LIMIT + SD);
        vm.expectRevert(
            abi.encodeWithSelector(
                IInboundLimit.Token_TrustedSender.selector, SOURCE, inbound.origin.sender
            )
        );
        _drop(inbound);
        assertTrue(_isQueued(inbound));
    }

    function test_RevertIf_AnybodyElseDrops() external {
        Inbound memory inbound = _arrive(LIMIT + SD);
        _limited.setLimiter(LIMITER);
        _target.setPeer(SOURCE, bytes32(0));
        address[4] memory others = [BOB, GUARDIAN, SENTINEL, LIMITER];
        for (uint256 i; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(_onlyOwner(others[i]));
            _limited.drop(inbound.origin, inbound.guid, inbound.message);
        }
    }

    function test_RevertIf_AMessageIsDroppedTwice() external {
        Inbound memory inbound = _arrive(LIMIT + SD);
        _target.setPeer(SOURCE, bytes32(0));
        _drop(inbound);
        vm.expectRevert(
            abi.encodeWithSelector(IInboundLimit.Token_NotQueued.selector, inbound.guid)
        );
        _drop(inbound);
    }

    // Pause.

    function test_WhilePausedEverythingWaitsAndSendsGoOn() external {
        vm.expectEmit(address(_target));
        emit IInboundLimit.InboundPaused(SENTINEL, _seqBefore + 1);
        vm.prank(SENTINEL);
        _limited.pauseInbound();
        assertTrue(_limited.isInboundPaused());
        Inbound memory inbound = _arriveWithOrder(10e18);
        assertTrue(_isQueued(inbound), "within the limit, and yet");
        vm.expectRevert(IInboundLimit.Token_InboundPaused.selector);
        _limited.release(inbound.origin, inbound.guid, inbound.message);
        _releaseByOwner(inbound);
        _deliverAll();
        assertEq(_composer.booked(), 10e18);

        vm.prank(address(_composer));
        _targetToken.transfer(ALICE, 10e18);
        vm.prank(ALICE);
        _targetToken.approve(address(_target), 10e18);
        _send(_target, SOURCE, BOB, 10e18, NO_ORDER);

        Inbound memory second = _arrive(5e18);
        vm.expectEmit(address(_target));
        emit IInboundLimit.InboundUnpaused(_limited.seq() + 1);
        _limited.unpauseInbound();
        _release(second);
        assertEq(_targetToken.balanceOf(BOB), 5e18);
    }

    function test_OwnerGuardianAndSentinelPauseAndOnlyTheOwnerResumes() external {
        address[3] memory pausers = [address(this), GUARDIAN, SENTINEL];
        for (uint256 i; i < pausers.length; ++i) {
            vm.prank(pausers[i]);
            _limited.pauseInbound();
            assertTrue(_limited.isInboundPaused());
            if (pausers[i] != address(this)) {
                vm.prank(pausers[i]);
                vm.expectRevert(_onlyOwner(pausers[i]));
                _limited.unpauseInbound();
            }
            _limited.unpauseInbound();
            assertFalse(_limited.isInboundPaused());
        }
    }

    function test_RevertIf_AnExpiredSentinelPauses() external {
        vm.warp(START + 30 days - 1);
        vm.prank(SENTINEL);
        _limited.pauseInbound();
        vm.warp(START + 30 days);
        vm.prank(SENTINEL);
        vm.expectRevert(
            abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyPauser.selector, SENTINEL)
        );
        _limited.pauseInbound();
    }

    function cut(bytes calldata data, uint256 size) external pure returns (bytes memory) {
        return data[:size];
    }

    function _refuseUnknown(Inbound memory inbound) private {
        bytes memory refusal =
            abi.encodeWithSelector(IInboundLimit.Token_NotQueued.selector, inbound.guid);
        vm.expectRevert(refusal);
        _limited.release(inbound.origin, inbound.guid, inbound.message);
        vm.expectRevert(refusal);
        _limited.releaseByOwner(inbound.origin, inbound.guid, inbound.message);
    }

    function _refuseDistrusted(Inbound memory inbound) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IInboundLimit.Token_DistrustedSender.selector, SOURCE, inbound.origin.sender
            )
        );
        _limited.release(inbound.origin, inbound.guid, inbound.message);
    }

    function _onlyOwner(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller);
    }
}

contract InboundQueueTokenTest is InboundQueueTests {
    function setUp() external {
        _startLimit(Kind.Token);
    }
}

contract InboundQueueVotesTest is InboundQueueTests {
    function setUp() external {
        _startLimit(Kind.Votes);
    }
}

contract InboundQueueAdapterTest is InboundQueueTests {
    function setUp() external {
        _startLimit(Kind.Adapter);
    }
}
