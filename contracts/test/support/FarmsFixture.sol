// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {Test} from "forge-std/Test.sol";

import {Farms} from "../../src/spoke/Farms.sol";
import {PlainToken} from "./Tokens.sol";

/// @notice One Farms contract whose receiver is the test itself.
abstract contract FarmsFixture is Test {
    uint40 internal constant START = 1_800_000_000;
    uint64 internal constant MAX_RATE = type(uint64).max;

    address internal immutable ALICE = makeAddr("alice");
    address internal immutable BOB = makeAddr("bob");
    address internal immutable BRIDGE = makeAddr("bridge");
    address internal immutable TREASURY = makeAddr("treasury");
    address internal immutable GUARDIAN = makeAddr("guardian");
    uint32 internal constant FEE_SECONDS = 7 days;

    PlainToken internal _reward;
    PlainToken internal _stake;
    PlainToken internal _other;
    Farms internal _farms;

    function _startFarms() internal {
        vm.warp(START);
        _reward = new PlainToken(18);
        _stake = new PlainToken(18);
        _other = new PlainToken(18);
        _farms = _newFarms(address(_reward));
        _farms.setReceiver(address(this));
        _farms.setBridge(BRIDGE);
        _farms.addFarm(IFarms.NewFarm(1, address(_stake), 95, MAX_RATE, false));
        _farms.addFarm(IFarms.NewFarm(2, address(_other), 95, MAX_RATE, false));
        _reward.mint(address(this), type(uint128).max);
        _reward.approve(address(_farms), type(uint256).max);
    }

    function _newFarms(address reward) internal returns (Farms) {
        return new Farms(reward, TREASURY, FEE_SECONDS, address(this), GUARDIAN);
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
}
