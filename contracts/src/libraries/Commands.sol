// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFarms} from "../interfaces/IFarms.sol";

/// @title Commands
/// @notice Wire format of what the hub tells the contracts of another chain.
/// @dev Big endian, packed. A message is version 1 byte | eid 4 | no 8 | command, a command is
/// kind 1 | body, and every kind has a body of its own and of exactly the size its fields add up
/// to. No kind has a field for a contract to call or a function to call on it. `read` functions
/// expect a well-formed body; `isWellFormed` and `readHeader` take anything and never revert.
library Commands {
    /// @dev The numbers are on the wire: kinds are only ever appended.
    enum Kind {
        None,
        AddFarm,
        SetFarmState,
        SetMaxRate,
        SetTerms,
        AddStream,
        SetFunder,
        SetReceiverPaused,
        SetBridgePaused,
        SetMinValidEpoch,
        ReleasePot,
        SetOutflowLimit,
        SetInboundLimit,
        SetSentinel,
        CancelCommand
    }

    /// @param eid Chain the command is for.
    /// @param no Number of the command on its way from the hub to that chain, from 1.
    /// @param kind First byte of the command as it stands there.
    struct Header {
        uint32 eid;
        uint64 no;
        uint8 kind;
    }

    /// @param stream Index the stream has to get, so that streams have the same order wherever and
    /// whenever their commands arrive.
    struct NewStream {
        uint32 farmId;
        uint8 stream;
        address token;
        address funder;
        uint64 maxRate;
    }

    /// @param limit Together with `window` zero for no limit.
    struct PathLimit {
        uint32 eid;
        uint128 limit;
        uint32 window;
    }

    uint8 internal constant VERSION = 1;
    /// @dev Version, chain and number: what precedes the command in a message.
    uint256 internal constant HEADER_SIZE = 13;
    /// @notice Amount of a `ReleasePot` that stands for the whole pot.
    uint128 internal constant WHOLE_POT = type(uint128).max;
    /// @notice Most tiers and most tenure steps of a `SetTerms`.
    uint256 internal constant TERMS_MAX = 4;

    uint256 private constant TERMS_HEADER_SIZE = 6;
    uint256 private constant TIER_SIZE = 8;
    uint256 private constant STEP_SIZE = 6;

    /// @notice Message that carries `command` to `eid` as its number `no`.
    function wrap(uint32 eid, uint64 no, bytes memory command)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(VERSION, eid, no, command);
    }

    /// @param oft Opens the bridge's route for the stake token; zero leaves it as it is.
    function addFarm(IFarms.NewFarm memory farm, address oft) internal pure returns (bytes memory) {
        return abi.encodePacked(
            Kind.AddFarm,
            farm.farmId,
            farm.stakeToken,
            farm.scaleBits,
            farm.maxRate,
            farm.hasTerms,
            oft
        );
    }

    function setFarmState(uint32 farmId, IFarms.FarmState state)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(Kind.SetFarmState, farmId, state);
    }

    function setMaxRate(uint32 farmId, uint8 stream, uint64 maxRate)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(Kind.SetMaxRate, farmId, stream, maxRate);
    }

    /// @dev More than `TERMS_MAX` tiers or steps make a command that is not well-formed.
    function setTerms(uint32 farmId, IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps)
        internal
        pure
        returns (bytes memory command)
    {
        command = abi.encodePacked(Kind.SetTerms, farmId, uint8(tiers.length), uint8(steps.length));
        for (uint256 i; i < tiers.length; ++i) {
            command = abi.encodePacked(command, tiers[i].term, tiers[i].boostBps, tiers[i].feeBps);
        }
        for (uint256 i; i < steps.length; ++i) {
            command = abi.encodePacked(command, steps[i].minTenure, steps[i].bonusBps);
        }
    }

    function addStream(NewStream memory added) internal pure returns (bytes memory) {
        return abi.encodePacked(
            Kind.AddStream, added.farmId, added.stream, added.token, added.funder, added.maxRate
        );
    }

    function setFunder(uint32 farmId, uint8 stream, address funder)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(Kind.SetFunder, farmId, stream, funder);
    }

    function setReceiverPaused(bool isPaused) internal pure returns (bytes memory) {
        return abi.encodePacked(Kind.SetReceiverPaused, isPaused);
    }

    function setBridgePaused(bool isPaused) internal pure returns (bytes memory) {
        return abi.encodePacked(Kind.SetBridgePaused, isPaused);
    }

    function setMinValidEpoch(uint32 epoch) internal pure returns (bytes memory) {
        return abi.encodePacked(Kind.SetMinValidEpoch, epoch);
    }

    /// @param amount Wei to release, `WHOLE_POT` for what the pot holds by then.
    function releasePot(uint32 epoch, uint128 amount) internal pure returns (bytes memory) {
        return abi.encodePacked(Kind.ReleasePot, epoch, amount);
    }

    function setOutflowLimit(address token, PathLimit memory path)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(Kind.SetOutflowLimit, token, path.eid, path.limit, path.window);
    }

    function setInboundLimit(PathLimit memory path) internal pure returns (bytes memory) {
        return abi.encodePacked(Kind.SetInboundLimit, path.eid, path.limit, path.window);
    }

    function setSentinel(address sentinel, uint40 until) internal pure returns (bytes memory) {
        return abi.encodePacked(Kind.SetSentinel, sentinel, until);
    }

    function cancelCommand(uint64 no) internal pure returns (bytes memory) {
        return abi.encodePacked(Kind.CancelCommand, no);
    }

    /// @notice Reads what precedes a command, and its kind.
    /// @return isReadable False when the bytes are too short, of another version or numbered 0.
    function readHeader(bytes calldata message)
        internal
        pure
        returns (bool isReadable, Header memory header)
    {
        if (message.length <= HEADER_SIZE || uint8(message[0]) != VERSION) {
            return (false, header);
        }
        header.eid = uint32(bytes4(message[1:5]));
        header.no = uint64(bytes8(message[5:13]));
        header.kind = uint8(message[13]);
        return (header.no != 0, header);
    }

    /// @notice Whether `command` is of a known kind and exactly one encoding of its fields.
    function isWellFormed(bytes calldata command) internal pure returns (bool) {
        if (command.length == 0) return false;
        uint8 raw = uint8(command[0]);
        if (raw == 0 || raw > uint8(type(Kind).max)) return false;
        Kind kind = Kind(raw);
        bytes calldata body = command[1:];
        if (kind == Kind.SetTerms) return _isTerms(body);
        if (body.length != _sizeOf(kind)) return false;
        if (kind == Kind.AddFarm) return uint8(body[33]) <= 1;
        if (kind == Kind.SetFarmState) {
            uint8 state = uint8(body[4]);
            return state != 0 && state <= uint8(type(IFarms.FarmState).max);
        }
        if (kind == Kind.SetReceiverPaused || kind == Kind.SetBridgePaused) {
            return uint8(body[0]) <= 1;
        }
        return true;
    }

    /// @notice Kind of a well-formed command.
    function kindOf(bytes calldata command) internal pure returns (Kind) {
        return Kind(uint8(command[0]));
    }

    /// @notice What a well-formed command is about: of two with the same subject only the newer one
    /// counts. Zero for a command that counts whatever else is sent.
    /// @dev An ended farm stays ended whatever arrives when, and every release of a pot adds up.
    function subjectOf(bytes calldata command) internal pure returns (bytes32) {
        Kind kind = kindOf(command);
        bytes calldata body = command[1:];
        if (
            kind == Kind.ReleasePot || kind == Kind.CancelCommand
                || (kind == Kind.SetFarmState && _stateIn(body) == IFarms.FarmState.Ended)
        ) {
            return bytes32(0);
        }
        return keccak256(abi.encodePacked(kind, body[:_subjectSizeOf(kind)]));
    }

    /// @notice Whether a well-formed command could undo what a guardian stopped or what bounds a
    /// theft: it resumes something, or sets a limit. Setting the least valid epoch does so or not,
    /// by what is set already.
    function loosens(bytes calldata command) internal pure returns (bool) {
        Kind kind = kindOf(command);
        if (kind == Kind.SetOutflowLimit || kind == Kind.SetInboundLimit) return true;
        if (kind == Kind.SetReceiverPaused || kind == Kind.SetBridgePaused) {
            return uint8(command[1]) == 0;
        }
        return kind == Kind.SetFarmState && _stateIn(command[1:]) == IFarms.FarmState.Active;
    }

    /// @notice Gas that carrying out a command of `kind` gets, whoever delivers it.
    /// @dev Measured with every slot cold and the longest body, and a fifth more.
    function gasOf(Kind kind) internal pure returns (uint256) {
        if (kind == Kind.AddFarm) return 280_000;
        if (kind == Kind.SetTerms || kind == Kind.AddStream || kind == Kind.SetSentinel) {
            return 200_000;
        }
        return 130_000;
    }

    function readAddFarm(bytes calldata body)
        internal
        pure
        returns (IFarms.NewFarm memory farm, address oft)
    {
        farm.farmId = uint32(bytes4(body[0:4]));
        farm.stakeToken = address(bytes20(body[4:24]));
        farm.scaleBits = uint8(body[24]);
        farm.maxRate = uint64(bytes8(body[25:33]));
        farm.hasTerms = uint8(body[33]) == 1;
        oft = address(bytes20(body[34:54]));
    }

    function readFarmState(bytes calldata body)
        internal
        pure
        returns (uint32 farmId, IFarms.FarmState state)
    {
        return (uint32(bytes4(body[0:4])), _stateIn(body));
    }

    function readMaxRate(bytes calldata body)
        internal
        pure
        returns (uint32 farmId, uint8 stream, uint64 maxRate)
    {
        return (uint32(bytes4(body[0:4])), uint8(body[4]), uint64(bytes8(body[5:13])));
    }

    function readTerms(bytes calldata body)
        internal
        pure
        returns (uint32 farmId, IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps)
    {
        farmId = uint32(bytes4(body[0:4]));
        tiers = new IFarms.Tier[](uint8(body[4]));
        steps = new IFarms.TenureStep[](uint8(body[5]));
        uint256 at = TERMS_HEADER_SIZE;
        for (uint256 i; i < tiers.length; ++i) {
            tiers[i].term = uint32(bytes4(body[at:at + 4]));
            tiers[i].boostBps = uint16(bytes2(body[at + 4:at + 6]));
            tiers[i].feeBps = uint16(bytes2(body[at + 6:at + 8]));
            at += TIER_SIZE;
        }
        for (uint256 i; i < steps.length; ++i) {
            steps[i].minTenure = uint32(bytes4(body[at:at + 4]));
            steps[i].bonusBps = uint16(bytes2(body[at + 4:at + 6]));
            at += STEP_SIZE;
        }
    }

    function readStream(bytes calldata body) internal pure returns (NewStream memory added) {
        added.farmId = uint32(bytes4(body[0:4]));
        added.stream = uint8(body[4]);
        added.token = address(bytes20(body[5:25]));
        added.funder = address(bytes20(body[25:45]));
        added.maxRate = uint64(bytes8(body[45:53]));
    }

    function readFunder(bytes calldata body)
        internal
        pure
        returns (uint32 farmId, uint8 stream, address funder)
    {
        return (uint32(bytes4(body[0:4])), uint8(body[4]), address(bytes20(body[5:25])));
    }

    /// @notice Of `SetReceiverPaused` and `SetBridgePaused`.
    function readPaused(bytes calldata body) internal pure returns (bool) {
        return uint8(body[0]) == 1;
    }

    function readEpoch(bytes calldata body) internal pure returns (uint32) {
        return uint32(bytes4(body[0:4]));
    }

    function readPot(bytes calldata body) internal pure returns (uint32 epoch, uint128 amount) {
        return (uint32(bytes4(body[0:4])), uint128(bytes16(body[4:20])));
    }

    function readOutflowLimit(bytes calldata body)
        internal
        pure
        returns (address token, PathLimit memory path)
    {
        return (address(bytes20(body[0:20])), readInboundLimit(body[20:]));
    }

    function readInboundLimit(bytes calldata body) internal pure returns (PathLimit memory path) {
        path.eid = uint32(bytes4(body[0:4]));
        path.limit = uint128(bytes16(body[4:20]));
        path.window = uint32(bytes4(body[20:24]));
    }

    function readSentinel(bytes calldata body)
        internal
        pure
        returns (address sentinel, uint40 until)
    {
        return (address(bytes20(body[0:20])), uint40(bytes5(body[20:25])));
    }

    function readCancel(bytes calldata body) internal pure returns (uint64 no) {
        return uint64(bytes8(body[0:8]));
    }

    function _isTerms(bytes calldata body) private pure returns (bool) {
        if (body.length < TERMS_HEADER_SIZE) return false;
        uint256 tiers = uint8(body[4]);
        uint256 steps = uint8(body[5]);
        return tiers <= TERMS_MAX && steps <= TERMS_MAX
            && body.length == TERMS_HEADER_SIZE + tiers * TIER_SIZE + steps * STEP_SIZE;
    }

    /// @dev Size of the body of every kind but `SetTerms`.
    function _sizeOf(Kind kind) private pure returns (uint256) {
        if (kind == Kind.AddFarm) return 54;
        if (kind == Kind.SetFarmState) return 5;
        if (kind == Kind.SetMaxRate) return 13;
        if (kind == Kind.AddStream) return 53;
        if (kind == Kind.SetFunder) return 25;
        if (kind == Kind.SetMinValidEpoch) return 4;
        if (kind == Kind.ReleasePot) return 20;
        if (kind == Kind.SetOutflowLimit) return 44;
        if (kind == Kind.SetInboundLimit) return 24;
        if (kind == Kind.SetSentinel) return 25;
        if (kind == Kind.CancelCommand) return 8;
        return 1;
    }

    /// @dev Bytes at the front of a body that say what it is about: farm, farm and stream, chain,
    /// token and chain, or nothing for what exists once on a chain.
    function _subjectSizeOf(Kind kind) private pure returns (uint256) {
        if (kind == Kind.AddFarm || kind == Kind.SetFarmState || kind == Kind.SetTerms) return 4;
        if (kind == Kind.SetMaxRate || kind == Kind.AddStream || kind == Kind.SetFunder) return 5;
        if (kind == Kind.SetInboundLimit) return 4;
        if (kind == Kind.SetOutflowLimit) return 24;
        return 0;
    }

    function _stateIn(bytes calldata body) private pure returns (IFarms.FarmState) {
        return IFarms.FarmState(uint8(body[4]));
    }
}
