import { aChainDeployment, Anvil } from '#chain/testing';
import type { ChainDeployment } from '#config';
import { type FarmBook } from '#farms';
import { type Address, type ChainId, type Hex, toAddress, toChainId } from '#kernel';
import { numberToHex } from 'viem';
import {
  FarmSeason,
  type SeasonBlock,
  type SeasonLog,
  type SeasonSize,
  topicOf,
} from './farm-season.js';

/** Empty blocks after the season, so that all of it is final, also to peers that count 30 blocks. */
const TRAILING_BLOCKS = 40;

/**
 * Emits every log of its call data: topics, length of the data, data. One program for three topics
 * and one for four.
 */
const EMIT_3 =
  '60005b368110600a57005b80606001358082608001600037816040013582602001358335' +
  '836000a301608001600256';
const EMIT_4 =
  '60005b368110600a57005b8060800135808260a001600037816060013582604001358360' +
  '2001358435846000a40160a001600256';

/** First topics of what users do. */
export const SEASON_TOPICS = {
  staked: topicOf.staked,
  withdrawn: topicOf.withdrawn,
  claimed: topicOf.claimed,
};

/** Deployment of a chain that replays a season; its low invented addresses are precompiles. */
export function seasonDeployment(chainId: ChainId, rpcUrl: string): ChainDeployment {
  const { contracts } = aChainDeployment();
  const farms = toAddress(`0x${'fa'.repeat(20)}`);
  const receiver = toAddress(`0x${'ec'.repeat(20)}`);
  return aChainDeployment({
    chainId,
    rpcUrls: [rpcUrl],
    contracts: { ...contracts, farms, receiver },
  });
}

/** A chain that only replays a season, at the addresses of a deployment. */
export class SeasonChain {
  private constructor(
    readonly deployment: ChainDeployment,
    private readonly season: FarmSeason,
    private readonly played: { readonly anvil: Anvil; readonly head: number },
  ) {}

  /** What the season adds up to. */
  get book(): FarmBook {
    return this.season.book;
  }

  /** Stakes, withdrawals and claims. */
  get actions(): number {
    const { blocks, perBlock } = this.season.size;
    return blocks * perBlock;
  }

  get head(): number {
    return this.played.head;
  }

  static async play(chainNumber: number, size: SeasonSize): Promise<SeasonChain> {
    const anvil = await Anvil.start({
      chainId: chainNumber,
      args: [
        '--no-mining',
        '--gas-limit',
        '1000000000',
        '--balance',
        '1000000000',
        '--timestamp',
        '1795000000',
        '--prune-history',
      ],
    });
    const chainId = toChainId(chainNumber);
    const deployment = seasonDeployment(chainId, anvil.url);
    const { farms, receiver } = deployment.contracts;
    await anvil.rpc('anvil_setCode', [farms, `0x${EMIT_3}`]);
    await anvil.rpc('anvil_setCode', [receiver, `0x${EMIT_4}`]);
    const season = new FarmSeason(size, deployment.contracts);
    for (const block of season.blocks()) await mine(anvil, deployment, block);
    await anvil.mine(TRAILING_BLOCKS);
    return new SeasonChain(deployment, season, { anvil, head: await anvil.blockNumber() });
  }

  /** Plays one more block, well after the trailing ones. */
  async mineNext(): Promise<void> {
    await mine(this.played.anvil, this.deployment, this.season.next(TRAILING_BLOCKS * 2));
  }

  async stop(): Promise<void> {
    await this.played.anvil.stop();
  }
}

async function mine(
  anvil: Anvil,
  { contracts }: ChainDeployment,
  { at, source, logs }: SeasonBlock,
): Promise<void> {
  const from = await anvil.account();
  await emit(anvil, { from, to: contracts[source], logs });
  await anvil.rpc('evm_mine', [at]);
}

async function emit(
  anvil: Anvil,
  block: { readonly from: Address; readonly to: Address; readonly logs: readonly SeasonLog[] },
): Promise<void> {
  const { from, to, logs } = block;
  const data: Hex = `0x${logs.map(encode).join('')}`;
  const gas = numberToHex(100_000 + 12_000 * logs.length);
  await anvil.rpc('eth_sendTransaction', [{ from, to, data, gas }]);
}

function encode({ topics: [signature, ...topics], data }: SeasonLog): string {
  const head = topics.map(word).join('');
  return `${signature.slice(2)}${head}${word(BigInt(data.length * 32))}${data.map(word).join('')}`;
}

/** 32 bytes, negative numbers as two's complement. */
function word(value: bigint): string {
  return BigInt.asUintN(256, value).toString(16).padStart(64, '0');
}
