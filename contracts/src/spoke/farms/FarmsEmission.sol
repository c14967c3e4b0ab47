// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IFarms} from "../../interfaces/IFarms.sol";
import {FarmMath} from "../../libraries/FarmMath.sol";
import {FarmsClaims} from "./FarmsClaims.sol";

/// @title FarmsEmission
/// @notice What the emission receiver puts into the emissions and takes back from them.
abstract contract FarmsEmission is FarmsClaims {
    using SafeERC20 for IERC20;

    /// @inheritdoc IFarms
    function adjustStreams(uint40 endAt, uint32[] calldata farmIds, int256[] calldata deltas)
        external
        nonReentrant
        returns (int256[] memory applied)
    {
        if (msg.sender != _receiver) revert Farms_OnlyReceiver(msg.sender);
        if (farmIds.length != deltas.length) {
            revert Farms_LengthMismatch(farmIds.length, deltas.length);
        }
        // The receiver streams over at least its minimum time; an end in the past is its bug.
        assert(endAt > block.timestamp);

        uint256 end = Math.min(endAt, type(uint32).max);
        uint256 fundedBefore = _books[REWARD].funded;
        uint256 funded = fundedBefore;
        uint256 word = _global;
        applied = new int256[](deltas.length);
        FarmMath.Visit memory visit;
        for (uint256 i; i < deltas.length; ++i) {
            visit.farmId = farmIds[i];
            int256 amount = _adjust(visit, deltas[i], end, funded, uint64(word) + 1);
            if (amount == 0) continue;
            applied[i] = amount;
            unchecked {
                funded = uint256(int256(funded) + amount);
                ++word;
            }
        }
        _global = word;
        if (funded == fundedBefore) return applied;
        _books[REWARD].funded = uint96(funded);
        if (funded > fundedBefore) {
            IERC20(REWARD).safeTransferFrom(msg.sender, address(this), funded - fundedBefore);
        } else {
            IERC20(REWARD).safeTransfer(msg.sender, fundedBefore - funded);
        }
    }

    /// @dev Applies one delta to an emission; returns what was added or taken back, and touches
    /// nothing when that is 0.
    function _adjust(
        FarmMath.Visit memory visit,
        int256 delta,
        uint256 endAt,
        uint256 funded,
        uint64 nextSeq
    ) private returns (int256 applied) {
        if (delta == 0) return 0;
        FarmMath.FarmSlots storage farm = _farms[visit.farmId];
        FarmMath.load(farm, visit);
        uint256 terms = visit.terms;
        if (terms == 0) return 0;
        uint256 remaining = visit.remaining + visit.idle;
        if (terms & FarmMath.HAS_IDLE != 0) remaining += uint96(farm.idleWord);
        unchecked {
            if (delta > 0) {
                if (FarmMath.isEnded(terms)) return 0;
                applied = int256(Math.min(uint256(delta), FarmMath.FUNDED_LIMIT - 1 - funded));
            } else {
                // The least int256 negates to itself, which as unsigned is its absolute value.
                applied = -int256(Math.min(uint256(-delta), remaining));
            }
            if (applied == 0) return 0;
            visit.remaining = uint256(int256(remaining) + applied);
            visit.idle = 0;
        }
        if (visit.endAt < endAt) visit.endAt = endAt;
        FarmMath.store(farm, visit);
        if (terms & FarmMath.HAS_IDLE != 0) {
            farm.idleWord &= ~uint256(type(uint96).max);
            farm.terms = terms & ~FarmMath.HAS_IDLE;
        }
        emit StreamAdjusted(
            visit.farmId, 0, applied, uint96(visit.remaining), uint32(visit.endAt), nextSeq
        );
    }
}
