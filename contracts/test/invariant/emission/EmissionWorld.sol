// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Test} from "forge-std/Test.sol";

import {DevOft} from "../../../src/dev/DevOft.sol";
import {EmissionController} from "../../../src/hub/EmissionController.sol";
import {EmissionSettings} from "../../../src/hub/EmissionSettings.sol";
import {IEmissionController} from "../../../src/interfaces/IEmissionController.sol";
import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IPauseRoles} from "../../../src/interfaces/IPauseRoles.sol";
import {EmissionReceiver} from "../../../src/spoke/EmissionReceiver.sol";
import {Farms} from "../../../src/spoke/Farms.sol";
import {Oft6, Oft24} from "../../support/DecimalsOft.sol";
import {Effects} from "../../support/Effects.sol";
import {PlainToken} from "../../support/Tokens.sol";
import {GhostNetwork} from "./GhostNetwork.sol";
import {HubModel} from "./HubModel.sol";
import {SpokeModel} from "./SpokeModel.sol";

/// @notice The emission of three chains as the suite plays it, beside its models: a hub whose token
/// has 18 decimals, a spoke with 24 and one with 6, each with two farms and one before them
/// that opens later. Nothing is shared between the chains but the network.
abstract contract EmissionWorld is Test, Effects {
    enum Cargo {
        Order,
        Unreadable,
        Return
    }

    /// @notice Something on its way. `chain` is where it goes, `amount` is in wei there.
    struct Parcel {
        Cargo cargo;
        uint256 chain;
        uint256 amount;
        uint256 packet;
        uint256 compose;
        SpokeModel.Order order;
    }

    struct Site {
        uint32 eid;
        uint256 rate;
        DevOft reward;
        Farms farms;
        EmissionReceiver receiver;
        SpokeModel model;
    }

    uint256 public constant CHAINS = 3;
    /// @notice Each chain has a site and, so many further on, one that may take its place: a new
    /// receiver with farms of its own, none of which is open yet.
    uint256 public constant SITES = 2 * CHAINS;
    uint256 public constant HUB = 1;
    uint32 internal constant FARMS = 3;
    uint32 internal constant EPOCH_SECONDS = 7 days;
    uint32 internal constant MIN_STREAM = EPOCH_SECONDS;
    uint40 internal constant GENESIS = 1_800_000_000;
    uint64 internal constant HARD_CAP_SD = 100_000e6;
    uint256 internal constant USERS = 3;
    uint256 internal constant ONE_ETHER = 1 ether;

    address internal immutable GOVERNOR = makeAddr("governor");
    address internal immutable OPERATOR = makeAddr("operator");
    address internal immutable GUARDIAN = makeAddr("guardian");
    address internal immutable SENTINEL = makeAddr("sentinel");
    address internal immutable FUNDER = makeAddr("funder");
    address internal immutable ATTACKER = makeAddr("attacker");
    address internal immutable OUTSIDER = makeAddr("outsider");

    GhostNetwork public immutable NETWORK = new GhostNetwork();
    EmissionController public immutable CONTROLLER;
    HubModel public immutable HUB_MODEL;
    Site[SITES] internal _sites;
    /// @notice Site that the controller sends the orders of a chain to.
    mapping(uint256 chain => uint256 site) public siteInUse;
    /// @notice Whether the hub's token has no peer on a chain.
    mapping(uint256 chain => bool) public isClosed;
    Parcel[] internal _parcels;
    /// @dev Parcels not delivered yet, and those whose compose was not executed yet.
    uint256[] internal _travelling;
    uint256[] internal _waiting;

    /// @notice Wei that came to the controller from outside, and that left it for outside.
    uint256 public funded;
    uint256 public withdrawn;
    /// @notice Wei that the controller sent, to whatever chain; in wei of the hub.
    uint256 public sent;
    /// @notice Wei that came back to the controller.
    uint256 public cameBack;
    /// @notice Per chain in its own wei: sent without a readable order, gifts to the receiver,
    /// surplus taken from it, and the numbers of events.
    mapping(uint256 chain => uint256) public unreadable;
    mapping(uint256 chain => uint256) public donated;
    mapping(uint256 chain => uint256) public recovered;
    mapping(uint256 chain => uint256) public events;
    uint256 public hubEvents;
    /// @notice Every token there is, in the units of 24 decimals.
    uint256 public minted;

    constructor() {
        vm.warp(GENESIS - 1 days);
        uint32[3] memory eids = [uint32(50_102), 50_121, 50_231];
        uint8[3] memory decimals = [24, 18, 6];
        for (uint256 i; i < CHAINS; ++i) {
            _sites[i].eid = eids[i];
            _sites[i].rate = 10 ** (decimals[i] - 6);
            _deploy(_sites[i], decimals[i], eids[HUB]);
            siteInUse[i] = i;
        }
        CONTROLLER = new EmissionController(_config());
        HUB_MODEL = new HubModel(eids, HARD_CAP_SD, _sites[HUB].rate);
        // Out of order on purpose: the registry has to sort on its own.
        _wire(2);
        _wire(0);
        _wire(1);
        _startModel();
        for (uint256 i; i < CHAINS; ++i) {
            _prepareSuccessor(i, eids[HUB]);
        }
    }

    function siteOf(uint256 chain) external view returns (Site memory) {
        return _sites[chain];
    }

    function userAt(uint256 seed) public pure returns (address) {
        return address(uint160(0x1000 + seed % USERS));
    }

    /// @notice Wei of `chain` that are on their way to it or from it, as `cargo`.
    function travelling(uint256 chain, Cargo cargo) external view returns (uint256) {
        return _sum(_travelling, chain, cargo);
    }

    /// @notice Wei credited to a receiver whose order was not executed yet.
    function waitingAt(uint256 chain) public view returns (uint256) {
        return _sum(_waiting, chain, Cargo.Order) + _sum(_waiting, chain, Cargo.Unreadable);
    }

    function epochNow() public view returns (uint32) {
        if (block.timestamp < GENESIS) return 0;
        return uint32(1 + (block.timestamp - GENESIS) / EPOCH_SECONDS);
    }

    /// @notice What the receiver of a chain should hold.
    function heldAt(uint256 chain) public view returns (uint256) {
        SpokeModel model = _sites[chain].model;
        return model.unallocated() + model.returnable() + waitingAt(chain) + donated[chain]
            - recovered[chain];
    }

    /// @notice What a receiver owes to pots and to the hub.
    function _owedAt(uint256 chain) internal view returns (uint256) {
        return _sites[chain].model.unallocated() + _sites[chain].model.returnable();
    }

    /// @dev Whoever has any other role, or none, is refused.
    /// @custom:property H-04
    function _assertOnlyOwner(uint256 seed, address target, bytes memory data) internal {
        address[6] memory others = [OPERATOR, GUARDIAN, SENTINEL, FUNDER, ATTACKER, OUTSIDER];
        address caller = others[(seed >> 230) % 6];
        vm.prank(caller);
        (bool isAccepted, bytes memory reason) = target.call(data);
        assertFalse(isAccepted, "only the owner");
        assertEq(
            reason,
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller),
            "only the owner"
        );
    }

    /// @dev Somebody who may pause, after somebody who may not was refused.
    function _pauserOf(uint256 seed, address target) internal returns (address) {
        bool isExpired = block.timestamp >= IPauseRoles(target).sentinelUntil();
        address[4] memory others = [OPERATOR, FUNDER, ATTACKER, isExpired ? SENTINEL : OUTSIDER];
        address caller = others[(seed >> 230) % 4];
        vm.prank(caller);
        (bool isAccepted, bytes memory reason) = target.call(abi.encodeWithSignature("pause()"));
        assertFalse(isAccepted, "only a pauser");
        assertEq(
            reason,
            abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyPauser.selector, caller),
            "only a pauser"
        );
        address[3] memory pausers = [GUARDIAN, GOVERNOR, isExpired ? GUARDIAN : SENTINEL];
        return pausers[(seed >> 220) % 3];
    }

    function _epochEnd(uint256 epoch) internal pure returns (uint256) {
        return GENESIS + epoch * EPOCH_SECONDS;
    }

    function _mint(uint256 chain, address to, uint256 amount) internal {
        _sites[chain].reward.mint(to, amount);
        minted += amount * (1e18 / _sites[chain].rate);
    }

    /// @notice What the controller should hold.
    function _heldByHub() internal view returns (uint256) {
        return funded + cameBack - withdrawn - sent;
    }

    function _file(Parcel memory parcel) internal {
        _travelling.push(_parcels.length);
        _parcels.push(parcel);
    }

    /// @dev Takes one out of a list whose order does not matter.
    function _take(uint256[] storage list, uint256 index) internal returns (uint256 id) {
        id = list[index];
        list[index] = list[list.length - 1];
        list.pop();
    }

    function _as32(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    function _hash(uint256 seed, uint256 index) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, index))) >> 1;
    }

    /// @dev The fuzzer likes small numbers; here every bit of a seed decides something.
    function _mix(uint256 seed) internal pure returns (uint256) {
        return _hash(seed, 0);
    }

    /// @dev Small and large amounts alike, and now and then exactly one of the ends.
    function _spread(uint256 seed, uint256 least, uint256 most) internal pure returns (uint256) {
        if (seed % 16 == 0) return least;
        if (seed % 16 == 1) return most;
        uint256 span = most - least;
        uint256 bits;
        while (span >> bits != 0) {
            ++bits;
        }
        return least + (span >> ((seed >> 8) % (bits + 1))) * ((seed >> 16) % 1e6) / 1e6;
    }

    function _sum(uint256[] storage list, uint256 chain, Cargo cargo)
        private
        view
        returns (uint256 sum)
    {
        for (uint256 i; i < list.length; ++i) {
            Parcel storage parcel = _parcels[list[i]];
            if (parcel.chain == chain && parcel.cargo == cargo) sum += parcel.amount;
        }
    }

    function _deploy(Site storage site, uint8 decimals, uint32 hubEid) private {
        address endpoint = address(NETWORK.addChain(site.eid));
        if (decimals == 24) site.reward = new Oft24(endpoint, address(this));
        else if (decimals == 6) site.reward = new Oft6(endpoint, address(this));
        else site.reward = new DevOft("Reward", "RWD", endpoint, address(this));
        _deploySpoke(site, endpoint, hubEid);
    }

    function _deploySpoke(Site storage site, address endpoint, uint32 hubEid) private {
        site.farms = new Farms(address(site.reward), FUNDER, EPOCH_SECONDS, GOVERNOR, GUARDIAN);
        site.receiver = new EmissionReceiver(
            EmissionReceiver.Config({
                endpoint: endpoint,
                rewardOft: address(site.reward),
                rewardToken: address(site.reward),
                hubEid: hubEid,
                farms: address(site.farms),
                owner: GOVERNOR,
                guardian: GUARDIAN,
                minStream: MIN_STREAM
            })
        );
        site.model = new SpokeModel();
    }

    /// @dev What may take the place of a chain's receiver.
    function _prepareSuccessor(uint256 chain, uint32 hubEid) private {
        Site storage site = _sites[chain + CHAINS];
        (site.eid, site.rate) = (_sites[chain].eid, _sites[chain].rate);
        site.reward = _sites[chain].reward;
        _deploySpoke(site, address(NETWORK.endpointOf(site.eid)), hubEid);
        vm.startPrank(GOVERNOR);
        site.farms.setReceiver(address(site.receiver));
        site.receiver.setController(_as32(address(CONTROLLER)));
        vm.stopPrank();
        events[chain + CHAINS] = site.receiver.seq();
    }

    function _config() private view returns (EmissionSettings.Config memory) {
        return EmissionSettings.Config({
            rewardOft: address(_sites[HUB].reward),
            rewardToken: address(_sites[HUB].reward),
            hubEid: _sites[HUB].eid,
            genesis: GENESIS,
            epochDuration: EPOCH_SECONDS,
            hardCapSD: HARD_CAP_SD,
            budgetSD: 20_000e6,
            floorSD: 1_000e6,
            decayBps: 333,
            decayEvery: 2,
            maxChangeBps: 2000,
            feeCap: 1000,
            composeGasBase: 200_000,
            composeGasPerFarm: 100_000,
            owner: GOVERNOR,
            operator: OPERATOR,
            guardian: GUARDIAN
        });
    }

    function _wire(uint256 chain) private {
        Site memory site = _sites[chain];
        for (uint256 i; i < CHAINS; ++i) {
            if (i != chain) site.reward.setPeer(_sites[i].eid, _as32(address(_sites[i].reward)));
        }
        PlainToken stake = new PlainToken(chain == HUB ? 6 : 18);
        vm.startPrank(GOVERNOR);
        site.farms.setReceiver(address(site.receiver));
        site.farms.setBridge(address(this));
        site.farms.addFarm(IFarms.NewFarm(2, address(site.reward), 95, type(uint64).max, false));
        site.farms.addFarm(IFarms.NewFarm(3, address(stake), 95, type(uint64).max, false));
        site.receiver.setController(_as32(address(CONTROLLER)));
        site.receiver.setSentinel(SENTINEL, uint40(block.timestamp + 90 days));
        CONTROLLER.setChain(site.eid, _as32(address(site.receiver)), 6000);
        for (uint32 farmId = 1; farmId <= FARMS; ++farmId) {
            CONTROLLER.setFarmBounds(site.eid, farmId, 0, 4000);
        }
        vm.stopPrank();
        HUB_MODEL.setCap(chain, 6000);
        for (uint256 slot = FARMS * chain; slot < FARMS * (chain + 1); ++slot) {
            HUB_MODEL.setBounds(slot, 0, 4000);
        }
        for (uint256 i; i < USERS; ++i) {
            vm.startPrank(userAt(i));
            stake.approve(address(site.farms), type(uint256).max);
            site.reward.approve(address(site.farms), type(uint256).max);
            vm.stopPrank();
        }
        events[chain] = site.receiver.seq();
    }

    function _startModel() private {
        HUB_MODEL.setSchedule(IEmissionController.Schedule(1, 20_000e6, 1_000e6, 333, 2));
        HUB_MODEL.setMaxChange(2000);
        vm.prank(GOVERNOR);
        CONTROLLER.setSentinel(SENTINEL, uint40(block.timestamp + 90 days));
        vm.prank(FUNDER);
        _sites[HUB].reward.approve(address(CONTROLLER), type(uint256).max);
        _mint(HUB, address(CONTROLLER), 60_000e18);
        funded = 60_000e18;
        vm.deal(address(CONTROLLER), 10_000);
        vm.deal(ATTACKER, ONE_ETHER);
        vm.deal(OUTSIDER, ONE_ETHER);
        hubEvents = CONTROLLER.seq();
    }
}
