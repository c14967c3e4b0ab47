// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFarms} from "../interfaces/IFarms.sol";

/// @title MovePayload
/// @notice What a position bridge tells the bridge of the other chain beside the principal.
/// @dev Nine words: version, sender, recipient, farmId, depositedAt, lockEnd, tier, tierBoostBps,
/// feeBps.
library MovePayload {
    /// @param sender Whose position it was on the source chain.
    struct Payload {
        address sender;
        address recipient;
        uint32 farmId;
        IFarms.Carry carry;
    }

    uint256 internal constant VERSION = 2;
    uint256 private constant SIZE = 288;
    /// @dev No farm ever agreed to more; more than the whole could not be paid.
    uint256 private constant FEE_BPS_MAX = 2500;

    function encode(Payload memory payload) internal pure returns (bytes memory) {
        return abi.encode(VERSION, payload);
    }

    /// @notice Reads a payload without ever reverting: who is refused could not try again.
    /// @return isValid False for anything `encode` could not have written for a recipient; the
    /// payload is empty then.
    function decode(bytes memory data)
        internal
        pure
        returns (bool isValid, Payload memory payload)
    {
        if (data.length != SIZE) {
            return (false, payload);
        }
        uint256[9] memory words = _wordsOf(data);
        // Whatever lies beyond a field's type is left over here.
        uint256 excess = (words[1] >> 160) | (words[2] >> 160) | (words[3] >> 32) | (words[4] >> 32)
            | (words[5] >> 32) | (words[6] >> 8) | (words[7] >> 16);
        if (words[0] != VERSION || excess != 0) return (false, payload);
        if (words[2] == 0 || words[8] > FEE_BPS_MAX) return (false, payload);

        payload.sender = address(uint160(words[1]));
        payload.recipient = address(uint160(words[2]));
        payload.farmId = uint32(words[3]);
        payload.carry = IFarms.Carry({
            depositedAt: uint32(words[4]),
            lockEnd: uint32(words[5]),
            tier: uint8(words[6]),
            tierBoostBps: uint16(words[7]),
            feeBps: uint16(words[8])
        });
        return (true, payload);
    }

    /// @dev A size of nine words was checked; nine words of any value decode.
    function _wordsOf(bytes memory data) private pure returns (uint256[9] memory) {
        return abi.decode(data, (uint256[9]));
    }
}
