export { aDeployment, aDeploymentFile, type DeploymentJson } from './deployment-builder.js';
