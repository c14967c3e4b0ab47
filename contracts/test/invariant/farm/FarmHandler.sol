// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FarmOwnerActions} from "./FarmOwnerActions.sol";
import {FarmUserActions} from "./FarmUserActions.sol";

/// @notice Everything that can happen to the farms of a chain.
contract FarmHandler is FarmUserActions, FarmOwnerActions {
    /// @notice Selectors the fuzzer calls; `wait` stands for time and comes up more often.
    function actions() external pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](29);
        selectors[0] = this.stake.selector;
        selectors[1] = this.stakeFor.selector;
        selectors[2] = this.stakeLocked.selector;
        selectors[3] = this.withdraw.selector;
        selectors[4] = this.emergencyWithdraw.selector;
        selectors[5] = this.exit.selector;
        selectors[6] = this.claim.selector;
        selectors[7] = this.claimMany.selector;
        selectors[8] = this.claimStream.selector;
        selectors[9] = this.claimFor.selector;
        selectors[10] = this.compound.selector;
        selectors[11] = this.poke.selector;
        selectors[12] = this.roundTrip.selector;
        selectors[13] = this.migrate.selector;
        selectors[14] = this.adjust.selector;
        selectors[15] = this.fundStream.selector;
        selectors[16] = this.setMaxRate.selector;
        selectors[17] = this.pauseDeposits.selector;
        selectors[18] = this.succeed.selector;
        selectors[19] = this.depart.selector;
        selectors[20] = this.arrive.selector;
        selectors[21] = this.claimToBridge.selector;
        selectors[22] = this.donate.selector;
        selectors[23] = this.recover.selector;
        selectors[24] = this.wait.selector;
        selectors[25] = this.wait.selector;
        selectors[26] = this.wait.selector;
        selectors[27] = this.payTreasury.selector;
        selectors[28] = this.sweep.selector;
    }
}
