// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {StackFixture} from "../support/StackFixture.sol";

/// @notice A stolen operator key. It calls every function of every contract, read from the compiled
/// artifacts so that a new function is covered by itself, with arguments made up from what an
/// attacker would try, mixed with well-formed decisions and dispatches.
contract OperatorOnlyTest is StackFixture {
    struct Call {
        address target;
        bytes4 selector;
    }

    uint256 private constant CALLS = 24;

    Call[] private _calls;
    mapping(bytes4 selector => bool) private _isKnown;
    uint256[] private _words;

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
        skip(3 days);
    }

    function test_EveryFunctionOfTheAbiIsOnTheList() external view {
        assertTrue(_isKnown[IEmissionController.decide.selector]);
        assertTrue(_isKnown[Ownable.transferOwnership.selector]);
        assertGt(_calls.length, 400, "six contracts on three chains");
    }

    /// forge-config: default.fuzz.runs = 512
    function testFuzz_TheOperatorKeyAloneGainsNothing(uint256 seed) external {
        bytes32 roles = _roles();
        for (uint256 i; i < CALLS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 kind = seed % 8;
            if (kind == 0) _tryDecide(seed);
            else if (kind == 1) _tryDispatch(seed);
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
        for (uint32 epoch = 1; epoch <= _controller.lastDecided(); ++epoch) {
            assertLe(_controller.spentSD(epoch), _controller.budgetOf(epoch), "budget");
            assertLe(_controller.budgetOf(epoch), HARD_CAP_SD, "cap");
        }
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
        uint32 revision = _controller.revisionOf(epoch) + 1;
        vm.prank(OPERATOR);
        (bool ok,) = address(_controller)
            .call(
                abi.encodeCall(
                    IEmissionController.decide, (epoch, revision, targets, bytes32(seed))
                )
            );
        ok;
    }

    function _tryDispatch(uint256 seed) private {
        uint32 epoch = _controller.lastDecided() - uint32((seed >> 8) % 2);
        vm.prank(OPERATOR);
        (bool ok,) = address(_controller)
            .call(abi.encodeCall(IEmissionController.dispatchMany, (epoch, _eids)));
        ok;
        _collect();
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
        vm.prank(OPERATOR);
        (bool ok,) = target.target.call(data);
        ok;
        _collect();
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
