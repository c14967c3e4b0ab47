// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PauseRoles} from "../../access/PauseRoles.sol";
import {ICommandReceiver} from "../../interfaces/ICommandReceiver.sol";
import {IEmissionReceiver} from "../../interfaces/IEmissionReceiver.sol";
import {IFarms} from "../../interfaces/IFarms.sol";
import {IInboundLimit} from "../../interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../interfaces/IPauseRoles.sol";
import {IPositionBridge} from "../../interfaces/IPositionBridge.sol";
import {Commands} from "../../libraries/Commands.sol";

/// @dev What the owner of any of the three contracts can do beside its own functions.
interface IOwned {
    function transferOwnership(address newOwner) external;
    function recover(address token, address to, uint256 amount) external;
}

/// @title CommandTargets
/// @notice The contracts that commands reach, named once at deployment, and the one function of
/// them that each kind calls. Whatever else their owner may do is left to the owner of this one.
abstract contract CommandTargets is ICommandReceiver, PauseRoles {
    /// @param farms Farms of this chain.
    /// @param receiver Emission receiver of this chain.
    /// @param bridge Position bridge of this chain.
    /// @param token Reward OFT of this chain, which names this contract its limiter.
    struct Targets {
        address farms;
        address receiver;
        address bridge;
        address token;
    }

    IFarms public immutable FARMS;
    IEmissionReceiver public immutable RECEIVER;
    IPositionBridge public immutable BRIDGE;
    IInboundLimit public immutable TOKEN;

    constructor(Targets memory targets) {
        if (
            targets.farms == address(0) || targets.receiver == address(0)
                || targets.bridge == address(0) || targets.token == address(0)
        ) {
            revert CommandReceiver_ZeroAddress();
        }
        FARMS = IFarms(targets.farms);
        RECEIVER = IEmissionReceiver(targets.receiver);
        BRIDGE = IPositionBridge(targets.bridge);
        TOKEN = IInboundLimit(targets.token);
    }

    /// @inheritdoc ICommandReceiver
    function setBridgePeer(uint32 eid, bytes32 peer) external onlyOwner {
        BRIDGE.setPeer(eid, peer);
    }

    /// @inheritdoc ICommandReceiver
    function setRoute(address token, address oft) external onlyOwner {
        BRIDGE.setRoute(token, oft);
    }

    /// @inheritdoc ICommandReceiver
    function setGuardians(address guardian_) external onlyOwner {
        _setGuardian(guardian_);
        IPauseRoles(address(FARMS)).setGuardian(guardian_);
        IPauseRoles(address(RECEIVER)).setGuardian(guardian_);
        IPauseRoles(address(BRIDGE)).setGuardian(guardian_);
    }

    /// @inheritdoc ICommandReceiver
    function recover(address target, address token, address to, uint256 amount) external onlyOwner {
        _owned(target).recover(token, to, amount);
    }

    /// @inheritdoc ICommandReceiver
    function transferOwned(address target, address newOwner) external onlyOwner {
        _owned(target).transferOwnership(newOwner);
    }

    /// @dev Carries out a well-formed command, but for those about commands.
    function _dispatch(bytes calldata command) internal {
        Commands.Kind kind = Commands.kindOf(command);
        bytes calldata body = command[1:];
        if (kind == Commands.Kind.AddFarm) _addFarm(body);
        else if (kind == Commands.Kind.SetFarmState) _setFarmState(body);
        else if (kind == Commands.Kind.SetMaxRate) _setMaxRate(body);
        else if (kind == Commands.Kind.SetTerms) _setTerms(body);
        else if (kind == Commands.Kind.AddStream) _addStream(body);
        else if (kind == Commands.Kind.SetFunder) _setFunder(body);
        else if (kind == Commands.Kind.SetReceiverPaused) _setReceiverPaused(body);
        else if (kind == Commands.Kind.SetBridgePaused) _setBridgePaused(body);
        else if (kind == Commands.Kind.SetMinValidEpoch) _setMinValidEpoch(body);
        else if (kind == Commands.Kind.ReleasePot) _releasePot(body);
        else if (kind == Commands.Kind.SetOutflowLimit) _setOutflowLimit(body);
        else if (kind == Commands.Kind.SetInboundLimit) _setInboundLimit(body);
        else if (kind == Commands.Kind.SetSentinel) _setSentinel(body);
        else assert(false);
    }

    /// @dev Whether a well-formed command could undo what was stopped, as things stand.
    function _loosens(bytes calldata command) internal view returns (bool) {
        if (Commands.kindOf(command) == Commands.Kind.SetMinValidEpoch) {
            return Commands.readEpoch(command[1:]) < RECEIVER.minValidEpoch();
        }
        return Commands.loosens(command);
    }

    function _addFarm(bytes calldata body) private {
        (IFarms.NewFarm memory farm, address oft) = Commands.readAddFarm(body);
        FARMS.addFarm(farm);
        if (oft != address(0)) BRIDGE.setRoute(farm.stakeToken, oft);
    }

    /// @dev Nothing to do is no failure: it could be tried again after somebody changed it.
    function _setFarmState(bytes calldata body) private {
        (uint32 farmId, IFarms.FarmState state) = Commands.readFarmState(body);
        if (FARMS.farmOf(farmId).state != state) FARMS.setFarmState(farmId, state);
    }

    function _setMaxRate(bytes calldata body) private {
        (uint32 farmId, uint8 stream, uint64 maxRate) = Commands.readMaxRate(body);
        FARMS.setMaxRate(farmId, stream, maxRate);
    }

    function _setTerms(bytes calldata body) private {
        (uint32 farmId, IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps) =
            Commands.readTerms(body);
        FARMS.setTerms(farmId, tiers, steps);
    }

    /// @dev A stream that would get another index than the hub counts on is not added.
    function _addStream(bytes calldata body) private {
        Commands.NewStream memory added = Commands.readStream(body);
        uint8 stream = FARMS.addStream(added.farmId, added.token, added.funder, added.maxRate);
        if (stream != added.stream) revert CommandReceiver_StreamIndex(added.stream, stream);
    }

    function _setFunder(bytes calldata body) private {
        (uint32 farmId, uint8 stream, address funder) = Commands.readFunder(body);
        FARMS.setFunder(farmId, stream, funder);
    }

    function _setReceiverPaused(bytes calldata body) private {
        if (Commands.readPaused(body)) RECEIVER.pause();
        else RECEIVER.unpause();
    }

    function _setBridgePaused(bytes calldata body) private {
        if (Commands.readPaused(body)) BRIDGE.pause();
        else BRIDGE.unpause();
    }

    /// @dev Nothing to do is no failure here either.
    function _setMinValidEpoch(bytes calldata body) private {
        uint32 epoch = Commands.readEpoch(body);
        if (RECEIVER.minValidEpoch() != epoch) RECEIVER.setMinValidEpoch(epoch);
    }

    function _releasePot(bytes calldata body) private {
        (uint32 epoch, uint128 amount) = Commands.readPot(body);
        uint256 released = amount == Commands.WHOLE_POT ? RECEIVER.potOf(epoch) : amount;
        RECEIVER.releasePot(epoch, released);
    }

    function _setOutflowLimit(bytes calldata body) private {
        (address token, Commands.PathLimit memory path) = Commands.readOutflowLimit(body);
        BRIDGE.setOutflowLimit(token, path.eid, path.limit, path.window);
    }

    function _setInboundLimit(bytes calldata body) private {
        Commands.PathLimit memory path = Commands.readInboundLimit(body);
        TOKEN.setInboundLimit(path.eid, path.limit, path.window);
    }

    /// @dev Not the sentinel of this contract: who forges a command must not get rid of the key
    /// that stops commands.
    function _setSentinel(bytes calldata body) private {
        (address sentinel_, uint40 until) = Commands.readSentinel(body);
        IPauseRoles(address(FARMS)).setSentinel(sentinel_, until);
        IPauseRoles(address(RECEIVER)).setSentinel(sentinel_, until);
        IPauseRoles(address(BRIDGE)).setSentinel(sentinel_, until);
    }

    function _owned(address target) private view returns (IOwned) {
        if (target != address(FARMS) && target != address(RECEIVER) && target != address(BRIDGE)) {
            revert CommandReceiver_UnknownTarget(target);
        }
        return IOwned(target);
    }
}
