// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IPair} from "../support/PeerFixture.sol";
import {PlainToken} from "../support/Tokens.sol";
import {StakingRewardsDifferentialTest} from "./StakingRewards.t.sol";

/// @notice The same histories with liquidity of a real Uniswap V2 pair as what is staked. Between
/// the calls others trade, add and remove liquidity and donate: what a share of the pair is worth
/// moves, what it earns does not.
/// forge-config: default.fuzz.runs = 64
contract UniswapPairDifferentialTest is StakingRewardsDifferentialTest {
    uint256 private constant LIQUIDITY = 1_000_000e18;
    address private immutable TRADER = makeAddr("trader");

    IPair private _pair;

    /// @dev Whoever stakes liquidity gets the same liquidity back, and with it his part of the
    /// trading fees that came in while it was staked.
    /// @custom:property F-01, F-16
    function testFuzz_StakedLiquidityKeepsItsTradingFees(uint256 seed, uint96 amount) external {
        _start(seed);
        amount = uint96(bound(amount, 1e18, 1e24));
        address alice = _users[0];
        _supply(FARM, alice, amount);
        vm.prank(alice);
        _farms.stake(FARM, amount);
        uint256 before = _worthOf(amount);
        for (uint256 i; i < 20; ++i) {
            _swap();
        }
        uint256 grown = _worthOf(amount);
        assertGt(grown, before);
        vm.prank(alice);
        _farms.withdraw(FARM, amount);

        vm.prank(alice);
        _pair.transfer(address(_pair), amount);
        (uint256 amount0, uint256 amount1) = _pair.burn(alice);
        assertApproxEqAbs(Math.sqrt(amount0 * amount1), grown, grown / 1e15 + 2);
    }

    function _newStakeToken() internal override returns (address) {
        PlainToken tokenA = new PlainToken(18);
        PlainToken tokenB = new PlainToken(6);
        _pair = IPair(_newPairFactory().createPair(address(tokenA), address(tokenB)));
        tokenA.mint(address(_pair), LIQUIDITY);
        tokenB.mint(address(_pair), 2 * LIQUIDITY);
        _pair.mint(address(this));
        return address(_pair);
    }

    /// @dev Both sides need `amount`; liquidity is minted for what is missing.
    function _supply(uint32, address user, uint256 amount) internal override {
        uint256 held = _pair.balanceOf(user);
        if (held < 2 * amount) _addLiquidity(user, 2 * amount - held);
        assertGe(_pair.balanceOf(user), 2 * amount);
    }

    function _between() internal override {
        uint256[] memory earned = new uint256[](_users.length);
        for (uint256 i; i < _users.length; ++i) {
            earned[i] = _farms.earned(FARM, _users[i]);
        }
        uint256 staked = _pair.balanceOf(address(_farms));
        uint256 choice = _random(5);
        if (choice < 2) _swap();
        else if (choice == 2) _addLiquidity(TRADER, 1e18 + _random(1e24));
        else if (choice == 3) _removeLiquidity();
        else _donate();
        for (uint256 i; i < _users.length; ++i) {
            assertEq(_farms.earned(FARM, _users[i]), earned[i], "trading changes no reward");
        }
        assertEq(_pair.balanceOf(address(_farms)), staked);
        assertEq(staked, _farms.farmOf(FARM).principal, "F-01");
    }

    /// @dev Mints at least `liquidity` to `user`.
    function _addLiquidity(address user, uint256 liquidity) private {
        (uint112 reserve0, uint112 reserve1,) = _pair.getReserves();
        uint256 supply = _pair.totalSupply();
        _mint(_pair.token0(), Math.mulDiv(liquidity, reserve0, supply) + 1);
        _mint(_pair.token1(), Math.mulDiv(liquidity, reserve1, supply) + 1);
        _pair.mint(user);
    }

    function _removeLiquidity() private {
        uint256 held = _pair.balanceOf(TRADER);
        if (held < 1e9) return;
        vm.prank(TRADER);
        _pair.transfer(address(_pair), held);
        _pair.burn(TRADER);
    }

    /// @dev Sells up to a tenth of a reserve, in either direction, and takes nearly all that the
    /// pair's own check of its product allows.
    function _swap() private {
        (uint112 reserve0, uint112 reserve1,) = _pair.getReserves();
        bool isFirst = _random(2) == 0;
        (uint256 reserveIn, uint256 reserveOut) =
            isFirst ? (reserve0, reserve1) : (reserve1, reserve0);
        uint256 sold = reserveIn / 1000 + _random(reserveIn / 10);
        _mint(isFirst ? _pair.token0() : _pair.token1(), sold);
        uint256 afterFee = sold * 997 / 1000;
        uint256 bought = Math.mulDiv(reserveOut, afterFee, reserveIn + afterFee) * 9999 / 10_000;
        if (isFirst) _pair.swap(0, bought, TRADER, "");
        else _pair.swap(bought, 0, TRADER, "");
    }

    function _donate() private {
        _mint(_pair.token0(), _random(1e18));
        _pair.sync();
    }

    function _mint(address token, uint256 amount) private {
        PlainToken(token).mint(address(_pair), amount);
    }

    /// @dev Geometric mean of what `liquidity` can be redeemed for.
    function _worthOf(uint256 liquidity) private view returns (uint256) {
        (uint112 reserve0, uint112 reserve1,) = _pair.getReserves();
        return Math.mulDiv(liquidity, Math.sqrt(uint256(reserve0) * reserve1), _pair.totalSupply());
    }
}
