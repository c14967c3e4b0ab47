// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IEmissionReceiver
/// @notice Applies emission orders on one chain: keeps what arrived for each epoch in a pot and
/// streams it to the farms that the highest revision of the epoch names.
/// @dev Business problems never revert. Tokens that cannot be streamed stay in the pot, visible
/// and replayable. `r1` then `r2` and `r2` then `r1` at the same timestamps give every farm the
/// same, provided that every target can be met: where a farm has streamed more than the highest
/// revision leaves it, the sum is the same and which farm goes short is not. A stream that more
/// orders touched may end later.
/// A farm never streams an order's value faster than over `MIN_STREAM`; with at least an epoch
/// there, an order adds no more to its rate, however late, than one that came on time.
interface IEmissionReceiver {
    /// @param amount Wei credited to the pot of `epoch`.
    /// @param isHighest Whether the packet carries the highest revision seen for its epoch, so that
    /// its targets replaced those known before.
    event OrderReceived(
        uint32 indexed epoch,
        uint32 indexed revision,
        bytes32 indexed guid,
        uint256 amount,
        bool isHighest,
        uint64 seq
    );
    /// @param net Wei moved from the pot into streams (negative: taken back into the pot).
    /// @param pot Wei left in the pot of `epoch`.
    event OrderApplied(
        uint32 indexed epoch, uint32 indexed revision, int256 net, uint256 pot, uint64 seq
    );
    /// @notice A packet of the hub that could not be read; its tokens wait in the pot of epoch 0.
    event OrderUnreadable(bytes32 indexed guid, uint256 amount, uint64 seq);
    event Paused(address indexed by, uint64 seq);
    event Unpaused(address indexed by, uint64 seq);
    event MinValidEpochSet(uint32 epoch, uint64 seq);
    /// @notice The owner gave wei of a pot up to the hub.
    /// @param pot Wei left in the pot of `epoch`.
    event PotReleased(uint32 indexed epoch, uint256 amount, uint256 pot, uint64 seq);
    /// @param guid Packet that carries `amount` to the controller; 0 on the hub's own chain.
    event ReturnedToHub(bytes32 indexed guid, uint256 amount, uint64 seq);
    event SurplusRecovered(address indexed token, address indexed to, uint256 amount, uint64 seq);
    /// @notice The controller was named, once and for all. Wiring carries no `seq`.
    event ControllerSet(bytes32 indexed controller);

    error Receiver_OnlyEndpoint(address caller);
    error Receiver_OnlyRewardOft(address from);
    error Receiver_OnlyHub(uint32 srcEid, bytes32 sender);
    error Receiver_OnlyController(address caller);
    error Receiver_IsPaused();
    error Receiver_EpochKilled(uint32 epoch, uint32 minValidEpoch);
    error Receiver_ZeroAddress();
    error Receiver_AlreadySet(bytes32 current);
    error Receiver_PotTooSmall(uint32 epoch, uint256 pot, uint256 requested);
    error Receiver_NotCovered(uint256 held, uint256 owed);
    error Receiver_ZeroAmount();
    error Receiver_InsufficientReturnable(uint256 returnable, uint256 requested);
    error Receiver_UnexpectedValue(uint256 value);
    error Receiver_NoSurplus(address token, uint256 surplus);

    /// @notice Sequence number of the last event; consecutive from 1.
    function seq() external view returns (uint64);
    /// @notice The controller on the hub, as it appears in a compose header.
    function controller() external view returns (bytes32);
    /// @notice Wei that arrived for `epoch` and is not streamed.
    function potOf(uint32 epoch) external view returns (uint256);
    /// @notice Sum of all pots: wei held here that no stream has.
    function unallocated() external view returns (uint256);
    /// @notice Wei taken out of pots that anyone may send back to the controller.
    function returnable() external view returns (uint256);
    /// @notice Wei of `token` held beyond pots and what is returnable. Of the reward token that
    /// includes what was credited here and whose order has not been executed yet.
    function surplusOf(address token) external view returns (uint256);
    /// @notice What `returnToHub` with `amount` costs and sends.
    /// @return nativeFee Fee of the message; 0 on the hub's own chain.
    /// @return amountSent `amount` without what the OFT cannot carry.
    function quoteReturn(uint256 amount)
        external
        view
        returns (uint256 nativeFee, uint256 amountSent);
    /// @notice Highest revision received for `epoch`, 0 for none.
    function revisionOf(uint32 epoch) external view returns (uint32);
    /// @notice Wei the highest revision of `epoch` wants `farmId` to get in total.
    function targetOf(uint32 epoch, uint32 farmId) external view returns (uint256);
    /// @notice Wei `farmId` got for `epoch` so far.
    function givenOf(uint32 epoch, uint32 farmId) external view returns (uint256);
    /// @notice Orders of epochs before this one are not applied.
    function minValidEpoch() external view returns (uint32);
    /// @notice Whether orders are received but not applied.
    function paused() external view returns (bool);

    /// @notice Applies an order for this chain without a message. Only the controller, which has
    /// transferred `amount` before.
    function applyLocal(bytes calldata order, uint256 amount) external;
    /// @notice Tries again to stream what the pot of `epoch` holds. Anyone.
    function replay(uint32 epoch) external;
    /// @notice Sends what is returnable back to the controller, without an order. Anyone; pays the
    /// fee, and gets back what of it was too much.
    /// @param amount Floored to what the OFT carries; the rest stays returnable.
    /// @return guid Packet of the send; 0 on the hub's own chain, where it is a transfer.
    function returnToHub(uint256 amount) external payable returns (bytes32 guid);
    /// @notice Stops applying orders on this chain. Guardian, sentinel or owner.
    function pause() external;
    /// @notice Resumes. Owner only.
    function unpause() external;
    /// @notice Kills every order of an epoch below `epoch`. Guardian or owner; only the owner may
    /// lower it again.
    function setMinValidEpoch(uint32 epoch) external;
    /// @notice Names the controller, once. Only the owner.
    function setController(bytes32 controller) external;
    /// @notice Takes wei out of the pot of `epoch`, to be returned to the hub: the only way out for
    /// the value of a killed or unreadable order. Reaches no stream and nothing a farm was given.
    /// Only the owner.
    function releasePot(uint32 epoch, uint256 amount) external;
    /// @notice Sends `amount` of what is held beyond what `surplusOf` counts as owed. Only the
    /// owner.
    /// @dev An order whose tokens were taken so waits until as many are here again.
    function recover(address token, address to, uint256 amount) external;
}
