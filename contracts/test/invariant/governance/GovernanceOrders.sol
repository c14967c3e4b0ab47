// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {Commands} from "../../../src/libraries/Commands.sol";

/// @notice A command as whoever sends it means it, before it becomes bytes.
/// @param index Stream; or the farm's state; or 1 for "paused", "has terms", "terms out of bounds".
/// @param value Rate, epoch, wei, limit, time, number of a command or of tiers.
/// @param window Seconds of a limit, or number of steps.
/// @param account Token, funder or sentinel.
/// @param other Funder of a new stream, or OFT of a new farm's route.
struct Order {
    Commands.Kind kind;
    uint32 farmId;
    uint8 index;
    uint256 value;
    uint32 eid;
    uint32 window;
    address account;
    address other;
}

/// @notice What commands mean, told a second time and without looking at their bytes.
library Orders {
    uint8 internal constant SCALE_BITS = 80;
    uint16 internal constant FEE_BPS = 500;
    uint16 internal constant FEE_BPS_TOO_HIGH = 2501;

    function encode(Order memory order) internal pure returns (bytes memory) {
        Commands.Kind kind = order.kind;
        if (kind == Commands.Kind.AddFarm) {
            IFarms.NewFarm memory farm = IFarms.NewFarm({
                farmId: order.farmId,
                stakeToken: order.account,
                scaleBits: SCALE_BITS,
                maxRate: uint64(order.value),
                hasTerms: order.index == 1
            });
            return Commands.addFarm(farm, order.other);
        }
        if (kind == Commands.Kind.SetFarmState) {
            return Commands.setFarmState(order.farmId, IFarms.FarmState(order.index));
        }
        if (kind == Commands.Kind.SetMaxRate) {
            return Commands.setMaxRate(order.farmId, order.index, uint64(order.value));
        }
        if (kind == Commands.Kind.SetTerms) return _terms(order);
        if (kind == Commands.Kind.AddStream) {
            return Commands.addStream(
                Commands.NewStream({
                    farmId: order.farmId,
                    stream: order.index,
                    token: order.account,
                    funder: order.other,
                    maxRate: uint64(order.value)
                })
            );
        }
        if (kind == Commands.Kind.SetFunder) {
            return Commands.setFunder(order.farmId, order.index, order.account);
        }
        return _encodeOfChain(order);
    }

    /// @notice Of two orders about the same the later one counts; an empty answer stands for an
    /// order that counts whatever else is sent.
    function subjectOf(Order memory order) internal pure returns (bytes memory) {
        Commands.Kind kind = order.kind;
        if (kind == Commands.Kind.ReleasePot || kind == Commands.Kind.CancelCommand) return "";
        if (kind == Commands.Kind.SetFarmState) {
            return endsFarm(order) ? bytes("") : abi.encode(kind, order.farmId);
        }
        if (kind == Commands.Kind.AddFarm || kind == Commands.Kind.SetTerms) {
            return abi.encode(kind, order.farmId);
        }
        if (
            kind == Commands.Kind.SetMaxRate || kind == Commands.Kind.AddStream
                || kind == Commands.Kind.SetFunder
        ) return abi.encode(kind, order.farmId, order.index);
        if (kind == Commands.Kind.SetOutflowLimit) {
            return abi.encode(kind, order.account, order.eid);
        }
        if (kind == Commands.Kind.SetInboundLimit) return abi.encode(kind, order.eid);
        return abi.encode(kind);
    }

    /// @notice Whether the order resumes something or sets a limit, `minValidEpoch` being what is
    /// killed so far.
    function loosens(Order memory order, uint32 minValidEpoch) internal pure returns (bool) {
        Commands.Kind kind = order.kind;
        if (kind == Commands.Kind.SetMinValidEpoch) return order.value < minValidEpoch;
        if (kind == Commands.Kind.SetReceiverPaused || kind == Commands.Kind.SetBridgePaused) {
            return order.index == 0;
        }
        if (kind == Commands.Kind.SetFarmState) {
            return order.index == uint8(IFarms.FarmState.Active);
        }
        return kind == Commands.Kind.SetOutflowLimit || kind == Commands.Kind.SetInboundLimit;
    }

    function endsFarm(Order memory order) internal pure returns (bool) {
        return
            order.kind == Commands.Kind.SetFarmState && order.index == uint8(IFarms.FarmState.Ended);
    }

    function _encodeOfChain(Order memory order) private pure returns (bytes memory) {
        Commands.Kind kind = order.kind;
        if (kind == Commands.Kind.SetReceiverPaused) {
            return Commands.setReceiverPaused(order.index == 1);
        }
        if (kind == Commands.Kind.SetBridgePaused) {
            return Commands.setBridgePaused(order.index == 1);
        }
        if (kind == Commands.Kind.SetMinValidEpoch) {
            return Commands.setMinValidEpoch(uint32(order.value));
        }
        if (kind == Commands.Kind.ReleasePot) {
            return Commands.releasePot(uint32(order.eid), uint128(order.value));
        }
        Commands.PathLimit memory path =
            Commands.PathLimit(order.eid, uint128(order.value), order.window);
        if (kind == Commands.Kind.SetOutflowLimit) {
            return Commands.setOutflowLimit(order.account, path);
        }
        if (kind == Commands.Kind.SetInboundLimit) return Commands.setInboundLimit(path);
        if (kind == Commands.Kind.SetSentinel) {
            return Commands.setSentinel(order.account, uint40(order.value));
        }
        return Commands.cancelCommand(uint64(order.value));
    }

    function _terms(Order memory order) private pure returns (bytes memory) {
        IFarms.Tier[] memory tiers = new IFarms.Tier[](order.value);
        for (uint256 i; i < tiers.length; ++i) {
            uint16 feeBps = order.index == 1 ? FEE_BPS_TOO_HIGH : FEE_BPS;
            tiers[i] = IFarms.Tier(uint32(30 days * (i + 1)), uint16(12_000 + i * 2000), feeBps);
        }
        IFarms.TenureStep[] memory steps = new IFarms.TenureStep[](order.window);
        for (uint256 i; i < steps.length; ++i) {
            steps[i] = IFarms.TenureStep(uint32(10 days * (i + 1)), uint16(500 * (i + 1)));
        }
        return Commands.setTerms(order.farmId, tiers, steps);
    }
}
