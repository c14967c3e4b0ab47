// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {FarmsFixture} from "../support/FarmsFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice Histories of whales and dwarfs at the bounds of every scale: the least and the greatest
/// weight, all the funds a token may have, any time. After every step all books add up, nobody else
/// lost anything, and no call that the bounds allow reverts.
contract FarmsLimitsFuzzTest is FarmsFixture {
    uint256 private constant STEPS = 24;
    uint256 private constant FUNDED_MAX = 2 ** 96 - 2 ** 64 - 1;
    uint32 private constant FARM = 7;

    uint96 private _least;
    uint96 private _most;
    PlainToken private _extra;

    function setUp() external {
        _startFarms();
    }

    /// @custom:property F-02, F-06, I2
    function testFuzz_BooksHoldAtTheBounds(uint256 seed, uint8 scaleSeed) external {
        _startFarm(uint8(bound(scaleSeed, 32, 95)));
        for (uint256 i; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            address user = seed % 2 == 0 ? ALICE : BOB;
            address other = seed % 2 == 0 ? BOB : ALICE;
            uint256 before = _farms.pendingXOf(FARM, 0, other);
            uint256 extraBefore = _farms.pendingXOf(FARM, 1, other);
            _step(user, (seed >> 8) % 8, seed >> 16);
            assertGe(_farms.pendingXOf(FARM, 0, other), before, "the other keeps his");
            assertGe(_farms.pendingXOf(FARM, 1, other), extraBefore, "in every stream");
            _assertAllConserved();
        }
        vm.warp(type(uint32).max);
        for (uint256 i; i < 2; ++i) {
            uint96 weight = _farms.positionOf(FARM, _users[i]).weight;
            if (weight == 0) continue;
            uint256 earned = _farms.earned(FARM, _users[i]);
            vm.prank(_users[i]);
            assertEq(_farms.exit(FARM, weight), earned, "paid");
        }
        assertEq(_farms.farmOf(FARM).totalWeight, 0);
        _assertAllConserved();
    }

    function _step(address user, uint256 kind, uint256 dice) private {
        if (kind < 2) {
            _stakeSome(user, dice);
        } else if (kind < 4) {
            _leaveSome(user, dice);
        } else if (kind == 4) {
            uint256 earned = _farms.earned(FARM, user);
            uint256 extra = _farms.earnedOf(FARM, 1, user);
            uint256 held = _extra.balanceOf(user);
            vm.prank(user);
            assertEq(_farms.claim(FARM), earned, "claimed");
            assertEq(_extra.balanceOf(user), held + extra, "claimed of the other stream");
        } else if (kind == 5) {
            _fundSome(dice);
        } else {
            // Mostly short, sometimes so long that everything streams.
            uint256 last = type(uint32).max;
            uint256 until = block.timestamp + (dice % 4 == 0 ? dice >> 2 : (dice >> 2) % 1 days)
                % (last - START);
            vm.warp(until < last ? until : last);
        }
    }

    /// @dev The least, the most that fits, or anything between.
    function _stakeSome(address user, uint256 dice) private {
        uint256 room = _most - _farms.farmOf(FARM).totalWeight;
        if (room < _least) return;
        uint256 amount = dice % 3 == 0 ? _least : dice % 3 == 1 ? room : bound(dice, _least, room);
        _stakeAs(user, FARM, uint96(amount));
    }

    /// @dev Everything, all but the least, or anything between.
    function _leaveSome(address user, uint256 dice) private {
        uint256 weight = _farms.positionOf(FARM, user).weight;
        if (weight == 0) return;
        uint256 amount = weight;
        if (dice % 3 != 0 && weight > _least) {
            amount = dice % 3 == 1 ? weight - _least : bound(dice, 1, weight - _least);
        }
        uint256 earned = _farms.earned(FARM, user);
        vm.prank(user);
        if (dice % 2 == 0) assertEq(_farms.exit(FARM, uint96(amount)), earned, "exit");
        else _farms.withdraw(FARM, uint96(amount));
    }

    /// @dev Up to all a token may have, and back.
    function _fundSome(uint256 dice) private {
        uint256 endAt = bound(dice >> 8, block.timestamp + 1, type(uint32).max + uint256(1));
        if (dice % 4 == 0) {
            _adjust(FARM, -int256(bound(dice, 1, FUNDED_MAX)), endAt);
            return;
        }
        _adjust(FARM, int256(dice % 4 == 1 ? FUNDED_MAX : bound(dice, 1, FUNDED_MAX)), endAt);
        (uint256 funded,,) = _farms.booksOf(address(_extra));
        if (funded == FUNDED_MAX) return;
        uint96 amount = uint96(bound(dice, 1, FUNDED_MAX - funded));
        // A duration of one second never thins out what streams.
        _farms.fundStream(FARM, 1, amount, 1);
    }

    function _startFarm(uint8 scale) private {
        _least = scale > 64 ? uint96(1) << (scale - 64) : 1;
        _most = uint96((uint256(1) << scale) - 1);
        _farms.addFarm(IFarms.NewFarm(FARM, address(new PlainToken(18)), scale, MAX_RATE, false));
        // Nothing happens in the other farms, and nobody else has a position.
        delete _farmIds;
        _farmIds.push(FARM);
        _users.pop();
        (_extra,) = _addExtra(FARM);
    }
}
