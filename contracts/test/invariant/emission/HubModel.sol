// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEmissionController} from "../../../src/interfaces/IEmissionController.sol";

/// @notice What the controller should have decided, sent and still owe, kept the naive way: every
/// schedule, epoch and target in a slot of its own, nothing netted in advance.
/// @dev Slots of farms: three a chain, chains ascending by their id.
contract HubModel {
    uint256 public constant CHAINS = 3;
    uint256 public constant SLOTS = 9;
    uint256 private constant BPS = 10_000;

    struct Bounds {
        uint256 minBps;
        uint256 maxBps;
        bool isRegistered;
        /// Counts registrations: a farm that was removed begins anew.
        uint256 stamp;
    }

    struct Decided {
        uint256 budget;
        uint256 revision;
        uint256[9] target;
        /// Registration that the target belongs to, 0 for none.
        uint256[9] stamp;
    }

    /// @notice One chain in one epoch.
    struct Path {
        uint256 target;
        uint256 sent;
        uint256 revision;
        uint256 dispatched;
    }

    struct Limits {
        uint256[9] leastByBounds;
        uint256[9] mostByBounds;
        uint256[9] low;
        uint256[9] at;
        uint256[9] high;
    }

    uint32[3] public eids;
    uint256 public immutable HARD_CAP;
    uint256 public immutable RATE;
    IEmissionController.Schedule[] private _schedules;
    mapping(uint256 index => uint256) private _multipleFrom;
    mapping(uint256 index => uint256) private _multiple;
    uint256 private _multiples = 1;
    mapping(uint256 epoch => uint256) public revenue;
    Bounds[9] private _bounds;
    uint256[3] public capBps;
    uint256 public maxChangeBps;
    uint256 private _stamps;
    mapping(uint256 epoch => Decided) private _decided;
    mapping(uint256 epoch => mapping(uint256 chain => Path)) private _paths;
    uint256[] public epochs;

    constructor(uint32[3] memory eids_, uint256 hardCap, uint256 rate) {
        (eids, HARD_CAP, RATE) = (eids_, hardCap, rate);
    }

    // What governance sets.

    function setBounds(uint256 slot, uint256 minBps, uint256 maxBps) external {
        Bounds storage bounds = _bounds[slot];
        if (!bounds.isRegistered) bounds.stamp = ++_stamps;
        (bounds.minBps, bounds.maxBps, bounds.isRegistered) = (minBps, maxBps, true);
    }

    function remove(uint256 slot) external {
        delete _bounds[slot];
    }

    function setCap(uint256 chain, uint256 bps) external {
        capBps[chain] = bps;
    }

    function setMaxChange(uint256 bps) external {
        maxChangeBps = bps;
    }

    /// @notice A schedule that never came into force is forgotten.
    function setSchedule(IEmissionController.Schedule memory schedule) external {
        uint256 count = _schedules.length;
        if (count != 0 && _schedules[count - 1].fromEpoch == schedule.fromEpoch) _schedules.pop();
        _schedules.push(schedule);
    }

    function setMultiple(uint256 fromEpoch, uint256 bps) external {
        if (_multipleFrom[_multiples - 1] != fromEpoch) ++_multiples;
        (_multipleFrom[_multiples - 1], _multiple[_multiples - 1]) = (fromEpoch, bps);
    }

    function addRevenue(uint256 epoch, uint256 amount) external {
        revenue[epoch] += amount;
    }

    // What follows for an epoch.

    function multipleOf(uint256 epoch) public view returns (uint256) {
        for (uint256 i = _multiples; i != 0; --i) {
            if (epoch >= _multipleFrom[i - 1]) return _multiple[i - 1];
        }
        return 0;
    }

    function budgetOf(uint256 epoch) public view returns (uint256 budget) {
        if (_decided[epoch].revision != 0) return _decided[epoch].budget;
        uint256 index = _schedules.length - 1;
        while (index != 0 && _schedules[index].fromEpoch > epoch) {
            --index;
        }
        IEmissionController.Schedule memory schedule = _schedules[index];
        budget = schedule.budgetSD;
        if (schedule.decayEvery != 0 && epoch > schedule.fromEpoch) {
            uint256 next = schedule.fromEpoch + schedule.decayEvery;
            for (; next <= epoch; next += schedule.decayEvery) {
                budget -= _ceil(budget * schedule.decayBps, BPS);
            }
            if (budget < schedule.floorSD) budget = schedule.floorSD;
        }
        uint256 multiple = multipleOf(epoch);
        if (multiple == 0 || epoch == 0) return budget;
        uint256 most = revenue[epoch - 1] * multiple / BPS / RATE;
        if (most < budget) budget = most;
    }

    /// @notice Last decided epoch before `epoch` that had a budget, 0 for none.
    function comparedWith(uint256 epoch) public view returns (uint256) {
        for (uint256 i = epochs.length; i != 0; --i) {
            uint256 each = epochs[i - 1];
            if (each < epoch && _decided[each].budget != 0) return each;
        }
        return 0;
    }

    /// @notice Between what and what a decision may put every farm.
    function limitsOf(uint256 epoch) public view returns (Limits memory limits) {
        uint256 budget = budgetOf(epoch);
        uint256 compared = comparedWith(epoch);
        for (uint256 i; i < SLOTS; ++i) {
            if (!_bounds[i].isRegistered) continue;
            limits.leastByBounds[i] = budget * _bounds[i].minBps / BPS;
            limits.mostByBounds[i] = budget * _bounds[i].maxBps / BPS;
            uint256 share;
            if (hasShare(compared, i)) {
                share = _decided[compared].target[i] * budget / _decided[compared].budget;
            }
            if (share < limits.leastByBounds[i]) share = limits.leastByBounds[i];
            if (share > limits.mostByBounds[i]) share = limits.mostByBounds[i];
            limits.at[i] = share;
        }
        for (uint256 i; i < CHAINS; ++i) {
            _shrink(limits, 3 * i, 3 * i + 3, budget * capBps[i] / BPS);
        }
        _shrink(limits, 0, SLOTS, budget);
        uint256 change = budget * maxChangeBps / BPS;
        for (uint256 i; i < SLOTS; ++i) {
            (limits.low[i], limits.high[i]) = (limits.leastByBounds[i], limits.mostByBounds[i]);
            if (!hasShare(compared, i)) continue;
            if (limits.at[i] > limits.low[i] + change) limits.low[i] = limits.at[i] - change;
            if (limits.at[i] + change < limits.high[i]) limits.high[i] = limits.at[i] + change;
        }
    }

    function hasShare(uint256 epoch, uint256 slot) public view returns (bool) {
        uint256 stamp = _decided[epoch].stamp[slot];
        return
            epoch != 0 && stamp != 0 && _bounds[slot].isRegistered && stamp == _bounds[slot].stamp;
    }

    function boundsOf(uint256 slot) external view returns (Bounds memory) {
        return _bounds[slot];
    }

    // What is decided and sent.

    function decide(uint256 epoch, uint256[9] memory target) external {
        Decided storage decided = _decided[epoch];
        if (decided.revision == 0) {
            decided.budget = budgetOf(epoch);
            epochs.push(epoch);
        }
        ++decided.revision;
        decided.target = target;
        for (uint256 i; i < SLOTS; ++i) {
            decided.stamp[i] = _bounds[i].isRegistered ? _bounds[i].stamp : 0;
        }
        for (uint256 i; i < CHAINS; ++i) {
            bool isNamed;
            Path storage path = _paths[epoch][i];
            path.target = 0;
            for (uint256 j = 3 * i; j < 3 * i + 3; ++j) {
                isNamed = isNamed || _bounds[j].isRegistered;
                path.target += target[j];
            }
            if (isNamed || path.revision != 0) path.revision = decided.revision;
        }
    }

    /// @notice What a chain is still to be sent; what it has too much is netted off.
    function dueOf(uint256 epoch, uint256 chain) public view returns (uint256) {
        Path memory path = _paths[epoch][chain];
        return path.target > path.sent ? path.target - path.sent : 0;
    }

    function dispatch(uint256 epoch, uint256 chain) external returns (uint256 due) {
        due = dueOf(epoch, chain);
        _paths[epoch][chain].sent += due;
        _paths[epoch][chain].dispatched = _paths[epoch][chain].revision;
    }

    function decidedOf(uint256 epoch) external view returns (Decided memory) {
        return _decided[epoch];
    }

    function pathOf(uint256 epoch, uint256 chain) external view returns (Path memory) {
        return _paths[epoch][chain];
    }

    function isPending(uint256 epoch, uint256 chain) external view returns (bool) {
        Path memory path = _paths[epoch][chain];
        return path.revision != path.dispatched;
    }

    function epochCount() external view returns (uint256) {
        return epochs.length;
    }

    function lastDecided() public view returns (uint256) {
        return epochs.length == 0 ? 0 : epochs[epochs.length - 1];
    }

    function spentOf(uint256 epoch) external view returns (uint256) {
        return _paths[epoch][0].sent + _paths[epoch][1].sent + _paths[epoch][2].sent;
    }

    /// @notice Sum of the targets that each chain would be paid, what it got already included.
    function requiredBy(uint256 epoch, uint256[9] memory target)
        external
        view
        returns (uint256 sum)
    {
        for (uint256 i; i < CHAINS; ++i) {
            uint256 each = target[3 * i] + target[3 * i + 1] + target[3 * i + 2];
            uint256 sent = _paths[epoch][i].sent;
            sum += each > sent ? each : sent;
        }
    }

    /// @dev Takes from what everybody has above his minimum, by the same share of it.
    function _shrink(Limits memory limits, uint256 from, uint256 to, uint256 room) private pure {
        uint256 sum;
        uint256 least;
        for (uint256 i = from; i < to; ++i) {
            sum += limits.at[i];
            least += limits.leastByBounds[i];
        }
        if (sum <= room) return;
        uint256 spare = room > least ? room - least : 0;
        for (uint256 i = from; i < to; ++i) {
            uint256 above = limits.at[i] - limits.leastByBounds[i];
            if (above == 0) continue;
            limits.at[i] = limits.leastByBounds[i] + above * spare / (sum - least);
        }
    }

    function _ceil(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }
}
