// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {IPositionBridge} from "../../../src/interfaces/IPositionBridge.sol";
import {MovePayload} from "../../../src/libraries/MovePayload.sol";
import {PositionBridge} from "../../../src/spoke/PositionBridge.sol";
import {BridgeMoveActions} from "./BridgeMoveActions.sol";

/// @notice Packets, composes and queued messages, carried out by an outsider in any order, with any
/// gas and value, and a second time.
abstract contract BridgeMessageActions is BridgeMoveActions {
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

    /// @dev A position that arrives, and what refuses it.
    struct Landing {
        uint256 chain;
        uint256 mesh;
        uint32 farmId;
        address recipient;
        uint256 amount;
        IFarms.Carry carry;
        bool isOwners;
    }

    bytes4 private constant PAYLOAD_NOT_FOUND =
        bytes4(keccak256("LZ_PayloadHashNotFound(bytes32,bytes32)"));
    bytes4 private constant COMPOSE_NOT_FOUND =
        bytes4(keccak256("LZ_ComposeNotFound(bytes32,bytes32)"));

    // Packets.

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

    // Composes.

    /// @dev What comes in is restaked, or waits in escrow for exactly the reason foreseen, whoever
    /// executes with whatever gas.
    /// @custom:property B-02, B-03, B-04, B-05, B-06, B-09, F-19
    function compose(uint256 seed, uint256 gasSeed) external counted {
        if (_composes.length == 0) return;
        uint256 index = seed % _composes.length;
        Compose memory waiting = _composes[index];
        _composes[index] = _composes[_composes.length - 1];
        _composes.pop();
        if (_refuseCompose(waiting)) return;
        _refuseStrangers(waiting, gasSeed);
        Landing memory landing = _landingOf(waiting);
        bytes memory refusal = _sent[waiting.guid].user == address(0)
            ? abi.encodeWithSelector(IPositionBridge.Bridge_BadPayload.selector)
            : _refusalOfLanding(landing);
        uint256 held = _balance(landing.chain, landing.mesh, waiting.to);
        if (!_tryCompose(waiting, landing, gasSeed)) {
            _expectOutcome(waiting, landing, refusal);
            // What a move paid for is enough, whatever comes of it.
            uint256 gasPaid = _gasPaid[waiting.guid];
            this.runCompose(waiting, gasPaid == 0 ? 3_000_000 : gasPaid, 0);
        }
        held -= _balance(landing.chain, landing.mesh, waiting.to);
        if (refusal.length == 0) {
            assertEq(held, landing.amount, "restaked from its own arrival");
            _landed(landing);
        } else {
            assertEq(held, 0, "escrowed");
            _credits.push(OpenCredit(landing.chain, landing.mesh, waiting.guid));
        }
        _assertCredit(waiting.guid, landing, refusal.length != 0);
        if (gasSeed % 5 == 0) _refuseAgain(waiting);
        _effect();
    }

    function runCompose(Compose calldata waiting, uint256 gasLimit, uint256 value) external {
        vm.prank(OUTSIDER);
        _endpoints[waiting.eid].lzCompose{gas: gasLimit, value: value}(
            waiting.from, waiting.to, waiting.guid, waiting.index, waiting.message, ""
        );
    }

    /// @dev The model takes what was staked, and the farm has to agree.
    function _landed(Landing memory landing) internal {
        Held memory held = _held[landing.chain][landing.farmId][landing.recipient];
        _held[landing.chain][landing.farmId][landing.recipient] =
            _arrived(held, landing.amount, landing.carry, _hasTerms(landing.chain, landing.farmId));
        _assertPriced(landing.chain, landing.farmId, landing.recipient);
    }

    /// @dev Why the farm would not take it; nothing when it has to.
    /// @custom:property B-06, F-14
    function _refusalOfLanding(Landing memory l) internal view returns (bytes memory) {
        address token = _tokens[l.chain][l.mesh];
        if (!_isKnown(l.chain, l.farmId) || _meshOfFarm(l.farmId) != l.mesh) {
            return
                abi.encodeWithSelector(IPositionBridge.Bridge_WrongToken.selector, l.farmId, token);
        }
        bool hasTerms = _hasTerms(l.chain, l.farmId);
        bool isLocked = l.carry.lockEnd > block.timestamp;
        if (!hasTerms && isLocked) {
            return abi.encodeWithSelector(IFarms.Farms_NoTerms.selector, l.farmId);
        }
        IFarms.Farm memory farm = _chains[l.chain].farms.farmOf(l.farmId);
        if (farm.state != IFarms.FarmState.Active) {
            return abi.encodeWithSelector(IFarms.Farms_NotActive.selector, l.farmId, farm.state);
        }
        Held memory held = _held[l.chain][l.farmId][l.recipient];
        if (hasTerms && !l.isOwners && (held.principal != 0 || isLocked)) {
            return abi.encodeWithSelector(IFarms.Farms_OnlyOwnerOfPosition.selector, l.recipient);
        }
        held = _arrived(held, l.amount, l.carry, hasTerms);
        if (held.principal < _minimumOf(farm.scaleBits)) {
            return _belowMinimum(held.principal, farm);
        }
        uint256 weight = hasTerms ? held.principal * _boostOf(held) / 10_000 : held.principal;
        uint256 oldWeight = _chains[l.chain].farms.positionOf(l.farmId, l.recipient).weight;
        return _capRefusal(farm, oldWeight, weight);
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

    /// @dev A compose with the gas and value of an outsider: it fails and nothing happened, or the
    /// outcome is that of any other execution.
    function _tryCompose(Compose memory waiting, Landing memory landing, uint256 gasSeed)
        private
        returns (bool)
    {
        if (gasSeed % 4 != 0) return false;
        uint256 value = gasSeed / 4 % 3;
        uint256 held = _balance(landing.chain, landing.mesh, waiting.to);
        try this.runCompose(waiting, bound(gasSeed, 100_000, 1_000_000), value) {
            _nativeGiven[landing.chain] += value;
            return true;
        } catch {
            IPositionBridge.Credit memory credit = _creditOf(waiting.guid, landing);
            assertEq(uint8(credit.state), uint8(IPositionBridge.CreditState.None), "no trace");
            assertEq(_balance(landing.chain, landing.mesh, waiting.to), held, "no tokens");
            return false;
        }
    }

    function _expectOutcome(Compose memory waiting, Landing memory l, bytes memory refusal)
        private
    {
        PositionBridge bridge = _chains[l.chain].bridge;
        address token = _tokens[l.chain][l.mesh];
        uint64 seq = bridge.seq() + 1;
        uint32 srcEid = _chains[_sent[waiting.guid].source].eid;
        vm.expectEmit(address(bridge));
        if (refusal.length == 0) {
            emit IPositionBridge.MoveRestaked(
                waiting.guid, l.recipient, l.farmId, token, l.amount, false, seq
            );
        } else {
            emit IPositionBridge.MoveEscrowed(
                waiting.guid, l.recipient, l.farmId, token, l.amount, srcEid, l.carry, refusal, seq
            );
        }
    }

    /// @custom:property B-03, B-06
    function _assertCredit(bytes32 guid, Landing memory l, bool isEscrowed) private view {
        IPositionBridge.Credit memory credit = _creditOf(guid, l);
        IPositionBridge.Credit memory expected;
        expected.state = IPositionBridge.CreditState.Restaked;
        if (isEscrowed) {
            expected = IPositionBridge.Credit({
                recipient: l.recipient,
                state: IPositionBridge.CreditState.Escrowed,
                srcEid: _chains[_sent[guid].source].eid,
                farmId: l.farmId,
                amount: l.amount,
                carry: l.carry
            });
        }
        assertEq(abi.encode(credit), abi.encode(expected), "credit");
    }

    /// @dev Composes of somebody who is no bridge never get in, and those of a bridge wait while
    /// its chain is not trusted.
    /// @custom:property B-05
    function _refuseCompose(Compose memory waiting) private returns (bool) {
        uint256 chain = _chainOf[waiting.eid];
        uint32 srcEid = uint32(_wordAt(waiting.message, 8) >> 224);
        bytes32 sender = bytes32(_wordAt(waiting.message, 44));
        bool isTrusted = _chains[chain].bridge.peerOf(srcEid) != bytes32(0);
        if (!_isStray[waiting.guid] && isTrusted) return false;
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_UntrustedPeer.selector, srcEid, sender)
        );
        this.runCompose(waiting, 3_000_000, 0);
        if (_isStray[waiting.guid]) {
            _donated[chain][_meshOf[waiting.from]] += _wordAt(waiting.message, 12);
        } else {
            _composes.push(waiting);
        }
        return true;
    }

    /// @custom:property B-05
    function _refuseStrangers(Compose memory waiting, uint256 seed) private {
        PositionBridge bridge = PositionBridge(payable(waiting.to));
        uint256 kind = seed / 16 % 8;
        if (kind == 0) {
            vm.expectRevert(
                abi.encodeWithSelector(IPositionBridge.Bridge_OnlyEndpoint.selector, ATTACKER)
            );
            vm.prank(ATTACKER);
            bridge.lzCompose(waiting.from, waiting.guid, waiting.message, ATTACKER, "");
        } else if (kind == 1) {
            bytes memory original = waiting.message;
            waiting.message = bytes.concat(original, hex"00");
            vm.expectPartialRevert(COMPOSE_NOT_FOUND);
            this.runCompose(waiting, 3_000_000, 0);
            waiting.message = original;
        } else if (kind == 2) {
            MovePayload.Payload memory payload;
            payload.recipient = ATTACKER;
            payload.farmId = PLAIN;
            vm.expectRevert(
                abi.encodeWithSelector(IPositionBridge.Bridge_OnlySelf.selector, ATTACKER)
            );
            vm.prank(ATTACKER);
            bridge.restakeSelf(waiting.from, 1, payload);
        }
    }

    /// @dev The endpoint refuses a second time, and so does the bridge should it not.
    /// @custom:property B-03
    function _refuseAgain(Compose memory waiting) private {
        vm.expectPartialRevert(COMPOSE_NOT_FOUND);
        this.runCompose(waiting, 3_000_000, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_AlreadyCredited.selector, waiting.guid)
        );
        vm.prank(address(_endpoints[waiting.eid]));
        PositionBridge(payable(waiting.to))
            .lzCompose(waiting.from, waiting.guid, waiting.message, OUTSIDER, "");
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

    function _landingOf(Compose memory waiting) private view returns (Landing memory landing) {
        Sent memory sent = _sent[waiting.guid];
        landing.chain = _chainOf[waiting.eid];
        landing.mesh = _meshOf[waiting.from];
        landing.farmId = sent.farmId;
        landing.recipient = sent.recipient;
        landing.amount = sent.normed / 10 ** (24 - _decimals(landing.chain, landing.mesh));
        landing.carry = sent.carry;
        landing.isOwners = sent.user == sent.recipient && _numberOf[sent.recipient] != USERS;
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

    function _creditOf(bytes32 guid, Landing memory landing)
        private
        view
        returns (IPositionBridge.Credit memory)
    {
        return _chains[landing.chain].bridge.creditOf(guid, _tokens[landing.chain][landing.mesh]);
    }
}
