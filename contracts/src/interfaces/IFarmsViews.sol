// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFarms} from "./IFarms.sol";

/// @title IFarmsViews
/// @notice What can be read of farms; part of IFarms.
interface IFarmsViews {
    /// @notice Token of stream 0 of all farms.
    function REWARD_TOKEN() external view returns (address);
    /// @notice Gets early-exit fees when no staker remains.
    function TREASURY() external view returns (address);
    /// @notice Least seconds an early-exit fee streams over; one epoch.
    function FEE_STREAM_SECONDS() external view returns (uint32);
    /// @notice The only contract that may adjust emission streams.
    function receiver() external view returns (address);
    /// @notice The only contract that may exit a position on its owner's behalf.
    function bridge() external view returns (address);
    /// @notice Sequence number of the last event; consecutive from 1.
    function seq() external view returns (uint64);

    /// @notice What is registered about a farm, and its totals, in one call.
    function farmOf(uint32 farmId) external view returns (IFarms.Farm memory);
    /// @notice Everything stored about a stream, as of its last checkpoint.
    function streamOf(uint32 farmId, uint8 stream) external view returns (IFarms.Stream memory);
    /// @notice Lock tiers and tenure steps of a farm.
    function termsOf(uint32 farmId)
        external
        view
        returns (IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps);
    /// @notice Token `farmId` stakes; zero for an unknown farm.
    function stakeTokenOf(uint32 farmId) external view returns (address);
    /// @notice A position as stored.
    function positionOf(uint32 farmId, address user) external view returns (IFarms.Position memory);
    /// @notice Word that a position stores for a stream: the accumulator up to which it is paid
    /// while it has weight, what is pending while it has none. For checkpoints.
    function paidWordOf(uint32 farmId, uint8 stream, address user) external view returns (uint256);
    /// @notice Where `claimFor` pays; the user himself when he registered nobody.
    function recipientOf(address user) external view returns (address);
    /// @notice Wei of the emission `user` could claim now; rounds down, the rest stays pending.
    function earned(uint32 farmId, address user) external view returns (uint256);
    /// @notice Wei of `stream` that `user` could claim now, rounded down.
    function earnedOf(uint32 farmId, uint8 stream, address user) external view returns (uint256);
    /// @notice Scaled reward of `user` in `stream` now.
    function pendingXOf(uint32 farmId, uint8 stream, address user) external view returns (uint256);
    /// @notice Wei of the emission not yet emitted to anybody: remaining + idle.
    function unstreamed(uint32 farmId) external view returns (uint256);
    /// @notice Wei per second that `stream` emits now, rounded down.
    function rateOf(uint32 farmId, uint8 stream) external view returns (uint256);
    /// @notice Books of a reward token.
    /// @return funded Wei ever put into streams of it, less what was taken back.
    /// @return settled Wei of it paid, or released as whole wei of dust.
    /// @return dustX What claims rounded away and is less than a wei, in 2^-95 wei.
    function booksOf(address token)
        external
        view
        returns (uint256 funded, uint256 settled, uint256 dustX);
    /// @notice Wei of `token` held beyond principal, what streams owe and what the treasury is
    /// owed.
    function surplusOf(address token) external view returns (uint256);
    /// @notice Wei of `token` that anyone may send to the treasury.
    function treasuryDue(address token) external view returns (uint256);
}
