// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {FarmsAdmin} from "./FarmsAdmin.sol";
import {FarmsCore} from "./FarmsCore.sol";

/// @title FarmsAnnex
/// @notice The rarer half of Farms, which does not fit into one contract. Farms creates it and runs
/// its code on its own storage.
/// @dev Both begin with the same storage, that of FarmsCore, and neither adds to it. Called
/// directly it has no farms, and nobody who could add one: its owner is Farms, which only delegates
/// to it.
contract FarmsAnnex is FarmsAdmin {
    constructor(address rewardToken, address treasury, uint32 feeStreamSeconds)
        FarmsCore(rewardToken, treasury, feeStreamSeconds)
        Ownable(msg.sender)
    {}
}
