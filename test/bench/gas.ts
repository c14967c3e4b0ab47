/**
 * Gas of the calls a liquidity provider pays for, read from receipts: Headwater's Farms beside the
 * Synthetix StakingRewards, on the same chain, token and hardfork, in the same run.
 *
 * The figures of the other peers stand in the design of the contracts; they cannot be run from npm.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  type Abi,
  createTestClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  maxUint256,
  parseEther,
  publicActions,
  walletActions,
} from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { startAnvil } from '#chain/testing';
import { defined } from '#kernel';

const MNEMONIC = 'test test test test test test test test test test test junk';
const PAUSE_SECONDS = 100;
const FARM_ID = 1;
const WEEK_SECONDS = 604_800;
const ROOT = join(import.meta.dirname, '..', '..');

interface Artifact {
  readonly abi: Abi;
  readonly bytecode: Hex;
}
type Row =
  'deposit, first' | 'deposit, again' | 'claim, again' | 'withdraw, part' | 'unstake all + claim';
type Gas = Readonly<Record<Row, bigint>>;

/** Measured earlier on the same scenario; peers that npm does not carry. */
const FROZEN: Readonly<Record<Row, { readonly peer: string; readonly gas: bigint }>> = {
  'deposit, first': { peer: 'MiniChefV2', gas: 113_256n },
  'deposit, again': { peer: 'MiniChefV2', gas: 79_056n },
  'claim, again': { peer: 'Velodrome leaf', gas: 74_698n },
  'withdraw, part': { peer: 'MiniChefV2', gas: 76_555n },
  'unstake all + claim': { peer: 'MiniChefV2', gas: 85_376n },
};

function ourArtifact(file: string): Artifact {
  const path = join(ROOT, 'contracts', 'out', `${file}.sol`, `${file}.json`);
  const parsed = JSON.parse(readFileSync(path, 'utf8')) as {
    abi: Abi;
    bytecode: { object: Hex };
  };
  return { abi: parsed.abi, bytecode: parsed.bytecode.object };
}

function peerArtifact(): Artifact {
  const require = createRequire(import.meta.url);
  const path = require.resolve('@uniswap/liquidity-staker/build/StakingRewards.json');
  const parsed = JSON.parse(readFileSync(path, 'utf8')) as { abi: Abi; bytecode: string };
  return { abi: parsed.abi, bytecode: `0x${parsed.bytecode.replace(/^0x/, '')}` };
}

class Bench {
  private readonly accounts = [0, 1, 2].map((addressIndex) =>
    mnemonicToAccount(MNEMONIC, { addressIndex }),
  );
  private readonly chain;
  private readonly client;

  constructor(private readonly url: string) {
    this.chain = defineChain({
      id: 31_337,
      name: 'bench',
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [url] } },
    });
    this.client = createTestClient({ mode: 'anvil', chain: this.chain, transport: http(url) })
      .extend(publicActions)
      .extend(walletActions);
  }

  account(index: number): Hex {
    return defined(this.accounts[index], `account ${index}`).address;
  }

  async deploy(artifact: Artifact, args: readonly unknown[]): Promise<Hex> {
    const hash = await this.wallet(0).deployContract({ ...artifact, args });
    const receipt = await this.client.waitForTransactionReceipt({ hash, pollingInterval: 5 });
    return defined(receipt.contractAddress, 'contract address');
  }

  /** Gas the transaction used. @throws when it reverted. */
  async gasOf(options: {
    readonly from: number;
    readonly address: Hex;
    readonly abi: Abi;
    readonly call: readonly [name: string, ...args: unknown[]];
  }): Promise<bigint> {
    const [functionName, ...args] = options.call;
    const hash = await this.wallet(options.from).writeContract({
      address: options.address,
      abi: options.abi,
      functionName,
      args,
      gas: 5_000_000n,
    });
    const receipt = await this.client.waitForTransactionReceipt({ hash, pollingInterval: 5 });
    if (receipt.status !== 'success') throw new Error(`${functionName} reverted`);
    return receipt.gasUsed;
  }

  async pause(): Promise<void> {
    await this.client.increaseTime({ seconds: PAUSE_SECONDS });
    await this.client.mine({ blocks: 1 });
  }

  async now(): Promise<bigint> {
    return (await this.client.getBlock()).timestamp;
  }

  private wallet(index: number) {
    return createWalletClient({
      account: defined(this.accounts[index], `account ${index}`),
      chain: this.chain,
      transport: http(this.url),
    });
  }
}

interface Staking {
  readonly deposit: (from: number, amount: bigint) => Promise<bigint>;
  readonly claim: (from: number) => Promise<bigint>;
  readonly withdraw: (from: number, amount: bigint) => Promise<bigint>;
  readonly exit: (from: number, amount: bigint) => Promise<bigint>;
}

