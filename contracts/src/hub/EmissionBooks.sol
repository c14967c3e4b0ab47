// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IEmissionController} from "../interfaces/IEmissionController.sol";
import {EmissionOrder} from "../libraries/EmissionOrder.sol";
import {Guards} from "../libraries/Guards.sol";
import {EmissionRules} from "./EmissionRules.sol";

/// @title EmissionBooks
/// @notice Registry and decisions of the emission controller: which chains and farms exist, what
/// every epoch was decided to give them, and the orders that follow.
/// @dev Deployed on its own and linked, because it and the controller do not fit into one contract.
/// It runs on the controller's storage and emits the controller's events; who may call what is for
/// the controller to check.
library EmissionBooks {
    using SafeCast for uint256;

    /// @dev One slot. The two targets belong to the two last epochs the farm had a share in.
    struct FarmEntry {
        uint16 minBps;
        uint16 maxBps;
        bool registered;
        uint32 currentEpoch;
        uint32 previousEpoch;
        uint64 currentSD;
        uint64 previousSD;
    }

    struct ChainEntry {
        bytes32 receiver;
        uint16 maxBps;
    }

    struct EpochEntry {
        uint64 budgetSD;
        uint64 spentSD;
        uint32 revision;
        bytes32 evidenceHash;
    }

    /// @dev What one chain gets in one epoch. `encoded` is the newest order, ready to send.
    struct ChainOrder {
        uint64 targetSD;
        uint64 sentSD;
        uint32 revision;
        uint32 dispatchedRevision;
        bytes encoded;
    }

    /// @param lastDecided The newest decided epoch, 0 for none.
    /// @param comparedWith The epoch `lastDecided` was compared with, 0 for none.
    /// @param outstandingSD Value decided and not sent yet.
    /// @param chains Ascending.
    /// @param farmKeys eid << 32 | farmId, ascending.
    struct Books {
        uint32 lastDecided;
        uint32 comparedWith;
        uint96 outstandingSD;
        uint32[] chains;
        uint64[] farmKeys;
        mapping(uint32 eid => ChainEntry) chainOf;
        mapping(uint64 key => FarmEntry) farmOf;
        mapping(uint32 epoch => EpochEntry) epochs;
        mapping(uint32 epoch => mapping(uint32 eid => ChainOrder)) orders;
    }

    /// @param seq Number of the event.
    struct Decision {
        uint32 epoch;
        uint32 revision;
        uint40 epochEnd;
        uint64 budgetSD;
        uint16 maxChangeBps;
        bytes32 evidenceHash;
        uint64 seq;
    }

    /// @dev Running sums of one decision.
    struct Sums {
        uint256 allocatedSD;
        uint256 requiredSD;
        uint256 outstandingSD;
    }

    uint256 private constant FARMS_MAX = 256;
    uint256 private constant CHAINS_MAX = 64;

    /// @notice Registers a chain or changes it.
    function setChain(Books storage books, uint32 eid, bytes32 receiver, uint16 maxBps, uint64 seq)
        external
    {
        if (receiver == bytes32(0)) revert IEmissionController.Controller_ZeroAddress();
        if (maxBps > EmissionRules.BPS) revert IEmissionController.Controller_BadBps(maxBps);
        if (books.chainOf[eid].receiver == bytes32(0)) {
            uint32[] storage chains = books.chains;
            uint256 count = chains.length;
            if (count == CHAINS_MAX) revert IEmissionController.Controller_TooManyChains(count);
            chains.push();
            for (; count != 0 && chains[count - 1] > eid; --count) {
                chains[count] = chains[count - 1];
            }
            chains[count] = eid;
        }
        books.chainOf[eid] = ChainEntry(receiver, maxBps);
        emit IEmissionController.ChainRegistered(eid, receiver, maxBps, seq);
    }

    /// @notice Registers a farm or changes its bounds.
    function setFarmBounds(
        Books storage books,
        uint32 eid,
        uint32 farmId,
        uint16 minBps,
        uint16 maxBps,
        uint64 seq
    ) external {
        if (books.chainOf[eid].receiver == bytes32(0)) {
            revert IEmissionController.Controller_UnknownChain(eid);
        }
        if (maxBps > EmissionRules.BPS) revert IEmissionController.Controller_BadBps(maxBps);
        if (minBps > maxBps) revert IEmissionController.Controller_BadBps(minBps);
        uint64 key = EmissionRules.keyOf(eid, farmId);
        FarmEntry storage farm = books.farmOf[key];
        if (!farm.registered) {
            uint64[] storage keys = books.farmKeys;
            uint256 count = keys.length;
            if (count == FARMS_MAX) revert IEmissionController.Controller_TooManyFarms(count);
            keys.push();
            for (; count != 0 && keys[count - 1] > key; --count) {
                keys[count] = keys[count - 1];
            }
            keys[count] = key;
            farm.registered = true;
        }
        farm.minBps = minBps;
        farm.maxBps = maxBps;
        emit IEmissionController.FarmBoundsSet(eid, farmId, minBps, maxBps, seq);
    }

    /// @notice Removes a farm; what it was decided to get stays decided.
    function removeFarm(Books storage books, uint32 eid, uint32 farmId, uint64 seq) external {
        uint64 key = EmissionRules.keyOf(eid, farmId);
        if (!books.farmOf[key].registered) {
            revert IEmissionController.Controller_UnknownFarm(eid, farmId);
        }
        delete books.farmOf[key];
        uint64[] storage keys = books.farmKeys;
        uint256 last = keys.length - 1;
        uint256 index;
        while (keys[index] != key) {
            ++index;
        }
        for (; index < last; ++index) {
            keys[index] = keys[index + 1];
        }
        keys.pop();
        emit IEmissionController.FarmRemoved(eid, farmId, seq);
    }

    /// @notice Checks a decision and books it, with the orders that follow from it.
    function decide(
        Books storage books,
        Decision memory decision,
        IEmissionController.Target[] calldata targets
    ) external {
        EpochEntry storage entry = books.epochs[decision.epoch];
        uint32 expected = Guards.nextRevision(entry.revision);
        if (decision.revision != expected) {
            revert IEmissionController.Controller_WrongRevision(expected, decision.revision);
        }
        uint32 comparedEpoch = _comparedEpochOf(books, decision.epoch);
        EmissionRules.Case memory terms =
            _caseOf(books, decision.epoch, comparedEpoch, decision.budgetSD, decision.maxChangeBps);
        Sums memory sums = _storeOrders(books, decision, terms, targets);
        // In an epoch without a budget nobody has a share for the next one to be compared with.
        if (decision.budgetSD != 0) _storeTargets(books, decision.epoch, targets);

        entry.budgetSD = decision.budgetSD;
        entry.revision = decision.revision;
        entry.evidenceHash = decision.evidenceHash;
        books.lastDecided = decision.epoch;
        books.comparedWith = comparedEpoch;
        books.outstandingSD = sums.outstandingSD.toUint96();
        emit IEmissionController.EpochDecided(
            decision.epoch,
            decision.revision,
            decision.budgetSD,
            uint64(sums.allocatedSD),
            decision.evidenceHash,
            targets,
            decision.seq
        );
    }

    /// @notice What a decision for `epoch` could give every farm.
    function limitsOf(Books storage books, uint32 epoch, uint64 budgetSD, uint16 maxChangeBps)
        external
        view
        returns (IEmissionController.TargetLimits[] memory)
    {
        uint32 comparedEpoch = _comparedEpochOf(books, epoch);
        return EmissionRules.limitsOf(_caseOf(books, epoch, comparedEpoch, budgetSD, maxChangeBps));
    }

    /// @notice Every registered farm, ascending.
    function farms(Books storage books)
        external
        view
        returns (uint32[] memory eids, uint32[] memory farmIds)
    {
        uint64[] memory keys = books.farmKeys;
        eids = new uint32[](keys.length);
        farmIds = new uint32[](keys.length);
        for (uint256 i; i < keys.length; ++i) {
            eids[i] = uint32(keys[i] >> 32);
            farmIds[i] = uint32(keys[i]);
        }
    }

    /// @dev Has the targets judged, encodes the order of every chain, and sums what the epoch would
    /// take with it.
    function _storeOrders(
        Books storage books,
        Decision memory decision,
        EmissionRules.Case memory terms,
        IEmissionController.Target[] calldata targets
    ) private returns (Sums memory sums) {
        uint256[] memory sumsSD = EmissionRules.judge(terms, targets);
        sums.outstandingSD = books.outstandingSD;
        uint256 from;
        for (uint256 i; i < sumsSD.length; ++i) {
            uint32 eid = terms.eids[i];
            uint256 to = from;
            while (to < targets.length && targets[to].eid == eid) {
                ++to;
            }
            ChainOrder storage stored = books.orders[decision.epoch][eid];
            uint256 sentSD = stored.sentSD;
            sums.allocatedSD += sumsSD[i];
            sums.requiredSD += Guards.requiredSD(sumsSD[i], sentSD);
            // A chain whose farms are all gone still needs an order when an earlier one named them.
            if (from != to || stored.revision != 0) {
                sums.outstandingSD = sums.outstandingSD + Guards.dueSD(sumsSD[i], sentSD)
                    - Guards.dueSD(stored.targetSD, sentSD);
                stored.targetSD = uint64(sumsSD[i]);
                stored.revision = decision.revision;
                stored.encoded = _encode(decision, targets[from:to]);
            }
            from = to;
        }
        if (!Guards.isWithin(sums.requiredSD, decision.budgetSD)) {
            revert IEmissionController.Controller_BudgetExceeded(sums.requiredSD, decision.budgetSD);
        }
    }

    /// @dev Moves the targets of every farm on.
    function _storeTargets(
        Books storage books,
        uint32 epoch,
        IEmissionController.Target[] calldata targets
    ) private {
        for (uint256 i; i < targets.length; ++i) {
            uint64 key = EmissionRules.keyOf(targets[i].eid, targets[i].farmId);
            FarmEntry memory farm = books.farmOf[key];
            if (farm.currentEpoch != epoch) {
                farm.previousEpoch = farm.currentEpoch;
                farm.previousSD = farm.currentSD;
                farm.currentEpoch = epoch;
            }
            farm.currentSD = targets[i].amountSD;
            books.farmOf[key] = farm;
        }
    }

    /// @dev Everything the rules need to judge a decision for `epoch`.
    function _caseOf(
        Books storage books,
        uint32 epoch,
        uint32 comparedEpoch,
        uint64 budgetSD,
        uint16 maxChangeBps
    ) private view returns (EmissionRules.Case memory terms) {
        terms.budgetSD = budgetSD;
        terms.previousBudgetSD = books.epochs[comparedEpoch].budgetSD;
        terms.maxChangeBps = maxChangeBps;
        terms.eids = books.chains;
        terms.capsBps = new uint256[](terms.eids.length);
        for (uint256 i; i < terms.eids.length; ++i) {
            terms.capsBps[i] = books.chainOf[terms.eids[i]].maxBps;
        }

        uint64[] memory keys = books.farmKeys;
        terms.farms = new EmissionRules.FarmCase[](keys.length);
        for (uint256 i; i < keys.length; ++i) {
            FarmEntry memory farm = books.farmOf[keys[i]];
            // In a revision the targets of the epoch itself stand before those compared with.
            (uint32 lastEpoch, uint64 lastSD) = farm.currentEpoch == epoch
                ? (farm.previousEpoch, farm.previousSD)
                : (farm.currentEpoch, farm.currentSD);
            terms.farms[i] = EmissionRules.FarmCase({
                eid: uint32(keys[i] >> 32),
                farmId: uint32(keys[i]),
                minBps: farm.minBps,
                maxBps: farm.maxBps,
                previousSD: lastSD,
                hasPrevious: comparedEpoch != 0 && lastEpoch == comparedEpoch
            });
        }
    }

    /// @dev The decided epoch before `epoch` in which farms had shares, 0 for none.
    function _comparedEpochOf(Books storage books, uint32 epoch) private view returns (uint32) {
        uint32 last = books.lastDecided;
        bool hasShares = epoch != last && books.epochs[last].budgetSD != 0;
        return hasShares ? last : books.comparedWith;
    }

    function _encode(Decision memory decision, IEmissionController.Target[] calldata targets)
        private
        pure
        returns (bytes memory)
    {
        EmissionOrder.Order memory order;
        order.epoch = decision.epoch;
        order.revision = decision.revision;
        order.epochEnd = decision.epochEnd;
        order.farmIds = new uint32[](targets.length);
        order.amountsSD = new uint64[](targets.length);
        for (uint256 i; i < targets.length; ++i) {
            order.farmIds[i] = targets[i].farmId;
            order.amountsSD[i] = targets[i].amountSD;
        }
        return EmissionOrder.encode(order);
    }
}
