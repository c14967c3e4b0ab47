// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InboundBooks} from "../../src/token/InboundBooks.sol";

/// @notice One message of one path among any number of others, delivered by the endpoint once, as
/// it does. Does with the books what InboundLimit does with them.
/// @dev By induction: the message is in one place at first, and after every step.
contract QueueProof is InboundBooks {
    bytes32 private constant KEY = bytes32(uint256(1));
    uint32 private constant PATH = 1;

    bool private _hasArrived;
    uint256 private _credits;
    uint256 private _drops;

    constructor() {
        assert(_isInOnePlace());
    }

    /// @custom:property B-03, C-07
    function arrive(uint256 amount, bool isWithin) external {
        require(_isInOnePlace());
        require(!_hasArrived);
        _hasArrived = true;
        if (isWithin) {
            ++_credits;
            _countReceived(PATH, amount);
        } else {
            _enqueue(KEY, PATH, amount);
        }
        assert(_isInOnePlace());
    }

    /// @custom:property B-03, C-07
    function release(uint256 amount) external {
        require(_isInOnePlace());
        require(_leaveQueue(KEY));
        _countLeft(PATH, amount);
        ++_credits;
        _countReceived(PATH, amount);
        assert(_credits + _drops == 1);
        assert(_isInOnePlace());
    }

    /// @custom:property B-03, C-07
    function drop(uint256 amount) external {
        require(_isInOnePlace());
        require(_leaveQueue(KEY));
        _countLeft(PATH, amount);
        ++_drops;
        _countDropped(PATH, amount);
        assert(_credits + _drops == 1);
        assert(_isInOnePlace());
    }

    /// @dev On its way, waiting, or done with once.
    function _isInOnePlace() private view returns (bool) {
        uint256 done = _hasArrived && !_isQueued[KEY] ? 1 : 0;
        return _credits + _drops == done && (_hasArrived || !_isQueued[KEY]);
    }
}
