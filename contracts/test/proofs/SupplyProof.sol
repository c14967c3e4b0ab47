// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InboundBooks} from "../../src/token/InboundBooks.sol";

/// @notice The token on three chains, with a path each way between any two. Does with the books
/// what LimitedOft and InboundLimit do with them, and with the supply what an OFT does: takes away
/// what it sends, by locking or burning, and adds what it delivers.
/// @dev By induction: the books agree at first, and whatever begins with books that agree ends so.
/// The books of chain x about chain y stand under `10 * x + y`.
contract SupplyProof is InboundBooks {
    uint256 private _genesis;
    uint256 private _supply1;
    uint256 private _supply2;
    uint256 private _supply3;
    /// What left a chain, and neither reached another nor waits nor was refused there.
    uint256 private _inFlight;

    constructor(uint256 genesis) {
        (_genesis, _supply1) = (genesis, genesis);
        assert(_agrees());
    }

    /// @custom:property B-01
    function sendFrom1To2(uint256 amount) external {
        require(_agrees());
        _supply1 -= amount;
        _countSent(12, amount);
        _inFlight += amount;
        assert(_agrees());
    }

    /// @custom:property B-01
    function deliverAt2(uint256 amount) external {
        require(_agrees());
        _inFlight -= amount;
        _supply2 += amount;
        _countReceived(21, amount);
        assert(_agrees());
    }

    /// @custom:property B-01
    function queueAt2(bytes32 key, uint256 amount) external {
        require(_agrees());
        _inFlight -= amount;
        _enqueue(key, 21, amount);
        assert(_agrees());
    }

    /// @custom:property B-01
    function releaseAt2(bytes32 key, uint256 amount) external {
        require(_agrees());
        require(_leaveQueue(key));
        _countLeft(21, amount);
        _supply2 += amount;
        _countReceived(21, amount);
        assert(_agrees());
    }

    /// @custom:property B-01
    function dropAt2(bytes32 key, uint256 amount) external {
        require(_agrees());
        require(_leaveQueue(key));
        _countLeft(21, amount);
        _countDropped(21, amount);
        assert(_agrees());
    }

    function _agrees() private view returns (bool) {
        uint256 waiting = _held(12) + _held(13) + _held(21) + _held(23) + _held(31) + _held(32);
        uint256 sent = _sent(12) + _sent(13) + _sent(21) + _sent(23) + _sent(31) + _sent(32);
        uint256 received = _received(12) + _received(13) + _received(21) + _received(23)
            + _received(31) + _received(32);
        return _supply1 + _supply2 + _supply3 + _inFlight + waiting == _genesis
            && sent == _inFlight + received + waiting;
    }

    /// @dev Queued or refused.
    function _held(uint32 path) private view returns (uint256) {
        return _counters[path].queuedLD + _counters[path].droppedLD;
    }

    function _sent(uint32 path) private view returns (uint256) {
        return _counters[path].sentLD;
    }

    function _received(uint32 path) private view returns (uint256) {
        return _counters[path].receivedLD;
    }
}
