// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroComposer
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroComposer.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IEmissionReceiver} from "../../../src/interfaces/IEmissionReceiver.sol";
import {IPositionBridge} from "../../../src/interfaces/IPositionBridge.sol";
import {ILzErrors} from "./SystemNetwork.sol";
import {SystemForgeries} from "./SystemForgeries.sol";

/// @notice The second half of every message that has one, and what passes for one.
abstract contract SystemComposeActions is SystemForgeries {
    /// @notice Executes a compose that waits.
    function compose(uint256 seed) external counted {
        uint256 id = _pickCompose(seed);
        if (id == type(uint256).max) return;
        _runCompose(id);
        _effect();
    }

    /// @notice A compose is executed once, and only by the endpoint.
    /// @custom:property B-03, B-05, I6
    function composeTwice(uint256 seed) external counted {
        uint256 id = _pickCompose(seed);
        if (id == type(uint256).max) return;
        Compose memory waiting = _composes[id];
        Kind kind = _packets[waiting.packet].kind;
        vm.expectRevert(
            waiting.to == address(_siteOf[waiting.eid].receiver)
                ? abi.encodeWithSelector(IEmissionReceiver.Receiver_OnlyEndpoint.selector, ATTACKER)
                : abi.encodeWithSelector(IPositionBridge.Bridge_OnlyEndpoint.selector, ATTACKER)
        );
        vm.prank(ATTACKER);
        ILayerZeroComposer(waiting.to)
            .lzCompose(waiting.from, waiting.guid, waiting.message, ATTACKER, "");
        _runCompose(id);
        _effect();
        if (kind == Kind.Foreign) return;
        // The endpoint keeps a mark where the hash was.
        _expectNoCompose(
            waiting,
            abi.encodeWithSelector(
                ILzErrors.LZ_ComposeNotFound.selector,
                bytes32(uint256(1)),
                keccak256(waiting.message)
            )
        );
    }

    /// @notice A compose with too little gas changes nothing, one with enough what any other does.
    /// @custom:property B-09, E15
    function composeStarved(uint256 seed) external counted {
        uint256 id = _pickCompose(seed);
        if (id == type(uint256).max) return;
        Compose memory waiting = _composes[id];
        Packet memory packet = _packets[waiting.packet];
        if (packet.kind != Kind.Foreign) {
            uint256 seqBefore = _targetsSeq(waiting.eid);
            uint256 gasLimit = bound(seed >> 128, 30_000, packet.composeGas);
            Landing memory landing = _landingOf(packet);
            try this.composeWith(waiting, gasLimit) {
                _bookCompose(id, landing);
                _effect();
                return;
            } catch {
                _forgetLogs();
                assertEq(_targetsSeq(waiting.eid), seqBefore, "a failed compose");
            }
        }
        _runCompose(id);
        _effect();
    }

    /// @notice External, so that too little gas can be caught.
    function composeWith(Compose memory waiting, uint256 gasLimit) external {
        assertEq(msg.sender, address(this), "only the handler");
        _executeCompose(waiting, gasLimit);
    }

    /// @notice Anybody may compose anything in his own name; nothing comes of it.
    /// @custom:property B-05, E22
    function composeForeign(uint256 seed) external counted {
        if (_done.length == 0) return;
        Packet memory packet = _packets[_done[seed % _done.length]];
        Site storage site = _siteOf[packet.dstEid];
        bool isReceiver = seed >> 128 & 1 == 0;
        Compose memory forged = Compose({
            eid: packet.dstEid,
            from: ATTACKER,
            to: isReceiver ? address(site.receiver) : address(site.bridge),
            guid: keccak256(abi.encode(packet.guid, callCount)),
            packet: 0,
            message: _composeMessageOf(packet, seed >> 136)
        });
        vm.prank(ATTACKER);
        _endpoints[forged.eid].sendCompose(forged.to, forged.guid, 0, forged.message);
        _forgetLogs();
        _expectNoCompose(
            forged,
            isReceiver
                ? abi.encodeWithSelector(
                    IEmissionReceiver.Receiver_OnlyRewardOft.selector, ATTACKER
                )
                : abi.encodeWithSelector(IPositionBridge.Bridge_UnknownOft.selector, ATTACKER)
        );
        _effect();
    }

    /// @dev One that waits, and that is executed if any is to be.
    function _pickCompose(uint256 seed) private returns (uint256) {
        if (_waiting.length != 0) return _waiting[seed % _waiting.length];
        for (uint256 i; i < _open.length; ++i) {
            Kind kind = _packets[_open[i]].kind;
            if (kind == Kind.Transfer || kind == Kind.Command) continue;
            _deliver(_open[i]);
            break;
        }
        return _waiting.length == 0 ? type(uint256).max : _waiting[0];
    }

    /// @dev What a user composes who wants to pass for the controller or a bridge.
    function _imitation(uint256 seed) internal view returns (bytes memory) {
        if (_done.length == 0) return hex"01";
        Packet storage packet = _packets[_done[seed % _done.length]];
        bytes memory message = packet.message;
        if (message.length <= 72) return hex"01";
        bytes memory body = new bytes(message.length - 72);
        for (uint256 i; i < body.length; ++i) {
            body[i] = message[72 + i];
        }
        return body;
    }

    /// @dev The message that an OFT composes: nonce 8 | eid 4 | amount 32 | sender 32 | body.
    function _composeMessageOf(Packet memory packet, uint256 seed)
        private
        view
        returns (bytes memory)
    {
        bytes32 sender = seed & 1 == 0
            ? _asBytes32(address(controller))
            : _asBytes32(address(_siteOf[packet.srcEid].bridge));
        return abi.encodePacked(
            packet.nonce, packet.srcEid, Math.min(seed, 1e30), sender, _imitation(seed)
        );
    }
}
