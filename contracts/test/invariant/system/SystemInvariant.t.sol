// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IEmissionController} from "../../../src/interfaces/IEmissionController.sol";
import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {EffectsCheck} from "../../support/Effects.sol";
import {SystemHandler} from "./SystemHandler.sol";
import {SystemWorld} from "./SystemWorld.sol";

contract SystemInvariantTest is EffectsCheck {
    uint256 private constant CALLS_BETWEEN_CHECKS = 32;
    uint256 private constant CHAINS = 3;
    /// @dev The chain that locks the stake token, of which other chains hold claims.
    uint256 private constant LOCKING = 0;
    uint256 private constant HUB_INDEX = 1;

    SystemHandler private _handler;
    IEmissionController private _controller;

    function setUp() external {
        _handler = new SystemHandler();
        _handler.start();
        _controller = _handler.controller();
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), _handler.actions()));
    }

    /// @dev One function calls every check, so that the fuzzer plays each history once. What it
    /// finds does not heal, so it need not look after every call; the handler checks each action.
    function invariant_NothingIsLostMadeOrStrandedOnItsWay() external view {
        if (_handler.callCount() % CALLS_BETWEEN_CHECKS == 0) _assertAll();
    }

    /// @dev Whatever happened, all that is on its way arrives and everybody has his stake again.
    /// @custom:property I8, I11, B-02, B-06
    function afterInvariant() external {
        _handler.drain();
        _assertAll();
        for (uint256 i; i <= _handler.USERS(); ++i) {
            address account = _handler.accountAt(i);
            assertEq(_handler.walletOf(account), _handler.owned(account), "stake at the end");
        }
        assertEq(_handler.inFlightSD(true) + _handler.inFlightSD(false), 0, "on its way");
        _assertEffects("SystemHandler", _handler);
    }

    function _assertAll() private view {
        _assertSupplyIsConserved();
        _assertStakeIsBacked();
        _assertPathsAgree();
        _assertEverybodyHasHisStake();
        _assertEmissionIsConserved();
        _assertPromisesAreFunded();
        _handler.assertCredits();
        _handler.assertCommands();
    }

    /// @dev Tokens are on some chain or on the way, and nothing but forged packets makes or loses
    /// any.
    /// @custom:property B-01, I7, E1
    function _assertSupplyIsConserved() private view {
        uint256 sum = _handler.inFlightSD(true) * _handler.SD();
        for (uint256 i; i < CHAINS; ++i) {
            sum += IERC20(address(_handler.siteAt(i).reward)).totalSupply();
        }
        uint256 lost = _handler.lostSumSD(true) * _handler.SD();
        uint256 forged = _handler.forgedCreditSD(true) * _handler.SD();
        assertEq(sum + lost, _handler.SUPPLY() + forged, "supply");
    }

    /// @dev What one chain locks backs what the others issued and what is on its way.
    /// @custom:property B-01, I7, E1
    function _assertStakeIsBacked() private view {
        uint256 issuedSD = _handler.inFlightSD(false) + _handler.lostSumSD(false);
        uint256 lockedSD;
        for (uint256 i; i < CHAINS; ++i) {
            SystemWorld.Site memory site = _handler.siteAt(i);
            if (i == LOCKING) lockedSD = site.stake.balanceOf(address(site.stakeOft)) / site.unit;
            else issuedSD += site.stake.totalSupply() / site.unit;
        }
        assertEq(lockedSD + _handler.forgedCreditSD(false), issuedSD, "backing");
    }

    /// @dev The counters of the tokens tell what is on its way, path by path, and no end has taken
    /// more messages than the other sent.
    /// @custom:property B-01, E1
    function _assertPathsAgree() private view {
        for (uint256 i; i < CHAINS; ++i) {
            for (uint256 j; j < CHAINS; ++j) {
                if (i == j) continue;
                _assertPath(true, _handler.siteAt(i), _handler.siteAt(j));
                _assertPath(false, _handler.siteAt(i), _handler.siteAt(j));
            }
        }
    }

    function _assertPath(bool isReward, SystemWorld.Site memory src, SystemWorld.Site memory dst)
        private
        view
    {
        IInboundLimit.Path memory from =
            IInboundLimit(address(isReward ? src.reward : src.stakeOft)).pathOf(dst.eid);
        IInboundLimit.Path memory to =
            IInboundLimit(address(isReward ? dst.reward : dst.stakeOft)).pathOf(src.eid);
        assertLe(to.inboundNonce, from.outboundNonce, "more came than was sent");
        bytes32 path = _handler.pathOf(isReward, src.eid, dst.eid);
        uint256 sentSD = from.sentLD / (isReward ? _handler.SD() : src.unit);
        uint256 metSD =
            (to.receivedLD + to.queuedLD + to.droppedLD) / (isReward ? _handler.SD() : dst.unit);
        assertEq(
            sentSD + _handler.forgedSD(path),
            metSD + _handler.openSD(isReward, src.eid, dst.eid) + _handler.lostSD(path),
            "path"
        );
    }

    /// @dev To the wei, wherever it is: nobody but himself, and nothing but a forged packet, moves
    /// what is a user's.
    /// @custom:property B-02, I8, I10, E29
    function _assertEverybodyHasHisStake() private view {
        for (uint256 i; i <= _handler.USERS(); ++i) {
            address account = _handler.accountAt(i);
            assertEq(_handler.stakeOf(account), _handler.owned(account), "stake of a user");
        }
    }

    /// @dev What the hub sent is given to farms, in a pot, waiting for its compose, on the way, or
    /// on the way back; and the hub holds the rest.
    /// @custom:property H-01, H-06, H-07, I6
    function _assertEmissionIsConserved() private view {
        uint256 spent;
        uint32 last = _controller.lastDecided();
        for (uint32 epoch = 1; epoch <= last; ++epoch) {
            uint256 sentSD;
            for (uint256 i; i < CHAINS; ++i) {
                sentSD += _controller.sentToSD(epoch, _handler.siteAt(i).eid);
            }
            assertEq(_controller.spentSD(epoch), sentSD, "spent is what was sent");
            assertLe(sentSD, _controller.budgetOf(epoch), "budget");
            assertLe(_controller.budgetOf(epoch), _controller.HARD_CAP_SD(), "cap");
            spent += sentSD * _handler.SD();
        }
        for (uint256 i; i < CHAINS; ++i) {
            _assertArrivals(_handler.siteAt(i), last);
        }
        assertEq(
            IERC20(address(_handler.siteAt(HUB_INDEX).reward)).balanceOf(address(_controller)),
            _handler.GRANT() - spent + _handler.returned(),
            "the hub's money"
        );
    }

    function _assertArrivals(SystemWorld.Site memory site, uint32 last) private view {
        uint256 sent;
        uint256 found = site.receiver.returnable() + _handler.returnedFrom(site.eid)
            + _handler.orderedFor(site.eid, true) + _handler.orderedFor(site.eid, false);
        assertEq(site.receiver.potOf(0), 0, "an order that could not be read");
        for (uint32 epoch = 1; epoch <= last; ++epoch) {
            sent += _controller.sentToSD(epoch, site.eid) * _handler.SD();
            found += site.receiver.potOf(epoch) + site.receiver.givenOf(epoch, 1)
            + site.receiver.givenOf(epoch, 2);
            assertEq(
                site.receiver.revisionOf(epoch),
                _handler.arrived(site.eid, epoch),
                "the highest revision that arrived"
            );
            for (uint32 farmId = 1; farmId <= 2; ++farmId) {
                assertEq(
                    site.receiver.targetOf(epoch, farmId),
                    _handler.targetOf(site.eid, epoch, farmId),
                    "its targets"
                );
            }
        }
        assertEq(found, sent, "sent and found");
    }

    /// @dev On every chain, what receiver, bridge and farms owe is there, and no more.
    /// @custom:property H-08, B-03, B-04, F-03, I1, I5
    function _assertPromisesAreFunded() private view {
        for (uint256 i; i < CHAINS; ++i) {
            SystemWorld.Site memory site = _handler.siteAt(i);
            IERC20 reward = IERC20(address(site.reward));
            address receiver = address(site.receiver);
            assertEq(
                reward.balanceOf(receiver),
                site.receiver.unallocated() + site.receiver.returnable()
                    + _handler.orderedFor(site.eid, true) + _handler.donated(receiver, true),
                "receiver"
            );
            _assertBridge(site, reward, true);
            _assertBridge(site, site.stake, false);
            _assertFarms(site, reward);
        }
    }

    function _assertBridge(SystemWorld.Site memory site, IERC20 token, bool isReward) private view {
        uint256 escrow = site.bridge.escrowTotal(address(token));
        assertEq(escrow, _handler.escrowed(site.eid, isReward), "open credits");
        assertEq(
            token.balanceOf(address(site.bridge)),
            escrow + _handler.movedTo(site.eid, isReward)
                + _handler.donated(address(site.bridge), isReward),
            "bridge"
        );
    }

    function _assertFarms(SystemWorld.Site memory site, IERC20 reward) private view {
        (uint256 funded, uint256 settled,) = site.farms.booksOf(address(reward));
        assertEq(
            site.stake.balanceOf(address(site.farms)), site.farms.farmOf(2).principal, "staked"
        );
        assertEq(
            reward.balanceOf(address(site.farms)),
            funded - settled + site.farms.farmOf(1).principal
                + site.farms.surplusOf(address(reward)),
            "held by the farms"
        );
        uint256 promised = site.farms.unstreamed(1) + site.farms.unstreamed(2);
        for (uint256 i; i < _handler.USERS(); ++i) {
            address user = _handler.accountAt(i);
            promised += site.farms.earned(1, user) + site.farms.earned(2, user);
        }
        assertLe(promised, funded - settled, "promised beyond what streams hold");
    }
}
