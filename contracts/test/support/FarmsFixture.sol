// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {Farms} from "../../src/spoke/Farms.sol";
import {FarmsLedger} from "./FarmsLedger.sol";
import {PlainToken} from "./Tokens.sol";

/// @notice One Farms contract whose receiver is the test itself, with two plain farms.
abstract contract FarmsFixture is FarmsLedger {
    uint40 internal constant START = 1_800_000_000;
    uint64 internal constant MAX_RATE = type(uint64).max;
    uint32 internal constant FEE_SECONDS = 7 days;
    uint8 internal constant SCALE = 95;
    /// @dev Least principal of a position at this scale.
    uint96 internal constant MINIMUM = 1 << 31;

    address internal immutable ALICE = makeAddr("alice");
    address internal immutable BOB = makeAddr("bob");
    address internal immutable CAROL = makeAddr("carol");
    address internal immutable BRIDGE = makeAddr("bridge");
    address internal immutable TREASURY = makeAddr("treasury");
    address internal immutable GUARDIAN = makeAddr("guardian");

    PlainToken internal _reward;
    PlainToken internal _stake;
    PlainToken internal _other;
    Farms internal _farms;
    /// @dev What the conservation check adds up.
    uint32[] internal _farmIds;
    address[] internal _users;

    /// @dev Every stream of every farm conserves its token when the test is over.
    modifier conserving() {
        _;
        _assertAllConserved();
    }

    function _startFarms() internal {
        vm.warp(START);
        _reward = new PlainToken(18);
        _stake = new PlainToken(18);
        _other = new PlainToken(18);
        _farms = _newFarms(address(_reward));
        _farms.setReceiver(address(this));
        _farms.setBridge(BRIDGE);
        _users = [ALICE, BOB, CAROL];
        _addFarm(1, address(_stake), false);
        _addFarm(2, address(_other), false);
        _reward.mint(address(this), type(uint128).max);
        _reward.approve(address(_farms), type(uint256).max);
    }

    function _newFarms(address reward) internal returns (Farms) {
        return new Farms(reward, TREASURY, FEE_SECONDS, address(this), GUARDIAN);
    }

    function _addFarm(uint32 farmId, address token, bool hasTerms) internal {
        _farms.addFarm(IFarms.NewFarm(farmId, token, SCALE, MAX_RATE, hasTerms));
        _farmIds.push(farmId);
    }

    /// @dev Adds a stream of a new token, funded by the test.
    function _addExtra(uint32 farmId) internal returns (PlainToken token, uint8 stream) {
        token = new PlainToken(18);
        stream = _farms.addStream(farmId, address(token), address(this), MAX_RATE);
        token.mint(address(this), type(uint128).max);
        token.approve(address(_farms), type(uint256).max);
    }

    function _fund(PlainToken token, address user, uint256 amount) internal {
        token.mint(user, amount);
        vm.prank(user);
        token.approve(address(_farms), type(uint256).max);
    }

    function _stakeAs(address user, uint32 farmId, uint96 amount) internal {
        _fund(PlainToken(_farms.stakeTokenOf(farmId)), user, amount);
        vm.prank(user);
        _farms.stake(farmId, amount);
    }

    function _adjust(uint32 farmId, int256 delta, uint256 endAt) internal returns (int256) {
        uint32[] memory farmIds = new uint32[](1);
        int256[] memory deltas = new int256[](1);
        farmIds[0] = farmId;
        deltas[0] = delta;
        return _farms.adjustStreams(uint40(endAt), farmIds, deltas)[0];
    }

    /// @dev Books of every token that any farm stakes or pays, and that each is covered.
    function _assertAllConserved() internal view {
        for (uint256 i; i < _farmIds.length; ++i) {
            IFarms.Farm memory farm = _farms.farmOf(_farmIds[i]);
            _assertCovered(farm.stakeToken);
            for (uint8 j; j < farm.streamCount; ++j) {
                address token = _farms.streamOf(_farmIds[i], j).token;
                _assertConserved(_farms, token, _farmIds, _users);
                _assertCovered(token);
            }
            _assertSums(_farmIds[i]);
        }
    }

    /// @dev The tokens held are what is staked, what streams owe and what the treasury is owed;
    /// more is what the contract calls surplus.
    function _assertCovered(address token) internal view {
        (uint256 funded, uint256 settled,) = _farms.booksOf(token);
        uint256 owed = funded - settled + _farms.treasuryDue(token);
        for (uint256 i; i < _farmIds.length; ++i) {
            IFarms.Farm memory farm = _farms.farmOf(_farmIds[i]);
            if (farm.stakeToken == token) owed += farm.principal;
        }
        uint256 held = PlainToken(token).balanceOf(address(_farms));
        assertGe(held, owed, "covered");
        assertEq(_farms.surplusOf(token), held - owed, "surplus");
    }

    function _assertSums(uint32 farmId) internal view {
        IFarms.Farm memory farm = _farms.farmOf(farmId);
        uint256 weight;
        uint256 principal;
        for (uint256 i; i < _users.length; ++i) {
            IFarms.Position memory position = _farms.positionOf(farmId, _users[i]);
            weight += position.weight;
            principal += position.principal;
        }
        assertEq(farm.totalWeight, weight, "total weight");
        assertEq(farm.principal, principal, "principal");
    }
}
