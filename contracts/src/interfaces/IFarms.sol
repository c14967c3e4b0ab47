// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFarmsViews} from "./IFarmsViews.sol";

/// @title IFarms
/// @notice All farms of one chain: staked principal, up to four reward streams a farm and the
/// accumulators that split them between stakers.
/// @dev Amounts of an accumulator are kept in units of 2^-scaleBits wei (suffix X, "scaled"),
/// streams in wei. Nothing is lost to rounding: what a division leaves over stays in `residueX`,
/// in `remaining` or in `dust`, so that for every stream, exactly and in scaled units,
/// `funded = settled + dust + pending of all positions + residue + idle + remaining`.
interface IFarms is IFarmsViews {
    enum FarmState {
        Unknown,
        Active,
        DepositsPaused,
        Ended
    }

    /// @param stakeToken Token that is staked.
    /// @param maxRate Upper bound of the emission stream, wei per second.
    /// @param scaleBits The accumulators count 2^-scaleBits wei; the total weight stays below
    /// 2^scaleBits and no position that holds anything falls below 2^max(0, scaleBits - 64).
    /// @param state Deposits need `Active`; exits and claims work in every state.
    /// @param streamCount Streams of the farm, from 1 (the emission) to 4.
    /// @param hasTerms Whether lock tiers and tenure exist here; fixed at registration.
    /// @param totalWeight Sum of the weights of all positions.
    /// @param principal Sum of the principal of all positions, in stake token units.
    struct Farm {
        address stakeToken;
        uint64 maxRate;
        uint8 scaleBits;
        FarmState state;
        uint8 streamCount;
        bool hasTerms;
        uint96 totalWeight;
        uint96 principal;
    }

    /// @param token Token it pays; the reward token for stream 0.
    /// @param funder Who may fund it; the emission receiver for stream 0.
    /// @param maxRate Upper bound, wei per second.
    /// @param acc Scaled reward per unit of weight since the beginning, as stored.
    /// @param residueX Scaled remainder of the accumulator divisions.
    /// @param remaining Wei to be emitted from `lastAt` to `endAt`; what `maxRate` holds back
    /// waits here for the next adjustment.
    /// @param idle Wei emitted while nobody was staked; folded in at the next adjustment.
    /// @param lastAt Time of the last checkpoint, in seconds.
    /// @param endAt Time the stream ends, in seconds.
    struct Stream {
        address token;
        address funder;
        uint64 maxRate;
        uint160 acc;
        uint96 residueX;
        uint96 remaining;
        uint96 idle;
        uint32 lastAt;
        uint32 endAt;
    }

    /// @param principal Stake token units the user can take back.
    /// @param weight What earns: principal times boost.
    /// @param depositedAt Amount-weighted average time of the deposits; 0 in a farm without terms.
    /// @param lockEnd When the lock ends, 0 for none; a withdrawal before pays `feeBps`.
    /// @param tier Tier of the lock, from 1; 0 for none.
    /// @param tierBoostBps Boost while the lock runs, 10,000 for none.
    /// @param feeBps Early-exit fee agreed to when the lock began.
    /// @param boostBps Boost that `weight` counts now.
    struct Position {
        uint96 principal;
        uint96 weight;
        uint32 depositedAt;
        uint32 lockEnd;
        uint8 tier;
        uint16 tierBoostBps;
        uint16 feeBps;
        uint16 boostBps;
    }

    /// @notice What travels with principal from farm to farm; all zero for a position without
    /// terms.
    struct Carry {
        uint32 depositedAt;
        uint32 lockEnd;
        uint8 tier;
        uint16 tierBoostBps;
        uint16 feeBps;
    }

    /// @param term Seconds the lock lasts.
    /// @param boostBps Boost while it lasts, 10,000 to 25,000.
    /// @param feeBps Share of the principal an earlier exit pays, at most 2,500.
    struct Tier {
        uint32 term;
        uint16 boostBps;
        uint16 feeBps;
    }

    /// @param minTenure Seconds of tenure from which the step counts.
    /// @param bonusBps Added to the boost of the position.
    struct TenureStep {
        uint32 minTenure;
        uint16 bonusBps;
    }

    /// @param scaleBits 32 to 95.
    /// @param maxRate Bound of the emission stream, wei per second.
    /// @param hasTerms Whether tiers and tenure may ever exist in this farm.
    struct NewFarm {
        uint32 farmId;
        address stakeToken;
        uint8 scaleBits;
        uint64 maxRate;
        bool hasTerms;
    }

