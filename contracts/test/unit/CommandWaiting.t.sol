// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {ICommandReceiver} from "../../src/interfaces/ICommandReceiver.sol";
import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {Commands} from "../../src/libraries/Commands.sol";
import {CommandReceiver} from "../../src/spoke/CommandReceiver.sol";
import {CommandTargets} from "../../src/spoke/commands/CommandTargets.sol";
import {CommandFixture} from "../support/CommandFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice Commands that fail, wait, go stale or are stopped, and what the local owner may do.
contract CommandWaitingTest is CommandFixture {
    uint32 private constant LOOSEN_SECONDS = 1 days;

    Site private _site;
    CommandReceiver private _inbox;

    function setUp() external {
        _startCommands(LOOSEN_SECONDS);
        _site = _siteOf[ALPHA];
        _inbox = _inboxOf[ALPHA];
    }

    // Failing and trying again.

    function test_WhatFailedIsCarriedOutByAnyoneOnceItCanBe() external {
        PlainToken token = new PlainToken(18);
        bytes memory early = Commands.setMaxRate(3, 0, 5);
        uint64 no = _command(ALPHA, early);
        _assertState(ALPHA, no, ICommandReceiver.CommandState.Failed);
        assertEq(_inbox.recordOf(no).commandHash, keccak256(early));
        vm.prank(MALLORY);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 3));
        _inbox.retry(no, early);

        _command(
            ALPHA, Commands.addFarm(IFarms.NewFarm(3, address(token), 80, 1e18, false), address(0))
        );
        vm.expectEmit(address(_inbox));
        emit ICommandReceiver.CommandApplied(
            no, Commands.Kind.SetMaxRate, bytes32(0), _inbox.seq() + 1
        );
        vm.prank(MALLORY);
        _inbox.retry(no, early);
        assertEq(_site.farms.streamOf(3, 0).maxRate, 5);
        _assertState(ALPHA, no, ICommandReceiver.CommandState.Applied);
        assertEq(_inbox.recordOf(no).commandHash, 0);
    }

    function test_AFailureTellsWhyAndWhatToTryAgain() external {
        bytes memory command = Commands.setMaxRate(9, 0, 5);
        vm.expectEmit(true, true, false, true, address(_inbox));
        emit ICommandReceiver.CommandFailed(
            1,
            Commands.Kind.SetMaxRate,
            bytes32(0),
            command,
            abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9),
            _inbox.seq() + 1
        );
        this.commandLoose(command);
    }

    /// @custom:property C-08
    function test_RevertIf_WhatIsTriedAgainWasSuperseded() external {
        _controller.setFarmBounds(ALPHA, 3, 0, 4000);
        PlainToken token = new PlainToken(18);
        bytes memory early = Commands.setMaxRate(3, 0, 5);
        _command(ALPHA, early);
        _command(
            ALPHA, Commands.addFarm(IFarms.NewFarm(3, address(token), 80, 1e18, false), address(0))
        );
        _command(ALPHA, Commands.setMaxRate(3, 0, 7));
        vm.expectRevert(
            abi.encodeWithSelector(ICommandReceiver.CommandReceiver_Superseded.selector, 1, 3)
        );
        _inbox.retry(1, early);
        assertEq(_site.farms.streamOf(3, 0).maxRate, 7);
    }

    function test_RevertIf_SomethingElseIsTriedAgain() external {
        bytes memory command = Commands.setMaxRate(9, 0, 5);
        _command(ALPHA, command);
        _command(ALPHA, Commands.setMaxRate(2, 0, 5));
        vm.expectRevert(
            abi.encodeWithSelector(ICommandReceiver.CommandReceiver_WrongCommand.selector, 1)
        );
        _inbox.retry(1, Commands.setMaxRate(2, 0, 1));
        _expectNotKept(2, ICommandReceiver.CommandState.Applied);
        _inbox.retry(2, Commands.setMaxRate(2, 0, 5));
        _expectNotKept(3, ICommandReceiver.CommandState.None);
        _inbox.retry(3, command);
    }

    /// @custom:property C-08
    function test_AStaleCommandDoesNothingAndIsRecorded() external {
        _sendCommand(ALPHA, Commands.setMaxRate(2, 0, 5));
        _command(ALPHA, Commands.setMaxRate(2, 0, 6));
        vm.expectEmit(true, true, false, true, address(_inbox));
        emit ICommandReceiver.CommandStale(
            1, Commands.Kind.SetMaxRate, bytes32(0), 2, _inbox.seq() + 1
        );
        this.deliverLoose(0);
        _assertState(ALPHA, 1, ICommandReceiver.CommandState.Stale);
        assertEq(_site.farms.streamOf(2, 0).maxRate, 6);
        _expectNotKept(1, ICommandReceiver.CommandState.Stale);
        _inbox.retry(1, Commands.setMaxRate(2, 0, 5));
    }

    // Loosening.

    /// @custom:property C-10
    function test_WhatLoosensWaitsAndThenAnyoneCarriesItOut() external {
        bytes memory command = Commands.setInboundLimit(Commands.PathLimit(HUB, 7e18, 1 days));
        uint40 readyAt = uint40(block.timestamp + LOOSEN_SECONDS);
        vm.expectEmit(true, true, false, true, address(_inbox));
        emit ICommandReceiver.CommandWaiting(
            1, Commands.Kind.SetInboundLimit, bytes32(0), readyAt, command, _inbox.seq() + 1
        );
        this.commandLoose(command);
        _assertState(ALPHA, 1, ICommandReceiver.CommandState.Waiting);
        skip(LOOSEN_SECONDS - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ICommandReceiver.CommandReceiver_TooEarly.selector, 1, readyAt)
        );
        _inbox.retry(1, command);
        skip(1);
        vm.prank(MALLORY);
        _inbox.retry(1, command);
        (uint128 limit,,) = IInboundLimit(address(_site.reward)).inboundLimitOf(HUB);
        assertEq(limit, 7e18);
    }

    /// @custom:property C-08
    function test_WhatStopsIsCarriedOutAtOnceAndSupersedesWhatWouldResume() external {
        bytes memory resume = Commands.setBridgePaused(false);
        _command(ALPHA, resume);
        _command(ALPHA, Commands.setBridgePaused(true));
        assertTrue(_site.bridge.paused());
        skip(LOOSEN_SECONDS);
        vm.expectRevert(
            abi.encodeWithSelector(ICommandReceiver.CommandReceiver_Superseded.selector, 1, 2)
        );
        _inbox.retry(1, resume);
        assertTrue(_site.bridge.paused());
    }

    /// @custom:property C-10
    function test_AKillIsCarriedOutAtOnceAndItsUndoingWaits() external {
        _assertState(
            ALPHA,
            _command(ALPHA, Commands.setMinValidEpoch(9)),
            ICommandReceiver.CommandState.Applied
        );
        bytes memory undo = Commands.setMinValidEpoch(4);
        uint64 no = _command(ALPHA, undo);
        _assertState(ALPHA, no, ICommandReceiver.CommandState.Waiting);
        assertEq(_site.receiver.minValidEpoch(), 9);
        skip(LOOSEN_SECONDS);
        _inbox.retry(no, undo);
        assertEq(_site.receiver.minValidEpoch(), 4);
    }

    /// @custom:property C-10
    function test_WhatHasComeToUndoAKillWaitsFromTheFirstTry() external {
        vm.prank(GUARDIAN);
        _inbox.pause();
        bytes memory command = Commands.setMinValidEpoch(4);
        uint64 no = _command(ALPHA, command);
        vm.prank(GUARDIAN);
        _site.receiver.setMinValidEpoch(9);
        _inbox.unpause();
        vm.prank(MALLORY);
        _inbox.retry(no, command);
        assertEq(_site.receiver.minValidEpoch(), 9);
        uint40 readyAt = uint40(block.timestamp + LOOSEN_SECONDS);
        assertEq(_inbox.recordOf(no).readyAt, readyAt);
        skip(LOOSEN_SECONDS - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ICommandReceiver.CommandReceiver_TooEarly.selector, no, readyAt)
        );
        _inbox.retry(no, command);
        skip(1);
        _inbox.retry(no, command);
        assertEq(_site.receiver.minValidEpoch(), 4);
    }

    function test_WhatIsSoAlreadyIsNoFailure() external {
        vm.startPrank(GUARDIAN);
        _site.farms.pauseDeposits(2);
        _site.receiver.setMinValidEpoch(3);
        vm.stopPrank();
        _assertState(
            ALPHA,
            _command(ALPHA, Commands.setFarmState(2, IFarms.FarmState.DepositsPaused)),
            ICommandReceiver.CommandState.Applied
        );
        _assertState(
            ALPHA,
            _command(ALPHA, Commands.setMinValidEpoch(3)),
            ICommandReceiver.CommandState.Applied
        );
    }

    /// @custom:property C-10
    function test_RevertIf_WhatLoosensIsCarriedOutAWeekAfterItsWait() external {
        bytes memory resume = Commands.setBridgePaused(false);
        _command(ALPHA, resume);
        uint256 expiredAt = block.timestamp + LOOSEN_SECONDS + 7 days;
        vm.prank(GUARDIAN);
        _site.bridge.pause();
        vm.warp(expiredAt);
        vm.expectRevert(
            abi.encodeWithSelector(ICommandReceiver.CommandReceiver_Expired.selector, 1, expiredAt)
        );
        vm.prank(MALLORY);
        _inbox.retry(1, resume);
        assertTrue(_site.bridge.paused());
        vm.warp(expiredAt - 1);
        _inbox.retry(1, resume);
        assertFalse(_site.bridge.paused());
    }

    function test_WhatOnlyFailedHasAllTheTimeThereIs() external {
        bytes memory early = Commands.setMaxRate(3, 0, 5);
        _command(ALPHA, early);
        PlainToken token = new PlainToken(18);
        skip(365 days);
        _command(
            ALPHA, Commands.addFarm(IFarms.NewFarm(3, address(token), 80, 1e18, false), address(0))
        );
        _inbox.retry(1, early);
        assertEq(_site.farms.streamOf(3, 0).maxRate, 5);
    }

    /// @custom:property C-10
    function test_TheHubWithdrawsWhatWaits() external {
        bytes memory command = Commands.setReceiverPaused(false);
        _command(ALPHA, command);
        _command(ALPHA, Commands.cancelCommand(1));
        skip(LOOSEN_SECONDS);
        _expectNotKept(1, ICommandReceiver.CommandState.Cancelled);
        _inbox.retry(1, command);
    }

    // Stopping commands.

    function test_WhileStoppedEveryCommandWaitsForAnyoneToCarryItOutAfterwards() external {
        _inbox.setSentinel(SENTINEL, uint40(block.timestamp + 1 days));
        vm.expectEmit(address(_inbox));
        emit ICommandReceiver.Paused(SENTINEL, _inbox.seq() + 1);
        vm.prank(SENTINEL);
        _inbox.pause();
        bytes memory command = Commands.setMaxRate(2, 0, 5);
        uint64 rate = _site.farms.streamOf(2, 0).maxRate;
        _command(ALPHA, command);
        _assertState(ALPHA, 1, ICommandReceiver.CommandState.Waiting);
        assertEq(_site.farms.streamOf(2, 0).maxRate, rate);
        vm.expectRevert(ICommandReceiver.CommandReceiver_IsPaused.selector);
        _inbox.retry(1, command);
        vm.expectEmit(address(_inbox));
        emit ICommandReceiver.Unpaused(address(this), _inbox.seq() + 1);
        _inbox.unpause();
        _inbox.retry(1, command);
        assertEq(_site.farms.streamOf(2, 0).maxRate, 5);
    }

    function test_RevertIf_CommandsAreStoppedOrResumedByTheWrongOne() external {
        vm.prank(MALLORY);
        vm.expectRevert(abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyPauser.selector, MALLORY));
        _inbox.pause();
        vm.startPrank(GUARDIAN);
        _inbox.pause();
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GUARDIAN)
        );
        _inbox.unpause();
        vm.stopPrank();
    }

    // What only the owner here may do.

    function test_TheOwnerWiresBridgeAndGuardians() external {
        PlainToken token = new PlainToken(18);
        _inbox.setBridgePeer(HUB, bytes32(uint256(7)));
        assertEq(_site.bridge.peerOf(HUB), bytes32(uint256(7)));
        _inbox.setRoute(address(_site.stake), address(0));
        assertEq(_site.bridge.oftOf(address(_site.stake)), address(0));
        _inbox.setGuardians(BOB);
        assertEq(_inbox.guardian(), BOB);
        assertEq(IPauseRoles(address(_site.farms)).guardian(), BOB);
        assertEq(IPauseRoles(address(_site.receiver)).guardian(), BOB);
        assertEq(IPauseRoles(address(_site.bridge)).guardian(), BOB);
        address[3] memory targets =
            [address(_site.farms), address(_site.receiver), address(_site.bridge)];
        for (uint256 i; i < targets.length; ++i) {
            token.mint(targets[i], 5);
            _inbox.recover(targets[i], address(token), BOB, 5);
        }
        assertEq(token.balanceOf(BOB), 15);
    }

    function test_TheOwnerHandsTheThreeContractsToASuccessor() external {
        CommandReceiver successor = _deployInbox(_site, 0);
        _inbox.transferOwned(address(_site.farms), address(successor));
        _inbox.transferOwned(address(_site.receiver), address(successor));
        _inbox.transferOwned(address(_site.bridge), address(successor));
        assertEq(_site.farms.owner(), address(successor));
        assertEq(_site.receiver.owner(), address(successor));
        assertEq(_site.bridge.owner(), address(successor));
        _sender.setPeer(ALPHA, _asBytes32(address(successor)));
        successor.setPeer(HUB, _asBytes32(address(_sender)));
        _inboxOf[ALPHA] = successor;
        uint64 no = _command(ALPHA, Commands.setMaxRate(2, 0, 5));
        _assertState(ALPHA, no, ICommandReceiver.CommandState.Applied);
    }

    function test_RevertIf_SomethingElseIsHandedOver() external {
        bytes memory refusal = abi.encodeWithSelector(
            ICommandReceiver.CommandReceiver_UnknownTarget.selector, address(_site.reward)
        );
        vm.expectRevert(refusal);
        _inbox.transferOwned(address(_site.reward), BOB);
        vm.expectRevert(refusal);
        _inbox.recover(address(_site.reward), address(_site.stake), BOB, 1);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableInvalidOwner.selector, address(0)));
        _inbox.transferOwned(address(_site.farms), address(0));
    }

    function test_RevertIf_AnyoneButTheOwnerWires() external {
        bytes memory refusal =
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, MALLORY);
        vm.startPrank(MALLORY);
        vm.expectRevert(refusal);
        _inbox.setBridgePeer(HUB, bytes32(0));
        vm.expectRevert(refusal);
        _inbox.setRoute(address(_site.stake), address(0));
        vm.expectRevert(refusal);
        _inbox.setGuardians(MALLORY);
        vm.expectRevert(refusal);
        _inbox.recover(address(_site.farms), address(_site.stake), MALLORY, 1);
        vm.expectRevert(refusal);
        _inbox.transferOwned(address(_site.farms), MALLORY);
        vm.expectRevert(refusal);
        _inbox.setPeer(HUB, bytes32(0));
        vm.expectRevert(refusal);
        _inbox.setDelegate(MALLORY);
        vm.expectRevert(
            abi.encodeWithSelector(ICommandReceiver.CommandReceiver_OnlySelf.selector, MALLORY)
        );
        _inbox.executeSelf(bytes32(0), 1, Commands.setMaxRate(2, 0, 5));
        vm.stopPrank();
        vm.expectRevert(IPauseRoles.PauseRoles_RenounceDisabled.selector);
        _inbox.renounceOwnership();
    }

    function test_RevertIf_AContractIsMissingAtDeployment() external {
        CommandReceiver.Config memory config =
            CommandReceiver.Config(address(_endpoints[ALPHA]), HUB, address(this), GUARDIAN, 0);
        for (uint256 i; i < 4; ++i) {
            address[4] memory parts =
                [address(_site.farms), address(_site.receiver), address(_site.bridge), BOB];
            parts[i] = address(0);
            vm.expectRevert(ICommandReceiver.CommandReceiver_ZeroAddress.selector);
            this.deploy(config, CommandTargets.Targets(parts[0], parts[1], parts[2], parts[3]));
        }
    }

    /// @dev External: what follows a refused `new` in the same function would not run, because
    /// tests deploy by a cheatcode.
    function deploy(CommandReceiver.Config memory config, CommandTargets.Targets memory targets)
        external
    {
        new CommandReceiver(config, targets);
    }

    /// @dev For events whose guid is not known before; external, so that one call is expected.
    function commandLoose(bytes calldata command) external {
        _command(ALPHA, command);
    }

    function deliverLoose(uint256 index) external {
        _deliver(index);
    }

    function _expectNotKept(uint64 no, ICommandReceiver.CommandState state) private {
        vm.expectRevert(
            abi.encodeWithSelector(ICommandReceiver.CommandReceiver_NotKept.selector, no, state)
        );
    }
}
