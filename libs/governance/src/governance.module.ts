import { FarmsModule } from '#farms';
import { MessagingModule } from '#messaging';
import { Module } from '@nestjs/common';
import { ProposalService } from './proposal.service.js';

/** Needs the modules of configuration, chain and indexer, which are global. */
@Module({
  imports: [FarmsModule, MessagingModule],
  providers: [ProposalService],
  exports: [ProposalService],
})
export class GovernanceModule {}
