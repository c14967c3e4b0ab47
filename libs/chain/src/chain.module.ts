import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChainRegistry } from './chain-registry.js';
import { TxIntentRow } from './storage/tx-intent.row.js';
import { TxIntentStore } from './storage/tx-intent-store.js';
import { TransactionSender } from './transaction-sender.service.js';

/** Needs the global `AppConfig`, `DataSource` and `Log`. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([TxIntentRow])],
  providers: [ChainRegistry, TxIntentStore, TransactionSender],
  exports: [ChainRegistry, TransactionSender],
})
export class ChainModule {}
