// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {FarmsFixture} from "../support/FarmsFixture.sol";

contract FarmsFuzzTest is FarmsFixture {
    uint256 private constant STEPS = 12;

    /// @dev A naive model: exact integrals of rate x weight / total, as a fraction of wei with 64
    /// bits, kept for each user on his own.
    uint256[2] private _modelX;
    uint256[2] private _claimed;

    function setUp() external {
        _startFarms();
    }

    /// @dev Every user gets what integrating the stream second by second gives him, within one wei
    /// for each operation.
    /// @custom:property F-04, I3
    function testFuzz_EarnedEqualsTheNaiveModel(uint256 seed, uint96 funding) external {
        funding = uint96(bound(funding, 1e6, 1e27));
        _adjust(1, int256(uint256(funding)), START + 1_000);
        address[2] memory users = [ALICE, BOB];
        for (uint256 step; step < STEPS; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            _advance(users, (seed >> 8) % 300);
            uint256 who = (seed >> 32) % 2;
            uint96 weight = _farms.positionOf(1, users[who]).weight;
            uint256 kind = (seed >> 40) % 4;
            if (kind <= 1) {
                _stakeAs(users[who], 1, uint96(bound(seed >> 64, 1e14, 1e24)));
            } else if (kind == 2 && weight != 0) {
                vm.prank(users[who]);
                _farms.withdraw(1, _amountOut(seed >> 64, weight));
            } else {
                vm.prank(users[who]);
                _claimed[who] += _farms.claim(1);
            }
        }
        _advance(users, 1_000);
        for (uint256 i; i < 2; ++i) {
            assertApproxEqAbs(
                _farms.earned(1, users[i]) + _claimed[i], _modelX[i] >> 64, STEPS + 2, "earned"
            );
        }
    }

    /// @custom:property F-09
    function testFuzz_ARoundTripAtOneTimestampEarnsNothing(uint96 amount, uint32 elapsed) external {
        amount = uint96(bound(amount, 1 << 31, 1e27));
        _stakeAs(BOB, 1, 1e18);
        _adjust(1, 1e24, START + 1_000);
        skip(elapsed % 2_000);
        uint256 before = _farms.earned(1, BOB);
        _stakeAs(ALICE, 1, amount);
        vm.prank(ALICE);
        assertEq(_farms.exit(1, amount), 0, "paid");
        assertEq(_farms.earned(1, ALICE), 0, "earned");
        assertEq(_farms.earned(1, BOB), before, "the others keep theirs");
        assertEq(_stake.balanceOf(ALICE), amount, "principal");
    }

    /// @dev Splitting a stake over two accounts gains nothing.
    /// @custom:property F-10
    function testFuzz_SplittingAStakeGainsNothing(uint96 amount, uint96 part) external {
        amount = uint96(bound(amount, 1e15, 1e27));
        part = uint96(bound(part, 1 << 31, amount - (1 << 31)));
        _stakeAs(BOB, 1, amount);
        _stakeAs(ALICE, 1, part);
        address twin = makeAddr("twin");
        _stakeAs(twin, 1, amount - part);
        _adjust(1, 1e24, START + 1_000);
        skip(1_000);
        uint256 whole = _farms.earned(1, BOB);
        uint256 split = _farms.earned(1, ALICE) + _farms.earned(1, twin);
        assertLe(split, whole, "gained");
        assertGe(split + 1, whole, "lost more than a wei");
    }

    /// @dev The same top-ups at the same timestamp leave the same stream, whatever their order.
    /// @custom:property H-10, E14
    function testFuzz_MergingDoesNotDependOnTheOrder(
        uint96[3] memory amounts,
        uint16[3] memory ends,
        uint16 elapsed,
        bool isEmpty
    ) external {
        if (!isEmpty) _stakeAs(ALICE, 1, 1e18);
        _adjust(1, 12_345e18, START + 5_000);
        skip(elapsed % 10_000);
        bytes32 expected;
        uint256 snapshot = vm.snapshotState();
        uint8[3][6] memory orders =
            [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        for (uint256 i; i < 6; ++i) {
            for (uint256 j; j < 3; ++j) {
                uint256 k = orders[i][j];
                _adjust(1, int256(bound(amounts[k], 1, 1e27)), block.timestamp + 1 + ends[k]);
            }
            bytes32 digest = keccak256(abi.encode(_farms.farmOf(1), _farms.streamOf(1, 0)));
            if (i == 0) expected = digest;
            else assertEq(digest, expected, "order");
            vm.revertToState(snapshot);
        }
    }

    /// @dev What was funded is settled, pending, kept or still to come: exact in scaled units, at
    /// every time.
    /// @custom:property F-02, I2
    function testFuzz_ConservationIsExact(uint96 funding, uint64 rate, uint32[4] memory waits)
        external
    {
        funding = uint96(bound(funding, 1, 1e27));
        rate = uint64(bound(rate, 1, type(uint64).max));
        _farms.addFarm(IFarms.NewFarm(7, address(_reward), 95, rate, false));
        _adjust(7, int256(uint256(funding)), START + 1_000);
        uint32[] memory farmIds = new uint32[](1);
        address[] memory users = new address[](1);
        (farmIds[0], users[0]) = (7, ALICE);
        for (uint256 i; i < waits.length; ++i) {
            skip(waits[i] % 700);
            _stakeAs(ALICE, 7, uint96(1e18 + waits[i]));
            _assertConserved(_farms, address(_reward), farmIds, users);
        }
    }

    /// @dev Any part of a position that leaves nothing or the least it may hold.
    function _amountOut(uint256 seed, uint96 weight) private pure returns (uint96) {
        uint96 amount = uint96(bound(seed, 1, weight));
        return weight - amount < 1 << 31 ? weight : amount;
    }

    /// @dev Moves time and the model on. Between two operations the weights stand still.
    function _advance(address[2] memory users, uint256 elapsed) private {
        uint256 total = _farms.farmOf(1).totalWeight;
        uint256 endAt = _farms.streamOf(1, 0).endAt;
        uint256 until = block.timestamp + elapsed;
        if (until > endAt) until = endAt;
        if (until > block.timestamp && total != 0) {
            uint256 emittedX = _rateX(_farms, 1, 0) * (until - block.timestamp);
            for (uint256 i; i < 2; ++i) {
                uint256 weight = _farms.positionOf(1, users[i]).weight;
                _modelX[i] += emittedX * weight / total;
            }
        }
        skip(elapsed);
    }
}
