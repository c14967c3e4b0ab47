// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OFTComposeMsgCodec} from "@layerzerolabs/oft-evm/contracts/libs/OFTComposeMsgCodec.sol";

import {EmissionOrder} from "../../src/libraries/EmissionOrder.sol";
import {GasFigures} from "../support/GasFigures.sol";
import {ReceiverFixture} from "../support/ReceiverFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice Gas of applying a composed order, as whole transactions with every slot cold. The gas
/// that the controller pays for (base and per farm) has to cover the first order of a farm.
/// forge-config: default.isolate = true
contract GasOrdersTest is ReceiverFixture, GasFigures {
    string private constant GROUP = "orders";
    uint32 private constant FARMS = 100;

    function setUp() external {
        _startReceiver();
        for (uint32 i = 3; i <= FARMS; ++i) {
            _addFarm(i, address(new PlainToken(18)));
        }
        _reward.transfer(address(_receiver), 1e30);
    }

    function test_GasOfAnOrder() external {
        _compose(1, 1, 1, 10);
        _assertGasOfLastCall(GROUP, "1 farm, first order");
        skip(7 days);
        _compose(2, 1, 1, 10);
        _assertGasOfLastCall(GROUP, "1 farm, next epoch");
        _compose(3, 1, FARMS, 10);
        _assertGasOfLastCall(GROUP, "100 farms, first order");
        skip(7 days);
        _compose(4, 1, FARMS, 20);
        _assertGasOfLastCall(GROUP, "100 farms, next epoch");
        skip(1 days);
        _compose(4, 2, FARMS, 30);
        _assertGasOfLastCall(GROUP, "100 farms, revision that adds");
        skip(1 days);
        _compose(4, 3, FARMS, 15);
        _assertGasOfLastCall(GROUP, "100 farms, revision that takes back");
        assertEq(_receiver.givenOf(4, FARMS), 15 * SD);
    }

    function _compose(uint32 epoch, uint32 revision, uint32 count, uint64 amountSD) private {
        EmissionOrder.Order memory order;
        (order.epoch, order.revision, order.epochEnd) =
        (epoch, revision, EPOCH_END + epoch * 7 days);
        order.farmIds = new uint32[](count);
        order.amountsSD = new uint64[](count);
        for (uint32 i; i < count; ++i) {
            order.farmIds[i] = i + 1;
            order.amountsSD[i] = amountSD;
        }
        bytes memory message = OFTComposeMsgCodec.encode(
            1,
            HUB_EID,
            uint256(count) * 40 * SD,
            abi.encodePacked(uint256(uint160(address(this))), EmissionOrder.encode(order))
        );
        _receiver.lzCompose(address(this), keccak256(message), message, address(0), "");
    }
}
