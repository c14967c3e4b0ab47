import { createConfig } from 'ponder';
import { farmEvents } from './farm-events.ts';

const { BENCH_CHAIN_ID, BENCH_RPC_URL, BENCH_FARMS, DATABASE_URL } = process.env;

export default createConfig({
  database: { kind: 'postgres', connectionString: DATABASE_URL },
  chains: { season: { id: Number(BENCH_CHAIN_ID), rpc: BENCH_RPC_URL } },
  contracts: {
    Farms: {
      abi: farmEvents,
      chain: 'season',
      address: BENCH_FARMS as `0x${string}`,
      startBlock: 0,
    },
  },
});
