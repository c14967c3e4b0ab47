// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFarms} from "../interfaces/IFarms.sol";

/// @title TermsMath
/// @notice Lock tiers, tenure steps and the price of a position: weight = principal * boost.
/// @dev Off-chain code repeats these rules bit for bit:
///     boost  = min(25,000, (lockEnd > now ? tierBoostBps : 10,000) + bonus of the highest step
///              with minTenure <= now - depositedAt)
///     weight = principal * boost / 10,000
///     fee    = ceil(amount * feeBps / 10,000)
/// Principal that joins merges by
///     depositedAt = ceil((principal * depositedAt + amount * its depositedAt) / their sum)
/// and an arriving lock with one that runs: lockEnd = the later end and its tier (the position's on
/// a tie), tierBoostBps = the average of both boosts weighted by principal, rounded down, where no
/// lock counts 10,000; feeBps = the higher fee of the locks that run.
library TermsMath {
    /// @dev A position of a farm with terms, in memory. Stored as principal 96 | depositedAt 32 |
    /// lockEnd 32 | tier 8 | tierBoostBps 16 | feeBps 16 | boostBps 16, from the low bits up.
    struct Position {
        uint256 principal;
        uint256 depositedAt;
        uint256 lockEnd;
        uint256 tier;
        uint256 tierBoostBps;
        uint256 feeBps;
        uint256 boostBps;
    }

    uint256 internal constant BPS = 10_000;
    uint256 internal constant BOOST_MAX = 25_000;
    uint256 internal constant FEE_MAX = 2500;
    uint256 internal constant TERM_MAX = 4 * 365 days;
    uint256 internal constant TIERS_MAX = 4;
    uint256 internal constant STEPS_MAX = 4;

    uint256 private constant TIER_BITS = 64;
    uint256 private constant STEP_BITS = 48;

    function unpack(uint256 word) internal pure returns (Position memory position) {
        position.principal = uint96(word);
        position.depositedAt = uint32(word >> 96);
        position.lockEnd = uint32(word >> 128);
        position.tier = uint8(word >> 160);
        position.tierBoostBps = uint16(word >> 168);
        position.feeBps = uint16(word >> 184);
        position.boostBps = uint16(word >> 200);
    }

    function pack(Position memory position) internal pure returns (uint256) {
        return position.principal | (position.depositedAt << 96) | (position.lockEnd << 128)
            | (position.tier << 160) | (position.tierBoostBps << 168) | (position.feeBps << 184)
            | (position.boostBps << 200);
    }

    function isLocked(Position memory position) internal view returns (bool) {
        return position.lockEnd > block.timestamp;
    }

    /// @dev Boost that the position has by now.
    function boostOf(Position memory position, uint256 steps) internal view returns (uint256) {
        uint256 boost = isLocked(position) ? position.tierBoostBps : BPS;
        boost += bonusOf(steps, block.timestamp - position.depositedAt);
        return boost < BOOST_MAX ? boost : BOOST_MAX;
    }

    function weightOf(uint256 principal, uint256 boost) internal pure returns (uint256) {
        return principal * boost / BPS;
    }

    function feeOf(uint256 amount, uint256 feeBps) internal pure returns (uint256) {
        return (amount * feeBps + BPS - 1) / BPS;
    }

    /// @dev Adds `amount` deposited at `at`; the average rounds up, to the later time.
    function join(Position memory position, uint256 amount, uint256 at) internal pure {
        uint256 principal = position.principal + amount;
        uint256 sum = position.principal * position.depositedAt + amount * at;
        position.depositedAt = (sum + principal - 1) / principal;
        position.principal = principal;
    }

    /// @dev Merges the running lock of `amount` that joins into the position, before it does.
    function mergeLock(Position memory position, uint256 amount, IFarms.Carry memory carry)
        internal
        view
    {
        bool isIncoming = carry.lockEnd > block.timestamp;
        bool isRunning = isLocked(position);
        if (!isIncoming && !isRunning) return;

        uint256 mine = isRunning ? position.tierBoostBps : BPS;
        uint256 theirs = isIncoming ? carry.tierBoostBps : BPS;
        position.tierBoostBps =
            (position.principal * mine + amount * theirs) / (position.principal + amount);
        if (!isRunning || (isIncoming && carry.feeBps > position.feeBps)) {
            position.feeBps = carry.feeBps;
        }
        if (!isRunning || carry.lockEnd > position.lockEnd) {
            (position.lockEnd, position.tier) = (carry.lockEnd, carry.tier);
        }
    }

    /// @dev Bonus of the highest step reached; steps rise, an empty one ends them.
    function bonusOf(uint256 steps, uint256 tenure) internal pure returns (uint256 bonus) {
        while (steps != 0 && uint32(steps) <= tenure) {
            bonus = uint16(steps >> 32);
            steps >>= STEP_BITS;
        }
    }

    /// @dev Tier `number`, from 1; its term is 0 when it does not exist.
    function tierOf(uint256 tiers, uint256 number) internal pure returns (IFarms.Tier memory) {
        if (number == 0 || number > TIERS_MAX) return IFarms.Tier(0, 0, 0);
        uint256 word = tiers >> ((number - 1) * TIER_BITS);
        return IFarms.Tier(uint32(word), uint16(word >> 32), uint16(word >> 48));
    }

    /// @dev Word of the tiers, and whether they are within their bounds.
    function packTiers(IFarms.Tier[] calldata tiers)
        internal
        pure
        returns (uint256 word, bool isValid)
    {
        if (tiers.length > TIERS_MAX) return (0, false);
        for (uint256 i; i < tiers.length; ++i) {
            IFarms.Tier calldata tier = tiers[i];
            bool isTerm = tier.term != 0 && tier.term <= TERM_MAX;
            bool isBoost = tier.boostBps >= BPS && tier.boostBps <= BOOST_MAX;
            if (!isTerm || !isBoost || tier.feeBps > FEE_MAX) return (0, false);
            uint256 packed =
                tier.term | (uint256(tier.boostBps) << 32) | (uint256(tier.feeBps) << 48);
            word |= packed << (i * TIER_BITS);
        }
        return (word, true);
    }

    /// @dev Word of the steps, and whether they rise from above zero within their bounds.
    function packSteps(IFarms.TenureStep[] calldata steps)
        internal
        pure
        returns (uint256 word, bool isValid)
    {
        if (steps.length > STEPS_MAX) return (0, false);
        uint256 tenure;
        uint256 bonus;
        for (uint256 i; i < steps.length; ++i) {
            IFarms.TenureStep calldata step = steps[i];
            if (step.minTenure <= tenure || step.bonusBps <= bonus) return (0, false);
            (tenure, bonus) = (step.minTenure, step.bonusBps);
            word |= (tenure | (bonus << 32)) << (i * STEP_BITS);
        }
        return (word, bonus <= BOOST_MAX - BPS);
    }

    /// @dev The lists that were packed.
    function unpackTerms(uint256 tierWord, uint256 stepWord)
        internal
        pure
        returns (IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps)
    {
        uint256 count;
        while (count < TIERS_MAX && uint32(tierWord >> (count * TIER_BITS)) != 0) ++count;
        tiers = new IFarms.Tier[](count);
        for (uint256 i; i < count; ++i) {
            tiers[i] = tierOf(tierWord, i + 1);
        }
        count = 0;
        while (stepWord >> (count * STEP_BITS) != 0) ++count;
        steps = new IFarms.TenureStep[](count);
        for (uint256 i; i < count; ++i) {
            uint256 word = stepWord >> (i * STEP_BITS);
            steps[i] = IFarms.TenureStep(uint32(word), uint16(word >> 32));
        }
    }
}
