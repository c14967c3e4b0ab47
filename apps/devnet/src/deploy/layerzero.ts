import { type Address, toAddress } from '#kernel';
import { accountOf, DVN_QUORUM, type DvnName, dvnSignersOf } from '../accounts.js';
import { layerZeroArtifact } from '../contracts/artifact.js';
import { CHAINS, DVN_CONFIRMATIONS } from '../topology.js';
import type { Contract, DeployPlan } from './deploy-plan.js';
import { ulnConfigOf } from './uln-config.js';

/** The LayerZero contracts of one chain. */
export interface LayerZero {
  readonly endpoint: Contract;
  readonly sendUln: Contract;
  readonly receiveUln: Contract;
  readonly treasury: Contract;
  readonly priceFeed: Contract;
  readonly dvnFeeLib: Contract;
  readonly dvns: Readonly<Record<DvnName, Contract>>;
  readonly executorFeeLib: Contract;
  readonly executor: Contract;
  readonly endpointView: Contract;
  readonly receiveUlnView: Contract;
  readonly lzExecutor: Contract;
}

const TREASURY_GAS_LIMIT = 200_000n;
const TREASURY_FEE_CAP = 0n;
const FEE_LIB_PRICE_DECIMALS = 10n ** 18n;
const ZERO_ADDRESS = toAddress(`0x${'0'.repeat(40)}`);
/** Ids of V1 and V2 endpoints of one network differ by this; prices are kept by the remainder. */
const EID_MODULUS = 30_000;
/** Executor fees: gas the delivery costs beside what the options buy. */
const RECEIVE_BASE_GAS = 80_000n;
const COMPOSE_BASE_GAS = 60_000n;
const DVN_VERIFY_GAS = 120_000n;
/** Greatest native value one message may bring along, in wei. */
const NATIVE_CAP = 10n ** 18n;
const TREASURY_FEE_BPS = 500n;
const PRICE_RATIO_ONE = 10n ** 20n;
const GAS_PRICE = 1_000_000_000n;
const GAS_PER_BYTE = 16;
const NATIVE_PRICE_USD = 3_000n * PRICE_RATIO_ONE;
export const MESSAGE_SIZE_MAX = 10_000;

/** Id under which a DVN of the chain `eid` signs. */
export function dvnIdOf(eid: number): number {
  return eid % EID_MODULUS;
}

/** Plans the contracts of LayerZero on one chain, from the bytecode its publisher ships. */
export function planLayerZero(plan: DeployPlan): LayerZero {
  const { eid } = plan.chain.spec;
  const owner = plan.deployer;
  const create = (name: string, args: readonly unknown[] = [], label = name) =>
    plan.create(layerZeroArtifact(name), args, label);

  const endpoint = create('EndpointV2', [eid, owner]);
  const sendUln = create('SendUln302', [endpoint.address, TREASURY_GAS_LIMIT, TREASURY_FEE_CAP]);
  const receiveUln = create('ReceiveUln302', [endpoint.address]);
  const libraries = [sendUln.address, receiveUln.address];
  const treasury = create('Treasury');
  const priceFeed = create('PriceFeed');
  plan.call(priceFeed, 'initialize', [owner]);
  const dvnFeeLib = create('DVNFeeLib', [eid, FEE_LIB_PRICE_DECIMALS]);
  const dvn = (name: DvnName, admin: Address) =>
    create(
      'DVN',
      [
        eid,
        dvnIdOf(eid),
        libraries,
        priceFeed.address,
        dvnSignersOf(name).map(({ address }) => address),
        BigInt(DVN_QUORUM),
        [admin, owner],
      ],
      `DVN ${name}`,
    );
  const dvns = {
    A: dvn('A', accountOf('dvnAdminA').address),
    B: dvn('B', accountOf('dvnAdminB').address),
  };
  const executorFeeLib = create('ExecutorFeeLib', [eid, FEE_LIB_PRICE_DECIMALS]);
  const executor = create('Executor');
  const executorAdmins = [accountOf('executorAdmin').address, owner];
  plan.call(executor, 'initialize', [
    endpoint.address,
    ZERO_ADDRESS,
    libraries,
    priceFeed.address,
    owner,
    executorAdmins,
  ]);
  const endpointView = create('EndpointV2View');
  plan.call(endpointView, 'initialize', [endpoint.address]);
  const receiveUlnView = create('ReceiveUln302View');
  plan.call(receiveUlnView, 'initialize', [endpoint.address, receiveUln.address]);
  const lzExecutor = create('LzExecutor');
  plan.call(lzExecutor, 'initialize', [
    receiveUln.address,
    receiveUlnView.address,
    endpoint.address,
  ]);
  return {
    endpoint,
    sendUln,
    receiveUln,
    treasury,
    priceFeed,
    dvnFeeLib,
    dvns,
    executorFeeLib,
    executor,
    endpointView,
    receiveUlnView,
    lzExecutor,
  };
}

