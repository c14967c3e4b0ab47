// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFarms} from "./IFarms.sol";

/// @title IPositionBridge
/// @notice Moves a staked position to another chain in one transaction of its owner: unstake, send,
/// restake on arrival. Lock, tier and tenure travel with it; the emission earned so far stays
/// claimable at the source, or goes to the recipient as plain tokens.
/// @dev A credit is named by the packet that brought it and its token. Every credit ends in exactly
/// one exit: restaked, withdrawn or returned. A locked principal pays the early-exit fee it agreed
/// to on every exit but a restake.
interface IPositionBridge {
    /// @param farmId Farm on this chain.
    /// @param amount Principal to move; what the OFT cannot carry stays staked.
    /// @param dstEid Chain to move to.
    /// @param dstFarmId Farm there; must stake the same omnichain token.
    /// @param recipient Owner of the position there.
    /// @param carryRewards Whether the emission earned in `farmId` goes to the recipient too, as
    /// far as the OFT can carry it; the rest stays pending.
    struct Move {
        uint32 farmId;
        uint96 amount;
        uint32 dstEid;
        uint32 dstFarmId;
        address recipient;
        bool carryRewards;
    }

    /// @param moveFee LayerZero fee of the principal.
    /// @param rewardFee LayerZero fee of the carried rewards, also while none are due yet. Pass the
    /// sum of both as value; what it exceeds is refunded.
    /// @param amountSent Principal that travels.
    /// @param rewardsSent Rewards that would travel now.
    struct Quote {
        uint256 moveFee;
        uint256 rewardFee;
        uint256 amountSent;
        uint256 rewardsSent;
    }

    enum CreditState {
        None,
        Escrowed,
        Restaked,
        Withdrawn,
        Returned
    }

    /// @notice What arrived with a packet. Of what was restaked on arrival only `state` is kept.
    /// @param recipient The only account that may use the escrow; zero until the owner names him,
    /// when the packet did not say.
    /// @param state Where the credit stands.
    /// @param srcEid Chain it came from.
    /// @param farmId Farm it was sent to.
    /// @param amount Wei credited.
    /// @param carry Tenure, lock and fee that travel with the principal.
    struct Credit {
        address recipient;
        CreditState state;
        uint32 srcEid;
        uint32 farmId;
        uint256 amount;
        IFarms.Carry carry;
    }

    event RouteSet(address indexed token, address indexed oft, uint64 seq);
    event PeerSet(uint32 indexed eid, bytes32 peer, uint64 seq);
    event OutflowLimitSet(
        address indexed token, uint32 indexed dstEid, uint128 limit, uint32 window, uint64 seq
    );
    event Paused(address indexed by, uint64 seq);
    event Unpaused(address indexed by, uint64 seq);
    event Recovered(address indexed token, address indexed to, uint256 amount, uint64 seq);
    /// @notice A signature was used up, by the move it allowed or by its owner.
    event NonceUsed(address indexed user, uint256 nonce, uint64 seq);
    /// @param user Whose position moved.
    /// @param carry What travels with it.
    event MoveSent(
        bytes32 indexed guid,
        address indexed user,
        uint32 indexed farmId,
        uint32 dstEid,
        uint32 dstFarmId,
        address recipient,
        uint256 amount,
        IFarms.Carry carry,
        uint64 seq
    );
    /// @notice Rewards travel beside a move. Follows its `MoveSent`.
    /// @param guid Packet that carries the rewards.
    /// @param moveGuid Packet that carries the principal.
    event RewardsSent(
        bytes32 indexed guid,
        bytes32 indexed moveGuid,
        address indexed user,
        uint32 farmId,
        uint32 dstEid,
        address recipient,
        uint256 amount,
        uint64 seq
    );
    /// @param fromEscrow Whether the recipient retried from escrow.
    event MoveRestaked(
        bytes32 indexed guid,
        address indexed recipient,
        uint32 indexed farmId,
        address token,
        uint256 amount,
        bool fromEscrow,
        uint64 seq
    );
    /// @param recipient Zero when the packet could not be read.
    /// @param carry What still holds while it waits.
    /// @param reason Revert data of the restake, at most 256 bytes of it.
    event MoveEscrowed(
        bytes32 indexed guid,
        address indexed recipient,
        uint32 indexed farmId,
        address token,
        uint256 amount,
        uint32 srcEid,
        IFarms.Carry carry,
        bytes reason,
        uint64 seq
    );
    /// @notice The owner named whose escrow it is, because its packet could not be read.
    event EscrowAssigned(
        bytes32 indexed guid, address indexed token, address indexed recipient, uint64 seq
    );
    /// @param amount Wei credited; `to` got it less `fee`.
    event EscrowWithdrawn(
        bytes32 indexed guid,
        address indexed recipient,
        address indexed token,
        address to,
        uint256 amount,
        uint256 fee,
        uint64 seq
    );
    /// @param amount Wei credited; sent was this less `fee` and `dust`.
    /// @param dust What the OFT cannot carry, paid to the recipient here.
    event EscrowReturned(
        bytes32 indexed guid,
        address indexed recipient,
        address indexed token,
        bytes32 newGuid,
        uint32 dstEid,
        address to,
        uint256 amount,
        uint256 fee,
        uint256 dust,
        uint64 seq
    );
    /// @notice An escrow that left under a lock paid its fee. Precedes the event of its exit.
    /// @param toFarm Whether `farmId` took it, else it went to the treasury of the farms.
    event EscrowFeePaid(
        bytes32 indexed guid,
        address indexed token,
        uint32 indexed farmId,
        uint256 fee,
        bool toFarm,
        uint64 seq
    );

