// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroEndpointV2,
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";

import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {StackFixture} from "../support/StackFixture.sol";

/// @notice Whoever dispatches, delivers or executes an order, with whatever gas and value: it has
/// the effect that the executor's call has, or none.
contract EmissionOutsiderTest is StackFixture {
    uint256 private constant GAS_MIN = 25_000;
    uint256 private constant GAS_MAX = 2_500_000;
    uint32 private constant HUB_FARMS = 22;
    /// @dev More than the order of the hub takes, and less than twice as much.
    uint256 private constant HUB_GAS = 1_000_000;
    uint64 private constant AMOUNT_SD = 20_000e6;

    address private immutable STRANGER = makeAddr("stranger");

    function setUp() external {
        _startStack();
        // So much for the hub to do that what a call without enough gas keeps back suffices for an
        // event.
        for (uint32 farmId = 3; farmId <= HUB_FARMS; ++farmId) {
            _controller.setFarmBounds(HUB, farmId, 0, 4000);
        }
        _decide(1, 1, _evenTargets(AMOUNT_SD));
        _mintStake(ALPHA, ALICE, 1e18);
        vm.prank(ALICE);
        _siteOf[ALPHA].farms.stake(2, 1e18);
        vm.deal(STRANGER, 10 ether);
    }

    /// @custom:property B-09, E15
    function testFuzz_ADispatchWithAnyGasHasTheSameEffectOrNone(uint256 gasLimit, uint8 which)
        external
    {
        bytes memory data = abi.encodeCall(IEmissionController.dispatch, (1, _eids[which % 3]));
        _assertSameOrNone(address(_controller), data, gasLimit, 0);
    }

    /// @dev A path that only lacked the gas of the call is not reported as one that fails.
    /// @custom:property B-09, E15, E16
    function testFuzz_ADispatchOfManyWithAnyGasHasTheSameEffectOrNone(uint256 gasLimit) external {
        bytes memory data = abi.encodeCall(IEmissionController.dispatchMany, (1, _eids));
        _assertSameOrNone(address(_controller), data, gasLimit, 0);
    }

    /// @custom:property B-09, E15, E16
    function test_RevertIf_APathOfManyMayOnlyHaveLackedGas() external {
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_NotEnoughGas.selector, 1, HUB)
        );
        _controller.dispatchMany{gas: HUB_GAS / 2}(1, _hubOnly());
        _controller.dispatchMany{gas: HUB_GAS}(1, _hubOnly());
        assertEq(_controller.dispatchedRevision(1, HUB), 1);
    }

    /// @dev Nobody can leave money in the controller by a dispatch.
    /// @custom:property B-09
    function testFuzz_ADispatchWithValueHasNoEffect(uint256 value, bool isMany) external {
        value = bound(value, 1, 10 ether);
        bytes32 before = _digest();
        bytes memory data = isMany
            ? abi.encodeCall(IEmissionController.dispatchMany, (1, _eids))
            : abi.encodeCall(IEmissionController.dispatch, (1, ALPHA));
        vm.prank(STRANGER);
        (bool ok,) = address(_controller).call{value: value}(data);
        assertFalse(ok, "takes no value");
        assertEq(_digest(), before, "none");
    }

    /// @custom:property B-09, E15
    function testFuzz_ADeliveryWithAnyGasAndValueHasTheSameEffectOrNone(
        uint256 gasLimit,
        uint256 value,
        bytes calldata extraData
    ) external {
        _controller.dispatch(1, ALPHA);
        _collect();
        bytes memory data = this.deliveryOf(_packets[0].encoded, extraData);
        _assertSameOrNone(address(_endpoints[ALPHA]), data, gasLimit, bound(value, 0, 1 ether));
    }

    /// @custom:property B-09, E15
    function testFuzz_AComposeWithAnyGasAndValueHasTheSameEffectOrNone(
        uint256 gasLimit,
        uint256 value,
        bytes calldata extraData
    ) external {
        _controller.dispatch(1, ALPHA);
        _collect();
        _deliver(0);
        Compose memory compose = _composes[0];
        bytes memory data = abi.encodeWithSignature(
            "lzCompose(address,address,bytes32,uint16,bytes,bytes)",
            compose.from,
            compose.to,
            compose.guid,
            compose.index,
            compose.message,
            extraData
        );
        _assertSameOrNone(address(_endpoints[ALPHA]), data, gasLimit, bound(value, 0, 1 ether));
        assertEq(
            _siteOf[ALPHA].receiver.givenOf(1, 2), AMOUNT_SD * SD, "and waits until it has one"
        );
    }

    /// @dev The call of the endpoint that delivers a packet.
    function deliveryOf(bytes calldata encoded, bytes calldata extraData)
        external
        pure
        returns (bytes memory)
    {
        Origin memory origin = Origin({
            srcEid: uint32(bytes4(encoded[9:13])),
            sender: bytes32(encoded[13:45]),
            nonce: uint64(bytes8(encoded[1:9]))
        });
        address receiver = address(uint160(uint256(bytes32(encoded[49:81]))));
        bytes32 guid = bytes32(encoded[81:113]);
        return abi.encodeCall(
            ILayerZeroEndpointV2.lzReceive, (origin, receiver, guid, encoded[113:], extraData)
        );
    }

    function _hubOnly() private pure returns (uint32[] memory eids) {
        eids = new uint32[](1);
        eids[0] = HUB;
    }

    /// @dev Compares a stranger's call with the same call of an executor who has gas to spare.
    function _assertSameOrNone(address target, bytes memory data, uint256 gasLimit, uint256 value)
        private
    {
        gasLimit = bound(gasLimit, GAS_MIN, GAS_MAX);
        bytes32 before = _digest();
        uint256 snapshot = vm.snapshotState();
        _callAs(OPERATOR, target, data);
        bytes32 expected = _digest();
        assertNotEq(expected, before, "the executor's call has an effect");
        vm.revertToState(snapshot);

        vm.prank(STRANGER);
        (bool ok,) = target.call{gas: gasLimit, value: value}(data);
        assertEq(_digest(), ok ? expected : before, ok ? "same" : "none");
        if (ok) return;
        _callAs(OPERATOR, target, data);
        assertEq(_digest(), expected, "nothing was spoilt");
    }

    function _callAs(address caller, address target, bytes memory data) private {
        vm.prank(caller);
        (bool ok,) = target.call(data);
        assertTrue(ok, "executor");
    }

    /// @dev Everything that an order may change. Value sent along stays where it was sent, and
    /// nothing is ever paid from it.
    function _digest() private view returns (bytes32) {
        bytes memory state = abi.encode(
            _controller.seq(),
            _controller.spentSD(1),
            _controller.outstandingSD(),
            _controller.tokenBalance(),
            _controller.nativeBalance()
        );
        for (uint256 i; i < _eids.length; ++i) {
            Site memory site = _siteOf[_eids[i]];
            state = abi.encode(
                state,
                _controller.sentToSD(1, site.eid),
                _controller.dispatchedRevision(1, site.eid),
                site.reward.totalSupply(),
                site.reward.balanceOf(address(site.receiver)),
                site.reward.balanceOf(address(site.farms))
            );
            state = abi.encode(
                state,
                site.receiver.seq(),
                site.receiver.revisionOf(1),
                site.receiver.unallocated(),
                site.receiver.givenOf(1, 1),
                site.receiver.givenOf(1, 2),
                site.farms.seq(),
                site.farms.streamOf(1, 0),
                site.farms.streamOf(2, 0)
            );
        }
        return keccak256(state);
    }
}
