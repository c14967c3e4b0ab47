// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {MessagingFee, SendParam} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";

import {GovernanceHub} from "./GovernanceHub.sol";

/// @notice Who has how many votes, counted again from balances and delegations after every change
/// and remembered as a plain list of points in time.
abstract contract GovernanceVotes is GovernanceHub {
    struct Point {
        uint256 at;
        uint256 votes;
    }

    uint256 internal constant HOLDERS = VOTERS + 1;

    mapping(address holder => uint256) public balanceOf;
    mapping(address holder => address) public delegateOf;
    mapping(address holder => Point[]) private _points;

    constructor() {
        uint256[HOLDERS] memory grants =
            [uint256(3_000_000e18), 2_500_000e18, 1_500_000e18, 900_000e18, 100_000e18, 99_999e18];
        for (uint256 i; i < HOLDERS; ++i) {
            address holder = holderAt(i);
            vm.prank(TREASURY);
            VOTES.transfer(holder, grants[i]);
            vm.prank(holder);
            VOTES.delegate(holder);
            (balanceOf[holder], delegateOf[holder]) = (grants[i], holder);
        }
        _recount();
        skip(1);
    }

    function holderAt(uint256 index) public view returns (address) {
        return index % HOLDERS == VOTERS ? MALLORY : _voterAt(index % HOLDERS);
    }

    function votesNow(address holder) public view returns (uint256) {
        return _votesAt(holder, block.timestamp);
    }

    /// @custom:property E21
    function delegate(uint256 who, uint256 to) external counted {
        who = _fresh(who);
        to = _fresh(to);
        (address holder, address chosen) = (holderAt(who), holderAt(to));
        // Away from oneself one time in four: votes shall decide something in the end.
        if (to % 4 != 0) chosen = holder;
        vm.prank(holder);
        VOTES.delegate(chosen);
        if (delegateOf[holder] != chosen) _effect();
        delegateOf[holder] = chosen;
        _recount();
        _assertVotes();
    }

    /// @custom:property E21
    function transferVotes(uint256 who, uint256 to, uint256 amount) external counted {
        who = _fresh(who);
        to = _fresh(to);
        amount = _fresh(amount);
        (address holder, address receiver) = (holderAt(who), holderAt(to));
        amount = amount % (balanceOf[holder] / (to % 16 == 0 ? 1 : 16) + 1);
        vm.prank(holder);
        IERC20(address(VOTES)).transfer(receiver, amount);
        balanceOf[holder] -= amount;
        balanceOf[receiver] += amount;
        _recount();
        _assertVotes();
        if (amount != 0) _effect();
    }

    /// @dev Votes that leave the hub count nothing here; the quorum stays what it was.
    /// @custom:property E21
    function leaveHub(uint256 who, uint256 amount) external counted {
        who = _fresh(who);
        amount = _fresh(amount);
        address holder = holderAt(who);
        amount = amount % (balanceOf[holder] / 32 + 1) / SD * SD;
        if (amount == 0) return;
        SendParam memory param = SendParam(ALPHA, _asBytes32(holder), amount, amount, "", "", "");
        vm.deal(holder, MESSAGE_FEE);
        vm.prank(holder);
        _siteOf[HUB].reward.send{value: MESSAGE_FEE}(param, MessagingFee(MESSAGE_FEE, 0), holder);
        _collect();
        _deliver(_packets.length - 1);
        balanceOf[holder] -= amount;
        _recount();
        _assertVotes();
        assertEq(GOVERNOR.quorum(block.timestamp - 1), QUORUM, "the floor is absolute");
        _effect();
    }

    /// @dev Of the latest point up to then.
    function _votesAt(address holder, uint256 at) internal view returns (uint256) {
        Point[] storage points = _points[holder];
        for (uint256 i = points.length; i != 0; --i) {
            if (points[i - 1].at <= at) return points[i - 1].votes;
        }
        return 0;
    }

    function _recount() private {
        for (uint256 i; i < HOLDERS; ++i) {
            address holder = holderAt(i);
            uint256 votes;
            for (uint256 j; j < HOLDERS; ++j) {
                if (delegateOf[holderAt(j)] == holder) votes += balanceOf[holderAt(j)];
            }
            if (votes != votesNow(holder)) _points[holder].push(Point(block.timestamp, votes));
        }
    }

    function _assertVotes() private view {
        for (uint256 i; i < HOLDERS; ++i) {
            assertEq(VOTES.getVotes(holderAt(i)), votesNow(holderAt(i)), "votes");
        }
    }
}
