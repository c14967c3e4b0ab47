// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {Credits} from "../../src/libraries/Credits.sol";

/// @notice One packet among any number of others of its token. Does with the credits what
/// BridgeArrivals and BridgeEscrow do with them.
/// @dev By induction: the books are sound at first, and whatever begins with sound books ends so.
contract CreditProof {
    IPositionBridge.CreditState private _state;
    uint256 private _amount;
    uint256 private _arrivals;
    uint256 private _exits;
    uint256 private _held;
    uint256 private _escrowTotal;
    /// Credits of other packets that wait.
    uint256 private _othersOpen;

    constructor() {
        assert(_isSound());
    }

    /// @custom:property B-03, B-04
    function arrive(uint256 amount, bool isRestaked) external {
        require(_isSound());
        require(Credits.isNew(_state));
        require(Credits.isCovered(_held, _escrowTotal + amount));
        ++_arrivals;
        _amount = amount;
        if (isRestaked) {
            _state = IPositionBridge.CreditState.Restaked;
            ++_exits;
            _held -= amount;
        } else {
            _state = IPositionBridge.CreditState.Escrowed;
            _escrowTotal += amount;
        }
        assert(_arrivals == 1);
        assert(_isSound());
    }

    /// @custom:property B-03, B-04
    function exit(IPositionBridge.CreditState to) external {
        require(_isSound());
        require(uint8(to) > uint8(IPositionBridge.CreditState.Escrowed));
        require(Credits.isEscrowed(_state));
        _state = to;
        ++_exits;
        _escrowTotal -= _amount;
        _held -= _amount;
        assert(_exits == 1);
        assert(_isSound());
    }

    /// @custom:property B-04
    function anotherArrives(uint256 amount, bool isRestaked) external {
        require(_isSound());
        require(Credits.isCovered(_held, _escrowTotal + amount));
        if (isRestaked) {
            _held -= amount;
        } else {
            _escrowTotal += amount;
            _othersOpen += amount;
        }
        assert(_isSound());
    }

    /// @custom:property B-04
    function anotherLeaves(uint256 amount) external {
        require(_isSound());
        require(amount <= _othersOpen);
        _othersOpen -= amount;
        _escrowTotal -= amount;
        _held -= amount;
        assert(_isSound());
    }

    function tokensCome(uint256 amount) external {
        _held += amount;
    }

    /// @dev Credited at most once, out at most once, and covered with all other open credits.
    function _isSound() private view returns (bool) {
        bool isEscrowed = _state == IPositionBridge.CreditState.Escrowed;
        uint256 arrivals = _state == IPositionBridge.CreditState.None ? 0 : 1;
        uint256 exits = arrivals == 0 || isEscrowed ? 0 : 1;
        uint256 open = isEscrowed ? _amount : 0;
        return _arrivals == arrivals && _exits == exits && _escrowTotal == _othersOpen + open
            && _held >= _escrowTotal;
    }
}
