// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IFarms} from "../../interfaces/IFarms.sol";
import {FarmMath} from "../../libraries/FarmMath.sol";
import {TermsMath} from "../../libraries/TermsMath.sol";
import {FarmsLocks} from "./FarmsLocks.sol";

/// @title FarmsBridging
/// @notice What only the position bridge may do: take positions to another chain, with their
/// owners' consent that it checked, and stake those that arrive.
abstract contract FarmsBridging is FarmsLocks {
    using SafeERC20 for IERC20;

    modifier onlyBridge() {
        if (msg.sender != _bridge) revert IFarms.Farms_OnlyBridge(msg.sender);
        _;
    }

    function exitFor(uint32 farmId, address user, uint96 amount)
        external
        onlyBridge
        nonReentrant
        returns (IFarms.Carry memory carry)
    {
        (
            FarmMath.FarmSlots storage farm,
            FarmMath.PositionSlots storage position,
            FarmMath.Visit memory visit
        ) = _open(farmId, user);
        carry = _carryOf(visit.terms, position.terms);
        (uint96 weight,,) = _leave(farm, position, visit, amount, false);
        emit IFarms.Withdrawn(farmId, user, msg.sender, amount, weight, _nextSeq());
        IERC20(FarmMath.stakeTokenOf(visit.terms)).safeTransfer(msg.sender, amount);
    }

    function claimToBridge(uint32 farmId, address user, uint256 unit)
        external
        onlyBridge
        nonReentrant
        returns (uint256 paid)
    {
        if (unit == 0) revert IFarms.Farms_ZeroAmount();
        (paid,) = _bookClaim(farmId, user, msg.sender, unit);
        _payReward(msg.sender, paid);
    }

    function stakeArrival(
        uint32 farmId,
        address user,
        uint96 amount,
        IFarms.Carry calldata carry,
        bool isOwners
    ) external onlyBridge nonReentrant {
        if (user == address(0)) revert IFarms.Farms_ZeroAddress();
        if (amount == 0) revert IFarms.Farms_ZeroAmount();
        uint256 terms = _farms[farmId].terms;
        if (FarmMath.hasTerms(terms)) {
            (
                FarmMath.FarmSlots storage farm,
                FarmMath.PositionSlots storage position,
                FarmMath.Visit memory visit
            ) = _open(farmId, user);
            _requireActive(visit);
            (uint256 weight, TermsMath.Position memory held) =
                _joinArrival(farm, position, visit, amount, carry, isOwners);
            _enter(farm, position, visit, msg.sender, amount, weight);
            if (TermsMath.isLocked(held)) _emitLocked(visit, held);
        } else {
            // A farm without locks would release what is locked, fee and all.
            if (carry.lockEnd > block.timestamp) revert IFarms.Farms_NoTerms(farmId);
            _join(farmId, user, msg.sender, amount, block.timestamp, false);
        }
        _pull(FarmMath.stakeTokenOf(terms), amount);
    }

    function takeFee(uint32 farmId, address user, uint96 fee) external onlyBridge nonReentrant {
        if (fee == 0) revert IFarms.Farms_ZeroAmount();
        (FarmMath.FarmSlots storage farm,, FarmMath.Visit memory visit) = _open(farmId, user);
        _bookFee(farm, visit, fee);
        _pull(FarmMath.stakeTokenOf(visit.terms), fee);
    }

    /// @dev Principal that comes from another chain joins with its tenure and its lock.
    function _joinArrival(
        FarmMath.FarmSlots storage farm,
        FarmMath.PositionSlots storage position,
        FarmMath.Visit memory visit,
        uint256 amount,
        IFarms.Carry memory carry,
        bool isOwners
    ) internal returns (uint256 weight, TermsMath.Position memory held) {
        bool isLocked = carry.lockEnd > block.timestamp;
        if (isLocked) _requireSaneLock(visit.farmId, carry);
        held = TermsMath.unpack(position.terms);
        if (!isOwners && (held.principal != 0 || isLocked)) {
            revert IFarms.Farms_OnlyOwnerOfPosition(visit.user);
        }
        TermsMath.mergeLock(held, amount, carry);
        weight = _addPrincipal(farm, position, visit, held, amount, _arrivalTime(carry));
    }

    /// @dev The sender on the other chain is trusted to tell the lock, not to exceed what any farm
    /// could have agreed to.
    function _requireSaneLock(uint32 farmId, IFarms.Carry memory carry) private view {
        bool isTerm = carry.lockEnd <= block.timestamp + TermsMath.TERM_MAX;
        bool isBoost =
            carry.tierBoostBps >= TermsMath.BPS && carry.tierBoostBps <= TermsMath.BOOST_MAX;
        if (!isTerm || !isBoost || carry.feeBps > TermsMath.FEE_MAX) {
            revert IFarms.Farms_BadTerms(farmId);
        }
    }
}
