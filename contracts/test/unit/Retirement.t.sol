// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOAppCore} from "@layerzerolabs/oapp-evm/contracts/oapp/interfaces/IOAppCore.sol";
import {MessagingFee, SendParam} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";

import {DevOft} from "../../src/dev/DevOft.sol";
import {ICommandReceiver} from "../../src/interfaces/ICommandReceiver.sol";
import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../src/interfaces/IInboundLimit.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {Commands} from "../../src/libraries/Commands.sol";
import {LzOptions} from "../../src/libraries/LzOptions.sol";
import {CommandFixture} from "../support/CommandFixture.sol";
import {CommandSamples} from "../support/CommandCodec.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice How a chain is retired, step by step, with everything on it that can be in the way: a
/// running lock, a stream of others, an escrow, a pot nobody streams, an order on its way, and
/// users who do not care.
contract RetirementTest is CommandFixture {
    uint32 private constant REWARD_FARM = 1;
    uint32 private constant STAKE_FARM = 2;
    uint32 private constant TERMS_FARM = 7;
    /// @dev In the registry of the hub, but nowhere else.
    uint32 private constant MISSING_FARM = 9;
    uint128 private constant DELIVERY_GAS = 200_000;
    uint256 private constant BONUS = 1_000e6;

    address private immutable CAROL = makeAddr("carol");
    address private immutable DAVE = makeAddr("dave");
    address private immutable ERIN = makeAddr("erin");
    address private immutable FUNDER = makeAddr("funder");

    Site private _site;
    DevOft private _lock;
    PlainToken private _bonus;
    bytes32 private _escrowGuid;

    function setUp() external {
        _startCommands(0);
        _site = _siteOf[BETA];
        _lock = new DevOft("Lock", "LCK", address(_endpoints[BETA]), address(this));
        _bonus = new PlainToken(6);
        vm.deal(address(this), 1 ether);
        _openFarms();
        _stakeEverywhere();
        _escrowOfDave();
        _emitTwice();
        skip(2 days);
    }

    /// @custom:property I11, C-12
    function test_AChainIsRetiredWithNothingStrandedAndEveryExitOpen() external {
        uint256 held = _controller.tokenBalance();
        _stopTheEmission();
        _leaveSomebodyInEveryFarmWithOtherStreams();
        _endTheFarms();
        uint256 returned = _returnThePots();
        assertEq(_controller.tokenBalance(), held + returned, "back at the hub");
        assertGt(returned, 150_000e18, "two of seven days were streamed");

        _leaveByBridge();
        _leaveOnTheChain();
        _assertNothingIsOnItsWay();
        _closeThePaths();

        skip(365 days);
        _leaveLate();
        _assertNothingIsStranded();
    }

    /// @dev A path that was closed too early keeps what was on it; it is opened for its delivery.
    /// @custom:property C-12
    function test_WhatWasOverlookedArrivesWhenItsPathIsOpenedAgain() external {
        _stopTheEmission();
        vm.prank(ALICE);
        IPositionBridge.Quote memory quote = _site.bridge.quoteMove(ALICE, _moveOfAlice());
        vm.deal(ALICE, 1 ether);
        vm.prank(ALICE);
        _site.bridge.move{value: quote.moveFee + quote.rewardFee}(_moveOfAlice());
        _collect();
        bytes memory packet = _packets[0].encoded;
        _closeThePaths();
        bytes32 peer = _asBytes32(address(_site.stake));
        vm.expectRevert(abi.encodeWithSelector(IOAppCore.NoPeer.selector, BETA));
        this.deliverPacket(packet);

        _siteOf[ALPHA].stake.setPeer(BETA, peer);
        _siteOf[ALPHA].reward.setPeer(BETA, _asBytes32(address(_site.reward)));
        _inboxOf[ALPHA].setBridgePeer(BETA, _asBytes32(address(_site.bridge)));
        _deliverAll();
        assertEq(_siteOf[ALPHA].farms.positionOf(STAKE_FARM, ALICE).principal, 60e18);
    }

    // The procedure.

    /// @dev First, on the hub: no bounds, no cap, and a last revision that wants nothing here. Its
    /// order takes back what has not streamed. Orders that arrive later only add to the pot.
    function _stopTheEmission() private {
        uint32[4] memory farmIds = [REWARD_FARM, STAKE_FARM, TERMS_FARM, MISSING_FARM];
        for (uint256 i; i < farmIds.length; ++i) {
            _controller.setFarmBounds(BETA, farmIds[i], 0, 0);
        }
        _controller.setChain(BETA, _asBytes32(address(_site.receiver)), 0);
        IEmissionController.Target[] memory targets = _evenTargets(50_000e6);
        for (uint256 i; i < targets.length; ++i) {
            if (targets[i].eid == BETA) targets[i].amountSD = 0;
        }
        _decide(1, 3, targets);
        _controller.dispatch(1, BETA);
        _collect();
        // The last order overtakes the one before it.
        _deliver(_packets.length - 1);
        _deliverAll();
        for (uint256 i; i < 3; ++i) {
            assertEq(_site.farms.unstreamed(farmIds[i]), 0, "taken back");
        }
        for (uint256 i; i < farmIds.length; ++i) {
            _controller.removeFarm(BETA, farmIds[i]);
        }
    }

    /// @dev Streams of others cannot be taken back: whoever stakes last gets what they still pay.
    /// So that somebody is there when all users left, the treasury stakes the least it can.
    function _leaveSomebodyInEveryFarmWithOtherStreams() private {
        _mintStake(BETA, TREASURY, 1e18);
        vm.prank(TREASURY);
        _site.farms.stake(STAKE_FARM, 1e12);
    }

    function _endTheFarms() private {
        uint32[] memory eids = new uint32[](3);
        bytes[] memory commands = new bytes[](3);
        (eids[0], eids[1], eids[2]) = (BETA, BETA, BETA);
        commands[0] = Commands.setFarmState(REWARD_FARM, IFarms.FarmState.Ended);
        commands[1] = Commands.setFarmState(STAKE_FARM, IFarms.FarmState.Ended);
        commands[2] = Commands.setFarmState(TERMS_FARM, IFarms.FarmState.Ended);
        uint64 first = _sender.lastNo(BETA) + 1;
        _sender.sendMany(eids, commands);
        _deliverAll();
        for (uint64 i; i < 3; ++i) {
            _assertState(BETA, first + i, ICommandReceiver.CommandState.Applied);
        }
    }

    /// @dev Once no order is on its way. Who returns the pots pays for it, whoever that is.
    function _returnThePots() private returns (uint256 sent) {
        uint64 no = _command(BETA, Commands.releasePot(1, Commands.WHOLE_POT));
        _assertState(BETA, no, ICommandReceiver.CommandState.Applied);
        assertEq(_site.receiver.unallocated(), 0, "no pot is left");
        uint256 fee;
        (fee, sent) = _site.receiver.quoteReturn(_site.receiver.returnable());
        vm.deal(MALLORY, fee);
        vm.prank(MALLORY);
        _site.receiver.returnToHub{value: fee}(sent);
        _deliverAll();
        assertLt(_site.receiver.returnable(), SD, "what the OFT cannot carry");
    }

    function _leaveByBridge() private {
        IPositionBridge.Move memory request = _moveOfAlice();
        uint256 earned = _site.farms.earned(STAKE_FARM, ALICE);
        IPositionBridge.Quote memory quote = _site.bridge.quoteMove(ALICE, request);
        vm.deal(ALICE, 1 ether);
        vm.startPrank(ALICE);
        _site.bridge.move{value: quote.moveFee + quote.rewardFee}(request);
        _site.farms.claim(STAKE_FARM);
        vm.stopPrank();
        _deliverAll();
        assertEq(_siteOf[ALPHA].farms.positionOf(STAKE_FARM, ALICE).principal, 60e18);
        assertEq(_siteOf[ALPHA].reward.balanceOf(ALICE), earned / SD * SD, "rewards came along");
        assertEq(_site.reward.balanceOf(ALICE), earned % SD, "and the rest was paid");
        assertGt(_bonus.balanceOf(ALICE), 0, "the other stream too");
    }

    function _leaveOnTheChain() private {
        uint256 earned = _site.farms.earned(REWARD_FARM, BOB);
        vm.prank(BOB);
        assertEq(_site.farms.exit(REWARD_FARM, 10e18), earned);
        assertEq(_site.reward.balanceOf(BOB), 10e18 + earned);
        vm.startPrank(ERIN);
        assertGt(_site.farms.exit(STAKE_FARM, 40e18), 0);
        assertGt(_site.farms.claimStream(STAKE_FARM, 1), 0);
        vm.stopPrank();
    }

    /// @dev Of the reward token both ends tell; a stake token of others is watched by its events.
    function _assertNothingIsOnItsWay() private view {
        assertEq(_packets.length + _composes.length, 0);
        uint32[2] memory others = [HUB, ALPHA];
        for (uint256 i; i < others.length; ++i) {
            IInboundLimit here = IInboundLimit(address(_site.reward));
            IInboundLimit there = IInboundLimit(address(_siteOf[others[i]].reward));
            IInboundLimit.Path memory mine = here.pathOf(others[i]);
            IInboundLimit.Path memory theirs = there.pathOf(BETA);
            assertEq(mine.sentLD, theirs.receivedLD, "all that left arrived");
            assertEq(theirs.sentLD, mine.receivedLD, "all that was sent here arrived");
            assertEq(mine.queuedLD + theirs.queuedLD, 0, "nothing waits");
        }
    }

    /// @dev Last, on every chain, and the path of the commands after all others.
    function _closeThePaths() private {
        uint32[2] memory others = [HUB, ALPHA];
        for (uint256 i; i < others.length; ++i) {
            Site memory other = _siteOf[others[i]];
            other.reward.setPeer(BETA, bytes32(0));
            other.stake.setPeer(BETA, bytes32(0));
            _site.reward.setPeer(others[i], bytes32(0));
            _site.stake.setPeer(others[i], bytes32(0));
            _inboxOf[BETA].setBridgePeer(others[i], bytes32(0));
        }
        _siteOf[HUB].bridge.setPeer(BETA, bytes32(0));
        _inboxOf[ALPHA].setBridgePeer(BETA, bytes32(0));
        _sender.setPeer(BETA, bytes32(0));
        _inboxOf[BETA].setPeer(HUB, bytes32(0));
    }

    // Afterwards.

    function _leaveLate() private {
        vm.startPrank(CAROL);
        _site.farms.withdraw(TERMS_FARM, 50e18);
        assertEq(_lock.balanceOf(CAROL), 50e18, "no fee of an ended farm");
        assertGt(_site.farms.claim(TERMS_FARM), 0);
        vm.stopPrank();
        vm.prank(DAVE);
        _site.bridge.withdrawEscrow(_escrowGuid, address(_site.stake), DAVE);
        assertEq(_site.stake.balanceOf(DAVE), 30e18);
        vm.startPrank(TREASURY);
        _site.farms.exit(STAKE_FARM, 1e12);
        assertGt(_site.farms.claimStream(STAKE_FARM, 1), BONUS * 9 / 10, "28 of 30 days");
        vm.stopPrank();
    }

    function _assertNothingIsStranded() private view {
        uint32[3] memory farmIds = [REWARD_FARM, STAKE_FARM, TERMS_FARM];
        for (uint256 i; i < farmIds.length; ++i) {
            IFarms.Farm memory farm = _site.farms.farmOf(farmIds[i]);
            assertEq(farm.principal, 0, "principal");
            assertEq(farm.totalWeight, 0, "weight");
        }
        assertEq(_site.stake.balanceOf(address(_site.farms)), 0, "stake token");
        assertEq(_lock.balanceOf(address(_site.farms)), 0, "locked token");
        assertLe(_site.reward.balanceOf(address(_site.farms)), 8, "fractions of a wei a user");
        assertLe(_bonus.balanceOf(address(_site.farms)), 4, "fractions of a unit a user");
        assertEq(_site.stake.balanceOf(address(_site.bridge)), 0, "escrow");
        assertEq(_site.reward.balanceOf(address(_site.bridge)), 0, "carried rewards");
        assertLt(_site.reward.balanceOf(address(_site.receiver)), SD, "what the OFT cannot carry");
        uint256 supply;
        for (uint256 i; i < _eids.length; ++i) {
            supply += _siteOf[_eids[i]].reward.totalSupply();
        }
        assertEq(supply, SUPPLY, "of all chains together");
    }

    // The chain before.

    function _openFarms() private {
        _command(
            BETA,
            Commands.addFarm(
                IFarms.NewFarm(TERMS_FARM, address(_lock), 90, type(uint64).max, true), address(0)
            )
        );
        _command(BETA, CommandSamples.setTerms(1, 1));
        _command(
            BETA,
            Commands.addStream(
                Commands.NewStream(STAKE_FARM, 1, address(_bonus), FUNDER, type(uint64).max)
            )
        );
        _bonus.mint(FUNDER, BONUS);
        vm.startPrank(FUNDER);
        _bonus.approve(address(_site.farms), BONUS);
        _site.farms.fundStream(STAKE_FARM, 1, uint96(BONUS), 30 days);
        vm.stopPrank();
    }

    function _stakeEverywhere() private {
        _mintStake(BETA, ALICE, 60e18);
        _mintStake(BETA, ERIN, 40e18);
        vm.prank(ALICE);
        _site.farms.stake(STAKE_FARM, 60e18);
        vm.prank(ERIN);
        _site.farms.stake(STAKE_FARM, 40e18);
        _lock.mint(CAROL, 50e18);
        vm.startPrank(CAROL);
        _lock.approve(address(_site.farms), 50e18);
        _site.farms.stakeLocked(TERMS_FARM, 50e18, 1);
        vm.stopPrank();
        _sendReward(BOB, 10e18);
        vm.startPrank(BOB);
        _site.reward.approve(address(_site.farms), 10e18);
        _site.farms.stake(REWARD_FARM, 10e18);
        vm.stopPrank();
    }

    /// @dev Sent to a farm that does not exist.
    function _escrowOfDave() private {
        Site memory from = _siteOf[ALPHA];
        _mintStake(ALPHA, DAVE, 30e18);
        vm.deal(DAVE, 1 ether);
        vm.startPrank(DAVE);
        from.farms.stake(STAKE_FARM, 30e18);
        _escrowGuid = from.bridge.move{value: MESSAGE_FEE}(
            IPositionBridge.Move(STAKE_FARM, 30e18, BETA, 99, DAVE, false)
        );
        vm.stopPrank();
        _deliverAll();
        assertEq(_site.bridge.escrowTotal(address(_site.stake)), 30e18);
    }

    /// @dev A first revision that was applied, with a share for a farm that does not exist, and a
    /// second one on its way.
    function _emitTwice() private {
        _controller.setFarmBounds(BETA, TERMS_FARM, 0, 4000);
        _controller.setFarmBounds(BETA, MISSING_FARM, 0, 4000);
        _decide(1, 1, _evenTargets(50_000e6));
        _controller.dispatchMany(1, _eids);
        _deliverAll();
        IEmissionController.Target[] memory targets = _evenTargets(50_000e6);
        for (uint256 i; i < targets.length; ++i) {
            bool isRaised = targets[i].eid == BETA && targets[i].farmId == REWARD_FARM;
            if (isRaised) targets[i].amountSD = 60_000e6;
        }
        _decide(1, 2, targets);
        _controller.dispatch(1, BETA);
        _collect();
    }

    function _sendReward(address to, uint256 amount) private {
        SendParam memory param;
        param.dstEid = BETA;
        param.to = _asBytes32(to);
        param.amountLD = amount;
        param.minAmountLD = amount;
        param.extraOptions = LzOptions.addReceive(hex"0003", DELIVERY_GAS);
        vm.deal(TREASURY, MESSAGE_FEE);
        vm.prank(TREASURY);
        _siteOf[HUB].reward.send{value: MESSAGE_FEE}(param, MessagingFee(MESSAGE_FEE, 0), TREASURY);
        _deliverAll();
    }

    function _moveOfAlice() private view returns (IPositionBridge.Move memory) {
        return IPositionBridge.Move(STAKE_FARM, 60e18, ALPHA, STAKE_FARM, ALICE, true);
    }
}
