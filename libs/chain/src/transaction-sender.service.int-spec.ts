import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { errorAbi } from '#abi';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { type Address, type Hex, toAddress, toChainId, toHex } from '#kernel';
import { createLog } from '#observability';
import { encodeErrorResult } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChainRegistry } from './chain-registry.js';
import { CallRefused } from './domain/refusal.js';
import { TxIntentStore } from './storage/tx-intent-store.js';
import { aChainDeployment, anAppConfig, Anvil, ANVIL_KEYS, emitCall } from './testing/index.js';
import { NoSigner, TransactionSender, type TxRequest } from './transaction-sender.service.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const TOPIC = toHex(`0x${'22'.repeat(32)}`);
const chainId = toChainId(31_002);

/** Submits one call in a process of its own, which can be told to die on the way. */
const SUBMIT = `
  import { openDatabase } from '#database';
  import { anAppConfig, aChainDeployment } from '#chain/testing';
  import { ChainRegistry } from './libs/chain/src/chain-registry.ts';
  import { TxIntentStore } from './libs/chain/src/storage/tx-intent-store.ts';
  import { TransactionSender } from './libs/chain/src/transaction-sender.service.ts';
  import { createLog } from '#observability';
  const { host, database, url, operatorKey, request } = JSON.parse(process.argv[1]);
  const dataSource = await openDatabase({ host, database });
  const config = anAppConfig({
    operatorKey,
    chains: [aChainDeployment({ chainId: request.chainId, rpcUrls: [url] })],
  });
  const log = createLog({ level: 'silent' });
  const store = new TxIntentStore(dataSource);
  const sender = new TransactionSender(config, new ChainRegistry(config), store, log);
  await sender.submit(request);
`;

