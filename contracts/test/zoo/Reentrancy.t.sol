// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IFarmsViews} from "../../src/interfaces/IFarmsViews.sol";
import {HostileToken} from "../support/Tokens.sol";
import {ZooFixture} from "../support/ZooFixture.sol";

/// @notice A token that calls back from every transfer, as stake token, as emission and as another
/// stream: each way in is tried from inside each way out, one at a time.
contract ReentrancyTest is ZooFixture {
    uint96 private constant AMOUNT = 1e21;
    uint32 private constant COMPOUNDING = 3;

    HostileToken private _token;
    /// @dev What the token calls from inside a transfer; everything a user can call.
    bytes[] private _calls;

    function setUp() external {
        _token = new HostileToken();
    }

    /// @custom:property F-17, E3
    function test_AStakeTokenCannotReenter() external {
        _startZoo();
        _addFarm(STRANGE, address(_token), false);
        _prepareUsers();
        function() external[7] memory ways = [
            this.stake,
            this.stakeFor,
            this.withdraw,
            this.exit,
            this.emergencyWithdraw,
            this.stakeArrival,
            this.exitFor
        ];
        for (uint256 i; i < ways.length; ++i) {
            _tryEveryCallFrom(ways[i]);
        }
        _assertHealthyFarmIsUntouched();
    }

    /// @custom:property F-17, E3
    function test_TheEmissionCannotReenter() external {
        _startWithHostileReward();
        function() external[8] memory ways = [
            this.claim,
            this.claimMany,
            this.claimFor,
            this.claimStream,
            this.exit,
            this.claimToBridge,
            this.addEmission,
            this.takeEmission
        ];
        for (uint256 i; i < ways.length; ++i) {
            _tryEveryCallFrom(ways[i]);
        }
    }

    /// @custom:property F-17, E3, E28
    function test_AnotherStreamCannotReenter() external {
        _startZoo();
        _addFarm(STRANGE, address(new HostileToken()), false);
        _stakeAs(BOB, STRANGE, AMOUNT);
        _addStream(STRANGE, address(_token), AMOUNT);
        _token.mint(address(this), AMOUNT);
        _listCalls();
        skip(1 days);
        function() external[3] memory ways = [this.claim, this.claimExtraStream, this.fundStream];
        for (uint256 i; i < ways.length; ++i) {
            _tryEveryCallFrom(ways[i]);
        }
        _assertHealthyFarmIsUntouched();
    }

    /// @dev Compounding moves no token, so there is nothing to call back from.
    /// @custom:property F-17, E3
    function test_CompoundingCallsNoToken() external {
        _startWithHostileReward();
        _token.setCallback(address(_farms), abi.encodeCall(IFarms.claim, (COMPOUNDING)));
        vm.prank(BOB);
        uint96 amount = _farms.compound(COMPOUNDING);
        assertApproxEqAbs(amount, RATE * 1 days, 1);
        assertEq(_token.callbackResult().length, 0);
        assertEq(_farms.positionOf(COMPOUNDING, BOB).principal, AMOUNT + amount);
    }

    /// @dev From inside a transfer everybody else's figures read as they do outside, and the
    /// caller's as they will be.
    /// @custom:property F-12, E3
    function test_ViewsAreConsistentInsideATransfer() external {
        _startZoo();
        _addFarm(STRANGE, address(_token), false);
        _prepareUsers();
        _fund(STRANGE);
        skip(1 days);
        uint256 alices = _farms.earned(HEALTHY, ALICE);
        uint256 bobs = _farms.earned(STRANGE, BOB);
        _token.setCallback(address(_farms), abi.encodeCall(IFarmsViews.earned, (HEALTHY, ALICE)));
        this.withdraw();
        assertEq(_token.callbackResult(), abi.encode(alices));
        _token.setCallback(address(_farms), abi.encodeCall(IFarmsViews.earned, (STRANGE, BOB)));
        this.stake();
        assertEq(_token.callbackResult(), abi.encode(bobs));
        _token.setCallback(address(_farms), abi.encodeCall(IFarmsViews.positionOf, (STRANGE, BOB)));
        this.stake();
        assertEq(_token.callbackResult(), abi.encode(_farms.positionOf(STRANGE, BOB)));
    }

    // Ways in, each with one transfer of the token. External, to be handed around.

    function stake() external {
        vm.prank(BOB);
        _farms.stake(STRANGE, AMOUNT);
    }

    function stakeFor() external {
        vm.prank(BOB);
        _farms.stakeFor(STRANGE, CAROL, AMOUNT);
    }

    function withdraw() external {
        vm.prank(BOB);
        _farms.withdraw(STRANGE, AMOUNT / 2);
    }

    function exit() external {
        uint32 farmId = _bobsFarm();
        vm.prank(BOB);
        _farms.exit(farmId, AMOUNT / 2);
    }

    function emergencyWithdraw() external {
        vm.prank(BOB);
        _farms.emergencyWithdraw(STRANGE, CAROL);
    }

    function stakeArrival() external {
        IFarms.Carry memory carry;
        vm.prank(BRIDGE);
        _farms.stakeArrival(STRANGE, CAROL, AMOUNT, carry, false);
    }

    function exitFor() external {
        vm.prank(BRIDGE);
        _farms.exitFor(STRANGE, BOB, AMOUNT / 2);
    }

    function claim() external {
        uint32 farmId = _bobsFarm();
        vm.prank(BOB);
        _farms.claim(farmId);
    }

    function claimMany() external {
        uint32[] memory farmIds = new uint32[](1);
        farmIds[0] = COMPOUNDING;
        vm.prank(BOB);
        _farms.claimMany(farmIds);
    }

    function claimFor() external {
        vm.prank(CAROL);
        _farms.claimFor(COMPOUNDING, BOB);
    }

    function claimStream() external {
        vm.prank(BOB);
        _farms.claimStream(COMPOUNDING, 0);
    }

    function claimExtraStream() external {
        vm.prank(BOB);
        _farms.claimStream(STRANGE, 1);
    }

    function claimToBridge() external {
        vm.prank(BRIDGE);
        _farms.claimToBridge(COMPOUNDING, BOB, 1);
    }

    function addEmission() external {
        _fund(COMPOUNDING);
    }

    function takeEmission() external {
        _adjust(COMPOUNDING, -1e18, uint40(block.timestamp + 1));
    }

    function fundStream() external {
        _farms.fundStream(STRANGE, 1, AMOUNT / 2, uint32(WEEK));
    }

    // Shared steps.

    /// @dev The emission is the hostile token, and Bob stakes it.
    function _startWithHostileReward() private {
        vm.warp(START);
        _farms = _newFarms(address(_token));
        _addFarm(COMPOUNDING, address(_token), false);
        _stakeAs(BOB, COMPOUNDING, AMOUNT);
        _fund(COMPOUNDING);
        _listCalls();
        skip(1 days);
    }

    function _prepareUsers() private {
        _stakeAs(BOB, STRANGE, AMOUNT);
        _give(address(_token), BOB, 2 * AMOUNT);
        _give(address(_token), BRIDGE, AMOUNT);
        _listCalls();
    }

    /// @dev Whatever the token calls is refused by the lock alone, and the way out still works.
    function _tryEveryCallFrom(function() external way) private {
        for (uint256 i; i < _calls.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            _token.setCallback(address(_farms), _calls[i]);
            way();
            assertEq(
                _token.callbackResult(),
                abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
            );
            assertTrue(vm.revertToState(snapshot));
        }
    }

    function _bobsFarm() private view returns (uint32) {
        return _farms.stakeTokenOf(STRANGE) == address(0) ? COMPOUNDING : STRANGE;
    }

    function _listCalls() private {
        uint32 farmId = _bobsFarm();
        uint32[] memory farmIds = new uint32[](1);
        farmIds[0] = farmId;
        _calls.push(abi.encodeCall(IFarms.stake, (farmId, 1)));
        _calls.push(abi.encodeCall(IFarms.stakeWithPermit, (farmId, 1, 0, 0, 0, 0)));
        _calls.push(abi.encodeCall(IFarms.stakeFor, (farmId, BOB, 1)));
        _calls.push(abi.encodeCall(IFarms.stakeLocked, (farmId, 1, 1)));
        _calls.push(abi.encodeCall(IFarms.compound, (farmId)));
        _calls.push(abi.encodeCall(IFarms.withdraw, (farmId, 1)));
        _calls.push(abi.encodeCall(IFarms.emergencyWithdraw, (farmId, BOB)));
        _calls.push(abi.encodeCall(IFarms.exit, (farmId, 1)));
        _calls.push(abi.encodeCall(IFarms.migrate, (farmId, farmId + 1, 1)));
        _calls.push(abi.encodeCall(IFarms.claim, (farmId)));
        _calls.push(abi.encodeCall(IFarms.claimMany, (farmIds)));
        _calls.push(abi.encodeCall(IFarms.claimStream, (farmId, 0)));
        _calls.push(abi.encodeCall(IFarms.claimFor, (farmId, BOB)));
        _calls.push(abi.encodeCall(IFarms.poke, (farmId, BOB)));
        _calls.push(abi.encodeCall(IFarms.payTreasury, (address(_token))));
        _calls.push(abi.encodeCall(IFarms.fundStream, (farmId, 1, 1, 1)));
        _calls.push(abi.encodeCall(IFarms.adjustStreams, (0, farmIds, new int256[](1))));
    }
}
