// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEmissionController} from "../interfaces/IEmissionController.sol";
import {EmissionSettings} from "./EmissionSettings.sol";

/// @title EmissionRegistry
/// @notice Part of the emission controller: which chains and farms exist, and their bounds.
abstract contract EmissionRegistry is EmissionSettings {
    /// @dev One slot. The two targets belong to the two last epochs the farm was decided in.
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

    uint256 private constant FARMS_MAX = 256;
    uint256 private constant CHAINS_MAX = 64;

    /// @dev Ascending.
    uint32[] internal _chains;
    /// @dev eid << 32 | farmId, ascending.
    uint64[] internal _farmKeys;
    mapping(uint32 eid => ChainEntry) internal _chainOf;
    mapping(uint64 key => FarmEntry) internal _farmOf;

    /// @inheritdoc IEmissionController
    function setChain(uint32 eid, bytes32 receiver, uint16 maxBps) external onlyOwner {
        if (receiver == bytes32(0)) revert Controller_ZeroAddress();
        if (maxBps > BPS) revert Controller_BadBps(maxBps);
        if (_chainOf[eid].receiver == bytes32(0)) {
            uint256 count = _chains.length;
            if (count == CHAINS_MAX) revert Controller_TooManyChains(count);
            _chains.push();
            for (; count != 0 && _chains[count - 1] > eid; --count) {
                _chains[count] = _chains[count - 1];
            }
            _chains[count] = eid;
        }
        _chainOf[eid] = ChainEntry(receiver, maxBps);
        emit ChainRegistered(eid, receiver, maxBps, ++seq);
    }

    /// @inheritdoc IEmissionController
    function setFarmBounds(uint32 eid, uint32 farmId, uint16 minBps, uint16 maxBps)
        external
        onlyOwner
    {
        if (_chainOf[eid].receiver == bytes32(0)) revert Controller_UnknownChain(eid);
        if (maxBps > BPS) revert Controller_BadBps(maxBps);
        if (minBps > maxBps) revert Controller_BadBps(minBps);
        uint64 key = _keyOf(eid, farmId);
        FarmEntry storage farm = _farmOf[key];
        if (!farm.registered) {
            uint256 count = _farmKeys.length;
            if (count == FARMS_MAX) revert Controller_TooManyFarms(count);
            _farmKeys.push();
            for (; count != 0 && _farmKeys[count - 1] > key; --count) {
                _farmKeys[count] = _farmKeys[count - 1];
            }
            _farmKeys[count] = key;
            farm.registered = true;
        }
        farm.minBps = minBps;
        farm.maxBps = maxBps;
        emit FarmBoundsSet(eid, farmId, minBps, maxBps, ++seq);
    }

    /// @inheritdoc IEmissionController
    function removeFarm(uint32 eid, uint32 farmId) external onlyOwner {
        uint64 key = _keyOf(eid, farmId);
        if (!_farmOf[key].registered) revert Controller_UnknownFarm(eid, farmId);
        delete _farmOf[key];
        uint256 last = _farmKeys.length - 1;
        uint256 index;
        while (_farmKeys[index] != key) {
            ++index;
        }
        for (; index < last; ++index) {
            _farmKeys[index] = _farmKeys[index + 1];
        }
        _farmKeys.pop();
        emit FarmRemoved(eid, farmId, ++seq);
    }

    /// @inheritdoc IEmissionController
    function chains() external view returns (uint32[] memory) {
        return _chains;
    }

    /// @inheritdoc IEmissionController
    function farms() external view returns (uint32[] memory eids, uint32[] memory farmIds) {
        uint64[] memory keys = _farmKeys;
        eids = new uint32[](keys.length);
        farmIds = new uint32[](keys.length);
        for (uint256 i; i < keys.length; ++i) {
            eids[i] = uint32(keys[i] >> 32);
            farmIds[i] = uint32(keys[i]);
        }
    }

    /// @inheritdoc IEmissionController
    function boundsOf(uint32 eid, uint32 farmId) external view returns (FarmBounds memory) {
        FarmEntry storage farm = _farmOf[_keyOf(eid, farmId)];
        return FarmBounds(farm.minBps, farm.maxBps, farm.registered);
    }

    /// @inheritdoc IEmissionController
    function chainMaxBps(uint32 eid) external view returns (uint16) {
        return _chainOf[eid].maxBps;
    }

    /// @inheritdoc IEmissionController
    function receiverOf(uint32 eid) external view returns (bytes32) {
        return _chainOf[eid].receiver;
    }

    /// @inheritdoc IEmissionController
    function lastTargetSD(uint32 eid, uint32 farmId)
        external
        view
        returns (uint64 currentSD, uint64 previousSD)
    {
        FarmEntry storage farm = _farmOf[_keyOf(eid, farmId)];
        return (farm.currentSD, farm.previousSD);
    }

    function _keyOf(uint32 eid, uint32 farmId) internal pure returns (uint64) {
        return (uint64(eid) << 32) | farmId;
    }
}
