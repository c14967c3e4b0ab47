// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {Farms} from "../../../src/spoke/Farms.sol";
import {PlainToken} from "../../support/Tokens.sol";
import {EmissionSettle} from "./EmissionSettle.sol";

/// @notice What stakers do, what happens to farms, and time.
abstract contract EmissionUserActions is EmissionSettle {
    uint96 private constant STAKE_MIN = 1 << 31;
    uint256 private constant WAIT_MAX = 5 days;

    mapping(uint256 chain => uint256) public claimed;

    /// @custom:property H-08
    function stake(uint256 who, uint256 where, uint256 amountSeed) external counted {
        (uint256 chain, uint32 id) = _farmAt(where);
        Farms farms = _sites[chain].farms;
        uint96 amount = uint96(_spread(_mix(amountSeed), STAKE_MIN, 1e27));
        address token = farms.stakeTokenOf(id);
        if (token == address(_sites[chain].reward)) _mint(chain, userAt(who), amount);
        else PlainToken(token).mint(userAt(who), amount);
        IFarms.FarmState state = farms.farmOf(id).state;
        if (state != IFarms.FarmState.Active) {
            vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NotActive.selector, id, state));
            vm.prank(userAt(who));
            farms.stake(id, amount);
            return;
        }
        Seen memory seen = _look(chain);
        vm.prank(userAt(who));
        farms.stake(id, amount);
        _assertUntouched(chain, seen);
        _effect();
    }

    function leave(uint256 who, uint256 where, uint256 amountSeed) external counted {
        (uint256 chain, uint32 id) = _farmAt(where);
        Farms farms = _sites[chain].farms;
        for (uint256 i; i < USERS && farms.positionOf(id, userAt(who)).principal == 0; ++i) {
            who = who % USERS + 1;
        }
        uint96 principal = farms.positionOf(id, userAt(who)).principal;
        if (principal == 0) return;
        uint96 amount = uint96(_spread(_mix(amountSeed), 1, principal));
        if (principal - amount < STAKE_MIN) amount = principal;
        Seen memory seen = _look(chain);
        uint256 earned = farms.earned(id, userAt(who));
        vm.prank(userAt(who));
        assertEq(farms.exit(id, amount), earned, "pays what was earned");
        claimed[chain] += earned;
        _assertUntouched(chain, seen);
        _effect();
    }

    /// @custom:property H-07, H-08
    function claim(uint256 who, uint256 chainSeed) external counted {
        uint256 chain = chainSeed % CHAINS;
        for (uint256 i; i < USERS * CHAINS && _earned(chain, userAt(who % USERS)) == 0; ++i) {
            (who, chain) = (who % USERS + 1, (chain + i / USERS) % CHAINS);
        }
        Farms farms = _sites[chain].farms;
        Seen memory seen = _look(chain);
        uint32[] memory ids = new uint32[](2);
        (ids[0], ids[1]) = (2, 3);
        uint256 earned = _earned(chain, userAt(who));
        vm.prank(userAt(who));
        assertEq(farms.claimMany(ids), earned, "pays what was earned");
        claimed[chain] += earned;
        _assertUntouched(chain, seen);
        if (earned != 0) _effect();
    }

    /// @dev The first farm opens after orders named it, another ends, or a bound of a rate moves.
    /// @custom:property E18
    function changeFarm(uint256 seed) external counted {
        seed = _mix(seed);
        (uint256 chain, uint32 id) = (seed % CHAINS, 1);
        Farms farms = _sites[chain].farms;
        uint256 kind = (seed >> 8) % 8;
        if (kind == 0 && farms.farmOf(id).state == IFarms.FarmState.Unknown) {
            _openFirst(chain);
            _effect();
            return;
        }
        id = uint32(2 + (seed >> 16) % 2);
        if (farms.farmOf(id).state == IFarms.FarmState.Ended) return;
        Seen memory seen = _look(chain);
        vm.prank(GOVERNOR);
        if (kind == 7) farms.setFarmState(id, IFarms.FarmState.Ended);
        else farms.setMaxRate(id, 0, uint64(_spread(seed >> 24, 1, type(uint64).max)));
        _assertUntouched(chain, seen);
        _effect();
    }

    /// @dev The only way time moves, often to the edge of an epoch and a second beside it.
    /// @custom:property E19
    function wait(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 kind = seed % 6;
        uint256 edge = epochNow() == 0 ? GENESIS : _epochEnd(epochNow());
        if (kind == 0) vm.warp(edge - 1);
        else if (kind == 1) vm.warp(edge);
        else if (kind == 2) skip(1 + (seed >> 8) % 2);
        else skip(_spread(seed >> 8, 1, WAIT_MAX));
        assertEq(CONTROLLER.currentEpoch(), epochNow(), "epoch");
        _effect();
    }

    /// @dev Nothing that stakers do moves what was given to the farms or when it ends.
    function _assertUntouched(uint256 chain, Seen memory seen) private view {
        for (uint32 id = 1; id <= FARMS; ++id) {
            if (_sites[chain].farms.farmOf(id).state == IFarms.FarmState.Unknown) continue;
            assertEq(_sites[chain].farms.unstreamed(id), seen.capacity.unstreamed[id], "unstreamed");
            assertEq(_sites[chain].farms.streamOf(id, 0).endAt, seen.endAt[id], "end");
        }
    }

    function _earned(uint256 chain, address user) private view returns (uint256) {
        return _sites[chain].farms.earned(2, user) + _sites[chain].farms.earned(3, user);
    }

    function _farmAt(uint256 seed) private view returns (uint256 chain, uint32 id) {
        chain = seed % CHAINS;
        bool hasFirst = _sites[chain].farms.farmOf(1).state != IFarms.FarmState.Unknown;
        id = uint32(hasFirst ? 1 + (seed >> 8) % 3 : 2 + (seed >> 8) % 2);
    }
}
