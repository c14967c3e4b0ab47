import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEther } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accountOf,
  budgetsOf,
  claim,
  commandState,
  contractsOf,
  creditState,
  Devnet,
  distrustBridge,
  hubContractsOf,
  move,
  moveIntoEscrow,
  type Network,
  networkOf,
  openFarmLike,
  passCommands,
  passSchedule,
  releaseTransfer,
  reorg,
  retryCommand,
  retryEscrow,
  returnEscrow,
  runEpochByScript,
  sendTokens,
  stake,
  stakedBy,
  swap,
  trustBridge,
  waitForArrival,
  waitForCommand,
  waitForStatus,
  withdraw,
} from '../../apps/devnet/src/index.js';
import { emissionControllerAbi, rewardTokenAbi } from '#abi';
import { assert } from '#kernel';

const EPOCH_SECONDS = 60;
const ALPHA_DLT = { chain: 'alpha', farmId: 3 } as const;
const BETA_DLT = { chain: 'beta', farmId: 3 } as const;
const HUB_DLT = { chain: 'hub', farmId: 2 } as const;

/** One network for all tests, which follow each other as a day of its users would. */
describe('local network', () => {
  let dataDir: string;
  let devnet: Devnet;
  let network: Network;

  async function start(): Promise<void> {
    devnet = await Devnet.start({
      dataDir,
      parameters: { epochSeconds: EPOCH_SECONDS, votingPeriodSeconds: 5 },
    });
    network = networkOf(devnet);
  }

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'headwater-devnet-'));
    await start();
  });

  afterAll(async () => {
    await devnet?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('funds every farm of an epoch and moves a position, to the wei', async () => {
    const { run } = await runEpochByScript(network);

    expect(run.epoch).toBe(1);
    expect(run.targets).toHaveLength(8);
    expect(run.guids).toHaveLength(2);
  });

  it('changes the schedule by a vote', async () => {
    const { budgetSD, hardCapSD, floorSD } = budgetsOf(EPOCH_SECONDS);
    const schedule = { budgetSD: hardCapSD, floorSD, decayBps: 0, decayEvery: 0 };

    await passSchedule(network, {
      schedule,
      description: 'Raise the budget to the cap',
      voters: ['alice', 'bob'],
    });

    const budgetOfEpoch1000 = await network.chains.hub.client.readContract({
      address: hubContractsOf(network).controller,
      abi: emissionControllerAbi,
      functionName: 'budgetOf',
      args: [1_000],
    });
    expect(budgetOfEpoch1000).toBe(hardCapSD);
    expect(budgetOfEpoch1000).toBeGreaterThan(budgetSD);
  });

  it('changes a spoke by a vote, at once or after the time that loosening takes', async () => {
    const { sent } = await passCommands(network, {
      commands: [
        {
          chain: 'alpha',
          command: { kind: 'set-farm-state', farmId: 2, state: 'deposits-paused' },
        },
        { chain: 'alpha', command: { kind: 'set-farm-state', farmId: 2, state: 'active' } },
      ],
      description: 'Close a farm for deposits, and open it again',
      voters: ['alice', 'bob'],
    });
    const [close, open] = sent;
    assert(close !== undefined && open !== undefined, 'two commands were sent');

    await waitForCommand(network, close, 'applied');
    await waitForCommand(network, open, 'waiting');
    const pair = { who: 'erin', chain: 'alpha', farmId: 2, amount: parseEther('1') } as const;
    await expect(stake(network, pair)).rejects.toMatchObject({
      errorName: 'Farms_NotActive',
    });
    await retryCommand(network, { ...open, who: 'stranger' });

    expect(await commandState(network, open)).toBe('applied');
    const staked = await stakedBy(network, pair);
    await stake(network, pair);
    expect(await stakedBy(network, pair)).toBe(staked + pair.amount);
  });

  it('brings a move that was taken back by a reorganisation a second time', async () => {
    const amount = parseEther('7');
    await stake(network, { who: 'bob', ...HUB_DLT, amount: parseEther('50') });
    const request = { who: 'bob', from: HUB_DLT, to: ALPHA_DLT, amount } as const;
    const before = await stakedBy(network, { who: 'bob', ...ALPHA_DLT });

    const lost = await move(network, request);
    await reorg(network, { chain: 'hub', depth: 1 });
    const sent = await move(network, request);
    expect(sent.guid).toBe(lost.guid);
    await waitForArrival(network, { chain: 'alpha', guid: sent.guid });
    await reorg(network, { chain: 'alpha', depth: 2 });

    await waitForStatus(network, sent.guid, 'composed');
    expect(await waitForArrival(network, { chain: 'alpha', guid: sent.guid })).toBe('restaked');
    expect(await stakedBy(network, { who: 'bob', ...ALPHA_DLT })).toBe(before + amount);
  });

  it('delivers between two chains while the third hangs', async () => {
    await network.control.setHalted('beta', true);
    const request = { who: 'bob', from: HUB_DLT, to: ALPHA_DLT, amount: parseEther('1') } as const;
    const { guid } = await move(network, request);
    expect(await waitForArrival(network, { chain: 'alpha', guid })).toBe('restaked');
    await network.control.setHalted('beta', false);
  });

  it('keeps a held message over a restart and delivers it then', async () => {
    await network.control.changeFaults({ hold: { execute: true } });
    const request = { who: 'bob', from: ALPHA_DLT, to: HUB_DLT, amount: parseEther('2') } as const;
    const { guid } = await move(network, request);
    await waitForStatus(network, guid, 'verified');
    await devnet.stop();

    await start();

    expect(await waitForArrival(network, { chain: 'hub', guid })).toBe('restaked');
  });

  it('keeps a position in escrow when its farm has ended, and restakes it elsewhere', async () => {
    const amount = parseEther('3');
    const request = { who: 'bob', from: ALPHA_DLT, to: BETA_DLT, amount } as const;
    const { guid } = await moveIntoEscrow(network, request);
    await openFarmLike(network, { farm: BETA_DLT, newFarmId: 4 });

    await retryEscrow(network, { chain: 'beta', guid, who: 'bob', farmId: 4 });

    expect(await stakedBy(network, { who: 'bob', chain: 'beta', farmId: 4 })).toBe(amount);
  });

  it('retries a failed compose call only when told to', async () => {
    const amount = parseEther('4');
    await stake(network, { who: 'bob', ...HUB_DLT, amount });
    await distrustBridge(network, { from: 'hub', to: 'alpha' });
    const { guid } = await move(network, { who: 'bob', from: HUB_DLT, to: ALPHA_DLT, amount });
    await waitForStatus(network, guid, 'compose-failed');
    await trustBridge(network, { from: 'hub', to: 'alpha' });

    const { status } = await network.control.retry(guid);

    expect(status).toBe('composed');
    expect(await waitForArrival(network, { chain: 'alpha', guid })).toBe('restaked');
  });

  it('sends a position back that arrived at a farm of another token', async () => {
    const to = { chain: 'alpha', farmId: 1 } as const;
    const amount = parseEther('6');
    await stake(network, { who: 'carol', ...HUB_DLT, amount });
    const { guid } = await move(network, { who: 'carol', from: HUB_DLT, to, amount });
    expect(await waitForArrival(network, { chain: 'alpha', guid })).toBe('escrowed');

    const returned = await returnEscrow(network, { chain: 'alpha', guid, who: 'carol', to: 'hub' });

    expect(await creditState(network, { chain: 'alpha', guid })).toBe('returned');
    await waitForStatus(network, returned.guid, 'delivered');
  });

  it('pays rewards and gives principal back', async () => {
    const position = { who: 'alice', ...HUB_DLT } as const;
    const amount = await stakedBy(network, position);

    const { paid } = await claim(network, position);
    await withdraw(network, { ...position, amount });

    expect(paid).toBeGreaterThan(0n);
    expect(await stakedBy(network, position)).toBe(0n);
  });

  it('keeps a transfer over the limit of its path, and credits it once there is room', async () => {
    const balance = () =>
      network.chains.beta.client.readContract({
        address: contractsOf(network, 'beta').rewardToken,
        abi: rewardTokenAbi,
        functionName: 'balanceOf',
        args: [accountOf('dave').address],
      });
    const before = await balance();
    const path = { who: 'dave', from: 'alpha', to: 'beta' } as const;
    const first = await sendTokens(network, { ...path, amount: parseEther('950000') });
    await waitForStatus(network, first.guid, 'delivered');
    const second = await sendTokens(network, { ...path, amount: parseEther('200000') });
    await waitForStatus(network, second.guid, 'delivered');
    expect(await balance()).toBe(before + parseEther('950000'));

    await releaseTransfer(network, { who: 'stranger', chain: 'beta', guid: second.guid });

    expect(await balance()).toBe(before + parseEther('1150000'));
  });

  it('trades on a real pair', async () => {
    const { bought } = await swap(network, { sell: 'token0', amount: parseEther('100') });

    expect(bought).toBeGreaterThan(parseEther('99'));
  });

  it('refuses a second devnet in the same folder', async () => {
    await expect(Devnet.start({ dataDir })).rejects.toMatchObject({
      code: 'devnet.folder-unusable',
    });
  });
});
