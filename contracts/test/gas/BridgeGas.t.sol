// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {MovePayload} from "../../src/libraries/MovePayload.sol";
import {PositionBridge} from "../../src/spoke/PositionBridge.sol";
import {BridgeFixture} from "../support/BridgeFixture.sol";
import {GasFigures} from "../support/GasFigures.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice The farm that costs an arrival most: terms, all steps, four streams that run, and a
/// position that has something pending in each.
abstract contract BridgeGasFixture is BridgeFixture {
    function _startDearest() internal {
        _startBridges();
        _makeDear(BETA);
        _mintLock(BETA, ALICE, 10e18);
        _mintLock(BETA, BOB, 10e18);
        vm.prank(ALICE);
        _siteOf[BETA].farms.stakeLocked(TERMS, 10e18, 1);
        vm.prank(BOB);
        _siteOf[BETA].farms.stake(TERMS, 10e18);
        _emit(BETA, PLAIN, 700e18);
        _emit(ALPHA, PLAIN, 700e18);
        _emit(ALPHA, TERMS, 700e18);
        skip(1 days);
    }

    /// @dev Four tiers, four steps and four streams for the farm with terms.
    function _makeDear(uint32 eid) internal {
        IFarms farms = IFarms(address(_siteOf[eid].farms));
        IFarms.Tier[] memory tiers = new IFarms.Tier[](4);
        IFarms.TenureStep[] memory steps = new IFarms.TenureStep[](4);
        for (uint32 i; i < 4; ++i) {
            tiers[i] = IFarms.Tier((i + 1) * TERM, BOOST, FEE);
            steps[i] = IFarms.TenureStep((i + 1) * 365 days, uint16(100 * (i + 1)));
        }
        farms.setTerms(TERMS, tiers, steps);
        _fund(farms, address(_lockToken[eid]));
        _fund(farms, address(new PlainToken(18)));
        _fund(farms, address(new PlainToken(18)));
        _emit(eid, TERMS, 700e18);
    }

    function _fund(IFarms farms, address token) private {
        uint8 stream = farms.addStream(TERMS, token, address(this), type(uint64).max);
        deal(token, address(this), 70e18);
        ERC20(token).approve(address(farms), 70e18);
        farms.fundStream(TERMS, stream, 70e18, 30 days);
    }
}

/// @notice Gas of moves and arrivals as whole transactions, every slot cold. The message library is
/// LayerZero's simplest one; the one with DVNs costs more on departure.
/// forge-config: default.isolate = true
contract BridgeGasTest is BridgeGasFixture, GasFigures {
    string private constant GROUP = "bridge";

    function setUp() external {
        _startDearest();
        // From the second packet of a path on its nonces are not zero.
        _moveAll();
        _deliverAll();
        skip(1 days);
    }

    function test_GasOfMoves() external {
        vm.startPrank(ALICE);
        _source.move{value: MESSAGE_FEE}(_request(ALICE));
        _assertGasOfLastCall(GROUP, "move");
        _source.move{value: MESSAGE_FEE}(_lockedRequest(ALICE));
        _assertGasOfLastCall(GROUP, "move, farm with terms");
        IPositionBridge.Move memory request = _request(ALICE);
        (request.amount, request.carryRewards) = (1e18, true);
        _source.move{value: 2 * MESSAGE_FEE}(request);
        _assertGasOfLastCall(GROUP, "move with rewards");
        IPositionBridge.Move[] memory requests = new IPositionBridge.Move[](3);
        uint256[] memory fees = new uint256[](3);
        for (uint256 i; i < 3; ++i) {
            requests[i] = _request(ALICE);
            requests[i].amount = 1e18;
            fees[i] = MESSAGE_FEE;
        }
        _source.moveMany{value: 3 * MESSAGE_FEE}(requests, fees);
        _assertGasOfLastCall(GROUP, "move three at once");
        vm.stopPrank();
    }

    function test_GasOfArrivals() external {
        _moveAndDeliver(_request(ALICE));
        _composeAlone();
        _assertGasOfLastCall(GROUP, "arrive in a plain farm");
        _moveAndDeliver(_lockedRequest(ALICE));
        _composeAlone();
        _assertGasOfLastCall(GROUP, "arrive in a farm with terms and four streams");
        _end(BETA, PLAIN);
        bytes32 guid = _moveAndDeliver(_request(ALICE));
        _composeAlone();
        _assertGasOfLastCall(GROUP, "arrive in escrow");
        vm.prank(ALICE);
        _target.withdrawEscrow(guid, _stakeAt(BETA), ALICE);
        _assertGasOfLastCall(GROUP, "withdraw from escrow");
    }

    function _composeAlone() private {
        Compose memory compose = _composes[0];
        _composes.pop();
        _executeCompose(compose);
    }

    function _moveAll() private {
        IPositionBridge.Move memory request = _request(ALICE);
        (request.amount, request.carryRewards) = (1e18, true);
        _move(request);
        request = _lockedRequest(ALICE);
        request.amount = 1e18;
        _move(request);
    }
}

