// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    GovernorProposalGuardian
} from "@openzeppelin/contracts/governance/extensions/GovernorProposalGuardian.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {ICommandSender} from "../../../src/interfaces/ICommandSender.sol";
import {IEmissionController} from "../../../src/interfaces/IEmissionController.sol";
import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../../src/interfaces/IPauseRoles.sol";
import {GovernanceDrafts} from "./GovernanceDrafts.sol";

/// @notice What votes can set on the hub, what they should have set, and what no vote can do.
abstract contract GovernanceHub is GovernanceDrafts {
    struct HubModel {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint256 threshold;
        address guardian;
        uint256 minDelay;
        address operator;
        uint16 maxChangeBps;
        uint16 farmMaxBps;
        uint16 chainMaxBps;
        uint256 feeCap;
        uint128 inboundLimit;
        uint32 inboundWindow;
        bool controllerPaused;
        bool inboundPaused;
        uint256 senderBalance;
    }

    enum Setting {
        VotingDelay,
        VotingPeriod,
        Threshold,
        Guardian,
        MinDelay,
        Operator,
        MaxChange,
        FarmBounds,
        ChainCap,
        FeeCap,
        InboundLimit,
        ResumeController,
        ResumeInbound,
        WithdrawNative
    }

    uint256 private constant SETTINGS = 14;
    uint256 private constant HOPELESS = 8;

    HubModel private _hub;

    constructor() {
        _hub = HubModel({
            votingDelay: VOTING_DELAY,
            votingPeriod: VOTING_PERIOD,
            threshold: THRESHOLD,
            guardian: GUARDIAN,
            minDelay: TIMELOCK_DELAY,
            operator: OPERATOR,
            maxChangeBps: 2000,
            farmMaxBps: 4000,
            chainMaxBps: 6000,
            feeCap: COMMAND_FEE_CAP,
            inboundLimit: 0,
            inboundWindow: 0,
            controllerPaused: false,
            inboundPaused: false,
            senderBalance: address(_sender).balance - _spokes.length * MESSAGE_FEE
        });
    }

    function hub() public view returns (HubModel memory) {
        return _hub;
    }

    function _hubModel() internal view returns (HubModel storage) {
        return _hub;
    }

    function _draftSetting(uint256 seed) internal pure returns (Setting setting, uint256 value) {
        setting = Setting(seed % SETTINGS);
        seed >>= 8;
        if (setting == Setting.VotingDelay) value = seed % 12 hours;
        else if (setting == Setting.VotingPeriod) value = 1 hours + seed % 2 days;
        else if (setting == Setting.Threshold) value = (seed % 4) * THRESHOLD;
        else if (setting == Setting.MinDelay) value = 1 hours + seed % 2 days;
        else if (setting == Setting.FeeCap) value = seed % 8 == 0 ? MESSAGE_FEE - 1 : MESSAGE_FEE;
        else if (setting == Setting.InboundLimit) value = seed % 3 == 0 ? 0 : 1 + seed % 1e24;
        else if (setting == Setting.WithdrawNative) value = 1 + seed % 0.001 ether;
        else value = seed % 10_001;
    }

    /// @dev What a proposal has to call for it.
    function _callOf(Setting setting, uint256 value)
        internal
        view
        returns (address target, bytes memory data)
    {
        target = address(GOVERNOR);
        if (setting == Setting.VotingDelay) {
            data = abi.encodeCall(GovernorSettings.setVotingDelay, (uint48(value)));
        } else if (setting == Setting.VotingPeriod) {
            data = abi.encodeCall(GovernorSettings.setVotingPeriod, (uint32(value)));
        } else if (setting == Setting.Threshold) {
            data = abi.encodeCall(GovernorSettings.setProposalThreshold, (value));
        } else if (setting == Setting.Guardian) {
            data =
                abi.encodeCall(GovernorProposalGuardian.setProposalGuardian, (_guardianAt(value)));
        } else if (setting == Setting.MinDelay) {
            target = address(TIMELOCK);
            data = abi.encodeCall(TimelockController.updateDelay, (value));
        } else {
            (target, data) = _protocolCallOf(setting, value);
        }
    }

    function _applySetting(Setting setting, uint256 value) internal {
        if (setting == Setting.VotingDelay) _hub.votingDelay = uint48(value);
        else if (setting == Setting.VotingPeriod) _hub.votingPeriod = uint32(value);
        else if (setting == Setting.Threshold) _hub.threshold = value;
        else if (setting == Setting.Guardian) _hub.guardian = _guardianAt(value);
        else if (setting == Setting.MinDelay) _hub.minDelay = value;
        else if (setting == Setting.Operator) _hub.operator = _operatorAt(value);
        else if (setting == Setting.MaxChange) _hub.maxChangeBps = uint16(value);
        else if (setting == Setting.FarmBounds) _hub.farmMaxBps = uint16(value);
        else if (setting == Setting.ChainCap) _hub.chainMaxBps = uint16(value);
        else if (setting == Setting.FeeCap) _hub.feeCap = value;
        else if (setting == Setting.ResumeController) _hub.controllerPaused = false;
        else if (setting == Setting.ResumeInbound) _hub.inboundPaused = false;
        else if (setting == Setting.WithdrawNative) _hub.senderBalance -= value;
        else (_hub.inboundLimit, _hub.inboundWindow) = (uint128(value), value == 0 ? 0 : 1 days);
    }

    /// @dev What no vote can do, whatever it wants, and the error that its execution ends with.
    function _draftHopeless(uint256 seed)
        internal
        view
        returns (address target, bytes memory data, bytes memory refusal)
    {
        uint256 kind = seed % HOPELESS;
        bytes memory renounce = abi.encodeCall(Ownable.renounceOwnership, ());
        Site storage hubSite = _siteOf[HUB];
        bytes memory refused = abi.encodePacked(IPauseRoles.PauseRoles_RenounceDisabled.selector);
        if (kind == 0) {
            refusal = abi.encodePacked(ICommandSender.CommandSender_RenounceDisabled.selector);
            return (address(_sender), renounce, refusal);
        }
        if (kind == 1) return (address(_controller), renounce, refused);
        if (kind == 2) return (address(hubSite.reward), renounce, refused);
        if (kind == 3) return (address(hubSite.farms), renounce, refused);
        if (kind == 4) return (address(hubSite.bridge), renounce, refused);
        if (kind == 5) {
            refusal = abi.encodePacked(ICommandSender.CommandSender_ZeroAddress.selector);
            data = abi.encodeCall(ICommandSender.withdrawNative, (payable(address(0)), 1));
            return (address(_sender), data, refusal);
        }
        if (kind == 6) {
            // A chain of its own timelock is out of reach of this one but for commands.
            data = abi.encodeCall(IFarms.setFarmState, (2, IFarms.FarmState.Ended));
            refusal = abi.encodeWithSelector(
                Ownable.OwnableUnauthorizedAccount.selector, address(TIMELOCK)
            );
            return (address(_siteOf[_spokeAt(seed >> 8)].farms), data, refusal);
        }
        bytes32 proposer = TIMELOCK.PROPOSER_ROLE();
        refusal = abi.encodeWithSelector(
            IAccessControl.AccessControlUnauthorizedAccount.selector, address(TIMELOCK), proposer
        );
        data = abi.encodeCall(TimelockController.schedule, (MALLORY, 0, "", 0, 0, 30 days));
        return (address(TIMELOCK), data, refusal);
    }

    function _protocolCallOf(Setting setting, uint256 value)
        private
        view
        returns (address target, bytes memory data)
    {
        target = address(_controller);
        if (setting == Setting.Operator) {
            data = abi.encodeCall(IEmissionController.setOperator, (_operatorAt(value)));
        } else if (setting == Setting.MaxChange) {
            data = abi.encodeCall(IEmissionController.setMaxChangeBps, (uint16(value)));
        } else if (setting == Setting.FarmBounds) {
            data = abi.encodeCall(IEmissionController.setFarmBounds, (ALPHA, 2, 0, uint16(value)));
        } else if (setting == Setting.ChainCap) {
            bytes32 receiver = _asBytes32(address(_siteOf[ALPHA].receiver));
            data = abi.encodeCall(IEmissionController.setChain, (ALPHA, receiver, uint16(value)));
        } else if (setting == Setting.ResumeController) {
            data = abi.encodeCall(IEmissionController.unpause, ());
        } else if (setting == Setting.FeeCap) {
            return (address(_sender), abi.encodeCall(ICommandSender.setFeeCap, (value)));
        } else if (setting == Setting.WithdrawNative) {
            target = address(_sender);
            data = abi.encodeCall(ICommandSender.withdrawNative, (payable(TREASURY), value));
        } else if (setting == Setting.ResumeInbound) {
            target = address(_siteOf[HUB].reward);
            data = abi.encodeCall(IInboundLimit.unpauseInbound, ());
        } else {
            target = address(_siteOf[HUB].reward);
            uint32 window = value == 0 ? 0 : 1 days;
            data = abi.encodeCall(IInboundLimit.setInboundLimit, (ALPHA, uint128(value), window));
        }
    }

    function _guardianAt(uint256 value) private view returns (address) {
        return value % 2 == 0 ? GUARDIAN : SECOND_GUARDIAN;
    }

    function _operatorAt(uint256 value) private view returns (address) {
        return value % 2 == 0 ? OPERATOR : EXECUTOR;
    }
}
