// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOFT} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {PauseRoles} from "../access/PauseRoles.sol";
import {IEmissionController} from "../interfaces/IEmissionController.sol";
import {Guards} from "../libraries/Guards.sol";
import {EmissionBooks} from "./EmissionBooks.sol";

/// @title EmissionSettings
/// @notice Part of the emission controller: clock, schedule, limits and roles.
abstract contract EmissionSettings is IEmissionController, PauseRoles {
    using SafeCast for uint256;

    /// @param rewardOft OFT on the hub that carries the reward token.
    /// @param rewardToken Token spent; the OFT itself or what its adapter locks.
    /// @param hubEid Endpoint id of this chain.
    /// @param genesis Start of epoch 1, in seconds.
    /// @param epochDuration Seconds of an epoch.
    /// @param hardCapSD No budget ever exceeds this; immutable.
    /// @param budgetSD First budget.
    /// @param floorSD The budget never decays below this.
    /// @param decayBps Share the budget loses each `decayEvery` epochs.
    /// @param decayEvery Epochs between two decays; 0 for no decay.
    /// @param maxChangeBps Share of the budget by which a farm's target may change per epoch.
    /// @param feeCap Most native fee of one message.
    /// @param composeGasBase Gas of applying an order without farms.
    /// @param composeGasPerFarm Gas of applying one farm of an order.
    /// @param owner Timelock.
    /// @param operator Decides inside the bounds.
    /// @param guardian May pause.
    struct Config {
        address rewardOft;
        address rewardToken;
        uint32 hubEid;
        uint40 genesis;
        uint32 epochDuration;
        uint64 hardCapSD;
        uint64 budgetSD;
        uint64 floorSD;
        uint16 decayBps;
        uint16 decayEvery;
        uint16 maxChangeBps;
        uint256 feeCap;
        uint128 composeGasBase;
        uint128 composeGasPerFarm;
        address owner;
        address operator;
        address guardian;
    }

    /// @dev The multiple in force from `fromEpoch` on, and the one before.
    struct RevenueBound {
        uint32 fromEpoch;
        uint32 multipleBps;
        uint32 previousBps;
    }

    uint256 internal constant BPS = 10_000;

    IOFT public immutable REWARD_OFT;
    IERC20 public immutable REWARD_TOKEN;
    /// @notice Wei of one unit of shared decimals.
    uint256 public immutable CONVERSION_RATE;
    /// @inheritdoc IEmissionController
    uint40 public immutable GENESIS;
    /// @inheritdoc IEmissionController
    uint32 public immutable EPOCH_DURATION;
    /// @inheritdoc IEmissionController
    uint64 public immutable HARD_CAP_SD;

    /// @inheritdoc IEmissionController
    uint64 public seq;
    /// @inheritdoc IEmissionController
    uint16 public maxChangeBps;
    /// @inheritdoc IEmissionController
    bool public paused;
    /// @inheritdoc IEmissionController
    address public operator;
    /// @inheritdoc IEmissionController
    uint256 public feeCap;

    EmissionBooks.Books internal _books;
    Schedule private _schedule;
    Schedule private _previousSchedule;
    RevenueBound private _revenueBound;

    modifier whenNotPaused() {
        if (paused) revert Controller_IsPaused();
        _;
    }

    constructor(Config memory config) Ownable(config.owner) {
        if (config.epochDuration == 0) revert Controller_ZeroDuration();
        if (config.rewardOft == address(0) || config.rewardToken == address(0)) {
            revert Controller_ZeroAddress();
        }
        REWARD_OFT = IOFT(config.rewardOft);
        REWARD_TOKEN = IERC20(config.rewardToken);
        uint8 decimals = IERC20Metadata(config.rewardToken).decimals();
        CONVERSION_RATE = 10 ** (decimals - IOFT(config.rewardOft).sharedDecimals());
        GENESIS = config.genesis;
        EPOCH_DURATION = config.epochDuration;
        HARD_CAP_SD = config.hardCapSD;

        _checkSchedule(config.budgetSD, config.floorSD, config.decayBps, config.hardCapSD);
        _schedule = Schedule(1, config.budgetSD, config.floorSD, config.decayBps, config.decayEvery);
        emit ScheduleSet(
            1, config.budgetSD, config.floorSD, config.decayBps, config.decayEvery, ++seq
        );
        _setMaxChangeBps(config.maxChangeBps);
        _setFeeCap(config.feeCap);
        _setOperator(config.operator);
        _setGuardian(config.guardian);
    }

    /// @inheritdoc IEmissionController
    function setSchedule(uint64 budgetSD, uint64 floorSD, uint16 decayBps, uint16 decayEvery)
        external
        onlyOwner
    {
        _checkSchedule(budgetSD, floorSD, decayBps, HARD_CAP_SD);
        uint32 fromEpoch = _nextOpenEpoch();
        // A schedule that never came into force is replaced, not kept as the previous one.
        if (_schedule.fromEpoch < fromEpoch) _previousSchedule = _schedule;
        _schedule = Schedule(fromEpoch, budgetSD, floorSD, decayBps, decayEvery);
        emit ScheduleSet(fromEpoch, budgetSD, floorSD, decayBps, decayEvery, ++seq);
    }

    /// @inheritdoc IEmissionController
    function setRevenueMultiple(uint32 multipleBps) external onlyOwner {
        uint32 fromEpoch = _nextOpenEpoch();
        RevenueBound storage bound = _revenueBound;
        // A multiple that never came into force is replaced, not kept as the previous one.
        if (bound.fromEpoch < fromEpoch) bound.previousBps = bound.multipleBps;
        bound.multipleBps = multipleBps;
        bound.fromEpoch = fromEpoch;
        emit RevenueMultipleSet(fromEpoch, multipleBps, ++seq);
    }

    /// @inheritdoc IEmissionController
    function setMaxChangeBps(uint16 maxChangeBps_) external onlyOwner {
        _setMaxChangeBps(maxChangeBps_);
    }

    /// @inheritdoc IEmissionController
    function setFeeCap(uint256 feeCap_) external onlyOwner {
        _setFeeCap(feeCap_);
    }

    /// @inheritdoc IEmissionController
    function setOperator(address operator_) external onlyOwner {
        _setOperator(operator_);
    }

    /// @inheritdoc IEmissionController
    function pause() external onlyPauser {
        paused = true;
        emit Paused(msg.sender, ++seq);
    }

    /// @inheritdoc IEmissionController
    function unpause() external onlyOwner {
        paused = false;
        emit Unpaused(msg.sender, ++seq);
    }

    /// @inheritdoc IEmissionController
    function scheduleOf(uint32 epoch) external view returns (Schedule memory) {
        return _scheduleOf(epoch);
    }

    /// @inheritdoc IEmissionController
    function currentEpoch() public view returns (uint32) {
        if (block.timestamp < GENESIS) return 0;
        return uint32((block.timestamp - GENESIS) / EPOCH_DURATION + 1);
    }

    /// @inheritdoc IEmissionController
    function epochEnd(uint32 epoch) public view returns (uint40) {
        return (GENESIS + uint256(epoch) * EPOCH_DURATION).toUint40();
    }

    /// @inheritdoc IEmissionController
    function revenueMultipleOf(uint32 epoch) public view returns (uint32 multipleBps) {
        RevenueBound memory bound = _revenueBound;
        return epoch >= bound.fromEpoch ? bound.multipleBps : bound.previousBps;
    }

    /// @dev The schedule and the one it replaced.
    function _schedules()
        internal
        view
        returns (Schedule memory earlier, Schedule memory schedule)
    {
        return (_previousSchedule, _schedule);
    }

    function _scheduleOf(uint32 epoch) internal view returns (Schedule memory) {
        return epoch >= _schedule.fromEpoch ? _schedule : _previousSchedule;
    }

    /// @inheritdoc PauseRoles
    function _nextSeq() internal override returns (uint64) {
        return ++seq;
    }

    function _setMaxChangeBps(uint16 maxChangeBps_) private {
        if (maxChangeBps_ > BPS) revert Controller_BadBps(maxChangeBps_);
        maxChangeBps = maxChangeBps_;
        emit MaxChangeSet(maxChangeBps_, ++seq);
    }

    function _checkSchedule(uint64 budgetSD, uint64 floorSD, uint16 decayBps, uint64 hardCapSD)
        private
        pure
    {
        if (!Guards.isWithin(budgetSD, hardCapSD)) {
            revert Controller_HardCapExceeded(budgetSD, hardCapSD);
        }
        if (floorSD > budgetSD) revert Controller_BudgetExceeded(floorSD, budgetSD);
        if (decayBps > BPS) revert Controller_BadBps(decayBps);
    }

    function _setFeeCap(uint256 feeCap_) private {
        feeCap = feeCap_;
        emit FeeCapSet(feeCap_, ++seq);
    }

    function _setOperator(address operator_) private {
        operator = operator_;
        emit OperatorSet(operator_, ++seq);
    }

    /// @dev First epoch that neither runs nor is decided.
    function _nextOpenEpoch() private view returns (uint32) {
        return uint32(Math.max(_books.lastDecided, currentEpoch()) + 1);
    }
}
