// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    MessagingFee,
    MessagingReceipt,
    SendParam
} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";

import {DevOft} from "../../src/dev/DevOft.sol";
import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {LzOptions} from "../../src/libraries/LzOptions.sol";
import {PositionBridge} from "../../src/spoke/PositionBridge.sol";
import {StackFixture} from "./StackFixture.sol";

/// @notice Bridges of three chains with a plain farm (2) and one with terms (`TERMS`) on each.
/// Alice has 100e18 staked in both farms of ALPHA, the second locked for `TERM`.
abstract contract BridgeFixture is StackFixture {
    /// @dev Tokens that somebody sends to the bridge of BETA, past the one of ALPHA.
    struct DirectSend {
        address from;
        uint256 amount;
        bytes payload;
    }

    uint32 internal constant PLAIN = 2;
    uint32 internal constant TERMS = 7;
    uint32 internal constant TERM = 90 days;
    uint16 internal constant BOOST = 20_000;
    uint16 internal constant FEE = 1000;

    /// @dev Errors of the endpoint, whose source is not imported.
    bytes4 internal constant LZ_INSUFFICIENT_FEE =
        bytes4(keccak256("LZ_InsufficientFee(uint256,uint256,uint256,uint256)"));
    bytes4 internal constant LZ_COMPOSE_NOT_FOUND =
        bytes4(keccak256("LZ_ComposeNotFound(bytes32,bytes32)"));

    mapping(uint32 eid => DevOft) internal _lockToken;
    PositionBridge internal _source;
    PositionBridge internal _target;

    function _startBridges() internal {
        _startStack();
        _source = _siteOf[ALPHA].bridge;
        _target = _siteOf[BETA].bridge;
        for (uint256 i; i < _eids.length; ++i) {
            _lockToken[_eids[i]] =
                new DevOft("Lock", "LCK", address(_endpoints[_eids[i]]), address(this));
        }
        for (uint256 i; i < _eids.length; ++i) {
            _addTermsFarm(_eids[i]);
        }
        vm.deal(ALICE, 10 ether);
        vm.deal(BOB, 10 ether);
        _mintStake(ALPHA, ALICE, 100e18);
        _mintLock(ALPHA, ALICE, 100e18);
        vm.startPrank(ALICE);
        _siteOf[ALPHA].farms.stake(PLAIN, 100e18);
        _siteOf[ALPHA].farms.stakeLocked(TERMS, 100e18, 1);
        vm.stopPrank();
        _collect();
    }

    function _mintLock(uint32 eid, address user, uint256 amount) internal {
        _lockToken[eid].mint(user, amount);
        vm.prank(user);
        _lockToken[eid].approve(address(_siteOf[eid].farms), type(uint256).max);
    }

    /// @dev Emission of `amount` to a farm over an epoch, in the name of the receiver.
    function _emit(uint32 eid, uint32 farmId, uint256 amount) internal {
        Site memory site = _siteOf[eid];
        deal(address(site.reward), address(site.receiver), amount);
        uint32[] memory farmIds = new uint32[](1);
        int256[] memory deltas = new int256[](1);
        (farmIds[0], deltas[0]) = (farmId, int256(amount));
        vm.startPrank(address(site.receiver));
        site.reward.approve(address(site.farms), amount);
        site.farms.adjustStreams(uint40(block.timestamp + EPOCH_DURATION), farmIds, deltas);
        vm.stopPrank();
    }

    function _end(uint32 eid, uint32 farmId) internal {
        _siteOf[eid].farms.setFarmState(farmId, IFarms.FarmState.Ended);
    }

    /// @dev Forty of the plain farm, to the same farm of BETA.
    function _request(address recipient) internal pure returns (IPositionBridge.Move memory) {
        return IPositionBridge.Move(PLAIN, 40e18, BETA, PLAIN, recipient, false);
    }

    /// @dev Forty of the farm with terms, to the same farm of BETA.
    function _lockedRequest(address recipient) internal pure returns (IPositionBridge.Move memory) {
        return IPositionBridge.Move(TERMS, 40e18, BETA, TERMS, recipient, false);
    }

    function _move(IPositionBridge.Move memory request) internal returns (bytes32 guid) {
        vm.prank(ALICE);
        guid = _source.move{value: 2 * MESSAGE_FEE}(request);
    }

    /// @dev Moves and delivers the packet; its compose waits.
    function _moveAndDeliver(IPositionBridge.Move memory request) internal returns (bytes32 guid) {
        guid = _move(request);
        _collect();
        _deliver(_packets.length - 1);
    }

    /// @dev Forty of the plain farm, escrowed for Alice because the farm ended.
    function _escrow() internal returns (bytes32 guid) {
        _end(BETA, PLAIN);
        guid = _moveAndDeliver(_request(ALICE));
        _compose(0);
        _assertState(guid, _stakeAt(BETA), IPositionBridge.CreditState.Escrowed);
    }

    /// @dev `amount` of the farm with terms, escrowed for Alice under her lock.
    function _lockedEscrow(uint96 amount) internal returns (bytes32 guid) {
        _siteOf[BETA].farms.setFarmState(TERMS, IFarms.FarmState.DepositsPaused);
        IPositionBridge.Move memory request = _lockedRequest(ALICE);
        request.amount = amount;
        guid = _moveAndDeliver(request);
        _compose(0);
        _assertState(guid, address(_lockToken[BETA]), IPositionBridge.CreditState.Escrowed);
    }

    /// @dev Through the stake token's OFT; the compose waits.
    function _sendDirectly(DirectSend memory direct) internal returns (bytes32 guid) {
        DevOft token = _siteOf[ALPHA].stake;
        token.mint(direct.from, direct.amount);
        vm.deal(direct.from, 1 ether);
        SendParam memory param;
        param.dstEid = BETA;
        param.to = _asBytes32(address(_target));
        param.amountLD = direct.amount;
        param.minAmountLD = direct.amount;
        param.extraOptions = LzOptions.compose(1_000_000);
        param.composeMsg = direct.payload;
        vm.prank(direct.from);
        (MessagingReceipt memory receipt,) =
            token.send{value: MESSAGE_FEE}(param, MessagingFee(MESSAGE_FEE, 0), direct.from);
        _collect();
        _deliver(_packets.length - 1);
        return receipt.guid;
    }

    /// @dev External, so that the gas can be limited and the revert caught.
    function executeCompose(uint256 index, uint256 gasLimit) external {
        Compose memory compose = _composes[index];
        _composes.pop();
        _endpoints[compose.eid].lzCompose{gas: gasLimit}(
            compose.from, compose.to, compose.guid, compose.index, compose.message, ""
        );
    }

    function _assertState(bytes32 guid, address token, IPositionBridge.CreditState state)
        internal
        view
    {
        assertEq(uint8(_target.creditOf(guid, token).state), uint8(state), "state of the credit");
    }

    function _stakeAt(uint32 eid) internal view returns (address) {
        return address(_siteOf[eid].stake);
    }

    function _principal(uint32 eid, uint32 farmId, address user) internal view returns (uint256) {
        return _siteOf[eid].farms.positionOf(farmId, user).principal;
    }

    /// @dev Gas that a move pays for, as its packet says.
    function _composeGas() internal returns (uint256) {
        _move(IPositionBridge.Move(PLAIN, uint96(SD), HUB, PLAIN, ALICE, false));
        _collect();
        Packet memory packet = _packets[_packets.length - 1];
        _packets.pop();
        return _composeGasOf(packet);
    }

    /// @dev Gas of the compose option, which the packet's options end with.
    function _composeGasOf(Packet memory packet) private pure returns (uint256) {
        bytes memory options = packet.options;
        uint256 last;
        assembly ("memory-safe") {
            last := mload(add(options, mload(options)))
        }
        return uint128(last);
    }

    function _addTermsFarm(uint32 eid) private {
        Site memory site = _siteOf[eid];
        DevOft token = _lockToken[eid];
        for (uint256 i; i < _eids.length; ++i) {
            if (_eids[i] == eid) continue;
            token.setPeer(_eids[i], _asBytes32(address(_lockToken[_eids[i]])));
        }
        site.farms.addFarm(IFarms.NewFarm(TERMS, address(token), 90, type(uint64).max, true));
        IFarms.Tier[] memory tiers = new IFarms.Tier[](2);
        tiers[0] = IFarms.Tier(TERM, BOOST, FEE);
        tiers[1] = IFarms.Tier(2 * TERM, 25_000, 2500);
        IFarms.TenureStep[] memory steps = new IFarms.TenureStep[](1);
        steps[0] = IFarms.TenureStep(30 days, 1000);
        site.farms.setTerms(TERMS, tiers, steps);
        site.bridge.setRoute(address(token), address(token));
    }
}
