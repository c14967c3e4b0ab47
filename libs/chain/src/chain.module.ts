import { Global, Module } from '@nestjs/common';
import { ChainRegistry } from './chain-registry.js';
import { TxIntentStore } from './storage/tx-intent-store.js';
import { TransactionSender } from './transaction-sender.service.js';

/** Needs the global `AppConfig`, `DataSource` and `Log`. */
@Global()
@Module({
  providers: [ChainRegistry, TxIntentStore, TransactionSender],
  exports: [ChainRegistry, TransactionSender],
})
export class ChainModule {}
