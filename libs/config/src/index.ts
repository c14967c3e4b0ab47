export { AppConfig, type LogLevel } from './app-config.js';
export { ConfigError } from './config-error.js';
export { ConfigModule } from './config.module.js';
export {
  type ChainContracts,
  type ChainDeployment,
  type Deployment,
  type EmissionPolicy,
  type FarmDeployment,
  type FinalityRule,
  type LogVerification,
} from './deployment.js';
export { type Environment } from './environment.js';
export { armedFailpoint, type Failpoint } from './failpoint.js';
export { loadClientConfig, loadConfig, loadOperatorConfig } from './load-config.js';
export { parseDeployment } from './parse-deployment.js';
export { startFailure } from './start-failure.js';
