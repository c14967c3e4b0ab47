export { decodeControllerFact, decodeReceiverFact } from './decode-emission-event.js';
export { decodeFarmEvent } from './decode-farm-event.js';
export {
  accruedOf,
  accrueTo,
  earnedOf,
  type FarmState,
  type PositionState,
  settle,
  STREAM_BITS,
  unstreamedOf,
} from './domain/accumulator.js';
export { type ControllerState } from './domain/controller-params.js';
export {
  type EmissionFact,
  type EmissionSchedule,
  type EmissionTarget,
} from './domain/emission-event.js';
export { type OrderStatus } from './domain/epoch-orders.js';
export {
  applyFarmEvent,
  copyBook,
  emptyBook,
  type FarmBook,
  farmIn,
  positionIn,
  positionKey,
} from './domain/farm-book.js';
export { type FarmEvent } from './domain/farm-event.js';
export { type AsOf, type FarmView, type PositionView, type ViewKind } from './domain/views.js';
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
  type PostingCursor,
  type StoredPosition,
} from './storage/farm-state-store.js';
export {
  epochSubject,
  farmSubject,
  orderSubject,
  PARAMS_SUBJECT,
  userSubject,
} from './subjects.js';
