// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SendParam} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IFarms} from "../../interfaces/IFarms.sol";
import {IPositionBridge} from "../../interfaces/IPositionBridge.sol";
import {Credits} from "../../libraries/Credits.sol";
import {BridgeArrivals} from "./BridgeArrivals.sol";

/// @title BridgeEscrow
/// @notice The three exits of what could not be restaked. A lock that still runs goes on with a
/// retry, and is paid off on the other two.
abstract contract BridgeEscrow is BridgeArrivals {
    using SafeERC20 for IERC20;

    uint256 private constant BPS = 10_000;

    /// @inheritdoc IPositionBridge
    function retry(bytes32 guid, address token, uint32 farmId) external nonReentrant {
        Credit storage credit = _leaveEscrow(guid, token, CreditState.Restaked);
        uint256 amount = credit.amount;
        emit MoveRestaked(guid, msg.sender, farmId, token, amount, true, _nextSeq());
        _restake(token, farmId, msg.sender, amount, credit.carry, true);
    }

    /// @inheritdoc IPositionBridge
    function withdrawEscrow(bytes32 guid, address token, address to) external nonReentrant {
        if (to == address(0)) revert Bridge_ZeroAddress();
        Credit storage credit = _leaveEscrow(guid, token, CreditState.Withdrawn);
        uint256 amount = credit.amount;
        uint256 fee = _payFee(guid, token, credit);
        emit EscrowWithdrawn(guid, msg.sender, token, to, amount, fee, _nextSeq());
        IERC20(token).safeTransfer(to, amount - fee);
    }

    /// @inheritdoc IPositionBridge
    function returnEscrow(bytes32 guid, address token, uint32 dstEid, address to)
        external
        payable
        nonReentrant
        returns (bytes32 newGuid)
    {
        Credit storage credit = _leaveEscrow(guid, token, CreditState.Returned);
        (address oft, SendParam memory param) = _prepareReturn(token, credit, dstEid, to);
        uint256 fee = _payFee(guid, token, credit);
        uint256 dust = credit.amount - fee - param.amountLD;
        newGuid = _send(token, oft, param, msg.value, msg.sender).guid;
        emit EscrowReturned(
            guid, msg.sender, token, newGuid, dstEid, to, credit.amount, fee, dust, _nextSeq()
        );
        if (dust != 0) IERC20(token).safeTransfer(msg.sender, dust);
    }

    /// @inheritdoc IPositionBridge
    function assignEscrow(bytes32 guid, address token, address recipient) external onlyOwner {
        if (recipient == address(0)) revert Bridge_ZeroAddress();
        Credit storage credit = _escrowedOf(guid, token);
        if (credit.recipient != address(0)) {
            revert Bridge_NotUnassigned(guid, credit.recipient);
        }
        credit.recipient = recipient;
        emit EscrowAssigned(guid, token, recipient, _nextSeq());
    }

    /// @inheritdoc IPositionBridge
    function quoteReturn(bytes32 guid, address token, uint32 dstEid, address to)
        external
        view
        returns (uint256 nativeFee)
    {
        (address oft, SendParam memory param) =
            _prepareReturn(token, _escrowedOf(guid, token), dstEid, to);
        return _quote(oft, param);
    }

    /// @dev The one way out of escrow; only the recipient.
    function _leaveEscrow(bytes32 guid, address token, CreditState to)
        private
        returns (Credit storage credit)
    {
        credit = _escrowedOf(guid, token);
        if (msg.sender != credit.recipient) {
            revert Bridge_OnlyRecipient(msg.sender, credit.recipient);
        }
        credit.state = to;
        escrowTotal[token] -= credit.amount;
    }

    /// @dev Gives the fee of a running lock to the farm it was sent to, or to the treasury when
    /// that farm cannot take it. Only a farm of the same token is asked: another would be paid
    /// from what belongs to others.
    function _payFee(bytes32 guid, address token, Credit storage credit)
        private
        returns (uint256 fee)
    {
        fee = _feeOf(credit);
        if (fee == 0) return 0;
        bool toFarm;
        if (fee <= type(uint96).max && _stakeTokenOf(credit.farmId) == token) {
            (toFarm,) = _callWithStipend(
                address(FARMS),
                abi.encodeCall(IFarms.takeFee, (credit.farmId, msg.sender, uint96(fee)))
            );
        }
        emit EscrowFeePaid(guid, token, credit.farmId, fee, toFarm, _nextSeq());
        if (!toFarm) IERC20(token).safeTransfer(FARMS.TREASURY(), fee);
    }

    /// @dev A credit came through the one OFT of its token; it may return when the route is closed.
    function _prepareReturn(address token, Credit storage credit, uint32 dstEid, address to)
        private
        view
        returns (address oft, SendParam memory param)
    {
        if (to == address(0)) revert Bridge_ZeroAddress();
        Route storage route = _routes[token];
        uint256 net = credit.amount - _feeOf(credit);
        uint256 amount = net - net % route.unit;
        if (amount == 0) revert Bridge_ZeroAmount();
        return (route.oft, _plainParam(dstEid, to, amount));
    }

    function _escrowedOf(bytes32 guid, address token) private view returns (Credit storage credit) {
        credit = _credits[guid][token];
        if (!Credits.isEscrowed(credit.state)) revert Bridge_NotEscrowed(guid, credit.state);
    }

    /// @dev Rounded up.
    function _feeOf(Credit storage credit) private view returns (uint256) {
        if (credit.carry.lockEnd <= block.timestamp) return 0;
        return (credit.amount * credit.carry.feeBps + BPS - 1) / BPS;
    }
}
