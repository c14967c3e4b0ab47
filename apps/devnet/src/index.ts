export {
  accountOf,
  type DevAccount,
  type Provider,
  PROVIDERS,
  type Role,
  ROLES,
} from './accounts.js';
export { DevChain } from './chains/dev-chain.js';
export { CallRefused } from './chains/refusal.js';
export { CallReverted } from './chains/sender.js';
export { ControlClient, ControlRefused } from './control/control-client.js';
export { Devnet, type DevnetOptions } from './devnet.js';
export { REWARD_SUPPLY } from './deploy/chain-contracts.js';
export { deploymentPath, devnetFolder } from './devnet-folder.js';
export { type DevnetReport } from './network-start.js';
export { budgetsOf, DEFAULT_PARAMETERS, type DevnetParameters } from './parameters.js';
export {
  type ChainCommand,
  commandState,
  type CommandedState,
  passCommands,
  retryCommand,
  type SentCommand,
  waitForCommand,
} from './scenario/commands.js';
export {
  decideAndDispatch,
  type EpochRun,
  type EpochTarget,
  waitForOrders,
} from './scenario/epochs.js';
export {
  claim,
  claimStream,
  endFarm,
  openFarmLike,
  type PositionChange,
  stake,
  stakedBy,
  stakeLocked,
  withdraw,
} from './scenario/farming.js';
export { distrustBridge, trustBridge } from './scenario/incidents.js';
export { type SoldSide, swap } from './scenario/market.js';
export {
  creditState,
  type CreditState,
  move,
  moveIntoEscrow,
  type MoveRequest,
  retryEscrow,
  returnEscrow,
  type SentMove,
  waitForArrival,
  waitForStatus,
  withdrawEscrow,
} from './scenario/moves.js';
export {
  connectNetwork,
  contractsOf,
  type Done,
  type FarmRef,
  hubContractsOf,
  type Network,
  networkOf,
  reorg,
  spokeContractsOf,
  stakeTokenOf,
} from './scenario/network.js';
export {
  execute,
  pass,
  passSchedule,
  type PassedProposal,
  type Proposal,
  proposalState,
  type ProposalState,
  queue,
  type ScheduleChange,
  vote,
  waitForProposal,
} from './scenario/proposals.js';
export { runEpochByScript, type ScriptedEpoch } from './scenario/run-epoch-by-script.js';
export { type OmnichainSupply, supplyOf } from './scenario/supply.js';
export { releaseTransfer, sendTokens } from './scenario/transfers.js';
export {
  CHAIN_KEYS,
  type ChainKey,
  CHAINS,
  forEachChain,
  type PerChain,
  type SpokeKey,
} from './topology.js';
export { STAGES, type Stage } from './worker/faults.js';
