// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OFT} from "@layerzerolabs/oft-evm/contracts/OFT.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {DevOft} from "../../src/dev/DevOft.sol";
import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {BridgeFixture} from "../support/BridgeFixture.sol";

/// @notice Omnichain token that calls a target from every transfer, once it is told to.
contract HostileOft is OFT {
    address public target;
    bytes public payload;
    bytes public callbackResult;

    constructor(address endpoint_, address owner_)
        OFT("Hostile", "HST", endpoint_, owner_)
        Ownable(owner_)
    {}

    function setCallback(address target_, bytes calldata payload_) external {
        (target, payload) = (target_, payload_);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (target == address(0)) return;
        (, bytes memory result) = target.call(payload);
        callbackResult = result;
    }
}

/// @notice A stake token that calls back while a position arrives from another chain, or while its
/// escrow is paid: into the bridge that holds the credit and into the farms that take it.
contract ReentrantArrivalTest is BridgeFixture {
    uint32 private constant HOSTILE = 9;
    uint96 private constant AMOUNT = 40e18;

    DevOft private _plain;
    HostileOft private _token;
    bytes32 private _guid;

    /// @dev Alice's position is on its way from ALPHA, where the token is harmless, to BETA.
    function setUp() external {
        _startBridges();
        _plain = new DevOft("Plain", "PLN", address(_endpoints[ALPHA]), address(this));
        _token = new HostileOft(address(_endpoints[BETA]), address(this));
        _plain.setPeer(BETA, _asBytes32(address(_token)));
        _token.setPeer(ALPHA, _asBytes32(address(_plain)));
        _open(ALPHA, address(_plain));
        _open(BETA, address(_token));
        _plain.mint(ALICE, AMOUNT);
        vm.startPrank(ALICE);
        _plain.approve(address(_siteOf[ALPHA].farms), AMOUNT);
        _siteOf[ALPHA].farms.stake(HOSTILE, AMOUNT);
        vm.stopPrank();
        _guid = _moveAndDeliver(IPositionBridge.Move(HOSTILE, AMOUNT, BETA, HOSTILE, ALICE, false));
    }

    /// @custom:property F-17, B-03, E3
    function test_ARestakeCannotReenterTheBridgeOrTheFarms() external {
        bytes[] memory calls = _bridgeCalls();
        for (uint256 i; i < calls.length; ++i) {
            _arriveWith(address(_target), calls[i]);
        }
        calls = _farmCalls();
        for (uint256 i; i < calls.length; ++i) {
            _arriveWith(address(_siteOf[BETA].farms), calls[i]);
        }
    }

    /// @custom:property F-17, B-03, E3
    function test_APaidEscrowCannotReenterTheBridge() external {
        _end(BETA, HOSTILE);
        _compose(0);
        bytes[] memory calls = _bridgeCalls();
        for (uint256 i; i < calls.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            _token.setCallback(address(_target), calls[i]);
            vm.prank(ALICE);
            _target.withdrawEscrow(_guid, address(_token), ALICE);
            _assertRefused();
            _assertState(_guid, address(_token), IPositionBridge.CreditState.Withdrawn);
            assertEq(_token.balanceOf(ALICE), AMOUNT);
            assertEq(_token.balanceOf(address(_target)), 0);
            assertEq(_target.escrowTotal(address(_token)), 0);
            assertTrue(vm.revertToState(snapshot));
        }
    }

    /// @dev The position arrives once, whatever is called meanwhile.
    function _arriveWith(address target, bytes memory data) private {
        uint256 snapshot = vm.snapshotState();
        _token.setCallback(target, data);
        _compose(0);
        _assertRefused();
        _assertState(_guid, address(_token), IPositionBridge.CreditState.Restaked);
        assertEq(_principal(BETA, HOSTILE, ALICE), AMOUNT);
        assertEq(_token.balanceOf(address(_siteOf[BETA].farms)), AMOUNT);
        assertEq(_token.balanceOf(address(_target)), 0);
        assertEq(_target.escrowTotal(address(_token)), 0);
        assertTrue(vm.revertToState(snapshot));
    }

    function _assertRefused() private view {
        assertEq(
            _token.callbackResult(),
            abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
    }

    function _bridgeCalls() private view returns (bytes[] memory calls) {
        IPositionBridge.Move memory request =
            IPositionBridge.Move(HOSTILE, AMOUNT, ALPHA, HOSTILE, ALICE, false);
        calls = new bytes[](6);
        calls[0] = abi.encodeCall(IPositionBridge.retry, (_guid, address(_token), HOSTILE));
        calls[1] = abi.encodeCall(IPositionBridge.withdrawEscrow, (_guid, address(_token), ALICE));
        calls[2] =
            abi.encodeCall(IPositionBridge.returnEscrow, (_guid, address(_token), ALPHA, ALICE));
        calls[3] = abi.encodeCall(IPositionBridge.move, (request));
        calls[4] = abi.encodeCall(
            IPositionBridge.moveMany, (new IPositionBridge.Move[](0), new uint256[](0))
        );
        calls[5] = abi.encodeCall(
            IPositionBridge.moveBySig, (ALICE, request, type(uint256).max, bytes(""))
        );
    }

    function _farmCalls() private view returns (bytes[] memory calls) {
        calls = new bytes[](5);
        calls[0] = abi.encodeCall(IFarms.stakeFor, (HOSTILE, ALICE, 1));
        calls[1] = abi.encodeCall(IFarms.withdraw, (HOSTILE, AMOUNT));
        calls[2] = abi.encodeCall(IFarms.exit, (HOSTILE, AMOUNT));
        calls[3] = abi.encodeCall(IFarms.claim, (HOSTILE));
        calls[4] = abi.encodeCall(IFarms.claimFor, (HOSTILE, ALICE));
    }

    function _open(uint32 eid, address token) private {
        Site memory site = _siteOf[eid];
        site.farms.addFarm(IFarms.NewFarm(HOSTILE, token, 95, type(uint64).max, false));
        site.bridge.setRoute(token, token);
    }
}
