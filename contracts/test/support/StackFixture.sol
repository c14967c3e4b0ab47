// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {OFT} from "@layerzerolabs/oft-evm/contracts/OFT.sol";

import {DevOft} from "../../src/dev/DevOft.sol";
import {EmissionController} from "../../src/hub/EmissionController.sol";
import {EmissionSettings} from "../../src/hub/EmissionSettings.sol";
import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {EmissionReceiver} from "../../src/spoke/EmissionReceiver.sol";
import {Farms} from "../../src/spoke/Farms.sol";
import {PositionBridge} from "../../src/spoke/PositionBridge.sol";
import {HeadwaterToken} from "../../src/token/HeadwaterToken.sol";
import {LzFixture} from "./LzFixture.sol";
import {VotesToken} from "./VotesToken.sol";

/// @notice The whole protocol on three chains: a hub and two spokes, each with a farm for the
/// reward token (1) and one for an omnichain stake token (2).
abstract contract StackFixture is LzFixture {
    struct Site {
        uint32 eid;
        OFT reward;
        DevOft stake;
        Farms farms;
        EmissionReceiver receiver;
        PositionBridge bridge;
    }

    uint32 internal constant HUB = 50_121;
    uint32 internal constant ALPHA = 50_231;
    uint32 internal constant BETA = 50_102;
    uint32 internal constant EPOCH_DURATION = 7 days;
    uint40 internal constant GENESIS = 1_800_000_000;
    uint64 internal constant HARD_CAP_SD = 2_000_000e6;
    uint64 internal constant BUDGET_SD = 1_000_000e6;
    uint256 internal constant SUPPLY = 100_000_000e18;
    uint256 internal constant TREASURY_GRANT = 20_000_000e18;
    uint32 internal constant MIN_STREAM = EPOCH_DURATION;
    uint32 internal constant RESTAKE_GAS = 300_000;
    /// @dev Wei of one unit of shared decimals of an 18-decimal token.
    uint256 internal constant SD = 1e12;

    address internal immutable TREASURY = makeAddr("treasury");
    address internal immutable OPERATOR = makeAddr("operator");
    address internal immutable GUARDIAN = makeAddr("guardian");
    address internal immutable ALICE = makeAddr("alice");
    address internal immutable BOB = makeAddr("bob");

    /// @dev Out of order on purpose: the registry has to sort on its own.
    uint32[] internal _eids = [ALPHA, HUB, BETA];
    mapping(uint32 eid => Site) internal _siteOf;
    EmissionController internal _controller;

    /// @dev The test contract owns everything.
    function _startStack() internal {
        vm.warp(GENESIS);
        _startEndpoints(_eids);
        for (uint256 i; i < _eids.length; ++i) {
            _siteOf[_eids[i]] = _deploySite(_eids[i]);
        }
        _controller = new EmissionController(_config());
        for (uint256 i; i < _eids.length; ++i) {
            _wireSite(_siteOf[_eids[i]]);
        }
        vm.deal(address(_controller), 10 ether);
        vm.prank(TREASURY);
        _siteOf[HUB].reward.transfer(address(_controller), TREASURY_GRANT);
        _collect();
    }

    function _config() internal view virtual returns (EmissionSettings.Config memory) {
        return EmissionSettings.Config({
            rewardOft: address(_siteOf[HUB].reward),
            rewardToken: address(_siteOf[HUB].reward),
            hubEid: HUB,
            genesis: GENESIS,
            epochDuration: EPOCH_DURATION,
            hardCapSD: HARD_CAP_SD,
            budgetSD: BUDGET_SD,
            floorSD: 100_000e6,
            decayBps: 500,
            decayEvery: 4,
            maxChangeBps: 2000,
            feeCap: 0.01 ether,
            composeGasBase: 200_000,
            composeGasPerFarm: 100_000,
            owner: address(this),
            operator: OPERATOR,
            guardian: GUARDIAN
        });
    }

    /// @dev Targets of every registered farm, all with `amountSD`.
    function _evenTargets(uint64 amountSD)
        internal
        view
        returns (IEmissionController.Target[] memory targets)
    {
        (uint32[] memory eids, uint32[] memory farmIds) = _controller.farms();
        targets = new IEmissionController.Target[](eids.length);
        for (uint256 i; i < eids.length; ++i) {
            targets[i] = IEmissionController.Target(eids[i], farmIds[i], amountSD);
        }
    }

    function _decide(uint32 epoch, uint32 revision, IEmissionController.Target[] memory targets)
        internal
    {
        vm.prank(OPERATOR);
        _controller.decide(epoch, revision, targets, keccak256(abi.encode(targets)));
    }

    function _mintStake(uint32 eid, address user, uint256 amount) internal {
        Site memory site = _siteOf[eid];
        site.stake.mint(user, amount);
        vm.prank(user);
        site.stake.approve(address(site.farms), type(uint256).max);
    }

    function _asBytes32(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    function _deploySite(uint32 eid) private returns (Site memory site) {
        address endpoint = address(_endpoints[eid]);
        site.eid = eid;
        site.reward = eid == HUB
            ? OFT(VotesToken.deploy(endpoint, address(this), TREASURY, SUPPLY))
            : OFT(new HeadwaterToken("Headwater", "HWT", endpoint, address(this)));
        site.stake = new DevOft("Stake", "STK", endpoint, address(this));
        site.farms =
            new Farms(address(site.reward), TREASURY, EPOCH_DURATION, address(this), GUARDIAN);
        site.receiver = new EmissionReceiver(
            EmissionReceiver.Config({
                endpoint: endpoint,
                rewardOft: address(site.reward),
                rewardToken: address(site.reward),
                hubEid: HUB,
                farms: address(site.farms),
                owner: address(this),
                guardian: GUARDIAN,
                minStream: MIN_STREAM
            })
        );
        site.bridge =
            new PositionBridge(endpoint, address(site.farms), address(this), GUARDIAN, RESTAKE_GAS);
    }

    function _wireSite(Site memory site) private {
        for (uint256 i; i < _eids.length; ++i) {
            if (_eids[i] == site.eid) continue;
            Site memory other = _siteOf[_eids[i]];
            site.reward.setPeer(other.eid, _asBytes32(address(other.reward)));
            site.stake.setPeer(other.eid, _asBytes32(address(other.stake)));
            site.bridge.setPeer(other.eid, _asBytes32(address(other.bridge)));
        }
        site.farms.setReceiver(address(site.receiver));
        site.farms.setBridge(address(site.bridge));
        site.farms.addFarm(IFarms.NewFarm(1, address(site.reward), 95, type(uint64).max, false));
        site.farms.addFarm(IFarms.NewFarm(2, address(site.stake), 95, type(uint64).max, false));
        site.receiver.setController(_asBytes32(address(_controller)));
        site.bridge.setRoute(address(site.reward), address(site.reward));
        site.bridge.setRoute(address(site.stake), address(site.stake));
        _controller.setChain(site.eid, _asBytes32(address(site.receiver)), 6000);
        _controller.setFarmBounds(site.eid, 1, 0, 4000);
        _controller.setFarmBounds(site.eid, 2, 0, 4000);
    }

    receive() external payable {}
}
