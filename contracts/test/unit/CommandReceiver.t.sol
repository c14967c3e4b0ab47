// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DevOft} from "../../src/dev/DevOft.sol";
import {ICommandReceiver} from "../../src/interfaces/ICommandReceiver.sol";
import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {Commands} from "../../src/libraries/Commands.sol";
import {CommandReceiver} from "../../src/spoke/CommandReceiver.sol";
import {CommandFixture} from "../support/CommandFixture.sol";
import {CommandSamples} from "../support/CommandCodec.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice Every kind of command from the hub to what it does on a spoke, over real endpoints.
contract CommandReceiverTest is CommandFixture {
    Site private _site;
    CommandReceiver private _inbox;
    DevOft private _third;

    function setUp() external {
        _startCommands(0);
        _site = _siteOf[ALPHA];
        _inbox = _inboxOf[ALPHA];
        _third = new DevOft("Third", "THD", address(_endpoints[ALPHA]), address(this));
    }

    function test_AFarmIsAddedAndItsRouteOpened() external {
        _apply(Commands.addFarm(_newFarm(3, true), address(_third)));
        IFarms.Farm memory farm = _site.farms.farmOf(3);
        assertEq(farm.stakeToken, address(_third));
        assertEq(farm.scaleBits, 80);
        assertEq(farm.maxRate, 1e18);
        assertTrue(farm.hasTerms);
        assertEq(uint8(farm.state), uint8(IFarms.FarmState.Active));
        assertEq(_site.bridge.oftOf(address(_third)), address(_third));
    }

    function test_AFarmWithoutAnOftLeavesTheRouteAsItIs() external {
        _apply(Commands.addFarm(_newFarm(3, false), address(0)));
        assertEq(_site.farms.stakeTokenOf(3), address(_third));
        assertEq(_site.bridge.oftOf(address(_third)), address(0));
    }

    function test_AFarmWhoseRouteIsRefusedIsNotAddedEither() external {
        uint64 no = _command(ALPHA, Commands.addFarm(_newFarm(3, false), address(_site.stake)));
        _assertState(ALPHA, no, ICommandReceiver.CommandState.Failed);
        assertEq(_site.farms.stakeTokenOf(3), address(0));
    }

    function test_TheStateOfAFarmIsSet() external {
        _apply(Commands.setFarmState(2, IFarms.FarmState.DepositsPaused));
        assertEq(
            uint8(_site.farms.farmOf(2).state), uint8(IFarms.FarmState.DepositsPaused), "paused"
        );
        _apply(Commands.setFarmState(2, IFarms.FarmState.Active));
        assertEq(uint8(_site.farms.farmOf(2).state), uint8(IFarms.FarmState.Active), "active");
        _apply(Commands.setFarmState(2, IFarms.FarmState.Ended));
        assertEq(uint8(_site.farms.farmOf(2).state), uint8(IFarms.FarmState.Ended), "ended");
    }

    function test_TheRateOfAStreamIsBounded() external {
        _apply(Commands.setMaxRate(2, 0, 12_345));
        assertEq(_site.farms.streamOf(2, 0).maxRate, 12_345);
    }

    function test_TermsAreReplaced() external {
        _apply(Commands.addFarm(_newFarm(7, true), address(0)));
        _apply(CommandSamples.setTerms(4, 3));
        (IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps) = _site.farms.termsOf(7);
        assertEq(tiers.length, 4);
        assertEq(steps.length, 3);
        assertEq(tiers[3].term, 120 days);
        assertEq(tiers[3].boostBps, 18_000);
        assertEq(tiers[3].feeBps, 500);
        assertEq(steps[2].minTenure, 30 days);
        assertEq(steps[2].bonusBps, 1500);
    }

    function test_AStreamIsAddedAndItsFunderReplaced() external {
        PlainToken token = new PlainToken(6);
        _apply(Commands.addStream(Commands.NewStream(2, 1, address(token), ALICE, 77)));
        IFarms.Stream memory stream = _site.farms.streamOf(2, 1);
        assertEq(stream.token, address(token));
        assertEq(stream.funder, ALICE);
        assertEq(stream.maxRate, 77);
        _apply(Commands.setFunder(2, 1, BOB));
        assertEq(_site.farms.streamOf(2, 1).funder, BOB);
    }

    function test_AStreamIsNotAddedAtAnotherIndexThanTheHubCountsOn() external {
        PlainToken token = new PlainToken(6);
        bytes memory command =
            Commands.addStream(Commands.NewStream(2, 2, address(token), ALICE, 77));
        vm.expectEmit(true, true, false, true, address(_inbox));
        emit ICommandReceiver.CommandFailed(
            1,
            Commands.Kind.AddStream,
            bytes32(0),
            command,
            abi.encodeWithSelector(ICommandReceiver.CommandReceiver_StreamIndex.selector, 2, 1),
            2
        );
        this.commandLoose(ALPHA, command);
        assertEq(_site.farms.farmOf(2).streamCount, 1);
    }

    function test_ReceiverAndBridgeArePausedAndResumed() external {
        _apply(Commands.setReceiverPaused(true));
        assertTrue(_site.receiver.paused());
        assertFalse(_site.bridge.paused());
        _apply(Commands.setBridgePaused(true));
        assertTrue(_site.bridge.paused());
        _apply(Commands.setReceiverPaused(false));
        assertFalse(_site.receiver.paused());
        _apply(Commands.setBridgePaused(false));
        assertFalse(_site.bridge.paused());
    }

    function test_EpochsAreKilled() external {
        _apply(Commands.setMinValidEpoch(5));
        assertEq(_site.receiver.minValidEpoch(), 5);
    }

    function test_APotIsReleasedInPartAndWhole() external {
        uint256 pot = _fillPot();
        _apply(Commands.releasePot(1, uint128(pot / 4)));
        assertEq(_site.receiver.returnable(), pot / 4);
        assertEq(_site.receiver.potOf(1), pot - pot / 4);
        _apply(Commands.releasePot(1, Commands.WHOLE_POT));
        assertEq(_site.receiver.returnable(), pot);
        assertEq(_site.receiver.potOf(1), 0);
    }

    function test_LimitsAreSet() external {
        _apply(
            Commands.setOutflowLimit(address(_site.stake), Commands.PathLimit(BETA, 5e18, 1 days))
        );
        (uint128 limit, uint32 window,) = _site.bridge.outflowOf(address(_site.stake), BETA);
        assertEq(limit, 5e18);
        assertEq(window, 1 days);
        _apply(Commands.setInboundLimit(Commands.PathLimit(HUB, 7e18, 2 days)));
        (limit, window,) = IInboundLimit(address(_site.reward)).inboundLimitOf(HUB);
        assertEq(limit, 7e18);
        assertEq(window, 2 days);
    }

    function test_TheSentinelIsNamedForTheThreeContractsAndNotForCommands() external {
        uint40 until = uint40(block.timestamp + 30 days);
        _inbox.setSentinel(GUARDIAN, until);
        _apply(Commands.setSentinel(SENTINEL, until));
        address[3] memory targets =
            [address(_site.farms), address(_site.receiver), address(_site.bridge)];
        for (uint256 i; i < targets.length; ++i) {
            assertEq(IPauseRoles(targets[i]).sentinel(), SENTINEL);
            assertEq(IPauseRoles(targets[i]).sentinelUntil(), until);
        }
        assertEq(_inbox.sentinel(), GUARDIAN);
    }

    function test_ACommandThatFailedIsCancelled() external {
        uint64 no = _command(ALPHA, Commands.setMaxRate(9, 0, 1));
        _assertState(ALPHA, no, ICommandReceiver.CommandState.Failed);
        vm.expectEmit(address(_inbox));
        emit ICommandReceiver.CommandCancelled(no, no + 1, _inbox.seq() + 1);
        this.commandLoose(ALPHA, Commands.cancelCommand(no));
        _assertState(ALPHA, no, ICommandReceiver.CommandState.Cancelled);
        assertEq(_inbox.recordOf(no).commandHash, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICommandReceiver.CommandReceiver_NotKept.selector,
                no,
                ICommandReceiver.CommandState.Cancelled
            )
        );
        _inbox.retry(no, Commands.setMaxRate(9, 0, 1));
    }

    function test_ACommandThatIsOnItsWayIsCancelledBeforeItArrives() external {
        _sendCommand(ALPHA, Commands.setMaxRate(2, 0, 5));
        uint64 rate = _site.farms.streamOf(2, 0).maxRate;
        _command(ALPHA, Commands.cancelCommand(1));
        vm.expectEmit(true, true, false, true, address(_inbox));
        emit ICommandReceiver.CommandRefused(
            1, 3, bytes32(0), ICommandReceiver.Refusal.Cancelled, _inbox.seq() + 1
        );
        this.deliverLoose(0);
        _assertState(ALPHA, 1, ICommandReceiver.CommandState.Cancelled);
        assertEq(_site.farms.streamOf(2, 0).maxRate, rate);
    }

    function test_WhatWasAppliedOrComesLaterIsNotCancelled() external {
        _apply(Commands.setMaxRate(2, 0, 5));
        uint64 no = _command(ALPHA, Commands.cancelCommand(1));
        _assertState(ALPHA, no, ICommandReceiver.CommandState.Failed);
        _assertState(ALPHA, 1, ICommandReceiver.CommandState.Applied);
        _assertState(
            ALPHA, _command(ALPHA, Commands.cancelCommand(3)), ICommandReceiver.CommandState.Failed
        );
        _assertState(
            ALPHA, _command(ALPHA, Commands.cancelCommand(9)), ICommandReceiver.CommandState.Failed
        );
        _assertState(
            ALPHA, _command(ALPHA, Commands.cancelCommand(0)), ICommandReceiver.CommandState.Failed
        );
    }

    function test_AnAppliedCommandLeavesItsNumberAndItsEvent() external {
        bytes memory command = Commands.setMaxRate(2, 0, 12_345);
        assertEq(_inbox.newestOf(command), 0);
        uint64 seq = _inbox.seq();
        vm.expectEmit(true, true, false, true, address(_inbox));
        emit ICommandReceiver.CommandApplied(1, Commands.Kind.SetMaxRate, bytes32(0), seq + 1);
        this.commandLoose(ALPHA, command);
        assertEq(_inbox.newestOf(command), 1);
        assertEq(_inbox.newestOf(Commands.setMaxRate(2, 0, 1)), 1, "the subject, not the value");
        assertEq(_inbox.newestOf(Commands.setMaxRate(1, 0, 12_345)), 0, "another subject");
    }

    /// @dev For events whose guid is not known before; external, so that one call is expected.
    function commandLoose(uint32 eid, bytes calldata command) external {
        _command(eid, command);
    }

    function deliverLoose(uint256 index) external {
        _deliver(index);
    }

    function _apply(bytes memory command) private {
        _assertState(ALPHA, _command(ALPHA, command), ICommandReceiver.CommandState.Applied);
    }

    function _newFarm(uint32 farmId, bool hasTerms) private view returns (IFarms.NewFarm memory) {
        return IFarms.NewFarm({
            farmId: farmId,
            stakeToken: address(_third),
            scaleBits: 80,
            maxRate: 1e18,
            hasTerms: hasTerms
        });
    }

    /// @dev A farm that the spoke does not know leaves its share in the pot of epoch 1.
    function _fillPot() private returns (uint256 pot) {
        _controller.setFarmBounds(ALPHA, 9, 0, 4000);
        IEmissionController.Target[] memory targets = _evenTargets(100_000e6);
        _decide(1, 1, targets);
        _controller.dispatch(1, ALPHA);
        _deliverAll();
        assertEq(_site.receiver.potOf(1), 100_000e18);
        return 100_000e18;
    }
}
