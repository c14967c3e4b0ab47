import type { ChainLog } from './chain-log.js';

/** How an answer differs from what is proved; a log that was altered is in both lists. */
export interface LogDifference {
  /** Logs that are not on the chain in this form. */
  readonly invented: readonly ChainLog[];
  /** Logs on the chain that the answer lacks. */
  readonly omitted: readonly ChainLog[];
}

export function compareLogs(
  answered: readonly ChainLog[],
  proved: readonly ChainLog[],
): LogDifference {
  const answeredTexts = new Set(answered.map(logText));
  const provedTexts = new Set(proved.map(logText));
  return {
    invented: answered.filter((log) => !provedTexts.has(logText(log))),
    omitted: proved.filter((log) => !answeredTexts.has(logText(log))),
  };
}

/** The same text for the same logs in the same order, another one for any others. */
export function logsText(logs: readonly ChainLog[]): string {
  return logs.map(logText).join('\n');
}

function logText(log: ChainLog): string {
  const { blockNumber, blockHash, blockTimestamp, txHash, logIndex, address, topics, data } = log;
  const place = `${blockNumber} ${blockHash} ${blockTimestamp} ${txHash} ${logIndex}`;
  return `${place} ${address} ${topics.join(' ')} ${data}`;
}