    error Bridge_OnlyEndpoint(address caller);
    error Bridge_UnknownOft(address from);
    error Bridge_UntrustedPeer(uint32 srcEid, bytes32 sender);
    /// @dev Twelve bytes of it would be cut off.
    error Bridge_BadPeer(bytes32 peer);
    error Bridge_NoRoute(address token);
    /// @dev Tokens of a route may belong to somebody on the way.
    error Bridge_IsRouted(address token);
    /// @param current OFT the route was opened to once.
    error Bridge_RouteFixed(address current, address requested);
    error Bridge_BadDecimals(uint8 decimals, uint8 sharedDecimals);
    /// @param held Tokens of the bridge.
    /// @param owed Open escrow and the credit that arrives, together.
    error Bridge_NotCovered(address token, uint256 held, uint256 owed);
    error Bridge_NoPeer(uint32 eid);
    error Bridge_ZeroAmount();
    error Bridge_ZeroAddress();
    /// @dev The bridge of the other chain could never use a position.
    error Bridge_BadRecipient(address recipient);
    error Bridge_NotEnoughGas(uint256 available, uint256 required);
    error Bridge_NotEscrowed(bytes32 guid, CreditState state);
    error Bridge_NotUnassigned(bytes32 guid, address recipient);
    error Bridge_OnlyRecipient(address caller, address recipient);
    error Bridge_WrongToken(uint32 farmId, address token);
    error Bridge_BadPayload();
    error Bridge_AlreadyCredited(bytes32 guid);
    error Bridge_OnlySelf(address caller);
    error Bridge_IsPaused();
    error Bridge_OutflowLimit(uint256 available, uint256 requested);
    error Bridge_LengthMismatch(uint256 requests, uint256 fees);
    error Bridge_WrongValue(uint256 fees, uint256 value);
    error Bridge_Expired(uint256 deadline);
    error Bridge_BadSignature(address user);

