// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GovernanceRaces} from "./GovernanceRaces.sol";

/// @notice Every function that not everybody may call, with who may; and by name every other one
/// that changes something. A test compares both with the compiled contracts.
abstract contract GovernanceDoors is GovernanceRaces {
    enum Facade {
        Farms,
        EmissionReceiver,
        PositionBridge,
        CommandReceiver,
        HeadwaterToken,
        HeadwaterVotesToken,
        CommandSender,
        EmissionController,
        HeadwaterGovernor,
        HeadwaterTimelock
    }

    enum Guard {
        Owner,
        Pauser,
        Guardian,
        Limiter,
        Operator,
        Endpoint,
        Itself,
        Receiver,
        Bridge,
        Funder,
        Controller,
        Governance,
        Proposer,
        Canceller,
        Admin,
        Delay,
        Confirmation,
        Nobody
    }

    struct Door {
        Facade facade;
        Guard guard;
        bytes4 selector;
        string signature;
    }

    Door[] private _doors;
    mapping(Facade => string[]) private _open;

    constructor() {
        _listFarms();
        _listReceiver();
        _listBridge();
        _listInbox();
        _listToken(Facade.HeadwaterToken);
        _listToken(Facade.HeadwaterVotesToken);
        _listSender();
        _listController();
        _listGovernance();
        _listOpen();
    }

    function doorCount() public view returns (uint256) {
        return _doors.length;
    }

    function doorAt(uint256 index) public view returns (Door memory) {
        return _doors[index];
    }

    function openFunctionsOf(Facade facade) external view returns (string[] memory) {
        return _open[facade];
    }

    function _listFarms() private {
        Facade farms = Facade.Farms;
        _add(farms, Guard.Owner, "setReceiver(address)");
        _add(farms, Guard.Owner, "setBridge(address)");
        _add(farms, Guard.Owner, "addFarm((uint32,address,uint8,uint64,bool))");
        _add(farms, Guard.Owner, "setFarmState(uint32,uint8)");
        _add(farms, Guard.Owner, "setMaxRate(uint32,uint8,uint64)");
        _add(farms, Guard.Owner, "setTerms(uint32,(uint32,uint16,uint16)[],(uint32,uint16)[])");
        _add(farms, Guard.Owner, "addStream(uint32,address,address,uint64)");
        _add(farms, Guard.Owner, "setFunder(uint32,uint8,address)");
        _add(farms, Guard.Owner, "recover(address,address,uint256)");
        _add(farms, Guard.Pauser, "pauseDeposits(uint32)");
        _add(farms, Guard.Receiver, "adjustStreams(uint40,uint32[],int256[])");
        _add(farms, Guard.Bridge, "exitFor(uint32,address,uint96)");
        _add(farms, Guard.Bridge, "claimToBridge(uint32,address,uint256)");
        _add(
            farms,
            Guard.Bridge,
            "stakeArrival(uint32,address,uint96,(uint32,uint32,uint8,uint16,uint16),bool)"
        );
        _add(farms, Guard.Bridge, "takeFee(uint32,address,uint96)");
        _add(farms, Guard.Itself, "transferSelf(address,address,uint256)");
        _add(farms, Guard.Funder, "fundStream(uint32,uint8,uint96,uint32)");
        _addRoles(farms);
    }

    function _listReceiver() private {
        Facade receiver = Facade.EmissionReceiver;
        _add(receiver, Guard.Owner, "setController(bytes32)");
        _add(receiver, Guard.Owner, "releasePot(uint32,uint256)");
        _add(receiver, Guard.Owner, "recover(address,address,uint256)");
        _add(receiver, Guard.Owner, "unpause()");
        _add(receiver, Guard.Pauser, "pause()");
        _add(receiver, Guard.Guardian, "setMinValidEpoch(uint32)");
        _add(receiver, Guard.Controller, "applyLocal(bytes,uint256)");
        _add(receiver, Guard.Endpoint, "lzCompose(address,bytes32,bytes,address,bytes)");
        _addRoles(receiver);
    }

    function _listBridge() private {
        Facade bridge = Facade.PositionBridge;
        _add(bridge, Guard.Owner, "setRoute(address,address)");
        _add(bridge, Guard.Owner, "setPeer(uint32,bytes32)");
        _add(bridge, Guard.Owner, "setOutflowLimit(address,uint32,uint128,uint32)");
        _add(bridge, Guard.Owner, "assignEscrow(bytes32,address,address)");
        _add(bridge, Guard.Owner, "recover(address,address,uint256)");
        _add(bridge, Guard.Owner, "unpause()");
        _add(bridge, Guard.Pauser, "pause()");
        _add(bridge, Guard.Endpoint, "lzCompose(address,bytes32,bytes,address,bytes)");
        _add(
            bridge,
            Guard.Itself,
            "restakeSelf(address,uint256,(address,address,uint32,(uint32,uint32,uint8,uint16,uint16)))"
        );
        _addRoles(bridge);
    }

    function _listInbox() private {
        Facade inbox = Facade.CommandReceiver;
        _add(inbox, Guard.Owner, "setBridgePeer(uint32,bytes32)");
        _add(inbox, Guard.Owner, "setRoute(address,address)");
        _add(inbox, Guard.Owner, "setGuardians(address)");
        _add(inbox, Guard.Owner, "recover(address,address,address,uint256)");
        _add(inbox, Guard.Owner, "transferOwned(address,address)");
        _add(inbox, Guard.Owner, "setPeer(uint32,bytes32)");
        _add(inbox, Guard.Owner, "setDelegate(address)");
        _add(inbox, Guard.Owner, "unpause()");
        _add(inbox, Guard.Pauser, "pause()");
        _add(inbox, Guard.Itself, "executeSelf(bytes32,uint64,bytes)");
        _add(inbox, Guard.Endpoint, _LZ_RECEIVE);
        _addRoles(inbox);
    }

    string private constant _LZ_RECEIVE =
        "lzReceive((uint32,bytes32,uint64),bytes32,bytes,address,bytes)";

    function _listToken(Facade token) private {
        _add(token, Guard.Owner, "setLimiter(address)");
        _add(token, Guard.Owner, "unpauseInbound()");
        _add(token, Guard.Owner, "releaseByOwner((uint32,bytes32,uint64),bytes32,bytes)");
        _add(token, Guard.Owner, "drop((uint32,bytes32,uint64),bytes32,bytes)");
        _add(token, Guard.Owner, "setPeer(uint32,bytes32)");
        _add(token, Guard.Owner, "setDelegate(address)");
        _add(token, Guard.Owner, "setEnforcedOptions((uint32,uint16,bytes)[])");
        _add(token, Guard.Owner, "setMsgInspector(address)");
        _add(token, Guard.Owner, "setPreCrime(address)");
        _add(token, Guard.Limiter, "setInboundLimit(uint32,uint128,uint32)");
        _add(token, Guard.Pauser, "pauseInbound()");
        _add(token, Guard.Endpoint, _LZ_RECEIVE);
        _add(
            token,
            Guard.Itself,
            "lzReceiveSimulate((uint32,bytes32,uint64),bytes32,bytes,address,bytes)"
        );
        _addRoles(token);
    }

    function _listSender() private {
        Facade sender = Facade.CommandSender;
        _add(sender, Guard.Owner, "send(uint32,bytes)");
        _add(sender, Guard.Owner, "sendMany(uint32[],bytes[])");
        _add(sender, Guard.Owner, "setFeeCap(uint256)");
        _add(sender, Guard.Owner, "withdrawNative(address,uint256)");
        _add(sender, Guard.Owner, "setPeer(uint32,bytes32)");
        _add(sender, Guard.Owner, "setDelegate(address)");
        _add(sender, Guard.Owner, "setEnforcedOptions((uint32,uint16,bytes)[])");
        _add(sender, Guard.Owner, "transferOwnership(address)");
        _add(sender, Guard.Owner, "renounceOwnership()");
        _add(sender, Guard.Nobody, _LZ_RECEIVE);
    }

    function _listController() private {
        Facade controller = Facade.EmissionController;
        _add(controller, Guard.Owner, "setSchedule(uint64,uint64,uint16,uint16)");
        _add(controller, Guard.Owner, "setRevenueMultiple(uint32)");
        _add(controller, Guard.Owner, "setMaxChangeBps(uint16)");
        _add(controller, Guard.Owner, "setFeeCap(uint256)");
        _add(controller, Guard.Owner, "setOperator(address)");
        _add(controller, Guard.Owner, "setChain(uint32,bytes32,uint16)");
        _add(controller, Guard.Owner, "setFarmBounds(uint32,uint32,uint16,uint16)");
        _add(controller, Guard.Owner, "removeFarm(uint32,uint32)");
        _add(controller, Guard.Owner, "withdrawNative(address,uint256)");
        _add(controller, Guard.Owner, "withdrawToken(address,uint256)");
        _add(controller, Guard.Owner, "unpause()");
        _add(controller, Guard.Pauser, "pause()");
        _add(controller, Guard.Operator, "decide(uint32,uint32,(uint32,uint32,uint64)[],bytes32)");
        _add(controller, Guard.Itself, "dispatchSelf(uint32,uint32)");
        _addRoles(controller);
    }

    function _listGovernance() private {
        Facade governor = Facade.HeadwaterGovernor;
        _add(governor, Guard.Governance, "setVotingDelay(uint48)");
        _add(governor, Guard.Governance, "setVotingPeriod(uint32)");
        _add(governor, Guard.Governance, "setProposalThreshold(uint256)");
        _add(governor, Guard.Governance, "setProposalGuardian(address)");
        _add(governor, Guard.Governance, "updateTimelock(address)");
        _add(governor, Guard.Governance, "relay(address,uint256,bytes)");
        Facade timelock = Facade.HeadwaterTimelock;
        _add(timelock, Guard.Proposer, "schedule(address,uint256,bytes,bytes32,bytes32,uint256)");
        _add(
            timelock,
            Guard.Proposer,
            "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)"
        );
        _add(timelock, Guard.Canceller, "cancel(bytes32)");
        _add(timelock, Guard.Admin, "grantRole(bytes32,address)");
        _add(timelock, Guard.Admin, "revokeRole(bytes32,address)");
        _add(timelock, Guard.Confirmation, "renounceRole(bytes32,address)");
        _add(timelock, Guard.Delay, "updateDelay(uint256)");
    }

    function _listOpen() private {
        _open[Facade.Farms] = vm.split(
            "claim claimFor claimMany claimStream compound emergencyWithdraw exit migrate "
            "payTreasury poke setRecipient stake stakeFor stakeLocked stakeWithPermit sweepStream "
            "withdraw",
            " "
        );
        _open[Facade.EmissionReceiver] = vm.split("replay returnToHub", " ");
        _open[Facade.PositionBridge] =
            vm.split("move moveBySig moveMany retry returnEscrow useNonce withdrawEscrow", " ");
        _open[Facade.CommandReceiver] = vm.split("retry", " ");
        _open[Facade.HeadwaterToken] =
            vm.split("approve lzReceiveAndRevert release send transfer transferFrom", " ");
        _open[Facade.HeadwaterVotesToken] = vm.split(
            "approve lzReceiveAndRevert release send transfer transferFrom delegate "
            "delegateBySig permit",
            " "
        );
        _open[Facade.EmissionController] = vm.split("depositRevenue dispatch dispatchMany", " ");
        _open[Facade.HeadwaterGovernor] = vm.split(
            "cancel castVote castVoteBySig castVoteWithReason castVoteWithReasonAndParams "
            "castVoteWithReasonAndParamsBySig execute onERC1155BatchReceived onERC1155Received "
            "onERC721Received propose queue",
            " "
        );
        _open[Facade.HeadwaterTimelock] = vm.split(
            "execute executeBatch onERC1155BatchReceived onERC1155Received onERC721Received", " "
        );
    }

    /// @dev What an owner has in every contract with a guardian and a sentinel.
    function _addRoles(Facade facade) private {
        _add(facade, Guard.Owner, "setGuardian(address)");
        _add(facade, Guard.Owner, "setSentinel(address,uint40)");
        _add(facade, Guard.Owner, "transferOwnership(address)");
        _add(facade, Guard.Owner, "renounceOwnership()");
    }

    function _add(Facade facade, Guard guard, string memory signature) private {
        _doors.push(Door(facade, guard, bytes4(keccak256(bytes(signature))), signature));
    }
}
