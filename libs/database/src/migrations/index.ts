import type { MigrationInterface } from 'typeorm';

import { CoreTables1763700000001 } from './0001-core.js';

/** Every migration, oldest first. A released one is never edited: a later one corrects it. */
export const migrations: readonly (new () => MigrationInterface)[] = [CoreTables1763700000001];
