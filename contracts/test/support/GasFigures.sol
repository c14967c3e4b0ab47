// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

/// @notice Compares what a call cost with the figure that is committed in `contracts/snapshots`: a
/// test fails where one changed by more than 1 %, or where none is committed.
/// @dev Runs do not write those files. Whoever means to change a figure renews all of them with
/// `FORGE_SNAPSHOT_EMIT=true npm run forge -- test --match-path 'contracts/test/gas/*'`, which
/// compares nothing, and commits what `git diff contracts/snapshots` shows.
abstract contract GasFigures is Test {
    /// @dev What a build that reuses old artifacts may differ by, as a share of 1e18.
    uint256 private constant TOLERANCE = 0.01e18;
    string private constant RENEWS = "FORGE_SNAPSHOT_EMIT";

    /// @param group Name of the file.
    /// @return gasUsed Of the last call, as a whole transaction where calls run isolated.
    function _assertGasOfLastCall(string memory group, string memory name)
        internal
        returns (uint256 gasUsed)
    {
        gasUsed = vm.snapshotGasLastCall(group, name);
        _assertAsCommitted(group, name, gasUsed);
    }

    function _assertGas(string memory group, string memory name, uint256 gasUsed) internal {
        vm.snapshotValue(group, name, gasUsed);
        _assertAsCommitted(group, name, gasUsed);
    }

    function _assertAsCommitted(string memory group, string memory name, uint256 gasUsed)
        private
        view
    {
        if (vm.envOr(RENEWS, false)) return;
        string memory figures = vm.readFile(string.concat("contracts/snapshots/", group, ".json"));
        string memory key = string.concat("$['", name, "']");
        string memory title = string.concat("gas of ", group, ": ", name);
        assertTrue(vm.keyExistsJson(figures, key), string.concat(title, ", no figure committed"));
        assertApproxEqRel(gasUsed, vm.parseJsonUint(figures, key), TOLERANCE, title);
    }
}
