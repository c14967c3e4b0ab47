// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {FarmMath} from "../../src/libraries/FarmMath.sol";

/// @notice The words of a position at the bounds that FarmMath proves: whatever the accumulator is,
/// what is put in comes out, and what does not fit is told.
contract FarmMathFuzzTest is Test {
    struct Accrual {
        uint96 remaining;
        uint96 residueX;
        uint32 span;
        uint32 elapsed;
        uint96 weight;
        bool isEmpty;
        uint64 maxRate;
        uint8 scaleBits;
    }

    uint256 private constant START = 1_800_000_000;

    /// @dev p = what the word says + dust, and the dust is less than the weight.
    /// @custom:property F-06
    function testFuzz_AWordWithWeightHoldsEveryPending(
        uint256 pX,
        uint256 weight,
        uint160 acc,
        uint8 scaleBits
    ) external pure {
        uint256 scale = bound(scaleBits, 32, 95);
        weight = bound(weight, FarmMath.minimumOf(scale), (uint256(1) << scale) - 1);
        pX = _pending(pX, scale);
        (uint256 word, uint256 dustX) = FarmMath.packPosition(pX, weight, acc, scale);
        assertEq(word & type(uint96).max, weight);
        assertEq(FarmMath.pendingX(word, acc, scale) + dustX, pX);
        assertLt(dustX, weight);
    }

    /// @custom:property F-06
    function testFuzz_AWordWithoutWeightHoldsEveryPending(uint256 pX, uint160 acc, uint8 scaleBits)
        external
        pure
    {
        uint256 scale = bound(scaleBits, 32, 95);
        pX = _pending(pX, scale);
        (uint256 word, uint256 dustX) = FarmMath.packPosition(pX, 0, acc, scale);
        assertEq(word & type(uint96).max, 0);
        assertEq(FarmMath.pendingX(word, acc, scale) + dustX, pX);
        assertLt(dustX, FarmMath.minimumOf(scale));
    }

    /// @dev As the accumulator grows the pending grows by weight times that, also across its wrap.
    /// @custom:property F-04
    function testFuzz_AWordEarnsWhatTheAccumulatorGains(
        uint256 pX,
        uint256 weight,
        uint160 acc,
        uint160 gain,
        uint8 scaleBits
    ) external pure {
        uint256 scale = bound(scaleBits, 32, 95);
        weight = bound(weight, FarmMath.minimumOf(scale), (uint256(1) << scale) - 1);
        pX = _pending(pX, scale);
        uint256 room = type(uint160).max - pX / weight;
        gain = uint160(bound(gain, 0, room));
        (uint256 word, uint256 dustX) = FarmMath.packPosition(pX, weight, acc, scale);
        uint160 later;
        unchecked {
            later = acc + gain;
        }
        assertEq(FarmMath.pendingX(word, later, scale) + dustX, pX + weight * gain);
    }

    /// @dev A residue of the whole weight is a whole unit of the accumulator.
    /// @custom:property F-05
    function test_AResidueIsCarriedFromTheWeightOn() external pure {
        _assertCarried(6, 7, 0, 6);
        _assertCarried(7, 7, 1, 0);
        _assertCarried(8, 7, 1, 1);
        _assertCarried(27, 7, 3, 6);
        _assertCarried(27, 0, 0, 27);
    }

    /// @custom:property F-06
    function testFuzz_AnExtraWordHoldsEveryPending(uint256 pX, uint256 weight, uint160 acc)
        external
        pure
    {
        weight = bound(weight, 0, type(uint96).max);
        pX = _pending(pX, 95);
        (uint256 word, uint256 dustX) = FarmMath.extraWordOf(pX, weight, acc);
        assertEq(FarmMath.extraPendingX(word, weight, acc) + dustX, pX);
        if (weight == 0) assertEq(dustX, 0);
        else assertLt(dustX, weight);
    }

    /// @dev One accrual: what is emitted is what remains less, and all of it is in the accumulator,
    /// the residue or idle.
    /// @custom:property F-02, F-05
    function testFuzz_AnAccrualLosesNothing(Accrual memory input) external {
        uint256 scale = bound(input.scaleBits, 32, 95);
        uint256 weight = bound(input.weight, FarmMath.minimumOf(scale), (1 << scale) - 1);
        if (input.isEmpty) weight = 0;
        else input.residueX = uint96(bound(input.residueX, 0, weight - 1));
        uint256 remaining = bound(input.remaining, 0, FarmMath.FUNDED_LIMIT - 1);
        uint256 endAt = START + bound(input.span, 1, type(uint32).max - START);
        vm.warp(START + bound(input.elapsed, 0, type(uint32).max - START));

        FarmMath.Visit memory visit;
        visit.totalWeight = weight;
        visit.terms = (uint256(input.maxRate) << 160) | (scale << 224);
        FarmMath.accrue(visit, input.residueX | (remaining << 96) | (START << 192) | (endAt << 224));
        uint256 sumX =
            visit.acc * weight + visit.residueX + ((visit.idle + visit.remaining) << scale);
        assertEq(sumX, (remaining << scale) + input.residueX, "conservation");
        uint256 until = block.timestamp < endAt ? block.timestamp : endAt;
        assertLe(remaining - visit.remaining, uint256(input.maxRate) * (until - START), "rate");
        assertLt(visit.acc, 2 ** 160);
        if (weight == 0) assertEq(visit.acc, 0);
        else assertLt(visit.residueX, weight);
    }

    /// @dev Any amount below the funding bound in scaled units.
    function _pending(uint256 pX, uint256 scale) private pure returns (uint256) {
        return bound(pX, 0, (FarmMath.FUNDED_LIMIT << scale) - 1);
    }

    function _assertCarried(uint256 residueX, uint256 weight, uint256 gained, uint256 left)
        private
        pure
    {
        FarmMath.Visit memory visit;
        (visit.acc, visit.residueX, visit.totalWeight) = (100, residueX, weight);
        FarmMath.carryResidue(visit);
        assertEq(visit.acc, 100 + gained);
        assertEq(visit.residueX, left);
    }
}
