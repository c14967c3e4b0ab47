// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    MessagingFee,
    MessagingReceipt,
    SendParam
} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IEmissionController} from "../interfaces/IEmissionController.sol";
import {IEmissionReceiver} from "../interfaces/IEmissionReceiver.sol";
import {EmissionOrder} from "../libraries/EmissionOrder.sol";
import {Guards} from "../libraries/Guards.sol";
import {LzOptions} from "../libraries/LzOptions.sol";
import {EmissionBooks} from "./EmissionBooks.sol";
import {EmissionRegistry} from "./EmissionRegistry.sol";
import {EmissionSettings} from "./EmissionSettings.sol";

/// @title EmissionController
/// @dev Spends only what it was funded with; it can mint nothing. Orders are encoded when they are
/// decided and sent as stored, so that what travels is exactly what was checked.
contract EmissionController is EmissionRegistry, ReentrancyGuardTransient {
    using EmissionBooks for EmissionBooks.Books;
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev Gas a longer message adds to the delivery on top of the OFT's enforced options.
    uint256 private constant RECEIVE_GAS_BASE = 3_000;
    uint256 private constant RECEIVE_GAS_PER_FARM = 600;
    /// @dev A failure counts as one of the path when it leaves at least this part of the gas.
    uint256 private constant GAS_LEFT_DIVISOR = 4;

    /// @inheritdoc IEmissionController
    uint32 public immutable HUB_EID;
    /// @notice Gas of applying an order without farms.
    uint128 public immutable COMPOSE_GAS_BASE;
    /// @notice Gas of applying one farm of an order.
    uint128 public immutable COMPOSE_GAS_PER_FARM;

    constructor(Config memory config) EmissionSettings(config) {
        HUB_EID = config.hubEid;
        COMPOSE_GAS_BASE = config.composeGasBase;
        COMPOSE_GAS_PER_FARM = config.composeGasPerFarm;
    }

    /// @inheritdoc IEmissionController
    function decide(uint32 epoch, uint32 revision, Target[] calldata targets, bytes32 evidenceHash)
        external
        whenNotPaused
    {
        bool isOwner = msg.sender == owner();
        if (msg.sender != operator && !isOwner) revert Controller_OnlyOperator(msg.sender);
        _checkOpen(epoch);
        if (revision == 0 && isOwner) revision = _books.epochs[epoch].revision + 1;
        EmissionBooks.Decision memory decision = EmissionBooks.Decision({
            epoch: epoch,
            revision: revision,
            epochEnd: epochEnd(epoch),
            budgetSD: budgetOf(epoch),
            maxChangeBps: maxChangeBps,
            evidenceHash: evidenceHash,
            seq: ++seq
        });
        _books.decide(decision, targets);
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
        if (_books.epochs[epoch].revision == 0) revert Controller_NotDecided(epoch);
        for (uint256 i; i < eids.length; ++i) {
            uint32 eid = eids[i];
            // An id of no chain has no order either: nothing to dispatch, and nothing to report.
            EmissionBooks.ChainOrder storage order = _books.orders[epoch][eid];
            if (order.revision == order.dispatchedRevision) continue;
            uint256 gasBefore = gasleft();
            try this.dispatchSelf(epoch, eid) {}
            catch (bytes memory reason) {
                // Calls keep back a 64th of the gas each, so where it ran out less than a quarter
                // is left: then the caller may be to blame and not the path.
                if (gasleft() < gasBefore / GAS_LEFT_DIVISOR) {
                    revert Controller_NotEnoughGas(epoch, eid);
                }
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
    function quoteDispatch(uint32 epoch, uint32 eid) external view returns (uint256 nativeFee) {
        EmissionBooks.ChainOrder memory order = _pendingOrder(epoch, eid);
        if (eid == HUB_EID) return 0;
        return _quote(_sendParam(eid, order, Guards.dueSD(order.targetSD, order.sentSD)));
    }

    /// @dev State first: a refund or a token that calls back finds the order already sent.
    function _dispatch(uint32 epoch, uint32 eid) private {
        EmissionBooks.ChainOrder memory order = _pendingOrder(epoch, eid);
        uint64 dueSD = Guards.dueSD(order.targetSD, order.sentSD);
        EmissionBooks.EpochEntry storage entry = _books.epochs[epoch];
        entry.spentSD += dueSD;
        assert(entry.spentSD <= entry.budgetSD);
        _books.outstandingSD -= dueSD;
        EmissionBooks.ChainOrder storage stored = _books.orders[epoch][eid];
        stored.sentSD += dueSD;
        stored.dispatchedRevision = order.revision;

        (bytes32 guid, uint256 fee) =
            eid == HUB_EID ? _applyLocal(order, dueSD) : _send(eid, order, dueSD);
        emit OrderDispatched(epoch, eid, order.revision, dueSD, guid, fee, ++seq);
    }

    function _applyLocal(EmissionBooks.ChainOrder memory order, uint64 dueSD)
        private
        returns (bytes32 guid, uint256 fee)
    {
        address receiver = address(uint160(uint256(_books.chainOf[HUB_EID].receiver)));
        uint256 amount = dueSD * CONVERSION_RATE;
        REWARD_TOKEN.safeTransfer(receiver, amount);
        IEmissionReceiver(receiver).applyLocal(order.encoded, amount);
        return (bytes32(0), 0);
    }

    /// @dev Pays the fee from the own balance, because a dispatcher need not know it in advance.
    function _send(uint32 eid, EmissionBooks.ChainOrder memory order, uint64 dueSD)
        private
        returns (bytes32 guid, uint256 fee)
    {
        SendParam memory param = _sendParam(eid, order, dueSD);
        fee = _quote(param);
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

    /// @dev Which epochs may be decided now.
    function _checkOpen(uint32 epoch) private view {
        uint32 current = currentEpoch();
        if (epoch == 0 && current == 0) revert Controller_NotStarted();
        // The revenue that bounds an epoch is known once the epoch before it is over.
        uint32 latest = revenueMultipleOf(epoch) == 0 ? current + 1 : current;
        if (epoch < current || epoch > latest) revert Controller_EpochNotOpen(epoch, current);
        uint32 last = _books.lastDecided;
        if (Guards.isClosed(epoch, last)) revert Controller_EpochClosed(epoch, last);
    }

    function _pendingOrder(uint32 epoch, uint32 eid)
        private
        view
        returns (EmissionBooks.ChainOrder memory order)
    {
        if (_books.epochs[epoch].revision == 0) revert Controller_NotDecided(epoch);
        if (_books.chainOf[eid].receiver == bytes32(0)) revert Controller_UnknownChain(eid);
        order = _books.orders[epoch][eid];
        if (order.revision == order.dispatchedRevision) {
            revert Controller_NothingToDispatch(epoch, eid);
        }
    }

    function _quote(SendParam memory param) private view returns (uint256 nativeFee) {
        return REWARD_OFT.quoteSend(param, false).nativeFee;
    }

    function _sendParam(uint32 eid, EmissionBooks.ChainOrder memory order, uint64 dueSD)
        private
        view
        returns (SendParam memory param)
    {
        uint256 count = EmissionOrder.countOf(order.encoded);
        uint256 receiveGas = RECEIVE_GAS_BASE + count * RECEIVE_GAS_PER_FARM;
        uint256 composeGas = COMPOSE_GAS_BASE + count * COMPOSE_GAS_PER_FARM;
        param.dstEid = eid;
        param.to = _books.chainOf[eid].receiver;
        param.amountLD = dueSD * CONVERSION_RATE;
        param.minAmountLD = param.amountLD;
        param.extraOptions =
            LzOptions.receiveAndCompose(receiveGas.toUint128(), composeGas.toUint128());
        param.composeMsg = order.encoded;
    }
}
