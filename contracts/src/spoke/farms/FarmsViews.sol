// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarmsViews} from "../../interfaces/IFarmsViews.sol";
import {FarmMath} from "../../libraries/FarmMath.sol";
import {TermsMath} from "../../libraries/TermsMath.sol";
import {FarmsEmission} from "./FarmsEmission.sol";

/// @title FarmsViews
/// @notice Everything that can be read.
abstract contract FarmsViews is FarmsEmission {
    /// @inheritdoc IFarmsViews
    function REWARD_TOKEN() external view returns (address) {
        return REWARD;
    }

    /// @inheritdoc IFarmsViews
    function TREASURY() external view returns (address) {
        return TREASURY_ACCOUNT;
    }

    /// @inheritdoc IFarmsViews
    function FEE_STREAM_SECONDS() external view returns (uint32) {
        return FEE_SECONDS;
    }

    /// @inheritdoc IFarmsViews
    function receiver() external view returns (address) {
        return _receiver;
    }

    /// @inheritdoc IFarmsViews
    function bridge() external view returns (address) {
        return _bridge;
    }

    /// @inheritdoc IFarmsViews
    function seq() external view returns (uint64) {
        return uint64(_global);
    }

    /// @inheritdoc IFarmsViews
    function treasuryDue(address token) external view returns (uint256) {
        return _treasuryDue[token];
    }

    /// @inheritdoc IFarmsViews
    function booksOf(address token)
        external
        view
        returns (uint256 funded, uint256 settled, uint256 dustX)
    {
        return _booksOf(token);
    }

    /// @inheritdoc IFarmsViews
    function surplusOf(address token) external view returns (uint256) {
        return _surplusOf(token);
    }

    /// @inheritdoc IFarmsViews
    function farmOf(uint32 farmId) external view returns (Farm memory farm) {
        FarmMath.FarmSlots storage slots = _farms[farmId];
        uint256 terms = slots.terms;
        farm.stakeToken = FarmMath.stakeTokenOf(terms);
        farm.maxRate = FarmMath.maxRateOf(terms);
        farm.scaleBits = uint8(FarmMath.scaleBitsOf(terms));
        farm.state = FarmMath.stateOf(terms);
        farm.streamCount = uint8(FarmMath.streamCountOf(terms));
        farm.hasTerms = FarmMath.hasTerms(terms);
        farm.totalWeight = uint96(slots.accWord >> 160);
        farm.principal = uint96(_principalOf(slots));
    }

    /// @inheritdoc IFarmsViews
    function streamOf(uint32 farmId, uint8 stream) external view returns (Stream memory result) {
        FarmMath.FarmSlots storage farm = _farms[farmId];
        uint256 terms = farm.terms;
        if (stream >= FarmMath.streamCountOf(terms)) return result;
        uint256 accWord = farm.accWord;
        uint256 streamWord = farm.streamWord;
        if (stream == 0) {
            result.token = REWARD;
            result.funder = _receiver;
            result.maxRate = FarmMath.maxRateOf(terms);
            result.idle = uint96(farm.idleWord);
        } else {
            FarmMath.ExtraSlots storage extra = farm.extras[stream - 1];
            (accWord, streamWord) = (extra.accWord, extra.streamWord);
            uint256 tokenWord = extra.tokenWord;
            result.token = address(uint160(tokenWord));
            result.funder = extra.funder;
            result.maxRate = uint64(accWord >> 160);
            result.idle = uint96(tokenWord >> 160);
        }
        result.acc = uint160(accWord);
        result.residueX = uint96(streamWord);
        result.remaining = uint96(streamWord >> 96);
        result.lastAt = uint32(streamWord >> 192);
        result.endAt = uint32(streamWord >> 224);
    }

    /// @inheritdoc IFarmsViews
    function termsOf(uint32 farmId)
        external
        view
        returns (Tier[] memory tiers, TenureStep[] memory steps)
    {
        return TermsMath.unpackTerms(_farms[farmId].tiers, _farms[farmId].steps);
    }

    /// @inheritdoc IFarmsViews
    function stakeTokenOf(uint32 farmId) external view returns (address) {
        return FarmMath.stakeTokenOf(_farms[farmId].terms);
    }

    /// @inheritdoc IFarmsViews
    function positionOf(uint32 farmId, address user)
        external
        view
        returns (Position memory position)
    {
        FarmMath.FarmSlots storage farm = _farms[farmId];
        FarmMath.PositionSlots storage slots = farm.positions[user];
        uint96 weight = uint96(slots.word);
        position.weight = weight;
        (position.tierBoostBps, position.boostBps) = (uint16(TermsMath.BPS), uint16(TermsMath.BPS));
        position.principal = weight;
        if (!FarmMath.hasTerms(farm.terms)) return position;
        TermsMath.Position memory held = TermsMath.unpack(slots.terms);
        position.principal = uint96(held.principal);
        position.depositedAt = uint32(held.depositedAt);
        if (held.boostBps != 0) position.boostBps = uint16(held.boostBps);
        if (held.lockEnd == 0) return position;
        position.lockEnd = uint32(held.lockEnd);
        position.tier = uint8(held.tier);
        position.tierBoostBps = uint16(held.tierBoostBps);
        position.feeBps = uint16(held.feeBps);
    }

    /// @inheritdoc IFarmsViews
    function paidWordOf(uint32 farmId, uint8 stream, address user) external view returns (uint256) {
        FarmMath.PositionSlots storage position = _farms[farmId].positions[user];
        return stream == 0 ? position.word >> 96 : position.extraWords[stream - 1];
    }

    /// @inheritdoc IFarmsViews
    function earned(uint32 farmId, address user) external view returns (uint256) {
        return earnedOf(farmId, 0, user);
    }

    /// @inheritdoc IFarmsViews
    function earnedOf(uint32 farmId, uint8 stream, address user) public view returns (uint256) {
        return pendingXOf(farmId, stream, user) >> FarmMath.scaleBitsOf(_farms[farmId].terms);
    }

    /// @inheritdoc IFarmsViews
    function pendingXOf(uint32 farmId, uint8 stream, address user) public view returns (uint256) {
        FarmMath.FarmSlots storage farm = _farms[farmId];
        if (stream >= FarmMath.streamCountOf(farm.terms)) return 0;
        FarmMath.PositionSlots storage position = farm.positions[user];
        FarmMath.Visit memory visit = _look(farm, stream);
        uint256 scaleBits = FarmMath.scaleBitsOf(visit.terms);
        uint256 word = position.word;
        if (stream == 0) return FarmMath.pendingX(word, visit.acc, scaleBits);
        return FarmMath.extraPendingX(position.extraWords[stream - 1], uint96(word), visit.acc);
    }

    /// @inheritdoc IFarmsViews
    function unstreamed(uint32 farmId) external view returns (uint256) {
        FarmMath.FarmSlots storage farm = _farms[farmId];
        FarmMath.Visit memory visit = _look(farm, 0);
        return visit.remaining + visit.idle + uint96(farm.idleWord);
    }

    /// @inheritdoc IFarmsViews
    function rateOf(uint32 farmId, uint8 stream) external view returns (uint256) {
        FarmMath.FarmSlots storage farm = _farms[farmId];
        if (stream >= FarmMath.streamCountOf(farm.terms)) return 0;
        FarmMath.Visit memory visit = _look(farm, stream);
        if (visit.endAt <= block.timestamp) return 0;
        uint256 rate = visit.remaining / (visit.endAt - block.timestamp);
        uint256 maxRate = FarmMath.maxRateOf(visit.terms);
        return rate < maxRate ? rate : maxRate;
    }

    /// @dev A stream that exists, as of now.
    function _look(FarmMath.FarmSlots storage farm, uint8 stream)
        private
        view
        returns (FarmMath.Visit memory visit)
    {
        if (stream == 0) {
            FarmMath.load(farm, visit);
        } else {
            FarmMath.loadExtra(farm.extras[stream - 1], visit, farm.terms, farm.accWord >> 160);
        }
    }
}
