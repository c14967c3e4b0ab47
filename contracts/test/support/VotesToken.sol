// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice What tests call on the votes token besides its OFT.
interface IVotesToken is IERC20, IERC20Permit, IERC5805 {}

/// @notice Deploys the votes token by its artifact: it has a compiler profile of its own, and
/// whatever imports it would be compiled again with that.
library VotesToken {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @param owner Owner and delegate.
    /// @param treasury Gets the supply.
    function deploy(address endpoint, address owner, address treasury, uint256 supply)
        internal
        returns (address)
    {
        return VM.deployCode(
            "HeadwaterVotesToken.sol:HeadwaterVotesToken",
            abi.encode("Headwater", "HWT", endpoint, owner, treasury, supply)
        );
    }
}
