import { encodePacked, getContractAddress, keccak256, parseEther } from 'viem';
import { type Address, toAddress } from '#kernel';
import { accountOf } from '../accounts.js';
import { type Artifact, projectArtifact, uniswapArtifact } from '../contracts/artifact.js';
import type { Contract, DeployPlan } from './deploy-plan.js';

/** A Uniswap V2 pair and the two tokens in it. */
export interface PairMarket {
  readonly factory: Contract;
  readonly pair: Contract;
  /** In the order of the pair. */
  readonly tokens: readonly [Contract, Contract];
}

const LIQUIDITY = parseEther('1000000');
const TRADER_FUNDS = parseEther('100000');

/**
 * Plans a pair from the bytecode Uniswap publishes, with a million tokens on each side. The first
 * pair tokens go to the treasury, who hands them out; the trader gets tokens to swap.
 */
export function planPairMarket(plan: DeployPlan): PairMarket {
  const token = projectArtifact('DevToken');
  const pairArtifact = uniswapArtifact('UniswapV2Pair');
  const first = plan.create(token, ['Pebble', 'PBL', 18, plan.deployer], 'PBL');
  const second = plan.create(token, ['Quartz', 'QTZ', 18, plan.deployer], 'QTZ');
  const tokens =
    first.address < second.address ? ([first, second] as const) : ([second, first] as const);
  const factory = plan.create(uniswapArtifact('UniswapV2Factory'), [plan.deployer]);
  plan.call(factory, 'createPair', [first.address, second.address]);
  const pair: Contract = {
    name: 'UniswapV2Pair',
    abi: pairArtifact.abi,
    address: pairAddress({
      factory: factory.address,
      tokens: [tokens[0].address, tokens[1].address],
      pair: pairArtifact,
    }),
  };
  for (const side of tokens) {
    plan.call(side, 'mint', [pair.address, LIQUIDITY]);
    plan.call(side, 'mint', [accountOf('trader').address, TRADER_FUNDS]);
  }
  plan.call(pair, 'mint', [accountOf('treasury').address]);
  return { factory, pair, tokens };
}

/** The factory creates pairs at addresses that follow from their tokens. */
function pairAddress(options: {
  readonly factory: Address;
  readonly tokens: readonly [Address, Address];
  readonly pair: Artifact;
}): Address {
  const { factory, tokens, pair } = options;
  return toAddress(
    getContractAddress({
      opcode: 'CREATE2',
      from: factory,
      salt: keccak256(encodePacked(['address', 'address'], [...tokens])),
      bytecode: pair.bytecode,
    }),
  );
}
