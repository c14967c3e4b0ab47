// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroReceiver.sol";

/// @title IInboundLimit
/// @notice Bounds how much a token credits per source chain and time. A message over the limit is
/// kept whole, tokens and compose together, and credited later; nothing is refused for its size.
/// @dev Amounts ending in LD are in this token's own decimals. Messages are not ordered: a small
/// one may pass a large one that waits.
interface IInboundLimit {
    /// @dev The counters run for the life of the token, whatever peer the path had meanwhile. In
    /// flight from A to B is `sentLD` of A less `receivedLD`, `queuedLD` and `droppedLD` of B;
    /// below zero means that B credits what was never sent.
    /// @param peer Token on the other chain, zero when the path is closed.
    /// @param outboundNonce Packets sent to `peer`.
    /// @param inboundNonce Packets of `peer` that are verified without a gap.
    /// @param sentLD Sum that left for the chain.
    /// @param receivedLD Sum credited from the chain.
    /// @param queuedLD Sum that arrived and waits for capacity.
    /// @param droppedLD Sum that arrived and was refused by the owner.
    struct Path {
        bytes32 peer;
        uint64 outboundNonce;
        uint64 inboundNonce;
        uint256 sentLD;
        uint256 receivedLD;
        uint256 queuedLD;
        uint256 droppedLD;
    }

    event LimiterSet(address indexed limiter, uint64 seq);
    event InboundLimitSet(uint32 indexed eid, uint128 limitLD, uint32 window, uint64 seq);
    event InboundPaused(address indexed by, uint64 seq);
    event InboundUnpaused(uint64 seq);
    /// @dev Carries all that a release takes.
    event InboundQueued(
        bytes32 indexed guid,
        uint32 indexed srcEid,
        uint256 amountLD,
        Origin origin,
        bytes message,
        uint64 seq
    );
    event InboundReleased(
        bytes32 indexed guid,
        uint32 indexed srcEid,
        address indexed by,
        uint256 amountLD,
        uint64 seq
    );
    /// @param sender The distrusted peer that sent it.
    event InboundDropped(
        bytes32 indexed guid, uint32 indexed srcEid, bytes32 sender, uint256 amountLD, uint64 seq
    );

    error Token_ZeroAddress();
    error Token_LimiterFixed(address current);
    error Token_OnlyLimiter(address caller);
    error Token_InboundPaused();
    error Token_NotQueued(bytes32 guid);
    error Token_OverLimit(uint256 availableLD, uint256 requestedLD);
    error Token_DistrustedSender(uint32 srcEid, bytes32 sender);
    error Token_TrustedSender(uint32 srcEid, bytes32 sender);

    /// @notice Sequence number of the last event of this interface; consecutive from 1.
    function seq() external view returns (uint64);
    /// @notice May set limits besides the owner: what obeys the hub's commands on this chain.
    function limiter() external view returns (address);
    /// @notice Whether everything that arrives waits.
    function isInboundPaused() external view returns (bool);
    /// @notice Limit of what `eid` sends here; a limit of zero means none.
    /// @return limitLD Most that is credited at once.
    /// @return window Seconds over which the whole limit comes back.
    /// @return availableLD What would be credited now.
    function inboundLimitOf(uint32 eid)
        external
        view
        returns (uint128 limitLD, uint32 window, uint256 availableLD);
    /// @notice What went to and came from `eid`, for a monitor of the supply.
    function pathOf(uint32 eid) external view returns (Path memory);
    /// @notice Whether this very message waits.
    function isQueued(Origin calldata origin, bytes32 guid, bytes calldata message)
        external
        view
        returns (bool);

    /// @notice Credits a waiting message, and hands its compose over, once the limit has room.
    /// Anyone.
    /// @dev Refused while the sender is not the peer of its chain, so that messages of a peer that
    /// was removed wait for the owner; they survive the removal and any change of the limit. All
    /// or nothing, whatever gas the caller gives.
    function release(Origin calldata origin, bytes32 guid, bytes calldata message) external;
    /// @notice Credits a waiting message whatever the limit, the pause and the peer say. What it
    /// takes counts as used. Only the owner.
    /// @dev The only way for a message above the whole limit.
    function releaseByOwner(Origin calldata origin, bytes32 guid, bytes calldata message) external;
    /// @notice Refuses a waiting message for ever. Only the owner, and only while its sender is not
    /// the peer of its chain: to refuse a message means to distrust who sent it.
    /// @dev Tokens that were really sent are lost with it; `droppedLD` keeps them visible.
    function drop(Origin calldata origin, bytes32 guid, bytes calldata message) external;

    /// @notice Names the limiter, once and for all. Only the owner.
    function setLimiter(address limiter) external;
    /// @notice Sets limit and window of what `eid` sends here; both zero for no limit. What was
    /// used stays used. Only the owner or the limiter.
    function setInboundLimit(uint32 eid, uint128 limitLD, uint32 window) external;
    /// @notice Lets everything that arrives wait, and nobody but the owner release. Transfers and
    /// sends go on. Owner, guardian or sentinel.
    function pauseInbound() external;
    /// @notice Ends the pause. Only the owner.
    function unpauseInbound() external;
}
