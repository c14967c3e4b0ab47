// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEmissionReceiver} from "../../../src/interfaces/IEmissionReceiver.sol";
import {IPauseRoles} from "../../../src/interfaces/IPauseRoles.sol";
import {EmissionSettle} from "./EmissionSettle.sol";
import {SpokeModel} from "./SpokeModel.sol";

/// @notice What anybody and the keys of a chain do to its receiver, and what they are refused.
abstract contract EmissionSpokeActions is EmissionSettle {
    /// @custom:property H-06, H-11, E18
    function replay(uint256 seed) external counted {
        seed = _mix(seed);
        (uint256 chain, uint32 epoch) = _pathToReplay(seed);
        SpokeModel model = _sites[chain].model;
        if (seed % 4 != 1) _lift(chain, epoch);
        if (model.paused()) {
            vm.expectRevert(IEmissionReceiver.Receiver_IsPaused.selector);
            _sites[chain].receiver.replay(epoch);
            return;
        }
        if (epoch < model.minValidEpoch()) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IEmissionReceiver.Receiver_EpochKilled.selector, epoch, model.minValidEpoch()
                )
            );
            _sites[chain].receiver.replay(epoch);
            return;
        }
        Seen memory seen = _look(chain);
        vm.prank(ATTACKER);
        _sites[chain].receiver.replay(epoch);
        _replayed(chain, epoch, seen);
    }

    /// @dev Sends what was released back; on the spokes as much of it as the OFT carries.
    /// @custom:property H-07
    function returnToHub(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 chain = _chainWithPot(seed);
        if (_sites[chain].model.returnable() == 0) _releaseAll(chain, seed);
        uint256 returnable = _sites[chain].model.returnable();
        uint256 asked = seed % 2 == 0 ? returnable : _spread(seed >> 8, 0, returnable + 2);
        uint256 amount = chain % CHAINS == HUB ? asked : asked - asked % _sites[chain].rate;
        IEmissionReceiver receiver = _sites[chain].receiver;
        if (amount == 0 || amount > returnable) {
            vm.expectRevert(
                amount == 0
                    ? abi.encodeWithSelector(IEmissionReceiver.Receiver_ZeroAmount.selector)
                    : abi.encodeWithSelector(
                            IEmissionReceiver.Receiver_InsufficientReturnable.selector,
                            returnable,
                            amount
                        )
            );
            vm.prank(OUTSIDER);
            receiver.returnToHub(asked);
            return;
        }
        uint256 fee = chain % CHAINS == HUB ? 0 : NETWORK.fee();
        vm.deal(OUTSIDER, ONE_ETHER);
        vm.prank(OUTSIDER);
        receiver.returnToHub{value: chain % CHAINS == HUB ? 0 : fee + seed % 3}(asked);
        assertEq(OUTSIDER.balance, ONE_ETHER - fee, "gets back what was too much");
        _sites[chain].model.giveBack(amount);
        ++events[chain];
        if (chain % CHAINS == HUB) {
            cameBack += amount;
        } else {
            SpokeModel.Order memory none;
            uint256 arriving = amount / _sites[chain].rate * _sites[HUB].rate;
            _file(Parcel(Cargo.Return, HUB, arriving, NETWORK.packetCount() - 1, 0, none));
        }
        _effect();
    }

    // Keys of a spoke.

    /// @custom:property H-07
    function release(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 chain = _chainWithPot(seed);
        uint32 epoch = _epochWithPot(chain, seed);
        uint256 pot = _sites[chain].model.epochOf(epoch).pot;
        uint256 amount = _spread(seed >> 8, 0, pot + 1);
        IEmissionReceiver receiver = _sites[chain].receiver;
        _assertOnlyOwner(seed, address(receiver), abi.encodeCall(receiver.releasePot, (epoch, 1)));
        if (amount == 0 || amount > pot) {
            vm.expectRevert(
                amount == 0
                    ? abi.encodeWithSelector(IEmissionReceiver.Receiver_ZeroAmount.selector)
                    : abi.encodeWithSelector(
                            IEmissionReceiver.Receiver_PotTooSmall.selector, epoch, pot, amount
                        )
            );
            vm.prank(GOVERNOR);
            receiver.releasePot(epoch, amount);
            return;
        }
        vm.prank(GOVERNOR);
        receiver.releasePot(epoch, amount);
        _sites[chain].model.release(epoch, amount);
        ++events[chain];
        _effect();
    }

    /// @dev Upwards by the guardian, downwards by the owner alone.
    /// @custom:property H-06
    function setMinValidEpoch(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 chain = seed % CHAINS;
        IEmissionReceiver receiver = _sites[chain].receiver;
        uint256 current = _sites[chain].model.minValidEpoch();
        uint32 epoch = uint32((seed >> 8) % (epochNow() + 2));
        // Mostly an epoch that is past, so that most orders are applied.
        if (seed % 4 != 0) epoch /= 3;
        address caller = epoch < current ? GOVERNOR : GUARDIAN;
        vm.expectRevert(
            abi.encodeWithSelector(IPauseRoles.PauseRoles_OnlyGuardian.selector, SENTINEL)
        );
        vm.prank(SENTINEL);
        receiver.setMinValidEpoch(epoch);
        if (epoch == current || (epoch < current && seed % 4 == 0)) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IEmissionReceiver.Receiver_EpochKilled.selector, epoch, current
                )
            );
            vm.prank(GUARDIAN);
            receiver.setMinValidEpoch(epoch);
            return;
        }
        vm.prank(caller);
        receiver.setMinValidEpoch(epoch);
        _sites[chain].model.setMinValidEpoch(epoch);
        ++events[chain];
        assertEq(receiver.minValidEpoch(), epoch, "least valid epoch");
        _effect();
    }

    /// @custom:property H-11
    function pauseSpoke(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 chain = seed % CHAINS;
        IEmissionReceiver receiver = _sites[chain].receiver;
        bool isPaused = _sites[chain].model.paused();
        if (isPaused) {
            _assertOnlyOwner(seed, address(receiver), abi.encodeCall(receiver.unpause, ()));
            vm.prank(GOVERNOR);
            receiver.unpause();
        } else {
            if ((seed >> 8) % 3 != 0) return;
            vm.prank(_pauserOf(seed, address(receiver)));
            receiver.pause();
        }
        _sites[chain].model.setPaused(!isPaused);
        ++events[chain];
        _effect();
    }

    /// @dev Gifts, and what makes an order whole whose tokens were taken.
    function donate(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 chain = seed % CHAINS;
        uint256 owed = _owedAt(chain) + waitingAt(chain);
        uint256 held = heldAt(chain);
        uint256 amount = held < owed ? owed - held : _spread(seed >> 8, 0, 5 * _sites[chain].rate);
        _mint(chain, address(_sites[chain].receiver), amount);
        donated[chain] += amount;
        _effect();
    }

    /// @dev The owner takes gifts, and sometimes all that is not owed: what was credited and not
    /// executed yet is then missing to its order, never to a pot.
    /// @custom:property E24, E8
    function recover(uint256 seed) external counted {
        seed = _mix(seed);
        uint256 chain = seed % CHAINS;
        IEmissionReceiver receiver = _sites[chain].receiver;
        address token = address(_sites[chain].reward);
        uint256 surplus = heldAt(chain) - _owedAt(chain);
        assertEq(receiver.surplusOf(token), surplus, "surplus");
        _assertOnlyOwner(
            seed, address(receiver), abi.encodeCall(receiver.recover, (token, ATTACKER, 1))
        );
        vm.expectRevert(
            abi.encodeWithSelector(IEmissionReceiver.Receiver_NoSurplus.selector, token, surplus)
        );
        vm.prank(GOVERNOR);
        receiver.recover(token, FUNDER, surplus + 1);
        uint256 gifts = surplus > waitingAt(chain) ? surplus - waitingAt(chain) : 0;
        uint256 amount = (seed >> 8) % 6 == 0 ? surplus : gifts;
        if (amount == 0) return;
        vm.prank(GOVERNOR);
        receiver.recover(token, FUNDER, amount);
        recovered[chain] += amount;
        ++events[chain];
        _effect();
    }

    /// @dev A replay changes what it moves, and leaves no trace where it moves nothing.
    function _replayed(uint256 chain, uint32 epoch, Seen memory seen) private {
        int256[4] memory moved = _sites[chain].model.settle(epoch, seen.capacity);
        _assertSettled(chain, epoch, seen, moved);
        if (moved[1] == 0 && moved[2] == 0 && moved[3] == 0) return;
        ++events[chain];
        _effect();
    }

    /// @dev The owner ends what keeps an epoch from being applied.
    function _lift(uint256 chain, uint32 epoch) private {
        SpokeModel model = _sites[chain].model;
        vm.startPrank(GOVERNOR);
        if (model.paused()) {
            _sites[chain].receiver.unpause();
            model.setPaused(false);
            ++events[chain];
        }
        if (epoch < model.minValidEpoch()) {
            _sites[chain].receiver.setMinValidEpoch(epoch);
            model.setMinValidEpoch(epoch);
            ++events[chain];
        }
        vm.stopPrank();
    }

    function _releaseAll(uint256 chain, uint256 seed) private {
        uint32 epoch = _epochWithPot(chain, seed);
        uint256 pot = _sites[chain].model.epochOf(epoch).pot;
        if (pot == 0) return;
        vm.prank(GOVERNOR);
        _sites[chain].receiver.releasePot(epoch, pot);
        _sites[chain].model.release(epoch, pot);
        ++events[chain];
    }

    /// @dev Of a receiver that was replaced as well.
    function _chainWithPot(uint256 seed) private view returns (uint256 chain) {
        chain = seed % SITES;
        for (uint256 i; i < SITES && _sites[chain].model.unallocated() == 0; ++i) {
            chain = (chain + 1) % SITES;
        }
    }

    /// @dev Mostly one where a farm lacks what the pot has; a farm that was forgotten is opened.
    function _pathToReplay(uint256 seed) private returns (uint256 chain, uint32 epoch) {
        uint256 count = HUB_MODEL.epochCount();
        for (uint256 i; i < CHAINS * count && seed % 8 != 0; ++i) {
            chain = (seed / 4 + i) % CHAINS;
            epoch = uint32(HUB_MODEL.epochs((seed / 4 + i / CHAINS) % count));
            SpokeModel.EpochModel memory model = _sites[chain].model.epochOf(epoch);
            if (model.pot == 0) continue;
            Seen memory seen = _look(chain);
            for (uint256 id = FARMS; id != 0; --id) {
                if (model.given[id] >= model.target[id]) continue;
                if (seen.capacity.takes[id]) return (chain, epoch);
                if (id == 1) {
                    _openFirst(chain);
                    return (chain, epoch);
                }
            }
        }
        chain = seed % CHAINS;
        return (chain, _epochWithPot(chain, seed));
    }

    /// @dev Mostly one with a pot.
    function _epochWithPot(uint256 chain, uint256 seed) private view returns (uint32) {
        uint256 count = HUB_MODEL.epochCount();
        if (count == 0 || seed % 8 == 0) return uint32((seed >> 8) % (epochNow() + 2));
        if (seed % 8 == 1) return 0;
        for (uint256 i; i < count; ++i) {
            uint256 epoch = HUB_MODEL.epochs((seed / 8 + i) % count);
            if (_sites[chain].model.epochOf(epoch).pot != 0) return uint32(epoch);
        }
        return uint32(HUB_MODEL.lastDecided());
    }
}
