// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IFarms
/// @notice All farms of one chain: staked principal, the reward stream of each farm and the
/// accumulator that splits it between stakers.
/// @dev Amounts of a farm's accumulator are kept in units of 2^-scaleBits wei ("scaled"); stream
/// amounts and rates in units of 2^-16 wei ("stream units"). Nothing is lost to rounding: what a
/// division leaves over stays in `residueX` or `carriedX`, and conservation
/// `funded = accrued + undistributed + remaining + residue` is exact in scaled units.
interface IFarms {
    enum FarmState {
        Unknown,
        Active,
        Ended
    }

    /// @param stakeToken Token that is staked.
    /// @param scaleBits The accumulator counts 2^-scaleBits wei; total weight stays below
    /// 2^scaleBits, so that the residue is always less than one wei.
    /// @param minWeightBits Below a total weight of 2^minWeightBits the stream accrues to nobody
    /// and is kept as undistributed.
    /// @param state Deposits need `Active`; exits and claims work in every state.
    /// @param maxRate Upper bound of the stream, wei per second.
    /// @param totalWeight Sum of the weights of all positions, in stake token units.
    /// @param acc Scaled reward per unit of weight since the beginning, as stored.
    /// @param residueX Scaled remainder of the last accumulator division.
    /// @param lastAt Time of the last checkpoint, in seconds.
    /// @param endAt Time the stream ends, in seconds.
    /// @param rateX Stream units per second.
    /// @param undistributedX Stream units emitted while nobody was staked; folded into the stream
    /// at its next adjustment.
    /// @param carriedX Stream units that the rate division or the rate clamp left over; folded in
    /// at the next adjustment.
    /// @param funded Wei ever put into the stream, less what was taken back.
    struct Farm {
        address stakeToken;
        uint8 scaleBits;
        uint8 minWeightBits;
        FarmState state;
        uint64 maxRate;
        uint96 totalWeight;
        uint160 acc;
        uint96 residueX;
        uint40 lastAt;
        uint40 endAt;
        uint80 rateX;
        uint128 undistributedX;
        uint128 carriedX;
        uint128 funded;
    }

    /// @param weight Stake token units that earn.
    /// @param accPaid Value of the accumulator up to which `pendingX` is settled.
    /// @param pendingX Scaled reward settled and not yet paid.
    struct Position {
        uint96 weight;
        uint160 accPaid;
        uint256 pendingX;
    }

    event FarmAdded(
        uint32 indexed farmId,
        address indexed stakeToken,
        uint8 scaleBits,
        uint8 minWeightBits,
        uint64 maxRate,
        uint64 seq
    );
    event FarmEnded(uint32 indexed farmId, uint64 seq);
    /// @param payer Who paid the principal; the position bridge for an arrival.
    event Staked(
        uint32 indexed farmId, address indexed user, address payer, uint96 amount, uint64 seq
    );
    /// @param to Who received the principal; the position bridge for a departure.
    event Withdrawn(
        uint32 indexed farmId, address indexed user, address to, uint96 amount, uint64 seq
    );
    event Claimed(uint32 indexed farmId, address indexed user, uint256 amount, uint64 seq);
    /// @param delta Wei added to (positive) or taken back from (negative) the stream.
    event StreamAdjusted(
        uint32 indexed farmId, int256 delta, uint80 rateX, uint40 endAt, uint64 seq
    );

    /// @notice The emission receiver was named, once and for all. Wiring carries no `seq`.
    event ReceiverSet(address indexed receiver);
    /// @notice The position bridge was named, once and for all. Wiring carries no `seq`.
    event BridgeSet(address indexed bridge);

    error Farms_OnlyReceiver(address caller);
    error Farms_AlreadySet(address current);
    error Farms_NotWired(address receiver, address bridge);
    error Farms_OnlyBridge(address caller);
    error Farms_UnknownFarm(uint32 farmId);
    error Farms_FarmExists(uint32 farmId);
    error Farms_NotActive(uint32 farmId, FarmState state);
    error Farms_StakeTokenInUse(address stakeToken, uint32 farmId);
    error Farms_BadScale(uint8 scaleBits, uint8 minWeightBits);
    error Farms_ZeroAmount();
    error Farms_ZeroAddress();
    error Farms_WeightCap(uint256 totalWeight, uint256 cap);
    error Farms_InsufficientStake(uint96 staked, uint96 requested);
    error Farms_TransferShort(uint256 expected, uint256 received);
    error Farms_LengthMismatch(uint256 ids, uint256 deltas);
    error Farms_RenounceDisabled();

