// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../interfaces/IFarms.sol";
import {FarmMath} from "../../libraries/FarmMath.sol";
import {TermsMath} from "../../libraries/TermsMath.sol";
import {FarmsFunding} from "./FarmsFunding.sol";

/// @title FarmsAdmin
/// @notice What the owner may do, and who may stop deposits. None of it reaches what users own.
abstract contract FarmsAdmin is FarmsFunding {
    uint256 private constant STREAMS_MAX = 4;
    /// @dev Farms a stake token can ever have; bounds the sum over them.
    uint256 private constant FARMS_MAX = 16;

    function setReceiver(address receiver_) external onlyOwner {
        if (receiver_ == address(0)) revert IFarms.Farms_ZeroAddress();
        if (_receiver != address(0)) revert IFarms.Farms_AlreadySet(_receiver);
        _receiver = receiver_;
        emit IFarms.ReceiverSet(receiver_);
    }

    function setBridge(address bridge_) external onlyOwner {
        if (bridge_ == address(0)) revert IFarms.Farms_ZeroAddress();
        if (_bridge != address(0)) revert IFarms.Farms_AlreadySet(_bridge);
        _bridge = bridge_;
        emit IFarms.BridgeSet(bridge_);
    }

    function addFarm(IFarms.NewFarm calldata farm) external onlyOwner {
        // With a stake in it, who is named later could take it.
        if (_receiver == address(0) || _bridge == address(0)) {
            revert IFarms.Farms_NotWired(_receiver, _bridge);
        }
        if (farm.stakeToken == address(0)) revert IFarms.Farms_ZeroAddress();
        if (farm.maxRate == 0) revert IFarms.Farms_ZeroAmount();
        if (farm.scaleBits < FarmMath.SCALE_BITS_MIN || farm.scaleBits > FarmMath.SCALE_BITS_MAX) {
            revert IFarms.Farms_BadScale(farm.scaleBits);
        }
        if (_farms[farm.farmId].terms != 0) revert IFarms.Farms_FarmExists(farm.farmId);
        _registerFor(farm.stakeToken, farm.farmId);

        uint256 terms =
            uint160(farm.stakeToken) | (uint256(farm.scaleBits) << 224) | (uint256(1) << 240);
        terms = FarmMath.withState(terms, IFarms.FarmState.Active);
        if (farm.hasTerms) terms |= FarmMath.HAS_TERMS;
        _farms[farm.farmId].terms = FarmMath.withMaxRate(terms, farm.maxRate);
        emit IFarms.FarmAdded(
            farm.farmId, farm.stakeToken, farm.scaleBits, farm.maxRate, farm.hasTerms, _nextSeq()
        );
    }

    function setFarmState(uint32 farmId, IFarms.FarmState state) external onlyOwner {
        _setState(farmId, state);
    }

    function pauseDeposits(uint32 farmId) external onlyPauser {
        _setState(farmId, IFarms.FarmState.DepositsPaused);
    }

    /// @dev What was emitted so far was emitted under the bound of then.
    function setMaxRate(uint32 farmId, uint8 stream, uint64 maxRate) external onlyOwner {
        if (maxRate == 0) revert IFarms.Farms_ZeroAmount();
        if (stream == 0) {
            (FarmMath.FarmSlots storage farm,, FarmMath.Visit memory visit) =
                _open(farmId, address(0));
            FarmMath.store(farm, visit);
            farm.terms = FarmMath.withMaxRate(farm.terms, maxRate);
        } else {
            (FarmMath.ExtraSlots storage extra, FarmMath.Visit memory visit) =
                _openExtra(farmId, stream);
            FarmMath.storeExtra(extra, visit);
            extra.accWord = FarmMath.withMaxRate(extra.accWord, maxRate);
        }
        emit IFarms.MaxRateSet(farmId, stream, maxRate, _nextSeq());
    }

    function setTerms(
        uint32 farmId,
        IFarms.Tier[] calldata tiers,
        IFarms.TenureStep[] calldata steps
    ) external onlyOwner {
        FarmMath.FarmSlots storage farm = _known(farmId);
        if (!FarmMath.hasTerms(farm.terms)) revert IFarms.Farms_NoTerms(farmId);
        bool areTiersValid;
        bool areStepsValid;
        (farm.tiers, areTiersValid) = TermsMath.packTiers(tiers);
        (farm.steps, areStepsValid) = TermsMath.packSteps(steps);
        if (!areTiersValid || !areStepsValid) revert IFarms.Farms_BadTerms(farmId);
        emit IFarms.TermsSet(farmId, tiers, steps, _nextSeq());
    }

    function addStream(uint32 farmId, address token, address funder, uint64 maxRate)
        external
        onlyOwner
        returns (uint8 stream)
    {
        FarmMath.FarmSlots storage farm = _known(farmId);
        uint256 terms = farm.terms;
        IFarms.FarmState state = FarmMath.stateOf(terms);
        if (state == IFarms.FarmState.Ended) revert IFarms.Farms_NotActive(farmId, state);
        if (token == address(0)) revert IFarms.Farms_ZeroAddress();
        if (maxRate == 0) revert IFarms.Farms_ZeroAmount();
        uint256 count = FarmMath.streamCountOf(terms);
        if (count == STREAMS_MAX) revert IFarms.Farms_TooManyStreams(farmId);
        _requireUnusedToken(farm, farmId, token, count);

        stream = uint8(count);
        FarmMath.ExtraSlots storage extra = farm.extras[count - 1];
        extra.accWord = FarmMath.withMaxRate(0, maxRate);
        extra.tokenWord = uint160(token);
        extra.funder = funder;
        farm.terms = terms + (uint256(1) << 240);
        emit IFarms.StreamAdded(farmId, stream, token, funder, maxRate, _nextSeq());
    }

    function setFunder(uint32 farmId, uint8 stream, address funder) external onlyOwner {
        (FarmMath.ExtraSlots storage extra,) = _openExtra(farmId, stream);
        extra.funder = funder;
        emit IFarms.FunderSet(farmId, stream, funder, _nextSeq());
    }

    function _setState(uint32 farmId, IFarms.FarmState state) private {
        FarmMath.FarmSlots storage farm = _known(farmId);
        IFarms.FarmState from = FarmMath.stateOf(farm.terms);
        if (state == from || state == IFarms.FarmState.Unknown || from == IFarms.FarmState.Ended) {
            revert IFarms.Farms_BadState(farmId, from, state);
        }
        farm.terms = FarmMath.withState(farm.terms, state);
        emit IFarms.FarmStateSet(farmId, state, _nextSeq());
    }

    /// @dev Farms that ended stay listed: their principal is still here.
    function _registerFor(address stakeToken, uint32 farmId) private {
        uint32[] storage farmIds = _farmIdsOf[stakeToken];
        uint256 count = farmIds.length;
        if (count != 0) {
            uint32 last = farmIds[count - 1];
            if (FarmMath.stateOf(_farms[last].terms) != IFarms.FarmState.Ended) {
                revert IFarms.Farms_StakeTokenInUse(stakeToken, last);
            }
        }
        if (count == FARMS_MAX) revert IFarms.Farms_TooManyFarms(stakeToken);
        farmIds.push(farmId);
    }

    /// @dev A token pays through one stream of a farm. The reward token may have a second one where
    /// it is staked, for fees: what the _receiver takes back must not be theirs.
    function _requireUnusedToken(
        FarmMath.FarmSlots storage farm,
        uint32 farmId,
        address token,
        uint256 count
    ) private view {
        bool isUsed = token == REWARD && token != FarmMath.stakeTokenOf(farm.terms);
        for (uint256 i = 1; i < count; ++i) {
            if (address(uint160(farm.extras[i - 1].tokenWord)) == token) isUsed = true;
        }
        if (isUsed) revert IFarms.Farms_StreamTokenInUse(farmId, token);
    }

    function _known(uint32 farmId) private view returns (FarmMath.FarmSlots storage farm) {
        farm = _farms[farmId];
        if (farm.terms == 0) revert IFarms.Farms_UnknownFarm(farmId);
    }
}
