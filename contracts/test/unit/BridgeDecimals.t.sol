// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOFT} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";

import {DevOft} from "../../src/dev/DevOft.sol";
import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {BridgeFixture} from "../support/BridgeFixture.sol";
import {Oft6, Oft24} from "../support/DecimalsOft.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice A stake token of six decimals on ALPHA and twenty-four on BETA.
contract BridgeDecimalsTest is BridgeFixture {
    uint32 private constant FARM = 9;
    uint256 private constant RATE = 1e18;

    DevOft private _six;
    DevOft private _many;

    function setUp() external {
        _startBridges();
        _six = new Oft6(address(_endpoints[ALPHA]), address(this));
        _many = new Oft24(address(_endpoints[BETA]), address(this));
        _six.setPeer(BETA, _asBytes32(address(_many)));
        _many.setPeer(ALPHA, _asBytes32(address(_six)));
        _addFarm(ALPHA, _six, 64);
        _addFarm(BETA, _many, 95);
        _six.mint(ALICE, 1e12);
        vm.startPrank(ALICE);
        _six.approve(address(_siteOf[ALPHA].farms), type(uint256).max);
        _siteOf[ALPHA].farms.stakeLocked(FARM, 1e12, 1);
        vm.stopPrank();
    }

    /// @custom:property B-08
    function test_EveryUnitOfSixDecimalsTravels() external {
        _send(7);
        _deliverAll();
        assertEq(_principal(BETA, FARM, ALICE), 7 * RATE);
        vm.warp(block.timestamp + TERM);
        vm.prank(ALICE);
        _target.move{value: MESSAGE_FEE}(
            IPositionBridge.Move(FARM, uint96(3 * RATE - 1), ALPHA, FARM, ALICE, false)
        );
        _deliverAll();
        assertEq(_principal(BETA, FARM, ALICE), 5 * RATE, "what is not a whole unit stays");
        assertEq(_principal(ALPHA, FARM, ALICE), 1e12 - 7 + 2);
    }

    /// @dev A hundred thousand tokens of twenty-four decimals are more than 2^96 wei: no farm takes
    /// them, and nothing is lost.
    function test_MoreThanAnyFarmTakesIsEscrowedAndPaidOut() external {
        bytes32 guid = _send(100_000e6);
        _deliverAll();
        uint256 amount = 100_000e24;
        assertGt(amount, type(uint96).max);
        assertEq(_target.creditOf(guid, address(_many)).amount, amount);
        assertEq(_target.escrowTotal(address(_many)), amount);
        uint256 before = vm.snapshotState();
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, address(_many), ALICE);
        assertEq(_many.balanceOf(ALICE), amount / 10 * 9, "less the fee of the lock");
        vm.revertToState(before);
        vm.prank(ALICE);
        _target.returnEscrow{value: MESSAGE_FEE}(guid, address(_many), ALPHA, ALICE);
        _deliverAll();
        assertEq(_six.balanceOf(ALICE), 90_000e6);
    }

    /// @dev A fee of more than 2^96 wei is more than a farm can be told of.
    function test_AHugeFeeGoesToTheTreasury() external {
        bytes32 guid = _send(1_000_000e6);
        _deliverAll();
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, address(_many), ALICE);
        address treasury = _siteOf[BETA].farms.TREASURY();
        assertEq(_many.balanceOf(treasury), 100_000e24);
        assertEq(_many.balanceOf(ALICE), 900_000e24);
    }

    function test_TheFeeOfALockRoundsUp() external {
        _many.mint(BOB, 100 * RATE);
        vm.startPrank(BOB);
        _many.approve(address(_siteOf[BETA].farms), type(uint256).max);
        _siteOf[BETA].farms.stakeLocked(FARM, uint96(100 * RATE), 1);
        vm.stopPrank();
        _siteOf[ALPHA].farms.setFarmState(FARM, IFarms.FarmState.DepositsPaused);
        vm.prank(BOB);
        bytes32 guid = _target.move{value: MESSAGE_FEE}(
            IPositionBridge.Move(FARM, uint96(11 * RATE), ALPHA, FARM, BOB, false)
        );
        _deliverAll();
        vm.prank(BOB);
        _source.withdrawEscrow(guid, address(_six), BOB);
        assertEq(_six.balanceOf(BOB), 9, "a tenth of 11 is 2");
    }

    function test_RevertIf_TheDecimalsCannotBeCarried() external {
        address token = address(new PlainToken(26));
        address oft = makeAddr("oft");
        vm.mockCall(oft, abi.encodeCall(IOFT.token, ()), abi.encode(token));
        vm.mockCall(oft, abi.encodeCall(IOFT.sharedDecimals, ()), abi.encode(6));
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_BadDecimals.selector, 26, 6));
        _source.setRoute(token, oft);
        vm.mockCall(oft, abi.encodeCall(IOFT.sharedDecimals, ()), abi.encode(27));
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_BadDecimals.selector, 26, 27));
        _source.setRoute(token, oft);
        vm.mockCall(oft, abi.encodeCall(IOFT.sharedDecimals, ()), abi.encode(7));
        _source.setRoute(token, oft);
        assertEq(_source.oftOf(token), oft);
    }

    function _send(uint96 amount) private returns (bytes32 guid) {
        vm.prank(ALICE);
        guid = _source.move{value: MESSAGE_FEE}(
            IPositionBridge.Move(FARM, amount, BETA, FARM, ALICE, false)
        );
    }

    function _addFarm(uint32 eid, DevOft token, uint8 scaleBits) private {
        Site memory site = _siteOf[eid];
        site.farms.addFarm(IFarms.NewFarm(FARM, address(token), scaleBits, type(uint64).max, true));
        IFarms.Tier[] memory tiers = new IFarms.Tier[](1);
        tiers[0] = IFarms.Tier(TERM, BOOST, FEE);
        site.farms.setTerms(FARM, tiers, new IFarms.TenureStep[](0));
        site.bridge.setRoute(address(token), address(token));
    }
}
