import type { TrackedMessage } from '../worker/tracked-message.js';

/** A message as `GET /messages` shows it. */
export function messageView(message: TrackedMessage): unknown {
  return {
    guid: message.guid,
    src: message.src,
    dst: message.dst,
    nonce: String(message.packet.nonce),
    receiver: message.receiver,
    status: message.status,
    attestedBy: message.attestedBy,
    sentTx: message.sentTx,
    sentBlock: message.sentBlock,
    deliveredTx: message.deliveredTx ?? null,
    alert: message.alert ?? null,
    composes: message.composes.map(({ to, index, deliveredTx, alert }) => ({
      to,
      index,
      deliveredTx: deliveredTx ?? null,
      alert: alert ?? null,
    })),
  };
}