    event FarmAdded(
        uint32 indexed farmId,
        address indexed stakeToken,
        uint8 scaleBits,
        uint64 maxRate,
        bool hasTerms,
        uint64 seq
    );
    event FarmStateSet(uint32 indexed farmId, FarmState state, uint64 seq);
    event MaxRateSet(uint32 indexed farmId, uint8 indexed stream, uint64 maxRate, uint64 seq);
    event TermsSet(uint32 indexed farmId, Tier[] tiers, TenureStep[] steps, uint64 seq);
    /// @param stream Index of the stream in its farm, from 1.
    event StreamAdded(
        uint32 indexed farmId,
        uint8 indexed stream,
        address indexed token,
        address funder,
        uint64 maxRate,
        uint64 seq
    );
    event FunderSet(uint32 indexed farmId, uint8 indexed stream, address funder, uint64 seq);
    /// @param payer Who paid the principal; the position bridge for an arrival, this contract for a
    /// compound or a migration.
    /// @param weight Weight of the position after it.
    event Staked(
        uint32 indexed farmId,
        address indexed user,
        address payer,
        uint96 amount,
        uint96 weight,
        uint64 seq
    );
    /// @notice The lock of a position changed. Follows `Staked` of the same call.
    event Locked(
        uint32 indexed farmId,
        address indexed user,
        uint32 lockEnd,
        uint8 tier,
        uint16 tierBoostBps,
        uint16 feeBps,
        uint64 seq
    );
    /// @param to Who received the principal; the position bridge for a departure, this contract for
    /// a migration.
    /// @param amount Principal that left the position, fee included.
    /// @param weight Weight of the position after it.
    event Withdrawn(
        uint32 indexed farmId,
        address indexed user,
        address to,
        uint96 amount,
        uint96 weight,
        uint64 seq
    );
    /// @notice Principal left and the emission was claimed in one call.
    /// @param paid Wei of the reward token paid; may be 0.
    event Exited(
        uint32 indexed farmId,
        address indexed user,
        uint96 amount,
        uint96 weight,
        uint256 paid,
        uint64 seq
    );
    /// @notice An early exit paid `fee` out of the `Withdrawn` or `Exited` amount before it.
    /// @param toStakers Whether the stakers who remain get it, else the treasury.
    event ExitFeeTaken(
        uint32 indexed farmId, address indexed user, uint96 fee, bool toStakers, uint64 seq
    );
    /// @notice A position was priced again without principal moving.
    event Repriced(uint32 indexed farmId, address indexed user, uint96 weight, uint64 seq);
    /// @notice The emission of a farm was paid. Other streams emit `StreamClaimed`.
    /// @param to Who was paid.
    event Claimed(
        uint32 indexed farmId, address indexed user, address to, uint256 amount, uint64 seq
    );
    event StreamClaimed(
        uint32 indexed farmId,
        uint8 indexed stream,
        address indexed user,
        address to,
        uint256 amount,
        uint64 seq
    );
    /// @notice A reward token refused its transfer; nothing was booked and the claim can be
    /// repeated.
    event StreamClaimSkipped(
        uint32 indexed farmId, uint8 indexed stream, address indexed user, uint64 seq
    );
    /// @param delta Wei added to (positive) or taken back from (negative) the stream.
    /// @param remaining Wei to be emitted after it.
    event StreamAdjusted(
        uint32 indexed farmId,
        uint8 indexed stream,
        int256 delta,
        uint96 remaining,
        uint32 endAt,
        uint64 seq
    );
    /// @notice A stream of an ended farm that is over gave back what nobody earned. `to` is its
    /// funder, or the treasury where it has none.
    event StreamSwept(
        uint32 indexed farmId, uint8 indexed stream, address to, uint96 amount, uint64 seq
    );
    event RecipientSet(address indexed user, address indexed recipient, uint64 seq);
    event TreasuryPaid(address indexed token, uint256 amount, uint64 seq);
    event SurplusRecovered(address indexed token, address indexed to, uint256 amount, uint64 seq);

    /// @notice The emission receiver was named, once and for all. Wiring carries no `seq`.
    event ReceiverSet(address indexed receiver);
    /// @notice The position bridge was named, once and for all. Wiring carries no `seq`.
    event BridgeSet(address indexed bridge);

