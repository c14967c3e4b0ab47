// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOFT} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {OFTComposeMsgCodec} from "@layerzerolabs/oft-evm/contracts/libs/OFTComposeMsgCodec.sol";

import {DevOft} from "../../src/dev/DevOft.sol";
import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {MovePayload} from "../../src/libraries/MovePayload.sol";
import {HeadwaterTokenAdapter} from "../../src/token/HeadwaterTokenAdapter.sol";
import {BridgeFixture} from "../support/BridgeFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice What an OFT that lies, and an owner who names it, can do to what the bridge holds.
contract BridgeRoutesTest is BridgeFixture {
    bytes32 private constant FORGED = bytes32(uint256(77));

    DevOft private _token;

    function setUp() external {
        _startBridges();
        _token = _siteOf[BETA].stake;
    }

    // Cover.

    /// @dev A compose that brought nothing cannot reach what is held for somebody else.
    /// @custom:property B-04
    function test_RevertIf_AComposeBroughtNoTokens() external {
        bytes32 guid = _escrow();
        _forge(40e18);
        _refuse(40e18, 80e18);
        assertEq(_target.escrowTotal(address(_token)), 40e18, "only the first is owed");
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, address(_token), ALICE);
        assertEq(_token.balanceOf(ALICE), 40e18);
    }

    /// @dev The owner names an OFT of his own for a token whose route he has closed.
    /// @custom:property B-04
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
        _moveAndDeliver(_request(ALICE));
        deal(address(_token), address(_target), 40e18 - 1);
        _refuse(40e18 - 1, 40e18);
        _token.mint(address(_target), 1);
        _compose(0);
        assertEq(_principal(BETA, PLAIN, ALICE), 40e18);
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

    /// @custom:property C-06
    function test_AClosedRouteStopsMovesAndLetsInWhatIsOnItsWay() external {
        bytes32 guid = _move(_request(ALICE));
        _target.setRoute(address(_token), address(0));
        _deliverAll();
        _assertState(guid, address(_token), IPositionBridge.CreditState.Restaked);
        assertEq(_principal(BETA, PLAIN, ALICE), 40e18);
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_NoRoute.selector, address(_token))
        );
        vm.prank(ALICE);
        _target.move{value: MESSAGE_FEE}(
            IPositionBridge.Move(PLAIN, 40e18, ALPHA, PLAIN, ALICE, false)
        );
    }

    /// @custom:property C-06
    function test_AClosedRouteKeepsEveryExitOfAnEscrow() external {
        bytes32 guid = _escrow();
        _siteOf[BETA].farms.addFarm(IFarms.NewFarm(3, address(_token), 90, type(uint64).max, false));
        _target.setRoute(address(_token), address(0));
        uint256 before = vm.snapshotState();
        vm.startPrank(ALICE);
        _target.retry(guid, address(_token), 3);
        assertEq(_principal(BETA, 3, ALICE), 40e18);
        vm.revertToState(before);
        _target.withdrawEscrow(guid, address(_token), ALICE);
        assertEq(_token.balanceOf(ALICE), 40e18);
        vm.revertToState(before);
        uint256 fee = _target.quoteReturn(guid, address(_token), ALPHA, ALICE);
        _target.returnEscrow{value: fee}(guid, address(_token), ALPHA, ALICE);
        vm.stopPrank();
        _deliverAll();
        assertEq(_siteOf[ALPHA].stake.balanceOf(ALICE), 40e18);
    }

    // One packet, several composes.

    /// @dev The OFT of one token, turned evil, names the packet of another's move before it is
    /// composed. Each token has its own credit of a packet.
    /// @custom:property B-03
    function test_AnOftCannotUseUpThePacketOfAnotherToken() external {
        bytes32 guid = _moveAndDeliver(_request(ALICE));
        DevOft evil = _lockToken[BETA];
        evil.mint(address(_target), 1);
        vm.prank(address(evil));
        _endpoints[BETA].sendCompose(address(_target), guid, 0, _message(1));
        _collect();
        _compose(1);
        _assertState(guid, address(evil), IPositionBridge.CreditState.Escrowed);
        _compose(0);
        _assertState(guid, address(_token), IPositionBridge.CreditState.Restaked);
        assertEq(_principal(BETA, PLAIN, ALICE), 40e18);
    }

    /// @custom:property B-03
    function test_RevertIf_AnOftComposesTwiceForOnePacket() external {
        bytes32 guid = _moveAndDeliver(_request(ALICE));
        _compose(0);
        _token.mint(address(_target), 40e18);
        vm.prank(address(_token));
        _endpoints[BETA].sendCompose(address(_target), guid, 1, _message(40e18));
        _collect();
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_AlreadyCredited.selector, guid)
        );
        this.executeCompose();
    }

    /// @dev External, so that the revert is caught at the right depth. Leaves the compose filed.
    function executeCompose() external {
        _executeCompose(_composes[0]);
    }

    /// @dev The OFT itself, turned evil, queues a compose of a move that never was.
    function _forge(uint256 amount) private {
        vm.prank(address(_token));
        _endpoints[BETA].sendCompose(address(_target), FORGED, 0, _message(amount));
        _collect();
    }

    /// @dev A compose as the OFT writes it for a move of the source's bridge.
    function _message(uint256 amount) private view returns (bytes memory) {
        IFarms.Carry memory carry;
        bytes memory payload = MovePayload.encode(MovePayload.Payload(BOB, BOB, PLAIN, carry));
        bytes memory inner = abi.encodePacked(_asBytes32(address(_source)), payload);
        return OFTComposeMsgCodec.encode(1, ALPHA, amount, inner);
    }

    function _refuse(uint256 held, uint256 owed) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IPositionBridge.Bridge_NotCovered.selector, address(_token), held, owed
            )
        );
        this.executeCompose();
        _assertState(FORGED, address(_token), IPositionBridge.CreditState.None);
    }
}
