// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {Farms} from "../../src/spoke/Farms.sol";
import {PeerFixture} from "../support/PeerFixture.sol";
import {ShareModel} from "../support/ShareModel.sol";
import {PlainToken} from "../support/Tokens.sol";

interface IStakeToken {
    function approve(address spender, uint256 amount) external returns (bool);
    function balanceOf(address account) external view returns (uint256);
    function totalSupply() external view returns (uint256);
}

/// @notice Random histories played to Farms, to a contract of somebody else and to a model that
/// knows no rounding, always in the same second.
///
/// Ours has to stay within one wei per operation of the model, whatever happens; how far the peer
/// may be is what its own divisions lose, summed up as the history goes (`_peerSlackX`).
abstract contract DifferentialFixture is PeerFixture {
    using ShareModel for ShareModel.Pool;

    uint256 internal constant OPERATIONS = 64;
    uint8 internal constant SCALE_BITS = 95;
    /// @dev The least position of a farm of this scale.
    uint256 internal constant MINIMUM = 2 ** 31;
    uint64 internal constant MAX_RATE = type(uint64).max;
    /// @dev What the model itself may have rounded away: one unit of 2^-128 wei an accrual.
    uint256 private constant MODEL_ERROR_X = 1000;

    PlainToken internal _reward;
    PlainToken internal _peerReward;
    Farms internal _farms;
    address[] internal _users;
    uint32 internal _farmCount;

    mapping(uint32 farmId => ShareModel.Pool) internal _models;
    mapping(uint32 farmId => mapping(address user => uint256)) internal _ourPaid;
    mapping(uint32 farmId => mapping(address user => uint256)) internal _peerPaid;
    /// @dev What the peer's divisions may have cost a user so far, in the unit of the model.
    mapping(uint32 farmId => mapping(address user => uint256)) internal _peerSlackX;
    /// @dev Calls that changed a farm so far.
    mapping(uint32 farmId => uint256) internal _operations;
    mapping(uint32 farmId => mapping(address user => uint256)) private _calls;
    mapping(uint32 farmId => uint256) private _peerAt;
    uint256 private _seed;

    function _startBoth(uint256 seed) internal {
        vm.warp(1_800_000_000);
        _seed = seed;
        _reward = new PlainToken(18);
        _peerReward = new PlainToken(18);
        _farms = new Farms(
            address(_reward), makeAddr("treasury"), 7 days, address(this), makeAddr("guardian")
        );
        _farms.setReceiver(address(this));
        _farms.setBridge(makeAddr("bridge"));
        _reward.mint(address(this), type(uint96).max);
        _reward.approve(address(_farms), type(uint256).max);
        for (uint256 i; i < 4; ++i) {
            _users.push(makeAddr(string(abi.encodePacked("user", i))));
        }
    }

    /// @dev Registers farm `_farmCount + 1` for `stakeToken` and lets both sides take it.
    function _addFarm(address stakeToken, address peer) internal returns (uint32 farmId) {
        farmId = ++_farmCount;
        _farms.addFarm(IFarms.NewFarm(farmId, stakeToken, SCALE_BITS, MAX_RATE, false));
        for (uint256 i; i < _users.length; ++i) {
            vm.startPrank(_users[i]);
            IStakeToken(stakeToken).approve(address(_farms), type(uint256).max);
            IStakeToken(stakeToken).approve(peer, type(uint256).max);
            vm.stopPrank();
            _models[farmId].users.push(_users[i]);
        }
    }

    // What a peer supplies.

    /// @dev Gives `user` stake tokens, `amount` for either side, unless he has them.
    function _supply(uint32 farmId, address user, uint256 amount) internal virtual;
    function _peerStake(uint32 farmId, uint256 amount) internal virtual;
    function _peerWithdraw(uint32 farmId, uint256 amount) internal virtual;
    function _peerClaim(uint32 farmId) internal virtual;
    function _peerPending(uint32 farmId, address user) internal view virtual returns (uint256);
    /// @dev Funds both sides anew, or splits anew what they emit.
    function _refund() internal virtual;
    /// @dev Most that one checkpoint of the peer's costs a user of `weight`, in the unit of the
    /// model.
    function _truncationX(uint256 weight, uint256 total) internal pure virtual returns (uint256);
    /// @dev Most wei that one call of a user brings him too much from the peer.
    function _excessPerCall() internal pure virtual returns (uint256);
    /// @dev Whatever else happens between two calls.
    function _between() internal virtual {}

    // The history.

    /// @dev Plays `OPERATIONS` calls at random and compares everybody in the farm after each; all
    /// farms now and then and in the end.
    function _play() internal {
        for (uint256 i; i < OPERATIONS; ++i) {
            _pass();
            _between();
            uint32 farmId = uint32(1 + _random(_farmCount));
            address user = _users[_random(_users.length)];
            uint256 choice = _random(100);
            if (choice < 35) _stake(farmId, user);
            else if (choice < 55) _withdraw(farmId, user);
            else if (choice < 75) _claim(farmId, user);
            else if (choice < 85) _exit(farmId, user);
            else if (choice < 90) _everyoneLeaves(farmId);
            else _fundAnew();
            _compareFarm(farmId);
            if (i % 16 == 15) _compareAll();
        }
    }

    /// @dev Often nothing or a second, sometimes long enough for a stream to run out.
    function _pass() private {
        uint256 choice = _random(10);
        if (choice < 2) return;
        if (choice < 4) skip(1);
        else if (choice < 8) skip(_random(1 days));
        else if (choice < 9) skip(_random(20 days));
        else skip(_random(90 days));
    }

    function _stake(uint32 farmId, address user) private {
        uint256 amount = MINIMUM + _random(10 ** (9 + _random(16)));
        _supply(farmId, user, amount);
        _checkpoint(farmId, user);
        vm.startPrank(user);
        _farms.stake(farmId, uint96(amount));
        uint256 before = _peerReward.balanceOf(user);
        _peerStake(farmId, amount);
        vm.stopPrank();
        _peerPaid[farmId][user] += _peerReward.balanceOf(user) - before;
        _models[farmId].increase(user, amount);
    }

    function _withdraw(uint32 farmId, address user) private {
        uint256 staked = _models[farmId].weight[user];
        if (staked == 0) return;
        uint256 amount = 1 + _random(staked);
        // What stays behind must be nothing or no less than the least position.
        if (staked - amount < MINIMUM) amount = staked;
        _checkpoint(farmId, user);
        vm.startPrank(user);
        _farms.withdraw(farmId, uint96(amount));
        uint256 before = _peerReward.balanceOf(user);
        _peerWithdraw(farmId, amount);
        vm.stopPrank();
        _peerPaid[farmId][user] += _peerReward.balanceOf(user) - before;
        _models[farmId].decrease(user, amount);
    }

    function _claim(uint32 farmId, address user) private {
        _checkpoint(farmId, user);
        uint256 owed = _farms.earned(farmId, user);
        vm.startPrank(user);
        assertEq(_farms.claim(farmId), owed, "a claim pays what was earned");
        uint256 before = _peerReward.balanceOf(user);
        _peerClaim(farmId);
        vm.stopPrank();
        _ourPaid[farmId][user] += owed;
        _peerPaid[farmId][user] += _peerReward.balanceOf(user) - before;
    }

    function _exit(uint32 farmId, address user) private {
        uint256 staked = _models[farmId].weight[user];
        if (staked == 0) return;
        _checkpoint(farmId, user);
        vm.startPrank(user);
        _ourPaid[farmId][user] += _farms.exit(farmId, uint96(staked));
        uint256 before = _peerReward.balanceOf(user);
        _peerWithdraw(farmId, staked);
        _peerClaim(farmId);
        vm.stopPrank();
        _peerPaid[farmId][user] += _peerReward.balanceOf(user) - before;
        _models[farmId].decrease(user, staked);
    }

    function _everyoneLeaves(uint32 farmId) internal {
        for (uint256 i; i < _users.length; ++i) {
            _exit(farmId, _users[i]);
        }
    }

    function _fundAnew() private {
        for (uint32 farmId = 1; farmId <= _farmCount; ++farmId) {
            _checkpoint(farmId, address(0));
        }
        _refund();
    }

    /// @dev Brings the model up to now, and the slack: a checkpoint of the peer truncates once for
    /// everybody, and once more for `caller`, whose part it rounds to wei.
    function _checkpoint(uint32 farmId, address caller) internal {
        ShareModel.Pool storage pool = _models[farmId];
        pool.accrue();
        ++_operations[farmId];
        _calls[farmId][caller] += 1;
        _peerSlackX[farmId][caller] += ShareModel.ONE_WEI;
        if (_peerAt[farmId] == block.timestamp || pool.total == 0) return;
        for (uint256 i; i < _users.length; ++i) {
            _peerSlackX[farmId][_users[i]] += _truncationX(pool.weight[_users[i]], pool.total);
        }
        _peerAt[farmId] = block.timestamp;
    }

    // The comparison.

    function _compareAll() private {
        for (uint32 farmId = 1; farmId <= _farmCount; ++farmId) {
            _compareFarm(farmId);
        }
    }

    function _compareFarm(uint32 farmId) private {
        _models[farmId].accrue();
        for (uint256 i; i < _users.length; ++i) {
            _compare(farmId, _users[i]);
        }
    }

    function _compare(uint32 farmId, address user) private view {
        ShareModel.Pool storage pool = _models[farmId];
        uint256 owedX = pool.owedX[user];
        uint256 ours = _ourPaid[farmId][user] + _farms.earned(farmId, user);
        // Reading rounds twice: what is emitted and what is earned, each to a wei.
        uint256 toleranceX = (_operations[farmId] + 2) * ShareModel.ONE_WEI;
        assertApproxEqAbs(ours * ShareModel.ONE_WEI, owedX, toleranceX, "ours from the model");

        uint256 peers = (_peerPaid[farmId][user] + _peerPending(farmId, user)) * ShareModel.ONE_WEI;
        // Reading is one more checkpoint that truncates and rounds.
        uint256 slackX = _peerSlackX[farmId][user] + ShareModel.ONE_WEI;
        if (pool.total != 0) slackX += _truncationX(pool.weight[user], pool.total);
        assertGe(peers + slackX, owedX, "the peer is too far below the model");
        uint256 calls = _calls[farmId][user] + 1;
        uint256 excessX = calls * _excessPerCall() * ShareModel.ONE_WEI + MODEL_ERROR_X;
        assertLe(peers, owedX + excessX, "the peer is too far above the model");
    }

    /// @dev A number below `bound`.
    function _random(uint256 bound) internal returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return _seed % bound;
    }
}
