// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {BridgeFixture} from "../support/BridgeFixture.sol";

/// @notice Lock, tier, tenure and early-exit fee on their way, and what nobody can do with them.
contract BridgeTermsTest is BridgeFixture {
    address private _token;
    uint32 private _lockEnd;

    function setUp() external {
        _startBridges();
        _token = address(_lockToken[BETA]);
        _lockEnd = uint32(block.timestamp) + TERM;
        skip(10 days);
    }

    // Landing.

    function test_ALockLandsWithItsEndBoostAndFee() external {
        uint32 depositedAt = uint32(block.timestamp - 10 days);
        IFarms.Carry memory carry = IFarms.Carry(depositedAt, _lockEnd, 1, BOOST, FEE);
        vm.expectEmit(false, true, true, true, address(_source));
        emit IPositionBridge.MoveSent(
            bytes32(0), ALICE, TERMS, BETA, TERMS, ALICE, 40e18, carry, _source.seq() + 1
        );
        _move(_lockedRequest(ALICE));
        skip(1 days);
        _deliverAll();
        IFarms.Position memory position = _siteOf[BETA].farms.positionOf(TERMS, ALICE);
        assertEq(position.principal, 40e18);
        assertEq(position.lockEnd, _lockEnd);
        assertEq(position.tier, 1);
        assertEq(position.tierBoostBps, BOOST);
        assertEq(position.feeBps, FEE);
        assertEq(position.depositedAt, depositedAt);
        assertEq(position.weight, 80e18, "twice the principal");
        IFarms.Position memory left = _siteOf[ALPHA].farms.positionOf(TERMS, ALICE);
        assertEq(left.principal, 60e18);
        assertEq(left.lockEnd, _lockEnd, "the rest stays locked");
    }

    function test_TenureGoesOnCounting() external {
        skip(TERM);
        _move(_lockedRequest(ALICE));
        _deliverAll();
        IFarms.Position memory position = _siteOf[BETA].farms.positionOf(TERMS, ALICE);
        assertEq(position.lockEnd, 0, "an ended lock does not travel");
        assertEq(position.boostBps, 11_000, "the tenure step counts at once");
    }

    /// @dev A farm without terms would let the principal go without its fee.
    /// @custom:property C-04
    function test_ALockCannotBeShedInAFarmWithoutTerms() external {
        _end(BETA, TERMS);
        _siteOf[BETA].farms.addFarm(IFarms.NewFarm(8, _token, 90, type(uint64).max, false));
        IPositionBridge.Move memory request = _lockedRequest(ALICE);
        request.dstFarmId = 8;
        bytes32 guid = _moveAndDeliver(request);
        _compose(0);
        _assertState(guid, _token, IPositionBridge.CreditState.Escrowed);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NoTerms.selector, 8));
        vm.prank(ALICE);
        _target.retry(guid, _token, 8);
        vm.warp(_lockEnd);
        vm.prank(ALICE);
        _target.retry(guid, _token, 8);
        assertEq(_principal(BETA, 8, ALICE), 40e18, "after its end it is free");
    }

    // Other people's locks.

    /// @dev A victim without a position could not stake for as long as the lock ran.
    /// @custom:property C-04
    function test_SomebodyElsesLockWaitsForItsRecipient() external {
        bytes32 guid = _moveAndDeliver(_lockedRequest(BOB));
        _compose(0);
        _assertState(guid, _token, IPositionBridge.CreditState.Escrowed);
        assertEq(_principal(BETA, TERMS, BOB), 0);
        vm.prank(BOB);
        _target.retry(guid, _token, TERMS);
        IFarms.Position memory position = _siteOf[BETA].farms.positionOf(TERMS, BOB);
        assertEq(position.lockEnd, _lockEnd);
        assertEq(position.feeBps, FEE);
        assertEq(position.weight, 80e18);
    }

    /// @custom:property C-04
    function test_LockedDustLocksAndDilutesNobody() external {
        _mintLock(BETA, BOB, 50e18);
        vm.prank(BOB);
        _siteOf[BETA].farms.stake(TERMS, 50e18);
        skip(31 days);
        vm.prank(BOB);
        _siteOf[BETA].farms.poke(TERMS, BOB);
        bytes32 before = keccak256(abi.encode(_siteOf[BETA].farms.positionOf(TERMS, BOB)));
        IPositionBridge.Move memory dust = _lockedRequest(BOB);
        dust.amount = uint96(SD);
        _moveAndDeliver(dust);
        _compose(0);
        // Nor does dust that is not locked.
        vm.warp(_lockEnd);
        _moveAndDeliver(dust);
        _compose(0);
        assertEq(keccak256(abi.encode(_siteOf[BETA].farms.positionOf(TERMS, BOB))), before);
        assertEq(_target.escrowTotal(_token), 2 * SD);
    }

    /// @dev The same address is another owner's contract on the other chain.
    /// @custom:property C-04
    function test_AContractOfTheSendersAddressIsNotTheSender() external {
        vm.etch(ALICE, hex"00");
        bytes32 guid = _moveAndDeliver(_lockedRequest(ALICE));
        _compose(0);
        _assertState(guid, _token, IPositionBridge.CreditState.Escrowed);
        vm.prank(ALICE);
        _target.retry(guid, _token, TERMS);
        assertEq(_principal(BETA, TERMS, ALICE), 40e18);
    }

    /// @dev An account that runs a contract's code is still one key's on every chain (EIP-7702).
    function test_ADelegatedAccountIsTheSender() external {
        _moveAndDeliver(_lockedRequest(ALICE));
        vm.etch(ALICE, abi.encodePacked(hex"ef0100", address(_siteOf[BETA].farms)));
        _compose(0);
        assertEq(_principal(BETA, TERMS, ALICE), 40e18);
    }

    // The fee.

    function test_AWithdrawalUnderALockPaysTheFarmItWasSentTo() external {
        bytes32 guid = _lockedEscrow(40e18);
        uint64 seq = _target.seq();
        vm.expectEmit(address(_target));
        emit IPositionBridge.EscrowFeePaid(guid, _token, TERMS, 4e18, true, seq + 1);
        vm.expectEmit(address(_target));
        emit IPositionBridge.EscrowWithdrawn(guid, ALICE, _token, BOB, 40e18, 4e18, seq + 2);
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, _token, BOB);
        assertEq(_lockToken[BETA].balanceOf(BOB), 36e18);
        assertEq(_lockToken[BETA].balanceOf(address(_siteOf[BETA].farms)), 4e18);
        assertEq(_target.escrowTotal(_token), 0);
        assertEq(_lockToken[BETA].balanceOf(address(_target)), 0);
    }

    /// @custom:property C-04
    function test_AReturnUnderALockPaysTheFee() external {
        bytes32 guid = _lockedEscrow(40e18);
        vm.prank(ALICE);
        _target.returnEscrow{value: MESSAGE_FEE}(guid, _token, ALPHA, ALICE);
        assertEq(_lockToken[BETA].balanceOf(address(_siteOf[BETA].farms)), 4e18);
        _deliverAll();
        assertEq(_lockToken[ALPHA].balanceOf(ALICE), 36e18);
        assertEq(_lockToken[BETA].balanceOf(address(_target)), 0);
    }

    function test_TheFeeIsDueUntilTheSecondTheLockEnds() external {
        bytes32 guid = _lockedEscrow(40e18);
        uint256 before = vm.snapshotState();
        vm.warp(_lockEnd - 1);
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, _token, ALICE);
        assertEq(_lockToken[BETA].balanceOf(ALICE), 36e18);
        vm.revertToState(before);
        vm.warp(_lockEnd);
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, _token, ALICE);
        assertEq(_lockToken[BETA].balanceOf(ALICE), 40e18);
    }

    function test_AFarmThatCannotTakeTheFeeLeavesItToTheTreasury() external {
        IPositionBridge.Move memory request = _lockedRequest(ALICE);
        request.dstFarmId = 999;
        bytes32 guid = _moveAndDeliver(request);
        _compose(0);
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, _token, ALICE);
        assertEq(_lockToken[BETA].balanceOf(ALICE), 36e18);
        assertEq(_lockToken[BETA].balanceOf(_siteOf[BETA].farms.TREASURY()), 4e18);
    }

    /// @dev The farm it was sent to stakes another token, of which the bridge holds escrow.
    function test_TheFeeIsNeverTakenInAnotherToken() external {
        _escrow();
        IPositionBridge.Move memory request = _lockedRequest(ALICE);
        request.dstFarmId = PLAIN;
        bytes32 guid = _moveAndDeliver(request);
        _compose(0);
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, _token, ALICE);
        assertEq(_lockToken[BETA].balanceOf(_siteOf[BETA].farms.TREASURY()), 4e18);
        assertEq(_siteOf[BETA].stake.balanceOf(address(_target)), 40e18, "the other is whole");
    }

    /// @dev Whoever executes cannot choose by the gas where his fee goes.
    function test_RevertIf_TheGasIsShortOfTheStipendForTheFee() external {
        bytes32 guid = _lockedEscrow(40e18);
        vm.expectPartialRevert(IPositionBridge.Bridge_NotEnoughGas.selector);
        vm.prank(ALICE);
        _target.withdrawEscrow{gas: RESTAKE_GAS}(guid, _token, ALICE);
    }

    function test_ARetryGoesOnUnderTheLock() external {
        bytes32 guid = _lockedEscrow(40e18);
        _siteOf[BETA].farms.setFarmState(TERMS, IFarms.FarmState.Active);
        skip(5 days);
        vm.prank(ALICE);
        _target.retry(guid, _token, TERMS);
        IFarms.Position memory position = _siteOf[BETA].farms.positionOf(TERMS, ALICE);
        assertEq(position.principal, 40e18);
        assertEq(position.lockEnd, _lockEnd);
        assertEq(position.weight, 80e18);
    }
}
