// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OFTComposeMsgCodec} from "@layerzerolabs/oft-evm/contracts/libs/OFTComposeMsgCodec.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../../src/interfaces/IPauseRoles.sol";
import {IPositionBridge} from "../../../src/interfaces/IPositionBridge.sol";
import {DecayingLimit} from "../../../src/libraries/DecayingLimit.sol";
import {PositionBridge} from "../../../src/spoke/PositionBridge.sol";
import {HostileOft, IComposeQueue} from "./BridgeActors.sol";
import {BridgeEscrowActions} from "./BridgeEscrowActions.sol";

/// @notice What owner, guardian, sentinel and attackers do, time, and gifts.
abstract contract BridgeOwnerActions is BridgeEscrowActions {
    uint256 private constant WAIT_MAX = 4 days;

    // Limits.

    /// @custom:property B-10
    function setOutflowLimit(uint256 where, uint256 meshSeed, uint128 limit, uint32 window)
        external
        counted
    {
        (uint256 chain, uint256 target, uint256 mesh) = _busyPath(_outflow, where, meshSeed);
        PositionBridge bridge = _chains[chain].bridge;
        address token = _tokens[chain][mesh];
        uint32 eid = _chains[target].eid;
        (limit, window) = _limitOf(chain, mesh, limit, window);
        if (limit % 8 == 1) {
            vm.expectRevert(
                abi.encodeWithSelector(DecayingLimit.DecayingLimit_BadWindow.selector, limit, 0)
            );
            bridge.setOutflowLimit(token, eid, limit, 0);
        }
        bridge.setOutflowLimit(token, eid, limit, window);
        _limit(_outflow[chain][mesh][target], limit, window);
        (,, uint256 available) = bridge.outflowOf(token, eid);
        assertEq(available, _availableOf(_outflow[chain][mesh][target]), "in use stays so");
        _effect();
    }

    /// @custom:property B-10
    function setInboundLimit(uint256 where, uint256 meshSeed, uint128 limit, uint32 window)
        external
        counted
    {
        (uint256 chain, uint256 source, uint256 mesh) = _busyPath(_inflow, where, meshSeed);
        IInboundLimit oft = IInboundLimit(address(_ofts[chain][mesh]));
        (limit, window) = _limitOf(chain, mesh, limit, window);
        uint32 eid = _chains[source].eid;
        oft.setInboundLimit(eid, limit, window);
        _limit(_inflow[chain][mesh][source], limit, window);
        (,, uint256 available) = oft.inboundLimitOf(eid);
        assertEq(available, _availableOf(_inflow[chain][mesh][source]), "in use stays so");
        _effect();
    }

    // Stops.

    /// @dev Guardian, sentinel and owner stop; the owner alone resumes.
    function pauseBridge(uint256 where, uint256 seed) external counted {
        PositionBridge bridge = _chains[where % CHAINS].bridge;
        if (bridge.paused()) {
            address pauser = seed % 2 == 0 ? GUARDIAN : SENTINEL;
            vm.expectRevert(
                abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, pauser)
            );
            vm.prank(pauser);
            bridge.unpause();
            bridge.unpause();
            _effect();
            return;
        }
        vm.expectRevert(
            abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyPauser.selector, ATTACKER)
        );
        vm.prank(ATTACKER);
        bridge.pause();
        if (seed % 3 != 0) return;
        bool isSentinel = block.timestamp < bridge.sentinelUntil();
        vm.prank(seed % 2 == 0 && isSentinel ? SENTINEL : GUARDIAN);
        bridge.pause();
        _effect();
    }

    function pauseInbound(uint256 where, uint256 meshSeed, uint256 seed) external counted {
        IInboundLimit oft = IInboundLimit(address(_ofts[where % CHAINS][meshSeed % MESHES]));
        if (oft.isInboundPaused()) {
            oft.unpauseInbound();
        } else {
            if (seed % 3 != 0) return;
            oft.pauseInbound();
        }
        _effect();
    }

    /// @dev Moves stop, arrivals and exits go on; the OFT stays the one that was named first.
    /// @custom:property B-04, B-05
    function setRoute(uint256 where, uint256 meshSeed, uint256 seed) external counted {
        (uint256 chain, uint256 mesh) = (where % CHAINS, meshSeed % MESHES);
        PositionBridge bridge = _chains[chain].bridge;
        (address token, address oft) = (_tokens[chain][mesh], address(_ofts[chain][mesh]));
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_RouteFixed.selector, oft, ATTACKER)
        );
        bridge.setRoute(token, ATTACKER);
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_IsRouted.selector, token));
        bridge.recover(token, ATTACKER, 1);
        bool isOpen = bridge.oftOf(token) != address(0);
        if (isOpen && seed % 4 != 0) return;
        bridge.setRoute(token, isOpen ? address(0) : oft);
        _effect();
    }

    /// @dev While a chain is not trusted nothing leaves for it, and what comes from it waits.
    /// @custom:property B-05, B-11
    function setPeer(uint256 where, uint256 seed) external counted {
        (uint256 chain, uint256 other,) = _pathOf(where, 0);
        PositionBridge bridge = _chains[chain].bridge;
        bytes32 peer = _word(address(_chains[other].bridge));
        bytes32 dirty = peer | bytes32(uint256(1) << (160 + seed % 96));
        uint32 eid = _chains[other].eid;
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_BadPeer.selector, dirty));
        bridge.setPeer(eid, dirty);
        bool isTrusted = bridge.peerOf(eid) != bytes32(0);
        if (isTrusted && seed % 5 != 0) return;
        bridge.setPeer(eid, isTrusted ? bytes32(0) : peer);
        _effect();
    }

    // Farms.

    function pauseDeposits(uint256 where, uint256 farmSeed, uint256 seed) external counted {
        (uint256 chain, uint32 farmId) = (where % CHAINS, uint32(1 + farmSeed % FARM_COUNT));
        if (!_isKnown(chain, farmId)) return;
        IFarms.FarmState state = _chains[chain].farms.farmOf(farmId).state;
        if (state == IFarms.FarmState.DepositsPaused) {
            _chains[chain].farms.setFarmState(farmId, IFarms.FarmState.Active);
            _effect();
        } else if (state == IFarms.FarmState.Active && seed % 3 == 0) {
            vm.prank(GUARDIAN);
            _chains[chain].farms.pauseDeposits(farmId);
            _effect();
        }
    }

    /// @dev The farm with terms ends for good, which releases its locks, and another one opens:
    /// without terms on the third chain.
    function succeed(uint256 where, uint256 seed) external counted {
        uint256 chain = where % CHAINS;
        if (_isSucceeded[chain] || seed % 6 != 0) return;
        _chains[chain].farms.setFarmState(TERMS, IFarms.FarmState.Ended);
        _isSucceeded[chain] = true;
        _addFarm(chain, SUCCESSOR, LOCK, _lockBits(chain), _hasTerms(chain, SUCCESSOR));
        _effect();
    }

    function fund(uint256 where, uint256 amount, uint32 duration) external counted {
        uint256 chain = where % CHAINS;
        uint32[] memory ids = new uint32[](3);
        int256[] memory deltas = new int256[](3);
        (ids[0], ids[1], ids[2]) = (REWARD_FARM, PLAIN, _isSucceeded[chain] ? SUCCESSOR : TERMS);
        for (uint256 i; i < 3; ++i) {
            deltas[i] = int256(bound(amount / (i + 1), 1e18, 20e18));
        }
        uint256 endAt = block.timestamp + 1 + duration % 7 days;
        _chains[chain].farms.adjustStreams(uint40(endAt), ids, deltas);
        _effect();
    }

    // Strangers.

    /// @dev Pays for nothing and opens nothing.
    /// @custom:property B-04
    function donate(uint256 where, uint256 meshSeed, uint256 amount) external counted {
        (uint256 chain, uint256 mesh) = (where % CHAINS, meshSeed % MESHES);
        uint256 balance = _balance(chain, mesh, ATTACKER);
        if (balance == 0) return;
        amount = bound(amount, 1, balance / 16 + 1);
        vm.prank(ATTACKER);
        IERC20(_tokens[chain][mesh]).transfer(address(_chains[chain].bridge), amount);
        _donated[chain][mesh] += amount;
        _effect();
    }

    /// @dev Tokens with a payload as a bridge writes it, past the bridge: a lock of years for a
    /// victim. The packet travels as any other, its compose is refused.
    /// @custom:property B-04, B-05
    function forge(uint256 who, uint256 where, uint256 meshSeed, uint256 amount) external counted {
        (uint256 chain, uint256 target, uint256 mesh) = _pathOf(where, meshSeed);
        uint256 balance = _balance(chain, mesh, ATTACKER);
        amount = bound(amount, 0, balance / 16);
        amount -= amount % _unit(chain, mesh);
        if (amount == 0) return;
        address victim = _userAt(who);
        IFarms.Carry memory carry =
            IFarms.Carry(1, uint32(block.timestamp + 1000 days), 1, 25_000, 2_500);
        uint32 farmId = uint32(1 + mesh);
        bytes memory payload = abi.encode(uint256(2), victim, victim, farmId, carry);
        address to = address(_chains[target].bridge);
        bytes32 guid = _sendTokens(Sending(ATTACKER, chain, target, mesh, to, amount, payload));
        _isStray[guid] = true;
        _effect();
    }

    /// @dev A listed token of an attacker composes in the name of a bridge, with the guid of a move
    /// that is on its way: it is credited what of its own it brought, and touches nobody else's.
    /// @custom:property B-03, B-04, B-05
    function composeAsHostileOft(uint256 where, uint256 seed, uint256 amount) external counted {
        (uint256 chain, uint256 source,) = _pathOf(where, 0);
        HostileOft hostile = _chains[chain].hostile;
        PositionBridge bridge = _chains[chain].bridge;
        if (bridge.peerOf(_chains[source].eid) == bytes32(0)) return;
        amount = bound(amount, 1, 1e24);
        bytes32 guid = keccak256(abi.encode(seed));
        if (_packets.length != 0) guid = _packets[seed % _packets.length].guid;
        if (bridge.creditOf(guid, address(hostile)).state != IPositionBridge.CreditState.None) {
            return;
        }
        Compose memory waiting = _forgedCompose(chain, source, guid, amount);
        hostile.compose(
            IComposeQueue(address(_endpoints[waiting.eid])), waiting.to, guid, waiting.message
        );
        uint256 owed = bridge.escrowTotal(address(hostile));
        vm.expectRevert(
            abi.encodeWithSelector(
                IPositionBridge.Bridge_NotCovered.selector, hostile, owed, owed + amount
            )
        );
        this.runCompose(waiting, 3_000_000, 0);
        hostile.mint(address(bridge), amount);
        this.runCompose(waiting, 3_000_000, 0);
        assertEq(bridge.escrowTotal(address(hostile)), owed + amount, "its own");
        _effect();
    }

    function _forgedCompose(uint256 chain, uint256 source, bytes32 guid, uint256 amount)
        private
        view
        returns (Compose memory waiting)
    {
        IFarms.Carry memory carry;
        bytes memory payload = abi.encodePacked(
            _word(address(_chains[source].bridge)),
            abi.encode(uint256(2), ATTACKER, ATTACKER, PLAIN, carry)
        );
        waiting.eid = _chains[chain].eid;
        waiting.from = address(_chains[chain].hostile);
        waiting.to = address(_chains[chain].bridge);
        waiting.guid = guid;
        waiting.message = OFTComposeMsgCodec.encode(1, _chains[source].eid, amount, payload);
    }

    // Time.

    /// @dev To the edges of locks more often than chance has it.
    function wait(uint256 seed, uint256 elapsed) external counted {
        uint256 to = block.timestamp + bound(elapsed, 0, WAIT_MAX);
        if (seed % 3 == 0) to = block.timestamp + elapsed % 3;
        if (seed % 3 == 1) {
            (bool isFound, uint256 chain, uint32 farmId, address user) = _positionAt(seed / 3);
            uint256 lockEnd = isFound ? _held[chain][farmId][user].lockEnd : 0;
            if (lockEnd > block.timestamp) to = lockEnd - 1 + elapsed % 3;
        }
        if (to == block.timestamp) return;
        vm.warp(to);
        _effect();
    }

    /// @dev Half of the time a path whose limit is in use, where there is one.
    function _busyPath(
        mapping(uint256 => mapping(uint256 => mapping(uint256 => LimitModel))) storage limits,
        uint256 where,
        uint256 meshSeed
    ) private view returns (uint256 chain, uint256 other, uint256 mesh) {
        uint256 start = where % 18;
        for (uint256 i; i < 18 && meshSeed % 2 == 0; ++i) {
            uint256 at = (start + i) % 18;
            (chain, other, mesh) = _pathOf(at, at / 6);
            LimitModel storage limit = limits[chain][mesh][other];
            if (limit.limit != 0 && _availableOf(limit) < limit.limit) return (chain, other, mesh);
        }
        return _pathOf(where, meshSeed);
    }

    function _pathOf(uint256 where, uint256 meshSeed)
        private
        pure
        returns (uint256 chain, uint256 other, uint256 mesh)
    {
        chain = where % CHAINS;
        other = (chain + 1 + where / CHAINS % 2) % CHAINS;
        mesh = meshSeed % MESHES;
    }

    /// @dev None, or one that a few moves use up.
    function _limitOf(uint256 chain, uint256 mesh, uint128 limit, uint32 window)
        private
        pure
        returns (uint128, uint32)
    {
        if (limit % 3 == 0) return (0, 0);
        uint256 whole = 10 ** _decimals(chain, mesh);
        return (uint128(bound(limit, 1, 150 * whole)), uint32(bound(window, 1, 3 days)));
    }
}
