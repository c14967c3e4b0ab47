import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toAddress } from '#kernel';
import { ConfigError } from './config-error.js';
import { parseDeployment } from './parse-deployment.js';
import { aDeploymentFile, type DeploymentJson } from './testing/index.js';

type Change = (file: DeploymentJson) => unknown;

/** Problems of the valid file after one change to it. */
function problemsAfter(change: Change): readonly string[] {
  const file = aDeploymentFile();
  change(file);
  try {
    parseDeployment(file);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('parseDeployment', () => {
  it('accepts the valid file', () => {
    const deployment = parseDeployment(aDeploymentFile());
    expect(deployment.chains.map(({ key, chainId, eid }) => ({ key, chainId, eid }))).toEqual([
      { key: 'hub', chainId: 900_101, eid: 50_121 },
      { key: 'alpha', chainId: 900_231, eid: 50_231 },
    ]);
  });

  it('accepts the example that ships with the repository', () => {
    const path = join(import.meta.dirname, '../../../deployments/example.json');
    const deployment = parseDeployment(JSON.parse(readFileSync(path, 'utf8')));
    expect(deployment.policy).toEqual({
      kind: 'fixed-shares',
      shares: { 'hub:1': 4000n, 'alpha:1': 3500n, 'alpha:2': 2500n },
    });
  });

  it('takes how a chain is read from the file', () => {
    const file = aDeploymentFile();
    const reading = { quorum: 2, verification: 'agreement', rpcRequestsPerSecond: 50 };
    const rpcUrls = ['http://a', 'http://b', 'http://c'];
    Object.assign(file.chains[0] ?? {}, {
      ...reading,
      rpcUrls,
      genesisHash: `0x${'AB'.repeat(32)}`,
    });
    expect(parseDeployment(file).chains[0]).toMatchObject({
      ...reading,
      rpcUrls,
      genesisHash: `0x${'ab'.repeat(32)}`,
    });
    expect(parseDeployment(aDeploymentFile()).chains[0]).not.toHaveProperty('quorum');
  });

  it('lower-cases addresses and turns money into bigint', () => {
    const file = aDeploymentFile();
    const [, spoke] = file.chains;
    if (spoke) spoke.contracts.farms = '0xABCDEFabcdefABCDEFabcdefABCDEFabcdefABCD';
    const [, chain] = parseDeployment(file).chains;
    expect(chain?.contracts.farms).toBe(toAddress('0xabcdefabcdefabcdefabcdefabcdefabcdefabcd'));
    expect(chain?.farms[0]?.valuePerTokenMicro).toBe(1_000_000n);
  });

  it.each<[string, Change, string]>([
    [
      'a field nobody knows',
      (f) => Object.assign(f, { hubs: 1 }),
      'deployment.hubs: property hubs should not exist',
    ],
    [
      'a missing section',
      (f) => Reflect.deleteProperty(f, 'epoch'),
      'deployment.epoch: epoch must be an object',
    ],
    [
      'a hub without a chain',
      (f) => Object.assign(f, { hub: 'moon' }),
      'deployment.hub: no chain has the key moon',
    ],
    [
      'a hub without a governor',
      (f) => Reflect.deleteProperty(f.chains[0]?.contracts ?? {}, 'governor'),
      'deployment.chains.hub.contracts.governor: the hub needs it',
    ],
    [
      'a spoke with a controller',
      (f) => Object.assign(f.chains[1]?.contracts ?? {}, { controller: `0x${'1'.repeat(40)}` }),
      'deployment.chains.alpha.contracts.controller: only the hub has it',
    ],
    [
      'a spoke without a receiver of commands',
      (f) => Reflect.deleteProperty(f.chains[1]?.contracts ?? {}, 'commandReceiver'),
      'deployment.chains.alpha.contracts.commandReceiver: a spoke needs it',
    ],
    [
      'a hub that commands itself',
      (f) =>
        Object.assign(f.chains[0]?.contracts ?? {}, { commandReceiver: `0x${'1'.repeat(40)}` }),
      'deployment.chains.hub.contracts.commandReceiver: only spokes have it',
    ],
    [
      'a chain without a timelock',
      (f) => Reflect.deleteProperty(f.chains[1]?.contracts ?? {}, 'timelock'),
      'deployment.chains.1.contracts.timelock: must be a non-zero address of 20 bytes',
    ],
    [
      'a chain without a guardian',
      (f) => Reflect.deleteProperty(f.chains[1] ?? {}, 'guardian'),
      'deployment.chains.1.guardian: must be a non-zero address of 20 bytes',
    ],
    [
      'a single verifier',
      (f) => f.chains[1]?.contracts.dvns.pop(),
      'deployment.chains.1.contracts.dvns: must name at least 2 verifiers; one alone can forge a message',
    ],
    [
      'the same verifier twice',
      (f) =>
        Object.assign(f.chains[1]?.contracts ?? {}, {
          dvns: [`0x${'a'.repeat(40)}`, `0x${'A'.repeat(40)}`],
        }),
      "deployment.chains.1.contracts.dvns: All dvns's elements must be unique",
    ],
    [
      'a zero address',
      (f) => Object.assign(f.chains[0]?.contracts ?? {}, { farms: `0x${'0'.repeat(40)}` }),
      'deployment.chains.0.contracts.farms: must be a non-zero address of 20 bytes',
    ],
    [
      'a genesis in milliseconds',
      (f) => Object.assign(f.epoch, { genesis: 1_795_000_000_000 }),
      'deployment.epoch.genesis: genesis must not be greater than 99999999999',
    ],
    [
      'a repeated endpoint id',
      (f) => Object.assign(f.chains[1] ?? {}, { eid: 50_121 }),
      'deployment.chains: eid 50121 appears more than once',
    ],
    [
      'a repeated farm',
      (f) => f.chains[0]?.farms.push(...(f.chains[0]?.farms ?? [])),
      'deployment.chains.hub.farms: farmId 1 appears more than once',
    ],
    [
      'the same endpoint twice',
      (f) => f.chains[0]?.rpcUrls.push(...(f.chains[0]?.rpcUrls ?? [])),
      'deployment.chains.0.rpcUrls: must not name an endpoint twice',
    ],
    [
      'a quorum of half of the endpoints',
      (f) => Object.assign(f.chains[0] ?? {}, { quorum: 1, rpcUrls: ['http://a', 'http://b'] }),
      'deployment.chains.hub.quorum: must be more than half of the 2 endpoints',
    ],
    [
      'a quorum of more endpoints than there are',
      (f) => Object.assign(f.chains[0] ?? {}, { quorum: 2 }),
      'deployment.chains.hub.quorum: 2 cannot agree, there are 1 endpoints',
    ],
    [
      'a first block that is no hash',
      (f) => Object.assign(f.chains[0] ?? {}, { genesisHash: '0x12' }),
      'deployment.chains.0.genesisHash: must be a hash of 32 bytes',
    ],
    [
      'a depth without a number',
      (f) => Object.assign(f.chains[0]?.finality ?? {}, { mode: 'depth' }),
      'deployment.chains.hub.finality.depth: the depth mode needs it',
    ],
    [
      'a value that is a number',
      (f) => Object.assign(f.chains[0]?.farms[0] ?? {}, { valuePerTokenMicro: 1 }),
      'deployment.chains.0.farms.0.valuePerTokenMicro: must be a whole number of micro-dollars in a string',
    ],
    [
      'more shared decimals than decimals',
      (f) => Object.assign(f.rewardToken, { decimals: 5 }),
      'deployment.rewardToken.sharedDecimals: must not exceed decimals',
    ],
    [
      'fixed shares without shares',
      (f) => Object.assign(f, { policy: { kind: 'fixed-shares' } }),
      'deployment.policy.shares: fixed shares need at least one farm',
    ],
    [
      'a share of an unknown farm',
      (f) => Object.assign(f, { policy: { kind: 'fixed-shares', shares: { 'hub:9': '1' } } }),
      'deployment.policy.shares.hub:9: no such farm',
    ],
    [
      'a share that is a number',
      (f) => Object.assign(f, { policy: { kind: 'fixed-shares', shares: { 'hub:1': 1 } } }),
      'deployment.policy.shares.hub:1: must be basis points in a string, "0" to "10000"',
    ],
    [
      'shares above the whole',
      (f) =>
        Object.assign(f, {
          policy: { kind: 'fixed-shares', shares: { 'hub:1': '6000', 'alpha:1': '4001' } },
        }),
      'deployment.policy.shares: sum to 10001 basis points, more than 10000',
    ],
  ])('refuses %s', (_what, change, problem) => {
    expect(problemsAfter(change)).toEqual([problem]);
  });

  it('names every problem at once and never prints an RPC address', () => {
    const problems = problemsAfter((file) => {
      Object.assign(file.chains[0] ?? {}, { rpcUrls: ['ftp://token@secret.example'], eid: 0 });
      Object.assign(file.messaging, { confirmations: 0 });
    });
    expect(problems).toEqual([
      'deployment.messaging.confirmations: confirmations must not be less than 1',
      'deployment.chains.0.eid: eid must not be less than 1',
      'deployment.chains.0.rpcUrls: must be http or https addresses',
    ]);
  });

  it('names what spans several fields beside what is wrong with one', () => {
    const problems = problemsAfter((file) => {
      Object.assign(file, {
        hub: 'moon',
        policy: { kind: 'fixed-shares', shares: { 'hub:9': '1', 'alpha:1': '10001' } },
      });
      Object.assign(file.messaging, { confirmations: 0 });
      Object.assign(file.rewardToken, { decimals: 5 });
      Object.assign(file.chains[0]?.finality ?? {}, { mode: 'depth' });
      Object.assign(file.chains[1] ?? {}, { eid: 50_121, chainId: 900_101, blockTimeMs: 'slow' });
    });
    expect(problems.map((problem) => problem.replace(/^deployment\./, ''))).toEqual([
      'messaging.confirmations: confirmations must not be less than 1',
      'chains.1.blockTimeMs: blockTimeMs must not be less than 1',
      'chains.1.blockTimeMs: blockTimeMs must be an integer number',
      'hub: no chain has the key moon',
      'chains: chainId 900101 appears more than once',
      'chains: eid 50121 appears more than once',
      'policy.shares.hub:9: no such farm',
      'policy.shares.alpha:1: must be basis points in a string, "0" to "10000"',
      'chains.hub.finality.depth: the depth mode needs it',
      'rewardToken.sharedDecimals: must not exceed decimals',
    ]);
  });

  it('concludes nothing from a field that is missing', () => {
    const problems = problemsAfter((file) => {
      Object.assign(file, { hub: 'moon' });
      Object.assign(file, { policy: { kind: 'fixed-shares', shares: { 'hub:9': '1' } } });
      Reflect.deleteProperty(file.chains[0] ?? {}, 'key');
      Reflect.deleteProperty(file.chains[1] ?? {}, 'contracts');
    });
    expect(problems).toEqual([
      'deployment.chains.0.key: must be a short lower-case word',
      'deployment.chains.1.contracts: contracts must be an object',
    ]);
  });

  it.each<[string, Change, string]>([
    [
      'a chain',
      (f) => f.chains.push(JSON.parse('null')),
      'deployment.chains.2: nested property chains must be either object or array',
    ],
    [
      'a farm',
      (f) => f.chains[0]?.farms.push(JSON.parse('null')),
      'deployment.chains.0.farms.1: nested property farms must be either object or array',
    ],
    ['a chain', (f) => f.chains.push(JSON.parse('[]')), 'deployment.chains.2: must be an object'],
    [
      'a farm',
      (f) => f.chains[0]?.farms.push(JSON.parse('[]')),
      'deployment.chains.0.farms.1: must be an object',
    ],
  ])('refuses null or a list in place of %s', (_what, change, problem) => {
    expect(problemsAfter(change)).toEqual([problem]);
  });

  it.each([[null], [[]], ['text'], [7]])('refuses %j as a whole', (json) => {
    expect(() => parseDeployment(json)).toThrow(
      new ConfigError(['deployment: must be a JSON object']),
    );
  });
});
