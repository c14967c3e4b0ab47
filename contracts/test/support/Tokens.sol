// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @notice Plain token with any number of decimals that anyone mints.
contract PlainToken is ERC20 {
    uint8 private immutable DECIMALS;

    constructor(uint8 decimals_) ERC20("Plain", "PLN") {
        DECIMALS = decimals_;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }
}

/// @notice Keeps one percent of every transfer.
contract FeeToken is ERC20 {
    constructor() ERC20("Fee", "FEE") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) super._update(to, address(0), amount / 100);
    }
}

/// @notice Calls back into a target whenever it moves; can be switched to revert or to return a
/// huge reason.
contract HostileToken is ERC20 {
    address public target;
    bytes public payload;
    bool public isBroken;
    uint256 public reasonSize;
    bool public calledBack;
    bytes public callbackResult;

    error Hostile_Broken();

    constructor() ERC20("Hostile", "HST") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setCallback(address target_, bytes calldata payload_) external {
        target = target_;
        payload = payload_;
    }

    function setBroken(bool isBroken_) external {
        isBroken = isBroken_;
    }

    function setReasonSize(uint256 size) external {
        reasonSize = size;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (isBroken) revert Hostile_Broken();
        uint256 size = reasonSize;
        if (size != 0) {
            assembly {
                revert(0, size)
            }
        }
        super._update(from, to, amount);
        if (target != address(0)) {
            (bool ok, bytes memory result) = target.call(payload);
            calledBack = !ok;
            callbackResult = result;
        }
    }
}

/// @notice Refuses transfers in every way that tokens do.
contract StubbornToken is ERC20 {
    enum Refusal {
        None,
        Reverts,
        RevertsHuge,
        ReturnsFalse,
        ReturnsGarbage,
        BurnsGas
    }

    uint256 private constant HUGE = 100_000;

    Refusal public refusal;

    error Stubborn_Refused();

    constructor() ERC20("Stubborn", "STB") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setRefusal(Refusal refusal_) external {
        refusal = refusal_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        Refusal how = refusal;
        if (how == Refusal.Reverts) revert Stubborn_Refused();
        if (how == Refusal.RevertsHuge) {
            assembly {
                revert(0, HUGE)
            }
        }
        if (how == Refusal.ReturnsFalse) return false;
        if (how == Refusal.ReturnsGarbage) {
            assembly {
                mstore(0, 2)
                return(0, HUGE)
            }
        }
        if (how == Refusal.BurnsGas) {
            while (true) {}
        }
        return super.transfer(to, amount);
    }
}

/// @notice Plain token with EIP-2612 permits.
contract PermitToken is ERC20Permit {
    constructor() ERC20("Permit", "PMT") ERC20Permit("Permit") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
