// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    OAppCore,
    OAppReceiver,
    Origin
} from "@layerzerolabs/oapp-evm/contracts/oapp/OAppReceiver.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {PauseRoles} from "../access/PauseRoles.sol";
import {ICommandReceiver} from "../interfaces/ICommandReceiver.sol";
import {Commands} from "../libraries/Commands.sol";
import {Guards} from "../libraries/Guards.sol";
import {CommandTargets} from "./commands/CommandTargets.sol";

/// @title CommandReceiver
/// @dev What a delivery does depends on the message, on what was applied before and on the time,
/// never on who executes it: carrying a command out gets the same gas from everybody, and with
/// less than that, or with value, the delivery reverts and waits on.
contract CommandReceiver is
    ICommandReceiver,
    OAppReceiver,
    CommandTargets,
    ReentrancyGuardTransient
{
    /// @param endpoint LayerZero endpoint of this chain.
    /// @param hubEid Chain the sender lives on; no other may command.
    /// @param owner Timelock of this chain.
    /// @param guardian May pause.
    /// @param loosenSeconds How long a command waits that resumes something or sets a limit: the
    /// time to notice that nobody on the hub sent it, and to stop commands. Limits bound what
    /// forged messages can take, so that a forged message must not lift them. Zero for no wait.
    struct Config {
        address endpoint;
        uint32 hubEid;
        address owner;
        address guardian;
        uint32 loosenSeconds;
    }

    /// @notice How long what had to wait may be carried out afterwards.
    uint256 public constant LOOSEN_WINDOW = 7 days;

    /// @dev Gas left for recording what became of the command, with the longest event.
    uint256 private constant GAS_RESERVE = 60_000;
    /// @dev Revert data kept of a failed command; more could cost more gas than is left.
    uint256 private constant REASON_SIZE_MAX = 256;

    uint32 public immutable HUB_EID;
    /// @notice Endpoint id of this chain.
    uint32 public immutable EID;
    /// @notice How long a command waits that resumes something or sets a limit, in seconds.
    uint32 public immutable LOOSEN_SECONDS;

    /// @inheritdoc ICommandReceiver
    uint64 public seq;
    /// @inheritdoc ICommandReceiver
    bool public paused;

    /// @dev By the sender on the hub, because a new one numbers its commands anew.
    mapping(bytes32 sender => mapping(uint64 no => Record)) private _records;
    /// @dev Newest applied command of each subject.
    mapping(bytes32 sender => mapping(bytes32 subject => uint64 no)) private _newest;

    constructor(Config memory config, Targets memory targets)
        OAppCore(config.endpoint, config.owner)
        Ownable(config.owner)
        CommandTargets(targets)
    {
        HUB_EID = config.hubEid;
        EID = endpoint.eid();
        LOOSEN_SECONDS = config.loosenSeconds;
        _setGuardian(config.guardian);
    }

    /// @inheritdoc ICommandReceiver
    function retry(uint64 no, bytes calldata command) external nonReentrant {
        if (paused) revert CommandReceiver_IsPaused();
        bytes32 sender = _getPeerOrRevert(HUB_EID);
        Record memory record = _records[sender][no];
        if (record.state != CommandState.Failed && record.state != CommandState.Waiting) {
            revert CommandReceiver_NotKept(no, record.state);
        }
        if (keccak256(command) != record.commandHash) revert CommandReceiver_WrongCommand(no);
        _requireInWindow(no, record.readyAt);
        uint64 newest = _newest[sender][Commands.subjectOf(command)];
        if (Guards.isSuperseded(no, newest)) revert CommandReceiver_Superseded(no, newest);
        // It loosened nothing when it came, but would undo what was stopped since.
        bool hasToWait = record.readyAt == 0 && LOOSEN_SECONDS != 0 && _loosens(command);
        if (hasToWait) return _keep(sender, no, bytes32(0), command, LOOSEN_SECONDS);
        _execute(sender, no, command);
        emit CommandApplied(no, Commands.kindOf(command), bytes32(0), ++seq);
    }

    /// @notice Carries out a command. Only this contract, so that a failure can be caught.
    function executeSelf(bytes32 sender, uint64 no, bytes calldata command) external {
        if (msg.sender != address(this)) revert CommandReceiver_OnlySelf(msg.sender);
        _execute(sender, no, command);
    }

    /// @inheritdoc ICommandReceiver
    function pause() external onlyPauser {
        paused = true;
        emit Paused(msg.sender, ++seq);
    }

    /// @inheritdoc ICommandReceiver
    function unpause() external onlyOwner {
        paused = false;
        emit Unpaused(msg.sender, ++seq);
    }

    /// @inheritdoc ICommandReceiver
    function recordOf(uint64 no) external view returns (Record memory) {
        return _records[peers[HUB_EID]][no];
    }

    /// @inheritdoc ICommandReceiver
    function newestOf(bytes calldata command) external view returns (uint64 no) {
        return _newest[peers[HUB_EID]][Commands.subjectOf(command)];
    }

    /// @notice Names the sender on the hub; zero closes the path. Only the owner.
    /// @dev No other chain can ever get a peer here.
    function setPeer(uint32 eid, bytes32 peer) public override onlyOwner {
        if (eid != HUB_EID) revert CommandReceiver_OnlyHub(eid);
        _setPeer(eid, peer);
    }

    /// @notice Always refused: without an owner the path from the hub could not be closed.
    function renounceOwnership() public view override(Ownable, PauseRoles) {
        super.renounceOwnership();
    }

    /// @dev Endpoint and peer were checked by `lzReceive`. Value would be stranded here.
    function _lzReceive(
        Origin calldata origin,
        bytes32 guid,
        bytes calldata message,
        address,
        bytes calldata
    ) internal override nonReentrant {
        if (msg.value != 0) revert CommandReceiver_ValueRefused(msg.value);
        (bool isReadable, Commands.Header memory header) = Commands.readHeader(message);
        if (!isReadable) {
            emit CommandRefused(0, 0, guid, Refusal.Unreadable, ++seq);
            return;
        }
        (bool isRefused, Refusal reason) = _checkHeader(origin.sender, header);
        if (isRefused) {
            emit CommandRefused(header.no, header.kind, guid, reason, ++seq);
            return;
        }
        bytes calldata command = message[Commands.HEADER_SIZE:];
        if (!Commands.isWellFormed(command)) {
            _records[origin.sender][header.no].state = CommandState.Refused;
            emit CommandRefused(header.no, header.kind, guid, Refusal.Malformed, ++seq);
            return;
        }
        _take(origin.sender, header.no, guid, command);
    }

    /// @inheritdoc PauseRoles
    function _nextSeq() internal override returns (uint64) {
        return ++seq;
    }

    /// @dev Takes a well-formed command that was not seen before.
    function _take(bytes32 sender, uint64 no, bytes32 guid, bytes calldata command) private {
        Commands.Kind kind = Commands.kindOf(command);
        uint64 newest = _newest[sender][Commands.subjectOf(command)];
        if (Guards.isSuperseded(no, newest)) {
            _records[sender][no].state = CommandState.Stale;
            emit CommandStale(no, kind, guid, newest, ++seq);
            return;
        }
        uint256 wait = _loosens(command) ? LOOSEN_SECONDS : 0;
        if (paused || wait != 0) return _keep(sender, no, guid, command, wait);
        (bool ok, bytes memory reason) = _tryExecute(sender, no, command);
        if (ok) {
            emit CommandApplied(no, kind, guid, ++seq);
            return;
        }
        _records[sender][no] = Record(CommandState.Failed, 0, keccak256(command));
        emit CommandFailed(no, kind, guid, command, reason, ++seq);
    }

    /// @dev Lets a command wait, for `wait` seconds or, without any, only until commands resume.
    function _keep(bytes32 sender, uint64 no, bytes32 guid, bytes calldata command, uint256 wait)
        private
    {
        uint40 readyAt = wait == 0 ? 0 : uint40(block.timestamp + wait);
        _records[sender][no] = Record(CommandState.Waiting, readyAt, keccak256(command));
        emit CommandWaiting(no, Commands.kindOf(command), guid, readyAt, command, ++seq);
    }

    /// @dev The call gets the gas of its kind and never less: whoever executes cannot make a
    /// command fail by being short of it.
    function _tryExecute(bytes32 sender, uint64 no, bytes calldata command)
        private
        returns (bool ok, bytes memory reason)
    {
        bytes memory data = abi.encodeCall(this.executeSelf, (sender, no, command));
        uint256 executeGas = Commands.gasOf(Commands.kindOf(command));
        uint256 required = executeGas * 64 / 63 + GAS_RESERVE;
        if (gasleft() <= required) revert CommandReceiver_NotEnoughGas(gasleft(), required);

        uint256 sizeMax = REASON_SIZE_MAX;
        assembly ("memory-safe") {
            ok := call(executeGas, address(), 0, add(data, 32), mload(data), 0, 0)
            let size := returndatasize()
            if gt(size, sizeMax) { size := sizeMax }
            reason := mload(0x40)
            mstore(reason, size)
            returndatacopy(add(reason, 32), 0, size)
            // The size need not be a multiple of a word; the free pointer has to be.
            mstore(0x40, and(add(add(reason, size), 63), not(31)))
        }
    }

    /// @dev State first: a token that calls back finds the command applied.
    function _execute(bytes32 sender, uint64 no, bytes calldata command) private {
        _records[sender][no] = Record(CommandState.Applied, 0, bytes32(0));
        bytes32 subject = Commands.subjectOf(command);
        if (subject != bytes32(0)) _newest[sender][subject] = no;
        if (Commands.kindOf(command) == Commands.Kind.CancelCommand) {
            _cancel(sender, no, Commands.readCancel(command[1:]));
        } else {
            _dispatch(command);
        }
    }

    /// @dev Withdraws an earlier command that was not carried out, also before it arrives.
    function _cancel(bytes32 sender, uint64 by, uint64 no) private {
        CommandState state = _records[sender][no].state;
        bool isOpen = state == CommandState.None || state == CommandState.Failed
            || state == CommandState.Waiting;
        if (!isOpen || no == 0 || no >= by) revert CommandReceiver_NotCancellable(no, state);
        _records[sender][no] = Record(CommandState.Cancelled, 0, bytes32(0));
        emit CommandCancelled(no, by, ++seq);
    }

    /// @param readyAt Zero for a command that did not have to wait.
    function _requireInWindow(uint64 no, uint40 readyAt) private view {
        if (readyAt == 0) return;
        if (block.timestamp < readyAt) revert CommandReceiver_TooEarly(no, readyAt);
        uint256 expiredAt = readyAt + LOOSEN_WINDOW;
        if (block.timestamp >= expiredAt) revert CommandReceiver_Expired(no, expiredAt);
    }

    function _checkHeader(bytes32 sender, Commands.Header memory header)
        private
        view
        returns (bool isRefused, Refusal reason)
    {
        // Its number belongs to another chain and says nothing about the commands of this one.
        if (header.eid != EID) return (true, Refusal.WrongChain);
        CommandState state = _records[sender][header.no].state;
        if (state == CommandState.None) return (false, reason);
        return (true, state == CommandState.Cancelled ? Refusal.Cancelled : Refusal.Duplicate);
    }
}
