// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {stdError} from "forge-std/StdError.sol";

import {ICommandSender} from "../../../src/interfaces/ICommandSender.sol";
import {GovernanceBallots} from "./GovernanceBallots.sol";
import {Order, Orders} from "./GovernanceOrders.sol";

/// @notice Everything that can happen to a proposal, by anybody and at any time.
abstract contract GovernanceAssembly is GovernanceBallots {
    using Orders for Order;

    /// @notice Command numbers given out so far, by sender and chain.
    mapping(uint256 sender => mapping(uint32 eid => uint64)) public sentTo;

    constructor() {
        for (uint256 i; i < SENDERS; ++i) {
            (sentTo[i][ALPHA], sentTo[i][BETA]) = (1, 1);
        }
    }

    /// @dev Remembers what a message means before it arrives.
    function _announce(uint32 eid, uint64 no, Order memory order) internal virtual;

    /// @custom:property E21, H-04
    function propose(uint256 who, uint256 seed) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        address proposer = seed % 8 == 0 ? _anyone(who) : _voterAt(who % 3);
        if (_draft(proposer, seed)) _effect();
    }

    /// @dev A proposal that enough voters want goes some of the way or all of it, and at no station
    /// a second early.
    /// @custom:property E21
    function enact(uint256 seed) external counted {
        seed = _fresh(seed);
        address proposer = _voterAt(seed >> 8);
        uint256 stations = (seed >> 200) % 8;
        if (!_draft(proposer, seed)) return;
        _effect();
        uint256 index = motionCount() - 1;
        Motion storage motion = _motionAt(index);
        vm.warp(motion.start);
        _castVote(index, proposer, 1);
        vm.warp(motion.start + 1);
        for (uint256 i; i < HOLDERS && motion.inFavour < QUORUM; ++i) {
            if (_votesAt(holderAt(i), motion.start) != 0) _castVote(index, holderAt(i), 1);
        }
        vm.warp(motion.end);
        if (stations == 0) return;
        _queueMotion(index, EXECUTOR);
        vm.warp(motion.end + 1);
        if (stations == 1) return;
        if (!_queueMotion(index, EXECUTOR)) return;
        if (stations == 2) return;
        vm.warp(motion.eta - 1);
        _executeMotion(index, EXECUTOR);
        vm.warp(motion.eta);
        _executeMotion(index, EXECUTOR);
    }

    /// @custom:property E21
    function queue(uint256 who, uint256 seed) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        if (motionCount() == 0) return;
        uint256 index = _pickMotion(seed, IGovernor.ProposalState.Succeeded);
        if (_queueMotion(index, _anyone(who))) _effect();
    }

    /// @custom:property E21, H-04
    function execute(uint256 who, uint256 seed) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        if (motionCount() == 0) return;
        uint256 index = _pickMotion(seed, IGovernor.ProposalState.Queued);
        uint256 eta = _motionAt(index).eta;
        bool isPatient = (seed >> 136) % 2 == 0 && eta > block.timestamp + 1;
        if (isPatient) vm.warp(eta + (seed >> 144) % 3 - 1);
        bool isDone = (seed >> 128) % 4 == 0
            ? _executeDirectly(index, _anyone(who))
            : _executeMotion(index, _anyone(who));
        if (isDone) _effect();
    }

    /// @dev By the guardian in any state before the execution, by the proposer before the vote.
    /// @custom:property C-11, E21
    function veto(uint256 who, uint256 seed) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        if (motionCount() == 0) return;
        uint256 index = (seed >> 8) % 2 == 0
            ? _pickMotion(seed, IGovernor.ProposalState.Pending)
            : _pickMotion(seed, IGovernor.ProposalState.Queued);
        Motion storage motion = _motionAt(index);
        uint256 kind = (seed >> 128) % 4;
        address caller =
            kind == 0 ? _anyone(who) : kind == 1 ? motion.proposer : _hubModel().guardian;
        Proposal memory proposal = _proposalOf(motion);
        bytes memory data = abi.encodeCall(
            IGovernor.cancel,
            (proposal.targets, proposal.values, proposal.calldatas, proposal.descriptionHash)
        );
        if (!_expectCall(caller, address(GOVERNOR), data, _vetoRefusal(index, caller))) return;
        motion.isCanceled = true;
        assertFalse(TIMELOCK.isOperationPending(_operationOf(proposal)), "nothing left to execute");
        _effect();
    }

    /// @dev The guardian's other way: the timelock itself. Whoever was named first has the role.
    /// @custom:property C-11, E21
    function vetoAtTheTimelock(uint256 who, uint256 seed) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        if (motionCount() == 0) return;
        uint256 index = _pickMotion(seed, IGovernor.ProposalState.Queued);
        bytes32 operation = _operationOf(_proposalOf(_motionAt(index)));
        address caller = (seed >> 128) % 4 == 0 ? _anyone(who) : GUARDIAN;
        bytes memory refusal;
        if (caller != GUARDIAN) {
            refusal = abi.encodeWithSignature(
                "AccessControlUnauthorizedAccount(address,bytes32)",
                caller,
                TIMELOCK.CANCELLER_ROLE()
            );
        } else if (motionState(index) != IGovernor.ProposalState.Queued) {
            bytes32 pending = bytes32(
                (1 << uint8(TimelockController.OperationState.Waiting))
                    | (1 << uint8(TimelockController.OperationState.Ready))
            );
            refusal = abi.encodeWithSelector(
                TimelockController.TimelockUnexpectedOperationState.selector, operation, pending
            );
        }
        bytes memory data = abi.encodeCall(TimelockController.cancel, (operation));
        if (!_expectCall(caller, address(TIMELOCK), data, refusal)) return;
        _motionAt(index).isCanceled = true;
        _effect();
    }

    function _draft(address proposer, uint256 seed) private returns (bool) {
        uint256 kind = (seed >> 16) % 16;
        if (kind == 0) {
            (address target, bytes memory data, bytes memory refusal) = _draftHopeless(seed >> 32);
            return _submit(proposer, target, data, abi.encode(Subject.Hopeless, "", refusal));
        }
        if (kind < 4) {
            (Setting setting, uint256 value) = _draftSetting(seed >> 32);
            (address target, bytes memory data) = _callOf(setting, value);
            bytes memory meaning = abi.encode(setting, value);
            return _submit(proposer, target, data, abi.encode(Subject.Setting, meaning, ""));
        }
        (bytes memory sends, bytes memory orders, bytes memory error_) = _draftSends(seed >> 32);
        // Mostly by a sender that somebody listens to.
        uint256 sender = modelOf[_spokeAt(seed >> 24)].sender();
        if ((seed >> 20) % 8 == 0) sender = SENDERS - 1 - sender;
        address target = address(senderAt[sender]);
        return _submit(proposer, target, sends, abi.encode(Subject.Commands, orders, error_));
    }

    /// @param filing Subject, meaning and refusal of the motion, encoded.
    function _submit(address proposer, address target, bytes memory data, bytes memory filing)
        private
        returns (bool)
    {
        string memory description = vm.toString(motionCount());
        Proposal memory proposal = _one(target, data, keccak256(bytes(description)));
        uint256 votes = _votesAt(proposer, block.timestamp - 1);
        uint256 threshold = _hubModel().threshold;
        bytes memory refusal;
        if (votes < threshold) {
            refusal = abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, proposer, votes, threshold
            );
        }
        bytes memory call = abi.encodeCall(
            IGovernor.propose, (proposal.targets, proposal.values, proposal.calldatas, description)
        );
        if (!_expectCall(proposer, address(GOVERNOR), call, refusal)) return false;
        (Subject subject, bytes memory meaning, bytes memory ending) =
            abi.decode(filing, (Subject, bytes, bytes));
        _file(proposer, proposal, subject, meaning, ending);
        return true;
    }

    function _queueMotion(uint256 index, address caller) private returns (bool) {
        Motion storage motion = _motionAt(index);
        Proposal memory proposal = _proposalOf(motion);
        bytes memory refusal;
        if (motionState(index) != IGovernor.ProposalState.Succeeded) {
            refusal = _unexpected(index, _bit(IGovernor.ProposalState.Succeeded));
        }
        bytes memory data = abi.encodeCall(
            IGovernor.queue,
            (proposal.targets, proposal.values, proposal.calldatas, proposal.descriptionHash)
        );
        if (!_expectCall(caller, address(GOVERNOR), data, refusal)) return false;
        motion.eta = block.timestamp + _hubModel().minDelay;
        assertEq(GOVERNOR.proposalEta(motion.id), motion.eta, "eta");
        return true;
    }

    function _executeMotion(uint256 index, address caller) private returns (bool) {
        Motion storage motion = _motionAt(index);
        Proposal memory proposal = _proposalOf(motion);
        bytes memory refusal = _executionRefusal(index);
        if (motionState(index) != IGovernor.ProposalState.Queued) {
            refusal = _unexpected(index, _bit(IGovernor.ProposalState.Queued));
        }
        bytes memory data = abi.encodeCall(
            IGovernor.execute,
            (proposal.targets, proposal.values, proposal.calldatas, proposal.descriptionHash)
        );
        if (!_expectCall(caller, address(GOVERNOR), data, refusal)) return false;
        _settle(motion);
        return true;
    }

    /// @dev Past the governor: anybody executes what is due in the timelock. Settings of the
    /// governor itself cannot go that way.
    function _executeDirectly(uint256 index, address caller) private returns (bool) {
        Motion storage motion = _motionAt(index);
        Proposal memory proposal = _proposalOf(motion);
        bytes memory refusal = _executionRefusal(index);
        bool isDue =
            motionState(index) == IGovernor.ProposalState.Queued && block.timestamp >= motion.eta;
        if (!isDue) refusal = _notReady(_operationOf(proposal));
        else if (proposal.targets[0] == address(GOVERNOR)) refusal = stdError.popError;
        bytes memory data = abi.encodeCall(
            TimelockController.executeBatch,
            (proposal.targets, proposal.values, proposal.calldatas, 0, _saltOf(proposal))
        );
        if (!_expectCall(caller, address(TIMELOCK), data, refusal)) return false;
        _settle(motion);
        return true;
    }

    /// @dev Of a motion that is queued.
    function _executionRefusal(uint256 index) private view returns (bytes memory) {
        Motion storage motion = _motionAt(index);
        if (block.timestamp < motion.eta) return _notReady(_operationOf(_proposalOf(motion)));
        if (motion.subject != Subject.Commands) return motion.refusal;
        // Votes change the cap of the first sender only.
        bool isFirst = _proposalOf(motion).targets[0] == address(_sender);
        uint256 feeCap = isFirst ? _hubModel().feeCap : COMMAND_FEE_CAP;
        if (motion.refusal.length != 0 || feeCap >= MESSAGE_FEE) return motion.refusal;
        return abi.encodeWithSelector(
            ICommandSender.CommandSender_FeeTooHigh.selector, MESSAGE_FEE, feeCap
        );
    }

    /// @dev Books what an execution must have done.
    function _settle(Motion storage motion) private {
        motion.isExecuted = true;
        if (motion.subject == Subject.Setting) {
            (Setting setting, uint256 value) = abi.decode(motion.meaning, (Setting, uint256));
            _applySetting(setting, value);
            return;
        }
        (uint32[] memory eids, Order[] memory orders) =
            abi.decode(motion.meaning, (uint32[], Order[]));
        uint256 waiting = _packets.length;
        _collect();
        assertEq(_packets.length, waiting + orders.length, "one packet a command");
        uint256 sender = _proposalOf(motion).targets[0] == address(_sender) ? 0 : 1;
        for (uint256 i; i < orders.length; ++i) {
            _bookSent(sender, eids[i], orders[i]);
        }
    }

    /// @return no Number of the command.
    function _bookSent(uint256 sender, uint32 eid, Order memory order)
        internal
        returns (uint64 no)
    {
        no = ++sentTo[sender][eid];
        if (sender == 0) _hubModel().senderBalance -= MESSAGE_FEE;
        _announce(eid, no, order);
    }

    function _vetoRefusal(uint256 index, address caller) private view returns (bytes memory) {
        Motion storage motion = _motionAt(index);
        IGovernor.ProposalState state = motionState(index);
        bool isProposers = state == IGovernor.ProposalState.Pending && caller == motion.proposer;
        if (caller != _hubModel().guardian && !isProposers) {
            return
                abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, motion.id, caller);
        }
        bool isOver =
            state == IGovernor.ProposalState.Executed || state == IGovernor.ProposalState.Canceled;
        if (!isOver) return "";
        bytes32 cancellable = bytes32(uint256(0xff)) ^ _bit(IGovernor.ProposalState.Canceled)
            ^ _bit(IGovernor.ProposalState.Expired) ^ _bit(IGovernor.ProposalState.Executed);
        return _unexpected(index, cancellable);
    }
}
