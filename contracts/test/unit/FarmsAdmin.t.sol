// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {Farms} from "../../src/spoke/Farms.sol";
import {FarmsAnnex} from "../../src/spoke/farms/FarmsAnnex.sol";
import {FarmsFixture} from "../support/FarmsFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

contract FarmsAdminTest is FarmsFixture {
    function setUp() external {
        _startFarms();
    }

    // Construction.

    function test_TheConstructorStoresWhatItIsGiven() external {
        vm.expectEmit();
        emit IPauseRoles.GuardianSet(GUARDIAN, 1);
        Farms farms = _newFarms(address(_reward));
        assertEq(farms.REWARD_TOKEN(), address(_reward));
        assertEq(farms.TREASURY(), TREASURY);
        assertEq(farms.FEE_STREAM_SECONDS(), FEE_SECONDS);
        assertEq(farms.owner(), address(this));
        assertEq(farms.guardian(), GUARDIAN);
        assertEq(farms.receiver(), address(0));
        assertEq(farms.bridge(), address(0));
        assertEq(farms.seq(), 1);
    }

    function test_RevertIf_TheConstructorIsGivenNothing() external {
        vm.expectRevert(IFarms.Farms_ZeroAddress.selector);
        this.deploy(address(0), TREASURY, FEE_SECONDS, address(this));
        vm.expectRevert(IFarms.Farms_ZeroAddress.selector);
        this.deploy(address(_reward), address(0), FEE_SECONDS, address(this));
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_BadDuration.selector, 0));
        this.deploy(address(_reward), TREASURY, 0, address(this));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableInvalidOwner.selector, address(0)));
        this.deploy(address(_reward), TREASURY, FEE_SECONDS, address(0));
    }

    /// @dev External: what follows a refused `new` in the same function would not run, because
    /// tests deploy by a cheatcode.
    function deploy(address reward, address treasury, uint32 feeSeconds, address owner_) external {
        new Farms(reward, treasury, feeSeconds, owner_, GUARDIAN);
    }

    function test_TheWiringIsAnnounced() external {
        Farms farms = _newFarms(address(_reward));
        vm.expectEmit();
        emit IFarms.ReceiverSet(ALICE);
        farms.setReceiver(ALICE);
        vm.expectEmit();
        emit IFarms.BridgeSet(BOB);
        farms.setBridge(BOB);
        assertEq(farms.receiver(), ALICE);
        assertEq(farms.bridge(), BOB);
        assertEq(farms.seq(), 1, "wiring carries no number");
    }

    /// @dev The annex has no storage of its own but what nobody can reach.
    function test_TheAnnexByItselfHasNoFarmsAndNoOwnerWhoCanAct() external {
        FarmsAnnex annex = FarmsAnnex(_farms.ANNEX());
        assertEq(annex.owner(), address(_farms));
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this))
        );
        annex.setReceiver(address(this));
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 1));
        annex.poke(1, ALICE);
    }

    function test_RevertIf_TheOwnersCallsComeFromAnyoneElse() external {
        bytes[9] memory calls = [
            abi.encodeCall(IFarms.setReceiver, (ALICE)),
            abi.encodeCall(IFarms.setBridge, (ALICE)),
            abi.encodeCall(IFarms.addFarm, (IFarms.NewFarm(7, address(_reward), 95, 1, false))),
            abi.encodeCall(IFarms.setFarmState, (1, IFarms.FarmState.Ended)),
            abi.encodeCall(IFarms.setMaxRate, (1, 0, 1)),
            abi.encodeCall(IFarms.setTerms, (1, new IFarms.Tier[](0), new IFarms.TenureStep[](0))),
            abi.encodeCall(IFarms.addStream, (1, ALICE, ALICE, 1)),
            abi.encodeCall(IFarms.setFunder, (1, 1, ALICE)),
            abi.encodeCall(IFarms.recover, (address(_reward), ALICE, 1))
        ];
        bytes memory reason =
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GUARDIAN);
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(GUARDIAN);
            (bool ok, bytes memory returned) = address(_farms).call(calls[i]);
            assertFalse(ok);
            assertEq(returned, reason);
        }
    }

    function test_RevertIf_AStakeTokenHadTooManyFarms() external {
        for (uint32 i; i < 15; ++i) {
            _farms.setFarmState(i == 0 ? 1 : 99 + i, IFarms.FarmState.Ended);
            _farms.addFarm(IFarms.NewFarm(100 + i, address(_stake), 95, 1, false));
        }
        _farms.setFarmState(114, IFarms.FarmState.Ended);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_TooManyFarms.selector, address(_stake)));
        _farms.addFarm(IFarms.NewFarm(115, address(_stake), 95, 1, false));
    }

    /// @dev A farm whose deposits are paused may resume, so it keeps its token.
    /// @custom:property F-13
    function test_RevertIf_TheStakeTokenHasAPausedFarm() external {
        _farms.pauseDeposits(1);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_StakeTokenInUse.selector, address(_stake), 1)
        );
        _farms.addFarm(IFarms.NewFarm(7, address(_stake), 95, 1, false));
    }

    // States.

    function test_DepositsPauseAndResumeAndTheFarmEnds() external {
        vm.expectEmit();
        emit IFarms.FarmStateSet(1, IFarms.FarmState.DepositsPaused, 4);
        _farms.setFarmState(1, IFarms.FarmState.DepositsPaused);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFarms.Farms_NotActive.selector, 1, IFarms.FarmState.DepositsPaused
            )
        );
        _farms.stake(1, MINIMUM);
        vm.expectEmit();
        emit IFarms.FarmStateSet(1, IFarms.FarmState.Active, 5);
        _farms.setFarmState(1, IFarms.FarmState.Active);
        _stakeAs(ALICE, 1, MINIMUM);
        vm.expectEmit();
        emit IFarms.FarmStateSet(1, IFarms.FarmState.Ended, 7);
        _farms.setFarmState(1, IFarms.FarmState.Ended);
        assertEq(uint8(_farms.farmOf(1).state), uint8(IFarms.FarmState.Ended));
    }

    function test_RevertIf_TheStateCannotFollow() external {
        _assertBadState(IFarms.FarmState.Active, IFarms.FarmState.Active);
        _assertBadState(IFarms.FarmState.Active, IFarms.FarmState.Unknown);
        _farms.setFarmState(1, IFarms.FarmState.DepositsPaused);
        _assertBadState(IFarms.FarmState.DepositsPaused, IFarms.FarmState.DepositsPaused);
        _farms.setFarmState(1, IFarms.FarmState.Ended);
        for (uint8 i; i < 4; ++i) {
            _assertBadState(IFarms.FarmState.Ended, IFarms.FarmState(i));
        }
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.setFarmState(9, IFarms.FarmState.Ended);
    }

    function test_GuardianAndSentinelPauseDepositsAndNothingElse() external {
        address sentinel = makeAddr("sentinel");
        _farms.setSentinel(sentinel, START + 1 days);
        vm.prank(sentinel);
        _farms.pauseDeposits(1);
        vm.expectEmit();
        emit IFarms.FarmStateSet(2, IFarms.FarmState.DepositsPaused, 6);
        vm.prank(GUARDIAN);
        _farms.pauseDeposits(2);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFarms.Farms_BadState.selector,
                2,
                IFarms.FarmState.DepositsPaused,
                IFarms.FarmState.DepositsPaused
            )
        );
        _farms.pauseDeposits(2);
        vm.warp(START + 1 days);
        vm.expectRevert(
            abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyPauser.selector, sentinel)
        );
        vm.prank(sentinel);
        _farms.pauseDeposits(1);
    }

    /// @custom:property F-11, I11
    function test_WithdrawAndClaimWorkInEveryState() external conserving {
        _adjust(1, 1e18, START + 300);
        _stakeAs(ALICE, 1, 3e18);
        IFarms.FarmState[2] memory states =
            [IFarms.FarmState.DepositsPaused, IFarms.FarmState.Ended];
        for (uint256 i; i < states.length; ++i) {
            skip(100);
            _farms.setFarmState(1, states[i]);
            uint256 earned = _farms.earned(1, ALICE);
            vm.startPrank(ALICE);
            assertEq(_farms.claim(1), earned);
            _farms.withdraw(1, 1e18);
            vm.stopPrank();
        }
        skip(1_000);
        assertApproxEqAbs(
            _farms.earned(1, ALICE) + _reward.balanceOf(ALICE), 1e18, 1, "it streams to its end"
        );
    }

    // Rates.

    function test_ANewBoundOfTheRateHoldsFromNowOn() external conserving {
        _stakeAs(ALICE, 1, 1e18);
        _adjust(1, 10_000, START + 100);
        skip(10);
        vm.expectEmit();
        emit IFarms.MaxRateSet(1, 0, 7, 6);
        _farms.setMaxRate(1, 0, 7);
        assertEq(_farms.farmOf(1).maxRate, 7);
        assertEq(_farms.streamOf(1, 0).maxRate, 7);
        assertEq(_farms.streamOf(1, 0).remaining, 9_000, "the past keeps its rate");
        assertEq(_farms.rateOf(1, 0), 7);
        skip(1_000);
        assertEq(_farms.unstreamed(1), 9_000 - 90 * 7);
    }

    function test_ANewBoundOfAnotherStreamsRateHoldsFromNowOn() external conserving {
        _stakeAs(ALICE, 1, 1e18);
        (, uint8 stream) = _addExtra(1);
        _farms.fundStream(1, stream, 10_000, 100);
        skip(10);
        vm.expectEmit();
        emit IFarms.MaxRateSet(1, stream, 7, 7);
        _farms.setMaxRate(1, stream, 7);
        IFarms.Stream memory result = _farms.streamOf(1, stream);
        assertEq(result.maxRate, 7);
        assertEq(result.remaining, 9_000);
        assertEq(_farms.rateOf(1, stream), 7);
        assertEq(_farms.rateOf(1, 0), 0);
    }

    function test_RevertIf_TheBoundOfTheRateIsRefused() external {
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.setMaxRate(1, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.setMaxRate(9, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.setMaxRate(9, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownStream.selector, 1, 1));
        _farms.setMaxRate(1, 1, 1);
    }

    // Streams.

    function test_StreamsAreAddedUpToFour() external {
        for (uint8 i = 1; i <= 3; ++i) {
            address token = address(new PlainToken(18));
            vm.expectEmit();
            emit IFarms.StreamAdded(1, i, token, CAROL, 5, 3 + i);
            assertEq(_farms.addStream(1, token, CAROL, 5), i);
            IFarms.Stream memory expected;
            (expected.token, expected.funder, expected.maxRate) = (token, CAROL, 5);
            assertEq(abi.encode(_farms.streamOf(1, i)), abi.encode(expected));
        }
        assertEq(_farms.farmOf(1).streamCount, 4);
        address last = address(new PlainToken(18));
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_TooManyStreams.selector, 1));
        _farms.addStream(1, last, CAROL, 5);
    }

    function test_RevertIf_AStreamIsRefused() external {
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.addStream(9, address(_other), CAROL, 5);
        vm.expectRevert(IFarms.Farms_ZeroAddress.selector);
        _farms.addStream(1, address(0), CAROL, 5);
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.addStream(1, address(_other), CAROL, 0);
        _farms.addStream(1, address(_other), CAROL, 5);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_StreamTokenInUse.selector, 1, address(_other))
        );
        _farms.addStream(1, address(_other), CAROL, 5);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_StreamTokenInUse.selector, 1, address(_reward))
        );
        _farms.addStream(1, address(_reward), CAROL, 5);
        _farms.setFarmState(1, IFarms.FarmState.Ended);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_NotActive.selector, 1, IFarms.FarmState.Ended)
        );
        _farms.addStream(1, address(_stake), CAROL, 5);
    }

    function test_AFunderIsReplaced() external {
        _farms.addStream(1, address(_other), CAROL, 5);
        vm.expectEmit();
        emit IFarms.FunderSet(1, 1, BOB, 5);
        _farms.setFunder(1, 1, BOB);
        assertEq(_farms.streamOf(1, 1).funder, BOB);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownStream.selector, 1, 0));
        _farms.setFunder(1, 0, BOB);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownStream.selector, 1, 2));
        _farms.setFunder(1, 2, BOB);
    }

    // Surplus.

    /// @custom:property E24, C-02
    function test_OnlyTheSurplusIsRecovered() external conserving {
        _addFarm(7, address(_reward), false);
        _stakeAs(ALICE, 7, 5e18);
        _adjust(7, 1e18, START + 100);
        assertEq(_farms.surplusOf(address(_reward)), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_NoSurplus.selector, address(_reward), 0)
        );
        _farms.recover(address(_reward), CAROL, 1);

        _reward.mint(address(_farms), 100);
        assertEq(_farms.surplusOf(address(_reward)), 100);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_NoSurplus.selector, address(_reward), 100)
        );
        _farms.recover(address(_reward), CAROL, 101);
        vm.expectEmit();
        emit IFarms.SurplusRecovered(address(_reward), CAROL, 60, 7);
        _farms.recover(address(_reward), CAROL, 60);
        assertEq(_reward.balanceOf(CAROL), 60);
        assertEq(_farms.surplusOf(address(_reward)), 40);
    }

    function test_ATokenNobodyOwesIsRecovered() external {
        PlainToken token = new PlainToken(6);
        token.mint(address(_farms), 5);
        _farms.recover(address(token), CAROL, 5);
        assertEq(token.balanceOf(CAROL), 5);
    }

    /// @dev A stake token that took its holders' balances back owes nothing more by that.
    /// @custom:property C-02
    function test_ALossIsNoNegativeSurplus() external {
        _stakeAs(ALICE, 1, 5e18);
        deal(address(_stake), address(_farms), 1e18);
        assertEq(_farms.surplusOf(address(_stake)), 0);
    }

    function test_RevertIf_ARecoveryHasNoTargetOrNoAmount() external {
        vm.expectRevert(IFarms.Farms_ZeroAddress.selector);
        _farms.recover(address(_reward), address(0), 1);
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.recover(address(_reward), CAROL, 0);
    }

    /// @dev Principal of an ended farm stays owed beside that of the one after it.
    /// @custom:property E24, C-02
    function test_ASurplusCountsEveryFarmOfItsToken() external {
        _stakeAs(ALICE, 1, 5e18);
        _farms.setFarmState(1, IFarms.FarmState.Ended);
        _addFarm(7, address(_stake), true);
        _stakeAs(BOB, 7, 3e18);
        assertEq(_farms.surplusOf(address(_stake)), 0);
        _stake.mint(address(_farms), 9);
        assertEq(_farms.surplusOf(address(_stake)), 9);
    }

    function _assertBadState(IFarms.FarmState from, IFarms.FarmState to) private {
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_BadState.selector, 1, from, to));
        _farms.setFarmState(1, to);
    }
}
