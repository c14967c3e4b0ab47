// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {Farms} from "../../../src/spoke/Farms.sol";
import {Effects} from "../../support/Effects.sol";
import {PlainToken} from "../../support/Tokens.sol";
import {FarmModel} from "./FarmModel.sol";

/// @notice The farms of one chain as the suite plays them, beside their naive model: a plain farm,
/// one that stakes the reward token and pays a second one, one with terms and four streams, and a
/// successor of the latter that opens when it ended. This contract is receiver, bridge and owner.
abstract contract FarmWorld is Test, Effects {
    uint32 internal constant PLAIN = 1;
    uint32 internal constant COMPOUNDING = 2;
    uint32 internal constant TERMS = 3;
    uint32 internal constant SUCCESSOR = 4;
    uint32 public constant FARM_COUNT = 4;
    uint8 internal constant FEE_STREAM = 1;
    uint256 internal constant USERS = 5;
    uint32 internal constant FEE_SECONDS = 1 days;

    PlainToken public immutable REWARD = new PlainToken(18);
    PlainToken public immutable SECOND = new PlainToken(6);
    PlainToken public immutable THIRD = new PlainToken(24);
    PlainToken public immutable STAKE = new PlainToken(18);
    PlainToken public immutable SMALL = new PlainToken(6);
    Farms public immutable FARMS;
    FarmModel public immutable MODEL = new FarmModel();
    address internal immutable TREASURY = makeAddr("treasury");
    address internal immutable ATTACKER = makeAddr("attacker");

    /// @dev Tokens sent to the farms by nobody for nothing.
    mapping(address token => uint256) public donated;
    mapping(address token => uint256) public recovered;
    mapping(uint32 farmId => mapping(uint8 stream => uint256)) private _accSeen;

    /// @dev What was true of everybody before an action that must not touch them.
    mapping(address user => mapping(uint8 stream => uint256)) private _earnedBefore;
    mapping(address user => uint256) private _principalBefore;

    constructor() {
        vm.warp(1_800_000_000);
        FARMS = new Farms(address(REWARD), TREASURY, FEE_SECONDS, address(this), address(this));
        FARMS.setReceiver(address(this));
        FARMS.setBridge(address(this));
        FARMS.addFarm(IFarms.NewFarm(PLAIN, address(STAKE), 95, type(uint64).max, false));
        FARMS.addFarm(IFarms.NewFarm(COMPOUNDING, address(REWARD), 95, 1e18, false));
        FARMS.addStream(COMPOUNDING, address(SECOND), address(this), type(uint64).max);
        _addTermsFarm(TERMS);
        MODEL.setMaxRate(PLAIN, 0, type(uint64).max);
        MODEL.setMaxRate(COMPOUNDING, 0, 1e18);
        MODEL.setMaxRate(COMPOUNDING, 1, type(uint64).max);
        for (uint160 i; i < USERS; ++i) {
            MODEL.addUser(address(0x1000 + i));
            _approveAll(address(0x1000 + i));
        }
        _approveAll(ATTACKER);
        _approveAll(address(this));
    }

    function streamCountOf(uint32 farmId) public view returns (uint8) {
        return FARMS.farmOf(farmId).streamCount;
    }

    function balanceOfFarms(address token) external view returns (uint256) {
        return PlainToken(token).balanceOf(address(FARMS));
    }

    function isKnown(uint32 farmId) public view returns (bool) {
        return FARMS.farmOf(farmId).state != IFarms.FarmState.Unknown;
    }

    function hasTerms(uint32 farmId) public pure returns (bool) {
        return farmId >= TERMS;
    }

    /// @dev Tiers and steps short enough that runs cross them.
    function _addTermsFarm(uint32 farmId) internal {
        FARMS.addFarm(IFarms.NewFarm(farmId, address(SMALL), 64, type(uint64).max, true));
        IFarms.Tier[] memory tiers = new IFarms.Tier[](3);
        tiers[0] = IFarms.Tier(1 days, 12_500, 100);
        tiers[1] = IFarms.Tier(7 days, 17_500, 1_000);
        tiers[2] = IFarms.Tier(30 days, 25_000, 2_500);
        IFarms.TenureStep[] memory steps = new IFarms.TenureStep[](2);
        steps[0] = IFarms.TenureStep(3 days, 1_000);
        steps[1] = IFarms.TenureStep(10 days, 3_333);
        FARMS.setTerms(farmId, tiers, steps);
        MODEL.setSteps(farmId, steps);
        MODEL.setMaxRate(farmId, 0, type(uint64).max);
        FARMS.addStream(farmId, address(SMALL), address(this), type(uint64).max);
        FARMS.addStream(farmId, address(SECOND), address(this), 1e6);
        FARMS.addStream(farmId, address(THIRD), address(this), type(uint64).max);
        MODEL.setMaxRate(farmId, 1, type(uint64).max);
        MODEL.setMaxRate(farmId, 2, 1e6);
        MODEL.setMaxRate(farmId, 3, type(uint64).max);
    }

    function _approveAll(address user) private {
        vm.startPrank(user);
        REWARD.approve(address(FARMS), type(uint256).max);
        SECOND.approve(address(FARMS), type(uint256).max);
        THIRD.approve(address(FARMS), type(uint256).max);
        STAKE.approve(address(FARMS), type(uint256).max);
        SMALL.approve(address(FARMS), type(uint256).max);
        vm.stopPrank();
    }

    function _userAt(uint256 seed) internal view returns (address) {
        return MODEL.users(seed % USERS);
    }

    /// @dev Any farm that exists, the successor only once it was opened.
    function _farmAt(uint256 seed) internal view returns (uint32) {
        return uint32(1 + seed % (isKnown(SUCCESSOR) ? 4 : 3));
    }

    function _minimumOf(uint32 farmId) internal view returns (uint256) {
        uint8 scaleBits = FARMS.farmOf(farmId).scaleBits;
        return scaleBits > 64 ? uint256(1) << (scaleBits - 64) : 1;
    }

    /// @dev An amount near the edges more often than chance has it.
    function _amount(uint256 seed, uint32 farmId) internal view returns (uint96) {
        uint256 minimum = _minimumOf(farmId);
        uint256 kind = seed % 8;
        if (kind == 0) return uint96(minimum);
        if (kind == 1) return uint96(minimum + 1);
        if (kind == 2) return uint96(minimum + _largeAmount(farmId));
        return uint96(bound(seed / 8, minimum, farmId >= TERMS ? 1e15 : 1e24));
    }

    /// @dev Where weights have to stay below 2^64, an eighth of that and only while it fits.
    function _largeAmount(uint32 farmId) private view returns (uint256) {
        if (farmId < TERMS) return type(uint64).max;
        uint256 amount = uint256(type(uint64).max) / 8;
        return _fits(farmId, amount) ? amount : 0;
    }

    /// @dev Whether weights stay below 2^64 whatever boosts the positions of a farm with terms get.
    function _fits(uint32 farmId, uint256 amount) internal view returns (bool) {
        return MODEL.totalPrincipal(farmId) + amount <= type(uint64).max / 3;
    }

    function _tokenAt(address token) internal pure returns (PlainToken) {
        return PlainToken(token);
    }

    function _tokenOf(uint32 farmId) internal view returns (PlainToken) {
        return PlainToken(FARMS.stakeTokenOf(farmId));
    }

    function _mintStake(uint32 farmId, address user, uint256 amount) internal {
        _tokenOf(farmId).mint(user, amount);
    }

    /// @dev Whether the contract lets the position keep `left` of its principal.
    function _isAllowedRest(uint32 farmId, uint256 left) internal view returns (bool) {
        return left == 0 || left >= _minimumOf(farmId);
    }

    function _remember(uint32 farmId) internal {
        for (uint256 i; i < USERS; ++i) {
            address user = _userAt(i);
            _principalBefore[user] = FARMS.positionOf(farmId, user).principal;
            for (uint8 stream; stream < streamCountOf(farmId); ++stream) {
                _earnedBefore[user][stream] = FARMS.earnedOf(farmId, stream, user);
            }
        }
    }

    /// @dev Nobody but `except` has another stake or was set back: a division may hand a remainder
    /// below a wei on to those who stay, so they may gain one.
    function _assertOthersKept(uint32 farmId, address except) internal {
        _checkAccumulators(farmId);
        for (uint256 i; i < USERS; ++i) {
            address user = _userAt(i);
            if (user == except) continue;
            assertEq(
                FARMS.positionOf(farmId, user).principal,
                _principalBefore[user],
                "others' principal"
            );
            for (uint8 stream; stream < streamCountOf(farmId); ++stream) {
                uint256 earned = FARMS.earnedOf(farmId, stream, user);
                assertGe(earned, _earnedBefore[user][stream], "others lost");
                assertLe(earned, _earnedBefore[user][stream] + 1, "others gained");
            }
        }
    }

    /// @dev What `user` had himself at the moment is the same, one wei of rounding aside.
    function _assertKept(uint32 farmId, address user) internal view {
        for (uint8 stream; stream < streamCountOf(farmId); ++stream) {
            assertApproxEqAbs(
                FARMS.earnedOf(farmId, stream, user), _earnedBefore[user][stream], 1, "own reward"
            );
        }
    }

    /// @custom:property F-06, I4
    function _checkAccumulators(uint32 farmId) private {
        for (uint8 stream; stream < streamCountOf(farmId); ++stream) {
            uint256 acc = FARMS.streamOf(farmId, stream).acc;
            assertGe(acc, _accSeen[farmId][stream], "accumulator fell");
            _accSeen[farmId][stream] = acc;
        }
    }

    function _priceByOwner(uint32 farmId, address user) internal {
        MODEL.price(farmId, user, hasTerms(farmId));
    }

    function _isEnded(uint32 farmId) internal view returns (bool) {
        return FARMS.farmOf(farmId).state == IFarms.FarmState.Ended;
    }
}
