import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { emissionControllerAbi } from '#abi';
import { aChainDeployment, anAppConfig, Anvil, ANVIL_KEYS } from '#chain/testing';
import { AppConfig, type ChainDeployment, type EmissionPolicy } from '#config';
import { type Address, assert, toAddress, toChainId, toEid, toFarmId, toHex } from '#kernel';
import {
  type Abi,
  createPublicClient,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  http,
  numberToHex,
  pad,
} from 'viem';

const OUT = new URL('../../../../contracts/out/', import.meta.url);
const GAS = numberToHex(16_000_000);
const STAKE = 10n ** 18n;

export const HUB_EID = 50_121;
export const REMOTE_EID = 50_231;
/** Shared decimals. */
export const BUDGET_SD = 1_000_000n;
export const EPOCH_SECONDS = 1_000;

interface Artifact {
  readonly abi: Abi;
  readonly bytecode: Hex;
}

type HubAddresses = Readonly<
  Record<'token' | 'farms' | 'receiver' | 'controller' | 'bridge', Address>
>;

/** The real hub contracts on a chain of their own, mined block by block; two farms on the hub. */
export class HubChain {
  readonly anvil: Anvil;
  private readonly owner: Address;
  private readonly at: HubAddresses;
  private readonly genesis: number;

  private constructor(options: {
    readonly anvil: Anvil;
    readonly owner: Address;
    readonly at: HubAddresses;
    readonly genesis: number;
  }) {
    ({ anvil: this.anvil, owner: this.owner, at: this.at, genesis: this.genesis } = options);
  }

  /** Needs the compiled contracts. Epoch 1 begins with the last block mined here. */
  static async start(): Promise<HubChain> {
    const anvil = await Anvil.start({ chainId: 31_301 });
    const [owner, operator] = [await anvil.account(0), await anvil.account(1)];
    const deploy = deployerOf(anvil, owner);
    const endpoint = await deploy(lzArtifact('EndpointV2'), [HUB_EID, owner]);
    const supply = 10n ** 24n;
    const token = await deploy(artifact('HeadwaterVotesToken'), [
      'Headwater',
      'HWT',
      endpoint,
      owner,
      owner,
      supply,
    ]);
    const other = await deploy(artifact('DevToken'), ['Other', 'OTH', 18, owner]);
    const farms = await deploy(artifact('Farms'), [token, owner, EPOCH_SECONDS, owner, owner]);
    const shared = { rewardOft: token, rewardToken: token, hubEid: HUB_EID, owner };
    const receiver = await deploy(artifact('EmissionReceiver'), [
      { ...shared, endpoint, farms, guardian: owner, minStream: 1 },
    ]);
    const genesis = (await timeOf(anvil)) + 60;
    const books = await deploy(artifact('EmissionBooks'), []);
    const controller = await deploy(artifact('EmissionController', books), [
      {
        ...shared,
        genesis,
        epochDuration: EPOCH_SECONDS,
        hardCapSD: BUDGET_SD,
        budgetSD: BUDGET_SD,
        floorSD: 0n,
        decayBps: 0,
        decayEvery: 0,
        maxChangeBps: 2_000,
        feeCap: 10n ** 18n,
        composeGasBase: 100_000n,
        composeGasPerFarm: 50_000n,
        operator,
        guardian: owner,
      },
    ]);
    const bridge = await deploy(artifact('PositionBridge'), [
      endpoint,
      farms,
      owner,
      owner,
      300_000,
    ]);
    const at = { token, farms, receiver, controller, bridge };
    const hub = new HubChain({ anvil, owner, at, genesis });
    await hub.setUp(other);
    return hub;
  }

  /** Settings of a process that works here as the operator; `farmIds` are those it declares. */
  config(
    options: {
      readonly policy?: EmissionPolicy | undefined;
      readonly farmIds?: readonly number[] | undefined;
    } = {},
  ): AppConfig {
    const { policy = { kind: 'tvl-weighted' }, farmIds = [1, 2] } = options;
    const { token, farms, receiver, controller, bridge } = this.at;
    const { contracts } = aChainDeployment();
    const farm = (farmId: number): ChainDeployment['farms'][number] => ({
      farmId: toFarmId(farmId),
      label: `farm ${farmId}`,
      stakeToken: token,
      stakeSymbol: 'HWT',
      stakeDecimals: 18,
      movable: false,
      valuePerTokenMicro: 1_000_000n,
    });
    const hub = aChainDeployment({
      chainId: toChainId(this.anvil.chainId),
      eid: toEid(HUB_EID),
      rpcUrls: [this.anvil.url],
      contracts: { ...contracts, rewardToken: token, farms, receiver, controller, bridge },
      farms: farmIds.map(farm),
    });
    const { deployment, ...settings } = anAppConfig({ chains: [hub], operatorKey: ANVIL_KEYS[1] });
    const epoch = { genesis: this.genesis, durationSeconds: EPOCH_SECONDS };
    return new AppConfig({ ...settings, deployment: { ...deployment, epoch, policy } });
  }

  /** Lets time pass and mines so many blocks that the time is final. */
  async pass(seconds: number): Promise<void> {
    await this.anvil.rpc('evm_increaseTime', [seconds]);
    await this.anvil.mine(6);
  }

