// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {HeadwaterGovernor} from "../../src/governance/HeadwaterGovernor.sol";
import {HeadwaterTimelock} from "../../src/governance/HeadwaterTimelock.sol";
import {ICommandReceiver} from "../../src/interfaces/ICommandReceiver.sol";
import {ICommandSender} from "../../src/interfaces/ICommandSender.sol";
import {IFarms} from "../../src/interfaces/IFarms.sol";
import {Commands} from "../../src/libraries/Commands.sol";
import {CommandFixture} from "../support/CommandFixture.sol";

/// @notice From a vote on the hub to what it changes on two other chains, every owner a timelock.
contract CommandGovernanceTest is CommandFixture {
    uint48 private constant VOTING_DELAY = 1 days;
    uint32 private constant VOTING_PERIOD = 3 days;
    uint256 private constant TIMELOCK_DELAY = 2 days;
    uint256 private constant QUORUM = 4_000_000e18;

    /// @dev What a proposal does, in the governor's own shape.
    struct Proposal {
        address[] targets;
        uint256[] values;
        bytes[] calldatas;
        string description;
    }

    HeadwaterGovernor private _governor;
    HeadwaterTimelock private _timelock;
    mapping(uint32 eid => HeadwaterTimelock) private _localOf;

    function setUp() external {
        _startCommands(0);
        address token = address(_siteOf[HUB].reward);
        address[] memory nobody = new address[](0);
        address[] memory anybody = new address[](1);
        _timelock = new HeadwaterTimelock(TIMELOCK_DELAY, nobody, anybody, address(this));
        _governor = new HeadwaterGovernor(
            IVotes(token),
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
        _sender.setDelegate(address(_timelock));
        _sender.transferOwnership(address(_timelock));
        address[] memory multisig = new address[](1);
        multisig[0] = GUARDIAN;
        for (uint256 i; i < _spokes.length; ++i) {
            uint32 eid = _spokes[i];
            _localOf[eid] = new HeadwaterTimelock(TIMELOCK_DELAY, multisig, anybody, address(0));
            _inboxOf[eid].setDelegate(address(_localOf[eid]));
            _inboxOf[eid].transferOwnership(address(_localOf[eid]));
        }
        vm.prank(TREASURY);
        IERC20(token).transfer(ALICE, 10_000_000e18);
        vm.prank(ALICE);
        IVotes(token).delegate(ALICE);
        skip(1);
    }

    function test_OneVoteChangesTwoChains() external {
        bytes[] memory commands = new bytes[](2);
        commands[0] = Commands.setFarmState(2, IFarms.FarmState.DepositsPaused);
        commands[1] = Commands.setMaxRate(2, 0, 12_345);
        Proposal memory proposal =
            _proposal(abi.encodeCall(ICommandSender.sendMany, (_spokes, commands)));
        _pass(proposal);
        _deliverAll();

        _assertState(ALPHA, 1, ICommandReceiver.CommandState.Applied);
        _assertState(BETA, 1, ICommandReceiver.CommandState.Applied);
        assertEq(
            uint8(_siteOf[ALPHA].farms.farmOf(2).state),
            uint8(IFarms.FarmState.DepositsPaused),
            "first chain"
        );
        assertEq(_siteOf[BETA].farms.farmOf(2).maxRate, 12_345, "second chain");
        assertEq(
            uint8(_siteOf[BETA].farms.farmOf(2).state), uint8(IFarms.FarmState.Active), "not asked"
        );
        assertEq(address(_sender).balance, 10 ether - 2 * MESSAGE_FEE, "paid by the sender");
    }

    /// @custom:property E16
    function test_WhatCannotBeSentLeavesTheProposalToBeExecutedLater() external {
        vm.deal(address(_sender), 0);
        Proposal memory proposal = _proposal(
            abi.encodeCall(ICommandSender.send, (ALPHA, Commands.setReceiverPaused(true)))
        );
        uint256 id = _passUpToExecution(proposal);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICommandSender.CommandSender_InsufficientNative.selector, MESSAGE_FEE, 0
            )
        );
        _execute(proposal);
        assertEq(uint8(_governor.state(id)), uint8(IGovernor.ProposalState.Queued));
        assertEq(_sender.lastNo(ALPHA), 0);
        vm.deal(address(_sender), 1 ether);
        _execute(proposal);
        _deliverAll();
        assertTrue(_siteOf[ALPHA].receiver.paused());
    }

    /// @custom:property E22
    function test_RevertIf_TheLocalOwnerNamesAPeerWithoutTheDelay() external {
        HeadwaterTimelock local = _localOf[ALPHA];
        bytes memory data = abi.encodeCall(_inboxOf[ALPHA].setPeer, (HUB, _asBytes32(MALLORY)));
        vm.startPrank(GUARDIAN);
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GUARDIAN)
        );
        _inboxOf[ALPHA].setPeer(HUB, _asBytes32(MALLORY));
        local.schedule(address(_inboxOf[ALPHA]), 0, data, 0, 0, TIMELOCK_DELAY);
        vm.stopPrank();
        bytes32 id = local.hashOperation(address(_inboxOf[ALPHA]), 0, data, 0, 0);
        skip(TIMELOCK_DELAY - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockUnexpectedOperationState.selector,
                id,
                bytes32(1 << uint8(TimelockController.OperationState.Ready))
            )
        );
        local.execute(address(_inboxOf[ALPHA]), 0, data, 0, 0);
        assertEq(_inboxOf[ALPHA].peers(HUB), _asBytes32(address(_sender)), "seen, not active yet");
        vm.prank(GUARDIAN);
        local.cancel(id);
    }

    function _proposal(bytes memory data) private view returns (Proposal memory proposal) {
        proposal.targets = new address[](1);
        proposal.values = new uint256[](1);
        proposal.calldatas = new bytes[](1);
        proposal.targets[0] = address(_sender);
        proposal.calldatas[0] = data;
        proposal.description = "Tell the spokes";
    }

    function _pass(Proposal memory proposal) private {
        _passUpToExecution(proposal);
        _execute(proposal);
    }

    function _passUpToExecution(Proposal memory proposal) private returns (uint256 id) {
        vm.prank(ALICE);
        id = _governor.propose(
            proposal.targets, proposal.values, proposal.calldatas, proposal.description
        );
        skip(VOTING_DELAY + 1);
        vm.prank(ALICE);
        _governor.castVote(id, 1);
        skip(VOTING_PERIOD + 1);
        _governor.queue(
            proposal.targets,
            proposal.values,
            proposal.calldatas,
            keccak256(bytes(proposal.description))
        );
        skip(TIMELOCK_DELAY);
    }

    function _execute(Proposal memory proposal) private {
        _governor.execute(
            proposal.targets,
            proposal.values,
            proposal.calldatas,
            keccak256(bytes(proposal.description))
        );
    }
}
