// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IPauseRoles} from "../interfaces/IPauseRoles.sol";

/// @title PauseRoles
/// @notice Guardian and sentinel of a contract, and an owner that cannot be renounced.
abstract contract PauseRoles is IPauseRoles, Ownable {
    uint256 private constant SENTINEL_SECONDS_MAX = 90 days;

    /// @inheritdoc IPauseRoles
    address public guardian;
    /// @inheritdoc IPauseRoles
    address public sentinel;
    /// @inheritdoc IPauseRoles
    uint40 public sentinelUntil;

    modifier onlyPauser() {
        bool isSentinel = msg.sender == sentinel && block.timestamp < sentinelUntil;
        if (!isSentinel && msg.sender != guardian && msg.sender != owner()) {
            revert PauseRoles_OnlyPauser(msg.sender);
        }
        _;
    }

    modifier onlyGuardian() {
        if (msg.sender != guardian && msg.sender != owner()) {
            revert PauseRoles_OnlyGuardian(msg.sender);
        }
        _;
    }

    /// @inheritdoc IPauseRoles
    function setGuardian(address guardian_) external onlyOwner {
        _setGuardian(guardian_);
    }

    /// @inheritdoc IPauseRoles
    function setSentinel(address sentinel_, uint40 until) external onlyOwner {
        uint256 latest = block.timestamp + SENTINEL_SECONDS_MAX;
        if (until > latest) revert PauseRoles_BadExpiry(until, latest);
        sentinel = sentinel_;
        sentinelUntil = until;
        emit SentinelSet(sentinel_, until, _nextSeq());
    }

    /// @notice Always refused: without an owner what was stopped could never resume.
    function renounceOwnership() public view virtual override onlyOwner {
        revert PauseRoles_RenounceDisabled();
    }

    function _setGuardian(address guardian_) internal {
        guardian = guardian_;
        emit GuardianSet(guardian_, _nextSeq());
    }

    /// @dev Number of the next event of the contract, consecutive from 1.
    function _nextSeq() internal virtual returns (uint64);
}
