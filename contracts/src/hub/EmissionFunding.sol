// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IEmissionController} from "../interfaces/IEmissionController.sol";
import {EmissionBooks} from "./EmissionBooks.sol";
import {EmissionRules} from "./EmissionRules.sol";
import {EmissionSettings} from "./EmissionSettings.sol";

/// @title EmissionFunding
/// @notice Part of the emission controller: what comes in, what an epoch may spend, how long the
/// money lasts.
abstract contract EmissionFunding is EmissionSettings {
    using SafeERC20 for IERC20;

    /// @inheritdoc IEmissionController
    mapping(uint32 epoch => uint256 amountLD) public revenueOf;

    /// @notice Takes native money for fees, and what the endpoint refunds.
    receive() external payable {}

    /// @inheritdoc IEmissionController
    function depositRevenue(uint256 amountLD) external {
        if (amountLD == 0) revert Controller_ZeroAmount();
        uint32 epoch = currentEpoch();
        revenueOf[epoch] += amountLD;
        emit RevenueDeposited(epoch, msg.sender, amountLD, ++seq);
        REWARD_TOKEN.safeTransferFrom(msg.sender, address(this), amountLD);
    }

    /// @inheritdoc IEmissionController
    function withdrawNative(address payable to, uint256 amount) external onlyOwner {
        if (to == address(0)) revert Controller_ZeroAddress();
        uint256 balance = address(this).balance;
        if (amount > balance) revert Controller_InsufficientNative(amount, balance);
        emit NativeWithdrawn(to, amount, ++seq);
        Address.sendValue(to, amount);
    }

    /// @inheritdoc IEmissionController
    function withdrawToken(address to, uint256 amount) external onlyOwner {
        if (to == address(0)) revert Controller_ZeroAddress();
        emit TokenWithdrawn(to, amount, ++seq);
        REWARD_TOKEN.safeTransfer(to, amount);
    }

    /// @inheritdoc IEmissionController
    function nativeBalance() external view returns (uint256) {
        return address(this).balance;
    }

    /// @inheritdoc IEmissionController
    function outstandingSD() external view returns (uint256) {
        return _books.outstandingSD;
    }

    /// @inheritdoc IEmissionController
    function fundedUntil() external view returns (uint32) {
        uint256 heldSD = tokenBalance() / CONVERSION_RATE;
        uint256 owedSD = _books.outstandingSD;
        if (heldSD < owedSD) return 0;
        // An epoch that passed undecided can no longer be decided, so it needs no money.
        uint32 fromEpoch = uint32(Math.max(_books.lastDecided + 1, currentEpoch()));
        (Schedule memory earlier, Schedule memory schedule) = _schedules();
        return EmissionRules.fundedUntil(earlier, schedule, fromEpoch, heldSD - owedSD);
    }

    /// @inheritdoc IEmissionController
    function tokenBalance() public view returns (uint256) {
        return REWARD_TOKEN.balanceOf(address(this));
    }

    /// @inheritdoc IEmissionController
    function budgetOf(uint32 epoch) public view returns (uint64) {
        EmissionBooks.EpochEntry storage entry = _books.epochs[epoch];
        if (entry.revision != 0) return entry.budgetSD;
        uint64 budgetSD = EmissionRules.scheduledSD(_scheduleOf(epoch), epoch);
        uint256 multipleBps = revenueMultipleOf(epoch);
        if (multipleBps == 0 || epoch == 0) return budgetSD;
        uint256 boundSD = revenueOf[epoch - 1] * multipleBps / (CONVERSION_RATE * BPS);
        return uint64(Math.min(budgetSD, boundSD));
    }
}
