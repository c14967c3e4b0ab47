// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Commands} from "../libraries/Commands.sol";

/// @title ICommandReceiver
/// @notice Carries out what governance on the hub tells the contracts of this chain. Owns the
/// farms, the emission receiver and the position bridge, and may set limits of the token.
/// @dev Messages come in any order and are never refused for what they say: of two commands about
/// the same subject the newer one counts, what cannot be carried out waits for anyone to try again,
/// and what cannot be read is recorded. Commands are numbered by their sender; one that replaces it
/// as the peer counts anew, and what waited of the old one can never be carried out again while it
/// is not the peer. Peers are wiring of the owner; their events carry no `seq`.
interface ICommandReceiver {
    enum CommandState {
        None,
        Applied,
        Failed,
        Waiting,
        Stale,
        Refused,
        Cancelled
    }

    enum Refusal {
        Unreadable,
        WrongChain,
        Duplicate,
        Cancelled,
        Malformed
    }

    /// @param readyAt Time from which a waiting command may be carried out, in seconds; zero for
    /// one that waits only until commands resume.
    /// @param commandHash Of a command that failed or waits, else zero.
    struct Record {
        CommandState state;
        uint40 readyAt;
        bytes32 commandHash;
    }

    /// @param guid Packet that brought it, zero when it was carried out later.
    event CommandApplied(
        uint64 indexed no, Commands.Kind indexed kind, bytes32 indexed guid, uint64 seq
    );
    /// @notice A command could not be carried out; anyone may try again.
    /// @param command What a retry takes.
    /// @param reason Revert data, at most 256 bytes of it.
    event CommandFailed(
        uint64 indexed no,
        Commands.Kind indexed kind,
        bytes32 indexed guid,
        bytes command,
        bytes reason,
        uint64 seq
    );
    /// @notice A command waits, because it loosens something or because commands are paused.
    /// @param command What carrying it out takes.
    event CommandWaiting(
        uint64 indexed no,
        Commands.Kind indexed kind,
        bytes32 indexed guid,
        uint40 readyAt,
        bytes command,
        uint64 seq
    );
    /// @param newest Number of the newer command of its subject that was applied before.
    event CommandStale(
        uint64 indexed no,
        Commands.Kind indexed kind,
        bytes32 indexed guid,
        uint64 newest,
        uint64 seq
    );
    /// @param no Zero when it could not be read.
    /// @param kind As it was sent; may be none of the known ones.
    event CommandRefused(
        uint64 indexed no, uint8 indexed kind, bytes32 indexed guid, Refusal reason, uint64 seq
    );
    /// @notice A command of the hub withdrew an earlier one that was not carried out. Precedes the
    /// `CommandApplied` of the command that did.
    event CommandCancelled(uint64 indexed no, uint64 indexed by, uint64 seq);
    event Paused(address indexed by, uint64 seq);
    event Unpaused(address indexed by, uint64 seq);

    error CommandReceiver_OnlySelf(address caller);
    error CommandReceiver_OnlyHub(uint32 eid);
    error CommandReceiver_ValueRefused(uint256 value);
    error CommandReceiver_NotEnoughGas(uint256 available, uint256 required);
    error CommandReceiver_IsPaused();
    error CommandReceiver_NotKept(uint64 no, CommandState state);
    error CommandReceiver_WrongCommand(uint64 no);
    error CommandReceiver_TooEarly(uint64 no, uint40 readyAt);
    error CommandReceiver_Expired(uint64 no, uint256 expiredAt);
    error CommandReceiver_Superseded(uint64 no, uint64 newest);
    error CommandReceiver_NotCancellable(uint64 no, CommandState state);
    error CommandReceiver_StreamIndex(uint8 expected, uint8 actual);
    error CommandReceiver_UnknownTarget(address target);
    error CommandReceiver_ZeroAddress();

    /// @notice Sequence number of the last event; consecutive from 1.
    function seq() external view returns (uint64);
    /// @notice Whether commands wait instead of being carried out.
    function paused() external view returns (bool);
    /// @notice What became of command `no` of the present peer.
    function recordOf(uint64 no) external view returns (Record memory);
    /// @notice Number of the newest applied command of the present peer with the subject of
    /// `command`; zero when there is none, or when such commands stand alone.
    function newestOf(bytes calldata command) external view returns (uint64 no);

    /// @notice Carries out a command that failed or waits, once its time has come and unless a
    /// newer one of its subject was applied. Anyone; reverts as the command does. One that would by
    /// now undo what was stopped after it came is not carried out but begins its wait.
    /// @dev What had to wait for loosening something has a week from then: nobody shall keep a
    /// command to resume for the next time that a guardian stops something.
    function retry(uint64 no, bytes calldata command) external;
    /// @notice Lets every command wait. Guardian, sentinel or owner.
    function pause() external;
    /// @notice Ends the pause; what waited may be carried out by anyone. Only the owner.
    function unpause() external;

    /// @notice Names the bridge of another chain. Only the owner.
    function setBridgePeer(uint32 eid, bytes32 peer) external;
    /// @notice Opens or closes the bridge's route of `token`. Only the owner.
    function setRoute(address token, address oft) external;
    /// @notice Names the guardian of this contract and of the three it owns. Only the owner.
    function setGuardians(address guardian) external;
    /// @notice Sends what `target`, one of the three contracts, holds beyond everything it owes.
    /// Only the owner.
    function recover(address target, address token, address to, uint256 amount) external;
    /// @notice Hands `target`, one of the three contracts, over to a successor. Only the owner.
    function transferOwned(address target, address newOwner) external;
}
