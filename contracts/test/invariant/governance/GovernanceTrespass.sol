// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {ICommandReceiver} from "../../../src/interfaces/ICommandReceiver.sol";
import {ICommandSender} from "../../../src/interfaces/ICommandSender.sol";
import {IEmissionController} from "../../../src/interfaces/IEmissionController.sol";
import {IEmissionReceiver} from "../../../src/interfaces/IEmissionReceiver.sol";
import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../../src/interfaces/IPauseRoles.sol";
import {IPositionBridge} from "../../../src/interfaces/IPositionBridge.sol";
import {GovernanceDoors} from "./GovernanceDoors.sol";

/// @notice Everybody tries every door that is not his, other contracts of the protocol included.
abstract contract GovernanceTrespass is GovernanceDoors {
    /// @dev Enough zeros for any function's arguments: lists and bytes of them are empty.
    uint256 private constant ARGUMENT_WORDS = 16;
    uint256 private constant TRIES = 4;

    address private immutable NOBODY = makeAddr("nobody");

    /// @dev Tries cost a second each.
    /// @custom:property C-15, H-04, I10, E3, E6, E22
    function trespass(uint256 seed) external counted {
        seed = _fresh(seed);
        for (uint256 i; i < TRIES; ++i) {
            uint256 draw = _draw(seed, i);
            Door memory door = doorAt(draw % doorCount());
            _tryDoor(door, _chainOf(door.facade, draw >> 32), draw >> 64);
        }
        skip(TRIES);
        _effect();
    }

    function _tryDoor(Door memory door, uint32 eid, uint256 seed) private {
        address target = targetOf(door.facade, eid);
        address caller = _callerAt(eid, seed);
        bool isRenounce = door.selector == Ownable.renounceOwnership.selector;
        bytes memory refusal;
        if (isRenounce && seed >> 128 == 0) caller = _ownerOf(door.facade, eid);
        if (isRenounce && caller == _ownerOf(door.facade, eid)) {
            refusal = abi.encodePacked(
                door.facade == Facade.CommandSender
                    ? ICommandSender.CommandSender_RenounceDisabled.selector
                    : IPauseRoles.PauseRoles_RenounceDisabled.selector
            );
        } else {
            if (_isEntitled(door, eid, caller)) caller = NOBODY;
            refusal = _refusalOf(door, eid, caller);
        }
        bytes memory data =
            bytes.concat(door.selector, _argumentsOf(door), new bytes(32 * ARGUMENT_WORDS));
        _expectCall(caller, target, data, refusal);
    }

    function targetOf(Facade facade, uint32 eid) public view returns (address) {
        Site storage site = _siteOf[eid];
        if (facade == Facade.Farms) return address(site.farms);
        if (facade == Facade.EmissionReceiver) return address(site.receiver);
        if (facade == Facade.PositionBridge) return address(site.bridge);
        if (facade == Facade.CommandReceiver) return address(_inboxOf[eid]);
        if (facade == Facade.CommandSender) return address(_sender);
        if (facade == Facade.EmissionController) return address(_controller);
        if (facade == Facade.HeadwaterGovernor) return address(GOVERNOR);
        if (facade != Facade.HeadwaterTimelock) return address(site.reward);
        return eid == HUB ? address(TIMELOCK) : address(localOf[eid]);
    }

    function _chainOf(Facade facade, uint256 seed) private view returns (uint32) {
        if (facade == Facade.CommandReceiver || facade == Facade.HeadwaterToken) {
            return _spokeAt(seed);
        }
        bool isEverywhere = facade < Facade.CommandReceiver || facade == Facade.HeadwaterTimelock;
        return isEverywhere ? _eids[seed % 3] : HUB;
    }

    /// @dev Half of the time another contract, of this chain or not.
    function _callerAt(uint32 eid, uint256 seed) private view returns (address) {
        if (seed % 2 == 0) return _anyone(seed >> 8);
        uint32 other = _eids[(seed >> 8) % 3];
        address[9] memory contracts = [
            address(GOVERNOR),
            address(TIMELOCK),
            address(localOf[_spokeAt(seed >> 16)]),
            address(_inboxOf[_spokeAt(seed >> 16)]),
            address(_sender),
            address(_siteOf[other].receiver),
            address(_siteOf[other].bridge),
            address(_siteOf[other].farms),
            address(_endpoints[eid == HUB ? ALPHA : HUB])
        ];
        return contracts[(seed >> 32) % 9];
    }

    function _ownerOf(Facade facade, uint32 eid) private view returns (address) {
        if (eid == HUB) return address(TIMELOCK);
        bool isOwnedByInbox = facade < Facade.CommandReceiver;
        return isOwnedByInbox ? address(_inboxOf[eid]) : address(localOf[eid]);
    }

    function _partOf(Facade facade) private pure returns (Part) {
        if (facade == Facade.Farms) return Part.Farms;
        if (facade == Facade.EmissionReceiver) return Part.Receiver;
        if (facade == Facade.PositionBridge) return Part.Bridge;
        if (facade == Facade.CommandReceiver) return Part.Inbox;
        if (facade == Facade.HeadwaterToken) return Part.Token;
        return facade == Facade.EmissionController ? Part.Controller : Part.HubToken;
    }

    function _mayPause(Facade facade, uint32 eid, address caller) private view returns (bool) {
        if (eid == HUB && facade < Facade.CommandReceiver) {
            return caller == GUARDIAN || caller == address(TIMELOCK);
        }
        return mayPause(caller, eid, _partOf(facade));
    }

    function _isEntitled(Door memory door, uint32 eid, address caller) private view returns (bool) {
        Guard guard = door.guard;
        Facade facade = door.facade;
        Site storage site = _siteOf[eid];
        if (guard == Guard.Owner) return caller == _ownerOf(facade, eid);
        if (guard == Guard.Pauser) return _mayPause(facade, eid, caller);
        if (guard == Guard.Guardian) {
            address guardian = eid == HUB ? GUARDIAN : modelOf[eid].guardian();
            return caller == guardian || caller == _ownerOf(facade, eid);
        }
        if (guard == Guard.Limiter) {
            bool isLimiter = eid != HUB && caller == address(_inboxOf[eid]);
            return isLimiter || caller == _ownerOf(facade, eid);
        }
        if (guard == Guard.Operator) {
            return caller == hub().operator || caller == address(TIMELOCK);
        }
        if (guard == Guard.Endpoint) return caller == address(_endpoints[eid]);
        if (guard == Guard.Itself) return caller == targetOf(facade, eid);
        if (guard == Guard.Receiver) return caller == address(site.receiver);
        if (guard == Guard.Bridge) return caller == address(site.bridge);
        if (guard == Guard.Funder) return caller == _funderOf(eid);
        if (guard == Guard.Controller) return caller == address(_controller);
        if (guard == Guard.Governance) return caller == address(TIMELOCK);
        address proposer = eid == HUB ? address(GOVERNOR) : MULTISIG;
        if (guard == Guard.Proposer) return caller == proposer;
        if (guard == Guard.Canceller) {
            return caller == proposer || (eid == HUB && caller == GUARDIAN);
        }
        bool isOwn = guard == Guard.Admin || guard == Guard.Delay;
        return isOwn && caller == targetOf(facade, eid);
    }

    /// @dev The funder's door needs a stream that exists; all others take anything.
    function _argumentsOf(Door memory door) private pure returns (bytes memory) {
        return door.guard == Guard.Funder ? abi.encode(2, 1, 1, 1) : bytes("");
    }

    function _funderOf(uint32 eid) private view returns (address funder) {
        if (eid == HUB) return FUNDER;
        (, funder,) = modelOf[eid].streams(2, 1);
    }

    function _refusalOf(Door memory door, uint32 eid, address caller)
        private
        view
        returns (bytes memory)
    {
        Guard guard = door.guard;
        if (guard == Guard.Proposer || guard == Guard.Canceller || guard == Guard.Admin) {
            bytes32 role;
            if (guard == Guard.Proposer) role = TIMELOCK.PROPOSER_ROLE();
            if (guard == Guard.Canceller) role = TIMELOCK.CANCELLER_ROLE();
            return abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, caller, role
            );
        }
        if (guard == Guard.Confirmation) {
            return abi.encodePacked(IAccessControl.AccessControlBadConfirmation.selector);
        }
        if (guard == Guard.Nobody) {
            return abi.encodePacked(ICommandSender.CommandSender_TakesNoMessages.selector);
        }
        if (guard == Guard.Funder) {
            return abi.encodeWithSelector(IFarms.Farms_OnlyFunder.selector, caller, _funderOf(eid));
        }
        if (guard == Guard.Operator && hub().controllerPaused) {
            return abi.encodePacked(IEmissionController.Controller_IsPaused.selector);
        }
        bool isToken =
            door.facade == Facade.HeadwaterToken || door.facade == Facade.HeadwaterVotesToken;
        if (guard == Guard.Itself && isToken) return abi.encodeWithSignature("OnlySelf()");
        return abi.encodeWithSelector(_errorOf(door), caller);
    }

    /// @dev Errors that name who called and no more.
    function _errorOf(Door memory door) private pure returns (bytes4) {
        Guard guard = door.guard;
        Facade facade = door.facade;
        if (guard == Guard.Owner) return Ownable.OwnableUnauthorizedAccount.selector;
        if (guard == Guard.Pauser) return IPauseRoles.PauseRoles_OnlyPauser.selector;
        if (guard == Guard.Guardian) return IPauseRoles.PauseRoles_OnlyGuardian.selector;
        if (guard == Guard.Limiter) return IInboundLimit.Token_OnlyLimiter.selector;
        if (guard == Guard.Operator) return IEmissionController.Controller_OnlyOperator.selector;
        if (guard == Guard.Receiver) return IFarms.Farms_OnlyReceiver.selector;
        if (guard == Guard.Bridge) return IFarms.Farms_OnlyBridge.selector;
        if (guard == Guard.Controller) return IEmissionReceiver.Receiver_OnlyController.selector;
        if (guard == Guard.Governance) return IGovernor.GovernorOnlyExecutor.selector;
        if (guard == Guard.Delay) return TimelockController.TimelockUnauthorizedCaller.selector;
        if (guard == Guard.Endpoint) {
            if (facade == Facade.EmissionReceiver) {
                return IEmissionReceiver.Receiver_OnlyEndpoint.selector;
            }
            if (facade == Facade.PositionBridge) {
                return IPositionBridge.Bridge_OnlyEndpoint.selector;
            }
            return bytes4(keccak256("OnlyEndpoint(address)"));
        }
        if (facade == Facade.Farms) return IFarms.Farms_OnlySelf.selector;
        if (facade == Facade.PositionBridge) return IPositionBridge.Bridge_OnlySelf.selector;
        if (facade == Facade.CommandReceiver) {
            return ICommandReceiver.CommandReceiver_OnlySelf.selector;
        }
        return IEmissionController.Controller_OnlySelf.selector;
    }
}
