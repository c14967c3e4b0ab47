// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {ICommandSender} from "../../../src/interfaces/ICommandSender.sol";
import {GovernanceVotes} from "./GovernanceVotes.sol";
import {Order, Orders} from "./GovernanceOrders.sol";

/// @notice Proposals as the suite remembers them, and what should have become of each: counted from
/// the votes of the naive list, from times, and from nothing that the governor says.
abstract contract GovernanceMotions is GovernanceVotes {
    using Orders for Order;

    /// @dev In the governor's own shape.
    struct Proposal {
        address[] targets;
        uint256[] values;
        bytes[] calldatas;
        bytes32 descriptionHash;
    }

    enum Subject {
        Commands,
        Setting,
        Hopeless
    }

    /// @param content The proposal, encoded.
    /// @param meaning Chains and orders, or setting and value, encoded.
    /// @param refusal What the execution ends with whenever it is tried; empty when it passes.
    struct Motion {
        uint256 id;
        Subject subject;
        bytes content;
        bytes meaning;
        bytes refusal;
        address proposer;
        uint256 start;
        uint256 end;
        uint256 eta;
        uint256 against;
        uint256 inFavour;
        uint256 abstained;
        bool isCanceled;
        bool isExecuted;
    }

    /// @dev So many of the latest motions are looked at for one that is due.
    uint256 private constant RECENT = 12;

    Motion[] private _motions;
    mapping(uint256 motion => mapping(address voter => bool)) internal _hasVoted;

    function motionCount() public view returns (uint256) {
        return _motions.length;
    }

    function motionId(uint256 index) external view returns (uint256) {
        return _motions[index].id;
    }

    /// @notice What the governor has to say of a motion.
    function motionState(uint256 index) public view returns (IGovernor.ProposalState) {
        Motion storage motion = _motions[index];
        if (motion.isExecuted) return IGovernor.ProposalState.Executed;
        if (motion.isCanceled) return IGovernor.ProposalState.Canceled;
        if (block.timestamp <= motion.start) return IGovernor.ProposalState.Pending;
        if (block.timestamp <= motion.end) return IGovernor.ProposalState.Active;
        bool isPassed =
            motion.inFavour + motion.abstained >= QUORUM && motion.inFavour > motion.against;
        if (!isPassed) return IGovernor.ProposalState.Defeated;
        if (motion.eta == 0) return IGovernor.ProposalState.Succeeded;
        return IGovernor.ProposalState.Queued;
    }

    function _motionAt(uint256 index) internal view returns (Motion storage) {
        return _motions[index];
    }

    /// @dev Mostly a recent motion in the state, if there is one; else any.
    function _pickMotion(uint256 seed, IGovernor.ProposalState wanted)
        internal
        view
        returns (uint256 index)
    {
        uint256 count = _motions.length;
        index = (seed >> 8) % count;
        if (seed % 8 == 0) return index;
        uint256 recent = count < RECENT ? count : RECENT;
        for (uint256 i; i < recent; ++i) {
            uint256 candidate = count - 1 - ((seed >> 8) + i) % recent;
            if (motionState(candidate) == wanted) return candidate;
        }
    }

    function _proposalOf(Motion storage motion) internal view returns (Proposal memory) {
        return abi.decode(motion.content, (Proposal));
    }

    /// @dev Files what was proposed a moment ago.
    function _file(
        address proposer,
        Proposal memory proposal,
        Subject subject,
        bytes memory meaning,
        bytes memory refusal
    ) internal {
        Motion storage motion = _motions.push();
        motion.id = _idOf(proposal);
        motion.subject = subject;
        motion.content = abi.encode(proposal);
        motion.meaning = meaning;
        motion.refusal = refusal;
        motion.proposer = proposer;
        motion.start = block.timestamp + _hubModel().votingDelay;
        motion.end = motion.start + _hubModel().votingPeriod;
    }

    function _idOf(Proposal memory proposal) internal pure returns (uint256) {
        return uint256(
            keccak256(
                abi.encode(
                    proposal.targets, proposal.values, proposal.calldatas, proposal.descriptionHash
                )
            )
        );
    }

    function _operationOf(Proposal memory proposal) internal view returns (bytes32) {
        return TIMELOCK.hashOperationBatch(
            proposal.targets, proposal.values, proposal.calldatas, 0, _saltOf(proposal)
        );
    }

    function _saltOf(Proposal memory proposal) internal view returns (bytes32) {
        return bytes20(address(GOVERNOR)) ^ proposal.descriptionHash;
    }

    function _one(address target, bytes memory data, bytes32 descriptionHash)
        internal
        pure
        returns (Proposal memory proposal)
    {
        proposal.targets = new address[](1);
        proposal.values = new uint256[](1);
        proposal.calldatas = new bytes[](1);
        (proposal.targets[0], proposal.calldatas[0]) = (target, data);
        proposal.descriptionHash = descriptionHash;
    }

    /// @dev Up to eight commands; one time in sixteen the first has a byte too many, which the
    /// sender finds out.
    function _draftSends(uint256 seed)
        internal
        view
        returns (bytes memory data, bytes memory meaning, bytes memory refusal)
    {
        uint256 count = 1 + seed % 8;
        uint32[] memory eids = new uint32[](count);
        Order[] memory orders = new Order[](count);
        bytes[] memory commands = new bytes[](count);
        for (uint256 i; i < count; ++i) {
            uint256 draw = _draw(seed, i);
            eids[i] = _spokeAt(draw);
            orders[i] = _draftOrder(eids[i], draw >> 8);
            commands[i] = orders[i].encode();
        }
        if ((seed >> 8) % 16 == 0) {
            commands[0] = abi.encodePacked(commands[0], uint8(0));
            refusal = abi.encodeWithSelector(
                ICommandSender.CommandSender_Malformed.selector, eids[0], commands[0]
            );
        }
        data = count == 1
            ? abi.encodeCall(ICommandSender.send, (eids[0], commands[0]))
            : abi.encodeCall(ICommandSender.sendMany, (eids, commands));
        meaning = abi.encode(eids, orders);
    }

    function _unexpected(uint256 index, bytes32 expected) internal view returns (bytes memory) {
        return abi.encodeWithSelector(
            IGovernor.GovernorUnexpectedProposalState.selector,
            _motions[index].id,
            motionState(index),
            expected
        );
    }

    function _bit(IGovernor.ProposalState state) internal pure returns (bytes32) {
        return bytes32(1 << uint8(state));
    }

    function _notReady(bytes32 operation) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(
            TimelockController.TimelockUnexpectedOperationState.selector,
            operation,
            bytes32(1 << uint8(TimelockController.OperationState.Ready))
        );
    }
}
