import { gapAdvice, gapSentence, type IndexGap } from './index-gap.js';
import { explainKeeping, type Keeping } from './keeping.js';
import type { MessageKind, MessageStatus } from './message-view.js';

/** Facts the sentences about a packet are made of. */
export interface Explanation {
  readonly status: MessageStatus;
  readonly kind: MessageKind;
  /** Key of the chain. */
  readonly source: string;
  readonly destination: string;
  /** `attested` are those we saw: no more than a lower bound where there is a gap. */
  readonly dvns: { readonly required: number; readonly attested: number };
  readonly confirmations: { readonly reached: number; readonly required: number };
  readonly missingNonce: bigint | null;
  /** Decoded revert reason of the last failed attempt. */
  readonly reason: string | null;
  /** Why the receiver keeps what it took; `null` when it does not. */
  readonly keeping: Keeping | null;
  /** What hides the chain from us; `null` when nothing does. */
  readonly sourceGap: IndexGap | null;
  readonly destinationGap: IndexGap | null;
  readonly isSourceSeen: boolean;
}

interface Sentences {
  readonly cause: string | null;
  readonly nextStep: string | null;
}

const FUNDS: Record<MessageKind, string> = {
  'emission-order': 'the reward tokens of the order',
  'position-move': 'the moved principal',
  'token-transfer': 'the sent tokens',
  command: 'the command',
  other: 'nothing of value',
};

/** Says what happened, where the funds are and what to do; nothing for a packet that arrived. */
export function explain(facts: Explanation): Sentences {
  const { status } = facts;
  if (status === 'delivered' || status === 'composed') return { cause: null, nextStep: null };
  if (status === 'orphaned' || status === 'forged') return explainUnsourced(facts);
  if (!facts.isSourceSeen) return explainUnseen(facts);
  if (status === 'sent' || status === 'confirming' || status === 'verifying') {
    return explainInFlight(facts);
  }
  return sinceGap(facts.destination, facts.destinationGap, explainArrived(facts));
}

/** What was known before the chain went out of sight; nobody can tell what is left to do there. */
function sinceGap(chain: string, gap: IndexGap | null, seen: Sentences): Sentences {
  if (gap === null) return seen;
  const known = seen.cause === null ? '' : ` Until then: ${seen.cause}`;
  return { cause: `${gapSentence(chain, gap)}${known}`, nextStep: gapAdvice(chain, gap) };
}

function explainInFlight(facts: Explanation): Sentences {
  const { source, destination, dvns, sourceGap, destinationGap } = facts;
  const seen = explainSeenInFlight(facts);
  if (facts.status !== 'verifying') return sinceGap(source, sourceGap, seen);
  if (destinationGap === null || dvns.attested > 0) {
    return sinceGap(destination, destinationGap, seen);
  }
  return {
    cause:
      `${gapSentence(destination, destinationGap)} ` +
      `${capitalised(FUNDS[facts.kind])} left ${source}.`,
    nextStep: gapAdvice(destination, destinationGap),
  };
}

function explainSeenInFlight(facts: Explanation): Sentences {
  const { source, destination, confirmations, dvns } = facts;
  const arriving = facts.kind === 'command' ? 'taken' : 'credited';
  const funds = `${FUNDS[facts.kind]} left ${source} and will be ${arriving} on ${destination}`;
  if (facts.status === 'verifying') {
    return {
      cause: `${dvns.attested} of ${dvns.required} DVNs have attested the packet; ${funds}.`,
      nextStep: 'Wait for the DVNs; if this lasts for minutes, check that each of them runs.',
    };
  }
  return {
    cause:
      `The packet has ${confirmations.reached} of ${confirmations.required} confirmations on ` +
      `${source}; ${funds}.`,
    nextStep: `Wait for ${source} to confirm the block.`,
  };
}

function explainArrived(facts: Explanation): Sentences {
  const { source, destination } = facts;
  const funds = FUNDS[facts.kind];
  const reason = facts.reason ?? 'unknown reason';
  const open = facts.kind === 'command' ? 'is not taken' : 'are not credited';
  const waiting = `${funds} left ${source} and ${open} on ${destination} yet`;
  if (facts.keeping !== null) {
    return explainKeeping(facts.keeping, { source, destination, funds });
  }
  switch (facts.status) {
    case 'blocked':
      return {
        cause: `Packet ${facts.missingNonce} of the same lane is not verified yet; ${waiting}.`,
        nextStep: `Get packet ${facts.missingNonce} verified first; this one then runs.`,
      };
    case 'execution-failed':
      return {
        cause: `The receiver on ${destination} refused the packet (${reason}); ${waiting}.`,
        nextStep: 'Remove the reason, then retry: anyone may call lzReceive on the endpoint.',
      };
    case 'compose-pending':
      return {
        cause: `${capitalised(funds)} are credited on ${destination}; the call that uses them has not run.`,
        nextStep: 'Wait for the executor; anyone may call lzCompose on the endpoint instead.',
      };
    case 'compose-failed':
      return {
        cause:
          `${capitalised(funds)} are credited to the composer on ${destination}, which refused ` +
          `the call (${reason}).`,
        nextStep: 'Remove the reason, then retry: anyone may call lzCompose on the endpoint.',
      };
    case 'cleared':
      return explainCleared(facts);
    default:
      return {
        cause: `The packet is verified and waits for the executor; ${waiting}.`,
        nextStep: 'Wait for the executor; anyone may call lzReceive on the endpoint instead.',
      };
  }
}

function explainCleared({ source, destination, kind }: Explanation): Sentences {
  const cleared = `The packet was cleared on ${destination}, or refused there for ever`;
  if (kind === 'command') {
    return {
      cause: `${cleared}; the command was never taken.`,
      nextStep: 'Find out who cleared it; governance has to send the command again.',
    };
  }
  return {
    cause: `${cleared}; ${FUNDS[kind]} left ${source} and were never credited.`,
    nextStep: 'Find out who cleared it; governance has to make the owner whole.',
  };
}

function explainUnseen(facts: Explanation): Sentences {
  const { source, destination } = facts;
  const isHalted = facts.sourceGap?.kind === 'halted';
  return {
    cause: isHalted
      ? `${destination} shows the packet, but our index of ${source} is halted.`
      : `${destination} shows the packet, but our index of ${source} is not that far yet.`,
    nextStep: isHalted
      ? `Repair the index of ${source}; only then can the packet be proven.`
      : `Wait for the index of ${source} to catch up.`,
  };
}

function explainUnsourced(facts: Explanation): Sentences {
  const { source, destination } = facts;
  if (facts.status === 'orphaned') {
    return {
      cause:
        `The block of ${source} that sent the packet was reorganised away after ${destination} ` +
        'had seen it; what it credits there left nobody.',
      nextStep: 'Pause the lane and compare supplies; raise the confirmations of the lane.',
    };
  }
  return {
    cause: `${destination} shows a packet that ${source} never sent; what it credits is unbacked.`,
    nextStep: 'Pause the receiver on the destination now; the DVNs of the lane are compromised.',
  };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
