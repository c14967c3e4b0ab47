// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {MovePayload} from "../../src/libraries/MovePayload.sol";
import {BridgeFixture} from "../support/BridgeFixture.sol";

/// @notice What a trusted bridge could write beside the principal: another version, garbage. The
/// principal is never lost over it.
contract BridgePayloadTest is BridgeFixture {
    uint256 private constant WORDS = 9;
    address private immutable PEER = makeAddr("the bridge of another version");

    address private _token;
    uint256 private _gas;

    function setUp() external {
        _startBridges();
        _gas = _composeGas();
        _token = _stakeAt(BETA);
        _target.setPeer(ALPHA, _asBytes32(PEER));
    }

    /// @custom:property B-05
    function testFuzz_APayloadSurvivesEncoding(MovePayload.Payload memory payload) external pure {
        if (payload.recipient == address(0)) payload.recipient = address(1);
        payload.carry.feeBps %= 2501;
        (bool isValid, MovePayload.Payload memory decoded) =
            MovePayload.decode(MovePayload.encode(payload));
        assertTrue(isValid);
        assertEq(abi.encode(decoded), abi.encode(payload));
    }

    /// @dev Reading is strict: whatever is taken for a payload is exactly what would be written.
    /// @custom:property E22
    function testFuzz_NothingButAnEncodingIsRead(bytes32[9] memory words, uint8 flipped, uint8 bit)
        external
        pure
    {
        bytes memory data = MovePayload.encode(_sane(words));
        uint256 offset = 32 * (1 + flipped % WORDS);
        assembly ("memory-safe") {
            let at := add(data, offset)
            mstore(at, xor(mload(at), shl(bit, 1)))
        }
        (bool isValid, MovePayload.Payload memory decoded) = MovePayload.decode(data);
        if (isValid) assertEq(MovePayload.encode(decoded), data);
        else assertEq(decoded.recipient, address(0), "nothing half read");
    }

    function test_TheEdgesOfEveryFieldAreKept() external pure {
        bytes memory data = MovePayload.encode(_largest());
        for (uint256 i; i < WORDS; ++i) {
            bytes memory above = bytes.concat(data);
            assembly ("memory-safe") {
                let at := add(above, mul(32, add(i, 1)))
                mstore(at, add(mload(at), 1))
            }
            (bool isValid,) = MovePayload.decode(above);
            assertFalse(isValid, vm.toString(i));
        }
    }

    /// @custom:property B-11, E17
    function test_ARecipientWithDirtyUpperBytesIsNotCutOff() external {
        IFarms.Carry memory carry;
        bytes memory payload = abi.encode(
            MovePayload.VERSION, ALICE, _asBytes32(BOB) | bytes32(uint256(1) << 160), PLAIN, carry
        );
        bytes32 guid = _arrive(payload);
        assertEq(_target.creditOf(guid, _token).recipient, address(0));
        assertEq(_principal(BETA, PLAIN, BOB), 0);
    }

    function test_AnUnreadablePayloadIsAnnouncedAndAssignedByTheOwner() external {
        bytes32 guid = _sendDirectly(DirectSend(PEER, 5e18, "garbage"));
        IFarms.Carry memory carry;
        vm.expectEmit(address(_target));
        emit IPositionBridge.MoveEscrowed(
            guid,
            address(0),
            0,
            _token,
            5e18,
            ALPHA,
            carry,
            abi.encodeWithSelector(IPositionBridge.Bridge_BadPayload.selector),
            _target.seq() + 1
        );
        _compose(0);
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_OnlyRecipient.selector, BOB, address(0))
        );
        vm.prank(BOB);
        _target.withdrawEscrow(guid, _token, BOB);

        vm.expectRevert(IPositionBridge.Bridge_ZeroAddress.selector);
        _target.assignEscrow(guid, _token, address(0));
        vm.expectEmit(address(_target));
        emit IPositionBridge.EscrowAssigned(guid, _token, BOB, _target.seq() + 1);
        _target.assignEscrow(guid, _token, BOB);
        vm.expectRevert(
            abi.encodeWithSelector(IPositionBridge.Bridge_NotUnassigned.selector, guid, BOB)
        );
        _target.assignEscrow(guid, _token, ALICE);
        vm.prank(BOB);
        _target.withdrawEscrow(guid, _token, BOB);
        assertEq(_siteOf[BETA].stake.balanceOf(BOB), 5e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPositionBridge.Bridge_NotEscrowed.selector,
                guid,
                IPositionBridge.CreditState.Withdrawn
            )
        );
        _target.assignEscrow(guid, _token, ALICE);
    }

    /// @dev E22: whatever it holds, a payload does nothing but restake its own principal for the
    /// recipient it names, or escrow it. With the gas that any move pays for.
    /// @custom:property B-06, E22
    function testFuzz_NoPayloadLosesThePrincipal_E22(bytes memory payload, bool isNearlyValid)
        external
    {
        if (isNearlyValid) {
            payload = bytes.concat(abi.encode(MovePayload.VERSION), payload);
        }
        if (payload.length == 0) payload = hex"00";
        _arrive(payload);
    }

    /// @custom:property E22
    function testFuzz_NoValidPayloadLosesThePrincipal_E22(bytes32[9] memory words) external {
        _arrive(MovePayload.encode(_sane(words)));
    }

    function test_EveryLengthIsTaken() external {
        bytes memory whole = MovePayload.encode(_largest());
        for (uint256 length = 1; length <= whole.length + 32; length += 19) {
            bytes memory payload = new bytes(length);
            for (uint256 i; i < length && i < whole.length; ++i) {
                payload[i] = whole[i];
            }
            _arrive(payload);
        }
    }

    /// @dev Five tokens arrive with `payload`. They are staked for whom it names or in escrow.
    function _arrive(bytes memory payload) private returns (bytes32 guid) {
        guid = _sendDirectly(DirectSend(PEER, 5e18, payload));
        uint256 owed = _target.escrowTotal(_token);
        uint256 staked = _siteOf[BETA].farms.farmOf(PLAIN).principal;
        this.executeCompose(0, _gas);
        owed = _target.escrowTotal(_token) - owed;
        staked = _siteOf[BETA].farms.farmOf(PLAIN).principal - staked;
        assertEq(owed + staked, 5e18);
        bool isEscrowed =
            _target.creditOf(guid, _token).state == IPositionBridge.CreditState.Escrowed;
        assertEq(owed, isEscrowed ? 5e18 : 0);
    }

    function _sane(bytes32[9] memory words)
        private
        pure
        returns (MovePayload.Payload memory payload)
    {
        payload.sender = address(uint160(uint256(words[1])));
        payload.recipient = address(uint160(uint256(words[2]) | 1));
        payload.farmId = uint32(uint256(words[3]) % 4);
        payload.carry.depositedAt = uint32(uint256(words[4]));
        payload.carry.lockEnd = uint32(uint256(words[5]));
        payload.carry.tier = uint8(uint256(words[6]));
        payload.carry.tierBoostBps = uint16(uint256(words[7]));
        payload.carry.feeBps = uint16(uint256(words[8]) % 2501);
    }

    function _largest() private pure returns (MovePayload.Payload memory payload) {
        payload.sender = address(type(uint160).max);
        payload.recipient = address(type(uint160).max);
        payload.farmId = type(uint32).max;
        payload.carry = IFarms.Carry(
            type(uint32).max, type(uint32).max, type(uint8).max, type(uint16).max, 2500
        );
    }
}
