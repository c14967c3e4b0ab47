// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IFarms} from "../../interfaces/IFarms.sol";
import {IFarmsViews} from "../../interfaces/IFarmsViews.sol";
import {FarmMath} from "../../libraries/FarmMath.sol";
import {FarmsUsers} from "./FarmsUsers.sol";

/// @title FarmsClaims
/// @notice What leaves as reward. The emission is paid without a write to its farm: its accumulator
/// of now is computed in memory, and a later write arrives at a value no lower.
abstract contract FarmsClaims is FarmsUsers {
    using SafeERC20 for IERC20;

    /// @dev A stream's slots before a claim, to put back when its token refuses.
    struct Before {
        uint256 accWord;
        uint256 streamWord;
        uint256 tokenWord;
        uint256 word;
    }

    /// @dev Gas a reward token gets for a transfer that must not fail a claim. One that burns it
    /// all costs the user this much and no more.
    uint256 private constant TRANSFER_GAS = 200_000;

    /// @inheritdoc IFarms
    /// @dev A new boost is counted last: pricing first could cost the wei that `earned` promised.
    function claim(uint32 farmId) external nonReentrant returns (uint256 paid) {
        uint256 terms;
        (paid, terms) = _bookClaim(farmId, msg.sender, msg.sender, 1);
        _payReward(msg.sender, paid);
        uint256 count = FarmMath.streamCountOf(terms);
        for (uint8 i = 1; i < count; ++i) {
            _claimExtra(farmId, i, false);
        }
        if (FarmMath.hasTerms(terms)) _reprice(farmId, msg.sender);
    }

    /// @inheritdoc IFarms
    function claimMany(uint32[] calldata farmIds) external nonReentrant returns (uint256 paid) {
        for (uint256 i; i < farmIds.length; ++i) {
            (uint256 amount, uint256 terms) = _bookClaim(farmIds[i], msg.sender, msg.sender, 1);
            paid += amount;
            if (FarmMath.hasTerms(terms)) _reprice(farmIds[i], msg.sender);
        }
        _payReward(msg.sender, paid);
    }

    /// @inheritdoc IFarms
    function claimStream(uint32 farmId, uint8 stream) external nonReentrant returns (uint256 paid) {
        if (stream != 0) return _claimExtra(farmId, stream, true);
        (paid,) = _bookClaim(farmId, msg.sender, msg.sender, 1);
        _payReward(msg.sender, paid);
    }

    /// @inheritdoc IFarms
    function claimFor(uint32 farmId, address user) external nonReentrant returns (uint256 paid) {
        address to = recipientOf(user);
        (paid,) = _bookClaim(farmId, user, to, 1);
        _payReward(to, paid);
    }

    /// @inheritdoc IFarms
    function setRecipient(address recipient) external {
        _recipients[msg.sender] = recipient;
        emit RecipientSet(msg.sender, recipient, _nextSeq());
    }

    /// @notice Pays a reward. Only this contract, so that what a refusing token did is undone with
    /// its call: one that pays and still answers false would be asked again and again.
    function transferSelf(address token, address to, uint256 amount) external {
        if (msg.sender != address(this)) revert Farms_OnlySelf(msg.sender);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IFarmsViews
    function recipientOf(address user) public view returns (address) {
        address recipient = _recipients[user];
        return recipient == address(0) ? user : recipient;
    }

    /// @dev Claims another stream for the caller. Where the claim is not strict, a token that
    /// refuses finds everything put back as it was.
    function _claimExtra(uint32 farmId, uint8 stream, bool isStrict)
        private
        returns (uint256 paid)
    {
        (FarmMath.ExtraSlots storage extra, FarmMath.Visit memory visit) =
            _openExtra(farmId, stream);
        FarmMath.PositionSlots storage position = _farms[farmId].positions[msg.sender];
        Before memory before = Before(
            extra.accWord, extra.streamWord, extra.tokenWord, position.extraWords[stream - 1]
        );
        uint256 weight = uint96(position.word);
        uint256 scaleBits = FarmMath.scaleBitsOf(visit.terms);
        uint256 pX = FarmMath.extraPendingX(before.word, weight, visit.acc);
        paid = pX >> scaleBits;
        if (paid == 0) return 0;

        uint256 dustX;
        (position.extraWords[stream - 1], dustX) =
            FarmMath.extraWordOf(pX - (paid << scaleBits), weight, visit.acc);
        visit.residueX += dustX;
        FarmMath.carryResidue(visit);
        FarmMath.storeExtra(extra, visit);
        address token = address(uint160(before.tokenWord));
        _addSettled(token, paid);
        if (isStrict) {
            emit StreamClaimed(farmId, stream, msg.sender, msg.sender, paid, _nextSeq());
            IERC20(token).safeTransfer(msg.sender, paid);
        } else if (_tryTransfer(token, msg.sender, paid)) {
            emit StreamClaimed(farmId, stream, msg.sender, msg.sender, paid, _nextSeq());
        } else {
            position.extraWords[stream - 1] = before.word;
            (extra.accWord, extra.streamWord, extra.tokenWord) =
            (before.accWord, before.streamWord, before.tokenWord);
            _subSettled(token, paid);
            emit StreamClaimSkipped(farmId, stream, msg.sender, _nextSeq());
            return 0;
        }
    }

    function _addSettled(address token, uint256 amount) private {
        if (token == REWARD) _global += amount << 64;
        else _books[token].settled += uint96(amount);
    }

    function _subSettled(address token, uint256 amount) private {
        if (token == REWARD) _global -= amount << 64;
        else _books[token].settled -= uint96(amount);
    }

    /// @dev A transfer that reports instead of reverting: a token that reverts, returns anything
    /// but true, has no code or burns its gas refuses. Nothing of what it returns is copied here.
    function _tryTransfer(address token, address to, uint256 amount) private returns (bool isPaid) {
        try this.transferSelf{gas: TRANSFER_GAS}(token, to, amount) {
            return true;
        } catch {
            return false;
        }
    }
}
