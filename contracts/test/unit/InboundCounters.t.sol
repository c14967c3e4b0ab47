// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroReceiver.sol";
import {OAppReceiver} from "@layerzerolabs/oapp-evm/contracts/oapp/OAppReceiver.sol";
import {IOAppCore} from "@layerzerolabs/oapp-evm/contracts/oapp/interfaces/IOAppCore.sol";
import {
    InboundPacket,
    IOAppPreCrimeSimulator
} from "@layerzerolabs/oapp-evm/contracts/precrime/interfaces/IOAppPreCrimeSimulator.sol";
import {OFTCore} from "@layerzerolabs/oft-evm/contracts/OFTCore.sol";
import {IOFT, MessagingFee, SendParam} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {Vm} from "forge-std/Vm.sol";

import {IInboundLimit} from "../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {HeadwaterTokenAdapter} from "../../src/token/HeadwaterTokenAdapter.sol";
import {LimitFixture} from "../support/LimitFixture.sol";
import {PlainToken} from "../support/Tokens.sol";
import {VotesToken} from "../support/VotesToken.sol";

/// @notice Counters of a path, the supply over both chains, and who may deliver; the same for
/// every kind of token.
abstract contract InboundCounterTests is LimitFixture {
    uint256 private _dropped;

    /// @custom:property B-01
    function test_APathTellsWhatWentAndCame() external {
        IInboundLimit source = IInboundLimit(address(_source));
        IInboundLimit.Path memory before = _limited.pathOf(SOURCE);
        assertEq(before.peer, _asBytes32(address(_source)));
        _arrive(10e18);
        Inbound memory waiting = _arriveWithOrder(LIMIT);
        _send(_source, TARGET, BOB, 7e18, NO_ORDER);

        IInboundLimit.Path memory path = source.pathOf(TARGET);
        assertEq(path.peer, _asBytes32(address(_target)));
        assertEq(path.outboundNonce, 3);
        assertEq(path.sentLD, LIMIT + 17e18);
        path = _limited.pathOf(SOURCE);
        assertEq(path.inboundNonce, 3, "verified, delivered or not");
        assertEq(path.receivedLD, 10e18);
        assertEq(path.queuedLD, LIMIT);
        assertEq(path.droppedLD, 0);
        assertEq(path.sentLD, before.sentLD);
        assertEq(path.outboundNonce, before.outboundNonce);

        _releaseByOwner(waiting);
        _deliverAll();
        path = _limited.pathOf(SOURCE);
        assertEq(path.receivedLD, LIMIT + 10e18);
        assertEq(path.queuedLD, 7e18, "the owner's release left no room");
    }

    function test_APathWithoutAPeerTellsItsCountersAndNoNonces() external {
        _arrive(10e18);
        _target.setPeer(SOURCE, bytes32(0));
        IInboundLimit.Path memory path = _limited.pathOf(SOURCE);
        assertEq(path.peer, 0);
        assertEq(path.outboundNonce, 0);
        assertEq(path.inboundNonce, 0);
        assertEq(path.receivedLD, 10e18, "counters outlive peers");
    }

    /// @dev Any history of sends, deliveries, releases, drops and time, both ways.
    /// @custom:property B-01, I7
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_SupplyQueuedAndInFlightStayConstant(uint256 seed) external {
        uint256 total = _supply();
        Inbound[] memory waiting = new Inbound[](24);
        uint256 waitingCount;
        for (uint256 i; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 amount = (uint256(uint64(seed)) % (LIMIT / SD)) * SD;
            uint256 action = (seed >> 64) % 5;
            skip((seed >> 72) % 2 hours);
            if (action == 0 && _packets.length != 0) {
                Inbound memory inbound = _deliverAny(seed >> 96);
                if (_isQueued(inbound)) waiting[waitingCount++] = inbound;
            } else if (action == 1 && waitingCount != 0) {
                _leave(waiting[--waitingCount], seed >> 96);
            } else if (action == 2) {
                _sendBack(amount);
            } else {
                _send(_source, TARGET, action == 3 ? BOB : address(_composer), amount, NO_ORDER);
            }
            assertEq(_supply(), total, "supply");
        }
    }

    /// @custom:property B-01, B-08
    function test_DustNeverLeaves() external {
        SendParam memory param = SendParam({
            dstEid: TARGET,
            to: _asBytes32(BOB),
            amountLD: 10e18 + SD - 1,
            minAmountLD: 0,
            extraOptions: _options(),
            composeMsg: "",
            oftCmd: ""
        });
        uint256 total = _supply();
        MessagingFee memory fee = _source.quoteSend(param, false);
        vm.prank(ALICE);
        _source.send{value: fee.nativeFee}(param, fee, ALICE);
        assertEq(IInboundLimit(address(_source)).pathOf(TARGET).sentLD, 10e18);
        _deliverAll();
        assertEq(_limited.pathOf(SOURCE).receivedLD, 10e18);
        assertEq(_targetToken.balanceOf(BOB), 10e18);
        assertEq(_supply(), total);
    }

    /// @dev A gap would tell an indexer that a log was left out.
    /// @custom:property C-14
    function test_EveryEventOfTheLimitIsNumbered() external {
        // The logs collected so far belong to the set-up.
        _collect();
        _limited.setLimiter(LIMITER);
        IPauseRoles(address(_target)).setGuardian(BOB);
        IPauseRoles(address(_target)).setSentinel(BOB, START + 1 days);
        _limited.setInboundLimit(SOURCE, LIMIT, 2 * WINDOW);
        _limited.pauseInbound();
        _limited.unpauseInbound();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 6);
        for (uint256 i; i < logs.length; ++i) {
            assertEq(_lastWord(logs[i].data), _seqBefore + i + 1);
        }
        assertEq(_limited.seq(), _seqBefore + 6);
        Inbound memory first = _arrive(LIMIT + SD);
        Inbound memory second = _arrive(LIMIT + SD);
        _releaseByOwner(first);
        _target.setPeer(SOURCE, bytes32(0));
        _drop(second);
        assertEq(_limited.seq(), _seqBefore + 10);
    }

    // Who may deliver.

    /// @custom:property E22
    function test_RevertIf_AnybodyButTheEndpointDelivers() external {
        Inbound memory inbound = _forgery(BOB, 10e18, NO_ORDER, "guid");
        vm.expectRevert(abi.encodeWithSelector(OAppReceiver.OnlyEndpoint.selector, address(this)));
        _target.lzReceive(inbound.origin, inbound.guid, inbound.message, address(0), "");
        vm.expectRevert(IOAppPreCrimeSimulator.OnlySelf.selector);
        _target.lzReceiveSimulate(inbound.origin, inbound.guid, inbound.message, address(0), "");
    }

    /// @custom:property E22
    function test_RevertIf_TheSenderIsNoPeer() external {
        Inbound memory inbound = _forgery(BOB, 10e18, NO_ORDER, "guid");
        bytes32 evil = bytes32(uint256(0xe711));
        inbound.origin.sender = evil;
        vm.startPrank(address(_endpoints[TARGET]));
        vm.expectRevert(abi.encodeWithSelector(IOAppCore.OnlyPeer.selector, SOURCE, evil));
        _target.lzReceive(inbound.origin, inbound.guid, inbound.message, address(0), "");
        inbound.origin.srcEid = 40_000;
        vm.expectRevert(abi.encodeWithSelector(IOAppCore.NoPeer.selector, 40_000));
        _target.lzReceive(inbound.origin, inbound.guid, inbound.message, address(0), "");
        vm.stopPrank();
    }

    /// @dev A simulation ends in a revert, so it leaves neither a credit nor a queued message.
    function test_ASimulatedDeliveryLeavesNothing() external {
        InboundPacket[] memory packets = new InboundPacket[](2);
        for (uint256 i; i < 2; ++i) {
            Inbound memory inbound = _forgery(BOB, (2 * i + 1) * LIMIT, NO_ORDER, "guid");
            packets[i].origin = inbound.origin;
            packets[i].guid = inbound.guid;
            packets[i].message = inbound.message;
        }
        vm.expectRevert(
            abi.encodeWithSelector(IOAppPreCrimeSimulator.SimulationResult.selector, bytes("seen"))
        );
        _target.lzReceiveAndRevert(packets);
        assertEq(_credited(), 0);
        assertEq(_limited.pathOf(SOURCE).queuedLD, 0);
        assertEq(_limited.seq(), _seqBefore);
    }

    function buildSimulationResult() external view returns (bytes memory) {
        assertEq(_credited(), LIMIT, "simulated");
        return "seen";
    }

    /// @dev Everything that exists: supplies, what waits, what is under way and what was dropped.
    function _supply() private view returns (uint256 total) {
        OFTCore[2] memory ofts = [_source, _target];
        uint32[2] memory remotes = [TARGET, SOURCE];
        for (uint256 i; i < 2; ++i) {
            IInboundLimit.Path memory here = IInboundLimit(address(ofts[i])).pathOf(remotes[i]);
            IInboundLimit.Path memory there =
                IInboundLimit(address(ofts[1 - i])).pathOf(remotes[1 - i]);
            total += _circulating(ofts[i]) + here.queuedLD + here.droppedLD;
            total += here.sentLD - there.receivedLD - there.queuedLD - there.droppedLD;
        }
    }

    function _circulating(OFTCore oft) private view returns (uint256) {
        if (!oft.approvalRequired()) return PlainToken(address(oft)).totalSupply();
        PlainToken inner = PlainToken(oft.token());
        return inner.totalSupply() - inner.balanceOf(address(oft));
    }

    function _deliverAny(uint256 index) private returns (Inbound memory inbound) {
        index %= _packets.length;
        inbound = this.parseInbound(_packets[index].encoded);
        _deliver(index);
    }

    /// @dev By whoever may: anyone, else the owner, who drops every fourth.
    function _leave(Inbound memory inbound, uint256 choice) private {
        (,, uint256 availableLD) = _limited.inboundLimitOf(SOURCE);
        uint256 amount = uint256(uint64(bytes8(this.tail(inbound.message)))) * SD;
        if (choice % 4 == 0) {
            bytes32 peer = _target.peers(SOURCE);
            _target.setPeer(SOURCE, bytes32(0));
            _drop(inbound);
            _target.setPeer(SOURCE, peer);
        } else if (amount <= availableLD) {
            _release(inbound);
        } else {
            _releaseByOwner(inbound);
        }
    }

    function tail(bytes calldata message) external pure returns (bytes memory) {
        return message[32:40];
    }

    function _sendBack(uint256 amount) private {
        uint256 held = _targetToken.balanceOf(BOB) / SD * SD;
        if (amount > held) amount = held;
        vm.startPrank(BOB);
        _targetToken.transfer(ALICE, amount);
        vm.stopPrank();
        vm.prank(ALICE);
        _targetToken.approve(address(_target), amount);
        _send(_target, SOURCE, ALICE, amount, NO_ORDER);
    }

    function _lastWord(bytes memory data) private pure returns (uint256 word) {
        uint256 size = data.length;
        assembly {
            word := mload(add(data, size))
        }
    }
}

