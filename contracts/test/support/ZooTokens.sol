// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev Anyone mints; the base of what misbehaves below.
abstract contract ZooToken is ERC20 {
    constructor() ERC20("Zoo", "ZOO") {}

    function mint(address to, uint256 amount) external virtual {
        _mint(to, amount);
    }
}

/// @notice Balances grow and shrink without a transfer.
contract RebasingToken is ZooToken {
    uint256 public index = 1e18;

    function rebase(uint256 newIndex) external {
        index = newIndex;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return super.balanceOf(account) * index / 1e18;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount * 1e18 / index);
    }
}

/// @notice Says no by returning false, as long as it refuses.
contract RefusingToken is ZooToken {
    bool public isRefusing;

    function setRefusing(bool isRefusing_) external {
        isRefusing = isRefusing_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return !isRefusing && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !isRefusing && super.transferFrom(from, to, amount);
    }
}

/// @notice Says yes and moves nothing, as long as it lies.
contract LyingToken is ZooToken {
    bool public isLying;

    function setLying(bool isLying_) external {
        isLying = isLying_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return isLying || super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return isLying || super.transferFrom(from, to, amount);
    }
}

/// @notice Pays and still says no, as long as it is modest.
contract ModestToken is ZooToken {
    bool public isModest;

    function setModest(bool isModest_) external {
        isModest = isModest_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return super.transfer(to, amount) && !isModest;
    }
}

/// @notice Gives the receiver more than was sent.
contract GenerousToken is ZooToken {
    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) {
            super._update(address(0), to, amount / 100 + 1);
        }
    }
}

/// @notice Returns nothing, as tokens from before the standard do.
contract SilentToken {
    mapping(address account => uint256) public balanceOf;
    mapping(address account => mapping(address spender => uint256)) public allowance;
    uint256 public totalSupply;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
        totalSupply += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Answers every transfer with bytes of its choice, whether or not that means anything.
contract GarbageToken is ZooToken {
    bytes public answer;

    function setAnswer(bytes calldata answer_) external {
        answer = answer_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        _answer();
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        _answer();
    }

    function _answer() private view {
        bytes memory data = answer;
        assembly {
            return(add(data, 32), mload(data))
        }
    }
}

/// @notice Makes whoever calls it copy or pay for far more than a transfer: returns a huge answer
/// that starts with true, reverts with a huge reason, or burns all gas it is given.
contract BombToken is ZooToken {
    enum Mode {
        Quiet,
        HugeAnswer,
        HugeReason,
        AllGas
    }

    Mode public mode;
    uint256 public size;

    function setMode(Mode mode_, uint256 size_) external {
        (mode, size) = (mode_, size_);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        _explode();
        return super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        _explode();
        return super.transferFrom(from, to, amount);
    }

    function _explode() private view {
        (Mode now_, uint256 length) = (mode, size);
        if (now_ == Mode.HugeAnswer) {
            assembly {
                mstore(0, 1)
                return(0, length)
            }
        }
        if (now_ == Mode.HugeReason) {
            assembly {
                revert(0, length)
            }
        }
        if (now_ == Mode.AllGas) {
            assembly {
                invalid()
            }
        }
    }
}

/// @notice Refuses accounts on its list, in either direction.
contract BlockingToken is ZooToken {
    mapping(address account => bool) public isBlocked;

    error Zoo_Blocked(address account);

    function setBlocked(address account, bool isBlocked_) external {
        isBlocked[account] = isBlocked_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (isBlocked[from]) revert Zoo_Blocked(from);
        if (isBlocked[to]) revert Zoo_Blocked(to);
        super._update(from, to, amount);
    }
}

/// @notice Stops telling balances, or changes what it calls its decimals.
contract MoodyToken is ZooToken {
    bool public isBlind;
    uint8 private _decimals = 18;

    error Zoo_Blind();

    function setBlind(bool isBlind_) external {
        isBlind = isBlind_;
    }

    function setDecimals(uint8 decimals_) external {
        _decimals = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function balanceOf(address account) public view override returns (uint256) {
        if (isBlind) revert Zoo_Blind();
        return super.balanceOf(account);
    }
}

/// @notice Keeps one percent of what one account sends.
contract TollToken is ZooToken {
    address private immutable PAYER;

    constructor(address payer) {
        PAYER = payer;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from == PAYER) super._update(to, address(0), amount / 100);
    }
}
