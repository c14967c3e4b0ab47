// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../../src/interfaces/IPositionBridge.sol";
import {MovePayload} from "../../../src/libraries/MovePayload.sol";
import {PositionBridge} from "../../../src/spoke/PositionBridge.sol";
import {BridgePacketActions} from "./BridgePacketActions.sol";

/// @notice Positions that come in, composed by an outsider in any order, with any gas and value,
/// and a second time.
abstract contract BridgeComposeActions is BridgePacketActions {
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

    bytes4 private constant COMPOSE_NOT_FOUND =
        bytes4(keccak256("LZ_ComposeNotFound(bytes32,bytes32)"));

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

    function _creditOf(bytes32 guid, Landing memory landing)
        private
        view
        returns (IPositionBridge.Credit memory)
    {
        return _chains[landing.chain].bridge.creditOf(guid, _tokens[landing.chain][landing.mesh]);
    }
}
