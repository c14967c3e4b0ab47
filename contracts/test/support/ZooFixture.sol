// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {Test} from "forge-std/Test.sol";

import {Farms} from "../../src/spoke/Farms.sol";
import {PlainToken} from "./Tokens.sol";

interface IMintable {
    function mint(address to, uint256 amount) external;
    function approve(address spender, uint256 amount) external;
    function balanceOf(address account) external view returns (uint256);
}

/// @notice One Farms contract with a healthy farm beside the one a strange token is put into. The
/// test is the emission receiver and the funder of every stream.
abstract contract ZooFixture is Test {
    uint40 internal constant START = 1_800_000_000;
    uint8 internal constant SCALE_BITS = 95;
    uint96 internal constant MINIMUM = 2 ** 31;
    uint64 internal constant MAX_RATE = type(uint64).max;
    uint32 internal constant HEALTHY = 1;
    uint32 internal constant STRANGE = 2;
    /// @dev A week of this many wei a second goes to either farm.
    uint256 internal constant RATE = 1e15;
    uint256 internal constant WEEK = 7 days;

    address internal immutable ALICE = makeAddr("alice");
    address internal immutable BOB = makeAddr("bob");
    address internal immutable CAROL = makeAddr("carol");
    address internal immutable BRIDGE = makeAddr("bridge");
    address internal immutable TREASURY = makeAddr("treasury");

    PlainToken internal _reward;
    PlainToken internal _stake;
    Farms internal _farms;

    /// @dev Alice is alone in the healthy farm.
    function _startZoo() internal {
        vm.warp(START);
        _reward = new PlainToken(18);
        _stake = new PlainToken(18);
        _farms = _newFarms(address(_reward));
        _addFarm(HEALTHY, address(_stake), false);
        _give(address(_stake), ALICE, 100e18);
        vm.prank(ALICE);
        _farms.stake(HEALTHY, 100e18);
        _fund(HEALTHY);
    }

    function _newFarms(address rewardToken) internal returns (Farms farms) {
        farms = new Farms(rewardToken, TREASURY, uint32(WEEK), address(this), makeAddr("guardian"));
        farms.setReceiver(address(this));
        farms.setBridge(BRIDGE);
        IMintable(rewardToken).mint(address(this), type(uint96).max);
        IMintable(rewardToken).approve(address(farms), type(uint256).max);
    }

    function _addFarm(uint32 farmId, address stakeToken, bool hasTerms) internal {
        _farms.addFarm(IFarms.NewFarm(farmId, stakeToken, SCALE_BITS, MAX_RATE, hasTerms));
    }

    /// @dev Streams `RATE` for a week from now.
    function _fund(uint32 farmId) internal {
        _adjust(farmId, int256(RATE * WEEK), uint40(block.timestamp + WEEK));
    }

    function _adjust(uint32 farmId, int256 delta, uint40 endAt) internal returns (int256) {
        uint32[] memory farmIds = new uint32[](1);
        int256[] memory deltas = new int256[](1);
        (farmIds[0], deltas[0]) = (farmId, delta);
        return _farms.adjustStreams(endAt, farmIds, deltas)[0];
    }

    /// @dev Mints to `user` and lets Farms take it.
    function _give(address token, address user, uint256 amount) internal {
        IMintable(token).mint(user, amount);
        vm.prank(user);
        IMintable(token).approve(address(_farms), type(uint256).max);
    }

    function _stakeAs(address user, uint32 farmId, uint96 amount) internal {
        _give(_farms.stakeTokenOf(farmId), user, amount);
        vm.prank(user);
        _farms.stake(farmId, amount);
    }

    /// @dev Adds a stream of `token` to a farm and streams `amount` of it over a week.
    function _addStream(uint32 farmId, address token, uint96 amount)
        internal
        returns (uint8 stream)
    {
        stream = _farms.addStream(farmId, token, address(this), MAX_RATE);
        IMintable(token).mint(address(this), amount);
        IMintable(token).approve(address(_farms), type(uint256).max);
        _farms.fundStream(farmId, stream, amount, uint32(WEEK));
    }

    /// @dev Alice was alone in the healthy farm all the time: she gets its whole stream and her
    /// stake, and the reward token and her stake token are where the books say.
    function _assertHealthyFarmIsUntouched() internal {
        uint256 streamed = RATE * (_min(block.timestamp, START + WEEK) - START);
        uint256 earned = _farms.earned(HEALTHY, ALICE);
        assertLe(earned, streamed, "the healthy farm streamed");
        // The fraction of a wei that the last division left waits.
        assertGe(earned + 1, streamed, "the healthy farm streamed");
        (uint256 funded, uint256 settled,) = _farms.booksOf(address(_reward));
        assertEq(_reward.balanceOf(address(_farms)), funded - settled, "F-02");
        assertEq(_stake.balanceOf(address(_farms)), 100e18, "F-01");
        assertEq(_farms.surplusOf(address(_reward)), 0);

        uint256 snapshot = vm.snapshotState();
        vm.startPrank(ALICE);
        assertEq(_farms.exit(HEALTHY, 100e18), earned);
        vm.stopPrank();
        assertEq(_reward.balanceOf(ALICE), earned);
        assertEq(_stake.balanceOf(ALICE), 100e18);
        assertTrue(vm.revertToState(snapshot));
    }

    function _min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }
}
