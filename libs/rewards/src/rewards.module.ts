import { Module } from '@nestjs/common';
import { FarmsModule } from '#farms';
import { LedgerModule } from '#ledger';
import { BoundaryFinder } from './boundary-finder.js';
import { EpochStatements } from './epoch-statements.service.js';
import { HeldTokens } from './held-tokens.js';
import { LedgerAuditor } from './ledger-auditor.service.js';
import { LedgerRebuilder } from './ledger-rebuilder.service.js';
import { LiabilityTrees } from './liability-trees.js';
import { PacketOwners } from './packet-owners.js';
import { RewardsPoster } from './rewards-poster.service.js';
import { RewardsService } from './rewards.service.js';
import { UserStatements } from './user-statements.service.js';
import { PostingCursorStore } from './storage/posting-cursor-store.js';

/** Needs the global modules of configuration, chains, database and index. */
@Module({
  imports: [FarmsModule, LedgerModule],
  providers: [
    BoundaryFinder,
    EpochStatements,
    HeldTokens,
    LedgerAuditor,
    LedgerRebuilder,
    LiabilityTrees,
    PacketOwners,
    PostingCursorStore,
    RewardsPoster,
    RewardsService,
    UserStatements,
  ],
  exports: [
    EpochStatements,
    LedgerAuditor,
    LedgerRebuilder,
    PostingCursorStore,
    RewardsPoster,
    RewardsService,
    UserStatements,
  ],
})
export class RewardsModule {}