/** One provider warms the farm up, the second is measured. */
async function scenario(bench: Bench, staking: Staking): Promise<Gas> {
  await staking.deposit(1, parseEther('100'));
  await bench.pause();
  const first = await staking.deposit(2, parseEther('10'));
  await bench.pause();
  const again = await staking.deposit(2, parseEther('10'));
  await bench.pause();
  await staking.claim(2);
  await bench.pause();
  const claim = await staking.claim(2);
  await bench.pause();
  const part = await staking.withdraw(2, parseEther('5'));
  await bench.pause();
  const exit = await staking.exit(2, parseEther('15'));
  return {
    'deposit, first': first,
    'deposit, again': again,
    'claim, again': claim,
    'withdraw, part': part,
    'unstake all + claim': exit,
  };
}

async function tokens(bench: Bench, spender: (stake: Hex, reward: Hex) => Promise<Hex>) {
  const token = ourArtifact('DevToken');
  const owner = bench.account(0);
  const stake = await bench.deploy(token, ['Stake', 'STK', 18, owner]);
  const reward = await bench.deploy(token, ['Reward', 'RWD', 18, owner]);
  const target = await spender(stake, reward);
  const { abi } = token;
  for (const user of [1, 2]) {
    const mint = ['mint', bench.account(user), parseEther('1000000')] as const;
    await bench.gasOf({ from: 0, address: stake, abi, call: mint });
    await bench.gasOf({ from: user, address: stake, abi, call: ['approve', target, maxUint256] });
  }
  const supply = ['mint', owner, parseEther('1000000000')] as const;
  await bench.gasOf({ from: 0, address: reward, abi, call: supply });
  await bench.gasOf({ from: 0, address: reward, abi, call: ['approve', target, maxUint256] });
  return { target, reward, abi };
}

async function headwater(bench: Bench): Promise<Gas> {
  const farms = ourArtifact('Farms');
  const owner = bench.account(0);
  let stakeToken: Hex = owner;
  const { target } = await tokens(bench, async (stake, reward) => {
    stakeToken = stake;
    return bench.deploy(farms, [reward, owner]);
  });
  const call = async (from: number, name: string, ...args: unknown[]) =>
    bench.gasOf({ from, address: target, abi: farms.abi, call: [name, ...args] });
  await call(0, 'setReceiver', owner);
  await call(0, 'setBridge', owner);
  await call(0, 'addFarm', FARM_ID, stakeToken, 96, 32, 2n ** 64n - 1n);
  const endAt = Number(await bench.now()) + WEEK_SECONDS;
  await call(0, 'adjustStreams', endAt, [FARM_ID], [parseEther('600000')]);
  return scenario(bench, {
    deposit: async (from, amount) => call(from, 'stake', FARM_ID, amount),
    claim: async (from) => call(from, 'claim', FARM_ID),
    withdraw: async (from, amount) => call(from, 'withdraw', FARM_ID, amount),
    exit: async (from, amount) => call(from, 'exit', FARM_ID, amount),
  });
}

async function synthetix(bench: Bench): Promise<Gas> {
  const peer = peerArtifact();
  const owner = bench.account(0);
  const { target, reward, abi } = await tokens(bench, async (stake, rewardToken) =>
    bench.deploy(peer, [owner, rewardToken, stake]),
  );
  const call = async (from: number, name: string, ...args: unknown[]) =>
    bench.gasOf({ from, address: target, abi: peer.abi, call: [name, ...args] });
  const funding = ['transfer', target, parseEther('600000')] as const;
  await bench.gasOf({ from: 0, address: reward, abi, call: funding });
  await call(0, 'notifyRewardAmount', parseEther('600000'));
  return scenario(bench, {
    deposit: async (from, amount) => call(from, 'stake', amount),
    claim: async (from) => call(from, 'getReward'),
    withdraw: async (from, amount) => call(from, 'withdraw', amount),
    exit: async (from) => call(from, 'exit'),
  });
}

/** Prints one JSON line a call: our gas, the peer's in this run, and the best frozen figure. */
export async function benchGas(print: (line: object) => void): Promise<void> {
  const anvil = await startAnvil({ extraArgs: ['--hardfork', 'prague'] });
  try {
    const bench = new Bench(anvil.url);
    const peer = await synthetix(bench);
    const ours = await headwater(bench);
    for (const row of Object.keys(ours) as Row[]) {
      const frozen = FROZEN[row];
      print({
        bench: 'gas',
        call: row,
        headwaterGas: Number(ours[row]),
        synthetixGas: Number(peer[row]),
        ratioToSynthetix: Number((ours[row] * 1000n) / peer[row]) / 1000,
        bestFrozenPeer: frozen.peer,
        bestFrozenGas: Number(frozen.gas),
        ratioToBestFrozen: Number((ours[row] * 1000n) / frozen.gas) / 1000,
      });
    }
  } finally {
    await anvil.stop();
  }
}
