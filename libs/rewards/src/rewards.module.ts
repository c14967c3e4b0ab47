import { Module } from '@nestjs/common';
import { FarmsModule } from '#farms';
import { LedgerModule } from '#ledger';
import { BoundaryFinder } from './boundary-finder.js';
import { RewardsPoster } from './rewards-poster.service.js';
import { RewardsService } from './rewards.service.js';
import { PostingCursorStore } from './storage/posting-cursor-store.js';

/** Needs the global modules of configuration, chains, database and index. */
@Module({
  imports: [FarmsModule, LedgerModule],
  providers: [BoundaryFinder, PostingCursorStore, RewardsPoster, RewardsService],
  exports: [PostingCursorStore, RewardsPoster, RewardsService],
})
export class RewardsModule {}
