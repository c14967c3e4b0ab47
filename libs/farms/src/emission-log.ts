import type { ChainLog } from '#chain';
import type { ChainDeployment } from '#config';
import { decodeControllerFact, decodeReceiverFact } from './decode-emission-event.js';
import { type EmissionFact } from './domain/emission-event.js';

/** What a log of the controller or the receiver of `chain` says; undefined for other logs. */
export function readEmissionFact(log: ChainLog, chain: ChainDeployment): EmissionFact | undefined {
  const { controller, receiver } = chain.contracts;
  if (log.address === receiver) return decodeReceiverFact(log);
  if (log.address === controller) return decodeControllerFact(log);
  return undefined;
}
