// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Every contract that is deployed stays below the limits of EIP-170 and EIP-3860.
contract SizesTest is Test {
    uint256 private constant RUNTIME_MAX = 24_576;
    uint256 private constant INIT_MAX = 49_152;
    /// @dev Encoded arguments of a constructor follow its code and count.
    uint256 private constant ARGUMENTS_MAX = 512;
    /// @dev Five words; Farms brings its annex along and has the least room.
    uint256 private constant ARGUMENTS_OF_FARMS = 160;

    /// @dev Whatever can be deployed has a storage layout, and a check that none is missing.
    /// @custom:property C-13
    function test_EveryContractFitsOnAChain() external view {
        Vm.DirEntry[] memory layouts = vm.readDir("contracts/storage");
        assertGt(layouts.length, 12, "contracts");
        for (uint256 i; i < layouts.length; ++i) {
            string[] memory path = vm.split(layouts[i].path, "/");
            string memory name = vm.split(path[path.length - 1], ".json")[0];
            string memory artifact = string.concat(name, ".sol:", name);
            uint256 size = vm.getDeployedCode(artifact).length;
            assertGt(size, 0, name);
            assertLe(size, RUNTIME_MAX, name);
            bool isFarms = keccak256(bytes(name)) == keccak256("Farms");
            uint256 arguments = isFarms ? ARGUMENTS_OF_FARMS : ARGUMENTS_MAX;
            assertLe(vm.getCode(artifact).length + arguments, INIT_MAX, name);
        }
    }
}
