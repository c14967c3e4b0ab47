// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Origin} from "@layerzerolabs/oapp-evm/contracts/oapp/OApp.sol";

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {IPositionBridge} from "../../../src/interfaces/IPositionBridge.sol";
import {Commands} from "../../../src/libraries/Commands.sol";
import {SystemHubActions} from "./SystemHubActions.sol";

/// @notice Everything that can happen to the system, what the checks read, and the way to the end
/// of everything that is on its way.
contract SystemHandler is SystemHubActions {
    /// @notice Selectors the fuzzer calls; the usual comes up more often than the attacks.
    function actions() external pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](40);
        selectors[0] = this.attest.selector;
        selectors[1] = this.commit.selector;
        selectors[2] = this.execute.selector;
        selectors[3] = this.relay.selector;
        selectors[4] = this.relay.selector;
        selectors[5] = this.relayTwice.selector;
        selectors[6] = this.relayTampered.selector;
        selectors[7] = this.relayCorrected.selector;
        selectors[8] = this.relayStarved.selector;
        selectors[9] = this.relayByOutsider.selector;
        selectors[10] = this.relayDespiteMeddling.selector;
        selectors[11] = this.relayForeign.selector;
        selectors[12] = this.forge.selector;
        selectors[13] = this.replayCommand.selector;
        selectors[14] = this.compose.selector;
        selectors[15] = this.compose.selector;
        selectors[16] = this.composeTwice.selector;
        selectors[17] = this.composeStarved.selector;
        selectors[18] = this.composeForeign.selector;
        selectors[19] = this.stake.selector;
        selectors[20] = this.withdraw.selector;
        selectors[21] = this.claim.selector;
        selectors[22] = this.sendTokens.selector;
        selectors[23] = this.sendToContract.selector;
        selectors[24] = this.move.selector;
        selectors[25] = this.move.selector;
        selectors[26] = this.leaveEscrow.selector;
        selectors[27] = this.release.selector;
        selectors[28] = this.decide.selector;
        selectors[29] = this.decide.selector;
        selectors[30] = this.dispatch.selector;
        selectors[31] = this.dispatch.selector;
        selectors[32] = this.dispatch.selector;
        selectors[33] = this.command.selector;
        selectors[34] = this.command.selector;
        selectors[35] = this.retryCommand.selector;
        selectors[36] = this.returnPot.selector;
        selectors[37] = this.replay.selector;
        selectors[38] = this.stop.selector;
        selectors[39] = this.wait.selector;
    }

    // What the checks read.

    /// @notice Tokens of a mesh that left one chain and are credited on none, in shared decimals.
    function inFlightSD(bool isReward) external view returns (uint256 sum) {
        for (uint256 i; i < _open.length; ++i) {
            Packet storage packet = _packets[_open[i]];
            if (packet.kind != Kind.Command && packet.isReward == isReward) sum += packet.amountSD;
        }
        for (uint256 i; i < _queued.length; ++i) {
            Packet storage packet = _packets[_queued[i]];
            if (packet.isReward == isReward) sum += packet.amountSD;
        }
    }

    /// @notice What of it is on its way on one path and not queued at its end.
    function openSD(bool isReward, uint32 srcEid, uint32 dstEid)
        external
        view
        returns (uint256 sum)
    {
        for (uint256 i; i < _open.length; ++i) {
            Packet storage packet = _packets[_open[i]];
            if (packet.kind == Kind.Command || packet.isReward != isReward) continue;
            if (packet.srcEid == srcEid && packet.dstEid == dstEid) sum += packet.amountSD;
        }
    }

    /// @notice Wei of orders for `eid` that its receiver did not book yet.
    function orderedFor(uint32 eid, bool isArrived) external view returns (uint256 sum) {
        if (isArrived) return _uncomposed(eid, Kind.Order, true);
        for (uint256 i; i < _open.length; ++i) {
            Packet storage packet = _packets[_open[i]];
            if (packet.kind == Kind.Order && packet.dstEid == eid) sum += packet.amountSD * SD;
        }
        for (uint256 i; i < _queued.length; ++i) {
            Packet storage packet = _packets[_queued[i]];
            if (packet.kind == Kind.Order && packet.dstEid == eid) sum += packet.amountSD * SD;
        }
    }

    /// @notice Wei of positions that arrived at `eid` and wait for their compose.
    function movedTo(uint32 eid, bool isReward) external view returns (uint256) {
        return _uncomposed(eid, Kind.Move, isReward);
    }

    function _uncomposed(uint32 eid, Kind kind, bool isReward) private view returns (uint256 sum) {
        for (uint256 i; i < _waiting.length; ++i) {
            Packet storage packet = _packets[_composes[_waiting[i]].packet];
            if (packet.kind != kind || packet.dstEid != eid || packet.isReward != isReward) {
                continue;
            }
            sum += packet.amountSD * _unitOf(isReward, eid);
        }
    }

    /// @notice Wei of `eid` that its open credits add up to.
    function escrowed(uint32 eid, bool isReward) external view returns (uint256 sum) {
        for (uint256 i; i < _escrowed.length; ++i) {
            Credit storage credit = _credits[_escrowed[i]];
            if (credit.eid != eid || credit.isReward != isReward) continue;
            sum += credit.amountSD * _unitOf(isReward, eid);
        }
    }

    /// @notice Stake of `account` in wallets, farms, escrow and on its way, as if it had 18
    /// decimals everywhere.
    function stakeOf(address account) external view returns (uint256 sum) {
        for (uint256 i; i < _eids.length; ++i) {
            Site storage site = _siteOf[_eids[i]];
            uint256 here = site.stake.balanceOf(account);
            if (account != ATTACKER) here += site.farms.positionOf(STAKE_FARM, account).principal;
            sum += here * SD / site.unit;
        }
        for (uint256 i; i < _open.length; ++i) {
            sum += _stakeIn(_packets[_open[i]], account);
        }
        for (uint256 i; i < _queued.length; ++i) {
            sum += _stakeIn(_packets[_queued[i]], account);
        }
        for (uint256 i; i < _waiting.length; ++i) {
            sum += _stakeIn(_packets[_composes[_waiting[i]].packet], account);
        }
        for (uint256 i; i < _escrowed.length; ++i) {
            Credit storage credit = _credits[_escrowed[i]];
            if (!credit.isReward && credit.recipient == account) sum += credit.amountSD * SD;
        }
    }

    function _stakeIn(Packet storage packet, address account) private view returns (uint256) {
        bool isHis = packet.kind != Kind.Command && !packet.isReward && packet.recipient == account;
        return isHis ? packet.amountSD * SD : 0;
    }

    /// @notice Every credit stands where its history says.
    function assertCredits() external view {
        for (uint256 i; i < _credits.length; ++i) {
            Credit storage credit = _credits[i];
            address token = address(_tokenOf(credit.isReward, credit.eid));
            assertEq(
                uint8(_siteOf[credit.eid].bridge.creditOf(credit.guid, token).state),
                uint8(credit.state),
                "state of a credit"
            );
        }
    }

    /// @notice Every command stands where its history says.
    function assertCommands() external view {
        for (uint256 i; i < _eids.length; ++i) {
            uint32 eid = _eids[i];
            if (eid == HUB) continue;
            for (uint64 no = 1; no <= _commander.lastNo(eid); ++no) {
                assertEq(
                    uint8(_siteOf[eid].inbox.recordOf(no).state),
                    uint8(_sent[eid][no].state),
                    "state of a command"
                );
            }
        }
    }

    // The end.

    /// @notice Resumes what was stopped, by those who may, and delivers everything.
    function drain() external {
        for (uint256 i; i < _eids.length; ++i) {
            Site storage site = _siteOf[_eids[i]];
            _unpauseToken(address(site.reward));
            _unpauseToken(address(site.stakeOft));
            if (site.eid == HUB) _resumeHub(site);
            else _orderResumption(site);
        }
        _deliverAll();
        skip(LOOSEN_SECONDS);
        for (uint256 i; i < _eids.length; ++i) {
            if (_eids[i] != HUB) _carryOutKept(_eids[i]);
        }
        _dispatchAll();
        _deliverAll();
        while (_escrowed.length != 0) {
            _exitEscrow(_escrowed[0], 2);
        }
        _deliverAll();
        for (uint256 i; i < _eids.length; ++i) {
            Site storage site = _siteOf[_eids[i]];
            assertEq(site.bridge.escrowTotal(address(site.stake)), 0, "escrow at the end");
            for (uint256 j; j < USERS; ++j) {
                _leaveFarm(site, REWARD_FARM, accountAt(j));
                _leaveFarm(site, STAKE_FARM, accountAt(j));
            }
            assertEq(site.farms.farmOf(STAKE_FARM).principal, 0, "principal at the end");
        }
    }

    /// @notice Tokens of a mesh in wallets of users and the attacker, as if of 18 decimals.
    function walletOf(address account) external view returns (uint256 sum) {
        for (uint256 i; i < _eids.length; ++i) {
            Site storage site = _siteOf[_eids[i]];
            sum += site.stake.balanceOf(account) * SD / site.unit;
        }
    }

    function _unpauseToken(address token) private {
        if (IInboundLimit(token).isInboundPaused()) IInboundLimit(token).unpauseInbound();
    }

    function _resumeHub(Site storage site) private {
        if (site.receiver.paused()) site.receiver.unpause();
        if (site.bridge.paused()) site.bridge.unpause();
        if (site.receiver.minValidEpoch() != 0) site.receiver.setMinValidEpoch(0);
    }

    function _orderResumption(Site storage site) private {
        if (site.inbox.paused()) site.inbox.unpause();
        _deliverAll();
        _sendCommand(site.eid, Commands.Kind.SetReceiverPaused, 0);
        _sendCommand(site.eid, Commands.Kind.SetBridgePaused, 0);
        _sendCommand(site.eid, Commands.Kind.SetMinValidEpoch, 0);
    }

    /// @dev From the newest to the oldest: what is left then is superseded, failed or out of time.
    function _carryOutKept(uint32 eid) private {
        uint256[] memory kept = _kept[eid];
        for (uint256 i = kept.length; i != 0; --i) {
            _retryCommand(eid, uint64(kept[i - 1]));
        }
        Site storage site = _siteOf[eid];
        assertFalse(site.receiver.paused(), "a receiver resumes");
        assertFalse(site.bridge.paused(), "a bridge resumes");
        assertEq(site.receiver.minValidEpoch(), 0, "epochs are revived");
    }

    function _dispatchAll() private {
        for (uint32 epoch = 1; epoch <= controller.lastDecided(); ++epoch) {
            uint32 revision = controller.revisionOf(epoch);
            for (uint256 i; i < _eids.length && revision != 0; ++i) {
                if (controller.dispatchedRevision(epoch, _eids[i]) == revision) continue;
                _dispatch(epoch, _eids[i], revision);
            }
        }
        _deliverAll();
        for (uint32 epoch = 1; epoch <= controller.lastDecided(); ++epoch) {
            for (uint256 i; i < _eids.length; ++i) {
                _siteOf[_eids[i]].receiver.replay(epoch);
                _assertSettled(_eids[i], epoch);
            }
        }
    }

    function _deliverAll() private {
        while (_open.length != 0) {
            _deliver(_open[0]);
        }
        while (_queued.length != 0) {
            Packet memory packet = _packets[_queued[0]];
            Origin memory origin = _originOf(packet);
            IInboundLimit(packet.receiver).releaseByOwner(origin, packet.guid, packet.message);
            _bookRelease(_queued[0], false);
        }
        while (_waiting.length != 0) {
            _runCompose(_waiting[0]);
        }
    }

    function _leaveFarm(Site storage site, uint32 farmId, address user) private {
        uint256 earned = site.farms.earned(farmId, user);
        uint256 before = IERC20(address(site.reward)).balanceOf(user);
        uint96 principal = site.farms.positionOf(farmId, user).principal;
        vm.startPrank(user);
        if (principal != 0) site.farms.withdraw(farmId, principal);
        uint256 paid = site.farms.claim(farmId);
        vm.stopPrank();
        assertEq(paid, earned, "paid at the end");
        uint256 back = farmId == REWARD_FARM ? principal : 0;
        assertEq(IERC20(address(site.reward)).balanceOf(user), before + paid + back, "received");
    }
}
