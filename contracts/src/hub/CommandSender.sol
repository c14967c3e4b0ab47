// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    MessagingFee,
    MessagingReceipt,
    OAppCore,
    OAppSender
} from "@layerzerolabs/oapp-evm/contracts/oapp/OAppSender.sol";
import {Origin} from "@layerzerolabs/oapp-evm/contracts/oapp/OAppReceiver.sol";
import {OAppOptionsType3} from "@layerzerolabs/oapp-evm/contracts/oapp/libs/OAppOptionsType3.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ICommandSender} from "../interfaces/ICommandSender.sol";
import {Commands} from "../libraries/Commands.sol";
import {LzOptions} from "../libraries/LzOptions.sol";

/// @title CommandSender
/// @dev Refuses what a receiver could not read, so that a typing error is found while the proposal
/// is simulated and not on another chain.
contract CommandSender is ICommandSender, OAppSender, OAppOptionsType3 {
    using SafeCast for uint256;

    /// @dev The one type of message there is, under which the enforced options are kept.
    uint16 private constant MESSAGE_TYPE = 1;

    /// @inheritdoc ICommandSender
    uint64 public seq;
    /// @inheritdoc ICommandSender
    uint256 public feeCap;
    /// @inheritdoc ICommandSender
    mapping(uint32 eid => uint64 no) public lastNo;

    constructor(address endpoint_, address owner_, uint256 feeCap_)
        OAppCore(endpoint_, owner_)
        Ownable(owner_)
    {
        _setFeeCap(feeCap_);
    }

    /// @notice Takes native money for fees, and what the endpoint refunds.
    receive() external payable {}

    /// @inheritdoc ICommandSender
    function send(uint32 eid, bytes calldata command) external onlyOwner returns (bytes32 guid) {
        return _sendCommand(eid, command);
    }

    /// @inheritdoc ICommandSender
    function sendMany(uint32[] calldata eids, bytes[] calldata commands) external onlyOwner {
        if (eids.length != commands.length) {
            revert CommandSender_LengthMismatch(eids.length, commands.length);
        }
        for (uint256 i; i < eids.length; ++i) {
            _sendCommand(eids[i], commands[i]);
        }
    }

    /// @inheritdoc ICommandSender
    function setFeeCap(uint256 feeCap_) external onlyOwner {
        _setFeeCap(feeCap_);
    }

    /// @inheritdoc ICommandSender
    function withdrawNative(address payable to, uint256 amount) external onlyOwner {
        if (to == address(0)) revert CommandSender_ZeroAddress();
        if (amount > address(this).balance) {
            revert CommandSender_InsufficientNative(amount, address(this).balance);
        }
        emit NativeWithdrawn(to, amount, ++seq);
        Address.sendValue(to, amount);
    }

    /// @notice Always refused: this contract only sends.
    function lzReceive(Origin calldata, bytes32, bytes calldata, address, bytes calldata)
        external
        payable
    {
        revert CommandSender_TakesNoMessages();
    }

    /// @notice Tells the endpoint that no path leads here, so that none can even be verified.
    function allowInitializePath(Origin calldata) external pure returns (bool) {
        return false;
    }

    /// @notice Always refused: without an owner no chain could be told anything again.
    function renounceOwnership() public view override onlyOwner {
        revert CommandSender_RenounceDisabled();
    }

    /// @inheritdoc ICommandSender
    function quote(uint32 eid, bytes calldata command) external view returns (uint256 nativeFee) {
        (bytes memory message, bytes memory options) = _build(eid, lastNo[eid] + 1, command);
        return _quote(eid, message, options, false).nativeFee;
    }

    function _sendCommand(uint32 eid, bytes calldata command) private returns (bytes32 guid) {
        uint64 no = ++lastNo[eid];
        (bytes memory message, bytes memory options) = _build(eid, no, command);
        MessagingFee memory fee = _quote(eid, message, options, false);
        MessagingReceipt memory receipt = _lzSend(eid, message, options, fee, address(this));
        emit CommandSent(
            eid, no, Commands.kindOf(command), receipt.guid, command, fee.nativeFee, ++seq
        );
        return receipt.guid;
    }

    function _setFeeCap(uint256 feeCap_) private {
        feeCap = feeCap_;
        emit FeeCapSet(feeCap_, ++seq);
    }

    /// @dev The fee comes from the own balance, because a proposal cannot know it in advance.
    function _payNative(uint256 fee) internal view override returns (uint256) {
        if (fee > feeCap) revert CommandSender_FeeTooHigh(fee, feeCap);
        if (fee > address(this).balance) {
            revert CommandSender_InsufficientNative(fee, address(this).balance);
        }
        return fee;
    }

    /// @dev The enforced options pay for taking any command, the rest for carrying this one out.
    /// The 64th that the receiver has to keep back from its call to itself comes on top.
    function _build(uint32 eid, uint64 no, bytes calldata command)
        private
        view
        returns (bytes memory message, bytes memory options)
    {
        if (!Commands.isWellFormed(command)) revert CommandSender_Malformed(eid, command);
        bytes memory enforced = enforcedOptions[eid][MESSAGE_TYPE];
        if (enforced.length == 0) revert CommandSender_NoEnforcedOptions(eid);
        uint256 executeGas = Commands.gasOf(Commands.kindOf(command)) * 64 / 63 + 1;
        options = LzOptions.addReceive(enforced, executeGas.toUint128());
        message = Commands.wrap(eid, no, command);
    }
}
