// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessagingReceipt, SendParam} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IFarms} from "../../interfaces/IFarms.sol";
import {IPositionBridge} from "../../interfaces/IPositionBridge.sol";
import {LzOptions} from "../../libraries/LzOptions.sol";
import {MovePayload} from "../../libraries/MovePayload.sol";
import {BridgeSender} from "./BridgeSender.sol";

/// @title BridgeDepartures
/// @notice Moves that leave this chain.
abstract contract BridgeDepartures is BridgeSender {
    /// @dev A move whose checks passed.
    struct Departure {
        address token;
        address oft;
        SendParam param;
    }

    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant DOMAIN_NAME = keccak256("Headwater PositionBridge");
    bytes32 private constant DOMAIN_VERSION = keccak256("2");
    bytes32 private constant MOVE_TYPEHASH = keccak256(
        "MovePosition(address user,uint32 farmId,uint96 amount,uint32 dstEid,uint32 dstFarmId,"
        "address recipient,bool carryRewards,uint256 nonce,uint256 deadline)"
    );

    /// @inheritdoc IPositionBridge
    mapping(address user => uint256 nonce) public nonceOf;

    /// @inheritdoc IPositionBridge
    function move(Move calldata request) external payable nonReentrant returns (bytes32 guid) {
        return _move(msg.sender, request, msg.value);
    }

    /// @inheritdoc IPositionBridge
    function moveMany(Move[] calldata requests, uint256[] calldata fees)
        external
        payable
        nonReentrant
        returns (bytes32[] memory guids)
    {
        if (requests.length != fees.length) {
            revert Bridge_LengthMismatch(requests.length, fees.length);
        }
        uint256 sum;
        for (uint256 i; i < fees.length; ++i) {
            sum += fees[i];
        }
        if (sum != msg.value) revert Bridge_WrongValue(sum, msg.value);
        guids = new bytes32[](requests.length);
        for (uint256 i; i < requests.length; ++i) {
            guids[i] = _move(msg.sender, requests[i], fees[i]);
        }
    }

    /// @inheritdoc IPositionBridge
    function moveBySig(
        address user,
        Move calldata request,
        uint256 deadline,
        bytes calldata signature
    ) external payable nonReentrant returns (bytes32 guid) {
        if (block.timestamp > deadline) revert Bridge_Expired(deadline);
        bytes32 digest = MessageHashUtils.toTypedDataHash(
            DOMAIN_SEPARATOR(),
            keccak256(abi.encode(MOVE_TYPEHASH, user, request, _useNonce(user), deadline))
        );
        if (!SignatureChecker.isValidSignatureNowCalldata(user, digest, signature)) {
            revert Bridge_BadSignature(user);
        }
        return _move(user, request, msg.value);
    }

    /// @inheritdoc IPositionBridge
    function useNonce() external {
        _useNonce(msg.sender);
    }

    /// @inheritdoc IPositionBridge
    function quoteMove(address user, Move calldata request)
        external
        view
        returns (Quote memory quote)
    {
        Departure memory departure = _prepare(request);
        IFarms.Carry memory carry;
        departure.param.composeMsg = _payloadOf(user, request, carry);
        quote.moveFee = _quote(departure.oft, departure.param);
        quote.amountSent = departure.param.amountLD;
        if (!request.carryRewards) return quote;

        Route storage route = _openRouteOf(REWARD_TOKEN);
        uint256 earned = FARMS.earned(request.farmId, user);
        quote.rewardsSent = earned - earned % route.unit;
        quote.rewardFee =
            _quote(route.oft, _plainParam(request.dstEid, request.recipient, quote.rewardsSent));
    }

    /// @inheritdoc IPositionBridge
    /// @dev Computed each time: the number of a chain can change.
    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPEHASH, DOMAIN_NAME, DOMAIN_VERSION, block.chainid, address(this))
        );
    }

    /// @dev The caller pays `fee` and is refunded what it exceeds. The rewards leave first, because
    /// what they leave of the fee pays for the principal.
    function _move(address user, Move calldata request, uint256 fee)
        private
        returns (bytes32 guid)
    {
        if (paused) revert Bridge_IsPaused();
        Departure memory departure = _prepare(request);
        uint256 amount = departure.param.amountLD;
        _useOutflow(departure.token, request.dstEid, amount);
        IFarms.Carry memory carry = FARMS.exitFor(request.farmId, user, uint96(amount));
        departure.param.composeMsg = _payloadOf(user, request, carry);

        bytes32 rewardGuid;
        uint256 rewards;
        if (request.carryRewards) (rewardGuid, rewards, fee) = _sendRewards(user, request, fee);
        guid = _send(departure.token, departure.oft, departure.param, fee, msg.sender).guid;
        _emitSent(guid, user, request, amount, carry);
        if (rewards == 0) return guid;
        emit RewardsSent(
            rewardGuid,
            guid,
            user,
            request.farmId,
            request.dstEid,
            request.recipient,
            rewards,
            _nextSeq()
        );
    }

    function _emitSent(
        bytes32 guid,
        address user,
        Move calldata request,
        uint256 amount,
        IFarms.Carry memory carry
    ) private {
        emit MoveSent(
            guid,
            user,
            request.farmId,
            request.dstEid,
            request.dstFarmId,
            request.recipient,
            amount,
            carry,
            _nextSeq()
        );
    }

    /// @dev Sends what `user` earned, as plain tokens.
    /// @return guid Packet that carries them; nothing when no whole unit is due.
    /// @return amount Wei sent.
    /// @return feeLeft What is left of `fee`, which the endpoint paid back to this contract.
    function _sendRewards(address user, Move calldata request, uint256 fee)
        private
        returns (bytes32 guid, uint256 amount, uint256 feeLeft)
    {
        Route storage route = _openRouteOf(REWARD_TOKEN);
        amount = FARMS.claimToBridge(request.farmId, user, route.unit);
        if (amount == 0) return (0, 0, fee);
        _useOutflow(REWARD_TOKEN, request.dstEid, amount);
        MessagingReceipt memory receipt = _send(
            REWARD_TOKEN,
            route.oft,
            _plainParam(request.dstEid, request.recipient, amount),
            fee,
            address(this)
        );
        return (receipt.guid, amount, fee - receipt.fee.nativeFee);
    }

    function _useNonce(address user) private returns (uint256 nonce) {
        nonce = nonceOf[user]++;
        emit NonceUsed(user, nonce, _nextSeq());
    }

    /// @dev Everything of a send but the payload, which may name what only the exit tells.
    function _prepare(Move calldata request) private view returns (Departure memory departure) {
        bytes32 peer = peerOf[request.dstEid];
        if (request.recipient == address(0)) revert Bridge_ZeroAddress();
        departure.token = _stakeTokenOf(request.farmId);
        Route storage route = _openRouteOf(departure.token);
        if (peer == bytes32(0)) revert Bridge_NoPeer(request.dstEid);
        if (bytes32(uint256(uint160(request.recipient))) == peer) {
            revert Bridge_BadRecipient(request.recipient);
        }
        uint256 amount = request.amount - request.amount % route.unit;
        if (amount == 0) revert Bridge_ZeroAmount();

        departure.oft = route.oft;
        departure.param = _plainParam(request.dstEid, address(uint160(uint256(peer))), amount);
        departure.param.extraOptions =
            LzOptions.compose(uint128(_gasForStipend() + GAS_BEFORE_RESTAKE));
    }

    function _payloadOf(address user, Move calldata request, IFarms.Carry memory carry)
        private
        pure
        returns (bytes memory)
    {
        return MovePayload.encode(
            MovePayload.Payload(user, request.recipient, request.dstFarmId, carry)
        );
    }
}
