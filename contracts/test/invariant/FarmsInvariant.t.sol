// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {Farms} from "../../src/spoke/Farms.sol";
import {FarmsHandler} from "./FarmsHandler.sol";

contract FarmsInvariantTest is Test {
    FarmsHandler private _handler;
    Farms private _farms;

    function setUp() external {
        _handler = new FarmsHandler();
        _farms = _handler.STAKING();
        bytes4[] memory selectors = new bytes4[](9);
        selectors[0] = FarmsHandler.stake.selector;
        selectors[1] = FarmsHandler.stakeFor.selector;
        selectors[2] = FarmsHandler.withdraw.selector;
        selectors[3] = FarmsHandler.exit.selector;
        selectors[4] = FarmsHandler.claim.selector;
        selectors[5] = FarmsHandler.claimMany.selector;
        selectors[6] = FarmsHandler.adjust.selector;
        selectors[7] = FarmsHandler.donate.selector;
        selectors[8] = FarmsHandler.wait.selector;
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), selectors));
    }

    /// @dev Nobody gets more or less than the naive model says, within one wei per operation:
    /// solvency alone would let a farm pass that confiscates.
    function invariant_EveryUserEqualsTheNaiveModel() external view {
        for (uint32 id = 1; id <= _handler.FARMS(); ++id) {
            for (uint256 i; i < _handler.USERS(); ++i) {
                address user = _handler.userAt(i);
                assertApproxEqAbs(
                    _farms.earned(id, user) + _handler.claimed(id, user),
                    _handler.modelX(id, user) >> 64,
                    _handler.operations(id) + 1,
                    "model"
                );
            }
        }
    }

    function invariant_WeightsSumToTheTotal() external view {
        for (uint32 id = 1; id <= _handler.FARMS(); ++id) {
            uint256 sum;
            for (uint256 i; i < _handler.USERS(); ++i) {
                address user = _handler.userAt(i);
                uint256 weight = _farms.positionOf(id, user).weight;
                assertEq(weight, _handler.staked(id, user), "weight");
                sum += weight;
            }
            assertEq(_farms.farmOf(id).totalWeight, sum, "total");
        }
    }

    /// @dev funded = accrued to positions and paid + residue + still to come, exact to the unit.
    function invariant_ConservationIsExactInScaledUnits() external view {
        for (uint32 id = 1; id <= _handler.FARMS(); ++id) {
            assertEq(_scaledSum(id), uint256(_farms.farmOf(id).funded) << 96, "conservation");
        }
    }

    function invariant_TheResidueIsLessThanAWei() external view {
        for (uint32 id = 1; id <= _handler.FARMS(); ++id) {
            assertLt(_farms.farmOf(id).residueX, uint256(1) << 96);
        }
    }

    function invariant_TokensHeldEqualWhatIsOwedExactly() external view {
        uint256 owed = _handler.donated() + _farms.farmOf(2).totalWeight;
        for (uint32 id = 1; id <= _handler.FARMS(); ++id) {
            owed += _farms.farmOf(id).funded;
            for (uint256 i; i < _handler.USERS(); ++i) {
                owed -= _handler.claimed(id, _handler.userAt(i));
            }
        }
        assertEq(_handler.REWARD().balanceOf(address(_farms)), owed, "reward");
        assertEq(_handler.STAKE().balanceOf(address(_farms)), _farms.farmOf(1).totalWeight, "stake");
    }

    function invariant_EverythingPromisedIsCovered() external view {
        uint256 promised;
        for (uint32 id = 1; id <= _handler.FARMS(); ++id) {
            promised += _farms.unstreamed(id);
            for (uint256 i; i < _handler.USERS(); ++i) {
                promised += _farms.earned(id, _handler.userAt(i));
            }
        }
        assertGe(
            _handler.REWARD().balanceOf(address(_farms)),
            promised + _farms.farmOf(2).totalWeight,
            "solvency"
        );
    }

    function invariant_TheAccumulatorNeverFallsAndClaimsPayWhatWasEarned() external view {
        assertFalse(_handler.accFell(), "accumulator");
        assertFalse(_handler.claimDiffered(), "claim");
    }

    function afterInvariant() external view {
        assertEq(_handler.succeeded(), _handler.calls(), "every call of the handler succeeds");
    }

    /// @dev Everything a farm was funded with, in units of 2^-96 wei, at this second.
    function _scaledSum(uint32 id) private view returns (uint256 sumX) {
        IFarms.Farm memory farm = _farms.farmOf(id);
        uint256 streamX = uint256(farm.carriedX) + farm.undistributedX;
        if (farm.endAt > block.timestamp) {
            streamX += uint256(farm.rateX) * (farm.endAt - block.timestamp);
        }
        uint256 until = block.timestamp < farm.endAt ? block.timestamp : farm.endAt;
        uint256 emittedX = until > farm.lastAt ? uint256(farm.rateX) * (until - farm.lastAt) : 0;
        uint256 acc = farm.acc;
        sumX = farm.residueX;
        if (farm.totalWeight < 1 << 40) {
            streamX += emittedX;
        } else {
            uint256 x = (emittedX << 80) + farm.residueX;
            acc += x / farm.totalWeight;
            sumX = x % farm.totalWeight;
        }
        sumX += streamX << 80;
        for (uint256 i; i < _handler.USERS(); ++i) {
            address user = _handler.userAt(i);
            IFarms.Position memory position = _farms.positionOf(id, user);
            sumX += position.pendingX + uint256(position.weight) * (acc - position.accPaid);
            sumX += _handler.claimed(id, user) << 96;
        }
    }
}
