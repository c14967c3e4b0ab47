// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../../src/interfaces/IPositionBridge.sol";
import {PositionBridge} from "../../../src/spoke/PositionBridge.sol";
import {BridgeUserActions} from "./BridgeUserActions.sol";

/// @notice What is asked for when a position is to leave, its signature, and what a bridge has to
/// refuse of it.
abstract contract BridgeTrips is BridgeUserActions {
    /// @param amount Wei of the position that have to travel.
    /// @param earned Emission earned before.
    /// @param rewards Whole units of it.
    /// @param deadline Of its signature.
    struct Trip {
        address user;
        uint256 chain;
        uint256 target;
        uint256 mesh;
        uint256 amount;
        uint256 earned;
        uint256 rewards;
        uint256 deadline;
        IFarms.Carry carry;
        IPositionBridge.Move request;
    }

    bytes32 private constant MOVE_TYPEHASH = keccak256(
        "MovePosition(address user,uint32 farmId,uint96 amount,uint32 dstEid,uint32 dstFarmId,address recipient,bool carryRewards,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    // What is asked for.

    function _tripOf(uint256 who, uint256 seed, uint256 amountSeed)
        internal
        view
        returns (bool isFound, Trip memory trip)
    {
        uint32 farmId;
        (isFound, trip.chain, farmId, trip.user) = _positionAt(who);
        if (isFound) _fillTrip(trip, farmId, seed, amountSeed);
    }

    /// @dev With another position of the same user on the chain, of another token, if he has one.
    function _tripsOf(uint256 who, uint256 seed, uint256 amountSeed)
        internal
        view
        returns (bool, Trip[] memory trips)
    {
        (bool isFound, Trip memory trip) = _tripOf(who, seed, amountSeed);
        if (!isFound) return (false, trips);
        Trip memory other;
        bool isSecond;
        for (uint32 farmId = 1; farmId <= FARM_COUNT && !trip.request.carryRewards; ++farmId) {
            if (_meshOfFarm(farmId) == trip.mesh) continue;
            if (_held[trip.chain][farmId][trip.user].principal == 0) continue;
            (other.chain, other.user) = (trip.chain, trip.user);
            _fillTrip(other, farmId, seed / 7, amountSeed / 7);
            other.request.carryRewards = false;
            isSecond = true;
            break;
        }
        trips = new Trip[](isSecond ? 2 : 1);
        trips[0] = trip;
        if (isSecond) trips[1] = other;
        return (true, trips);
    }

    function _fillTrip(Trip memory trip, uint32 farmId, uint256 seed, uint256 amountSeed)
        private
        view
    {
        trip.mesh = _meshOfFarm(farmId);
        trip.target = (trip.chain + 1 + seed % 2) % CHAINS;
        IPositionBridge.Move memory request = trip.request;
        request.farmId = farmId;
        request.dstEid = _chains[trip.target].eid;
        request.dstFarmId = farmId;
        if (farmId >= TERMS) request.dstFarmId = _isSucceeded[trip.target] ? SUCCESSOR : TERMS;
        // A farm of another token, or none, and more often for what may be locked.
        if (seed % 7 < (farmId >= TERMS ? 2 : 1)) request.dstFarmId = uint32(seed / 7 % 6);
        request.recipient = seed % 5 == 1 ? _userAt(seed / 5) : trip.user;
        trip.earned = _chains[trip.chain].farms.earned(farmId, trip.user);
        uint256 dust = trip.earned % _unit(trip.chain, REWARD);
        trip.rewards = trip.earned - dust;
        // Leaving settles within a wei, which must not decide about a unit.
        bool isClear = dust > 1 && dust < _unit(trip.chain, REWARD) - 1;
        request.carryRewards = isClear && seed / 2 % 3 == 0;
        Held memory held = _held[trip.chain][farmId][trip.user];
        request.amount = _amountOf(held.principal, _unit(trip.chain, trip.mesh), amountSeed);
        trip.amount = request.amount - request.amount % _unit(trip.chain, trip.mesh);
        bool isEnded = farmId == TERMS && _isSucceeded[trip.chain];
        trip.carry = _carryOf(trip.chain, farmId, held, isEnded);
    }

    /// @dev Near the edges more often than chance has it.
    function _amountOf(uint256 principal, uint256 unit, uint256 seed)
        private
        pure
        returns (uint96)
    {
        uint256 kind = seed % 8;
        if (kind == 0) return uint96(principal);
        if (kind == 1) return uint96(unit);
        if (kind == 2) return uint96(unit + 1);
        if (kind == 3) return uint96(principal / 2);
        return uint96(bound(seed, principal / 16, principal / 2));
    }

    /// @dev The digest is put together anew, field by field.
    function _sign(Trip memory trip, uint256 nonce) internal view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256("Headwater PositionBridge"),
                keccak256("2"),
                block.chainid,
                address(_chains[trip.chain].bridge)
            )
        );
        bytes memory fields = abi.encode(trip.request.farmId, trip.request.amount);
        fields = bytes.concat(
            abi.encode(MOVE_TYPEHASH, trip.user),
            fields,
            abi.encode(
                trip.request.dstEid,
                trip.request.dstFarmId,
                trip.request.recipient,
                trip.request.carryRewards,
                nonce,
                trip.deadline
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, keccak256(fields)));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keys[_numberOf[trip.user] - 1], digest);
        return abi.encodePacked(r, s, v);
    }

    // What is refused.

    /// @dev In the order in which the bridge looks at things.
    function _refusalOf(Trip memory trip) internal view returns (bytes memory) {
        PositionBridge bridge = _chains[trip.chain].bridge;
        address token = _tokens[trip.chain][trip.mesh];
        if (bridge.paused()) {
            return abi.encodeWithSelector(IPositionBridge.Bridge_IsPaused.selector);
        }
        if (trip.request.recipient == address(0)) {
            return abi.encodeWithSelector(IPositionBridge.Bridge_ZeroAddress.selector);
        }
        if (bridge.oftOf(token) == address(0)) {
            return abi.encodeWithSelector(IPositionBridge.Bridge_NoRoute.selector, token);
        }
        if (bridge.peerOf(_chains[trip.target].eid) == bytes32(0)) {
            return abi.encodeWithSelector(
                IPositionBridge.Bridge_NoPeer.selector, _chains[trip.target].eid
            );
        }
        if (trip.request.recipient == address(_chains[trip.target].bridge)) {
            return abi.encodeWithSelector(
                IPositionBridge.Bridge_BadRecipient.selector, trip.request.recipient
            );
        }
        if (trip.amount == 0) {
            return abi.encodeWithSelector(IPositionBridge.Bridge_ZeroAmount.selector);
        }
        return _refusalOfLimits(trip);
    }

    /// @custom:property B-10
    function _refusalOfLimits(Trip memory trip) private view returns (bytes memory) {
        uint256 available = _availableOf(_outflow[trip.chain][trip.mesh][trip.target]);
        if (trip.amount > available) return _overLimit(available, trip.amount);
        uint256 principal = _held[trip.chain][trip.request.farmId][trip.user].principal;
        if (trip.amount > principal) {
            return abi.encodeWithSelector(
                IFarms.Farms_InsufficientStake.selector, uint96(principal), uint96(trip.amount)
            );
        }
        IFarms.Farm memory farm = _chains[trip.chain].farms.farmOf(trip.request.farmId);
        uint256 rest = principal - trip.amount;
        if (rest != 0 && rest < _minimumOf(farm.scaleBits)) return _belowMinimum(rest, farm);
        if (!trip.request.carryRewards) return "";
        address reward = _tokens[trip.chain][REWARD];
        if (_chains[trip.chain].bridge.oftOf(reward) == address(0)) {
            return abi.encodeWithSelector(IPositionBridge.Bridge_NoRoute.selector, reward);
        }
        if (trip.rewards == 0) return "";
        available = _availableOf(_outflow[trip.chain][REWARD][trip.target]);
        if (trip.mesh == REWARD && available != type(uint256).max) available -= trip.amount;
        return trip.rewards > available ? _overLimit(available, trip.rewards) : bytes("");
    }

    function _overLimit(uint256 available, uint256 amount) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(IPositionBridge.Bridge_OutflowLimit.selector, available, amount);
    }

    /// @dev Now and then a request that cannot be meant.
    function _spoil(Trip memory trip, uint256 seed) internal view {
        uint256 kind = seed % 40;
        if (kind == 0) trip.request.recipient = address(0);
        if (kind == 1) trip.request.recipient = address(_chains[trip.target].bridge);
        if (kind == 2) {
            trip.amount = _unit(trip.chain, trip.mesh)
                * (1
                    + _held[trip.chain][trip.request.farmId][trip.user].principal
                    / _unit(trip.chain, trip.mesh));
            trip.request.amount = uint96(trip.amount);
        }
        if (kind == 3) (trip.request.amount, trip.amount) = (0, 0);
        if (kind == 4) {
            trip.request.amount = uint96(_unit(trip.chain, trip.mesh) - 1);
            trip.amount = 0;
        }
    }
}
