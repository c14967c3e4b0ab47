// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICommandReceiver} from "../../src/interfaces/ICommandReceiver.sol";
import {IEmissionController} from "../../src/interfaces/IEmissionController.sol";
import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IInboundLimit} from "../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {Commands} from "../../src/libraries/Commands.sol";
import {CommandReceiver} from "../../src/spoke/CommandReceiver.sol";
import {CommandFixture} from "../support/CommandFixture.sol";
import {CommandSamples} from "../support/CommandCodec.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice Four commands about one subject end in the same state in each of their 24 orders.
contract CommandOrderTest is CommandFixture {
    Site private _site;
    CommandReceiver private _inbox;

    function setUp() external {
        _startCommands(_loosenSeconds());
        _site = _siteOf[ALPHA];
        _inbox = _inboxOf[ALPHA];
    }

    /// @custom:property C-08
    function test_TheNewestRateStays() external {
        _sendFour(
            Commands.setMaxRate(2, 0, 4),
            Commands.setMaxRate(2, 0, 3),
            Commands.setMaxRate(2, 0, 2),
            Commands.setMaxRate(2, 0, 1)
        );
        assertEq(_inEveryOrder(_rate), keccak256(abi.encode(1)));
    }

    /// @custom:property C-08
    function test_TheNewestStateStays() external {
        _sendFour(
            Commands.setFarmState(2, IFarms.FarmState.DepositsPaused),
            Commands.setFarmState(2, IFarms.FarmState.DepositsPaused),
            Commands.setFarmState(2, IFarms.FarmState.Active),
            Commands.setFarmState(2, IFarms.FarmState.DepositsPaused)
        );
        assertEq(_inEveryOrder(_state), keccak256(abi.encode(IFarms.FarmState.DepositsPaused)));
    }

    /// @custom:property C-08
    function test_AnEndedFarmStaysEndedWhateverElseArrivesWhen() external {
        _sendFour(
            Commands.setFarmState(2, IFarms.FarmState.DepositsPaused),
            Commands.setFarmState(2, IFarms.FarmState.Ended),
            Commands.setFarmState(2, IFarms.FarmState.Active),
            Commands.setFarmState(2, IFarms.FarmState.DepositsPaused)
        );
        assertEq(_inEveryOrder(_state), keccak256(abi.encode(IFarms.FarmState.Ended)));
    }

    /// @custom:property C-08
    function test_TheNewestTermsStay() external {
        PlainToken token = new PlainToken(18);
        _command(
            ALPHA, Commands.addFarm(IFarms.NewFarm(7, address(token), 80, 1e18, true), address(0))
        );
        _sendFour(
            CommandSamples.setTerms(4, 4),
            CommandSamples.setTerms(0, 0),
            CommandSamples.setTerms(1, 3),
            CommandSamples.setTerms(2, 1)
        );
        assertEq(_inEveryOrder(_terms), keccak256(abi.encode(2, 1)));
    }

    /// @custom:property C-08
    function test_TheNewestFunderStays() external {
        PlainToken token = new PlainToken(6);
        _command(ALPHA, Commands.addStream(Commands.NewStream(2, 1, address(token), ALICE, 77)));
        _sendFour(
            Commands.setFunder(2, 1, ALICE),
            Commands.setFunder(2, 1, BOB),
            Commands.setFunder(2, 1, GUARDIAN),
            Commands.setFunder(2, 1, OPERATOR)
        );
        assertEq(_inEveryOrder(_funder), keccak256(abi.encode(OPERATOR)));
    }

    /// @custom:property C-08
    function test_TheNewestPauseStays() external {
        _sendFour(
            Commands.setReceiverPaused(true),
            Commands.setReceiverPaused(false),
            Commands.setReceiverPaused(false),
            Commands.setReceiverPaused(true)
        );
        assertEq(_inEveryOrder(_pauses), keccak256(abi.encode(true, false)));
        _sendFour(
            Commands.setBridgePaused(false),
            Commands.setBridgePaused(true),
            Commands.setBridgePaused(true),
            Commands.setBridgePaused(false)
        );
        assertEq(_inEveryOrder(_pauses), keccak256(abi.encode(true, false)));
    }

    /// @custom:property C-08
    function test_TheNewestLeastValidEpochStays() external {
        _sendFour(
            Commands.setMinValidEpoch(3),
            Commands.setMinValidEpoch(9),
            Commands.setMinValidEpoch(7),
            Commands.setMinValidEpoch(7)
        );
        assertEq(_inEveryOrder(_minValidEpoch), keccak256(abi.encode(7)));
    }

    /// @custom:property C-08
    function test_ReleasesOfAPotAddUp() external {
        _controller.setFarmBounds(ALPHA, 9, 0, 4000);
        IEmissionController.Target[] memory targets = _evenTargets(100_000e6);
        _decide(1, 1, targets);
        _controller.dispatch(1, ALPHA);
        _deliverAll();
        _sendFour(
            Commands.releasePot(1, 1e18),
            Commands.releasePot(1, 20e18),
            Commands.releasePot(1, 300e18),
            Commands.releasePot(1, 4000e18)
        );
        assertEq(_inEveryOrder(_returnable), keccak256(abi.encode(4321e18)));
    }

    /// @custom:property C-08
    function test_TheNewestLimitsStay() external {
        _sendFour(
            Commands.setInboundLimit(Commands.PathLimit(HUB, 1e18, 1 days)),
            Commands.setInboundLimit(Commands.PathLimit(HUB, 0, 0)),
            Commands.setInboundLimit(Commands.PathLimit(HUB, 2e18, 2 days)),
            Commands.setInboundLimit(Commands.PathLimit(HUB, 3e18, 3 days))
        );
        assertEq(_inEveryOrder(_inbound), keccak256(abi.encode(3e18, 3 days)));
        _sendFour(
            _outflow(1e18, 1 days), _outflow(2e18, 2 days), _outflow(3e18, 3 days), _outflow(0, 0)
        );
        assertEq(_inEveryOrder(_outbound), keccak256(abi.encode(0, 0)));
    }

    /// @custom:property C-08
    function test_TheNewestSentinelStays() external {
        uint40 until = uint40(block.timestamp + 1 days);
        _sendFour(
            Commands.setSentinel(ALICE, until),
            Commands.setSentinel(BOB, until),
            Commands.setSentinel(address(0), 0),
            Commands.setSentinel(SENTINEL, until)
        );
        assertEq(_inEveryOrder(_sentinels), keccak256(abi.encode(SENTINEL, SENTINEL, SENTINEL)));
    }

    /// @dev What has to come one after the other fails until its turn, and anyone gives it another.
    /// @custom:property C-08
    function test_StreamsGetTheIndexesTheHubCountsOnOnceAllAreTriedAgain() external {
        address[3] memory tokens =
            [address(new PlainToken(6)), address(new PlainToken(8)), address(new PlainToken(18))];
        _sendFour(
            Commands.addStream(Commands.NewStream(2, 1, tokens[0], ALICE, 1)),
            Commands.addStream(Commands.NewStream(2, 2, tokens[1], ALICE, 2)),
            Commands.addStream(Commands.NewStream(2, 3, tokens[2], ALICE, 3)),
            Commands.setFunder(2, 3, BOB)
        );
        assertEq(
            _inEveryOrder(_streams, true),
            keccak256(abi.encode(tokens[0], tokens[1], tokens[2], BOB))
        );
    }

    // What each order has to agree on.

    function _rate() private view returns (bytes32) {
        return keccak256(abi.encode(_site.farms.streamOf(2, 0).maxRate));
    }

    function _state() private view returns (bytes32) {
        return keccak256(abi.encode(_site.farms.farmOf(2).state));
    }

    function _terms() private view returns (bytes32) {
        (IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps) = _site.farms.termsOf(7);
        return keccak256(abi.encode(tiers.length, steps.length));
    }

    function _funder() private view returns (bytes32) {
        return keccak256(abi.encode(_site.farms.streamOf(2, 1).funder));
    }

    function _pauses() private view returns (bytes32) {
        return keccak256(abi.encode(_site.receiver.paused(), _site.bridge.paused()));
    }

    function _minValidEpoch() private view returns (bytes32) {
        return keccak256(abi.encode(_site.receiver.minValidEpoch()));
    }

    function _returnable() private view returns (bytes32) {
        return keccak256(abi.encode(_site.receiver.returnable()));
    }

    function _inbound() private view returns (bytes32) {
        (uint128 limit, uint32 window,) = IInboundLimit(address(_site.reward)).inboundLimitOf(HUB);
        return keccak256(abi.encode(limit, window));
    }

    function _outbound() private view returns (bytes32) {
        (uint128 limit, uint32 window,) = _site.bridge.outflowOf(address(_site.stake), BETA);
        return keccak256(abi.encode(limit, window));
    }

    function _sentinels() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                IPauseRoles(address(_site.farms)).sentinel(),
                IPauseRoles(address(_site.receiver)).sentinel(),
                IPauseRoles(address(_site.bridge)).sentinel()
            )
        );
    }

    function _streams() private view returns (bytes32) {
        IFarms.Stream memory last = _site.farms.streamOf(2, 3);
        return keccak256(
            abi.encode(
                _site.farms.streamOf(2, 1).token,
                _site.farms.streamOf(2, 2).token,
                last.token,
                last.funder
            )
        );
    }

    // Every order.

    bytes[4] private _commands;
    uint64 private _firstNo;

    function _sendFour(
        bytes memory first,
        bytes memory second,
        bytes memory third,
        bytes memory fourth
    ) private {
        delete _packets;
        _firstNo = _sendCommand(ALPHA, first);
        _sendCommand(ALPHA, second);
        _sendCommand(ALPHA, third);
        _sendCommand(ALPHA, fourth);
        _commands = [first, second, third, fourth];
    }

    /// @dev Delivers the four packets in every order and leaves the last one standing.
    function _inEveryOrder(function() view returns (bytes32) digest)
        private
        returns (bytes32 expected)
    {
        return _inEveryOrder(digest, false);
    }

    /// @param isRetried Whether what failed is tried again until nothing changes.
    function _inEveryOrder(function() view returns (bytes32) digest, bool isRetried)
        private
        returns (bytes32 expected)
    {
        uint256 start = vm.snapshotState();
        for (uint256 code; code < 256; ++code) {
            uint256[4] memory order = [code & 3, (code >> 2) & 3, (code >> 4) & 3, code >> 6];
            if (!_isPermutation(order)) continue;
            vm.revertToState(start);
            for (uint256 i; i < 4; ++i) {
                this.deliverPacket(_packets[order[i]].encoded);
            }
            skip(_loosenSeconds());
            if (isRetried || _loosenSeconds() != 0) _retryAll();
            if (expected == 0) expected = digest();
            assertEq(digest(), expected);
        }
    }

    function _retryAll() private {
        bool hasApplied = true;
        while (hasApplied) {
            hasApplied = false;
            for (uint256 i; i < 4; ++i) {
                uint64 no = _firstNo + uint64(i);
                if (_inbox.recordOf(no).commandHash == 0) continue;
                try _inbox.retry(no, _commands[i]) {
                    hasApplied = true;
                } catch (bytes memory reason) {
                    assertGe(reason.length, 4, "refused for a reason");
                }
            }
        }
    }

    function _isPermutation(uint256[4] memory order) private pure returns (bool) {
        uint256 seen;
        for (uint256 i; i < 4; ++i) {
            seen |= 1 << order[i];
        }
        return seen == 15;
    }

    function _outflow(uint128 limit, uint32 window) private view returns (bytes memory) {
        return
            Commands.setOutflowLimit(address(_site.stake), Commands.PathLimit(BETA, limit, window));
    }

    /// @dev How long commands wait that loosen something.
    function _loosenSeconds() internal pure virtual returns (uint32) {
        return 0;
    }
}

/// @notice The same where some of them wait, and anyone carries them out in the end.
contract CommandOrderWaitingTest is CommandOrderTest {
    function _loosenSeconds() internal pure override returns (uint32) {
        return 1 days;
    }
}
