// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    IOFT,
    MessagingFee,
    MessagingReceipt,
    OFTReceipt,
    SendParam
} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IEmissionController} from "../interfaces/IEmissionController.sol";
import {IEmissionReceiver} from "../interfaces/IEmissionReceiver.sol";
import {EmissionOrder} from "../libraries/EmissionOrder.sol";
import {LzOptions} from "../libraries/LzOptions.sol";
import {EmissionRegistry} from "./EmissionRegistry.sol";
import {EmissionSettings} from "./EmissionSettings.sol";

/// @title EmissionController
/// @dev Spends only what it was funded with; it can mint nothing. Orders are encoded when they are
/// decided and sent as stored, so that what travels is exactly what was checked.
contract EmissionController is EmissionRegistry, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev What one chain gets in one epoch. `encoded` is the newest order, ready to send.
    struct ChainOrder {
        uint64 targetSD;
        uint64 sentSD;
        uint32 revision;
        uint32 dispatchedRevision;
        bytes encoded;
    }

    /// @dev Running values of one decision.
    struct Decision {
        uint32 epoch;
        uint32 revision;
        uint32 previousEpoch;
        uint256 budgetSD;
        uint256 changeSD;
        uint256 allocatedSD;
        uint256 requiredSD;
    }

    /// @dev Gas a longer message adds to the delivery on top of the OFT's enforced options.
    uint256 private constant RECEIVE_GAS_BASE = 3_000;
    uint256 private constant RECEIVE_GAS_PER_FARM = 600;

    IOFT public immutable REWARD_OFT;
    IERC20 public immutable REWARD_TOKEN;
    /// @inheritdoc IEmissionController
    uint32 public immutable HUB_EID;
    /// @notice Wei of one unit of shared decimals.
    uint256 public immutable CONVERSION_RATE;
    /// @notice Gas of applying an order without farms.
    uint128 public immutable COMPOSE_GAS_BASE;
    /// @notice Gas of applying one farm of an order.
    uint128 public immutable COMPOSE_GAS_PER_FARM;

    mapping(uint32 epoch => mapping(uint32 eid => ChainOrder)) private _orders;

    constructor(Config memory config) EmissionSettings(config) {
        if (config.rewardOft == address(0) || config.rewardToken == address(0)) {
            revert Controller_ZeroAddress();
        }
        REWARD_OFT = IOFT(config.rewardOft);
        REWARD_TOKEN = IERC20(config.rewardToken);
        HUB_EID = config.hubEid;
        COMPOSE_GAS_BASE = config.composeGasBase;
        COMPOSE_GAS_PER_FARM = config.composeGasPerFarm;
        uint8 decimals = IERC20Metadata(config.rewardToken).decimals();
        CONVERSION_RATE = 10 ** (decimals - IOFT(config.rewardOft).sharedDecimals());
    }

    /// @notice Takes native money for fees, and what the endpoint refunds.
    receive() external payable {}

    /// @inheritdoc IEmissionController
    function decide(uint32 epoch, uint32 revision, Target[] calldata targets, bytes32 evidenceHash)
        external
        whenNotPaused
    {
        if (msg.sender != operator && msg.sender != owner()) {
            revert Controller_OnlyOperator(msg.sender);
        }
        Decision memory decision = _open(epoch, revision);
        _checkTargets(decision, targets);
        _storeOrders(decision, targets);
        if (decision.requiredSD > decision.budgetSD) {
            revert Controller_BudgetExceeded(decision.requiredSD, decision.budgetSD);
        }

        EpochEntry storage entry = _epochs[epoch];
        entry.budgetSD = uint64(decision.budgetSD);
        entry.revision = revision;
        entry.evidenceHash = evidenceHash;
        if (epoch != lastDecided) {
            _decidedBefore = lastDecided;
            lastDecided = epoch;
        }
        emit EpochDecided(
            epoch,
            revision,
            uint64(decision.budgetSD),
            uint64(decision.allocatedSD),
            evidenceHash,
            targets,
            ++seq
        );
    }

    /// @inheritdoc IEmissionController
    function dispatch(uint32 epoch, uint32 eid) external whenNotPaused nonReentrant {
        _dispatch(epoch, eid);
    }

    /// @inheritdoc IEmissionController
    function dispatchMany(uint32 epoch, uint32[] calldata eids)
        external
        whenNotPaused
        nonReentrant
    {
        if (_epochs[epoch].revision == 0) revert Controller_NotDecided(epoch);
        for (uint256 i; i < eids.length; ++i) {
            uint32 eid = eids[i];
            // An id of no chain has no order either: nothing to dispatch, and nothing to report.
            ChainOrder storage order = _orders[epoch][eid];
            if (order.revision == order.dispatchedRevision) continue;
            try this.dispatchSelf(epoch, eid) {}
            catch (bytes memory reason) {
                emit DispatchFailed(epoch, eid, reason, ++seq);
            }
        }
    }

    /// @notice Dispatches one path. Only this contract, so that a failure can be caught.
    function dispatchSelf(uint32 epoch, uint32 eid) external {
        if (msg.sender != address(this)) revert Controller_OnlySelf(msg.sender);
        _dispatch(epoch, eid);
    }

    /// @inheritdoc IEmissionController
    function withdrawNative(address payable to, uint256 amount) external onlyOwner {
        if (to == address(0)) revert Controller_ZeroAddress();
        uint256 balance = address(this).balance;
        if (amount > balance) revert Controller_InsufficientNative(amount, balance);
        emit NativeWithdrawn(to, amount, ++seq);
        Address.sendValue(to, amount);
    }

    /// @inheritdoc IEmissionController
    function withdrawToken(address to, uint256 amount) external onlyOwner {
        if (to == address(0)) revert Controller_ZeroAddress();
        emit TokenWithdrawn(to, amount, ++seq);
        REWARD_TOKEN.safeTransfer(to, amount);
    }

    /// @inheritdoc IEmissionController
    function revisionOf(uint32 epoch) external view returns (uint32) {
        return _epochs[epoch].revision;
    }

    /// @inheritdoc IEmissionController
    function evidenceOf(uint32 epoch) external view returns (bytes32) {
        return _epochs[epoch].evidenceHash;
    }

    /// @inheritdoc IEmissionController
    function spentSD(uint32 epoch) external view returns (uint64) {
        return _epochs[epoch].spentSD;
    }

    /// @inheritdoc IEmissionController
    function sentToSD(uint32 epoch, uint32 eid) external view returns (uint64) {
        return _orders[epoch][eid].sentSD;
    }

    /// @inheritdoc IEmissionController
    function chainTargetSD(uint32 epoch, uint32 eid) external view returns (uint64) {
        return _orders[epoch][eid].targetSD;
    }

    /// @inheritdoc IEmissionController
    function dispatchedRevision(uint32 epoch, uint32 eid) external view returns (uint32) {
        return _orders[epoch][eid].dispatchedRevision;
    }

    /// @inheritdoc IEmissionController
    function quoteDispatch(uint32 epoch, uint32 eid) external view returns (uint256 nativeFee) {
        ChainOrder memory order = _pendingOrder(epoch, eid);
        if (eid == HUB_EID) return 0;
        return REWARD_OFT.quoteSend(_sendParam(eid, order, _dueSD(order)), false).nativeFee;
    }

    /// @dev Checks every target against its farm's bounds and the change limit, and moves the
    /// farm's targets on.
    function _checkTargets(Decision memory decision, Target[] calldata targets) private {
        if (targets.length != _farmKeys.length) {
            revert Controller_IncompleteTargets(_farmKeys.length, targets.length);
        }
        uint64 previousKey;
        for (uint256 i; i < targets.length; ++i) {
            Target calldata target = targets[i];
            uint64 key = _keyOf(target.eid, target.farmId);
            // As many targets as farms, ascending, each registered: then they are exactly those.
            if (i != 0 && key <= previousKey) revert Controller_UnsortedTargets(i);
            previousKey = key;
            FarmEntry memory farm = _farmOf[key];
            if (!farm.registered) {
                revert Controller_UnknownFarm(target.eid, target.farmId);
            }
            if (farm.currentEpoch != decision.epoch) {
                farm.previousEpoch = farm.currentEpoch;
                farm.previousSD = farm.currentSD;
                farm.currentEpoch = decision.epoch;
            }
            _checkShare(decision, farm, target);
            farm.currentSD = target.amountSD;
            _farmOf[key] = farm;
        }
    }

    /// @dev Encodes the order of every chain, and sums what the epoch would take with it.
    function _storeOrders(Decision memory decision, Target[] calldata targets) private {
        uint32[] memory eids = _chains;
        uint256 from;
        for (uint256 i; i < eids.length; ++i) {
            uint256 to = from;
            while (to < targets.length && targets[to].eid == eids[i]) {
                ++to;
            }
            uint256 sumSD = _storeOrder(decision, eids[i], targets[from:to]);
            decision.allocatedSD += sumSD;
            decision.requiredSD += Math.max(sumSD, _orders[decision.epoch][eids[i]].sentSD);
            from = to;
        }
        // Farms are registered only for registered chains, so every target has found its chain.
        assert(from == targets.length);
    }

    function _storeOrder(Decision memory decision, uint32 eid, Target[] calldata targets)
        private
        returns (uint256 sumSD)
    {
        ChainOrder storage stored = _orders[decision.epoch][eid];
        // A chain whose farms are all gone still needs an order when an earlier one named them.
        if (targets.length == 0 && stored.revision == 0) return 0;
        EmissionOrder.Order memory order;
        order.epoch = decision.epoch;
        order.revision = decision.revision;
        order.epochEnd = epochEnd(decision.epoch);
        order.farmIds = new uint32[](targets.length);
        order.amountsSD = new uint64[](targets.length);
        for (uint256 i; i < targets.length; ++i) {
            order.farmIds[i] = targets[i].farmId;
            order.amountsSD[i] = targets[i].amountSD;
            sumSD += targets[i].amountSD;
        }
        uint256 capSD = decision.budgetSD * _chainOf[eid].maxBps / BPS;
        if (sumSD > capSD) revert Controller_ChainCapExceeded(eid, sumSD, capSD);
        stored.targetSD = uint64(sumSD);
        stored.revision = decision.revision;
        stored.encoded = EmissionOrder.encode(order);
    }

    /// @dev State first: a refund or a token that calls back finds the order already sent.
    function _dispatch(uint32 epoch, uint32 eid) private {
        ChainOrder memory order = _pendingOrder(epoch, eid);
        uint64 dueSD = _dueSD(order);
        EpochEntry storage entry = _epochs[epoch];
        entry.spentSD += dueSD;
        assert(entry.spentSD <= entry.budgetSD);
        ChainOrder storage stored = _orders[epoch][eid];
        stored.sentSD += dueSD;
        stored.dispatchedRevision = order.revision;

        (bytes32 guid, uint256 fee) =
            eid == HUB_EID ? _applyLocal(order, dueSD) : _send(eid, order, dueSD);
        emit OrderDispatched(epoch, eid, order.revision, dueSD, guid, fee, ++seq);
    }

    function _applyLocal(ChainOrder memory order, uint64 dueSD)
        private
        returns (bytes32 guid, uint256 fee)
    {
        address receiver = address(uint160(uint256(_chainOf[HUB_EID].receiver)));
        uint256 amount = dueSD * CONVERSION_RATE;
        REWARD_TOKEN.safeTransfer(receiver, amount);
        IEmissionReceiver(receiver).applyLocal(order.encoded, amount);
        return (bytes32(0), 0);
    }

    /// @dev Pays the fee from the own balance, because a dispatcher need not know it in advance.
    function _send(uint32 eid, ChainOrder memory order, uint64 dueSD)
        private
        returns (bytes32 guid, uint256 fee)
    {
        SendParam memory param = _sendParam(eid, order, dueSD);
        fee = REWARD_OFT.quoteSend(param, false).nativeFee;
        if (fee > feeCap) revert Controller_FeeTooHigh(fee, feeCap);
        if (fee > address(this).balance) {
            revert Controller_InsufficientNative(fee, address(this).balance);
        }
        if (REWARD_OFT.approvalRequired()) {
            REWARD_TOKEN.forceApprove(address(REWARD_OFT), param.amountLD);
        }
        (MessagingReceipt memory receipt,) =
            REWARD_OFT.send{value: fee}(param, MessagingFee(fee, 0), address(this));
        return (receipt.guid, fee);
    }

    /// @dev Opens a decision: epoch, revision, and the budget it has to keep.
    function _open(uint32 epoch, uint32 revision) private view returns (Decision memory decision) {
        uint32 current = currentEpoch();
        if (epoch == 0 && current == 0) revert Controller_NotStarted();
        if (epoch < current || epoch > current + 1) {
            revert Controller_EpochNotOpen(epoch, current);
        }
        if (epoch < lastDecided) revert Controller_EpochClosed(epoch, lastDecided);
        uint32 expected = _epochs[epoch].revision + 1;
        if (revision != expected) revert Controller_WrongRevision(expected, revision);

        decision.epoch = epoch;
        decision.revision = revision;
        decision.previousEpoch = epoch == lastDecided ? _decidedBefore : lastDecided;
        decision.budgetSD = budgetOf(epoch);
        decision.changeSD = decision.budgetSD * maxChangeBps / BPS;
    }

    /// @dev Checks the bounds and the change limit. The change is measured from the previous
    /// target brought inside the bounds of now, so that a bound that moved can always be met. A
    /// farm that was not decided in the epoch before may start anywhere in its bounds.
    function _checkShare(Decision memory decision, FarmEntry memory farm, Target calldata target)
        private
        pure
    {
        uint256 minSD = decision.budgetSD * farm.minBps / BPS;
        uint256 maxSD = decision.budgetSD * farm.maxBps / BPS;
        uint256 amountSD = target.amountSD;
        if (amountSD < minSD || amountSD > maxSD) {
            revert Controller_ShareOutOfBounds(target.eid, target.farmId, target.amountSD);
        }
        if (decision.previousEpoch == 0 || farm.previousEpoch != decision.previousEpoch) return;
        uint256 referenceSD = Math.min(Math.max(farm.previousSD, minSD), maxSD);
        uint256 changeSD = referenceSD > amountSD ? referenceSD - amountSD : amountSD - referenceSD;
        if (changeSD > decision.changeSD) {
            revert Controller_ChangeTooLarge(
                target.eid, target.farmId, farm.previousSD, target.amountSD
            );
        }
    }

    function _pendingOrder(uint32 epoch, uint32 eid)
        private
        view
        returns (ChainOrder memory order)
    {
        if (_epochs[epoch].revision == 0) {
            revert Controller_NotDecided(epoch);
        }
        if (_chainOf[eid].receiver == bytes32(0)) revert Controller_UnknownChain(eid);
        order = _orders[epoch][eid];
        if (order.revision == order.dispatchedRevision) {
            revert Controller_NothingToDispatch(epoch, eid);
        }
    }

    function _sendParam(uint32 eid, ChainOrder memory order, uint64 dueSD)
        private
        view
        returns (SendParam memory param)
    {
        uint256 count = EmissionOrder.countOf(order.encoded);
        uint256 receiveGas = RECEIVE_GAS_BASE + count * RECEIVE_GAS_PER_FARM;
        uint256 composeGas = COMPOSE_GAS_BASE + count * COMPOSE_GAS_PER_FARM;
        param.dstEid = eid;
        param.to = _chainOf[eid].receiver;
        param.amountLD = dueSD * CONVERSION_RATE;
        param.minAmountLD = param.amountLD;
        param.extraOptions =
            LzOptions.receiveAndCompose(receiveGas.toUint128(), composeGas.toUint128());
        param.composeMsg = order.encoded;
    }

    /// @dev What the chain lacks; what it got beyond its target is netted off later orders of the
    /// epoch, and stays in its pot.
    function _dueSD(ChainOrder memory order) private pure returns (uint64) {
        return order.targetSD > order.sentSD ? order.targetSD - order.sentSD : 0;
    }
}
