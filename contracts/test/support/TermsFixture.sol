// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../src/interfaces/IFarms.sol";
import {FarmsFixture} from "./FarmsFixture.sol";
import {PlainToken} from "./Tokens.sol";

/// @notice Farm 5 with three tiers and two steps of tenure.
abstract contract TermsFixture is FarmsFixture {
    PlainToken internal _stake5;

    function _startTerms() internal {
        _startFarms();
        _stake5 = new PlainToken(18);
        _addFarm(5, address(_stake5), true);
        (IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps) = _terms();
        _farms.setTerms(5, tiers, steps);
    }

    function _terms()
        internal
        pure
        returns (IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps)
    {
        tiers = new IFarms.Tier[](3);
        tiers[0] = IFarms.Tier(30 days, 11_000, 0);
        tiers[1] = IFarms.Tier(90 days, 15_000, 1000);
        tiers[2] = IFarms.Tier(365 days, 25_000, 2500);
        steps = new IFarms.TenureStep[](2);
        steps[0] = IFarms.TenureStep(10 days, 500);
        steps[1] = IFarms.TenureStep(100 days, 2000);
    }

    function _lockAs(address user, uint96 amount, uint8 tier) internal {
        _fund(_stake5, user, amount);
        vm.prank(user);
        _farms.stakeLocked(5, amount, tier);
    }

    /// @dev Farm 6 stakes the reward token under the same terms; ALICE holds a lock of tier 2
    /// there.
    function _stackRewardFarm() internal {
        _addFarm(6, address(_reward), true);
        (IFarms.Tier[] memory tiers, IFarms.TenureStep[] memory steps) = _terms();
        _farms.setTerms(6, tiers, steps);
        _adjust(6, 1e18, block.timestamp + 40 days);
        _fund(_reward, ALICE, 1e18);
        vm.prank(ALICE);
        _farms.stakeLocked(6, 1e18, 2);
    }
}
