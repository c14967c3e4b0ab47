// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {BridgeWorld} from "./BridgeWorld.sol";

/// @notice What everybody has to have, kept beside the contracts the naive way: a sum a user and
/// token, every position, what travels with each packet, open credits, and limits as fractions.
abstract contract BridgeModel is BridgeWorld {
    /// @dev A position as it has to be. Without terms only the principal counts.
    struct Held {
        uint256 principal;
        uint256 depositedAt;
        uint256 lockEnd;
        uint256 tier;
        uint256 tierBoostBps;
        uint256 feeBps;
    }

    /// @dev A move on its way. What has no user was written by nobody's move.
    struct Sent {
        address user;
        address recipient;
        uint256 source;
        uint256 target;
        uint256 mesh;
        uint32 farmId;
        uint256 normed;
        IFarms.Carry carry;
    }

    struct OpenCredit {
        uint256 chain;
        uint256 mesh;
        bytes32 guid;
    }

    /// @dev A message over its inbound limit.
    struct Queued {
        uint256 chain;
        uint256 mesh;
        Origin origin;
        bytes32 guid;
        bytes message;
    }

    /// @param usedX In use at `at`, in 1 / window wei; decays by `limit` a second.
    /// @param parked Wei in use when the limit was lifted.
    /// @param sums What was let through since `since`, for the bound of a window.
    struct LimitModel {
        uint256 limit;
        uint256 window;
        uint256 usedX;
        uint256 parked;
        uint256 at;
        uint256 since;
        uint256[] amounts;
        uint256[] times;
    }

    uint256 private constant BPS = 10_000;

    /// @dev Of every user and mesh, in units of 24 decimals; number 0 is who is not known yet.
    mapping(uint256 number => uint256[3]) internal _owned;
    mapping(uint256 chain => mapping(uint32 farmId => mapping(address user => Held))) internal
        _held;
    mapping(bytes32 guid => Sent) internal _sent;
    /// @dev Gas that a move paid for its compose.
    mapping(bytes32 guid => uint256) internal _gasPaid;
    /// @dev Tokens that somebody sent to a bridge past another one; its compose is refused.
    mapping(bytes32 guid => bool) internal _isStray;
    OpenCredit[] internal _credits;
    Queued[] internal _queue;
    mapping(uint256 chain => mapping(uint256 mesh => mapping(uint256 other => LimitModel))) internal
        _outflow;
    mapping(uint256 chain => mapping(uint256 mesh => mapping(uint256 other => LimitModel))) internal
        _inflow;
    /// @dev Held by the bridges for nobody.
    uint256[3][3] internal _donated;
    uint256[3] internal _nativeGiven;
    uint256[3][3] internal _treasuryPaid;

    constructor() {
        for (uint256 chain; chain < CHAINS; ++chain) {
            for (uint256 mesh; mesh < MESHES; ++mesh) {
                for (uint256 i = 1; i <= USERS; ++i) {
                    _owned[i][mesh] += GRANT * 1e24;
                }
            }
        }
    }

    // Sums.

    function _give(address user, uint256 mesh, uint256 normed) internal {
        _owned[_numberOf[user]][mesh] += normed;
    }

    function _take(address user, uint256 mesh, uint256 normed) internal {
        _owned[_numberOf[user]][mesh] -= normed;
    }

    // Positions.

    /// @dev Principal that joins at `at`, the average rounded up to the later second.
    function _joined(Held memory held, uint256 amount, uint256 at, bool hasTerms)
        internal
        pure
        returns (Held memory)
    {
        uint256 principal = held.principal + amount;
        if (hasTerms) {
            held.depositedAt =
                Math.ceilDiv(held.principal * held.depositedAt + amount * at, principal);
        }
        held.principal = principal;
        return held;
    }

    /// @dev Principal that arrives with what it carries: of two locks the later end and the higher
    /// fee stay, and the boost by principal.
    function _arrived(Held memory held, uint256 amount, IFarms.Carry memory carry, bool hasTerms)
        internal
        view
        returns (Held memory)
    {
        if (!hasTerms) return _joined(held, amount, block.timestamp, false);
        bool isRunning = held.lockEnd > block.timestamp;
        bool isIncoming = carry.lockEnd > block.timestamp;
        if (isRunning || isIncoming) {
            uint256 mine = isRunning ? held.tierBoostBps : BPS;
            uint256 theirs = isIncoming ? carry.tierBoostBps : BPS;
            held.tierBoostBps =
                (held.principal * mine + amount * theirs) / (held.principal + amount);
            uint256 lockEnd = isRunning ? held.lockEnd : 0;
            uint256 feeBps = isRunning ? held.feeBps : 0;
            if (isIncoming && carry.lockEnd > lockEnd) held.tier = carry.tier;
            held.lockEnd = Math.max(lockEnd, isIncoming ? carry.lockEnd : 0);
            held.feeBps = Math.max(feeBps, isIncoming ? carry.feeBps : 0);
        }
        uint256 at = carry.depositedAt;
        if (at == 0 || at > block.timestamp) at = block.timestamp;
        return _joined(held, amount, at, true);
    }

    /// @dev What has to travel with principal: a lock only while it runs in a farm that goes on.
    function _carryOf(uint256 chain, uint32 farmId, Held memory held, bool isEnded)
        internal
        view
        returns (IFarms.Carry memory carry)
    {
        if (!_hasTerms(chain, farmId)) return carry;
        carry.depositedAt = uint32(held.depositedAt);
        if (held.lockEnd <= block.timestamp || isEnded) return carry;
        carry.lockEnd = uint32(held.lockEnd);
        carry.tier = uint8(held.tier);
        carry.tierBoostBps = uint16(held.tierBoostBps);
        carry.feeBps = uint16(held.feeBps);
    }

    function _left(uint256 chain, uint32 farmId, address user, uint256 amount) internal {
        Held storage held = _held[chain][farmId][user];
        held.principal -= amount;
        if (held.principal == 0) delete _held[chain][farmId][user];
    }

    /// @dev Of the principal that leaves under a lock, rounded up.
    function _feeOf(uint256 amount, uint256 lockEnd, uint256 feeBps)
        internal
        view
        returns (uint256)
    {
        return lockEnd > block.timestamp ? Math.ceilDiv(amount * feeBps, BPS) : 0;
    }

    /// @dev The position is what the model says, and weighs what its lock and tenure make it worth.
    /// @custom:property B-02, F-19, I8
    function _assertHeld(uint256 chain, uint32 farmId, address user) internal view {
        IFarms.Position memory position = _chains[chain].farms.positionOf(farmId, user);
        Held storage held = _held[chain][farmId][user];
        assertEq(position.principal, held.principal, "principal");
        if (!_hasTerms(chain, farmId) || held.principal == 0) {
            assertEq(position.weight, held.principal, "plain weight");
            return;
        }
        assertEq(position.depositedAt, held.depositedAt, "tenure");
        assertEq(position.lockEnd, held.lockEnd, "lock end");
        if (held.lockEnd != 0) {
            assertEq(position.tier, held.tier, "tier");
            assertEq(position.tierBoostBps, held.tierBoostBps, "boost of the lock");
            assertEq(position.feeBps, held.feeBps, "fee of the lock");
        }
        assertEq(position.weight, held.principal * position.boostBps / BPS, "weight");
    }

    /// @dev Right after its owner's principal moved, a position has the boost it is due by now.
    /// @custom:property F-19
    function _assertPriced(uint256 chain, uint32 farmId, address user) internal view {
        _assertHeld(chain, farmId, user);
        Held storage held = _held[chain][farmId][user];
        if (!_hasTerms(chain, farmId) || held.principal == 0) return;
        uint256 boost = _boostOf(held);
        assertEq(_chains[chain].farms.positionOf(farmId, user).boostBps, boost, "boost");
    }

    function _boostOf(Held memory held) internal view returns (uint256 boost) {
        boost = held.lockEnd > block.timestamp ? held.tierBoostBps : BPS;
        uint256 tenure = block.timestamp - held.depositedAt;
        if (tenure >= 10 days) boost += 3_333;
        else if (tenure >= 3 days) boost += 1_000;
        return Math.min(boost, 25_000);
    }

    // Limits.

    function _inUse(LimitModel storage limit) private view returns (uint256) {
        uint256 cameBackX = limit.limit * (block.timestamp - limit.at);
        return Math.ceilDiv(Math.saturatingSub(limit.usedX, cameBackX), limit.window);
    }

    function _availableOf(LimitModel storage limit) internal view returns (uint256) {
        if (limit.limit == 0) return type(uint256).max;
        return Math.saturatingSub(limit.limit, _inUse(limit));
    }

    function _use(LimitModel storage limit, uint256 amount) internal {
        if (limit.limit == 0) return;
        uint256 cameBackX = limit.limit * (block.timestamp - limit.at);
        limit.usedX = Math.saturatingSub(limit.usedX, cameBackX) + amount * limit.window;
        limit.at = block.timestamp;
        limit.amounts.push(amount);
        limit.times.push(block.timestamp);
    }

    /// @dev No window since the limit was set let more through than twice the limit.
    /// @custom:property B-10
    function _assertWindow(LimitModel storage limit) internal view {
        if (limit.limit == 0) return;
        uint256 sum;
        for (uint256 i = limit.times.length; i > 0; --i) {
            if (limit.times[i - 1] + limit.window <= block.timestamp) break;
            sum += limit.amounts[i - 1];
        }
        assertLe(sum, 2 * limit.limit, "twice the limit a window");
    }

    /// @dev What is in use stays so; time without a limit counts at the rate of the next.
    function _limit(LimitModel storage limit, uint256 amount, uint256 window) internal {
        if (limit.limit != 0) {
            limit.parked = _inUse(limit);
            limit.at = block.timestamp;
        }
        (limit.limit, limit.window, limit.usedX) = (amount, window, limit.parked * window);
        delete limit.amounts;
        delete limit.times;
    }

    // Credits and messages.

    /// @dev The recorder keeps what was emitted by calls that were reverted, too. To be called
    /// before what sends a message, which is collected right after it.
    function _forgetLogs() internal {
        vm.getRecordedLogs();
    }

    function _closeCredit(uint256 index) internal {
        _credits[index] = _credits[_credits.length - 1];
        _credits.pop();
    }

    function _wordAt(bytes memory data, uint256 offset) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), offset))
        }
    }
}
