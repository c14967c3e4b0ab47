import type { ProposalView, Verification } from '#governance';
import type { Fields } from '../http/fields.js';
import type { ProposalDto, ProposalVerificationDto } from './proposals.dto.js';

export function proposalDto(view: ProposalView): Fields<ProposalDto> {
  return {
    id: view.id,
    title: view.title,
    description: view.description,
    proposer: view.proposer,
    state: view.state,
    votes: {
      for: view.votes.for.toString(),
      against: view.votes.against.toString(),
      abstain: view.votes.abstain.toString(),
    },
    quorum: view.quorum.toString(),
    snapshotAt: view.snapshotAt,
    deadlineAt: view.deadlineAt,
    eta: view.eta,
    createdAt: view.createdAt,
    executedAt: view.executedAt,
    calls: view.calls.map((call) => ({
      target: call.target,
      contractName: call.contractName,
      function: call.function,
      args: call.args.map(({ name, value }) => ({ name, value })),
      commands: call.commands.map(({ chainKey, sentence }) => ({ chainKey, sentence })),
    })),
    txs: { created: view.txs.created, executed: view.txs.executed },
    verification: view.verification === null ? null : verificationDto(view.verification),
    isFinal: view.isFinal,
  };
}

function verificationDto({ status, checks }: Verification): ProposalVerificationDto {
  return {
    status,
    checks: checks.map(({ what, chainKey, expected, actual, ok }) => ({
      what,
      chainKey,
      expected,
      actual,
      ok,
    })),
  };
}
