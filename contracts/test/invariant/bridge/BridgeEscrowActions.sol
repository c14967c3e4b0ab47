// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../../src/interfaces/IPositionBridge.sol";
import {PositionBridge} from "../../../src/spoke/PositionBridge.sol";
import {BridgeComposeActions} from "./BridgeComposeActions.sol";

/// @notice The three exits of an escrow, each once and for its recipient alone, and packets that
/// cannot be read.
abstract contract BridgeEscrowActions is BridgeComposeActions {
    /// @dev An open credit as it has to be, and what a return makes of it.
    struct Escrow {
        uint256 index;
        bytes32 guid;
        address token;
        PositionBridge bridge;
        uint256 fee;
        uint256 net;
        uint256 dust;
        uint256 target;
        address to;
        Landing landing;
    }

    /// @dev Goes on under its lock, in any farm of the token that takes it.
    /// @custom:property B-03, B-06, F-19, I11
    function retry(uint256 seed, uint256 farmSeed) external counted {
        (bool isFound, Escrow memory escrow) = _escrowAt(seed);
        if (!isFound) return;
        Landing memory landing = escrow.landing;
        landing.isOwners = true;
        landing.farmId = _farmFor(landing, farmSeed);
        _refuseThieves(escrow, farmSeed);
        bytes memory refusal = _refusalOfLanding(landing);
        if (refusal.length != 0) {
            vm.expectRevert(refusal);
        } else {
            vm.expectEmit(address(escrow.bridge));
            emit IPositionBridge.MoveRestaked(
                escrow.guid,
                landing.recipient,
                landing.farmId,
                escrow.token,
                landing.amount,
                true,
                escrow.bridge.seq() + 1
            );
        }
        vm.prank(landing.recipient);
        escrow.bridge.retry(escrow.guid, escrow.token, landing.farmId);
        if (refusal.length != 0) return;
        _landed(landing);
        _closed(escrow, IPositionBridge.CreditState.Restaked);
    }

    /// @custom:property B-03, B-06, I11
    function withdrawEscrow(uint256 seed, uint256 toSeed) external counted {
        (bool isFound, Escrow memory escrow) = _escrowAt(seed);
        if (!isFound) return;
        Landing memory landing = escrow.landing;
        _refuseThieves(escrow, toSeed);
        address to = toSeed % 3 == 0 ? _userAt(toSeed / 3) : landing.recipient;
        uint256 before = _balance(landing.chain, landing.mesh, to);
        (uint256 farms, uint256 treasury) = _feeAccounts(landing);
        vm.prank(landing.recipient);
        escrow.bridge.withdrawEscrow(escrow.guid, escrow.token, to);
        uint256 net = landing.amount - escrow.fee;
        assertEq(_balance(landing.chain, landing.mesh, to) - before, net, "less the fee");
        _take(landing.recipient, landing.mesh, _normed(landing.chain, landing.mesh, landing.amount));
        _give(to, landing.mesh, _normed(landing.chain, landing.mesh, net));
        _assertFee(escrow, farms, treasury);
        _closed(escrow, IPositionBridge.CreditState.Withdrawn);
    }

    /// @dev To any chain, whatever limits, pauses and closed routes say.
    /// @custom:property B-03, B-06, B-08, I11
    function returnEscrow(uint256 seed, uint256 toSeed) external counted {
        (bool isFound, Escrow memory escrow) = _escrowAt(seed);
        if (!isFound) return;
        Landing memory landing = escrow.landing;
        _refuseThieves(escrow, toSeed);
        escrow.target = (landing.chain + 1 + toSeed % 2) % CHAINS;
        escrow.net = landing.amount - escrow.fee;
        escrow.dust = escrow.net % _unit(landing.chain, landing.mesh);
        escrow.to = toSeed % 5 == 0 ? _userAt(toSeed / 5) : landing.recipient;
        if (escrow.net == escrow.dust) {
            vm.expectRevert(IPositionBridge.Bridge_ZeroAmount.selector);
            _return(escrow, 0);
            return;
        }
        uint256 before = _balance(landing.chain, landing.mesh, landing.recipient);
        uint256 native = landing.recipient.balance;
        (uint256 farms, uint256 treasury) = _feeAccounts(landing);
        _return(escrow, toSeed % 3);
        assertEq(native - landing.recipient.balance, MESSAGE_FEE, "the rest is refunded");
        before = _balance(landing.chain, landing.mesh, landing.recipient) - before;
        assertEq(before, escrow.dust, "dust stays");
        _returned(escrow);
        _assertFee(escrow, farms, treasury);
        _closed(escrow, IPositionBridge.CreditState.Returned);
    }

    /// @dev A bridge of another version sends what this one cannot read; it waits for nobody until
    /// the owner says whose it is.
    /// @custom:property B-06, B-11
    function sendUnreadable(uint256 who, uint256 where, uint256 meshSeed, uint256 amountSeed)
        external
        counted
    {
        (address user, uint256 chain, uint256 mesh) =
            (_userAt(who), where % CHAINS, meshSeed % MESHES);
        uint256 target = (chain + 1 + amountSeed % 2) % CHAINS;
        uint256 amount = _balance(chain, mesh, user) / 50;
        amount -= amount % _unit(chain, mesh);
        if (amount == 0) return;
        address bridge = address(_chains[chain].bridge);
        vm.prank(user);
        IERC20(_tokens[chain][mesh]).transfer(bridge, amount);
        if (_ofts[chain][mesh].approvalRequired()) {
            vm.prank(bridge);
            IERC20(_tokens[chain][mesh]).approve(address(_ofts[chain][mesh]), amount);
        }
        vm.deal(bridge, bridge.balance + MESSAGE_FEE);
        address to = address(_chains[target].bridge);
        bytes memory payload = _unreadable(user, amountSeed);
        bytes32 guid = _sendTokens(Sending(bridge, chain, target, mesh, to, amount, payload));
        uint256 normed = _normed(chain, mesh, amount);
        (_sent[guid].source, _sent[guid].normed) = (chain, normed);
        _take(user, mesh, normed);
        _give(address(0), mesh, normed);
        _effect();
    }

    /// @custom:property B-06
    function assignEscrow(uint256 seed, uint256 who) external counted {
        (bool isFound, Escrow memory escrow) = _unassignedAt(seed);
        if (!isFound) return;
        address user = _userAt(who);
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ATTACKER)
        );
        vm.prank(ATTACKER);
        escrow.bridge.assignEscrow(escrow.guid, escrow.token, ATTACKER);
        escrow.bridge.assignEscrow(escrow.guid, escrow.token, user);
        uint256 normed = _normed(escrow.landing.chain, escrow.landing.mesh, escrow.landing.amount);
        _take(address(0), escrow.landing.mesh, normed);
        _give(user, escrow.landing.mesh, normed);
        _sent[escrow.guid].recipient = user;
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_NotUnassigned.selector, escrow.guid, user)
        );
        escrow.bridge.assignEscrow(escrow.guid, escrow.token, ATTACKER);
        _effect();
    }

    // What has to happen.

    function _return(Escrow memory escrow, uint256 more) private {
        _forgetLogs();
        vm.prank(escrow.landing.recipient);
        escrow.bridge.returnEscrow{value: MESSAGE_FEE + more}(
            escrow.guid, escrow.token, _chains[escrow.target].eid, escrow.to
        );
    }

    function _returned(Escrow memory escrow) private {
        Landing memory landing = escrow.landing;
        uint256 amount = escrow.net - escrow.dust;
        _collect();
        bytes memory message =
            abi.encodePacked(_word(escrow.to), uint64(amount / _unit(landing.chain, landing.mesh)));
        assertEq(_messageOf(_packets[_packets.length - 1]), message, "plain tokens");
        uint256 normed = _normed(landing.chain, landing.mesh, amount);
        _take(landing.recipient, landing.mesh, _normed(landing.chain, landing.mesh, landing.amount));
        _give(escrow.to, landing.mesh, normed);
        normed = _normed(landing.chain, landing.mesh, escrow.dust);
        _give(landing.recipient, landing.mesh, normed);
    }

    function _feeAccounts(Landing memory landing)
        private
        view
        returns (uint256 farms, uint256 treasury)
    {
        farms = _balance(landing.chain, landing.mesh, address(_chains[landing.chain].farms));
        treasury = _balance(landing.chain, landing.mesh, TREASURY);
    }

    /// @dev To the farm it was sent to, where that stakes the token; else to the treasury.
    function _assertFee(Escrow memory escrow, uint256 farms, uint256 treasury) private {
        Landing memory landing = escrow.landing;
        uint32 farmId = landing.farmId;
        bool toFarm = _isKnown(landing.chain, farmId) && _meshOfFarm(farmId) == landing.mesh;
        (uint256 farmsNow, uint256 treasuryNow) = _feeAccounts(landing);
        assertEq(farmsNow - farms, toFarm ? escrow.fee : 0, "fee to its farm");
        assertEq(treasuryNow - treasury, toFarm ? 0 : escrow.fee, "fee to the treasury");
        if (!toFarm) _treasuryPaid[landing.chain][landing.mesh] += escrow.fee;
    }

    /// @dev One exit, and none after it.
    function _closed(Escrow memory escrow, IPositionBridge.CreditState state) private {
        _closeCredit(escrow.index);
        bytes memory refusal =
            abi.encodeWithSelector(IPositionBridge.Bridge_NotEscrowed.selector, escrow.guid, state);
        address recipient = escrow.landing.recipient;
        vm.startPrank(recipient);
        vm.expectRevert(refusal);
        escrow.bridge.retry(escrow.guid, escrow.token, escrow.landing.farmId);
        vm.expectRevert(refusal);
        escrow.bridge.withdrawEscrow(escrow.guid, escrow.token, recipient);
        vm.expectRevert(refusal);
        escrow.bridge.returnEscrow{value: MESSAGE_FEE}(
            escrow.guid, escrow.token, _chains[_sent[escrow.guid].source].eid, recipient
        );
        vm.stopPrank();
        _effect();
    }

    // What is refused.

    function _refuseThieves(Escrow memory escrow, uint256 seed) private {
        bytes memory refusal = abi.encodeWithSelector(
            IPositionBridge.Bridge_OnlyRecipient.selector, ATTACKER, escrow.landing.recipient
        );
        uint256 kind = seed / 8 % 8;
        if (kind > 2) return;
        vm.expectRevert(refusal);
        vm.prank(ATTACKER);
        if (kind == 0) {
            escrow.bridge.retry(escrow.guid, escrow.token, PLAIN);
        } else if (kind == 1) {
            escrow.bridge.withdrawEscrow(escrow.guid, escrow.token, ATTACKER);
        } else {
            escrow.bridge.returnEscrow{value: MESSAGE_FEE}(
                escrow.guid, escrow.token, _chains[0].eid, ATTACKER
            );
        }
    }

    // What is asked for.

    /// @dev The first credit from `seed` on that has a recipient; half of the time one under a
    /// lock, where there is one.
    function _escrowAt(uint256 seed) private view returns (bool isFound, Escrow memory escrow) {
        for (uint256 i; i < _credits.length && seed % 2 == 0; ++i) {
            (isFound, escrow) = _creditAt(seed / 2 + i, true);
            if (escrow.fee != 0) return (true, escrow);
        }
        return _creditAt(seed, true);
    }

    function _unassignedAt(uint256 seed) private view returns (bool, Escrow memory escrow) {
        return _creditAt(seed, false);
    }

    function _creditAt(uint256 seed, bool isAssigned)
        private
        view
        returns (bool, Escrow memory escrow)
    {
        uint256 count = _credits.length;
        for (uint256 i; i < count; ++i) {
            escrow.index = (seed % count + i) % count;
            escrow.guid = _credits[escrow.index].guid;
            if ((_sent[escrow.guid].recipient != address(0)) != isAssigned) continue;
            _fillEscrow(escrow);
            return (true, escrow);
        }
        return (false, escrow);
    }

    function _fillEscrow(Escrow memory escrow) private view {
        OpenCredit memory credit = _credits[escrow.index];
        Sent memory sent = _sent[credit.guid];
        escrow.token = _tokens[credit.chain][credit.mesh];
        escrow.bridge = _chains[credit.chain].bridge;
        Landing memory landing = escrow.landing;
        (landing.chain, landing.mesh) = (credit.chain, credit.mesh);
        landing.recipient = sent.recipient;
        landing.farmId = sent.farmId;
        landing.amount = sent.normed / 10 ** (24 - _decimals(credit.chain, credit.mesh));
        landing.carry = sent.carry;
        escrow.fee = _feeOf(landing.amount, sent.carry.lockEnd, sent.carry.feeBps);
    }

    /// @dev Where the recipient tries next: the farm of the token, most of the time.
    function _farmFor(Landing memory landing, uint256 seed) private view returns (uint32) {
        if (seed % 6 == 0) return uint32(seed / 6 % 6);
        if (landing.mesh == LOCK) return _isSucceeded[landing.chain] ? SUCCESSOR : TERMS;
        return uint32(1 + landing.mesh);
    }

    /// @dev Another version, cut short, no recipient, an address with more than its bytes, a fee
    /// that no farm ever agreed to.
    function _unreadable(address user, uint256 seed) private view returns (bytes memory) {
        IFarms.Carry memory carry;
        carry.lockEnd = uint32(block.timestamp + 1 days);
        uint256 kind = seed / 4 % 5;
        uint256 recipient = uint160(user);
        if (kind == 0) return abi.encode(uint256(1), user, user, PLAIN, carry);
        if (kind == 1) return abi.encodePacked(uint256(2), recipient, recipient, uint256(PLAIN));
        if (kind == 2) recipient = 0;
        if (kind == 3) recipient |= 1 << (160 + seed % 96);
        if (kind == 4) carry.feeBps = 2_501;
        return abi.encode(uint256(2), user, recipient, PLAIN, carry);
    }
}
