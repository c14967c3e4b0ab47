// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {BridgeDepartures} from "./bridge/BridgeDepartures.sol";
import {BridgeEscrow} from "./bridge/BridgeEscrow.sol";
import {BridgeSender} from "./bridge/BridgeSender.sol";
import {BridgeWiring} from "./bridge/BridgeWiring.sol";

/// @title PositionBridge
/// @notice Moves staked positions between chains.
/// @dev Holds no tokens but open escrow and what arrived and waits for its compose. A credit is
/// taken only when the tokens held cover it beside everything owed, and is restaked from its own
/// arrival. The restake gets the same gas whoever executes, and each credit leaves `Escrowed`
/// exactly once. A token trusts its own OFT only: another one can neither credit it nor use up the
/// name of its packets.
contract PositionBridge is BridgeDepartures, BridgeEscrow {
    /// @param restakeGas Gas of a restake with all slots cold, in the farm with most streams and
    /// terms on this chain, plus a fifth: 270,000 for four streams of plain tokens, more where the
    /// stake token is dear to transfer.
    constructor(
        address endpoint,
        address farms,
        address owner_,
        address guardian_,
        uint32 restakeGas
    ) Ownable(owner_) BridgeWiring(endpoint, farms, guardian_) BridgeSender(restakeGas) {}
}