    error Farms_OnlyReceiver(address caller);
    error Farms_OnlyFunder(address caller, address funder);
    error Farms_AlreadySet(address current);
    error Farms_NotWired(address receiver, address bridge);
    error Farms_OnlyBridge(address caller);
    error Farms_OnlySelf(address caller);
    error Farms_UnknownFarm(uint32 farmId);
    error Farms_UnknownStream(uint32 farmId, uint8 stream);
    error Farms_FarmExists(uint32 farmId);
    error Farms_NotActive(uint32 farmId, FarmState state);
    error Farms_BadState(uint32 farmId, FarmState from, FarmState to);
    error Farms_StakeTokenInUse(address stakeToken, uint32 farmId);
    error Farms_TooManyFarms(address stakeToken);
    error Farms_TooManyStreams(uint32 farmId);
    error Farms_StreamTokenInUse(uint32 farmId, address token);
    error Farms_BadScale(uint8 scaleBits);
    error Farms_BadTerms(uint32 farmId);
    error Farms_BadTier(uint32 farmId, uint8 tier);
    error Farms_NoTerms(uint32 farmId);
    error Farms_PositionLocked(uint32 farmId, uint32 lockEnd);
    error Farms_LockShortened(uint32 lockEnd, uint32 requested);
    error Farms_OnlyOwnerOfPosition(address user);
    error Farms_NothingToPoke(uint32 farmId, address user);
    error Farms_NotCompoundable(uint32 farmId);
    error Farms_NotMigratable(uint32 fromFarmId, uint32 toFarmId);
    error Farms_BadDuration(uint256 seconds_);
    error Farms_RateWouldFall(uint256 rate, uint256 newRate);
    error Farms_StreamNotOver(uint32 farmId, uint8 stream);
    error Farms_FundingBound(address token, uint256 funded);
    error Farms_ZeroAmount();
    error Farms_ZeroAddress();
    error Farms_BelowMinimum(uint256 weight, uint256 minimum);
    error Farms_WeightCap(uint256 totalWeight, uint256 cap);
    error Farms_InsufficientStake(uint96 staked, uint96 requested);
    error Farms_TransferShort(uint256 expected, uint256 received);
    error Farms_LengthMismatch(uint256 ids, uint256 deltas);
    error Farms_NoSurplus(address token, uint256 surplus);

