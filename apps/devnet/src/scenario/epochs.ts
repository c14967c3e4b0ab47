import { encodeFunctionData, keccak256, parseEventLogs, toHex as utf8ToHex } from 'viem';
import { emissionControllerAbi, emissionReceiverAbi } from '#abi';
import { canonicalJson, defined, type Hex, mulDivDown, toHex } from '#kernel';
import { SHARED_DECIMALS } from '../parameters.js';
import { waitFor } from '../sleep.js';
import { type ChainKey, chainKeyOfEid, CHAINS, CHAIN_KEYS } from '../topology.js';
import { STAKE_TOKENS } from '../deploy/farm-catalog.js';
import { contractsOf, hubContractsOf, type Network } from './network.js';

/** What one farm gets in an epoch, in shared decimals. */
export interface EpochTarget {
  readonly eid: number;
  readonly farmId: number;
  readonly amountSD: bigint;
}

/** An epoch that was decided and sent to every chain. */
export interface EpochRun {
  readonly epoch: number;
  readonly revision: number;
  readonly targets: readonly EpochTarget[];
  readonly decideTx: Hex;
  readonly dispatchTx: Hex;
  /** Packets of the orders; the hub's own needs none. */
  readonly guids: readonly Hex[];
}

/** Wei in one unit of shared decimals of the reward token. */
export const WEI_PER_SD = 10n ** BigInt(STAKE_TOKENS.reward.decimals - SHARED_DECIMALS);
const ORDERS_TIMEOUT_MS = 60_000;

/**
 * Decides an epoch as the operator, with the same share for every registered farm, and sends the
 * orders. The division rounds down; what it leaves stays on the hub.
 */
export async function decideAndDispatch(network: Network): Promise<EpochRun> {
  const { epoch, revision, targets } = await nextDecision(network);
  const operator = network.chains.hub.sender('operator');
  const { controller } = hubContractsOf(network);
  const evidenceHash = keccak256(utf8ToHex(canonicalJson({ epoch, revision, targets })));
  const decided = await operator.execute({
    label: `decision of epoch ${epoch}`,
    to: controller,
    data: toHex(
      encodeFunctionData({
        abi: emissionControllerAbi,
        functionName: 'decide',
        args: [epoch, revision, targets, evidenceHash],
      }),
    ),
  });
  const eids = CHAIN_KEYS.map((key) => CHAINS[key].eid);
  const dispatched = await operator.execute({
    label: `dispatch of epoch ${epoch}`,
    to: controller,
    data: toHex(
      encodeFunctionData({
        abi: emissionControllerAbi,
        functionName: 'dispatchMany',
        args: [epoch, eids],
      }),
    ),
  });
  const logs = parseEventLogs({ abi: emissionControllerAbi, logs: dispatched.logs });
  const failed = logs.find((log) => log.eventName === 'DispatchFailed');
  if (failed !== undefined)
    throw new Error(`dispatch to ${failed.args.eid}: ${failed.args.reason}`);
  const guids = logs.flatMap((log) =>
    log.eventName === 'OrderDispatched' && log.args.eid !== CHAINS.hub.eid
      ? [toHex(log.args.guid)]
      : [],
  );
  return {
    epoch,
    revision,
    targets,
    decideTx: toHex(decided.transactionHash),
    dispatchTx: toHex(dispatched.transactionHash),
    guids,
  };
}

/** Waits until every chain has applied its order in full. */
export async function waitForOrders(network: Network, run: EpochRun): Promise<void> {
  await Promise.all(
    run.targets.map(({ eid, farmId, amountSD }) =>
      waitFor({
        what: `order of epoch ${run.epoch} for farm ${farmId} of ${eid}`,
        timeoutMs: ORDERS_TIMEOUT_MS,
        probe: async () => {
          const given = await givenTo(network, chainWithEid(eid), { epoch: run.epoch, farmId });
          return given === amountSD * WEI_PER_SD ? true : undefined;
        },
      }),
    ),
  );
}

/** The chain with endpoint id `eid`, which must be one of ours. */
export function chainWithEid(eid: number): ChainKey {
  return defined(chainKeyOfEid(eid), `chain with endpoint ${eid}`);
}

function givenTo(
  network: Network,
  key: ChainKey,
  { epoch, farmId }: { readonly epoch: number; readonly farmId: number },
): Promise<bigint> {
  return network.chains[key].client.readContract({
    address: contractsOf(network, key).receiver,
    abi: emissionReceiverAbi,
    functionName: 'givenOf',
    args: [epoch, farmId],
  });
}

/** The epoch that runs, or the next one when that was decided already or none runs yet. */
async function nextDecision(network: Network): Promise<{
  readonly epoch: number;
  readonly revision: number;
  readonly targets: readonly EpochTarget[];
}> {
  const { client } = network.chains.hub;
  const controller = {
    address: hubContractsOf(network).controller,
    abi: emissionControllerAbi,
  } as const;
  const [current, lastDecided, [eids, farmIds]] = await Promise.all([
    client.readContract({ ...controller, functionName: 'currentEpoch' }),
    client.readContract({ ...controller, functionName: 'lastDecided' }),
    client.readContract({ ...controller, functionName: 'farms' }),
  ]);
  const epoch = Math.max(current, lastDecided + 1, 1);
  const budgetSD = await client.readContract({
    ...controller,
    functionName: 'budgetOf',
    args: [epoch],
  });
  const amountSD = mulDivDown(budgetSD, 1n, BigInt(eids.length));
  const targets = eids.map((eid, index) => ({
    eid,
    farmId: defined(farmIds[index], `farm ${index}`),
    amountSD,
  }));
  return { epoch, revision: 1, targets };
}
