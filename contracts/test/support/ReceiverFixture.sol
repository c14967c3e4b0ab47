// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {EmissionOrder} from "../../src/libraries/EmissionOrder.sol";
import {EmissionReceiver} from "../../src/spoke/EmissionReceiver.sol";
import {FarmsFixture} from "./FarmsFixture.sol";

/// @notice A receiver whose controller, endpoint and OFT are the test itself.
abstract contract ReceiverFixture is FarmsFixture {
    uint32 internal constant HUB_EID = 50_121;
    uint32 internal constant SPOKE_EID = 50_231;
    uint32 internal constant MIN_STREAM = 7 days;
    uint40 internal constant EPOCH_END = START + 7 days;
    uint256 internal constant SD = 1e12;
    /// @dev Stands for a farm that an order does not name.
    uint64 internal constant OMITTED = type(uint64).max;

    EmissionReceiver internal _receiver;

    /// @dev Stands in for the endpoint, which tells its chain.
    function eid() external pure returns (uint32) {
        return SPOKE_EID;
    }

    /// @dev Stands in for the OFT, which tells its shared decimals.
    function sharedDecimals() external pure returns (uint8) {
        return 6;
    }

    function _startReceiver() internal {
        _startFarms();
        _farms = _newFarms(address(_reward));
        _receiver = new EmissionReceiver(_receiverConfig());
        _receiver.setController(bytes32(uint256(uint160(address(this)))));
        _farms.setReceiver(address(_receiver));
        _farms.setBridge(BRIDGE);
        _addFarm(1, address(_stake));
        _addFarm(2, address(_other));
    }

    function _addFarm(uint32 farmId, address stakeToken) internal {
        _farms.addFarm(IFarms.NewFarm(farmId, stakeToken, 95, MAX_RATE, false));
    }

    function _endFarm(uint32 farmId) internal {
        _farms.setFarmState(farmId, IFarms.FarmState.Ended);
    }

    function _receiverConfig() internal view returns (EmissionReceiver.Config memory) {
        return EmissionReceiver.Config({
            endpoint: address(this),
            rewardOft: address(this),
            rewardToken: address(_reward),
            hubEid: HUB_EID,
            farms: address(_farms),
            owner: address(this),
            guardian: GUARDIAN,
            minStream: MIN_STREAM
        });
    }

    /// @dev Encodes an order for farms 1, 2, ... with the given totals in shared decimals.
    function _order(uint32 epoch, uint32 revision, uint64[] memory amountsSD)
        internal
        pure
        returns (bytes memory)
    {
        uint32[] memory farmIds = new uint32[](amountsSD.length);
        for (uint32 i; i < amountsSD.length; ++i) {
            farmIds[i] = i + 1;
        }
        return
            EmissionOrder.encode(
                EmissionOrder.Order(epoch, revision, EPOCH_END, farmIds, amountsSD)
            );
    }

    function _pair(uint64 first, uint64 second) internal pure returns (uint64[] memory amountsSD) {
        amountsSD = new uint64[](2);
        (amountsSD[0], amountsSD[1]) = (first, second);
    }

    /// @dev Encodes an order of epoch `epoch`, for the farms whose amount is not `OMITTED`.
    function _orderOf(
        uint32 epoch,
        uint32 revision,
        uint32[] memory farmIds,
        uint64[] memory amountsSD
    ) internal pure returns (bytes memory) {
        EmissionOrder.Order memory order;
        order.epoch = epoch;
        order.revision = revision;
        order.epochEnd = EPOCH_END + (epoch - 1) * 7 days;
        order.farmIds = new uint32[](farmIds.length);
        order.amountsSD = new uint64[](farmIds.length);
        uint256 count;
        for (uint256 i; i < farmIds.length; ++i) {
            if (amountsSD[i] == OMITTED) continue;
            order.farmIds[count] = farmIds[i];
            order.amountsSD[count++] = amountsSD[i];
        }
        uint32[] memory ids = order.farmIds;
        uint64[] memory amounts = order.amountsSD;
        assembly ("memory-safe") {
            mstore(ids, count)
            mstore(amounts, count)
        }
        return EmissionOrder.encode(order);
    }

    /// @dev Hands an order and its tokens over, as the controller on the hub does.
    function _apply(bytes memory order, uint256 amountSD) internal {
        _reward.transfer(address(_receiver), amountSD * SD);
        _receiver.applyLocal(order, amountSD * SD);
    }
}
