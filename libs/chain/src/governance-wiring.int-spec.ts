import type { ChainContracts, ChainDeployment } from '#config';
import { type Address, toAddress, toChainId, toEid } from '#kernel';
import { concatHex, type Hex, numberToHex, padHex } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkWiring, WrongWiring } from './check-wiring.js';
import {
  aChainDeployment,
  anAppConfig,
  answerBytes,
  answerWord,
  Anvil,
  putAnsweringContract,
} from './testing/index.js';

const chainId = toChainId(31_003);
const HUB_EID = toEid(50_121);
const ALPHA_EID = toEid(50_231);
const guardian = at(0x3010);
const timelock = at(0x3011);
const hubSender = at(0x3012);
const spokeReceiver = at(0x3013);

const hubContracts: ChainContracts = {
  ...contractsFrom(0x1000),
  timelock,
  commandSender: hubSender,
};
const spokeContracts: ChainContracts = {
  ...contractsFrom(0x2000),
  timelock,
  commandReceiver: spokeReceiver,
};
const { endpoint, farms, receiver, bridge, rewardToken } = spokeContracts;

const hub = (overrides: Partial<ChainDeployment> = {}) =>
  aChainDeployment({ contracts: hubContracts, eid: HUB_EID, ...overrides });
const alpha = (overrides: Partial<ChainDeployment> = {}) =>
  aChainDeployment({ key: 'alpha', eid: ALPHA_EID, contracts: spokeContracts, ...overrides });

