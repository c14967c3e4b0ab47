// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {Commands} from "../../../src/libraries/Commands.sol";
import {Order} from "./GovernanceOrders.sol";
import {GovernanceWorld} from "./GovernanceWorld.sol";

/// @notice Drafts of commands of all kinds: few subjects, so that they meet; some that cannot be
/// carried out yet, or ever.
abstract contract GovernanceDrafts is GovernanceWorld {
    uint256 private constant KINDS = 14;

    function _draftOrder(uint32 eid, uint256 seed) internal view returns (Order memory order) {
        order.kind = Commands.Kind(1 + seed % KINDS);
        seed = _draw(seed, 1);
        order.farmId = uint32(seed % 3 == 0 ? 3 + (seed >> 8) % 3 : 1 + (seed >> 8) % 2);
        seed = _draw(seed, 2);
        if (order.kind == Commands.Kind.AddFarm) _draftFarm(eid, order, seed);
        else if (order.kind == Commands.Kind.SetFarmState) order.index = _draftState(order, seed);
        else if (order.kind == Commands.Kind.SetMaxRate) _draftRate(order, seed);
        else if (order.kind == Commands.Kind.SetTerms) _draftTerms(order, seed);
        else if (order.kind == Commands.Kind.AddStream) _draftStream(eid, order, seed);
        else if (order.kind == Commands.Kind.SetFunder) _draftFunder(order, seed);
        else _draftOfChain(eid, order, seed);
    }

    function _draftFarm(uint32 eid, Order memory order, uint256 seed) private view {
        order.farmId = uint32(3 + seed % 3);
        uint256 which = (seed >> 8) % 2;
        order.account = _newTokens[eid][which];
        order.index = uint8((seed >> 16) % 2);
        order.value = 1e18 + (seed >> 24) % 1e18;
        uint256 route = (seed >> 32) % 4;
        if (route == 0) order.other = _foreignRoute[eid];
        else if (route == 1) order.other = which == 0 ? order.account : _foreignRoute[eid];
        // A foreign OFT of another token than the farm's is refused by the bridge.
        if (order.other == _foreignRoute[eid] && which == 0) order.other = address(0);
    }

    /// @dev An end is for good, so it is rare, and rarer for the farms that were there first.
    function _draftState(Order memory order, uint256 seed) private pure returns (uint8) {
        if (seed % (order.farmId < 3 ? 16 : 4) == 0) return uint8(IFarms.FarmState.Ended);
        bool isActive = (seed >> 8) % 2 == 0;
        return uint8(isActive ? IFarms.FarmState.Active : IFarms.FarmState.DepositsPaused);
    }

    function _draftRate(Order memory order, uint256 seed) private pure {
        order.index = uint8(seed % 3 == 0 ? 1 + (seed >> 16) % 3 : 0);
        order.value = (seed >> 8) % 16 == 0 ? 0 : 1e18 + (seed >> 24) % 1e18;
    }

    function _draftTerms(Order memory order, uint256 seed) private pure {
        if (seed % 4 != 0) order.farmId = uint32(3 + (seed >> 40) % 3);
        order.value = (seed >> 8) % 5;
        order.window = uint32((seed >> 16) % 5);
        order.index = (seed >> 24) % 8 == 0 ? 1 : 0;
    }

    function _draftStream(uint32 eid, Order memory order, uint256 seed) private view {
        order.index = uint8(1 + seed % 3);
        address[4] memory tokens =
            [address(EXTRA), _newTokens[eid][0], _newTokens[eid][1], address(_siteOf[eid].reward)];
        order.account = tokens[(seed >> 8) % 4];
        order.other = (seed >> 16) % 2 == 0 ? FUNDER : MALLORY;
        order.value = 1e18 + (seed >> 24) % 1e18;
    }

    function _draftFunder(Order memory order, uint256 seed) private view {
        order.index = uint8(seed % 4 == 0 ? seed >> 252 : 1);
        order.account = (seed >> 8) % 2 == 0 ? FUNDER : OPERATOR;
    }

    function _draftOfChain(uint32 eid, Order memory order, uint256 seed) private view {
        Commands.Kind kind = order.kind;
        order.farmId = 0;
        if (kind == Commands.Kind.SetReceiverPaused || kind == Commands.Kind.SetBridgePaused) {
            order.index = uint8(seed % 2);
        } else if (kind == Commands.Kind.SetMinValidEpoch) {
            order.value = modelOf[eid].minValidEpoch() + seed % 4;
            if ((seed >> 8) % 2 == 0) order.value = (seed >> 16) % (order.value + 1);
        } else if (kind == Commands.Kind.ReleasePot) {
            order.eid = 1;
            uint256 pot = modelOf[eid].pot();
            order.value = seed % 16 == 0 ? type(uint128).max : (seed >> 8) % (pot / 4 + 2);
        } else if (kind == Commands.Kind.SetSentinel) {
            order.account = seed % 2 == 0 ? SENTINEL : SECOND_SENTINEL;
            order.value = block.timestamp + (seed >> 8) % 120 days;
        } else if (kind == Commands.Kind.CancelCommand) {
            uint64 last = senderAt[modelOf[eid].sender()].lastNo(eid) + 1;
            order.value = seed % 8 == 0 ? last + 1 : (seed >> 8) % (last + 1);
        } else {
            bool isOutflow = kind == Commands.Kind.SetOutflowLimit;
            order.account = isOutflow ? address(_siteOf[eid].stake) : address(0);
            order.eid = isOutflow ? _otherOf(eid) : HUB;
            order.window = seed % 4 == 0 ? 0 : uint32(1 + (seed >> 8) % 7 days);
            order.value = order.window == 0 && (seed >> 16) % 4 != 0 ? 0 : 1 + (seed >> 40) % 1e24;
        }
    }

    function _otherOf(uint32 eid) internal pure returns (uint32) {
        return eid == ALPHA ? BETA : ALPHA;
    }
}
