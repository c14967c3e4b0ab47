// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OFTCore} from "@layerzerolabs/oft-evm/contracts/OFTCore.sol";
import {MessagingFee, SendParam} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {CommandSender} from "../../../src/hub/CommandSender.sol";
import {EmissionController} from "../../../src/hub/EmissionController.sol";
import {LzOptions} from "../../../src/libraries/LzOptions.sol";
import {CommandReceiver} from "../../../src/spoke/CommandReceiver.sol";
import {EmissionReceiver} from "../../../src/spoke/EmissionReceiver.sol";
import {Farms} from "../../../src/spoke/Farms.sol";
import {PositionBridge} from "../../../src/spoke/PositionBridge.sol";
import {SystemNetwork} from "./SystemNetwork.sol";

/// @notice The whole system on three chains: the hub and two spokes under its command. Each chain
/// has a farm of the reward token (1) and one of a stake token (2) that exists on ALPHA, with 8
/// decimals, behind an adapter. This contract is the timelock of every chain.
abstract contract SystemWorld is SystemNetwork {
    /// @param stakeOft Carries `stake`; on ALPHA an adapter, elsewhere the token itself.
    /// @param unit Wei of one unit of shared decimals of `stake`.
    /// @param inbox None on the hub.
    struct Site {
        uint32 eid;
        OFTCore reward;
        OFTCore stakeOft;
        IERC20 stake;
        uint256 unit;
        Farms farms;
        EmissionReceiver receiver;
        PositionBridge bridge;
        CommandReceiver inbox;
    }

    /// @dev Tokens that somebody sends; nothing is composed when `composeMsg` is empty.
    struct Transfer {
        bool isReward;
        uint32 srcEid;
        uint32 dstEid;
        uint64 amountSD;
        address to;
        bytes composeMsg;
    }

    /// @dev What a path credited since its limit was set, for the bound over any window.
    struct Credited {
        uint256 since;
        uint256 sumLD;
    }

    uint32 internal constant HUB = 50_121;
    uint32 internal constant ALPHA = 50_231;
    uint32 internal constant BETA = 50_102;
    uint32 internal constant REWARD_FARM = 1;
    uint32 internal constant STAKE_FARM = 2;
    uint32 internal constant EPOCH_DURATION = 7 days;
    uint40 internal constant GENESIS = 1_800_000_000;
    uint256 public constant SUPPLY = 100_000_000e18;
    uint256 public constant GRANT = 20_000_000e18;
    uint256 public constant SD = 1e12;
    uint256 public constant USERS = 5;
    /// @dev Of each user on each chain.
    uint64 internal constant USER_STAKE_SD = 1_000e6;
    uint64 internal constant REWARD_LIMIT_SD = 150_000e6;
    uint64 internal constant STAKE_LIMIT_SD = 400e6;
    uint32 internal constant LIMIT_WINDOW = 6 hours;
    uint32 internal constant LOOSEN_SECONDS = 2 hours;
    uint128 internal constant SEND_GAS = 230_000;

    address internal immutable TREASURY = makeAddr("treasury");
    address internal immutable OPERATOR = makeAddr("operator");
    address internal immutable GUARDIAN = makeAddr("guardian");
    address internal immutable SENTINEL = makeAddr("sentinel");

    EmissionController public controller;
    CommandSender internal _commander;
    /// @dev Out of order on purpose: the registry has to sort on its own.
    uint32[] internal _eids = [ALPHA, HUB, BETA];
    mapping(uint32 eid => Site) internal _siteOf;
    mapping(bytes32 path => Credited) internal _credited;

    /// @dev Stake of each account wherever it is, as if it had 18 decimals everywhere.
    mapping(address account => uint256) public owned;
    /// @dev Tokens that somebody sent to a contract which has no use for them.
    mapping(address holder => mapping(bool isReward => uint256)) public donated;
    /// @dev By mesh and path, in shared decimals: what forged packets credited or had dropped, and
    /// what the honest ones carried whose numbers they used up.
    mapping(bytes32 path => uint256) public forgedSD;
    mapping(bytes32 path => uint256) public lostSD;
    mapping(bool isReward => uint256) public forgedCreditSD;
    mapping(bool isReward => uint256) public lostSumSD;

    // What the parts share.

    function siteAt(uint256 index) external view returns (Site memory) {
        return _siteOf[_eids[index % _eids.length]];
    }

    /// @notice The users, and the attacker as the last.
    function accountAt(uint256 index) public view returns (address) {
        return index % (USERS + 1) == USERS ? ATTACKER : address(uint160(0x1000 + index));
    }

    function _userAt(uint256 seed) internal view returns (address) {
        return accountAt(seed % USERS);
    }

    function _siteBy(uint256 seed) internal view returns (Site storage) {
        return _siteOf[_eids[seed % 3]];
    }

    function _otherThan(uint32 eid, uint256 seed) internal view returns (uint32) {
        uint256 index;
        while (_eids[index] != eid) ++index;
        return _eids[(index + 1 + seed % 2) % 3];
    }

    function _oftOf(bool isReward, uint32 eid) internal view returns (OFTCore) {
        return isReward ? _siteOf[eid].reward : _siteOf[eid].stakeOft;
    }

    function _tokenOf(bool isReward, uint32 eid) internal view returns (IERC20) {
        return isReward ? IERC20(address(_siteOf[eid].reward)) : _siteOf[eid].stake;
    }

    function _unitOf(bool isReward, uint32 eid) internal view returns (uint256) {
        return isReward ? SD : _siteOf[eid].unit;
    }

    function pathOf(bool isReward, uint32 srcEid, uint32 dstEid) external pure returns (bytes32) {
        return _pathOf(isReward, srcEid, dstEid);
    }

    function _pathOf(bool isReward, uint32 srcEid, uint32 dstEid) internal pure returns (bytes32) {
        return keccak256(abi.encode(isReward, srcEid, dstEid));
    }

    /// @dev Sends tokens as `user`.
    function _send(address user, Transfer memory transfer) internal {
        OFTCore oft = _oftOf(transfer.isReward, transfer.srcEid);
        SendParam memory param = _paramOf(transfer);
        vm.prank(user);
        oft.send{value: MESSAGE_FEE}(param, MessagingFee(MESSAGE_FEE, 0), user);
        _collect();
    }

    function _paramOf(Transfer memory transfer) internal view returns (SendParam memory param) {
        param.dstEid = transfer.dstEid;
        param.to = _asBytes32(transfer.to);
        param.amountLD = transfer.amountSD * _unitOf(transfer.isReward, transfer.srcEid);
        param.minAmountLD = param.amountLD;
        if (transfer.composeMsg.length == 0) return param;
        param.composeMsg = transfer.composeMsg;
        param.extraOptions = LzOptions.compose(SEND_GAS);
    }

    function _asBytes32(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    /// @dev The word of `data` that begins at byte `at`.
    function _word(bytes memory data, uint256 at) internal pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), at))
        }
    }

    /// @dev Compose message: recipient 32 | amount 8 | sender 32 | what the sender composed.
    function _classify(Packet memory packet) internal view override {
        if (packet.sender == address(_commander)) {
            packet.kind = Kind.Command;
            return;
        }
        Site storage site = _siteOf[packet.dstEid];
        bytes memory message = packet.message;
        address to = address(uint160(uint256(_word(message, 0))));
        packet.isReward = packet.receiver == address(site.reward);
        packet.amountSD = uint64(bytes8(_word(message, 32)));
        packet.recipient = to;
        if (message.length == 40) return;
        address from = address(uint160(uint256(_word(message, 40))));
        if (to == address(site.receiver) && from == address(controller)) {
            packet.kind = Kind.Order;
        } else if (to == address(site.bridge) && from == address(_siteOf[packet.srcEid].bridge)) {
            packet.kind = Kind.Move;
            packet.recipient = address(uint160(uint256(_word(message, 136))));
        } else {
            packet.kind = Kind.Foreign;
        }
    }
}
