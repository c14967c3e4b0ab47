// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

import {GovernanceMotions} from "./GovernanceMotions.sol";

/// @notice Votes on what was proposed, in person or signed.
abstract contract GovernanceBallots is GovernanceMotions {
    /// @dev A vote as it is handed in.
    struct Ballot {
        address caller;
        bytes data;
    }

    bytes32 private constant BALLOT_TYPEHASH =
        keccak256("Ballot(uint256 proposalId,uint8 support,address voter,uint256 nonce)");
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    mapping(address voter => uint256) private _signedVotes;

    /// @custom:property E21
    function vote(uint256 who, uint256 seed, uint8 support) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        if (motionCount() == 0) return;
        uint256 index = _pickMotion(seed, IGovernor.ProposalState.Active);
        // In favour more often than chance has it; 3 is no way to vote.
        support = support % 8 > 3 ? 1 : support % 8;
        address voter = (seed >> 128) % 8 == 0 ? _anyone(who) : holderAt(who);
        if (_castVote(index, voter, support)) _effect();
    }

    /// @dev Anybody hands in what somebody signed: it counts once, as it was signed and for him.
    /// @custom:property E21
    function voteBySig(uint256 who, uint256 seed, uint8 support) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        if (motionCount() == 0) return;
        uint256 index = _pickMotion(seed, IGovernor.ProposalState.Active);
        if (motionState(index) != IGovernor.ProposalState.Active) {
            index = _pickMotion(seed, IGovernor.ProposalState.Pending);
            bool isPending = motionState(index) == IGovernor.ProposalState.Pending;
            if (isPending) vm.warp(_motionAt(index).start + 1);
        }
        support = support % 8 > 3 ? 1 : support % 8;
        for (uint256 i; i < VOTERS && _hasVoted[index][_voterAt(who)]; ++i) {
            who = who % VOTERS + 1;
        }
        address voter = _voterAt(who);
        address caller = _anyone(seed >> 64);
        bytes memory signature = _signVote(index, support, who);
        bytes memory refusal =
            abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, voter);
        uint256 kind = (seed >> 128) % 4;
        if (kind == 0) {
            _expectCall(
                caller, address(GOVERNOR), _signed(index, support ^ 1, voter, signature), refusal
            );
        } else if (kind == 1) {
            bytes memory stranger = abi.encodeWithSelector(
                IGovernor.GovernorInvalidSignature.selector, _voterAt(who + 1)
            );
            bytes memory other = _signed(index, support, _voterAt(who + 1), signature);
            _expectCall(caller, address(GOVERNOR), other, stranger);
        }
        bytes memory data = _signed(index, support, voter, signature);
        if (!_count(index, voter, support, Ballot(caller, data))) return;
        ++_signedVotes[voter];
        _expectCall(caller, address(GOVERNOR), data, refusal);
        _effect();
    }

    function _castVote(uint256 index, address voter, uint8 support) internal returns (bool) {
        bytes memory data = abi.encodeCall(IGovernor.castVote, (_motionAt(index).id, support));
        return _count(index, voter, support, Ballot(voter, data));
    }

    /// @dev Whatever way a vote comes in, it counts as the naive list has it.
    function _count(uint256 index, address voter, uint8 support, Ballot memory ballot)
        private
        returns (bool)
    {
        Motion storage motion = _motionAt(index);
        uint256 weight = _votesAt(voter, motion.start);
        bytes memory refusal;
        if (motionState(index) != IGovernor.ProposalState.Active) {
            refusal = _unexpected(index, _bit(IGovernor.ProposalState.Active));
        } else if (_hasVoted[index][voter]) {
            refusal = abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, voter);
        } else if (support > 2) {
            refusal = abi.encodePacked(IGovernor.GovernorInvalidVoteType.selector);
        }
        if (!_expectCall(ballot.caller, address(GOVERNOR), ballot.data, refusal)) return false;
        _hasVoted[index][voter] = true;
        if (support == 0) motion.against += weight;
        else if (support == 1) motion.inFavour += weight;
        else motion.abstained += weight;
        (uint256 against, uint256 inFavour, uint256 abstained) = GOVERNOR.proposalVotes(motion.id);
        assertEq(against, motion.against, "against, as of the snapshot");
        assertEq(inFavour, motion.inFavour, "in favour, as of the snapshot");
        assertEq(abstained, motion.abstained, "abstained, as of the snapshot");
        return true;
    }

    function _signed(uint256 index, uint8 support, address voter, bytes memory signature)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(
            IGovernor.castVoteBySig, (_motionAt(index).id, support, voter, signature)
        );
    }

    /// @dev The digest is put together anew, field by field.
    function _signVote(uint256 index, uint8 support, uint256 voter)
        private
        view
        returns (bytes memory)
    {
        address account = _voterAt(voter);
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256("HeadwaterGovernor"),
                keccak256("1"),
                block.chainid,
                address(GOVERNOR)
            )
        );
        bytes32 fields = keccak256(
            abi.encode(
                BALLOT_TYPEHASH, _motionAt(index).id, support, account, _signedVotes[account]
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, fields));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf(voter), digest);
        return abi.encodePacked(r, s, v);
    }
}
