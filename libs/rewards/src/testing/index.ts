export { EmissionChain, type StakeFarm } from './emission-chain.js';
export { playSeason } from './season.js';
export { aConfig, createPoster, createRewards, startServices } from './service-rig.js';
