// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {HeadwaterTokenAdapter} from "../../src/token/HeadwaterTokenAdapter.sol";
import {StackFixture} from "../support/StackFixture.sol";
import {HostileToken} from "../support/Tokens.sol";

/// @notice A stake token that exists as a plain ERC-20 on one chain and travels by an adapter. The
/// token is hostile on request.
contract BridgeAdapterTest is StackFixture {
    HostileToken private _token;
    HeadwaterTokenAdapter private _adapter;

    function setUp() external {
        _startStack();
        Site memory beta = _siteOf[BETA];
        _token = new HostileToken();
        _adapter =
            new HeadwaterTokenAdapter(address(_token), address(_endpoints[BETA]), address(this));
        _adapter.setPeer(ALPHA, _asBytes32(address(_siteOf[ALPHA].stake)));
        _siteOf[ALPHA].stake.setPeer(BETA, _asBytes32(address(_adapter)));
        beta.farms.addFarm(IFarms.NewFarm(5, address(_token), 95, 1, false));
        beta.bridge.setRoute(address(_token), address(_adapter));
        vm.deal(ALICE, 10 ether);
        _token.mint(ALICE, 100e18);
        vm.startPrank(ALICE);
        _token.approve(address(beta.farms), type(uint256).max);
        beta.farms.stake(5, 100e18);
        beta.bridge.move{value: MESSAGE_FEE}(IPositionBridge.Move(5, 60e18, ALPHA, 2, ALICE));
        vm.stopPrank();
        _deliverAll();
    }

    function test_APositionLeavesThroughAnAdapter() external view {
        assertEq(_siteOf[ALPHA].farms.positionOf(2, ALICE).weight, 60e18);
        assertEq(_token.balanceOf(address(_adapter)), 60e18, "locked");
        assertEq(_token.balanceOf(address(_siteOf[BETA].bridge)), 0);
    }

    /// @dev A token that reverts with a hundred thousand bytes cannot eat the gas that booking the
    /// escrow needs.
    function test_AHugeRevertReasonStillEndsInEscrow() external {
        vm.prank(ALICE);
        bytes32 guid = _siteOf[ALPHA].bridge.move{value: MESSAGE_FEE}(
            IPositionBridge.Move(2, 10e18, BETA, 5, ALICE)
        );
        _collect();
        _deliver(0);
        _token.setReasonSize(100_000);
        Compose memory compose = _composes[0];
        _endpoints[BETA].lzCompose{gas: uint256(RESTAKE_GAS) * 64 / 63 + 200_000}(
            compose.from, compose.to, compose.guid, compose.index, compose.message, ""
        );
        _composes.pop();
        IPositionBridge bridge = _siteOf[BETA].bridge;
        assertEq(uint8(bridge.creditOf(guid).state), uint8(IPositionBridge.CreditState.Escrowed));

        _token.setReasonSize(0);
        vm.prank(ALICE);
        bridge.returnEscrow{value: MESSAGE_FEE}(guid, ALPHA, ALICE);
        _deliverAll();
        assertEq(_siteOf[ALPHA].stake.balanceOf(ALICE), 10e18);
    }

    function test_RevertIf_TheTokenCallsTheBridgeBack() external {
        vm.prank(ALICE);
        bytes32 guid = _siteOf[ALPHA].bridge.move{value: MESSAGE_FEE}(
            IPositionBridge.Move(2, 10e18, BETA, 4, ALICE)
        );
        _deliverAll();
        _token.setCallback(
            address(_siteOf[BETA].bridge),
            abi.encodeCall(IPositionBridge.withdrawEscrow, (guid, ALICE))
        );
        vm.prank(ALICE);
        _siteOf[BETA].bridge.withdrawEscrow(guid, ALICE);
        assertEq(
            bytes4(_token.callbackResult()),
            ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector
        );
        assertEq(_token.balanceOf(ALICE), 10e18);
    }
}
