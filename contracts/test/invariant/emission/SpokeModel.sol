// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice What the receiver of one chain should hold, promise and have given, kept the naive way:
/// a slot for everything, farm by farm, in wei.
/// @dev Knows no packed table, no batches and no rounds of refusals, so it cannot share their
/// mistakes. Farms are 1 to 3; index 0 is not used.
contract SpokeModel {
    uint256 public constant FARMS = 3;
    /// @dev Net wei of one token that farms can be funded with.
    uint256 private constant FUNDED_MAX = 2 ** 96 - 2 ** 64 - 1;

    struct EpochModel {
        uint256 revision;
        uint256 endAt;
        uint256 pot;
        uint256[4] target;
        uint256[4] given;
    }

    /// @notice What a farm could take and give back before a settlement.
    struct Capacity {
        uint256[4] unstreamed;
        bool[4] takes;
    }

    struct Order {
        uint32 epoch;
        uint32 revision;
        uint256 endAt;
        uint256[4] target;
        uint256 amount;
    }

    mapping(uint256 epoch => EpochModel) private _epochs;
    uint256 public unallocated;
    uint256 public returnable;
    /// @notice Wei sent back to the hub so far.
    uint256 public returned;
    /// @notice Net wei that farms were given, over all epochs.
    uint256 public funded;
    uint256 public minValidEpoch;
    bool public paused;

    function epochOf(uint256 epoch) external view returns (EpochModel memory) {
        return _epochs[epoch];
    }

    function setPaused(bool isPaused) external {
        paused = isPaused;
    }

    function setMinValidEpoch(uint256 epoch) external {
        minValidEpoch = epoch;
    }

    /// @notice Books an order and its tokens; returns what every farm got or gave back.
    function receiveOrder(Order memory order, Capacity memory capacity)
        external
        returns (int256[4] memory moved, bool isApplied)
    {
        EpochModel storage epoch = _epochs[order.epoch];
        epoch.pot += order.amount;
        unallocated += order.amount;
        if (order.revision > epoch.revision) {
            epoch.revision = order.revision;
            epoch.endAt = order.endAt;
            epoch.target = order.target;
        }
        if (paused || order.epoch < minValidEpoch) return (moved, false);
        return (settle(order.epoch, capacity), true);
    }

    /// @notice Books tokens whose order cannot be read.
    function receiveUnreadable(uint256 amount) external {
        _epochs[0].pot += amount;
        unallocated += amount;
    }

    /// @notice First everybody gives back, then everybody takes, in the order of the ids.
    function settle(uint256 epochId, Capacity memory capacity)
        public
        returns (int256[4] memory moved)
    {
        EpochModel storage epoch = _epochs[epochId];
        for (uint256 i = 1; i <= FARMS; ++i) {
            if (epoch.given[i] <= epoch.target[i]) continue;
            uint256 back = Math.min(epoch.given[i] - epoch.target[i], capacity.unstreamed[i]);
            moved[i] = -int256(back);
            epoch.given[i] -= back;
            epoch.pot += back;
            unallocated += back;
            funded -= back;
        }
        for (uint256 i = 1; i <= FARMS; ++i) {
            if (epoch.given[i] >= epoch.target[i] || !capacity.takes[i]) continue;
            uint256 got = Math.min(epoch.target[i] - epoch.given[i], epoch.pot);
            got = Math.min(got, FUNDED_MAX - funded);
            moved[i] = int256(got);
            epoch.given[i] += got;
            epoch.pot -= got;
            unallocated -= got;
            funded += got;
        }
    }

    function release(uint256 epochId, uint256 amount) external {
        _epochs[epochId].pot -= amount;
        unallocated -= amount;
        returnable += amount;
    }

    function giveBack(uint256 amount) external {
        returnable -= amount;
        returned += amount;
    }
}
