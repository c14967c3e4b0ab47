export { BUDGET_SD, EPOCH_SECONDS, HUB_EID, HubChain, REMOTE_EID } from './hub-chain.js';
