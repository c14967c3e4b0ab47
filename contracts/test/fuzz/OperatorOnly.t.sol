// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {StackFixture} from "../support/StackFixture.sol";

/// @notice A stolen operator key. It calls every function of every contract, read from the compiled
/// artifacts so that a new function is covered by itself, with arguments made up from what an
/// attacker would try, mixed with decisions, valid and greedy ones, and dispatches. What it reaches
/// is measured in tokens: what left the controller, and what receivers gave.
contract OperatorOnlyTest is StackFixture {
    struct Call {
        address target;
        bytes4 selector;
    }

    uint256 private constant CALLS = 32;
    uint256 private constant BPS = 10_000;
    uint256 private constant FARM_CAP_BPS = 4000;
    uint256 private constant CHAIN_CAP_BPS = 6000;
    uint256 private constant CHANGE_BPS = 2000;

    Call[] private _calls;
    mapping(bytes4 selector => bool) private _isKnown;
    uint256[] private _words;
    /// @dev Wei that left the controller for an epoch, seen in its balance.
    mapping(uint32 epoch => uint256) private _outOf;
    /// @dev Decisions the controller took, and those of them that revised an earlier one.
    uint256 private _accepted;
    uint256 private _revised;
    /// @dev The decided epoch before the last one.
    uint32 private _before;

    function setUp() external {
        _startStack();
        for (uint256 i; i < _eids.length; ++i) {
            Site storage site = _siteOf[_eids[i]];
            _mintStake(_eids[i], ALICE, 100e18);
            vm.prank(ALICE);
            site.farms.stake(2, 100e18);
            _list(address(site.farms), "Farms");
            _list(address(site.receiver), "EmissionReceiver");
            _list(address(site.bridge), "PositionBridge");
            string memory token = _eids[i] == HUB ? "HeadwaterVotesToken" : "HeadwaterToken";
            _list(address(site.reward), token);
            _list(address(site.stake), "DevOft");
            _words.push(uint160(address(site.farms)));
            _words.push(uint160(address(site.receiver)));
            _words.push(uint160(address(site.reward)));
            _words.push(_eids[i]);
        }
        _list(address(_controller), "EmissionController");
        _words.push(uint160(OPERATOR));
        _words.push(uint160(ALICE));
        _words.push(uint160(address(_controller)));
        _words.push(type(uint256).max);
        _words.push(1e18);
        for (uint256 i; i < 8; ++i) {
            _words.push(i);
            _words.push(32 * i);
        }
        // There is something to steal everywhere.
        _decide(1, 1, _evenTargets(50_000e6));
        _controller.dispatchMany(1, _eids);
        _deliverAll();
        _outOf[1] = TREASURY_GRANT - _held();
        skip(3 days);
    }

    /// @custom:property C-03
    function test_EveryFunctionOfTheAbiIsOnTheList() external view {
        assertTrue(_isKnown[IEmissionController.decide.selector]);
        assertTrue(_isKnown[Ownable.transferOwnership.selector]);
        assertGt(_calls.length, 400, "six contracts on three chains");
    }

    /// @custom:property H-01, I10, C-03
    /// forge-config: default.fuzz.runs = 512
    function testFuzz_TheOperatorKeyAloneGainsNothing(uint256 seed) external {
        bytes32 roles = _roles();
        for (uint256 i; i < CALLS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 kind = seed % 8;
            if (i % 4 == 0) _decideWithin(seed);
            else if (kind == 0) _tryDecide(seed);
            else if (kind == 1 || i % 4 == 2) _tryDispatch(seed);
            else if (kind == 2) skip((seed >> 16) % 5 days);
            else _tryAnything(seed);
        }
        _tryDeliverAll();
        _tryAnything(uint256(keccak256(abi.encode(seed))));

        for (uint256 i; i < _eids.length; ++i) {
            Site storage site = _siteOf[_eids[i]];
            assertEq(site.reward.balanceOf(OPERATOR), 0, "reward");
            assertEq(site.stake.balanceOf(OPERATOR), 0, "stake");
            assertEq(site.farms.positionOf(2, ALICE).weight, 100e18, "principal");
            for (uint32 farmId; farmId < 3; ++farmId) {
                assertEq(site.farms.positionOf(farmId, OPERATOR).weight, 0, "position");
                assertEq(site.farms.earned(farmId, OPERATOR), 0, "earned");
            }
        }
        assertEq(OPERATOR.balance, 0, "native");
        assertEq(_roles(), roles, "roles");
        assertGt(_accepted, 0, "no decision was taken");
        assertGt(_revised, 0, "no decision was revised");
        _assertTokensWithinTheCaps();
    }

    /// @dev Over all revisions of each epoch together.
    function _assertTokensWithinTheCaps() private view {
        uint256 out;
        for (uint32 epoch = 1; epoch <= _controller.lastDecided(); ++epoch) {
            uint256 budgetSD = _controller.budgetOf(epoch);
            assertLe(budgetSD, BUDGET_SD, "the budget grew");
            assertLe(budgetSD, HARD_CAP_SD, "cap");
            assertLe(_outOf[epoch], budgetSD * SD, "more tokens left than the budget");
            assertEq(_outOf[epoch], _controller.spentSD(epoch) * SD, "spent is what left");
            out += _outOf[epoch];
            for (uint256 i; i < _eids.length; ++i) {
                _assertChainWithinTheCaps(epoch, _eids[i], budgetSD);
            }
        }
        assertEq(TREASURY_GRANT - _held(), out, "tokens left for no epoch");
    }

    function _assertChainWithinTheCaps(uint32 epoch, uint32 eid, uint256 budgetSD) private view {
        uint256 capSD = budgetSD * CHAIN_CAP_BPS / BPS;
        assertLe(_controller.sentToSD(epoch, eid), capSD, "sent to a chain");
        uint256 arrived = _siteOf[eid].receiver.potOf(epoch);
        for (uint32 farmId = 1; farmId < 3; ++farmId) {
            uint256 given = _siteOf[eid].receiver.givenOf(epoch, farmId);
            assertLe(given, budgetSD * FARM_CAP_BPS / BPS * SD, "given to a farm");
            arrived += given;
        }
        assertLe(arrived, capSD * SD, "arrived at a chain");
    }

    /// @dev Well-formed decisions with greedy amounts; the contract refuses what is too much.
    function _tryDecide(uint256 seed) private {
        uint32 epoch = _controller.currentEpoch() + uint32((seed >> 8) % 2);
        IEmissionController.Target[] memory targets = _evenTargets(0);
        uint256 budgetSD = _controller.budgetOf(epoch);
        for (uint256 i; i < targets.length; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            targets[i].amountSD = uint64(seed % (budgetSD * (1 + (seed >> 64) % 5) / 10));
        }
        _submit(epoch, targets, bytes32(seed));
    }

    /// @dev A decision inside every bound, as often as not at a bound itself.
    function _decideWithin(uint256 seed) private {
        // The first one revises what was decided at the start.
        uint256 ahead = _accepted == 0 ? 0 : (seed >> 8) % 2;
        uint32 epoch = _controller.currentEpoch() + uint32(ahead);
        IEmissionController.Target[] memory targets = _evenTargets(0);
        uint256 roomSD = _controller.budgetOf(epoch);
        uint256 chainCapSD = roomSD * CHAIN_CAP_BPS / BPS;
        for (uint256 i; i < _eids.length; ++i) {
            // A bug that sends too much is for the assertions to tell, not for an underflow here.
            roomSD -= Math.min(roomSD, _controller.sentToSD(epoch, _eids[i]));
        }
        uint256 sumSD;
        for (uint256 i; i < targets.length; ++i) {
            uint32 eid = targets[i].eid;
            uint256 sentSD = _controller.sentToSD(epoch, eid);
            uint256 leftSD = Math.min(chainCapSD, sentSD + roomSD);
            leftSD -= Math.min(leftSD, sumSD);
            seed = uint256(keccak256(abi.encode(seed)));
            targets[i].amountSD = _amountWithin(epoch, targets[i], leftSD, seed);
            sumSD += targets[i].amountSD;
            if (i + 1 != targets.length && targets[i + 1].eid == eid) continue;
            // What was sent counts already; a sum that could not be kept low ends in a refusal.
            if (sumSD > sentSD) roomSD -= Math.min(roomSD, sumSD - sentSD);
            sumSD = 0;
        }
        _submit(epoch, targets, bytes32(seed));
    }

    /// @dev An amount that the farm's cap, the change limit and, if possible, `leftSD` allow.
    function _amountWithin(
        uint32 epoch,
        IEmissionController.Target memory target,
        uint256 leftSD,
        uint256 seed
    ) private view returns (uint64) {
        (uint256 minSD, uint256 maxSD) = _rangeOf(epoch, target, _controller.budgetOf(epoch));
        maxSD = Math.max(Math.min(maxSD, leftSD), minSD);
        return uint64(seed % 2 == 0 ? maxSD : minSD + (seed >> 8) % (maxSD - minSD + 1));
    }

    /// @dev What the farm's cap and the change limit allow.
    function _rangeOf(uint32 epoch, IEmissionController.Target memory target, uint256 budgetSD)
        private
        view
        returns (uint256 minSD, uint256 maxSD)
    {
        maxSD = budgetSD * FARM_CAP_BPS / BPS;
        // The first epoch that was decided has nothing to compare with.
        if (epoch == 1) return (0, maxSD);
        (uint64 current, uint64 previous) = _controller.lastTargetSD(target.eid, target.farmId);
        bool isRevision = epoch == _controller.lastDecided();
        uint256 lastSD = isRevision ? previous : current;
        uint256 lastBudgetSD =
            _controller.budgetOf(isRevision ? _before : _controller.lastDecided());
        uint256 referenceSD = Math.min(lastSD * budgetSD / lastBudgetSD, maxSD);
        uint256 changeSD = budgetSD * CHANGE_BPS / BPS;
        minSD = referenceSD > changeSD ? referenceSD - changeSD : 0;
        maxSD = Math.min(maxSD, referenceSD + changeSD);
    }

    function _submit(
        uint32 epoch,
        IEmissionController.Target[] memory targets,
        bytes32 evidenceHash
    ) private {
        uint32 revision = _controller.revisionOf(epoch) + 1;
        uint32 last = _controller.lastDecided();
        bytes memory data =
            abi.encodeCall(IEmissionController.decide, (epoch, revision, targets, evidenceHash));
        if (!_call(address(_controller), data)) return;
        ++_accepted;
        if (revision > 1) ++_revised;
        else _before = last;
    }

    function _tryDispatch(uint256 seed) private {
        uint32 epoch = _controller.lastDecided() - uint32((seed >> 8) % 2);
        _call(
            address(_controller), abi.encodeCall(IEmissionController.dispatchMany, (epoch, _eids))
        );
    }

    /// @dev Calls as the operator, and books what left the controller to the epoch of the dispatch.
    function _call(address target, bytes memory data) private returns (bool ok) {
        uint256 before = _held();
        vm.prank(OPERATOR);
        (ok,) = target.call(data);
        uint256 out = before - _held();
        if (out != 0) {
            bytes4 selector = bytes4(data);
            bool dispatches = selector == IEmissionController.dispatch.selector
                || selector == IEmissionController.dispatchMany.selector;
            assertTrue(dispatches, "tokens left without a dispatch");
            // The first argument of both; a call with dirty bits above it would have failed.
            uint256 epoch;
            assembly {
                epoch := mload(add(data, 36))
            }
            _outOf[uint32(epoch)] += out;
        }
        _collect();
    }

    /// @dev Wei the controller holds.
    function _held() private view returns (uint256) {
        return _siteOf[HUB].reward.balanceOf(address(_controller));
    }

    function _tryAnything(uint256 seed) private {
        Call memory target = _calls[(seed >> 16) % _calls.length];
        bytes memory data = abi.encodePacked(target.selector);
        uint256 count = 1 + (seed >> 48) % 12;
        for (uint256 i; i < count; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 word =
                seed % 5 == 0 ? seed >> ((seed >> 8) % 256) : _words[seed % _words.length];
            data = abi.encodePacked(data, word);
        }
        _call(target.target, data);
    }

    function _tryDeliverAll() private {
        while (_packets.length != 0) {
            _deliver(0);
        }
        while (_composes.length != 0) {
            Compose memory compose = _composes[_composes.length - 1];
            _composes.pop();
            try _endpoints[compose.eid].lzCompose(
                compose.from, compose.to, compose.guid, compose.index, compose.message, ""
            ) {}
            catch (bytes memory reason) {
                assertGt(reason.length, 0, "a refusal names its reason");
            }
        }
        _collect();
    }

    function _roles() private view returns (bytes32) {
        bytes memory roles =
            abi.encode(_controller.owner(), _controller.operator(), _controller.guardian());
        for (uint256 i; i < _eids.length; ++i) {
            Site storage site = _siteOf[_eids[i]];
            roles = abi.encode(
                roles,
                site.farms.owner(),
                site.receiver.owner(),
                site.receiver.controller(),
                site.bridge.owner(),
                site.reward.owner(),
                site.stake.owner()
            );
        }
        return keccak256(roles);
    }

    /// @dev Adds every external function of a compiled contract.
    function _list(address target, string memory name) private {
        string memory json =
            vm.readFile(string.concat("contracts/out/", name, ".sol/", name, ".json"));
        string[] memory signatures = vm.parseJsonKeys(json, ".methodIdentifiers");
        for (uint256 i; i < signatures.length; ++i) {
            bytes4 selector = bytes4(keccak256(bytes(signatures[i])));
            _isKnown[selector] = true;
            _calls.push(Call(target, selector));
        }
    }
}