describe('governance wiring check', () => {
  let anvil: Anvil;
  const word = (address: Address, call: string, value: Hex) =>
    answerWord(anvil, { address, call, value });

  async function answerEverywhere(contracts: ChainContracts): Promise<void> {
    for (const address of Object.values(contracts).flat()) {
      await putAnsweringContract(anvil, address);
    }
    await word(contracts.farms, 'receiver()', contracts.receiver);
    await word(contracts.farms, 'bridge()', contracts.bridge);
    await word(contracts.farms, 'REWARD_TOKEN()', contracts.rewardToken);
    for (const one of [contracts.receiver, contracts.bridge]) {
      await word(one, 'FARMS()', contracts.farms);
      await word(one, 'ENDPOINT()', contracts.endpoint);
    }
    await word(contracts.receiver, 'HUB_EID()', numberToHex(HUB_EID));
    await answerBytes(anvil, {
      address: contracts.rewardToken,
      call: 'enforcedOptions(uint32,uint16)',
      value: gasOption(230_000n),
    });
    for (const one of [contracts.farms, contracts.receiver, contracts.bridge]) {
      await word(one, 'owner()', contracts.commandReceiver ?? timelock);
      await word(one, 'guardian()', guardian);
    }
    await word(contracts.rewardToken, 'owner()', timelock);
    await word(contracts.rewardToken, 'guardian()', guardian);
  }

  async function answerAsSpoke(): Promise<void> {
    await answerEverywhere(spokeContracts);
    await word(endpoint, 'eid()', numberToHex(ALPHA_EID));
    await word(rewardToken, 'limiter()', spokeReceiver);
    await word(rewardToken, 'peers(uint32)', hubContracts.rewardToken);
    await word(bridge, 'peerOf(uint32)', hubContracts.bridge);
    await word(spokeReceiver, 'owner()', timelock);
    await word(spokeReceiver, 'guardian()', guardian);
    await word(spokeReceiver, 'HUB_EID()', numberToHex(HUB_EID));
    await word(spokeReceiver, 'EID()', numberToHex(ALPHA_EID));
    await word(spokeReceiver, 'endpoint()', endpoint);
    await word(spokeReceiver, 'FARMS()', farms);
    await word(spokeReceiver, 'RECEIVER()', receiver);
    await word(spokeReceiver, 'BRIDGE()', bridge);
    await word(spokeReceiver, 'TOKEN()', rewardToken);
    await word(spokeReceiver, 'peers(uint32)', hubSender);
  }

  beforeEach(async () => {
    anvil = await Anvil.start({ chainId });
  });

  afterEach(() => anvil.stop());

  const problemsOfSpoke = () =>
    problemsOf([hub(), alpha({ chainId, rpcUrls: [anvil.url], guardian })]);

  it('accepts a spoke that the hub commands', async () => {
    await answerAsSpoke();
    expect(await problemsOfSpoke()).toEqual([]);
  });

  it('names who owns, stops or limits something against the file', async () => {
    await answerAsSpoke();
    await word(farms, 'owner()', at(0x99));
    await word(rewardToken, 'owner()', spokeReceiver);
    await word(bridge, 'guardian()', at(0x98));
    await word(rewardToken, 'limiter()', at(0x97));
    expect(await problemsOfSpoke()).toEqual([
      `alpha: farms.owner() is ${at(0x99)}, the deployment says ${spokeReceiver}`,
      `alpha: rewardToken.owner() is ${spokeReceiver}, the deployment says ${timelock}`,
      `alpha: bridge.guardian() is ${at(0x98)}, the deployment says ${guardian}`,
      `alpha: rewardToken.limiter() is ${at(0x97)}, the deployment says ${spokeReceiver}`,
    ]);
  });

  it('lets the timelock own for a while what the receiver of commands owns', async () => {
    await answerAsSpoke();
    await word(farms, 'owner()', timelock);
    expect(await problemsOfSpoke()).toEqual([]);
  });

  it('names peers that are others, and none where a path is closed', async () => {
    await answerAsSpoke();
    await word(spokeReceiver, 'peers(uint32)', at(0x96));
    await word(rewardToken, 'peers(uint32)', at(0));
    await word(bridge, 'peerOf(uint32)', padHex('0x01', { dir: 'right', size: 32 }));
    expect(await problemsOfSpoke()).toEqual([
      `alpha: bridge.peerOf(${HUB_EID}) is ${1n << 248n}, the deployment says ${hubContracts.bridge}`,
      `alpha: commandReceiver.peers(${HUB_EID}) is ${at(0x96)}, the deployment says ${hubSender}`,
    ]);
  });

  it('names a path on which too little gas is bought', async () => {
    await answerEverywhere(hubContracts);
    await word(hubContracts.endpoint, 'eid()', numberToHex(HUB_EID));
    await word(hubContracts.rewardToken, 'peers(uint32)', rewardToken);
    await word(hubContracts.bridge, 'peerOf(uint32)', bridge);
    await word(hubSender, 'owner()', timelock);
    await word(hubSender, 'peers(uint32)', spokeReceiver);
    const options = (value: Hex) =>
      answerBytes(anvil, { address: hubSender, call: 'enforcedOptions(uint32,uint16)', value });
    const chains = [hub({ chainId, rpcUrls: [anvil.url], guardian }), alpha()] as const;
    const question = `commandSender.enforcedOptions(${ALPHA_EID}, 1)`;

    await options(gasOption(150_000n));
    expect(await problemsOf(chains)).toEqual([]);
    await options(gasOption(149_999n));
    expect(await problemsOf(chains)).toEqual([
      `hub: ${question} buy 149999 gas for a delivery, which takes up to 150000`,
    ]);
    await options('0x0003');
    expect(await problemsOf(chains)).toEqual([
      `hub: ${question} buy 0 gas for a delivery, which takes up to 150000`,
    ]);
  });
});

/** Options of type 3 with gas for the delivery. */
function gasOption(gas: bigint): Hex {
  return concatHex(['0x0003', '0x01001101', numberToHex(gas, { size: 16 })]);
}

/** One of the two chains runs; the other one cannot be asked. */
async function problemsOf(
  chains: readonly [ChainDeployment, ChainDeployment],
): Promise<readonly string[]> {
  try {
    expect(await checkWiring(anAppConfig({ chains }))).toHaveLength(1);
  } catch (error) {
    if (error instanceof WrongWiring) return error.problems;
    throw error;
  }
  return [];
}

/** Addresses above those of precompiled contracts. */
function contractsFrom(first: number): ChainContracts {
  return {
    endpoint: at(first),
    sendUln: at(first + 1),
    receiveUln: at(first + 2),
    endpointView: at(first + 3),
    receiveUlnView: at(first + 4),
    executor: at(first + 5),
    dvns: [at(first + 6), at(first + 7)],
    rewardToken: at(first + 8),
    farms: at(first + 9),
    receiver: at(first + 10),
    bridge: at(first + 11),
  };
}

function at(value: number): Address {
  return toAddress(`0x${value.toString(16).padStart(40, '0')}`);
}
