// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {Farms} from "../../../src/spoke/Farms.sol";
import {PlainToken} from "../../support/Tokens.sol";
import {EmissionWorld} from "./EmissionWorld.sol";
import {HubModel} from "./HubModel.sol";
import {SpokeModel} from "./SpokeModel.sol";

/// @notice Books what was sent and what arrived in the models, and compares a chain with its model
/// after a settlement: pot, shares, and the streams of its farms.
abstract contract EmissionSettle is EmissionWorld {
    /// @dev What a chain looked like before a call.
    struct Seen {
        SpokeModel.Capacity capacity;
        uint256[4] endAt;
    }

    uint256 private constant STREAM_SECONDS_MAX = 366 days;

    function _look(uint256 chain) internal view returns (Seen memory seen) {
        for (uint32 id = 1; id <= FARMS; ++id) {
            IFarms.FarmState state = _sites[chain].farms.farmOf(id).state;
            if (state == IFarms.FarmState.Unknown) continue;
            seen.capacity.takes[id] = state != IFarms.FarmState.Ended;
            seen.capacity.unstreamed[id] = _sites[chain].farms.unstreamed(id);
            seen.endAt[id] = _sites[chain].farms.streamOf(id, 0).endAt;
        }
    }

    /// @dev The newest order of a path left; on the hub it was applied at once.
    /// @param packet Where it is on the network.
    function _sent(uint32 epoch, uint256 chain, Seen memory seen, uint256 packet) internal {
        uint256 due = HUB_MODEL.dispatch(epoch, chain);
        sent += due * _sites[HUB].rate;
        ++hubEvents;
        SpokeModel.Order memory order = _orderOf(epoch, chain, due);
        if (chain == HUB) {
            _received(siteInUse[chain], order, seen);
        } else {
            _file(Parcel(Cargo.Order, siteInUse[chain], order.amount, packet, 0, order));
        }
    }

    /// @dev An order was received.
    /// @custom:property H-06, H-07, H-11, I6
    function _received(uint256 chain, SpokeModel.Order memory order, Seen memory seen) internal {
        (int256[4] memory moved, bool isApplied) =
            _sites[chain].model.receiveOrder(order, seen.capacity);
        events[chain] += isApplied ? 2 : 1;
        _assertSettled(chain, order.epoch, seen, moved);
    }

    /// @dev Pot and shares equal the model; every stream has just what was given to it, and a
    /// stream that was touched lasts no less than it did and no less than an epoch, so that what
    /// was added is paid no faster than it would have been on time.
    /// @custom:property H-06, H-08, H-09, E18, E20
    function _assertSettled(uint256 chain, uint32 epoch, Seen memory seen, int256[4] memory moved)
        internal
        view
    {
        Site storage site = _sites[chain];
        SpokeModel.EpochModel memory model = site.model.epochOf(epoch);
        assertEq(site.receiver.potOf(epoch), model.pot, "pot");
        assertEq(site.receiver.revisionOf(epoch), model.revision, "revision");
        assertEq(site.receiver.unallocated(), site.model.unallocated(), "unallocated");
        uint256 endAt = model.endAt;
        if (endAt > block.timestamp + STREAM_SECONDS_MAX) {
            endAt = block.timestamp + STREAM_SECONDS_MAX;
        }
        if (endAt < block.timestamp + MIN_STREAM) endAt = block.timestamp + MIN_STREAM;
        for (uint32 id = 1; id <= FARMS; ++id) {
            assertEq(site.receiver.givenOf(epoch, id), model.given[id], "given");
            assertEq(site.receiver.targetOf(epoch, id), model.target[id], "target");
            if (site.farms.farmOf(id).state == IFarms.FarmState.Unknown) continue;
            assertEq(
                int256(site.farms.unstreamed(id)),
                int256(seen.capacity.unstreamed[id]) + moved[id],
                "streams what was given"
            );
            bool isLonger = moved[id] != 0 && endAt > seen.endAt[id];
            assertEq(
                site.farms.streamOf(id, 0).endAt, isLonger ? endAt : seen.endAt[id], "stream end"
            );
        }
    }

    /// @dev The farm that orders have named before it was there.
    function _openFirst(uint256 chain) internal {
        Farms farms = _sites[chain].farms;
        PlainToken token = new PlainToken(8);
        vm.prank(GOVERNOR);
        farms.addFarm(IFarms.NewFarm(1, address(token), 95, type(uint64).max, false));
        for (uint256 i; i < USERS; ++i) {
            vm.prank(userAt(i));
            token.approve(address(farms), type(uint256).max);
        }
    }

    /// @dev How the hub's token refuses a chain that it has no peer on.
    function _noPeer(uint256 chain) internal view returns (bytes memory) {
        return abi.encodeWithSignature("NoPeer(uint32)", _sites[chain].eid);
    }

    function _orderOf(uint32 epoch, uint256 chain, uint256 due)
        private
        view
        returns (SpokeModel.Order memory order)
    {
        HubModel.Decided memory decided = HUB_MODEL.decidedOf(epoch);
        uint256 rate = _sites[chain].rate;
        (order.epoch, order.revision) = (epoch, uint32(decided.revision));
        (order.endAt, order.amount) = (_epochEnd(epoch), due * rate);
        for (uint256 i; i < FARMS; ++i) {
            order.target[i + 1] = decided.target[FARMS * chain + i] * rate;
        }
    }
}
