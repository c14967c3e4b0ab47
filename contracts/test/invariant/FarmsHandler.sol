// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {Farms} from "../../src/spoke/Farms.sol";
import {FarmsLedger} from "../support/FarmsLedger.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice Five users and two farms, the second of which stakes the reward token itself. Keeps a
/// naive model of what every user is owed, integrated whenever time moves.
contract FarmsHandler is FarmsLedger {
    uint256 public constant USERS = 5;
    uint256 public constant FARMS = 2;
    uint256 public constant SCALE = 95;

    PlainToken public immutable REWARD = new PlainToken(18);
    PlainToken public immutable STAKE = new PlainToken(18);
    Farms public immutable STAKING;

    /// @dev Wei with 64 fractional bits, as a naive second-by-second integral.
    mapping(uint32 farmId => mapping(address user => uint256)) public modelX;
    mapping(uint32 farmId => mapping(address user => uint256)) public claimed;
    mapping(uint32 farmId => mapping(address user => uint256)) public staked;
    mapping(uint32 farmId => uint256) public accSeen;
    mapping(uint32 farmId => uint256) public operations;
    uint256 public donated;
    uint256 public succeeded;
    uint256 public calls;
    bool public accFell;
    bool public claimDiffered;

    modifier counted() {
        ++calls;
        _;
        ++succeeded;
        for (uint32 i = 1; i <= FARMS; ++i) {
            uint256 acc = STAKING.streamOf(i, 0).acc;
            if (acc < accSeen[i]) accFell = true;
            accSeen[i] = acc;
        }
    }

    constructor() {
        vm.warp(1_800_000_000);
        STAKING = new Farms(address(REWARD), address(1), 7 days, address(this), address(2));
        STAKING.setReceiver(address(this));
        STAKING.setBridge(address(this));
        STAKING.addFarm(IFarms.NewFarm(1, address(STAKE), 95, type(uint64).max, false));
        STAKING.addFarm(IFarms.NewFarm(2, address(REWARD), 95, 1e18, false));
        REWARD.approve(address(STAKING), type(uint256).max);
        for (uint256 i; i < USERS; ++i) {
            vm.startPrank(userAt(i));
            STAKE.approve(address(STAKING), type(uint256).max);
            REWARD.approve(address(STAKING), type(uint256).max);
            vm.stopPrank();
        }
    }

    function stake(uint256 who, uint32 farmId, uint96 amount) external counted {
        (address user, uint32 id) = _pick(who, farmId);
        amount = uint96(bound(amount, 1 << 31, 1e24));
        PlainToken(STAKING.stakeTokenOf(id)).mint(user, amount);
        vm.prank(user);
        STAKING.stake(id, amount);
        staked[id][user] += amount;
        ++operations[id];
    }

    function stakeFor(uint256 who, uint256 forWhom, uint32 farmId, uint96 amount) external counted {
        (address user, uint32 id) = _pick(who, farmId);
        address other = userAt(forWhom % USERS);
        amount = uint96(bound(amount, 1 << 31, 1e20));
        PlainToken(STAKING.stakeTokenOf(id)).mint(user, amount);
        vm.prank(user);
        STAKING.stakeFor(id, other, amount);
        staked[id][other] += amount;
        ++operations[id];
    }

    function withdraw(uint256 who, uint32 farmId, uint96 amount) external counted {
        (address user, uint32 id) = _pick(who, farmId);
        uint256 weight = staked[id][user];
        if (weight == 0) return;
        amount = _amountOut(amount, weight);
        vm.prank(user);
        STAKING.withdraw(id, amount);
        staked[id][user] -= amount;
        ++operations[id];
    }

    function exit(uint256 who, uint32 farmId, uint96 amount) external counted {
        (address user, uint32 id) = _pick(who, farmId);
        uint256 weight = staked[id][user];
        if (weight == 0) return;
        amount = _amountOut(amount, weight);
        uint256 earned = STAKING.earned(id, user);
        vm.prank(user);
        uint256 paid = STAKING.exit(id, amount);
        if (paid != earned) claimDiffered = true;
        claimed[id][user] += paid;
        staked[id][user] -= amount;
        ++operations[id];
    }

    function claim(uint256 who, uint32 farmId) external counted {
        (address user, uint32 id) = _pick(who, farmId);
        uint256 earned = STAKING.earned(id, user);
        vm.prank(user);
        uint256 paid = STAKING.claim(id);
        if (paid != earned) claimDiffered = true;
        claimed[id][user] += paid;
        ++operations[id];
    }

    function claimMany(uint256 who) external counted {
        address user = userAt(who % USERS);
        uint32[] memory farmIds = new uint32[](FARMS);
        uint256 expected;
        for (uint32 i; i < FARMS; ++i) {
            farmIds[i] = i + 1;
            uint256 earned = STAKING.earned(i + 1, user);
            claimed[i + 1][user] += earned;
            expected += earned;
            ++operations[i + 1];
        }
        vm.prank(user);
        if (STAKING.claimMany(farmIds) != expected) claimDiffered = true;
    }

    function adjust(uint256 first, uint256 second, bool takesBack, uint32 duration)
        external
        counted
    {
        uint32[] memory farmIds = new uint32[](2);
        int256[] memory deltas = new int256[](2);
        (farmIds[0], farmIds[1]) = (1, 2);
        deltas[0] = int256(bound(first, 0, 1e25));
        deltas[1] = int256(bound(second, 0, 1e22));
        if (takesBack) deltas[first % 2] = -deltas[first % 2];
        REWARD.mint(address(this), 2e25);
        STAKING.adjustStreams(uint40(block.timestamp + 1 + duration % 30 days), farmIds, deltas);
        ++operations[1];
        ++operations[2];
    }

    function donate(uint96 amount) external counted {
        REWARD.mint(address(STAKING), amount);
        donated += amount;
    }

    /// @dev The only way time moves; weights and rates stand still meanwhile.
    function wait(uint32 elapsed) external counted {
        elapsed = elapsed % 10 days;
        for (uint32 id = 1; id <= FARMS; ++id) {
            uint256 total = STAKING.farmOf(id).totalWeight;
            uint256 until = block.timestamp + elapsed;
            uint256 endAt = STAKING.streamOf(id, 0).endAt;
            if (until > endAt) until = endAt;
            if (until <= block.timestamp || total == 0) continue;
            uint256 emittedX = _rateX(STAKING, id, 0) * (until - block.timestamp);
            for (uint256 i; i < USERS; ++i) {
                address user = userAt(i);
                modelX[id][user] += emittedX * staked[id][user] / total;
            }
            ++operations[id];
        }
        skip(elapsed);
    }

    function userAt(uint256 index) public pure returns (address) {
        return address(uint160(0x1000 + index));
    }

    /// @dev Any part that leaves nothing or the least a position may hold.
    function _amountOut(uint96 amount, uint256 weight) private pure returns (uint96) {
        amount = uint96(bound(amount, 1, weight));
        return weight - amount < 1 << 31 ? uint96(weight) : amount;
    }

    function _pick(uint256 who, uint32 farmId) private pure returns (address, uint32) {
        return (userAt(who % USERS), uint32(1 + farmId % FARMS));
    }
}
