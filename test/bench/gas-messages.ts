/** Gas of an emission order from the hub's controller to a farm, and of a position that moves. */
import { maxUint256, pad, parseEther, zeroHash } from 'viem';
import { defined, type Hex } from '#kernel';
import {
  type Contract,
  DAY_SECONDS,
  FIRST,
  type GasChain,
  MEASURED,
  ourArtifact,
  OWNER,
} from './gas-chain.js';
import { type Arrival, GasEndpoints, HUB_EID, SPOKE_EID } from './gas-endpoints.js';
import { PAUSE_SECONDS } from './gas-scenario.js';

const EPOCH_SECONDS = 7 * DAY_SECONDS;
const GENESIS_DELAY = 1_000;
const SHARED = 1_000_000n;
const BUDGET_SD = 1_000_000n * SHARED;
const SUPPLY = parseEther('1000000000');
const BPS = 10_000;
const SCALE_BITS = 95;
const RATE_MAX = 2n ** 64n - 1n;
const RESTAKE_GAS = 400_000;
const ORDER_SIZES = [1, 100] as const;

export interface OrderLine extends Readonly<Record<keyof Arrival | 'decide' | 'dispatch', number>> {
  readonly row: string;
  readonly farms: number;
  /** Of the three transactions that carry it; deciding is once for all chains. */
  readonly perFarm: number;
}

interface Site {
  readonly eid: number;
  readonly reward: Contract;
  readonly farms: Contract;
}

/** The reward token and Farms on one chain. */
async function deploySite(chain: GasChain, endpoints: GasEndpoints, eid: number): Promise<Site> {
  const owner = chain.account(OWNER);
  const endpoint = endpoints.of(eid).address;
  const name = ['Headwater', 'HWT'] as const;
  const reward =
    eid === HUB_EID
      ? await chain.deploy(
          ourArtifact('HeadwaterVotesToken'),
          ...name,
          endpoint,
          owner,
          owner,
          SUPPLY,
        )
      : await chain.deploy(ourArtifact('HeadwaterToken'), ...name, endpoint, owner);
  const farms = await chain.deploy(
    ourArtifact('Farms'),
    reward.address,
    owner,
    EPOCH_SECONDS,
    owner,
    owner,
  );
  return { eid, reward, farms };
}

function asBytes32(contract: Contract): Hex {
  return pad(contract.address, { size: 32 });
}

/** Makes the contracts of two chains know each other. */
async function makePeers(chain: GasChain, contracts: ReadonlyMap<number, Contract>): Promise<void> {
  for (const [eid, contract] of contracts) {
    for (const [remoteEid, remote] of contracts) {
      if (eid === remoteEid) continue;
      await chain.send(OWNER, contract, ['setPeer', remoteEid, asBytes32(remote)]);
    }
  }
}

async function addFarms(
  chain: GasChain,
  farms: Contract,
  stakeTokens: readonly Contract[],
): Promise<void> {
  for (const [index, { address }] of stakeTokens.entries()) {
    const farm = { farmId: index + 1, stakeToken: address, scaleBits: SCALE_BITS };
    await chain.send(OWNER, farms, ['addFarm', { ...farm, maxRate: RATE_MAX, hasTerms: false }]);
  }
}

/** Orders for one and for a hundred farms: a first one, the next epoch's and a revision of it. */
export async function runOrders(chain: GasChain): Promise<OrderLine[]> {
  const lines: OrderLine[] = [];
  for (const size of ORDER_SIZES) lines.push(...(await runOrdersOf(chain, size)));
  return lines;
}

async function runOrdersOf(chain: GasChain, size: number): Promise<OrderLine[]> {
  const endpoints = await GasEndpoints.deploy(chain);
  const hub = await deploySite(chain, endpoints, HUB_EID);
  const spoke = await deploySite(chain, endpoints, SPOKE_EID);
  await makePeers(
    chain,
    new Map([
      [HUB_EID, hub.reward],
      [SPOKE_EID, spoke.reward],
    ]),
  );
  const receiver = await deployReceiver(chain, endpoints, spoke);
  const stakeTokens: Contract[] = [];
  for (let farm = 0; farm < size; farm += 1) stakeTokens.push(await chain.token());
  await addFarms(chain, spoke.farms, stakeTokens);
  const controller = await deployController(chain, { hub, receiver, size });
  await chain.send(OWNER, receiver, ['setController', asBytes32(controller)]);

  const order = async (row: string, epoch: number, revision: number): Promise<OrderLine> => {
    const amountSD = (BUDGET_SD / BigInt(4 * size)) * BigInt(1 + revision);
    const targets = Array.from({ length: size }, (_, index) => ({
      eid: SPOKE_EID,
      farmId: index + 1,
      amountSD,
    }));
    const call = ['decide', epoch, revision, targets, zeroHash] as const;
    const decide = Number((await chain.send(OWNER, controller, call)).gas);
    const sent = await chain.send(OWNER, controller, ['dispatch', epoch, SPOKE_EID]);
    const arrival = await endpoints.deliver(sent.logs);
    const [dispatch, receive, compose] = [sent.gas, arrival.receive, arrival.compose].map(Number);
    const gas = {
      dispatch: defined(dispatch, 'dispatch'),
      receive: defined(receive, 'receive'),
      compose: defined(compose, 'compose'),
    };
    const total = gas.dispatch + gas.receive + gas.compose;
    return { row, farms: size, decide, ...gas, perFarm: Math.round(total / size) };
  };
  chain.pass(GENESIS_DELAY);
  const first = await order('first order', 1, 1);
  chain.pass(EPOCH_SECONDS);
  const next = await order('next epoch', 2, 1);
  chain.pass(DAY_SECONDS);
  return [first, next, await order('revision', 2, 2)];
}

