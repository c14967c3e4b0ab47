import type { ChainDeployment, Deployment } from '#config';
import { AppConfig } from '#config';
import { type Address, toAddress, toChainId, toEid, type Hex } from '#kernel';

/** Deployment of one chain with invented contract addresses; override what the test is about. */
export function aChainDeployment(overrides: Partial<ChainDeployment> = {}): ChainDeployment {
  return {
    key: 'hub',
    name: 'Hub',
    chainId: toChainId(900_101),
    eid: toEid(50_121),
    rpcUrls: ['http://127.0.0.1:1'],
    startBlock: 0,
    blockTimeMs: 1_000,
    finality: { mode: 'tag' },
    contracts: {
      endpoint: addressAt(1),
      sendUln: addressAt(2),
      receiveUln: addressAt(3),
      endpointView: addressAt(4),
      receiveUlnView: addressAt(5),
      executor: addressAt(6),
      dvns: [addressAt(7), addressAt(8)],
      rewardToken: addressAt(9),
      farms: addressAt(10),
      receiver: addressAt(11),
      bridge: addressAt(12),
    },
    farms: [],
    ...overrides,
  };
}

/** Settings of a process that works on the given chains; the first one is the hub. */
export function anAppConfig(options: {
  readonly chains: readonly [ChainDeployment, ...ChainDeployment[]];
  readonly operatorKey?: Hex;
  readonly dataDir?: string;
}): AppConfig {
  const { chains, operatorKey, dataDir = '/nonexistent' } = options;
  const deployment: Deployment = {
    name: 'test',
    hub: chains[0].key,
    rewardToken: { symbol: 'HWT', decimals: 18, sharedDecimals: 6 },
    epoch: { genesis: 1_795_000_000, durationSeconds: 60 },
    policy: { kind: 'tvl-weighted' },
    messaging: { confirmations: 5 },
    chains,
  };
  return new AppConfig({
    dataDir,
    deployment,
    port: 0,
    host: '127.0.0.1',
    logLevel: 'silent',
    pollMs: 100,
    ...(operatorKey === undefined ? {} : { operatorKey }),
  });
}

function addressAt(value: number): Address {
  return toAddress(`0x${value.toString(16).padStart(40, '0')}`);
}
