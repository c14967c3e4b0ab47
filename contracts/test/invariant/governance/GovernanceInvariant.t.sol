// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {ICommandReceiver} from "../../../src/interfaces/ICommandReceiver.sol";
import {CommandSender} from "../../../src/hub/CommandSender.sol";
import {IEmissionController} from "../../../src/interfaces/IEmissionController.sol";
import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../../src/interfaces/IPauseRoles.sol";
import {CommandReceiver} from "../../../src/spoke/CommandReceiver.sol";
import {EffectsCheck} from "../../support/Effects.sol";
import {StackFixture} from "../../support/StackFixture.sol";
import {GovernanceDoors} from "./GovernanceDoors.sol";
import {GovernanceHandler} from "./GovernanceHandler.sol";
import {GovernanceHub} from "./GovernanceHub.sol";
import {SpokeModel} from "./SpokeModel.sol";
import {SpokeState} from "./SpokeState.sol";

contract GovernanceInvariantTest is EffectsCheck {
    uint256 private constant CALLS_BETWEEN_CHECKS = 64;
    uint32 private constant HUB = 50_121;
    uint32 private constant ALPHA = 50_231;
    uint32 private constant BETA = 50_102;
    uint8 private constant STREAMS = 4;

    GovernanceHandler private _handler;

    function setUp() external {
        _handler = new GovernanceHandler();
        _handler.start();
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), _handler.actions()));
    }

    /// @dev One function calls every check, so that the fuzzer plays each history once. What it
    /// finds does not heal, so it need not look after every call; the handler checks each action.
    /// Arguments are seeds only, which values found in storage would make no better.
    /// forge-config: default.invariant.include_storage = false
    /// forge-config: default.invariant.include_push_bytes = false
    function invariant_EverythingIsAsTheRightOnesSetIt() external view {
        if (_handler.callCount() % CALLS_BETWEEN_CHECKS == 0) _assertAll();
    }

    function afterInvariant() external {
        _assertAll();
        _assertEffects("GovernanceHandler", _handler);
    }

    /// @dev A function that is new in a contract is on one of the two lists, or this fails.
    /// @custom:property C-15
    function test_EveryFunctionThatChangesSomethingIsOnOneList() external view {
        for (uint8 i; i <= uint8(type(GovernanceDoors.Facade).max); ++i) {
            GovernanceDoors.Facade facade = GovernanceDoors.Facade(i);
            _assertListed(facade, _changingFunctionsOf(_artifactOf(facade)));
        }
    }

    /// @custom:property C-15
    function test_EveryDoorExists() external view {
        uint256 found;
        for (uint8 i; i <= uint8(type(GovernanceDoors.Facade).max); ++i) {
            GovernanceDoors.Facade facade = GovernanceDoors.Facade(i);
            string[] memory signatures = vm.parseJsonKeys(_artifactOf(facade), ".methodIdentifiers");
            for (uint256 j; j < _handler.doorCount(); ++j) {
                GovernanceDoors.Door memory door = _handler.doorAt(j);
                if (door.facade != facade) continue;
                assertTrue(_has(signatures, door.signature), door.signature);
                ++found;
            }
        }
        assertEq(found, _handler.doorCount(), "every one of them");
    }

    function _assertAll() private view {
        _assertMotions();
        _assertHub();
        _assertSpoke(ALPHA);
        _assertSpoke(BETA);
    }

    /// @dev No proposal is ever further than its votes and the time allow, and one that was vetoed
    /// never is at all.
    /// @custom:property C-11, E21
    function _assertMotions() private view {
        uint256 count = _handler.motionCount();
        for (uint256 i; i < count; ++i) {
            IGovernor.ProposalState state = _handler.GOVERNOR().state(_handler.motionId(i));
            assertEq(uint8(state), uint8(_handler.motionState(i)), "state of a proposal");
        }
    }

    /// @dev What bounds the operator and the emission, and who holds which key, is what was voted.
    /// @custom:property H-04, E21
    function _assertHub() private view {
        GovernanceHub.HubModel memory hub = _handler.hub();
        assertEq(_handler.GOVERNOR().votingDelay(), hub.votingDelay, "delay of votes");
        assertEq(_handler.GOVERNOR().votingPeriod(), hub.votingPeriod, "period of votes");
        assertEq(_handler.GOVERNOR().proposalThreshold(), hub.threshold, "threshold");
        assertEq(_handler.GOVERNOR().proposalGuardian(), hub.guardian, "proposal guardian");
        assertEq(_handler.GOVERNOR().quorum(block.timestamp), _handler.QUORUM(), "quorum");
        assertEq(_handler.TIMELOCK().getMinDelay(), hub.minDelay, "delay of the timelock");
        IEmissionController controller = IEmissionController(_handler.controllerOf());
        assertEq(controller.operator(), hub.operator, "operator");
        assertEq(controller.maxChangeBps(), hub.maxChangeBps, "change limit");
        assertEq(controller.boundsOf(ALPHA, 2).maxBps, hub.farmMaxBps, "bounds of a farm");
        assertEq(controller.boundsOf(BETA, 2).maxBps, 4000, "bounds nobody voted on");
        assertEq(controller.chainMaxBps(ALPHA), hub.chainMaxBps, "cap of a chain");
        assertEq(controller.paused(), hub.controllerPaused, "controller paused");
        StackFixture.Site memory site = _handler.siteOf(HUB);
        IInboundLimit token = IInboundLimit(address(site.reward));
        (uint128 limit, uint32 window,) = token.inboundLimitOf(ALPHA);
        assertEq(limit, hub.inboundLimit, "inbound limit of the hub");
        assertEq(window, hub.inboundWindow, "its window");
        assertEq(token.isInboundPaused(), hub.inboundPaused, "inbound of the hub paused");
        assertEq(address(_handler.senderAt(0)).balance, hub.senderBalance, "money for fees");
        assertEq(_handler.senderAt(0).feeCap(), hub.feeCap, "fee cap");
        for (uint256 i; i < _handler.SENDERS(); ++i) {
            CommandSender sender = _handler.senderAt(i);
            assertEq(sender.lastNo(ALPHA), _handler.sentTo(i, ALPHA), "numbers given out");
            assertEq(sender.lastNo(BETA), _handler.sentTo(i, BETA), "numbers given out");
            _assertOwner(address(sender), address(_handler.TIMELOCK()));
        }
        _assertOwner(address(site.farms), address(_handler.TIMELOCK()));
        _assertOwner(address(site.receiver), address(_handler.TIMELOCK()));
        _assertOwner(address(site.bridge), address(_handler.TIMELOCK()));
        _assertOwner(address(site.reward), address(_handler.TIMELOCK()));
        _assertOwner(address(controller), address(_handler.TIMELOCK()));
    }

    function _assertSpoke(uint32 eid) private view {
        StackFixture.Site memory site = _handler.siteOf(eid);
        SpokeModel model = _handler.modelOf(eid);
        _assertPauses(site, model);
        _assertFarms(site, model);
        _assertRoutesAndLimits(site, model);
        _assertKeys(site, model);
        _assertRecords(eid, model);
    }

    /// @custom:property E2, H-11
    function _assertPauses(StackFixture.Site memory site, SpokeModel model) private view {
        assertEq(site.receiver.paused(), model.receiverPaused(), "receiver paused");
        assertEq(site.bridge.paused(), model.bridgePaused(), "bridge paused");
        assertEq(_handler.inboxOf(site.eid).paused(), model.inboxPaused(), "commands paused");
        bool isInboundPaused = IInboundLimit(address(site.reward)).isInboundPaused();
        assertEq(isInboundPaused, model.inboundPaused(), "inbound paused");
        assertEq(site.receiver.minValidEpoch(), model.minValidEpoch(), "killed epochs");
        assertEq(site.receiver.potOf(model.POT_EPOCH()), model.pot(), "pot");
        assertEq(site.receiver.returnable(), model.returnable(), "each release counts once");
    }

    /// @custom:property H-06, I10
    function _assertFarms(StackFixture.Site memory site, SpokeModel model) private view {
        for (uint32 id = 1; id <= _handler.FARMS(); ++id) {
            IFarms.Farm memory farm = site.farms.farmOf(id);
            (
                IFarms.FarmState state,
                bool hasTerms,
                address stakeToken,
                uint8 streamCount,
                uint256 tiers,
                uint256 steps
            ) = model.farms(id);
            assertEq(uint8(farm.state), uint8(state), "state of a farm");
            if (state == IFarms.FarmState.Unknown) continue;
            assertEq(farm.hasTerms, hasTerms, "terms or none");
            assertEq(farm.stakeToken, stakeToken, "stake token");
            assertEq(farm.streamCount, streamCount, "streams");
            (IFarms.Tier[] memory tierList, IFarms.TenureStep[] memory stepList) =
                site.farms.termsOf(id);
            assertEq(tierList.length, tiers, "tiers");
            assertEq(stepList.length, steps, "steps");
            _assertStreams(site, model, id, streamCount);
        }
        assertEq(
            site.farms.positionOf(2, _handler.STAKER()).principal,
            _handler.PRINCIPAL(),
            "principal is out of reach of every key"
        );
    }

    function _assertStreams(
        StackFixture.Site memory site,
        SpokeModel model,
        uint32 id,
        uint8 streamCount
    ) private view {
        for (uint8 index; index < streamCount; ++index) {
            IFarms.Stream memory stream = site.farms.streamOf(id, index);
            (address token, address funder, uint64 maxRate) = model.streams(id, index);
            assertEq(stream.token, token, "token of a stream");
            assertEq(stream.maxRate, maxRate, "bound of its rate");
            if (index != 0) assertEq(stream.funder, funder, "its funder");
        }
    }

    /// @custom:property B-10, H-04
    function _assertRoutesAndLimits(StackFixture.Site memory site, SpokeModel model) private view {
        uint32 other = site.eid == ALPHA ? BETA : ALPHA;
        (uint128 limit, uint32 window,) = site.bridge.outflowOf(address(site.stake), other);
        (uint128 modelLimit, uint32 modelWindow) = model.outflow(address(site.stake), other);
        assertEq(limit, modelLimit, "outflow limit");
        assertEq(window, modelWindow, "outflow window");
        (limit, window,) = IInboundLimit(address(site.reward)).inboundLimitOf(HUB);
        (modelLimit, modelWindow) = model.inbound();
        assertEq(limit, modelLimit, "inbound limit");
        assertEq(window, modelWindow, "inbound window");
        address[2] memory added = _handler.newTokensOf(site.eid);
        address[4] memory tokens = [address(site.stake), address(site.reward), added[0], added[1]];
        for (uint256 i; i < tokens.length; ++i) {
            address oft = model.isOpen(tokens[i]) ? model.oftOf(tokens[i]) : address(0);
            assertEq(site.bridge.oftOf(tokens[i]), oft, "route");
        }
        assertEq(site.bridge.peerOf(HUB), model.bridgePeer(), "peer of the bridge");
    }

    /// @custom:property H-04, E22
    function _assertKeys(StackFixture.Site memory site, SpokeModel model) private view {
        CommandReceiver inbox = _handler.inboxOf(site.eid);
        address local = address(_handler.localOf(site.eid));
        address[3] memory targets =
            [address(site.farms), address(site.receiver), address(site.bridge)];
        (address sentinel, uint40 until) = model.targetsSentinel();
        for (uint256 i; i < targets.length; ++i) {
            _assertOwner(targets[i], address(inbox));
            _assertPausers(targets[i], model.guardian(), sentinel, until);
        }
        (sentinel, until) = model.inboxSentinel();
        _assertPausers(address(inbox), model.guardian(), sentinel, until);
        (sentinel, until) = model.tokenSentinel();
        _assertPausers(address(site.reward), _handler.guardianOf(), sentinel, until);
        _assertOwner(address(inbox), local);
        _assertOwner(address(site.reward), local);
        assertEq(IInboundLimit(address(site.reward)).limiter(), address(inbox), "limiter");
        address sender = model.isClosed() ? address(0) : address(_handler.senderAt(model.sender()));
        bytes32 peer = bytes32(uint256(uint160(sender)));
        assertEq(inbox.peers(HUB), peer, "the sender on the hub");
    }

    /// @dev Each number has one fate, and it is the naive one.
    /// @custom:property C-08, C-10, E22
    function _assertRecords(uint32 eid, SpokeModel model) private view {
        if (model.isClosed()) return;
        uint256 count = model.numberCount();
        for (uint256 i; i < count; ++i) {
            uint64 no = model.numbers(i);
            ICommandReceiver.Record memory record = _handler.inboxOf(eid).recordOf(no);
            SpokeState.Entry memory entry = model.entryOf(no);
            assertEq(uint8(record.state), uint8(entry.state), "fate of a command");
            assertEq(record.readyAt, entry.readyAt, "its time");
        }
    }

    function _assertOwner(address target, address owner) private view {
        assertEq(Ownable(target).owner(), owner, "owner");
    }

    function _assertPausers(address target, address guardian, address sentinel, uint40 until)
        private
        view
    {
        IPauseRoles roles = IPauseRoles(target);
        assertEq(roles.guardian(), guardian, "guardian");
        assertEq(roles.sentinel(), sentinel, "sentinel");
        assertEq(roles.sentinelUntil(), until, "expiry of the sentinel");
    }

    function _artifactOf(GovernanceDoors.Facade facade) private view returns (string memory) {
        string[10] memory names = [
            "Farms",
            "EmissionReceiver",
            "PositionBridge",
            "CommandReceiver",
            "HeadwaterToken",
            "HeadwaterVotesToken",
            "CommandSender",
            "EmissionController",
            "HeadwaterGovernor",
            "HeadwaterTimelock"
        ];
        string memory name = names[uint8(facade)];
        return vm.readFile(string.concat("contracts/out/", name, ".sol/", name, ".json"));
    }

    function _changingFunctionsOf(string memory json) private pure returns (string[] memory) {
        string memory isNoView = "@.stateMutability != 'view' && @.stateMutability != 'pure'";
        string memory path = string.concat("$.abi[?(@.type == 'function' && ", isNoView, ")].name");
        return abi.decode(vm.parseJson(json, path), (string[]));
    }

    function _assertListed(GovernanceDoors.Facade facade, string[] memory names) private view {
        string[] memory open = _handler.openFunctionsOf(facade);
        for (uint256 i; i < names.length; ++i) {
            assertTrue(
                _has(open, names[i]) != _isDoor(facade, names[i]),
                string.concat(names[i], " is on one list")
            );
        }
    }

    function _isDoor(GovernanceDoors.Facade facade, string memory name)
        private
        view
        returns (bool)
    {
        for (uint256 i; i < _handler.doorCount(); ++i) {
            GovernanceDoors.Door memory door = _handler.doorAt(i);
            if (door.facade != facade) continue;
            if (vm.indexOf(door.signature, string.concat(name, "(")) == 0) return true;
        }
        return false;
    }

    function _has(string[] memory list, string memory name) private pure returns (bool) {
        for (uint256 i; i < list.length; ++i) {
            if (keccak256(bytes(list[i])) == keccak256(bytes(name))) return true;
        }
        return false;
    }
}
