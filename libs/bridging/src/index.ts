export { BridgingModule } from './bridging.module.js';
export { JOURNEY_STATES, type JourneyState, type JourneyView } from './domain/journey-view.js';
export { JourneyService } from './journey.service.js';
export { JourneysProjector } from './journeys.projector.js';
