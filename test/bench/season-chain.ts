import { aChainDeployment, Anvil } from '#chain/testing';
import type { ChainDeployment } from '#config';
import { type FarmBook } from '#farms';
import { type Address, type ChainId, type Hex, toAddress, toChainId } from '#kernel';
import { numberToHex } from 'viem';
import { FarmSeason, type SeasonLog, type SeasonSize } from './farm-season.js';

/** The last blocks are not final, and what is posted ends where finality does. */
const UNFINAL_BLOCKS = 4;

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
    /** What the season adds up to. */
    readonly book: FarmBook,
    private readonly anvil: Anvil,
  ) {}

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
    const from = await anvil.account();
    for (const { at, source, logs } of season.blocks()) {
      await emit(anvil, { from, to: deployment.contracts[source], logs });
      await anvil.rpc('evm_mine', [at]);
    }
    await anvil.mine(UNFINAL_BLOCKS);
    return new SeasonChain(deployment, season.book, anvil);
  }

  async stop(): Promise<void> {
    await this.anvil.stop();
  }
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
