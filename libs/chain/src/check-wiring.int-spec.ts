import type { ChainContracts, ChainDeployment } from '#config';
import { type Address, toAddress, toChainId, toEid } from '#kernel';
import { type Hex, numberToHex } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkWiring, WrongWiring } from './check-wiring.js';
import {
  aChainDeployment,
  anAppConfig,
  answerWord,
  Anvil,
  putAnsweringContract,
} from './testing/index.js';

const chainId = toChainId(31_002);
/** Reverts every call. */
const REFUSING_CODE = '0x5f5ffd';

const endpoint = at(0x1001);
const rewardToken = at(0x1002);
const farms = at(0x1003);
const receiver = at(0x1004);
const bridge = at(0x1005);
const controller = at(0x1006);
const governor = at(0x1007);
const timelock = at(0x1008);
const contracts: ChainContracts = {
  endpoint,
  rewardToken,
  farms,
  receiver,
  bridge,
  controller,
  governor,
  timelock,
  sendUln: at(0x1009),
  receiveUln: at(0x100a),
  endpointView: at(0x100b),
  receiveUlnView: at(0x100c),
  executor: at(0x100d),
  dvns: [at(0x100e), at(0x100f)],
};

describe('wiring check', () => {
  let anvil: Anvil;

  beforeEach(async () => {
    anvil = await Anvil.start({ chainId });
    for (const address of Object.values(contracts).flat()) {
      await putAnsweringContract(anvil, address);
    }
    await answer(endpoint, 'eid()', numberToHex(50_121));
    await answer(farms, 'receiver()', receiver);
    await answer(farms, 'bridge()', bridge);
    await answer(farms, 'REWARD_TOKEN()', rewardToken);
    await answer(receiver, 'FARMS()', farms);
    await answer(receiver, 'ENDPOINT()', endpoint);
    await answer(receiver, 'HUB_EID()', numberToHex(50_121));
    await answer(receiver, 'controller()', controller);
    await answer(bridge, 'FARMS()', farms);
    await answer(bridge, 'ENDPOINT()', endpoint);
    await answer(controller, 'HUB_EID()', numberToHex(50_121));
    await answer(controller, 'GENESIS()', numberToHex(1_795_000_000));
    await answer(controller, 'EPOCH_DURATION()', numberToHex(60));
    await answer(controller, 'receiverOf(uint32)', receiver);
    await answer(governor, 'timelock()', timelock);
    for (const owned of [rewardToken, farms, receiver, bridge, controller]) {
      await answer(owned, 'owner()', timelock);
    }
  });

  afterEach(() => anvil.stop());

  async function answer(address: Address, call: string, value: Hex): Promise<void> {
    await answerWord(anvil, { address, call, value });
  }

  const hub = (overrides: Partial<ChainDeployment> = {}): ChainDeployment =>
    aChainDeployment({ chainId, rpcUrls: [anvil.url], contracts, ...overrides });

  it('accepts contracts that are what the file says', async () => {
    expect(await checkWiring(anAppConfig({ chains: [hub()] }))).toEqual([]);
  });

  it('names everything that swapped addresses contradict', async () => {
    const swapped = hub({ contracts: { ...contracts, receiver: bridge, bridge: receiver } });
    expect(await problemsOf(swapped)).toEqual([
      `hub: farms.receiver() is ${receiver}, the deployment says ${bridge}`,
      `hub: farms.bridge() is ${bridge}, the deployment says ${receiver}`,
      `hub: receiver.HUB_EID() is 0, the deployment says 50121`,
      `hub: receiver.controller() is ${at(0)}, the deployment says ${controller}`,
      `hub: controller.receiverOf(50121) is ${receiver}, the deployment says ${bridge}`,
    ]);
  });

  it('names what the controller was built with', async () => {
    await answer(controller, 'GENESIS()', numberToHex(1_795_000_060));
    await answer(controller, 'EPOCH_DURATION()', numberToHex(61));
    expect(await problemsOf(hub())).toEqual([
      'hub: controller.GENESIS() is 1795000060, the deployment says 1795000000',
      'hub: controller.EPOCH_DURATION() is 61, the deployment says 60',
    ]);
  });

  it('names contracts that are not there or are something else', async () => {
    await anvil.rpc('anvil_setCode', [bridge, '0x']);
    await anvil.rpc('anvil_setCode', [governor, REFUSING_CODE]);
    await anvil.mine();
    expect(await problemsOf(hub())).toEqual([
      `hub: contracts.bridge: no code at ${bridge}`,
      `hub: governor.timelock() has no answer: another contract is at ${governor}`,
    ]);
  });

  it('names a node of another chain', async () => {
    expect(await problemsOf(hub({ chainId: toChainId(7) }))).toEqual([
      'hub: the chain id is 31002, the deployment says 7',
    ]);
  });

  it('refuses endpoints with different first blocks, whatever their chain ids', async () => {
    const stranger = await Anvil.start({
      chainId,
      args: ['--no-mining', '--timestamp', '1700000000'],
    });
    try {
      const rpcUrls = [anvil.url, stranger.url, 'http://127.0.0.1:1'];
      await expect(checkWiring(anAppConfig({ chains: [hub({ rpcUrls })] }))).rejects.toThrow(
        'hub: endpoint 2: the first block is 0x',
      );
      const genesisHash: Hex = `0x${'12'.repeat(32)}`;
      await expect(checkWiring(anAppConfig({ chains: [hub({ genesisHash })] }))).rejects.toThrow(
        `the deployment says ${genesisHash}`,
      );
    } finally {
      await stranger.stop();
    }
  });

  it('waits for governance to register a chain', async () => {
    await answer(controller, 'receiverOf(uint32)', at(0));
    expect(await problemsOf(hub())).toEqual([]);
  });

  it('says which chains it could not ask, and checks the others', async () => {
    const silent = aChainDeployment({ key: 'alpha', eid: toEid(50_231) });
    const behind = hub({ startBlock: 1_000_000 });
    const config = anAppConfig({ chains: [behind, silent] });
    expect((await checkWiring(config)).map(({ chainKey }) => chainKey)).toEqual(['hub', 'alpha']);
    await answer(farms, 'bridge()', receiver);
    await expect(checkWiring(anAppConfig({ chains: [hub(), silent] }))).rejects.toThrow(
      `hub: farms.bridge() is ${receiver}, the deployment says ${bridge}`,
    );
  });
});

async function problemsOf(chain: ChainDeployment): Promise<readonly string[]> {
  try {
    await checkWiring(anAppConfig({ chains: [chain] }));
  } catch (error) {
    if (error instanceof WrongWiring) return error.problems;
    throw error;
  }
  return [];
}

function at(value: number): Address {
  return toAddress(`0x${value.toString(16).padStart(40, '0')}`);
}
