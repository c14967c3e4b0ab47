// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    MessagingFee,
    MessagingReceipt,
    SendParam
} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {Farms} from "../../../src/spoke/Farms.sol";
import {BridgeModel} from "./BridgeModel.sol";

/// @notice What stakers do on one chain, and plain sends of their tokens.
abstract contract BridgeUserActions is BridgeModel {
    struct Stake {
        address user;
        uint256 chain;
        uint32 farmId;
        uint96 amount;
        IFarms.Farm farm;
    }

    /// @dev Tokens sent past the bridge.
    struct Sending {
        address from;
        uint256 chain;
        uint256 target;
        uint256 mesh;
        address to;
        uint256 amount;
        bytes payload;
    }

    bytes32 private constant PERMIT_TYPEHASH = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    function stake(uint256 who, uint256 where, uint256 farmSeed, uint256 amountSeed)
        external
        counted
    {
        Stake memory s = _stakeOf(who, where, farmSeed, amountSeed);
        if (s.amount == 0) return;
        bytes memory refusal = _refusalOfStake(s);
        if (refusal.length != 0) vm.expectRevert(refusal);
        vm.prank(s.user);
        _chains[s.chain].farms.stake(s.farmId, s.amount);
        if (refusal.length == 0) _staked(s);
    }

    /// @dev On the first chain an adapter carries a token with permits, which accounts with a key
    /// sign.
    function stakeWithPermit(uint256 who, uint256 amountSeed) external counted {
        Stake memory s = _stakeOf(who % (USERS - 1), 0, PLAIN - 1, amountSeed);
        if (s.amount == 0) return;
        bytes memory refusal = _refusalOfStake(s);
        uint256 deadline = block.timestamp + amountSeed % 2;
        (uint8 v, bytes32 r, bytes32 t) = vm.sign(_keys[who % (USERS - 1)], _permit(s, deadline));
        if (refusal.length != 0) vm.expectRevert(refusal);
        vm.prank(s.user);
        _chains[s.chain].farms.stakeWithPermit(s.farmId, s.amount, deadline, v, r, t);
        if (refusal.length != 0) return;
        _staked(s);
        // The permit replaced the allowance that other stakes use.
        vm.prank(s.user);
        IERC20(_tokens[0][STAKE]).approve(address(_chains[0].farms), type(uint256).max);
    }

    function stakeLocked(uint256 who, uint256 where, uint256 amountSeed, uint8 tierSeed)
        external
        counted
    {
        Stake memory s = _stakeOf(who, where, TERMS - 1, amountSeed);
        if (!_hasTerms(s.chain, s.farmId)) return;
        Farms farms = _chains[s.chain].farms;
        Held memory held = _held[s.chain][s.farmId][s.user];
        uint8 tier = 1 + tierSeed % 3;
        (IFarms.Tier[] memory tiers,) = farms.termsOf(s.farmId);
        uint256 lockEnd = block.timestamp + tiers[tier - 1].term;
        if (s.amount == 0 && held.principal == 0) return;
        if (s.farm.state != IFarms.FarmState.Active) {
            vm.expectRevert(
                abi.encodeWithSelector(IFarms.Farms_NotActive.selector, s.farmId, s.farm.state)
            );
        } else if (lockEnd < held.lockEnd) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IFarms.Farms_LockShortened.selector, uint32(held.lockEnd), uint32(lockEnd)
                )
            );
        } else if (held.principal + s.amount < _minimumOf(s.farm.scaleBits)) {
            vm.expectRevert(_belowMinimum(held.principal + s.amount, s.farm));
        } else {
            uint256 feeBps = tiers[tier - 1].feeBps;
            if (held.lockEnd > block.timestamp) feeBps = Math.max(feeBps, held.feeBps);
            held = _joined(held, s.amount, block.timestamp, true);
            (held.lockEnd, held.tier, held.feeBps) = (lockEnd, tier, feeBps);
            held.tierBoostBps = tiers[tier - 1].boostBps;
            _held[s.chain][s.farmId][s.user] = held;
            _effect();
        }
        vm.prank(s.user);
        farms.stakeLocked(s.farmId, s.amount, tier);
        _assertHeld(s.chain, s.farmId, s.user);
    }

    /// @dev Under a lock the agreed fee is due, once and wherever the lock came from.
    function withdraw(uint256 who, uint256 amountSeed) external counted {
        (bool isFound, uint256 chain, uint32 farmId, address user) = _positionAt(who);
        if (!isFound) return;
        Held memory held = _held[chain][farmId][user];
        uint96 amount = uint96(held.principal);
        if (amountSeed % 3 != 0) amount = uint96(bound(amountSeed, 1, held.principal));
        Farms farms = _chains[chain].farms;
        IFarms.Farm memory farm = farms.farmOf(farmId);
        uint256 rest = held.principal - amount;
        if (rest != 0 && rest < _minimumOf(farm.scaleBits)) {
            vm.expectRevert(_belowMinimum(rest, farm));
            vm.prank(user);
            farms.withdraw(farmId, amount);
            return;
        }
        uint256 fee =
            farm.state == IFarms.FarmState.Ended ? 0 : _feeOf(amount, held.lockEnd, held.feeBps);
        uint256 mesh = _meshOfFarm(farmId);
        uint256 before = _balance(chain, mesh, user);
        vm.prank(user);
        farms.withdraw(farmId, amount);
        assertEq(_balance(chain, mesh, user) - before, amount - fee, "paid less the fee");
        _left(chain, farmId, user, amount);
        _take(user, mesh, _normed(chain, mesh, fee));
        _assertPriced(chain, farmId, user);
        _effect();
    }

    /// @dev All streams of a farm, fees of others among them.
    function claim(uint256 who) external counted {
        (bool isFound, uint256 chain, uint32 farmId, address user) = _positionAt(who);
        if (!isFound) return;
        uint256 rewards = _balance(chain, REWARD, user);
        uint256 locks = _balance(chain, LOCK, user);
        vm.prank(user);
        uint256 paid = _chains[chain].farms.claim(farmId);
        rewards = _balance(chain, REWARD, user) - rewards;
        locks = _balance(chain, LOCK, user) - locks;
        assertEq(rewards, paid, "the emission");
        _give(user, REWARD, _normed(chain, REWARD, rewards));
        _give(user, LOCK, _normed(chain, LOCK, locks));
        if (rewards + locks != 0) _effect();
    }

    /// @dev Plain tokens to the same user elsewhere.
    function sendPlain(uint256 who, uint256 where, uint256 meshSeed, uint256 amountSeed)
        external
        counted
    {
        (address user, uint256 chain, uint256 mesh) =
            (_userAt(who), where % CHAINS, meshSeed % MESHES);
        uint256 amount = _balance(chain, mesh, user);
        amount = bound(amountSeed, amount / 4, amount / 2);
        amount -= amount % _unit(chain, mesh);
        if (amount == 0) return;
        uint256 target = (chain + 1 + amountSeed % 2) % CHAINS;
        _sendTokens(Sending(user, chain, target, mesh, user, amount, ""));
        _effect();
    }

    function _sendTokens(Sending memory sending) internal returns (bytes32) {
        SendParam memory param;
        param.dstEid = _chains[sending.target].eid;
        param.to = _word(sending.to);
        param.amountLD = sending.amount;
        param.minAmountLD = sending.amount;
        param.composeMsg = sending.payload;
        _forgetLogs();
        vm.prank(sending.from);
        (MessagingReceipt memory receipt,) = _ofts[sending.chain][sending.mesh].send{
            value: MESSAGE_FEE
        }(
            param, MessagingFee(MESSAGE_FEE, 0), sending.from
        );
        _collect();
        return receipt.guid;
    }

    /// @dev The first position from `seed` on.
    function _positionAt(uint256 seed)
        internal
        view
        returns (bool isFound, uint256 chain, uint32 farmId, address user)
    {
        uint256 count = CHAINS * FARM_COUNT * USERS;
        seed %= count;
        for (uint256 i; i < count; ++i) {
            uint256 at = (seed + i) % count;
            user = _users[at % USERS];
            farmId = uint32(1 + at / USERS % FARM_COUNT);
            chain = at / USERS / FARM_COUNT;
            if (_held[chain][farmId][user].principal != 0) return (true, chain, farmId, user);
        }
    }

    function _minimumOf(uint256 scaleBits) internal pure returns (uint256) {
        return scaleBits > 64 ? 1 << (scaleBits - 64) : 1;
    }

    function _belowMinimum(uint256 principal, IFarms.Farm memory farm)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(
            IFarms.Farms_BelowMinimum.selector, principal, _minimumOf(farm.scaleBits)
        );
    }

    function _capRefusal(IFarms.Farm memory farm, uint256 oldWeight, uint256 weight)
        internal
        pure
        returns (bytes memory)
    {
        uint256 total = farm.totalWeight - oldWeight + weight;
        uint256 cap = uint256(1) << farm.scaleBits;
        if (total < cap) return "";
        return abi.encodeWithSelector(IFarms.Farms_WeightCap.selector, total, cap);
    }

    function _stakeOf(uint256 who, uint256 where, uint256 farmSeed, uint256 amountSeed)
        private
        view
        returns (Stake memory s)
    {
        (s.user, s.chain, s.farmId) = (_userAt(who), where % CHAINS, uint32(1 + farmSeed % 3));
        if (s.farmId == TERMS && _isSucceeded[s.chain]) s.farmId = SUCCESSOR;
        s.farm = _chains[s.chain].farms.farmOf(s.farmId);
        uint256 balance = _balance(s.chain, _meshOfFarm(s.farmId), s.user);
        uint256 minimum = Math.min(_minimumOf(s.farm.scaleBits), balance);
        uint256 kind = amountSeed % 8;
        if (kind == 0) s.amount = uint96(minimum);
        else if (kind == 1) s.amount = uint96(Math.min(minimum + 1, balance));
        else if (kind == 2) s.amount = uint96(minimum == 0 ? 0 : minimum - 1);
        else s.amount = uint96(bound(amountSeed, balance / 8, balance / 2));
    }

    function _permit(Stake memory s, uint256 deadline) private view returns (bytes32) {
        IERC20Permit token = IERC20Permit(_tokens[0][STAKE]);
        bytes32 digest = keccak256(
            abi.encode(
                PERMIT_TYPEHASH,
                s.user,
                address(_chains[0].farms),
                s.amount,
                token.nonces(s.user),
                deadline
            )
        );
        return keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), digest));
    }

    function _refusalOfStake(Stake memory s) private view returns (bytes memory) {
        Held memory held = _held[s.chain][s.farmId][s.user];
        if (s.farm.state != IFarms.FarmState.Active) {
            return abi.encodeWithSelector(IFarms.Farms_NotActive.selector, s.farmId, s.farm.state);
        }
        bool hasTerms = _hasTerms(s.chain, s.farmId);
        if (hasTerms && held.lockEnd > block.timestamp) {
            return abi.encodeWithSelector(
                IFarms.Farms_PositionLocked.selector, s.farmId, uint32(held.lockEnd)
            );
        }
        uint256 oldWeight = _chains[s.chain].farms.positionOf(s.farmId, s.user).weight;
        held = _joined(held, s.amount, block.timestamp, hasTerms);
        if (held.principal < _minimumOf(s.farm.scaleBits)) {
            return _belowMinimum(held.principal, s.farm);
        }
        uint256 weight = hasTerms ? held.principal * _boostOf(held) / 10_000 : held.principal;
        return _capRefusal(s.farm, oldWeight, weight);
    }

    function _staked(Stake memory s) private {
        bool hasTerms = _hasTerms(s.chain, s.farmId);
        Held memory held = _held[s.chain][s.farmId][s.user];
        _held[s.chain][s.farmId][s.user] = _joined(held, s.amount, block.timestamp, hasTerms);
        _assertPriced(s.chain, s.farmId, s.user);
        _effect();
    }
}
