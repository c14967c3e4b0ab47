// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    EnforcedOptionParam
} from "@layerzerolabs/oapp-evm/contracts/oapp/interfaces/IOAppOptionsType3.sol";
import {OFTCore} from "@layerzerolabs/oft-evm/contracts/OFTCore.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {CommandSender} from "../../../src/hub/CommandSender.sol";
import {EmissionController} from "../../../src/hub/EmissionController.sol";
import {EmissionSettings} from "../../../src/hub/EmissionSettings.sol";
import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../../src/interfaces/IPauseRoles.sol";
import {LzOptions} from "../../../src/libraries/LzOptions.sol";
import {CommandReceiver} from "../../../src/spoke/CommandReceiver.sol";
import {EmissionReceiver} from "../../../src/spoke/EmissionReceiver.sol";
import {Farms} from "../../../src/spoke/Farms.sol";
import {PositionBridge} from "../../../src/spoke/PositionBridge.sol";
import {CommandTargets} from "../../../src/spoke/commands/CommandTargets.sol";
import {HeadwaterToken} from "../../../src/token/HeadwaterToken.sol";
import {HeadwaterTokenAdapter} from "../../../src/token/HeadwaterTokenAdapter.sol";
import {PlainToken} from "../../support/Tokens.sol";
import {VotesToken} from "../../support/VotesToken.sol";
import {SystemWorld} from "./SystemWorld.sol";

