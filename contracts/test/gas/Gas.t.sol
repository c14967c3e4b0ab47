// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";

import {DevToken} from "../../src/dev/DevToken.sol";
import {Farms} from "../../src/spoke/Farms.sol";
import {GasFigures} from "../support/GasFigures.sol";

/// @notice Gas of what users do, as whole transactions: each call runs isolated, so every slot is
/// cold and the base cost of a transaction counts. Snapshots are committed.
/// forge-config: default.isolate = true
contract GasTest is GasFigures {
    address private constant ALICE = address(0xA11CE);
    address private constant BOB = address(0xB0B);
    string private constant GROUP = "farms";
    uint32 private constant FARMS = 10;
    uint256 private constant EXIT_GAS_MAX = 250_000;

    DevToken private _reward;
    Farms private _farms;
    uint32[] private _farmIds;
    int256[] private _deltas;

    function setUp() external {
        vm.warp(1_800_000_000);
        _reward = new DevToken("Reward", "RWD", 18, address(this));
        _farms = new Farms(address(_reward), address(1), 7 days, address(this), address(2));
        _farms.setReceiver(address(this));
        _farms.setBridge(address(this));
        _reward.mint(address(this), 100_000_000e18);
        _reward.approve(address(_farms), type(uint256).max);
        for (uint32 i = 1; i <= FARMS; ++i) {
            DevToken stake = new DevToken("Stake", "STK", 18, address(this));
            _farms.addFarm(IFarms.NewFarm(i, address(stake), 95, type(uint64).max, false));
            for (uint256 j; j < 2; ++j) {
                address user = j == 0 ? ALICE : BOB;
                stake.mint(user, 1_000e18);
                vm.prank(user);
                stake.approve(address(_farms), type(uint256).max);
            }
            _farmIds.push(i);
            _deltas.push(600_000e18);
        }
        _farms.adjustStreams(uint40(block.timestamp + 700 days), _farmIds, _deltas);
        for (uint32 i = 1; i <= FARMS; ++i) {
            vm.prank(ALICE);
            _farms.stake(i, 100e18);
        }
        skip(100);
    }

    /// @dev Repeats the scenario that the peers were measured with.
    function test_GasOfAStaker() external {
        vm.startPrank(BOB);
        _farms.stake(1, 10e18);
        _assertGasOfLastCall(GROUP, "stake first");
        skip(100);
        _farms.stake(1, 10e18);
        _assertGasOfLastCall(GROUP, "stake again, before any claim");
        skip(100);
        _farms.claim(1);
        _assertGasOfLastCall(GROUP, "claim first");
        skip(100);
        _farms.claim(1);
        _assertGasOfLastCall(GROUP, "claim again");
        skip(100);
        _farms.stake(1, 10e18);
        _assertGasOfLastCall(GROUP, "stake again");
        skip(100);
        _farms.withdraw(1, 5e18);
        _assertGasOfLastCall(GROUP, "withdraw part");
        skip(100);
        _farms.exit(1, 25e18);
        _assertGasOfLastCall(GROUP, "exit: unstake all and claim");
        vm.stopPrank();
    }

    function test_GasOfTenFarms() external {
        vm.prank(ALICE);
        _farms.claimMany(_farmIds);
        skip(100);
        vm.prank(ALICE);
        _farms.claimMany(_farmIds);
        _assertGasOfLastCall(GROUP, "claim 10 farms");
    }

    /// @dev What a revision does, and what every other protocol calls setting rates: the farms
    /// share anew what they have, and no token moves. The second row is a new epoch's order.
    function test_GasOfTenRates() external {
        for (uint256 i; i < FARMS; ++i) {
            _deltas[i] = i % 2 == 0 ? int256(6_000e18) : -6_000e18;
        }
        _farms.adjustStreams(uint40(block.timestamp + 1 days), _farmIds, _deltas);
        _assertGasOfLastCall(GROUP, "change 10 rates");
        skip(100);
        for (uint256 i; i < FARMS; ++i) {
            _deltas[i] = 6_000e18;
        }
        _farms.adjustStreams(uint40(block.timestamp + 700 days), _farmIds, _deltas);
        _assertGasOfLastCall(GROUP, "change 10 rates, with funding");
    }

    /// @dev A farm that pays four tokens. A claim pays all of them.
    function test_GasOfFourStreams() external {
        for (uint8 i = 1; i <= 3; ++i) {
            DevToken token = new DevToken("Extra", "EXT", 18, address(this));
            token.mint(address(this), 1_000_000e18);
            token.approve(address(_farms), type(uint256).max);
            _farms.addStream(1, address(token), address(this), type(uint64).max);
            _farms.fundStream(1, i, 600_000e18, 700 days);
        }
        vm.startPrank(BOB);
        _farms.stake(1, 10e18);
        skip(100);
        _farms.claim(1);
        skip(100);
        _farms.stake(1, 10e18);
        _assertGasOfLastCall(GROUP, "four streams: stake again");
        skip(100);
        _farms.claim(1);
        _assertGasOfLastCall(GROUP, "four streams: claim");
        skip(100);
        _farms.withdraw(1, 5e18);
        _assertGasOfLastCall(GROUP, "four streams: withdraw part");
        skip(100);
        _farms.exit(1, 15e18);
        _assertGasOfLastCall(GROUP, "four streams: exit: unstake all and claim");
        vm.stopPrank();
    }

    /// @dev The dearest way out: terms, a lock with its fee, four streams one of which takes the
    /// fee, and every word of the position still empty. Principal must never be too dear to take
    /// out.
    /// @custom:property F-11
    function test_GasOfAnExitAtItsWorst() external {
        DevToken stake = new DevToken("Stake", "STK", 18, address(this));
        _farms.addFarm(IFarms.NewFarm(77, address(stake), 95, type(uint64).max, true));
        IFarms.Tier[] memory tiers = new IFarms.Tier[](1);
        IFarms.TenureStep[] memory steps = new IFarms.TenureStep[](1);
        tiers[0] = IFarms.Tier(90 days, 20_000, 1000);
        steps[0] = IFarms.TenureStep(1, 100);
        _farms.setTerms(77, tiers, steps);
        stake.mint(BOB, 100e18);
        stake.mint(ALICE, 100e18);
        for (uint256 i; i < 2; ++i) {
            vm.startPrank(i == 0 ? BOB : ALICE);
            stake.approve(address(_farms), type(uint256).max);
            _farms.stakeLocked(77, 100e18, 1);
            vm.stopPrank();
        }
        for (uint8 i = 1; i <= 3; ++i) {
            DevToken token = i == 3 ? stake : new DevToken("Extra", "EXT", 18, address(this));
            token.mint(address(this), 1_000e18);
            token.approve(address(_farms), type(uint256).max);
            _farms.addStream(77, address(token), address(this), type(uint64).max);
            if (i != 3) _farms.fundStream(77, i, 1_000e18, 700 days);
        }
        (_farmIds[0], _deltas[0]) = (77, 1_000e18);
        _farms.adjustStreams(uint40(block.timestamp + 700 days), _farmIds, _deltas);
        skip(100);
        vm.prank(BOB);
        _farms.withdraw(77, 10e18);
        assertLe(
            _assertGasOfLastCall(GROUP, "four streams, terms and a fee: withdraw"), EXIT_GAS_MAX
        );
        skip(100);
        vm.prank(BOB);
        _farms.emergencyWithdraw(77, BOB);
        assertLe(
            _assertGasOfLastCall(GROUP, "four streams, terms and a fee: emergency"), EXIT_GAS_MAX
        );
    }
}
