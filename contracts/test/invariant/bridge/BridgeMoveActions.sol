// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPositionBridge} from "../../../src/interfaces/IPositionBridge.sol";
import {PositionBridge} from "../../../src/spoke/PositionBridge.sol";
import {BridgeTrips} from "./BridgeTrips.sol";

/// @notice Positions that leave: one, several, or on a signature; and what is refused of that.
abstract contract BridgeMoveActions is BridgeTrips {
    /// @dev More than any move costs; the rest comes back.
    uint256 private constant VALUE = 3 * MESSAGE_FEE;

    /// @custom:property B-02, B-07, B-08, B-10, B-11, I10
    function move(uint256 who, uint256 seed, uint256 amountSeed) external counted {
        (bool isFound, Trip memory trip) = _tripOf(who, seed, amountSeed);
        if (!isFound) return;
        _spoil(trip, seed);
        bytes memory refusal = _refusalOf(trip);
        PositionBridge bridge = _chains[trip.chain].bridge;
        if (refusal.length != 0) {
            vm.expectRevert(refusal);
            vm.prank(trip.user);
            bridge.move{value: VALUE}(trip.request);
            _assertHeld(trip.chain, trip.request.farmId, trip.user);
            return;
        }
        uint256 native = trip.user.balance;
        uint256 first = _packets.length;
        _forgetLogs();
        vm.prank(trip.user);
        bytes32 guid = bridge.move{value: VALUE}(trip.request);
        uint256 packets = _departed(trip, guid, first);
        assertEq(native - trip.user.balance, packets * MESSAGE_FEE, "the rest is refunded");
        _effect();
    }

    /// @dev All or none.
    /// @custom:property B-02, B-07, B-10
    function moveMany(uint256 who, uint256 seed, uint256 amountSeed) external counted {
        (bool isFound, Trip[] memory trips) = _tripsOf(who, seed, amountSeed);
        if (!isFound) return;
        IPositionBridge.Move[] memory requests = new IPositionBridge.Move[](trips.length);
        uint256[] memory fees = new uint256[](trips.length);
        bytes memory refusal;
        for (uint256 i; i < trips.length; ++i) {
            (requests[i], fees[i]) = (trips[i].request, VALUE);
            if (refusal.length == 0) refusal = _refusalOf(trips[i]);
        }
        if (_refuseBadFees(trips[0], requests, fees, seed)) return;
        if (refusal.length != 0) {
            vm.expectRevert(refusal);
            _moveMany(trips[0], requests, fees);
            _assertHeld(trips[0].chain, trips[0].request.farmId, trips[0].user);
            return;
        }
        uint256 first = _packets.length;
        bytes32[] memory guids = _moveMany(trips[0], requests, fees);
        for (uint256 i; i < trips.length; ++i) {
            first += _departed(trips[i], guids[i], first);
        }
        _effect();
    }

    /// @dev Anybody submits; the signature is good once, here, for exactly what it says.
    /// @custom:property B-02, B-11, E25, I10
    function moveBySig(uint256 who, uint256 seed, uint256 amountSeed) external counted {
        (bool isFound, Trip memory trip) = _tripOf(who, seed, amountSeed);
        if (!isFound) return;
        trip.deadline = block.timestamp + seed % 3;
        PositionBridge bridge = _chains[trip.chain].bridge;
        bytes memory signature = _sign(trip, bridge.nonceOf(trip.user));
        if (seed % 5 == 0) {
            vm.prank(trip.user);
            bridge.useNonce();
            _refuseSignature(bridge, trip, signature);
            signature = _sign(trip, bridge.nonceOf(trip.user));
        }
        _refuseTampered(trip, signature, seed);
        bytes memory refusal = _refusalOf(trip);
        if (refusal.length != 0) {
            vm.expectRevert(refusal);
            _submit(bridge, trip, signature);
            return;
        }
        uint256 native = OUTSIDER.balance;
        uint256 userNative = trip.user.balance;
        uint256 first = _packets.length;
        bytes32 guid = _submit(bridge, trip, signature);
        uint256 packets = _departed(trip, guid, first);
        assertEq(native - OUTSIDER.balance, packets * MESSAGE_FEE, "who submits pays");
        assertEq(trip.user.balance, userNative, "the user does not");
        _refuseSignature(bridge, trip, signature);
        _effect();
    }

    function _moveMany(
        Trip memory trip,
        IPositionBridge.Move[] memory requests,
        uint256[] memory fees
    ) private returns (bytes32[] memory) {
        _forgetLogs();
        vm.prank(trip.user);
        return _chains[trip.chain].bridge.moveMany{value: VALUE * fees.length}(requests, fees);
    }

    function _submit(PositionBridge bridge, Trip memory trip, bytes memory signature)
        private
        returns (bytes32)
    {
        _forgetLogs();
        vm.prank(OUTSIDER);
        return bridge.moveBySig{value: VALUE}(trip.user, trip.request, trip.deadline, signature);
    }

    // What has to happen.

    /// @dev The model follows a move, and everything about it is checked.
    /// @return packets How many left.
    function _departed(Trip memory trip, bytes32 guid, uint256 first)
        private
        returns (uint256 packets)
    {
        _collect();
        uint256 normed = _normed(trip.chain, trip.mesh, trip.amount);
        _sent[guid] = Sent({
            user: trip.user,
            recipient: trip.request.recipient,
            source: trip.chain,
            target: trip.target,
            mesh: trip.mesh,
            farmId: trip.request.dstFarmId,
            normed: normed,
            carry: trip.carry
        });
        _left(trip.chain, trip.request.farmId, trip.user, trip.amount);
        _assertPriced(trip.chain, trip.request.farmId, trip.user);
        _take(trip.user, trip.mesh, normed);
        _give(trip.request.recipient, trip.mesh, normed);
        _use(_outflow[trip.chain][trip.mesh][trip.target], trip.amount);
        _assertWindow(_outflow[trip.chain][trip.mesh][trip.target]);
        packets = 1;
        if (trip.request.carryRewards && trip.rewards != 0) {
            packets = 2;
            _give(trip.request.recipient, REWARD, _normed(trip.chain, REWARD, trip.rewards));
            _use(_outflow[trip.chain][REWARD][trip.target], trip.rewards);
            _assertPlainPacket(_packets[first], trip);
        }
        _assertMovePacket(_packets[first + packets - 1], trip, guid);
        _assertRewards(trip);
    }

    /// @dev Rewards are settled before the principal leaves; they travel once or stay.
    /// @custom:property B-07
    function _assertRewards(Trip memory trip) private view {
        uint256 left = _chains[trip.chain].farms.earned(trip.request.farmId, trip.user);
        uint256 sent = trip.request.carryRewards ? trip.rewards : 0;
        assertApproxEqAbs(left + sent, trip.earned, 1, "rewards travel once or stay");
    }

    /// @dev What the other chain is told, byte for byte.
    /// @custom:property B-02, B-11
    function _assertMovePacket(Packet memory packet, Trip memory trip, bytes32 guid) private {
        assertEq(packet.guid, guid, "guid");
        // The options end with the gas of the compose.
        _gasPaid[guid] = _wordAt(packet.options, packet.options.length - 16) >> 128;
        bytes memory payload = abi.encode(
            uint256(2), trip.user, trip.request.recipient, trip.request.dstFarmId, trip.carry
        );
        bytes memory message = abi.encodePacked(
            _word(address(_chains[trip.target].bridge)),
            uint64(trip.amount / _unit(trip.chain, trip.mesh)),
            _word(address(_chains[trip.chain].bridge)),
            payload
        );
        assertEq(_messageOf(packet), message, "what the other chain is told");
    }

    function _assertPlainPacket(Packet memory packet, Trip memory trip) private pure {
        bytes memory message = abi.encodePacked(
            _word(trip.request.recipient), uint64(trip.rewards / _unit(trip.chain, REWARD))
        );
        assertEq(_messageOf(packet), message, "rewards to the recipient");
    }

    // What is refused.

    function _refuseBadFees(
        Trip memory trip,
        IPositionBridge.Move[] memory requests,
        uint256[] memory fees,
        uint256 seed
    ) private returns (bool) {
        uint256 count = requests.length;
        if (seed % 16 == 0) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPositionBridge.Bridge_LengthMismatch.selector, count, count + 1
                )
            );
            _moveMany(trip, requests, new uint256[](count + 1));
            return true;
        }
        if (seed % 16 != 1) return false;
        fees[0] -= 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IPositionBridge.Bridge_WrongValue.selector, VALUE * count - 1, VALUE * count
            )
        );
        _moveMany(trip, requests, fees);
        return true;
    }

    /// @dev The same signature for more, for somebody else, elsewhere or later.
    function _refuseTampered(Trip memory trip, bytes memory signature, uint256 seed) private {
        PositionBridge bridge = _chains[trip.chain].bridge;
        uint256 kind = seed / 8 % 8;
        if (kind == 0) {
            trip.request.amount += 1;
            _refuseSignature(bridge, trip, signature);
            trip.request.amount -= 1;
        } else if (kind == 1) {
            address recipient = trip.request.recipient;
            trip.request.recipient = ATTACKER;
            _refuseSignature(bridge, trip, signature);
            trip.request.recipient = recipient;
        } else if (kind == 2) {
            _refuseSignature(_chains[trip.target].bridge, trip, signature);
        } else if (kind == 3) {
            trip.request.dstFarmId += 1;
            _refuseSignature(bridge, trip, signature);
            trip.request.dstFarmId -= 1;
        } else if (kind == 4) {
            uint256 deadline = trip.deadline;
            trip.deadline = block.timestamp - 1;
            signature = _sign(trip, bridge.nonceOf(trip.user));
            vm.expectRevert(
                abi.encodeWithSelector(IPositionBridge.Bridge_Expired.selector, trip.deadline)
            );
            _submit(bridge, trip, signature);
            trip.deadline = deadline;
        }
    }

    function _refuseSignature(PositionBridge bridge, Trip memory trip, bytes memory signature)
        private
    {
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_BadSignature.selector, trip.user)
        );
        _submit(bridge, trip, signature);
    }

    /// @dev What follows the header of 113 bytes.
    function _messageOf(Packet memory packet) internal pure returns (bytes memory message) {
        bytes memory encoded = packet.encoded;
        message = new bytes(encoded.length - 113);
        for (uint256 i; i < message.length; i += 32) {
            uint256 word = _wordAt(encoded, 113 + i);
            if (i + 32 > message.length) word &= ~uint256(0) << (8 * (i + 32 - message.length));
            assembly ("memory-safe") {
                mstore(add(add(message, 32), i), word)
            }
        }
    }
}
