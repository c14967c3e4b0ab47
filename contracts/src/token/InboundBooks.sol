// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title InboundBooks
/// @notice Part of the inbound limit: which messages wait, and the sums of every path.
/// @dev Apart from all that calls others, so that proofs about it are about this very code.
abstract contract InboundBooks {
    /// @dev Sums of one path; see `IInboundLimit.Path`.
    struct Counters {
        uint256 sentLD;
        uint256 receivedLD;
        uint256 queuedLD;
        uint256 droppedLD;
    }

    mapping(uint32 eid => Counters) internal _counters;
    /// @dev By the hash of origin, guid and message. The guid alone would not do: whoever can forge
    /// a packet chooses its guid, and could overwrite an honest message that waits. The origin has
    /// the nonce, which the endpoint delivers once.
    mapping(bytes32 key => bool) internal _isQueued;

    /// @dev To be called with what a send takes away here and adds elsewhere.
    function _countSent(uint32 dstEid, uint256 amountLD) internal {
        _counters[dstEid].sentLD += amountLD;
    }

    /// @dev To be called with what a delivery credits here.
    function _countReceived(uint32 srcEid, uint256 amountLD) internal {
        _counters[srcEid].receivedLD += amountLD;
    }

    /// @dev To be called with what nobody will be credited.
    function _countDropped(uint32 srcEid, uint256 amountLD) internal {
        _counters[srcEid].droppedLD += amountLD;
    }

    function _enqueue(bytes32 key, uint32 srcEid, uint256 amountLD) internal {
        _isQueued[key] = true;
        _counters[srcEid].queuedLD += amountLD;
    }

    /// @return wasQueued False, and nothing changed, when the message does not wait.
    function _leaveQueue(bytes32 key) internal returns (bool wasQueued) {
        if (!_isQueued[key]) return false;
        delete _isQueued[key];
        return true;
    }

    /// @dev To be called with what left the queue.
    function _countLeft(uint32 srcEid, uint256 amountLD) internal {
        _counters[srcEid].queuedLD -= amountLD;
    }
}
