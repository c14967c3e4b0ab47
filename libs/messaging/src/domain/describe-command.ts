import { type Command, WHOLE_POT } from '#abi';
import { type Address, toAddress } from '#kernel';

const ZERO = toAddress(`0x${'0'.repeat(40)}`);
const BPS_PER_PERCENT = 100;
const SECONDS = { day: 86_400, hour: 3_600, minute: 60 } as const;

const FARM_STATES = {
  active: 'Open',
  'deposits-paused': 'Stop deposits of',
  ended: 'End',
} as const;

/** What a command tells its spoke, as one sentence; `chainOf` names chains by endpoint. */
export function describeCommand(command: Command, chainOf: (eid: number) => string): string {
  switch (command.kind) {
    case 'add-farm': {
      const { farmId, stakeToken, hasTerms, maxRate, oft } = command;
      const terms = hasTerms ? 'with terms' : 'without terms';
      const route = oft === ZERO ? '' : `; positions travel through ${oft}`;
      return `Add farm ${farmId} for ${stakeToken}, ${terms}, at most ${maxRate} wei a second${route}.`;
    }
    case 'set-farm-state':
      return `${FARM_STATES[command.state]} farm ${command.farmId}.`;
    case 'set-max-rate':
      return `Let ${streamOf(command)} pay at most ${command.maxRate} wei a second.`;
    case 'set-terms':
      return describeTerms(command);
    case 'add-stream': {
      const { token, funder, maxRate } = command;
      return (
        `Add ${streamOf(command)}, which pays ${token}, funded by ${funder}, at most ${maxRate} ` +
        'wei a second.'
      );
    }
    case 'set-funder':
      return `Let ${command.funder} fund ${streamOf(command)}.`;
    case 'set-receiver-paused':
      return command.isPaused ? 'Stop emission orders.' : 'Resume emission orders.';
    case 'set-bridge-paused':
      return command.isPaused ? 'Stop moves.' : 'Resume moves.';
    case 'set-min-valid-epoch':
      return `Refuse emission orders of epochs before ${command.epoch}.`;
    case 'release-pot':
      return `Make ${potOf(command.amount)} of epoch ${command.epoch} returnable.`;
    case 'set-outflow-limit':
      return limitSentence(`leave to ${chainOf(command.eid)} through the bridge`, command);
    case 'set-inbound-limit':
      return limitSentence(`arrive from ${chainOf(command.eid)}`, command);
    case 'set-sentinel':
      return command.sentinel === ZERO
        ? 'Name no sentinel.'
        : `Let ${command.sentinel} pause until ${timeText(command.until)}.`;
    case 'cancel-command':
      return `Cancel command ${command.no}.`;
  }
}

function streamOf({
  farmId,
  stream,
}: {
  readonly farmId: number;
  readonly stream: number;
}): string {
  return stream === 0 ? `the emission of farm ${farmId}` : `stream ${stream} of farm ${farmId}`;
}

function potOf(amount: bigint): string {
  return amount === WHOLE_POT ? 'the whole pot' : `${amount} wei of the pot`;
}

function limitSentence(
  what: string,
  path: { readonly limit: bigint; readonly window: number; readonly token?: Address },
): string {
  const { limit, window, token } = path;
  const of = token === undefined ? 'reward token' : `token ${token}`;
  if (limit === 0n) return `Let any amount of the ${of} ${what}.`;
  return `Let at most ${limit} wei of the ${of} in ${durationText(window)} ${what}.`;
}

function describeTerms({ farmId, tiers, steps }: Extract<Command, { kind: 'set-terms' }>): string {
  const locks = tiers.map(
    ({ term, boostBps, feeBps }) =>
      `${durationText(term)} for ${percent(boostBps)} (fee ${percent(feeBps)})`,
  );
  const bonuses = steps.map(
    ({ minTenure, bonusBps }) => `${percent(bonusBps)} after ${durationText(minTenure)}`,
  );
  return (
    `Offer in farm ${farmId} ${listOf('locks of', locks, 'no locks')} and ` +
    `${listOf('bonuses of', bonuses, 'no bonus')}.`
  );
}

function listOf(what: string, items: readonly string[], none: string): string {
  return items.length === 0 ? none : `${what} ${items.join(', ')}`;
}

function percent(bps: number): string {
  return `${bps / BPS_PER_PERCENT} %`;
}

function durationText(seconds: number): string {
  for (const [unit, length] of Object.entries(SECONDS)) {
    const count = seconds / length;
    if (count >= 1 && Number.isInteger(count)) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return `${seconds} seconds`;
}

function timeText(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');
}
