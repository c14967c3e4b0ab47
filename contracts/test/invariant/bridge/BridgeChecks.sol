// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IInboundLimit} from "../../../src/interfaces/IInboundLimit.sol";
import {Farms} from "../../../src/spoke/Farms.sol";
import {PositionBridge} from "../../../src/spoke/PositionBridge.sol";
import {BridgeOwnerActions} from "./BridgeOwnerActions.sol";

/// @notice What holds after every call, counted from balances, positions, credits and the very
/// bytes of every message on its way.
abstract contract BridgeChecks is BridgeOwnerActions {
    /// @dev Sums in units of 24 decimals.
    /// @param owned By user and mesh, wherever it is; number 0 is who is not known yet.
    /// @param onTheWay By mesh, in packets and queues.
    /// @param waiting At the bridge of a chain and not credited, by chain and mesh.
    /// @param credited In open credits, by chain and mesh.
    struct Sums {
        uint256[3][6] owned;
        uint256[3] onTheWay;
        uint256[3][3] waiting;
        uint256[3][3] credited;
    }

    function assertAll() external view {
        Sums memory sums;
        _countPackets(sums);
        _countQueues(sums);
        _countComposes(sums);
        _countCredits(sums);
        _countHoldings(sums);
        _assertUsersOwnWhatTheyHaveTo(sums);
        _assertSupplies(sums);
        _assertBridgesHoldWhatTheyOwe(sums);
        _assertFarmsHoldWhatTheyOwe();
        _assertLimits();
    }

    /// @dev Each user's tokens: staked, on the way, waiting, in escrow or in his hands.
    /// @custom:property B-02, B-06, B-07, I8, I10
    function _assertUsersOwnWhatTheyHaveTo(Sums memory sums) private view {
        for (uint256 i; i <= USERS; ++i) {
            for (uint256 mesh; mesh < MESHES; ++mesh) {
                assertEq(sums.owned[i][mesh], _owned[i][mesh], "what a user owns");
            }
        }
    }

    /// @custom:property B-01, I7
    function _assertSupplies(Sums memory sums) private view {
        for (uint256 mesh; mesh < MESHES; ++mesh) {
            uint256 sum = sums.onTheWay[mesh];
            for (uint256 chain; chain < CHAINS; ++chain) {
                uint256 supply = IERC20(_tokens[chain][mesh]).totalSupply();
                // An adapter locks what is elsewhere.
                address oft = address(_ofts[chain][mesh]);
                if (oft != _tokens[chain][mesh]) supply -= _balance(chain, mesh, oft);
                sum += _normed(chain, mesh, supply);
            }
            assertEq(sum, _genesis[mesh], "supply and on the way");
        }
    }

    /// @dev Open credits, what waits for its compose, and gifts, which pay nobody.
    /// @custom:property B-03, B-04
    function _assertBridgesHoldWhatTheyOwe(Sums memory sums) private view {
        for (uint256 chain; chain < CHAINS; ++chain) {
            PositionBridge bridge = _chains[chain].bridge;
            for (uint256 mesh; mesh < MESHES; ++mesh) {
                address token = _tokens[chain][mesh];
                uint256 credited = sums.credited[chain][mesh];
                assertEq(bridge.escrowTotal(token), credited, "sum of the escrow");
                assertEq(
                    _balance(chain, mesh, address(bridge)),
                    credited + sums.waiting[chain][mesh] + _donated[chain][mesh],
                    "held by the bridge"
                );
                address oft = address(_ofts[chain][mesh]);
                assertEq(IERC20(token).allowance(address(bridge), oft), 0, "allowance is used up");
            }
            assertEq(address(bridge).balance, _nativeGiven[chain], "native money of gifts only");
        }
    }

    /// @custom:property I1, I5
    function _assertFarmsHoldWhatTheyOwe() private view {
        for (uint256 chain; chain < CHAINS; ++chain) {
            Farms farms = _chains[chain].farms;
            for (uint256 mesh; mesh < MESHES; ++mesh) {
                address token = _tokens[chain][mesh];
                (uint256 funded, uint256 settled,) = farms.booksOf(token);
                uint256 owed = funded - settled + farms.treasuryDue(token) + farms.surplusOf(token);
                for (uint32 farmId = 1; farmId <= FARM_COUNT; ++farmId) {
                    if (_meshOfFarm(farmId) != mesh) continue;
                    uint256 principal = farms.farmOf(farmId).principal;
                    assertEq(principal, _principalOf(chain, farmId), "principal of the farm");
                    owed += principal;
                }
                assertEq(_balance(chain, mesh, address(farms)), owed, "held by the farms");
                assertEq(_balance(chain, mesh, TREASURY), _treasuryPaid[chain][mesh], "fees paid");
            }
        }
    }

    /// @custom:property B-10
    function _assertLimits() private view {
        for (uint256 chain; chain < CHAINS; ++chain) {
            for (uint256 mesh; mesh < MESHES; ++mesh) {
                for (uint256 other; other < CHAINS; ++other) {
                    if (other == chain) continue;
                    uint32 eid = _chains[other].eid;
                    (,, uint256 available) =
                        _chains[chain].bridge.outflowOf(_tokens[chain][mesh], eid);
                    assertEq(available, _availableOf(_outflow[chain][mesh][other]), "outflow");
                    (,, available) = IInboundLimit(address(_ofts[chain][mesh])).inboundLimitOf(eid);
                    assertEq(available, _availableOf(_inflow[chain][mesh][other]), "inflow");
                }
            }
        }
    }

    // Counting.

    function _countPackets(Sums memory sums) private view {
        for (uint256 i; i < _packets.length; ++i) {
            Packet memory packet = _packets[i];
            address oft = address(uint160(_wordAt(packet.encoded, 49)));
            _countMessage(
                sums, _chainOf[packet.dstEid], _meshOf[oft], packet.guid, _messageOf(packet)
            );
        }
    }

    function _countQueues(Sums memory sums) private view {
        for (uint256 i; i < _queue.length; ++i) {
            Queued memory queued = _queue[i];
            _countMessage(sums, queued.chain, queued.mesh, queued.guid, queued.message);
        }
    }

    /// @dev receiver 32 | amount 8 | sender 32 | payload: version, sender, recipient and the rest.
    function _countMessage(
        Sums memory sums,
        uint256 chain,
        uint256 mesh,
        bytes32 guid,
        bytes memory message
    ) private view {
        uint256 amount = _normed(chain, mesh, (_wordAt(message, 32) >> 192) * _unit(chain, mesh));
        sums.onTheWay[mesh] += amount;
        if (_isStray[guid]) return;
        address to = address(uint160(_wordAt(message, 0)));
        if (to == address(_chains[chain].bridge)) to = _recipientIn(guid, message, 72);
        sums.owned[_numberOf[to]][mesh] += amount;
    }

    function _countComposes(Sums memory sums) private view {
        for (uint256 i; i < _composes.length; ++i) {
            Compose memory waiting = _composes[i];
            (uint256 chain, uint256 mesh) = (_chainOf[waiting.eid], _meshOf[waiting.from]);
            uint256 amount = _wordAt(waiting.message, 12);
            sums.waiting[chain][mesh] += amount;
            if (_isStray[waiting.guid]) continue;
            address to = _recipientIn(waiting.guid, waiting.message, 76);
            sums.owned[_numberOf[to]][mesh] += _normed(chain, mesh, amount);
        }
    }

    function _countCredits(Sums memory sums) private view {
        for (uint256 i; i < _credits.length; ++i) {
            OpenCredit memory open = _credits[i];
            address token = _tokens[open.chain][open.mesh];
            PositionBridge bridge = _chains[open.chain].bridge;
            uint256 amount = bridge.creditOf(open.guid, token).amount;
            address recipient = bridge.creditOf(open.guid, token).recipient;
            sums.credited[open.chain][open.mesh] += amount;
            sums.owned[_numberOf[recipient]][open.mesh] += _normed(open.chain, open.mesh, amount);
        }
    }

    function _countHoldings(Sums memory sums) private view {
        for (uint256 chain; chain < CHAINS; ++chain) {
            for (uint256 i; i < USERS; ++i) {
                address user = _users[i];
                for (uint256 mesh; mesh < MESHES; ++mesh) {
                    sums.owned[i + 1][mesh] += _normed(chain, mesh, _balance(chain, mesh, user));
                }
                for (uint32 farmId = 1; farmId <= FARM_COUNT; ++farmId) {
                    _assertHeld(chain, farmId, user);
                    uint256 mesh = _meshOfFarm(farmId);
                    uint256 principal = _held[chain][farmId][user].principal;
                    sums.owned[i + 1][mesh] += _normed(chain, mesh, principal);
                }
            }
        }
    }

    function _principalOf(uint256 chain, uint32 farmId) private view returns (uint256 sum) {
        for (uint256 i; i < USERS; ++i) {
            sum += _held[chain][farmId][_users[i]].principal;
        }
    }

    /// @dev Third word of the payload, after what precedes it; nobody where it cannot be read.
    function _recipientIn(bytes32 guid, bytes memory message, uint256 offset)
        private
        view
        returns (address)
    {
        if (_sent[guid].user == address(0)) return address(0);
        return address(uint160(_wordAt(message, offset + 64)));
    }
}
