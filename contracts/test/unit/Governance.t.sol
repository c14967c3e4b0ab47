// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {HeadwaterGovernor} from "../../src/governance/HeadwaterGovernor.sol";
import {HeadwaterTimelock} from "../../src/governance/HeadwaterTimelock.sol";
import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {HeadwaterTokenAdapter} from "../../src/token/HeadwaterTokenAdapter.sol";
import {HeadwaterToken} from "../../src/token/HeadwaterToken.sol";
import {StackFixture} from "../support/StackFixture.sol";
import {IVotesToken} from "../support/VotesToken.sol";

contract GovernanceTest is StackFixture {
    uint48 private constant VOTING_DELAY = 1 days;
    uint32 private constant VOTING_PERIOD = 3 days;
    uint256 private constant TIMELOCK_DELAY = 2 days;
    uint256 private constant QUORUM = 4_000_000e18;

    IVotesToken private _token;
    HeadwaterGovernor private _governor;
    HeadwaterTimelock private _timelock;

    function setUp() external {
        _startStack();
        _token = IVotesToken(address(_siteOf[HUB].reward));
        address[] memory nobody = new address[](0);
        address[] memory anybody = new address[](1);
        _timelock = new HeadwaterTimelock(TIMELOCK_DELAY, nobody, anybody, address(this));
        _governor = new HeadwaterGovernor(
            IVotes(address(_token)),
            TimelockController(payable(address(_timelock))),
            VOTING_DELAY,
            VOTING_PERIOD,
            100_000e18,
            QUORUM,
            GUARDIAN
        );
        _timelock.grantRole(_timelock.PROPOSER_ROLE(), address(_governor));
        _timelock.grantRole(_timelock.CANCELLER_ROLE(), address(_governor));
        _timelock.renounceRole(_timelock.DEFAULT_ADMIN_ROLE(), address(this));
        _controller.transferOwnership(address(_timelock));
        vm.prank(TREASURY);
        _token.transfer(ALICE, 10_000_000e18);
        vm.prank(ALICE);
        _token.delegate(ALICE);
        skip(1);
    }

    function test_AVoteChangesTheBudgetOfTheNextEpoch() external {
        (
            address[] memory targets,
            uint256[] memory values,
            bytes[] memory calldatas,
            string memory description
        ) = _proposal();
        vm.prank(ALICE);
        uint256 id = _governor.propose(targets, values, calldatas, description);
        skip(VOTING_DELAY + 1);
        vm.prank(ALICE);
        _governor.castVote(id, 1);
        skip(VOTING_PERIOD + 1);
        assertEq(uint8(_governor.state(id)), uint8(IGovernor.ProposalState.Succeeded));
        assertTrue(_governor.proposalNeedsQueuing(id));
        _governor.queue(targets, values, calldatas, keccak256(bytes(description)));
        skip(TIMELOCK_DELAY);
        _governor.execute(targets, values, calldatas, keccak256(bytes(description)));
        assertEq(_controller.budgetOf(_controller.currentEpoch() + 1), 500_000e6);
        assertEq(_controller.budgetOf(_controller.currentEpoch()), BUDGET_SD);
    }

    /// @custom:property E21
    function test_TheQuorumIsAbsolute() external {
        vm.prank(ALICE);
        _token.transfer(BOB, 6_100_000e18);
        vm.prank(BOB);
        _token.transfer(address(0xdead), 6_100_000e18);
        skip(1);
        (
            address[] memory targets,
            uint256[] memory values,
            bytes[] memory calldatas,
            string memory description
        ) = _proposal();
        vm.prank(ALICE);
        uint256 id = _governor.propose(targets, values, calldatas, description);
        skip(VOTING_DELAY + 1);
        vm.prank(ALICE);
        _governor.castVote(id, 1);
        skip(VOTING_PERIOD + 1);
        assertEq(_governor.quorum(block.timestamp), QUORUM);
        assertEq(uint8(_governor.state(id)), uint8(IGovernor.ProposalState.Defeated));
    }

    function test_AProposerMayCancelBeforeTheVote() external {
        (
            address[] memory targets,
            uint256[] memory values,
            bytes[] memory calldatas,
            string memory description
        ) = _proposal();
        vm.startPrank(ALICE);
        uint256 id = _governor.propose(targets, values, calldatas, description);
        _governor.cancel(targets, values, calldatas, keccak256(bytes(description)));
        vm.stopPrank();
        assertEq(uint8(_governor.state(id)), uint8(IGovernor.ProposalState.Canceled));
    }

    function test_ClockAndSettingsAreInSeconds() external {
        assertEq(_token.clock(), block.timestamp);
        assertEq(_token.CLOCK_MODE(), "mode=timestamp");
        assertEq(_governor.clock(), block.timestamp);
        assertEq(_governor.CLOCK_MODE(), "mode=timestamp");
        assertEq(_governor.votingDelay(), VOTING_DELAY);
        assertEq(_governor.votingPeriod(), VOTING_PERIOD);
        assertEq(_governor.proposalThreshold(), 100_000e18);
        assertEq(_token.nonces(ALICE), 0);
        assertEq(_token.totalSupply(), SUPPLY);
        vm.expectRevert(HeadwaterGovernor.Governor_ZeroQuorum.selector);
        new HeadwaterGovernor(
            IVotes(address(_token)),
            TimelockController(payable(address(_timelock))),
            1,
            1,
            1,
            0,
            GUARDIAN
        );
    }

    function test_RevertIf_ATokenLosesItsOwner() external {
        vm.expectRevert(IPauseRoles.PauseRoles_RenounceDisabled.selector);
        _siteOf[HUB].reward.renounceOwnership();
        HeadwaterToken spoke = HeadwaterToken(address(_siteOf[ALPHA].reward));
        vm.expectRevert(IPauseRoles.PauseRoles_RenounceDisabled.selector);
        spoke.renounceOwnership();
        HeadwaterTokenAdapter adapter =
            new HeadwaterTokenAdapter(address(_token), address(_endpoints[HUB]), address(this));
        vm.expectRevert(IPauseRoles.PauseRoles_RenounceDisabled.selector);
        adapter.renounceOwnership();
    }

    function _proposal()
        private
        view
        returns (
            address[] memory targets,
            uint256[] memory values,
            bytes[] memory calldatas,
            string memory description
        )
    {
        targets = new address[](1);
        values = new uint256[](1);
        calldatas = new bytes[](1);
        targets[0] = address(_controller);
        calldatas[0] =
            abi.encodeCall(IEmissionController.setSchedule, (500_000e6, 100_000e6, 500, 4));
        description = "Halve the emission";
    }
}
