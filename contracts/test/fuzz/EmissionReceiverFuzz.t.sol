// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EmissionOrder} from "../../src/libraries/EmissionOrder.sol";
import {ReceiverFixture} from "../support/ReceiverFixture.sol";

contract EmissionReceiverFuzzTest is ReceiverFixture {
    uint32 private constant REVISIONS = 3;
    uint32 private constant FARMS = 4;

    struct Packet {
        bytes order;
        uint256 amountSD;
    }

    function setUp() external {
        _startReceiver();
    }

    /// @dev Three revisions, sent as the controller sends them, arriving in all six orders at one
    /// timestamp: pot, given and streams end the same. Farm 3 exists or not, farm 4 never does.
    /// @custom:property H-10
    function testFuzz_RevisionsArriveInAnyOrder(
        uint32[4][3] memory targetsSD,
        uint8 named,
        bool hasThird,
        uint16 elapsed
    ) external {
        if (hasThird) _addFarm(3, address(_reward));
        _fund(_stake, ALICE, 1e18);
        vm.prank(ALICE);
        _farms.stake(1, 1e18);
        _apply(_order(1, 1, _pair(1_000, 2_000)), 3_000);
        skip(elapsed);

        Packet[3] memory packets = _packetsOf(targetsSD, named);
        uint8[3][6] memory orders =
            [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        bytes32 expected;
        uint256 snapshot = vm.snapshotState();
        for (uint256 i; i < 6; ++i) {
            for (uint256 j; j < 3; ++j) {
                Packet memory packet = packets[orders[i][j]];
                _apply(packet.order, packet.amountSD);
            }
            bytes32 digest = _digest();
            if (i == 0) expected = digest;
            else assertEq(digest, expected, "order");
            vm.revertToState(snapshot);
        }
    }

    /// @dev The counters never promise more than the tokens held, whatever comes in.
    /// @custom:property H-08, I1
    function testFuzz_PotsNeverExceedTheTokensHeld(
        uint32[4][3] memory targetsSD,
        uint32[3] memory amountsSD,
        uint16[3] memory waits
    ) external {
        for (uint32 i; i < 3; ++i) {
            skip(waits[i]);
            uint64[] memory amounts = new uint64[](FARMS);
            for (uint256 j; j < FARMS; ++j) {
                amounts[j] = targetsSD[i][j];
            }
            _apply(_order(1 + i % 2, 1 + i, amounts), amountsSD[i]);
            assertEq(_receiver.unallocated(), _receiver.potOf(1) + _receiver.potOf(2));
            assertEq(_receiver.unallocated(), _reward.balanceOf(address(_receiver)));
        }
    }

    /// @dev H-09: however late an order comes, it adds at most the rate of one that came on time.
    /// @custom:property H-09, E20
    function testFuzz_H09_ALateOrderAddsAtMostItsNominalRate(
        uint64[2] memory amountsSD,
        uint32 firstAt,
        uint32 late,
        uint32 elapsed
    ) external {
        // Both together stay below the farm's greatest rate, which would hold something back.
        amountsSD[0] = uint64(bound(amountsSD[0], 0, 1e12));
        amountsSD[1] = uint64(bound(amountsSD[1], 1, 1e12));
        _stakeAs(ALICE, 1, 1e18);
        skip(firstAt % 21 days);
        _apply(_order(1, 1, _pair(amountsSD[0], 0)), amountsSD[0]);
        skip(late % 21 days);
        elapsed = elapsed % 7 days;
        uint256 snapshot = vm.snapshotState();
        skip(elapsed);
        uint256 without = _farms.earned(1, ALICE);
        vm.revertToState(snapshot);
        _apply(_order(2, 1, _pair(amountsSD[1], 0)), amountsSD[1]);
        skip(elapsed);
        uint256 nominal = amountsSD[1] * SD * elapsed / 7 days;
        assertLe(_farms.earned(1, ALICE), without + nominal + 2, "but for rounding");
    }

    /// @dev H-11: messages of a pause move nothing; after it the state is the one that the same
    /// messages at once would have led to.
    /// @custom:property H-11
    function testFuzz_H11_APauseEmitsNothingAndLosesNothing(
        uint32[4][3] memory targetsSD,
        uint8 named,
        uint16[3] memory waits
    ) external {
        _stakeAs(ALICE, 1, 1e18);
        _apply(_order(1, 1, _pair(1_000, 2_000)), 3_000);
        Packet[3] memory packets = _packetsOf(targetsSD, named);
        uint256 snapshot = vm.snapshotState();
        skip(uint256(waits[0]) + waits[1] + waits[2]);
        for (uint256 i; i < 3; ++i) {
            _apply(packets[i].order, packets[i].amountSD);
        }
        bytes32 expected = _digest();
        vm.revertToState(snapshot);

        vm.prank(GUARDIAN);
        _receiver.pause();
        uint256 received;
        for (uint256 i; i < 3; ++i) {
            skip(waits[i]);
            uint256 unstreamed = _farms.unstreamed(1) + _farms.unstreamed(2);
            _apply(packets[i].order, packets[i].amountSD);
            received += packets[i].amountSD * SD;
            assertEq(_farms.unstreamed(1) + _farms.unstreamed(2), unstreamed, "emits nothing");
            assertEq(_receiver.potOf(2), received, "loses nothing");
        }
        _receiver.unpause();
        _receiver.replay(2);
        assertEq(_digest(), expected, "as if there had been no pause");
    }

    /// @dev H-05: one flipped bit anywhere, and every length next to the right one. The message is
    /// refused into pot 0, or is another order; never a revert, never a promise without tokens.
    /// @custom:property H-05
    function test_H05_EveryFlippedBitAndWrongLengthIsRefusedOrHarmless() external {
        bytes memory good = _order(1, 1, _pair(1_000, 2_000));
        for (uint256 bit; bit < good.length * 8; ++bit) {
            bytes memory bad = bytes.concat(good);
            bad[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
            // Only the version is no field that another order could have there.
            _assertHarmless(bad, bit < 8);
        }
        for (uint256 size; size < good.length + 12; ++size) {
            if (size == good.length) continue;
            bytes memory bad = new bytes(size);
            for (uint256 i; i < size && i < good.length; ++i) {
                bad[i] = good[i];
            }
            // A whole number of entries less is another order; one more entry is farm 0, unsorted.
            bool isShorterOrder = size == 14 || size == 26;
            _assertHarmless(bad, !isShorterOrder);
        }
    }

    /// @dev H-05: several bytes at once.
    /// @custom:property H-05
    function testFuzz_H05_AnythingIsRefusedOrHarmless(bytes memory noise, uint8 at) external {
        bytes memory message = _order(1, 1, _pair(1_000, 2_000));
        for (uint256 i; i < noise.length && at + i < message.length; ++i) {
            message[at + i] = noise[i];
        }
        _assertHarmless(message, false);
        _assertHarmless(noise, false);
    }

    /// @custom:property H-05
    function testFuzz_AnOrderSurvivesEncoding(
        uint32 epoch,
        uint32 revision,
        uint40 epochEnd,
        uint64[] memory amountsSD
    ) external view {
        epoch = uint32(bound(epoch, 1, type(uint32).max));
        revision = uint32(bound(revision, 1, type(uint32).max));
        EmissionOrder.Order memory order;
        (order.epoch, order.revision, order.epochEnd) = (epoch, revision, epochEnd);
        order.amountsSD = amountsSD;
        order.farmIds = new uint32[](amountsSD.length);
        for (uint32 i; i < amountsSD.length; ++i) {
            order.farmIds[i] = i * 7 + (i == 0 ? 0 : epoch % 7);
        }
        bytes memory encoded = EmissionOrder.encode(order);
        assertEq(encoded.length, 14 + 12 * amountsSD.length, "size");
        assertEq(EmissionOrder.countOf(encoded), amountsSD.length, "count");
        (bool ok, EmissionOrder.Order memory decoded) = this.decode(encoded);
        assertTrue(ok, "ok");
        assertEq(keccak256(abi.encode(decoded)), keccak256(abi.encode(order)), "round trip");
    }

    /// @custom:property H-05
    function testFuzz_DecodingNeverReverts(bytes memory anything) external view {
        (bool ok, EmissionOrder.Order memory order) = this.decode(anything);
        if (ok) {
            assertEq(keccak256(EmissionOrder.encode(order)), keccak256(anything), "canonical");
        }
    }

    function decode(bytes calldata encoded)
        external
        pure
        returns (bool ok, EmissionOrder.Order memory order)
    {
        return EmissionOrder.decode(encoded);
    }

    function _assertHarmless(bytes memory message, bool isRefused) private {
        uint256 snapshot = vm.snapshotState();
        _apply(message, 2_500);
        (bool ok, EmissionOrder.Order memory order) = this.decode(message);
        if (isRefused) assertFalse(ok, "refused");
        uint32 epoch = ok ? order.epoch : 0;
        uint256 given = _receiver.givenOf(epoch, 1) + _receiver.givenOf(epoch, 2);
        assertEq(_receiver.potOf(epoch) + given, 2_500 * SD, "booked");
        assertEq(_receiver.unallocated(), _receiver.potOf(epoch), "pots");
        assertEq(_reward.balanceOf(address(_receiver)), _receiver.unallocated(), "held");
        assertEq(_farms.unstreamed(1) + _farms.unstreamed(2), given, "promised");
        if (!ok) assertEq(given, 0, "nothing streams from what cannot be read");
        vm.revertToState(snapshot);
    }

    /// @dev The packets the controller would send: each brings what its revision lacks beyond what
    /// the revisions before it brought. `named` leaves farms out of revisions.
    function _packetsOf(uint32[4][3] memory targetsSD, uint8 named)
        private
        pure
        returns (Packet[3] memory packets)
    {
        uint256 sentSD;
        for (uint32 i; i < REVISIONS; ++i) {
            uint32[] memory farmIds = new uint32[](FARMS);
            uint64[] memory amountsSD = new uint64[](FARMS);
            uint256 count;
            uint256 sumSD;
            for (uint32 j; j < FARMS; ++j) {
                if ((named >> (i * 2 + j % 2)) & 1 == 1 && j != 0) continue;
                farmIds[count] = j + 1;
                amountsSD[count++] = targetsSD[i][j];
                sumSD += targetsSD[i][j];
            }
            assembly {
                mstore(farmIds, count)
                mstore(amountsSD, count)
            }
            uint256 dueSD = sumSD > sentSD ? sumSD - sentSD : 0;
            sentSD += dueSD;
            packets[i] = Packet(
                EmissionOrder.encode(
                    EmissionOrder.Order(2, i + 1, EPOCH_END + 7 days, farmIds, amountsSD)
                ),
                dueSD
            );
        }
    }

    /// @dev What must not depend on the order. The end of the stream of a farm that ends up with
    /// nothing is left out: an amount given and taken back leaves the later end behind.
    function _digest() private view returns (bytes32) {
        bytes memory state =
            abi.encode(_receiver.potOf(2), _receiver.unallocated(), _receiver.revisionOf(2));
        for (uint32 i = 1; i <= FARMS; ++i) {
            uint256 given = _receiver.givenOf(2, i);
            state = abi.encode(state, given, _receiver.targetOf(2, i), _farms.unstreamed(i));
            if (given != 0) state = abi.encode(state, _farms.streamOf(i, 0));
        }
        return keccak256(state);
    }
}
