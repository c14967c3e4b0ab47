// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {EmissionRules} from "../../src/hub/EmissionRules.sol";
import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";

/// @notice The rules by themselves, over registries of every shape.
contract EmissionRulesTest is Test {
    uint256 private constant BPS = 10_000;

    /// @dev H-04: a decision is always left where the minimums fit, whatever the change limit.
    /// @custom:property H-04
    function testFuzz_H04_TheReferencesAreAcceptedWhereTheMinimumsFit(uint256 seed) external view {
        EmissionRules.Case memory terms = _caseOf(seed);
        IEmissionController.TargetLimits[] memory limits = EmissionRules.limitsOf(terms);
        uint256[] memory sumsSD = this.judge(terms, _referencesOf(limits));
        uint256 sumSD;
        for (uint256 i; i < sumsSD.length; ++i) {
            sumSD += sumsSD[i];
        }
        assertLe(sumSD, terms.budgetSD);
    }

    /// @dev H-04: what is accepted is exactly what lies in the limits and under the caps.
    /// @custom:property H-01, H-03, H-04
    function testFuzz_H04_NothingBeyondLimitsAndCapsIsAccepted(uint256 seed) external view {
        EmissionRules.Case memory terms = _caseOf(seed);
        IEmissionController.TargetLimits[] memory limits = EmissionRules.limitsOf(terms);
        IEmissionController.Target[] memory targets = _referencesOf(limits);
        uint256 changeSD = terms.budgetSD * terms.maxChangeBps / BPS;
        bool isAllowed = true;
        for (uint256 i; i < targets.length; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            EmissionRules.FarmCase memory farm = terms.farms[i];
            targets[i].amountSD = _near(limits[i], seed);
            uint256 amountSD = targets[i].amountSD;
            // The bounds and the change once more, from what they are and not from the limits.
            if (amountSD < terms.budgetSD * farm.minBps / BPS) isAllowed = false;
            if (amountSD > terms.budgetSD * farm.maxBps / BPS) isAllowed = false;
            uint256 referenceSD = limits[i].referenceSD;
            uint256 moveSD =
                amountSD > referenceSD ? amountSD - referenceSD : referenceSD - amountSD;
            if (farm.hasPrevious && moveSD > changeSD) isAllowed = false;
        }
        for (uint256 i; i < terms.eids.length; ++i) {
            uint256 sumSD;
            for (uint256 j; j < targets.length; ++j) {
                if (targets[j].eid == terms.eids[i]) sumSD += targets[j].amountSD;
            }
            if (sumSD > terms.budgetSD * terms.capsBps[i] / BPS) isAllowed = false;
        }
        (bool ok,) = address(this).staticcall(abi.encodeCall(this.judge, (terms, targets)));
        assertEq(ok, isAllowed);
    }

    /// @dev Nothing moves by itself: under the same terms every accepted decision is its own
    /// reference.
    /// @custom:property H-04
    function testFuzz_AnAcceptedDecisionIsItsOwnReference(uint256 seed) external view {
        EmissionRules.Case memory terms = _caseOf(seed);
        IEmissionController.TargetLimits[] memory limits = EmissionRules.limitsOf(terms);
        if (terms.budgetSD == 0) return;
        for (uint256 i; i < limits.length; ++i) {
            terms.farms[i].previousSD = limits[i].referenceSD;
            terms.farms[i].hasPrevious = true;
        }
        terms.previousBudgetSD = terms.budgetSD;
        IEmissionController.TargetLimits[] memory next = EmissionRules.limitsOf(terms);
        for (uint256 i; i < limits.length; ++i) {
            assertEq(next[i].referenceSD, limits[i].referenceSD);
        }
    }

    /// @dev Under the same bounds another budget keeps every share, to a unit for each farm.
    /// @custom:property H-03
    function testFuzz_AnotherBudgetKeepsTheShares(uint256 seed, uint64 budgetSD) external view {
        EmissionRules.Case memory terms = _caseOf(seed);
        IEmissionController.TargetLimits[] memory limits = EmissionRules.limitsOf(terms);
        if (terms.budgetSD == 0) return;
        terms.previousBudgetSD = terms.budgetSD;
        terms.budgetSD = budgetSD;
        for (uint256 i; i < limits.length; ++i) {
            terms.farms[i].previousSD = limits[i].referenceSD;
            terms.farms[i].hasPrevious = true;
        }
        // A unit that was rounded away before grows with the budget.
        uint256 rounding = (limits.length + 2) * (1 + budgetSD / terms.previousBudgetSD);
        IEmissionController.TargetLimits[] memory next = EmissionRules.limitsOf(terms);
        for (uint256 i; i < limits.length; ++i) {
            uint256 exactSD = uint256(limits[i].referenceSD) * budgetSD / terms.previousBudgetSD;
            assertApproxEqAbs(next[i].referenceSD, exactSD, rounding);
        }
    }

    /// @dev `fundedUntil` equals paying one epoch after the other.
    function testFuzz_FundedUntilIsTheLastEpochThatIsPaid(
        uint64[2] memory budgetsSD,
        uint16 decayBps,
        uint8 decayEvery,
        uint32 switchesAt,
        uint32 fromEpoch,
        uint96 fundsSD
    ) external pure {
        decayBps = uint16(bound(decayBps, 0, 10_000));
        switchesAt = uint32(bound(switchesAt, 1, 40));
        fromEpoch = uint32(bound(fromEpoch, 1, 60));
        IEmissionController.Schedule memory earlier =
            IEmissionController.Schedule(1, budgetsSD[0], budgetsSD[0] / 3, decayBps, decayEvery);
        IEmissionController.Schedule memory schedule = IEmissionController.Schedule(
            switchesAt, budgetsSD[1], budgetsSD[1] / 5, decayBps, decayEvery
        );
        uint32 until = EmissionRules.fundedUntil(earlier, schedule, fromEpoch, fundsSD);
        assertGe(until + 1, fromEpoch);
        assertLe(until, fromEpoch + 255);
        uint256 spentSD;
        for (uint32 epoch = fromEpoch; epoch <= until; ++epoch) {
            spentSD += EmissionRules.scheduledSD(epoch < switchesAt ? earlier : schedule, epoch);
        }
        assertLe(spentSD, fundsSD);
        if (until == fromEpoch + 255) return;
        spentSD += EmissionRules.scheduledSD(until + 1 < switchesAt ? earlier : schedule, until + 1);
        assertGt(spentSD, fundsSD);
    }

    function judge(EmissionRules.Case memory terms, IEmissionController.Target[] calldata targets)
        external
        pure
        returns (uint256[] memory)
    {
        return EmissionRules.judge(terms, targets);
    }

    /// @dev A registry of up to four chains with up to four farms each, whose minimums fit.
    function _caseOf(uint256 seed) private pure returns (EmissionRules.Case memory terms) {
        terms.budgetSD = uint64(seed) >> (seed >> 64) % 64;
        terms.previousBudgetSD = uint64(seed >> 70) >> (seed >> 134) % 63;
        terms.maxChangeBps = seed % 3 == 0 ? 0 : (seed >> 140) % 10_001;
        uint256 chainCount = (seed >> 160) % 5;
        terms.eids = new uint32[](chainCount);
        terms.capsBps = new uint256[](chainCount);
        terms.farms = new EmissionRules.FarmCase[](16);
        uint256 count;
        uint256 spareBps = BPS;
        for (uint256 i; i < chainCount; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            terms.eids[i] = uint32(10 * i + seed % 7);
            uint256 minsBps;
            for (uint256 j; j < (seed >> 8) % 5; ++j) {
                seed = uint256(keccak256(abi.encode(seed)));
                uint256 minBps = seed % 2 == 0 ? 0 : (seed >> 8) % (spareBps + 1);
                spareBps -= minBps;
                minsBps += minBps;
                terms.farms[count++] = EmissionRules.FarmCase({
                    eid: terms.eids[i],
                    farmId: uint32(10 * j + (seed >> 32) % 7),
                    minBps: uint16(minBps),
                    maxBps: uint16(minBps + (seed >> 40) % (BPS - minBps + 1)),
                    previousSD: uint64((seed >> 64) % (terms.previousBudgetSD + 1)),
                    hasPrevious: terms.previousBudgetSD != 0 && (seed >> 128) % 4 != 0
                });
            }
            terms.capsBps[i] = minsBps + (seed >> 136) % (BPS - minsBps + 1);
        }
        EmissionRules.FarmCase[] memory farms = terms.farms;
        assembly {
            mstore(farms, count)
        }
    }

    function _referencesOf(IEmissionController.TargetLimits[] memory limits)
        private
        pure
        returns (IEmissionController.Target[] memory targets)
    {
        targets = new IEmissionController.Target[](limits.length);
        for (uint256 i; i < limits.length; ++i) {
            targets[i] =
                IEmissionController.Target(limits[i].eid, limits[i].farmId, limits[i].referenceSD);
        }
    }

    /// @dev An amount at an end of the limits, one off it, or the reference.
    function _near(IEmissionController.TargetLimits memory limits, uint256 seed)
        private
        pure
        returns (uint64)
    {
        uint256 kind = seed % 16;
        if (kind == 0 && limits.minSD != 0) return limits.minSD - 1;
        if (kind == 1 && limits.maxSD != type(uint64).max) return limits.maxSD + 1;
        if (kind < 5) return limits.minSD;
        if (kind < 6) return limits.maxSD;
        return limits.referenceSD;
    }
}
