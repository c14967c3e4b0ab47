// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    EnforcedOptionParam
} from "@layerzerolabs/oapp-evm/contracts/oapp/interfaces/IOAppOptionsType3.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {DevOft} from "../../../src/dev/DevOft.sol";
import {HeadwaterGovernor} from "../../../src/governance/HeadwaterGovernor.sol";
import {HeadwaterTimelock} from "../../../src/governance/HeadwaterTimelock.sol";
import {CommandSender} from "../../../src/hub/CommandSender.sol";
import {IPauseRoles} from "../../../src/interfaces/IPauseRoles.sol";
import {CommandReceiver} from "../../../src/spoke/CommandReceiver.sol";
import {CommandFixture} from "../../support/CommandFixture.sol";
import {Effects} from "../../support/Effects.sol";
import {PlainToken} from "../../support/Tokens.sol";
import {IVotesToken} from "../../support/VotesToken.sol";
import {Commands} from "../../../src/libraries/Commands.sol";
import {LzOptions} from "../../../src/libraries/LzOptions.sol";
import {Order, Orders} from "./GovernanceOrders.sol";
import {SpokeModel} from "./SpokeModel.sol";
import {SpokeState} from "./SpokeState.sol";

/// @notice An OFT that nobody here wrote, of a token that is not its own.
contract ForeignRoute {
    address public immutable token;
    uint8 public constant sharedDecimals = 6;

    constructor(address token_) {
        token = token_;
    }
}