describe('transaction sender', () => {
  let anvil: Anvil;
  let database: TestDatabase;
  let emitter: Address;

  beforeEach(async () => {
    [anvil, database] = await Promise.all([Anvil.start({ chainId }), createTestDatabase()]);
    emitter = await anvil.deployEmitter();
  });

  afterEach(async () => {
    await Promise.all([anvil.stop(), database.close()]);
  });

  const senderWith = (operatorKey?: Hex): TransactionSender => {
    const config = anAppConfig({
      chains: [aChainDeployment({ chainId, rpcUrls: [anvil.url] })],
      ...(operatorKey === undefined ? {} : { operatorKey }),
    });
    const store = new TxIntentStore(database.dataSource);
    const log = createLog({ level: 'silent' });
    return new TransactionSender(config, new ChainRegistry(config), store, log);
  };
  const aSender = (): TransactionSender => senderWith(ANVIL_KEYS[1]);

  const aRequest = (overrides: Partial<TxRequest> = {}): TxRequest => ({
    chainId,
    businessKey: 'emit:1',
    description: 'emit one event',
    to: emitter,
    data: emitCall(TOPIC, 1n, []),
    ...overrides,
  });

  const eventsOnChain = async (): Promise<number> => {
    const logs = await anvil.rpc('eth_getLogs', [{ address: emitter, fromBlock: '0x0' }]);
    return Array.isArray(logs) ? logs.length : -1;
  };

  it('follows a transaction from signed over mined to final', async () => {
    const sender = aSender();
    const states: (string | undefined)[] = [];
    const note = async (): Promise<void> => {
      await sender.advance(chainId);
      states.push((await sender.byKey('emit:1'))?.state);
    };
    await sender.submit(aRequest());
    await note();
    await anvil.mine();
    await note();
    await anvil.mine(4);
    await note();
    expect(states).toEqual(['signed', 'mined', 'final']);
    expect(await eventsOnChain()).toBe(1);
  });

  it('signs a business key once, also for processes that race', async () => {
    const [first, second] = [aSender(), aSender()];
    const intents = await Promise.all([
      first.submit(aRequest()),
      second.submit(aRequest()),
      first.submit(aRequest({ businessKey: 'emit:2' })),
    ]);
    await anvil.mine();
    expect(intents[0].hash).toBe(intents[1].hash);
    expect(new Set([intents[0].nonce, intents[2].nonce])).toEqual(new Set([0, 1]));
    expect(await eventsOnChain()).toBe(2);
  });

  it('sends the same transaction again after a crash between storing and sending it', async () => {
    const request = { ...aRequest(), chainId: Number(chainId) };
    const { host, database: name } = database;
    const operatorKey = ANVIL_KEYS[1];
    const task = JSON.stringify({ host, database: name, url: anvil.url, operatorKey, request });
    const args = ['--import', 'tsx', '--conditions', 'source', '--input-type=module', '-e'];
    const child = spawn(process.execPath, [...args, SUBMIT, task], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { PATH: process.env['PATH'], HEADWATER_FAILPOINT: 'intent-stored' },
    });
    const [, signal] = await once(child, 'exit');
    await anvil.mine();
    const before = { signal, events: await eventsOnChain() };

    const sender = aSender();
    const intent = await sender.submit(aRequest());
    await sender.advance(chainId);
    await sender.advance(chainId);
    await anvil.mine(5);
    await sender.advance(chainId);

    expect(before).toEqual({ signal: 'SIGKILL', events: 0 });
    expect(intent.nonce).toBe(0);
    expect((await sender.byKey('emit:1'))?.state).toBe('final');
    expect(await eventsOnChain()).toBe(1);
  });

  it('sends a transaction again whose block was reorganised away', async () => {
    const sender = aSender();
    const { hash } = await sender.submit(aRequest());
    await anvil.mine();
    await sender.advance(chainId);
    await anvil.reorg(1);
    const lost = { events: await eventsOnChain() };
    await sender.advance(chainId);
    const resent = await sender.byKey('emit:1');
    await anvil.mine(5);
    await sender.advance(chainId);
    const settled = await sender.byKey('emit:1');

    expect(lost).toEqual({ events: 0 });
    expect(resent).toMatchObject({ state: 'signed', blockNumber: null, hash });
    expect(settled).toMatchObject({ state: 'final', hash });
    expect(await eventsOnChain()).toBe(1);
  });

  it('refuses a call the contract would revert, by the name of the error', async () => {
    const reverter = await anvil.deployReverter();
    const sender = aSender();
    const data = encodeErrorResult({ abi: errorAbi, errorName: 'Farms_ZeroAmount' });
    const refused = sender.submit(aRequest({ to: reverter, data, description: 'stake nothing' }));
    await expect(refused).rejects.toThrow(CallRefused);
    await expect(refused).rejects.toThrow('stake nothing is refused: Farms_ZeroAmount()');
    expect(await sender.latest(10)).toEqual([]);
  });

  it('settles a transaction that reverted on chain as reverted once that is final', async () => {
    const sender = aSender();
    await sender.submit(aRequest());
    await anvil.rpc('anvil_setCode', [emitter, '0x60006000fd']);
    await anvil.mine();
    await sender.advance(chainId);
    const mined = await sender.byKey('emit:1');
    await anvil.mine(4);
    await sender.advance(chainId);
    const settled = await sender.byKey('emit:1');
    expect(mined).toMatchObject({ state: 'mined', hasReverted: true });
    expect(settled).toMatchObject({ state: 'reverted', hasReverted: true });
  });

  it('refuses to sign without a key', async () => {
    await expect(senderWith().submit(aRequest())).rejects.toThrow(NoSigner);
  });

  it('goes on where the chain is when the account was used by hand', async () => {
    const operator = toAddress('0x70997970c51812dc3a010c7d01b50e0d17dc79c8');
    await anvil.rpc('eth_sendTransaction', [{ from: operator, to: operator, value: '0x1' }]);
    const intent = await aSender().submit(aRequest());
    expect(intent).toMatchObject({ nonce: 1, signer: operator });
  });
});
