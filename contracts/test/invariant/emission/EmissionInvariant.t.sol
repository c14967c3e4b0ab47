// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {EmissionController} from "../../../src/hub/EmissionController.sol";
import {EffectsCheck} from "../../support/Effects.sol";
import {EmissionHandler} from "./EmissionHandler.sol";
import {EmissionWorld} from "./EmissionWorld.sol";
import {HubModel} from "./HubModel.sol";
import {SpokeModel} from "./SpokeModel.sol";

contract EmissionInvariantTest is EffectsCheck {
    uint256 private constant CALLS_BETWEEN_CHECKS = 32;
    uint256 private constant CHAINS = 3;
    /// @dev Receivers: one in use or not for each chain, and one that may take its place.
    uint256 private constant SITES = 6;
    uint256 private constant HUB = 1;
    uint32 private constant FARMS = 3;
    uint256 private constant USERS = 3;

    EmissionHandler private _handler;
    EmissionController private _controller;
    HubModel private _hub;

    function setUp() external {
        _handler = new EmissionHandler();
        _controller = _handler.CONTROLLER();
        _hub = _handler.HUB_MODEL();
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), _handler.actions()));
    }

    /// @dev One function calls every check, so that the fuzzer plays each history once. What it
    /// finds does not heal, so it need not look after every call; the handler checks each action.
    function invariant_TheEmissionEqualsItsModelsAndItsBooks() external view {
        if (_handler.callCount() % CALLS_BETWEEN_CHECKS == 0) _assertAll();
    }

    function afterInvariant() external {
        _assertAll();
        _assertEffects("EmissionHandler", _handler);
    }

    function _assertAll() private view {
        _assertEveryEpochEqualsTheModel();
        _assertTheHubHoldsWhatItDidNotSend();
        for (uint256 i; i < SITES; ++i) {
            EmissionWorld.Site memory site = _handler.siteOf(i);
            _assertPotsEqualTheModel(site);
            _assertHeldIsOwedOrSurplus(i, site);
            _assertPromisesAreFunded(i, site);
            assertEq(site.receiver.seq(), _handler.events(i), "one event for each change");
            if (i < CHAINS) _assertEverythingSentIsSomewhere(i);
        }
        _assertSupplyIsConstant();
    }

    /// @dev Over all revisions, nothing is decided or sent beyond the budget, which never changes
    /// once the epoch is decided, nor exceeds the cap; and each revision goes to a chain once.
    /// @custom:property H-01, H-02, H-03, E23
    function _assertEveryEpochEqualsTheModel() private view {
        uint256 outstanding;
        for (uint256 i; i < _hub.epochCount(); ++i) {
            uint32 epoch = uint32(_hub.epochs(i));
            HubModel.Decided memory decided = _hub.decidedOf(epoch);
            if (i != 0) assertGt(epoch, _hub.epochs(i - 1), "epochs grow");
            assertEq(_controller.budgetOf(epoch), decided.budget, "budget");
            assertLe(decided.budget, _controller.HARD_CAP_SD(), "hard cap");
            assertEq(_controller.revisionOf(epoch), decided.revision, "revision");
            assertEq(_controller.spentSD(epoch), _hub.spentOf(epoch), "spent");
            assertLe(_controller.spentSD(epoch), decided.budget, "spent within the budget");
            uint256 allocated;
            for (uint256 chain; chain < CHAINS; ++chain) {
                uint32 eid = _hub.eids(chain);
                HubModel.Path memory path = _hub.pathOf(epoch, chain);
                assertEq(_controller.chainTargetSD(epoch, eid), path.target, "target");
                assertEq(_controller.sentToSD(epoch, eid), path.sent, "sent");
                assertEq(_controller.dispatchedRevision(epoch, eid), path.dispatched, "dispatched");
                allocated += path.target;
                outstanding += _hub.dueOf(epoch, chain);
            }
            assertLe(allocated, decided.budget, "decided within the budget");
        }
        assertEq(_controller.outstandingSD(), outstanding, "outstanding");
        assertEq(_controller.lastDecided(), _hub.lastDecided(), "last decided");
    }

    /// @dev To the wei: what rounding and decisions left over is still there.
    /// @custom:property H-03, H-07, I1
    function _assertTheHubHoldsWhatItDidNotSend() private view {
        uint256 held =
            _handler.funded() + _handler.cameBack() - _handler.withdrawn() - _handler.sent();
        assertEq(_controller.tokenBalance(), held, "the hub's balance");
        uint256 spent;
        for (uint256 i; i < _hub.epochCount(); ++i) {
            spent += _controller.spentSD(uint32(_hub.epochs(i)));
        }
        uint256 unreadable;
        for (uint256 chain; chain < CHAINS; ++chain) {
            EmissionWorld.Site memory site = _handler.siteOf(chain);
            unreadable += _handler.unreadable(chain) / site.rate;
        }
        uint256 rate = _handler.siteOf(HUB).rate;
        assertEq((spent + unreadable) * rate, _handler.sent(), "spent is what was sent");
        assertEq(_controller.seq(), _handler.hubEvents(), "one event for each change");
    }

    /// @custom:property H-06, H-10, H-11
    function _assertPotsEqualTheModel(EmissionWorld.Site memory site) private view {
        uint256 pots = site.receiver.potOf(0);
        assertEq(pots, site.model.epochOf(0).pot, "pot of what cannot be read");
        for (uint256 i; i < _hub.epochCount(); ++i) {
            uint32 epoch = uint32(_hub.epochs(i));
            SpokeModel.EpochModel memory model = site.model.epochOf(epoch);
            pots += model.pot;
            assertEq(site.receiver.potOf(epoch), model.pot, "pot");
            assertEq(site.receiver.revisionOf(epoch), model.revision, "revision");
            for (uint32 id = 1; id <= FARMS; ++id) {
                assertEq(site.receiver.givenOf(epoch, id), model.given[id], "given");
                assertEq(site.receiver.targetOf(epoch, id), model.target[id], "target");
            }
        }
        assertEq(site.receiver.unallocated(), pots, "pots");
        assertEq(site.receiver.returnable(), site.model.returnable(), "returnable");
        assertEq(site.receiver.paused(), site.model.paused(), "paused");
    }

    /// @dev On the way, waiting for its execution, in a pot, given to farms, or on its way back;
    /// at the chain's receiver or at one that took its place.
    /// @custom:property H-07, I2, I7
    function _assertEverythingSentIsSomewhere(uint256 chain) private view {
        uint256 sentThere = _handler.unreadable(chain);
        EmissionWorld.Site memory site = _handler.siteOf(chain);
        for (uint256 i; i < _hub.epochCount(); ++i) {
            uint32 epoch = uint32(_hub.epochs(i));
            sentThere += uint256(_controller.sentToSD(epoch, site.eid)) * site.rate;
        }
        uint256 found = _foundAt(chain) + _foundAt(chain + CHAINS);
        assertEq(found, sentThere, "somewhere");
    }

    function _foundAt(uint256 index) private view returns (uint256 found) {
        EmissionWorld.Site memory site = _handler.siteOf(index);
        for (uint256 i; i < _hub.epochCount(); ++i) {
            for (uint32 id = 1; id <= FARMS; ++id) {
                found += site.receiver.givenOf(uint32(_hub.epochs(i)), id);
            }
        }
        found += _handler.travelling(index, EmissionWorld.Cargo.Order)
        + _handler.travelling(index, EmissionWorld.Cargo.Unreadable);
        found += _handler.waitingAt(index) + site.receiver.unallocated()
        + site.receiver.returnable() + site.model.returned();
    }

    /// @custom:property H-08, I1
    function _assertHeldIsOwedOrSurplus(uint256 chain, EmissionWorld.Site memory site)
        private
        view
    {
        uint256 held = site.reward.balanceOf(address(site.receiver));
        assertEq(held, _handler.heldAt(chain), "held");
        uint256 owed = site.receiver.unallocated() + site.receiver.returnable();
        assertGe(held, owed, "covered");
        assertEq(site.receiver.surplusOf(address(site.reward)), held - owed, "surplus");
    }

    /// @dev What farms were given is what they were funded with, and covers everything they
    /// promise: what is earned, what streams, and at which rate.
    /// @custom:property H-08, F-03, I1, I2
    function _assertPromisesAreFunded(uint256 chain, EmissionWorld.Site memory site) private view {
        (uint256 funded, uint256 settled,) = site.farms.booksOf(address(site.reward));
        assertEq(funded, site.model.funded(), "funded with what was given");
        uint256 promised;
        uint256 principal;
        for (uint32 id = 1; id <= FARMS; ++id) {
            IFarms.Farm memory farm = site.farms.farmOf(id);
            if (farm.state == IFarms.FarmState.Unknown) continue;
            if (farm.stakeToken == address(site.reward)) principal += farm.principal;
            uint256 unstreamed = site.farms.unstreamed(id);
            uint256 endAt = site.farms.streamOf(id, 0).endAt;
            uint256 left = endAt > block.timestamp ? endAt - block.timestamp : 0;
            assertLe(site.farms.rateOf(id, 0) * left, unstreamed, "rate");
            promised += unstreamed;
            for (uint256 i; i < USERS; ++i) {
                promised += site.farms.earned(id, _handler.userAt(i));
            }
        }
        assertLe(promised, funded - settled, "promises are funded");
        assertGe(settled, _handler.claimed(chain), "paid is settled");
        uint256 held = site.reward.balanceOf(address(site.farms));
        uint256 surplus = site.farms.surplusOf(address(site.reward));
        assertEq(held, funded - settled + principal + surplus, "farms hold what they owe");
    }

    /// @dev Nothing is made or lost on the way, in units of 24 decimals.
    /// @custom:property H-07, B-01, I7
    function _assertSupplyIsConstant() private view {
        uint256 supply;
        for (uint256 i; i < SITES; ++i) {
            EmissionWorld.Site memory site = _handler.siteOf(i);
            uint256 here = _handler.travelling(i, EmissionWorld.Cargo.Order)
                + _handler.travelling(i, EmissionWorld.Cargo.Unreadable)
                + _handler.travelling(i, EmissionWorld.Cargo.Return);
            if (i < CHAINS) here += site.reward.totalSupply();
            supply += here * (1e18 / site.rate);
        }
        assertEq(supply, _handler.minted(), "supply");
    }
}
