export { createLog } from './create-log.js';
export { failpoint } from './failpoint.js';
export { Log, type LogFields } from './log.js';
export { NestLog } from './nest-log.js';
export { ObservabilityModule } from './observability.module.js';
