import type { MigrationInterface } from 'typeorm';

import { CoreTables1763700000001 } from './0001-core.js';
import { LedgerTables1763700000002 } from './0002-ledger.js';
import { RewardTables1763700000003 } from './0003-rewards.js';
import { EmissionDecisions1763700000004 } from './0004-emission-decisions.js';
import { ReconcileTables1763700000005 } from './0005-reconcile.js';
import { FarmStreams1763700000006 } from './0006-farm-streams.js';
import { ChainWatch1763700000007 } from './0007-chain-watch.js';
import { EpochStatements1763700000008 } from './0008-epoch-statements.js';
import { ReconcileScope1763700000009 } from './0009-reconcile-scope.js';
import { SetBasedRules1763700000010 } from './0010-set-based-rules.js';

/** Every migration, oldest first. A released one is never edited: a later one corrects it. */
export const migrations: readonly (new () => MigrationInterface)[] = [
  CoreTables1763700000001,
  LedgerTables1763700000002,
  RewardTables1763700000003,
  EmissionDecisions1763700000004,
  ReconcileTables1763700000005,
  FarmStreams1763700000006,
  ChainWatch1763700000007,
  EpochStatements1763700000008,
  ReconcileScope1763700000009,
  SetBasedRules1763700000010,
];
