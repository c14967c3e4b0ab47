// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICommandReceiver} from "../../../src/interfaces/ICommandReceiver.sol";
import {IEmissionReceiver} from "../../../src/interfaces/IEmissionReceiver.sol";
import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IPauseRoles} from "../../../src/interfaces/IPauseRoles.sol";
import {IPositionBridge} from "../../../src/interfaces/IPositionBridge.sol";
import {Commands} from "../../../src/libraries/Commands.sol";
import {DecayingLimit} from "../../../src/libraries/DecayingLimit.sol";
import {Order, Orders} from "./GovernanceOrders.sol";

/// @notice What the contracts of one chain should be set to, and what became of each command, kept
/// the naive way: orders as they were meant, one mapping a setting, no bytes and no hashes of them.
contract SpokeModel {
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

    uint8 private constant STREAMS_MAX = 4;
    uint256 private constant SENTINEL_SECONDS_MAX = 90 days;
    uint256 private constant WINDOW_SECONDS = 7 days;
    uint32 public constant POT_EPOCH = 1;

    uint256 private immutable LOOSEN_SECONDS;
    uint32 private immutable HUB_EID;
    address private immutable REWARD;

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
    /// @notice Numbers that were heard of.
    uint64[] public numbers;
    mapping(uint32 farmId => FarmState) public farms;
    mapping(uint32 farmId => mapping(uint8 stream => StreamState)) public streams;
    mapping(address token => mapping(uint32 eid => Limit)) public outflow;
    mapping(address token => address oft) public oftOf;
    mapping(address token => bool) public isOpen;
    mapping(address oft => address token) public tokenOf;
    mapping(address token => uint32 farmId) private _lastFarmOf;
    mapping(uint64 no => Entry) private _entries;
    mapping(bytes32 subject => uint64 no) private _newest;

    constructor(uint256 loosenSeconds, uint32 hubEid, address reward) {
        (LOOSEN_SECONDS, HUB_EID, REWARD) = (loosenSeconds, hubEid, reward);
    }

    function entryOf(uint64 no) external view returns (Entry memory) {
        return _entries[no];
    }

    function numberCount() external view returns (uint256) {
        return numbers.length;
    }

    /// @notice A command that can be carried out, most of the time; else one that came too late for
    /// that, is kept, or any.
    function pick(uint256 seed) external view returns (uint64 no) {
        no = numbers[(seed >> 8) % numbers.length];
        if (seed % 8 == 0) return no;
        for (uint256 i; i < numbers.length; ++i) {
            uint64 candidate = numbers[((seed >> 8) + i) % numbers.length];
            ICommandReceiver.CommandState state = _entries[candidate].state;
            bool isKept = state == ICommandReceiver.CommandState.Waiting
                || state == ICommandReceiver.CommandState.Failed;
            if (!isKept) continue;
            no = candidate;
            if (seed % 8 == 1) return candidate;
            bool isSuperseded = newestOf(_entries[candidate].order) > candidate;
            if (isSuperseded == (seed % 8 == 2) && _isInTime(candidate)) return candidate;
        }
    }

    /// @notice Whether there is a command that waited long enough.
    function hasDue() external view returns (bool) {
        if (inboxPaused || isClosed) return false;
        for (uint256 i; i < numbers.length; ++i) {
            if (_isDue(numbers[i])) return true;
        }
        return false;
    }

    /// @notice When something that waits may be carried out, or can no longer be; zero for never.
    function nextDeadline(uint256 seed) external view returns (uint256) {
        for (uint256 i; i < numbers.length; ++i) {
            Entry storage entry = _entries[numbers[(seed + i) % numbers.length]];
            bool isWaiting = entry.state == ICommandReceiver.CommandState.Waiting;
            if (!isWaiting || entry.readyAt == 0) continue;
            if (block.timestamp < entry.readyAt) return entry.readyAt;
            uint256 expiredAt = entry.readyAt + WINDOW_SECONDS;
            if (block.timestamp < expiredAt) return expiredAt;
        }
        return 0;
    }

    function newestOf(Order memory order) public view returns (uint64) {
        bytes memory subject = order.subjectOf();
        return subject.length == 0 ? 0 : _newest[keccak256(subject)];
    }

    // What arrives.

    /// @notice Takes a command the first time its number comes; any other time it changes nothing.
    function take(uint64 no, Order memory order) external {
        if (_entries[no].state != ICommandReceiver.CommandState.None) return;
        numbers.push(no);
        _entries[no].order = order;
        if (newestOf(order) > no) {
            _entries[no].state = ICommandReceiver.CommandState.Stale;
        } else if (order.loosens(minValidEpoch)) {
            _wait(no, uint40(block.timestamp + LOOSEN_SECONDS));
        } else if (inboxPaused) {
            _wait(no, 0);
        } else if (_apply(no, order).length != 0) {
            _entries[no].state = ICommandReceiver.CommandState.Failed;
        }
    }

    /// @notice Takes bytes of a number that nobody can read a command in.
    function takeMalformed(uint64 no) external {
        if (_entries[no].state != ICommandReceiver.CommandState.None) return;
        numbers.push(no);
        _entries[no].state = ICommandReceiver.CommandState.Refused;
    }

    /// @param order What the caller brings along.
    /// @return refusal Error of a retry now; empty when it succeeds.
    function retry(uint64 no, Order memory order) external returns (bytes memory refusal) {
        if (inboxPaused) return _error(ICommandReceiver.CommandReceiver_IsPaused.selector);
        if (isClosed) return abi.encodeWithSignature("NoPeer(uint32)", HUB_EID);
        Entry storage entry = _entries[no];
        bool isKept = entry.state == ICommandReceiver.CommandState.Failed
            || entry.state == ICommandReceiver.CommandState.Waiting;
        if (!isKept) {
            return abi.encodeWithSelector(
                ICommandReceiver.CommandReceiver_NotKept.selector, no, entry.state
            );
        }
        if (keccak256(order.encode()) != keccak256(entry.order.encode())) {
            return
                abi.encodeWithSelector(ICommandReceiver.CommandReceiver_WrongCommand.selector, no);
        }
        refusal = _outsideWindow(no, entry.readyAt);
        if (refusal.length != 0) return refusal;
        if (newestOf(order) > no) {
            return abi.encodeWithSelector(
                ICommandReceiver.CommandReceiver_Superseded.selector, no, newestOf(order)
            );
        }
        if (entry.readyAt == 0 && order.loosens(minValidEpoch)) {
            _wait(no, uint40(block.timestamp + LOOSEN_SECONDS));
            return "";
        }
        return _apply(no, order);
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

    // Applying.

    /// @return refusal Error of the contract; empty when the order was applied.
    function _apply(uint64 no, Order memory order) private returns (bytes memory refusal) {
        refusal = _refusalOf(no, order);
        if (refusal.length != 0) return refusal;
        _entries[no].state = ICommandReceiver.CommandState.Applied;
        _entries[no].readyAt = 0;
        bytes memory subject = order.subjectOf();
        if (subject.length != 0) _newest[keccak256(subject)] = no;
        Commands.Kind kind = order.kind;
        uint32 farmId = order.farmId;
        if (kind == Commands.Kind.AddFarm) {
            addFarm(farmId, order.account, uint64(order.value), order.index == 1);
            if (order.other != address(0)) _setRoute(order.account, order.other);
        } else if (kind == Commands.Kind.SetFarmState) {
            farms[farmId].state = IFarms.FarmState(order.index);
        } else if (kind == Commands.Kind.SetMaxRate) {
            streams[farmId][order.index].maxRate = uint64(order.value);
        } else if (kind == Commands.Kind.SetTerms) {
            (farms[farmId].tiers, farms[farmId].steps) = (order.value, order.window);
        } else if (kind == Commands.Kind.AddStream) {
            addStream(farmId, StreamState(order.account, order.other, uint64(order.value)));
        } else if (kind == Commands.Kind.SetFunder) {
            streams[farmId][order.index].funder = order.account;
        } else {
            _applyToChain(order);
        }
    }

    function _applyToChain(Order memory order) private {
        Commands.Kind kind = order.kind;
        if (kind == Commands.Kind.SetReceiverPaused) {
            receiverPaused = order.index == 1;
        } else if (kind == Commands.Kind.SetBridgePaused) {
            bridgePaused = order.index == 1;
        } else if (kind == Commands.Kind.SetMinValidEpoch) {
            minValidEpoch = uint32(order.value);
        } else if (kind == Commands.Kind.ReleasePot) {
            uint256 amount = order.value == type(uint128).max ? pot : order.value;
            (pot, returnable) = (pot - amount, returnable + amount);
        } else if (kind == Commands.Kind.SetOutflowLimit) {
            outflow[order.account][order.eid] = Limit(uint128(order.value), order.window);
        } else if (kind == Commands.Kind.SetInboundLimit) {
            inbound = Limit(uint128(order.value), order.window);
        } else if (kind == Commands.Kind.SetSentinel) {
            targetsSentinel = Key(order.account, uint40(order.value));
        } else {
            uint64 target = uint64(order.value);
            if (_entries[target].state == ICommandReceiver.CommandState.None) numbers.push(target);
            _entries[target].state = ICommandReceiver.CommandState.Cancelled;
            _entries[target].readyAt = 0;
        }
    }

    function _setRoute(address token, address oft) private {
        isOpen[token] = oft != address(0);
        if (oft != address(0)) (oftOf[token], tokenOf[oft]) = (oft, token);
    }

    // Refusals.

    function _refusalOf(uint64 no, Order memory order) private view returns (bytes memory) {
        Commands.Kind kind = order.kind;
        if (kind == Commands.Kind.AddFarm) return _farmRefusal(order);
        if (uint8(kind) < uint8(Commands.Kind.SetReceiverPaused)) return _settingRefusal(order);
        if (kind == Commands.Kind.ReleasePot) {
            if (order.value == 0 || (order.value == type(uint128).max && pot == 0)) {
                return _error(IEmissionReceiver.Receiver_ZeroAmount.selector);
            }
            if (order.value <= pot || order.value == type(uint128).max) return "";
            return abi.encodeWithSelector(
                IEmissionReceiver.Receiver_PotTooSmall.selector, POT_EPOCH, pot, order.value
            );
        }
        if (kind == Commands.Kind.SetOutflowLimit || kind == Commands.Kind.SetInboundLimit) {
            if ((order.value == 0) == (order.window == 0)) return "";
            return abi.encodeWithSelector(
                DecayingLimit.DecayingLimit_BadWindow.selector, order.value, order.window
            );
        }
        if (kind == Commands.Kind.SetSentinel) {
            uint256 latest = block.timestamp + SENTINEL_SECONDS_MAX;
            if (order.value <= latest) return "";
            return
                abi.encodeWithSelector(
                    IPauseRoles.PauseRoles_BadExpiry.selector, order.value, latest
                );
        }
        if (kind != Commands.Kind.CancelCommand) return "";
        ICommandReceiver.CommandState state = _entries[uint64(order.value)].state;
        // One that names itself finds itself applied.
        if (order.value == no) state = ICommandReceiver.CommandState.Applied;
        bool isOpenStill = state == ICommandReceiver.CommandState.None
            || state == ICommandReceiver.CommandState.Failed
            || state == ICommandReceiver.CommandState.Waiting;
        if (isOpenStill && order.value != 0 && order.value < no) return "";
        return abi.encodeWithSelector(
            ICommandReceiver.CommandReceiver_NotCancellable.selector, order.value, state
        );
    }

    function _farmRefusal(Order memory order) private view returns (bytes memory) {
        address token = order.account;
        if (farms[order.farmId].state != IFarms.FarmState.Unknown) {
            return abi.encodeWithSelector(IFarms.Farms_FarmExists.selector, order.farmId);
        }
        uint32 last = _lastFarmOf[token];
        if (last != 0 && farms[last].state != IFarms.FarmState.Ended) {
            return abi.encodeWithSelector(IFarms.Farms_StakeTokenInUse.selector, token, last);
        }
        address oft = order.other;
        if (oft == address(0) || oftOf[token] == oft) return "";
        if (oftOf[token] != address(0)) {
            return
                abi.encodeWithSelector(
                    IPositionBridge.Bridge_RouteFixed.selector, oftOf[token], oft
                );
        }
        if (tokenOf[oft] == address(0)) return "";
        return abi.encodeWithSelector(IPositionBridge.Bridge_UnknownOft.selector, oft);
    }

    /// @dev Of the kinds that set something of a farm.
    function _settingRefusal(Order memory order) private view returns (bytes memory) {
        Commands.Kind kind = order.kind;
        FarmState storage farm = farms[order.farmId];
        if (kind == Commands.Kind.SetMaxRate && order.value == 0) {
            return _error(IFarms.Farms_ZeroAmount.selector);
        }
        if (farm.state == IFarms.FarmState.Unknown) {
            return abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, order.farmId);
        }
        if (kind == Commands.Kind.SetFarmState) {
            bool isRefused =
                farm.state == IFarms.FarmState.Ended && order.index != uint8(farm.state);
            if (!isRefused) return "";
            return abi.encodeWithSelector(
                IFarms.Farms_BadState.selector, order.farmId, farm.state, order.index
            );
        }
        if (kind == Commands.Kind.SetTerms) {
            if (!farm.hasTerms) {
                return abi.encodeWithSelector(IFarms.Farms_NoTerms.selector, order.farmId);
            }
            if (order.index == 0 || order.value == 0) return "";
            return abi.encodeWithSelector(IFarms.Farms_BadTerms.selector, order.farmId);
        }
        if (kind == Commands.Kind.AddStream) return _streamRefusal(order, farm);
        bool isKnown = order.index < farm.streamCount
            && (order.index != 0 || kind == Commands.Kind.SetMaxRate);
        if (isKnown) return "";
        return
            abi.encodeWithSelector(IFarms.Farms_UnknownStream.selector, order.farmId, order.index);
    }

    function _streamRefusal(Order memory order, FarmState storage farm)
        private
        view
        returns (bytes memory)
    {
        uint32 farmId = order.farmId;
        if (farm.state == IFarms.FarmState.Ended) {
            return abi.encodeWithSelector(IFarms.Farms_NotActive.selector, farmId, farm.state);
        }
        if (farm.streamCount == STREAMS_MAX) {
            return abi.encodeWithSelector(IFarms.Farms_TooManyStreams.selector, farmId);
        }
        bool isUsed = order.account == REWARD && farm.stakeToken != REWARD;
        for (uint8 i = 1; i < farm.streamCount; ++i) {
            if (streams[farmId][i].token == order.account) isUsed = true;
        }
        if (isUsed) {
            return
                abi.encodeWithSelector(
                    IFarms.Farms_StreamTokenInUse.selector, farmId, order.account
                );
        }
        if (order.index == farm.streamCount) return "";
        return abi.encodeWithSelector(
            ICommandReceiver.CommandReceiver_StreamIndex.selector, order.index, farm.streamCount
        );
    }

    function _wait(uint64 no, uint40 readyAt) private {
        _entries[no].state = ICommandReceiver.CommandState.Waiting;
        _entries[no].readyAt = readyAt;
    }

    function _isDue(uint64 no) private view returns (bool) {
        return _isInTime(no) && newestOf(_entries[no].order) <= no;
    }

    function _isInTime(uint64 no) private view returns (bool) {
        Entry storage entry = _entries[no];
        return entry.state == ICommandReceiver.CommandState.Waiting
            && _outsideWindow(no, entry.readyAt).length == 0;
    }

    function _outsideWindow(uint64 no, uint40 readyAt) private view returns (bytes memory) {
        if (readyAt == 0) return "";
        if (block.timestamp < readyAt) {
            return
                abi.encodeWithSelector(
                    ICommandReceiver.CommandReceiver_TooEarly.selector, no, readyAt
                );
        }
        uint256 expiredAt = readyAt + WINDOW_SECONDS;
        if (block.timestamp < expiredAt) return "";
        return
            abi.encodeWithSelector(ICommandReceiver.CommandReceiver_Expired.selector, no, expiredAt);
    }

    function _error(bytes4 selector) private pure returns (bytes memory) {
        return abi.encodePacked(selector);
    }
}
