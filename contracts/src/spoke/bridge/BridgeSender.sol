// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    IOFT,
    MessagingFee,
    MessagingReceipt,
    SendParam
} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {BridgeWiring} from "./BridgeWiring.sol";

/// @title BridgeSender
/// @notice Hands tokens of the bridge to their OFT, and the gas that an arrival gets.
abstract contract BridgeSender is BridgeWiring {
    using SafeERC20 for IERC20;

    /// @dev Gas left for what follows a call with a stipend: booking the escrow and its long event.
    uint256 internal constant GAS_RESERVE = 112_000;
    /// @dev Gas used before the restake: the endpoint, checks and the credit, all slots cold.
    uint256 internal constant GAS_BEFORE_RESTAKE = 75_000;
    /// @dev Revert data kept of a call; more could cost more gas than is left.
    uint256 private constant REASON_SIZE_MAX = 256;

    /// @notice Gas every restake gets on arrival, no more and no less.
    uint32 public immutable RESTAKE_GAS;

    constructor(uint32 restakeGas) {
        if (restakeGas == 0) revert Bridge_ZeroAmount();
        RESTAKE_GAS = restakeGas;
    }

    /// @dev What it exceeds the fee of `value` the endpoint pays to `refundTo`.
    function _send(
        address token,
        address oft,
        SendParam memory param,
        uint256 value,
        address refundTo
    ) internal returns (MessagingReceipt memory receipt) {
        bool needsApproval = IOFT(oft).approvalRequired();
        if (needsApproval) IERC20(token).forceApprove(oft, param.amountLD);
        (receipt,) = IOFT(oft).send{value: value}(param, MessagingFee(value, 0), refundTo);
        // What it did not take it must not take later, from somebody else's escrow.
        if (needsApproval) IERC20(token).forceApprove(oft, 0);
    }

    /// @dev A call that gets `RESTAKE_GAS` whoever executes, so that nobody chooses its outcome by
    /// choosing the gas, and that keeps at most `REASON_SIZE_MAX` of what comes back: a stake token
    /// could return more than copying has gas for.
    function _callWithStipend(address target, bytes memory data)
        internal
        returns (bool ok, bytes memory reason)
    {
        uint256 required = _gasForStipend();
        if (gasleft() <= required) revert Bridge_NotEnoughGas(gasleft(), required);
        uint256 stipend = RESTAKE_GAS;
        uint256 sizeMax = REASON_SIZE_MAX;
        assembly ("memory-safe") {
            ok := call(stipend, target, 0, add(data, 32), mload(data), 0, 0)
            let size := returndatasize()
            if gt(size, sizeMax) { size := sizeMax }
            reason := mload(0x40)
            mstore(reason, size)
            returndatacopy(add(reason, 32), 0, size)
            // The size need not be a multiple of a word; the free pointer has to be.
            mstore(0x40, and(add(add(reason, size), 63), not(31)))
        }
    }

    function _quote(address oft, SendParam memory param) internal view returns (uint256) {
        return IOFT(oft).quoteSend(param, false).nativeFee;
    }

    /// @dev A call passes on at most 63 of 64 parts of the gas.
    function _gasForStipend() internal view returns (uint256) {
        return uint256(RESTAKE_GAS) * 64 / 63 + GAS_RESERVE;
    }

    /// @dev Plain tokens, for which the options that the OFT enforces pay. The minimum equals the
    /// amount: an OFT that takes a fee on the way is refused by its own slippage check.
    function _plainParam(uint32 dstEid, address to, uint256 amount)
        internal
        pure
        returns (SendParam memory param)
    {
        param.dstEid = dstEid;
        param.to = bytes32(uint256(uint160(to)));
        param.amountLD = amount;
        param.minAmountLD = amount;
    }
}
