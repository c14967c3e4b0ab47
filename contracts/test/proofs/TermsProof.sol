// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TermsMath} from "../../src/libraries/TermsMath.sol";

/// @notice What a position weighs and what leaving costs.
/// @custom:engine bmc, because principal is multiplied by shares.
contract TermsProof {
    /// @custom:property F-19
    function weight(uint96 principal, uint256 boost) external pure {
        require(boost >= TermsMath.BPS && boost <= TermsMath.BOOST_MAX);
        uint256 weighed = TermsMath.weightOf(principal, boost);
        assert(weighed >= principal);
        assert(2 * weighed <= 5 * uint256(principal));
    }

    /// @dev At most the amount, and the exact fee rounded up to the next unit.
    function fee(uint96 amount, uint256 feeBps) external pure {
        require(feeBps <= TermsMath.FEE_MAX);
        uint256 due = TermsMath.feeOf(amount, feeBps);
        assert(due <= amount);
        assert(due * TermsMath.BPS >= uint256(amount) * feeBps);
        assert(due * TermsMath.BPS < uint256(amount) * feeBps + TermsMath.BPS);
    }
}
