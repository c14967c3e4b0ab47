import { concatHex, encodeFunctionData, encodePacked, keccak256 } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { receiveUlnAbi } from '#abi';
import { type Hex, toHex } from '#kernel';
import { encodeHeader } from '#messaging';
import { DVN_QUORUM, type DvnName, dvnSignersOf, type Role } from '../accounts.js';
import { layerZeroArtifact } from '../contracts/artifact.js';
import { encodeCall } from '../deploy/deploy-plan.js';
import { dvnIdOf } from '../deploy/layerzero.js';
import type { TrackedMessage } from './tracked-message.js';
import type { WorkerChain } from './worker-chain.js';

const ADMINS: Readonly<Record<DvnName, Role>> = { A: 'dvnAdminA', B: 'dvnAdminB' };
/** Seconds a signature stays good, on the clock of the destination. */
const SIGNATURE_LIFETIME = 3_600;
const ATTEST_GAS = 400_000n;
const dvnArtifact = layerZeroArtifact('DVN');

/**
 * Attests one message as one DVN: its signers sign, its admin brings the signatures to the chain.
 * A DVN's transaction succeeds also when it refuses: only the chain says whether it counted.
 */
export async function attest(options: {
  readonly dvn: DvnName;
  readonly destination: WorkerChain;
  readonly message: TrackedMessage;
  readonly confirmations: bigint;
}): Promise<void> {
  const { dvn, destination, message, confirmations } = options;
  const { chain, receiveUln, dvns } = destination;
  const vid = dvnIdOf(chain.spec.eid);
  const callData = encodeFunctionData({
    abi: receiveUlnAbi,
    functionName: 'verify',
    args: [encodeHeader(message.packet), message.payloadHash, confirmations],
  });
  const expiration = BigInt((await chain.now()) + SIGNATURE_LIFETIME);
  const digest = keccak256(
    encodePacked(
      ['uint32', 'address', 'uint256', 'bytes'],
      [vid, receiveUln, expiration, callData],
    ),
  );
  const signatures = concatHex(await signaturesOf(dvn, toHex(digest)));
  await chain.sender(ADMINS[dvn]).execute({
    label: `attestation of DVN ${dvn}`,
    to: dvns[dvn],
    data: encodeCall(dvnArtifact, 'execute', [
      [{ vid, target: receiveUln, callData, expiration, signatures }],
    ]),
    gas: ATTEST_GAS,
  });
}

/** Exactly as many signatures as the DVN needs, ascending by signer; others are refused. */
function signaturesOf(dvn: DvnName, digest: Hex): Promise<Hex[]> {
  return Promise.all(
    dvnSignersOf(dvn)
      .slice(0, DVN_QUORUM)
      .map(({ privateKey }) =>
        privateKeyToAccount(privateKey).signMessage({ message: { raw: digest } }),
      ),
  );
}
