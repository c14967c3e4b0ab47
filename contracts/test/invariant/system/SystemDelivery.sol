// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {IEmissionReceiver} from "../../../src/interfaces/IEmissionReceiver.sol";
import {IPositionBridge} from "../../../src/interfaces/IPositionBridge.sol";
import {SystemCommands} from "./SystemCommands.sol";

/// @notice Deliveries and composes, each with what has to come of it worked out before.
abstract contract SystemDelivery is SystemCommands {
    /// @dev What has to come of a packet that is delivered now.
    struct Prospect {
        Outlook command;
        bool isQueued;
    }

    /// @dev What has to come of a position that arrives now.
    struct Landing {
        uint32 farmId;
        bool isTaken;
        uint256 principal;
    }

    /// @dev A position that arrived.
    struct Credit {
        uint32 eid;
        bool isReward;
        uint64 amountSD;
        address recipient;
        bytes32 guid;
        IPositionBridge.CreditState state;
    }

    /// @dev The highest revision that arrived, and what each decision gives.
    mapping(uint32 eid => mapping(uint32 epoch => uint32 revision)) public arrived;
    mapping(uint32 eid => mapping(bytes32 epochRevisionFarm => uint64)) internal _targetSD;
    /// @notice Wei that came back to the controller, and left each receiver for it.
    uint256 public returned;
    mapping(uint32 eid => uint256) public returnedFrom;
    Credit[] internal _credits;
    /// @dev Indices of the credits in escrow.
    uint256[] internal _escrowed;

    function targetOf(uint32 eid, uint32 epoch, uint32 farmId) public view returns (uint256) {
        return _targetSD[eid][_targetKey(epoch, arrived[eid][epoch], farmId)] * SD;
    }

    function _targetKey(uint32 epoch, uint32 revision, uint32 farmId)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(epoch, revision, farmId));
    }

    /// @dev Attested, committed and executed with exactly the gas that its sender paid for.
    function _deliver(uint256 id) internal {
        _commitUpTo(id);
        Prospect memory prospect = _prospectOf(id);
        Packet memory packet = _packets[id];
        _execute(packet, packet.receiveGas);
        _book(id, prospect);
    }

    function _prospectOf(uint256 id) internal view returns (Prospect memory prospect) {
        Packet memory packet = _packets[id];
        if (packet.kind == Kind.Command) {
            prospect.command = _outlookOf(packet.dstEid, packet.message);
            return prospect;
        }
        IInboundLimit token = IInboundLimit(packet.receiver);
        (,, uint256 available) = token.inboundLimitOf(packet.srcEid);
        prospect.isQueued = token.isInboundPaused() || _amountAt(packet) > available;
    }

    /// @dev Asserts that the delivery had the effect it had to have, whoever made it.
    /// @custom:property B-09
    function _book(uint256 id, Prospect memory prospect) internal {
        _collect();
        _remove(_open, id);
        Packet memory packet = _packets[id];
        if (packet.kind == Kind.Command) {
            _setDone(id);
            _bookCommand(packet.dstEid, packet.message, prospect.command);
            return;
        }
        assertEq(_isQueued(packet), prospect.isQueued, "queued");
        if (prospect.isQueued) {
            _packets[id].stage = Stage.Queued;
            _queued.push(id);
        } else {
            _bookCredit(id, true);
        }
    }

    /// @param isLimited False for what the owner released beyond the limit.
    /// @custom:property B-10
    function _bookCredit(uint256 id, bool isLimited) internal {
        _setDone(id);
        Packet memory packet = _packets[id];
        uint256 amount = _amountAt(packet);
        if (packet.recipient == address(controller)) returned += amount;
        if (packet.kind == Kind.Foreign) donated[packet.recipient][packet.isReward] += amount;
        if (isLimited) _countCredit(packet.isReward, packet.srcEid, packet.dstEid, amount);
    }

    /// @dev No path credits more than its limit and what came back of it since it was set.
    /// @custom:property B-10, E1
    function _countCredit(bool isReward, uint32 srcEid, uint32 dstEid, uint256 amount) internal {
        Credited storage credited = _credited[_pathOf(isReward, srcEid, dstEid)];
        credited.sumLD += amount;
        (uint256 limit, uint256 window,) =
            IInboundLimit(address(_oftOf(isReward, dstEid))).inboundLimitOf(srcEid);
        uint256 most = limit + limit * (block.timestamp - credited.since) / window;
        assertLe(credited.sumLD, most, "credited beyond the limit");
    }

    function _setDone(uint256 id) private {
        _packets[id].stage = Stage.Done;
        _done.push(id);
    }

    function _isQueued(Packet memory packet) internal view returns (bool) {
        return
            IInboundLimit(packet.receiver).isQueued(_originOf(packet), packet.guid, packet.message);
    }

    /// @dev Wei of the destination that the packet carries.
    function _amountAt(Packet memory packet) internal view returns (uint256) {
        return packet.amountSD * _unitOf(packet.isReward, packet.dstEid);
    }

    // Composes.

    /// @dev Executes a compose with the gas its packet paid for, or sees it refused when it is none
    /// of the protocol's. Either way it does not wait any more.
    function _runCompose(uint256 id) internal {
        Compose memory compose = _composes[id];
        Packet memory packet = _packets[compose.packet];
        if (packet.kind == Kind.Foreign) {
            _expectForeign(compose, packet);
            _finishCompose(id);
            return;
        }
        Landing memory landing = _landingOf(packet);
        _executeCompose(compose, packet.composeGas);
        _bookCompose(id, landing);
    }

    /// @dev Asserts that a compose had the effect it had to have, whoever executed it.
    function _bookCompose(uint256 id, Landing memory landing) internal {
        _finishCompose(id);
        Compose memory compose = _composes[id];
        Packet memory packet = _packets[compose.packet];
        if (packet.kind == Kind.Move) {
            _bookMove(compose, packet, landing);
            return;
        }
        // version 1 | epoch 4 | revision 4 | the rest of the order
        uint32 epoch = uint32(bytes4(_word(packet.message, 73)));
        _bookOrder(compose.eid, epoch, uint32(bytes4(_word(packet.message, 77))));
    }

    function _finishCompose(uint256 id) internal {
        _remove(_waiting, id);
        _composed.push(id);
    }

    /// @dev Whoever composed it for a contract of the protocol, it is refused.
    /// @custom:property B-05
    function _expectForeign(Compose memory compose, Packet memory packet) internal {
        bytes32 sender = _word(packet.message, 40);
        bool isReceiver = compose.to == address(_siteOf[compose.eid].receiver);
        _expectNoCompose(
            compose,
            isReceiver
                ? abi.encodeWithSelector(
                    IEmissionReceiver.Receiver_OnlyHub.selector, packet.srcEid, sender
                )
                : abi.encodeWithSelector(
                    IPositionBridge.Bridge_UntrustedPeer.selector, packet.srcEid, sender
                )
        );
    }

    function _bookOrder(uint32 eid, uint32 epoch, uint32 revision) internal {
        if (revision > arrived[eid][epoch]) arrived[eid][epoch] = revision;
        _collect();
        _assertSettled(eid, epoch);
    }

    /// @dev What a farm lacks is not lying in the pot, unless the order may not be carried out.
    /// @custom:property H-06, I6
    function _assertSettled(uint32 eid, uint32 epoch) internal view {
        Site storage site = _siteOf[eid];
        assertEq(site.receiver.revisionOf(epoch), arrived[eid][epoch], "highest revision");
        if (site.receiver.paused() || epoch < site.receiver.minValidEpoch()) return;
        for (uint32 farmId = REWARD_FARM; farmId <= STAKE_FARM; ++farmId) {
            bool isOver = site.farms.farmOf(farmId).state == IFarms.FarmState.Ended;
            if (isOver || site.receiver.givenOf(epoch, farmId) >= targetOf(eid, epoch, farmId)) {
                continue;
            }
            assertEq(site.receiver.potOf(epoch), 0, "a farm lacks what the pot has");
        }
    }

    /// @dev A position has to be restaked exactly when its farm takes it.
    function _landingOf(Packet memory packet) internal view returns (Landing memory landing) {
        if (packet.kind != Kind.Move) return landing;
        Site storage site = _siteOf[packet.dstEid];
        uint32 farmId = uint32(uint256(_word(packet.message, 168)));
        landing.farmId = farmId;
        landing.isTaken = farmId == (packet.isReward ? REWARD_FARM : STAKE_FARM)
            && site.farms.farmOf(farmId).state == IFarms.FarmState.Active;
        landing.principal = site.farms.positionOf(farmId, packet.recipient).principal;
    }

    /// @dev A position is restaked when its farm takes it, else its recipient can get it.
    /// @custom:property B-03, B-06, B-09
    function _bookMove(Compose memory compose, Packet memory packet, Landing memory landing)
        private
    {
        Site storage site = _siteOf[compose.eid];
        bool isTaken = landing.isTaken;
        uint256 amount = _amountAt(packet);
        address token = address(_tokenOf(packet.isReward, compose.eid));
        IPositionBridge.Credit memory credit = site.bridge.creditOf(compose.guid, token);
        IPositionBridge.CreditState state =
            isTaken ? IPositionBridge.CreditState.Restaked : IPositionBridge.CreditState.Escrowed;
        assertEq(uint8(credit.state), uint8(state), "what became of a move");
        assertEq(
            site.farms.positionOf(landing.farmId, packet.recipient).principal,
            isTaken ? landing.principal + amount : landing.principal,
            "principal that arrived"
        );
        if (!isTaken) {
            assertEq(credit.recipient, packet.recipient, "recipient of the escrow");
            assertEq(credit.amount, amount, "amount of the escrow");
            assertEq(credit.srcEid, packet.srcEid, "source of the escrow");
            _escrowed.push(_credits.length);
        }
        _credits.push(
            Credit(
                compose.eid, packet.isReward, packet.amountSD, packet.recipient, compose.guid, state
            )
        );
    }
}
