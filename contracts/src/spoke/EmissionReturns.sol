// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroEndpointV2
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {
    IOFT,
    MessagingFee,
    MessagingReceipt,
    SendParam
} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {PauseRoles} from "../access/PauseRoles.sol";
import {IEmissionReceiver} from "../interfaces/IEmissionReceiver.sol";

/// @title EmissionReturns
/// @notice Part of the emission receiver: the pots of the epochs, and the ways out of them other
/// than into streams.
/// @dev Every wei held is in a pot, returnable, or surplus. The first two are counters; a balance
/// is only ever asked whether it covers them.
abstract contract EmissionReturns is IEmissionReceiver, PauseRoles, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev Two slots. 2^184 wei is far beyond what a uint64 of shared decimals converts to.
    /// `table` holds the shares of the farms that the highest revision names or that got something.
    struct EpochState {
        uint32 revision;
        uint40 epochEnd;
        uint184 pot;
        address table;
    }

    address public immutable ENDPOINT;
    address public immutable REWARD_OFT;
    address public immutable REWARD_TOKEN;
    uint32 public immutable HUB_EID;
    /// @notice Whether the controller lives on this chain.
    bool public immutable IS_HUB;
    /// @notice Wei of one unit of shared decimals.
    uint256 public immutable CONVERSION_RATE;

    /// @inheritdoc IEmissionReceiver
    uint64 public seq;
    /// @inheritdoc IEmissionReceiver
    uint32 public minValidEpoch;
    /// @inheritdoc IEmissionReceiver
    bool public paused;
    /// @inheritdoc IEmissionReceiver
    bytes32 public controller;
    /// @dev Sum of all pots.
    uint128 internal _unallocated;
    uint128 private _returnable;

    mapping(uint32 epoch => EpochState) internal _epochs;

    constructor(
        address endpoint,
        address rewardOft,
        address rewardToken,
        uint32 hubEid,
        address owner_,
        address guardian_
    ) Ownable(owner_) {
        if (endpoint == address(0) || rewardOft == address(0) || rewardToken == address(0)) {
            revert Receiver_ZeroAddress();
        }
        ENDPOINT = endpoint;
        REWARD_OFT = rewardOft;
        REWARD_TOKEN = rewardToken;
        HUB_EID = hubEid;
        IS_HUB = ILayerZeroEndpointV2(endpoint).eid() == hubEid;
        uint8 decimals = IERC20Metadata(rewardToken).decimals();
        CONVERSION_RATE = 10 ** (decimals - IOFT(rewardOft).sharedDecimals());
        _setGuardian(guardian_);
    }

    /// @inheritdoc IEmissionReceiver
    function releasePot(uint32 epoch, uint256 amount) external nonReentrant onlyOwner {
        if (amount == 0) revert Receiver_ZeroAmount();
        uint256 pot = _epochs[epoch].pot;
        if (amount > pot) revert Receiver_PotTooSmall(epoch, pot, amount);
        _epochs[epoch].pot = uint184(pot - amount);
        _unallocated -= uint128(amount);
        _returnable += uint128(amount);
        emit PotReleased(epoch, amount, pot - amount, ++seq);
    }

    /// @inheritdoc IEmissionReceiver
    function returnToHub(uint256 amount) external payable nonReentrant returns (bytes32 guid) {
        amount = _carried(amount);
        if (amount == 0) revert Receiver_ZeroAmount();
        if (amount > _returnable) revert Receiver_InsufficientReturnable(_returnable, amount);
        _returnable -= uint128(amount);
        if (IS_HUB) {
            if (msg.value != 0) revert Receiver_UnexpectedValue(msg.value);
            address to = address(uint160(uint256(controller)));
            IERC20(REWARD_TOKEN).safeTransfer(to, amount);
        } else {
            guid = _send(amount);
        }
        emit ReturnedToHub(guid, amount, ++seq);
    }

    /// @inheritdoc IEmissionReceiver
    function recover(address token, address to, uint256 amount) external nonReentrant onlyOwner {
        if (to == address(0)) revert Receiver_ZeroAddress();
        uint256 surplus = surplusOf(token);
        if (amount == 0 || amount > surplus) revert Receiver_NoSurplus(token, surplus);
        emit SurplusRecovered(token, to, amount, ++seq);
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IEmissionReceiver
    function potOf(uint32 epoch) external view returns (uint256) {
        return _epochs[epoch].pot;
    }

    /// @inheritdoc IEmissionReceiver
    function unallocated() external view returns (uint256) {
        return _unallocated;
    }

    /// @inheritdoc IEmissionReceiver
    function returnable() external view returns (uint256) {
        return _returnable;
    }

    /// @inheritdoc IEmissionReceiver
    function quoteReturn(uint256 amount)
        external
        view
        returns (uint256 nativeFee, uint256 amountSent)
    {
        amountSent = _carried(amount);
        if (!IS_HUB) {
            nativeFee = IOFT(REWARD_OFT).quoteSend(_sendParam(amountSent), false).nativeFee;
        }
    }

    /// @inheritdoc IEmissionReceiver
    function surplusOf(address token) public view returns (uint256) {
        uint256 held = IERC20(token).balanceOf(address(this));
        if (token != REWARD_TOKEN) return held;
        uint256 owed = uint256(_unallocated) + _returnable;
        return held > owed ? held - owed : 0;
    }

    /// @dev Books tokens that came for an epoch, provided that they did come: whoever writes in the
    /// OFT's name cannot have one epoch paid from what belongs to another.
    function _credit(uint32 epoch, uint256 amount) internal {
        uint256 total = _unallocated + amount;
        uint256 owed = total + _returnable;
        uint256 held = IERC20(REWARD_TOKEN).balanceOf(address(this));
        if (held < owed) revert Receiver_NotCovered(held, owed);
        EpochState storage state = _epochs[epoch];
        state.pot = (state.pot + amount).toUint184();
        _unallocated = total.toUint128();
    }

    /// @inheritdoc PauseRoles
    function _nextSeq() internal override returns (uint64) {
        return ++seq;
    }

    /// @dev The value is passed on as the fee; the endpoint refunds the caller what it exceeds.
    function _send(uint256 amount) private returns (bytes32 guid) {
        IOFT oft = IOFT(REWARD_OFT);
        if (oft.approvalRequired()) IERC20(REWARD_TOKEN).forceApprove(REWARD_OFT, amount);
        (MessagingReceipt memory receipt,) =
            oft.send{value: msg.value}(_sendParam(amount), MessagingFee(msg.value, 0), msg.sender);
        return receipt.guid;
    }

    function _sendParam(uint256 amount) private view returns (SendParam memory param) {
        param.dstEid = HUB_EID;
        param.to = controller;
        param.amountLD = amount;
        param.minAmountLD = amount;
    }

    /// @dev What the way to the hub can carry of `amount`; a transfer carries everything.
    function _carried(uint256 amount) private view returns (uint256) {
        return IS_HUB ? amount : amount - amount % CONVERSION_RATE;
    }
}
