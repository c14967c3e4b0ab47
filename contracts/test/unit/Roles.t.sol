// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {HeadwaterGovernor} from "../../src/governance/HeadwaterGovernor.sol";
import {HeadwaterTimelock} from "../../src/governance/HeadwaterTimelock.sol";
import {IInboundLimit} from "../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {HeadwaterTokenAdapter} from "../../src/token/HeadwaterTokenAdapter.sol";
import {CommandFixture} from "../support/CommandFixture.sol";
import {IVotesToken} from "../support/VotesToken.sol";

/// @notice The table of roles (contracts/roles.json, which names every function that changes
/// something) against the contracts: each function is called by everybody who has any role
/// anywhere, and by a stranger. Who is not named gets the refusal that the table names; who is
/// named does not.
contract RolesTest is CommandFixture {
    /// @dev In the order of the alphabet, in which the cheatcode gives the fields of an object.
    struct Row {
        string contractName;
        string signature;
        string note;
        string proof;
        string refusal;
        string roles;
    }

    string private constant TABLE = "contracts/roles.json";
    uint256 private constant THRESHOLD = 100_000e18;
    uint256 private constant WORDS = 64;

    address private immutable STRANGER = makeAddr("stranger");
    address private immutable LIMITER = makeAddr("limiter");
    address private immutable PROPOSER = makeAddr("proposer");

    mapping(string name => address) private _contracts;
    /// @dev Who has a role on a contract; nobody where it has no such role.
    mapping(string name => mapping(string role => address)) private _accounts;
    address[] private _callers;

    function setUp() external {
        _startCommands(1 days);
        Site storage site = _siteOf[ALPHA];
        address endpoint = address(_endpoints[HUB]);
        _contracts["CommandReceiver"] = address(_inboxOf[ALPHA]);
        _contracts["CommandSender"] = address(_sender);
        _contracts["EmissionController"] = address(_controller);
        _contracts["EmissionReceiver"] = address(site.receiver);
        _contracts["Farms"] = address(site.farms);
        _contracts["FarmsAnnex"] = site.farms.ANNEX();
        _contracts["HeadwaterToken"] = address(site.reward);
        _contracts["HeadwaterVotesToken"] = address(_siteOf[HUB].reward);
        _contracts["HeadwaterTokenAdapter"] = address(
            new HeadwaterTokenAdapter(address(_siteOf[HUB].stake), endpoint, address(this))
        );
        _contracts["PositionBridge"] = address(site.bridge);
        _deployGovernance();
        _nameRoles();
        _callers.push(STRANGER);
        skip(1);
    }

    /// @custom:property C-15
    function test_EveryoneButTheRolesOfAFunctionIsRefusedByName() external {
        Row[] memory rows = _rows();
        uint256 calls;
        for (uint256 i; i < rows.length; ++i) {
            if (bytes(rows[i].refusal).length == 0 || bytes(rows[i].proof).length != 0) continue;
            for (uint256 j; j < _callers.length; ++j) {
                _assertOutcome(rows[i], _callers[j]);
                ++calls;
            }
        }
        assertGt(calls, 2000, "functions times accounts");
    }

    /// @dev A role without an account would never be tried.
    function test_EveryRoleOfTheTableIsSomebody() external view {
        Row[] memory rows = _rows();
        for (uint256 i; i < rows.length; ++i) {
            if (bytes(rows[i].refusal).length == 0 || bytes(rows[i].proof).length != 0) continue;
            if (_contracts[rows[i].contractName] == _contracts["FarmsAnnex"]) continue;
            string[] memory roles = vm.split(rows[i].roles, ", ");
            for (uint256 j; j < roles.length; ++j) {
                if (_same(roles[j], "nobody")) continue;
                address account = _accounts[rows[i].contractName][roles[j]];
                assertNotEq(account, address(0), string.concat(_title(rows[i]), " ", roles[j]));
            }
        }
    }

    function _assertOutcome(Row memory row, address caller) private {
        uint256 snapshot = vm.snapshotState();
        bool isPayment = _same(row.signature, "receive()");
        bytes memory data = isPayment ? bytes("") : _zeros(row.signature);
        vm.deal(caller, 1 ether);
        vm.prank(caller);
        (bool ok, bytes memory result) =
            _contracts[row.contractName].call{value: isPayment ? 1 : 0}(data);
        bool isRefused = !ok && bytes4(result) == bytes4(keccak256(bytes(row.refusal)));
        string memory what = string.concat(_title(row), " ", vm.toString(caller));
        assertEq(isRefused, !_isNamed(row, caller), what);
        vm.revertToStateAndDelete(snapshot);
    }

    function _isNamed(Row memory row, address caller) private view returns (bool) {
        string[] memory roles = vm.split(row.roles, ", ");
        for (uint256 i; i < roles.length; ++i) {
            if (_accounts[row.contractName][roles[i]] == caller) return true;
        }
        return false;
    }

    function _deployGovernance() private {
        HeadwaterTimelock timelock =
            new HeadwaterTimelock(2 days, new address[](0), new address[](1), address(this));
        HeadwaterGovernor governor = new HeadwaterGovernor(
            IVotesToken(_contracts["HeadwaterVotesToken"]),
            TimelockController(payable(address(timelock))),
            1 days,
            3 days,
            THRESHOLD,
            4_000_000e18,
            GUARDIAN
        );
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), GUARDIAN);
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
        _contracts["HeadwaterGovernor"] = address(governor);
        _contracts["HeadwaterTimelock"] = address(timelock);
        _name("HeadwaterGovernor", "vote", address(timelock));
        _name("HeadwaterGovernor", "proposer", PROPOSER);
        _name("HeadwaterTimelock", "vote", address(timelock));
        _name("HeadwaterTimelock", "governor", address(governor));
        _name("HeadwaterTimelock", "proposalGuardian", GUARDIAN);
        vm.prank(TREASURY);
        _siteOf[HUB].reward.transfer(PROPOSER, THRESHOLD);
        vm.prank(PROPOSER);
        IVotesToken(_contracts["HeadwaterVotesToken"]).delegate(PROPOSER);
    }

    function _nameRoles() private {
        string[7] memory pausable = [
            "CommandReceiver",
            "EmissionController",
            "EmissionReceiver",
            "Farms",
            "HeadwaterToken",
            "HeadwaterVotesToken",
            "PositionBridge"
        ];
        for (uint256 i; i < pausable.length; ++i) {
            _namePausers(pausable[i]);
        }
        _namePausers("HeadwaterTokenAdapter");
        _name("CommandSender", "owner", _sender.owner());
        _name("FarmsAnnex", "owner", Ownable(_contracts["FarmsAnnex"]).owner());
        _name("EmissionController", "operator", OPERATOR);
        _name("EmissionReceiver", "controller", address(_controller));
        _name("Farms", "receiver", _contracts["EmissionReceiver"]);
        _name("Farms", "bridge", _contracts["PositionBridge"]);
        _nameEndpoint("CommandReceiver", ALPHA);
        _nameEndpoint("EmissionReceiver", ALPHA);
        _nameEndpoint("HeadwaterToken", ALPHA);
        _nameEndpoint("HeadwaterTokenAdapter", HUB);
        _nameEndpoint("HeadwaterVotesToken", HUB);
        _nameEndpoint("PositionBridge", ALPHA);
        _name("HeadwaterToken", "limiter", _contracts["CommandReceiver"]);
        _nameLimiter("HeadwaterVotesToken");
        _nameLimiter("HeadwaterTokenAdapter");
    }

    function _namePausers(string memory name) private {
        address target = _contracts[name];
        address owner = Ownable(target).owner();
        vm.startPrank(owner);
        IPauseRoles(target).setGuardian(GUARDIAN);
        IPauseRoles(target).setSentinel(SENTINEL, uint40(block.timestamp + 30 days));
        vm.stopPrank();
        _name(name, "owner", owner);
        _name(name, "guardian", GUARDIAN);
        _name(name, "sentinel", SENTINEL);
        _name(name, "self", target);
    }

    function _nameLimiter(string memory name) private {
        IInboundLimit(_contracts[name]).setLimiter(LIMITER);
        _name(name, "limiter", LIMITER);
    }

    function _nameEndpoint(string memory name, uint32 eid) private {
        _name(name, "endpoint", address(_endpoints[eid]));
    }

    /// @dev Whoever has a role on one contract tries his luck at all of them.
    function _name(string memory name, string memory role, address account) private {
        _accounts[name][role] = account;
        for (uint256 i; i < _callers.length; ++i) {
            if (_callers[i] == account) return;
        }
        _callers.push(account);
    }

    function _rows() private view returns (Row[] memory) {
        return abi.decode(vm.parseJson(vm.readFile(TABLE), ".functions"), (Row[]));
    }

    /// @dev Zeros are valid arguments of every type: an offset of zero leads to a length of zero.
    function _zeros(string memory signature) private pure returns (bytes memory) {
        return bytes.concat(bytes4(keccak256(bytes(signature))), new bytes(32 * WORDS));
    }

    function _title(Row memory row) private pure returns (string memory) {
        return string.concat(row.contractName, ".", row.signature);
    }

    function _same(string memory a, string memory b) private pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }
}
