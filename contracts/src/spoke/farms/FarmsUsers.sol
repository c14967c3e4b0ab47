// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IFarms} from "../../interfaces/IFarms.sol";
import {FarmMath} from "../../libraries/FarmMath.sol";
import {FarmsPositions} from "./FarmsPositions.sol";

/// @title FarmsUsers
/// @notice How users bring and take their principal. No way out but `exit` calls a reward token.
abstract contract FarmsUsers is IFarms, FarmsPositions {
    using SafeERC20 for IERC20;

    /// @inheritdoc IFarms
    function stake(uint32 farmId, uint96 amount) external nonReentrant {
        _stake(farmId, msg.sender, amount);
    }

    /// @inheritdoc IFarms
    function stakeWithPermit(
        uint32 farmId,
        uint96 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        address token = FarmMath.stakeTokenOf(_farms[farmId].terms);
        if (token == address(0)) revert Farms_UnknownFarm(farmId);
        // Somebody may have used the permit before; then the allowance is there. When it is not,
        // the transfer reverts and says so.
        try IERC20Permit(token).permit(msg.sender, address(this), amount, deadline, v, r, s) {}
            catch {}
        _stake(farmId, msg.sender, amount);
    }

    /// @inheritdoc IFarms
    function stakeFor(uint32 farmId, address user, uint96 amount) external nonReentrant {
        if (user == address(0)) revert Farms_ZeroAddress();
        _stake(farmId, user, amount);
    }

    /// @inheritdoc IFarms
    function withdraw(uint32 farmId, uint96 amount) external nonReentrant {
        _withdraw(farmId, msg.sender, amount);
    }

    /// @inheritdoc IFarms
    function emergencyWithdraw(uint32 farmId, address to) external nonReentrant {
        if (to == address(0)) revert Farms_ZeroAddress();
        FarmMath.FarmSlots storage farm = _farms[farmId];
        FarmMath.PositionSlots storage position = farm.positions[msg.sender];
        bool isPriced = FarmMath.hasTerms(farm.terms);
        _withdraw(farmId, to, uint96(isPriced ? position.terms : position.word));
    }

    /// @inheritdoc IFarms
    function exit(uint32 farmId, uint96 amount) external nonReentrant returns (uint256 paid) {
        (
            FarmMath.FarmSlots storage farm,
            FarmMath.PositionSlots storage position,
            FarmMath.Visit memory visit
        ) = _open(farmId, msg.sender);
        uint96 weight;
        uint96 fee;
        (weight, fee, paid) = _leave(farm, position, visit, amount, true);
        uint64 number = _bookPaid(paid, 0, FarmMath.scaleBitsOf(visit.terms));
        emit Exited(farmId, msg.sender, amount, weight, paid, number);
        if (fee != 0) _bookFee(farm, visit, fee);
        IERC20(FarmMath.stakeTokenOf(visit.terms)).safeTransfer(msg.sender, amount - fee);
        _payReward(msg.sender, paid);
    }

    /// @inheritdoc IFarms
    function compound(uint32 farmId) external nonReentrant returns (uint96 amount) {
        if (FarmMath.stakeTokenOf(_farms[farmId].terms) != REWARD) {
            revert Farms_NotCompoundable(farmId);
        }
        (uint256 paid,) = _bookClaim(farmId, msg.sender, address(this), 1);
        if (paid == 0) return 0;
        amount = uint96(paid);
        // Nobody else can ask for it, so it may join a lock that runs.
        _join(farmId, msg.sender, address(this), amount, block.timestamp, true);
    }

    /// @dev Takes `amount` of the caller's principal out and pays it to `to`, less a fee.
    function _withdraw(uint32 farmId, address to, uint96 amount) private {
        (
            FarmMath.FarmSlots storage farm,
            FarmMath.PositionSlots storage position,
            FarmMath.Visit memory visit
        ) = _open(farmId, msg.sender);
        (uint96 weight, uint96 fee,) = _leave(farm, position, visit, amount, false);
        emit Withdrawn(farmId, msg.sender, to, amount, weight, _nextSeq());
        if (fee != 0) _bookFee(farm, visit, fee);
        IERC20(FarmMath.stakeTokenOf(visit.terms)).safeTransfer(to, amount - fee);
    }
}
