// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";

import {HeadwaterGovernor} from "../../src/governance/HeadwaterGovernor.sol";
import {HeadwaterTimelock} from "../../src/governance/HeadwaterTimelock.sol";
import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {StackFixture} from "../support/StackFixture.sol";

/// @notice A vote decides an epoch and sends it to every chain in one transaction, through the real
/// governor, timelock and endpoints.
contract EmissionGovernanceTest is StackFixture {
    bytes32 private constant EVIDENCE = keccak256("vote");

    struct Proposal {
        address[] targets;
        uint256[] values;
        bytes[] calldatas;
        string description;
    }

    HeadwaterGovernor private _governor;
    HeadwaterTimelock private _timelock;

    function setUp() external {
        _startStack();
        address[] memory nobody = new address[](0);
        address[] memory anybody = new address[](1);
        _timelock = new HeadwaterTimelock(2 days, nobody, anybody, address(this));
        _governor = new HeadwaterGovernor(
            IVotes(address(_siteOf[HUB].reward)),
            TimelockController(payable(address(_timelock))),
            1 days,
            3 days,
            100_000e18,
            4_000_000e18,
            GUARDIAN
        );
        _timelock.grantRole(_timelock.PROPOSER_ROLE(), address(_governor));
        _timelock.renounceRole(_timelock.DEFAULT_ADMIN_ROLE(), address(this));
        _controller.transferOwnership(address(_timelock));
        vm.prank(TREASURY);
        _siteOf[HUB].reward.transfer(ALICE, 10_000_000e18);
        vm.prank(ALICE);
        IVotes(address(_siteOf[HUB].reward)).delegate(ALICE);
        skip(1);
    }

    function test_OneTransactionDecidesAnEpochAndReachesEveryChain() external {
        Proposal memory proposal = _proposal(_evenTargets(150_000e6));
        _pass(proposal);
        uint256 held = address(_controller).balance;
        _execute(proposal);
        assertEq(_controller.revisionOf(2), 1);
        assertEq(_controller.evidenceOf(2), EVIDENCE);
        assertEq(_controller.spentSD(2), 900_000e6);
        assertEq(_controller.outstandingSD(), 0);
        assertEq(held - address(_controller).balance, 2 * MESSAGE_FEE, "two lanes, two fees");
        assertEq(address(_timelock).balance, 0);
        assertEq(address(_governor).balance, 0);
        _deliverAll();
        for (uint256 i; i < _eids.length; ++i) {
            assertEq(_siteOf[_eids[i]].receiver.givenOf(2, 1), 150_000e18);
            assertEq(_siteOf[_eids[i]].receiver.givenOf(2, 2), 150_000e18);
        }
    }

    /// @dev The operator decided twice and sent some while the vote ran; what the vote says holds.
    function test_AVoteOverridesWhatTheOperatorDecidedMeanwhile() external {
        IEmissionController.Target[] memory voted = _evenTargets(100_000e6);
        voted[0].amountSD = 200_000e6;
        Proposal memory proposal = _proposal(voted);
        _pass(proposal);
        _decide(2, 1, _evenTargets(10_000e6));
        _decide(2, 2, _evenTargets(120_000e6));
        _controller.dispatch(2, ALPHA);
        _deliverAll();
        _execute(proposal);
        _deliverAll();
        assertEq(_controller.revisionOf(2), 3);
        assertEq(_siteOf[BETA].receiver.givenOf(2, 1), 200_000e18);
        assertEq(_siteOf[BETA].receiver.givenOf(2, 2), 100_000e18);
        assertEq(_siteOf[ALPHA].receiver.givenOf(2, 1), 100_000e18, "taken back");
        assertEq(_siteOf[ALPHA].receiver.potOf(2), 40_000e18, "netted off the next order");
    }

    /// @dev E16: the vote's decision stands when the fees are short; the hub's own farms are
    /// served, other lanes wait, and anyone sends them once there is money for fees.
    /// @custom:property E16
    function test_E16_AVoteWithoutFeeMoneyDecidesAndWaits() external {
        Proposal memory proposal = _proposal(_evenTargets(150_000e6));
        _pass(proposal);
        vm.deal(address(_controller), MESSAGE_FEE);
        uint64 seq = _controller.seq();
        _execute(proposal);
        assertEq(_controller.revisionOf(2), 1);
        assertEq(_controller.seq(), seq + 4, "decided, two sent, one failed");
        assertEq(_controller.dispatchedRevision(2, ALPHA), 1);
        assertEq(_controller.dispatchedRevision(2, HUB), 1);
        assertEq(_controller.dispatchedRevision(2, BETA), 0);
        assertEq(_controller.outstandingSD(), 300_000e6);
        vm.deal(address(_controller), MESSAGE_FEE);
        vm.prank(BOB);
        _controller.dispatch(2, BETA);
        _deliverAll();
        assertEq(_siteOf[BETA].receiver.givenOf(2, 1), 150_000e18);
    }

    /// @dev An epoch that is not open any more by the time a vote is executed fails as a whole.
    function test_RevertIf_AVoteIsExecutedTooLate() external {
        Proposal memory proposal = _proposal(_evenTargets(150_000e6));
        _pass(proposal);
        vm.warp(_controller.epochEnd(2));
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_EpochNotOpen.selector, 2, 3)
        );
        _execute(proposal);
        assertEq(_controller.revisionOf(2), 0);
    }

    function _proposal(IEmissionController.Target[] memory targets)
        private
        view
        returns (Proposal memory proposal)
    {
        proposal.targets = new address[](2);
        proposal.values = new uint256[](2);
        proposal.calldatas = new bytes[](2);
        proposal.targets[0] = address(_controller);
        proposal.targets[1] = address(_controller);
        proposal.calldatas[0] =
            abi.encodeCall(IEmissionController.decide, (2, 0, targets, EVIDENCE));
        proposal.calldatas[1] = abi.encodeCall(IEmissionController.dispatchMany, (2, _eids));
        proposal.description = "Decide epoch 2 by vote";
    }

    /// @dev Proposes, votes, queues and waits until it can be executed.
    function _pass(Proposal memory proposal) private {
        vm.startPrank(ALICE);
        uint256 id = _governor.propose(
            proposal.targets, proposal.values, proposal.calldatas, proposal.description
        );
        skip(1 days + 1);
        _governor.castVote(id, 1);
        vm.stopPrank();
        skip(3 days + 1);
        _governor.queue(
            proposal.targets,
            proposal.values,
            proposal.calldatas,
            keccak256(bytes(proposal.description))
        );
        skip(2 days);
    }

    /// @dev Anyone executes, and pays nothing but gas.
    function _execute(Proposal memory proposal) private {
        vm.prank(BOB);
        _governor.execute(
            proposal.targets,
            proposal.values,
            proposal.calldatas,
            keccak256(bytes(proposal.description))
        );
        _collect();
    }
}
