// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {Commands} from "../../src/libraries/Commands.sol";
import {CommandCodec, CommandSamples} from "../support/CommandCodec.sol";

/// @notice Any bytes at all: never a revert, and never two readings of the same command.
contract CommandFormatFuzzTest is Test {
    CommandCodec private _codec;

    function setUp() external {
        _codec = new CommandCodec();
    }

    /// @custom:property C-09
    function testFuzz_AnyBytesAreRefusedOrTheOneEncodingOfTheirFields(bytes calldata command)
        external
        view
    {
        _codec.readHeader(command);
        if (!_codec.isWellFormed(command)) return;
        assertEq(_codec.rewrite(command), command);
    }

    /// @dev Random bytes are hardly ever a command, so these start from one.
    /// @custom:property C-09
    function testFuzz_AChangedByteIsRefusedOrAnotherCommand(uint8 kind, uint256 at, bytes1 mask)
        external
        view
    {
        bytes memory command = CommandSamples.all()[bound(kind, 1, 14) - 1];
        at = bound(at, 0, command.length - 1);
        vm.assume(mask != 0);
        command[at] ^= mask;
        _codec.readHeader(Commands.wrap(1, 1, command));
        if (!_codec.isWellFormed(command)) return;
        assertEq(_codec.rewrite(command), command);
        _codec.subjectOf(command);
        _codec.loosens(command);
    }

    /// @custom:property C-09
    function testFuzz_AnotherLengthIsRefused(uint8 kind, uint256 size, bytes calldata tail)
        external
        view
    {
        bytes memory command = CommandSamples.all()[bound(kind, 1, 14) - 1];
        if (tail.length != 0) {
            assertFalse(_codec.isWellFormed(abi.encodePacked(command, tail)));
        }
        size = bound(size, 0, command.length - 1);
        assembly {
            mstore(command, size)
        }
        assertFalse(_codec.isWellFormed(command));
    }

    /// @custom:property C-09
    function testFuzz_FarmFieldsSurvive(IFarms.NewFarm calldata farm, address oft) external view {
        bytes memory command = Commands.addFarm(farm, oft);
        assertTrue(_codec.isWellFormed(command));
        assertEq(_codec.rewrite(command), command);
    }

    /// @custom:property C-09
    function testFuzz_StreamFieldsSurvive(Commands.NewStream calldata added) external view {
        bytes memory command = Commands.addStream(added);
        assertTrue(_codec.isWellFormed(command));
        assertEq(_codec.rewrite(command), command);
    }

    /// @custom:property C-09
    function testFuzz_LimitFieldsSurvive(address token, Commands.PathLimit calldata path)
        external
        view
    {
        bytes memory command = Commands.setOutflowLimit(token, path);
        assertTrue(_codec.isWellFormed(command));
        assertEq(_codec.rewrite(command), command);
        command = Commands.setInboundLimit(path);
        assertTrue(_codec.isWellFormed(command));
        assertEq(_codec.rewrite(command), command);
    }

    /// @custom:property C-09
    function testFuzz_AHeaderSurvives(uint32 eid, uint64 no, uint8 kind) external view {
        (bool isReadable, Commands.Header memory header) =
            _codec.readHeader(Commands.wrap(eid, no, abi.encodePacked(kind)));
        assertEq(isReadable, no != 0);
        assertEq(header.eid, eid);
        assertEq(header.no, no);
        assertEq(header.kind, kind);
    }
}
