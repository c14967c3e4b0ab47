// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

/// @notice Every contract that is deployed stays below the limits of EIP-170 and EIP-3860.
contract SizesTest is Test {
    uint256 private constant RUNTIME_MAX = 24_576;
    uint256 private constant INIT_MAX = 49_152;
    /// @dev Encoded arguments of a constructor follow its code and count.
    uint256 private constant ARGUMENTS_MAX = 512;

    function test_EveryContractFitsOnAChain() external view {
        string[12] memory names = [
            "CommandReceiver",
            "CommandSender",
            "EmissionController",
            "EmissionReceiver",
            "Farms",
            "FarmsAnnex",
            "PositionBridge",
            "HeadwaterGovernor",
            "HeadwaterTimelock",
            "HeadwaterToken",
            "HeadwaterTokenAdapter",
            "HeadwaterVotesToken"
        ];
        for (uint256 i; i < names.length; ++i) {
            string memory artifact = string.concat(names[i], ".sol:", names[i]);
            uint256 size = vm.getDeployedCode(artifact).length;
            assertGt(size, 0, names[i]);
            assertLe(size, RUNTIME_MAX, names[i]);
            assertLe(vm.getCode(artifact).length + ARGUMENTS_MAX, INIT_MAX, names[i]);
        }
    }
}
