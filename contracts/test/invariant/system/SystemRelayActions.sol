// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroEndpointV2,
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {
    ILayerZeroReceiver
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroReceiver.sol";
import {OAppReceiver} from "@layerzerolabs/oapp-evm/contracts/oapp/OAppReceiver.sol";

import {ICommandReceiver} from "../../../src/interfaces/ICommandReceiver.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {IReceiveUln} from "../../support/UlnFixture.sol";
import {ILzErrors, IUlnView} from "./SystemNetwork.sol";
import {SystemDelivery} from "./SystemDelivery.sol";

/// @notice Packets on their way: in any order, twice, tampered with, starved of gas. After
/// an attack that failed the packet is delivered as it was sent, so that each attack is tried on a
/// system that goes on.
abstract contract SystemRelayActions is SystemDelivery {
    // Honest steps, one at a time.

    /// @notice One of the verifiers attests a packet, or the second does.
    function attest(uint256 seed) external counted {
        Packet storage packet = _packets[_pick(seed)];
        if (packet.isCommitted) return;
        _attest(seed >> 128 & 1 == 0 ? DVN_A : DVN_B, packet);
        _effect();
    }

    /// @notice Whoever commits needs the attestations of both verifiers.
    /// @custom:property B-09
    function commit(uint256 seed) external counted {
        Packet storage packet = _packets[_pick(seed)];
        if (packet.isCommitted) return;
        if (!_isAttested(packet)) {
            _expectNoCommit(packet, IReceiveUln.LZ_ULN_Verifying.selector);
            _expectUnverified(packet);
            if (seed >> 128 & 1 == 0) return;
            _attest(DVN_A, packet);
            _attest(DVN_B, packet);
        }
        _commit(packet);
        packet.isCommitted = true;
        _effect();
    }

    /// @notice Executes a packet, which is refused behind a gap of its path until it is filled.
    /// @custom:property B-09
    function execute(uint256 seed) external counted {
        uint256 id = _pick(seed);
        Packet memory packet = _packets[id];
        uint64 gap = _gapBefore(packet);
        if (gap != 0) {
            _expectNoExecution(
                packet, abi.encodeWithSelector(ILzErrors.LZ_InvalidNonce.selector, gap)
            );
            if (seed >> 128 & 3 != 0) return;
            _commitUpTo(id);
        }
        Prospect memory prospect = _prospectOf(id);
        _execute(packet, packet.receiveGas);
        _book(id, prospect);
        _effect();
    }

    /// @notice All steps of one packet, and a gapless path before it.
    function relay(uint256 seed) external counted {
        _deliver(_pick(seed));
        _effect();
    }

    // Attacks.

    /// @notice A packet arrives once, however often it is attested, committed or executed.
    /// @custom:property B-03, I6
    function relayTwice(uint256 seed) external counted {
        uint256 id = _pick(seed);
        _deliver(id);
        _expectGone(_packets[id]);
        if (_done.length != 0) _expectGone(_packets[_done[(seed >> 128) % _done.length]]);
        _effect();
    }

    /// @notice What one verifier attests, or both in part, or outsiders, is not committed.
    /// @custom:property B-09, E1, E22
    function relayTampered(uint256 seed) external counted {
        uint256 id = _pick(seed);
        _deliverBefore(id);
        Packet memory packet = _packets[id];
        Packet memory tampered = _tamper(packet, seed >> 128);
        if (!_packets[id].isCommitted) {
            _attest(DVN_A, packet);
            _attest(DVN_B, tampered);
            _attest(ATTACKER, tampered);
            _attestWith(DVN_A, tampered, CONFIRMATIONS - 1);
            _expectNoCommit(tampered, IReceiveUln.LZ_ULN_Verifying.selector);
            _attestWith(DVN_B, packet, CONFIRMATIONS - 1);
            _expectNoCommit(packet, IReceiveUln.LZ_ULN_Verifying.selector);
            _attest(DVN_B, packet);
            _commit(packet);
            _packets[id].isCommitted = true;
        }
        _expectNoExecution(tampered, _notFound(_hashOf(packet), tampered));
        _deliver(id);
        _effect();
    }

    /// @notice Both verifiers attest what was not sent and correct themselves in time.
    /// @custom:property B-09, E1
    function relayCorrected(uint256 seed) external counted {
        uint256 id = _pick(seed);
        _deliverBefore(id);
        Packet memory packet = _packets[id];
        Packet memory tampered = _tamper(packet, seed >> 128);
        _verify(tampered);
        _expectNoExecution(packet, _notFound(_hashOf(tampered), packet));
        _verify(packet);
        _packets[id].isCommitted = true;
        _expectNoExecution(tampered, _notFound(_hashOf(packet), tampered));
        _deliver(id);
        _effect();
    }

    /// @notice Too little gas changes nothing; enough has the effect of any other execution.
    /// @custom:property B-09, E15
    function relayStarved(uint256 seed) external counted {
        uint256 id = _pick(seed);
        _commitUpTo(id);
        Packet memory packet = _packets[id];
        Prospect memory prospect = _prospectOf(id);
        bytes32 stateBefore = _stateOf(packet);
        try this.executeWith(packet, bound(seed >> 128, 20_000, packet.receiveGas)) {
            _book(id, prospect);
        } catch {
            _forgetLogs();
            assertEq(_stateOf(packet), stateBefore, "a failed delivery");
            _deliver(id);
        }
        _effect();
    }

    /// @notice External, so that too little gas can be caught.
    function executeWith(Packet memory packet, uint256 gasLimit) external {
        assertEq(msg.sender, address(this), "only the handler");
        _execute(packet, gasLimit);
    }

    /// @notice An outsider executes with value and data of his own.
    /// @custom:property B-09
    function relayByOutsider(uint256 seed) external counted {
        uint256 id = _pick(seed);
        _commitUpTo(id);
        Packet memory packet = _packets[id];
        Prospect memory prospect = _prospectOf(id);
        ILayerZeroEndpointV2 endpoint = _endpoints[packet.dstEid];
        Origin memory origin = _originOf(packet);
        uint256 value = seed >> 128 & 1;
        if (value != 0 && packet.kind == Kind.Command) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    ICommandReceiver.CommandReceiver_ValueRefused.selector, value
                )
            );
            vm.prank(ATTACKER);
            endpoint.lzReceive{value: value}(
                origin, packet.receiver, packet.guid, packet.message, "junk"
            );
            value = 0;
        }
        vm.prank(ATTACKER);
        endpoint.lzReceive{value: value}(
            origin, packet.receiver, packet.guid, packet.message, "junk"
        );
        _book(id, prospect);
        _effect();
    }

    /// @notice Nobody but the owner's delegate may skip, clear, nilify or burn a packet.
    /// @custom:property B-09
    function relayDespiteMeddling(uint256 seed) external counted {
        uint256 id = _pick(seed);
        _commitUpTo(id);
        Packet memory packet = _packets[id];
        ILayerZeroEndpointV2 endpoint = _endpoints[packet.dstEid];
        Origin memory origin = _originOf(packet);
        bytes32 payloadHash = _hashOf(packet);
        vm.startPrank(ATTACKER);
        vm.expectRevert(ILzErrors.LZ_Unauthorized.selector);
        endpoint.skip(packet.receiver, origin.srcEid, origin.sender, origin.nonce + 1);
        vm.expectRevert(ILzErrors.LZ_Unauthorized.selector);
        endpoint.clear(packet.receiver, origin, packet.guid, packet.message);
        vm.expectRevert(ILzErrors.LZ_Unauthorized.selector);
        endpoint.nilify(packet.receiver, origin.srcEid, origin.sender, origin.nonce, payloadHash);
        vm.expectRevert(ILzErrors.LZ_Unauthorized.selector);
        endpoint.burn(packet.receiver, origin.srcEid, origin.sender, origin.nonce, payloadHash);
        vm.expectRevert(abi.encodeWithSelector(OAppReceiver.OnlyEndpoint.selector, ATTACKER));
        ILayerZeroReceiver(packet.receiver)
            .lzReceive(origin, packet.guid, packet.message, ATTACKER, "");
        vm.stopPrank();
        _deliver(id);
        _effect();
    }

    /// @notice What a stranger, or the right contract of the wrong chain, sends takes no path.
    /// @custom:property B-05, B-09, E22
    function relayForeign(uint256 seed) external counted {
        uint256 id = _pick(seed);
        Packet memory foreign = _packets[id];
        foreign.nonce = 1;
        if (seed >> 128 & 1 == 0) {
            foreign.sender = ATTACKER;
        } else {
            uint32 third = _otherThan(foreign.dstEid, 0);
            foreign.srcEid = third == foreign.srcEid ? _otherThan(foreign.dstEid, 1) : third;
        }
        _attest(DVN_A, foreign);
        _attest(DVN_B, foreign);
        _expectNoCommit(foreign, ILzErrors.LZ_PathNotInitializable.selector);
        _deliver(id);
        _effect();
    }

    // What they share.

    /// @dev Grows with everything that the contracts do which commands reach.
    function _targetsSeq(uint32 eid) internal view returns (uint256) {
        Site storage site = _siteOf[eid];
        return uint256(site.receiver.seq()) + site.bridge.seq() + site.farms.seq();
    }

    /// @dev A packet that waits; somebody sends one when there is none.
    function _pick(uint256 seed) internal returns (uint256) {
        if (_open.length == 0) _sendAnything(seed);
        return _open[seed % _open.length];
    }

    function _sendAnything(uint256 seed) internal {
        uint32 srcEid = _eids[(seed >> 16) % 3];
        bool isReward = _tokenOf(true, srcEid).balanceOf(_userAt(seed)) >= SD
            && (seed >> 8 & 1 == 0
                || _tokenOf(false, srcEid).balanceOf(_userAt(seed)) < _siteOf[srcEid].unit);
        if (!isReward && _tokenOf(false, srcEid).balanceOf(_userAt(seed)) < _siteOf[srcEid].unit) {
            srcEid = HUB;
            isReward = true;
            vm.prank(TREASURY);
            _tokenOf(true, HUB).transfer(_userAt(seed), SD);
        }
        uint32 dstEid = _otherThan(srcEid, seed >> 24);
        _send(_userAt(seed), Transfer(isReward, srcEid, dstEid, 1, _userAt(seed), ""));
    }

    /// @dev Commits what precedes the packet on its path, and leaves the packet itself.
    function _deliverBefore(uint256 id) internal {
        bool isCommitted = _packets[id].isCommitted;
        _packets[id].isCommitted = true;
        _commitUpTo(id);
        _packets[id].isCommitted = isCommitted;
    }

    function _isAttested(Packet memory packet) private view returns (bool) {
        bytes32 headerHash = keccak256(_headerOf(packet));
        return IUlnView(address(_ulns[packet.dstEid]))
            .verifiable(_ulnConfig(), headerHash, _hashOf(packet));
    }

    /// @dev The endpoint holds nothing under the packet's number.
    function _expectUnverified(Packet memory packet) private view {
        Origin memory origin = _originOf(packet);
        assertEq(
            _endpoints[packet.dstEid].inboundPayloadHash(
                packet.receiver, origin.srcEid, origin.sender, origin.nonce
            ),
            bytes32(0),
            "not attested by both"
        );
    }

    /// @dev First number up to the packet's that was not committed; 0 when there is none.
    function _gapBefore(Packet memory packet) private view returns (uint64) {
        ILayerZeroEndpointV2 endpoint = _endpoints[packet.dstEid];
        Origin memory origin = _originOf(packet);
        uint64 nonce = endpoint.lazyInboundNonce(packet.receiver, origin.srcEid, origin.sender) + 1;
        for (; nonce <= packet.nonce; ++nonce) {
            bytes32 held =
                endpoint.inboundPayloadHash(packet.receiver, origin.srcEid, origin.sender, nonce);
            if (held == bytes32(0)) return nonce;
        }
        return 0;
    }

    /// @dev Of a packet that was delivered: neither executed nor committed again, nor released.
    function _expectGone(Packet memory packet) private {
        _expectNoExecution(packet, _notFound(bytes32(0), packet));
        _attest(DVN_A, packet);
        _attest(DVN_B, packet);
        _expectNoCommit(packet, ILzErrors.LZ_PathNotVerifiable.selector);
        if (packet.kind == Kind.Command || packet.stage != Stage.Done) return;
        Origin memory origin = _originOf(packet);
        IInboundLimit token = IInboundLimit(packet.receiver);
        bool isPaused = token.isInboundPaused();
        vm.expectRevert(
            isPaused
                ? abi.encodeWithSelector(IInboundLimit.Token_InboundPaused.selector)
                : abi.encodeWithSelector(IInboundLimit.Token_NotQueued.selector, packet.guid)
        );
        token.release(origin, packet.guid, packet.message);
    }

    function _notFound(bytes32 expected, Packet memory actual) private pure returns (bytes memory) {
        return abi.encodeWithSelector(
            ILzErrors.LZ_PayloadHashNotFound.selector, expected, _hashOf(actual)
        );
    }

    /// @dev One byte of message or guid differs.
    function _tamper(Packet memory packet, uint256 seed) private pure returns (Packet memory copy) {
        copy = abi.decode(abi.encode(packet), (Packet));
        if (seed % 8 == 0) {
            copy.guid ^= bytes32(uint256(1));
            return copy;
        }
        uint256 at = (seed >> 8) % copy.message.length;
        copy.message[at] ^= bytes1(uint8(1 + (seed >> 16) % 255));
    }

    /// @dev Everything that a delivery changes at the contract that takes it.
    function _stateOf(Packet memory packet) private view returns (bytes32) {
        uint64 seq = IInboundLimit(packet.receiver).seq();
        if (packet.kind == Kind.Command) return bytes32(uint256(seq));
        IInboundLimit.Path memory path = IInboundLimit(packet.receiver).pathOf(packet.srcEid);
        return keccak256(abi.encode(seq, path));
    }
}
