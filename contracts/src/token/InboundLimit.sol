// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Origin} from "@layerzerolabs/oapp-evm/contracts/oapp/OApp.sol";
import {OFTCore} from "@layerzerolabs/oft-evm/contracts/OFTCore.sol";
import {OFTMsgCodec} from "@layerzerolabs/oft-evm/contracts/libs/OFTMsgCodec.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {PauseRoles} from "../access/PauseRoles.sol";
import {IInboundLimit} from "../interfaces/IInboundLimit.sol";
import {DecayingLimit} from "../libraries/DecayingLimit.sol";
import {InboundBooks} from "./InboundBooks.sol";

/// @title InboundLimit
/// @dev Only `_lzReceive` is overridden: endpoint and peer are checked before it, in `lzReceive`. A
/// queued message is a delivery like any other to the endpoint, which has cleared its payload by
/// then, so it cannot arrive again; from there on this contract alone answers for it.
abstract contract InboundLimit is IInboundLimit, InboundBooks, OFTCore, PauseRoles {
    using DecayingLimit for DecayingLimit.Limit;
    using OFTMsgCodec for bytes;

    /// @inheritdoc IInboundLimit
    address public limiter;
    /// @inheritdoc IInboundLimit
    uint64 public seq;
    /// @inheritdoc IInboundLimit
    bool public isInboundPaused;

    mapping(uint32 eid => DecayingLimit.Limit) private _limits;

    /// @inheritdoc IInboundLimit
    function setLimiter(address limiter_) external onlyOwner {
        if (limiter_ == address(0)) revert Token_ZeroAddress();
        if (limiter != address(0)) revert Token_LimiterFixed(limiter);
        limiter = limiter_;
        emit LimiterSet(limiter_, _nextSeq());
    }

    /// @inheritdoc IInboundLimit
    function setInboundLimit(uint32 eid, uint128 limitLD, uint32 window) external {
        if (msg.sender != owner() && msg.sender != limiter) revert Token_OnlyLimiter(msg.sender);
        _limits[eid].reconfigure(limitLD, window);
        emit InboundLimitSet(eid, limitLD, window, _nextSeq());
    }

    /// @inheritdoc IInboundLimit
    function pauseInbound() external onlyPauser {
        isInboundPaused = true;
        emit InboundPaused(msg.sender, _nextSeq());
    }

    /// @inheritdoc IInboundLimit
    function unpauseInbound() external onlyOwner {
        isInboundPaused = false;
        emit InboundUnpaused(_nextSeq());
    }

    /// @inheritdoc IInboundLimit
    function release(Origin calldata origin, bytes32 guid, bytes calldata message) external {
        if (isInboundPaused) revert Token_InboundPaused();
        if (!_isTrusted(origin)) revert Token_DistrustedSender(origin.srcEid, origin.sender);
        uint256 amountLD = _dequeue(origin, guid, message);
        uint256 availableLD = _limits[origin.srcEid].available();
        if (amountLD > availableLD) revert Token_OverLimit(availableLD, amountLD);
        _release(origin, guid, message, amountLD);
    }

    /// @inheritdoc IInboundLimit
    function releaseByOwner(Origin calldata origin, bytes32 guid, bytes calldata message)
        external
        onlyOwner
    {
        _release(origin, guid, message, _dequeue(origin, guid, message));
    }

    /// @inheritdoc IInboundLimit
    function drop(Origin calldata origin, bytes32 guid, bytes calldata message) external onlyOwner {
        if (_isTrusted(origin)) revert Token_TrustedSender(origin.srcEid, origin.sender);
        uint256 amountLD = _dequeue(origin, guid, message);
        _countDropped(origin.srcEid, amountLD);
        emit InboundDropped(guid, origin.srcEid, origin.sender, amountLD, _nextSeq());
    }

    /// @inheritdoc IInboundLimit
    function inboundLimitOf(uint32 eid)
        external
        view
        returns (uint128 limitLD, uint32 window, uint256 availableLD)
    {
        DecayingLimit.Limit storage limit = _limits[eid];
        return (limit.limit, limit.window, limit.available());
    }

    /// @inheritdoc IInboundLimit
    function pathOf(uint32 eid) external view returns (Path memory) {
        bytes32 peer = peers[eid];
        Counters memory counters = _counters[eid];
        return Path({
            peer: peer,
            outboundNonce: endpoint.outboundNonce(address(this), eid, peer),
            inboundNonce: endpoint.inboundNonce(address(this), eid, peer),
            sentLD: counters.sentLD,
            receivedLD: counters.receivedLD,
            queuedLD: counters.queuedLD,
            droppedLD: counters.droppedLD
        });
    }

    /// @inheritdoc IInboundLimit
    function isQueued(Origin calldata origin, bytes32 guid, bytes calldata message)
        external
        view
        returns (bool)
    {
        return _isQueued[_keyOf(origin, guid, message)];
    }

    /// @inheritdoc PauseRoles
    function renounceOwnership() public view virtual override(Ownable, PauseRoles) {
        super.renounceOwnership();
    }

    /// @dev Credits a message within the limit; queues any other. Never reverts for its amount.
    function _lzReceive(
        Origin calldata origin,
        bytes32 guid,
        bytes calldata message,
        address,
        bytes calldata
    ) internal virtual override {
        uint256 amountLD = _toLD(message.amountSD());
        if (!isInboundPaused && amountLD <= _limits[origin.srcEid].available()) {
            _deliver(origin, guid, message, amountLD);
            return;
        }
        _enqueue(_keyOf(origin, guid, message), origin.srcEid, amountLD);
        emit InboundQueued(guid, origin.srcEid, amountLD, origin, message, _nextSeq());
    }

    /// @inheritdoc PauseRoles
    function _nextSeq() internal override returns (uint64) {
        return ++seq;
    }

    /// @dev Takes a message out of the queue before anything is credited, so that no call made on
    /// the way can take it out again.
    function _dequeue(Origin calldata origin, bytes32 guid, bytes calldata message)
        private
        returns (uint256 amountLD)
    {
        // First of all: a message that never waited may be too short to have an amount.
        if (!_leaveQueue(_keyOf(origin, guid, message))) revert Token_NotQueued(guid);
        amountLD = _toLD(message.amountSD());
        _countLeft(origin.srcEid, amountLD);
    }

    function _release(
        Origin calldata origin,
        bytes32 guid,
        bytes calldata message,
        uint256 amountLD
    ) private {
        emit InboundReleased(guid, origin.srcEid, msg.sender, amountLD, _nextSeq());
        _deliver(origin, guid, message, amountLD);
    }

    /// @dev The OFT's own delivery, counted: credit and `sendCompose` together, or neither.
    function _deliver(
        Origin calldata origin,
        bytes32 guid,
        bytes calldata message,
        uint256 amountLD
    ) private {
        _limits[origin.srcEid].consumeAnyway(amountLD);
        _countReceived(origin.srcEid, amountLD);
        super._lzReceive(origin, guid, message, address(0), message[:0]);
    }

    function _isTrusted(Origin calldata origin) private view returns (bool) {
        return peers[origin.srcEid] == origin.sender;
    }

    function _keyOf(Origin calldata origin, bytes32 guid, bytes calldata message)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(origin, guid, message));
    }
}