contract InboundCountersTokenTest is InboundCounterTests {
    function setUp() external {
        _startLimit(Kind.Token);
    }
}

contract InboundCountersVotesTest is InboundCounterTests {
    function setUp() external {
        _startLimit(Kind.Votes);
    }
}

contract InboundCountersAdapterTest is InboundCounterTests {
    function setUp() external {
        _startLimit(Kind.Adapter);
    }
}

/// @notice X21: an OFT carries 64 bits of shared decimals, and amounts above were cut silently
/// once.
contract SharedDecimalsTest is LimitFixture {
    uint256 private constant CARRIED_MAX = uint256(type(uint64).max) * SD;

    function setUp() external {
        _startLimit(Kind.Token);
        address endpoint = address(_endpoints[SOURCE]);
        _source = OFTCore(VotesToken.deploy(endpoint, address(this), ALICE, 4 * CARRIED_MAX));
        _source.setPeer(TARGET, _asBytes32(address(_target)));
        _target.setPeer(SOURCE, _asBytes32(address(_source)));
        _limited.setInboundLimit(SOURCE, 0, 0);
    }

    function test_TheLargestAmountArrivesExactly() external {
        _arrive(CARRIED_MAX);
        assertEq(_targetToken.balanceOf(BOB), CARRIED_MAX);
        assertEq(IInboundLimit(address(_source)).pathOf(TARGET).sentLD, CARRIED_MAX);
        assertEq(_limited.pathOf(SOURCE).receivedLD, CARRIED_MAX);
    }

    function test_TheLargestAmountIsQueuedExactly() external {
        _limited.setInboundLimit(SOURCE, LIMIT, WINDOW);
        Inbound memory inbound = _arrive(CARRIED_MAX);
        assertEq(_limited.pathOf(SOURCE).queuedLD, CARRIED_MAX);
        _releaseByOwner(inbound);
        assertEq(_targetToken.balanceOf(BOB), CARRIED_MAX);
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_RevertIf_AnAmountDoesNotFit(uint256 excess) external {
        uint256 amount = CARRIED_MAX + bound(excess, SD, 3 * CARRIED_MAX);
        SendParam memory param = SendParam(TARGET, _asBytes32(BOB), amount, 0, _options(), "", "");
        bytes memory refusal = abi.encodeWithSelector(IOFT.AmountSDOverflowed.selector, amount / SD);
        vm.expectRevert(refusal);
        _source.quoteSend(param, false);
        vm.prank(ALICE);
        vm.expectRevert(refusal);
        _source.send{value: 1 ether}(param, MessagingFee(1 ether, 0), ALICE);
        assertEq(IInboundLimit(address(_source)).pathOf(TARGET).sentLD, 0);
    }

    function test_RevertIf_AnAmountIsOneUnitTooLarge() external {
        SendParam memory param =
            SendParam(TARGET, _asBytes32(BOB), CARRIED_MAX + SD, 0, _options(), "", "");
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IOFT.AmountSDOverflowed.selector, uint256(1) << 64));
        _source.send{value: 1 ether}(param, MessagingFee(1 ether, 0), ALICE);
    }

    /// @dev Decimals of real tokens, and of one whose amounts outgrow the limit's 128 bits.
    function test_AnAdapterCarriesTokensOfAnyDecimals() external {
        uint8[5] memory decimals = [6, 8, 18, 24, 40];
        for (uint256 i; i < decimals.length; ++i) {
            _carryLargest(decimals[i]);
        }
    }

    function _carryLargest(uint8 decimals) private {
        uint256 unit = 10 ** (decimals - 6);
        uint256 amount = uint256(type(uint64).max) * unit;
        address endpoint = address(_endpoints[TARGET]);
        PlainToken inner = new PlainToken(decimals);
        HeadwaterTokenAdapter adapter =
            new HeadwaterTokenAdapter(address(inner), endpoint, address(this));
        inner.mint(address(adapter), amount);
        adapter.setPeer(SOURCE, _asBytes32(address(_source)));
        adapter.setInboundLimit(SOURCE, type(uint128).max, WINDOW);
        Origin memory origin = Origin(SOURCE, _asBytes32(address(_source)), 1);
        bytes memory message = abi.encodePacked(_asBytes32(BOB), type(uint64).max);
        vm.prank(endpoint);
        adapter.lzReceive(origin, "guid", message, address(0), "");
        if (amount > type(uint128).max) {
            assertEq(adapter.pathOf(SOURCE).queuedLD, amount);
            adapter.releaseByOwner(origin, "guid", message);
        }
        assertEq(inner.balanceOf(BOB), amount);
        assertEq(adapter.pathOf(SOURCE).receivedLD, amount);
    }
}