/// @notice Deploys the system of the suite and funds everybody in it.
abstract contract SystemDeployment is SystemWorld {
    uint32 private constant RESTAKE_GAS = 250_000;
    uint128 private constant SEND_AND_CALL_GAS = 270_000;
    uint128 private constant COMMAND_GAS = 150_000;
    uint128 private constant COMPOSE_GAS_BASE = 120_000;
    uint128 private constant COMPOSE_GAS_PER_FARM = 130_000;
    /// @dev Of each user on each chain.
    uint64 private constant USER_REWARDS_SD = 2_000e6;

    /// @notice Deploys everything; once, and not by the constructor, because packets are read by
    /// calls to this contract.
    function start() external {
        vm.warp(GENESIS);
        _startNetwork(_eids);
        for (uint256 i; i < _eids.length; ++i) {
            _deploySite(_eids[i]);
        }
        controller = new EmissionController(_config());
        _commander = new CommandSender(address(_endpoints[HUB]), address(this), 1 ether);
        vm.deal(address(controller), 100 ether);
        vm.deal(address(_commander), 100 ether);
        for (uint256 i; i < _eids.length; ++i) {
            _wireTokens(_siteOf[_eids[i]]);
            _wireSite(_siteOf[_eids[i]]);
        }
        _wireSpoke(_siteOf[ALPHA]);
        _wireSpoke(_siteOf[BETA]);
        _fund();
    }

    function _config() private view returns (EmissionSettings.Config memory) {
        return EmissionSettings.Config({
            rewardOft: address(_siteOf[HUB].reward),
            rewardToken: address(_siteOf[HUB].reward),
            hubEid: HUB,
            genesis: GENESIS,
            epochDuration: EPOCH_DURATION,
            hardCapSD: 2_000_000e6,
            budgetSD: 1_000_000e6,
            floorSD: 100_000e6,
            decayBps: 500,
            decayEvery: 4,
            maxChangeBps: 2000,
            feeCap: 0.01 ether,
            composeGasBase: COMPOSE_GAS_BASE,
            composeGasPerFarm: COMPOSE_GAS_PER_FARM,
            owner: address(this),
            operator: OPERATOR,
            guardian: GUARDIAN
        });
    }

    function _deploySite(uint32 eid) private {
        address endpoint = address(_endpoints[eid]);
        Site storage site = _siteOf[eid];
        site.eid = eid;
        site.reward = eid == HUB
            ? OFTCore(VotesToken.deploy(endpoint, address(this), TREASURY, SUPPLY))
            : OFTCore(new HeadwaterToken("Headwater", "HWT", endpoint, address(this)));
        if (eid == ALPHA) {
            PlainToken inner = new PlainToken(8);
            site.stake = inner;
            site.stakeOft =
                OFTCore(new HeadwaterTokenAdapter(address(inner), endpoint, address(this)));
        } else {
            site.stakeOft = OFTCore(new HeadwaterToken("Stake", "STK", endpoint, address(this)));
            site.stake = IERC20(address(site.stakeOft));
        }
        site.unit = eid == ALPHA ? 100 : SD;
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
                minStream: EPOCH_DURATION
            })
        );
        site.bridge =
            new PositionBridge(endpoint, address(site.farms), address(this), GUARDIAN, RESTAKE_GAS);
    }

    function _wireTokens(Site storage site) private {
        EnforcedOptionParam[] memory options = new EnforcedOptionParam[](4);
        uint256 count;
        for (uint256 i; i < _eids.length; ++i) {
            Site storage other = _siteOf[_eids[i]];
            if (other.eid == site.eid) continue;
            site.reward.setPeer(other.eid, _asBytes32(address(other.reward)));
            site.stakeOft.setPeer(other.eid, _asBytes32(address(other.stakeOft)));
            site.bridge.setPeer(other.eid, _asBytes32(address(other.bridge)));
            options[count++] =
                EnforcedOptionParam(other.eid, 1, LzOptions.addReceive(hex"0003", SEND_GAS));
            options[count++] = EnforcedOptionParam(
                other.eid, 2, LzOptions.addReceive(hex"0003", SEND_AND_CALL_GAS)
            );
        }
        site.reward.setEnforcedOptions(options);
        site.stakeOft.setEnforcedOptions(options);
        IPauseRoles(address(site.reward)).setSentinel(SENTINEL, GENESIS + 90 days);
        IPauseRoles(address(site.stakeOft)).setSentinel(SENTINEL, GENESIS + 90 days);
    }

    function _wireSite(Site storage site) private {
        site.farms.setReceiver(address(site.receiver));
        site.farms.setBridge(address(site.bridge));
        site.farms
            .addFarm(IFarms.NewFarm(REWARD_FARM, address(site.reward), 95, type(uint64).max, false));
        uint8 scaleBits = site.eid == ALPHA ? 64 : 95;
        site.farms
            .addFarm(
                IFarms.NewFarm(STAKE_FARM, address(site.stake), scaleBits, type(uint64).max, false)
            );
        site.receiver.setController(_asBytes32(address(controller)));
        site.bridge.setRoute(address(site.reward), address(site.reward));
        site.bridge.setRoute(address(site.stake), address(site.stakeOft));
        controller.setChain(site.eid, _asBytes32(address(site.receiver)), 6000);
        controller.setFarmBounds(site.eid, REWARD_FARM, 0, 4000);
        controller.setFarmBounds(site.eid, STAKE_FARM, 0, 4000);
        site.farms.setSentinel(SENTINEL, GENESIS + 90 days);
        site.receiver.setSentinel(SENTINEL, GENESIS + 90 days);
        site.bridge.setSentinel(SENTINEL, GENESIS + 90 days);
    }

    function _wireSpoke(Site storage site) private {
        site.inbox = new CommandReceiver(
            CommandReceiver.Config({
                endpoint: address(_endpoints[site.eid]),
                hubEid: HUB,
                owner: address(this),
                guardian: GUARDIAN,
                loosenSeconds: LOOSEN_SECONDS
            }),
            CommandTargets.Targets({
                farms: address(site.farms),
                receiver: address(site.receiver),
                bridge: address(site.bridge),
                token: address(site.reward)
            })
        );
        site.inbox.setPeer(HUB, _asBytes32(address(_commander)));
        site.inbox.setSentinel(SENTINEL, GENESIS + 90 days);
        _commander.setPeer(site.eid, _asBytes32(address(site.inbox)));
        EnforcedOptionParam[] memory options = new EnforcedOptionParam[](1);
        options[0] = EnforcedOptionParam(site.eid, 1, LzOptions.addReceive(hex"0003", COMMAND_GAS));
        _commander.setEnforcedOptions(options);
        IInboundLimit(address(site.reward)).setLimiter(address(site.inbox));
    }

    /// @dev Everybody has stake on every chain and rewards on the hub; then the limits are set and
    /// the spokes handed over to the command of the hub.
    function _fund() private {
        IERC20 reward = IERC20(address(_siteOf[HUB].reward));
        vm.prank(TREASURY);
        reward.transfer(address(controller), GRANT);
        for (uint256 i; i <= USERS; ++i) {
            address user = accountAt(i);
            vm.deal(user, 100 ether);
            for (uint256 j; j < _eids.length; ++j) {
                _approve(_siteOf[_eids[j]], user);
            }
            if (user == ATTACKER) continue;
            vm.prank(TREASURY);
            reward.transfer(user, 3 * USER_REWARDS_SD * SD);
            PlainToken(address(_siteOf[ALPHA].stake)).mint(user, 3 * uint256(USER_STAKE_SD) * 100);
            owned[user] = 3 * uint256(USER_STAKE_SD) * SD;
            _send(user, Transfer(false, ALPHA, HUB, USER_STAKE_SD, user, ""));
            _send(user, Transfer(false, ALPHA, BETA, USER_STAKE_SD, user, ""));
            _send(user, Transfer(true, HUB, ALPHA, USER_REWARDS_SD, user, ""));
            _send(user, Transfer(true, HUB, BETA, USER_REWARDS_SD, user, ""));
        }
        for (uint256 i; i < _packets.length; ++i) {
            _commitUpTo(i);
            _execute(_packets[i], _packets[i].receiveGas);
            _remove(_open, i);
            _packets[i].stage = Stage.Done;
            _done.push(i);
        }
        for (uint256 i; i < _eids.length; ++i) {
            _limit(_siteOf[_eids[i]]);
            _stakeSome(_siteOf[_eids[i]]);
        }
        _collect();
    }

    function _approve(Site storage site, address user) private {
        vm.startPrank(user);
        IERC20(address(site.reward)).approve(address(site.farms), type(uint256).max);
        site.stake.approve(address(site.farms), type(uint256).max);
        site.stake.approve(address(site.stakeOft), type(uint256).max);
        vm.stopPrank();
    }

    function _stakeSome(Site storage site) private {
        for (uint256 i; i < USERS; ++i) {
            vm.prank(accountAt(i));
            site.farms.stake(STAKE_FARM, uint96(uint256(USER_STAKE_SD) / 2 * site.unit));
        }
        if (site.eid == HUB) return;
        site.farms.transferOwnership(address(site.inbox));
        site.receiver.transferOwnership(address(site.inbox));
        site.bridge.transferOwnership(address(site.inbox));
    }

    function _limit(Site storage site) private {
        for (uint256 i; i < _eids.length; ++i) {
            uint32 eid = _eids[i];
            if (eid == site.eid) continue;
            IInboundLimit(address(site.reward))
                .setInboundLimit(eid, uint128(REWARD_LIMIT_SD * SD), LIMIT_WINDOW);
            IInboundLimit(address(site.stakeOft))
                .setInboundLimit(eid, uint128(STAKE_LIMIT_SD * site.unit), LIMIT_WINDOW);
            site.bridge
                .setOutflowLimit(
                    address(site.stake), eid, uint128(2 * STAKE_LIMIT_SD * site.unit), LIMIT_WINDOW
                );
            _credited[_pathOf(true, eid, site.eid)].since = block.timestamp;
            _credited[_pathOf(false, eid, site.eid)].since = block.timestamp;
        }
    }
}
