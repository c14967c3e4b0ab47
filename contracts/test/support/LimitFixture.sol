// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Origin
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroReceiver.sol";
import {OFTCore} from "@layerzerolabs/oft-evm/contracts/OFTCore.sol";
import {MessagingFee, SendParam} from "@layerzerolabs/oft-evm/contracts/interfaces/IOFT.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IInboundLimit} from "../../src/interfaces/IInboundLimit.sol";
import {IPauseRoles} from "../../src/interfaces/IPauseRoles.sol";
import {HeadwaterToken} from "../../src/token/HeadwaterToken.sol";
import {HeadwaterTokenAdapter} from "../../src/token/HeadwaterTokenAdapter.sol";
import {LzFixture} from "./LzFixture.sol";
import {OrderComposer} from "./OrderComposer.sol";
import {PlainToken} from "./Tokens.sol";
import {VotesToken} from "./VotesToken.sol";

/// @dev Errors of the endpoint that tests name.
interface IEndpointErrors {
    error LZ_PayloadHashNotFound(bytes32 expected, bytes32 actual);
    error LZ_ComposeNotFound(bytes32 expected, bytes32 actual);
    error LZ_ComposeExists();
}

/// @notice Two chains: `_source` sends to `_target`, which limits what it credits. The test
/// contract owns both.
abstract contract LimitFixture is LzFixture {
    enum Kind {
        Token,
        Votes,
        Adapter
    }

    /// @dev What a release names.
    struct Inbound {
        Origin origin;
        bytes32 guid;
        bytes message;
    }

    uint32 internal constant SOURCE = 50_121;
    uint32 internal constant TARGET = 50_231;
    uint40 internal constant START = 1_800_000_000;
    /// @dev One whole token comes back a second.
    uint128 internal constant LIMIT = 86_400e18;
    uint32 internal constant WINDOW = 1 days;
    uint256 internal constant SUPPLY = 100_000_000e18;
    uint256 internal constant GRANT = 40_000_000e18;
    /// @dev Wei of one unit of shared decimals of an 18-decimal token.
    uint256 internal constant SD = 1e12;
    bytes internal constant NO_ORDER = "";
    bytes internal constant ORDER = "an order";

    address internal immutable ALICE = makeAddr("alice");
    address internal immutable BOB = makeAddr("bob");
    address internal immutable GUARDIAN = makeAddr("guardian");
    address internal immutable SENTINEL = makeAddr("sentinel");
    address internal immutable LIMITER = makeAddr("limiter");

    uint32[] internal _eids = [SOURCE, TARGET];
    OFTCore internal _source;
    OFTCore internal _target;
    IInboundLimit internal _limited;
    IERC20 internal _targetToken;
    OrderComposer internal _composer;
    uint64 internal _seqBefore;

    /// @dev ALICE has `GRANT` on the source chain afterwards, and nothing is on its way.
    function _startLimit(Kind kind) internal {
        vm.warp(START);
        _startEndpoints(_eids);
        address source = address(_endpoints[SOURCE]);
        address target = address(_endpoints[TARGET]);
        if (kind == Kind.Token) {
            _source = OFTCore(VotesToken.deploy(source, address(this), ALICE, SUPPLY));
            _target = new HeadwaterToken("Headwater", "HWT", target, address(this));
        } else {
            _source = new HeadwaterToken("Headwater", "HWT", source, address(this));
            _target = kind == Kind.Votes
                ? OFTCore(VotesToken.deploy(target, address(this), ALICE, SUPPLY))
                : OFTCore(_newAdapter(target));
        }
        _limited = IInboundLimit(address(_target));
        _targetToken = IERC20(_target.token());
        _composer = new OrderComposer(target, address(_target), address(_targetToken));
        _source.setPeer(TARGET, _asBytes32(address(_target)));
        _target.setPeer(SOURCE, _asBytes32(address(_source)));
        vm.deal(ALICE, 10 ether);
        if (kind != Kind.Token) {
            vm.prank(ALICE);
            _targetToken.approve(address(_target), type(uint256).max);
            _send(_target, SOURCE, ALICE, GRANT, NO_ORDER);
            _deliverAll();
        }
        IPauseRoles(address(_target)).setGuardian(GUARDIAN);
        IPauseRoles(address(_target)).setSentinel(SENTINEL, START + 30 days);
        _limited.setInboundLimit(SOURCE, LIMIT, WINDOW);
        _seqBefore = _limited.seq();
    }

    /// @dev ALICE sends on the chain of `oft`; the packet waits at the other endpoint.
    function _send(OFTCore oft, uint32 dstEid, address to, uint256 amount, bytes memory order)
        internal
        returns (Inbound memory)
    {
        SendParam memory param = SendParam({
            dstEid: dstEid,
            to: _asBytes32(to),
            amountLD: amount,
            minAmountLD: amount,
            extraOptions: _options(),
            composeMsg: order,
            oftCmd: ""
        });
        MessagingFee memory fee = oft.quoteSend(param, false);
        vm.prank(ALICE);
        oft.send{value: fee.nativeFee}(param, fee, ALICE);
        _collect();
        return this.parseInbound(_packets[_packets.length - 1].encoded);
    }

    /// @dev ALICE sends `amount` to BOB on the target chain and it is delivered.
    function _arrive(uint256 amount) internal returns (Inbound memory inbound) {
        inbound = _send(_source, TARGET, BOB, amount, NO_ORDER);
        _deliver(_packets.length - 1);
    }

    /// @dev The same with an order for the composer, which is not executed.
    function _arriveWithOrder(uint256 amount) internal returns (Inbound memory inbound) {
        inbound = _send(_source, TARGET, address(_composer), amount, ORDER);
        _deliver(_packets.length - 1);
    }

    /// @dev Uses up all that is available.
    function _useUp() internal {
        (,, uint256 availableLD) = _limited.inboundLimitOf(SOURCE);
        if (availableLD != 0) _arrive(availableLD);
    }

    function _release(Inbound memory inbound) internal {
        _limited.release(inbound.origin, inbound.guid, inbound.message);
        _collect();
    }

    function _releaseByOwner(Inbound memory inbound) internal {
        _limited.releaseByOwner(inbound.origin, inbound.guid, inbound.message);
        _collect();
    }

    function _drop(Inbound memory inbound) internal {
        _limited.drop(inbound.origin, inbound.guid, inbound.message);
    }

    function _isQueued(Inbound memory inbound) internal view returns (bool) {
        return _limited.isQueued(inbound.origin, inbound.guid, inbound.message);
    }

    /// @dev What the target chain credited to BOB and the composer.
    function _credited() internal view returns (uint256) {
        return _targetToken.balanceOf(BOB) + _targetToken.balanceOf(address(_composer));
    }

    /// @dev Verifies and delivers what nobody sent: the message library of the fixture stands for
    /// verifiers that sign whatever they are told.
    function _forge(Inbound memory inbound) internal {
        _libs[TARGET].validatePacket(_encode(inbound));
        _endpoints[TARGET].lzReceive(
            inbound.origin, address(_target), inbound.guid, inbound.message, ""
        );
        _collect();
    }

    function _encode(Inbound memory inbound) internal view returns (bytes memory) {
        return abi.encodePacked(
            uint8(1),
            inbound.origin.nonce,
            inbound.origin.srcEid,
            inbound.origin.sender,
            TARGET,
            _asBytes32(address(_target)),
            inbound.guid,
            inbound.message
        );
    }

    /// @dev A packet of the true peer that it never sent.
    function _forgery(address to, uint256 amount, bytes memory order, bytes32 guid)
        internal
        view
        returns (Inbound memory)
    {
        bytes32 sender = _asBytes32(address(_source));
        uint64 nonce = _endpoints[TARGET].inboundNonce(address(_target), SOURCE, sender) + 1;
        bytes memory message = abi.encodePacked(_asBytes32(to), uint64(amount / SD));
        if (order.length != 0) message = abi.encodePacked(message, sender, order);
        return Inbound(Origin(SOURCE, sender, nonce), guid, message);
    }

    function parseInbound(bytes calldata encoded) external pure returns (Inbound memory) {
        return Inbound({
            origin: Origin({
                srcEid: uint32(bytes4(encoded[9:13])),
                sender: bytes32(encoded[13:45]),
                nonce: uint64(bytes8(encoded[1:9]))
            }),
            guid: bytes32(encoded[81:113]),
            message: encoded[113:]
        });
    }

    function _options() internal pure virtual returns (bytes memory) {
        // Type 3, executor, 17 bytes, receive option, gas.
        return abi.encodePacked(uint16(3), uint8(1), uint16(17), uint8(1), uint128(200_000));
    }

    function _asBytes32(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    function _newAdapter(address endpoint) private returns (address) {
        PlainToken inner = new PlainToken(18);
        inner.mint(ALICE, SUPPLY);
        return address(new HeadwaterTokenAdapter(address(inner), endpoint, address(this)));
    }

    receive() external payable {}
}
