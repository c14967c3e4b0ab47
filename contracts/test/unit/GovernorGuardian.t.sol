// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {
    GovernorProposalGuardian
} from "@openzeppelin/contracts/governance/extensions/GovernorProposalGuardian.sol";
import {stdError} from "forge-std/StdError.sol";

import {HeadwaterGovernor} from "../../src/governance/HeadwaterGovernor.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {GovernanceFixture} from "../support/GovernanceFixture.sol";

/// @notice Veto, settings, roles and quorum of the governance.
contract GovernorGuardianTest is GovernanceFixture {
    bytes32 private constant DEFAULT_ADMIN = bytes32(0);
    uint128 private constant OTHER_LIMIT = 1e18;

    function setUp() external {
        _startGovernance();
    }

    // Veto.

    /// @custom:property C-11
    function test_TheGuardianVetoesInEveryStateBeforeTheExecution() external {
        Proposal memory proposal = _limitProposal(OTHER_LIMIT);
        uint256 clean = vm.snapshotState();
        uint256 id = _propose(ALICE, proposal);
        _veto(id, proposal, IGovernor.ProposalState.Pending);

        vm.revertToState(clean);
        id = _propose(ALICE, proposal);
        skip(VOTING_DELAY + 1);
        _vote(id, ALICE, FOR);
        _veto(id, proposal, IGovernor.ProposalState.Active);

        vm.revertToState(clean);
        id = _propose(ALICE, proposal);
        skip(VOTING_DELAY + 1);
        _vote(id, ALICE, FOR);
        skip(VOTING_PERIOD);
        _veto(id, proposal, IGovernor.ProposalState.Succeeded);
        vm.expectRevert(
            _unexpectedState(
                id, IGovernor.ProposalState.Canceled, _bit(IGovernor.ProposalState.Succeeded)
            )
        );
        _queue(proposal);

        vm.revertToState(clean);
        id = _pass(proposal);
        _veto(id, proposal, IGovernor.ProposalState.Queued);
        assertFalse(_timelock.isOperation(_operationOf(proposal)));

        vm.revertToState(clean);
        id = _pass(proposal);
        skip(TIMELOCK_DELAY + 365 days);
        _veto(id, proposal, IGovernor.ProposalState.Queued);
        vm.expectRevert(_notExecutable(id, IGovernor.ProposalState.Canceled));
        _execute(proposal);
        (uint128 limitLD,,) = _limited.inboundLimitOf(SOURCE);
        assertEq(limitLD, LIMIT);
    }

    function test_RevertIf_AnExecutedOrCanceledProposalIsVetoed() external {
        Proposal memory proposal = _limitProposal(OTHER_LIMIT);
        uint256 id = _enact(proposal);
        bytes32 cancellable = bytes32(uint256(0xff)) ^ _bit(IGovernor.ProposalState.Canceled)
            ^ _bit(IGovernor.ProposalState.Expired) ^ _bit(IGovernor.ProposalState.Executed);
        vm.expectRevert(_unexpectedState(id, IGovernor.ProposalState.Executed, cancellable));
        _cancel(GUARDIAN, proposal);

        proposal = _limitProposal(2 * OTHER_LIMIT);
        id = _propose(ALICE, proposal);
        _cancel(GUARDIAN, proposal);
        vm.expectRevert(_unexpectedState(id, IGovernor.ProposalState.Canceled, cancellable));
        _cancel(GUARDIAN, proposal);
    }

    /// @custom:property C-11
    function test_AVetoOnTheTimelockItselfCancelsTheProposal() external {
        Proposal memory proposal = _limitProposal(OTHER_LIMIT);
        uint256 id = _pass(proposal);
        bytes32 operation = _operationOf(proposal);
        vm.prank(GUARDIAN);
        _timelock.cancel(operation);
        _assertState(id, IGovernor.ProposalState.Canceled);
        skip(TIMELOCK_DELAY);
        vm.expectRevert(_notExecutable(id, IGovernor.ProposalState.Canceled));
        _execute(proposal);
    }

    function test_AVetoedProposalCannotBeProposedAgainAsItWas() external {
        Proposal memory proposal = _limitProposal(OTHER_LIMIT);
        uint256 id = _propose(ALICE, proposal);
        _cancel(GUARDIAN, proposal);
        vm.expectRevert(_unexpectedState(id, IGovernor.ProposalState.Canceled, bytes32(0)));
        _propose(ALICE, proposal);
        proposal.description = "Another limit, with more reasons";
        assertNotEq(_propose(ALICE, proposal), id);
    }

    /// @custom:property C-11
    function test_RevertIf_TheGuardianProposesOrExecutes() external {
        Proposal memory proposal = _limitProposal(OTHER_LIMIT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, GUARDIAN, 0, THRESHOLD
            )
        );
        _propose(GUARDIAN, proposal);
        uint256 id = _pass(proposal);
        vm.startPrank(GUARDIAN);
        bytes32 proposerRole = _timelock.PROPOSER_ROLE();
        vm.expectRevert(_missingRole(GUARDIAN, proposerRole));
        _timelock.scheduleBatch(
            proposal.targets, proposal.values, proposal.calldatas, 0, "", TIMELOCK_DELAY
        );
        bytes memory notReady = abi.encodeWithSelector(
            TimelockController.TimelockUnexpectedOperationState.selector,
            _operationOf(proposal),
            bytes32(1 << uint8(TimelockController.OperationState.Ready))
        );
        skip(TIMELOCK_DELAY - 1);
        vm.expectRevert(notReady);
        _governor.execute(
            proposal.targets, proposal.values, proposal.calldatas, _descriptionHash(proposal)
        );
        bytes32 salt = _saltOf(proposal);
        vm.expectRevert(notReady);
        _timelock.executeBatch(proposal.targets, proposal.values, proposal.calldatas, 0, salt);
        vm.stopPrank();
        _assertState(id, IGovernor.ProposalState.Queued);
    }

    function test_AProposerWithdrawsOnlyUntilTheVoteBegins() external {
        Proposal memory proposal = _limitProposal(OTHER_LIMIT);
        uint256 id = _propose(ALICE, proposal);
        skip(VOTING_DELAY);
        _assertState(id, IGovernor.ProposalState.Pending);
        uint256 pending = vm.snapshotState();
        _cancel(ALICE, proposal);
        _assertState(id, IGovernor.ProposalState.Canceled);
        vm.revertToState(pending);
        skip(1);
        vm.expectRevert(_unableToCancel(id, ALICE));
        _cancel(ALICE, proposal);
        vm.expectRevert(_unableToCancel(id, MALLORY));
        _cancel(MALLORY, proposal);
    }

    // The guardian's seat.

    /// @custom:property C-11
    function test_OnlyAVoteChangesTheGuardian() external {
        Proposal memory change = _proposal(
            address(_governor),
            abi.encodeCall(GovernorProposalGuardian.setProposalGuardian, (BOB)),
            "Another guardian"
        );
        _pass(change);
        skip(TIMELOCK_DELAY);
        vm.expectEmit(address(_governor));
        emit GovernorProposalGuardian.ProposalGuardianSet(GUARDIAN, BOB);
        _execute(change);
        assertEq(_governor.proposalGuardian(), BOB);
        Proposal memory proposal = _limitProposal(OTHER_LIMIT);
        uint256 id = _pass(proposal);
        vm.expectRevert(_unableToCancel(id, GUARDIAN));
        _cancel(GUARDIAN, proposal);
        _cancel(BOB, proposal);
        _assertState(id, IGovernor.ProposalState.Canceled);
    }

    /// @dev The timelock knows its cancellers itself, so a new guardian takes three calls.
    function test_AReplacedGuardianKeepsTheTimelockUntilTheRoleIsTaken() external {
        bytes32 role = _timelock.CANCELLER_ROLE();
        Proposal memory proposal;
        proposal.targets = new address[](3);
        proposal.values = new uint256[](3);
        proposal.calldatas = new bytes[](3);
        proposal.targets[0] = address(_governor);
        proposal.targets[1] = proposal.targets[2] = address(_timelock);
        proposal.calldatas[0] = abi.encodeCall(GovernorProposalGuardian.setProposalGuardian, (BOB));
        proposal.calldatas[1] = abi.encodeCall(IAccessControl.revokeRole, (role, GUARDIAN));
        proposal.calldatas[2] = abi.encodeCall(IAccessControl.grantRole, (role, BOB));
        proposal.description = "Another guardian, everywhere";
        _enact(proposal);
        Proposal memory next = _limitProposal(OTHER_LIMIT);
        uint256 id = _pass(next);
        bytes32 operation = _operationOf(next);
        vm.prank(GUARDIAN);
        vm.expectRevert(_missingRole(GUARDIAN, role));
        _timelock.cancel(operation);
        vm.prank(BOB);
        _timelock.cancel(operation);
        _assertState(id, IGovernor.ProposalState.Canceled);
    }

    /// @dev What OpenZeppelin does with an empty seat: the proposer takes it for his own proposals.
    function test_WithoutAGuardianAProposerWithdrawsEvenWhatIsQueued() external {
        _enact(
            _proposal(
                address(_governor),
                abi.encodeCall(GovernorProposalGuardian.setProposalGuardian, (address(0))),
                "No guardian"
            )
        );
        Proposal memory proposal = _limitProposal(OTHER_LIMIT);
        uint256 id = _pass(proposal);
        vm.expectRevert(_unableToCancel(id, GUARDIAN));
        _cancel(GUARDIAN, proposal);
        _cancel(ALICE, proposal);
        _assertState(id, IGovernor.ProposalState.Canceled);
    }

    /// @dev The price of the veto: nobody removes a guardian who objects.
    /// @custom:property C-11
    function test_TheGuardianCanVetoHisReplacement() external {
        Proposal memory proposal = _proposal(
            address(_governor),
            abi.encodeCall(GovernorProposalGuardian.setProposalGuardian, (BOB)),
            "Another guardian"
        );
        uint256 id = _pass(proposal);
        _cancel(GUARDIAN, proposal);
        _assertState(id, IGovernor.ProposalState.Canceled);
        assertEq(_governor.proposalGuardian(), GUARDIAN);
    }

    function test_RevertIf_TheGovernorIsDeployedWithoutQuorumOrGuardian() external {
        vm.expectRevert(HeadwaterGovernor.Governor_ZeroQuorum.selector);
        this.deploy(0, GUARDIAN);
        vm.expectRevert(HeadwaterGovernor.Governor_ZeroGuardian.selector);
        this.deploy(1, address(0));
    }

    /// @dev External: what follows a refused `new` in the same function would not run, because
    /// tests deploy by a cheatcode.
    function deploy(uint256 quorum, address guardian) external {
        TimelockController timelock = TimelockController(payable(address(_timelock)));
        new HeadwaterGovernor(_token, timelock, 1, 1, 1, quorum, guardian);
    }

    // Settings.

    /// @custom:property E21
    function test_RevertIf_AnythingButAVoteChangesSettings() external {
        address[5] memory callers = [ALICE, GUARDIAN, MALLORY, address(this), address(_governor)];
        bytes[] memory calls = _settings();
        for (uint256 i; i < callers.length; ++i) {
            for (uint256 j; j < calls.length; ++j) {
                vm.prank(callers[i]);
                (bool ok, bytes memory reason) = address(_governor).call(calls[j]);
                assertFalse(ok);
                assertEq(
                    reason,
                    abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, callers[i])
                );
            }
        }
        // Not even the timelock, unless the governor is executing just that.
        for (uint256 j; j < calls.length; ++j) {
            vm.prank(address(_timelock));
            (bool ok, bytes memory reason) = address(_governor).call(calls[j]);
            assertFalse(ok);
            assertEq(reason, stdError.popError);
        }
    }

    function test_AVoteChangesSettingsAndNoneReachesTheQuorum() external {
        _enact(
            _proposal(
                address(_governor),
                abi.encodeWithSignature("setProposalThreshold(uint256)", 7),
                "Another threshold"
            )
        );
        assertEq(_governor.proposalThreshold(), 7);
        assertEq(_governor.quorum(0), QUORUM);
        assertEq(_governor.quorum(block.timestamp), QUORUM);
        assertEq(_governor.ABSOLUTE_QUORUM(), QUORUM);
    }

    // Roles.

    /// @custom:property E21
    function test_TheTimelocksRolesAreCompleteAndNobodyAdministers() external view {
        bytes32[3] memory roles =
            [_timelock.PROPOSER_ROLE(), _timelock.CANCELLER_ROLE(), _timelock.EXECUTOR_ROLE()];
        address[7] memory accounts = [
            address(_governor),
            GUARDIAN,
            address(0),
            address(this),
            ALICE,
            MALLORY,
            address(_timelock)
        ];
        bool[3][7] memory expected = [
            [true, true, false],
            [false, true, false],
            [false, false, true],
            [false, false, false],
            [false, false, false],
            [false, false, false],
            [false, false, false]
        ];
        for (uint256 i; i < accounts.length; ++i) {
            for (uint256 j; j < roles.length; ++j) {
                assertEq(_timelock.hasRole(roles[j], accounts[i]), expected[i][j]);
                assertEq(_timelock.getRoleAdmin(roles[j]), DEFAULT_ADMIN);
            }
            bool isItself = accounts[i] == address(_timelock);
            assertEq(_timelock.hasRole(DEFAULT_ADMIN, accounts[i]), isItself);
        }
        assertEq(_target.owner(), address(_timelock));
    }

    /// @custom:property E21
    function test_RevertIf_AnybodyGrantsRolesOrShortensTheDelay() external {
        address[4] memory callers = [ALICE, GUARDIAN, address(_governor), address(this)];
        bytes32 role = _timelock.PROPOSER_ROLE();
        for (uint256 i; i < callers.length; ++i) {
            vm.startPrank(callers[i]);
            vm.expectRevert(_missingRole(callers[i], DEFAULT_ADMIN));
            _timelock.grantRole(role, MALLORY);
            vm.expectRevert(_missingRole(callers[i], DEFAULT_ADMIN));
            _timelock.revokeRole(role, address(_governor));
            vm.expectRevert(
                abi.encodeWithSelector(
                    TimelockController.TimelockUnauthorizedCaller.selector, callers[i]
                )
            );
            _timelock.updateDelay(0);
            vm.stopPrank();
        }
    }

    function test_ARoleIsRenouncedOnlyByItsHolder() external {
        bytes32 role = _timelock.CANCELLER_ROLE();
        vm.prank(MALLORY);
        vm.expectRevert(IAccessControl.AccessControlBadConfirmation.selector);
        _timelock.renounceRole(role, GUARDIAN);
        vm.prank(GUARDIAN);
        _timelock.renounceRole(role, GUARDIAN);
        assertFalse(_timelock.hasRole(role, GUARDIAN));
        // His seat at the governor is his until a vote.
        Proposal memory proposal = _limitProposal(OTHER_LIMIT);
        uint256 id = _pass(proposal);
        _cancel(GUARDIAN, proposal);
        _assertState(id, IGovernor.ProposalState.Canceled);
    }

    function test_RevertIf_AVoteRenouncesTheToken() external {
        Proposal memory proposal = _proposal(
            address(_target), abi.encodeWithSignature("renounceOwnership()"), "Set it free"
        );
        _pass(proposal);
        skip(TIMELOCK_DELAY);
        vm.expectRevert(IPauseRoles.PauseRoles_RenounceDisabled.selector);
        _execute(proposal);
    }

    // Quorum.

    function test_TheQuorumIsMetExactlyAtIt() external {
        assertFalse(_succeedsWith(QUORUM - 1, 0, 0), "one below");
        assertTrue(_succeedsWith(QUORUM, 0, 0), "at it");
        assertTrue(_succeedsWith(QUORUM + 1, 0, 0), "one above");
    }

    function test_AbstentionsCountForTheQuorumAndVotesAgainstDoNot() external {
        assertTrue(_succeedsWith(1, QUORUM - 1, 0), "for and abstain");
        assertFalse(_succeedsWith(1, QUORUM - 2, 0), "one below");
        assertFalse(_succeedsWith(QUORUM - 1, 0, QUORUM - 2), "against");
        assertFalse(_succeedsWith(0, QUORUM, 0), "nobody is for it");
    }

    function test_ATieIsADefeat() external {
        assertFalse(_succeedsWith(QUORUM, 0, QUORUM), "as many");
        assertTrue(_succeedsWith(QUORUM, 0, QUORUM - 1), "one less");
        assertFalse(_succeedsWith(QUORUM, 0, QUORUM + 1), "one more");
    }

    function test_AProposalWithoutVotesIsDefeated() external {
        Proposal memory proposal = _limitProposal(OTHER_LIMIT);
        uint256 id = _propose(ALICE, proposal);
        skip(VOTING_DELAY + VOTING_PERIOD + 1);
        _assertState(id, IGovernor.ProposalState.Defeated);
        vm.expectRevert(
            _unexpectedState(
                id, IGovernor.ProposalState.Defeated, _bit(IGovernor.ProposalState.Succeeded)
            )
        );
        _queue(proposal);
    }

    function test_AVoteWithoutWeightChangesNothing() external {
        uint256 id = _propose(ALICE, _limitProposal(OTHER_LIMIT));
        skip(VOTING_DELAY + 1);
        _vote(id, MALLORY, FOR);
        (uint256 against, uint256 for_, uint256 abstain) = _governor.proposalVotes(id);
        assertEq(against, 0);
        assertEq(for_, 0);
        assertEq(abstain, 0);
    }

    function _succeedsWith(uint256 for_, uint256 abstain, uint256 against)
        private
        returns (bool succeeds)
    {
        uint256 clean = vm.snapshotState();
        address[3] memory voters = [makeAddr("for"), makeAddr("abstain"), makeAddr("against")];
        _endow(voters[0], for_);
        _endow(voters[1], abstain);
        _endow(voters[2], against);
        uint256 id = _propose(ALICE, _limitProposal(OTHER_LIMIT));
        skip(VOTING_DELAY + 1);
        _vote(id, voters[0], FOR);
        _vote(id, voters[1], ABSTAIN);
        _vote(id, voters[2], AGAINST);
        skip(VOTING_PERIOD);
        succeeds = _governor.state(id) == IGovernor.ProposalState.Succeeded;
        vm.revertToState(clean);
    }

    function _veto(uint256 id, Proposal memory proposal, IGovernor.ProposalState state) private {
        _assertState(id, state);
        vm.expectEmit(address(_governor));
        emit IGovernor.ProposalCanceled(id);
        _cancel(GUARDIAN, proposal);
        _assertState(id, IGovernor.ProposalState.Canceled);
    }

    function _settings() private view returns (bytes[] memory calls) {
        calls = new bytes[](6);
        calls[0] = abi.encodeWithSignature("setVotingDelay(uint48)", 0);
        calls[1] = abi.encodeWithSignature("setVotingPeriod(uint32)", 1);
        calls[2] = abi.encodeWithSignature("setProposalThreshold(uint256)", 0);
        calls[3] = abi.encodeCall(GovernorProposalGuardian.setProposalGuardian, (MALLORY));
        calls[4] = abi.encodeWithSignature("updateTimelock(address)", MALLORY);
        calls[5] = abi.encodeWithSignature(
            "relay(address,uint256,bytes)",
            address(_timelock),
            0,
            abi.encodeCall(IAccessControl.renounceRole, (bytes32(0), address(_governor)))
        );
    }

    function _unableToCancel(uint256 id, address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, caller);
    }

    function _missingRole(address account, bytes32 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(
            IAccessControl.AccessControlUnauthorizedAccount.selector, account, role
        );
    }
}
