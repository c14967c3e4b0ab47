// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Origin} from "@layerzerolabs/oapp-evm/contracts/oapp/OApp.sol";
import {OFTCore} from "@layerzerolabs/oft-evm/contracts/OFTCore.sol";
import {MessagingFee, SendParam} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {IPositionBridge} from "../../../src/interfaces/IPositionBridge.sol";
import {ILzErrors} from "./SystemNetwork.sol";
import {SystemComposeActions} from "./SystemComposeActions.sol";

/// @notice What users, and those who would like to be them, do on the three chains.
abstract contract SystemUserActions is SystemComposeActions {
    // Stakers.

    function stake(uint256 who, uint256 where, uint256 seed) external counted {
        Site storage site = _siteBy(where);
        address user = _userAt(who);
        bool isReward = seed & 1 == 0;
        uint32 farmId = isReward ? REWARD_FARM : STAKE_FARM;
        uint256 unit = _unitOf(isReward, site.eid);
        uint256 balance = _tokenOf(isReward, site.eid).balanceOf(user);
        if (balance < unit) return;
        uint96 amount = uint96(bound(seed >> 8, unit, balance));
        IFarms.Farm memory farm = site.farms.farmOf(farmId);
        if (farm.state != IFarms.FarmState.Active) {
            vm.expectRevert(
                abi.encodeWithSelector(IFarms.Farms_NotActive.selector, farmId, farm.state)
            );
            vm.prank(user);
            site.farms.stake(farmId, amount);
            return;
        }
        vm.prank(user);
        site.farms.stake(farmId, amount);
        _effect();
    }

    /// @notice Withdraws principal, whatever is paused.
    /// @custom:property I10, I11
    function withdraw(uint256 who, uint256 where, uint256 seed) external counted {
        Site storage site = _siteBy(where);
        address user = _userAt(who);
        uint32 farmId = seed % 4 == 0 ? REWARD_FARM : STAKE_FARM;
        uint96 principal = site.farms.positionOf(farmId, user).principal;
        uint256 unit = _unitOf(farmId == REWARD_FARM, site.eid);
        if (principal < unit) return;
        uint96 amount = uint96(bound(seed >> 8, unit, principal));
        // What stays must not fall below the least that a position may hold.
        if (principal - amount < unit) amount = principal;
        vm.prank(user);
        site.farms.withdraw(farmId, amount);
        assertEq(site.farms.positionOf(farmId, user).principal, principal - amount, "principal");
        _effect();
    }

    /// @custom:property F-08, I3
    function claim(uint256 who, uint256 where, uint256 seed) external counted {
        Site storage site = _siteBy(where);
        address user = _userAt(who);
        uint32 farmId = seed % 16 == 0 ? REWARD_FARM : STAKE_FARM;
        uint256 earned = site.farms.earned(farmId, user);
        vm.prank(user);
        assertEq(site.farms.claim(farmId), earned, "paid what was earned");
        assertEq(site.farms.earned(farmId, user), 0, "earned after a claim");
        if (earned != 0) _effect();
    }

    // Tokens and positions on their way.

    /// @notice Sends tokens to a user of another chain, first for less than the fee.
    function sendTokens(uint256 who, uint256 where, uint256 seed) external counted {
        Site storage site = _siteBy(where);
        address user = seed % 16 == 0 ? ATTACKER : _userAt(who);
        bool isReward = seed >> 8 & 1 == 0;
        uint256 balance = _tokenOf(isReward, site.eid).balanceOf(user);
        uint256 amountSD = balance / _unitOf(isReward, site.eid);
        if (amountSD == 0) return;
        Transfer memory transfer = Transfer({
            isReward: isReward,
            srcEid: site.eid,
            dstEid: _otherThan(site.eid, seed >> 9),
            amountSD: uint64(bound(seed >> 16, 1, amountSD)),
            to: accountAt((seed >> 128) % (USERS + 1)),
            composeMsg: ""
        });
        if (seed >> 10 & 1 == 0) _expectShort(user, transfer);
        _send(user, transfer);
        if (!isReward) {
            owned[user] -= transfer.amountSD * SD;
            owned[transfer.to] += transfer.amountSD * SD;
        }
        _effect();
    }

    /// @notice Sends tokens to a contract of the protocol, with a compose that imitates its own.
    /// @custom:property B-04, B-05, E22
    function sendToContract(uint256 who, uint256 where, uint256 seed) external counted {
        Site storage site = _siteBy(where);
        address user = _userAt(who);
        bool isReward = seed & 1 == 0;
        if (_tokenOf(isReward, site.eid).balanceOf(user) < _unitOf(isReward, site.eid)) return;
        uint32 dstEid = _otherThan(site.eid, seed >> 1);
        address to = isReward && seed >> 2 & 1 == 0
            ? address(_siteOf[dstEid].receiver)
            : address(_siteOf[dstEid].bridge);
        bytes memory imitation = _imitation(seed >> 8);
        _send(user, Transfer(isReward, site.eid, dstEid, 1, to, imitation));
        if (!isReward) owned[user] -= SD;
        _effect();
    }

    /// @custom:property B-07, B-08, B-10
    function move(uint256 who, uint256 where, uint256 seed) external counted {
        Site storage site = _siteBy(where);
        address user = _userAt(who);
        uint32 farmId = seed % 8 == 0 ? REWARD_FARM : STAKE_FARM;
        uint256 unit = _unitOf(farmId == REWARD_FARM, site.eid);
        uint96 principal = site.farms.positionOf(farmId, user).principal;
        if (principal < unit) return;
        IPositionBridge.Move memory request = IPositionBridge.Move({
            farmId: farmId,
            amount: uint96(bound(seed >> 16, unit, principal)),
            dstEid: _otherThan(site.eid, seed >> 3),
            dstFarmId: seed >> 4 & 7 == 0 ? uint32(seed >> 7 & 3) : farmId,
            recipient: seed >> 9 & 3 == 0 ? _userAt(seed >> 128) : user,
            carryRewards: seed >> 11 & 1 == 0
        });
        uint256 sent = request.amount / unit * unit;
        if (!_mayMove(site, user, request, sent)) return;
        if (seed >> 12 & 1 == 0) _expectShortMove(site, user, request);
        uint256 available = _outflowOf(site, request);
        vm.prank(user);
        site.bridge.move{value: 2 * MESSAGE_FEE}(request);
        _collect();
        assertEq(site.farms.positionOf(farmId, user).principal, principal - sent, "what stays");
        if (farmId == STAKE_FARM) {
            assertEq(_outflowOf(site, request), available - sent, "what may still leave");
        }
        if (farmId == STAKE_FARM) {
            owned[user] -= sent / unit * SD;
            owned[request.recipient] += sent / unit * SD;
        }
        _effect();
    }

    /// @notice The recipient leaves the escrow one way; nobody else does, and he not twice.
    /// @custom:property B-03, B-06, E29, I11
    function leaveEscrow(uint256 seed) external counted {
        if (_escrowed.length == 0) return;
        uint256 index = _escrowed[seed % _escrowed.length];
        Credit memory credit = _credits[index];
        Site storage site = _siteOf[credit.eid];
        address token = address(_tokenOf(credit.isReward, credit.eid));
        vm.expectRevert(
            abi.encodeWithSelector(
                IPositionBridge.Bridge_OnlyRecipient.selector, ATTACKER, credit.recipient
            )
        );
        vm.prank(ATTACKER);
        site.bridge.withdrawEscrow(credit.guid, token, ATTACKER);
        _exitEscrow(index, seed >> 128);
        IPositionBridge.CreditState state = _credits[index].state;
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_NotEscrowed.selector, credit.guid, state)
        );
        vm.prank(credit.recipient);
        site.bridge.withdrawEscrow(credit.guid, token, credit.recipient);
        _effect();
    }

    /// @notice A queued message is credited once there is room, whole, once, and unchanged.
    /// @custom:property B-10, E1
    function release(uint256 seed) external counted {
        if (_queued.length == 0) return;
        uint256 id = _queued[seed % _queued.length];
        Packet memory packet = _packets[id];
        Origin memory origin = _originOf(packet);
        IInboundLimit token = IInboundLimit(packet.receiver);
        if (token.isInboundPaused()) {
            vm.expectRevert(IInboundLimit.Token_InboundPaused.selector);
            token.release(origin, packet.guid, packet.message);
            if (seed >> 128 & 1 == 0) return;
            token.unpauseInbound();
        }
        _expectNoOther(token, packet);
        uint256 amount = _amountAt(packet);
        (,, uint256 available) = token.inboundLimitOf(packet.srcEid);
        bool isOver = amount > available;
        if (isOver) {
            vm.expectRevert(
                abi.encodeWithSelector(IInboundLimit.Token_OverLimit.selector, available, amount)
            );
            token.release(origin, packet.guid, packet.message);
            if (seed >> 129 & 3 != 0) return;
            token.releaseByOwner(origin, packet.guid, packet.message);
        } else {
            vm.prank(ATTACKER);
            token.release(origin, packet.guid, packet.message);
        }
        _bookRelease(id, !isOver);
        vm.expectRevert(abi.encodeWithSelector(IInboundLimit.Token_NotQueued.selector, packet.guid));
        token.releaseByOwner(origin, packet.guid, packet.message);
        _effect();
    }

    // What they share.

    /// @dev Nothing but the very message is released, not even by the owner.
    function _expectNoOther(IInboundLimit token, Packet memory packet) private {
        Origin memory origin = _originOf(packet);
        bytes memory message = abi.encodePacked(packet.message);
        message[0] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(IInboundLimit.Token_NotQueued.selector, packet.guid));
        token.releaseByOwner(origin, packet.guid, message);
    }

    function _bookRelease(uint256 id, bool isLimited) internal {
        assertFalse(_isQueued(_packets[id]), "released");
        _collect();
        _remove(_queued, id);
        _bookCredit(id, isLimited);
    }

    /// @dev `how` picks the exit; a retry that its farm refuses becomes a withdrawal.
    function _exitEscrow(uint256 index, uint256 how) internal {
        Credit storage credit = _credits[index];
        Site storage site = _siteOf[credit.eid];
        address token = address(_tokenOf(credit.isReward, credit.eid));
        uint32 farmId = credit.isReward ? REWARD_FARM : STAKE_FARM;
        bool isActive = site.farms.farmOf(farmId).state == IFarms.FarmState.Active;
        vm.startPrank(credit.recipient);
        if (how % 3 == 0) {
            uint32 dstEid = _otherThan(credit.eid, how >> 8);
            site.bridge.returnEscrow{value: MESSAGE_FEE}(
                credit.guid, token, dstEid, credit.recipient
            );
            credit.state = IPositionBridge.CreditState.Returned;
        } else if (how % 3 == 1 && isActive) {
            site.bridge.retry(credit.guid, token, farmId);
            credit.state = IPositionBridge.CreditState.Restaked;
        } else {
            site.bridge.withdrawEscrow(credit.guid, token, credit.recipient);
            credit.state = IPositionBridge.CreditState.Withdrawn;
        }
        vm.stopPrank();
        _collect();
        _remove(_escrowed, index);
    }

    /// @dev A move is refused while the bridge is paused, beyond the outflow limit, and when it
    /// leaves less than a position may hold.
    function _mayMove(
        Site storage site,
        address user,
        IPositionBridge.Move memory request,
        uint256 sent
    ) private returns (bool) {
        bytes memory reason;
        (uint256 limit,, uint256 available) =
            site.bridge.outflowOf(site.farms.stakeTokenOf(request.farmId), request.dstEid);
        if (site.bridge.paused()) {
            reason = abi.encodeWithSelector(IPositionBridge.Bridge_IsPaused.selector);
        } else if (limit != 0 && sent > available) {
            reason = abi.encodeWithSelector(
                IPositionBridge.Bridge_OutflowLimit.selector, available, sent
            );
        } else {
            uint256 rest = site.farms.positionOf(request.farmId, user).principal - sent;
            uint256 least = _leastOf(site, request.farmId);
            if (rest == 0 || rest >= least) return true;
            reason = abi.encodeWithSelector(IFarms.Farms_BelowMinimum.selector, rest, least);
        }
        vm.expectRevert(reason);
        vm.prank(user);
        site.bridge.move{value: 2 * MESSAGE_FEE}(request);
        return false;
    }

    /// @dev The stake token has a limit on every path.
    function _outflowOf(Site storage site, IPositionBridge.Move memory request)
        private
        view
        returns (uint256 available)
    {
        (,, available) =
            site.bridge.outflowOf(site.farms.stakeTokenOf(request.farmId), request.dstEid);
    }

    function _leastOf(Site storage site, uint32 farmId) private view returns (uint256) {
        uint8 scaleBits = site.farms.farmOf(farmId).scaleBits;
        return scaleBits > 64 ? uint256(1) << (scaleBits - 64) : 1;
    }

    function _expectShortMove(Site storage site, address user, IPositionBridge.Move memory request)
        private
    {
        bool carries = request.carryRewards;
        request.carryRewards = false;
        vm.expectRevert(_shortFee());
        vm.prank(user);
        site.bridge.move{value: MESSAGE_FEE - 1}(request);
        _forgetLogs();
        request.carryRewards = carries;
    }

    function _expectShort(address user, Transfer memory transfer) private {
        OFTCore oft = _oftOf(transfer.isReward, transfer.srcEid);
        SendParam memory param = _paramOf(transfer);
        vm.expectRevert(_shortFee());
        vm.prank(user);
        oft.send{value: MESSAGE_FEE - 1}(param, MessagingFee(MESSAGE_FEE - 1, 0), user);
        _forgetLogs();
    }

    function _shortFee() private pure returns (bytes memory) {
        return abi.encodeWithSelector(
            ILzErrors.LZ_InsufficientFee.selector, MESSAGE_FEE, MESSAGE_FEE - 1, 0, 0
        );
    }
}
