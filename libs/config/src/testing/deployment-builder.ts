import type { Deployment } from '../deployment.js';
import { parseDeployment } from '../parse-deployment.js';

/** The JSON of a valid deployment file with a hub and one spoke; tests change what they are about. */
export function aDeploymentFile(): DeploymentJson {
  return {
    name: 'testnet',
    hub: 'hub',
    rewardToken: { symbol: 'HWT', decimals: 18, sharedDecimals: 6 },
    epoch: { genesis: 1_795_000_000, durationSeconds: 60 },
    policy: { kind: 'tvl-weighted' },
    messaging: { confirmations: 5 },
    chains: [
      {
        ...aChain({ key: 'hub', chainId: 900_101, eid: 50_121, firstAddress: 0x1000 }),
        contracts: {
          ...contractsFrom(0x1000),
          controller: addressAt(0x10c0),
          governor: addressAt(0x10c1),
          commandSender: addressAt(0x10c2),
        },
      },
      {
        ...aChain({ key: 'alpha', chainId: 900_231, eid: 50_231, firstAddress: 0x2000 }),
        contracts: { ...contractsFrom(0x2000), commandReceiver: addressAt(0x20c0) },
      },
    ],
  };
}

interface ContractsJson {
  endpoint: string;
  sendUln: string;
  receiveUln: string;
  endpointView: string;
  receiveUlnView: string;
  executor: string;
  dvns: string[];
  rewardToken: string;
  farms: string;
  receiver: string;
  bridge: string;
  timelock: string;
  controller?: string;
  governor?: string;
  commandSender?: string;
  commandReceiver?: string;
}

export interface DeploymentJson {
  name: string;
  hub: string;
  rewardToken: { symbol: string; decimals: number; sharedDecimals: number };
  epoch: { genesis: number; durationSeconds: number };
  policy: { kind: string };
  messaging: { confirmations: number };
  chains: ReturnType<typeof aChain>[];
}

/** A checked deployment with a hub (900101, eid 50121) and a spoke `alpha` (900231, eid 50231). */
export function aDeployment(): Deployment {
  return parseDeployment(aDeploymentFile());
}

function aChain(options: {
  readonly key: string;
  readonly chainId: number;
  readonly eid: number;
  readonly firstAddress: number;
}) {
  const { key, chainId, eid, firstAddress } = options;
  return {
    key,
    name: key,
    chainId,
    eid,
    rpcUrls: ['http://127.0.0.1:8545'],
    startBlock: 0,
    blockTimeMs: 1000,
    finality: { mode: 'tag' },
    contracts: contractsFrom(firstAddress),
    guardian: addressAt(firstAddress + 13),
    farms: [
      {
        farmId: 1,
        label: `HWT on ${key}`,
        stakeToken: addressAt(firstAddress + 8),
        stakeSymbol: 'HWT',
        stakeDecimals: 18,
        movable: true,
        valuePerTokenMicro: '1000000',
      },
    ],
  };
}

function contractsFrom(first: number): ContractsJson {
  return {
    endpoint: addressAt(first),
    sendUln: addressAt(first + 1),
    receiveUln: addressAt(first + 2),
    endpointView: addressAt(first + 3),
    receiveUlnView: addressAt(first + 4),
    executor: addressAt(first + 5),
    dvns: [addressAt(first + 6), addressAt(first + 7)],
    rewardToken: addressAt(first + 8),
    farms: addressAt(first + 9),
    receiver: addressAt(first + 10),
    bridge: addressAt(first + 11),
    timelock: addressAt(first + 12),
  };
}

function addressAt(value: number): string {
  return `0x${value.toString(16).padStart(40, '0')}`;
}
