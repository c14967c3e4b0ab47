// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {BridgeMoveActions} from "./BridgeMoveActions.sol";

/// @notice Packets and queued messages, carried out by an outsider in any order, with any gas and
/// value, and a second time.
abstract contract BridgePacketActions is BridgeMoveActions {
    /// @dev A packet of tokens as the destination sees it.
    struct Parcel {
        uint256 chain;
        uint256 source;
        uint256 mesh;
        address to;
        uint256 amount;
        Origin origin;
        bytes32 guid;
        bytes message;
    }

    bytes4 private constant PAYLOAD_NOT_FOUND =
        bytes4(keccak256("LZ_PayloadHashNotFound(bytes32,bytes32)"));

    /// @custom:property B-01, B-03, B-09, B-10
    function deliver(uint256 seed, uint256 gasSeed) external counted {
        uint256 count = _packets.length;
        if (count == 0) return;
        uint256 index = seed % count;
        Parcel memory parcel = _parcelOf(_packets[index]);
        _packets[index] = _packets[count - 1];
        _packets.pop();
        IInboundLimit oft = IInboundLimit(address(_ofts[parcel.chain][parcel.mesh]));
        LimitModel storage limit = _inflow[parcel.chain][parcel.mesh][parcel.source];
        bool isQueued = oft.isInboundPaused() || parcel.amount > _availableOf(limit);
        uint256 before = _balance(parcel.chain, parcel.mesh, parcel.to);
        uint256 gasLimit = gasSeed % 4 == 0 ? bound(gasSeed, 20_000, 400_000) : 2_000_000;
        if (!_tryDeliver(parcel, gasLimit, gasSeed % 3)) {
            assertEq(_balance(parcel.chain, parcel.mesh, parcel.to), before, "all or nothing");
            this.executePacket(parcel, 2_000_000, 0);
        }
        _collect();
        before = _balance(parcel.chain, parcel.mesh, parcel.to) - before;
        assertEq(before, isQueued ? 0 : parcel.amount, "within the limit, or queued");
        assertEq(oft.isQueued(parcel.origin, parcel.guid, parcel.message), isQueued, "kept whole");
        if (!isQueued) _use(limit, parcel.amount);
        else _enqueue(parcel);
        if (gasSeed % 5 == 0) {
            vm.expectPartialRevert(PAYLOAD_NOT_FOUND);
            this.executePacket(parcel, 2_000_000, 0);
        }
        _effect();
    }

    /// @dev Anybody lets a queued message in once there is room; the owner whenever.
    /// @custom:property B-01, B-03, B-10
    function release(uint256 seed, bool isByOwner) external counted {
        if (_queue.length == 0) return;
        uint256 index = seed % _queue.length;
        Queued memory queued = _queue[index];
        IInboundLimit oft = IInboundLimit(address(_ofts[queued.chain][queued.mesh]));
        _refuseTampered(oft, queued, seed);
        uint256 source = _chainOf[queued.origin.srcEid];
        LimitModel storage limit = _inflow[queued.chain][queued.mesh][source];
        uint256 amount = _amountLD(queued);
        if (!isByOwner) {
            bytes memory refusal = _refusalOfRelease(oft, amount, _availableOf(limit));
            if (refusal.length != 0) {
                vm.expectRevert(refusal);
                vm.prank(OUTSIDER);
                oft.release(queued.origin, queued.guid, queued.message);
                return;
            }
        }
        address to = address(uint160(_wordAt(queued.message, 0)));
        uint256 before = _balance(queued.chain, queued.mesh, to);
        _forgetLogs();
        if (isByOwner) {
            oft.releaseByOwner(queued.origin, queued.guid, queued.message);
        } else {
            vm.prank(OUTSIDER);
            oft.release(queued.origin, queued.guid, queued.message);
        }
        _collect();
        assertEq(_balance(queued.chain, queued.mesh, to) - before, amount, "credited once");
        _use(limit, amount);
        _queue[index] = _queue[_queue.length - 1];
        _queue.pop();
        _refuseRelease(oft, queued);
        _effect();
    }

    /// @dev External, so that the gas can be limited and a failure be caught.
    function executePacket(Parcel calldata parcel, uint256 gasLimit, uint256 value) external {
        vm.prank(OUTSIDER);
        _endpoints[_chains[parcel.chain].eid].lzReceive{gas: gasLimit, value: value}(
            parcel.origin,
            address(_ofts[parcel.chain][parcel.mesh]),
            parcel.guid,
            parcel.message,
            ""
        );
    }

    /// @dev A delivery with the gas and value of an outsider: all of it, or nothing.
    function _tryDeliver(Parcel memory parcel, uint256 gasLimit, uint256 value)
        private
        returns (bool)
    {
        _forgetLogs();
        try this.executePacket(parcel, gasLimit, value) {
            return true;
        } catch {
            _forgetLogs();
            return false;
        }
    }

    function _refuseTampered(IInboundLimit oft, Queued memory queued, uint256 seed) private {
        if (seed % 3 == 0) {
            bytes memory message = bytes.concat(queued.message, hex"00");
            vm.expectRevert(
                abi.encodeWithSelector(IInboundLimit.Token_NotQueued.selector, queued.guid)
            );
            oft.releaseByOwner(queued.origin, queued.guid, message);
        } else if (seed % 3 == 1) {
            vm.expectRevert(
                abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ATTACKER)
            );
            vm.prank(ATTACKER);
            oft.releaseByOwner(queued.origin, queued.guid, queued.message);
        }
    }

    function _refuseRelease(IInboundLimit oft, Queued memory queued) private {
        vm.expectRevert(abi.encodeWithSelector(IInboundLimit.Token_NotQueued.selector, queued.guid));
        oft.releaseByOwner(queued.origin, queued.guid, queued.message);
    }

    function _refusalOfRelease(IInboundLimit oft, uint256 amount, uint256 available)
        private
        view
        returns (bytes memory)
    {
        if (oft.isInboundPaused()) {
            return abi.encodeWithSelector(IInboundLimit.Token_InboundPaused.selector);
        }
        if (amount <= available) return "";
        return abi.encodeWithSelector(IInboundLimit.Token_OverLimit.selector, available, amount);
    }

    function _enqueue(Parcel memory parcel) private {
        _queue.push(Queued(parcel.chain, parcel.mesh, parcel.origin, parcel.guid, parcel.message));
    }

    function _parcelOf(Packet memory packet) private view returns (Parcel memory parcel) {
        bytes memory encoded = packet.encoded;
        parcel.chain = _chainOf[packet.dstEid];
        parcel.source = _chainOf[packet.srcEid];
        parcel.mesh = _meshOf[address(uint160(_wordAt(encoded, 49)))];
        parcel.guid = packet.guid;
        parcel.message = _messageOf(packet);
        parcel.to = address(uint160(_wordAt(parcel.message, 0)));
        parcel.amount = (_wordAt(parcel.message, 32) >> 192) * _unit(parcel.chain, parcel.mesh);
        parcel.origin = Origin({
            srcEid: packet.srcEid,
            sender: bytes32(_wordAt(encoded, 13)),
            nonce: uint64(_wordAt(encoded, 1) >> 192)
        });
    }

    function _amountLD(Queued memory queued) internal pure returns (uint256) {
        return (_wordAt(queued.message, 32) >> 192) * _unit(queued.chain, queued.mesh);
    }
}
