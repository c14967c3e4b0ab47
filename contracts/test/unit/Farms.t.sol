// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {Farms} from "../../src/spoke/Farms.sol";
import {FarmsFixture} from "../support/FarmsFixture.sol";
import {FeeToken, HostileToken, PermitToken} from "../support/Tokens.sol";

contract FarmsTest is FarmsFixture {
    function setUp() external {
        _startFarms();
    }

    // Registration.

    function test_AddFarmStoresTheTermsAndNoCheckpoint() external {
        vm.expectEmit();
        emit IFarms.FarmAdded(7, address(_reward), 80, 5, true, 4);
        _farms.addFarm(IFarms.NewFarm(7, address(_reward), 80, 5, true));
        IFarms.Farm memory expected = IFarms.Farm({
            stakeToken: address(_reward),
            maxRate: 5,
            scaleBits: 80,
            state: IFarms.FarmState.Active,
            streamCount: 1,
            hasTerms: true,
            totalWeight: 0,
            principal: 0
        });
        assertEq(abi.encode(_farms.farmOf(7)), abi.encode(expected));
        assertEq(_farms.streamOf(7, 0).lastAt, 0);
    }

    function test_RevertIf_AddFarmIsNotCalledByTheOwner() external {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE));
        vm.prank(ALICE);
        _farms.addFarm(IFarms.NewFarm(7, address(_reward), 95, 1, false));
    }

    /// @custom:property F-13
    function test_RevertIf_TheFarmExists() external {
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_FarmExists.selector, 1));
        _farms.addFarm(IFarms.NewFarm(1, address(_reward), 95, 1, false));
    }

    function test_RevertIf_TheScaleIsOutOfBounds() external {
        uint8[3] memory cases = [uint8(31), 96, 255];
        for (uint256 i; i < cases.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_BadScale.selector, cases[i]));
            _farms.addFarm(IFarms.NewFarm(7, address(_reward), cases[i], 1, false));
        }
    }

    /// @custom:property F-13
    function test_RevertIf_TheStakeTokenHasAnActiveFarm() external {
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_StakeTokenInUse.selector, address(_stake), 1)
        );
        _farms.addFarm(IFarms.NewFarm(7, address(_stake), 95, 1, false));
    }

    /// @custom:property F-13
    function test_AnEndedFarmFreesItsStakeToken() external {
        _farms.setFarmState(1, IFarms.FarmState.Ended);
        _farms.addFarm(IFarms.NewFarm(7, address(_stake), 95, 1, false));
        assertEq(_farms.stakeTokenOf(7), address(_stake));
    }

    function test_FarmZeroIsAFarmLikeAnyOther() external {
        _farms.addFarm(IFarms.NewFarm(0, address(_reward), 95, 1, false));
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_StakeTokenInUse.selector, address(_reward), 0)
        );
        _farms.addFarm(IFarms.NewFarm(7, address(_reward), 95, 1, false));
    }

    function test_RevertIf_AFarmHasNoTokenOrNoRate() external {
        vm.expectRevert(IFarms.Farms_ZeroAddress.selector);
        _farms.addFarm(IFarms.NewFarm(7, address(0), 95, 1, false));
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.addFarm(IFarms.NewFarm(7, address(_reward), 95, 0, false));
    }

    // Wiring.

    function test_RevertIf_WiringIsChangedOrEmpty() external {
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_AlreadySet.selector, address(this)));
        _farms.setReceiver(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_AlreadySet.selector, BRIDGE));
        _farms.setBridge(ALICE);

        Farms fresh = _newFarms(address(_reward));
        vm.expectRevert(IFarms.Farms_ZeroAddress.selector);
        fresh.setReceiver(address(0));
        vm.expectRevert(IFarms.Farms_ZeroAddress.selector);
        fresh.setBridge(address(0));
        vm.expectRevert(IFarms.Farms_ZeroAddress.selector);
        _newFarms(address(0));
    }

    /// @dev Whoever stakes finds both names in place; the owner cannot supply his own later.
    /// @custom:property C-01
    function test_RevertIf_AFarmIsAddedBeforeTheWiring() external {
        for (uint256 i; i < 3; ++i) {
            Farms fresh = _newFarms(address(_reward));
            if (i == 1) fresh.setReceiver(ALICE);
            if (i == 2) fresh.setBridge(BRIDGE);
            bytes memory reason = abi.encodeWithSelector(
                IFarms.Farms_NotWired.selector, fresh.receiver(), fresh.bridge()
            );
            vm.expectRevert(reason);
            fresh.addFarm(IFarms.NewFarm(1, address(_stake), 95, 1, false));
        }
    }

    function test_RevertIf_OwnershipIsRenounced() external {
        vm.expectRevert(IPauseRoles.PauseRoles_RenounceDisabled.selector);
        _farms.renounceOwnership();
    }

    /// @custom:property C-14
    function test_EveryEventCarriesTheNextSequenceNumber() external {
        assertEq(_farms.seq(), 3);
        _stakeAs(ALICE, 1, 1e18);
        assertEq(_farms.seq(), 4);
        _adjust(1, 1e18, START + 100);
        assertEq(_farms.seq(), 5);
        skip(50);
        vm.startPrank(ALICE);
        _farms.claim(1);
        assertEq(_farms.seq(), 6);
        skip(25);
        _farms.exit(1, 1e18);
        assertEq(_farms.seq(), 7);
        vm.stopPrank();
        _farms.setFarmState(1, IFarms.FarmState.Ended);
        assertEq(_farms.seq(), 8);
    }

    // Stakes.

    function test_RevertIf_AStakeIsRefused() external {
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.stake(1, 0);
        vm.expectRevert(IFarms.Farms_ZeroAddress.selector);
        _farms.stakeFor(1, address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.stake(9, 1);
        _farms.setFarmState(1, IFarms.FarmState.Ended);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_NotActive.selector, 1, IFarms.FarmState.Ended)
        );
        _farms.stake(1, 1);
    }

    function test_RevertIf_TheWeightCapIsReached() external {
        _farms.addFarm(IFarms.NewFarm(7, address(_reward), 40, MAX_RATE, false));
        uint96 cap = uint96(1) << 40;
        _fund(_reward, ALICE, cap);
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_WeightCap.selector, cap, cap));
        _farms.stake(7, cap);
        _farms.stake(7, cap - 1);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_WeightCap.selector, cap, cap));
        _farms.stake(7, 1);
        vm.stopPrank();
    }

    function test_RevertIf_TheTokenKeepsAFee() external {
        FeeToken token = new FeeToken();
        _farms.addFarm(IFarms.NewFarm(7, address(token), 64, MAX_RATE, false));
        token.mint(ALICE, 100);
        vm.startPrank(ALICE);
        token.approve(address(_farms), 100);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_TransferShort.selector, 100, 99));
        _farms.stake(7, 100);
        vm.stopPrank();
    }

    function test_StakeForCreditsTheUserAndChargesTheCaller() external {
        _fund(_stake, ALICE, 5e18);
        vm.expectEmit();
        emit IFarms.Staked(1, BOB, ALICE, 5e18, 5e18, 4);
        vm.prank(ALICE);
        _farms.stakeFor(1, BOB, 5e18);
        assertEq(_farms.positionOf(1, BOB).weight, 5e18);
        assertEq(_farms.positionOf(1, ALICE).weight, 0);
        assertEq(_stake.balanceOf(ALICE), 0);
    }

    function test_RevertIf_AWithdrawalIsRefused() external {
        _stakeAs(ALICE, 1, 5e18);
        vm.startPrank(ALICE);
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.withdraw(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.withdraw(9, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_InsufficientStake.selector, 5e18, 5e18 + 1)
        );
        _farms.withdraw(1, 5e18 + 1);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_OnlyBridge.selector, ALICE));
        vm.prank(ALICE);
        _farms.exitFor(1, ALICE, 5e18);
    }

    /// @custom:property F-11
    function test_PrincipalLeavesAnEndedFarmWhoseRewardTokenIsBroken() external {
        HostileToken reward = new HostileToken();
        Farms farms = _newFarms(address(reward));
        farms.setReceiver(address(this));
        farms.setBridge(BRIDGE);
        farms.addFarm(IFarms.NewFarm(1, address(_stake), 95, MAX_RATE, false));
        reward.mint(address(this), 1e18);
        reward.approve(address(farms), 1e18);
        _stake.mint(ALICE, 5e18);
        vm.startPrank(ALICE);
        _stake.approve(address(farms), 5e18);
        farms.stake(1, 5e18);
        vm.stopPrank();
        uint32[] memory farmIds = new uint32[](1);
        int256[] memory deltas = new int256[](1);
        (farmIds[0], deltas[0]) = (1, 1e18);
        farms.adjustStreams(START + 100, farmIds, deltas);
        skip(50);
        farms.setFarmState(1, IFarms.FarmState.Ended);
        reward.setBroken(true);

        vm.prank(ALICE);
        farms.withdraw(1, 5e18);
        assertEq(_stake.balanceOf(ALICE), 5e18);
        vm.expectRevert(HostileToken.Hostile_Broken.selector);
        vm.prank(ALICE);
        farms.claim(1);

        reward.setBroken(false);
        uint256 earned = farms.earned(1, ALICE);
        vm.prank(ALICE);
        assertEq(farms.claim(1), earned);
        assertApproxEqAbs(earned, 0.5e18, 2);
    }

    /// @custom:property F-18, B-07
    function test_TheBridgeTakesPrincipalAndLeavesRewards() external {
        _stakeAs(ALICE, 1, 5e18);
        _adjust(1, 1e18, START + 100);
        skip(100);
        vm.expectEmit();
        emit IFarms.Withdrawn(1, ALICE, BRIDGE, 5e18, 0, 6);
        vm.prank(BRIDGE);
        _farms.exitFor(1, ALICE, 5e18);
        assertEq(_stake.balanceOf(BRIDGE), 5e18);
        assertApproxEqAbs(_farms.earned(1, ALICE), 1e18, 1e3);
    }

    /// @custom:property E3
    function test_RevertIf_AStakeTokenCallsBack() external {
        HostileToken token = new HostileToken();
        _farms.addFarm(IFarms.NewFarm(7, address(token), 95, MAX_RATE, false));
        token.mint(ALICE, 10e18);
        vm.prank(ALICE);
        token.approve(address(_farms), 10e18);
        bytes[4] memory payloads = [
            abi.encodeCall(IFarms.stake, (7, 1)),
            abi.encodeCall(IFarms.withdraw, (7, 1)),
            abi.encodeCall(IFarms.claim, (7)),
            abi.encodeCall(IFarms.exit, (7, 1))
        ];
        for (uint256 i; i < payloads.length; ++i) {
            token.setCallback(address(_farms), payloads[i]);
            vm.prank(ALICE);
            _farms.stake(7, 1e18);
            assertTrue(token.calledBack());
            assertEq(
                bytes4(token.callbackResult()),
                ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector
            );
        }
    }

    // Least positions.

    function test_RevertIf_APositionWouldFallBelowTheLeast() external {
        _fund(_stake, ALICE, 10e18);
        vm.startPrank(ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_BelowMinimum.selector, MINIMUM - 1, MINIMUM)
        );
        _farms.stake(1, MINIMUM - 1);
        _farms.stake(1, MINIMUM);
        _farms.stake(1, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IFarms.Farms_BelowMinimum.selector, MINIMUM - 1, MINIMUM)
        );
        _farms.withdraw(1, 2);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_BelowMinimum.selector, 1, MINIMUM));
        _farms.exit(1, MINIMUM);
        _farms.withdraw(1, 1);
        assertEq(_farms.positionOf(1, ALICE).weight, MINIMUM);
        _farms.withdraw(1, MINIMUM);
        vm.stopPrank();
        assertEq(_stake.balanceOf(ALICE), 10e18);
    }

    /// @dev Scales up to 64 know no least position.
    function test_ASmallScaleTakesAnyAmount() external {
        _farms.addFarm(IFarms.NewFarm(7, address(_reward), 64, MAX_RATE, false));
        _stakeAs(ALICE, 7, 2);
        vm.prank(ALICE);
        _farms.withdraw(7, 1);
        assertEq(_farms.positionOf(7, ALICE).weight, 1);
    }

    // Permits.

    function test_APermitSavesTheApproval() external {
        (PermitToken token, uint256 key) = _permitFarm();
        address owner = vm.addr(key);
        (uint8 v, bytes32 r, bytes32 s) = _sign(token, key, 5e18, START);
        vm.expectEmit();
        emit IFarms.Staked(7, owner, owner, 5e18, 5e18, 5);
        vm.prank(owner);
        _farms.stakeWithPermit(7, 5e18, START, v, r, s);
        assertEq(token.balanceOf(address(_farms)), 5e18);
        assertEq(token.allowance(owner, address(_farms)), 0);
    }

    /// @dev Whoever sees a permit waiting can use it first; the stake goes through all the same.
    function test_APermitUsedBySomebodyElseIsNoObstacle() external {
        (PermitToken token, uint256 key) = _permitFarm();
        address owner = vm.addr(key);
        (uint8 v, bytes32 r, bytes32 s) = _sign(token, key, 5e18, START);
        vm.prank(BOB);
        token.permit(owner, address(_farms), 5e18, START, v, r, s);
        vm.prank(owner);
        _farms.stakeWithPermit(7, 5e18, START, v, r, s);
        assertEq(_farms.positionOf(7, owner).weight, 5e18);
    }

    function test_RevertIf_ThePermitIsNotTheCallers() external {
        (PermitToken token, uint256 key) = _permitFarm();
        (uint8 v, bytes32 r, bytes32 s) = _sign(token, key, 5e18, START);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(_farms), 0, 5e18
            )
        );
        vm.prank(BOB);
        _farms.stakeWithPermit(7, 5e18, START, v, r, s);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.stakeWithPermit(9, 5e18, START, v, r, s);
    }

    // Emergency.

    /// @custom:property F-11, I11
    function test_AnEmergencyTakesThePrincipalAnywhereAndKeepsTheRewards() external conserving {
        _stakeAs(ALICE, 1, 5e18);
        _adjust(1, 1e18, START + 100);
        skip(100);
        uint256 earned = _farms.earned(1, ALICE);
        vm.expectEmit();
        emit IFarms.Withdrawn(1, ALICE, CAROL, 5e18, 0, 6);
        vm.prank(ALICE);
        _farms.emergencyWithdraw(1, CAROL);
        assertEq(_stake.balanceOf(CAROL), 5e18);
        assertEq(_farms.earned(1, ALICE), earned);
    }

    function test_RevertIf_AnEmergencyHasNoTargetOrNoPosition() external {
        vm.expectRevert(IFarms.Farms_ZeroAddress.selector);
        _farms.emergencyWithdraw(1, address(0));
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        _farms.emergencyWithdraw(1, CAROL);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_UnknownFarm.selector, 9));
        _farms.emergencyWithdraw(9, CAROL);
    }

    function _permitFarm() private returns (PermitToken token, uint256 key) {
        token = new PermitToken();
        _farms.addFarm(IFarms.NewFarm(7, address(token), SCALE, MAX_RATE, false));
        key = 0xA11CE;
        token.mint(vm.addr(key), 5e18);
    }

    function _sign(PermitToken token, uint256 key, uint256 amount, uint256 deadline)
        private
        view
        returns (uint8 v, bytes32 r, bytes32 s)
    {
        bytes32 typeHash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 structHash =
            keccak256(abi.encode(typeHash, vm.addr(key), address(_farms), amount, 0, deadline));
        return
            vm.sign(
                key, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash))
            );
    }
}
