// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Farms} from "../../src/spoke/Farms.sol";
import {FarmsLedger} from "../support/FarmsLedger.sol";
import {FarmsHandler} from "./FarmsHandler.sol";

contract FarmsInvariantTest is FarmsLedger {
    FarmsHandler private _handler;
    Farms private _farms;
    uint32[] private _farmIds = [1, 2];
    address[] private _users;

    function setUp() external {
        _handler = new FarmsHandler();
        _farms = _handler.STAKING();
        for (uint256 i; i < _handler.USERS(); ++i) {
            _users.push(_handler.userAt(i));
        }
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

    /// @dev funded = settled + dust + pending + residue + idle + remaining, exact to the unit.
    function invariant_ConservationIsExactInScaledUnits() external view {
        _assertConserved(_farms, address(_handler.REWARD()), _farmIds, _users);
    }

    function invariant_TheResidueIsLessThanTheWeight() external view {
        for (uint32 id = 1; id <= _handler.FARMS(); ++id) {
            uint256 total = _farms.farmOf(id).totalWeight;
            if (total != 0) assertLt(_farms.streamOf(id, 0).residueX, total, "residue");
        }
    }

    function invariant_TokensHeldEqualWhatIsOwedExactly() external view {
        uint256 owed = _handler.donated() + _farms.farmOf(2).totalWeight;
        (uint256 funded,,) = _farms.booksOf(address(_handler.REWARD()));
        owed += funded;
        for (uint32 id = 1; id <= _handler.FARMS(); ++id) {
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
}
