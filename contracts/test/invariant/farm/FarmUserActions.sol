// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {FarmModel} from "./FarmModel.sol";
import {FarmWorld} from "./FarmWorld.sol";

/// @notice What stakers do, and what they are refused.
abstract contract FarmUserActions is FarmWorld {
    /// @custom:property F-07, F-08, F-12, F-14
    function stake(uint256 who, uint256 farmSeed, uint256 amountSeed) external counted {
        (address user, uint32 id) = (_userAt(who), _farmAt(farmSeed));
        uint96 amount = _amount(amountSeed, id);
        _mintStake(id, user, amount);
        IFarms.FarmState state = FARMS.farmOf(id).state;
        uint256 lockEnd = MODEL.accountOf(id, user).lockEnd;
        if (state != IFarms.FarmState.Active) {
            vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_NotActive.selector, id, state));
        } else if (lockEnd > block.timestamp) {
            vm.expectRevert(
                abi.encodeWithSelector(IFarms.Farms_PositionLocked.selector, id, uint32(lockEnd))
            );
        } else {
            _remember(id);
            vm.prank(user);
            FARMS.stake(id, amount);
            _booked(id, user, amount);
            return;
        }
        vm.prank(user);
        FARMS.stake(id, amount);
    }

    /// @dev Somebody pays for another: welcome in a plain farm, and only for a newcomer in a farm
    /// with terms, because it would dilute his tenure.
    /// @custom:property F-14
    function stakeFor(uint256 who, uint256 farmSeed, uint256 amountSeed) external counted {
        (address user, uint32 id) = (_userAt(who), _farmAt(farmSeed));
        uint96 amount = _amount(amountSeed, id);
        _mintStake(id, ATTACKER, amount);
        bool isNewcomer = MODEL.accountOf(id, user).principal == 0;
        if (FARMS.farmOf(id).state != IFarms.FarmState.Active) return;
        if (hasTerms(id) && !isNewcomer) {
            vm.expectRevert(abi.encodeWithSelector(IFarms.Farms_OnlyOwnerOfPosition.selector, user));
            vm.prank(ATTACKER);
            FARMS.stakeFor(id, user, amount);
            return;
        }
        _remember(id);
        vm.prank(ATTACKER);
        FARMS.stakeFor(id, user, amount);
        _booked(id, user, amount);
    }

    /// @custom:property F-19
    function stakeLocked(uint256 who, uint256 amountSeed, uint8 tierSeed) external counted {
        (address user, uint32 id) = (_userAt(who), isKnown(SUCCESSOR) ? SUCCESSOR : TERMS);
        if (FARMS.farmOf(id).state != IFarms.FarmState.Active) return;
        FarmModel.UserModel memory account = MODEL.accountOf(id, user);
        uint96 amount = amountSeed % 3 == 0 && account.principal != 0 ? 0 : _amount(amountSeed, id);
        (IFarms.Tier[] memory tiers,) = FARMS.termsOf(id);
        uint8 tier = tierSeed % 2 == 0 ? 1 + tierSeed % 3 : _cheapest(tiers, account.lockEnd);
        IFarms.Tier memory terms = tiers[tier - 1];
        uint256 lockEnd = block.timestamp + terms.term;
        _mintStake(id, user, amount);
        if (lockEnd < account.lockEnd) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IFarms.Farms_LockShortened.selector, uint32(account.lockEnd), uint32(lockEnd)
                )
            );
            vm.prank(user);
            FARMS.stakeLocked(id, amount, tier);
            return;
        }
        _remember(id);
        vm.prank(user);
        FARMS.stakeLocked(id, amount, tier);
        if (amount != 0) MODEL.deposit(id, user, amount, block.timestamp);
        else MODEL.countOperation(id);
        // A fee agreed to before cannot be shed by locking again.
        bool isLocked = account.lockEnd > block.timestamp;
        uint256 feeBps = isLocked && account.feeBps > terms.feeBps ? account.feeBps : terms.feeBps;
        MODEL.lock(id, user, lockEnd, terms.boostBps, feeBps);
        assertEq(FARMS.positionOf(id, user).feeBps, feeBps, "the fee agreed to");
        _priceByOwner(id, user);
        _assertOthersKept(id, user);
        _assertKept(id, user);
        _effect();
    }

    /// @custom:property F-07, F-11, F-14
    function withdraw(uint256 who, uint256 farmSeed, uint256 amountSeed) external counted {
        (address user, uint32 id) = (_userAt(who), _farmAt(farmSeed));
        uint256 principal = MODEL.accountOf(id, user).principal;
        if (principal == 0) return;
        uint96 amount = uint96(bound(amountSeed, 1, principal));
        if (amountSeed % 4 == 0) amount = uint96(principal);
        _remember(id);
        if (!_isAllowedRest(id, principal - amount)) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IFarms.Farms_BelowMinimum.selector, principal - amount, _minimumOf(id)
                )
            );
            vm.prank(user);
            FARMS.withdraw(id, amount);
            return;
        }
        uint256 fee = MODEL.feeOf(id, user, amount, _isEnded(id));
        uint256 held = _stakeHeld(id, user);
        vm.prank(user);
        FARMS.withdraw(id, amount);
        _left(id, user, amount, fee);
        assertEq(_stakeHeld(id, user) - held, amount - fee, "principal paid");
        _assertKept(id, user);
    }

    /// @custom:property F-11
    function emergencyWithdraw(uint256 who, uint256 farmSeed) external counted {
        (address user, uint32 id) = (_userAt(who), _farmAt(farmSeed));
        uint256 principal = MODEL.accountOf(id, user).principal;
        if (principal == 0) return;
        _remember(id);
        uint256 fee = MODEL.feeOf(id, user, principal, _isEnded(id));
        address to = address(uint160(user) + 0x10000);
        uint256 held = _stakeHeld(id, to);
        vm.prank(user);
        FARMS.emergencyWithdraw(id, to);
        _left(id, user, principal, fee);
        assertEq(_stakeHeld(id, to) - held, principal - fee, "principal paid");
        _assertKept(id, user);
    }

    /// @custom:property F-08
    function exit(uint256 who, uint256 farmSeed, uint256 amountSeed) external counted {
        (address user, uint32 id) = (_userAt(who), _farmAt(farmSeed));
        uint256 principal = MODEL.accountOf(id, user).principal;
        if (principal == 0) return;
        uint96 amount =
            amountSeed % 2 == 0 ? uint96(principal) : uint96(bound(amountSeed, 1, principal));
        if (!_isAllowedRest(id, principal - amount)) return;
        _remember(id);
        uint256 earned = FARMS.earned(id, user);
        uint256 fee = MODEL.feeOf(id, user, amount, _isEnded(id));
        vm.prank(user);
        assertEq(FARMS.exit(id, amount), earned, "exit pays what was earned");
        MODEL.pay(id, 0, user, earned);
        _left(id, user, amount, fee);
        // The rest of the position shares in remainders that the change handed on.
        assertLe(FARMS.earned(id, user), 1, "nothing is left to claim");
    }

    /// @custom:property F-08
    function claim(uint256 who, uint256 farmSeed) external counted {
        (address user, uint32 id) = (_userAt(who), _farmAt(farmSeed));
        _remember(id);
        uint8 count = streamCountOf(id);
        uint256[] memory earned = new uint256[](count);
        uint256 sum;
        for (uint8 i; i < count; ++i) {
            earned[i] = FARMS.earnedOf(id, i, user);
            sum += earned[i];
        }
        vm.prank(user);
        assertEq(FARMS.claim(id), earned[0], "claim pays what was earned");
        for (uint8 i; i < count; ++i) {
            MODEL.pay(id, i, user, earned[i]);
            // Where a claim changes the weight or carries its remainder, he shares in that, too.
            uint256 most = hasTerms(id) || i != 0 ? 1 : 0;
            assertLe(FARMS.earnedOf(id, i, user), most, "a second claim pays nothing");
        }
        _priceByOwner(id, user);
        _assertOthersKept(id, user);
        if (sum != 0) _effect();
    }

    /// @dev Lists one farm twice, as a thief would.
    /// @custom:property F-08, E7
    function claimMany(uint256 who) external counted {
        address user = _userAt(who);
        uint32[] memory ids = new uint32[](4);
        (ids[0], ids[1], ids[2], ids[3]) = (PLAIN, COMPOUNDING, TERMS, PLAIN);
        uint256 expected;
        for (uint256 i; i < 3; ++i) {
            uint256 earned = FARMS.earned(ids[i], user);
            MODEL.pay(ids[i], 0, user, earned);
            expected += earned;
        }
        vm.prank(user);
        assertEq(FARMS.claimMany(ids), expected, "a duplicate pays once");
        _priceByOwner(TERMS, user);
        if (expected != 0) _effect();
    }

    /// @custom:property F-08
    function claimStream(uint256 who, uint256 farmSeed, uint8 streamSeed) external counted {
        (address user, uint32 id) = (_userAt(who), _farmAt(farmSeed));
        uint8 stream = streamSeed % streamCountOf(id);
        _remember(id);
        uint256 earned = FARMS.earnedOf(id, stream, user);
        vm.prank(user);
        assertEq(FARMS.claimStream(id, stream), earned, "stream pays what was earned");
        MODEL.pay(id, stream, user, earned);
        _assertOthersKept(id, user);
        if (earned != 0) _effect();
    }

    /// @dev A stranger claims for a user: only he, or whom he named, is paid.
    /// @custom:property E6, F-14
    function claimFor(uint256 who, uint256 farmSeed, bool names) external counted {
        (address user, uint32 id) = (_userAt(who), _farmAt(farmSeed));
        address recipient = names ? address(uint160(user) + 0x20000) : address(0);
        vm.prank(user);
        FARMS.setRecipient(recipient);
        address payee = names ? recipient : user;
        _remember(id);
        uint256 earned = FARMS.earned(id, user);
        uint256 held = REWARD.balanceOf(payee);
        uint256 heldByStranger = REWARD.balanceOf(ATTACKER);
        vm.prank(ATTACKER);
        FARMS.claimFor(id, user);
        assertEq(REWARD.balanceOf(payee) - held, earned, "the owner's choice is paid");
        assertEq(REWARD.balanceOf(ATTACKER), heldByStranger, "the stranger is not");
        MODEL.pay(id, 0, user, earned);
        _assertOthersKept(id, user);
        if (earned != 0) _effect();
    }

    function compound(uint256 who) external counted {
        address user = _userAt(who);
        uint256 earned = FARMS.earned(COMPOUNDING, user);
        bool isActive = FARMS.farmOf(COMPOUNDING).state == IFarms.FarmState.Active;
        uint256 principal = MODEL.accountOf(COMPOUNDING, user).principal;
        if (!isActive || earned == 0 || principal + earned < _minimumOf(COMPOUNDING)) return;
        _remember(COMPOUNDING);
        vm.prank(user);
        assertEq(FARMS.compound(COMPOUNDING), earned, "compound stakes what was earned");
        MODEL.pay(COMPOUNDING, 0, user, earned);
        MODEL.deposit(COMPOUNDING, user, earned, block.timestamp);
        _priceByOwner(COMPOUNDING, user);
        _assertOthersKept(COMPOUNDING, user);
        _effect();
    }

    /// @custom:property F-19
    function poke(uint256 who, bool isOwner) external counted {
        uint32 id = isKnown(SUCCESSOR) ? SUCCESSOR : TERMS;
        address user = _mispriced(id, who);
        FarmModel.UserModel memory account = MODEL.accountOf(id, user);
        if (account.principal == 0) return;
        uint256 weight = account.principal * MODEL.boostOf(id, user) / 10_000;
        _remember(id);
        if (isOwner) {
            if (weight == account.weight) return;
            vm.prank(user);
            FARMS.poke(id, user);
            _priceByOwner(id, user);
        } else {
            bool isExpired = account.lockEnd != 0 && block.timestamp >= account.lockEnd;
            if (!isExpired || weight >= account.weight) {
                vm.expectRevert(
                    abi.encodeWithSelector(IFarms.Farms_NothingToPoke.selector, id, user)
                );
                vm.prank(ATTACKER);
                FARMS.poke(id, user);
                return;
            }
            vm.prank(ATTACKER);
            FARMS.poke(id, user);
            MODEL.priceDown(id, user);
        }
        MODEL.countOperation(id);
        _assertOthersKept(id, user);
        _assertKept(id, user);
        _effect();
    }

    /// @dev Stakes and leaves again within the second: earns nothing and pays nothing.
    /// @custom:property F-09, E5
    function roundTrip(uint256 farmSeed, uint256 amountSeed) external counted {
        uint32 id = _farmAt(farmSeed);
        if (FARMS.farmOf(id).state != IFarms.FarmState.Active) return;
        uint96 amount = _amount(amountSeed, id);
        _mintStake(id, ATTACKER, amount);
        _remember(id);
        // Who enters an empty farm finds the fractions that those who left gave up.
        uint256 found = MODEL.totalWeight(id) == 0 ? 1 : 0;
        vm.startPrank(ATTACKER);
        FARMS.stake(id, amount);
        uint256 paid = FARMS.exit(id, amount);
        vm.stopPrank();
        assertLe(paid, found, "a round trip earns nothing");
        MODEL.countOperation(id);
        _assertOthersKept(id, ATTACKER);
        _effect();
    }

    function migrate(uint256 who, uint256 amountSeed) external counted {
        address user = _userAt(who);
        uint256 principal = MODEL.accountOf(TERMS, user).principal;
        if (!isKnown(SUCCESSOR) || principal == 0) return;
        if (FARMS.farmOf(SUCCESSOR).state != IFarms.FarmState.Active) return;
        FarmModel.UserModel memory target = MODEL.accountOf(SUCCESSOR, user);
        if (target.lockEnd > block.timestamp) return;
        uint96 amount = uint96(bound(amountSeed, 1, principal));
        if (!_fits(SUCCESSOR, amount)) return;
        uint256 depositedAt = MODEL.accountOf(TERMS, user).depositedAt;
        _remember(TERMS);
        vm.prank(user);
        FARMS.migrate(TERMS, SUCCESSOR, amount);
        MODEL.remove(TERMS, user, amount);
        _priceByOwner(TERMS, user);
        MODEL.deposit(SUCCESSOR, user, amount, depositedAt);
        _priceByOwner(SUCCESSOR, user);
        _assertOthersKept(TERMS, user);
        _assertKept(TERMS, user);
        _effect();
    }

    /// @dev The tier of somebody who wants out of his fee: the first that does not shorten his
    /// lock.
    function _cheapest(IFarms.Tier[] memory tiers, uint256 lockEnd)
        private
        view
        returns (uint8 tier)
    {
        for (tier = 1; tier < tiers.length; ++tier) {
            if (block.timestamp + tiers[tier - 1].term >= lockEnd) break;
        }
    }

    /// @dev From `who` on the first whose boost has changed since the last touch; `who` for nobody.
    function _mispriced(uint32 id, uint256 who) private view returns (address user) {
        who %= USERS;
        for (uint256 i; i < USERS; ++i) {
            user = _userAt(who + i);
            FarmModel.UserModel memory account = MODEL.accountOf(id, user);
            if (account.principal * MODEL.boostOf(id, user) / 10_000 != account.weight) {
                return user;
            }
        }
        return _userAt(who);
    }

    function _booked(uint32 id, address user, uint256 amount) private {
        MODEL.deposit(id, user, amount, block.timestamp);
        _priceByOwner(id, user);
        _assertOthersKept(id, user);
        _assertKept(id, user);
        _effect();
    }

    /// @dev Books principal that left, and its fee: to the stakers who remain, or the treasury.
    function _left(uint32 id, address user, uint256 amount, uint256 fee) private {
        MODEL.remove(id, user, amount);
        _priceByOwner(id, user);
        if (fee != 0 && MODEL.totalWeight(id) != 0) {
            _streamFee(id, fee);
        }
        _assertOthersKept(id, user);
        _effect();
    }

    /// @dev A fee streams for an epoch at most, and never slows down what streams already.
    /// @custom:property E10
    function _streamFee(uint32 id, uint256 fee) private {
        FarmModel.StreamModel memory before = MODEL.streamOf(id, FEE_STREAM);
        IFarms.Stream memory stream = FARMS.streamOf(id, FEE_STREAM);
        assertGe(stream.endAt, before.endAt, "not earlier");
        if (stream.endAt > before.endAt) {
            assertLe(stream.endAt, block.timestamp + FEE_SECONDS, "an epoch at most");
        }
        if (before.endAt > block.timestamp) {
            uint256 rateX = before.remainingX / (before.endAt - block.timestamp);
            // A wei either way is what the contract rounds.
            uint256 nowX = uint256(stream.remaining + 1) << 64;
            assertGe(nowX / (stream.endAt - block.timestamp), rateX, "the rate stays");
        }
        MODEL.adjust(id, FEE_STREAM, int256(fee), stream.endAt);
    }

    function _stakeHeld(uint32 id, address holder) private view returns (uint256) {
        return _tokenOf(id).balanceOf(holder);
    }
}
