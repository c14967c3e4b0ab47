// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {Commands} from "../../src/libraries/Commands.sol";
import {CommandCodec, CommandSamples} from "../support/CommandCodec.sol";

/// @notice What is on the wire, byte for byte: whoever writes or reads it elsewhere goes by this.
contract CommandFormatTest is Test {
    CommandCodec private _codec;

    function setUp() external {
        _codec = new CommandCodec();
    }

    function test_EveryKindHasItsBytes() external pure {
        bytes[] memory commands = CommandSamples.all();
        bytes[14] memory expected = [
            bytes(
                hex"01000000071111111111111111111111111111111111111111600102030405060708012222222222222222222222222222222222222222"
            ),
            hex"020000000702",
            hex"0300000007020102030405060708",
            hex"0400000007040400278d002ee001f4004f1a0036b001f40076a7003e8001f4009e3400465001f4000d2f0001f4001a5e0003e800278d0005dc0034bc0007d0",
            hex"050000000701111111111111111111111111111111111111111133333333333333333333333333333333333333330102030405060708",
            hex"0600000007023333333333333333333333333333333333333333",
            hex"0701",
            hex"0800",
            hex"0900000009",
            hex"0a00000009000000000000d3c21bcecceda1000000",
            hex"0b111111111111111111111111111111111111111100007596000000000000d3c21bcecceda100000000015180",
            hex"0c00007596000000000000d3c21bcecceda100000000015180",
            hex"0d3333333333333333333333333333333333333333006b49d200",
            hex"0e000000000000000b"
        ];
        for (uint256 i; i < commands.length; ++i) {
            assertEq(commands[i], expected[i]);
        }
    }

    function test_AMessageNamesVersionChainAndNumber() external view {
        bytes memory message = Commands.wrap(50_231, 258, CommandSamples.all()[6]);
        assertEq(message, hex"010000c43700000000000001020701");
        (bool isReadable, Commands.Header memory header) = _codec.readHeader(message);
        assertTrue(isReadable);
        assertEq(header.eid, 50_231);
        assertEq(header.no, 258);
        assertEq(header.kind, 7);
    }

    /// @custom:property C-09
    function test_EverySampleReadsBackAsItWasWritten() external view {
        bytes[] memory commands = CommandSamples.all();
        assertEq(commands.length, uint8(type(Commands.Kind).max));
        for (uint256 i; i < commands.length; ++i) {
            assertTrue(_codec.isWellFormed(commands[i]));
            assertEq(uint8(_codec.kindOf(commands[i])), i + 1);
            assertEq(_codec.rewrite(commands[i]), commands[i]);
        }
    }

    /// @custom:property C-09
    function test_AByteMoreOrLessIsMalformed() external view {
        bytes[] memory commands = CommandSamples.all();
        for (uint256 i; i < commands.length; ++i) {
            assertFalse(_codec.isWellFormed(abi.encodePacked(commands[i], uint8(0))), "more");
            assertFalse(_codec.isWellFormed(_without(commands[i], 1)), "less");
        }
        assertFalse(_codec.isWellFormed(""), "empty");
    }

    /// @custom:property C-09
    function test_UnknownKindsStatesAndFlagsAreMalformed() external view {
        assertFalse(_codec.isWellFormed(hex"0001"), "kind 0");
        assertFalse(_codec.isWellFormed(hex"0f01"), "kind 15");
        assertFalse(_codec.isWellFormed(hex"ff01"), "kind 255");
        assertFalse(_codec.isWellFormed(hex"020000000700"), "unknown state");
        assertFalse(_codec.isWellFormed(hex"020000000704"), "state beyond the last");
        assertFalse(_codec.isWellFormed(hex"0702"), "neither paused nor not");
        assertFalse(_codec.isWellFormed(hex"08ff"), "neither paused nor not");
        bytes memory farm = CommandSamples.addFarm();
        farm[34] = 0x02;
        assertFalse(_codec.isWellFormed(farm), "neither terms nor none");
    }

    function test_TermsAreMalformedWhenTheirCountsDoNotMatchTheirSize() external view {
        for (uint256 tiers; tiers <= 5; ++tiers) {
            for (uint256 steps; steps <= 5; ++steps) {
                bytes memory command = CommandSamples.setTerms(tiers, steps);
                assertEq(_codec.isWellFormed(command), tiers <= 4 && steps <= 4);
            }
        }
        // Three tiers are as long as four steps.
        bytes memory swapped = CommandSamples.setTerms(3, 0);
        (swapped[5], swapped[6]) = (0x00, 0x04);
        assertTrue(_codec.isWellFormed(swapped), "another command, but a command");
        (swapped[5], swapped[6]) = (0x00, 0x03);
        assertFalse(_codec.isWellFormed(swapped), "a tail");
        assertFalse(_codec.isWellFormed(hex"040000000700"), "no count of steps");
    }

    function test_AHeaderIsUnreadableWhenShortOrOfAnotherVersionOrNumberedZero() external view {
        bytes memory message = Commands.wrap(50_231, 1, hex"0701");
        (bool isReadable,) = _codec.readHeader(_without(message, 2));
        assertFalse(isReadable, "no kind");
        (isReadable,) = _codec.readHeader("");
        assertFalse(isReadable, "empty");
        (isReadable,) = _codec.readHeader(Commands.wrap(50_231, 0, hex"0701"));
        assertFalse(isReadable, "number 0");
        message[0] = 0x02;
        (isReadable,) = _codec.readHeader(message);
        assertFalse(isReadable, "version 2");
    }

    function test_ASubjectIsWhatACommandIsAboutAndNotWhatItSays() external view {
        assertEq(_subject(Commands.setMaxRate(1, 2, 5)), _subject(Commands.setMaxRate(1, 2, 6)));
        assertNotEq(_subject(Commands.setMaxRate(1, 2, 5)), _subject(Commands.setMaxRate(1, 3, 5)));
        assertNotEq(_subject(Commands.setMaxRate(1, 2, 5)), _subject(Commands.setMaxRate(2, 2, 5)));
        assertNotEq(
            _subject(Commands.setFunder(1, 2, address(5))), _subject(Commands.setMaxRate(1, 2, 5))
        );
        assertEq(
            _subject(Commands.setReceiverPaused(true)), _subject(Commands.setReceiverPaused(false))
        );
        assertNotEq(
            _subject(Commands.setReceiverPaused(true)), _subject(Commands.setBridgePaused(true))
        );
        assertEq(
            _subject(Commands.setOutflowLimit(address(1), Commands.PathLimit(2, 3, 4))),
            _subject(Commands.setOutflowLimit(address(1), Commands.PathLimit(2, 5, 6)))
        );
        assertNotEq(
            _subject(Commands.setOutflowLimit(address(1), Commands.PathLimit(2, 3, 4))),
            _subject(Commands.setOutflowLimit(address(9), Commands.PathLimit(2, 3, 4)))
        );
        assertNotEq(
            _subject(Commands.setInboundLimit(Commands.PathLimit(2, 3, 4))),
            _subject(Commands.setInboundLimit(Commands.PathLimit(3, 3, 4)))
        );
        assertEq(_subject(CommandSamples.setTerms(4, 4)), _subject(CommandSamples.setTerms(0, 0)));
        assertEq(_subject(Commands.setMinValidEpoch(1)), _subject(Commands.setMinValidEpoch(2)));
    }

    function test_AnEndAReleaseAndACancellationStandAlone() external view {
        assertEq(_subject(Commands.setFarmState(1, IFarms.FarmState.Ended)), 0);
        assertNotEq(_subject(Commands.setFarmState(1, IFarms.FarmState.Active)), 0);
        assertEq(_subject(Commands.releasePot(1, 1)), 0);
        assertEq(_subject(Commands.cancelCommand(1)), 0);
    }

    /// @custom:property C-10
    function test_OnlyWhatResumesOrSetsALimitLoosens() external view {
        bytes[] memory commands = CommandSamples.all();
        for (uint256 i; i < commands.length; ++i) {
            bool expected = i == 7 || i == 10 || i == 11;
            assertEq(_codec.loosens(commands[i]), expected);
        }
        assertTrue(_codec.loosens(Commands.setReceiverPaused(false)));
        assertFalse(_codec.loosens(Commands.setBridgePaused(true)));
        assertTrue(_codec.loosens(Commands.setFarmState(1, IFarms.FarmState.Active)));
        assertFalse(_codec.loosens(Commands.setFarmState(1, IFarms.FarmState.Ended)));
    }

    function _subject(bytes memory command) private view returns (bytes32) {
        return _codec.subjectOf(command);
    }

    function _without(bytes memory data, uint256 count) private pure returns (bytes memory cut) {
        cut = new bytes(data.length - count);
        for (uint256 i; i < cut.length; ++i) {
            cut[i] = data[i];
        }
    }
}
