import { encodeFunctionData, erc20Abi, pad, parseEther, parseUnits } from 'viem';
import { rewardTokenAbi } from '#abi';
import { type Address, sumOf, toHex } from '#kernel';
import { accountOf, PROVIDERS } from '../accounts.js';
import type { DevChain } from '../chains/dev-chain.js';
import { waitFor } from '../sleep.js';
import { CHAIN_KEYS, type ChainKey, CHAINS, DVN_CONFIRMATIONS } from '../topology.js';
import type { ChainContracts } from './chain-contracts.js';
import type { DeployPlan } from './deploy-plan.js';
import { FARM_CATALOG, STAKE_TOKENS } from './farm-catalog.js';

/** What every liquidity provider gets on every chain where the token exists. */
const REWARD_EACH = parseEther('4000000');
const DELTA_EACH = parseEther('1000000');
const PAIR_EACH = parseEther('50000');
const DOLLAR_EACH = parseUnits('1000000', STAKE_TOKENS.dollar.decimals);

/** DLT that exists over all chains after the deployment. */
export const DELTA_SUPPLY = DELTA_EACH * BigInt(PROVIDERS.length * CHAIN_KEYS.length);

/** Reward tokens the treasury sends to each spoke, where it hands them out. */
const REWARD_PER_SPOKE = parseEther('25000000');
/** Reward tokens the controller may spend. */
const CONTROLLER_FUNDS = parseEther('2000000');
/** Number of the stream after the emission. */
const FIRST_STREAM = 1;
const ARRIVAL_TIMEOUT_MS = 30_000;

/** Plans the tokens only the deployer can make. */
export function planMinting(plan: DeployPlan, contracts: ChainContracts): void {
  for (const provider of PROVIDERS) {
    const { address } = accountOf(provider);
    plan.call(contracts.delta, 'mint', [address, DELTA_EACH]);
    if (contracts.dollar) plan.call(contracts.dollar, 'mint', [address, DOLLAR_EACH]);
  }
  const dollars = FARM_CATALOG[plan.chain.spec.key].flatMap(({ stream }) => stream?.amount ?? []);
  if (contracts.dollar && dollars.length > 0) {
    plan.call(contracts.dollar, 'mint', [accountOf('treasury').address, sumOf(dollars)]);
  }
}

/** Plans the streams beside the emission, paid by the treasury. */
export function planStreamFunding(plan: DeployPlan, contracts: ChainContracts): void {
  for (const { farmId, stream } of FARM_CATALOG[plan.chain.spec.key]) {
    const { dollar } = contracts;
    if (stream === undefined || dollar === undefined) continue;
    const { amount, seconds } = stream;
    plan.call(dollar, 'approve', [contracts.farms.address, amount]);
    plan.call(contracts.farms, 'fundStream', [farmId, FIRST_STREAM, amount, seconds]);
  }
}

/** Plans what the treasury gives away on the hub: to the controller and to the providers. */
export function planHubPayments(
  plan: DeployPlan,
  contracts: ChainContracts,
  controller: Address,
): void {
  plan.call(contracts.reward, 'transfer', [controller, CONTROLLER_FUNDS]);
  planRewardPayments(plan, contracts);
}

/** Plans the reward tokens of the providers, paid by the treasury. */
export function planRewardPayments(plan: DeployPlan, contracts: ChainContracts): void {
  for (const provider of PROVIDERS) {
    plan.call(contracts.reward, 'transfer', [accountOf(provider).address, REWARD_EACH]);
  }
}

/** Plans the pair tokens of the providers, paid by the treasury, on the chain with the pair. */
export function planPairPayments(plan: DeployPlan, contracts: ChainContracts): void {
  if (contracts.market === undefined) return;
  for (const provider of PROVIDERS) {
    plan.call(contracts.market.pair, 'transfer', [accountOf(provider).address, PAIR_EACH]);
  }
}

/** Lets every provider vote with its own tokens. */
export async function delegateVotes(hub: DevChain, contracts: ChainContracts): Promise<void> {
  await Promise.all(
    PROVIDERS.map((provider) => {
      const sender = hub.sender(provider);
      return sender.execute({
        label: `delegate of ${provider}`,
        to: contracts.reward.address,
        data: toHex(
          encodeFunctionData({
            abi: rewardTokenAbi,
            functionName: 'delegate',
            args: [sender.address],
          }),
        ),
      });
    }),
  );
}

/**
 * Sends the treasury's reward tokens for one spoke through the OFT, as any holder would. They
 * arrive later; the hub makes the blocks the DVNs wait for at once.
 */
export async function sendToSpoke(
  hub: DevChain,
  contracts: ChainContracts,
  spoke: ChainKey,
): Promise<void> {
  const treasury = hub.sender('treasury');
  const param = {
    dstEid: CHAINS[spoke].eid,
    to: pad(treasury.address, { size: 32 }),
    amountLD: REWARD_PER_SPOKE,
    minAmountLD: REWARD_PER_SPOKE,
    extraOptions: '0x',
    composeMsg: '0x',
    oftCmd: '0x',
  } as const;
  const fee = await hub.client.readContract({
    address: contracts.reward.address,
    abi: rewardTokenAbi,
    functionName: 'quoteSend',
    args: [param, false],
  });
  const data = encodeFunctionData({
    abi: rewardTokenAbi,
    functionName: 'send',
    args: [param, fee, treasury.address],
  });
  await treasury.execute({
    label: `send of reward tokens to ${spoke}`,
    to: contracts.reward.address,
    data: toHex(data),
    value: fee.nativeFee,
  });
  await hub.rpc('anvil_mine', `0x${DVN_CONFIRMATIONS.toString(16)}`);
}

/** Waits until the treasury holds on `spoke` what `sendToSpoke` sent. */
export async function waitForArrival(spoke: DevChain, contracts: ChainContracts): Promise<void> {
  const treasury = accountOf('treasury').address;
  await waitFor({
    what: `arrival of reward tokens on ${spoke.spec.key}`,
    timeoutMs: ARRIVAL_TIMEOUT_MS,
    intervalMs: 50,
    probe: async () => {
      const balance = await spoke.client.readContract({
        address: contracts.reward.address,
        abi: erc20Abi,
        functionName: 'balanceOf',
        args: [treasury],
      });
      return balance >= REWARD_PER_SPOKE ? true : undefined;
    },
  });
}
