// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICommandReceiver} from "../../../src/interfaces/ICommandReceiver.sol";
import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {Order, Orders} from "./GovernanceOrders.sol";

/// @notice What the contracts of one chain should be set to, and what became of each command, kept
/// the naive way: orders as they were meant, one mapping a setting, no bytes and no hashes of them.
abstract contract SpokeState {
    using Orders for Order;

    struct FarmState {
        IFarms.FarmState state;
        bool hasTerms;
        address stakeToken;
        uint8 streamCount;
        uint256 tiers;
        uint256 steps;
    }

    struct StreamState {
        address token;
        address funder;
        uint64 maxRate;
    }

    struct Limit {
        uint128 limit;
        uint32 window;
    }

    struct Key {
        address account;
        uint40 until;
    }

    /// @param readyAt As the contract keeps it: zero for what waits only until commands resume.
    struct Entry {
        ICommandReceiver.CommandState state;
        uint40 readyAt;
        Order order;
    }

    uint256 internal constant WINDOW_SECONDS = 7 days;
    uint32 public constant POT_EPOCH = 1;

    uint256 internal immutable LOOSEN_SECONDS;
    uint32 internal immutable HUB_EID;
    address internal immutable REWARD;

    bool public receiverPaused;
    bool public bridgePaused;
    bool public inboxPaused;
    bool public inboundPaused;
    bool public isClosed;
    uint32 public minValidEpoch;
    uint256 public pot;
    uint256 public returnable;
    address public guardian;
    Key public inboxSentinel;
    Key public targetsSentinel;
    Key public tokenSentinel;
    Limit public inbound;
    bytes32 public bridgePeer;
    /// @notice Which of the senders on the hub is listened to; each numbers its commands anew.
    uint256 public sender;
    mapping(uint32 farmId => FarmState) public farms;
    mapping(uint32 farmId => mapping(uint8 stream => StreamState)) public streams;
    mapping(address token => mapping(uint32 eid => Limit)) public outflow;
    mapping(address token => address oft) public oftOf;
    mapping(address token => bool) public isOpen;
    mapping(address oft => address token) public tokenOf;
    mapping(address token => uint32 farmId) internal _lastFarmOf;
    /// @dev Numbers that were heard of, by sender.
    mapping(uint256 sender => uint64[]) internal _numbers;
    mapping(uint256 sender => mapping(uint64 no => Entry)) internal _entries;
    mapping(uint256 sender => mapping(bytes32 subject => uint64 no)) internal _newest;

    constructor(uint256 loosenSeconds, uint32 hubEid, address reward) {
        (LOOSEN_SECONDS, HUB_EID, REWARD) = (loosenSeconds, hubEid, reward);
    }

    function entryOf(uint64 no) external view returns (Entry memory) {
        return _entries[sender][no];
    }

    function numbers(uint256 index) external view returns (uint64) {
        return _numbers[sender][index];
    }

    function numberCount() external view returns (uint256) {
        return _numbers[sender].length;
    }

    function newestOf(Order memory order) public view returns (uint64) {
        bytes memory subject = order.subjectOf();
        return subject.length == 0 ? 0 : _newest[sender][keccak256(subject)];
    }

    // What owners and guardians of the chain do.

    function setInboxPaused(bool value) external {
        inboxPaused = value;
    }

    function setReceiverPaused(bool value) external {
        receiverPaused = value;
    }

    function setBridgePaused(bool value) external {
        bridgePaused = value;
    }

    function setInboundPaused(bool value) external {
        inboundPaused = value;
    }

    function setClosed(bool value) external {
        isClosed = value;
    }

    function setSender(uint256 index) external {
        sender = index;
    }

    function setMinValidEpoch(uint32 epoch) external {
        minValidEpoch = epoch;
    }

    function setPot(uint256 amount) external {
        pot = amount;
    }

    function setGuardian(address account) external {
        guardian = account;
    }

    function setInboxSentinel(address account, uint40 until) external {
        inboxSentinel = Key(account, until);
    }

    function setTargetsSentinel(address account, uint40 until) external {
        targetsSentinel = Key(account, until);
    }

    function setTokenSentinel(address account, uint40 until) external {
        tokenSentinel = Key(account, until);
    }

    function setInbound(uint128 limit, uint32 window) external {
        inbound = Limit(limit, window);
    }

    function setBridgePeer(bytes32 peer) external {
        bridgePeer = peer;
    }

    function setRoute(address token, address oft) external {
        _setRoute(token, oft);
    }

    function setFarmState(uint32 farmId, IFarms.FarmState state) external {
        farms[farmId].state = state;
    }

    function addFarm(uint32 farmId, address token, uint64 maxRate, bool hasTerms) public {
        farms[farmId] = FarmState(IFarms.FarmState.Active, hasTerms, token, 1, 0, 0);
        streams[farmId][0] = StreamState(REWARD, address(0), maxRate);
        _lastFarmOf[token] = farmId;
    }

    function addStream(uint32 farmId, StreamState memory stream) public {
        streams[farmId][farms[farmId].streamCount++] = stream;
    }

    function _setRoute(address token, address oft) internal {
        isOpen[token] = oft != address(0);
        if (oft != address(0)) (oftOf[token], tokenOf[oft]) = (oft, token);
    }
}
