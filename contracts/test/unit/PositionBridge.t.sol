// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {
    IOFT,
    OFTFeeDetail,
    OFTLimit,
    OFTReceipt
} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {PositionBridge} from "../../src/spoke/PositionBridge.sol";
import {StackFixture} from "../support/StackFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

contract PositionBridgeTest is StackFixture {
    PositionBridge private _source;
    PositionBridge private _target;

    function setUp() external {
        _startStack();
        _source = _siteOf[ALPHA].bridge;
        _target = _siteOf[BETA].bridge;
        vm.deal(ALICE, 10 ether);
        _mintStake(ALPHA, ALICE, 1_000e18);
        vm.prank(ALICE);
        _siteOf[ALPHA].farms.stake(2, 100e18);
    }

    // Leaving.

    function test_AMoveFloorsToWhatTheOftCarriesAndLeavesRewards() external {
        _mintStake(ALPHA, BOB, 1e18);
        IPositionBridge.Move memory request = _request(BOB);
        request.amount = 40e18 + 123;
        vm.prank(ALICE);
        bytes32 guid = _source.move{value: MESSAGE_FEE}(request);
        assertEq(_siteOf[ALPHA].farms.positionOf(2, ALICE).weight, 60e18, "nothing but dust stays");
        _deliverAll();
        assertEq(_siteOf[BETA].farms.positionOf(2, BOB).weight, 40e18);
        assertEq(_siteOf[BETA].stake.balanceOf(address(_target)), 0);
        assertEq(uint8(_target.creditOf(guid).state), uint8(IPositionBridge.CreditState.Restaked));
    }

    function test_AMoveRefundsWhatTheFeeExceeds() external {
        uint256 before = ALICE.balance;
        vm.prank(ALICE);
        _source.move{value: 1 ether}(_request(ALICE));
        assertEq(before - ALICE.balance, MESSAGE_FEE);
    }

    function test_RevertIf_AMoveIsRefused() external {
        IPositionBridge.Move memory request = _request(address(0));
        _refuseMove(request, abi.encodeWithSelector(IPositionBridge.Bridge_ZeroAddress.selector));
        request = _request(ALICE);
        request.amount = 999;
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

    function test_RevertIf_TheComposeIsNotOurs() external {
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_OnlyEndpoint.selector, ALICE));
        vm.prank(ALICE);
        _target.lzCompose(address(0), bytes32(0), "", address(0), "");
    }

    /// @dev Anyone can queue a compose for anybody at the endpoint.
    function test_RevertIf_AStrangerQueuesACompose() external {
        vm.prank(ALICE);
        _endpoints[BETA].sendCompose(address(_target), bytes32(uint256(1)), 0, "anything");
        _collect();
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_UnknownOft.selector, ALICE));
        this.executeCompose(0, gasleft());
    }

    function test_RevertIf_TheSenderIsNotTheBridgeOfItsChain() external {
        vm.prank(ALICE);
        _source.move{value: MESSAGE_FEE}(_request(ALICE));
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
        assertEq(_siteOf[BETA].farms.positionOf(2, ALICE).weight, 40e18);
    }

    function test_RevertIf_AGuidIsCreditedTwice() external {
        vm.prank(ALICE);
        bytes32 guid = _source.move{value: MESSAGE_FEE}(_request(ALICE));
        _collect();
        _deliver(0);
        Compose memory compose = _composes[0];
        _compose(0);
        vm.expectRevert();
        _executeCompose(compose);
        // The endpoint keeps it from happening; the bridge does not rely on that.
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_AlreadyCredited.selector, guid)
        );
        vm.prank(address(_endpoints[BETA]));
        _target.lzCompose(compose.from, guid, compose.message, address(0), "");
    }

    /// @dev Too little gas reverts and waits; it never decides that a position goes to escrow.
    function testFuzz_AnyGasHasTheSameEffectOrNone(uint256 gasLimit) external {
        vm.prank(ALICE);
        bytes32 guid = _source.move{value: MESSAGE_FEE}(_request(ALICE));
        _collect();
        _deliver(0);
        gasLimit = bound(gasLimit, 60_000, 900_000);
        try this.executeCompose(0, gasLimit) {
            assertEq(
                uint8(_target.creditOf(guid).state), uint8(IPositionBridge.CreditState.Restaked)
            );
        } catch {
            assertEq(uint8(_target.creditOf(guid).state), uint8(IPositionBridge.CreditState.None));
            _compose(0);
            assertEq(_siteOf[BETA].farms.positionOf(2, ALICE).weight, 40e18);
        }
    }

    function test_RevertIf_TheGasIsShortOfTheStipend() external {
        vm.prank(ALICE);
        _source.move{value: MESSAGE_FEE}(_request(ALICE));
        _collect();
        _deliver(0);
        vm.expectPartialRevert(IPositionBridge.Bridge_NotEnoughGas.selector);
        this.executeCompose(0, 450_000);
    }

    /// @dev The gas that a move pays for covers both ends of the compose, all slots cold.
    function test_TheGasPaidForCoversArrivalAndEscrow() external {
        uint256 composeGas = uint256(RESTAKE_GAS) * 64 / 63 + 200_000;
        vm.prank(ALICE);
        _source.move{value: MESSAGE_FEE}(_request(ALICE));
        _collect();
        _deliver(0);
        this.executeCompose(0, composeGas);
        assertEq(_siteOf[BETA].farms.positionOf(2, ALICE).weight, 40e18);

        bytes32 guid = _escrow();
        assertEq(uint8(_target.creditOf(guid).state), uint8(IPositionBridge.CreditState.Escrowed));
    }

    function test_ValueSentAlongChangesNothing() external {
        vm.prank(ALICE);
        _source.move{value: MESSAGE_FEE}(_request(ALICE));
        _collect();
        _deliver(0);
        Compose memory compose = _composes[0];
        _endpoints[BETA].lzCompose{value: 1 ether}(
            compose.from, compose.to, compose.guid, compose.index, compose.message, ""
        );
        assertEq(_siteOf[BETA].farms.positionOf(2, ALICE).weight, 40e18);
    }

    // Escrow.

    function test_AFailedRestakeWaitsForItsRecipient() external {
        bytes32 guid = _escrow();
        IPositionBridge.Credit memory credit = _target.creditOf(guid);
        assertEq(credit.token, address(_siteOf[BETA].stake));
        assertEq(credit.recipient, ALICE);
        assertEq(credit.amount, 40e18);
        assertEq(credit.srcEid, ALPHA);
        assertEq(_target.escrowTotal(credit.token), 40e18);
    }

    function test_AMoveToAFarmOfAnotherTokenIsEscrowed() external {
        IPositionBridge.Move memory request = _request(ALICE);
        request.dstFarmId = 1;
        vm.prank(ALICE);
        bytes32 guid = _source.move{value: MESSAGE_FEE}(request);
        _collect();
        _deliver(0);
        vm.expectEmit();
        emit IPositionBridge.MoveEscrowed(
            guid,
            ALICE,
            1,
            address(_siteOf[BETA].stake),
            40e18,
            ALPHA,
            abi.encodeWithSelector(
                IPositionBridge.Bridge_WrongToken.selector, 1, address(_siteOf[BETA].stake)
            ),
            _target.seq() + 1
        );
        _compose(0);
    }

    function test_ARetryRestakesElsewhere() external {
        bytes32 guid = _escrow();
        _siteOf[BETA].farms.addFarm(IFarms.NewFarm(3, address(_siteOf[BETA].stake), 95, 1, false));
        vm.expectEmit();
        emit IPositionBridge.MoveRestaked(guid, ALICE, 3, 40e18, true, _target.seq() + 1);
        vm.prank(ALICE);
        _target.retry(guid, 3);
        assertEq(_siteOf[BETA].farms.positionOf(3, ALICE).weight, 40e18);
        _assertClosed(guid, IPositionBridge.CreditState.Restaked);
    }

    function test_RevertIf_ARetryNamesAFarmOfAnotherToken() external {
        bytes32 guid = _escrow();
        vm.expectRevert(
            abi.encodeWithSelector(
                IPositionBridge.Bridge_WrongToken.selector, 1, address(_siteOf[BETA].stake)
            )
        );
        vm.prank(ALICE);
        _target.retry(guid, 1);
    }

    function test_AnEscrowIsPaidOutWhereItsRecipientSays() external {
        bytes32 guid = _escrow();
        vm.expectRevert(IPositionBridge.Bridge_ZeroAddress.selector);
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, address(0));
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, BOB);
        assertEq(_siteOf[BETA].stake.balanceOf(BOB), 40e18);
        _assertClosed(guid, IPositionBridge.CreditState.Withdrawn);
    }

    function test_AnEscrowReturnsAsPlainTokens() external {
        bytes32 guid = _escrow();
        vm.prank(ALICE);
        uint256 fee = _target.quoteReturn(guid, ALPHA, BOB);
        vm.prank(ALICE);
        _target.returnEscrow{value: fee}(guid, ALPHA, BOB);
        _assertClosed(guid, IPositionBridge.CreditState.Returned);
        _collect();
        _deliver(0);
        assertEq(_composes.length, 0, "no compose, so it cannot loop");
        assertEq(_siteOf[ALPHA].stake.balanceOf(BOB), 40e18);
    }

    function test_RevertIf_SomebodyElseTouchesAnEscrow() external {
        bytes32 guid = _escrow();
        bytes memory reason =
            abi.encodeWithSelector(IPositionBridge.Bridge_OnlyRecipient.selector, BOB, ALICE);
        vm.startPrank(BOB);
        vm.expectRevert(reason);
        _target.retry(guid, 2);
        vm.expectRevert(reason);
        _target.withdrawEscrow(guid, BOB);
        vm.expectRevert(reason);
        _target.returnEscrow(guid, ALPHA, BOB);
        vm.stopPrank();
    }

    function test_RevertIf_ThereIsNothingToReturnOrItHasDust() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                IPositionBridge.Bridge_NotEscrowed.selector,
                bytes32(uint256(5)),
                IPositionBridge.CreditState.None
            )
        );
        _target.quoteReturn(bytes32(uint256(5)), ALPHA, BOB);

        bytes32 guid = _escrowAmount(40e18 + 0.000_01e18);
        vm.expectRevert(IPositionBridge.Bridge_ZeroAddress.selector);
        _target.quoteReturn(guid, ALPHA, address(0));
        // The OFT carries less than it brought.
        vm.mockCall(
            address(_siteOf[BETA].stake),
            abi.encodeWithSelector(IOFT.quoteOFT.selector),
            abi.encode(OFTLimit(0, 0), new OFTFeeDetail[](0), OFTReceipt(40e18, 40e18))
        );
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_DustStaysEscrowed.selector, 0.000_01e18)
        );
        _target.quoteReturn(guid, ALPHA, BOB);
    }

    // Wiring.

    function test_RevertIf_WiringIsInvalid() external {
        vm.expectRevert(IPositionBridge.Bridge_ZeroAddress.selector);
        _source.setRoute(address(0), address(1));
        address other = address(_siteOf[ALPHA].reward);
        address unrouted = address(new PlainToken(18));
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_UnknownOft.selector, other));
        _source.setRoute(unrouted, other);
        vm.expectRevert(IPositionBridge.Bridge_RenounceDisabled.selector);
        _source.renounceOwnership();
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_OnlySelf.selector, ALICE));
        vm.prank(ALICE);
        _source.restakeSelf(other, 1, ALICE, 1);
        vm.expectRevert(IPositionBridge.Bridge_ZeroAddress.selector);
        new PositionBridge(address(0), address(1), address(this), 1);
        vm.expectRevert(IPositionBridge.Bridge_ZeroAmount.selector);
        new PositionBridge(address(1), address(1), address(this), 0);
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE));
        _source.setPeer(1, bytes32(0));
        vm.stopPrank();
    }

    /// @dev External, so that the gas can be limited and the revert caught.
    function executeCompose(uint256 index, uint256 gasLimit) external {
        Compose memory compose = _composes[index];
        _composes.pop();
        _endpoints[compose.eid].lzCompose{gas: gasLimit}(
            compose.from, compose.to, compose.guid, compose.index, compose.message, ""
        );
    }

    function _request(address recipient) private pure returns (IPositionBridge.Move memory) {
        return IPositionBridge.Move(2, 40e18, BETA, 2, recipient);
    }

    function _refuseMove(IPositionBridge.Move memory request, bytes memory reason) private {
        vm.expectRevert(reason);
        _source.quoteMove(request);
        vm.expectRevert(reason);
        vm.prank(ALICE);
        _source.move{value: MESSAGE_FEE}(request);
    }

    function _escrow() private returns (bytes32) {
        return _escrowAmount(40e18);
    }

    /// @dev Sends a position to a farm that ended meanwhile, with just the gas that was paid for.
    function _escrowAmount(uint96 amount) private returns (bytes32 guid) {
        _siteOf[BETA].farms.setFarmState(2, IFarms.FarmState.Ended);
        IPositionBridge.Move memory request = _request(ALICE);
        request.amount = amount;
        vm.prank(ALICE);
        guid = _source.move{value: MESSAGE_FEE}(request);
        _collect();
        _deliver(0);
        this.executeCompose(0, uint256(RESTAKE_GAS) * 64 / 63 + 200_000);
    }

    /// @dev Exactly one exit: nothing is left, and no exit works a second time.
    function _assertClosed(bytes32 guid, IPositionBridge.CreditState state) private {
        assertEq(uint8(_target.creditOf(guid).state), uint8(state));
        assertEq(_target.escrowTotal(address(_siteOf[BETA].stake)), 0);
        assertEq(_siteOf[BETA].stake.balanceOf(address(_target)), 0);
        bytes memory reason =
            abi.encodeWithSelector(IPositionBridge.Bridge_NotEscrowed.selector, guid, state);
        vm.startPrank(ALICE);
        vm.expectRevert(reason);
        _target.retry(guid, 3);
        vm.expectRevert(reason);
        _target.withdrawEscrow(guid, ALICE);
        vm.expectRevert(reason);
        _target.returnEscrow(guid, ALPHA, ALICE);
        vm.stopPrank();
    }
}
