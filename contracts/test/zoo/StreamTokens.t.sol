// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {FeeToken, PlainToken} from "../support/Tokens.sol";
import {ZooFixture} from "../support/ZooFixture.sol";
import {
    BlockingToken,
    BombToken,
    GarbageToken,
    LyingToken,
    ModestToken,
    MoodyToken,
    RebasingToken,
    RefusingToken,
    SilentToken,
    TollToken
} from "../support/ZooTokens.sol";

/// @notice Strange tokens as what an extra stream pays. Bob is alone in a farm with the emission
/// (stream 0), the strange stream (1) and a sound one (2): whatever the strange one does, the other
/// two pay, his stake leaves, and what is owed to him in the strange one stays owed.
contract StreamTokensTest is ZooFixture {
    uint96 private constant AMOUNT = 1e21;
    uint8 private constant STRANGE_STREAM = 1;
    uint8 private constant SOUND_STREAM = 2;

    PlainToken private _strangeStake;
    PlainToken private _sound;

    function setUp() external {
        _startZoo();
        _strangeStake = new PlainToken(18);
        _sound = new PlainToken(18);
        _addFarm(STRANGE, address(_strangeStake), false);
        _stakeAs(BOB, STRANGE, AMOUNT);
        _fund(STRANGE);
    }

    // Refused when it is funded.

    /// @custom:property F-17
    function testFuzz_RevertIf_AFundingFallsShort(uint96 amount) external {
        amount = uint96(bound(amount, 100, 2 ** 90));
        FeeToken token = new FeeToken();
        uint8 stream = _farms.addStream(STRANGE, address(token), address(this), MAX_RATE);
        token.mint(address(this), amount);
        token.approve(address(_farms), amount);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFarms.Farms_TransferShort.selector, amount, amount - amount / 100
            )
        );
        _farms.fundStream(STRANGE, stream, amount, uint32(WEEK));
        _assertNoBooks(address(token));
    }

    /// @custom:property F-17, E8
    function test_RevertIf_AFundingMovesNothing() external {
        LyingToken token = new LyingToken();
        uint8 stream = _farms.addStream(STRANGE, address(token), address(this), MAX_RATE);
        token.setLying(true);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_TransferShort.selector, AMOUNT, 0));
        _farms.fundStream(STRANGE, stream, AMOUNT, uint32(WEEK));
        _assertNoBooks(address(token));
    }

    /// @custom:property F-17
    function test_RevertIf_AFundingIsAnsweredFalse() external {
        RefusingToken token = new RefusingToken();
        uint8 stream = _farms.addStream(STRANGE, address(token), address(this), MAX_RATE);
        token.setRefusing(true);
        vm.expectRevert(
            abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token))
        );
        _farms.fundStream(STRANGE, stream, AMOUNT, uint32(WEEK));
        _assertNoBooks(address(token));
    }

    // Isolated when it is claimed.

    /// @custom:property F-17, E28
    function test_ARevertingTokenIsSkippedAndStaysOwed() external {
        BlockingToken token = new BlockingToken();
        _start(address(token));
        token.setBlocked(address(_farms), true);
        _assertSkipped();
        vm.expectRevert(abi.encodeWithSelector(BlockingToken.Zoo_Blocked.selector, address(_farms)));
        vm.prank(BOB);
        _farms.claimStream(STRANGE, STRANGE_STREAM);
        token.setBlocked(address(_farms), false);
        _assertPaysInTheEnd(address(token));
    }

    /// @dev A user on the list of one reward token gets the others.
    /// @custom:property F-17, E28
    function test_ABlockedUserGetsHisOtherRewards() external {
        BlockingToken token = new BlockingToken();
        _start(address(token));
        _stakeAs(CAROL, STRANGE, AMOUNT);
        skip(1 days);
        token.setBlocked(BOB, true);
        uint256 carols = _farms.earnedOf(STRANGE, STRANGE_STREAM, CAROL);
        _assertSkipped();
        vm.prank(CAROL);
        _farms.claim(STRANGE);
        assertEq(token.balanceOf(CAROL), carols);
        token.setBlocked(BOB, false);
        vm.prank(CAROL);
        _farms.withdraw(STRANGE, AMOUNT);
        _assertPaysInTheEnd(address(token));
    }

    /// @custom:property F-17, E28
    function test_ATokenThatReturnsFalseIsSkippedAndStaysOwed() external {
        RefusingToken token = new RefusingToken();
        _start(address(token));
        token.setRefusing(true);
        _assertSkipped();
        token.setRefusing(false);
        _assertPaysInTheEnd(address(token));
    }

    /// @dev What it moved before it said no moves back, or each claim would pay once more.
    /// @custom:property F-17, E28
    function test_ATokenThatPaysAndReturnsFalseIsSkippedAndStaysOwed() external {
        ModestToken token = new ModestToken();
        _start(address(token));
        token.setModest(true);
        _assertSkipped();
        assertEq(token.balanceOf(BOB), 0);
        token.setModest(false);
        _assertPaysInTheEnd(address(token));
    }

    /// @custom:property F-17
    function test_RevertIf_AnybodyElsePaysAReward() external {
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_OnlySelf.selector, BOB));
        vm.prank(BOB);
        _farms.transferSelf(address(_sound), BOB, 1);
    }

    /// @custom:property F-17, E28
    function test_ATokenThatAnswersGarbageIsSkippedAndStaysOwed() external {
        GarbageToken token = new GarbageToken();
        token.setAnswer(abi.encode(true));
        _start(address(token));
        token.setAnswer(abi.encode(uint256(3)));
        _assertSkipped();
        token.setAnswer(abi.encode(true));
        _assertPaysInTheEnd(address(token));
    }

    /// @custom:property F-17, E28
    function test_ATokenWithoutCodeIsSkippedAndStaysOwed() external {
        PlainToken token = new PlainToken(18);
        _start(address(token));
        bytes memory code = address(token).code;
        vm.etch(address(token), "");
        _assertSkipped();
        vm.etch(address(token), code);
        _assertPaysInTheEnd(address(token));
    }

    /// @dev A reason of half a megabyte is not copied.
    /// @custom:property F-17, E28
    function test_ATokenWithAHugeReasonIsSkippedAndStaysOwed() external {
        BombToken token = new BombToken();
        _start(address(token));
        token.setMode(BombToken.Mode.HugeReason, 500_000);
        _assertSkipped();
        token.setMode(BombToken.Mode.Quiet, 0);
        _assertPaysInTheEnd(address(token));
    }

    /// @dev A token that burns all it is given can make `claim` too dear; the emission and every
    /// other stream are then claimed one by one.
    /// @custom:property F-17, E28
    function test_ATokenThatBurnsAllGasStopsNothingElse() external {
        BombToken token = new BombToken();
        _start(address(token));
        token.setMode(BombToken.Mode.AllGas, 0);
        uint32[] memory farmIds = new uint32[](1);
        farmIds[0] = STRANGE;
        uint256 emission = _farms.earned(STRANGE, BOB);
        uint256 sound = _farms.earnedOf(STRANGE, SOUND_STREAM, BOB);
        vm.startPrank(BOB);
        assertEq(_farms.claimMany{gas: 300_000}(farmIds), emission);
        assertEq(_farms.claimStream{gas: 300_000}(STRANGE, SOUND_STREAM), sound);
        _farms.withdraw{gas: 400_000}(STRANGE, AMOUNT);
        vm.stopPrank();
        assertEq(_strangeStake.balanceOf(BOB), AMOUNT);
        _assertHealthyFarmIsUntouched();
        token.setMode(BombToken.Mode.Quiet, 0);
        _assertOwedIsPaid(address(token));
    }

    /// @dev What a rebase took is missing in this stream alone, and the claim waits for it.
    /// @custom:property F-17, E28
    function test_AShrunkTokenIsSkippedAndStaysOwed() external {
        RebasingToken token = new RebasingToken();
        _start(address(token));
        token.rebase(1e17);
        assertEq(_farms.surplusOf(address(token)), 0);
        _assertSkipped();
        token.rebase(1e18);
        _assertPaysInTheEnd(address(token));
    }

    /// @custom:property F-17
    function test_WhatARebaseAddsToAStreamIsSurplus() external {
        RebasingToken token = new RebasingToken();
        _start(address(token));
        uint256 owed = _farms.earnedOf(STRANGE, STRANGE_STREAM, BOB);
        token.rebase(2e18);
        assertEq(_farms.earnedOf(STRANGE, STRANGE_STREAM, BOB), owed);
        assertEq(_farms.surplusOf(address(token)), AMOUNT);
        _assertPaysInTheEnd(address(token));
    }

    /// @custom:property F-17
    function test_ATokenThatReturnsNothingPays() external {
        SilentToken token = new SilentToken();
        _start(address(token));
        _assertPaysInTheEnd(address(token));
    }

    /// @custom:property F-17
    function test_ATokenThatHidesBalancesPays() external {
        MoodyToken token = new MoodyToken();
        _start(address(token));
        token.setBlind(true);
        uint256 owed = _farms.earnedOf(STRANGE, STRANGE_STREAM, BOB);
        vm.prank(BOB);
        _farms.claim(STRANGE);
        token.setBlind(false);
        assertEq(token.balanceOf(BOB), owed);
        _assertHealthyFarmIsUntouched();
    }

    /// @dev The fee of a token that learnt to keep one is the receiver's loss, as with any transfer
    /// of it; what is booked is what left.
    /// @custom:property F-17
    function test_AFeeOnTheWayOutIsTheReceivers() external {
        TollToken token = new TollToken(address(_farms));
        _start(address(token));
        uint256 owed = _farms.earnedOf(STRANGE, STRANGE_STREAM, BOB);
        vm.prank(BOB);
        _farms.claim(STRANGE);
        assertEq(token.balanceOf(BOB), owed - owed / 100);
        (uint256 funded, uint256 settled,) = _farms.booksOf(address(token));
        assertEq(settled, owed);
        assertEq(token.balanceOf(address(_farms)), funded - settled);
        _assertHealthyFarmIsUntouched();
    }

    /// @custom:property F-17, E13
    function testFuzz_EveryUnitOfALowDecimalStreamIsPaid(uint8 choice, uint32 units) external {
        uint8[4] memory decimals = [0, 6, 8, 24];
        PlainToken token = new PlainToken(decimals[choice % 4]);
        uint96 amount = uint96(bound(units, 1, type(uint32).max));
        _addStream(STRANGE, address(token), amount);
        uint256 steps = 1 + units % 13;
        for (uint256 i; i < steps; ++i) {
            skip(WEEK / steps + 1);
            vm.prank(BOB);
            _farms.claim(STRANGE);
        }
        skip(WEEK);
        vm.prank(BOB);
        _farms.claim(STRANGE);
        // One unit may wait as the fraction the last division left.
        assertApproxEqAbs(token.balanceOf(BOB), amount, 1);
        assertEq(token.balanceOf(BOB) + token.balanceOf(address(_farms)), amount);
    }

    // Shared steps.

    /// @dev Half a week of a strange and a sound stream passes.
    function _start(address token) private {
        assertEq(_addStream(STRANGE, token, AMOUNT), STRANGE_STREAM);
        assertEq(_addStream(STRANGE, address(_sound), AMOUNT), SOUND_STREAM);
        skip(WEEK / 2);
    }

    /// @dev A claim by Bob pays all but the strange stream and leaves what is owed there.
    function _assertSkipped() private {
        uint256 emission = _farms.earned(STRANGE, BOB);
        uint256 sound = _farms.earnedOf(STRANGE, SOUND_STREAM, BOB);
        uint256 pendingX = _farms.pendingXOf(STRANGE, STRANGE_STREAM, BOB);
        vm.expectEmit(true, true, true, false, address(_farms));
        emit IFarms.StreamClaimSkipped(STRANGE, STRANGE_STREAM, BOB, 0);
        vm.prank(BOB);
        assertEq(_farms.claim{gas: 3_000_000}(STRANGE), emission);
        assertEq(_reward.balanceOf(BOB), emission);
        assertEq(_sound.balanceOf(BOB), sound);
        assertEq(_farms.pendingXOf(STRANGE, STRANGE_STREAM, BOB), pendingX);
        _assertHealthyFarmIsUntouched();
    }

    /// @dev His stake leaves, and the strange stream pays once its token works.
    function _assertPaysInTheEnd(address token) private {
        vm.prank(BOB);
        _farms.withdraw(STRANGE, AMOUNT);
        assertEq(_strangeStake.balanceOf(BOB), AMOUNT);
        _assertOwedIsPaid(token);
        _assertHealthyFarmIsUntouched();
    }

    function _assertOwedIsPaid(address token) private {
        uint256 owed = _farms.earnedOf(STRANGE, STRANGE_STREAM, BOB);
        assertGt(owed, 0);
        uint256 before = PlainToken(token).balanceOf(BOB);
        vm.prank(BOB);
        assertEq(_farms.claimStream(STRANGE, STRANGE_STREAM), owed);
        assertApproxEqAbs(PlainToken(token).balanceOf(BOB) - before, owed, 1);
        vm.prank(BOB);
        assertEq(_farms.claimStream(STRANGE, STRANGE_STREAM), 0);
    }

    function _assertNoBooks(address token) private {
        (uint256 funded, uint256 settled, uint256 dustX) = _farms.booksOf(token);
        assertEq(funded + settled + dustX, 0);
        assertEq(_farms.streamOf(STRANGE, STRANGE_STREAM).remaining, 0);
        _assertHealthyFarmIsUntouched();
    }
}
