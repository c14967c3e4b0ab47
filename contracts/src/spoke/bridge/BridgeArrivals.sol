// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroComposer
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroComposer.sol";
import {OFTComposeMsgCodec} from "@layerzerolabs/oft-evm/contracts/libs/OFTComposeMsgCodec.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IFarms} from "../../interfaces/IFarms.sol";
import {IPositionBridge} from "../../interfaces/IPositionBridge.sol";
import {Credits} from "../../libraries/Credits.sol";
import {MovePayload} from "../../libraries/MovePayload.sol";
import {BridgeSender} from "./BridgeSender.sol";

/// @title BridgeArrivals
/// @notice Positions that arrive: restaked, or escrowed when the farm does not take them.
abstract contract BridgeArrivals is ILayerZeroComposer, BridgeSender {
    using SafeCast for uint256;

    struct Arrival {
        bytes32 guid;
        address token;
        uint32 srcEid;
        uint256 amount;
        MovePayload.Payload payload;
    }

    /// @dev Code of an account that lent its address to a contract starts so (EIP-7702), and that
    /// of no contract can.
    bytes3 private constant DELEGATION_PREFIX = 0xef0100;

    /// @inheritdoc IPositionBridge
    mapping(address token => uint256 amount) public escrowTotal;

    mapping(bytes32 guid => mapping(address token => Credit)) internal _credits;

    /// @notice Takes a position that arrives. Only the endpoint, and only what an OFT named for its
    /// token composed for the bridge of the source chain. A closed route and a pause let in what is
    /// on its way.
    /// @dev Anyone may execute a waiting compose with any gas and value: too little gas reverts
    /// and it waits on, and value sent along has no effect. A payload that cannot be read is
    /// escrowed for nobody until the owner tells whose it is, by the `MoveSent` of the other chain:
    /// refusing it would strand the tokens for ever.
    function lzCompose(address from, bytes32 guid, bytes calldata message, address, bytes calldata)
        external
        payable
        nonReentrant
    {
        if (msg.sender != ENDPOINT) revert Bridge_OnlyEndpoint(msg.sender);
        Arrival memory arrival = _arrivalOf(from, guid, message);
        bool isReadable;
        (isReadable, arrival.payload) = MovePayload.decode(OFTComposeMsgCodec.composeMsg(message));

        _credits[guid][arrival.token].state = CreditState.Restaked;
        if (isReadable) _restakeOrEscrow(arrival);
        else _escrow(arrival, abi.encodeWithSelector(Bridge_BadPayload.selector));
    }

    /// @notice Restakes what arrives. Only this contract, so that a failure can be caught.
    /// @dev Farms refuses what another account sends where it could lock or dilute a position; it
    /// waits in escrow for the recipient to take it.
    function restakeSelf(address token, uint256 amount, MovePayload.Payload calldata payload)
        external
    {
        if (msg.sender != address(this)) revert Bridge_OnlySelf(msg.sender);
        bool isOwners = payload.sender == payload.recipient && _isOwnedAlike(payload.recipient);
        _restake(token, payload.farmId, payload.recipient, amount, payload.carry, isOwners);
    }

    /// @inheritdoc IPositionBridge
    function creditOf(bytes32 guid, address token) external view returns (Credit memory) {
        return _credits[guid][token];
    }

    function _restake(
        address token,
        uint32 farmId,
        address recipient,
        uint256 amount,
        IFarms.Carry memory carry,
        bool isOwners
    ) internal {
        if (_stakeTokenOf(farmId) != token) {
            revert Bridge_WrongToken(farmId, token);
        }
        FARMS.stakeArrival(farmId, recipient, amount.toUint96(), carry, isOwners);
    }

    function _restakeOrEscrow(Arrival memory arrival) private {
        (bool ok, bytes memory reason) = _callWithStipend(
            address(this),
            abi.encodeCall(this.restakeSelf, (arrival.token, arrival.amount, arrival.payload))
        );
        if (!ok) return _escrow(arrival, reason);
        emit MoveRestaked(
            arrival.guid,
            arrival.payload.recipient,
            arrival.payload.farmId,
            arrival.token,
            arrival.amount,
            false,
            _nextSeq()
        );
    }

    /// @dev Books what was not restaked as owed.
    function _escrow(Arrival memory arrival, bytes memory reason) private {
        IFarms.Carry memory carry = arrival.payload.carry;
        Credit storage credit = _credits[arrival.guid][arrival.token];
        credit.recipient = arrival.payload.recipient;
        credit.state = CreditState.Escrowed;
        credit.srcEid = arrival.srcEid;
        credit.farmId = arrival.payload.farmId;
        credit.amount = arrival.amount;
        credit.carry = carry;
        escrowTotal[arrival.token] += arrival.amount;
        emit MoveEscrowed(
            arrival.guid,
            arrival.payload.recipient,
            arrival.payload.farmId,
            arrival.token,
            arrival.amount,
            arrival.srcEid,
            carry,
            reason,
            _nextSeq()
        );
    }

    /// @dev What arrives, once it is sure that a bridge sent it, that it is new, and that it
    /// brought its tokens: an OFT, or who writes in its name, cannot have a credit paid from what
    /// belongs to somebody else.
    function _arrivalOf(address from, bytes32 guid, bytes calldata message)
        private
        view
        returns (Arrival memory arrival)
    {
        arrival.guid = guid;
        arrival.token = _tokenOf[from];
        if (arrival.token == address(0)) revert Bridge_UnknownOft(from);
        arrival.srcEid = OFTComposeMsgCodec.srcEid(message);
        bytes32 sender = OFTComposeMsgCodec.composeFrom(message);
        if (sender == bytes32(0) || sender != peerOf[arrival.srcEid]) {
            revert Bridge_UntrustedPeer(arrival.srcEid, sender);
        }
        if (!Credits.isNew(_credits[guid][arrival.token].state)) {
            revert Bridge_AlreadyCredited(guid);
        }
        arrival.amount = OFTComposeMsgCodec.amountLD(message);
        uint256 owed = escrowTotal[arrival.token] + arrival.amount;
        uint256 held = IERC20(arrival.token).balanceOf(address(this));
        if (!Credits.isCovered(held, owed)) revert Bridge_NotCovered(arrival.token, held, owed);
    }

    /// @dev Whether one key owns `account` on every chain. A contract at the same address elsewhere
    /// may be somebody else's, who must not act for this one.
    function _isOwnedAlike(address account) private view returns (bool) {
        bytes32 start;
        assembly ("memory-safe") {
            extcodecopy(account, 0, 0, 32)
            start := mload(0)
        }
        return account.code.length == 0 || bytes3(start) == DELEGATION_PREFIX;
    }
}
