// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICommandReceiver} from "../../../src/interfaces/ICommandReceiver.sol";
import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {Commands} from "../../../src/libraries/Commands.sol";
import {Order, Orders} from "./GovernanceOrders.sol";
import {SpokeRefusals} from "./SpokeRefusals.sol";
import {SpokeState} from "./SpokeState.sol";

/// @notice What becomes of every command that a chain receives or that somebody tries again.
contract SpokeModel is SpokeRefusals {
    using Orders for Order;

    constructor(uint256 loosenSeconds, uint32 hubEid, address reward)
        SpokeState(loosenSeconds, hubEid, reward)
    {}

    /// @notice A command that can be carried out, most of the time; else one that came too late for
    /// that, is kept, or any.
    function pick(uint256 seed) external view returns (uint64 no) {
        no = _numbers[sender][(seed >> 8) % _numbers[sender].length];
        if (seed % 8 == 0) return no;
        for (uint256 i; i < _numbers[sender].length; ++i) {
            uint64 candidate = _numbers[sender][((seed >> 8) + i) % _numbers[sender].length];
            ICommandReceiver.CommandState state = _entries[sender][candidate].state;
            bool isKept = state == ICommandReceiver.CommandState.Waiting
                || state == ICommandReceiver.CommandState.Failed;
            if (!isKept) continue;
            no = candidate;
            if (seed % 8 == 1) return candidate;
            bool isSuperseded = newestOf(_entries[sender][candidate].order) > candidate;
            if (isSuperseded == (seed % 8 == 2) && _isInTime(candidate)) return candidate;
        }
    }

    /// @notice Whether there is a command that waited long enough.
    function hasDue() external view returns (bool) {
        if (inboxPaused || isClosed) return false;
        for (uint256 i; i < _numbers[sender].length; ++i) {
            if (_isDue(_numbers[sender][i])) return true;
        }
        return false;
    }

    /// @notice When something that waits may be carried out, or can no longer be; zero for never.
    function nextDeadline(uint256 seed) external view returns (uint256) {
        for (uint256 i; i < _numbers[sender].length; ++i) {
            Entry storage entry =
                _entries[sender][_numbers[sender][(seed + i) % _numbers[sender].length]];
            bool isWaiting = entry.state == ICommandReceiver.CommandState.Waiting;
            if (!isWaiting || entry.readyAt == 0) continue;
            if (block.timestamp < entry.readyAt) return entry.readyAt;
            uint256 expiredAt = entry.readyAt + WINDOW_SECONDS;
            if (block.timestamp < expiredAt) return expiredAt;
        }
        return 0;
    }

    // What arrives.

    /// @notice Takes a command the first time its number comes; any other time it changes nothing.
    function take(uint64 no, Order memory order) external {
        if (_entries[sender][no].state != ICommandReceiver.CommandState.None) return;
        _numbers[sender].push(no);
        _entries[sender][no].order = order;
        if (newestOf(order) > no) {
            _entries[sender][no].state = ICommandReceiver.CommandState.Stale;
        } else if (order.loosens(minValidEpoch)) {
            _wait(no, uint40(block.timestamp + LOOSEN_SECONDS));
        } else if (inboxPaused) {
            _wait(no, 0);
        } else if (_apply(no, order).length != 0) {
            _entries[sender][no].state = ICommandReceiver.CommandState.Failed;
        }
    }

    /// @notice Takes bytes of a number that nobody can read a command in.
    function takeMalformed(uint64 no) external {
        if (_entries[sender][no].state != ICommandReceiver.CommandState.None) return;
        _numbers[sender].push(no);
        _entries[sender][no].state = ICommandReceiver.CommandState.Refused;
    }

    /// @param order What the caller brings along.
    /// @return refusal Error of a retry now; empty when it succeeds.
    function retry(uint64 no, Order memory order) external returns (bytes memory refusal) {
        if (inboxPaused) return _error(ICommandReceiver.CommandReceiver_IsPaused.selector);
        if (isClosed) return abi.encodeWithSignature("NoPeer(uint32)", HUB_EID);
        Entry storage entry = _entries[sender][no];
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

    // Applying.

    /// @return refusal Error of the contract; empty when the order was applied.
    function _apply(uint64 no, Order memory order) private returns (bytes memory refusal) {
        refusal = _refusalOf(no, order);
        if (refusal.length != 0) return refusal;
        _entries[sender][no].state = ICommandReceiver.CommandState.Applied;
        _entries[sender][no].readyAt = 0;
        bytes memory subject = order.subjectOf();
        if (subject.length != 0) _newest[sender][keccak256(subject)] = no;
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
            if (_entries[sender][target].state == ICommandReceiver.CommandState.None) {
                _numbers[sender].push(target);
            }
            _entries[sender][target].state = ICommandReceiver.CommandState.Cancelled;
            _entries[sender][target].readyAt = 0;
        }
    }

    function _wait(uint64 no, uint40 readyAt) private {
        _entries[sender][no].state = ICommandReceiver.CommandState.Waiting;
        _entries[sender][no].readyAt = readyAt;
    }

    function _isDue(uint64 no) private view returns (bool) {
        return _isInTime(no) && newestOf(_entries[sender][no].order) <= no;
    }

    function _isInTime(uint64 no) private view returns (bool) {
        Entry storage entry = _entries[sender][no];
        return entry.state == ICommandReceiver.CommandState.Waiting
            && _outsideWindow(no, entry.readyAt).length == 0;
    }
}
