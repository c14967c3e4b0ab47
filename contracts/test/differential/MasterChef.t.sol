// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IMasterChef} from "../support/PeerFixture.sol";
import {ShareModel} from "../support/ShareModel.sol";
import {PlainToken} from "../support/Tokens.sol";
import {DifferentialFixture} from "./DifferentialFixture.sol";

/// @notice Farms beside Sushi's MasterChef: one emission a second, split over pools by points.
///
/// It rounds in three places, and each is the whole tolerance: what a pool emits to a wei at each
/// checkpoint, the reward per stake to 1e-12 (which costs a user less than stake / 1e12 wei), and
/// at each call of a user both what he has earned and what he is considered to have been paid, so
/// that a call can bring him a wei too much as well as one too little.
/// forge-config: default.fuzz.runs = 64
contract MasterChefDifferentialTest is DifferentialFixture {
    using ShareModel for ShareModel.Pool;

    uint256 private constant PER_SECOND = 3e18 + 7;
    uint256 private constant POINTS_MAX = 1000;
    uint256 private constant STREAM_SECONDS = 3650 days;

    uint256 private constant POINTS_FIRST = 100;

    IMasterChef private _chef;
    mapping(uint32 farmId => uint256) private _points;

    /// @custom:property F-04, F-05, E11, E13
    function testFuzz_PaysWhatMasterChefPaysInOnePool(uint256 seed) external {
        _start(seed, 1);
        _play();
    }

    /// @custom:property F-04, F-07, F-12, E14
    function testFuzz_PaysWhatMasterChefPaysInSeveralPools(uint256 seed) external {
        _start(seed, 3);
        _play();
    }

    function _start(uint256 seed, uint32 pools) private {
        _startBoth(seed);
        _chef = _newMasterChef(address(_peerReward), PER_SECOND);
        // Its rounding can owe users some wei more than it mints, and then it would pay less.
        _peerReward.mint(address(_chef), 1e18);
        for (uint32 i; i < pools; ++i) {
            address stakeToken = address(new PlainToken(18));
            _addFarm(stakeToken, address(_chef));
            _chef.add(POINTS_FIRST, stakeToken, true);
            _points[i + 1] = POINTS_FIRST;
        }
        _split();
    }

    function _supply(uint32 farmId, address user, uint256 amount) internal override {
        PlainToken(_farms.stakeTokenOf(farmId)).mint(user, 2 * amount);
    }

    function _peerStake(uint32 farmId, uint256 amount) internal override {
        _chef.deposit(farmId - 1, amount);
    }

    function _peerWithdraw(uint32 farmId, uint256 amount) internal override {
        _chef.withdraw(farmId - 1, amount);
    }

    function _peerClaim(uint32 farmId) internal override {
        _chef.deposit(farmId - 1, 0);
    }

    function _peerPending(uint32 farmId, address user) internal view override returns (uint256) {
        return _chef.pendingSushi(farmId - 1, user);
    }

    /// @dev Gives one pool other points, which changes the rate of every pool.
    function _refund() internal override {
        uint32 farmId = uint32(1 + _random(_farmCount));
        uint256 points = 1 + _random(POINTS_MAX);
        _points[farmId] = points;
        _chef.set(farmId - 1, points, true);
        _split();
    }

    /// @dev Brings the streams of ours to the rates of the chef's pools, to the wei over ten years;
    /// what idled is given back, because the chef mints nothing for an empty pool.
    function _split() private {
        uint256 total = _chef.totalAllocPoint();
        uint256 endAt = block.timestamp + STREAM_SECONDS;
        uint32[] memory farmIds = new uint32[](_farmCount);
        int256[] memory deltas = new int256[](_farmCount);
        for (uint32 farmId = 1; farmId <= _farmCount; ++farmId) {
            uint256 numerator = PER_SECOND * _points[farmId];
            farmIds[farmId - 1] = farmId;
            deltas[farmId - 1] =
                int256(numerator * STREAM_SECONDS / total) - int256(_farms.unstreamed(farmId));
            _models[farmId].setRate(numerator, total, endAt);
        }
        int256[] memory applied = _farms.adjustStreams(uint40(endAt), farmIds, deltas);
        assertEq(applied, deltas);
    }

    function _truncationX(uint256 weight, uint256 total) internal pure override returns (uint256) {
        return Math.mulDiv(weight, ShareModel.ONE_WEI, 1e12)
            + Math.mulDiv(weight, ShareModel.ONE_WEI, total) + 1;
    }

    function _excessPerCall() internal pure override returns (uint256) {
        return 1;
    }
}
