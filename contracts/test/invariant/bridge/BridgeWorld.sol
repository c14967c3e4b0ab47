// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OFTCore} from "@layerzerolabs/oft-evm/contracts/OFTCore.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IFarms} from "../../../src/interfaces/IFarms.sol";
import {Farms} from "../../../src/spoke/Farms.sol";
import {PositionBridge} from "../../../src/spoke/PositionBridge.sol";
import {HeadwaterTokenAdapter} from "../../../src/token/HeadwaterTokenAdapter.sol";
import {Effects} from "../../support/Effects.sol";
import {LzFixture} from "../../support/LzFixture.sol";
import {PermitToken} from "../../support/Tokens.sol";
import {ContractAccount, HostileOft, Mesh18, Mesh24, Mesh6, Mesh8} from "./BridgeActors.sol";

/// @notice Bridges of three chains and three omnichain tokens with other decimals on each: the
/// reward token, one that plain farms stake and one that farms with terms stake. This contract owns
/// everything and is the emission receiver.
abstract contract BridgeWorld is LzFixture, Effects {
    struct Site {
        uint32 eid;
        Farms farms;
        PositionBridge bridge;
        HostileOft hostile;
    }

    uint256 internal constant CHAINS = 3;
    uint256 internal constant MESHES = 3;
    uint256 internal constant REWARD = 0;
    uint256 internal constant STAKE = 1;
    uint256 internal constant LOCK = 2;
    uint32 internal constant REWARD_FARM = 1;
    uint32 internal constant PLAIN = 2;
    uint32 internal constant TERMS = 3;
    uint32 internal constant SUCCESSOR = 4;
    uint32 internal constant FARM_COUNT = 4;
    uint256 internal constant USERS = 5;
    uint256 internal constant GRANT = 200;
    uint256 internal constant EMISSIONS = 1_000_000;
    uint256 internal constant ETHER = 1_000_000 ether;
    uint32 internal constant RESTAKE_GAS = 500_000;
    uint40 private constant START = 1_800_000_000;

    address internal immutable TREASURY = makeAddr("treasury");
    address internal immutable ATTACKER = makeAddr("attacker");
    address internal immutable OUTSIDER = makeAddr("outsider");
    address internal immutable GUARDIAN = makeAddr("guardian");
    address internal immutable SENTINEL = makeAddr("sentinel");

    address[] internal _users;
    uint256[] internal _keys;
    Site[] internal _chains;
    address[3][3] internal _tokens;
    OFTCore[3][3] internal _ofts;
    mapping(uint32 eid => uint256) internal _chainOf;
    mapping(address oft => uint256) internal _meshOf;
    mapping(address user => uint256 number) internal _numberOf;
    /// @dev Whole supply of each mesh, in units of 24 decimals.
    uint256[3] internal _genesis;
    /// @dev Whether the farm with terms of a chain ended and its successor opened.
    bool[3] internal _isSucceeded;

    constructor() {
        vm.warp(START);
        uint32[] memory eids = new uint32[](CHAINS);
        (eids[0], eids[1], eids[2]) = (50_121, 50_231, 50_102);
        _startEndpoints(eids);
        _addUsers();
        for (uint256 i; i < CHAINS; ++i) {
            _chainOf[eids[i]] = i;
            _deployChain(i, eids[i]);
        }
        for (uint256 i; i < CHAINS; ++i) {
            _wireChain(i);
            _grant(i);
        }
        vm.deal(ATTACKER, ETHER);
        vm.deal(OUTSIDER, ETHER);
        _collect();
    }

    receive() external payable {}

    function _addUsers() private {
        for (uint256 i; i < USERS; ++i) {
            uint256 key = 1_000 + i;
            address user = vm.addr(key);
            if (i == USERS - 1) user = address(new ContractAccount(user));
            _users.push(user);
            _keys.push(key);
            _numberOf[user] = i + 1;
            vm.deal(user, ETHER);
        }
    }

    function _deployChain(uint256 chain, uint32 eid) private {
        address endpoint = address(_endpoints[eid]);
        for (uint256 mesh; mesh < MESHES; ++mesh) {
            OFTCore oft = _newOft(_decimals(chain, mesh), endpoint, chain == 0 && mesh == STAKE);
            _ofts[chain][mesh] = oft;
            _tokens[chain][mesh] = oft.token();
            _meshOf[address(oft)] = mesh;
        }
        Farms farms = new Farms(_tokens[chain][REWARD], TREASURY, 1 days, address(this), GUARDIAN);
        PositionBridge bridge =
            new PositionBridge(endpoint, address(farms), address(this), GUARDIAN, RESTAKE_GAS);
        bridge.setSentinel(SENTINEL, START + 90 days);
        farms.setReceiver(address(this));
        farms.setBridge(address(bridge));
        _chains.push(Site(eid, farms, bridge, new HostileOft()));
    }

    function _newOft(uint256 decimals, address endpoint, bool isAdapter) private returns (OFTCore) {
        if (isAdapter) {
            address inner = address(new PermitToken());
            return OFTCore(address(new HeadwaterTokenAdapter(inner, endpoint, address(this))));
        }
        if (decimals == 6) return OFTCore(address(new Mesh6(endpoint, address(this))));
        if (decimals == 8) return OFTCore(address(new Mesh8(endpoint, address(this))));
        if (decimals == 18) return OFTCore(address(new Mesh18(endpoint, address(this))));
        return OFTCore(address(new Mesh24(endpoint, address(this))));
    }

    function _wireChain(uint256 i) private {
        Site memory chain = _chains[i];
        for (uint256 j; j < CHAINS; ++j) {
            if (i == j) continue;
            chain.bridge.setPeer(_chains[j].eid, _word(address(_chains[j].bridge)));
            for (uint256 mesh; mesh < MESHES; ++mesh) {
                _ofts[i][mesh].setPeer(_chains[j].eid, _word(address(_ofts[j][mesh])));
            }
        }
        for (uint256 mesh; mesh < MESHES; ++mesh) {
            chain.bridge.setRoute(_tokens[i][mesh], address(_ofts[i][mesh]));
        }
        chain.bridge.setRoute(address(chain.hostile), address(chain.hostile));
        _addFarm(i, REWARD_FARM, REWARD, 90, false);
        // So few bits that the farm of the third chain can be full.
        _addFarm(i, PLAIN, STAKE, i == 2 ? 37 : 95, false);
        _addFarm(i, TERMS, LOCK, _lockBits(i), true);
        // The third chain has no stream for fees, which go to its treasury.
        if (i == 2) return;
        chain.farms.addStream(TERMS, _tokens[i][LOCK], address(this), type(uint64).max);
    }

    /// @dev On the first chain a position holds a whole token at least.
    function _lockBits(uint256 i) internal pure returns (uint8) {
        return i == 0 ? 84 : 95;
    }

    function _addFarm(uint256 i, uint32 farmId, uint256 mesh, uint8 scaleBits, bool hasTerms)
        internal
    {
        Farms farms = _chains[i].farms;
        farms.addFarm(
            IFarms.NewFarm(farmId, _tokens[i][mesh], scaleBits, type(uint64).max, hasTerms)
        );
        if (!hasTerms) return;
        // Fees differ from chain to chain, so that a lock has to bring its own.
        uint16 more = uint16(i * 50);
        IFarms.Tier[] memory tiers = new IFarms.Tier[](3);
        tiers[0] = IFarms.Tier(1 days, 12_500, 100 + more);
        tiers[1] = IFarms.Tier(7 days, 17_500, 1_000 - more);
        tiers[2] = IFarms.Tier(30 days, 25_000, 2_500 - more);
        IFarms.TenureStep[] memory steps = new IFarms.TenureStep[](2);
        steps[0] = IFarms.TenureStep(3 days, 1_000);
        steps[1] = IFarms.TenureStep(10 days, 3_333);
        farms.setTerms(farmId, tiers, steps);
    }

    function _grant(uint256 i) private {
        for (uint256 mesh; mesh < MESHES; ++mesh) {
            uint256 whole = 10 ** _decimals(i, mesh);
            for (uint256 user; user < USERS; ++user) {
                _mint(i, mesh, _users[user], GRANT * whole);
                vm.prank(_users[user]);
                IERC20(_tokens[i][mesh]).approve(address(_chains[i].farms), type(uint256).max);
                vm.prank(_users[user]);
                IERC20(_tokens[i][mesh]).approve(address(_ofts[i][mesh]), type(uint256).max);
            }
            _mint(i, mesh, ATTACKER, GRANT * whole);
            vm.prank(ATTACKER);
            IERC20(_tokens[i][mesh]).approve(address(_ofts[i][mesh]), type(uint256).max);
        }
        _mint(i, REWARD, address(this), EMISSIONS * 10 ** _decimals(i, REWARD));
        IERC20(_tokens[i][REWARD]).approve(address(_chains[i].farms), type(uint256).max);
    }

    function _mint(uint256 i, uint256 mesh, address to, uint256 amount) private {
        Mesh18(_tokens[i][mesh]).mint(to, amount);
        uint256 normed = _normed(i, mesh, amount);
        _genesis[mesh] += normed;
        // What exists elsewhere is locked in the adapter.
        if (mesh == STAKE && i != 0) {
            Mesh18(_tokens[0][mesh]).mint(address(_ofts[0][mesh]), normed / 1e6);
        }
    }

    function _decimals(uint256 chain, uint256 mesh) internal pure returns (uint256) {
        if (mesh == REWARD) return 18;
        if (mesh == STAKE) return chain == 0 ? 18 : chain == 1 ? 24 : 8;
        return chain == 0 ? 6 : chain == 1 ? 18 : 24;
    }

    /// @dev What the OFT can carry is a multiple of it.
    function _unit(uint256 chain, uint256 mesh) internal pure returns (uint256) {
        return 10 ** (_decimals(chain, mesh) - 6);
    }

    /// @dev In units of 24 decimals, to add up over chains.
    function _normed(uint256 chain, uint256 mesh, uint256 amount) internal pure returns (uint256) {
        return amount * 10 ** (24 - _decimals(chain, mesh));
    }

    /// @dev Token of a farm, whether it was opened or not.
    function _meshOfFarm(uint32 farmId) internal pure returns (uint256) {
        return farmId < TERMS ? farmId - 1 : LOCK;
    }

    /// @dev The successor on the third chain is plain, so that locks cannot follow there.
    function _hasTerms(uint256 chain, uint32 farmId) internal pure returns (bool) {
        return farmId == TERMS || (farmId == SUCCESSOR && chain != 2);
    }

    function _isKnown(uint256 chain, uint32 farmId) internal view returns (bool) {
        if (farmId == 0 || farmId > FARM_COUNT) return false;
        return farmId != SUCCESSOR || _isSucceeded[chain];
    }

    function _userAt(uint256 seed) internal view returns (address) {
        return _users[seed % USERS];
    }

    function _balance(uint256 chain, uint256 mesh, address holder) internal view returns (uint256) {
        return IERC20(_tokens[chain][mesh]).balanceOf(holder);
    }

    function _word(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