/**
 * Plans prices, fees and defaults towards the other chains. The order matters: a library becomes a
 * default only for endpoints it already has a configuration for.
 */
export function planLayerZeroWiring(plan: DeployPlan, lz: LayerZero): void {
  const remoteEids = Object.values(CHAINS)
    .map(({ eid }) => eid)
    .filter((eid) => eid !== plan.chain.spec.eid);
  planFees(plan, lz, remoteEids);

  const uln = ulnConfigOf({
    confirmations: BigInt(DVN_CONFIRMATIONS),
    dvns: [lz.dvns.A.address, lz.dvns.B.address],
  });
  const executor = { maxMessageSize: MESSAGE_SIZE_MAX, executor: lz.executor.address };
  plan.call(lz.sendUln, 'setTreasury', [lz.treasury.address]);
  plan.call(lz.sendUln, 'setDefaultExecutorConfigs', [
    remoteEids.map((eid) => ({ eid, config: executor })),
  ]);
  for (const library of [lz.sendUln, lz.receiveUln]) {
    plan.call(library, 'setDefaultUlnConfigs', [remoteEids.map((eid) => ({ eid, config: uln }))]);
    plan.call(lz.endpoint, 'registerLibrary', [library.address]);
  }
  for (const eid of remoteEids) {
    plan.call(lz.endpoint, 'setDefaultSendLibrary', [eid, lz.sendUln.address]);
    plan.call(lz.endpoint, 'setDefaultReceiveLibrary', [eid, lz.receiveUln.address, 0n]);
  }
}

function planFees(plan: DeployPlan, lz: LayerZero, remoteEids: readonly number[]): void {
  const price = {
    priceRatio: PRICE_RATIO_ONE,
    gasPriceInUnit: GAS_PRICE,
    gasPerByte: GAS_PER_BYTE,
  };
  plan.call(lz.priceFeed, 'setPrice', [
    remoteEids.map((eid) => ({ eid: eid % EID_MODULUS, price })),
  ]);
  plan.call(lz.priceFeed, 'setNativeTokenPriceUSD', [NATIVE_PRICE_USD]);
  for (const dvn of [lz.dvns.A, lz.dvns.B]) {
    plan.call(dvn, 'setWorkerFeeLib', [lz.dvnFeeLib.address]);
    plan.call(dvn, 'setDstConfig', [
      remoteEids.map((dstEid) => ({
        dstEid,
        gas: DVN_VERIFY_GAS,
        multiplierBps: 0,
        floorMarginUSD: 0n,
      })),
    ]);
  }
  plan.call(lz.executor, 'setWorkerFeeLib', [lz.executorFeeLib.address]);
  plan.call(lz.executor, 'setDstConfig', [
    remoteEids.map((dstEid) => ({
      dstEid,
      lzReceiveBaseGas: RECEIVE_BASE_GAS,
      lzComposeBaseGas: COMPOSE_BASE_GAS,
      multiplierBps: 0,
      floorMarginUSD: 0n,
      nativeCap: NATIVE_CAP,
    })),
  ]);
  plan.call(lz.treasury, 'setNativeFeeBP', [TREASURY_FEE_BPS]);
}
