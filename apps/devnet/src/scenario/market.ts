import { encodeFunctionData, erc20Abi, parseAbi } from 'viem';
import { type Address, type Hex, mulDivDown, toAddress, toHex } from '#kernel';
import { accountOf } from '../accounts.js';
import { type Done, type Network, stakeTokenOf } from './network.js';

const PAIR_FARM = { chain: 'alpha', farmId: 2 } as const;
const PAIR_ABI = parseAbi([
  'function token0() view returns (address)',
  'function token1() view returns (address)',
  'function getReserves() view returns (uint112 reserve0, uint112 reserve1, uint32 blockTime)',
  'function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data)',
]);
/** The pair keeps 3 in 1,000 of what comes in. */
const FEE_KEPT = 997n;
const FEE_BASE = 1_000n;

/** Which token of the pair is sold. */
export type SoldSide = 'token0' | 'token1';

/** Swaps as the trader, straight with the pair. @returns also the units bought. */
export async function swap(
  network: Network,
  options: { readonly sell: SoldSide; readonly amount: bigint },
): Promise<Done & { readonly bought: bigint }> {
  const { sell, amount } = options;
  const pair = stakeTokenOf(network, PAIR_FARM);
  const chain = network.chains[PAIR_FARM.chain];
  const trader = accountOf('trader').address;
  const [token, reserves] = await Promise.all([
    chain.client.readContract({ address: pair, abi: PAIR_ABI, functionName: sell }),
    chain.client.readContract({ address: pair, abi: PAIR_ABI, functionName: 'getReserves' }),
  ]);
  const [reserve0, reserve1] = reserves;
  const [reserveIn, reserveOut] = sell === 'token0' ? [reserve0, reserve1] : [reserve1, reserve0];
  const amountWithFee = amount * FEE_KEPT;
  const bought = mulDivDown(amountWithFee, reserveOut, reserveIn * FEE_BASE + amountWithFee);

  await pay(network, { token: toAddress(token), to: pair, amount });
  const amounts = sell === 'token0' ? ([0n, bought] as const) : ([bought, 0n] as const);
  const receipt = await chain.sender('trader').execute({
    label: 'swap by the trader',
    to: pair,
    data: toHex(
      encodeFunctionData({
        abi: PAIR_ABI,
        functionName: 'swap',
        args: [...amounts, trader, '0x'],
      }),
    ),
  });
  return { txHash: toHex(receipt.transactionHash), bought };
}

async function pay(
  network: Network,
  options: { readonly token: Address; readonly to: Address; readonly amount: bigint },
): Promise<Hex> {
  const { token, to, amount } = options;
  const receipt = await network.chains[PAIR_FARM.chain].sender('trader').execute({
    label: 'payment of the trader to the pair',
    to: token,
    data: toHex(
      encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, amount] }),
    ),
  });
  return toHex(receipt.transactionHash);
}