/// @notice Limits of several source chains do not share anything.
contract InboundPathsTest is LimitFixture {
    uint32 private constant THIRD = 50_102;

    function test_EverySourceChainHasItsOwnLimit() external {
        _eids.push(THIRD);
        _startLimit(Kind.Token);
        OFTCore third =
            OFTCore(VotesToken.deploy(address(_endpoints[THIRD]), address(this), ALICE, SUPPLY));
        third.setPeer(TARGET, _asBytes32(address(_target)));
        _target.setPeer(THIRD, _asBytes32(address(third)));
        _limited.setInboundLimit(THIRD, 5e18, WINDOW);
        _useUp();
        _send(third, TARGET, BOB, 5e18, NO_ORDER);
        _deliver(_packets.length - 1);
        assertEq(_credited(), LIMIT + 5e18);
        Inbound memory waiting = _send(third, TARGET, BOB, SD, NO_ORDER);
        _deliver(_packets.length - 1);
        assertTrue(_isQueued(waiting));
        assertEq(_limited.pathOf(THIRD).queuedLD, SD);
        assertEq(_limited.pathOf(SOURCE).queuedLD, 0);
        // The eid is part of what is queued, so the other path's room is of no use.
        _limited.setInboundLimit(SOURCE, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IInboundLimit.Token_OverLimit.selector, 0, SD));
        _limited.release(waiting.origin, waiting.guid, waiting.message);
    }
}