/// @notice Governance as it is deployed: on the hub the timelock owns everything and the governor
/// alone proposes to it; on each spoke a timelock of its own, which a multisig proposes to, owns
/// the command receiver and the token, and the command receiver the rest.
abstract contract GovernanceWorld is CommandFixture, Effects {
    using Orders for Order;

    uint32 internal constant LOOSEN_SECONDS = 1 days;
    uint256 internal constant LOCAL_DELAY = 1 days;
    uint48 internal constant VOTING_DELAY = 6 hours;
    uint32 internal constant VOTING_PERIOD = 1 days;
    uint256 internal constant TIMELOCK_DELAY = 1 days;
    uint256 internal constant THRESHOLD = 100_000e18;
    uint256 public constant QUORUM = 4_100_000e18;
    uint256 internal constant VOTERS = 5;
    uint32 public constant FARMS = 5;
    uint8 internal constant STREAMS = 4;
    uint256 public constant PRINCIPAL = 1000e18;
    uint256 internal constant POT_SD = 50_000e6;

    uint256 private constant VOTER_KEY = 0x5000;
    uint256 public constant SENDERS = 2;

    address internal immutable SECOND_GUARDIAN = makeAddr("second guardian");
    address internal immutable SECOND_SENTINEL = makeAddr("second sentinel");
    address internal immutable FUNDER = makeAddr("funder");
    address internal immutable EXECUTOR = makeAddr("executor");
    address internal immutable MULTISIG = makeAddr("multisig");
    address public immutable STAKER = makeAddr("staker");

    HeadwaterGovernor public immutable GOVERNOR;
    HeadwaterTimelock public immutable TIMELOCK;
    IVotesToken public immutable VOTES;
    PlainToken internal immutable EXTRA = new PlainToken(18);
    /// @notice On the hub; a spoke listens to one of them.
    CommandSender[SENDERS] public senderAt;
    address[VOTERS] private _voters;
    mapping(uint32 eid => HeadwaterTimelock) public localOf;
    mapping(uint32 eid => SpokeModel) public modelOf;
    /// @dev On each spoke: one that is its own OFT, and a plain one with a foreign OFT.
    mapping(uint32 eid => address[2]) internal _newTokens;
    mapping(uint32 eid => address) internal _foreignRoute;

    constructor() {
        for (uint256 i; i < VOTERS; ++i) {
            _voters[i] = vm.addr(VOTER_KEY + i);
        }
        _startCommands(LOOSEN_SECONDS);
        senderAt = [_sender, _prepareSender()];
        for (uint256 i; i < _eids.length; ++i) {
            _stakeSomething(_eids[i]);
        }
        for (uint256 i; i < _spokes.length; ++i) {
            _startModel(_spokes[i]);
            _handOverSpoke(_spokes[i]);
        }
        VOTES = IVotesToken(address(_siteOf[HUB].reward));
        TIMELOCK = new HeadwaterTimelock(
            TIMELOCK_DELAY, new address[](0), new address[](1), address(this)
        );
        GOVERNOR = new HeadwaterGovernor(
            IVotes(address(VOTES)),
            TimelockController(payable(address(TIMELOCK))),
            VOTING_DELAY,
            VOTING_PERIOD,
            THRESHOLD,
            QUORUM,
            GUARDIAN
        );
        _handOverHub();
    }

    function siteOf(uint32 eid) external view returns (Site memory) {
        return _siteOf[eid];
    }

    function inboxOf(uint32 eid) public view returns (CommandReceiver) {
        return _inboxOf[eid];
    }

    function guardianOf() external view returns (address) {
        return GUARDIAN;
    }

    function controllerOf() public view returns (address) {
        return address(_controller);
    }

    function newTokensOf(uint32 eid) external view returns (address[2] memory) {
        return _newTokens[eid];
    }

    /// @dev Somebody's principal, which no key of this suite may ever reach, and a funded-by-other
    /// stream, so that there is a funder.
    function _stakeSomething(uint32 eid) private {
        Site storage site = _siteOf[eid];
        _mintStake(eid, STAKER, PRINCIPAL);
        vm.prank(STAKER);
        site.farms.stake(2, uint96(PRINCIPAL));
        vm.prank(site.farms.owner());
        site.farms.addStream(2, address(EXTRA), FUNDER, 1e18);
    }

    /// @dev After the constructor, because packets are taken apart in calls to this contract. What
    /// arrives while a receiver is paused stays in its pot.
    function _startPaths() internal {
        for (uint256 i; i < _spokes.length; ++i) {
            vm.prank(address(_inboxOf[_spokes[i]]));
            _siteOf[_spokes[i]].receiver.pause();
        }
        _decide(1, 1, _evenTargets(uint64(POT_SD)));
        _controller.dispatchMany(1, _eids);
        _deliverAll();
        for (uint256 i; i < _spokes.length; ++i) {
            vm.prank(address(_inboxOf[_spokes[i]]));
            _siteOf[_spokes[i]].receiver.unpause();
            // The first packet opens the path: later ones can be verified while it is closed.
            vm.prank(address(TIMELOCK));
            _command(_spokes[i], _firstOrder().encode());
            _openSecondPath(_spokes[i]);
        }
    }

    /// @dev Of the sender that the spoke does not listen to yet.
    function _openSecondPath(uint32 eid) private {
        vm.prank(address(localOf[eid]));
        _inboxOf[eid].setPeer(HUB, _asBytes32(address(senderAt[1])));
        vm.prank(address(TIMELOCK));
        senderAt[1].send(eid, _firstOrder().encode());
        _collect();
        _deliver(_packets.length - 1);
        vm.prank(address(localOf[eid]));
        _inboxOf[eid].setPeer(HUB, _asBytes32(address(_sender)));
    }

    function _prepareSender() private returns (CommandSender sender) {
        sender = new CommandSender(address(_endpoints[HUB]), address(this), COMMAND_FEE_CAP);
        vm.deal(address(sender), 10 ether);
        for (uint256 i; i < _spokes.length; ++i) {
            sender.setPeer(_spokes[i], _asBytes32(address(_inboxOf[_spokes[i]])));
            EnforcedOptionParam[] memory params = new EnforcedOptionParam[](1);
            bytes memory options = LzOptions.addReceive(hex"0003", RECEIVE_GAS);
            params[0] = EnforcedOptionParam(_spokes[i], 1, options);
            sender.setEnforcedOptions(params);
        }
    }

    function _firstOrder() private pure returns (Order memory order) {
        (order.kind, order.farmId, order.value) = (Commands.Kind.SetMaxRate, 2, 1e18);
    }

    function _startModel(uint32 eid) private {
        Site storage site = _siteOf[eid];
        SpokeModel model = new SpokeModel(LOOSEN_SECONDS, HUB, address(site.reward));
        modelOf[eid] = model;
        _newTokens[eid] = [
            address(new DevOft("New", "NEW", address(_endpoints[eid]), address(this))),
            address(new PlainToken(18))
        ];
        _foreignRoute[eid] = address(new ForeignRoute(_newTokens[eid][1]));
        model.addFarm(1, address(site.reward), type(uint64).max, false);
        model.addFarm(2, address(site.stake), type(uint64).max, false);
        model.addStream(2, SpokeState.StreamState(address(EXTRA), FUNDER, 1e18));
        model.setRoute(address(site.reward), address(site.reward));
        model.setRoute(address(site.stake), address(site.stake));
        model.setBridgePeer(_asBytes32(address(_siteOf[HUB].bridge)));
        model.setPot(2 * POT_SD * SD);
        model.setGuardian(GUARDIAN);
        for (uint256 i; i < SENDERS; ++i) {
            model.setSender(SENDERS - 1 - i);
            model.take(1, _firstOrder());
        }
    }

    function _handOverSpoke(uint32 eid) private {
        address[] memory multisig = new address[](1);
        multisig[0] = MULTISIG;
        HeadwaterTimelock local =
            new HeadwaterTimelock(LOCAL_DELAY, multisig, new address[](1), address(0));
        localOf[eid] = local;
        Site storage site = _siteOf[eid];
        uint40 until = uint40(block.timestamp + 30 days);
        _inboxOf[eid].setSentinel(SENTINEL, until);
        IPauseRoles(address(site.reward)).setSentinel(SENTINEL, until);
        IPauseRoles(address(site.reward)).setGuardian(GUARDIAN);
        modelOf[eid].setInboxSentinel(SENTINEL, until);
        modelOf[eid].setTokenSentinel(SENTINEL, until);
        _inboxOf[eid].setDelegate(address(local));
        _inboxOf[eid].transferOwnership(address(local));
        site.reward.setDelegate(address(local));
        site.reward.transferOwnership(address(local));
    }

    function _handOverHub() private {
        TIMELOCK.grantRole(TIMELOCK.PROPOSER_ROLE(), address(GOVERNOR));
        TIMELOCK.grantRole(TIMELOCK.CANCELLER_ROLE(), address(GOVERNOR));
        TIMELOCK.grantRole(TIMELOCK.CANCELLER_ROLE(), GUARDIAN);
        TIMELOCK.renounceRole(TIMELOCK.DEFAULT_ADMIN_ROLE(), address(this));
        Site storage site = _siteOf[HUB];
        IPauseRoles(address(site.reward)).setGuardian(GUARDIAN);
        IPauseRoles(address(site.reward)).setSentinel(SENTINEL, uint40(block.timestamp + 30 days));
        address[7] memory owned = [
            address(_sender),
            address(senderAt[1]),
            address(_controller),
            address(site.reward),
            address(site.farms),
            address(site.receiver),
            address(site.bridge)
        ];
        _sender.setDelegate(address(TIMELOCK));
        senderAt[1].setDelegate(address(TIMELOCK));
        site.reward.setDelegate(address(TIMELOCK));
        for (uint256 i; i < owned.length; ++i) {
            Ownable(owned[i]).transferOwnership(address(TIMELOCK));
        }
    }

    function _voterAt(uint256 seed) internal view returns (address) {
        return _voters[seed % VOTERS];
    }

    function _keyOf(uint256 voter) internal pure returns (uint256) {
        return VOTER_KEY + voter % VOTERS;
    }

    /// @dev Anybody with a key.
    function _anyone(uint256 seed) internal view returns (address) {
        address[10] memory others = [
            GUARDIAN,
            SECOND_GUARDIAN,
            SENTINEL,
            SECOND_SENTINEL,
            OPERATOR,
            FUNDER,
            EXECUTOR,
            MULTISIG,
            STAKER,
            MALLORY
        ];
        uint256 index = seed % (others.length + VOTERS);
        return index < others.length ? others[index] : _voterAt(index);
    }

    function _spokeAt(uint256 seed) internal view returns (uint32) {
        return _spokes[seed % 2];
    }

    /// @dev Another draw from the same seed.
    function _draw(uint256 seed, uint256 salt) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }

    /// @dev A draw of its own for every call: the fuzzer likes small numbers, which all look alike
    /// from their upper bits, and repeats itself.
    function _fresh(uint256 seed) internal view returns (uint256) {
        return _draw(seed, callCount);
    }

    /// @dev Calls as `caller`.
    function _callAs(address caller, address target, bytes memory data)
        internal
        returns (bool ok, bytes memory result)
    {
        vm.prank(caller);
        return target.call(data);
    }

    /// @dev The call is refused with exactly `refusal`, or passes when that is empty.
    function _expectCall(address caller, address target, bytes memory data, bytes memory refusal)
        internal
        returns (bool ok)
    {
        bytes memory result;
        (ok, result) = _callAs(caller, target, data);
        _assertOutcome(ok, result, refusal);
    }

    /// @dev Strings are put together only where they are needed: this is called all the time.
    function _assertOutcome(bool ok, bytes memory result, bytes memory refusal) internal pure {
        bool isExpected = ok
            ? refusal.length == 0
            : refusal.length != 0 && keccak256(result) == keccak256(refusal);
        if (isExpected) return;
        if (ok) assertFalse(ok, string.concat("passes in place of ", vm.toString(refusal)));
        assertEq(result, refusal, "refused with its own error");
    }
}
