// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IEmissionController
/// @notice Hub of the emission: schedule, registry with bounds, decisions of the operator inside
/// those bounds, and dispatch of funded orders to every chain.
/// @dev Amounts suffixed `SD` are in the reward OFT's shared decimals (6), as the OFT sends them;
/// those suffixed `LD` are in the token's own decimals.
/// For every epoch: `spentSD(epoch) <= budgetOf(epoch) <= HARD_CAP_SD` over all revisions.
interface IEmissionController {
    /// @param fromEpoch First epoch the schedule rules.
    /// @param budgetSD Budget of `fromEpoch`.
    /// @param floorSD The budget never decays below this.
    /// @param decayBps Share the budget loses each `decayEvery` epochs, rounded down each step.
    /// @param decayEvery Epochs between two decays; 0 for no decay.
    struct Schedule {
        uint32 fromEpoch;
        uint64 budgetSD;
        uint64 floorSD;
        uint16 decayBps;
        uint16 decayEvery;
    }

    /// @notice What one farm gets in one epoch in total, over all revisions.
    struct Target {
        uint32 eid;
        uint32 farmId;
        uint64 amountSD;
    }

    /// @param minBps Least share of the epoch budget, in basis points.
    /// @param maxBps Greatest share of the epoch budget; 0 closes the farm.
    struct FarmBounds {
        uint16 minBps;
        uint16 maxBps;
        bool registered;
    }

    /// @notice What a decision may give one farm. Deciding every `referenceSD` is always
    /// acceptable, provided that the minimums of the farms fit under the caps of their chains and
    /// together into the budget.
    /// @param minSD Least amount, after bounds and change limit.
    /// @param referenceSD What the change is measured from: the same share of the budget as in the
    /// epoch compared with, brought inside the bounds, and shrunk towards the minimums where these
    /// references together exceed a chain's cap or the budget. The minimum for a farm that epoch
    /// did not have, which may start anywhere in its bounds. The epoch compared with is the decided
    /// one before, passing over those whose budget was 0, in which nothing had a share.
    /// @param maxSD Greatest amount, after bounds and change limit.
    struct TargetLimits {
        uint32 eid;
        uint32 farmId;
        uint64 minSD;
        uint64 referenceSD;
        uint64 maxSD;
    }

    event ChainRegistered(uint32 indexed eid, bytes32 receiver, uint16 maxBps, uint64 seq);
    event FarmBoundsSet(
        uint32 indexed eid, uint32 indexed farmId, uint16 minBps, uint16 maxBps, uint64 seq
    );
    event FarmRemoved(uint32 indexed eid, uint32 indexed farmId, uint64 seq);
    event ScheduleSet(
        uint32 indexed fromEpoch,
        uint64 budgetSD,
        uint64 floorSD,
        uint16 decayBps,
        uint16 decayEvery,
        uint64 seq
    );
    event MaxChangeSet(uint16 maxChangeBps, uint64 seq);
    event FeeCapSet(uint256 feeCap, uint64 seq);
    event OperatorSet(address indexed operator, uint64 seq);
    /// @param fromEpoch First epoch whose budget the multiple bounds.
    /// @param multipleBps Share of the revenue of the epoch before; 0 for no bound.
    event RevenueMultipleSet(uint32 indexed fromEpoch, uint32 multipleBps, uint64 seq);
    /// @notice `from` added reward tokens, booked as revenue of `epoch`, the one that runs.
    event RevenueDeposited(
        uint32 indexed epoch, address indexed from, uint256 amountLD, uint64 seq
    );
    event EpochDecided(
        uint32 indexed epoch,
        uint32 indexed revision,
        uint64 budgetSD,
        uint64 allocatedSD,
        bytes32 evidenceHash,
        Target[] targets,
        uint64 seq
    );
    /// @param amountSD Value sent with this order; 0 when the chain already holds enough.
    /// @param guid Packet of the order; 0 for the hub's own farms.
    event OrderDispatched(
        uint32 indexed epoch,
        uint32 indexed eid,
        uint32 revision,
        uint64 amountSD,
        bytes32 guid,
        uint256 nativeFee,
        uint64 seq
    );
    /// @notice A path failed inside `dispatchMany`; it stays pending and may be dispatched again.
    event DispatchFailed(uint32 indexed epoch, uint32 indexed eid, bytes reason, uint64 seq);
    event Paused(address indexed by, uint64 seq);
    event Unpaused(address indexed by, uint64 seq);
    event NativeWithdrawn(address indexed to, uint256 amount, uint64 seq);
    event TokenWithdrawn(address indexed to, uint256 amount, uint64 seq);

