// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEmissionController} from "../interfaces/IEmissionController.sol";
import {EmissionBooks} from "./EmissionBooks.sol";
import {EmissionFunding} from "./EmissionFunding.sol";
import {EmissionRules} from "./EmissionRules.sol";

/// @title EmissionRegistry
/// @notice Part of the emission controller: which chains and farms exist, their bounds, and what
/// was decided.
abstract contract EmissionRegistry is EmissionFunding {
    using EmissionBooks for EmissionBooks.Books;

    /// @inheritdoc IEmissionController
    function setChain(uint32 eid, bytes32 receiver, uint16 maxBps) external onlyOwner {
        _books.setChain(eid, receiver, maxBps, ++seq);
    }

    /// @inheritdoc IEmissionController
    function setFarmBounds(uint32 eid, uint32 farmId, uint16 minBps, uint16 maxBps)
        external
        onlyOwner
    {
        _books.setFarmBounds(eid, farmId, minBps, maxBps, ++seq);
    }

    /// @inheritdoc IEmissionController
    function removeFarm(uint32 eid, uint32 farmId) external onlyOwner {
        _books.removeFarm(eid, farmId, ++seq);
    }

    /// @inheritdoc IEmissionController
    function chains() external view returns (uint32[] memory) {
        return _books.chains;
    }

    /// @inheritdoc IEmissionController
    function farms() external view returns (uint32[] memory eids, uint32[] memory farmIds) {
        return _books.farms();
    }

    /// @inheritdoc IEmissionController
    function boundsOf(uint32 eid, uint32 farmId) external view returns (FarmBounds memory) {
        EmissionBooks.FarmEntry storage farm = _books.farmOf[EmissionRules.keyOf(eid, farmId)];
        return FarmBounds(farm.minBps, farm.maxBps, farm.registered);
    }

    /// @inheritdoc IEmissionController
    function chainMaxBps(uint32 eid) external view returns (uint16) {
        return _books.chainOf[eid].maxBps;
    }

    /// @inheritdoc IEmissionController
    function receiverOf(uint32 eid) external view returns (bytes32) {
        return _books.chainOf[eid].receiver;
    }

    /// @inheritdoc IEmissionController
    function lastTargetSD(uint32 eid, uint32 farmId)
        external
        view
        returns (uint64 currentSD, uint64 previousSD)
    {
        EmissionBooks.FarmEntry storage farm = _books.farmOf[EmissionRules.keyOf(eid, farmId)];
        return (farm.currentSD, farm.previousSD);
    }

    /// @inheritdoc IEmissionController
    function limitsOf(uint32 epoch) external view returns (TargetLimits[] memory) {
        return _books.limitsOf(epoch, budgetOf(epoch), maxChangeBps);
    }

    /// @inheritdoc IEmissionController
    function lastDecided() external view returns (uint32) {
        return _books.lastDecided;
    }

    /// @inheritdoc IEmissionController
    function revisionOf(uint32 epoch) external view returns (uint32) {
        return _books.epochs[epoch].revision;
    }

    /// @inheritdoc IEmissionController
    function evidenceOf(uint32 epoch) external view returns (bytes32) {
        return _books.epochs[epoch].evidenceHash;
    }

    /// @inheritdoc IEmissionController
    function spentSD(uint32 epoch) external view returns (uint64) {
        return _books.epochs[epoch].spentSD;
    }

    /// @inheritdoc IEmissionController
    function sentToSD(uint32 epoch, uint32 eid) external view returns (uint64) {
        return _books.orders[epoch][eid].sentSD;
    }

    /// @inheritdoc IEmissionController
    function chainTargetSD(uint32 epoch, uint32 eid) external view returns (uint64) {
        return _books.orders[epoch][eid].targetSD;
    }

    /// @inheritdoc IEmissionController
    function dispatchedRevision(uint32 epoch, uint32 eid) external view returns (uint32) {
        return _books.orders[epoch][eid].dispatchedRevision;
    }
}
