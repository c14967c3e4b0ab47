// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {Farms} from "../../../src/spoke/Farms.sol";
import {EffectsCheck} from "../../support/Effects.sol";
import {FarmHandler} from "./FarmHandler.sol";
import {FarmModel} from "./FarmModel.sol";

contract FarmInvariantTest is EffectsCheck {
    uint256 private constant CALLS_BETWEEN_CHECKS = 16;

    FarmHandler private _handler;
    Farms private _farms;
    FarmModel private _model;

    function setUp() external {
        _handler = new FarmHandler();
        _farms = _handler.FARMS();
        _model = _handler.MODEL();
        targetContract(address(_handler));
        targetSelector(FuzzSelector(address(_handler), _handler.actions()));
    }

    /// @dev One function calls every check, so that the fuzzer plays each history once. What it
    /// finds does not heal, so it need not look after every call; the handler checks each action.
    function invariant_TheFarmsEqualTheirModelAndTheirBooks() external view {
        if (_handler.callCount() % CALLS_BETWEEN_CHECKS == 0) _assertAll();
    }

    function afterInvariant() external {
        _assertAll();
        _assertEffects("FarmHandler", _handler);
    }

    function _assertAll() private view {
        _assertEveryUserEqualsTheNaiveModel();
        _assertPositionsEqualTheModel();
        _assertConservationIsExact();
        _assertTokensHeldEqualWhatIsOwed();
        _assertStreamsEndWhenOrdered();
    }

    /// @dev Nobody gets more or less than the naive model says, within a wei an operation:
    /// solvency alone would let a farm pass that confiscates.
    /// @custom:property F-04, F-05, I3
    function _assertEveryUserEqualsTheNaiveModel() private view {
        for (uint32 id = 1; id <= _handler.FARM_COUNT(); ++id) {
            if (!_handler.isKnown(id)) continue;
            uint256 tolerance = _model.operations(id) + 1;
            for (uint8 stream; stream < _handler.streamCountOf(id); ++stream) {
                for (uint256 i; i < _model.userCount(); ++i) {
                    address user = _model.users(i);
                    assertApproxEqAbs(
                        _farms.earnedOf(id, stream, user) + _model.paid(id, stream, user),
                        _model.owed(id, stream, user),
                        tolerance,
                        "model"
                    );
                }
            }
        }
    }

    /// @custom:property F-01, F-19, I5
    function _assertPositionsEqualTheModel() private view {
        for (uint32 id = 1; id <= _handler.FARM_COUNT(); ++id) {
            if (!_handler.isKnown(id)) continue;
            for (uint256 i; i < _model.userCount(); ++i) {
                address user = _model.users(i);
                IFarms.Position memory position = _farms.positionOf(id, user);
                FarmModel.UserModel memory account = _model.accountOf(id, user);
                assertEq(position.principal, account.principal, "principal");
                assertEq(position.weight, account.weight, "weight");
                assertGe(position.weight, position.principal, "at least once");
                assertLe(position.weight, uint256(position.principal) * 5 / 2, "at most 2.5 times");
            }
            assertEq(_farms.farmOf(id).totalWeight, _model.totalWeight(id), "total weight");
            assertEq(_farms.farmOf(id).principal, _model.totalPrincipal(id), "total principal");
        }
    }

    /// @dev funded = settled + dust + pending + residue + idle + remaining of every stream, to the
    /// last unit of 2^-95 wei, token by token.
    /// @custom:property F-02, I1, I2
    function _assertConservationIsExact() private view {
        _assertConserved(address(_handler.REWARD()));
        _assertConserved(address(_handler.SECOND()));
        _assertConserved(address(_handler.THIRD()));
        _assertConserved(address(_handler.SMALL()));
    }

    /// @custom:property F-03, F-16, I1
    function _assertTokensHeldEqualWhatIsOwed() private view {
        address[5] memory tokens = [
            address(_handler.REWARD()),
            address(_handler.SECOND()),
            address(_handler.THIRD()),
            address(_handler.STAKE()),
            address(_handler.SMALL())
        ];
        for (uint256 i; i < tokens.length; ++i) {
            (uint256 funded, uint256 settled,) = _farms.booksOf(tokens[i]);
            uint256 owed = funded - settled + _principalIn(tokens[i])
                + _farms.treasuryDue(tokens[i]) + _farms.surplusOf(tokens[i]);
            assertEq(_balance(tokens[i]), owed, "held");
            // Whole wei of dust become surplus, so there can be more of it than was donated.
            assertGe(
                _farms.surplusOf(tokens[i]) + _handler.recovered(tokens[i]),
                _handler.donated(tokens[i]),
                "donations are surplus"
            );
        }
    }

    /// @custom:property F-05
    function _assertStreamsEndWhenOrdered() private view {
        for (uint32 id = 1; id <= _handler.FARM_COUNT(); ++id) {
            if (!_handler.isKnown(id)) continue;
            for (uint8 stream; stream < _handler.streamCountOf(id); ++stream) {
                FarmModel.StreamModel memory ideal = _model.streamOf(id, stream);
                IFarms.Stream memory stored = _farms.streamOf(id, stream);
                assertEq(
                    stored.endAt, ideal.endAt, "a stream ends when the latest of its orders says"
                );
            }
        }
    }

    function _assertConserved(address token) private view {
        (uint256 funded, uint256 settled, uint256 dustX) = _farms.booksOf(token);
        uint256 sumX = (settled << 95) + dustX;
        for (uint32 id = 1; id <= _handler.FARM_COUNT(); ++id) {
            if (!_handler.isKnown(id)) continue;
            uint256 shift = 95 - _farms.farmOf(id).scaleBits;
            for (uint8 stream; stream < _handler.streamCountOf(id); ++stream) {
                if (_farms.streamOf(id, stream).token != token) continue;
                sumX += _streamX(id, stream) << shift;
            }
        }
        assertEq(sumX, funded << 95, "conservation");
    }

    /// @dev What a stream owes and has not emitted, in its own scaled units, as stored.
    function _streamX(uint32 id, uint8 index) private view returns (uint256 sumX) {
        IFarms.Stream memory stream = _farms.streamOf(id, index);
        IFarms.Farm memory farm = _farms.farmOf(id);
        sumX = stream.residueX + ((uint256(stream.remaining) + stream.idle) << farm.scaleBits);
        uint256 sinceX = _scaledSince(stream, farm);
        uint256 pendingX;
        for (uint256 i; i < _model.userCount(); ++i) {
            pendingX += _farms.pendingXOf(id, index, _model.users(i));
        }
        pendingX += _farms.pendingXOf(id, index, makeAddrView("attacker"));
        // Pending is of this second and the rest of the last checkpoint: what accrued in between
        // is in both, and was `sinceX` less the new residue.
        return sumX + pendingX - sinceX;
    }

    /// @dev Scaled reward the accumulator handed out since the checkpoint.
    function _scaledSince(IFarms.Stream memory stream, IFarms.Farm memory farm)
        private
        view
        returns (uint256)
    {
        if (farm.totalWeight == 0 || stream.endAt <= stream.lastAt) return 0;
        uint256 until = block.timestamp < stream.endAt ? block.timestamp : stream.endAt;
        uint256 seconds_ = until - stream.lastAt;
        uint256 emitted = uint256(stream.remaining) * seconds_ / (stream.endAt - stream.lastAt);
        if (emitted > uint256(stream.maxRate) * seconds_) {
            emitted = uint256(stream.maxRate) * seconds_;
        }
        uint256 x = (emitted << farm.scaleBits) + stream.residueX;
        return x / farm.totalWeight * farm.totalWeight;
    }

    function makeAddrView(string memory name) private pure returns (address) {
        return vm.addr(uint256(keccak256(abi.encodePacked(name))));
    }

    function _principalIn(address token) private view returns (uint256 sum) {
        for (uint32 id = 1; id <= _handler.FARM_COUNT(); ++id) {
            if (_farms.stakeTokenOf(id) == token) sum += _farms.farmOf(id).principal;
        }
    }

    function _balance(address token) private view returns (uint256) {
        return _handler.balanceOfFarms(token);
    }
}
