// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

/// @dev Synthetix StakingRewards as Uniswap published it: one stream of sixty days.
interface IStakingRewards {
    function stake(uint256 amount) external;
    function withdraw(uint256 amount) external;
    function getReward() external;
    function exit() external;
    function notifyRewardAmount(uint256 reward) external;
    function earned(address account) external view returns (uint256);
    function rewardRate() external view returns (uint256);
    function rewardsDuration() external view returns (uint256);
    function periodFinish() external view returns (uint256);
}

/// @dev Sushi's first MasterChef, counting seconds in place of blocks.
interface IMasterChef {
    function add(uint256 allocPoint, address lpToken, bool withUpdate) external;
    function set(uint256 pid, uint256 allocPoint, bool withUpdate) external;
    function deposit(uint256 pid, uint256 amount) external;
    function withdraw(uint256 pid, uint256 amount) external;
    function pendingSushi(uint256 pid, address user) external view returns (uint256);
    function totalAllocPoint() external view returns (uint256);
}

/// @dev A pair of Uniswap V2; its liquidity token is the pair itself.
interface IPair {
    function mint(address to) external returns (uint256 liquidity);
    function burn(address to) external returns (uint256 amount0, uint256 amount1);
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
    function sync() external;
    function token0() external view returns (address);
    function token1() external view returns (address);
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 at);
    function approve(address spender, uint256 amount) external returns (bool);
    function transfer(address to, uint256 amount) external returns (bool);
    function balanceOf(address account) external view returns (uint256);
    function totalSupply() external view returns (uint256);
}

interface IPairFactory {
    function createPair(address tokenA, address tokenB) external returns (address pair);
}

/// @notice Contracts that nobody here wrote, deployed from the bytecode of their npm packages.
abstract contract PeerFixture is Test {
    string private constant JOE = "node_modules/@traderjoe-xyz/core/artifacts/contracts/";
    string private constant UNISWAP = "node_modules/@uniswap/";

    error Peer_NotDeployed(string path);

    /// @dev The caller may fund it.
    function _newStakingRewards(address rewardToken, address stakeToken)
        internal
        returns (IStakingRewards)
    {
        return IStakingRewards(
            _deployWaffle(
                string.concat(UNISWAP, "liquidity-staker/build/StakingRewards.json"),
                abi.encode(address(this), rewardToken, stakeToken)
            )
        );
    }

    /// @dev Mints `perSecond` wei of `rewardToken` a second to its pools, from now on.
    function _newMasterChef(address rewardToken, uint256 perSecond) internal returns (IMasterChef) {
        return IMasterChef(
            vm.deployCode(
                string.concat(JOE, "sushi/MasterChefPerSec.sol/MasterChefPerSec.json"),
                abi.encode(
                    rewardToken, makeAddr("dev"), perSecond, block.timestamp, type(uint64).max
                )
            )
        );
    }

    function _newPairFactory() internal returns (IPairFactory) {
        return IPairFactory(
            _deployWaffle(
                string.concat(UNISWAP, "v2-core/build/UniswapV2Factory.json"),
                abi.encode(address(0))
            )
        );
    }

    /// @dev Waffle writes the code as bare hex, and twice, which `vm.deployCode` refuses.
    function _deployWaffle(string memory path, bytes memory arguments)
        private
        returns (address deployed)
    {
        string memory code = vm.parseJsonString(vm.readFile(path), ".evm.bytecode.object");
        bytes memory creation = bytes.concat(vm.parseBytes(string.concat("0x", code)), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(creation, 32), mload(creation))
        }
        if (deployed == address(0)) revert Peer_NotDeployed(path);
    }
}
