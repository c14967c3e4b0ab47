export { type CommandRef, CommandService } from './command.service.js';
export { CommandsProjector } from './commands.projector.js';
export { decodeCommandLog } from './decode-command-log.js';
export { describeRevert } from './describe-revert.js';
export { accountOf, toBytes32 } from './domain/bytes.js';
export {
  COMMAND_STATES,
  type CommandState,
  type CommandView,
  isCommandSettled,
} from './domain/command-view.js';
export { describeCommand } from './domain/describe-command.js';
export {
  decodeOptions,
  type ExecutorOptions,
  MalformedOptions,
} from './domain/executor-options.js';
export {
  isSettled,
  MESSAGE_KINDS,
  MESSAGE_STATUSES,
  type MessageKind,
  type MessageStatus,
  type MessageView,
} from './domain/message-view.js';
export { decodeOftMessage, type OftMessage } from './domain/oft-message.js';
export {
  decodeHeader,
  decodePacket,
  encodeHeader,
  MalformedPacket,
  type Packet,
  type PacketPath,
} from './domain/packet.js';
export { type MessageCounts, MessageService } from './message.service.js';
export { MessagesProjector } from './messages.projector.js';
export { MessagingModule } from './messaging.module.js';
export { guidOf, payloadHashOf } from './packet-hash.js';
export { PacketWitness } from './packet-witness.js';
