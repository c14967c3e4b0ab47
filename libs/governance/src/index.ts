export {
  PROPOSAL_STATES,
  type ProposalCall,
  type ProposalState,
  type ProposalView,
  type Verification,
  type VerificationCheck,
} from './domain/proposal-view.js';
export { GovernanceModule } from './governance.module.js';
export { ProposalService } from './proposal.service.js';
export { ProposalsProjector } from './proposals.projector.js';
