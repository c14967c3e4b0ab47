// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Commands} from "../libraries/Commands.sol";

/// @title ICommandSender
/// @notice Sends what governance decided on the hub to the contracts of other chains. A command is
/// its kind and its fields, packed as `Commands` has it.
/// @dev Peers and enforced options are wiring of the owner; their events carry no `seq`.
interface ICommandSender {
    /// @param no Number of the command on its way to `eid`, from 1.
    /// @param guid Packet that carries it.
    /// @param command What was sent, without chain and number.
    /// @param fee Native fee paid for it.
    event CommandSent(
        uint32 indexed eid,
        uint64 indexed no,
        Commands.Kind kind,
        bytes32 guid,
        bytes command,
        uint256 fee,
        uint64 seq
    );
    event FeeCapSet(uint256 feeCap, uint64 seq);
    event NativeWithdrawn(address indexed to, uint256 amount, uint64 seq);

    error CommandSender_Malformed(uint32 eid, bytes command);
    error CommandSender_LengthMismatch(uint256 eids, uint256 commands);
    error CommandSender_NoEnforcedOptions(uint32 eid);
    error CommandSender_FeeTooHigh(uint256 fee, uint256 feeCap);
    error CommandSender_InsufficientNative(uint256 required, uint256 available);
    error CommandSender_ZeroAddress();
    error CommandSender_TakesNoMessages();
    error CommandSender_RenounceDisabled();

    /// @notice Sequence number of the last event; consecutive from 1.
    function seq() external view returns (uint64);
    /// @notice Most native fee of one message.
    function feeCap() external view returns (uint256);
    /// @notice Number of the last command sent to `eid`.
    function lastNo(uint32 eid) external view returns (uint64);
    /// @notice Native fee that sending `command` to `eid` would take now.
    function quote(uint32 eid, bytes calldata command) external view returns (uint256 nativeFee);

    /// @notice Sends a command, paid from what this contract holds. Only the owner.
    /// @return guid Packet that carries it.
    function send(uint32 eid, bytes calldata command) external returns (bytes32 guid);
    /// @notice Sends a command to each chain, all or none. Only the owner.
    function sendMany(uint32[] calldata eids, bytes[] calldata commands) external;
    /// @notice Bounds the fee of one message. Only the owner.
    function setFeeCap(uint256 feeCap) external;
    /// @notice Takes native money out. Only the owner.
    function withdrawNative(address payable to, uint256 amount) external;
}
