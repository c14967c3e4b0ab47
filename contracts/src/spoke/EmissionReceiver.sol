// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroComposer
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroComposer.sol";
import {OFTComposeMsgCodec} from "@layerzerolabs/oft-evm/contracts/libs/OFTComposeMsgCodec.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IEmissionReceiver} from "../interfaces/IEmissionReceiver.sol";
import {IFarms} from "../interfaces/IFarms.sol";
import {EmissionOrder} from "../libraries/EmissionOrder.sol";
import {Guards} from "../libraries/Guards.sol";
import {ShareTable} from "../libraries/ShareTable.sol";
import {EmissionReturns} from "./EmissionReturns.sol";

/// @title EmissionReceiver
/// @dev Every packet adds to the pot of its epoch; only the highest revision's targets count. What
/// a settlement gives depends on the pot, the targets and what was given, never on the order the
/// packets came in. `unallocated` is a counter, never a balance.
contract EmissionReceiver is EmissionReturns, ILayerZeroComposer {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @param endpoint LayerZero endpoint of this chain.
    /// @param rewardOft OFT that carries the reward token here.
    /// @param rewardToken Token the farms pay; the OFT itself or what its adapter locks.
    /// @param hubEid Endpoint id of the chain the controller lives on.
    /// @param farms Farms of this chain.
    /// @param owner May do everything the guardian may, and resume.
    /// @param guardian May pause and kill epochs.
    /// @param minStream Least seconds an order streams over, however late it arrives; at least the
    /// controller's epoch, so that a late order raises no rate above the nominal one.
    struct Config {
        address endpoint;
        address rewardOft;
        address rewardToken;
        uint32 hubEid;
        address farms;
        address owner;
        address guardian;
        uint32 minStream;
    }

    /// @dev A settlement on its way, in memory: what each farm of the epoch is to get and got,
    /// which farms took less than they were offered, and what moved so far.
    struct Settlement {
        uint32 epoch;
        uint32 revision;
        uint40 epochEnd;
        ShareTable.Share[] shares;
        bool[] isFull;
        uint256 pot;
        int256 net;
        bool hasMoved;
    }

    /// @dev Deltas of one call to the farms; `index` points into the shares of the settlement.
    struct Batch {
        uint32[] farmIds;
        int256[] deltas;
        uint256[] index;
        uint256 count;
    }

    /// @dev Size of what the OFT writes before the order: nonce 8, eid 4, amount 32, sender 32.
    uint256 private constant COMPOSE_HEADER_SIZE = 76;
    /// @dev Longest an order streams: an absurd end would freeze the streams it touches for good,
    /// because no later order makes an end earlier.
    uint256 private constant STREAM_SECONDS_MAX = 366 days;

    IFarms public immutable FARMS;
    /// @notice Least seconds an order streams over.
    uint32 public immutable MIN_STREAM;

    constructor(Config memory config)
        EmissionReturns(
            config.endpoint,
            config.rewardOft,
            config.rewardToken,
            config.hubEid,
            config.owner,
            config.guardian
        )
    {
        if (config.farms == address(0)) revert Receiver_ZeroAddress();
        FARMS = IFarms(config.farms);
        MIN_STREAM = config.minStream == 0 ? 1 : config.minStream;
        IERC20(config.rewardToken).forceApprove(config.farms, type(uint256).max);
    }

    /// @inheritdoc IEmissionReceiver
    function setController(bytes32 controller_) external onlyOwner {
        if (controller_ == bytes32(0)) revert Receiver_ZeroAddress();
        if (controller != bytes32(0)) revert Receiver_AlreadySet(controller);
        controller = controller_;
        emit ControllerSet(controller_);
    }

    /// @notice Takes an order that travelled with its tokens. Only the endpoint, and only what the
    /// reward OFT composed for the controller on the hub.
    /// @dev Anyone may execute a waiting compose, with any gas and value: it does all or reverts
    /// and waits on, and value sent along has no effect.
    function lzCompose(address from, bytes32 guid, bytes calldata message, address, bytes calldata)
        external
        payable
        nonReentrant
    {
        if (msg.sender != ENDPOINT) revert Receiver_OnlyEndpoint(msg.sender);
        if (from != REWARD_OFT) revert Receiver_OnlyRewardOft(from);
        uint32 srcEid = OFTComposeMsgCodec.srcEid(message);
        bytes32 sender = OFTComposeMsgCodec.composeFrom(message);
        // The OFT writes both fields, so neither can be chosen by whoever sent the tokens.
        if (srcEid != HUB_EID || sender != controller || sender == bytes32(0)) {
            revert Receiver_OnlyHub(srcEid, sender);
        }
        _receive(guid, message[COMPOSE_HEADER_SIZE:], OFTComposeMsgCodec.amountLD(message));
    }

    /// @inheritdoc IEmissionReceiver
    function applyLocal(bytes calldata order, uint256 amount) external nonReentrant {
        if (controller == bytes32(0) || bytes32(uint256(uint160(msg.sender))) != controller) {
            revert Receiver_OnlyController(msg.sender);
        }
        _receive(bytes32(0), order, amount);
    }

    /// @inheritdoc IEmissionReceiver
    function replay(uint32 epoch) external nonReentrant {
        if (paused) revert Receiver_IsPaused();
        if (epoch < minValidEpoch) revert Receiver_EpochKilled(epoch, minValidEpoch);
        Settlement memory run = _open(epoch);
        _settle(run);
        // A replay that moves nothing changes nothing, and leaves no event either.
        if (!run.hasMoved) return;
        _close(run, true);
        emit OrderApplied(epoch, run.revision, run.net, run.pot, ++seq);
    }

    /// @inheritdoc IEmissionReceiver
    function pause() external onlyPauser {
        paused = true;
        emit Paused(msg.sender, ++seq);
    }

    /// @inheritdoc IEmissionReceiver
    function unpause() external onlyOwner {
        paused = false;
        emit Unpaused(msg.sender, ++seq);
    }

    /// @inheritdoc IEmissionReceiver
    function setMinValidEpoch(uint32 epoch) external onlyGuardian {
        uint32 current = minValidEpoch;
        // A kill may be undone, but not by whoever could only stop things.
        bool isUndone = epoch < current && msg.sender == owner();
        if (epoch <= current && !isUndone) revert Receiver_EpochKilled(epoch, current);
        minValidEpoch = epoch;
        emit MinValidEpochSet(epoch, ++seq);
    }

    /// @inheritdoc IEmissionReceiver
    function revisionOf(uint32 epoch) external view returns (uint32) {
        return _epochs[epoch].revision;
    }

    /// @inheritdoc IEmissionReceiver
    function targetOf(uint32 epoch, uint32 farmId) external view returns (uint256) {
        return ShareTable.find(_epochs[epoch].table, farmId).targetSD * CONVERSION_RATE;
    }

    /// @inheritdoc IEmissionReceiver
    function givenOf(uint32 epoch, uint32 farmId) external view returns (uint256) {
        return ShareTable.find(_epochs[epoch].table, farmId).given;
    }

    /// @dev Books the tokens first, whatever the order says, and never reverts for its content.
    function _receive(bytes32 guid, bytes calldata encoded, uint256 amount) private {
        (bool ok, EmissionOrder.Order memory order) = EmissionOrder.decode(encoded);
        _credit(ok ? order.epoch : 0, amount);
        if (!ok) {
            emit OrderUnreadable(guid, amount, ++seq);
            return;
        }

        Settlement memory run = _open(order.epoch);
        bool isHighest = Guards.isNewer(order.revision, run.revision);
        if (isHighest) {
            run.revision = order.revision;
            run.epochEnd = order.epochEnd;
            run.shares = ShareTable.merge(run.shares, order);
        }
        emit OrderReceived(order.epoch, order.revision, guid, amount, isHighest, ++seq);
        bool isApplied = !paused && order.epoch >= minValidEpoch;
        if (isApplied) _settle(run);
        _close(run, isHighest || run.hasMoved);
        if (isApplied) emit OrderApplied(run.epoch, run.revision, run.net, run.pot, ++seq);
    }

    /// @dev Stores what a settlement led to.
    function _close(Settlement memory run, bool hasNewShares) private {
        EpochState storage state = _epochs[run.epoch];
        (state.revision, state.epochEnd) = (run.revision, run.epochEnd);
        state.pot = run.pot.toUint184();
        if (hasNewShares) state.table = ShareTable.store(run.shares);
        _unallocated = uint256(int256(uint256(_unallocated)) - run.net).toUint128();
    }

    /// @dev Streams what the pot of the epoch holds: first everything that farms got beyond their
    /// target comes back, then farms get what they lack, in ascending order. A farm that refuses
    /// (unknown, ended, at its funding bound) does not keep the pot from the farms after it.
    function _settle(Settlement memory run) private {
        run.isFull = new bool[](run.shares.length);
        uint256 endAt = Math.min(run.epochEnd, block.timestamp + STREAM_SECONDS_MAX);
        endAt = Math.max(endAt, block.timestamp + MIN_STREAM);
        _adjust(run, _excess(run), endAt);
        // Each further round follows a refusal, and a farm refuses once: the loop is bounded.
        while (_adjust(run, _lack(run), endAt)) {}
    }

    /// @dev One call to the farms. Books what they report, not what they were asked for.
    /// @return hasRefusal Whether a farm took less than it was offered.
    function _adjust(Settlement memory run, Batch memory batch, uint256 endAt)
        private
        returns (bool hasRefusal)
    {
        uint256 count = batch.count;
        if (count == 0) return false;
        uint32[] memory farmIds = batch.farmIds;
        int256[] memory deltas = batch.deltas;
        assembly ("memory-safe") {
            mstore(farmIds, count)
            mstore(deltas, count)
        }
        int256[] memory applied = FARMS.adjustStreams(endAt.toUint40(), farmIds, deltas);
        for (uint256 i; i < count; ++i) {
            int256 amount = applied[i];
            if (deltas[i] > 0 && amount < deltas[i]) {
                run.isFull[batch.index[i]] = true;
                hasRefusal = true;
            }
            if (amount == 0) continue;
            ShareTable.Share memory share = run.shares[batch.index[i]];
            share.given = uint256(int256(uint256(share.given)) + amount).toUint96();
            run.net += amount;
            run.pot = uint256(int256(run.pot) - amount);
            run.hasMoved = true;
        }
    }

    /// @dev Reads everything a settlement needs.
    function _open(uint32 epoch) private view returns (Settlement memory run) {
        EpochState memory state = _epochs[epoch];
        run.epoch = epoch;
        run.revision = state.revision;
        run.epochEnd = state.epochEnd;
        run.pot = state.pot;
        run.shares = ShareTable.load(state.table);
    }

    /// @dev Farms that got more than their target, with what to take back.
    function _excess(Settlement memory run) private view returns (Batch memory batch) {
        for (uint256 i; i < run.shares.length; ++i) {
            int256 lack = _lackOf(run.shares[i]);
            if (lack < 0) _push(run, batch, i, lack);
        }
    }

    /// @dev Farms that got less than their target, with what the pot can give them.
    function _lack(Settlement memory run) private view returns (Batch memory batch) {
        int256 pot = int256(run.pot);
        for (uint256 i; i < run.shares.length && pot != 0; ++i) {
            int256 lack = _lackOf(run.shares[i]);
            if (run.isFull[i] || lack <= 0) continue;
            if (lack > pot) lack = pot;
            pot -= lack;
            _push(run, batch, i, lack);
        }
    }

    function _push(Settlement memory run, Batch memory batch, uint256 index, int256 delta)
        private
        pure
    {
        if (batch.count == 0) {
            uint256 size = run.shares.length;
            batch.farmIds = new uint32[](size);
            batch.deltas = new int256[](size);
            batch.index = new uint256[](size);
        }
        batch.farmIds[batch.count] = run.shares[index].farmId;
        batch.deltas[batch.count] = delta;
        batch.index[batch.count++] = index;
    }

    /// @dev Wei a farm lacks; negative for what it got beyond its target.
    function _lackOf(ShareTable.Share memory share) private view returns (int256) {
        return int256(share.targetSD * CONVERSION_RATE) - int256(uint256(share.given));
    }
}
