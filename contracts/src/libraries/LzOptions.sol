// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title LzOptions
/// @notice Builds LayerZero execution options of type 3.
/// @dev The executor adds options of the same kind up, so these only ever raise the gas that the
/// enforced options of an OFT grant.
library LzOptions {
    uint16 private constant TYPE_3 = 3;
    uint8 private constant WORKER_EXECUTOR = 1;
    uint8 private constant KIND_RECEIVE = 1;
    uint8 private constant KIND_COMPOSE = 3;
    /// @dev Size of kind and body: 1 + 16 for a receive option, 1 + 2 + 16 for a compose option.
    uint16 private constant RECEIVE_SIZE = 17;
    uint16 private constant COMPOSE_SIZE = 19;

    /// @notice Gas for the compose call of index 0.
    function compose(uint128 composeGas) internal pure returns (bytes memory) {
        return abi.encodePacked(
            TYPE_3, WORKER_EXECUTOR, COMPOSE_SIZE, KIND_COMPOSE, uint16(0), composeGas
        );
    }

    /// @notice `options` of type 3 with more gas for the delivery.
    function addReceive(bytes memory options, uint128 receiveGas)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(options, WORKER_EXECUTOR, RECEIVE_SIZE, KIND_RECEIVE, receiveGas);
    }

    /// @notice Gas for the delivery and for the compose call of index 0.
    function receiveAndCompose(uint128 receiveGas, uint128 composeGas)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(
            TYPE_3,
            WORKER_EXECUTOR,
            RECEIVE_SIZE,
            KIND_RECEIVE,
            receiveGas,
            WORKER_EXECUTOR,
            COMPOSE_SIZE,
            KIND_COMPOSE,
            uint16(0),
            composeGas
        );
    }
}
