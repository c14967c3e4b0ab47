// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICommandReceiver} from "../../../src/interfaces/ICommandReceiver.sol";
import {IEmissionReceiver} from "../../../src/interfaces/IEmissionReceiver.sol";
import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IPauseRoles} from "../../../src/interfaces/IPauseRoles.sol";
import {IPositionBridge} from "../../../src/interfaces/IPositionBridge.sol";
import {Commands} from "../../../src/libraries/Commands.sol";
import {DecayingLimit} from "../../../src/libraries/DecayingLimit.sol";
import {Order} from "./GovernanceOrders.sol";
import {SpokeState} from "./SpokeState.sol";

/// @notice Why the contracts of a chain have to refuse what a command tells them, or a retry of it.
abstract contract SpokeRefusals is SpokeState {
    uint8 private constant STREAMS_MAX = 4;
    uint256 private constant SENTINEL_SECONDS_MAX = 90 days;

    function _refusalOf(uint64 no, Order memory order) internal view returns (bytes memory) {
        Commands.Kind kind = order.kind;
        if (kind == Commands.Kind.AddFarm) return _farmRefusal(order);
        if (uint8(kind) < uint8(Commands.Kind.SetReceiverPaused)) return _settingRefusal(order);
        if (kind == Commands.Kind.ReleasePot) {
            if (order.value == 0 || (order.value == type(uint128).max && pot == 0)) {
                return _error(IEmissionReceiver.Receiver_ZeroAmount.selector);
            }
            if (order.value <= pot || order.value == type(uint128).max) return "";
            return abi.encodeWithSelector(
                IEmissionReceiver.Receiver_PotTooSmall.selector, POT_EPOCH, pot, order.value
            );
        }
        if (kind == Commands.Kind.SetOutflowLimit || kind == Commands.Kind.SetInboundLimit) {
            if ((order.value == 0) == (order.window == 0)) return "";
            return abi.encodeWithSelector(
                DecayingLimit.DecayingLimit_BadWindow.selector, order.value, order.window
            );
        }
        if (kind == Commands.Kind.SetSentinel) {
            uint256 latest = block.timestamp + SENTINEL_SECONDS_MAX;
            if (order.value <= latest) return "";
            return
                abi.encodeWithSelector(
                    IPauseRoles.PauseRoles_BadExpiry.selector, order.value, latest
                );
        }
        if (kind != Commands.Kind.CancelCommand) return "";
        ICommandReceiver.CommandState state = _entries[sender][uint64(order.value)].state;
        // One that names itself finds itself applied.
        if (order.value == no) state = ICommandReceiver.CommandState.Applied;
        bool isOpenStill = state == ICommandReceiver.CommandState.None
            || state == ICommandReceiver.CommandState.Failed
            || state == ICommandReceiver.CommandState.Waiting;
        if (isOpenStill && order.value != 0 && order.value < no) return "";
        return abi.encodeWithSelector(
            ICommandReceiver.CommandReceiver_NotCancellable.selector, order.value, state
        );
    }

    function _farmRefusal(Order memory order) private view returns (bytes memory) {
        address token = order.account;
        if (farms[order.farmId].state != IFarms.FarmState.Unknown) {
            return abi.encodeWithSelector(IFarms.Farms_FarmExists.selector, order.farmId);
        }
        uint32 last = _lastFarmOf[token];
        if (last != 0 && farms[last].state != IFarms.FarmState.Ended) {
            return abi.encodeWithSelector(IFarms.Farms_StakeTokenInUse.selector, token, last);
        }
        address oft = order.other;
        if (oft == address(0) || oftOf[token] == oft) return "";
        if (oftOf[token] != address(0)) {
            return
                abi.encodeWithSelector(
                    IPositionBridge.Bridge_RouteFixed.selector, oftOf[token], oft
                );
        }
        if (tokenOf[oft] == address(0)) return "";
        return abi.encodeWithSelector(IPositionBridge.Bridge_UnknownOft.selector, oft);
    }

    /// @dev Of the kinds that set something of a farm.
    function _settingRefusal(Order memory order) private view returns (bytes memory) {
        Commands.Kind kind = order.kind;
        FarmState storage farm = farms[order.farmId];
        if (kind == Commands.Kind.SetMaxRate && order.value == 0) {
            return _error(IFarms.Farms_ZeroAmount.selector);
        }
        if (farm.state == IFarms.FarmState.Unknown) {
            return abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, order.farmId);
        }
        if (kind == Commands.Kind.SetFarmState) {
            bool isRefused =
                farm.state == IFarms.FarmState.Ended && order.index != uint8(farm.state);
            if (!isRefused) return "";
            return abi.encodeWithSelector(
                IFarms.Farms_BadState.selector, order.farmId, farm.state, order.index
            );
        }
        if (kind == Commands.Kind.SetTerms) {
            if (!farm.hasTerms) {
                return abi.encodeWithSelector(IFarms.Farms_NoTerms.selector, order.farmId);
            }
            if (order.index == 0 || order.value == 0) return "";
            return abi.encodeWithSelector(IFarms.Farms_BadTerms.selector, order.farmId);
        }
        if (kind == Commands.Kind.AddStream) return _streamRefusal(order, farm);
        bool isKnown = order.index < farm.streamCount
            && (order.index != 0 || kind == Commands.Kind.SetMaxRate);
        if (isKnown) return "";
        return
            abi.encodeWithSelector(IFarms.Farms_UnknownStream.selector, order.farmId, order.index);
    }

    function _streamRefusal(Order memory order, FarmState storage farm)
        private
        view
        returns (bytes memory)
    {
        uint32 farmId = order.farmId;
        if (farm.state == IFarms.FarmState.Ended) {
            return abi.encodeWithSelector(IFarms.Farms_NotActive.selector, farmId, farm.state);
        }
        if (farm.streamCount == STREAMS_MAX) {
            return abi.encodeWithSelector(IFarms.Farms_TooManyStreams.selector, farmId);
        }
        bool isUsed = order.account == REWARD && farm.stakeToken != REWARD;
        for (uint8 i = 1; i < farm.streamCount; ++i) {
            if (streams[farmId][i].token == order.account) isUsed = true;
        }
        if (isUsed) {
            return
                abi.encodeWithSelector(
                    IFarms.Farms_StreamTokenInUse.selector, farmId, order.account
                );
        }
        if (order.index == farm.streamCount) return "";
        return abi.encodeWithSelector(
            ICommandReceiver.CommandReceiver_StreamIndex.selector, order.index, farm.streamCount
        );
    }

    function _outsideWindow(uint64 no, uint40 readyAt) internal view returns (bytes memory) {
        if (readyAt == 0) return "";
        if (block.timestamp < readyAt) {
            return
                abi.encodeWithSelector(
                    ICommandReceiver.CommandReceiver_TooEarly.selector, no, readyAt
                );
        }
        uint256 expiredAt = readyAt + WINDOW_SECONDS;
        if (block.timestamp < expiredAt) return "";
        return
            abi.encodeWithSelector(ICommandReceiver.CommandReceiver_Expired.selector, no, expiredAt);
    }

    function _error(bytes4 selector) internal pure returns (bytes memory) {
        return abi.encodePacked(selector);
    }
}
