// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GovernanceTrespass} from "./GovernanceTrespass.sol";

/// @notice Everything that can happen to the governance of three chains.
contract GovernanceHandler is GovernanceTrespass {
    function start() external {
        _startPaths();
    }

    /// @notice Selectors the fuzzer calls; what a proposal needs often comes up more often.
    function actions() external pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](35);
        selectors[0] = this.delegate.selector;
        selectors[1] = this.transferVotes.selector;
        selectors[2] = this.leaveHub.selector;
        selectors[3] = this.propose.selector;
        selectors[4] = this.propose.selector;
        selectors[5] = this.enact.selector;
        selectors[6] = this.enact.selector;
        selectors[7] = this.vote.selector;
        selectors[8] = this.vote.selector;
        selectors[9] = this.vote.selector;
        selectors[10] = this.vote.selector;
        selectors[11] = this.queue.selector;
        selectors[12] = this.execute.selector;
        selectors[13] = this.execute.selector;
        selectors[14] = this.veto.selector;
        selectors[15] = this.vetoAtTheTimelock.selector;
        selectors[16] = this.deliver.selector;
        selectors[17] = this.deliver.selector;
        selectors[18] = this.deliver.selector;
        selectors[19] = this.forge.selector;
        selectors[20] = this.retry.selector;
        selectors[21] = this.retry.selector;
        selectors[22] = this.pause.selector;
        selectors[23] = this.kill.selector;
        selectors[24] = this.planLocally.selector;
        selectors[25] = this.actLocally.selector;
        selectors[26] = this.trespass.selector;
        selectors[27] = this.wait.selector;
        selectors[28] = this.wait.selector;
        selectors[29] = this.wait.selector;
        selectors[30] = this.wait.selector;
        selectors[31] = this.voteBySig.selector;
        selectors[32] = this.replaceSender.selector;
        selectors[33] = this.overtake.selector;
        selectors[34] = this.deliver.selector;
    }
}
