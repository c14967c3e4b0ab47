// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IStakingRewards} from "../support/PeerFixture.sol";
import {ShareModel} from "../support/ShareModel.sol";
import {PlainToken} from "../support/Tokens.sol";
import {DifferentialFixture} from "./DifferentialFixture.sol";

/// @notice Farms beside the Synthetix StakingRewards.
///
/// It rounds in three places, and each is the whole tolerance: the rate to whole wei a second (what
/// that leaves over stays in it for good, so ours is funded with what it will stream); the reward
/// per token to 1e-18 (a checkpoint costs a user less than stake / 1e18 wei); and what a user
/// earned to a wei, down, at each of his calls. All three are against the user, so it never pays
/// more than the model.
/// forge-config: default.fuzz.runs = 64
contract StakingRewardsDifferentialTest is DifferentialFixture {
    using ShareModel for ShareModel.Pool;

    uint32 internal constant FARM = 1;
    uint256 private constant REWARD_MAX = 10_000_000e18;

    IStakingRewards internal _peer;

    /// @custom:property F-04, E9, E11, E13
    function testFuzz_PaysWhatStakingRewardsPays(uint256 seed) external {
        _start(seed);
        _refund();
        _play();
    }

    /// @dev Everybody leaves in the end: what was paid is what the model says, and nobody's dust
    /// went missing.
    /// @custom:property F-02, F-04
    function testFuzz_EverythingStreamedIsPaidWhenEveryoneLeft(uint256 seed) external {
        _start(seed);
        _refund();
        _play();
        skip(_peer.rewardsDuration());
        _everyoneLeaves(FARM);
        uint256 paid;
        uint256 owedX;
        for (uint256 i; i < _users.length; ++i) {
            paid += _reward.balanceOf(_users[i]) + _farms.earned(FARM, _users[i]);
            owedX += _models[FARM].owedX[_users[i]];
        }
        // Up to a wei of each user waits as a fraction of his position.
        assertApproxEqAbs(paid * ShareModel.ONE_WEI, owedX, 5 * ShareModel.ONE_WEI);
    }

    function _start(uint256 seed) internal {
        _startBoth(seed);
        address stakeToken = _newStakeToken();
        _peer = _newStakingRewards(address(_peerReward), stakeToken);
        _addFarm(stakeToken, address(_peer));
    }

    function _newStakeToken() internal virtual returns (address) {
        return address(new PlainToken(18));
    }

    function _supply(uint32 farmId, address user, uint256 amount) internal virtual override {
        PlainToken(_farms.stakeTokenOf(farmId)).mint(user, 2 * amount);
    }

    function _peerStake(uint32, uint256 amount) internal override {
        _peer.stake(amount);
    }

    function _peerWithdraw(uint32, uint256 amount) internal override {
        _peer.withdraw(amount);
    }

    function _peerClaim(uint32) internal override {
        _peer.getReward();
    }

    function _peerPending(uint32, address user) internal view override returns (uint256) {
        return _peer.earned(user);
    }

    /// @dev A new reward on top of what is left. StakingRewards keeps what it streamed to nobody,
    /// so ours gives back what idled and is brought to the same rate over the same time.
    function _refund() internal override {
        uint256 reward = 1 + _random(REWARD_MAX);
        _peerReward.mint(address(_peer), reward);
        _peer.notifyRewardAmount(reward);
        uint256 rate = _peer.rewardRate();
        uint256 endAt = block.timestamp + _peer.rewardsDuration();

        uint32[] memory farmIds = new uint32[](1);
        int256[] memory deltas = new int256[](1);
        farmIds[0] = FARM;
        deltas[0] = int256(rate * _peer.rewardsDuration()) - int256(_farms.unstreamed(FARM));
        assertEq(_farms.adjustStreams(uint40(endAt), farmIds, deltas)[0], deltas[0]);
        assertEq(_peer.periodFinish(), endAt);
        _models[FARM].setRate(rate, 1, endAt);
    }

    function _truncationX(uint256 weight, uint256) internal pure override returns (uint256) {
        return Math.mulDiv(weight, ShareModel.ONE_WEI, 1e18) + 1;
    }

    function _excessPerCall() internal pure override returns (uint256) {
        return 0;
    }
}
