// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOFT} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {PauseRoles} from "../../access/PauseRoles.sol";
import {IFarms} from "../../interfaces/IFarms.sol";
import {IPositionBridge} from "../../interfaces/IPositionBridge.sol";
import {DecayingLimit} from "../../libraries/DecayingLimit.sol";

/// @title BridgeWiring
/// @notice What a position bridge is connected to, and what its owner may do.
abstract contract BridgeWiring is IPositionBridge, PauseRoles, ReentrancyGuardTransient {
    using DecayingLimit for DecayingLimit.Limit;
    using SafeERC20 for IERC20;

    /// @dev One slot. The OFT is named once; closing stops moves from here and nothing else.
    /// @param unit What the OFT can carry is a multiple of it. An OFT sends at most 64 bits of
    /// these, which fit the 128 bits of a credit.
    struct Route {
        address oft;
        bool isOpen;
        uint64 unit;
    }

    /// @dev Most decimals that the OFT cannot carry; their unit fits 64 bits.
    uint8 private constant DUST_DECIMALS_MAX = 19;

    address public immutable ENDPOINT;
    IFarms public immutable FARMS;
    address internal immutable REWARD_TOKEN;

    /// @inheritdoc IPositionBridge
    uint64 public seq;
    /// @inheritdoc IPositionBridge
    bool public paused;
    /// @inheritdoc IPositionBridge
    mapping(uint32 eid => bytes32 peer) public peerOf;

    mapping(address token => Route) internal _routes;
    /// @dev Of every OFT ever named, whether its route is open or closed.
    mapping(address oft => address token) internal _tokenOf;
    mapping(address token => mapping(uint32 dstEid => DecayingLimit.Limit)) private _outflow;

    constructor(address endpoint, address farms, address guardian_) {
        if (endpoint == address(0) || farms == address(0)) revert Bridge_ZeroAddress();
        ENDPOINT = endpoint;
        FARMS = IFarms(farms);
        REWARD_TOKEN = FARMS.REWARD_TOKEN();
        _setGuardian(guardian_);
    }

    /// @notice Takes back what the fee of carried rewards left over. Only the endpoint.
    receive() external payable {
        if (msg.sender != ENDPOINT) revert Bridge_OnlyEndpoint(msg.sender);
    }

    /// @inheritdoc IPositionBridge
    /// @dev An OFT named later could credit what others brought through the first one.
    function setRoute(address token, address oft) external onlyOwner {
        if (token == address(0)) revert Bridge_ZeroAddress();
        Route storage route = _routes[token];
        if (oft != address(0) && route.oft != oft) {
            if (route.oft != address(0)) revert Bridge_RouteFixed(route.oft, oft);
            if (_tokenOf[oft] != address(0) || IOFT(oft).token() != token) {
                revert Bridge_UnknownOft(oft);
            }
            route.oft = oft;
            route.unit = _unitOf(token, oft);
            _tokenOf[oft] = token;
            // Farms takes tokens only from its caller, for what this contract asks for.
            IERC20(token).forceApprove(address(FARMS), type(uint256).max);
        }
        route.isOpen = oft != address(0);
        emit RouteSet(token, oft, _nextSeq());
    }

    /// @inheritdoc IPositionBridge
    function setPeer(uint32 eid, bytes32 peer) external onlyOwner {
        if (uint256(peer) >> 160 != 0) revert Bridge_BadPeer(peer);
        peerOf[eid] = peer;
        emit PeerSet(eid, peer, _nextSeq());
    }

    /// @inheritdoc IPositionBridge
    function setOutflowLimit(address token, uint32 dstEid, uint128 limit, uint32 window)
        external
        onlyOwner
    {
        _outflow[token][dstEid].reconfigure(limit, window);
        emit OutflowLimitSet(token, dstEid, limit, window, _nextSeq());
    }

    /// @inheritdoc IPositionBridge
    function pause() external onlyPauser {
        paused = true;
        emit Paused(msg.sender, _nextSeq());
    }

    /// @inheritdoc IPositionBridge
    function unpause() external onlyOwner {
        paused = false;
        emit Unpaused(msg.sender, _nextSeq());
    }

    /// @inheritdoc IPositionBridge
    /// @dev Of a routed token nobody here can tell a gift from a packet whose compose is waiting.
    function recover(address token, address to, uint256 amount) external onlyOwner nonReentrant {
        if (to == address(0)) revert Bridge_ZeroAddress();
        if (_routes[token].oft != address(0)) revert Bridge_IsRouted(token);
        emit Recovered(token, to, amount, _nextSeq());
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc IPositionBridge
    function oftOf(address token) external view returns (address) {
        Route storage route = _routes[token];
        return route.isOpen ? route.oft : address(0);
    }

    /// @inheritdoc IPositionBridge
    function outflowOf(address token, uint32 dstEid)
        external
        view
        returns (uint128 limit, uint32 window, uint256 available)
    {
        DecayingLimit.Limit storage outflow = _outflow[token][dstEid];
        return (outflow.limit, outflow.window, outflow.available());
    }

    /// @dev Counts what leaves against the limit of its path.
    function _useOutflow(address token, uint32 dstEid, uint256 amount) internal {
        DecayingLimit.Limit storage outflow = _outflow[token][dstEid];
        if (!outflow.consume(amount)) revert Bridge_OutflowLimit(outflow.available(), amount);
    }

    function _nextSeq() internal override returns (uint64) {
        return ++seq;
    }

    function _stakeTokenOf(uint32 farmId) internal view returns (address) {
        return FARMS.stakeTokenOf(farmId);
    }

    function _openRouteOf(address token) internal view returns (Route storage route) {
        route = _routes[token];
        if (!route.isOpen) revert Bridge_NoRoute(token);
    }

    function _unitOf(address token, address oft) private view returns (uint64) {
        uint8 decimals = IERC20Metadata(token).decimals();
        uint8 shared = IOFT(oft).sharedDecimals();
        if (decimals < shared || decimals - shared > DUST_DECIMALS_MAX) {
            revert Bridge_BadDecimals(decimals, shared);
        }
        unchecked {
            return uint64(10 ** uint256(decimals - shared));
        }
    }
}