    /// @notice Sequence number of the last event; consecutive from 1.
    function seq() external view returns (uint64);
    /// @notice Whether moves from here are stopped.
    function paused() external view returns (bool);
    /// @notice OFT that carries `token` away from here, zero when its route is closed.
    function oftOf(address token) external view returns (address);
    function peerOf(uint32 eid) external view returns (bytes32);
    function creditOf(bytes32 guid, address token) external view returns (Credit memory);
    /// @notice Sum of the open escrow of `token`; never more than this contract holds when a credit
    /// is added.
    function escrowTotal(address token) external view returns (uint256);
    /// @notice Nonce that the next signature of `user` has to carry.
    function nonceOf(address user) external view returns (uint256);
    /// @notice Domain that signatures are bound to: "Headwater PositionBridge", version "2", this
    /// chain and this contract.
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    /// @notice Bound of what moves take of `token` to `dstEid`; all of it comes back in `window`.
    /// @return limit Zero for no bound.
    /// @return window Seconds.
    /// @return available What may move now.
    function outflowOf(address token, uint32 dstEid)
        external
        view
        returns (uint128 limit, uint32 window, uint256 available);

    /// @notice What a move of `user` would send and cost.
    function quoteMove(address user, Move calldata request) external view returns (Quote memory);
    /// @notice Moves the caller's position.
    /// @return guid Packet that carries it.
    function move(Move calldata request) external payable returns (bytes32 guid);
    /// @notice Moves several positions of the caller; one that fails reverts them all.
    /// @param fees Value for each; together exactly what is passed.
    /// @return guids Packet of each.
    function moveMany(Move[] calldata requests, uint256[] calldata fees)
        external
        payable
        returns (bytes32[] memory guids);
    /// @notice Moves a position of `user` on his signature; the caller pays, and gets back what the
    /// fee leaves.
    /// @param deadline Last second in which it may be used.
    /// @param signature EIP-712 over `MovePosition(address user,uint32 farmId,uint96 amount,uint32
    /// dstEid,uint32 dstFarmId,address recipient,bool carryRewards,uint256 nonce,uint256
    /// deadline)`, or what a contract account accepts for it.
    function moveBySig(
        address user,
        Move calldata request,
        uint256 deadline,
        bytes calldata signature
    ) external payable returns (bytes32 guid);
    /// @notice Makes the signature that carries the caller's current nonce void.
    function useNonce() external;

    /// @notice Restakes an escrowed credit into `farmId` for the recipient, under the lock it came
    /// with. Only the recipient.
    function retry(bytes32 guid, address token, uint32 farmId) external;
    /// @notice Pays an escrowed credit out to `to`, less the fee of a running lock. Only the
    /// recipient.
    function withdrawEscrow(bytes32 guid, address token, address to) external;
    /// @notice Fee of sending an escrowed credit to `dstEid`.
    function quoteReturn(bytes32 guid, address token, uint32 dstEid, address to)
        external
        view
        returns (uint256 nativeFee);
    /// @notice Sends an escrowed credit, less the fee of a running lock, to `to` on `dstEid` as
    /// plain tokens. What the OFT cannot carry is paid to the recipient here. Only the recipient.
    /// @return newGuid Packet that carries it.
    function returnEscrow(bytes32 guid, address token, uint32 dstEid, address to)
        external
        payable
        returns (bytes32 newGuid);

    /// @notice Names the recipient of an escrow whose packet could not be read, once. Only the
    /// owner.
    function assignEscrow(bytes32 guid, address token, address recipient) external;
    /// @notice Names the OFT that carries `token`, once and for all; zero closes the route, the
    /// same OFT opens it again. A closed route stops new moves from this chain; what is on its way
    /// here still arrives, and every exit of an escrow stays open. Only the owner.
    function setRoute(address token, address oft) external;
    /// @notice Names the bridge of another chain. Only the owner.
    function setPeer(uint32 eid, bytes32 peer) external;
    /// @notice Bounds what moves take of `token` to `dstEid`, principal and carried rewards; both
    /// zero for no bound. What was used stays used. Escrow exits are neither bound nor counted.
    /// Only the owner.
    function setOutflowLimit(address token, uint32 dstEid, uint128 limit, uint32 window) external;
    /// @notice Stops moves from here; arrivals and every exit of an escrow go on. Guardian,
    /// sentinel or owner.
    function pause() external;
    /// @notice Resumes moves. Only the owner.
    function unpause() external;
    /// @notice Sends what is held of a token that no route was ever opened for. Only the owner.
    function recover(address token, address to, uint256 amount) external;
}
