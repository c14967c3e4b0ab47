// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OFT} from "@layerzerolabs/oft-evm/contracts/OFT.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {LimitedOft} from "../../../src/token/LimitedOft.sol";

/// @notice Omnichain token with the inbound limit; its owner mints the whole supply before anything
/// moves.
contract Mesh18 is LimitedOft {
    constructor(address endpoint, address owner)
        OFT("Mesh", "MSH", endpoint, owner)
        Ownable(owner)
    {}

    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }
}

/// @dev The base reads the decimals while it is constructed, so they cannot be an argument.
contract Mesh6 is Mesh18 {
    constructor(address endpoint, address owner) Mesh18(endpoint, owner) {}

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}

contract Mesh8 is Mesh18 {
    constructor(address endpoint, address owner) Mesh18(endpoint, owner) {}

    function decimals() public pure override returns (uint8) {
        return 8;
    }
}

contract Mesh24 is Mesh18 {
    constructor(address endpoint, address owner) Mesh18(endpoint, owner) {}

    function decimals() public pure override returns (uint8) {
        return 24;
    }
}

/// @notice A contract account of one key. On another chain its address could be anybody's.
contract ContractAccount is IERC1271 {
    address private immutable SIGNER;

    constructor(address signer) {
        SIGNER = signer;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature)
        external
        view
        returns (bytes4)
    {
        (address recovered,,) = ECDSA.tryRecover(hash, signature);
        return recovered == SIGNER ? IERC1271.isValidSignature.selector : bytes4(0);
    }

    receive() external payable {}
}

interface IComposeQueue {
    function sendCompose(address to, bytes32 guid, uint16 index, bytes calldata message) external;
}

/// @notice A token that the bridge's owner was talked into listing: it is its own OFT, and composes
/// whatever its maker likes.
contract HostileOft is ERC20 {
    uint8 public constant sharedDecimals = 6;

    constructor() ERC20("Hostile", "HST") {}

    function token() external view returns (address) {
        return address(this);
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function compose(IComposeQueue endpoint, address to, bytes32 guid, bytes calldata message)
        external
    {
        endpoint.sendCompose(to, guid, 0, message);
    }
}
