// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IEmissionReceiver
/// @notice Applies emission orders on one chain: keeps what arrived for each epoch in a pot and
/// streams it to the farms that the highest revision of the epoch names.
/// @dev Business problems never revert. Tokens that cannot be streamed stay in the pot, visible
/// and replayable. `r1` then `r2` and `r2` then `r1` at the same timestamps end in the same state.
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
    event GuardianSet(address indexed guardian, uint64 seq);
    /// @notice The owner took wei out of a pot that no stream will get.
    event PotWithdrawn(
        uint32 indexed epoch, address indexed to, uint256 amount, uint256 pot, uint64 seq
    );
    /// @notice The controller was named, once and for all. Wiring carries no `seq`.
    event ControllerSet(bytes32 indexed controller);

    error Receiver_OnlyEndpoint(address caller);
    error Receiver_OnlyRewardOft(address from);
    error Receiver_OnlyHub(uint32 srcEid, bytes32 sender);
    error Receiver_OnlyController(address caller);
    error Receiver_OnlyGuardian(address caller);
    error Receiver_IsPaused();
    error Receiver_EpochKilled(uint32 epoch, uint32 minValidEpoch);
    error Receiver_RenounceDisabled();
    error Receiver_ZeroAddress();
    error Receiver_AlreadySet(bytes32 current);
    error Receiver_PotTooSmall(uint32 epoch, uint256 pot, uint256 requested);

    /// @notice Sequence number of the last event; consecutive from 1.
    function seq() external view returns (uint64);
    /// @notice The controller on the hub, as it appears in a compose header.
    function controller() external view returns (bytes32);
    /// @notice May pause and kill epochs.
    function guardian() external view returns (address);
    /// @notice Wei that arrived for `epoch` and is not streamed.
    function potOf(uint32 epoch) external view returns (uint256);
    /// @notice Sum of all pots: wei held here that no stream has.
    function unallocated() external view returns (uint256);
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
    /// @notice Stops applying orders on this chain. Guardian or owner.
    function pause() external;
    /// @notice Resumes. Owner only.
    function unpause() external;
    /// @notice Kills every order of an epoch below `epoch`; never lowers. Guardian or owner.
    function setMinValidEpoch(uint32 epoch) external;
    /// @notice Names the controller, once. Only the owner.
    function setController(bytes32 controller) external;
    /// @notice Names the guardian; zero for none. Only the owner.
    function setGuardian(address guardian) external;
    /// @notice Takes wei out of the pot of `epoch`, the only way out for the value of a killed or
    /// unreadable order. Reaches no stream and nothing a farm was given. Only the owner.
    function withdrawPot(uint32 epoch, address to, uint256 amount) external;
}
