// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {PlainToken} from "../../support/Tokens.sol";
import {FarmModel} from "./FarmModel.sol";
import {FarmWorld} from "./FarmWorld.sol";

/// @notice What receiver, funders, bridge and owner do, time, and gifts.
abstract contract FarmOwnerActions is FarmWorld {
    uint256 private constant WAIT_MAX = 12 days;
    /// @dev A stream with a low bound of its rate, and more than it can emit in its time.
    uint8 private constant BOUNDED_STREAM = 2;
    uint256 private constant BOUNDED_AMOUNT = 1e13;
    uint32 private constant BOUNDED_SECONDS = 1 days;

    /// @dev Up and down in one order, as a revision does it.
    /// @custom:property F-05, F-07, H-10
    function adjust(uint256 first, uint256 second, bool takesBack, uint32 duration)
        external
        counted
    {
        uint32[] memory ids = new uint32[](3);
        int256[] memory deltas = new int256[](3);
        (ids[0], ids[1], ids[2]) = (PLAIN, COMPOUNDING, isKnown(SUCCESSOR) ? SUCCESSOR : TERMS);
        deltas[0] = int256(bound(first, 0, 1e25));
        deltas[1] = int256(bound(second, 0, 1e22));
        deltas[2] = int256(bound(first ^ second, 0, 1e24));
        if (takesBack) deltas[first % 3] = -deltas[first % 3];
        for (uint256 i; i < 3; ++i) {
            REWARD.mint(address(this), deltas[i] > 0 ? uint256(deltas[i]) : 0);
        }
        uint256 endAt = block.timestamp + 1 + duration % 30 days;
        uint256[3] memory unstreamed;
        for (uint256 i; i < 3; ++i) {
            _remember(ids[i]);
            unstreamed[i] = FARMS.unstreamed(ids[i]);
        }
        int256[] memory applied = FARMS.adjustStreams(uint40(endAt), ids, deltas);
        for (uint256 i; i < 3; ++i) {
            _checkApplied(ids[i], deltas[i], applied[i], unstreamed[i]);
            if (applied[i] != 0) MODEL.adjust(ids[i], 0, applied[i], endAt);
        }
        _assertOthersKept(ids[2], address(0));
        _effect();
    }

    /// @custom:property E8, E9, E10
    function fundStream(uint256 farmSeed, uint8 streamSeed, uint256 amount, uint32 duration)
        external
        counted
    {
        uint32 id = _farmAt(farmSeed);
        uint8 count = streamCountOf(id);
        if (count == 1 || _isEnded(id)) return;
        uint8 stream = 1 + streamSeed % (count - 1);
        amount = bound(amount, 1e6, 1e12);
        duration = uint32(bound(duration, 1 days, 60 days));
        IFarms.Stream memory before = FARMS.streamOf(id, stream);
        (bool isFunded, bytes memory reason) = _tryFund(id, stream, amount, duration);
        if (!isFunded) {
            assertEq(bytes4(reason), IFarms.Farms_RateWouldFall.selector, "the only refusal");
            assertGt(before.endAt, block.timestamp, "with a stream that runs");
            return;
        }
        MODEL.adjust(id, stream, int256(amount), block.timestamp + duration);
        _effect();
    }

    /// @custom:property F-07
    function setMaxRate(uint256 farmSeed, uint64 maxRate) external counted {
        uint32 id = _farmAt(farmSeed);
        maxRate = uint64(bound(maxRate, 1e12, type(uint64).max));
        _remember(id);
        FARMS.setMaxRate(id, 0, maxRate);
        MODEL.countOperation(id);
        MODEL.setMaxRate(id, 0, maxRate);
        _assertOthersKept(id, address(0));
        _effect();
    }

    /// @dev Deposits stop and come back; everything else goes on in between.
    function pauseDeposits(uint256 farmSeed, bool resumes) external counted {
        uint32 id = _farmAt(farmSeed);
        if (_isEnded(id)) return;
        IFarms.FarmState state = FARMS.farmOf(id).state;
        if (resumes && state == IFarms.FarmState.DepositsPaused) {
            FARMS.setFarmState(id, IFarms.FarmState.Active);
            _effect();
        } else if (!resumes && farmSeed % 5 == 0 && state == IFarms.FarmState.Active) {
            FARMS.pauseDeposits(id);
            _effect();
        } else if (state == IFarms.FarmState.DepositsPaused) {
            FARMS.setFarmState(id, IFarms.FarmState.Active);
            _effect();
        }
    }

    /// @dev The farm with terms ends, late in a run, and its successor opens.
    /// @custom:property F-13, F-14
    function succeed(uint256 seed) external counted {
        if (isKnown(SUCCESSOR)) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IFarms.Farms_StakeTokenInUse.selector, address(SMALL), SUCCESSOR
                )
            );
            FARMS.addFarm(IFarms.NewFarm(5, address(SMALL), 64, 1, true));
            return;
        }
        if (seed % 4 == 0) _succeed();
    }

    /// @dev A stream of the farm that was succeeded pays back what nobody earned, once it is over.
    /// Now and then one that was given more than its bound lets it emit is what the farm ends with.
    /// @custom:property F-02, F-13
    function sweep(uint256 seed) external counted {
        uint8 stream = uint8(1 + seed % 3);
        if (!_isEnded(TERMS)) {
            _sweepStream(stream);
            if (seed % 8 != 0) return;
            stream = BOUNDED_STREAM;
            (bool isFunded,) = _tryFund(TERMS, stream, BOUNDED_AMOUNT, BOUNDED_SECONDS);
            if (!isFunded) return;
            MODEL.adjust(TERMS, stream, int256(BOUNDED_AMOUNT), block.timestamp + BOUNDED_SECONDS);
            _succeed();
        }
        _sweepStream(stream);
        uint256 endAt = FARMS.streamOf(TERMS, stream).endAt;
        if (endAt <= block.timestamp) return;
        _elapse(endAt - block.timestamp);
        _sweepStream(stream);
    }

    /// @custom:property B-02, F-18
    function depart(uint256 who, uint256 farmSeed, uint256 amountSeed) external counted {
        (address user, uint32 id) = (_userAt(who), _farmAt(farmSeed));
        FarmModel.UserModel memory account = MODEL.accountOf(id, user);
        if (account.principal == 0) return;
        uint96 amount = uint96(bound(amountSeed, 1, account.principal));
        if (!_isAllowedRest(id, account.principal - amount)) return;
        _remember(id);
        IFarms.Carry memory carry = FARMS.exitFor(id, user, amount);
        if (hasTerms(id)) {
            assertEq(carry.depositedAt, account.depositedAt, "tenure travels");
            if (account.lockEnd > block.timestamp && !_isEnded(id)) {
                assertEq(carry.lockEnd, account.lockEnd, "the lock travels");
                assertEq(carry.feeBps, account.feeBps, "its fee travels");
                assertEq(carry.tierBoostBps, account.tierBoostBps, "its boost travels");
            }
        } else {
            assertEq(carry.depositedAt + carry.lockEnd + carry.feeBps, 0, "nothing to carry");
        }
        MODEL.remove(id, user, amount);
        _priceByOwner(id, user);
        _assertOthersKept(id, user);
        _assertKept(id, user);
        _effect();
    }

    /// @dev An arrival from another chain, sent by its owner or by a stranger.
    /// @custom:property F-14, F-19
    function arrive(uint256 who, uint256 farmSeed, uint256 amountSeed, uint32 age, bool isOwners)
        external
        counted
    {
        (address user, uint32 id) = (_userAt(who), _farmAt(farmSeed));
        if (FARMS.farmOf(id).state != IFarms.FarmState.Active) return;
        uint96 amount = _amount(amountSeed, id);
        _mintStake(id, address(this), amount);
        IFarms.Carry memory carry;
        if (hasTerms(id)) carry = _carry(age, isOwners);
        bool hasPosition = MODEL.accountOf(id, user).principal != 0;
        _remember(id);
        if (!isOwners && hasTerms(id) && hasPosition) {
            vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_OnlyOwnerOfPosition.selector, user));
            FARMS.stakeArrival(id, user, amount, carry, false);
            return;
        }
        FARMS.stakeArrival(id, user, amount, carry, isOwners);
        _mergeLock(id, user, amount, carry);
        MODEL.deposit(id, user, amount, hasTerms(id) ? carry.depositedAt : block.timestamp);
        _priceByOwner(id, user);
        _assertOthersKept(id, user);
        _assertKept(id, user);
        _effect();
    }

    /// @custom:property F-08
    function claimToBridge(uint256 who, uint256 farmSeed, uint256 unitSeed) external counted {
        (address user, uint32 id) = (_userAt(who), _farmAt(farmSeed));
        uint256 unit = unitSeed % 2 == 0 ? 1e12 : 1;
        uint256 earned = FARMS.earned(id, user);
        uint256 paid = FARMS.claimToBridge(id, user, unit);
        assertEq(paid, earned - earned % unit, "whole units, all of them");
        // What the rest's division by the weight cuts off is dust, and may take a wei with it.
        uint256 rest = FARMS.earned(id, user);
        assertLe(rest, earned - paid, "the rest stays pending");
        assertLe(earned - paid, rest + 1, "less a wei at most");
        MODEL.pay(id, 0, user, paid);
        if (paid != 0) _effect();
    }

    /// @custom:property F-16
    function donate(uint8 which, uint96 amount) external counted {
        address[4] memory tokens =
            [address(REWARD), address(SECOND), address(STAKE), address(SMALL)];
        address token = tokens[which % 4];
        _remember(TERMS);
        _tokenAt(token).mint(address(FARMS), amount);
        donated[token] += amount;
        _assertOthersKept(TERMS, address(0));
        _effect();
    }

    /// @dev The treasury takes the fees that no staker can get, whoever has them paid: those of the
    /// last who left, and those the bridge took where nobody may have them.
    /// @custom:property F-03, F-14
    function payTreasury(uint256 farmSeed, uint256 feeSeed) external counted {
        uint32 id = _farmAt(farmSeed);
        PlainToken token = _tokenOf(id);
        _remember(id);
        bool isForStakers = hasTerms(id) && !_isEnded(id) && MODEL.totalWeight(id) != 0;
        uint256 due = FARMS.treasuryDue(address(token));
        if (!isForStakers && feeSeed % 2 == 0) {
            uint96 fee = uint96(bound(feeSeed, 1, 1e9));
            token.mint(address(this), fee);
            FARMS.takeFee(id, _userAt(feeSeed), fee);
            due += fee;
        }
        assertEq(FARMS.treasuryDue(address(token)), due, "the fee is the treasury's");
        if (due != 0) {
            uint256 held = token.balanceOf(TREASURY);
            vm.prank(ATTACKER);
            FARMS.payTreasury(address(token));
            assertEq(token.balanceOf(TREASURY) - held, due, "paid what it is owed");
            _effect();
        }
        vm.expectRevert(IFarms.Farms_ZeroAmount.selector);
        FARMS.payTreasury(address(token));
        _assertOthersKept(id, address(0));
    }

    /// @dev Only what is beyond everything owed leaves.
    /// @custom:property E24
    function recover(uint8 which) external counted {
        address token = which % 2 == 0 ? address(REWARD) : address(SMALL);
        uint256 surplus = FARMS.surplusOf(token);
        vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NoSurplus.selector, token, surplus));
        FARMS.recover(token, address(this), surplus + 1);
        if (surplus == 0) return;
        FARMS.recover(token, TREASURY, surplus);
        recovered[token] += surplus;
        _effect();
    }

    /// @dev The usual way time moves; weights and streams stand still meanwhile.
    function wait(uint256 elapsed) external counted {
        elapsed = elapsed % 5 == 0 ? 1 + elapsed % 3 : bound(elapsed, 0, WAIT_MAX);
        _elapse(elapsed);
        if (elapsed != 0) _effect();
    }

    function _elapse(uint256 elapsed) private {
        for (uint32 id = 1; id <= FARM_COUNT; ++id) {
            MODEL.elapse(id, elapsed);
        }
        skip(elapsed);
    }

    function _succeed() private {
        FARMS.setFarmState(TERMS, IFarms.FarmState.Ended);
        _addTermsFarm(SUCCESSOR);
        _effect();
    }

    /// @dev Some arrivals bring a lock, and only such that their owner sent himself.
    function _carry(uint32 age, bool isOwners) private view returns (IFarms.Carry memory carry) {
        carry.depositedAt = uint32(block.timestamp - age % 20 days);
        if (!isOwners || age % 3 != 0) return carry;
        carry.lockEnd = uint32(block.timestamp + age % 9 days + 1);
        (carry.tier, carry.tierBoostBps, carry.feeBps) = (2, 17_500, 1_000);
    }

    /// @dev Two locks become one: the later end, the higher fee, and the boost by principal.
    /// @custom:property F-19
    function _mergeLock(uint32 id, address user, uint256 amount, IFarms.Carry memory carry)
        private
    {
        FarmModel.UserModel memory account = MODEL.accountOf(id, user);
        bool isRunning = account.lockEnd > block.timestamp;
        bool isIncoming = carry.lockEnd > block.timestamp;
        if (!isRunning && !isIncoming) return;
        uint256 mine = isRunning ? account.tierBoostBps : 10_000;
        uint256 theirs = isIncoming ? carry.tierBoostBps : 10_000;
        uint256 lockEnd = isRunning ? account.lockEnd : 0;
        uint256 fee = isRunning ? account.feeBps : 0;
        MODEL.lock(
            id,
            user,
            lockEnd > carry.lockEnd ? lockEnd : carry.lockEnd,
            (account.principal * mine + amount * theirs) / (account.principal + amount),
            fee > carry.feeBps ? fee : carry.feeBps
        );
    }

    function _checkApplied(uint32 id, int256 delta, int256 applied, uint256 unstreamed)
        private
        view
    {
        if (delta >= 0) {
            assertEq(applied, _isEnded(id) ? int256(0) : delta, "all of it streams");
            return;
        }
        uint256 taken = uint256(-applied);
        uint256 asked = uint256(-delta);
        assertEq(taken, asked < unstreamed ? asked : unstreamed, "no more than was not streamed");
    }

    function _tryFund(uint32 id, uint8 stream, uint256 amount, uint32 duration)
        private
        returns (bool isFunded, bytes memory reason)
    {
        _tokenAt(FARMS.streamOf(id, stream).token).mint(address(this), amount);
        try FARMS.fundStream(id, stream, uint96(amount), duration) {
            return (true, "");
        } catch (bytes memory data) {
            return (false, data);
        }
    }

    /// @dev Of the farm that was succeeded only what nobody earned leaves, and only once.
    function _sweepStream(uint8 stream) private {
        IFarms.Stream memory before = FARMS.streamOf(TERMS, stream);
        if (!_isEnded(TERMS) || block.timestamp < before.endAt) {
            vm.expectRevert(
                abi.encodeWithSelector(IFarms.Farms_StreamNotOver.selector, TERMS, stream)
            );
            FARMS.sweepStream(TERMS, stream);
            return;
        }
        PlainToken token = PlainToken(before.token);
        uint256 held = token.balanceOf(address(this));
        _remember(TERMS);
        uint256 unowed = MODEL.unowedOf(TERMS, stream);
        try FARMS.sweepStream(TERMS, stream) {
            uint256 swept = token.balanceOf(address(this)) - held;
            assertApproxEqAbs(swept, unowed, MODEL.operations(TERMS), "what nobody earned");
            MODEL.sweep(TERMS, stream);
            _assertOthersKept(TERMS, address(0));
            _effect();
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IFarms.Farms_ZeroAmount.selector, "the only refusal");
            assertLe(unowed, MODEL.operations(TERMS), "with nothing to pay back");
        }
    }
}
