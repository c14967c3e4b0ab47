// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReceiverFixture} from "../support/ReceiverFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice H-10: six messages of three epochs arrive in each of their 720 orders, and end in the
/// same state. E30: at no point is more promised than came.
/// @dev The one thing left out is the end of a stream that ends up with nothing: an amount given
/// and taken back leaves the later end behind.
contract EmissionPermutationsTest is ReceiverFixture {
    uint256 private constant MESSAGES = 6;
    uint32 private constant UNKNOWN = 9;

    struct Message {
        uint32 epoch;
        bytes order;
        uint256 amountSD;
    }

    /// @dev What a walk has seen. In memory, because storage is reverted on the way back.
    struct Walk {
        bytes32 expected;
        uint256 leaves;
    }

    uint32[] private _ids = [1, 2, 3, UNKNOWN];
    Message[6] private _messages;
    /// @dev Seconds before each message.
    uint256 private _wait;
    address private _lateStake;

    function setUp() external {
        _startReceiver();
        _addFarm(3, address(_reward));
        _lateStake = address(new PlainToken(18));
    }

    /// @custom:property H-10
    function test_H10_TargetsThatMove() external {
        _stakeAs(ALICE, 1, 1e18);
        uint256[2] memory sentSD = _first();
        skip(1 days);
        _messages[0] = _message(1, 2, [uint64(900), 2_500, 300, 50], sentSD);
        _messages[1] = _message(1, 3, [uint64(1_200), 1_800, 400, 70], sentSD);
        _startEpochTwo();
        _run();
    }

    /// @dev The limit of the promise: farm 3 has streamed more than the newest revision leaves it,
    /// and what is missing then is missing to whoever came last.
    function test_WhereNotEveryTargetCanBeMetTheOrderDecidesWhoGoesShort() external {
        _stakeAs(ALICE, 2, 1e18);
        _stakeAs(ALICE, 3, 1e18);
        _apply(_order(1, 1, _three(0, 100, 100)), 200);
        vm.warp(START + 3.5 days);
        bytes memory second = _order(1, 2, _three(100, 50, 50));
        bytes memory third = _order(1, 3, _three(100, 100, 0));
        uint256 snapshot = vm.snapshotState();
        _apply(second, 0);
        _apply(third, 0);
        _assertGiven(100, 50, 50);
        vm.revertToState(snapshot);
        _apply(third, 0);
        _apply(second, 0);
        _assertGiven(50, 100, 50);
    }

    /// @dev Farms that a later revision does not name any more give back what has not streamed.
    /// @custom:property H-10
    function test_H10_FarmsThatAreDropped() external {
        _stakeAs(ALICE, 1, 1e18);
        uint256[2] memory sentSD = _first();
        skip(2 days);
        _messages[0] = _message(1, 2, [OMITTED, 2_500, 300, 50], sentSD);
        _messages[1] = _message(1, 3, [uint64(400), OMITTED, OMITTED, 70], sentSD);
        sentSD = [uint256(2), 0];
        _messages[2] = _message(2, 1, [uint64(500), 500, 500, 500], sentSD);
        _messages[3] = _message(2, 2, [OMITTED, OMITTED, 2_000, 1], sentSD);
        _messages[4] = _message(2, 3, [uint64(700), OMITTED, 0, OMITTED], sentSD);
        sentSD = [uint256(3), 0];
        _messages[5] = _message(3, 1, [uint64(50), 60, OMITTED, 80], sentSD);
        _run();
    }

    /// @dev An ended farm gives back and takes nothing more; what it would get stays in the pots.
    /// @custom:property H-10
    function test_H10_AFarmThatEnded() external {
        uint256[2] memory sentSD = _first();
        skip(1 days);
        _endFarm(2);
        _messages[0] = _message(1, 2, [uint64(900), 2_500, 300, 50], sentSD);
        _messages[1] = _message(1, 3, [uint64(1_200), 1_800, 400, 70], sentSD);
        _startEpochTwo();
        _run();
    }

    /// @dev H-11: what arrives during a pause is streamed after it, the same whatever its order.
    /// @custom:property H-10
    function test_H10_MessagesDuringAPause() external {
        _stakeAs(ALICE, 1, 1e18);
        uint256[2] memory sentSD = _first();
        skip(1 days);
        _messages[0] = _message(1, 2, [uint64(900), 2_500, 300, 50], sentSD);
        _messages[1] = _message(1, 3, [uint64(1_200), 1_800, 400, 70], sentSD);
        _startEpochTwo();
        vm.prank(GUARDIAN);
        _receiver.pause();
        _run();
    }

    /// @dev While nobody stakes nothing is lost to anybody, so that amounts do not depend on when
    /// the messages come either.
    /// @custom:property H-10
    function test_H10_MessagesHoursApartWhileNobodyStakes() external {
        uint256[2] memory sentSD = _first();
        skip(1 days);
        _wait = 7 hours;
        _messages[0] = _message(1, 2, [uint64(900), 2_500, 300, 50], sentSD);
        _messages[1] = _message(1, 3, [uint64(1_200), 1_800, 400, 70], sentSD);
        _startEpochTwo();
        _run();
    }

    /// @dev The first revision of epoch 1, applied before the others arrive.
    function _first() private returns (uint256[2] memory sentSD) {
        sentSD = [uint256(1), 0];
        Message memory first = _message(1, 1, [uint64(1_000), 2_000, 0, OMITTED], sentSD);
        _apply(first.order, first.amountSD);
    }

    function _startEpochTwo() private {
        uint256[2] memory sentSD = [uint256(2), 0];
        _messages[2] = _message(2, 1, [uint64(500), 500, 500, 500], sentSD);
        _messages[3] = _message(2, 2, [uint64(800), 100, 500, 0], sentSD);
        _messages[4] = _message(2, 3, [uint64(600), 700, 100, 300], sentSD);
        sentSD = [uint256(3), 0];
        _messages[5] = _message(3, 1, [uint64(50), 60, 70, 80], sentSD);
    }

    /// @dev A message as the controller sends it: it brings what its targets exceed what the
    /// revisions before it brought. `sentSD` holds the epoch and that sum.
    function _message(
        uint32 epoch,
        uint32 revision,
        uint64[4] memory targetsSD,
        uint256[2] memory sentSD
    ) private view returns (Message memory message) {
        assertEq(sentSD[0], epoch);
        uint64[] memory amountsSD = new uint64[](4);
        uint256 sumSD;
        for (uint256 i; i < 4; ++i) {
            amountsSD[i] = targetsSD[i];
            if (targetsSD[i] != OMITTED) sumSD += targetsSD[i];
        }
        message.epoch = epoch;
        message.order = _orderOf(epoch, revision, _ids, amountsSD);
        if (sumSD > sentSD[1]) message.amountSD = sumSD - sentSD[1];
        sentSD[1] += message.amountSD;
    }

    /// @dev Applies one message. External, so that its memory is given back.
    function applyMessage(uint256 index) external {
        if (_wait != 0) skip(_wait);
        Message memory message = _messages[index];
        _apply(message.order, message.amountSD);
        _assertPromisesAreFunded();
    }

    /// @dev What all messages led to, before and after what waits for a farm has reached it.
    function finish() external returns (bytes32) {
        if (_receiver.paused()) {
            _receiver.unpause();
            _replayAll();
        }
        bytes memory state = _state();
        _addFarm(UNKNOWN, _lateStake);
        _replayAll();
        _assertPromisesAreFunded();
        for (uint32 epoch = 1; epoch <= 3; ++epoch) {
            uint256 target = _receiver.targetOf(epoch, UNKNOWN);
            assertEq(_receiver.givenOf(epoch, UNKNOWN), target, "waited");
        }
        return keccak256(abi.encode(state, _state()));
    }

    function _run() private {
        Walk memory walk;
        _step(walk, 0, 0);
        assertEq(walk.leaves, 720, "every order was walked");
    }

    /// @dev Applies each message that is not used yet, walks on, and comes back.
    function _step(Walk memory walk, uint256 used, uint256 depth) private {
        if (depth == MESSAGES) {
            bytes32 digest = this.finish();
            if (walk.leaves == 0) walk.expected = digest;
            assertEq(digest, walk.expected, "order");
            ++walk.leaves;
            return;
        }
        for (uint256 i; i < MESSAGES; ++i) {
            if ((used >> i) & 1 == 1) continue;
            uint256 snapshot = vm.snapshotState();
            this.applyMessage(i);
            _step(walk, used | (1 << i), depth + 1);
            vm.revertToStateAndDelete(snapshot);
        }
    }

    function _replayAll() private {
        for (uint32 epoch = 1; epoch <= 3; ++epoch) {
            _receiver.replay(epoch);
        }
    }

    /// @dev H-08: the pots are held here, and what is to stream is held by the farms.
    function _assertPromisesAreFunded() private view {
        uint256 pots = _receiver.potOf(1) + _receiver.potOf(2) + _receiver.potOf(3);
        assertEq(_receiver.unallocated(), pots, "pots");
        assertEq(_reward.balanceOf(address(_receiver)), pots, "held by the receiver");
        uint256 toCome;
        for (uint256 i; i < _ids.length; ++i) {
            toCome += _farms.unstreamed(_ids[i]);
        }
        assertLe(toCome, _reward.balanceOf(address(_farms)), "held by the farms");
    }

    /// @dev Everything that must not depend on the order; streams too, if all came at one time.
    function _state() private view returns (bytes memory state) {
        state = abi.encode(_receiver.unallocated());
        for (uint32 epoch = 1; epoch <= 3; ++epoch) {
            state = abi.encode(state, _receiver.potOf(epoch), _receiver.revisionOf(epoch));
            for (uint256 i; i < _ids.length; ++i) {
                uint256 target = _receiver.targetOf(epoch, _ids[i]);
                state = abi.encode(state, target, _receiver.givenOf(epoch, _ids[i]));
            }
        }
        for (uint256 i; i < _ids.length; ++i) {
            uint256 unstreamed = _farms.unstreamed(_ids[i]);
            state = abi.encode(state, unstreamed);
            if (_wait == 0 && unstreamed != 0) {
                state = abi.encode(state, _farms.streamOf(_ids[i], 0));
            }
        }
    }

    function _three(uint64 first, uint64 second, uint64 third)
        private
        pure
        returns (uint64[] memory amountsSD)
    {
        amountsSD = new uint64[](3);
        (amountsSD[0], amountsSD[1], amountsSD[2]) = (first, second, third);
    }

    function _assertGiven(uint256 first, uint256 second, uint256 third) private view {
        assertEq(_receiver.givenOf(1, 1), first * SD, "first");
        assertEq(_receiver.givenOf(1, 2), second * SD, "second");
        assertEq(_receiver.givenOf(1, 3), third * SD, "third");
        assertEq(_receiver.potOf(1), 0, "all of it is given");
    }
}
