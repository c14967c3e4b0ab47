// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {OFTCore} from "@layerzerolabs/oft-evm/contracts/OFTCore.sol";

import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {Commands} from "../../../src/libraries/Commands.sol";
import {SystemRelayActions} from "./SystemRelayActions.sol";

/// @notice Both verifiers lie. The packet whose number a forged one uses up is lost; beyond that
/// nothing happens that the limits do not allow.
abstract contract SystemForgeries is SystemRelayActions {
    uint256 private constant FORGERIES_MAX = 4;

    uint256 private _forgeries;

    /// @notice Both verifiers sign a transfer that nobody sent, in place of one that waits. It
    /// credits no more than the limit; what is queued the owner refuses.
    /// @custom:property E1, B-10
    function forge(uint256 seed) external counted {
        if (_forgeries == FORGERIES_MAX) return;
        uint256 id = _pickTransfer(seed);
        ++_forgeries;
        _deliverBefore(id);
        Packet memory honest = _packets[id];
        Packet memory forged = _forgery(honest, seed >> 128);
        _verify(forged);
        _execute(forged, forged.receiveGas);
        _collect();
        _remove(_open, id);
        _packets[id].stage = Stage.Lost;

        bytes32 path = _pathOf(forged.isReward, forged.srcEid, forged.dstEid);
        lostSD[path] += honest.amountSD;
        lostSumSD[honest.isReward] += honest.amountSD;
        forgedSD[path] += forged.amountSD;
        if (!honest.isReward) owned[honest.recipient] -= honest.amountSD * SD;
        if (_isQueued(forged)) {
            _dropForged(forged);
        } else {
            _countCredit(forged.isReward, forged.srcEid, forged.dstEid, _amountAt(forged));
            forgedCreditSD[forged.isReward] += forged.amountSD;
            if (!forged.isReward) owned[ATTACKER] += forged.amountSD * SD;
        }
        _effect();
    }

    /// @notice Both verifiers sign an old command once more, in place of one that waits.
    /// @custom:property H-06, E7
    function replayCommand(uint256 seed) external counted {
        uint32 eid = seed & 1 == 0 ? ALPHA : BETA;
        uint64 no = _sendCommand(eid, Commands.Kind.SetSentinel, 0);
        _deliver(_open[_open.length - 1]);
        bytes32 record = keccak256(abi.encode(_siteOf[eid].inbox.recordOf(no)));
        bytes memory message = _packets[_done[_done.length - 1]].message;

        _sendCommand(eid, Commands.Kind.SetSentinel, 0);
        uint256 id = _open[_open.length - 1];
        _deliverBefore(id);
        Packet memory forged = _packets[id];
        forged.message = message;
        uint256 seqBefore = _targetsSeq(eid);
        _verify(forged);
        _execute(forged, forged.receiveGas);
        _collect();
        _remove(_open, id);
        _packets[id].stage = Stage.Lost;
        assertEq(
            keccak256(abi.encode(_siteOf[eid].inbox.recordOf(no))), record, "a command counts once"
        );
        assertEq(_targetsSeq(eid), seqBefore, "a command is carried out once");
        _effect();
    }

    /// @dev A plain transfer between users that waits.
    function _pickTransfer(uint256 seed) private returns (uint256) {
        for (uint256 i; i < _open.length; ++i) {
            uint256 id = _open[(seed % _open.length + i) % _open.length];
            Packet storage packet = _packets[id];
            if (packet.kind == Kind.Transfer && packet.recipient != address(controller)) return id;
        }
        _sendAnything(seed);
        return _open[_open.length - 1];
    }

    /// @dev The packet, saying that the attacker gets an amount around what is left of the limit.
    function _forgery(Packet memory honest, uint256 seed)
        private
        view
        returns (Packet memory copy)
    {
        copy = abi.decode(abi.encode(honest), (Packet));
        uint256 unit = _unitOf(honest.isReward, honest.dstEid);
        (uint256 limit,, uint256 available) =
            IInboundLimit(honest.receiver).inboundLimitOf(honest.srcEid);
        uint256 kind = seed % 4;
        uint256 amount = kind == 0 ? 1 : available / unit;
        if (kind == 2) amount += 1;
        if (kind == 3) amount = 2 * limit / unit;
        copy.amountSD = uint64(amount);
        copy.recipient = ATTACKER;
        copy.message = abi.encodePacked(_asBytes32(ATTACKER), copy.amountSD);
    }

    /// @dev The procedure for a forged packet: distrust the peer, refuse, trust again.
    function _dropForged(Packet memory forged) private {
        OFTCore token = OFTCore(forged.receiver);
        Origin memory origin = _originOf(forged);
        vm.expectRevert(
            abi.encodeWithSelector(
                IInboundLimit.Token_TrustedSender.selector, origin.srcEid, origin.sender
            )
        );
        IInboundLimit(forged.receiver).drop(origin, forged.guid, forged.message);
        token.setPeer(origin.srcEid, bytes32(0));
        IInboundLimit(forged.receiver).drop(origin, forged.guid, forged.message);
        token.setPeer(origin.srcEid, origin.sender);
        assertFalse(_isQueued(forged), "dropped");
    }
}
