// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {IPositionBridge} from "../../src/interfaces/IPositionBridge.sol";
import {PositionBridge} from "../../src/spoke/PositionBridge.sol";
import {BridgeFixture} from "../support/BridgeFixture.sol";

/// @notice A contract account of one key.
contract Wallet is IERC1271 {
    address private immutable SIGNER;

    constructor(address signer) {
        SIGNER = signer;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature)
        external
        view
        returns (bytes4)
    {
        (address recovered,,) = ECDSA.tryRecover(hash, signature);
        return recovered == SIGNER ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Moves that somebody else submits and pays for.
contract BridgeSignaturesTest is BridgeFixture {
    bytes32 private constant TYPEHASH = keccak256(
        "MovePosition(address user,uint32 farmId,uint96 amount,uint32 dstEid,uint32 dstFarmId,address recipient,bool carryRewards,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    uint256 private _aliceKey;
    uint256 private _bobKey;
    uint256 private _deadline;

    function setUp() external {
        _startBridges();
        (, _aliceKey) = makeAddrAndKey("alice");
        (, _bobKey) = makeAddrAndKey("bob");
        _deadline = block.timestamp + 1 hours;
    }

    function test_AnyoneSubmitsAndPaysForASignedMove() external {
        bytes memory signature = _sign(_aliceKey, ALICE, _request(ALICE), 0);
        uint64 seq = _source.seq();
        vm.expectEmit(address(_source));
        emit IPositionBridge.NonceUsed(ALICE, 0, seq + 1);
        _submit(ALICE, _request(ALICE), signature, 1 ether);
        assertEq(BOB.balance, 10 ether - MESSAGE_FEE, "paid by who submits, the rest refunded");
        assertEq(ALICE.balance, 10 ether);
        assertEq(_source.nonceOf(ALICE), 1);
        assertEq(_source.seq(), seq + 2);
        _deliverAll();
        assertEq(_principal(BETA, PLAIN, ALICE), 40e18);
    }

    /// @dev The lock is her own: the signer counts as the sender, not who submits.
    function test_ASignedMoveOfALockedPositionLands() external {
        bytes memory signature = _sign(_aliceKey, ALICE, _lockedRequest(ALICE), 0);
        _submit(ALICE, _lockedRequest(ALICE), signature, MESSAGE_FEE);
        _deliverAll();
        assertEq(_principal(BETA, TERMS, ALICE), 40e18);
    }

    function test_AContractAccountSigns() external {
        address wallet = address(new Wallet(BOB));
        _mintStake(ALPHA, wallet, 50e18);
        vm.prank(wallet);
        _siteOf[ALPHA].farms.stake(PLAIN, 50e18);
        bytes memory signature = _sign(_bobKey, wallet, _request(BOB), 0);
        _submit(wallet, _request(BOB), signature, MESSAGE_FEE);
        assertEq(_principal(ALPHA, PLAIN, wallet), 10e18);
        _deliverAll();
        assertEq(_principal(BETA, PLAIN, BOB), 40e18);
    }

    /// @dev One key may sign for several accounts; each signature is for one of them.
    /// @custom:property I10, C-05
    function test_RevertIf_ASignatureIsUsedForAnotherAccountOfItsKey() external {
        address first = address(new Wallet(BOB));
        address second = address(new Wallet(BOB));
        bytes memory signature = _sign(_bobKey, first, _request(BOB), 0);
        _refuse(second, _request(BOB), signature);
    }

    /// @custom:property C-05
    function test_RevertIf_ASignatureIsReplayed() external {
        bytes memory signature = _sign(_aliceKey, ALICE, _request(ALICE), 0);
        _submit(ALICE, _request(ALICE), signature, MESSAGE_FEE);
        _refuse(ALICE, _request(ALICE), signature);
        bytes memory early = _sign(_aliceKey, ALICE, _request(ALICE), 2);
        _refuse(ALICE, _request(ALICE), early);
    }

    /// @dev E25: the same user, the same move, another chain.
    /// @custom:property E25, C-05
    function test_RevertIf_ASignatureIsUsedOnAnotherChain_E25() external {
        bytes memory signature = _sign(_aliceKey, ALICE, _request(ALICE), 0);
        vm.chainId(block.chainid + 1);
        _refuse(ALICE, _request(ALICE), signature);
        _submit(ALICE, _request(ALICE), _sign(_aliceKey, ALICE, _request(ALICE), 0), MESSAGE_FEE);
    }

    /// @dev E25: a bridge that replaces this one on its chain.
    /// @custom:property E25, C-05
    function test_RevertIf_ASignatureIsUsedAtAnotherBridge_E25() external {
        bytes memory signature = _sign(_aliceKey, ALICE, _request(ALICE), 0);
        PositionBridge other = new PositionBridge(
            address(_endpoints[ALPHA]),
            address(_siteOf[ALPHA].farms),
            address(this),
            GUARDIAN,
            RESTAKE_GAS
        );
        assertNotEq(other.DOMAIN_SEPARATOR(), _source.DOMAIN_SEPARATOR());
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_BadSignature.selector, ALICE));
        other.moveBySig(ALICE, _request(ALICE), _deadline, signature);
    }

    /// @custom:property C-05
    function test_RevertIf_AnyFieldDiffersFromWhatWasSigned() external {
        bytes memory signature = _sign(_aliceKey, ALICE, _request(ALICE), 0);
        IPositionBridge.Move memory request = _request(BOB);
        _refuse(ALICE, request, signature);
        request = _request(ALICE);
        request.farmId = TERMS;
        _refuse(ALICE, request, signature);
        request = _request(ALICE);
        request.amount -= 1;
        _refuse(ALICE, request, signature);
        request = _request(ALICE);
        request.dstEid = HUB;
        _refuse(ALICE, request, signature);
        request = _request(ALICE);
        request.dstFarmId = 1;
        _refuse(ALICE, request, signature);
        request = _request(ALICE);
        request.carryRewards = true;
        _refuse(ALICE, request, signature);
        _refuse(BOB, _request(ALICE), signature);
        ++_deadline;
        _refuse(ALICE, _request(ALICE), signature);
    }

    /// @custom:property C-05
    function test_RevertIf_TheSignatureIsNoSignature() external {
        _refuse(ALICE, _request(ALICE), "");
        _refuse(ALICE, _request(ALICE), new bytes(65));
        _refuse(address(0), _request(ALICE), new bytes(65));
        _refuse(ALICE, _request(ALICE), _sign(_bobKey, ALICE, _request(ALICE), 0));
    }

    /// @custom:property C-05
    function test_ASignatureIsGoodUntilItsLastSecond() external {
        bytes memory signature = _sign(_aliceKey, ALICE, _request(ALICE), 0);
        vm.warp(_deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_Expired.selector, _deadline));
        vm.prank(BOB);
        _source.moveBySig{value: MESSAGE_FEE}(ALICE, _request(ALICE), _deadline, signature);
        vm.warp(_deadline);
        _submit(ALICE, _request(ALICE), signature, MESSAGE_FEE);
    }

    /// @custom:property C-05
    function test_AUserTakesASignatureBack() external {
        bytes memory signature = _sign(_aliceKey, ALICE, _request(ALICE), 0);
        vm.expectEmit(address(_source));
        emit IPositionBridge.NonceUsed(ALICE, 0, _source.seq() + 1);
        vm.prank(ALICE);
        _source.useNonce();
        _refuse(ALICE, _request(ALICE), signature);
        _submit(ALICE, _request(ALICE), _sign(_aliceKey, ALICE, _request(ALICE), 1), MESSAGE_FEE);
    }

    /// @dev A move that fails leaves the signature for another try.
    function test_AFailedMoveUsesUpNothing() external {
        bytes memory signature = _sign(_aliceKey, ALICE, _request(ALICE), 0);
        vm.prank(GUARDIAN);
        _source.pause();
        vm.expectRevert(IPositionBridge.Bridge_IsPaused.selector);
        vm.prank(BOB);
        _source.moveBySig{value: MESSAGE_FEE}(ALICE, _request(ALICE), _deadline, signature);
        _source.unpause();
        _submit(ALICE, _request(ALICE), signature, MESSAGE_FEE);
    }

    function _submit(
        address user,
        IPositionBridge.Move memory request,
        bytes memory signature,
        uint256 value
    ) private {
        vm.prank(BOB);
        _source.moveBySig{value: value}(user, request, _deadline, signature);
    }

    function _refuse(address user, IPositionBridge.Move memory request, bytes memory signature)
        private
    {
        vm.expectRevert(abi.encodeWithSelector(IPositionBridge.Bridge_BadSignature.selector, user));
        vm.prank(BOB);
        _source.moveBySig{value: 2 * MESSAGE_FEE}(user, request, _deadline, signature);
    }

    /// @dev The digest is put together here anew, field by field.
    function _sign(uint256 key, address user, IPositionBridge.Move memory request, uint256 nonce)
        private
        view
        returns (bytes memory)
    {
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256("Headwater PositionBridge"),
                keccak256("2"),
                block.chainid,
                address(_source)
            )
        );
        bytes32 structHash = keccak256(
            abi.encode(
                TYPEHASH,
                user,
                request.farmId,
                request.amount,
                request.dstEid,
                request.dstFarmId,
                request.recipient,
                request.carryRewards,
                nonce,
                _deadline
            )
        );
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
        return abi.encodePacked(r, s, v);
    }
}
