// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    IOFT,
    MessagingReceipt,
    OFTReceipt
} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {HeadwaterTokenAdapter} from "../../src/token/HeadwaterTokenAdapter.sol";
import {BridgeFixture} from "../support/BridgeFixture.sol";
import {HostileToken} from "../support/Tokens.sol";

/// @notice A stake token that exists as a plain ERC-20 on one chain and travels by an adapter. The
/// token is hostile on request.
contract BridgeAdapterTest is BridgeFixture {
    uint32 private constant FARM = 5;

    HostileToken private _token;
    HeadwaterTokenAdapter private _adapter;

    function setUp() external {
        _startBridges();
        Site memory beta = _siteOf[BETA];
        _token = new HostileToken();
        _adapter =
            new HeadwaterTokenAdapter(address(_token), address(_endpoints[BETA]), address(this));
        _adapter.setPeer(ALPHA, _asBytes32(address(_siteOf[ALPHA].stake)));
        _siteOf[ALPHA].stake.setPeer(BETA, _asBytes32(address(_adapter)));
        beta.farms.addFarm(IFarms.NewFarm(FARM, address(_token), 90, type(uint64).max, false));
        beta.bridge.setRoute(address(_token), address(_adapter));
        _token.mint(BOB, 100e18);
        vm.startPrank(BOB);
        _token.approve(address(beta.farms), type(uint256).max);
        beta.farms.stake(FARM, 100e18);
        _target.move{value: MESSAGE_FEE}(_leaving(60e18));
        vm.stopPrank();
        _deliverAll();
    }

    function test_APositionLeavesThroughAnAdapter() external view {
        assertEq(_principal(ALPHA, PLAIN, BOB), 60e18);
        assertEq(_token.balanceOf(address(_adapter)), 60e18, "locked");
        assertEq(_token.balanceOf(address(_target)), 0);
        assertEq(_token.allowance(address(_target), address(_adapter)), 0);
    }

    /// @dev A token that reverts with a hundred thousand bytes cannot eat the gas that booking the
    /// escrow needs.
    /// @custom:property B-09
    function test_AHugeRevertReasonStillEndsInEscrow() external {
        bytes32 guid = _arrive(FARM);
        _token.setReasonSize(100_000);
        this.executeCompose(0, _composeGas());
        _assertState(guid, address(_token), IPositionBridge.CreditState.Escrowed);

        _token.setReasonSize(0);
        vm.prank(ALICE);
        _target.returnEscrow{value: MESSAGE_FEE}(guid, address(_token), ALPHA, ALICE);
        _deliverAll();
        assertEq(_siteOf[ALPHA].stake.balanceOf(ALICE), 10e18);
    }

    function test_RevertIf_TheTokenCallsTheBridgeBack() external {
        bytes32 guid = _arrive(4);
        _compose(0);
        _callBack(abi.encodeCall(IPositionBridge.withdrawEscrow, (guid, address(_token), ALICE)));
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, address(_token), ALICE);
        _assertRefused();
        assertEq(_token.balanceOf(ALICE), 10e18);
    }

    /// @dev While it is restaked on arrival the token tries to get the same credit again.
    function test_RevertIf_TheTokenCallsBackFromARestake() external {
        bytes32 guid = _arrive(FARM);
        Compose memory compose = _composes[0];
        _callBack(
            abi.encodeWithSignature(
                "lzCompose(address,bytes32,bytes,address,bytes)",
                compose.from,
                guid,
                compose.message,
                address(0),
                ""
            )
        );
        _compose(0);
        _assertRefused();
        assertEq(_principal(BETA, FARM, ALICE), 10e18);
        _assertState(guid, address(_token), IPositionBridge.CreditState.Restaked);
    }

    /// @dev While it leaves, the token tries every other way in.
    function test_RevertIf_TheTokenCallsBackFromAMove() external {
        bytes32 guid = _arrive(4);
        _compose(0);
        IPositionBridge.Move[] memory requests = new IPositionBridge.Move[](1);
        requests[0] = _leaving(1e18);
        address token = address(_token);
        bytes[] memory calls = new bytes[](7);
        calls[0] = abi.encodeCall(IPositionBridge.move, (requests[0]));
        calls[1] = abi.encodeCall(IPositionBridge.moveMany, (requests, new uint256[](1)));
        calls[2] = abi.encodeCall(IPositionBridge.moveBySig, (BOB, requests[0], 0, ""));
        calls[3] = abi.encodeCall(IPositionBridge.retry, (guid, token, FARM));
        calls[4] = abi.encodeCall(IPositionBridge.withdrawEscrow, (guid, token, ALICE));
        calls[5] = abi.encodeCall(IPositionBridge.returnEscrow, (guid, token, ALPHA, ALICE));
        calls[6] = abi.encodeCall(IPositionBridge.recover, (address(1), ALICE, 1));
        // The token is the owner too, so that only the guard is in the way.
        _target.transferOwnership(token);
        for (uint256 i; i < calls.length; ++i) {
            _callBack(calls[i]);
            vm.prank(BOB);
            _target.move{value: MESSAGE_FEE}(_leaving(1e18));
            _assertRefused();
        }
        assertEq(_principal(BETA, FARM, BOB), 33e18);
    }

    /// @dev An adapter that takes nothing may not take it later, from somebody else's escrow.
    function test_NoAllowanceOutlivesASend() external {
        MessagingReceipt memory receipt;
        OFTReceipt memory taken;
        vm.mockCall(
            address(_adapter),
            abi.encodeWithSelector(IOFT.send.selector),
            abi.encode(receipt, taken)
        );
        vm.prank(BOB);
        _target.move{value: MESSAGE_FEE}(_leaving(10e18));
        assertEq(_token.balanceOf(address(_target)), 10e18, "not taken");
        assertEq(_token.allowance(address(_target), address(_adapter)), 0);
    }

    /// @dev A token that stops altogether keeps its own escrow, and nobody else's.
    /// @custom:property E28
    function test_ABrokenTokenStopsItselfOnly() external {
        bytes32 guid = _arrive(4);
        _compose(0);
        _token.setBroken(true);
        vm.expectRevert(HostileToken.Hostile_Broken.selector);
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, address(_token), ALICE);
        _token.setBroken(false);
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, address(_token), ALICE);
        assertEq(_token.balanceOf(ALICE), 10e18);
    }

    /// @dev Ten of Alice's go to `farmId` of BETA; their compose waits.
    function _arrive(uint32 farmId) private returns (bytes32 guid) {
        IPositionBridge.Move memory request =
            IPositionBridge.Move(PLAIN, 10e18, BETA, farmId, ALICE, false);
        return _moveAndDeliver(request);
    }

    function _leaving(uint96 amount) private view returns (IPositionBridge.Move memory) {
        return IPositionBridge.Move(FARM, amount, ALPHA, PLAIN, BOB, false);
    }

    function _callBack(bytes memory data) private {
        _token.setCallback(address(_target), data);
    }

    function _assertRefused() private view {
        assertTrue(_token.calledBack(), "it tried and failed");
        assertEq(
            bytes4(_token.callbackResult()),
            ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector
        );
    }
}