    error Controller_OnlyOperator(address caller);
    error Controller_OnlySelf(address caller);
    error Controller_IsPaused();
    error Controller_NotStarted();
    error Controller_EpochNotOpen(uint32 epoch, uint32 currentEpoch);
    error Controller_EpochClosed(uint32 epoch, uint32 lastDecided);
    error Controller_WrongRevision(uint32 expected, uint32 received);
    error Controller_IncompleteTargets(uint256 expected, uint256 received);
    error Controller_UnsortedTargets(uint256 index);
    error Controller_MissingTarget(uint32 eid, uint32 farmId);
    error Controller_UnknownFarm(uint32 eid, uint32 farmId);
    error Controller_UnknownChain(uint32 eid);
    error Controller_ShareOutOfBounds(uint32 eid, uint32 farmId, uint64 amountSD);
    error Controller_ChangeTooLarge(uint32 eid, uint32 farmId, uint64 referenceSD, uint64 amountSD);
    error Controller_ChainCapExceeded(uint32 eid, uint256 amountSD, uint256 capSD);
    error Controller_BudgetExceeded(uint256 requiredSD, uint256 budgetSD);
    error Controller_HardCapExceeded(uint256 requestedSD, uint256 hardCapSD);
    error Controller_NotDecided(uint32 epoch);
    error Controller_NothingToDispatch(uint32 epoch, uint32 eid);
    /// @notice A path of `dispatchMany` failed, and may only have lacked gas.
    error Controller_NotEnoughGas(uint32 epoch, uint32 eid);
    error Controller_FeeTooHigh(uint256 fee, uint256 cap);
    error Controller_InsufficientNative(uint256 required, uint256 balance);
    error Controller_BadBps(uint256 value);
    error Controller_TooManyFarms(uint256 count);
    error Controller_TooManyChains(uint256 count);
    error Controller_ZeroDuration();
    error Controller_ZeroAddress();
    error Controller_ZeroAmount();

    function GENESIS() external view returns (uint40);
    function EPOCH_DURATION() external view returns (uint32);
    function HARD_CAP_SD() external view returns (uint64);
    function HUB_EID() external view returns (uint32);
    /// @notice Sequence number of the last event; consecutive from 1.
    function seq() external view returns (uint64);
    function operator() external view returns (address);
    function paused() external view returns (bool);
    function maxChangeBps() external view returns (uint16);
    function feeCap() external view returns (uint256);

    /// @notice Epoch that runs now, counted from 1; 0 before genesis.
    function currentEpoch() external view returns (uint32);
    /// @notice Time `epoch` ends, in seconds.
    function epochEnd(uint32 epoch) external view returns (uint40);
    /// @notice Budget of `epoch`: what it was decided under, or what the schedule and the revenue
    /// deposited so far allow.
    function budgetOf(uint32 epoch) external view returns (uint64);
    /// @notice Share of the revenue of the epoch before that bounds the budget of `epoch`, in basis
    /// points; 0 for no bound.
    function revenueMultipleOf(uint32 epoch) external view returns (uint32 multipleBps);
    /// @notice Reward tokens deposited as revenue of `epoch`.
    function revenueOf(uint32 epoch) external view returns (uint256 amountLD);
    /// @notice Reward tokens held, whether or not they are decided already.
    function tokenBalance() external view returns (uint256 amountLD);
    /// @notice Native money held for message fees.
    function nativeBalance() external view returns (uint256);
    /// @notice Value decided and not sent yet, over all epochs and chains.
    function outstandingSD() external view returns (uint256);
    /// @notice Last epoch whose scheduled budget the tokens held would cover, after what is
    /// outstanding and every epoch before it; 0 when not even what is outstanding is covered.
    /// @dev Looks 256 epochs ahead at most.
    function fundedUntil() external view returns (uint32 epoch);
    /// @notice The schedule that rules `epoch`.
    function scheduleOf(uint32 epoch) external view returns (Schedule memory);
    function lastDecided() external view returns (uint32);
    function revisionOf(uint32 epoch) external view returns (uint32);
    function evidenceOf(uint32 epoch) external view returns (bytes32);
    /// @notice Value sent for `epoch` over all chains and revisions.
    function spentSD(uint32 epoch) external view returns (uint64);
    function sentToSD(uint32 epoch, uint32 eid) external view returns (uint64);
    /// @notice Sum of the targets of one chain in the highest revision of `epoch`.
    function chainTargetSD(uint32 epoch, uint32 eid) external view returns (uint64);
    /// @notice Revision last dispatched to `eid` for `epoch`, 0 for none.
    function dispatchedRevision(uint32 epoch, uint32 eid) external view returns (uint32);
    /// @notice Every registered chain, ascending.
    function chains() external view returns (uint32[] memory);
    /// @notice Every registered farm, ascending by (eid, farmId).
    function farms() external view returns (uint32[] memory eids, uint32[] memory farmIds);
    function boundsOf(uint32 eid, uint32 farmId) external view returns (FarmBounds memory);
    function chainMaxBps(uint32 eid) external view returns (uint16);
    /// @notice Receiver orders for `eid` go to; zero when the chain is not registered.
    function receiverOf(uint32 eid) external view returns (bytes32);
    /// @notice Target of a farm in the last decided epoch and in the decided epoch before it,
    /// passing over epochs whose budget was 0.
    function lastTargetSD(uint32 eid, uint32 farmId)
        external
        view
        returns (uint64 currentSD, uint64 previousSD);
    /// @notice What `decide` would accept for every registered farm in `epoch`, if it were decided
    /// or revised now; ascending by (eid, farmId).
    function limitsOf(uint32 epoch) external view returns (TargetLimits[] memory);
    /// @notice Native fee of dispatching `epoch` to `eid` now; 0 for the hub.
    function quoteDispatch(uint32 epoch, uint32 eid) external view returns (uint256 nativeFee);

