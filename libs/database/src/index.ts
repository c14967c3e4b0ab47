export { backUp, BackupExists } from './backup/back-up.js';
export { DamagedBackup, type Manifest } from './backup/manifest.js';
export { DatabaseInUse, restore, type Restored, WrongBackup } from './backup/restore.js';
export { byteaTransformer, toBytea } from './bytes.js';
export { copyBytes, copyRows, copyText, type CopyValue } from './copy-rows.js';
export { DatabaseModule, releaseDatabases } from './database.module.js';
export {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
  stopEmbeddedPostgres,
} from './embedded/embedded-postgres.js';
export { PostgresMissing } from './embedded/postgres-binaries.js';
export { migrate } from './migrate.js';
export { type DatabaseAddress, openDatabase } from './open-database.js';
export { prepared, preparedRows, type PreparedStatement } from './prepared.js';
export { withDatabase, withDatabaseServer } from './with-database-server.js';
export { execute, inTransaction, queryRows, sqlStateOf } from './query.js';
export { installTypeParsers } from './type-parsers.js';
export { RebuildRunning, ShadowTables } from './shadow-tables.js';
