export { Anvil, ANVIL_KEYS, type AnvilOptions, emitCall, startAnvil } from './anvil.js';
export { aChainDeployment, anAppConfig } from './deployment.js';
export { type Fault, type ProxiedCall, RpcProxy } from './rpc-proxy.js';
export { answerBytes, answerWord, putAnsweringContract } from './answering-contract.js';