async function deployReceiver(
  chain: GasChain,
  endpoints: GasEndpoints,
  { eid, reward, farms }: Site,
): Promise<Contract> {
  const owner = chain.account(OWNER);
  const receiver = await chain.deploy(ourArtifact('EmissionReceiver'), {
    endpoint: endpoints.of(eid).address,
    rewardOft: reward.address,
    rewardToken: reward.address,
    hubEid: HUB_EID,
    farms: farms.address,
    owner,
    guardian: owner,
    minStream: DAY_SECONDS,
  });
  await chain.send(OWNER, farms, ['setReceiver', receiver.address]);
  await chain.send(OWNER, farms, ['setBridge', owner]);
  return receiver;
}

/** Deploys the controller with its farms, all the tokens and money for fees. */
async function deployController(
  chain: GasChain,
  options: { readonly hub: Site; readonly receiver: Contract; readonly size: number },
): Promise<Contract> {
  const { hub, receiver, size } = options;
  const owner = chain.account(OWNER);
  const rules = await chain.deploy(ourArtifact('EmissionRules'));
  const books = await chain.deploy(ourArtifact('EmissionBooks'));
  const libraries = { EmissionRules: rules.address, EmissionBooks: books.address };
  const controller = await chain.deploy(ourArtifact('EmissionController', libraries), {
    rewardOft: hub.reward.address,
    rewardToken: hub.reward.address,
    hubEid: HUB_EID,
    genesis: chain.now + GENESIS_DELAY / 2,
    epochDuration: EPOCH_SECONDS,
    hardCapSD: BUDGET_SD,
    budgetSD: BUDGET_SD,
    floorSD: BUDGET_SD,
    decayBps: 0,
    decayEvery: 0,
    maxChangeBps: BPS,
    feeCap: parseEther('1'),
    composeGasBase: 200_000n,
    composeGasPerFarm: 100_000n,
    owner,
    operator: owner,
    guardian: owner,
  });
  await chain.fund(controller.address, parseEther('10'));
  await chain.send(OWNER, hub.reward, ['transfer', controller.address, SUPPLY / 2n]);
  await chain.send(OWNER, controller, ['setChain', SPOKE_EID, asBytes32(receiver), BPS]);
  for (let farmId = 1; farmId <= size; farmId += 1) {
    await chain.send(OWNER, controller, ['setFarmBounds', SPOKE_EID, farmId, 0, BPS]);
  }
  return controller;
}

/** A position that moves from the spoke to the hub, where its owner has none yet and then has one. */
export async function runMoves(chain: GasChain): Promise<Readonly<Record<string, bigint>>> {
  const endpoints = await GasEndpoints.deploy(chain);
  const stakes = new Map<number, Contract>();
  const bridges = new Map<number, Contract>();
  const owner = chain.account(OWNER);
  for (const eid of [HUB_EID, SPOKE_EID]) {
    const { farms } = await deploySite(chain, endpoints, eid);
    const endpoint = endpoints.of(eid).address;
    const stake = await chain.deploy(ourArtifact('DevOft'), 'Stake', 'STK', endpoint, owner);
    const bridge = await chain.deploy(
      ourArtifact('PositionBridge'),
      endpoint,
      farms.address,
      owner,
      owner,
      RESTAKE_GAS,
    );
    await chain.send(OWNER, farms, ['setReceiver', owner]);
    await chain.send(OWNER, farms, ['setBridge', bridge.address]);
    await addFarms(chain, farms, [stake]);
    await chain.send(OWNER, bridge, ['setRoute', stake.address, stake.address]);
    for (const index of [FIRST, MEASURED]) {
      await chain.send(OWNER, stake, ['mint', chain.account(index), parseEther('1000')]);
      await chain.send(index, stake, ['approve', farms.address, maxUint256]);
      if (index === MEASURED && eid === HUB_EID) continue;
      await chain.send(index, farms, ['stake', 1, parseEther('1000')]);
    }
    stakes.set(eid, stake);
    bridges.set(eid, bridge);
  }
  await makePeers(chain, stakes);
  await makePeers(chain, bridges);
  const source = defined(bridges.get(SPOKE_EID), 'bridge');
  const request = {
    farmId: 1,
    amount: parseEther('100'),
    dstEid: HUB_EID,
    dstFarmId: 1,
    recipient: chain.account(MEASURED),
    carryRewards: false,
  };
  const move = async () => {
    chain.pass(PAUSE_SECONDS);
    const quote = await chain.read(source, 'quoteMove', request.recipient, request);
    const { moveFee } = quote as { readonly moveFee: bigint };
    const sent = await chain.pay({
      from: MEASURED,
      contract: source,
      call: ['move', request],
      value: moveFee,
    });
    return { source: sent.gas, ...(await endpoints.deliver(sent.logs)) };
  };
  const [first, again] = [await move(), await move()];
  return {
    'move, source transaction': again.source,
    'arrival, new position: tokens': first.receive,
    'arrival, new position: restake': first.compose,
    'arrival, more of a position: tokens': again.receive,
    'arrival, more of a position: restake': again.compose,
  };
}
