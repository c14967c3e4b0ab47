import { assert, type Hex } from '#kernel';
import {
  type Command,
  COMMAND_KINDS,
  type CommandKind,
  FARM_STATES,
  TERMS_MAX,
} from './command.js';
import { NotACommand, pack, type PackedField, PackedReader } from './command-bytes.js';

/** A command on its way: for which chain, and the how manieth from the hub to it. */
export interface CommandMessage {
  readonly eid: number;
  /** From 1. */
  readonly no: bigint;
  readonly bytes: Hex;
}

const VERSION = 1;

/** The bytes the sender on the hub takes: kind and fields, packed. */
export function encodeCommand(command: Command): Hex {
  const kind: PackedField = [COMMAND_KINDS.indexOf(command.kind) + 1, 1];
  return pack([kind, ...fieldsOf(command)]);
}

/** Reads a command; undefined for bytes that are not exactly one encoding of one. */
export function decodeCommand(bytes: Hex): Command | undefined {
  return unlessNone(() => {
    const reader = new PackedReader(bytes);
    const kind = COMMAND_KINDS[reader.int(1) - 1];
    if (kind === undefined) throw new NotACommand('unknown kind');
    const command = readCommand(kind, reader);
    reader.end();
    return command;
  });
}

/** Name of a kind; undefined for a number no kind has. */
export function commandKindOf(number: number): CommandKind | undefined {
  return COMMAND_KINDS[number - 1];
}

/** Reads what a packet to a receiver of commands carries; undefined when it is too short, of
 * another version or without a number. */
export function decodeCommandMessage(message: Hex): CommandMessage | undefined {
  return unlessNone(() => {
    const reader = new PackedReader(message);
    if (reader.int(1) !== VERSION) throw new NotACommand('another version');
    const eid = reader.int(4);
    const no = reader.uint(8);
    const bytes = reader.rest();
    if (no === 0n || bytes === '0x') throw new NotACommand('no number or no kind');
    return { eid, no, bytes };
  });
}

function unlessNone<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotACommand) return undefined;
    throw error;
  }
}

function fieldsOf(command: Command): readonly PackedField[] {
  switch (command.kind) {
    case 'add-farm':
      return [
        [command.farmId, 4],
        { address: command.stakeToken },
        [command.scaleBits, 1],
        [command.maxRate, 8],
        [command.hasTerms, 1],
        { address: command.oft },
      ];
    case 'set-farm-state':
      return [
        [command.farmId, 4],
        [FARM_STATES.indexOf(command.state) + 1, 1],
      ];
    case 'set-max-rate':
      return [
        [command.farmId, 4],
        [command.stream, 1],
        [command.maxRate, 8],
      ];
    case 'set-terms':
      return termsFields(command);
    case 'add-stream':
      return [
        [command.farmId, 4],
        [command.stream, 1],
        { address: command.token },
        { address: command.funder },
        [command.maxRate, 8],
      ];
    case 'set-funder':
      return [[command.farmId, 4], [command.stream, 1], { address: command.funder }];
    case 'set-receiver-paused':
    case 'set-bridge-paused':
      return [[command.isPaused, 1]];
    case 'set-min-valid-epoch':
      return [[command.epoch, 4]];
    case 'release-pot':
      return [
        [command.epoch, 4],
        [command.amount, 16],
      ];
    case 'set-outflow-limit':
      return [{ address: command.token }, ...limitFields(command)];
    case 'set-inbound-limit':
      return limitFields(command);
    case 'set-sentinel':
      return [{ address: command.sentinel }, [command.until, 5]];
    case 'cancel-command':
      return [[command.no, 8]];
  }
}

function termsFields({
  farmId,
  tiers,
  steps,
}: Extract<Command, { kind: 'set-terms' }>): readonly PackedField[] {
  assert(
    tiers.length <= TERMS_MAX && steps.length <= TERMS_MAX,
    `a farm has at most ${TERMS_MAX} tiers and as many steps`,
  );
  return [
    [farmId, 4],
    [tiers.length, 1],
    [steps.length, 1],
    ...tiers.flatMap(({ term, boostBps, feeBps }): PackedField[] => [
      [term, 4],
      [boostBps, 2],
      [feeBps, 2],
    ]),
    ...steps.flatMap(({ minTenure, bonusBps }): PackedField[] => [
      [minTenure, 4],
      [bonusBps, 2],
    ]),
  ];
}

function limitFields(path: {
  readonly eid: number;
  readonly limit: bigint;
  readonly window: number;
}): readonly PackedField[] {
  return [
    [path.eid, 4],
    [path.limit, 16],
    [path.window, 4],
  ];
}

function readCommand(kind: CommandKind, reader: PackedReader): Command {
  switch (kind) {
    case 'add-farm':
    case 'set-farm-state':
    case 'set-max-rate':
    case 'set-terms':
    case 'add-stream':
    case 'set-funder':
      return readFarmCommand(kind, reader);
    case 'set-receiver-paused':
    case 'set-bridge-paused':
      return { kind, isPaused: reader.flag() };
    case 'set-min-valid-epoch':
      return { kind, epoch: reader.int(4) };
    case 'release-pot':
      return { kind, epoch: reader.int(4), amount: reader.uint(16) };
    case 'set-outflow-limit':
      return { kind, token: reader.address(), ...readLimit(reader) };
    case 'set-inbound-limit':
      return { kind, ...readLimit(reader) };
    case 'set-sentinel':
      return { kind, sentinel: reader.address(), until: reader.int(5) };
    case 'cancel-command':
      return { kind, no: reader.uint(8) };
  }
}

type FarmCommandKind = Extract<Command, { readonly farmId: number }>['kind'];

/** All of them begin with the farm. */
function readFarmCommand(kind: FarmCommandKind, reader: PackedReader): Command {
  const farmId = reader.int(4);
  switch (kind) {
    case 'add-farm':
      return {
        kind,
        farmId,
        stakeToken: reader.address(),
        scaleBits: reader.int(1),
        maxRate: reader.uint(8),
        hasTerms: reader.flag(),
        oft: reader.address(),
      };
    case 'set-farm-state': {
      const state = FARM_STATES[reader.int(1) - 1];
      if (state === undefined) throw new NotACommand('unknown state of a farm');
      return { kind, farmId, state };
    }
    case 'set-max-rate':
      return { kind, farmId, stream: reader.int(1), maxRate: reader.uint(8) };
    case 'set-terms':
      return { kind, farmId, ...readTerms(reader) };
    case 'add-stream':
      return {
        kind,
        farmId,
        stream: reader.int(1),
        token: reader.address(),
        funder: reader.address(),
        maxRate: reader.uint(8),
      };
    case 'set-funder':
      return { kind, farmId, stream: reader.int(1), funder: reader.address() };
  }
}

function readTerms(reader: PackedReader) {
  const tierCount = reader.int(1);
  const stepCount = reader.int(1);
  if (tierCount > TERMS_MAX || stepCount > TERMS_MAX) throw new NotACommand('too many terms');
  const tiers = Array.from({ length: tierCount }, () => ({
    term: reader.int(4),
    boostBps: reader.int(2),
    feeBps: reader.int(2),
  }));
  const steps = Array.from({ length: stepCount }, () => ({
    minTenure: reader.int(4),
    bonusBps: reader.int(2),
  }));
  return { tiers, steps };
}

function readLimit(reader: PackedReader) {
  return { eid: reader.int(4), limit: reader.uint(16), window: reader.int(4) };
}
