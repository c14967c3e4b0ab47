import { Injectable } from '@nestjs/common';
import type { ChainLog } from '#chain';
import { AppConfig, type ChainDeployment } from '#config';
import { LogProjector, type LogSequence, type LogSource } from '#indexer';
import {
  commandSequenceOf,
  decodeCommandLog,
  RECEIVER_TOPICS,
  SENDER_TOPICS,
} from './decode-command-log.js';

export const COMMAND_PREFIX = 'command:';

/** Subject of the command `no` to the chain with endpoint `eid`. */
export function commandSubject({ eid, no }: { readonly eid: number; readonly no: bigint }): string {
  return `${COMMAND_PREFIX}${eid}:${no}`;
}

/** Files the logs of the sender and the receivers of commands under their command. */
@Injectable()
export class CommandsProjector extends LogProjector {
  private readonly chains: ReadonlyMap<number, ChainDeployment>;

  constructor(config: AppConfig) {
    super();
    this.chains = new Map(config.deployment.chains.map((chain) => [chain.chainId, chain]));
  }

  override sources({ contracts }: ChainDeployment): readonly LogSource[] {
    const { commandSender, commandReceiver } = contracts;
    return [
      ...(commandSender === undefined ? [] : [{ address: commandSender, topics0: SENDER_TOPICS }]),
      ...(commandReceiver === undefined
        ? []
        : [{ address: commandReceiver, topics0: RECEIVER_TOPICS }]),
    ];
  }

  override subjectsOf(log: ChainLog): readonly string[] {
    const chain = this.chains.get(log.chainId);
    const found = chain && decodeCommandLog(log, chain);
    if (found === undefined) return [];
    const { no, happening } = found;
    // The number of a command for another chain says nothing about those for this one.
    const isStray = happening.kind === 'refused' && happening.reason === 'wrong-chain';
    return no === 0n || isStray ? [] : [commandSubject(found)];
  }

  override sequenceOf(log: ChainLog): LogSequence | undefined {
    const chain = this.chains.get(log.chainId);
    const seq = chain && commandSequenceOf(log, chain);
    return seq === undefined ? undefined : { contract: log.address, seq };
  }
}
