import { type HoldDraft } from '#ledger';
import { type Finding } from './difference.js';

/**
 * What must not be relied on while a finding stands: the smallest thing it is about. Farms are
 * apart from each other and from the tokens they pay, so one position does not stop its farm, and
 * one farm does not stop its chain.
 */
export function holdOf(finding: Finding): HoldDraft {
  const { what, field, farmId, user, subject = '', ledger, chain, block } = finding;
  const name = field === null ? what : `${what} ${field}`;
  const reason = `${name} is ${ledger} here and ${chain} on the chain at block ${block}`;
  if (user !== null && farmId !== null) {
    return { scope: 'account', subject: `${user}:${farmId}`, reason };
  }
  if (farmId !== null) return { scope: 'farm', subject: String(farmId), reason };
  switch (what) {
    case 'order':
    case 'decision':
      return { scope: 'order', subject: subject.replace(/^epoch /, ''), reason };
    case 'journey':
      return { scope: 'journey', subject: subject.replace(/^journey /, ''), reason };
    case 'proposal':
      return { scope: 'proposal', subject: subject.replace(/^proposal /, ''), reason };
    default:
      return { scope: 'chain', subject: '', reason };
  }
}

/** One draft for each thing held; the first finding about it gives the reason. */
export function holdsOf(findings: readonly Finding[]): readonly HoldDraft[] {
  const drafts = new Map<string, HoldDraft>();
  for (const draft of findings.map(holdOf)) {
    const key = `${draft.scope} ${draft.subject}`;
    if (!drafts.has(key)) drafts.set(key, draft);
  }
  return [...drafts.values()];
}
