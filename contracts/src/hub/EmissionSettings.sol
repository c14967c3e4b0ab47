// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IEmissionController} from "../interfaces/IEmissionController.sol";

/// @title EmissionSettings
/// @notice Part of the emission controller: clock, schedule, limits and roles.
abstract contract EmissionSettings is IEmissionController, Ownable {
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

    struct EpochEntry {
        uint64 budgetSD;
        uint64 spentSD;
        uint32 revision;
        bytes32 evidenceHash;
    }

    uint256 internal constant BPS = 10_000;
    uint256 private constant DECAY_STEPS_MAX = 256;

    /// @inheritdoc IEmissionController
    uint40 public immutable GENESIS;
    /// @inheritdoc IEmissionController
    uint32 public immutable EPOCH_DURATION;
    /// @inheritdoc IEmissionController
    uint64 public immutable HARD_CAP_SD;

    /// @inheritdoc IEmissionController
    uint64 public seq;
    /// @inheritdoc IEmissionController
    uint32 public lastDecided;
    /// @dev The decided epoch before `lastDecided`, 0 for none.
    uint32 internal _decidedBefore;
    /// @inheritdoc IEmissionController
    uint16 public maxChangeBps;
    /// @inheritdoc IEmissionController
    bool public paused;
    /// @inheritdoc IEmissionController
    address public operator;
    /// @inheritdoc IEmissionController
    address public guardian;
    /// @inheritdoc IEmissionController
    uint256 public feeCap;

    mapping(uint32 epoch => EpochEntry) internal _epochs;
    Schedule private _schedule;
    Schedule private _previousSchedule;

    modifier whenNotPaused() {
        if (paused) revert Controller_IsPaused();
        _;
    }

    constructor(Config memory config) Ownable(config.owner) {
        if (config.epochDuration == 0) revert Controller_ZeroDuration();
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
        uint32 fromEpoch = uint32(Math.max(lastDecided, currentEpoch()) + 1);
        // A schedule that never came into force is replaced, not kept as the previous one.
        if (_schedule.fromEpoch < fromEpoch) _previousSchedule = _schedule;
        _schedule = Schedule(fromEpoch, budgetSD, floorSD, decayBps, decayEvery);
        emit ScheduleSet(fromEpoch, budgetSD, floorSD, decayBps, decayEvery, ++seq);
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
    function setGuardian(address guardian_) external onlyOwner {
        _setGuardian(guardian_);
    }

    /// @inheritdoc IEmissionController
    function pause() external {
        if (msg.sender != guardian && msg.sender != owner()) {
            revert Controller_OnlyGuardian(msg.sender);
        }
        paused = true;
        emit Paused(msg.sender, ++seq);
    }

    /// @inheritdoc IEmissionController
    function unpause() external onlyOwner {
        paused = false;
        emit Unpaused(msg.sender, ++seq);
    }

    /// @notice Always refused: without an owner a paused controller could never resume.
    function renounceOwnership() public view override onlyOwner {
        revert Controller_RenounceDisabled();
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
    function budgetOf(uint32 epoch) public view returns (uint64) {
        EpochEntry storage entry = _epochs[epoch];
        if (entry.revision != 0) return entry.budgetSD;
        Schedule memory schedule = _scheduleOf(epoch);
        if (schedule.decayEvery == 0 || schedule.decayBps == 0) return schedule.budgetSD;
        if (epoch <= schedule.fromEpoch) return schedule.budgetSD;
        uint256 steps = (epoch - schedule.fromEpoch) / schedule.decayEvery;
        if (steps > DECAY_STEPS_MAX) return schedule.floorSD;
        uint256 budgetSD = schedule.budgetSD;
        for (uint256 i; i < steps && budgetSD > schedule.floorSD; ++i) {
            budgetSD = budgetSD * (BPS - schedule.decayBps) / BPS;
        }
        return uint64(Math.max(budgetSD, schedule.floorSD));
    }

    function _setMaxChangeBps(uint16 maxChangeBps_) private {
        if (maxChangeBps_ > BPS) revert Controller_BadBps(maxChangeBps_);
        maxChangeBps = maxChangeBps_;
        emit MaxChangeSet(maxChangeBps_, ++seq);
    }

    function _scheduleOf(uint32 epoch) private view returns (Schedule memory) {
        return epoch >= _schedule.fromEpoch ? _schedule : _previousSchedule;
    }

    function _checkSchedule(uint64 budgetSD, uint64 floorSD, uint16 decayBps, uint64 hardCapSD)
        private
        pure
    {
        if (budgetSD > hardCapSD) revert Controller_HardCapExceeded(budgetSD, hardCapSD);
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

    function _setGuardian(address guardian_) private {
        guardian = guardian_;
        emit GuardianSet(guardian_, ++seq);
    }
}
