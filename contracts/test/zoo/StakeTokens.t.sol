// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {FeeToken, PlainToken} from "../support/Tokens.sol";
import {ZooFixture} from "../support/ZooFixture.sol";
import {
    BlockingToken,
    BombToken,
    GarbageToken,
    GenerousToken,
    LyingToken,
    MoodyToken,
    RebasingToken,
    RefusingToken,
    SilentToken,
    ZooToken
} from "../support/ZooTokens.sol";

/// @notice Strange tokens as what is staked: refused, or counted exactly; and whatever they do,
/// the farm beside theirs does not notice.
contract StakeTokensTest is ZooFixture {
    uint96 private constant AMOUNT = 1e21;

    function setUp() external {
        _startZoo();
    }

    // Refused.

    /// @custom:property F-17
    function testFuzz_RevertIf_TheTokenKeepsAFee(uint96 amount) external {
        FeeToken token = new FeeToken();
        amount = _bound(amount);
        _prepare(address(token), amount);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFarms.Farms_TransferShort.selector, amount, amount - amount / 100
            )
        );
        vm.prank(BOB);
        _farms.stake(STRANGE, amount);
        _assertNothingStaked(address(token));
    }

    /// @custom:property F-17
    function testFuzz_RevertIf_TheTokenGivesMoreThanWasSent(uint96 amount) external {
        GenerousToken token = new GenerousToken();
        amount = _bound(amount);
        _prepare(address(token), amount);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFarms.Farms_TransferShort.selector, amount, uint256(amount) + amount / 100 + 1
            )
        );
        vm.prank(BOB);
        _farms.stake(STRANGE, amount);
        _assertNothingStaked(address(token));
    }

    /// @custom:property F-17
    function testFuzz_RevertIf_TheTokenMovesNothingAndSaysYes(uint96 amount) external {
        LyingToken token = new LyingToken();
        amount = _bound(amount);
        _prepare(address(token), amount);
        token.setLying(true);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_TransferShort.selector, amount, 0));
        vm.prank(BOB);
        _farms.stake(STRANGE, amount);
        _assertNothingStaked(address(token));
    }

    /// @custom:property F-17
    function test_RevertIf_AnArrivalOfAFeeTokenFallsShort() external {
        FeeToken token = new FeeToken();
        _addFarm(STRANGE, address(token), false);
        _give(address(token), BRIDGE, AMOUNT);
        IFarms.Carry memory carry;
        vm.expectRevert(
            abi.encodeWithSelector(
                IFarms.Farms_TransferShort.selector, AMOUNT, AMOUNT - AMOUNT / 100
            )
        );
        vm.prank(BRIDGE);
        _farms.stakeArrival(STRANGE, BOB, AMOUNT, carry, false);
        _assertNothingStaked(address(token));
    }

    /// @custom:property F-17
    function test_RevertIf_TheTokenRefusesByReturningFalse() external {
        RefusingToken token = new RefusingToken();
        _stakedBy(address(token), BOB);
        token.setRefusing(true);
        _give(address(token), BOB, AMOUNT);
        _expectFailedOperation(address(token));
        vm.prank(BOB);
        _farms.stake(STRANGE, AMOUNT);
        _expectFailedOperation(address(token));
        vm.prank(BOB);
        _farms.withdraw(STRANGE, AMOUNT);
        assertEq(_farms.positionOf(STRANGE, BOB).principal, AMOUNT);
        _assertHealthyFarmIsUntouched();

        token.setRefusing(false);
        _assertAllLeave(address(token), 0);
    }

    /// @dev Anything but true, and true that is too short, is no.
    /// @custom:property F-17
    function test_RevertIf_TheTokenAnswersGarbage() external {
        GarbageToken token = new GarbageToken();
        token.setAnswer(abi.encode(true));
        _stakedBy(address(token), BOB);
        bytes[3] memory answers =
            [abi.encode(uint256(2)), abi.encode(uint256(1) << 255), bytes(hex"dead")];
        for (uint256 i; i < answers.length; ++i) {
            token.setAnswer(answers[i]);
            _give(address(token), BOB, AMOUNT);
            _expectFailedOperation(address(token));
            vm.prank(BOB);
            _farms.stake(STRANGE, AMOUNT);
            _expectFailedOperation(address(token));
            vm.prank(BOB);
            _farms.withdraw(STRANGE, AMOUNT);
        }
        _assertHealthyFarmIsUntouched();
        token.setAnswer(abi.encodePacked(abi.encode(true), new bytes(4096)));
        _assertAllLeave(address(token), 0);
    }

    // Counted exactly.

    /// @custom:property F-17, F-01
    function testFuzz_ATokenThatReturnsNothingIsCountedExactly(uint96 amount) external {
        SilentToken token = new SilentToken();
        amount = _bound(amount);
        _prepare(address(token), amount);
        vm.prank(BOB);
        _farms.stake(STRANGE, amount);
        assertEq(token.balanceOf(address(_farms)), amount);
        assertEq(_farms.farmOf(STRANGE).principal, amount);
        vm.prank(BOB);
        _farms.exit(STRANGE, amount);
        assertEq(token.balanceOf(BOB), amount);
        assertEq(token.balanceOf(address(_farms)), 0);
        _assertHealthyFarmIsUntouched();
    }

    /// @dev What a rebase adds belongs to nobody in the books: it earns nothing, the owner may send
    /// it on, and no wei of principal with it.
    /// @custom:property F-16, F-17, E5
    function testFuzz_WhatARebaseAddsIsSurplus(uint256 index) external {
        index = bound(index, 1e18 + 1, 1e21);
        RebasingToken token = new RebasingToken();
        _stakedBy(address(token), BOB);
        _stakedBy(address(token), CAROL);
        _fund(STRANGE);
        skip(1 days);
        uint256 earned = _farms.earned(STRANGE, BOB);
        token.rebase(index);
        assertEq(_farms.earned(STRANGE, BOB), earned);
        assertEq(_farms.farmOf(STRANGE).totalWeight, 2 * AMOUNT);

        uint256 surplus = token.balanceOf(address(_farms)) - 2 * AMOUNT;
        assertEq(_farms.surplusOf(address(token)), surplus);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_NoSurplus.selector, address(token), surplus)
        );
        _farms.recover(address(token), TREASURY, surplus + 1);
        // Less than a share is rounded away on the way to each.
        _assertAllLeave(address(token), index / 1e18 + 1);
        _assertHealthyFarmIsUntouched();
    }

    /// @dev What a rebase takes is missing for whoever comes last; it is never taken from anything
    /// else, and views do not revert.
    /// @custom:property F-17, E5
    function testFuzz_WhatARebaseTakesIsMissingInItsFarmAlone(uint256 index) external {
        index = bound(index, 1e15, 1e18 - 1);
        RebasingToken token = new RebasingToken();
        _stakedBy(address(token), BOB);
        _stakedBy(address(token), CAROL);
        _fund(STRANGE);
        skip(1 days);
        token.rebase(index);
        assertEq(_farms.surplusOf(address(token)), 0);

        uint256 held = token.balanceOf(address(_farms));
        if (held < AMOUNT) {
            // The token counts in shares, one for each unit staked.
            vm.expectRevert(
                abi.encodeWithSelector(
                    IERC20Errors.ERC20InsufficientBalance.selector,
                    address(_farms),
                    2 * AMOUNT,
                    uint256(AMOUNT) * 1e18 / index
                )
            );
            vm.prank(BOB);
            _farms.withdraw(STRANGE, AMOUNT);
        }
        uint96 part = AMOUNT - MINIMUM;
        // One unit less, because converting to shares and back may cost one.
        if (held < part) part = uint96(held - 1);
        vm.prank(BOB);
        _farms.withdraw(STRANGE, part);
        assertEq(_farms.positionOf(STRANGE, BOB).principal, AMOUNT - part);
        vm.prank(CAROL);
        assertGt(_farms.claim(STRANGE), 0);
        _assertHealthyFarmIsUntouched();
    }

    /// @custom:property F-17, E13
    function testFuzz_DecimalsChangeNothing(uint8 choice, uint96 amount) external {
        uint8[4] memory decimals = [0, 6, 8, 24];
        PlainToken token = new PlainToken(decimals[choice % 4]);
        // Of a token without decimals one unit is a position; the farm's scale says so.
        uint8 scaleBits = decimals[choice % 4] == 24 ? 95 : 64;
        _farms.addFarm(IFarms.NewFarm(STRANGE, address(token), scaleBits, MAX_RATE, false));
        uint96 least = scaleBits == 64 ? 1 : MINIMUM;
        amount = uint96(bound(amount, least, 2 ** 60));
        _stakeAs(BOB, STRANGE, amount);
        _stakeAs(CAROL, STRANGE, 3 * amount);
        _fund(STRANGE);
        skip(WEEK);

        uint256 total = RATE * WEEK;
        assertApproxEqAbs(_farms.earned(STRANGE, BOB), total / 4, 1);
        assertApproxEqAbs(_farms.earned(STRANGE, CAROL), total * 3 / 4, 1);
        vm.prank(BOB);
        uint256 paid = _farms.exit(STRANGE, amount);
        vm.prank(CAROL);
        paid += _farms.exit(STRANGE, 3 * amount);
        assertApproxEqAbs(paid, total, 1);
        assertLe(paid, total);
        assertEq(token.balanceOf(BOB), amount);
        assertEq(token.balanceOf(CAROL), 3 * uint256(amount));
    }

    /// @custom:property F-17
    function test_DecimalsThatChangeLaterChangeNothing() external {
        MoodyToken token = new MoodyToken();
        _stakedBy(address(token), BOB);
        _fund(STRANGE);
        skip(1 days);
        uint256 earned = _farms.earned(STRANGE, BOB);
        token.setDecimals(2);
        assertEq(_farms.earned(STRANGE, BOB), earned);
        assertEq(_farms.positionOf(STRANGE, BOB).weight, AMOUNT);
        _assertAllLeave(address(token), 0);
        _assertHealthyFarmIsUntouched();
    }

    // Broken later.

    /// @dev Deposits stop, because what arrives cannot be counted any more; exits go on.
    /// @custom:property F-11, F-17
    function test_PrincipalLeavesAfterBalancesCanNoLongerBeRead() external {
        MoodyToken token = new MoodyToken();
        _stakedBy(address(token), BOB);
        _stakedBy(address(token), CAROL);
        _fund(STRANGE);
        skip(1 days);
        _give(address(token), BOB, AMOUNT);
        token.setBlind(true);

        vm.expectRevert(MoodyToken.Zoo_Blind.selector);
        vm.prank(BOB);
        _farms.stake(STRANGE, AMOUNT);
        vm.prank(BOB);
        _farms.exit(STRANGE, AMOUNT);
        vm.prank(CAROL);
        _farms.emergencyWithdraw(STRANGE, CAROL);
        token.setBlind(false);
        assertEq(token.balanceOf(BOB), 2 * AMOUNT);
        assertEq(token.balanceOf(CAROL), AMOUNT);
        _assertHealthyFarmIsUntouched();
    }

    /// @custom:property F-11, F-17
    function test_ABlockedStakerNamesAnotherReceiver() external {
        BlockingToken token = new BlockingToken();
        _stakedBy(address(token), BOB);
        _stakedBy(address(token), CAROL);
        token.setBlocked(BOB, true);
        vm.expectRevert(abi.encodeWithSelector(BlockingToken.Zoo_Blocked.selector, BOB));
        vm.prank(BOB);
        _farms.withdraw(STRANGE, AMOUNT);
        address heir = makeAddr("heir");
        vm.prank(BOB);
        _farms.emergencyWithdraw(STRANGE, heir);
        assertEq(token.balanceOf(heir), AMOUNT);
        vm.prank(CAROL);
        _farms.withdraw(STRANGE, AMOUNT);
        assertEq(token.balanceOf(CAROL), AMOUNT);
        _assertHealthyFarmIsUntouched();
    }

    /// @dev The stake waits until the token lets go; the rewards it earned do not.
    /// @custom:property F-12, F-17
    function test_RewardsAreClaimedWhileTheStakeTokenIsStuck() external {
        BlockingToken token = new BlockingToken();
        _stakedBy(address(token), BOB);
        _fund(STRANGE);
        skip(1 days);
        token.setBlocked(address(_farms), true);
        vm.expectRevert(abi.encodeWithSelector(BlockingToken.Zoo_Blocked.selector, address(_farms)));
        vm.prank(BOB);
        _farms.exit(STRANGE, AMOUNT);
        vm.prank(BOB);
        assertApproxEqAbs(_farms.claim(STRANGE), RATE * 1 days, 1);
        _assertHealthyFarmIsUntouched();
        token.setBlocked(address(_farms), false);
        _assertAllLeave(address(token), 0);
    }

    /// @dev A call to an address without code succeeds; it must not count as a payment.
    /// @custom:property F-17
    function test_RevertIf_TheTokenHasNoCodeAnyMore() external {
        PlainToken token = new PlainToken(18);
        _stakedBy(address(token), BOB);
        bytes memory code = address(token).code;
        vm.etch(address(token), "");
        _expectFailedOperation(address(token));
        vm.prank(BOB);
        _farms.withdraw(STRANGE, AMOUNT);
        assertEq(_farms.positionOf(STRANGE, BOB).principal, AMOUNT);
        _assertHealthyFarmIsUntouched();
        vm.etch(address(token), code);
        _assertAllLeave(address(token), 0);
    }

    /// @dev A huge answer that starts with true is a yes and costs its own users only; a huge
    /// reason or burnt gas is a no.
    /// @custom:property F-12, F-17
    function test_AHugeAnswerOrReasonStaysInItsFarm() external {
        BombToken token = new BombToken();
        _stakedBy(address(token), BOB);
        token.setMode(BombToken.Mode.HugeReason, 500_000);
        vm.prank(BOB);
        (bool ok,) =
            address(_farms).call{gas: 5_000_000}(abi.encodeCall(IFarms.withdraw, (STRANGE, AMOUNT)));
        assertFalse(ok);
        token.setMode(BombToken.Mode.AllGas, 0);
        vm.prank(BOB);
        (ok,) = address(_farms).call{gas: 1_000_000}(
            abi.encodeCall(IFarms.withdraw, (STRANGE, AMOUNT))
        );
        assertFalse(ok);
        assertEq(_farms.positionOf(STRANGE, BOB).principal, AMOUNT);
        _assertHealthyFarmIsUntouched();

        token.setMode(BombToken.Mode.HugeAnswer, 500_000);
        vm.prank(BOB);
        _farms.withdraw{gas: 3_000_000}(STRANGE, AMOUNT);
        assertEq(_farms.positionOf(STRANGE, BOB).principal, 0);
        _assertHealthyFarmIsUntouched();
    }

    /// @dev A token that says yes and moves nothing costs the one who trusted it; his stake is then
    /// surplus, which the owner can hand out.
    /// @custom:property F-17
    function test_APaymentTheTokenOnlyClaimsIsSurplus() external {
        LyingToken token = new LyingToken();
        _stakedBy(address(token), BOB);
        _stakedBy(address(token), CAROL);
        token.setLying(true);
        vm.prank(BOB);
        _farms.withdraw(STRANGE, AMOUNT);
        token.setLying(false);
        assertEq(_farms.surplusOf(address(token)), AMOUNT);
        _farms.recover(address(token), BOB, AMOUNT);
        assertEq(token.balanceOf(BOB), AMOUNT);
        vm.prank(CAROL);
        _farms.withdraw(STRANGE, AMOUNT);
        assertEq(token.balanceOf(CAROL), AMOUNT);
        _assertHealthyFarmIsUntouched();
    }

    // Shared steps.

    function _bound(uint96 amount) private pure returns (uint96) {
        return uint96(bound(amount, MINIMUM, 2 ** 90));
    }

    function _prepare(address token, uint96 amount) private {
        _addFarm(STRANGE, token, false);
        _give(token, BOB, amount);
    }

    /// @dev `user` stakes `AMOUNT`; the first one registers the farm.
    function _stakedBy(address token, address user) private {
        if (_farms.stakeTokenOf(STRANGE) == address(0)) _addFarm(STRANGE, token, false);
        _stakeAs(user, STRANGE, AMOUNT);
    }

    function _expectFailedOperation(address token) private {
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, token));
    }

    function _assertNothingStaked(address token) private {
        assertEq(_farms.farmOf(STRANGE).totalWeight, 0);
        assertEq(ZooToken(token).balanceOf(address(_farms)), 0);
        _assertHealthyFarmIsUntouched();
    }

    /// @dev Everybody with a position gets all of it, but for what the token itself rounds away.
    function _assertAllLeave(address token, uint256 tolerance) private {
        address[2] memory users = [BOB, CAROL];
        for (uint256 i; i < users.length; ++i) {
            uint96 principal = _farms.positionOf(STRANGE, users[i]).principal;
            if (principal == 0) continue;
            uint256 before = ZooToken(token).balanceOf(users[i]);
            vm.prank(users[i]);
            _farms.withdraw(STRANGE, principal);
            uint256 received = ZooToken(token).balanceOf(users[i]) - before;
            assertApproxEqAbs(received, principal, tolerance);
        }
        assertEq(_farms.farmOf(STRANGE).principal, 0);
    }
}
