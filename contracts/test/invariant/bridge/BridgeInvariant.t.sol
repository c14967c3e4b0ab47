// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EffectsCheck} from "../../support/Effects.sol";
import {BridgeHandler} from "./BridgeHandler.sol";

contract BridgeInvariantTest is EffectsCheck {
    uint256 private constant CALLS_BETWEEN_CHECKS = 32;

    BridgeHandler private _handler;

    function setUp() external {
        _handler = new BridgeHandler();
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), _handler.actions()));
    }

    /// @dev One function calls every check, so that the fuzzer plays each history once. What it
    /// finds does not heal, so it need not look after every call; the handler checks each action.
    /// @custom:property B-01, B-02, B-04, B-06, B-10, I5, I7, I8
    function invariant_EveryUsersPrincipalIsSomewhereUnderItsLock() external view {
        if (_handler.callCount() % CALLS_BETWEEN_CHECKS == 0) _handler.assertAll();
    }

    function afterInvariant() external {
        _handler.assertAll();
        _assertEffects("BridgeHandler", _handler);
    }
}
