// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {ICommandReceiver} from "../../../src/interfaces/ICommandReceiver.sol";
import {IEmissionReceiver} from "../../../src/interfaces/IEmissionReceiver.sol";
import {Commands} from "../../../src/libraries/Commands.sol";
import {GovernanceKeys} from "./GovernanceKeys.sol";
import {Order, Orders} from "./GovernanceOrders.sol";
import {SpokeModel} from "./SpokeModel.sol";

/// @notice What comes between a command and its effect: a kill by the guardian, or another sender.
abstract contract GovernanceRaces is GovernanceKeys {
    using Orders for Order;

    /// @dev The multisig names the other sender on the hub, a day ahead. What the one before sent
    /// is neither taken nor carried out after that, whatever number it has.
    /// @custom:property C-08, C-10, E22
    function replaceSender(uint256 who, uint256 seed) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        uint32 eid = _spokeAt(seed);
        SpokeModel model = modelOf[eid];
        uint256 former = model.sender();
        uint64 no = model.pick(seed >> 8);
        Order memory order = model.entryOf(no).order;
        uint256 next = SENDERS - 1 - former;
        bytes32 peer = _asBytes32(address(senderAt[next]));
        _actAtOnce(eid, who, abi.encodeWithSignature("setPeer(uint32,bytes32)", HUB, peer));
        _listenTo(model, next);
        if (uint8(order.kind) != 0) _retry(eid, who, no, order);
        for (uint256 i; i < _packets.length; ++i) {
            Envelope memory envelope = this.open(_packets[i].encoded);
            bool isFormers = envelope.origin.sender == _asBytes32(address(senderAt[former]));
            if (envelope.dstEid != eid || !isFormers) continue;
            assertFalse(_arrive(i, _anyone(who), 0), "of the one before");
            break;
        }
        _effect();
    }

    /// @dev A kill that waited only because commands were paused, and that another one overtook: by
    /// then it would let epochs live again, and waits for that like any command that does.
    /// @custom:property C-10, E2, E22
    function overtake(uint256 who, uint256 seed) external counted {
        who = _fresh(who);
        seed = _fresh(seed);
        uint32 eid = _spokeAt(seed);
        SpokeModel model = modelOf[eid];
        bool isTooDear = model.sender() == 0 && _hubModel().feeCap < MESSAGE_FEE;
        if (model.isClosed() || isTooDear) return;
        vm.prank(model.guardian());
        _inboxOf[eid].pause();
        model.setInboxPaused(true);
        Order memory order;
        order.kind = Commands.Kind.SetMinValidEpoch;
        order.value = model.minValidEpoch() + 1 + (seed >> 8) % 3;
        uint64 no = _sendAtOnce(eid, order);
        assertTrue(_arrive(_packets.length - 1, _anyone(who), 0), "taken, to wait");
        if ((seed >> 16) % 4 != 0) {
            uint32 epoch = uint32(order.value + 1 + (seed >> 24) % 3);
            vm.prank(model.guardian());
            IEmissionReceiver(address(_siteOf[eid].receiver)).setMinValidEpoch(epoch);
            model.setMinValidEpoch(epoch);
        }
        _actAtOnce(eid, who, abi.encodeCall(ICommandReceiver.unpause, ()));
        model.setInboxPaused(false);
        _retry(eid, who, no, order);
        uint32 killed = _siteOf[eid].receiver.minValidEpoch();
        assertEq(killed, model.minValidEpoch(), "epochs that are killed");
        _effect();
    }

    function _retry(uint32 eid, uint256 who, uint64 no, Order memory order) private {
        bytes memory refusal = modelOf[eid].retry(no, order);
        bytes memory data = abi.encodeCall(ICommandReceiver.retry, (no, order.encode()));
        _expectCall(_anyone(who), address(_inboxOf[eid]), data, refusal);
        _assertRecord(eid, no);
    }

    /// @dev What the timelock was voted to send.
    function _sendAtOnce(uint32 eid, Order memory order) private returns (uint64 no) {
        uint256 sender = modelOf[eid].sender();
        vm.prank(address(TIMELOCK));
        senderAt[sender].send(eid, order.encode());
        no = _bookSent(sender, eid, order);
        _collect();
    }

    /// @dev What the multisig plans for the receiver and somebody carries out a day later.
    function _actAtOnce(uint32 eid, uint256 who, bytes memory data) private {
        (address inbox, bytes32 salt) = (address(_inboxOf[eid]), bytes32(~callCount));
        bytes memory plan =
            abi.encodeCall(TimelockController.schedule, (inbox, 0, data, 0, salt, LOCAL_DELAY));
        _expectCall(MULTISIG, address(localOf[eid]), plan, "");
        skip(LOCAL_DELAY);
        bytes memory act = abi.encodeCall(TimelockController.execute, (inbox, 0, data, 0, salt));
        _expectCall(_anyone(who), address(localOf[eid]), act, "");
    }
}