    /// @notice Token all farms of this contract pay.
    function REWARD_TOKEN() external view returns (address);
    /// @notice The only contract that may adjust streams.
    function receiver() external view returns (address);
    /// @notice The only contract that may exit a position on its owner's behalf.
    function bridge() external view returns (address);
    /// @notice Sequence number of the last event; consecutive from 1.
    function seq() external view returns (uint64);

    /// @notice Everything stored about a farm, for checkpoints in one call.
    function farmOf(uint32 farmId) external view returns (Farm memory);
    /// @notice Token `farmId` stakes; zero for an unknown farm.
    function stakeTokenOf(uint32 farmId) external view returns (address);
    /// @notice What is stored about a position.
    function positionOf(uint32 farmId, address user) external view returns (Position memory);
    /// @notice Wei `user` could claim from `farmId` now; rounds down, the rest stays pending.
    function earned(uint32 farmId, address user) external view returns (uint256);
    /// @notice Wei of the stream not yet emitted, rounded down: remaining + carried +
    /// undistributed.
    function unstreamed(uint32 farmId) external view returns (uint256);

    /// @notice Stakes `amount` for the caller.
    function stake(uint32 farmId, uint96 amount) external;
    /// @notice Stakes `amount`, paid by the caller, for `user`.
    function stakeFor(uint32 farmId, address user, uint96 amount) external;
    /// @notice Returns `amount` of principal to the caller. Settles and keeps rewards; never calls
    /// the reward token.
    function withdraw(uint32 farmId, uint96 amount) external;
    /// @notice Pays the caller exactly `earned`.
    /// @return paid Wei paid.
    function claim(uint32 farmId) external returns (uint256 paid);
    /// @notice Claims from every listed farm with one transfer.
    /// @return paid Wei paid over all of them.
    function claimMany(uint32[] calldata farmIds) external returns (uint256 paid);
    /// @notice Withdraws `amount` of principal and claims, in one call. Unlike `withdraw` it needs
    /// the reward token to work.
    /// @return paid Wei of reward paid.
    function exit(uint32 farmId, uint96 amount) external returns (uint256 paid);
    /// @notice Hands `amount` of `user`'s principal to the position bridge. Only the bridge.
    function exitFor(uint32 farmId, address user, uint96 amount) external;

    /// @notice Adds to or takes back from streams. Only the emission receiver.
    /// @dev Never reverts for a business reason: an unknown or ended farm takes nothing, a farm at
    /// its funding bound takes what fits, and no more can be taken back than is not streamed yet.
    /// The net sum is pulled from or paid back to the receiver.
    /// @param endAt Streams touched end no earlier than this; must lie in the future.
    /// @param farmIds Farms to adjust.
    /// @param deltas Wei to add (positive) or take back (negative), one for each farm.
    /// @return applied Wei actually added or taken back, one for each farm.
    function adjustStreams(uint40 endAt, uint32[] calldata farmIds, int256[] calldata deltas)
        external
        returns (int256[] memory applied);

    /// @notice Names the emission receiver, once. Only the owner.
    function setReceiver(address receiver) external;
    /// @notice Names the position bridge, once. Only the owner.
    function setBridge(address bridge) external;
    /// @notice Registers a farm; receiver and bridge have to be named before. Only the owner.
    /// @dev `scaleBits` from 32 to 96 and above `minWeightBits`; the farm can ever be funded with
    /// less than 2^min(96, 160 - scaleBits + minWeightBits) wei. One active farm per stake token.
    function addFarm(
        uint32 farmId,
        address stakeToken,
        uint8 scaleBits,
        uint8 minWeightBits,
        uint64 maxRate
    ) external;
    /// @notice Stops deposits and new emissions; exits and claims go on. Only the owner.
    function endFarm(uint32 farmId) external;
}
