// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {PauseRoles} from "../../access/PauseRoles.sol";
import {IFarms} from "../../interfaces/IFarms.sol";
import {FarmMath} from "../../libraries/FarmMath.sol";

/// @title FarmsCore
/// @notice Storage of all farms, and the one way a weight changes.
/// @dev Accounting rests on the counters kept here, never on `balanceOf`. Nothing on the way out
/// can revert in arithmetic; the bounds that see to it are proven in FarmMath.
abstract contract FarmsCore is PauseRoles, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev Books of a token that streams pay. Of the reward token only `funded` is kept here;
    /// what was settled shares the slot of `seq`, which every action writes anyway.
    struct TokenBooks {
        uint96 funded;
        uint96 settled;
    }

    uint256 internal constant DUST_BITS = 95;
    uint256 private constant DUST_MASK = (1 << DUST_BITS) - 1;

    /// @dev Token of stream 0 of all farms.
    address internal immutable REWARD;
    address internal immutable TREASURY_ACCOUNT;
    uint32 internal immutable FEE_SECONDS;

    address internal _receiver;
    address internal _bridge;
    mapping(address token => uint256 amount) internal _treasuryDue;
    /// @dev seq 64 | settled 96 | dustX 96: of the reward token, dust in 2^-95 wei.
    uint256 internal _global;
    mapping(uint32 farmId => FarmMath.FarmSlots) internal _farms;
    /// @dev Every farm ever added for a stake token; only the last can be one that has not ended.
    mapping(address stakeToken => uint32[] farmIds) internal _farmIdsOf;
    mapping(address token => TokenBooks) internal _books;
    mapping(address user => address recipient) internal _recipients;

    constructor(address rewardToken, address treasury, uint32 feeStreamSeconds) {
        if (rewardToken == address(0) || treasury == address(0)) revert IFarms.Farms_ZeroAddress();
        if (feeStreamSeconds == 0) revert IFarms.Farms_BadDuration(0);
        REWARD = rewardToken;
        TREASURY_ACCOUNT = treasury;
        FEE_SECONDS = feeStreamSeconds;
    }

    function _nextSeq() internal override returns (uint64) {
        unchecked {
            uint256 word = _global + 1;
            _global = word;
            return uint64(word);
        }
    }

    /// @dev Books wei of the reward token as paid and dust as released, and takes the number of the
    /// event that says so. Settled stays below what was funded, which fits its 96 bits.
    function _bookPaid(uint256 paid, uint256 dustX, uint256 scaleBits) internal returns (uint64) {
        unchecked {
            uint256 word = _global;
            uint256 dust = (word >> 160) + (dustX << (DUST_BITS - scaleBits));
            word = uint160(word) + 1 + ((paid + (dust >> DUST_BITS)) << 64);
            _global = word | ((dust & DUST_MASK) << 160);
            return uint64(word);
        }
    }

    /// @dev The emission of a farm as of now and a position in it. Stores nothing.
    function _open(uint32 farmId, address user)
        internal
        view
        returns (
            FarmMath.FarmSlots storage farm,
            FarmMath.PositionSlots storage position,
            FarmMath.Visit memory visit
        )
    {
        farm = _farms[farmId];
        position = farm.positions[user];
        visit.farmId = farmId;
        visit.user = user;
        FarmMath.load(farm, visit);
        if (visit.terms == 0) revert IFarms.Farms_UnknownFarm(farmId);
        visit.word = position.word;
    }

    function _requireActive(FarmMath.Visit memory visit) internal pure {
        uint256 terms = visit.terms;
        if (!FarmMath.isActive(terms)) {
            revert IFarms.Farms_NotActive(visit.farmId, FarmMath.stateOf(terms));
        }
    }

    function _requireMinimum(uint256 principal, uint256 terms) internal pure {
        uint256 minimum = FarmMath.minimumOf(FarmMath.scaleBitsOf(terms));
        if (principal < minimum) revert IFarms.Farms_BelowMinimum(principal, minimum);
    }

    /// @dev Gives the position another weight. What it earned in any stream stays pending, and the
    /// farm is stored.
    function _touch(
        FarmMath.FarmSlots storage farm,
        FarmMath.PositionSlots storage position,
        FarmMath.Visit memory visit,
        uint256 weight
    ) internal {
        uint256 word = visit.word;
        uint256 scaleBits = FarmMath.scaleBitsOf(visit.terms);
        uint256 pX = FarmMath.pendingX(word, visit.acc, scaleBits);
        uint256 dustX;
        (position.word, dustX) = FarmMath.packPosition(pX, weight, visit.acc, scaleBits);
        _reweigh(farm, position, visit, uint96(word), weight, dustX);
    }

    /// @dev The same, but takes the whole wei of the emission out, which the caller books and
    /// pays. Of a position that ends the fraction goes to those who stay, which clears its slot.
    function _touchAndTake(
        FarmMath.FarmSlots storage farm,
        FarmMath.PositionSlots storage position,
        FarmMath.Visit memory visit,
        uint256 weight
    ) internal returns (uint256 paid) {
        uint256 word = visit.word;
        uint256 scaleBits = FarmMath.scaleBitsOf(visit.terms);
        uint256 dustX = FarmMath.pendingX(word, visit.acc, scaleBits);
        paid = dustX >> scaleBits;
        dustX &= (1 << scaleBits) - 1;
        uint256 newWord;
        if (weight != 0) {
            (newWord, dustX) = FarmMath.packPosition(dustX, weight, visit.acc, scaleBits);
        }
        position.word = newWord;
        _reweigh(farm, position, visit, uint96(word), weight, dustX);
    }

    /// @dev Second half of a touch: totals, residue and the streams besides the emission.
    function _reweigh(
        FarmMath.FarmSlots storage farm,
        FarmMath.PositionSlots storage position,
        FarmMath.Visit memory visit,
        uint256 oldWeight,
        uint256 weight,
        uint256 dustX
    ) private {
        uint256 totalWeight = visit.totalWeight;
        unchecked {
            visit.totalWeight = totalWeight - oldWeight + weight;
            visit.residueX += dustX;
        }
        FarmMath.carryResidue(visit);
        FarmMath.store(farm, visit);
        if (FarmMath.streamCountOf(visit.terms) > 1) {
            _settleExtras(farm, position, visit, totalWeight, oldWeight, weight);
        }
    }

    /// @dev Settles a position in every stream besides the emission, as its weight changes. Calls
    /// no token.
    function _settleExtras(
        FarmMath.FarmSlots storage farm,
        FarmMath.PositionSlots storage position,
        FarmMath.Visit memory visit,
        uint256 totalBefore,
        uint256 oldWeight,
        uint256 weight
    ) private {
        FarmMath.Visit memory stream;
        uint256 count = FarmMath.streamCountOf(visit.terms) - 1;
        for (uint256 i; i < count; ++i) {
            FarmMath.ExtraSlots storage extra = farm.extras[i];
            FarmMath.loadExtra(extra, stream, visit.terms, totalBefore);
            uint256 pX = FarmMath.extraPendingX(position.extraWords[i], oldWeight, stream.acc);
            uint256 dustX;
            (position.extraWords[i], dustX) = FarmMath.extraWordOf(pX, weight, stream.acc);
            stream.residueX += dustX;
            stream.totalWeight = visit.totalWeight;
            FarmMath.carryResidue(stream);
            FarmMath.storeExtra(extra, stream);
        }
    }

    /// @dev Pulls exactly `amount` from the caller; a token that keeps a fee is refused.
    function _pull(address token, uint256 amount) internal {
        uint256 balanceBefore = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = IERC20(token).balanceOf(address(this)) - balanceBefore;
        if (received != amount) revert IFarms.Farms_TransferShort(amount, received);
    }

    function _payReward(address to, uint256 amount) internal {
        if (amount != 0) IERC20(REWARD).safeTransfer(to, amount);
    }
}
