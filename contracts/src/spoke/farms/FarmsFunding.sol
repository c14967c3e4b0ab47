// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IFarms} from "../../interfaces/IFarms.sol";
import {FarmMath} from "../../libraries/FarmMath.sol";
import {FarmsBridging} from "./FarmsBridging.sol";

/// @title FarmsFunding
/// @notice What funders bring, and what is nobody's or the treasury's. Part of the annex; described
/// in IFarms.
abstract contract FarmsFunding is FarmsBridging {
    using SafeERC20 for IERC20;

    /// @dev Longest time one funding streams.
    uint256 private constant DURATION_MAX = 4 * 365 days;

    function fundStream(uint32 farmId, uint8 stream, uint96 amount, uint32 duration)
        external
        nonReentrant
    {
        (FarmMath.ExtraSlots storage extra, FarmMath.Visit memory visit) =
            _openExtra(farmId, stream);
        if (msg.sender != extra.funder) revert IFarms.Farms_OnlyFunder(msg.sender, extra.funder);
        IFarms.FarmState state = FarmMath.stateOf(visit.terms);
        if (state == IFarms.FarmState.Ended) revert IFarms.Farms_NotActive(farmId, state);
        if (amount == 0) revert IFarms.Farms_ZeroAmount();
        if (duration == 0 || duration > DURATION_MAX) revert IFarms.Farms_BadDuration(duration);
        address token = address(uint160(extra.tokenWord));
        uint256 funded = _books[token].funded + uint256(amount);
        if (funded >= FarmMath.FUNDED_LIMIT) revert IFarms.Farms_FundingBound(token, funded);
        _books[token].funded = uint96(funded);

        uint256 remaining = visit.remaining;
        uint256 endAt = visit.endAt;
        _addToExtra(extra, visit, stream, amount, block.timestamp + duration);
        _requireRateKept(visit, remaining, endAt);
        _pull(token, amount);
    }

    /// @dev What was emitted to nobody can go nowhere else: an ended farm takes no adjustment that
    /// would stream it again.
    function sweepStream(uint32 farmId, uint8 stream) external nonReentrant {
        (FarmMath.ExtraSlots storage extra, FarmMath.Visit memory visit) =
            _openExtra(farmId, stream);
        if (!FarmMath.isEnded(visit.terms) || block.timestamp < visit.endAt) {
            revert IFarms.Farms_StreamNotOver(farmId, stream);
        }
        uint256 tokenWord = extra.tokenWord;
        uint256 amount = visit.remaining + visit.idle + (tokenWord >> 160);
        if (amount == 0) revert IFarms.Farms_ZeroAmount();
        visit.remaining = 0;
        visit.idle = 0;
        FarmMath.storeExtra(extra, visit);
        extra.tokenWord = uint160(tokenWord);
        address token = address(uint160(tokenWord));
        _books[token].funded -= uint96(amount);
        address to = extra.funder == address(0) ? TREASURY_ACCOUNT : extra.funder;
        emit IFarms.StreamSwept(farmId, stream, to, uint96(amount), _nextSeq());
        IERC20(token).safeTransfer(to, amount);
    }

    function recover(address token, address to, uint256 amount) external onlyOwner nonReentrant {
        if (to == address(0)) revert IFarms.Farms_ZeroAddress();
        if (amount == 0) revert IFarms.Farms_ZeroAmount();
        uint256 surplus = _surplusOf(token);
        if (amount > surplus) revert IFarms.Farms_NoSurplus(token, surplus);
        emit IFarms.SurplusRecovered(token, to, amount, _nextSeq());
        IERC20(token).safeTransfer(to, amount);
    }

    function payTreasury(address token) external nonReentrant {
        uint256 amount = _treasuryDue[token];
        if (amount == 0) revert IFarms.Farms_ZeroAmount();
        _treasuryDue[token] = 0;
        emit IFarms.TreasuryPaid(token, amount, _nextSeq());
        IERC20(token).safeTransfer(TREASURY_ACCOUNT, amount);
    }

    /// @dev A funder cannot thin a stream out by prolonging it: the rate of now, as far as it is
    /// not above the bound, has to be kept.
    function _requireRateKept(FarmMath.Visit memory visit, uint256 remaining, uint256 endAt)
        private
        view
    {
        if (endAt <= block.timestamp) return;
        uint256 left = endAt - block.timestamp;
        uint256 newLeft = visit.endAt - block.timestamp;
        uint256 maxRate = FarmMath.maxRateOf(visit.terms);
        bool isLower = visit.remaining * left < remaining * newLeft;
        if (isLower && visit.remaining < maxRate * newLeft) {
            revert IFarms.Farms_RateWouldFall(remaining / left, visit.remaining / newLeft);
        }
    }
}
