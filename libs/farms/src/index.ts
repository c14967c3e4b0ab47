export { decodeControllerFact, decodeReceiverFact } from './decode-emission-event.js';
export { decodeFarmEvent } from './decode-farm-event.js';
export {
  accruedOf,
  accrueTo,
  earnedOf,
  EMISSION,
  type FarmState,
  type FarmStatus,
  pendingXOf,
  type PositionState,
  type Stake,
} from './domain/accumulator.js';
export { applyFarmEvent } from './domain/apply-farm-event.js';
export { type ControllerState } from './domain/controller-params.js';
export {
  type EmissionFact,
  type EmissionSchedule,
  type EmissionTarget,
} from './domain/emission-event.js';
export { type OrderStatus } from './domain/epoch-orders.js';
export {
  copyBook,
  emptyBook,
  type FarmBook,
  farmIn,
  type FarmsWiring,
  positionIn,
  type PositionKey,
  positionKey,
  stakeIn,
  type TokenBook,
  tokenIn,
} from './domain/farm-book.js';
export { type FarmEvent } from './domain/farm-event.js';
export { DUST_BITS, type StreamState, unstreamedOf } from './domain/stream.js';
export {
  type AsOf,
  type FarmView,
  type PositionView,
  type StreamView,
  type ViewKind,
} from './domain/views.js';
export { readEmissionFact } from './emission-log.js';
export {
  type ControllerParams,
  EmissionsReader,
  type EpochView,
  type OrderView,
} from './emissions-reader.js';
export { bookOf, FarmBookReader, farmEventsOf } from './farm-book-reader.js';
export { FarmsModule } from './farms.module.js';
export { FarmsProjector } from './farms.projector.js';
export { FarmsService } from './farms.service.js';
export { NumberedEvents } from './numbered-events.js';
export {
  FarmStateStore,
  type PositionTotals,
  type PostingCursor,
  type StoredPosition,
} from './storage/farm-state-store.js';
export { epochSubject, orderSubject, PARAMS_SUBJECT } from './subjects.js';
