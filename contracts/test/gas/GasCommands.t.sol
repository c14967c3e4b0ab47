// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {VmSafe} from "forge-std/Vm.sol";

import {DevOft} from "../../src/dev/DevOft.sol";
import {ICommandReceiver} from "../../src/interfaces/ICommandReceiver.sol";
import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {IFarms} from "../../src/interfaces/IFarms.sol";
import {Commands} from "../../src/libraries/Commands.sol";
import {CommandReceiver} from "../../src/spoke/CommandReceiver.sol";
import {CommandFixture} from "../support/CommandFixture.sol";
import {CommandSamples} from "../support/CommandCodec.sol";
import {GasFigures} from "../support/GasFigures.sol";
import {GreedyOft} from "../support/GreedyOft.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice Gas of every kind of command on the first message of its path, every slot cold. What is
/// granted has to be a fifth more: to carrying it out, and to taking it in the first place.
/// forge-config: default.isolate = true
contract GasCommandsTest is CommandFixture, GasFigures {
    string private constant GROUP = "commands";
    uint256 private constant TRANSACTION_GAS = 21_000;

    Site private _site;
    CommandReceiver private _inbox;
    DevOft private _third;

    function setUp() external {
        _startCommands(0);
        _site = _siteOf[ALPHA];
        _inbox = _inboxOf[ALPHA];
        _third = new DevOft("Third", "THD", address(_endpoints[ALPHA]), address(this));
        address token = address(new PlainToken(18));
        vm.startPrank(address(_inbox));
        _site.farms.addFarm(_newFarm(7, token));
        _site.farms.addStream(2, token, ALICE, type(uint64).max);
        vm.stopPrank();
        _controller.setFarmBounds(ALPHA, 9, 0, 4000);
        IEmissionController.Target[] memory targets = _evenTargets(100_000e6);
        _decide(1, 1, targets);
        _controller.dispatch(1, ALPHA);
        _deliverAll();
        _startStreams(token);
    }

    function test_GasOfCommandsAboutFarms() external {
        _measure("AddFarm", Commands.addFarm(_newFarm(3, address(_third)), address(_third)));
        _measure("SetFarmState", Commands.setFarmState(2, IFarms.FarmState.DepositsPaused));
        _measure("SetMaxRate", Commands.setMaxRate(2, 0, 5));
        _measure("SetMaxRate of another stream", Commands.setMaxRate(2, 1, 5));
        _measure("SetTerms", CommandSamples.setTerms(4, 4));
        _measure(
            "AddStream",
            Commands.addStream(Commands.NewStream(2, 2, address(new PlainToken(6)), ALICE, 1))
        );
        _measure("SetFunder", Commands.setFunder(2, 1, BOB));
    }

    function test_GasOfCommandsAboutOrdersAndMoves() external {
        _measure("SetReceiverPaused", Commands.setReceiverPaused(true));
        _measure("SetBridgePaused", Commands.setBridgePaused(true));
        _measure("SetMinValidEpoch", Commands.setMinValidEpoch(5));
        _measure("ReleasePot", Commands.releasePot(1, Commands.WHOLE_POT));
        _measure(
            "SetOutflowLimit",
            Commands.setOutflowLimit(address(_site.stake), Commands.PathLimit(BETA, 5, 6))
        );
        _measure("SetInboundLimit", Commands.setInboundLimit(Commands.PathLimit(HUB, 5, 6)));
        _measure("SetSentinel", Commands.setSentinel(SENTINEL, uint40(block.timestamp + 1 days)));
        _sendCommand(ALPHA, Commands.setMaxRate(2, 0, 5));
        _measure("CancelCommand", Commands.cancelCommand(1));
    }

    /// @dev The longest command with the longest reason, and all its gas burnt.
    function test_GasOfAFailureIsPaidFor() external {
        GreedyOft greedy = new GreedyOft();
        uint64 no =
            _sendCommand(ALPHA, Commands.addFarm(_newFarm(3, address(_third)), address(greedy)));
        bytes memory packet = _packets[_packets.length - 1].encoded;
        uint256 least = _leastGas(packet, no, ICommandReceiver.CommandState.Failed);
        uint256 granted = Commands.gasOf(Commands.Kind.AddFarm) * 64 / 63 + 1;
        _assertGas(GROUP, "taking a command that fails", least - granted);
        assertGe(RECEIVE_GAS, (least - granted) * 12 / 10, "gas of taking a command");
    }

    /// @dev Gas of carrying `command` out, and of everything else its delivery has to be given.
    function _measure(string memory name, bytes memory command) private {
        uint256 before = vm.snapshotState();
        uint64 no = _sendCommand(ALPHA, command);
        bytes memory packet = _packets[_packets.length - 1].encoded;
        uint256 clean = vm.snapshotState();

        bytes32 sender = _asBytes32(address(_sender));
        vm.prank(address(_inbox));
        _inbox.executeSelf(sender, no, command);
        VmSafe.Gas memory used = vm.lastCallGas();
        bytes memory data = abi.encodeCall(_inbox.executeSelf, (sender, no, command));
        uint256 execution = used.gasTotalUsed + uint256(uint64(used.gasRefunded)) - TRANSACTION_GAS
            - _calldataGas(data);
        vm.revertToState(clean);

        uint256 least = _leastGas(packet, no, ICommandReceiver.CommandState.Applied);
        uint256 granted = Commands.gasOf(Commands.Kind(uint8(command[0])));
        vm.revertToState(before);
        delete _packets;
        _assertGas(GROUP, name, execution);
        assertGe(granted, execution * 12 / 10, name);
        assertGe(RECEIVE_GAS, (least - granted * 64 / 63) * 12 / 10, "gas of taking a command");
    }

    /// @dev Both streams of farm 2 run for a staker, so that each touch of them has to book.
    function _startStreams(address token) private {
        _mintStake(ALPHA, ALICE, 3e18);
        PlainToken(token).mint(ALICE, 1e24);
        vm.startPrank(ALICE);
        PlainToken(token).approve(address(_site.farms), type(uint256).max);
        _site.farms.stake(2, 3e18);
        _site.farms.fundStream(2, 1, 1e24, 30 days);
        vm.stopPrank();
        skip(1000);
    }

    /// @dev Least gas with which a delivery does anything.
    function _leastGas(bytes memory packet, uint64 no, ICommandReceiver.CommandState expected)
        private
        returns (uint256 high)
    {
        uint256 low;
        high = 2_000_000;
        uint256 before = vm.snapshotState();
        while (high - low > 50) {
            uint256 middle = (low + high) / 2;
            try this.deliverWith(packet, middle) {
                _assertState(ALPHA, no, expected);
                high = middle;
            } catch {
                low = middle;
            }
            vm.revertToState(before);
        }
    }

    function deliverWith(bytes calldata encoded, uint256 gasLimit) external {
        Origin memory origin = Origin(HUB, bytes32(encoded[13:45]), uint64(bytes8(encoded[1:9])));
        _endpoints[ALPHA].lzReceive{gas: gasLimit}(
            origin, address(_inbox), bytes32(encoded[81:113]), encoded[113:], ""
        );
    }

    function _newFarm(uint32 farmId, address token) private pure returns (IFarms.NewFarm memory) {
        return IFarms.NewFarm(farmId, token, 80, 1e18, true);
    }

    function _calldataGas(bytes memory data) private pure returns (uint256 sum) {
        for (uint256 i; i < data.length; ++i) {
            sum += data[i] == 0 ? 4 : 16;
        }
    }
}
