// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {EmissionOrder} from "../../src/libraries/EmissionOrder.sol";
import {ShareTable} from "../../src/libraries/ShareTable.sol";

/// @notice The shares of an epoch, kept as code.
contract EmissionSharesTest is Test {
    function testFuzz_ATableReadsBackWhatWasWritten(
        uint64[32] memory targetsSD,
        uint96[8] memory given,
        uint8 step,
        uint8 count
    ) external {
        ShareTable.Share[] memory shares = new ShareTable.Share[](count % 33);
        for (uint32 i; i < shares.length; ++i) {
            shares[i] = ShareTable.Share(i * (uint32(step) + 1), targetsSD[i], given[i % 8]);
        }
        address table = ShareTable.store(shares);
        assertEq(abi.encode(ShareTable.load(table)), abi.encode(shares));
        for (uint256 i; i < shares.length; ++i) {
            ShareTable.Share memory found = ShareTable.find(table, shares[i].farmId);
            assertEq(abi.encode(found), abi.encode(shares[i]));
        }
        ShareTable.Share memory none = ShareTable.find(table, type(uint32).max);
        assertEq(uint256(none.farmId) + none.targetSD + none.given, 0);
    }

    /// @dev A new revision replaces every target and forgets only farms with nothing to give back.
    /// @custom:property H-03
    function testFuzz_MergingEqualsAModelByFarm(uint256 seed) external pure {
        (ShareTable.Share[] memory known, EmissionOrder.Order memory order) = _pair(seed);
        ShareTable.Share[] memory merged = ShareTable.merge(known, order);
        uint256 next;
        for (uint32 farmId; farmId < 16; ++farmId) {
            uint256 given;
            bool isNamed;
            uint256 targetSD;
            for (uint256 i; i < known.length; ++i) {
                if (known[i].farmId == farmId) given = known[i].given;
            }
            for (uint256 i; i < order.farmIds.length; ++i) {
                if (order.farmIds[i] != farmId) continue;
                (isNamed, targetSD) = (true, order.amountsSD[i]);
            }
            if (!isNamed && given == 0) continue;
            assertEq(merged[next].farmId, farmId, "id");
            assertEq(merged[next].targetSD, targetSD, "target");
            assertEq(merged[next].given, given, "given");
            ++next;
        }
        assertEq(merged.length, next, "nothing else");
    }

    function test_NoRowsNeedNoTable() external {
        assertEq(ShareTable.store(new ShareTable.Share[](0)), address(0));
        assertEq(ShareTable.load(address(0)).length, 0);
        assertEq(ShareTable.find(address(0), 1).given, 0);
    }

    /// @dev Whatever rows say, calling the code they are kept in stops at once.
    function test_ATableDoesNothingWhenItIsCalled() external {
        ShareTable.Share[] memory shares = new ShareTable.Share[](1);
        // As code the row would be SELFDESTRUCT of whoever called.
        shares[0] = ShareTable.Share(0x33ff33ff, type(uint64).max, type(uint96).max);
        address table = ShareTable.store(shares);
        assertEq(table.code, bytes.concat(hex"0033ff33ff", _ones(20)));
        (bool ok, bytes memory result) = table.call{value: 0}(hex"12345678");
        assertTrue(ok);
        assertEq(result.length, 0);
        (ok, result) = table.delegatecall("");
        assertTrue(ok);
        assertGt(table.code.length, 0);
    }

    function test_RevertIf_ATableWouldNotFitIntoOneContract() external {
        ShareTable.Share[] memory shares = new ShareTable.Share[](1_023);
        assertEq(ShareTable.load(ShareTable.store(shares)).length, 1_023);
        vm.expectRevert(abi.encodeWithSelector(ShareTable.ShareTable_TooManyRows.selector, 1_024));
        this.storeRows(1_024);
    }

    /// @dev A table that is not there would read as nothing given.
    function test_RevertIf_ATableIsNotStored() external {
        vm.setNonce(address(this), type(uint64).max);
        vm.expectRevert(ShareTable.ShareTable_NotStored.selector);
        this.storeRows(1);
    }

    function storeRows(uint256 count) external returns (address) {
        return ShareTable.store(new ShareTable.Share[](count));
    }

    function _ones(uint256 count) private pure returns (bytes memory ones) {
        ones = new bytes(count);
        for (uint256 i; i < count; ++i) {
            ones[i] = 0xff;
        }
    }

    /// @dev A table and an order over the same sixteen farms, each naming some of them.
    function _pair(uint256 seed)
        private
        pure
        returns (ShareTable.Share[] memory known, EmissionOrder.Order memory order)
    {
        known = new ShareTable.Share[](16);
        order.farmIds = new uint32[](16);
        order.amountsSD = new uint64[](16);
        uint256 knownCount;
        uint256 namedCount;
        for (uint32 farmId; farmId < 16; ++farmId) {
            uint256 bits = seed >> (8 * farmId);
            if (bits & 1 == 1) {
                uint96 given = bits & 2 == 2 ? uint96(bits | 1) : 0;
                known[knownCount++] = ShareTable.Share(farmId, uint64(bits >> 3), given);
            }
            if (bits & 4 == 4) {
                order.farmIds[namedCount] = farmId;
                order.amountsSD[namedCount++] = uint64(bits >> 5);
            }
        }
        uint32[] memory ids = order.farmIds;
        uint64[] memory amounts = order.amountsSD;
        assembly ("memory-safe") {
            mstore(known, knownCount)
            mstore(ids, namedCount)
            mstore(amounts, namedCount)
        }
    }
}
