// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroComposer
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroComposer.sol";
import {
    IOFT,
    MessagingFee,
    MessagingReceipt,
    OFTReceipt,
    SendParam
} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {OFTComposeMsgCodec} from "@layerzerolabs/oft-evm/contracts/libs/OFTComposeMsgCodec.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IFarms} from "../interfaces/IFarms.sol";
import {IPositionBridge} from "../interfaces/IPositionBridge.sol";
import {LzOptions} from "../libraries/LzOptions.sol";

/// @title PositionBridge
/// @dev Holds no tokens but open escrow and what arrived and waits for its compose. A credit is
/// paid from its own arrival: it is written, before the restake is tried, only when the tokens
/// held cover it beside everything owed. The restake gets the same gas whoever executes, and each
/// credit leaves `Escrowed` exactly once.
contract PositionBridge is IPositionBridge, ILayerZeroComposer, Ownable, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev One slot. The OFT is named once; closing stops moves from here and nothing else.
    struct Route {
        address oft;
        bool isOpen;
    }

    /// @dev Gas left for what follows the restake: taking the credit out or its long event.
    uint256 private constant GAS_RESERVE = 60_000;
    /// @dev Gas used before the restake: checks and writing the credit, all slots cold.
    uint256 private constant GAS_BEFORE_RESTAKE = 140_000;
    /// @dev Revert data kept of a failed restake; more could cost more gas than is left.
    uint256 private constant REASON_SIZE_MAX = 256;

    address public immutable ENDPOINT;
    IFarms public immutable FARMS;
    /// @notice Gas every restake gets on arrival, no more and no less.
    uint32 public immutable RESTAKE_GAS;

    /// @inheritdoc IPositionBridge
    uint64 public seq;
    /// @inheritdoc IPositionBridge
    mapping(uint32 eid => bytes32 peer) public peerOf;
    /// @inheritdoc IPositionBridge
    mapping(address token => uint256 amount) public escrowTotal;

    mapping(address token => Route) private _routes;
    /// @dev Of every OFT ever named, whether its route is open or closed.
    mapping(address oft => address token) private _tokenOf;
    mapping(bytes32 guid => Credit) private _credits;

    constructor(address endpoint, address farms, address owner_, uint32 restakeGas)
        Ownable(owner_)
    {
        if (endpoint == address(0) || farms == address(0)) {
            revert Bridge_ZeroAddress();
        }
        if (restakeGas == 0) revert Bridge_ZeroAmount();
        ENDPOINT = endpoint;
        FARMS = IFarms(farms);
        RESTAKE_GAS = restakeGas;
    }

    /// @inheritdoc IPositionBridge
    /// @dev An OFT named later could credit what others brought through the first one.
    function setRoute(address token, address oft) external onlyOwner {
        if (token == address(0)) revert Bridge_ZeroAddress();
        Route storage route = _routes[token];
        if (oft != address(0) && route.oft != oft) {
            if (route.oft != address(0)) revert Bridge_RouteFixed(route.oft, oft);
            if (_tokenOf[oft] != address(0) || IOFT(oft).token() != token) {
                revert Bridge_UnknownOft(oft);
            }
            route.oft = oft;
            _tokenOf[oft] = token;
            // Farms takes tokens only from its caller, for a stake this contract asks for.
            IERC20(token).forceApprove(address(FARMS), type(uint256).max);
        }
        route.isOpen = oft != address(0);
        emit RouteSet(token, oft, ++seq);
    }

    /// @inheritdoc IPositionBridge
    function setPeer(uint32 eid, bytes32 peer) external onlyOwner {
        peerOf[eid] = peer;
        emit PeerSet(eid, peer, ++seq);
    }

    /// @inheritdoc IPositionBridge
    function move(Move calldata request) external payable nonReentrant returns (bytes32 guid) {
        (IOFT oft, address token, SendParam memory param) = _buildMove(request);

        FARMS.exitFor(request.farmId, msg.sender, param.amountLD.toUint96());
        guid = _send(oft, token, param);
        emit MoveSent(
            guid,
            msg.sender,
            request.farmId,
            request.dstEid,
            request.dstFarmId,
            request.recipient,
            param.amountLD,
            ++seq
        );
    }

    /// @notice Takes a position that arrives. Only the endpoint, and only what an OFT named for its
    /// token composed for the bridge of the source chain. A closed route lets in what is on its
    /// way.
    /// @dev Anyone may execute a waiting compose with any gas and value: too little gas reverts
    /// and it waits on, and value sent along has no effect.
    function lzCompose(address from, bytes32 guid, bytes calldata message, address, bytes calldata)
        external
        payable
        nonReentrant
    {
        if (msg.sender != ENDPOINT) revert Bridge_OnlyEndpoint(msg.sender);
        address token = _tokenOf[from];
        if (token == address(0)) revert Bridge_UnknownOft(from);
        uint32 srcEid = OFTComposeMsgCodec.srcEid(message);
        bytes32 sender = OFTComposeMsgCodec.composeFrom(message);
        if (sender == bytes32(0) || sender != peerOf[srcEid]) {
            revert Bridge_UntrustedPeer(srcEid, sender);
        }
        if (_credits[guid].state != CreditState.None) revert Bridge_AlreadyCredited(guid);

        (address recipient, uint32 farmId) =
            abi.decode(OFTComposeMsgCodec.composeMsg(message), (address, uint32));
        Credit memory credit = Credit({
            token: token,
            state: CreditState.Escrowed,
            recipient: recipient,
            amount: OFTComposeMsgCodec.amountLD(message).toUint96(),
            srcEid: srcEid
        });
        _owe(token, credit.amount);
        _credits[guid] = credit;
        _restakeOrEscrow(guid, credit, farmId);
    }

    /// @notice Restakes a credit. Only this contract, so that a failure can be caught.
    function restakeSelf(address token, uint32 farmId, address recipient, uint96 amount) external {
        if (msg.sender != address(this)) revert Bridge_OnlySelf(msg.sender);
        _restake(token, farmId, recipient, amount);
    }

    /// @inheritdoc IPositionBridge
    function retry(bytes32 guid, uint32 farmId) external nonReentrant {
        Credit memory credit = _leaveEscrow(guid, CreditState.Restaked);
        _restake(credit.token, farmId, credit.recipient, credit.amount);
        emit MoveRestaked(guid, credit.recipient, farmId, credit.amount, true, ++seq);
    }

    /// @inheritdoc IPositionBridge
    function withdrawEscrow(bytes32 guid, address to) external nonReentrant {
        if (to == address(0)) revert Bridge_ZeroAddress();
        Credit memory credit = _leaveEscrow(guid, CreditState.Withdrawn);
        emit EscrowWithdrawn(guid, credit.recipient, to, credit.amount, ++seq);
        IERC20(credit.token).safeTransfer(to, credit.amount);
    }

    /// @inheritdoc IPositionBridge
    function returnEscrow(bytes32 guid, uint32 dstEid, address to)
        external
        payable
        nonReentrant
        returns (bytes32 newGuid)
    {
        Credit memory credit = _leaveEscrow(guid, CreditState.Returned);
        (IOFT oft, SendParam memory param) = _buildReturn(credit, dstEid, to);
        newGuid = _send(oft, credit.token, param);
        emit EscrowReturned(guid, credit.recipient, newGuid, dstEid, to, credit.amount, ++seq);
    }

    /// @notice Always refused: without an owner no route could be opened or closed.
    function renounceOwnership() public view override onlyOwner {
        revert Bridge_RenounceDisabled();
    }

    /// @inheritdoc IPositionBridge
    function oftOf(address token) external view returns (address) {
        Route memory route = _routes[token];
        return route.isOpen ? route.oft : address(0);
    }

    /// @inheritdoc IPositionBridge
    function creditOf(bytes32 guid) external view returns (Credit memory) {
        return _credits[guid];
    }

    /// @inheritdoc IPositionBridge
    function quoteMove(Move calldata request)
        external
        view
        returns (uint256 nativeFee, uint256 amountSent)
    {
        (IOFT oft,, SendParam memory param) = _buildMove(request);
        return (oft.quoteSend(param, false).nativeFee, param.amountLD);
    }

    /// @inheritdoc IPositionBridge
    function quoteReturn(bytes32 guid, uint32 dstEid, address to)
        external
        view
        returns (uint256 nativeFee)
    {
        Credit memory credit = _credits[guid];
        if (credit.state != CreditState.Escrowed) {
            revert Bridge_NotEscrowed(guid, credit.state);
        }
        (IOFT oft, SendParam memory param) = _buildReturn(credit, dstEid, to);
        return oft.quoteSend(param, false).nativeFee;
    }

    /// @dev The restake gets a fixed stipend, so whoever executes cannot choose its outcome by
    /// choosing the gas; with less than that the whole compose reverts and waits for a retry.
    function _restakeOrEscrow(bytes32 guid, Credit memory credit, uint32 farmId) private {
        uint256 required = uint256(RESTAKE_GAS) * 64 / 63 + GAS_RESERVE;
        if (gasleft() <= required) revert Bridge_NotEnoughGas(gasleft(), required);

        (bool ok, bytes memory reason) = _callSelf(
            RESTAKE_GAS,
            abi.encodeCall(
                this.restakeSelf, (credit.token, farmId, credit.recipient, credit.amount)
            )
        );
        if (ok) {
            _credits[guid].state = CreditState.Restaked;
            escrowTotal[credit.token] -= credit.amount;
            emit MoveRestaked(guid, credit.recipient, farmId, credit.amount, false, ++seq);
            return;
        }
        emit MoveEscrowed(
            guid,
            credit.recipient,
            farmId,
            credit.token,
            credit.amount,
            credit.srcEid,
            reason,
            ++seq
        );
    }

    /// @dev Counts what arrived as owed, provided that it did arrive: an OFT, or who writes in its
    /// name, cannot have a credit paid from what belongs to somebody else.
    function _owe(address token, uint256 amount) private {
        uint256 owed = escrowTotal[token] + amount;
        uint256 held = IERC20(token).balanceOf(address(this));
        if (held < owed) revert Bridge_NotCovered(token, held, owed);
        escrowTotal[token] = owed;
    }

    function _restake(address token, uint32 farmId, address recipient, uint96 amount) private {
        if (FARMS.stakeTokenOf(farmId) != token) revert Bridge_WrongToken(farmId, token);
        FARMS.stakeFor(farmId, recipient, amount);
    }

    /// @dev The one way out of escrow; only the recipient.
    function _leaveEscrow(bytes32 guid, CreditState to) private returns (Credit memory credit) {
        credit = _credits[guid];
        if (credit.state != CreditState.Escrowed) {
            revert Bridge_NotEscrowed(guid, credit.state);
        }
        if (msg.sender != credit.recipient) {
            revert Bridge_OnlyRecipient(msg.sender, credit.recipient);
        }
        _credits[guid].state = to;
        escrowTotal[credit.token] -= credit.amount;
    }

    /// @dev The value is passed on as the fee; the endpoint refunds the caller what it exceeds.
    function _send(IOFT oft, address token, SendParam memory param) private returns (bytes32 guid) {
        bool needsApproval = oft.approvalRequired();
        if (needsApproval) IERC20(token).forceApprove(address(oft), param.amountLD);
        (MessagingReceipt memory receipt,) =
            oft.send{value: msg.value}(param, MessagingFee(msg.value, 0), msg.sender);
        // What it did not take it must not take later, from somebody else's escrow.
        if (needsApproval) IERC20(token).forceApprove(address(oft), 0);
        return receipt.guid;
    }

    /// @dev A call of this contract to itself that keeps at most `REASON_SIZE_MAX` of what comes
    /// back: a stake token could return more than copying has gas for.
    function _callSelf(uint256 gasLimit, bytes memory data)
        private
        returns (bool ok, bytes memory reason)
    {
        uint256 sizeMax = REASON_SIZE_MAX;
        assembly ("memory-safe") {
            ok := call(gasLimit, address(), 0, add(data, 32), mload(data), 0, 0)
            let size := returndatasize()
            if gt(size, sizeMax) { size := sizeMax }
            reason := mload(0x40)
            mstore(reason, size)
            returndatacopy(add(reason, 32), 0, size)
            // The size need not be a multiple of a word; the free pointer has to be.
            mstore(0x40, and(add(add(reason, size), 63), not(31)))
        }
    }

    function _buildMove(Move calldata request)
        private
        view
        returns (IOFT oft, address token, SendParam memory param)
    {
        if (request.recipient == address(0)) revert Bridge_ZeroAddress();
        token = FARMS.stakeTokenOf(request.farmId);
        Route memory route = _routes[token];
        if (!route.isOpen) revert Bridge_NoRoute(token);
        oft = IOFT(route.oft);
        bytes32 peer = peerOf[request.dstEid];
        if (peer == bytes32(0)) revert Bridge_NoPeer(request.dstEid);

        uint256 composeGas = uint256(RESTAKE_GAS) * 64 / 63 + GAS_RESERVE + GAS_BEFORE_RESTAKE;
        param.dstEid = request.dstEid;
        param.to = peer;
        param.amountLD = request.amount;
        param.extraOptions = LzOptions.compose(composeGas.toUint128());
        param.composeMsg = abi.encode(request.recipient, request.dstFarmId);
        _floor(oft, param);
        if (param.amountLD == 0) revert Bridge_ZeroAmount();
    }

    function _buildReturn(Credit memory credit, uint32 dstEid, address to)
        private
        view
        returns (IOFT oft, SendParam memory param)
    {
        if (to == address(0)) revert Bridge_ZeroAddress();
        // A credit came through the one OFT of its token; it may return when the route is closed.
        oft = IOFT(_routes[credit.token].oft);
        param.dstEid = dstEid;
        param.to = bytes32(uint256(uint160(to)));
        param.amountLD = credit.amount;
        _floor(oft, param);
        if (param.amountLD != credit.amount) {
            revert Bridge_DustStaysEscrowed(credit.amount - param.amountLD);
        }
    }

    /// @dev Floors the amount to what the OFT can carry. The minimum equals the amount: an OFT
    /// that takes a fee on the way is refused by its own slippage check.
    function _floor(IOFT oft, SendParam memory param) private view {
        (,, OFTReceipt memory receipt) = oft.quoteOFT(param);
        param.amountLD = receipt.amountSentLD;
        param.minAmountLD = receipt.amountSentLD;
    }
}
