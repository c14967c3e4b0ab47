// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OFT} from "@layerzerolabs/oft-evm/contracts/OFT.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

import {LimitedOft} from "./LimitedOft.sol";

/// @title HeadwaterVotesToken
/// @notice Reward and governance token on the hub. The whole supply is minted once, here; nothing
/// can mint later except the arrival of tokens that were burnt on another chain.
/// @dev Votes use timestamps, because block numbers mean different things on different chains.
contract HeadwaterVotesToken is LimitedOft, ERC20Permit, ERC20Votes {
    constructor(
        string memory name_,
        string memory symbol_,
        address endpoint_,
        address owner_,
        address treasury,
        uint256 supply
    ) OFT(name_, symbol_, endpoint_, owner_) ERC20Permit(name_) Ownable(msg.sender) {
        // Passing `owner_` to Ownable directly goes deeper than the stack allows.
        _transferOwnership(owner_);
        _mint(treasury, supply);
    }

    /// @notice Time, in seconds, as ERC-6372 has it.
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @notice Says that `clock` counts seconds.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc ERC20Permit
    function nonces(address holder) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(holder);
    }

    function _update(address from, address to, uint256 amount)
        internal
        override(ERC20, ERC20Votes)
    {
        super._update(from, to, amount);
    }
}
