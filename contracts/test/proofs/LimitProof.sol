// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DecayingLimit} from "../../src/libraries/DecayingLimit.sol";

/// @notice A limit in any state, and what passed it since any time without a new limit.
/// @dev By induction: nothing passed at first, and whatever begins with sound books ends so.
/// @custom:engine bmc, because limits are multiplied by seconds and divided by windows.
/// @custom:unfolds DecayingLimit as _limit
contract LimitProof {
    DecayingLimit.Limit private _limit;
    uint40 private _since;
    uint128 private _passed;

    /// @custom:property B-10
    function begin() external {
        require(block.timestamp <= type(uint40).max);
        require(_limit.limit != 0 && _limit.carried < _limit.window);
        (_since, _passed) = (_limit.at, 0);
        assert(_isSound());
    }

    /// @custom:property B-10
    function pass(uint256 amount) external {
        require(_isSound());
        uint256 spare = DecayingLimit.available(_limit);
        bool isWithin = DecayingLimit.consume(_limit, amount);
        assert(isWithin == (amount <= spare));
        if (!isWithin) return;
        assert(amount == 0 || _limit.used <= _limit.limit);
        assert(DecayingLimit.available(_limit) == spare - amount);
        _passed += uint128(amount);
        assert(_isSound());
    }

    /// @dev Within a window, because no more comes back in it than the limit.
    /// @custom:property B-10
    function atMostTwiceTheLimit(uint128 amount) external {
        require(_isSound());
        require(amount != 0 && DecayingLimit.consume(_limit, amount));
        require(block.timestamp - _since <= _limit.window);
        assert(uint256(_passed) + amount <= 2 * uint256(_limit.limit));
    }

    /// @dev Counts against whatever wants to pass later.
    /// @custom:property B-10
    function passAnyway(uint128 amount) external {
        require(_isSound());
        uint256 spare = DecayingLimit.available(_limit);
        DecayingLimit.consumeAnyway(_limit, amount);
        assert(DecayingLimit.available(_limit) == (amount < spare ? spare - amount : 0));
        assert(_isSound());
    }

    /// @dev A new limit or window begins with what is in use, whatever both were before.
    /// @custom:property B-10
    function change(uint128 limit, uint32 window) external {
        require(_isSound());
        require(limit != 0 && window != 0);
        uint256 spare = DecayingLimit.available(_limit);
        uint256 used = _limit.used;
        uint256 old = _limit.limit;
        bool isLater = block.timestamp != _limit.at;
        DecayingLimit.reconfigure(_limit, limit, window);
        assert(_limit.limit == limit && _limit.window == window && _limit.carried == 0);
        assert(isLater || _limit.used == used);
        assert(spare == 0 || _limit.used == old - spare);
        assert(DecayingLimit.available(_limit) == (_limit.used < limit ? limit - _limit.used : 0));
    }

    /// @dev What passed fits into what is in use and what came back, to the fraction.
    function _isSound() private view returns (bool) {
        uint256 window = _limit.window;
        uint256 cameBackX = uint256(_limit.limit) * (_limit.at - _since);
        return block.timestamp <= type(uint40).max && _limit.limit != 0 && _limit.carried < window
            && _limit.at >= _since
            && uint256(_passed) * window + _limit.carried
                < uint256(_limit.used) * window + cameBackX + window;
    }
}
