// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {HeadwaterGovernor} from "../../src/governance/HeadwaterGovernor.sol";
import {HeadwaterTimelock} from "../../src/governance/HeadwaterTimelock.sol";
import {IInboundLimit} from "../../src/interfaces/IInboundLimit.sol";
import {LimitFixture} from "./LimitFixture.sol";
import {IVotesToken} from "./VotesToken.sol";

/// @notice Governance as it is deployed: the timelock owns the votes token, the governor proposes
/// and cancels, the guardian cancels, anyone executes, and nobody administers.
abstract contract GovernanceFixture is LimitFixture {
    struct Proposal {
        address[] targets;
        uint256[] values;
        bytes[] calldatas;
        string description;
    }

    uint48 internal constant VOTING_DELAY = 1 days;
    uint32 internal constant VOTING_PERIOD = 3 days;
    uint256 internal constant TIMELOCK_DELAY = 2 days;
    uint256 internal constant THRESHOLD = 100_000e18;
    uint256 internal constant QUORUM = 4_000_000e18;
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;

    address internal immutable MALLORY = makeAddr("mallory");

    IVotesToken internal _token;
    HeadwaterGovernor internal _governor;
    HeadwaterTimelock internal _timelock;

    /// @dev ALICE holds all there is on this chain and delegates to herself.
    function _startGovernance() internal {
        _startLimit(Kind.Votes);
        _token = IVotesToken(address(_target));
        address[] memory nobody = new address[](0);
        address[] memory anybody = new address[](1);
        _timelock = new HeadwaterTimelock(TIMELOCK_DELAY, nobody, anybody, address(this));
        _governor = new HeadwaterGovernor(
            _token,
            TimelockController(payable(address(_timelock))),
            VOTING_DELAY,
            VOTING_PERIOD,
            THRESHOLD,
            QUORUM,
            GUARDIAN
        );
        _timelock.grantRole(_timelock.PROPOSER_ROLE(), address(_governor));
        _timelock.grantRole(_timelock.CANCELLER_ROLE(), address(_governor));
        _timelock.grantRole(_timelock.CANCELLER_ROLE(), GUARDIAN);
        _timelock.renounceRole(_timelock.DEFAULT_ADMIN_ROLE(), address(this));
        _target.transferOwnership(address(_timelock));
        vm.prank(ALICE);
        _token.delegate(ALICE);
        skip(1);
    }

    /// @dev Gives `to` exactly `votes` of his own.
    function _endow(address to, uint256 votes) internal {
        vm.prank(ALICE);
        _token.transfer(to, votes);
        vm.prank(to);
        _token.delegate(to);
    }

    function _proposal(address target, bytes memory call, string memory description)
        internal
        pure
        returns (Proposal memory proposal)
    {
        proposal.targets = new address[](1);
        proposal.values = new uint256[](1);
        proposal.calldatas = new bytes[](1);
        (proposal.targets[0], proposal.calldatas[0]) = (target, call);
        proposal.description = description;
    }

    /// @dev A harmless one, that anyone can see executed.
    function _limitProposal(uint128 limitLD) internal view returns (Proposal memory) {
        return _proposal(
            address(_limited),
            abi.encodeCall(IInboundLimit.setInboundLimit, (SOURCE, limitLD, WINDOW)),
            "Another limit"
        );
    }

    function _propose(address proposer, Proposal memory proposal) internal returns (uint256) {
        vm.prank(proposer);
        return _governor.propose(
            proposal.targets, proposal.values, proposal.calldatas, proposal.description
        );
    }

    function _vote(uint256 id, address voter, uint8 support) internal {
        vm.prank(voter);
        _governor.castVote(id, support);
    }

    function _queue(Proposal memory proposal) internal {
        _governor.queue(
            proposal.targets, proposal.values, proposal.calldatas, _descriptionHash(proposal)
        );
    }

    function _execute(Proposal memory proposal) internal {
        _governor.execute(
            proposal.targets, proposal.values, proposal.calldatas, _descriptionHash(proposal)
        );
    }

    function _cancel(address canceller, Proposal memory proposal) internal {
        vm.prank(canceller);
        _governor.cancel(
            proposal.targets, proposal.values, proposal.calldatas, _descriptionHash(proposal)
        );
    }

    /// @dev ALICE proposes and carries it alone, up to and with the queue.
    function _pass(Proposal memory proposal) internal returns (uint256 id) {
        id = _propose(ALICE, proposal);
        skip(VOTING_DELAY + 1);
        _vote(id, ALICE, FOR);
        skip(VOTING_PERIOD);
        _queue(proposal);
    }

    function _enact(Proposal memory proposal) internal returns (uint256 id) {
        id = _pass(proposal);
        skip(TIMELOCK_DELAY);
        _execute(proposal);
    }

    function _assertState(uint256 id, IGovernor.ProposalState state) internal view {
        assertEq(uint8(_governor.state(id)), uint8(state));
    }

    function _idOf(Proposal memory proposal) internal view returns (uint256) {
        return _governor.getProposalId(
            proposal.targets, proposal.values, proposal.calldatas, _descriptionHash(proposal)
        );
    }

    /// @dev Id of the operation in the timelock; the governor salts it with its own address.
    function _operationOf(Proposal memory proposal) internal view returns (bytes32) {
        return _timelock.hashOperationBatch(
            proposal.targets, proposal.values, proposal.calldatas, 0, _saltOf(proposal)
        );
    }

    function _saltOf(Proposal memory proposal) internal view returns (bytes32) {
        return bytes20(address(_governor)) ^ _descriptionHash(proposal);
    }

    /// @dev Refusal of a proposal that is in `current` when one of `expected` was needed.
    function _unexpectedState(uint256 id, IGovernor.ProposalState current, bytes32 expected)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(
            IGovernor.GovernorUnexpectedProposalState.selector, id, current, expected
        );
    }

    /// @dev Only what is queued is executed.
    function _notExecutable(uint256 id, IGovernor.ProposalState current)
        internal
        pure
        returns (bytes memory)
    {
        return _unexpectedState(id, current, _bit(IGovernor.ProposalState.Queued));
    }

    function _bit(IGovernor.ProposalState state) internal pure returns (bytes32) {
        return bytes32(1 << uint8(state));
    }

    function _descriptionHash(Proposal memory proposal) internal pure returns (bytes32) {
        return keccak256(bytes(proposal.description));
    }
}
