// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guards} from "../../src/libraries/Guards.sol";

/// @notice One epoch on three chains, decided and dispatched any number of times in any order. Does
/// with the guards what EmissionSettings, EmissionBooks and EmissionController do with them.
/// @dev By induction: an epoch begins with sound books, and whatever begins with sound books, which
/// may be any, ends so.
contract BudgetProof {
    uint64 private _budget;
    uint64 private _cap;
    uint64 private _spent;
    uint64 private _targetA;
    uint64 private _targetB;
    uint64 private _targetC;
    uint64 private _sentA;
    uint64 private _sentB;
    uint64 private _sentC;
    uint256 private _outstanding;

    constructor(
        uint64[4] memory targetsAndSpent,
        uint64[5] memory sentAndBounds,
        uint256 outstanding
    ) {
        (_targetA, _targetB, _targetC) =
        (targetsAndSpent[0], targetsAndSpent[1], targetsAndSpent[2]);
        _spent = targetsAndSpent[3];
        (_sentA, _sentB, _sentC) = (sentAndBounds[0], sentAndBounds[1], sentAndBounds[2]);
        (_budget, _cap) = (sentAndBounds[3], sentAndBounds[4]);
        _outstanding = outstanding;
        require(_isSound());
    }

    /// @custom:property H-01
    function begin(uint64 budget, uint64 cap) external {
        require(Guards.isWithin(budget, cap));
        (_budget, _cap, _spent, _outstanding) = (budget, cap, 0, 0);
        (_targetA, _targetB, _targetC) = (0, 0, 0);
        (_sentA, _sentB, _sentC) = (0, 0, 0);
        assert(_isSound());
    }

    /// @custom:property H-01
    function decide(uint64 a, uint64 b, uint64 c) external {
        require(_isSound());
        uint256 required = Guards.requiredSD(a, _sentA) + Guards.requiredSD(b, _sentB)
            + Guards.requiredSD(c, _sentC);
        require(Guards.isWithin(required, _budget));
        _outstanding = _outstanding + Guards.dueSD(a, _sentA) - Guards.dueSD(_targetA, _sentA);
        _outstanding = _outstanding + Guards.dueSD(b, _sentB) - Guards.dueSD(_targetB, _sentB);
        _outstanding = _outstanding + Guards.dueSD(c, _sentC) - Guards.dueSD(_targetC, _sentC);
        (_targetA, _targetB, _targetC) = (a, b, c);
        assert(uint256(a) + b + c <= _budget);
        assert(_isSound());
    }

    /// @dev The other two chains are no different.
    /// @custom:property H-01
    function dispatchA() external {
        require(_isSound());
        uint64 due = Guards.dueSD(_targetA, _sentA);
        _spent += due;
        _outstanding -= due;
        _sentA += due;
        assert(_spent <= _budget);
        assert(_budget <= _cap);
        assert(_isSound());
    }

    /// @dev What the chains take fits the budget, the cap bounds it, and the two sums are right.
    function _isSound() private view returns (bool) {
        uint256 required = Guards.requiredSD(_targetA, _sentA) + Guards.requiredSD(_targetB, _sentB)
            + Guards.requiredSD(_targetC, _sentC);
        uint256 outstanding = uint256(Guards.dueSD(_targetA, _sentA))
            + Guards.dueSD(_targetB, _sentB) + Guards.dueSD(_targetC, _sentC);
        return required <= _budget && _budget <= _cap && outstanding == _outstanding
            && uint256(_sentA) + _sentB + _sentC == _spent;
    }
}