    /// @notice Stakes `amount` for the caller; refused while the position is locked.
    function stake(uint32 farmId, uint96 amount) external;
    /// @notice Stakes with an EIP-2612 permit; a permit that was used already is no obstacle when
    /// the allowance is there.
    function stakeWithPermit(
        uint32 farmId,
        uint96 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
    /// @notice Stakes `amount`, paid by the caller, for `user`. In a farm with terms only for a
    /// user without a position, because it would dilute his tenure.
    function stakeFor(uint32 farmId, address user, uint96 amount) external;
    /// @notice Stakes `amount` (0 to lock what is there) and locks the whole position for the term
    /// of `tier`. The lock never ends earlier than it did.
    function stakeLocked(uint32 farmId, uint96 amount, uint8 tier) external;
    /// @notice Stakes what the position earned of the emission, where the farm stakes the reward
    /// token.
    /// @return amount Wei claimed and staked.
    function compound(uint32 farmId) external returns (uint96 amount);
    /// @notice Returns `amount` of principal to the caller, less the fee of a running lock. Settles
    /// and keeps rewards; never calls a reward token.
    function withdraw(uint32 farmId, uint96 amount) external;
    /// @notice Returns the whole principal to `to`; rewards are settled and stay claimable.
    function emergencyWithdraw(uint32 farmId, address to) external;
    /// @notice Withdraws `amount` of principal and claims the emission, in one call. Unlike
    /// `withdraw` it needs the reward token to work.
    /// @return paid Wei of reward paid.
    function exit(uint32 farmId, uint96 amount) external returns (uint256 paid);
    /// @notice Moves `amount` of the caller's principal to another farm of the same stake token on
    /// this chain; tenure travels. Refused while a lock runs in a farm that has not ended.
    function migrate(uint32 fromFarmId, uint32 toFarmId, uint96 amount) external;

    /// @notice Pays the caller exactly `earned`, and what other streams of the farm owe him; a
    /// reward token that refuses is skipped.
    /// @return paid Wei of the emission paid.
    function claim(uint32 farmId) external returns (uint256 paid);
    /// @notice Claims the emission of every listed farm with one transfer; a duplicate pays once.
    /// @return paid Wei paid over all of them.
    function claimMany(uint32[] calldata farmIds) external returns (uint256 paid);
    /// @notice Claims one stream, to the caller; reverts when its token refuses.
    function claimStream(uint32 farmId, uint8 stream) external returns (uint256 paid);
    /// @notice Claims the emission for `user`, to him or to the recipient he registered here.
    function claimFor(uint32 farmId, address user) external returns (uint256 paid);
    /// @notice Names who gets what others claim for the caller; zero for the caller himself.
    function setRecipient(address recipient) external;
    /// @notice Prices a position again: its owner to any boost it has by now, anyone else only down
    /// after its lock ended.
    function poke(uint32 farmId, address user) external;

    /// @notice Hands `amount` of `user`'s principal to the position bridge, without a fee: its lock
    /// travels. Only the bridge.
    function exitFor(uint32 farmId, address user, uint96 amount)
        external
        returns (Carry memory carry);
    /// @notice Claims the emission of `user` to the position bridge in multiples of `unit`; the
    /// rest stays pending. Only the bridge.
    function claimToBridge(uint32 farmId, address user, uint256 unit)
        external
        returns (uint256 paid);
    /// @notice Stakes an arrival, paid by the bridge. Only the bridge.
    /// @param isOwners Whether `user` himself sent or retries it; else it is refused where it could
    /// lock or dilute a position that exists.
    function stakeArrival(
        uint32 farmId,
        address user,
        uint96 amount,
        Carry calldata carry,
        bool isOwners
    ) external;
    /// @notice Takes an early-exit fee the bridge collected, for the stakers of `farmId` or the
    /// treasury. Only the bridge.
    function takeFee(uint32 farmId, address user, uint96 fee) external;

    /// @notice Adds to or takes back from emission streams. Only the emission receiver.
    /// @dev Never reverts for a business reason: an unknown or ended farm takes nothing, a token at
    /// its funding bound takes what fits, and no more can be taken back than is not streamed yet.
    /// The net sum is pulled from or paid back to the receiver.
    /// @param endAt Streams touched end no earlier than this; must lie in the future.
    /// @param farmIds Farms to adjust.
    /// @param deltas Wei to add (positive) or take back (negative), one for each farm.
    /// @return applied Wei actually added or taken back, one for each farm.
    function adjustStreams(uint40 endAt, uint32[] calldata farmIds, int256[] calldata deltas)
        external
        returns (int256[] memory applied);
    /// @notice Adds `amount` to a stream other than the emission, over `duration` seconds or to its
    /// later end. Only its funder; never lowers the rate of now.
    function fundStream(uint32 farmId, uint8 stream, uint96 amount, uint32 duration) external;
    /// @notice Pays back what a stream besides the emission emitted to nobody, or its bound held
    /// back, once the farm has ended and the stream is over: to its funder, or to the treasury
    /// where it has
    /// none. Reaches nothing that anybody earned. Anyone.
    function sweepStream(uint32 farmId, uint8 stream) external;
    /// @notice Sends the treasury what it is owed. Anyone.
    function payTreasury(address token) external;

    /// @notice Names the emission receiver, once. Only the owner.
    function setReceiver(address receiver) external;
    /// @notice Names the position bridge, once. Only the owner.
    function setBridge(address bridge) external;
    /// @notice Registers a farm; receiver and bridge have to be named before. Only the owner.
    /// @dev One farm a stake token that has not ended. All farms together can ever be funded with
    /// less than 2^96 wei of a token, which keeps every accumulator below 2^160.
    function addFarm(NewFarm calldata farm) external;
    /// @notice Pauses or resumes deposits, or ends the farm for good. Only the owner.
    function setFarmState(uint32 farmId, FarmState state) external;
    /// @notice Pauses deposits. Guardian, sentinel or owner.
    function pauseDeposits(uint32 farmId) external;
    /// @notice Bounds a stream anew, from now on. Only the owner.
    function setMaxRate(uint32 farmId, uint8 stream, uint64 maxRate) external;
    /// @notice Replaces tiers and tenure steps; locks that run keep what they agreed to. Only the
    /// owner.
    function setTerms(uint32 farmId, Tier[] calldata tiers, TenureStep[] calldata steps) external;
    /// @notice Adds a stream, which pays `token`. The stake token makes it the farm's fee stream.
    /// Only the owner.
    /// @return stream Its index, from 1 to 3.
    function addStream(uint32 farmId, address token, address funder, uint64 maxRate)
        external
        returns (uint8 stream);
    /// @notice Replaces the funder of a stream other than the emission. Only the owner.
    function setFunder(uint32 farmId, uint8 stream, address funder) external;
    /// @notice Sends `amount` of what is held beyond everything owed. Only the owner.
    function recover(address token, address to, uint256 amount) external;
}
