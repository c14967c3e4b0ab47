// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessagingFee, SendParam} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {OFTComposeMsgCodec} from "@layerzerolabs/oft-evm/contracts/libs/OFTComposeMsgCodec.sol";

import {DevOft} from "../../../src/dev/DevOft.sol";
import {IEmissionController} from "../../../src/interfaces/IEmissionController.sol";
import {IEmissionReceiver} from "../../../src/interfaces/IEmissionReceiver.sol";
import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {EmissionOrder} from "../../../src/libraries/EmissionOrder.sol";
import {EmissionHubActions} from "./EmissionHubActions.sol";
import {GhostEndpoint, GhostNetwork} from "./GhostNetwork.sol";
import {HubModel} from "./HubModel.sol";
import {SpokeModel} from "./SpokeModel.sol";

/// @notice What arrives when, by whose hand, and what is only made to look as if it were sent.
abstract contract EmissionNetworkActions is EmissionHubActions {
    uint256 private constant STARVED_GAS = 30_000;

    /// @dev Any packets that travel, in any order, by anybody, once.
    /// @custom:property H-07, E30
    function deliver(uint256 seed) external counted {
        seed = _mix(seed);
        for (uint256 i; i <= seed % 3 && _travelling.length != 0; ++i) {
            if (_deliver(_hash(seed, i) % _travelling.length)) _effect();
        }
    }

    /// @dev Any compose that waits, by anybody, with too little gas first or not, once.
    /// @custom:property H-06, H-07, B-09, E15
    function compose(uint256 seed, uint256 gasLimit, uint256 value) external counted {
        seed = _mix(seed);
        if (_waiting.length == 0) return;
        uint256 index = seed % _waiting.length;
        Parcel memory parcel = _parcels[_waiting[index]];
        Seen memory seen = _look(parcel.chain);
        if (!_isCovered(parcel)) {
            vm.expectRevert(_notCovered(parcel));
            NETWORK.compose(parcel.compose);
            return;
        }
        if (!(gasLimit % 4 == 0 && _tryStarved(parcel, gasLimit / 4))) {
            vm.prank(OUTSIDER);
            NETWORK.compose{value: value % 2}(parcel.compose);
        }
        _composed(index, seen);
        _assertNeverAgain(parcel);
        _effect();
    }

    /// @dev Everything that waits for one chain in one epoch, in two orders: the same end. Only
    /// where a farm can neither get its target nor give back what it got beyond, the order decides
    /// which farm goes short, and the sum alone is the same.
    /// @custom:property H-10
    function permute(uint256 seed) external counted {
        seed = _mix(seed);
        uint256[] memory ids = _gather(seed);
        if (ids.length < 2) return;
        uint256 chain = _parcels[ids[0]].chain;
        uint32 epoch = _parcels[ids[0]].order.epoch;
        uint256 needed = _owedAt(chain);
        for (uint256 i; i < ids.length; ++i) {
            needed += _parcels[ids[i]].amount;
        }
        // Where the owner took what was credited, only some of them have their tokens.
        if (heldAt(chain) < needed) return;
        uint256 snapshot = vm.snapshotState();
        _composeAll(ids, seed);
        (bytes32 first, bytes32 sums, bool isShort) = _digest(chain, epoch);
        vm.revertToState(snapshot);
        _composeAll(ids, ~seed);
        (bytes32 second, bytes32 otherSums, bool isOtherShort) = _digest(chain, epoch);
        assertEq(sums, otherSums, "the sums do not depend on the order");
        if (!isShort && !isOtherShort) assertEq(first, second, "nothing depends on the order");
        _effect();
    }

    /// @dev Orders by anybody but the controller: their tokens are a gift, and that is all.
    /// @custom:property H-06, E22
    function forge(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 chain = seed % CHAINS;
        bytes memory order = _forgedOrder(seed);
        uint256 kind = (seed >> 8) % 8;
        IEmissionReceiver receiver = _sites[chain].receiver;
        if (kind == 0) {
            vm.expectRevert(
                abi.encodeWithSelector(IEmissionReceiver.Receiver_OnlyEndpoint.selector, ATTACKER)
            );
            vm.prank(ATTACKER);
            _sites[chain].receiver
                .lzCompose(address(_sites[chain].reward), bytes32(seed), order, ATTACKER, "");
        } else if (kind == 1) {
            vm.expectRevert(
                abi.encodeWithSelector(IEmissionReceiver.Receiver_OnlyController.selector, ATTACKER)
            );
            vm.prank(ATTACKER);
            receiver.applyLocal(order, 0);
        } else if (kind == 2) {
            _forgeCompose(chain, order);
        } else if (_forgeThroughOft(chain, seed, order)) {
            _effect();
        }
        assertEq(receiver.seq(), events[chain], "nothing happened");
    }

    /// @dev A later controller may speak a version that this receiver does not.
    /// @custom:property H-07
    function sendUnreadable(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 chain = seed % 2 == 0 ? 0 : 2;
        if (isClosed[chain]) chain = 2 - chain;
        if (isClosed[chain]) return;
        uint256 heldSD = _heldByHub() / _sites[HUB].rate;
        uint256 amountSD = _spread(seed >> 8, 0, heldSD > 100e6 ? 100e6 : heldSD);
        bytes memory order = _forgedOrder(seed);
        if (seed % 3 == 0) order[0] = 0x02;
        else order = abi.encodePacked(order, uint8(0));
        uint256 packet = _sendFrom(address(CONTROLLER), HUB, chain, amountSD, order);
        sent += amountSD * _sites[HUB].rate;
        uint256 amount = amountSD * _sites[chain].rate;
        unreadable[chain] += amount;
        SpokeModel.Order memory none;
        _file(Parcel(Cargo.Unreadable, chain, amount, packet, 0, none));
        _effect();
    }

    /// @dev Has somebody decide and dispatch twice, and collects what then waits for that path.
    function _gather(uint256 seed) private returns (uint256[] memory ids) {
        uint256 chain = seed % 2 == 0 ? 0 : 2;
        uint32 epoch = uint32(HUB_MODEL.lastDecided());
        for (uint256 i; i < 2; ++i) {
            _tryRevise(epoch, chain, _hash(seed, i));
        }
        for (uint256 i = _travelling.length; i != 0; --i) {
            if (_isFor(_parcels[_travelling[i - 1]], chain, epoch)) _deliver(i - 1);
        }
        ids = new uint256[](_waiting.length);
        uint256 count;
        for (uint256 i; i < _waiting.length; ++i) {
            if (_isFor(_parcels[_waiting[i]], chain, epoch)) ids[count++] = _waiting[i];
        }
        assembly ("memory-safe") {
            mstore(ids, count)
        }
    }

    function _tryRevise(uint32 epoch, uint256 chain, uint256 seed) private {
        HubModel.Limits memory limits = HUB_MODEL.limitsOf(epoch);
        IEmissionController.Target[] memory targets = _propose(epoch, seed, limits);
        if (_refusalOf(OPERATOR, epoch, targets, limits).length != 0) return;
        uint32 revision = uint32(HUB_MODEL.decidedOf(epoch).revision + 1);
        _decideAs(OPERATOR, epoch, revision, targets, bytes32(seed));
        if (_dispatchRefusal(epoch, chain).length == 0) _dispatchAs(OUTSIDER, epoch, chain);
    }

    function _isFor(Parcel memory parcel, uint256 chain, uint32 epoch) private pure returns (bool) {
        return parcel.cargo == Cargo.Order && parcel.chain == chain && parcel.order.epoch == epoch;
    }

    /// @dev Executes the composes of these parcels, shuffled by `seed`.
    function _composeAll(uint256[] memory ids, uint256 seed) private {
        uint256[] memory order = new uint256[](ids.length);
        for (uint256 i; i < ids.length; ++i) {
            uint256 at = _hash(seed, i) % (i + 1);
            order[i] = order[at];
            order[at] = ids[i];
        }
        for (uint256 i; i < order.length; ++i) {
            uint256 index;
            while (_waiting[index] != order[i]) {
                ++index;
            }
            Parcel memory parcel = _parcels[order[i]];
            Seen memory seen = _look(parcel.chain);
            NETWORK.compose(parcel.compose);
            _composed(index, seen);
        }
    }

    /// @dev All there is to a chain's epoch, the sums of it, and whether some farm went short.
    function _digest(uint256 chain, uint32 epoch)
        private
        view
        returns (bytes32 all, bytes32 sums, bool isShort)
    {
        Site storage site = _sites[chain];
        uint256 pot = site.receiver.potOf(epoch);
        bytes memory state = abi.encode(pot, site.receiver.unallocated());
        uint256 sum = pot;
        bytes memory targets;
        bool isApplied = !site.receiver.paused() && epoch >= site.receiver.minValidEpoch();
        for (uint32 id = 1; id <= FARMS; ++id) {
            uint256 given = site.receiver.givenOf(epoch, id);
            uint256 target = site.receiver.targetOf(epoch, id);
            sum += given;
            targets = abi.encode(targets, target);
            state = abi.encode(state, given);
            if (site.farms.farmOf(id).state == IFarms.FarmState.Unknown) continue;
            state = abi.encode(state, site.farms.unstreamed(id));
            isShort = isShort || (isApplied && given < target);
        }
        all = keccak256(state);
        sums = keccak256(abi.encode(sum, site.receiver.revisionOf(epoch), targets));
    }

    /// @dev What comes from a chain that the hub's token has no peer on waits, and is lost to
    /// nobody.
    function _isRefused(Parcel memory parcel) private returns (bool) {
        if (parcel.cargo != Cargo.Return) return false;
        uint32 srcEid = NETWORK.packetAt(parcel.packet).srcEid;
        uint256 source = srcEid == _sites[0].eid ? 0 : 2;
        if (!isClosed[source]) return false;
        vm.expectRevert(_noPeer(source));
        vm.prank(OUTSIDER);
        NETWORK.deliver(parcel.packet);
        return true;
    }

    /// @return isDelivered Whether it was let in.
    function _deliver(uint256 index) private returns (bool isDelivered) {
        Parcel storage parcel = _parcels[_travelling[index]];
        if (_isRefused(parcel)) return false;
        uint256 id = _take(_travelling, index);
        vm.prank(OUTSIDER);
        NETWORK.deliver(parcel.packet);
        vm.expectRevert(
            abi.encodeWithSelector(GhostNetwork.Ghost_AlreadyDone.selector, parcel.packet)
        );
        NETWORK.deliver(parcel.packet);
        if (parcel.cargo == Cargo.Return) {
            cameBack += parcel.amount;
            return true;
        }
        parcel.compose = NETWORK.composeCount() - 1;
        _waiting.push(id);
        return true;
    }

    /// @dev A compose was executed.
    function _composed(uint256 index, Seen memory seen) private {
        Parcel memory parcel = _parcels[_take(_waiting, index)];
        if (parcel.cargo == Cargo.Order) {
            _received(parcel.chain, parcel.order, seen);
            return;
        }
        _sites[parcel.chain].model.receiveUnreadable(parcel.amount);
        ++events[parcel.chain];
        int256[4] memory none;
        _assertSettled(parcel.chain, 0, seen, none);
    }

    function _isCovered(Parcel memory parcel) private view returns (bool) {
        return heldAt(parcel.chain) >= _owedAt(parcel.chain) + parcel.amount;
    }

    /// @dev What belongs to an epoch is never paid to another.
    function _notCovered(Parcel memory parcel) private view returns (bytes memory) {
        return abi.encodeWithSelector(
            IEmissionReceiver.Receiver_NotCovered.selector,
            heldAt(parcel.chain),
            _owedAt(parcel.chain) + parcel.amount
        );
    }

    /// @dev With any gas it does all or nothing.
    function _tryStarved(Parcel memory parcel, uint256 gasSeed) private returns (bool) {
        vm.prank(ATTACKER);
        try NETWORK.compose{gas: STARVED_GAS + gasSeed % 400_000}(parcel.compose) {
            return true;
        } catch {
            assertEq(_sites[parcel.chain].receiver.seq(), events[parcel.chain], "or nothing");
            return false;
        }
    }

    /// @dev Neither by the network, nor by an endpoint that forgot what it executed.
    /// @custom:property H-02, E8, I6
    function _assertNeverAgain(Parcel memory parcel) private {
        vm.expectRevert(
            abi.encodeWithSelector(GhostNetwork.Ghost_AlreadyDone.selector, parcel.compose)
        );
        NETWORK.compose(parcel.compose);
        if (parcel.amount == 0 || _isCovered(parcel)) return;
        GhostNetwork.Compose memory done = NETWORK.composeAt(parcel.compose);
        address endpoint = address(NETWORK.endpointOf(done.eid));
        vm.expectRevert(_notCovered(parcel));
        vm.prank(endpoint);
        _sites[parcel.chain].receiver.lzCompose(done.from, done.guid, done.message, OUTSIDER, "");
    }

    /// @dev Queued by a stranger at the endpoint, in the controller's name.
    function _forgeCompose(uint256 chain, bytes memory order) private {
        bytes memory message = OFTComposeMsgCodec.encode(
            1,
            _sites[HUB].eid,
            _sites[chain].rate,
            abi.encodePacked(_as32(address(CONTROLLER)), order)
        );
        GhostEndpoint endpoint = NETWORK.endpointOf(_sites[chain].eid);
        vm.prank(ATTACKER);
        endpoint.sendCompose(address(_sites[chain].receiver), bytes32("forged"), 0, message);
        uint256 index = NETWORK.composeCount() - 1;
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_OnlyRewardOft.selector, ATTACKER)
        );
        NETWORK.compose(index);
    }

    /// @dev Sent through the OFT by a stranger, from any other chain.
    function _forgeThroughOft(uint256 chain, uint256 seed, bytes memory order)
        private
        returns (bool)
    {
        uint256 from = (chain + 1 + (seed >> 16) % 2) % CHAINS;
        if (isClosed[from == HUB ? chain : from] && (from == HUB || chain == HUB)) return false;
        uint256 amountSD = 1 + (seed >> 24) % 5e6;
        _mint(from, ATTACKER, amountSD * _sites[from].rate);
        uint256 packet = _sendFrom(ATTACKER, from, chain, amountSD, order);
        NETWORK.deliver(packet);
        donated[chain] += amountSD * _sites[chain].rate;
        uint256 index = NETWORK.composeCount() - 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IEmissionReceiver.Receiver_OnlyHub.selector, _sites[from].eid, _as32(ATTACKER)
            )
        );
        NETWORK.compose(index);
        return true;
    }

    /// @dev An order for the newest epoch that would shift everything.
    function _forgedOrder(uint256 seed) private view returns (bytes memory) {
        EmissionOrder.Order memory order;
        (order.epoch, order.revision) = (uint32(HUB_MODEL.lastDecided() + 1), type(uint32).max);
        order.epochEnd = type(uint40).max;
        order.farmIds = new uint32[](1);
        order.amountsSD = new uint64[](1);
        (order.farmIds[0], order.amountsSD[0]) = (uint32(1 + seed % FARMS), type(uint64).max);
        return EmissionOrder.encode(order);
    }

    function _sendFrom(
        address sender,
        uint256 from,
        uint256 to,
        uint256 amountSD,
        bytes memory order
    ) private returns (uint256 packet) {
        SendParam memory param;
        param.dstEid = _sites[to].eid;
        param.to = _as32(address(_sites[to].receiver));
        param.amountLD = amountSD * _sites[from].rate;
        param.minAmountLD = param.amountLD;
        param.composeMsg = order;
        uint256 fee = NETWORK.fee();
        uint256 native = sender.balance;
        vm.deal(sender, fee);
        DevOft oft = _sites[from].reward;
        vm.prank(sender);
        oft.send{value: fee}(param, MessagingFee(fee, 0), sender);
        vm.deal(sender, native);
        return NETWORK.packetCount() - 1;
    }
}
