// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {Commands} from "../../src/libraries/Commands.sol";

/// @notice The library's functions over calldata, for tests to call.
contract CommandCodec {
    function readHeader(bytes calldata message)
        external
        pure
        returns (bool isReadable, Commands.Header memory header)
    {
        return Commands.readHeader(message);
    }

    function isWellFormed(bytes calldata command) external pure returns (bool) {
        return Commands.isWellFormed(command);
    }

    function kindOf(bytes calldata command) external pure returns (Commands.Kind) {
        return Commands.kindOf(command);
    }

    function subjectOf(bytes calldata command) external pure returns (bytes32) {
        return Commands.subjectOf(command);
    }

    function loosens(bytes calldata command) external pure returns (bool) {
        return Commands.loosens(command);
    }

    /// @notice Reads the fields of a well-formed command and writes them again.
    function rewrite(bytes calldata command) external pure returns (bytes memory) {
        Commands.Kind kind = Commands.kindOf(command);
        bytes calldata body = command[1:];
        if (kind == Commands.Kind.AddFarm) {
            (IFarms.NewFarm memory farm, address oft) = Commands.readAddFarm(body);
            return Commands.addFarm(farm, oft);
        }
        if (kind == Commands.Kind.SetTerms) {
            (uint32 farmId, IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps) =
                Commands.readTerms(body);
            return Commands.setTerms(farmId, tiers, steps);
        }
        if (kind == Commands.Kind.AddStream) return Commands.addStream(Commands.readStream(body));
        if (kind == Commands.Kind.SetOutflowLimit) {
            (address token, Commands.PathLimit memory path) = Commands.readOutflowLimit(body);
            return Commands.setOutflowLimit(token, path);
        }
        if (kind == Commands.Kind.SetInboundLimit) {
            return Commands.setInboundLimit(Commands.readInboundLimit(body));
        }
        return _rewriteSmall(kind, body);
    }

    function _rewriteSmall(Commands.Kind kind, bytes calldata body)
        private
        pure
        returns (bytes memory)
    {
        if (kind == Commands.Kind.SetFarmState) {
            (uint32 farmId, IFarms.FarmState state) = Commands.readFarmState(body);
            return Commands.setFarmState(farmId, state);
        }
        if (kind == Commands.Kind.SetMaxRate) {
            (uint32 farmId, uint8 stream, uint64 maxRate) = Commands.readMaxRate(body);
            return Commands.setMaxRate(farmId, stream, maxRate);
        }
        if (kind == Commands.Kind.SetFunder) {
            (uint32 farmId, uint8 stream, address funder) = Commands.readFunder(body);
            return Commands.setFunder(farmId, stream, funder);
        }
        if (kind == Commands.Kind.SetReceiverPaused) {
            return Commands.setReceiverPaused(Commands.readPaused(body));
        }
        if (kind == Commands.Kind.SetBridgePaused) {
            return Commands.setBridgePaused(Commands.readPaused(body));
        }
        if (kind == Commands.Kind.SetMinValidEpoch) {
            return Commands.setMinValidEpoch(Commands.readEpoch(body));
        }
        if (kind == Commands.Kind.ReleasePot) {
            (uint32 epoch, uint128 amount) = Commands.readPot(body);
            return Commands.releasePot(epoch, amount);
        }
        if (kind == Commands.Kind.SetSentinel) {
            (address sentinel, uint40 until) = Commands.readSentinel(body);
            return Commands.setSentinel(sentinel, until);
        }
        return Commands.cancelCommand(Commands.readCancel(body));
    }
}

/// @notice One command of every kind, with fields that differ from each other.
library CommandSamples {
    address internal constant STAKE = 0x1111111111111111111111111111111111111111;
    address internal constant OFT = 0x2222222222222222222222222222222222222222;
    address internal constant FUNDER = 0x3333333333333333333333333333333333333333;

    function addFarm() internal pure returns (bytes memory) {
        return Commands.addFarm(
            IFarms.NewFarm({
                farmId: 7,
                stakeToken: STAKE,
                scaleBits: 96,
                maxRate: 0x0102030405060708,
                hasTerms: true
            }),
            OFT
        );
    }

    function setTerms(uint256 tierCount, uint256 stepCount) internal pure returns (bytes memory) {
        IFarms.Tier[] memory tiers = new IFarms.Tier[](tierCount);
        for (uint256 i; i < tierCount; ++i) {
            tiers[i] = IFarms.Tier(uint32(30 days * (i + 1)), uint16(12_000 + i * 2000), 500);
        }
        IFarms.TenureStep[] memory steps = new IFarms.TenureStep[](stepCount);
        for (uint256 i; i < stepCount; ++i) {
            steps[i] = IFarms.TenureStep(uint32(10 days * (i + 1)), uint16(500 * (i + 1)));
        }
        return Commands.setTerms(7, tiers, steps);
    }

    function addStream() internal pure returns (bytes memory) {
        return Commands.addStream(
            Commands.NewStream({
                farmId: 7, stream: 1, token: STAKE, funder: FUNDER, maxRate: 0x0102030405060708
            })
        );
    }

    function setOutflowLimit() internal pure returns (bytes memory) {
        return Commands.setOutflowLimit(STAKE, Commands.PathLimit(30_102, 1e24, 1 days));
    }

    /// @return commands One of each kind, at the index of the kind less 1.
    function all() internal pure returns (bytes[] memory commands) {
        commands = new bytes[](14);
        commands[0] = addFarm();
        commands[1] = Commands.setFarmState(7, IFarms.FarmState.DepositsPaused);
        commands[2] = Commands.setMaxRate(7, 2, 0x0102030405060708);
        commands[3] = setTerms(4, 4);
        commands[4] = addStream();
        commands[5] = Commands.setFunder(7, 2, FUNDER);
        commands[6] = Commands.setReceiverPaused(true);
        commands[7] = Commands.setBridgePaused(false);
        commands[8] = Commands.setMinValidEpoch(9);
        commands[9] = Commands.releasePot(9, 1e24);
        commands[10] = setOutflowLimit();
        commands[11] = Commands.setInboundLimit(Commands.PathLimit(30_102, 1e24, 1 days));
        commands[12] = Commands.setSentinel(FUNDER, 1_800_000_000);
        commands[13] = Commands.cancelCommand(11);
    }
}
