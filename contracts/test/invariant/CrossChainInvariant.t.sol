// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {StackFixture} from "../support/StackFixture.sol";
import {CrossChainHandler} from "./CrossChainHandler.sol";

contract CrossChainInvariantTest is Test {
    uint256 private constant CHAINS = 3;
    uint256 private constant SUPPLY = 100_000_000e18;
    uint256 private constant GRANT = 20_000_000e18;
    uint256 private constant SD = 1e12;

    CrossChainHandler private _handler;
    IEmissionController private _controller;

    function setUp() external {
        _handler = new CrossChainHandler();
        _controller = _handler.controller();
        bytes4[] memory selectors = new bytes4[](13);
        selectors[0] = CrossChainHandler.decide.selector;
        selectors[1] = CrossChainHandler.dispatch.selector;
        selectors[2] = CrossChainHandler.deliver.selector;
        selectors[3] = CrossChainHandler.compose.selector;
        selectors[4] = CrossChainHandler.stake.selector;
        selectors[5] = CrossChainHandler.exit.selector;
        selectors[6] = CrossChainHandler.sendReward.selector;
        selectors[7] = CrossChainHandler.move.selector;
        selectors[8] = CrossChainHandler.leaveEscrow.selector;
        selectors[9] = CrossChainHandler.togglePause.selector;
        selectors[10] = CrossChainHandler.replay.selector;
        selectors[11] = CrossChainHandler.endFarm.selector;
        selectors[12] = CrossChainHandler.wait.selector;
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), selectors));
    }

    /// @dev The handler skips what makes no sense at the moment; still every kind of action takes
    /// effect in at least one of twenty tries.
    function test_EveryActionOfTheHandlerTakesEffect() external {
        uint256 rounds = 240;
        for (uint256 i; i < rounds; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            _handler.decide(seed, seed % 2 == 0);
            _handler.dispatch(seed, uint32(seed >> 8));
            _handler.stake(seed >> 16, seed >> 24, uint96(seed >> 32));
            _handler.move(seed >> 40, seed >> 48, uint96(seed >> 56), uint32(seed >> 64));
            _handler.deliver(seed >> 72);
            _handler.deliver(seed >> 80);
            _handler.compose(seed >> 88);
            _handler.compose(seed >> 96);
            _handler.leaveEscrow(seed >> 104, seed >> 112);
            _handler.exit(seed >> 120, seed >> 128, uint96(seed >> 136));
            _handler.sendReward(seed >> 144, seed >> 152);
            _handler.wait(uint32(seed >> 160));
        }
        bytes32[9] memory actions = [
            bytes32("decide"),
            "dispatch",
            "stake",
            "move",
            "deliver",
            "compose",
            "leaveEscrow",
            "exit",
            "sendReward"
        ];
        for (uint256 i; i < actions.length; ++i) {
            assertGe(_handler.effective(actions[i]) * 20, rounds, string(abi.encode(actions[i])));
        }
    }

    /// @dev Tokens are on some chain or on the way, and nothing else makes or loses any.
    function invariant_SupplyAndInFlightAreConstant() external view {
        uint256 rewards = _handler.inFlight(true);
        uint256 stakes = _handler.inFlight(false);
        for (uint256 i; i < CHAINS; ++i) {
            StackFixture.Site memory site = _handler.siteAt(i);
            rewards += site.reward.totalSupply();
            stakes += site.stake.totalSupply();
        }
        assertEq(rewards, SUPPLY, "reward");
        assertEq(stakes, _handler.minted(), "stake");
    }

    /// @dev Over all revisions of every epoch.
    function invariant_SpentStaysWithinTheBudgetAndTheCap() external view {
        for (uint32 epoch = 1; epoch <= _controller.lastDecided(); ++epoch) {
            uint256 sent;
            for (uint256 i; i < CHAINS; ++i) {
                sent += _controller.sentToSD(epoch, _handler.siteAt(i).eid);
            }
            assertEq(_controller.spentSD(epoch), sent, "spent is what was sent");
            assertLe(sent, _controller.budgetOf(epoch), "budget");
            assertLe(_controller.budgetOf(epoch), _controller.HARD_CAP_SD(), "cap");
        }
    }

    /// @dev What the hub sent is given to farms, in a pot, waiting for its compose, or on the way.
    function invariant_WhatWasSentArrivedOrIsOnTheWay() external view {
        for (uint256 i; i < CHAINS; ++i) {
            StackFixture.Site memory site = _handler.siteAt(i);
            uint256 sent;
            uint256 arrived;
            for (uint32 epoch = 1; epoch <= _controller.lastDecided(); ++epoch) {
                sent += _controller.sentToSD(epoch, site.eid) * SD;
                arrived += site.receiver.potOf(epoch) + site.receiver.givenOf(epoch, 1)
                + site.receiver.givenOf(epoch, 2);
            }
            assertLe(arrived, sent, "more than was sent");
            if (_handler.inFlight(true) != 0) continue;
            uint256 waiting =
                _handler.uncomposed(site.eid, address(site.receiver), address(site.reward));
            assertEq(arrived + waiting, sent, "lost");
        }
    }

    function invariant_TheHighestRevisionThatArrivedRules() external view {
        for (uint256 i; i < CHAINS; ++i) {
            StackFixture.Site memory site = _handler.siteAt(i);
            for (uint32 epoch = 1; epoch <= _controller.lastDecided(); ++epoch) {
                assertLe(
                    site.receiver.revisionOf(epoch),
                    _controller.dispatchedRevision(epoch, site.eid),
                    "a revision that was never dispatched"
                );
            }
        }
    }

    /// @dev On every chain, what receiver and farms promise is there.
    function invariant_PromisesAreFunded() external view {
        for (uint256 i; i < CHAINS; ++i) {
            StackFixture.Site memory site = _handler.siteAt(i);
            uint256 waiting =
                _handler.uncomposed(site.eid, address(site.receiver), address(site.reward));
            assertEq(
                site.reward.balanceOf(address(site.receiver)),
                site.receiver.unallocated() + waiting,
                "receiver"
            );
            uint256 promised = site.farms.unstreamed(1) + site.farms.unstreamed(2);
            for (uint256 j; j < _handler.USERS(); ++j) {
                promised += site.farms.earned(2, _handler.userAt(j));
            }
            assertGe(site.reward.balanceOf(address(site.farms)), promised, "farms");
        }
    }

    /// @dev Principal is staked, in a wallet, in escrow, waiting for its compose, or on the way.
    function invariant_PrincipalIsAccountedFor() external view {
        for (uint256 i; i < CHAINS; ++i) {
            StackFixture.Site memory site = _handler.siteAt(i);
            assertEq(
                site.stake.balanceOf(address(site.farms)),
                site.farms.farmOf(2).totalWeight,
                "staked"
            );
            uint256 waiting =
                _handler.uncomposed(site.eid, address(site.bridge), address(site.stake));
            assertEq(
                site.stake.balanceOf(address(site.bridge)),
                site.bridge.escrowTotal(address(site.stake)) + waiting,
                "escrow"
            );
        }
    }

    function invariant_TheHubHoldsWhatItDidNotSpend() external view {
        uint256 spent;
        for (uint32 epoch = 1; epoch <= _controller.lastDecided(); ++epoch) {
            spent += _controller.spentSD(epoch) * SD;
        }
        assertEq(_handler.siteAt(1).reward.balanceOf(address(_controller)), GRANT - spent, "hub");
    }

    function afterInvariant() external view {
        assertEq(_handler.succeeded(), _handler.calls(), "every call of the handler succeeds");
    }
}
