// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ILayerZeroEndpointV2,
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";

import {GasFigures} from "../support/GasFigures.sol";
import {LimitFixture} from "../support/LimitFixture.sol";

/// @notice Measures a delivery without the transaction around it, as an executor's gas limit does.
contract Deliverer {
    function deliver(
        ILayerZeroEndpointV2 endpoint,
        Origin calldata origin,
        address receiver,
        bytes32 guid,
        bytes calldata message
    ) external returns (uint256) {
        uint256 before = gasleft();
        endpoint.lzReceive(origin, receiver, guid, message, "");
        return before - gasleft();
    }
}

/// @notice Gas of deliveries to a token, every slot cold: what the enforced options have to buy,
/// plus a fifth. Snapshots are committed.
abstract contract GasInboundTests is LimitFixture, GasFigures {
    /// @dev What the options of a plain send and of one with a compose buy.
    uint256 private constant SEND_GAS = 230_000;
    uint256 private constant SEND_AND_CALL_GAS = 270_000;
    string private constant GROUP = "tokens";

    Deliverer private _deliverer;

    function _name() internal pure virtual returns (string memory);

    function _start(Kind kind) internal {
        _startLimit(kind);
        _deliverer = new Deliverer();
    }

    function test_FirstDelivery() external {
        _measure(_send(_source, TARGET, BOB, LIMIT, NO_ORDER), "first delivery", SEND_GAS);
    }

    function test_NextDelivery() external {
        _arrive(SD);
        _measure(_send(_source, TARGET, BOB, SD, NO_ORDER), "next delivery", SEND_GAS);
    }

    function test_FirstDeliveryWithAnOrder() external {
        _measure(
            _send(_source, TARGET, BOB, LIMIT, new bytes(256)),
            "first delivery with 256 bytes",
            SEND_AND_CALL_GAS
        );
    }

    function test_QueueingAnOrder() external {
        _measure(
            _send(_source, TARGET, address(_composer), 2 * LIMIT, new bytes(256)),
            "first queued with 256 bytes",
            SEND_AND_CALL_GAS
        );
    }

    function _measure(Inbound memory inbound, string memory title, uint256 bought) private {
        uint256 used = _deliverer.deliver(
            _endpoints[TARGET], inbound.origin, address(_target), inbound.guid, inbound.message
        );
        _assertGas(GROUP, string.concat(_name(), ": ", title), used);
        assertLe(used * 6 / 5, bought);
    }
}

/// forge-config: default.isolate = true
contract GasInboundTokenTest is GasInboundTests {
    function setUp() external {
        _start(Kind.Token);
    }

    function _name() internal pure override returns (string memory) {
        return "token";
    }
}

/// forge-config: default.isolate = true
contract GasInboundVotesTest is GasInboundTests {
    function setUp() external {
        _start(Kind.Votes);
        // Who has a delegate costs most to pay.
        vm.prank(BOB);
        IVotes(address(_target)).delegate(BOB);
    }

    function _name() internal pure override returns (string memory) {
        return "votes token";
    }
}

/// forge-config: default.isolate = true
contract GasInboundAdapterTest is GasInboundTests {
    function setUp() external {
        _start(Kind.Adapter);
    }

    function _name() internal pure override returns (string memory) {
        return "adapter";
    }
}
