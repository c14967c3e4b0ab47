// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {
    GovernorCountingSimple
} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {
    GovernorProposalGuardian
} from "@openzeppelin/contracts/governance/extensions/GovernorProposalGuardian.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {
    GovernorTimelockControl
} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";

/// @title HeadwaterGovernor
/// @notice Votes of the hub's token decide; the timelock executes. Delay and period in seconds.
/// The proposal guardian, a multisig, can cancel any proposal until it is executed and do nothing
/// else; votes alone replace him, and he can cancel those as well.
/// @dev The quorum is a fixed number of votes, not a share of the supply on the hub: that supply
/// shrinks whenever tokens move to another chain, and a share of it would shrink along.
/// A proposer can withdraw a proposal until its vote begins. Should governance leave the guardian's
/// seat empty, every proposer could withdraw his own proposal until it is executed, queued or not.
contract HeadwaterGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorTimelockControl,
    GovernorProposalGuardian
{
    error Governor_ZeroQuorum();
    error Governor_ZeroGuardian();

    /// @notice Votes that a proposal needs, for and abstain together.
    uint256 public immutable ABSOLUTE_QUORUM;

    /// @param guardian_ First proposal guardian.
    constructor(
        IVotes token_,
        TimelockController timelock_,
        uint48 votingDelay_,
        uint32 votingPeriod_,
        uint256 threshold,
        uint256 absoluteQuorum,
        address guardian_
    )
        Governor("HeadwaterGovernor")
        GovernorSettings(votingDelay_, votingPeriod_, threshold)
        GovernorVotes(token_)
        GovernorTimelockControl(timelock_)
    {
        if (absoluteQuorum == 0) revert Governor_ZeroQuorum();
        if (guardian_ == address(0)) revert Governor_ZeroGuardian();
        ABSOLUTE_QUORUM = absoluteQuorum;
        _setProposalGuardian(guardian_);
    }

    /// @notice Quorum at any time point.
    function quorum(uint256) public view override returns (uint256) {
        return ABSOLUTE_QUORUM;
    }

    /// @inheritdoc Governor
    function state(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (ProposalState)
    {
        return super.state(proposalId);
    }

    /// @inheritdoc Governor
    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    /// @inheritdoc Governor
    function proposalThreshold()
        public
        view
        override(Governor, GovernorSettings)
        returns (uint256)
    {
        return super.proposalThreshold();
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _validateCancel(uint256 proposalId, address caller)
        internal
        view
        override(Governor, GovernorProposalGuardian)
        returns (bool)
    {
        return super._validateCancel(proposalId, caller);
    }

    function _executor()
        internal
        view
        override(Governor, GovernorTimelockControl)
        returns (address)
    {
        return super._executor();
    }
}
