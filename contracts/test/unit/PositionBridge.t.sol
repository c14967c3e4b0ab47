// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OFTComposeMsgCodec} from "@layerzerolabs/oft-evm/contracts/libs/OFTComposeMsgCodec.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {MovePayload} from "../../src/libraries/MovePayload.sol";
import {PositionBridge} from "../../src/spoke/PositionBridge.sol";
import {BridgeFixture} from "../support/BridgeFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice A plain position leaves and arrives, and who may make it do so.
contract PositionBridgeTest is BridgeFixture {
    function setUp() external {
        _startBridges();
    }

    // Leaving.

    /// @custom:property B-08
    function test_AMoveFloorsToWhatTheOftCarriesAndTheDustStaysStaked() external {
        IPositionBridge.Move memory request = _request(BOB);
        request.amount = 40e18 + uint96(SD) - 1;
        bytes32 guid = _move(request);
        assertEq(_principal(ALPHA, PLAIN, ALICE), 60e18, "the dust is still staked");
        _deliverAll();
        assertEq(_principal(BETA, PLAIN, BOB), 40e18);
        assertEq(_siteOf[BETA].stake.balanceOf(address(_target)), 0);
        _assertState(guid, _stakeAt(BETA), IPositionBridge.CreditState.Restaked);
    }

    /// @custom:property B-08
    function testFuzz_NothingButWholeUnitsTravels(uint96 amount) external {
        amount = uint96(bound(amount, SD, 100e18));
        IPositionBridge.Move memory request = _request(ALICE);
        request.amount = amount;
        _move(request);
        _deliverAll();
        assertEq(_principal(BETA, PLAIN, ALICE), amount - amount % SD);
        assertEq(_principal(ALPHA, PLAIN, ALICE), 100e18 - (amount - amount % SD));
    }

    function test_ADepartureIsAnnounced() external {
        IFarms.Carry memory carry;
        vm.expectEmit(false, true, true, true, address(_source));
        emit IPositionBridge.MoveSent(
            bytes32(0), ALICE, PLAIN, BETA, PLAIN, BOB, 40e18, carry, _source.seq() + 1
        );
        vm.prank(ALICE);
        bytes32 guid = _source.move{value: MESSAGE_FEE}(_request(BOB));
        _collect();
        assertEq(_packets[0].guid, guid, "the packet is the one announced");
    }

    function test_AnArrivalIsAnnounced() external {
        bytes32 guid = _moveAndDeliver(_request(BOB));
        vm.expectEmit(address(_target));
        emit IPositionBridge.MoveRestaked(
            guid, BOB, PLAIN, _stakeAt(BETA), 40e18, false, _target.seq() + 1
        );
        _compose(0);
    }

    function test_AMoveRefundsWhatTheFeeExceeds() external {
        uint256 before = ALICE.balance;
        vm.prank(ALICE);
        _source.move{value: 1 ether}(_request(ALICE));
        assertEq(before - ALICE.balance, MESSAGE_FEE);
        assertEq(address(_source).balance, 0);
    }

    /// @custom:property E16
    function test_RevertIf_TheFeeIsShort() external {
        vm.expectPartialRevert(LZ_INSUFFICIENT_FEE);
        vm.prank(ALICE);
        _source.move{value: MESSAGE_FEE - 1}(_request(ALICE));
        assertEq(_principal(ALPHA, PLAIN, ALICE), 100e18);
    }

    /// @dev E17: nobody could ever use a position of these.
    /// @custom:property B-11, E17
    function test_RevertIf_TheRecipientCannotAccept_E17() external {
        _refuseMove(
            _request(address(0)),
            abi.encodeWithSelector(IPositionBridge.Bridge_ZeroAddress.selector)
        );
        _refuseMove(
            _request(address(_target)),
            abi.encodeWithSelector(IPositionBridge.Bridge_BadRecipient.selector, address(_target))
        );
    }

    function test_RevertIf_AMoveIsRefused() external {
        IPositionBridge.Move memory request = _request(ALICE);
        request.amount = uint96(SD) - 1;
        _refuseMove(request, abi.encodeWithSelector(IPositionBridge.Bridge_ZeroAmount.selector));
        request = _request(ALICE);
        request.dstEid = 9;
        _refuseMove(request, abi.encodeWithSelector(IPositionBridge.Bridge_NoPeer.selector, 9));
        request = _request(ALICE);
        request.farmId = 9;
        _refuseMove(
            request, abi.encodeWithSelector(IPositionBridge.Bridge_NoRoute.selector, address(0))
        );
        request = _request(ALICE);
        request.amount = 101e18;
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_InsufficientStake.selector, 100e18, 101e18)
        );
        vm.prank(ALICE);
        _source.move{value: MESSAGE_FEE}(request);
    }

    // Arriving.

    /// @custom:property B-05
    function test_RevertIf_TheComposeIsNotOurs() external {
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_OnlyEndpoint.selector, ALICE));
        vm.prank(ALICE);
        _target.lzCompose(address(0), bytes32(0), "", address(0), "");
    }

    /// @dev E22: anyone can queue a compose for anybody at the endpoint.
    /// @custom:property B-05, E22
    function test_RevertIf_AStrangerQueuesACompose_E22() external {
        vm.prank(ALICE);
        _endpoints[BETA].sendCompose(address(_target), bytes32(uint256(1)), 0, "anything");
        _collect();
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_UnknownOft.selector, ALICE));
        this.executeCompose(0, gasleft());
    }

    /// @dev E22: the OFT is right, who sent through it is not.
    /// @custom:property B-05, E22
    function test_RevertIf_AStrangerSendsToTheBridge_E22() external {
        DirectSend memory direct = DirectSend(ALICE, 5e18, _payload(BOB));
        _sendDirectly(direct);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPositionBridge.Bridge_UntrustedPeer.selector, ALPHA, _asBytes32(ALICE)
            )
        );
        this.executeCompose(0, gasleft());
    }

    /// @dev E25: the bridge of one chain is nobody on another.
    /// @custom:property B-05, E25
    function test_RevertIf_TheBridgeIsAPeerOfAnotherChain_E25() external {
        address hubBridge = address(_siteOf[HUB].bridge);
        DirectSend memory direct = DirectSend(hubBridge, 5e18, _payload(BOB));
        _sendDirectly(direct);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPositionBridge.Bridge_UntrustedPeer.selector, ALPHA, _asBytes32(hubBridge)
            )
        );
        this.executeCompose(0, gasleft());
    }

    /// @custom:property B-05
    function test_RevertIf_TheSenderIsNotTheBridgeOfItsChain() external {
        _move(_request(ALICE));
        _target.setPeer(ALPHA, bytes32(uint256(7)));
        _collect();
        _deliver(0);
        bytes32 sender = _asBytes32(address(_source));
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_UntrustedPeer.selector, ALPHA, sender)
        );
        this.executeCompose(0, gasleft());
        // Trusted again, the same compose goes through.
        _target.setPeer(ALPHA, sender);
        _compose(0);
        assertEq(_principal(BETA, PLAIN, ALICE), 40e18);
    }

    /// @custom:property B-03
    function test_RevertIf_AGuidIsCreditedTwice() external {
        bytes32 guid = _moveAndDeliver(_request(ALICE));
        Compose memory compose = _composes[0];
        _compose(0);
        vm.expectPartialRevert(LZ_COMPOSE_NOT_FOUND);
        _executeCompose(compose);
        // The endpoint keeps it from happening; the bridge does not rely on that.
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_AlreadyCredited.selector, guid)
        );
        vm.prank(address(_endpoints[BETA]));
        _target.lzCompose(compose.from, guid, compose.message, address(0), "");
    }

    /// @dev Too little gas reverts and waits; it never decides that a position goes to escrow.
    /// @custom:property B-09
    function testFuzz_AnOutsidersGasHasTheSameEffectOrNone(uint256 gasLimit) external {
        bytes32 guid = _moveAndDeliver(_request(ALICE));
        gasLimit = bound(gasLimit, 60_000, 1_200_000);
        vm.prank(BOB);
        try this.executeCompose(0, gasLimit) {
            _assertState(guid, _stakeAt(BETA), IPositionBridge.CreditState.Restaked);
        } catch {
            _assertState(guid, _stakeAt(BETA), IPositionBridge.CreditState.None);
            _compose(0);
        }
        assertEq(_principal(BETA, PLAIN, ALICE), 40e18);
    }

    /// @custom:property B-09
    function test_RevertIf_TheGasIsShortOfTheStipend() external {
        _moveAndDeliver(_request(ALICE));
        vm.expectPartialRevert(IPositionBridge.Bridge_NotEnoughGas.selector);
        this.executeCompose(0, uint256(RESTAKE_GAS) + 80_000);
    }

    /// @custom:property B-09
    function test_AnOutsidersValueAndDataChangeNothing() external {
        _moveAndDeliver(_request(ALICE));
        Compose memory compose = _composes[0];
        vm.prank(BOB);
        _endpoints[BETA].lzCompose{value: 1 ether}(
            compose.from, compose.to, compose.guid, compose.index, compose.message, "extra data"
        );
        assertEq(_principal(BETA, PLAIN, ALICE), 40e18);
        assertEq(address(_target).balance, 1 ether, "lost to who sent it");
        // Nor does a move spend it.
        vm.expectPartialRevert(LZ_INSUFFICIENT_FEE);
        vm.prank(ALICE);
        _target.move(IPositionBridge.Move(PLAIN, 40e18, ALPHA, PLAIN, ALICE, false));
    }

    function test_RevertIf_SomebodyPaysTheBridge() external {
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_OnlyEndpoint.selector, BOB));
        vm.prank(BOB);
        (bool ok,) = address(_source).call{value: 1}("");
        assertTrue(ok, "expectRevert turns the result around");
    }

    // Wiring.

    function test_RevertIf_WiringIsInvalid() external {
        vm.expectRevert(IPositionBridge.Bridge_ZeroAddress.selector);
        _source.setRoute(address(0), address(1));
        address other = address(_siteOf[ALPHA].reward);
        address unrouted = address(new PlainToken(18));
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_UnknownOft.selector, other));
        _source.setRoute(unrouted, other);
        vm.expectRevert(IPauseRoles.PauseRoles_RenounceDisabled.selector);
        _source.renounceOwnership();
        MovePayload.Payload memory payload;
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_OnlySelf.selector, ALICE));
        vm.prank(ALICE);
        _source.restakeSelf(other, 1, payload);
        address farms = address(_siteOf[ALPHA].farms);
        vm.expectRevert(IPositionBridge.Bridge_ZeroAddress.selector);
        this.deploy(address(0), farms, 1);
        vm.expectRevert(IPositionBridge.Bridge_ZeroAddress.selector);
        this.deploy(address(1), address(0), 1);
        vm.expectRevert(IPositionBridge.Bridge_ZeroAmount.selector);
        this.deploy(address(1), farms, 0);
    }

    /// @dev External: what follows a refused `new` in the same function would not run, because
    /// tests deploy by a cheatcode.
    function deploy(address endpoint, address farms, uint32 restakeGas) external {
        new PositionBridge(endpoint, farms, address(this), GUARDIAN, restakeGas);
    }

    /// @custom:property B-11
    function test_RevertIf_APeerHasDirtyUpperBytes() external {
        bytes32 dirty = _asBytes32(address(_source)) | bytes32(uint256(1) << 160);
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_BadPeer.selector, dirty));
        _target.setPeer(ALPHA, dirty);
        bytes32 top = _asBytes32(address(_source)) | bytes32(uint256(1) << 255);
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_BadPeer.selector, top));
        _target.setPeer(ALPHA, top);
        assertEq(_target.peerOf(ALPHA), _asBytes32(address(_source)));
    }

    /// @dev An OFT writes who sent as 32 bytes; twelve of them must not be cut off.
    /// @custom:property B-11
    function test_RevertIf_TheComposeSenderHasDirtyUpperBytes() external {
        bytes32 dirty = _asBytes32(address(_source)) | bytes32(uint256(1) << 200);
        bytes memory message = OFTComposeMsgCodec.encode(
            1, ALPHA, 0, abi.encodePacked(dirty, MovePayload.encode(_payloadFor(BOB)))
        );
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_UntrustedPeer.selector, ALPHA, dirty)
        );
        vm.prank(address(_endpoints[BETA]));
        _target.lzCompose(_stakeAt(BETA), bytes32(uint256(1)), message, address(0), "");
    }

    /// @custom:property C-14
    function test_WiringIsAnnouncedWithConsecutiveNumbers() external {
        uint64 seq = _source.seq();
        vm.expectEmit(address(_source));
        emit IPositionBridge.PeerSet(BETA, bytes32(uint256(7)), seq + 1);
        _source.setPeer(BETA, bytes32(uint256(7)));
        vm.expectEmit(address(_source));
        emit IPositionBridge.RouteSet(_stakeAt(ALPHA), address(0), seq + 2);
        _source.setRoute(_stakeAt(ALPHA), address(0));
        vm.expectEmit(address(_source));
        emit IPauseRoles.GuardianSet(BOB, seq + 3);
        _source.setGuardian(BOB);
        vm.expectEmit(address(_source));
        emit IPositionBridge.Paused(BOB, seq + 4);
        vm.prank(BOB);
        _source.pause();
        vm.expectEmit(address(_source));
        emit IPositionBridge.Unpaused(address(this), seq + 5);
        _source.unpause();
        assertEq(_source.seq(), seq + 5);
    }

    function test_RevertIf_AStrangerUsesWhatIsTheOwners() external {
        bytes memory reason =
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert(reason);
        _source.setPeer(1, bytes32(0));
        vm.expectRevert(reason);
        _source.setRoute(address(1), address(1));
        vm.expectRevert(reason);
        _source.setOutflowLimit(address(1), 1, 1, 1);
        vm.expectRevert(reason);
        _source.unpause();
        vm.expectRevert(reason);
        _source.recover(address(1), ALICE, 1);
        vm.expectRevert(reason);
        _source.assignEscrow(bytes32(0), address(1), ALICE);
        vm.expectRevert(abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyPauser.selector, ALICE));
        _source.pause();
        vm.stopPrank();
    }

    function _refuseMove(IPositionBridge.Move memory request, bytes memory reason) private {
        vm.expectRevert(reason);
        _source.quoteMove(ALICE, request);
        vm.expectRevert(reason);
        vm.prank(ALICE);
        _source.move{value: MESSAGE_FEE}(request);
    }

    function _payloadFor(address recipient) private pure returns (MovePayload.Payload memory) {
        IFarms.Carry memory carry;
        return MovePayload.Payload(recipient, recipient, PLAIN, carry);
    }

    function _payload(address recipient) private pure returns (bytes memory) {
        return MovePayload.encode(_payloadFor(recipient));
    }
}
