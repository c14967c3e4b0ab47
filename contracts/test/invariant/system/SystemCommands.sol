// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ICommandReceiver} from "../../../src/interfaces/ICommandReceiver.sol";
import {IEmissionReceiver} from "../../../src/interfaces/IEmissionReceiver.sol";
import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {Commands} from "../../../src/libraries/Commands.sol";
import {SystemDeployment} from "./SystemDeployment.sol";

/// @notice What became, and what should have become, of every command that the hub sent.
abstract contract SystemCommands is SystemDeployment {
    /// @param value Flag, state, epoch, limit in shared decimals or number, by kind.
    struct Sent {
        Commands.Kind kind;
        ICommandReceiver.CommandState state;
        uint40 readyAt;
        uint256 value;
        bytes command;
    }

    /// @dev What has to become of a command, and what of its limit was in use before it.
    struct Outlook {
        ICommandReceiver.CommandState state;
        uint256 inUse;
    }

    uint40 private constant LOOSEN_WINDOW = 7 days;

    mapping(uint32 eid => mapping(uint64 no => Sent)) internal _sent;
    mapping(uint32 eid => mapping(bytes32 subject => uint64 no)) private _newest;
    /// @dev Numbers of the commands that failed or wait.
    mapping(uint32 eid => uint256[]) internal _kept;

    function sentOf(uint32 eid, uint64 no) external view returns (Sent memory) {
        return _sent[eid][no];
    }

    function _sendCommand(uint32 eid, Commands.Kind kind, uint256 value)
        internal
        returns (uint64 no)
    {
        no = _commander.lastNo(eid) + 1;
        Sent storage sent = _sent[eid][no];
        (sent.kind, sent.value) = (kind, value);
        sent.command = _encode(eid, kind, value);
        _commander.send(eid, sent.command);
        _collect();
    }

    /// @dev What has to become of the command in `message` when it arrives now.
    function _outlookOf(uint32 eid, bytes memory message) internal view returns (Outlook memory) {
        uint64 no = _numberOf(message);
        Sent storage sent = _sent[eid][no];
        uint256 inUse = _inUseBefore(eid, sent);
        if (sent.state == ICommandReceiver.CommandState.Cancelled) {
            return Outlook(ICommandReceiver.CommandState.Cancelled, inUse);
        }
        if (_newest[eid][_subjectOf(sent)] > no) {
            return Outlook(ICommandReceiver.CommandState.Stale, inUse);
        }
        if (_loosens(eid, sent) || _siteOf[eid].inbox.paused()) {
            return Outlook(ICommandReceiver.CommandState.Waiting, inUse);
        }
        return Outlook(
            _failureOf(eid, no).length == 0
                ? ICommandReceiver.CommandState.Applied
                : ICommandReceiver.CommandState.Failed,
            inUse
        );
    }

    /// @dev Asserts that the command met its fate, and remembers it.
    function _bookCommand(uint32 eid, bytes memory message, Outlook memory outlook) internal {
        uint64 no = _numberOf(message);
        Sent storage sent = _sent[eid][no];
        ICommandReceiver.Record memory record = _siteOf[eid].inbox.recordOf(no);
        assertEq(uint8(record.state), uint8(outlook.state), "what became of a command");
        sent.state = outlook.state;
        sent.readyAt = record.readyAt;
        if (outlook.state == ICommandReceiver.CommandState.Waiting) {
            uint256 wait = _loosens(eid, sent) ? LOOSEN_SECONDS : 0;
            assertEq(record.readyAt, wait == 0 ? 0 : block.timestamp + wait, "wait");
            _kept[eid].push(no);
        } else if (outlook.state == ICommandReceiver.CommandState.Failed) {
            _kept[eid].push(no);
        } else if (outlook.state == ICommandReceiver.CommandState.Applied) {
            _bookApplied(eid, no, outlook.inUse);
        }
    }

    /// @dev A command that waits or failed is tried again, and refused for the right reason.
    /// @return hasChanged Whether it was carried out or began its wait.
    function _retryCommand(uint32 eid, uint64 no) internal returns (bool hasChanged) {
        Sent storage sent = _sent[eid][no];
        ICommandReceiver inbox = _siteOf[eid].inbox;
        bytes memory command = sent.command;
        bytes memory reason = _refusalOf(eid, no);
        if (reason.length != 0) {
            vm.expectRevert(reason);
            inbox.retry(no, command);
            return false;
        }
        bool hasToWait = sent.readyAt == 0 && _loosens(eid, sent);
        uint256 inUse = _inUseBefore(eid, sent);
        vm.prank(ATTACKER);
        inbox.retry(no, command);
        if (hasToWait) {
            sent.readyAt = inbox.recordOf(no).readyAt;
            assertEq(sent.readyAt, block.timestamp + LOOSEN_SECONDS, "a wait that begins");
            return true;
        }
        assertEq(
            uint8(inbox.recordOf(no).state),
            uint8(ICommandReceiver.CommandState.Applied),
            "a command carried out later"
        );
        _remove(_kept[eid], no);
        sent.state = ICommandReceiver.CommandState.Applied;
        _bookApplied(eid, no, inUse);
        return true;
    }

    /// @dev Why a retry has to be refused now; nothing when it has not.
    function _refusalOf(uint32 eid, uint64 no) private view returns (bytes memory) {
        Sent storage sent = _sent[eid][no];
        if (_siteOf[eid].inbox.paused()) {
            return abi.encodeWithSelector(ICommandReceiver.CommandReceiver_IsPaused.selector);
        }
        bool isKept = sent.state == ICommandReceiver.CommandState.Failed
            || sent.state == ICommandReceiver.CommandState.Waiting;
        if (!isKept) {
            return abi.encodeWithSelector(
                ICommandReceiver.CommandReceiver_NotKept.selector, no, sent.state
            );
        }
        if (sent.readyAt != 0 && block.timestamp < sent.readyAt) {
            return abi.encodeWithSelector(
                ICommandReceiver.CommandReceiver_TooEarly.selector, no, sent.readyAt
            );
        }
        if (sent.readyAt != 0 && block.timestamp >= sent.readyAt + LOOSEN_WINDOW) {
            return abi.encodeWithSelector(
                ICommandReceiver.CommandReceiver_Expired.selector,
                no,
                uint256(sent.readyAt) + LOOSEN_WINDOW
            );
        }
        uint64 newest = _newest[eid][_subjectOf(sent)];
        if (newest > no) {
            return abi.encodeWithSelector(
                ICommandReceiver.CommandReceiver_Superseded.selector, no, newest
            );
        }
        if (sent.readyAt == 0 && _loosens(eid, sent)) return "";
        return _failureOf(eid, no);
    }

    /// @dev Why carrying the command out fails now; nothing when it does not.
    function _failureOf(uint32 eid, uint64 no) private view returns (bytes memory) {
        Sent storage sent = _sent[eid][no];
        Site storage site = _siteOf[eid];
        if (sent.kind == Commands.Kind.SetFarmState) {
            IFarms.FarmState state = site.farms.farmOf(STAKE_FARM).state;
            if (state != IFarms.FarmState.Ended || uint8(state) == sent.value) return "";
            return abi.encodeWithSelector(
                IFarms.Farms_BadState.selector, STAKE_FARM, state, IFarms.FarmState(sent.value)
            );
        }
        if (sent.kind == Commands.Kind.ReleasePot) {
            if (site.receiver.potOf(uint32(sent.value)) != 0) return "";
            return abi.encodeWithSelector(IEmissionReceiver.Receiver_ZeroAmount.selector);
        }
        if (sent.kind != Commands.Kind.CancelCommand) return "";
        ICommandReceiver.CommandState other = _sent[eid][uint64(sent.value)].state;
        // It is recorded as applied before it is carried out.
        if (sent.value == no) other = ICommandReceiver.CommandState.Applied;
        bool isOpen = other == ICommandReceiver.CommandState.None
            || other == ICommandReceiver.CommandState.Failed
            || other == ICommandReceiver.CommandState.Waiting;
        if (isOpen && sent.value != 0 && sent.value < no) return "";
        return abi.encodeWithSelector(
            ICommandReceiver.CommandReceiver_NotCancellable.selector, uint64(sent.value), other
        );
    }

    function _bookApplied(uint32 eid, uint64 no, uint256 inUse) private {
        Sent storage sent = _sent[eid][no];
        bytes32 subject = _subjectOf(sent);
        if (subject != bytes32(0)) _newest[eid][subject] = no;
        if (sent.kind == Commands.Kind.CancelCommand) {
            Sent storage other = _sent[eid][uint64(sent.value)];
            if (other.state != ICommandReceiver.CommandState.None) _remove(_kept[eid], sent.value);
            other.state = ICommandReceiver.CommandState.Cancelled;
        }
        _assertInEffect(_siteOf[eid], sent, inUse);
    }

    /// @dev The command did what it says.
    /// @custom:property B-10
    function _assertInEffect(Site storage site, Sent storage sent, uint256 inUse) private {
        uint256 value = sent.value;
        if (sent.kind == Commands.Kind.SetReceiverPaused) {
            assertEq(site.receiver.paused(), value == 1, "receiver paused");
        } else if (sent.kind == Commands.Kind.SetBridgePaused) {
            assertEq(site.bridge.paused(), value == 1, "bridge paused");
        } else if (sent.kind == Commands.Kind.SetFarmState) {
            assertEq(uint8(site.farms.farmOf(STAKE_FARM).state), value, "state of the farm");
        } else if (sent.kind == Commands.Kind.SetMinValidEpoch) {
            assertEq(site.receiver.minValidEpoch(), value, "least epoch");
        } else if (sent.kind == Commands.Kind.ReleasePot) {
            assertEq(site.receiver.potOf(uint32(value)), 0, "pot");
        } else if (sent.kind == Commands.Kind.SetOutflowLimit) {
            (uint256 limit,, uint256 available) = site.bridge.outflowOf(address(site.stake), HUB);
            assertEq(limit, value * site.unit, "outflow limit");
            assertLe(available, Math.saturatingSub(limit, inUse), "outflow in use stays in use");
        } else if (sent.kind == Commands.Kind.SetInboundLimit) {
            (uint256 limit,, uint256 available) =
                IInboundLimit(address(site.reward)).inboundLimitOf(HUB);
            assertEq(limit, value * SD, "inbound limit");
            assertLe(available, Math.saturatingSub(limit, inUse), "inbound in use stays in use");
            _credited[_pathOf(true, HUB, site.eid)] = Credited(block.timestamp, 0);
        }
    }

    /// @dev What is in use of the limit that the command is about, before it; more may be, when a
    /// lower limit was set or an owner released beyond it.
    function _inUseBefore(uint32 eid, Sent storage sent) private view returns (uint256) {
        Site storage site = _siteOf[eid];
        if (sent.kind == Commands.Kind.SetOutflowLimit) {
            (uint256 limit,, uint256 available) = site.bridge.outflowOf(address(site.stake), HUB);
            return limit - available;
        }
        if (sent.kind == Commands.Kind.SetInboundLimit) {
            (uint256 limit,, uint256 available) =
                IInboundLimit(address(site.reward)).inboundLimitOf(HUB);
            return limit - available;
        }
        return 0;
    }

    function _loosens(uint32 eid, Sent storage sent) private view returns (bool) {
        Commands.Kind kind = sent.kind;
        if (kind == Commands.Kind.SetOutflowLimit || kind == Commands.Kind.SetInboundLimit) {
            return true;
        }
        if (kind == Commands.Kind.SetReceiverPaused || kind == Commands.Kind.SetBridgePaused) {
            return sent.value == 0;
        }
        if (kind == Commands.Kind.SetMinValidEpoch) {
            return sent.value < _siteOf[eid].receiver.minValidEpoch();
        }
        return kind == Commands.Kind.SetFarmState && sent.value == uint8(IFarms.FarmState.Active);
    }

    /// @dev Each kind is sent for one farm and one path only, so that it is its own subject.
    function _subjectOf(Sent storage sent) private view returns (bytes32) {
        bool standsAlone = sent.kind == Commands.Kind.ReleasePot
            || sent.kind == Commands.Kind.CancelCommand
            || (sent.kind == Commands.Kind.SetFarmState
                && sent.value == uint8(IFarms.FarmState.Ended));
        return standsAlone ? bytes32(0) : bytes32(uint256(sent.kind));
    }

    function _encode(uint32 eid, Commands.Kind kind, uint256 value)
        private
        view
        returns (bytes memory)
    {
        if (kind == Commands.Kind.SetReceiverPaused) {
            return Commands.setReceiverPaused(value == 1);
        }
        if (kind == Commands.Kind.SetBridgePaused) return Commands.setBridgePaused(value == 1);
        if (kind == Commands.Kind.SetMinValidEpoch) {
            return Commands.setMinValidEpoch(uint32(value));
        }
        if (kind == Commands.Kind.ReleasePot) {
            return Commands.releasePot(uint32(value), Commands.WHOLE_POT);
        }
        if (kind == Commands.Kind.SetFarmState) {
            return Commands.setFarmState(STAKE_FARM, IFarms.FarmState(value));
        }
        if (kind == Commands.Kind.CancelCommand) return Commands.cancelCommand(uint64(value));
        if (kind == Commands.Kind.SetSentinel) {
            return Commands.setSentinel(SENTINEL, uint40(block.timestamp + 90 days));
        }
        Site storage site = _siteOf[eid];
        if (kind == Commands.Kind.SetOutflowLimit) {
            Commands.PathLimit memory outflow =
                Commands.PathLimit(HUB, uint128(value * site.unit), LIMIT_WINDOW);
            return Commands.setOutflowLimit(address(site.stake), outflow);
        }
        return Commands.setInboundLimit(Commands.PathLimit(HUB, uint128(value * SD), LIMIT_WINDOW));
    }

    /// @dev Message: version 1 | eid 4 | number 8 | command.
    function _numberOf(bytes memory message) internal pure returns (uint64) {
        return uint64(bytes8(_word(message, 5)));
    }
}
