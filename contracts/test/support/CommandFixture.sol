// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    EnforcedOptionParam
} from "@layerzerolabs/oapp-evm/contracts/oapp/interfaces/IOAppOptionsType3.sol";

import {CommandSender} from "../../src/hub/CommandSender.sol";
import {ICommandReceiver} from "../../src/interfaces/ICommandReceiver.sol";
import {IInboundLimit} from "../../src/interfaces/IInboundLimit.sol";
import {LzOptions} from "../../src/libraries/LzOptions.sol";
import {CommandReceiver} from "../../src/spoke/CommandReceiver.sol";
import {CommandTargets} from "../../src/spoke/commands/CommandTargets.sol";
import {StackFixture} from "./StackFixture.sol";

/// @notice The protocol with its two spokes under the hub's command. The test contract is the
/// timelock of every chain.
abstract contract CommandFixture is StackFixture {
    uint256 internal constant COMMAND_FEE_CAP = 0.01 ether;
    /// @dev Gas of taking any command: the enforced option of every path.
    uint128 internal constant RECEIVE_GAS = 150_000;

    address internal immutable SENTINEL = makeAddr("sentinel");
    address internal immutable MALLORY = makeAddr("mallory");

    uint32[] internal _spokes = [ALPHA, BETA];
    CommandSender internal _sender;
    mapping(uint32 eid => CommandReceiver) internal _inboxOf;

    /// @param loosenSeconds How long commands wait that loosen something.
    function _startCommands(uint32 loosenSeconds) internal {
        _startStack();
        _sender = new CommandSender(address(_endpoints[HUB]), address(this), COMMAND_FEE_CAP);
        vm.deal(address(_sender), 10 ether);
        for (uint256 i; i < _spokes.length; ++i) {
            _wireSpoke(_siteOf[_spokes[i]], loosenSeconds);
        }
        _collect();
    }

    /// @dev Sends and delivers. The number is that of the command.
    function _command(uint32 eid, bytes memory command) internal returns (uint64 no) {
        no = _sendCommand(eid, command);
        _deliver(_packets.length - 1);
    }

    /// @dev Sends; the packet is the last one that waits.
    function _sendCommand(uint32 eid, bytes memory command) internal returns (uint64 no) {
        _sender.send(eid, command);
        _collect();
        return _sender.lastNo(eid);
    }

    function _stateOf(uint32 eid, uint64 no) internal view returns (ICommandReceiver.CommandState) {
        return _inboxOf[eid].recordOf(no).state;
    }

    function _assertState(uint32 eid, uint64 no, ICommandReceiver.CommandState expected)
        internal
        view
    {
        assertEq(uint8(_stateOf(eid, no)), uint8(expected), "state of the command");
    }

    function _deployInbox(Site memory site, uint32 loosenSeconds)
        internal
        returns (CommandReceiver)
    {
        return new CommandReceiver(
            CommandReceiver.Config({
                endpoint: address(_endpoints[site.eid]),
                hubEid: HUB,
                owner: address(this),
                guardian: GUARDIAN,
                loosenSeconds: loosenSeconds
            }),
            CommandTargets.Targets({
                farms: address(site.farms),
                receiver: address(site.receiver),
                bridge: address(site.bridge),
                token: address(site.reward)
            })
        );
    }

    function _wireSpoke(Site memory site, uint32 loosenSeconds) private {
        CommandReceiver inbox = _deployInbox(site, loosenSeconds);
        _inboxOf[site.eid] = inbox;
        inbox.setPeer(HUB, _asBytes32(address(_sender)));
        _sender.setPeer(site.eid, _asBytes32(address(inbox)));
        EnforcedOptionParam[] memory params = new EnforcedOptionParam[](1);
        params[0] = EnforcedOptionParam(site.eid, 1, LzOptions.addReceive(hex"0003", RECEIVE_GAS));
        _sender.setEnforcedOptions(params);
        IInboundLimit(address(site.reward)).setLimiter(address(inbox));
        site.farms.transferOwnership(address(inbox));
        site.receiver.transferOwnership(address(inbox));
        site.bridge.transferOwnership(address(inbox));
    }
}