  /** Seconds until `epoch` begins, from the newest block on. */
  async secondsUntil(epoch: number): Promise<number> {
    return this.genesis + (epoch - 1) * EPOCH_SECONDS - (await timeOf(this.anvil));
  }

  /** Sends a call of the owner to the controller; mines one block. */
  async govern(functionName: string, args: readonly unknown[]): Promise<void> {
    const abi: Abi = emissionControllerAbi;
    await this.send(this.at.controller, encodeFunctionData({ abi, functionName, args }));
  }

  /** Registers a farm on a chain that no packet reaches. */
  async addRemoteFarm(): Promise<void> {
    await this.govern('setChain', [REMOTE_EID, pad(this.at.receiver, { size: 32 }), 10_000]);
    await this.govern('setFarmBounds', [REMOTE_EID, 1, 1_000, 10_000]);
    await this.anvil.mine(6);
  }

  /** Whose orders of an epoch are sent, in which revision; 0 for none. */
  async dispatchedRevision(epoch: number, eid: number): Promise<number> {
    const args = [epoch, eid] as const;
    return this.client.readContract({ ...this.contract, functionName: 'dispatchedRevision', args });
  }

  /** Shared decimals spent for an epoch. */
  async spentSD(epoch: number): Promise<bigint> {
    const args = [epoch] as const;
    return this.client.readContract({ ...this.contract, functionName: 'spentSD', args });
  }

  async evidenceOf(epoch: number): Promise<Hex> {
    const args = [epoch] as const;
    return this.client.readContract({ ...this.contract, functionName: 'evidenceOf', args });
  }

  private get client() {
    return createPublicClient({ transport: http(this.anvil.url) });
  }

  private get contract() {
    return { address: this.at.controller, abi: emissionControllerAbi } as const;
  }

  private async setUp(other: Address): Promise<void> {
    const { receiver, controller, farms, token } = this.at;
    const call = (to: keyof typeof NAMES, functionName: string, args: readonly unknown[]) => {
      const { abi } = artifact(NAMES[to]);
      return this.send(this.at[to], encodeFunctionData({ abi, functionName, args }));
    };
    await call('farms', 'setReceiver', [receiver]);
    // No position moves here; the owner holds the place of the bridge.
    await call('farms', 'setBridge', [this.owner]);
    await call('receiver', 'setController', [pad(controller, { size: 32 })]);
    const terms = { scaleBits: 80, maxRate: 10n ** 15n, hasTerms: false };
    await call('farms', 'addFarm', [{ farmId: 1, stakeToken: token, ...terms }]);
    await call('farms', 'addFarm', [{ farmId: 2, stakeToken: other, ...terms }]);
    await call('token', 'transfer', [controller, 10n ** 22n]);
    await call('token', 'approve', [farms, STAKE]);
    await call('farms', 'stake', [1, STAKE]);
    await this.govern('setChain', [HUB_EID, pad(receiver, { size: 32 }), 10_000]);
    await this.govern('setFarmBounds', [HUB_EID, 1, 0, 10_000]);
    await this.govern('setFarmBounds', [HUB_EID, 2, 1_000, 10_000]);
    await this.pass(await this.secondsUntil(1));
  }

  private async send(to: Address, data: Hex): Promise<void> {
    const call = { from: this.owner, to, data, gas: GAS };
    const hash = await this.anvil.rpc('eth_sendTransaction', [call]);
    await this.anvil.mine();
    await receiptOf(this.anvil, hash);
  }
}

const NAMES = { token: 'HeadwaterVotesToken', farms: 'Farms', receiver: 'EmissionReceiver' };

function deployerOf(anvil: Anvil, from: Address) {
  return async ({ abi, bytecode }: Artifact, args: readonly unknown[]): Promise<Address> => {
    const data = encodeDeployData({ abi, bytecode, args });
    const hash = await anvil.rpc('eth_sendTransaction', [{ from, data, gas: GAS }]);
    await anvil.mine();
    return toAddress(String(Reflect.get(await receiptOf(anvil, hash), 'contractAddress')));
  };
}

async function receiptOf(anvil: Anvil, hash: unknown): Promise<object> {
  const receipt = await anvil.rpc('eth_getTransactionReceipt', [hash]);
  assert(typeof receipt === 'object' && receipt !== null, 'transaction was mined');
  assert(Reflect.get(receipt, 'status') === '0x1', 'transaction succeeded');
  return receipt;
}

async function timeOf(anvil: Anvil): Promise<number> {
  const block = await anvil.rpc('eth_getBlockByNumber', ['latest', false]);
  assert(typeof block === 'object' && block !== null, 'chain has a head');
  return Number(Reflect.get(block, 'timestamp'));
}

/** @param library Address of the one library the contract is linked with, if there is one. */
function artifact(name: string, library?: Address): Artifact {
  const source = readFileSync(new URL(`${name}.sol/${name}.json`, OUT), 'utf8');
  const text = source.replaceAll(/__\$[0-9a-f]{34}\$__/g, (library ?? '').slice(2));
  const parsed: { abi: Abi; bytecode: { object: Hex } } = JSON.parse(text);
  return { abi: parsed.abi, bytecode: toHex(parsed.bytecode.object) };
}

function lzArtifact(name: string): Artifact {
  const path = `@layerzerolabs/lz-evm-sdk-v2/artifacts/contracts/${name}.sol/${name}.json`;
  const parsed: Artifact = createRequire(import.meta.url)(path);
  return parsed;
}
