// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {FarmsFixture} from "../support/FarmsFixture.sol";
import {PlainToken, StubbornToken} from "../support/Tokens.sol";

/// @notice Farms at their bounds: every scale, the least and the greatest weight, all the funds a
/// token may ever have, and exits that must always work.
contract FarmsLimitsTest is FarmsFixture {
    uint256 private constant FUNDED_MAX = 2 ** 96 - 2 ** 64 - 1;
    uint256 private constant EXIT_GAS_MAX = 250_000;

    uint8[3] private _scales = [32, 64, 95];

    function setUp() external {
        _startFarms();
    }

    /// @dev Everything there is goes to a single position of the least size. Its accumulator comes
    /// as close to its 160 bits as it ever can, and all of it can be taken out.
    function test_AllFundsCanGoToTheLeastPosition() external {
        for (uint256 i; i < _scales.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            (uint32 farmId, uint96 least,) = _farmAt(_scales[i]);
            _stakeAs(ALICE, farmId, least);
            _adjust(farmId, int256(FUNDED_MAX), type(uint32).max);
            vm.warp(type(uint32).max);
            uint256 emitted = FUNDED_MAX - _farms.unstreamed(farmId);
            assertGt(emitted, 2 ** 95);
            assertEq(_farms.earned(farmId, ALICE), emitted);
            vm.prank(ALICE);
            _farms.withdraw(farmId, least);
            assertEq(_farms.earned(farmId, ALICE), emitted, "the word without weight holds it");
            _stakeAs(ALICE, farmId, least);
            assertEq(_farms.earned(farmId, ALICE), emitted, "the word with weight holds it");
            vm.prank(ALICE);
            assertEq(_farms.exit(farmId, least), emitted);
            _assertAllConserved();
            vm.revertToState(snapshot);
        }
    }

    /// @dev A whale and a dwarf in turns: what the residue of the whale holds reaches the dwarf,
    /// and no word wraps.
    function test_AWhaleAndADwarfTakeTurns() external {
        for (uint256 i; i < _scales.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            (uint32 farmId, uint96 least, uint96 most) = _farmAt(_scales[i]);
            uint96 whale = most - least;
            _stakeAs(ALICE, farmId, least);
            _adjust(farmId, 1e27, START + 1_000);
            for (uint256 j; j < 8; ++j) {
                skip(101);
                _stakeAs(BOB, farmId, whale);
                skip(7);
                vm.prank(BOB);
                if (j % 2 == 0) _farms.withdraw(farmId, whale);
                else _farms.exit(farmId, whale);
                _assertAllConserved();
            }
            uint256 total =
                _farms.earned(farmId, ALICE) + _farms.earned(farmId, BOB) + _reward.balanceOf(BOB);
            assertLe(total, 1e27);
            vm.revertToState(snapshot);
        }
    }

    function test_RevertIf_TheTotalWeightReachesTheCap() external {
        for (uint256 i; i < _scales.length; ++i) {
            (uint32 farmId,, uint96 most) = _farmAt(_scales[i]);
            uint256 cap = uint256(1) << _scales[i];
            _stakeAs(ALICE, farmId, most);
            _fund(PlainToken(_farms.stakeTokenOf(farmId)), BOB, type(uint96).max);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IFarms.Farms_WeightCap.selector, uint256(most) + 1e12, 1 << _scales[i]
                )
            );
            vm.prank(BOB);
            _farms.stake(farmId, 1e12);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IFarms.Farms_WeightCap.selector, uint256(most) + type(uint96).max, cap
                )
            );
            vm.prank(BOB);
            _farms.stake(farmId, type(uint96).max);
        }
    }

    /// @dev Many stakes in one block bring the same weight as one, and earn nothing by themselves.
    function test_RepeatedStakesInOneBlockChangeNothingButTheWeight() external conserving {
        _stakeAs(BOB, 1, 1e18);
        _adjust(1, 1e18, START + 100);
        skip(50);
        uint256 pendingX = _farms.pendingXOf(1, 0, BOB);
        for (uint256 i; i < 20; ++i) {
            _stakeAs(ALICE, 1, MINIMUM + uint96(i));
        }
        assertEq(_farms.earned(1, ALICE), 0);
        assertGe(_farms.pendingXOf(1, 0, BOB), pendingX);
        assertEq(_farms.positionOf(1, ALICE).weight, 20 * uint256(MINIMUM) + 190);
    }

    /// @dev Who comes first into an empty farm may get the wei that nobody could own; nothing more.
    function test_TheFirstStakerFindsNoMoreThanAWei() external conserving {
        uint96 whale = uint96((uint256(1) << 95) - 1);
        _stakeAs(ALICE, 1, whale);
        _adjust(1, 1_001, START + 100);
        skip(1_000);
        vm.prank(ALICE);
        _farms.exit(1, whale);
        _stakeAs(BOB, 1, MINIMUM);
        vm.prank(BOB);
        assertLe(_farms.exit(1, MINIMUM), 1);
    }

    /// @dev An end beyond 32 bits of seconds is as good as the last of them.
    function test_AnEndBeyondTheClockIsTheLastSecond() external {
        _adjust(1, 1e18, type(uint40).max);
        assertEq(_farms.streamOf(1, 0).endAt, type(uint32).max);
    }

    /// @dev The least number takes back what there is and no more.
    function test_TheGreatestTakeBackIsBounded() external {
        _adjust(1, 1_000, START + 100);
        assertEq(_adjust(1, type(int256).min, START + 100), -1_000);
        assertEq(_adjust(1, type(int256).max, START + 100), int256(FUNDED_MAX));
    }

    /// @dev Four streams whose tokens are all broken, and a lock: principal leaves for bounded gas.
    /// @custom:property F-11, I11, E28
    function test_AnExitWorksWithFourBrokenStreamsForBoundedGas() external {
        StubbornToken[3] memory tokens;
        for (uint8 i; i < 3; ++i) {
            tokens[i] = new StubbornToken();
            _farms.addStream(1, address(tokens[i]), address(this), MAX_RATE);
            tokens[i].mint(address(this), 1e18);
            tokens[i].approve(address(_farms), 1e18);
            _farms.fundStream(1, i + 1, 1e18, 1_000);
        }
        _adjust(1, 1e18, START + 1_000);
        _stakeAs(BOB, 1, 7e18);
        skip(10);
        _stakeAs(ALICE, 1, 3e18);
        skip(10);
        for (uint8 i; i < 3; ++i) {
            tokens[i].setRefusal(StubbornToken.Refusal.BurnsGas);
        }
        vm.etch(address(_reward), "");
        vm.prank(ALICE);
        uint256 before = gasleft();
        _farms.withdraw(1, 1e18);
        assertLt(before - gasleft(), EXIT_GAS_MAX);
        vm.prank(ALICE);
        before = gasleft();
        _farms.emergencyWithdraw(1, ALICE);
        assertLt(before - gasleft(), EXIT_GAS_MAX);
        assertEq(_stake.balanceOf(ALICE), 3e18);
    }

    /// @dev A farm at a scale with its least position and its greatest total weight.
    function _farmAt(uint8 scale) private returns (uint32 farmId, uint96 least, uint96 most) {
        farmId = 100 + scale;
        PlainToken token = new PlainToken(18);
        _farms.addFarm(IFarms.NewFarm(farmId, address(token), scale, MAX_RATE, false));
        _farmIds.push(farmId);
        least = scale > 64 ? uint96(1) << (scale - 64) : 1;
        most = uint96((uint256(1) << scale) - 1);
    }
}
