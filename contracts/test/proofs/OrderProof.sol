// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guards} from "../../src/libraries/Guards.sol";

/// @notice The controller's guards of epochs and revisions, under any sequence of decisions. What
/// holds for the watched epoch holds for every epoch, because any may be watched.
contract DecisionOrderProof {
    uint32 private immutable WATCHED_EPOCH;
    uint32 private immutable WATCHED_REVISION;

    uint32 private _lastDecided;
    uint32 private _revision;
    uint256 private _timesWatched;

    constructor(uint32 epoch, uint32 revision) {
        (WATCHED_EPOCH, WATCHED_REVISION) = (epoch, revision);
    }

    /// @custom:property H-02
    function decide(uint32 epoch, uint32 decided, uint32 revision) external {
        // Of other epochs any number of revisions may have been decided.
        if (epoch == WATCHED_EPOCH) decided = _revision;
        require(!Guards.isClosed(epoch, _lastDecided));
        require(revision == Guards.nextRevision(decided));
        assert(epoch >= _lastDecided);
        assert(revision > decided);
        _lastDecided = epoch;
        if (epoch != WATCHED_EPOCH) return;
        _revision = revision;
        if (revision == WATCHED_REVISION) ++_timesWatched;
    }

    /// @custom:property H-02
    function aRevisionIsDecidedAtMostOnce() external view {
        assert(_timesWatched <= 1);
    }
}

/// @notice What a receiver takes for one epoch, under any sequence of orders.
contract OrderArrivalProof {
    uint32 private immutable WATCHED;

    uint32 private _revision;
    uint256 private _timesWatched;

    constructor(uint32 watched) {
        WATCHED = watched;
    }

    /// @custom:property H-02, H-06
    function receiveOrder(uint32 revision) external {
        if (!Guards.isNewer(revision, _revision)) return;
        assert(revision > _revision);
        _revision = revision;
        if (revision == WATCHED) ++_timesWatched;
    }

    /// @custom:property H-02, H-06
    function aRevisionRulesAtMostOnce() external view {
        assert(_timesWatched <= 1);
    }
}

/// @notice What a command receiver applies of one subject, under any sequence of numbers.
contract CommandOrderProof {
    uint64 private _newest;

    /// @custom:property C-08
    function take(uint64 no) external {
        if (Guards.isSuperseded(no, _newest)) return;
        assert(no >= _newest);
        _newest = no;
    }
}