/// @notice What the constants of the bridge have to cover, found by trying.
contract BridgeGasBoundsTest is BridgeGasFixture {
    /// @dev Repeated here, so that a change of either is noticed.
    uint256 private constant GAS_RESERVE = 112_000;
    uint256 private constant GAS_BEFORE_RESTAKE = 75_000;

    mapping(uint32 eid => address annex) private _annexOf;
    address private _user = ALICE;
    uint32 private _eid = BETA;

    function setUp() external {
        _startDearest();
        _annexOf[BETA] = _siteOf[BETA].farms.ANNEX();
        _annexOf[HUB] = _siteOf[HUB].farms.ANNEX();
    }

    /// @dev The least gas with which the dearest restake succeeds, all cold, and a fifth.
    function test_TheStipendCoversTheDearestRestake() external {
        uint256 joining = _least(this.tryRestake);
        emit log_named_uint("gas of a restake that joins a position", joining);
        _user = makeAddr("a user without a position");
        uint256 opening = _least(this.tryRestake);
        emit log_named_uint("gas of a restake that opens a position", opening);
        _makeDear(HUB);
        skip(1 days);
        _eid = HUB;
        uint256 first = _least(this.tryRestake);
        emit log_named_uint("gas of the first restake of a farm", first);
        assertLe(Math.max(Math.max(joining, opening), first) * 6 / 5, RESTAKE_GAS);
    }

    function test_TheGasPaidForCoversTheDearestArrival() external {
        uint256 paid = _composeGas();
        assertEq(
            paid, uint256(RESTAKE_GAS) * 64 / 63 + GAS_RESERVE + GAS_BEFORE_RESTAKE, "as paid for"
        );
        _moveAndDeliver(_lockedRequest(ALICE));
        uint256 least = _least(this.tryCompose);
        uint256 before = least - uint256(RESTAKE_GAS) * 64 / 63 - GAS_RESERVE;
        emit log_named_uint("gas before the restake", before);
        assertLe(before * 6 / 5, GAS_BEFORE_RESTAKE);
        _cool();
        this.executeCompose(0, paid);
        assertEq(_principal(BETA, TERMS, ALICE), 50e18);
    }

    /// @dev A farm refuses at once with the longest reason that is kept: nearly all gas used is
    /// what comes before and after. The endpoint keeps a 64th of the gas until it is done.
    function test_TheReserveCoversTheDearestEscrow() external {
        bytes32 guid = _moveAndDeliver(_lockedRequest(ALICE));
        // PUSH2 256, PUSH0, REVERT.
        vm.etch(address(_siteOf[BETA].farms), hex"6101005ffd");
        uint256 least = _least(this.tryCompose);
        uint256 before = least - least / 64 - uint256(RESTAKE_GAS) * 64 / 63 - GAS_RESERVE;
        _cool();
        uint256 gasBefore = gasleft();
        this.executeCompose(0, least);
        uint256 reserve = gasBefore - gasleft() - before;
        _assertState(guid, address(_lockToken[BETA]), IPositionBridge.CreditState.Escrowed);
        emit log_named_uint("gas after the restake", reserve);
        assertLe(reserve * 6 / 5, GAS_RESERVE);
    }

    function tryRestake(uint256 gasLimit) external {
        IFarms.Carry memory carry = IFarms.Carry(
            uint32(block.timestamp - 1 days), uint32(block.timestamp + TERM), 1, BOOST, FEE
        );
        MovePayload.Payload memory payload = MovePayload.Payload(_user, _user, TERMS, carry);
        PositionBridge bridge = _siteOf[_eid].bridge;
        address token = address(_lockToken[_eid]);
        deal(token, address(bridge), 1e18);
        _cool();
        vm.prank(address(bridge));
        bridge.restakeSelf{gas: gasLimit}(token, 1e18, payload);
    }

    function tryCompose(uint256 gasLimit) external {
        Compose memory compose = _composes[0];
        _cool();
        _endpoints[compose.eid].lzCompose{gas: gasLimit}(
            compose.from, compose.to, compose.guid, compose.index, compose.message, ""
        );
    }

    /// @dev The least gas with which `attempt` does not revert, to a hundred.
    function _least(function(uint256) external attempt) private returns (uint256 high) {
        uint256 low = 50_000;
        high = 2_000_000;
        while (high - low > 100) {
            uint256 middle = (low + high) / 2;
            uint256 snapshot = vm.snapshotState();
            try attempt(middle) {
                high = middle;
            } catch {
                low = middle;
            }
            vm.revertToState(snapshot);
        }
    }

    function _cool() private {
        Site memory site = _siteOf[_eid];
        vm.cool(address(_endpoints[_eid]));
        vm.cool(address(site.bridge));
        vm.cool(address(site.farms));
        vm.cool(_annexOf[_eid]);
        vm.cool(address(site.reward));
        vm.cool(address(_lockToken[_eid]));
    }
}
