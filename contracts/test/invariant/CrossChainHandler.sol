// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessagingFee, SendParam} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";

import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {StackFixture} from "../support/StackFixture.sol";

/// @notice Drives three chains at once: decisions and revisions, dispatches, packets and composes
/// in any order, stakers, moves, escrow exits, pauses and ended farms.
contract CrossChainHandler is StackFixture {
    uint256 public constant USERS = 3;
    uint256 public calls;
    uint256 public succeeded;
    uint256 public minted;
    mapping(bytes32 action => uint256) public effective;
    bytes32[] private _guids;
    uint32[] private _guidEids;

    modifier counted() {
        ++calls;
        _;
        ++succeeded;
    }

    constructor() {
        _startStack();
        for (uint256 i; i < _eids.length; ++i) {
            for (uint256 j; j < USERS; ++j) {
                _mintStake(_eids[i], userAt(j), 1_000e18);
                minted += 1_000e18;
                vm.deal(userAt(j), 100 ether);
            }
        }
    }

    // Hub.

    function decide(uint256 seed, bool isNext) external counted {
        uint32 epoch = _controller.currentEpoch() + (isNext ? 1 : 0);
        if (epoch < _controller.lastDecided()) return;
        IEmissionController.Target[] memory targets = _evenTargets(0);
        uint256 maxSD = _controller.budgetOf(epoch) / 12;
        for (uint256 i; i < targets.length; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            targets[i].amountSD = uint64(seed % maxSD);
        }
        _decide(epoch, _controller.revisionOf(epoch) + 1, targets);
        ++effective["decide"];
    }

    function dispatch(uint256 seed, uint32 back) external counted {
        uint32 last = _controller.lastDecided();
        if (last == 0) return;
        uint32 epoch = last - back % 2;
        uint32 eid = _eids[seed % 3];
        uint32 revision = _controller.revisionOf(epoch);
        if (revision == 0 || _controller.dispatchedRevision(epoch, eid) == revision) return;
        _controller.dispatch(epoch, eid);
        _collect();
        ++effective["dispatch"];
    }

    // Messages, in any order.

    function deliver(uint256 seed) external counted {
        if (_packets.length == 0) return;
        _deliver(seed % _packets.length);
        ++effective["deliver"];
    }

    function compose(uint256 seed) external counted {
        if (_composes.length == 0) return;
        _compose(seed % _composes.length);
        ++effective["compose"];
    }

    // Stakers.

    function stake(uint256 who, uint256 where, uint96 amount) external counted {
        Site storage site = _siteOf[_eids[where % 3]];
        address user = userAt(who);
        uint256 balance = site.stake.balanceOf(user);
        if (balance < SD || site.farms.farmOf(2).state != IFarms.FarmState.Active) return;
        vm.prank(user);
        site.farms.stake(2, uint96(bound(amount, 1, balance / SD) * SD));
        ++effective["stake"];
    }

    function exit(uint256 who, uint256 where, uint96 amount) external counted {
        Site storage site = _siteOf[_eids[where % 3]];
        address user = userAt(who);
        uint96 weight = site.farms.positionOf(2, user).weight;
        if (weight == 0) return;
        vm.prank(user);
        site.farms.exit(2, uint96(bound(amount, 1, weight / SD) * SD));
        ++effective["exit"];
    }

    function sendReward(uint256 who, uint256 where) external counted {
        Site storage site = _siteOf[_eids[where % 3]];
        address user = userAt(who);
        uint256 balance = site.reward.balanceOf(user) / SD * SD;
        if (balance == 0) return;
        SendParam memory param = SendParam({
            dstEid: _eids[(where % 3 + 1) % 3],
            to: _asBytes32(user),
            amountLD: balance,
            minAmountLD: balance,
            extraOptions: "",
            composeMsg: "",
            oftCmd: ""
        });
        vm.prank(user);
        site.reward.send{value: MESSAGE_FEE}(param, MessagingFee(MESSAGE_FEE, 0), user);
        _collect();
        ++effective["sendReward"];
    }

    function move(uint256 who, uint256 where, uint96 amount, uint32 farmId) external counted {
        Site storage site = _siteOf[_eids[where % 3]];
        address user = userAt(who);
        uint96 weight = site.farms.positionOf(2, user).weight;
        if (weight < SD) return;
        uint32 dstEid = _eids[(where % 3 + 1) % 3];
        vm.prank(user);
        bytes32 guid = site.bridge.move{value: MESSAGE_FEE}(
            IPositionBridge.Move(
                2, uint96(bound(amount, SD, weight)), dstEid, 1 + farmId % 3, user, false
            )
        );
        _guids.push(guid);
        _guidEids.push(dstEid);
        _collect();
        ++effective["move"];
    }

    function leaveEscrow(uint256 index, uint256 how) external counted {
        if (_guids.length == 0) return;
        index = index % _guids.length;
        Site storage site = _siteOf[_guidEids[index]];
        bytes32 guid = _guids[index];
        address token = address(site.stake);
        IPositionBridge.Credit memory credit = site.bridge.creditOf(guid, token);
        if (credit.state != IPositionBridge.CreditState.Escrowed) return;
        vm.startPrank(credit.recipient);
        if (how % 3 == 0) {
            site.bridge.withdrawEscrow(guid, token, credit.recipient);
        } else if (how % 3 == 1 || site.farms.farmOf(2).state != IFarms.FarmState.Active) {
            site.bridge.returnEscrow{value: MESSAGE_FEE}(
                guid, token, credit.srcEid, credit.recipient
            );
        } else {
            site.bridge.retry(guid, token, 2);
        }
        vm.stopPrank();
        _collect();
        ++effective["leaveEscrow"];
    }

    // Circumstances.

    function togglePause(uint256 where) external counted {
        Site storage site = _siteOf[_eids[where % 3]];
        if (site.receiver.paused()) site.receiver.unpause();
        else site.receiver.pause();
    }

    function replay(uint256 where, uint32 epoch) external counted {
        Site storage site = _siteOf[_eids[where % 3]];
        if (site.receiver.paused()) return;
        site.receiver.replay(uint32(epoch % (_controller.lastDecided() + 2)));
    }

    /// @dev Ends a chain's farm for good, rarely.
    function endFarm(uint256 where, uint256 dice) external counted {
        if (dice % 8 != 0) return;
        Site storage site = _siteOf[_eids[where % 3]];
        if (site.farms.farmOf(2).state == IFarms.FarmState.Active) {
            site.farms.setFarmState(2, IFarms.FarmState.Ended);
        }
    }

    function wait(uint32 elapsed) external counted {
        skip(elapsed % 3 days);
    }

    // What the invariants read.

    function siteAt(uint256 index) external view returns (Site memory) {
        return _siteOf[_eids[index]];
    }

    function controller() external view returns (IEmissionController) {
        return _controller;
    }

    /// @dev Wei of `token`'s mesh that is burnt on one chain and not yet minted on another.
    function inFlight(bool isReward) external view returns (uint256 amount) {
        for (uint256 i; i < _packets.length; ++i) {
            (address sender, uint256 amountSD) = this.parseTransfer(_packets[i].encoded);
            Site storage site = _siteOf[_packets[i].srcEid];
            address token = isReward ? address(site.reward) : address(site.stake);
            if (sender == token) amount += amountSD * SD;
        }
    }

    /// @dev Wei that arrived at `to` on `eid` with a compose that was not executed yet.
    function uncomposed(uint32 eid, address to, address oft) external view returns (uint256 sum) {
        for (uint256 i; i < _composes.length; ++i) {
            Compose storage waiting = _composes[i];
            if (waiting.eid != eid || waiting.to != to || waiting.from != oft) continue;
            sum += this.parseAmount(waiting.message);
        }
    }

    function parseTransfer(bytes calldata encoded)
        external
        pure
        returns (address sender, uint256 amountSD)
    {
        sender = address(uint160(uint256(bytes32(encoded[13:45]))));
        amountSD = uint64(bytes8(encoded[145:153]));
    }

    function parseAmount(bytes calldata message) external pure returns (uint256) {
        return uint256(bytes32(message[12:44]));
    }

    function userAt(uint256 index) public pure returns (address) {
        return address(uint160(0x1000 + index % USERS));
    }
}
