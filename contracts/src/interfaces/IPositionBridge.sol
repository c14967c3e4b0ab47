// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IPositionBridge
/// @notice Moves a staked position to another chain in one transaction of its owner: unstake, send,
/// restake on arrival. Rewards earned so far stay claimable at the source.
/// @dev Every credit ends in exactly one exit: restaked, withdrawn or returned.
interface IPositionBridge {
    /// @param farmId Farm on this chain.
    /// @param amount Principal to move; what the OFT cannot carry stays staked.
    /// @param dstEid Chain to move to.
    /// @param dstFarmId Farm there; must stake the same omnichain token.
    /// @param recipient Owner of the position there.
    struct Move {
        uint32 farmId;
        uint96 amount;
        uint32 dstEid;
        uint32 dstFarmId;
        address recipient;
    }

    enum CreditState {
        None,
        Escrowed,
        Restaked,
        Withdrawn,
        Returned
    }

    /// @param token Stake token credited.
    /// @param state Where the credit stands.
    /// @param recipient The only account that may use the escrow.
    /// @param amount Wei credited.
    /// @param srcEid Chain it came from.
    struct Credit {
        address token;
        CreditState state;
        address recipient;
        uint96 amount;
        uint32 srcEid;
    }

    event RouteSet(address indexed token, address indexed oft, uint64 seq);
    event PeerSet(uint32 indexed eid, bytes32 peer, uint64 seq);
    event MoveSent(
        bytes32 indexed guid,
        address indexed user,
        uint32 indexed farmId,
        uint32 dstEid,
        uint32 dstFarmId,
        address recipient,
        uint256 amount,
        uint64 seq
    );
    /// @param fromEscrow Whether the recipient retried from escrow.
    event MoveRestaked(
        bytes32 indexed guid,
        address indexed recipient,
        uint32 indexed farmId,
        uint256 amount,
        bool fromEscrow,
        uint64 seq
    );
    /// @param reason Revert data of the restake.
    event MoveEscrowed(
        bytes32 indexed guid,
        address indexed recipient,
        uint32 indexed farmId,
        address token,
        uint256 amount,
        uint32 srcEid,
        bytes reason,
        uint64 seq
    );
    event EscrowWithdrawn(
        bytes32 indexed guid, address indexed recipient, address to, uint256 amount, uint64 seq
    );
    event EscrowReturned(
        bytes32 indexed guid,
        address indexed recipient,
        bytes32 newGuid,
        uint32 dstEid,
        address to,
        uint256 amount,
        uint64 seq
    );

    error Bridge_OnlyEndpoint(address caller);
    error Bridge_UnknownOft(address from);
    error Bridge_UntrustedPeer(uint32 srcEid, bytes32 sender);
    error Bridge_NoRoute(address token);
    /// @param current OFT the route was opened to once.
    error Bridge_RouteFixed(address current, address requested);
    /// @param held Tokens of the bridge.
    /// @param owed Open escrow and the credit that arrives, together.
    error Bridge_NotCovered(address token, uint256 held, uint256 owed);
    error Bridge_NoPeer(uint32 eid);
    error Bridge_ZeroAmount();
    error Bridge_ZeroAddress();
    error Bridge_NotEnoughGas(uint256 available, uint256 required);
    error Bridge_NotEscrowed(bytes32 guid, CreditState state);
    error Bridge_OnlyRecipient(address caller, address recipient);
    error Bridge_WrongToken(uint32 farmId, address token);
    error Bridge_AlreadyCredited(bytes32 guid);
    error Bridge_OnlySelf(address caller);
    error Bridge_DustStaysEscrowed(uint256 dust);
    error Bridge_RenounceDisabled();

    /// @notice Sequence number of the last event; consecutive from 1.
    function seq() external view returns (uint64);
    /// @notice OFT that carries `token` away from here, zero when its route is closed.
    function oftOf(address token) external view returns (address);
    function peerOf(uint32 eid) external view returns (bytes32);
    function creditOf(bytes32 guid) external view returns (Credit memory);
    /// @notice Sum of the open escrow of `token`; never more than this contract holds when a credit
    /// is added.
    function escrowTotal(address token) external view returns (uint256);

    /// @notice What a move would send and cost.
    /// @return nativeFee LayerZero fee to pass as value.
    /// @return amountSent Principal that travels, floored to the OFT's conversion rate.
    function quoteMove(Move calldata request)
        external
        view
        returns (uint256 nativeFee, uint256 amountSent);
    /// @notice Moves the caller's position.
    /// @return guid Packet that carries it.
    function move(Move calldata request) external payable returns (bytes32 guid);

    /// @notice Restakes an escrowed credit into `farmId` for the recipient. Only the recipient.
    function retry(bytes32 guid, uint32 farmId) external;
    /// @notice Pays an escrowed credit out to `to`. Only the recipient.
    function withdrawEscrow(bytes32 guid, address to) external;
    /// @notice Fee of sending an escrowed credit to `dstEid`.
    function quoteReturn(bytes32 guid, uint32 dstEid, address to)
        external
        view
        returns (uint256 nativeFee);
    /// @notice Sends an escrowed credit to `to` on `dstEid` as plain tokens. Only the recipient.
    /// @return newGuid Packet that carries it.
    function returnEscrow(bytes32 guid, uint32 dstEid, address to)
        external
        payable
        returns (bytes32 newGuid);

    /// @notice Names the OFT that carries `token`, once and for all; zero closes the route, the
    /// same OFT opens it again. A closed route stops new moves from this chain; what is on its way
    /// here
    /// still arrives, and every exit of an escrow stays open. Only the owner.
    function setRoute(address token, address oft) external;
    /// @notice Names the bridge of another chain. Only the owner.
    function setPeer(uint32 eid, bytes32 peer) external;
}
