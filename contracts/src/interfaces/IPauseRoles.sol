// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IPauseRoles
/// @notice Who may stop a contract besides its owner: the guardian, a multisig, for as long as he
/// is named, and the sentinel, a hot key of a monitor, until it expires. Neither can resume or move
/// anything.
interface IPauseRoles {
    event GuardianSet(address indexed guardian, uint64 seq);
    /// @param until Time from which the sentinel is nobody, in seconds.
    event SentinelSet(address indexed sentinel, uint40 until, uint64 seq);

    error PauseRoles_OnlyPauser(address caller);
    error PauseRoles_OnlyGuardian(address caller);
    error PauseRoles_BadExpiry(uint40 until, uint256 latest);
    error PauseRoles_RenounceDisabled();

    /// @notice May pause, and whatever else its contract grants a guardian.
    function guardian() external view returns (address);
    /// @notice May pause while `sentinelUntil` lies in the future.
    function sentinel() external view returns (address);
    /// @notice When the sentinel expires, in seconds.
    function sentinelUntil() external view returns (uint40);

    /// @notice Names the guardian. Only the owner.
    function setGuardian(address guardian) external;
    /// @notice Names the sentinel for at most 90 days. Only the owner.
    function setSentinel(address sentinel, uint40 until) external;
}
