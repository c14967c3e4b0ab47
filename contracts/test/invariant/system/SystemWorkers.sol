// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a verifier or an executor is to the chain that a message leaves: somebody to pay.
/// @dev What they do on the other chain the handlers do in their place, well or badly.
contract FlatFeeWorker {
    /// @dev As the send library hands a job to a verifier.
    struct Job {
        uint32 dstEid;
        bytes packetHeader;
        bytes32 payloadHash;
        uint64 confirmations;
        address sender;
    }

    uint256 private immutable FEE;

    constructor(uint256 fee) {
        FEE = fee;
    }

    /// @notice Takes the job of a verifier.
    function assignJob(Job calldata, bytes calldata) external payable returns (uint256) {
        return FEE;
    }

    /// @notice Takes the job of an executor.
    function assignJob(uint32, address, uint256, bytes calldata) external view returns (uint256) {
        return FEE;
    }

    /// @notice Price of a verifier.
    function getFee(uint32, uint64, address, bytes calldata) external view returns (uint256) {
        return FEE;
    }

    /// @notice Price of an executor.
    function getFee(uint32, address, uint256, bytes calldata) external view returns (uint256) {
        return FEE;
    }
}
