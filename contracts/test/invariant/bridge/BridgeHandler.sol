// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BridgeChecks} from "./BridgeChecks.sol";

/// @notice Everything that can happen to positions that travel between three chains.
contract BridgeHandler is BridgeChecks {
    /// @notice Selectors the fuzzer calls; what makes room for others comes up more often.
    function actions() external pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](48);
        selectors[0] = this.stake.selector;
        selectors[1] = this.stake.selector;
        selectors[2] = this.stakeWithPermit.selector;
        selectors[3] = this.stakeLocked.selector;
        selectors[4] = this.stakeLocked.selector;
        selectors[5] = this.withdraw.selector;
        selectors[6] = this.claim.selector;
        selectors[7] = this.sendPlain.selector;
        selectors[8] = this.move.selector;
        selectors[9] = this.move.selector;
        selectors[10] = this.move.selector;
        selectors[11] = this.move.selector;
        selectors[12] = this.moveMany.selector;
        selectors[13] = this.moveBySig.selector;
        selectors[14] = this.moveBySig.selector;
        selectors[15] = this.deliver.selector;
        selectors[16] = this.deliver.selector;
        selectors[17] = this.deliver.selector;
        selectors[18] = this.deliver.selector;
        selectors[19] = this.deliver.selector;
        selectors[20] = this.compose.selector;
        selectors[21] = this.compose.selector;
        selectors[22] = this.compose.selector;
        selectors[23] = this.compose.selector;
        selectors[24] = this.compose.selector;
        selectors[25] = this.release.selector;
        selectors[26] = this.retry.selector;
        selectors[27] = this.withdrawEscrow.selector;
        selectors[28] = this.returnEscrow.selector;
        selectors[29] = this.sendUnreadable.selector;
        selectors[30] = this.assignEscrow.selector;
        selectors[31] = this.setOutflowLimit.selector;
        selectors[32] = this.setInboundLimit.selector;
        selectors[33] = this.pauseBridge.selector;
        selectors[34] = this.pauseInbound.selector;
        selectors[35] = this.setRoute.selector;
        selectors[36] = this.setPeer.selector;
        selectors[37] = this.pauseDeposits.selector;
        selectors[38] = this.succeed.selector;
        selectors[39] = this.fund.selector;
        selectors[40] = this.wait.selector;
        selectors[41] = this.wait.selector;
        selectors[42] = this.donate.selector;
        selectors[43] = this.forge.selector;
        selectors[44] = this.composeAsHostileOft.selector;
        selectors[45] = this.withdrawEscrow.selector;
        selectors[46] = this.setOutflowLimit.selector;
        selectors[47] = this.setInboundLimit.selector;
    }
}
