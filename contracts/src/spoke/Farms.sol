// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IFarms} from "../interfaces/IFarms.sol";
import {FarmsAnnex} from "./farms/FarmsAnnex.sol";
import {FarmsCore} from "./farms/FarmsCore.sol";
import {FarmsViews} from "./farms/FarmsViews.sol";

/// @title Farms
/// @dev The parts in `farms/` build on each other in one line. What users do every day and what can
/// be read is here; the rarer half is code of the annex, run on this storage. See
/// docs/adr/0001-accumulator-precision-and-storage.md.
contract Farms is FarmsViews {
    /// @notice Code of what is forwarded; created with this contract and fixed.
    address public immutable ANNEX;

    constructor(
        address rewardToken,
        address treasury,
        uint32 feeStreamSeconds,
        address owner_,
        address guardian_
    ) FarmsCore(rewardToken, treasury, feeStreamSeconds) Ownable(owner_) {
        ANNEX = address(new FarmsAnnex(rewardToken, treasury, feeStreamSeconds));
        _setGuardian(guardian_);
    }

    /// @inheritdoc IFarms
    function setReceiver(address) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function setBridge(address) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function addFarm(NewFarm calldata) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function setFarmState(uint32, FarmState) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function pauseDeposits(uint32) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function setMaxRate(uint32, uint8, uint64) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function setTerms(uint32, Tier[] calldata, TenureStep[] calldata) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function addStream(uint32, address, address, uint64) external returns (uint8) {
        _forward();
    }

    /// @inheritdoc IFarms
    function setFunder(uint32, uint8, address) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function recover(address, address, uint256) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function payTreasury(address) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function fundStream(uint32, uint8, uint96, uint32) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function sweepStream(uint32, uint8) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function stakeLocked(uint32, uint96, uint8) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function poke(uint32, address) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function migrate(uint32, uint32, uint96) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function exitFor(uint32, address, uint96) external returns (Carry memory) {
        _forward();
    }

    /// @inheritdoc IFarms
    function claimToBridge(uint32, address, uint256) external returns (uint256) {
        _forward();
    }

    /// @inheritdoc IFarms
    function stakeArrival(uint32, address, uint96, Carry calldata, bool) external {
        _forward();
    }

    /// @inheritdoc IFarms
    function takeFee(uint32, address, uint96) external {
        _forward();
    }

    /// @dev Runs the call as it came in the code of the annex, and ends it with its outcome.
    function _forward() private {
        address annex = ANNEX;
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), annex, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}
