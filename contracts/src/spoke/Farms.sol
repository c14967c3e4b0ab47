// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IFarms} from "../interfaces/IFarms.sol";
import {FarmMath} from "../libraries/FarmMath.sol";

/// @title Farms
/// @dev Accounting rests on the counters kept here, never on `balanceOf`. The accumulator cannot
/// overflow: a farm is never funded with 2^(160 - scaleBits + minWeightBits) wei or more, and
/// nothing accrues below a total weight of 2^minWeightBits, so `acc` stays below 2^160; hence an
/// exit cannot revert in arithmetic. See docs/adr/0001-accumulator-precision-and-storage.md.
contract Farms is IFarms, Ownable, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc IFarms
    address public immutable REWARD_TOKEN;

    /// @inheritdoc IFarms
    address public receiver;
    /// @inheritdoc IFarms
    uint64 public seq;
    /// @inheritdoc IFarms
    address public bridge;

    mapping(uint32 farmId => FarmMath.FarmSlots) private _farms;
    mapping(uint32 farmId => mapping(address user => Position)) private _positions;
    /// @dev The farm last registered for a token; it counts only while that farm is active.
    mapping(address stakeToken => uint32 farmId) private _farmOfToken;

    constructor(address rewardToken, address owner_) Ownable(owner_) {
        if (rewardToken == address(0)) revert Farms_ZeroAddress();
        REWARD_TOKEN = rewardToken;
    }

    /// @inheritdoc IFarms
    function setReceiver(address receiver_) external onlyOwner {
        if (receiver_ == address(0)) revert Farms_ZeroAddress();
        if (receiver != address(0)) revert Farms_AlreadySet(receiver);
        receiver = receiver_;
        emit ReceiverSet(receiver_);
    }

    /// @inheritdoc IFarms
    function setBridge(address bridge_) external onlyOwner {
        if (bridge_ == address(0)) revert Farms_ZeroAddress();
        if (bridge != address(0)) revert Farms_AlreadySet(bridge);
        bridge = bridge_;
        emit BridgeSet(bridge_);
    }

    /// @inheritdoc IFarms
    function addFarm(
        uint32 farmId,
        address stakeToken,
        uint8 scaleBits,
        uint8 minWeightBits,
        uint64 maxRate
    ) external onlyOwner {
        // With a stake in it, who is named later could take it.
        if (receiver == address(0) || bridge == address(0)) {
            revert Farms_NotWired(receiver, bridge);
        }
        if (stakeToken == address(0)) revert Farms_ZeroAddress();
        if (maxRate == 0) revert Farms_ZeroAmount();
        if (!FarmMath.isScaleValid(scaleBits, minWeightBits)) {
            revert Farms_BadScale(scaleBits, minWeightBits);
        }
        if (_farms[farmId].terms.state != FarmState.Unknown) revert Farms_FarmExists(farmId);
        uint32 other = _farmOfToken[stakeToken];
        FarmMath.Terms memory otherTerms = _farms[other].terms;
        if (otherTerms.state == FarmState.Active && otherTerms.stakeToken == stakeToken) {
            revert Farms_StakeTokenInUse(stakeToken, other);
        }

        _farmOfToken[stakeToken] = farmId;
        _farms[farmId].terms =
            FarmMath.Terms(stakeToken, scaleBits, minWeightBits, FarmState.Active, maxRate);
        emit FarmAdded(farmId, stakeToken, scaleBits, minWeightBits, maxRate, ++seq);
    }

    /// @inheritdoc IFarms
    function endFarm(uint32 farmId) external onlyOwner {
        FarmMath.Terms storage terms = _farms[farmId].terms;
        FarmState state = terms.state;
        if (state == FarmState.Unknown) revert Farms_UnknownFarm(farmId);
        if (state != FarmState.Active) revert Farms_NotActive(farmId, state);
        terms.state = FarmState.Ended;
        emit FarmEnded(farmId, ++seq);
    }

    /// @inheritdoc IFarms
    function stake(uint32 farmId, uint96 amount) external nonReentrant {
        _stake(farmId, msg.sender, amount);
    }

    /// @inheritdoc IFarms
    function stakeFor(uint32 farmId, address user, uint96 amount) external nonReentrant {
        if (user == address(0)) revert Farms_ZeroAddress();
        _stake(farmId, user, amount);
    }

    /// @inheritdoc IFarms
    function withdraw(uint32 farmId, uint96 amount) external nonReentrant {
        _withdraw(farmId, msg.sender, amount, false);
    }

    /// @inheritdoc IFarms
    function exitFor(uint32 farmId, address user, uint96 amount) external nonReentrant {
        if (msg.sender != bridge) revert Farms_OnlyBridge(msg.sender);
        _withdraw(farmId, user, amount, false);
    }

    /// @inheritdoc IFarms
    function claim(uint32 farmId) external nonReentrant returns (uint256 paid) {
        uint64 nextSeq = seq + 1;
        paid = _claim(farmId, nextSeq);
        if (paid == 0) return 0;
        seq = nextSeq;
        IERC20(REWARD_TOKEN).safeTransfer(msg.sender, paid);
    }

    /// @inheritdoc IFarms
    function claimMany(uint32[] calldata farmIds) external nonReentrant returns (uint256 paid) {
        uint64 lastSeq = seq;
        for (uint256 i; i < farmIds.length; ++i) {
            uint256 amount = _claim(farmIds[i], lastSeq + 1);
            if (amount == 0) continue;
            ++lastSeq;
            paid += amount;
        }
        if (paid == 0) return 0;
        seq = lastSeq;
        IERC20(REWARD_TOKEN).safeTransfer(msg.sender, paid);
    }

    /// @inheritdoc IFarms
    function exit(uint32 farmId, uint96 amount) external nonReentrant returns (uint256 paid) {
        paid = _withdraw(farmId, msg.sender, amount, true);
        if (paid != 0) IERC20(REWARD_TOKEN).safeTransfer(msg.sender, paid);
    }

    /// @inheritdoc IFarms
    function adjustStreams(uint40 endAt, uint32[] calldata farmIds, int256[] calldata deltas)
        external
        nonReentrant
        returns (int256[] memory applied)
    {
        if (msg.sender != receiver) revert Farms_OnlyReceiver(msg.sender);
        if (farmIds.length != deltas.length) {
            revert Farms_LengthMismatch(farmIds.length, deltas.length);
        }
        // The receiver streams over at least its minimum time; an end in the past is its bug.
        assert(endAt > block.timestamp);

        applied = new int256[](deltas.length);
        int256 net;
        uint64 lastSeq = seq;
        for (uint256 i; i < deltas.length; ++i) {
            int256 amount = _adjust(farmIds[i], deltas[i], endAt, lastSeq + 1);
            if (amount == 0) continue;
            ++lastSeq;
            applied[i] = amount;
            net += amount;
        }
        seq = lastSeq;

        if (net > 0) {
            IERC20(REWARD_TOKEN).safeTransferFrom(msg.sender, address(this), uint256(net));
        } else if (net < 0) {
            IERC20(REWARD_TOKEN).safeTransfer(msg.sender, uint256(-net));
        }
    }

    /// @notice Always refused: without an owner no farm could be added or ended.
    function renounceOwnership() public view override onlyOwner {
        revert Farms_RenounceDisabled();
    }

    /// @inheritdoc IFarms
    function farmOf(uint32 farmId) external view returns (Farm memory) {
        FarmMath.FarmSlots storage farm = _farms[farmId];
        FarmMath.Stream memory stream = FarmMath.load(farm.stream);
        FarmMath.Terms memory terms = FarmMath.load(farm.terms);
        return Farm({
            stakeToken: terms.stakeToken,
            scaleBits: terms.scaleBits,
            minWeightBits: terms.minWeightBits,
            state: terms.state,
            maxRate: terms.maxRate,
            totalWeight: stream.totalWeight,
            acc: stream.acc,
            residueX: stream.residueX,
            lastAt: stream.lastAt,
            endAt: stream.endAt,
            rateX: stream.rateX,
            undistributedX: farm.undistributedX,
            carriedX: farm.carriedX,
            funded: farm.funded
        });
    }

    /// @inheritdoc IFarms
    function stakeTokenOf(uint32 farmId) external view returns (address) {
        return _farms[farmId].terms.stakeToken;
    }

    /// @inheritdoc IFarms
    function positionOf(uint32 farmId, address user) external view returns (Position memory) {
        return _positions[farmId][user];
    }

    /// @inheritdoc IFarms
    function earned(uint32 farmId, address user) external view returns (uint256) {
        FarmMath.FarmSlots storage farm = _farms[farmId];
        FarmMath.Terms memory terms = FarmMath.load(farm.terms);
        if (terms.state == FarmState.Unknown) return 0;
        (FarmMath.Stream memory stream,) = FarmMath.accrued(farm.stream, terms);
        return FarmMath.pendingX(_positions[farmId][user], stream.acc) >> terms.scaleBits;
    }

    /// @inheritdoc IFarms
    function unstreamed(uint32 farmId) external view returns (uint256) {
        FarmMath.FarmSlots storage farm = _farms[farmId];
        FarmMath.Terms memory terms = FarmMath.load(farm.terms);
        if (terms.state == FarmState.Unknown) return 0;
        (FarmMath.Stream memory stream, uint256 idleX) = FarmMath.accrued(farm.stream, terms);
        return FarmMath.unemittedX(farm, stream, idleX) >> FarmMath.STREAM_BITS;
    }

    function _stake(uint32 farmId, address user, uint96 amount) private {
        if (amount == 0) revert Farms_ZeroAmount();
        FarmMath.FarmSlots storage farm = _farms[farmId];
        FarmMath.Terms memory terms = FarmMath.load(farm.terms);
        if (terms.state == FarmState.Unknown) revert Farms_UnknownFarm(farmId);
        if (terms.state != FarmState.Active) revert Farms_NotActive(farmId, terms.state);

        FarmMath.Stream memory stream = _accrue(farm, terms);
        uint256 totalWeight = uint256(stream.totalWeight) + amount;
        uint256 cap = 1 << terms.scaleBits;
        if (totalWeight >= cap) revert Farms_WeightCap(totalWeight, cap);
        stream.totalWeight = uint96(totalWeight);
        FarmMath.store(farm.stream, stream);

        Position storage position = _positions[farmId][user];
        uint96 weight = FarmMath.settle(position, stream.acc);
        FarmMath.store(position, weight + amount, stream.acc);
        emit Staked(farmId, user, msg.sender, amount, ++seq);

        _pull(IERC20(terms.stakeToken), amount);
    }

    /// @dev Returns principal to the caller. With `claims` what the user earned is booked as paid
    /// as well, and the caller transfers it; without it the reward token is never touched.
    function _withdraw(uint32 farmId, address user, uint96 amount, bool claims)
        private
        returns (uint256 paid)
    {
        if (amount == 0) revert Farms_ZeroAmount();
        FarmMath.FarmSlots storage farm = _farms[farmId];
        FarmMath.Terms memory terms = FarmMath.load(farm.terms);
        if (terms.state == FarmState.Unknown) revert Farms_UnknownFarm(farmId);
        Position storage position = _positions[farmId][user];
        uint96 staked = position.weight;
        if (staked < amount) revert Farms_InsufficientStake(staked, amount);

        FarmMath.Stream memory stream = _accrue(farm, terms);
        stream.totalWeight -= amount;
        FarmMath.store(farm.stream, stream);

        if (claims) paid = FarmMath.pay(position, stream.acc, terms.scaleBits, false);
        else FarmMath.settle(position, stream.acc);
        FarmMath.store(position, staked - amount, stream.acc);
        uint64 nextSeq = seq + 1;
        emit Withdrawn(farmId, user, msg.sender, amount, nextSeq);
        if (paid != 0) emit Claimed(farmId, user, paid, ++nextSeq);
        seq = nextSeq;

        IERC20(terms.stakeToken).safeTransfer(msg.sender, amount);
    }

    /// @dev Books the payment and leaves the farm's slots alone: the accumulator of now is
    /// computed in memory, and a later write arrives at a value no lower.
    function _claim(uint32 farmId, uint64 nextSeq) private returns (uint256 paid) {
        FarmMath.FarmSlots storage farm = _farms[farmId];
        FarmMath.Terms memory terms = FarmMath.load(farm.terms);
        if (terms.state == FarmState.Unknown) revert Farms_UnknownFarm(farmId);
        (FarmMath.Stream memory stream,) = FarmMath.accrued(farm.stream, terms);

        Position storage position = _positions[farmId][msg.sender];
        paid = FarmMath.pay(position, stream.acc, terms.scaleBits, true);
        if (paid == 0) return 0;
        FarmMath.store(position, position.weight, stream.acc);
        emit Claimed(farmId, msg.sender, paid, nextSeq);
    }

    /// @dev Applies one delta; returns what was added or taken back, 0 when the farm is untouched.
    function _adjust(uint32 farmId, int256 delta, uint40 endAt, uint64 nextSeq)
        private
        returns (int256 applied)
    {
        FarmMath.FarmSlots storage farm = _farms[farmId];
        FarmMath.Terms memory terms = FarmMath.load(farm.terms);
        if (terms.state == FarmState.Unknown) return 0;
        if (delta > 0 && terms.state != FarmState.Active) return 0;

        (FarmMath.Stream memory stream, uint256 idleX) = FarmMath.accrued(farm.stream, terms);
        uint256 remainingX = FarmMath.unemittedX(farm, stream, idleX);
        uint256 funded = farm.funded;
        if (delta > 0) {
            uint256 given = Math.min(uint256(delta), FarmMath.fundingBound(terms) - funded);
            applied = int256(given);
            funded += given;
            remainingX += given << FarmMath.STREAM_BITS;
        } else {
            uint256 taken = Math.min(uint256(-delta), remainingX >> FarmMath.STREAM_BITS);
            applied = -int256(taken);
            funded -= taken;
            remainingX -= taken << FarmMath.STREAM_BITS;
        }
        if (applied == 0) return 0;

        if (stream.endAt < endAt) stream.endAt = endAt;
        uint256 duration = stream.endAt - block.timestamp;
        uint256 rateX =
            Math.min(remainingX / duration, uint256(terms.maxRate) << FarmMath.STREAM_BITS);
        stream.rateX = uint80(rateX);
        FarmMath.store(farm.stream, stream);
        FarmMath.storeAmounts(farm, remainingX - rateX * duration, funded);
        emit StreamAdjusted(farmId, applied, stream.rateX, stream.endAt, nextSeq);
    }

    /// @dev Brings the farm to now: stores what accrued to nobody, returns the rest to be stored
    /// by the caller, who changes the total weight as well.
    function _accrue(FarmMath.FarmSlots storage farm, FarmMath.Terms memory terms)
        private
        returns (FarmMath.Stream memory stream)
    {
        uint256 idleX;
        (stream, idleX) = FarmMath.accrued(farm.stream, terms);
        if (idleX != 0) farm.undistributedX += uint128(idleX);
    }

    /// @dev Pulls exactly `amount` from the caller; a token that keeps a fee is refused.
    function _pull(IERC20 token, uint256 amount) private {
        uint256 balanceBefore = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - balanceBefore;
        if (received != amount) revert Farms_TransferShort(amount, received);
    }
}