    /// @notice Fixes what every farm gets in `epoch`. Operator inside the bounds; owner too.
    /// @param revision One more than the last; the owner may pass 0 for whatever that is, because a
    /// proposal cannot foresee it.
    /// @param targets Exactly the registered farms, ascending by (eid, farmId); amounts are
    /// cumulative for the epoch.
    /// @param evidenceHash Hash of the evidence bundle anyone can recompute the targets from.
    function decide(uint32 epoch, uint32 revision, Target[] calldata targets, bytes32 evidenceHash)
        external;
    /// @notice Sends the newest order of `epoch` to `eid`. Anyone; pays from this contract.
    function dispatch(uint32 epoch, uint32 eid) external;
    /// @notice Dispatches to every listed chain; a path that fails stays pending, and an id with
    /// nothing to dispatch is passed over without an event.
    /// @dev Refused as a whole when a path fails and takes more than three quarters of the gas with
    /// it, so that no caller can have a path reported as broken that only lacked his gas. A path
    /// that burns whatever it gets has to be left out.
    function dispatchMany(uint32 epoch, uint32[] calldata eids) external;

    /// @notice Adds reward tokens of the caller, as revenue of the epoch that runs. Anyone.
    function depositRevenue(uint256 amountLD) external;

    /// @notice Registers a chain or changes its cap. Only the owner.
    function setChain(uint32 eid, bytes32 receiver, uint16 maxBps) external;
    /// @notice Registers a farm or changes its bounds. Only the owner.
    function setFarmBounds(uint32 eid, uint32 farmId, uint16 minBps, uint16 maxBps) external;
    /// @notice Removes a farm from the registry. Only the owner.
    function removeFarm(uint32 eid, uint32 farmId) external;
    /// @notice Replaces the schedule from the next epoch not yet decided. Only the owner.
    function setSchedule(uint64 budgetSD, uint64 floorSD, uint16 decayBps, uint16 decayEvery)
        external;
    function setMaxChangeBps(uint16 maxChangeBps) external;
    function setFeeCap(uint256 feeCap) external;
    function setOperator(address operator) external;
    /// @notice Bounds every budget by a multiple of what was deposited as revenue in the epoch
    /// before, from the next epoch not yet decided; 0 for no such bound. Only the owner.
    /// @dev An epoch bounded so can only be decided once the epoch before it is over.
    function setRevenueMultiple(uint32 multipleBps) external;
    /// @notice Stops decisions and dispatches. Guardian, sentinel or owner.
    function pause() external;
    /// @notice Resumes. Only the owner.
    function unpause() external;
    /// @notice Takes native fee money back to the treasury. Only the owner.
    function withdrawNative(address payable to, uint256 amount) external;
    /// @notice Takes reward tokens back to the treasury. Only the owner.
    function withdrawToken(address to, uint256 amount) external;
}
