// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {ICommandReceiver} from "../../../src/interfaces/ICommandReceiver.sol";
import {IEmissionReceiver} from "../../../src/interfaces/IEmissionReceiver.sol";
import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../../src/interfaces/IPauseRoles.sol";
import {GovernancePackets} from "./GovernancePackets.sol";
import {SpokeModel} from "./SpokeModel.sol";

/// @notice What guardians, sentinels and the multisig of a spoke do with their keys, and time.
abstract contract GovernanceKeys is GovernancePackets {
    enum Part {
        Farms,
        Receiver,
        Bridge,
        Token,
        Inbox,
        Controller,
        HubToken
    }

    enum LocalKind {
        ResumeCommands,
        ResumeInbound,
        OpenPath,
        ClosePath,
        InboxSentinel,
        TokenSentinel,
        Guardians,
        BridgePeer,
        Route,
        InboundLimit,
        Renounce,
        RenounceToken
    }

    /// @dev An operation of a local timelock.
    struct LocalOperation {
        uint32 eid;
        LocalKind kind;
        uint256 value;
        uint256 readyAt;
        bool isOver;
    }

    struct Step {
        address target;
        bytes data;
    }

    uint256 private constant LOCAL_KINDS = 12;
    uint256 private constant RECENT = 6;
    uint40 private constant SENTINEL_SECONDS = 60 days;

    LocalOperation[] private _operations;

    // Stopping.

    /// @dev Guardian and sentinel stop at once; the sentinel only until his key expires.
    /// @custom:property H-11, E2
    function pause(uint256 who, uint256 seed) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        uint32 eid = _spokeAt(seed);
        // Commands are stopped more rarely: it takes two days to let them go on.
        uint256 part = (seed >> 8) % 13;
        if (part == 12) part = uint256(Part.Inbox);
        else part = part % 6 < 4 ? part % 6 : part % 6 + 1;
        uint256 kind = (seed >> 16) % 4;
        address caller = _anyone(who);
        if (kind == 0) caller = GUARDIAN;
        else if (kind == 1) caller = who % 2 == 0 ? SENTINEL : SECOND_SENTINEL;
        else if (kind == 2) caller = modelOf[eid].guardian();
        if (_pausePart(caller, eid, Part(part), seed >> 24)) _effect();
    }

    /// @dev A kill of epochs, which the guardian can only push on.
    /// @custom:property E2
    function kill(uint256 who, uint256 seed) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        uint32 eid = _spokeAt(seed);
        SpokeModel model = modelOf[eid];
        address caller = who % 4 == 0 ? _anyone(who >> 8) : model.guardian();
        uint32 current = model.minValidEpoch();
        uint32 epoch = uint32((seed >> 8) % 3 + current);
        if ((seed >> 16) % 4 == 0) epoch = uint32((seed >> 24) % (current + 1));
        bytes memory refusal;
        if (caller != model.guardian()) {
            refusal = abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyGuardian.selector, caller);
        } else if (epoch <= current) {
            refusal = abi.encodeWithSelector(
                IEmissionReceiver.Receiver_EpochKilled.selector, epoch, current
            );
        }
        bytes memory data = abi.encodeCall(IEmissionReceiver.setMinValidEpoch, (epoch));
        if (!_expectCall(caller, address(_siteOf[eid].receiver), data, refusal)) return;
        model.setMinValidEpoch(epoch);
        _effect();
    }

    /// @notice Whether `account` may pause the part now.
    function mayPause(address account, uint32 eid, Part part) public view returns (bool) {
        SpokeModel model = modelOf[eid];
        if (part == Part.Controller) return account == GUARDIAN || account == address(TIMELOCK);
        (address guardian, address owner) = (GUARDIAN, address(TIMELOCK));
        (address sentinel, uint40 until) = (SENTINEL, hubSentinelUntil());
        if (part == Part.Token) {
            owner = address(localOf[eid]);
            (sentinel, until) = model.tokenSentinel();
        } else if (part == Part.Inbox) {
            (guardian, owner) = (model.guardian(), address(localOf[eid]));
            (sentinel, until) = model.inboxSentinel();
        } else if (part != Part.HubToken) {
            (guardian, owner) = (model.guardian(), address(_inboxOf[eid]));
            (sentinel, until) = model.targetsSentinel();
        }
        bool isSentinel = account == sentinel && block.timestamp < until;
        return isSentinel || account == guardian || account == owner;
    }

    /// @notice When the sentinel of the hub's token expires.
    function hubSentinelUntil() public pure returns (uint40) {
        return GENESIS + 30 days;
    }

    // The owner of a spoke.

    /// @dev Whatever the multisig wants can be seen for a day before it happens.
    /// @custom:property H-04
    function planLocally(uint256 who, uint256 seed) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        uint32 eid = _spokeAt(seed);
        LocalKind kind = _chooseLocal(eid, seed >> 8);
        LocalOperation memory operation =
            LocalOperation(eid, kind, _operations.length, block.timestamp + LOCAL_DELAY, false);
        uint256 delay = LOCAL_DELAY;
        address caller = (seed >> 64) % 8 == 0 ? _anyone(who) : MULTISIG;
        Step memory step = _callOfLocal(operation);
        bytes memory refusal;
        if (caller != MULTISIG) {
            refusal = abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector,
                caller,
                TIMELOCK.PROPOSER_ROLE()
            );
        } else if ((seed >> 72) % 8 == 0) {
            delay = LOCAL_DELAY - 1;
            refusal = abi.encodeWithSelector(
                TimelockController.TimelockInsufficientDelay.selector, delay, LOCAL_DELAY
            );
        }
        bytes memory data = abi.encodeCall(
            TimelockController.schedule,
            (step.target, 0, step.data, 0, bytes32(operation.value), delay)
        );
        if (!_expectCall(caller, address(localOf[eid]), data, refusal)) return;
        _operations.push(operation);
        _effect();
    }

    /// @custom:property H-04
    function actLocally(uint256 who, uint256 seed) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        if (_operations.length == 0) return;
        uint256 index = _pickOperation(seed);
        LocalOperation storage operation = _operations[index];
        Step memory step = _callOfLocal(operation);
        address local = address(localOf[operation.eid]);
        bytes32 salt = bytes32(operation.value);
        bytes memory refusal;
        bool isReady = !operation.isOver && block.timestamp >= operation.readyAt;
        if (!isReady) {
            refusal = _notReady(TIMELOCK.hashOperation(step.target, 0, step.data, 0, salt));
        } else if (
            operation.kind == LocalKind.Renounce || operation.kind == LocalKind.RenounceToken
        ) {
            refusal = abi.encodePacked(IPauseRoles.PauseRoles_RenounceDisabled.selector);
        }
        bytes memory data =
            abi.encodeCall(TimelockController.execute, (step.target, 0, step.data, 0, salt));
        bool isDone = _expectCall(_anyone(who), local, data, refusal);
        if (isReady) operation.isOver = isDone;
        if (!isDone) return;
        _applyLocal(operation);
        _effect();
    }

    // Time.

    /// @dev To a deadline, a second before or after it, or just on.
    function wait(uint256 seed) external counted {
        seed = _fresh(seed);
        uint256 target = _deadline(seed);
        if (target != 0) target = target + (seed >> 64) % 3 - 1;
        bool isNear = target > block.timestamp && target < block.timestamp + 40 days;
        if (!isNear || seed % 4 == 0) target = block.timestamp + 1 + (seed >> 128) % 12 hours;
        vm.warp(target);
        _effect();
    }

    /// @dev Of a motion, a waiting command, an operation or a sentinel.
    function _deadline(uint256 seed) private view returns (uint256) {
        uint256 kind = (seed >> 8) % 8;
        uint256 which = seed >> 16;
        uint32 eid = _spokeAt(which);
        if (kind < 4 && motionCount() != 0) {
            uint256 recent = motionCount() < RECENT ? motionCount() : RECENT;
            Motion storage motion = _motionAt(motionCount() - 1 - which % recent);
            if (block.timestamp <= motion.start) return motion.start + 1;
            if (block.timestamp <= motion.end) return motion.end + 1;
            return motion.eta;
        }
        if (kind < 6) return modelOf[eid].nextDeadline(which >> 1);
        if (kind == 6 && _operations.length != 0) {
            return _operations[_operations.length - 1 - which % 2 % _operations.length].readyAt;
        }
        (, uint40 until) =
            which % 2 == 0 ? modelOf[eid].inboxSentinel() : modelOf[eid].targetsSentinel();
        return until;
    }

    function _pausePart(address caller, uint32 eid, Part part, uint256 seed)
        private
        returns (bool)
    {
        Site storage site = _siteOf[eid];
        SpokeModel model = modelOf[eid];
        bytes memory refusal;
        if (!mayPause(caller, eid, part)) {
            refusal = abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyPauser.selector, caller);
        }
        bytes memory data = abi.encodeCall(IEmissionReceiver.pause, ());
        if (part == Part.Farms) return _pauseDeposits(caller, eid, uint32(1 + seed % 5), refusal);
        if (part == Part.Token || part == Part.HubToken) {
            data = abi.encodeCall(IInboundLimit.pauseInbound, ());
        }
        address target = address(site.receiver);
        if (part == Part.Bridge) target = address(site.bridge);
        else if (part == Part.Token) target = address(site.reward);
        else if (part == Part.Inbox) target = address(_inboxOf[eid]);
        else if (part == Part.Controller) target = address(_controller);
        else if (part == Part.HubToken) target = address(_siteOf[HUB].reward);
        if (!_expectCall(caller, target, data, refusal)) return false;
        if (part == Part.Receiver) model.setReceiverPaused(true);
        else if (part == Part.Bridge) model.setBridgePaused(true);
        else if (part == Part.Token) model.setInboundPaused(true);
        else if (part == Part.Inbox) model.setInboxPaused(true);
        else if (part == Part.Controller) _hubModel().controllerPaused = true;
        else _hubModel().inboundPaused = true;
        return true;
    }

    function _pauseDeposits(address caller, uint32 eid, uint32 farmId, bytes memory refusal)
        private
        returns (bool)
    {
        SpokeModel model = modelOf[eid];
        (IFarms.FarmState state,,,,,) = model.farms(farmId);
        if (refusal.length == 0 && state == IFarms.FarmState.Unknown) {
            refusal = abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, farmId);
        } else if (refusal.length == 0 && state != IFarms.FarmState.Active) {
            refusal = abi.encodeWithSelector(
                IFarms.Farms_BadState.selector, farmId, state, IFarms.FarmState.DepositsPaused
            );
        }
        bytes memory data = abi.encodeCall(IFarms.pauseDeposits, (farmId));
        if (!_expectCall(caller, address(_siteOf[eid].farms), data, refusal)) return false;
        model.setFarmState(farmId, IFarms.FarmState.DepositsPaused);
        return true;
    }

    // Operations of the local timelock.

    /// @dev What was stopped goes on again before long, so that there is something to stop.
    function _chooseLocal(uint32 eid, uint256 seed) private view returns (LocalKind) {
        SpokeModel model = modelOf[eid];
        if (seed % 4 != 0) {
            if (model.isClosed()) return LocalKind.OpenPath;
            if (model.inboxPaused()) return LocalKind.ResumeCommands;
            if (model.inboundPaused() && seed % 4 == 1) return LocalKind.ResumeInbound;
        }
        uint256 kind = (seed >> 8) % LOCAL_KINDS;
        if (kind == uint256(LocalKind.ClosePath) && (seed >> 16) % 4 != 0) {
            return LocalKind.OpenPath;
        }
        return LocalKind(kind);
    }

    function _callOfLocal(LocalOperation memory operation) private view returns (Step memory step) {
        Site storage site = _siteOf[operation.eid];
        LocalKind kind = operation.kind;
        address inbox = address(_inboxOf[operation.eid]);
        bool isOdd = operation.value % 2 == 1;
        step.target = inbox;
        if (kind == LocalKind.ResumeCommands) {
            step.data = abi.encodeCall(ICommandReceiver.unpause, ());
        } else if (kind == LocalKind.OpenPath || kind == LocalKind.ClosePath) {
            bytes32 peer = kind == LocalKind.OpenPath ? _asBytes32(address(_sender)) : bytes32(0);
            step.data = abi.encodeWithSignature("setPeer(uint32,bytes32)", HUB, peer);
        } else if (kind == LocalKind.InboxSentinel || kind == LocalKind.TokenSentinel) {
            if (kind == LocalKind.TokenSentinel) step.target = address(site.reward);
            step.data =
                abi.encodeCall(IPauseRoles.setSentinel, (_sentinelOf(isOdd), _untilOf(operation)));
        } else if (kind == LocalKind.Guardians) {
            step.data = abi.encodeCall(ICommandReceiver.setGuardians, (_guardianOf(isOdd)));
        } else if (kind == LocalKind.BridgePeer) {
            step.data = abi.encodeCall(ICommandReceiver.setBridgePeer, (HUB, _peerOf(isOdd)));
        } else if (kind == LocalKind.Route) {
            address stake = address(site.stake);
            step.data =
                abi.encodeCall(ICommandReceiver.setRoute, (stake, isOdd ? address(0) : stake));
        } else if (kind == LocalKind.ResumeInbound) {
            step.target = address(site.reward);
            step.data = abi.encodeCall(IInboundLimit.unpauseInbound, ());
        } else if (kind == LocalKind.InboundLimit) {
            step.target = address(site.reward);
            uint128 limit = uint128(1 + operation.value);
            step.data = abi.encodeCall(IInboundLimit.setInboundLimit, (HUB, limit, 1 days));
        } else {
            if (kind == LocalKind.RenounceToken) step.target = address(site.reward);
            step.data = abi.encodeCall(Ownable.renounceOwnership, ());
        }
    }

    function _applyLocal(LocalOperation memory operation) private {
        SpokeModel model = modelOf[operation.eid];
        LocalKind kind = operation.kind;
        bool isOdd = operation.value % 2 == 1;
        uint40 until = _untilOf(operation);
        address stake = address(_siteOf[operation.eid].stake);
        if (kind == LocalKind.ResumeCommands) model.setInboxPaused(false);
        else if (kind == LocalKind.ResumeInbound) model.setInboundPaused(false);
        else if (kind == LocalKind.OpenPath) _listenTo(model, 0);
        else if (kind == LocalKind.ClosePath) model.setClosed(true);
        else if (kind == LocalKind.InboxSentinel) model.setInboxSentinel(_sentinelOf(isOdd), until);
        else if (kind == LocalKind.TokenSentinel) model.setTokenSentinel(_sentinelOf(isOdd), until);
        else if (kind == LocalKind.Guardians) model.setGuardian(_guardianOf(isOdd));
        else if (kind == LocalKind.BridgePeer) model.setBridgePeer(_peerOf(isOdd));
        else if (kind == LocalKind.Route) model.setRoute(stake, isOdd ? address(0) : stake);
        else model.setInbound(uint128(1 + operation.value), 1 days);
    }

    function _listenTo(SpokeModel model, uint256 sender) internal {
        model.setSender(sender);
        model.setClosed(false);
    }

    function _pickOperation(uint256 seed) private view returns (uint256 index) {
        uint256 count = _operations.length;
        index = (seed >> 8) % count;
        if (seed % 8 == 0) return index;
        uint256 recent = count < RECENT ? count : RECENT;
        for (uint256 i; i < recent; ++i) {
            uint256 candidate = count - 1 - ((seed >> 8) + i) % recent;
            LocalOperation storage operation = _operations[candidate];
            bool isDue = !operation.isOver && block.timestamp >= operation.readyAt;
            if (isDue && operation.kind < LocalKind.Renounce) return candidate;
        }
    }

    function _untilOf(LocalOperation memory operation) private pure returns (uint40) {
        return uint40(operation.readyAt + SENTINEL_SECONDS);
    }

    function _sentinelOf(bool isOdd) private view returns (address) {
        return isOdd ? SECOND_SENTINEL : SENTINEL;
    }

    function _guardianOf(bool isOdd) private view returns (address) {
        return isOdd ? SECOND_GUARDIAN : GUARDIAN;
    }

    function _peerOf(bool isOdd) private view returns (bytes32) {
        return isOdd ? bytes32(0) : _asBytes32(address(_siteOf[HUB].bridge));
    }
}
