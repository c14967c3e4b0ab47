// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {BridgeFixture} from "../support/BridgeFixture.sol";

/// @notice What waits because the farm did not take it, and its three exits.
contract BridgeEscrowTest is BridgeFixture {
    address private _token;

    function setUp() external {
        _startBridges();
        _token = _stakeAt(BETA);
    }

    /// @custom:property B-06, E29
    function test_AFailedRestakeWaitsForItsRecipient() external {
        bytes32 guid = _escrow();
        IPositionBridge.Credit memory credit = _target.creditOf(guid, _token);
        assertEq(credit.recipient, ALICE);
        assertEq(credit.amount, 40e18);
        assertEq(credit.srcEid, ALPHA);
        assertEq(credit.farmId, PLAIN);
        assertEq(_target.escrowTotal(_token), 40e18);
    }

    /// @custom:property B-06
    function test_EveryReasonOfAFarmEndsInEscrow() external {
        IFarms farms = _siteOf[BETA].farms;
        farms.setFarmState(PLAIN, IFarms.FarmState.DepositsPaused);
        _assertEscrowed(
            _request(BOB),
            abi.encodeWithSelector(
                IFarms.Farms_NotActive.selector, PLAIN, IFarms.FarmState.DepositsPaused
            )
        );
        farms.setFarmState(PLAIN, IFarms.FarmState.Ended);
        _assertEscrowed(
            _request(BOB),
            abi.encodeWithSelector(IFarms.Farms_NotActive.selector, PLAIN, IFarms.FarmState.Ended)
        );
        IPositionBridge.Move memory request = _request(BOB);
        request.dstFarmId = 1;
        bytes4 wrongToken = IPositionBridge.Bridge_WrongToken.selector;
        _assertEscrowed(request, abi.encodeWithSelector(wrongToken, 1, _token));
        request.dstFarmId = 999;
        _assertEscrowed(request, abi.encodeWithSelector(wrongToken, 999, _token));
    }

    /// @custom:property B-03
    function test_ARetryRestakesElsewhere() external {
        bytes32 guid = _escrow();
        _addFarm(3);
        vm.expectEmit(address(_target));
        emit IPositionBridge.MoveRestaked(guid, ALICE, 3, _token, 40e18, true, _target.seq() + 1);
        vm.prank(ALICE);
        _target.retry(guid, _token, 3);
        assertEq(_principal(BETA, 3, ALICE), 40e18);
        _assertClosed(guid, IPositionBridge.CreditState.Restaked);
    }

    function test_RevertIf_ARetryNamesAFarmOfAnotherToken() external {
        bytes32 guid = _escrow();
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_WrongToken.selector, 1, _token)
        );
        vm.prank(ALICE);
        _target.retry(guid, _token, 1);
        _assertState(guid, _token, IPositionBridge.CreditState.Escrowed);
    }

    /// @custom:property B-03, I11
    function test_AnEscrowIsPaidOutWhereItsRecipientSays() external {
        bytes32 guid = _escrow();
        vm.startPrank(ALICE);
        vm.expectRevert(IPositionBridge.Bridge_ZeroAddress.selector);
        _target.withdrawEscrow(guid, _token, address(0));
        vm.expectEmit(address(_target));
        emit IPositionBridge.EscrowWithdrawn(guid, ALICE, _token, BOB, 40e18, 0, _target.seq() + 1);
        _target.withdrawEscrow(guid, _token, BOB);
        vm.stopPrank();
        assertEq(_siteOf[BETA].stake.balanceOf(BOB), 40e18);
        _assertClosed(guid, IPositionBridge.CreditState.Withdrawn);
    }

    /// @custom:property B-03
    function test_AnEscrowReturnsAsPlainTokens() external {
        bytes32 guid = _escrow();
        uint256 fee = _target.quoteReturn(guid, _token, ALPHA, BOB);
        assertEq(fee, MESSAGE_FEE);
        bytes32 newGuid = _guidOfReturn(guid);
        vm.expectEmit(address(_target));
        emit IPositionBridge.EscrowReturned(
            guid, ALICE, _token, newGuid, ALPHA, BOB, 40e18, 0, 0, _target.seq() + 1
        );
        vm.prank(ALICE);
        _target.returnEscrow{value: fee}(guid, _token, ALPHA, BOB);
        _assertClosed(guid, IPositionBridge.CreditState.Returned);
        _collect();
        assertEq(_packets[0].guid, newGuid);
        _deliver(0);
        assertEq(_composes.length, 0, "no compose, so it cannot loop");
        assertEq(_siteOf[ALPHA].stake.balanceOf(BOB), 40e18);
    }

    /// @dev The fee of a lock need not be a multiple of what the OFT can carry.
    function test_TheDustOfAReturnIsPaidToTheRecipient() external {
        bytes32 guid = _lockedEscrow(40e18 + uint96(SD));
        address token = address(_lockToken[BETA]);
        vm.prank(ALICE);
        _target.returnEscrow{value: MESSAGE_FEE}(guid, token, ALPHA, BOB);
        assertEq(_lockToken[BETA].balanceOf(ALICE), SD / 10 * 9, "dust here, to the recipient");
        assertEq(_lockToken[BETA].balanceOf(address(_target)), 0);
        _deliverAll();
        assertEq(_lockToken[ALPHA].balanceOf(BOB), 36e18, "the rest there");
    }

    function test_RevertIf_ThereIsNothingToReturn() external {
        bytes32 unknown = bytes32(uint256(5));
        bytes memory reason = abi.encodeWithSelector(
            IPositionBridge.Bridge_NotEscrowed.selector, unknown, IPositionBridge.CreditState.None
        );
        vm.expectRevert(reason);
        _target.quoteReturn(unknown, _token, ALPHA, BOB);
        vm.expectRevert(reason);
        _target.returnEscrow(unknown, _token, ALPHA, BOB);
        bytes32 guid = _escrow();
        vm.expectRevert(IPositionBridge.Bridge_ZeroAddress.selector);
        _target.quoteReturn(guid, _token, ALPHA, address(0));
    }

    /// @dev What the fee leaves of a single unit can only be withdrawn.
    function test_RevertIf_LessThanAUnitIsLeftToReturn() external {
        bytes32 guid = _lockedEscrow(uint96(SD));
        address token = address(_lockToken[BETA]);
        vm.startPrank(ALICE);
        vm.expectRevert(IPositionBridge.Bridge_ZeroAmount.selector);
        _target.returnEscrow{value: MESSAGE_FEE}(guid, token, ALPHA, ALICE);
        _target.withdrawEscrow(guid, token, ALICE);
        vm.stopPrank();
        assertEq(_lockToken[BETA].balanceOf(ALICE), SD / 10 * 9);
    }

    /// @custom:property I10
    function test_RevertIf_SomebodyElseTouchesAnEscrow() external {
        bytes32 guid = _escrow();
        bytes memory reason =
            abi.encodeWithSelector(IPositionBridge.Bridge_OnlyRecipient.selector, BOB, ALICE);
        vm.startPrank(BOB);
        vm.expectRevert(reason);
        _target.retry(guid, _token, PLAIN);
        vm.expectRevert(reason);
        _target.withdrawEscrow(guid, _token, BOB);
        vm.expectRevert(reason);
        _target.returnEscrow(guid, _token, ALPHA, BOB);
        vm.stopPrank();
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_NotUnassigned.selector, guid, ALICE)
        );
        _target.assignEscrow(guid, _token, BOB);
    }

    /// @dev E29: no operator on either side acknowledges or refunds; the source is done when it
    /// sent, and whatever order the recipient tries the exits in, he gets his principal once.
    /// @custom:property B-02, B-03, I8, I11, E29
    function testFuzz_ThePrincipalIsInOnePlaceWhateverIsTried_E29(uint8[6] memory exits) external {
        bytes32 guid = _escrow();
        _addFarm(3);
        vm.startPrank(ALICE);
        for (uint256 i; i < exits.length; ++i) {
            _tryExit(guid, exits[i] % 4);
            _collect();
            uint256 inFlight = _packets.length == 0 ? 0 : 40e18;
            uint256 sum = _principal(ALPHA, PLAIN, ALICE) + _principal(BETA, 3, ALICE)
                + _siteOf[BETA].stake.balanceOf(ALICE) + _target.escrowTotal(_token) + inFlight;
            assertEq(sum, 100e18);
        }
        vm.stopPrank();
    }

    /// @custom:property B-04
    function test_TheBridgeHoldsItsOpenCreditsAndGifts() external {
        _end(BETA, PLAIN);
        bytes32 first = _moveAndDeliver(_request(ALICE));
        bytes32 second = _moveAndDeliver(_request(BOB));
        _siteOf[BETA].stake.mint(address(_target), 3);
        assertEq(_target.escrowTotal(_token), 0);
        _compose(1);
        _compose(0);
        assertEq(_target.escrowTotal(_token), 80e18);
        assertEq(_siteOf[BETA].stake.balanceOf(address(_target)), 80e18 + 3);
        vm.prank(ALICE);
        _target.withdrawEscrow(first, _token, ALICE);
        assertEq(_target.escrowTotal(_token), 40e18);
        vm.prank(BOB);
        _target.withdrawEscrow(second, _token, BOB);
        assertEq(_target.escrowTotal(_token), 0);
        assertEq(_siteOf[BETA].stake.balanceOf(address(_target)), 3, "gifts pay nobody");
    }

    /// @dev Tries it, and forgets that it did.
    function _guidOfReturn(bytes32 guid) private returns (bytes32 newGuid) {
        uint256 before = vm.snapshotState();
        vm.prank(ALICE);
        newGuid = _target.returnEscrow{value: MESSAGE_FEE}(guid, _token, ALPHA, BOB);
        vm.revertToState(before);
        vm.getRecordedLogs();
    }

    function _tryExit(bytes32 guid, uint256 exit) private {
        IPositionBridge.CreditState state = _target.creditOf(guid, _token).state;
        if (state != IPositionBridge.CreditState.Escrowed) {
            vm.expectRevert(
                abi.encodeWithSelector(IPositionBridge.Bridge_NotEscrowed.selector, guid, state)
            );
        } else if (exit == 3) {
            // The farm has ended: this exit fails and leaves the others open.
            vm.expectPartialRevert(IFarms.Farms_NotActive.selector);
        }
        if (exit == 0) _target.retry(guid, _token, 3);
        if (exit == 1) _target.withdrawEscrow(guid, _token, ALICE);
        if (exit == 2) _target.returnEscrow{value: MESSAGE_FEE}(guid, _token, ALPHA, ALICE);
        if (exit == 3) _target.retry(guid, _token, PLAIN);
    }

    function _addFarm(uint32 farmId) private {
        _siteOf[BETA].farms.addFarm(IFarms.NewFarm(farmId, _token, 90, type(uint64).max, false));
    }

    /// @dev Moves ten to `request`, which ends in escrow for `reason`.
    function _assertEscrowed(IPositionBridge.Move memory request, bytes memory reason) private {
        request.amount = 10e18;
        bytes32 guid = _moveAndDeliver(request);
        IFarms.Carry memory carry;
        vm.expectEmit(address(_target));
        emit IPositionBridge.MoveEscrowed(
            guid,
            request.recipient,
            request.dstFarmId,
            _token,
            10e18,
            ALPHA,
            carry,
            reason,
            _target.seq() + 1
        );
        _compose(0);
    }

    /// @dev Exactly one exit: nothing is left, and no exit works a second time.
    function _assertClosed(bytes32 guid, IPositionBridge.CreditState state) private {
        _assertState(guid, _token, state);
        assertEq(_target.escrowTotal(_token), 0);
        assertEq(_siteOf[BETA].stake.balanceOf(address(_target)), 0);
        bytes memory reason =
            abi.encodeWithSelector(IPositionBridge.Bridge_NotEscrowed.selector, guid, state);
        vm.startPrank(ALICE);
        vm.expectRevert(reason);
        _target.retry(guid, _token, 3);
        vm.expectRevert(reason);
        _target.withdrawEscrow(guid, _token, ALICE);
        vm.expectRevert(reason);
        _target.returnEscrow(guid, _token, ALPHA, ALICE);
        vm.stopPrank();
    }
}
