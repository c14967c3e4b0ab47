// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {StackFixture} from "../support/StackFixture.sol";

/// @notice Which chains and farms the controller knows, and who may change that.
contract EmissionRegistryTest is StackFixture {
    bytes32 private constant RECEIVER = keccak256("receiver");

    function setUp() external {
        _startStack();
    }

    function test_TheRegistryKeepsItselfSorted() external {
        uint32[] memory eids = _controller.chains();
        assertEq(eids.length, 3);
        assertTrue(eids[0] == BETA && eids[1] == HUB && eids[2] == ALPHA);
        _controller.setFarmBounds(HUB, 0, 0, 1);
        (uint32[] memory farmEids, uint32[] memory farmIds) = _controller.farms();
        assertEq(farmEids.length, 7);
        for (uint256 i = 1; i < 7; ++i) {
            assertTrue(
                (uint64(farmEids[i]) << 32) + farmIds[i]
                    > (uint64(farmEids[i - 1]) << 32) + farmIds[i - 1]
            );
        }
        _controller.removeFarm(BETA, 2);
        (, farmIds) = _controller.farms();
        assertEq(farmIds.length, 6);
        assertEq(farmIds[1], 0);
        assertFalse(_controller.boundsOf(BETA, 2).registered);
        assertEq(_controller.receiverOf(HUB), _asBytes32(address(_siteOf[HUB].receiver)));
        assertEq(_controller.chainMaxBps(HUB), 6000);
    }

    function test_EveryChangeOfTheRegistryIsAnnounced() external {
        uint64 seq = _controller.seq();
        vm.expectEmit(address(_controller));
        emit IEmissionController.ChainRegistered(9, RECEIVER, 10_000, seq + 1);
        _controller.setChain(9, RECEIVER, 10_000);
        vm.expectEmit(address(_controller));
        emit IEmissionController.FarmBoundsSet(9, 7, 10, 20, seq + 2);
        _controller.setFarmBounds(9, 7, 10, 20);
        vm.expectEmit(address(_controller));
        emit IEmissionController.FarmRemoved(9, 7, seq + 3);
        _controller.removeFarm(9, 7);
        assertEq(_controller.seq(), seq + 3, "numbered by the controller, not by its library");
    }

    /// @dev Whatever order farms come and go in, the list stays sorted and free of duplicates.
    function testFuzz_TheRegistryStaysSortedWhateverComesAndGoes(uint8[24] memory steps) external {
        for (uint256 i; i < steps.length; ++i) {
            uint32 eid = _eids[steps[i] % 3];
            uint32 farmId = steps[i] / 3 % 16;
            bool isKnown = _controller.boundsOf(eid, farmId).registered;
            if (isKnown && steps[i] >= 128) _controller.removeFarm(eid, farmId);
            else _controller.setFarmBounds(eid, farmId, 0, 1);
        }
        (uint32[] memory eids, uint32[] memory farmIds) = _controller.farms();
        for (uint256 i; i < eids.length; ++i) {
            assertTrue(_controller.boundsOf(eids[i], farmIds[i]).registered);
            if (i == 0) continue;
            uint256 key = (uint256(eids[i]) << 32) | farmIds[i];
            assertGt(key, (uint256(eids[i - 1]) << 32) | farmIds[i - 1]);
        }
    }

    function test_RevertIf_ARegistrationIsInvalid() external {
        vm.expectRevert(IEmissionController.Controller_ZeroAddress.selector);
        _controller.setChain(9, bytes32(0), 1);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_BadBps.selector, 10_001)
        );
        _controller.setChain(9, RECEIVER, 10_001);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_UnknownChain.selector, 9)
        );
        _controller.setFarmBounds(9, 1, 0, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_BadBps.selector, 10_001)
        );
        _controller.setFarmBounds(HUB, 1, 0, 10_001);
        vm.expectRevert(abi.encodeWithSelector(IEmissionController.Controller_BadBps.selector, 2));
        _controller.setFarmBounds(HUB, 1, 2, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_UnknownFarm.selector, HUB, 9)
        );
        _controller.removeFarm(HUB, 9);
    }

    function test_RevertIf_TheRegistryIsFull() external {
        for (uint32 i; i < 250; ++i) {
            _controller.setFarmBounds(HUB, 100 + i, 0, 1);
        }
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_TooManyFarms.selector, 256)
        );
        _controller.setFarmBounds(HUB, 9, 0, 1);
        for (uint32 i; i < 61; ++i) {
            _controller.setChain(100 + i, RECEIVER, 1);
        }
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionController.Controller_TooManyChains.selector, 64)
        );
        _controller.setChain(9, RECEIVER, 1);
    }

    /// @dev What a full registry costs has to fit into a block with room to spare.
    function test_AFullRegistryIsStillDecidedInOneTransaction() external {
        for (uint32 i; i < 250; ++i) {
            _controller.setFarmBounds(_eids[i % 3], 100 + i, 0, 4000);
        }
        _decide(1, 1, _evenTargets(1_000e6));
        vm.warp(GENESIS + EPOCH_DURATION);
        IEmissionController.Target[] memory targets = _evenTargets(2_000e6);
        uint256 before = gasleft();
        _decide(2, 1, targets);
        assertLt(before - gasleft(), 12_000_000);
        assertEq(_controller.chainTargetSD(2, BETA), 85 * 2_000e6);
    }

    /// @custom:property H-04
    function test_RevertIf_TheOwnerDidNotAsk() external {
        bytes[13] memory calls = [
            abi.encodeCall(IEmissionController.setChain, (9, RECEIVER, 1)),
            abi.encodeCall(IEmissionController.setFarmBounds, (HUB, 1, 0, 1)),
            abi.encodeCall(IEmissionController.removeFarm, (HUB, 1)),
            abi.encodeCall(IEmissionController.setSchedule, (1, 1, 1, 1)),
            abi.encodeCall(IEmissionController.setRevenueMultiple, (1)),
            abi.encodeCall(IEmissionController.setMaxChangeBps, (1)),
            abi.encodeCall(IEmissionController.setFeeCap, (1)),
            abi.encodeCall(IEmissionController.setOperator, (OPERATOR)),
            abi.encodeCall(IEmissionController.unpause, ()),
            abi.encodeCall(IEmissionController.withdrawNative, (payable(OPERATOR), 1)),
            abi.encodeCall(IEmissionController.withdrawToken, (OPERATOR, 1)),
            abi.encodeWithSignature("setGuardian(address)", OPERATOR),
            abi.encodeWithSignature("setSentinel(address,uint40)", OPERATOR, 0)
        ];
        address[2] memory callers = [OPERATOR, GUARDIAN];
        for (uint256 i; i < callers.length; ++i) {
            bytes memory refusal =
                abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, callers[i]);
            for (uint256 j; j < calls.length; ++j) {
                vm.prank(callers[i]);
                (bool ok, bytes memory reason) = address(_controller).call(calls[j]);
                assertFalse(ok);
                assertEq(reason, refusal);
            }
        }
    }
}
