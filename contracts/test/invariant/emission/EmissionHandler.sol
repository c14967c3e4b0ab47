// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EmissionGovernanceActions} from "./EmissionGovernanceActions.sol";
import {EmissionNetworkActions} from "./EmissionNetworkActions.sol";
import {EmissionPathActions} from "./EmissionPathActions.sol";
import {EmissionSpokeActions} from "./EmissionSpokeActions.sol";
import {EmissionUserActions} from "./EmissionUserActions.sol";

/// @notice Everything that can happen to the emission of three chains.
contract EmissionHandler is
    EmissionNetworkActions,
    EmissionPathActions,
    EmissionSpokeActions,
    EmissionGovernanceActions,
    EmissionUserActions
{
    /// @notice Selectors the fuzzer calls; what everything else depends on comes up more often.
    function actions() external pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](46);
        selectors[0] = this.decide.selector;
        selectors[1] = this.decide.selector;
        selectors[2] = this.decide.selector;
        selectors[3] = this.dispatch.selector;
        selectors[4] = this.dispatch.selector;
        selectors[5] = this.dispatchMany.selector;
        selectors[6] = this.fund.selector;
        selectors[7] = this.depositRevenue.selector;
        selectors[8] = this.setFee.selector;
        selectors[9] = this.deliver.selector;
        selectors[10] = this.deliver.selector;
        selectors[11] = this.deliver.selector;
        selectors[12] = this.compose.selector;
        selectors[13] = this.compose.selector;
        selectors[14] = this.compose.selector;
        selectors[15] = this.permute.selector;
        selectors[16] = this.forge.selector;
        selectors[17] = this.sendUnreadable.selector;
        selectors[18] = this.replay.selector;
        selectors[19] = this.returnToHub.selector;
        selectors[20] = this.release.selector;
        selectors[21] = this.setMinValidEpoch.selector;
        selectors[22] = this.pauseSpoke.selector;
        selectors[23] = this.donate.selector;
        selectors[24] = this.recover.selector;
        selectors[25] = this.setBounds.selector;
        selectors[26] = this.setLimits.selector;
        selectors[27] = this.setSchedule.selector;
        selectors[28] = this.setMultiple.selector;
        selectors[29] = this.pauseHub.selector;
        selectors[30] = this.withdraw.selector;
        selectors[31] = this.stake.selector;
        selectors[32] = this.leave.selector;
        selectors[33] = this.claim.selector;
        selectors[34] = this.changeFarm.selector;
        selectors[35] = this.wait.selector;
        selectors[36] = this.wait.selector;
        selectors[37] = this.stake.selector;
        selectors[38] = this.dispatchMany.selector;
        selectors[39] = this.dispatchMany.selector;
        selectors[40] = this.decide.selector;
        selectors[41] = this.decide.selector;
        selectors[42] = this.compose.selector;
        selectors[43] = this.compose.selector;
        selectors[44] = this.replaceReceiver.selector;
        selectors[45] = this.closePath.selector;
    }
}
