import { Module } from '@nestjs/common';
import { LedgerService } from './ledger.service.js';
import { HoldStore } from './storage/hold-store.js';

/** Needs the global `DatabaseModule`. */
@Module({ providers: [HoldStore, LedgerService], exports: [HoldStore, LedgerService] })
export class LedgerModule {}
