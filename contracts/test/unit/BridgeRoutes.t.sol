// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IOFT} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {OFTComposeMsgCodec} from "@layerzerolabs/oft-evm/contracts/libs/OFTComposeMsgCodec.sol";

import {DevOft} from "../../src/dev/DevOft.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {PositionBridge} from "../../src/spoke/PositionBridge.sol";
import {HeadwaterTokenAdapter} from "../../src/token/HeadwaterTokenAdapter.sol";
import {StackFixture} from "../support/StackFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice What an OFT that lies, and an owner who names it, can do to what the bridge holds.
contract BridgeRoutesTest is StackFixture {
    bytes32 private constant FORGED = bytes32(uint256(77));

    PositionBridge private _source;
    PositionBridge private _target;
    DevOft private _token;

    function setUp() external {
        _startStack();
        _source = _siteOf[ALPHA].bridge;
        _target = _siteOf[BETA].bridge;
        _token = _siteOf[BETA].stake;
        vm.deal(ALICE, 10 ether);
        _mintStake(ALPHA, ALICE, 100e18);
        vm.prank(ALICE);
        _siteOf[ALPHA].farms.stake(2, 100e18);
    }

    // Cover.

    /// @dev A compose that brought nothing cannot reach what is held for somebody else.
    function test_RevertIf_AComposeBroughtNoTokens() external {
        bytes32 guid = _escrow();
        _forge(40e18);
        _refuse(40e18, 80e18);
        assertEq(_target.escrowTotal(address(_token)), 40e18, "only the first is owed");
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, ALICE);
        assertEq(_token.balanceOf(ALICE), 40e18);
    }

    /// @dev The owner names an OFT of his own for a token whose route he has closed.
    function test_TheOwnerCannotTakeAnEscrowThroughAnotherOft() external {
        _escrow();
        HeadwaterTokenAdapter evil =
            new HeadwaterTokenAdapter(address(_token), address(_endpoints[BETA]), address(this));
        _target.setRoute(address(_token), address(0));
        vm.expectPartialRevert(IPositionBridge.Bridge_RouteFixed.selector);
        _target.setRoute(address(_token), address(evil));
        vm.prank(address(evil));
        _endpoints[BETA].sendCompose(address(_target), FORGED, 0, _message(40e18));
        _collect();
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_UnknownOft.selector, address(evil))
        );
        this.executeCompose();
    }

    /// @dev The bridge holds less than it owes already.
    function test_RevertIf_TheTokenLostBalance() external {
        _escrow();
        deal(address(_token), address(_target), 10e18);
        _forge(1e18);
        _refuse(10e18, 41e18);
    }

    function test_AnUncoveredComposeGoesThroughOnceItIsCovered() external {
        _move();
        _collect();
        _deliver(0);
        deal(address(_token), address(_target), 40e18 - 1);
        _refuse(40e18 - 1, 40e18);
        _token.mint(address(_target), 1);
        _compose(0);
        assertEq(_siteOf[BETA].farms.positionOf(2, ALICE).weight, 40e18);
        assertEq(_target.escrowTotal(address(_token)), 0, "nothing is owed after a restake");
    }

    // Routes.

    function test_RevertIf_ARouteIsOpenedToAnotherOft() external {
        address token = address(_token);
        address other =
            address(new HeadwaterTokenAdapter(token, address(_endpoints[BETA]), address(this)));
        bytes memory reason =
            abi.encodeWithSelector(IPositionBridge.Bridge_RouteFixed.selector, token, other);
        vm.expectRevert(reason);
        _target.setRoute(token, other);
        _target.setRoute(token, address(0));
        assertEq(_target.oftOf(token), address(0), "closed");
        vm.expectRevert(reason);
        _target.setRoute(token, other);
        _target.setRoute(token, token);
        assertEq(_target.oftOf(token), token, "open again");
    }

    /// @dev An OFT that answers for one token today and for another tomorrow.
    function test_RevertIf_AnOftIsNamedForTwoTokens() external {
        address first = address(new PlainToken(18));
        address second = address(new PlainToken(18));
        address oft =
            address(new HeadwaterTokenAdapter(first, address(_endpoints[BETA]), address(this)));
        _target.setRoute(first, oft);
        vm.mockCall(oft, abi.encodeCall(IOFT.token, ()), abi.encode(second));
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_UnknownOft.selector, oft));
        _target.setRoute(second, oft);
    }

    function test_AClosedRouteStopsMovesAndLetsInWhatIsOnItsWay() external {
        bytes32 guid = _move();
        _target.setRoute(address(_token), address(0));
        _deliverAll();
        assertEq(uint8(_target.creditOf(guid).state), uint8(IPositionBridge.CreditState.Restaked));
        assertEq(_siteOf[BETA].farms.positionOf(2, ALICE).weight, 40e18);
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_NoRoute.selector, address(_token))
        );
        vm.prank(ALICE);
        _target.move{value: MESSAGE_FEE}(IPositionBridge.Move(2, 40e18, ALPHA, 2, ALICE));
    }

    function test_AClosedRouteKeepsEveryExitOfAnEscrow() external {
        bytes32 guid = _escrow();
        _siteOf[BETA].farms.addFarm(IFarms.NewFarm(3, address(_token), 95, 1, false));
        _target.setRoute(address(_token), address(0));
        uint256 before = vm.snapshotState();
        vm.startPrank(ALICE);
        _target.retry(guid, 3);
        assertEq(_siteOf[BETA].farms.positionOf(3, ALICE).weight, 40e18);
        vm.revertToState(before);
        _target.withdrawEscrow(guid, ALICE);
        assertEq(_token.balanceOf(ALICE), 40e18);
        vm.revertToState(before);
        uint256 fee = _target.quoteReturn(guid, ALPHA, ALICE);
        _target.returnEscrow{value: fee}(guid, ALPHA, ALICE);
        vm.stopPrank();
        _deliverAll();
        assertEq(_siteOf[ALPHA].stake.balanceOf(ALICE), 40e18);
    }

    /// @dev External, so that the revert is caught at the right depth. Leaves the compose filed.
    function executeCompose() external {
        _executeCompose(_composes[0]);
    }

    function _move() private returns (bytes32 guid) {
        vm.prank(ALICE);
        guid = _source.move{value: MESSAGE_FEE}(IPositionBridge.Move(2, 40e18, BETA, 2, ALICE));
    }

    function _escrow() private returns (bytes32 guid) {
        _siteOf[BETA].farms.setFarmState(2, IFarms.FarmState.Ended);
        guid = _move();
        _deliverAll();
        assertEq(uint8(_target.creditOf(guid).state), uint8(IPositionBridge.CreditState.Escrowed));
    }

    /// @dev The OFT itself, turned evil, queues a compose of a move that never was.
    function _forge(uint256 amount) private {
        vm.prank(address(_token));
        _endpoints[BETA].sendCompose(address(_target), FORGED, 0, _message(amount));
        _collect();
    }

    /// @dev A compose as the OFT writes it for a move of the source's bridge.
    function _message(uint256 amount) private view returns (bytes memory) {
        bytes memory inner =
            abi.encodePacked(_asBytes32(address(_source)), abi.encode(BOB, uint32(2)));
        return OFTComposeMsgCodec.encode(1, ALPHA, amount, inner);
    }

    function _refuse(uint256 held, uint256 owed) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IPositionBridge.Bridge_NotCovered.selector, address(_token), held, owed
            )
        );
        this.executeCompose();
        assertEq(uint8(_target.creditOf(FORGED).state), uint8(IPositionBridge.CreditState.None));
    }
}
