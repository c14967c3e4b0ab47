// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OFT} from "@layerzerolabs/oft-evm/contracts/OFT.sol";

import {EmissionController} from "../../src/hub/EmissionController.sol";
import {EmissionSettings} from "../../src/hub/EmissionSettings.sol";
import {IEmissionReceiver} from "../../src/interfaces/IEmissionReceiver.sol";
import {IFarms} from "../../src/interfaces/IFarms.sol";
import {EmissionReceiver} from "../../src/spoke/EmissionReceiver.sol";
import {Farms} from "../../src/spoke/Farms.sol";
import {HeadwaterToken} from "../../src/token/HeadwaterToken.sol";
import {HeadwaterTokenAdapter} from "../../src/token/HeadwaterTokenAdapter.sol";
import {StackFixture} from "../support/StackFixture.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice A reward token that existed before: on one chain it is a plain ERC-20, which an adapter
/// locks and gives back. Whoever sends it has to allow the adapter, and no more than it takes.
contract EmissionAdapterTest is StackFixture {
    uint64 private constant SHARE_SD = 100_000e6;
    uint256 private constant SHARE = 100_000e18;

    PlainToken private _inner;
    Farms private _farms;
    EmissionReceiver private _receiver;

    function setUp() external {
        _startStack();
        _inner = new PlainToken(18);
    }

    /// @custom:property E30, H-07
    function test_OnTheHubADispatchLocksWhatItSends() external {
        HeadwaterTokenAdapter adapter = _adapterOn(HUB);
        address endpoint = address(_endpoints[ALPHA]);
        OFT spoke = new HeadwaterToken("Headwater", "HWT", endpoint, address(this));
        spoke.setPeer(HUB, _asBytes32(address(adapter)));
        adapter.setPeer(ALPHA, _asBytes32(address(spoke)));
        EmissionSettings.Config memory config = _config();
        (config.rewardOft, config.rewardToken) = (address(adapter), address(_inner));
        _controller = new EmissionController(config);
        _deployReceiver(address(spoke), address(spoke));
        _controller.setFarmBounds(ALPHA, 1, 0, 4000);
        _inner.mint(address(_controller), 3 * SHARE);
        vm.deal(address(_controller), 1 ether);

        _decide(1, 1, _evenTargets(SHARE_SD));
        _controller.dispatch(1, ALPHA);
        assertEq(_inner.balanceOf(address(adapter)), SHARE, "locked");
        assertEq(_inner.allowance(address(_controller), address(adapter)), 0, "all of it used");
        _deliverAll();
        assertEq(_receiver.givenOf(1, 1), SHARE);
        assertEq(_farms.unstreamed(1), SHARE);
        assertEq(spoke.totalSupply(), SHARE, "as much as is locked");
    }

    /// @custom:property H-07
    function test_OnASpokeAReturnLocksWhatItSends() external {
        HeadwaterTokenAdapter adapter = _adapterOn(ALPHA);
        OFT hub = _siteOf[HUB].reward;
        hub.setPeer(ALPHA, _asBytes32(address(adapter)));
        adapter.setPeer(HUB, _asBytes32(address(hub)));
        _inner.mint(address(adapter), 5 * SHARE);
        _deployReceiver(address(adapter), address(_inner));

        _decide(1, 1, _evenTargets(SHARE_SD));
        _controller.dispatch(1, ALPHA);
        _deliverAll();
        assertEq(_farms.unstreamed(1), SHARE);
        assertEq(_receiver.potOf(1), SHARE, "the farm that is not there");
        _receiver.releasePot(1, SHARE);
        uint256 held = _controller.tokenBalance();
        _receiver.returnToHub{value: MESSAGE_FEE}(SHARE);
        assertEq(_inner.balanceOf(address(adapter)), 4 * SHARE, "locked again");
        assertEq(_inner.allowance(address(_receiver), address(adapter)), 0, "all of it used");
        _deliverAll();
        assertEq(_controller.tokenBalance(), held + SHARE);
    }

    function test_RevertIf_AReceiverLacksAPart() external {
        EmissionReceiver.Config memory config = _receiverConfig(address(_inner), address(_inner));
        config.endpoint = address(0);
        vm.expectRevert(IEmissionReceiver.Receiver_ZeroAddress.selector);
        this.deploy(config);
        config = _receiverConfig(address(0), address(_inner));
        vm.expectRevert(IEmissionReceiver.Receiver_ZeroAddress.selector);
        this.deploy(config);
        config = _receiverConfig(address(_inner), address(0));
        vm.expectRevert(IEmissionReceiver.Receiver_ZeroAddress.selector);
        this.deploy(config);
    }

    function deploy(EmissionReceiver.Config memory config) external returns (EmissionReceiver) {
        return new EmissionReceiver(config);
    }

    function _adapterOn(uint32 eid) private returns (HeadwaterTokenAdapter) {
        return new HeadwaterTokenAdapter(address(_inner), address(_endpoints[eid]), address(this));
    }

    /// @dev Farms and receiver of ALPHA for another reward, with one farm that stakes it.
    function _deployReceiver(address oft, address token) private {
        _farms = new Farms(token, TREASURY, EPOCH_DURATION, address(this), GUARDIAN);
        _receiver = new EmissionReceiver(_receiverConfig(oft, token));
        _farms.setReceiver(address(_receiver));
        _farms.setBridge(address(_siteOf[ALPHA].bridge));
        _farms.addFarm(IFarms.NewFarm(1, token, 95, type(uint64).max, false));
        _receiver.setController(_asBytes32(address(_controller)));
        _controller.setChain(ALPHA, _asBytes32(address(_receiver)), 6000);
    }

    function _receiverConfig(address oft, address token)
        private
        view
        returns (EmissionReceiver.Config memory)
    {
        return EmissionReceiver.Config({
            endpoint: address(_endpoints[ALPHA]),
            rewardOft: oft,
            rewardToken: token,
            hubEid: HUB,
            farms: address(_farms),
            owner: address(this),
            guardian: GUARDIAN,
            minStream: MIN_STREAM
        });
    }
}
