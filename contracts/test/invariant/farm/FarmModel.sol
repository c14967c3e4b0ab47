// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IFarms} from "../../../src/interfaces/IFarms.sol";

/// @notice What every user of every farm is owed, kept the naive way: whenever time moves, each
/// stream's emission is split between the users one by one, in 2^-64 wei.
/// @dev Knows no accumulator, no packed word and no residue, so it cannot share their mistakes.
/// Streams are integrated from the ideal straight line; the contract rounds each emission down to
/// whole wei and emits the rest later, which the tolerance of one wei per operation covers.
contract FarmModel {
    /// @param remainingX Emitted from now to `endAt`, in 2^-64 wei.
    /// @param idleX Emitted while nobody was staked.
    /// @param funded Wei put in, less what was taken back.
    struct StreamModel {
        uint256 remainingX;
        uint256 idleX;
        uint256 maxRate;
        uint256 endAt;
        uint256 funded;
    }

    struct UserModel {
        uint256 principal;
        uint256 weight;
        uint256 depositedAt;
        uint256 lockEnd;
        uint256 tierBoostBps;
        uint256 feeBps;
    }

    uint256 internal constant FRACTION_BITS = 64;
    uint256 private constant BPS = 10_000;
    uint256 private constant BOOST_MAX_BPS = 25_000;

    address[] public users;
    mapping(uint32 farmId => StreamModel[4]) private _streams;
    mapping(uint32 farmId => mapping(address user => UserModel)) private _users;
    mapping(uint32 farmId => mapping(uint8 stream => mapping(address user => uint256))) public
        owedX;
    mapping(uint32 farmId => mapping(uint8 stream => mapping(address user => uint256))) public paid;
    mapping(uint32 farmId => uint256) public operations;
    mapping(uint32 farmId => IFarms.TenureStep[]) private _steps;

    function addUser(address user) external {
        users.push(user);
    }

    function userCount() external view returns (uint256) {
        return users.length;
    }

    function setSteps(uint32 farmId, IFarms.TenureStep[] memory steps) external {
        delete _steps[farmId];
        for (uint256 i; i < steps.length; ++i) {
            _steps[farmId].push(steps[i]);
        }
    }

    function setMaxRate(uint32 farmId, uint8 stream, uint256 maxRate) external {
        _streams[farmId][stream].maxRate = maxRate;
    }

    function countOperation(uint32 farmId) external {
        ++operations[farmId];
    }

    /// @notice Integrates `elapsed` seconds from now; call it before time moves.
    function elapse(uint32 farmId, uint256 elapsed) external {
        ++operations[farmId];
        uint256 total = totalWeight(farmId);
        for (uint8 i; i < 4; ++i) {
            StreamModel storage stream = _streams[farmId][i];
            if (stream.endAt <= block.timestamp) continue;
            uint256 left = stream.endAt - block.timestamp;
            uint256 seconds_ = Math.min(elapsed, left);
            uint256 emittedX = Math.min(
                Math.mulDiv(stream.remainingX, seconds_, left),
                (stream.maxRate * seconds_) << FRACTION_BITS
            );
            stream.remainingX -= emittedX;
            if (total == 0) {
                stream.idleX += emittedX;
                continue;
            }
            for (uint256 j; j < users.length; ++j) {
                owedX[
                    farmId
                ][i][users[j]] += Math.mulDiv(emittedX, _users[farmId][users[j]].weight, total);
            }
        }
    }

    /// @notice Adds to or takes from a stream, which ends at `endAt` or later.
    function adjust(uint32 farmId, uint8 index, int256 delta, uint256 endAt) external {
        ++operations[farmId];
        StreamModel storage stream = _streams[farmId][index];
        uint256 poolX = stream.remainingX + stream.idleX;
        if (delta >= 0) {
            poolX += uint256(delta) << FRACTION_BITS;
            stream.funded += uint256(delta);
        } else {
            uint256 takenX = uint256(-delta) << FRACTION_BITS;
            // The contract may hold a few wei more than the line says: what it rounded down.
            poolX = poolX > takenX ? poolX - takenX : 0;
            stream.funded -= uint256(-delta);
        }
        stream.remainingX = poolX;
        stream.idleX = 0;
        stream.endAt = Math.max(stream.endAt, endAt);
    }

    /// @notice Wei a stream has not emitted to anybody.
    function unowedOf(uint32 farmId, uint8 index) external view returns (uint256) {
        StreamModel storage stream = _streams[farmId][index];
        return (stream.remainingX + stream.idleX) >> FRACTION_BITS;
    }

    /// @notice What a stream has not emitted to anybody goes back to its funder.
    function sweep(uint32 farmId, uint8 index) external {
        StreamModel storage stream = _streams[farmId][index];
        stream.remainingX = 0;
        stream.idleX = 0;
        ++operations[farmId];
    }

    function pay(uint32 farmId, uint8 stream, address user, uint256 amount) external {
        paid[farmId][stream][user] += amount;
        ++operations[farmId];
    }

    /// @notice Principal arrives, its owner touching the position.
    function deposit(uint32 farmId, address user, uint256 amount, uint256 depositedAt) external {
        UserModel storage account = _users[farmId][user];
        account.depositedAt = Math.ceilDiv(
            account.depositedAt * account.principal + depositedAt * amount,
            account.principal + amount
        );
        account.principal += amount;
        ++operations[farmId];
    }

    function lock(uint32 farmId, address user, uint256 lockEnd, uint256 boost, uint256 fee)
        external
    {
        UserModel storage account = _users[farmId][user];
        (account.lockEnd, account.tierBoostBps, account.feeBps) = (lockEnd, boost, fee);
    }

    function remove(uint32 farmId, address user, uint256 amount) external {
        UserModel storage account = _users[farmId][user];
        account.principal -= amount;
        if (account.principal == 0) delete _users[farmId][user];
        ++operations[farmId];
    }

    /// @notice Prices the position as its owner's touch does.
    function price(uint32 farmId, address user, bool hasTerms) external {
        UserModel storage account = _users[farmId][user];
        account.weight =
            hasTerms ? account.principal * boostOf(farmId, user) / BPS : account.principal;
    }

    /// @notice Prices the position as somebody else's poke does: only down.
    function priceDown(uint32 farmId, address user) external {
        UserModel storage account = _users[farmId][user];
        account.weight = Math.min(account.weight, account.principal * boostOf(farmId, user) / BPS);
    }

    function boostOf(uint32 farmId, address user) public view returns (uint256 boost) {
        UserModel storage account = _users[farmId][user];
        boost = block.timestamp < account.lockEnd ? account.tierBoostBps : BPS;
        uint256 bonus;
        IFarms.TenureStep[] storage steps = _steps[farmId];
        for (uint256 i; i < steps.length; ++i) {
            if (block.timestamp - account.depositedAt >= steps[i].minTenure) {
                bonus = steps[i].bonusBps;
            }
        }
        return Math.min(boost + bonus, BOOST_MAX_BPS);
    }

    /// @notice Fee of taking `amount` out now, rounded up.
    function feeOf(uint32 farmId, address user, uint256 amount, bool isEnded)
        external
        view
        returns (uint256)
    {
        UserModel storage account = _users[farmId][user];
        if (isEnded || block.timestamp >= account.lockEnd) return 0;
        return Math.ceilDiv(amount * account.feeBps, BPS);
    }

    function accountOf(uint32 farmId, address user) external view returns (UserModel memory) {
        return _users[farmId][user];
    }

    function streamOf(uint32 farmId, uint8 stream) external view returns (StreamModel memory) {
        return _streams[farmId][stream];
    }

    function totalWeight(uint32 farmId) public view returns (uint256 total) {
        for (uint256 i; i < users.length; ++i) {
            total += _users[farmId][users[i]].weight;
        }
    }

    function totalPrincipal(uint32 farmId) external view returns (uint256 total) {
        for (uint256 i; i < users.length; ++i) {
            total += _users[farmId][users[i]].principal;
        }
    }

    /// @notice Wei the naive integral owes `user` over all time, rounded down.
    function owed(uint32 farmId, uint8 stream, address user) external view returns (uint256) {
        return owedX[farmId][stream][user] >> FRACTION_BITS;
    }
}
