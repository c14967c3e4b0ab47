export { commandReceiverAbi } from './generated/command-receiver-abi.js';
export { commandSenderAbi } from './generated/command-sender-abi.js';
export { emissionControllerAbi } from './generated/emission-controller-abi.js';
export { emissionReceiverAbi } from './generated/emission-receiver-abi.js';
export { endpointAbi } from './generated/endpoint-abi.js';
export { endpointViewAbi } from './generated/endpoint-view-abi.js';
export { errorAbi } from './generated/error-abi.js';
export { farmsAbi } from './generated/farms-abi.js';
export { governorAbi } from './generated/governor-abi.js';
export { positionBridgeAbi } from './generated/position-bridge-abi.js';
export { receiveUlnAbi } from './generated/receive-uln-abi.js';
export { receiveUlnViewAbi } from './generated/receive-uln-view-abi.js';
export { rewardTokenAbi } from './generated/reward-token-abi.js';
export { timelockAbi } from './generated/timelock-abi.js';
export {
  type Command,
  COMMAND_KINDS,
  type CommandedFarmState,
  type CommandKind,
  WHOLE_POT,
} from './command.js';
export {
  commandKindOf,
  type CommandMessage,
  decodeCommand,
  decodeCommandMessage,
  encodeCommand,
} from './command-codec.js';
