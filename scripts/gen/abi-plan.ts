/** What `gen` writes: for each file of `libs/abi/src/generated` where its entries come from. */

/** A contract compiled by Foundry, all of its functions, events and errors. */
export interface CompiledPlan {
  readonly exportName: string;
  readonly title: string;
  readonly contract: string;
}

/** Named entries of an artifact of a package. */
export interface ExcerptPlan {
  readonly exportName: string;
  readonly title: string;
  readonly artifact: string;
  /** Names, or signatures where a name is overloaded. */
  readonly entries: readonly string[];
}

const LAYERZERO = '@layerzerolabs/lz-evm-sdk-v2/artifacts/contracts';

export const COMPILED: readonly CompiledPlan[] = [
  { exportName: 'farmsAbi', title: 'Farms of one chain.', contract: 'Farms' },
  {
    exportName: 'emissionControllerAbi',
    title: 'Emission controller of the hub.',
    contract: 'EmissionController',
  },
  {
    exportName: 'emissionReceiverAbi',
    title: 'Receiver of emission orders, one a chain.',
    contract: 'EmissionReceiver',
  },
  {
    exportName: 'positionBridgeAbi',
    title: 'Position bridge, one a chain.',
    contract: 'PositionBridge',
  },
  {
    exportName: 'commandSenderAbi',
    title: 'Sender of commands to the spokes, on the hub.',
    contract: 'CommandSender',
  },
  {
    exportName: 'commandReceiverAbi',
    title: 'Receiver of commands, one a spoke.',
    contract: 'CommandReceiver',
  },
  {
    exportName: 'rewardTokenAbi',
    title: 'Reward token: OFT, ERC-20 and votes.',
    contract: 'HeadwaterVotesToken',
  },
  { exportName: 'governorAbi', title: 'Governor of the hub.', contract: 'HeadwaterGovernor' },
  {
    exportName: 'timelockAbi',
    title: 'Timelock that owns what governance may change, one a chain.',
    contract: 'HeadwaterTimelock',
  },
];

export const EXCERPTS: readonly ExcerptPlan[] = [
  {
    exportName: 'endpointAbi',
    title: 'LayerZero endpoint: the entries Headwater reads or calls.',
    artifact: `${LAYERZERO}/EndpointV2.sol/EndpointV2.json`,
    entries: [
      'ComposeDelivered',
      'ComposeSent',
      'InboundNonceSkipped',
      'LzComposeAlert',
      'LzReceiveAlert',
      'PacketBurnt',
      'PacketDelivered',
      'PacketNilified',
      'PacketSent',
      'PacketVerified',
      'composeQueue',
      'delegates',
      'eid',
      'getReceiveLibrary',
      'getSendLibrary',
      'inboundNonce',
      'inboundPayloadHash',
      'lazyInboundNonce',
      'lzCompose',
      'lzComposeAlert',
      'lzReceive',
      'lzReceiveAlert',
      'outboundNonce',
      'quote',
    ],
  },
  {
    exportName: 'receiveUlnAbi',
    title: 'LayerZero receive library: verification of incoming packets.',
    artifact: `${LAYERZERO}/uln/uln302/ReceiveUln302.sol/ReceiveUln302.json`,
    entries: ['PayloadVerified', 'commitVerification', 'getUlnConfig', 'hashLookup', 'verify'],
  },
  {
    exportName: 'endpointViewAbi',
    title: 'LayerZero endpoint view: whether a packet can be executed.',
    artifact: `${LAYERZERO}/EndpointV2View.sol/EndpointV2View.json`,
    entries: ['executable', 'initializable'],
  },
  {
    exportName: 'receiveUlnViewAbi',
    title: 'LayerZero receive library view: whether a packet can be committed.',
    artifact: `${LAYERZERO}/uln/uln302/ReceiveUln302View.sol/ReceiveUln302View.json`,
    entries: ['verifiable(bytes,bytes32)'],
  },
];

/** Artifacts whose custom errors can reach our users; the compiled contracts' errors come on top. */
export const ERROR_ARTIFACTS: readonly string[] = [
  `${LAYERZERO}/EndpointV2.sol/EndpointV2.json`,
  `${LAYERZERO}/uln/uln302/ReceiveUln302.sol/ReceiveUln302.json`,
  `${LAYERZERO}/uln/uln302/SendUln302.sol/SendUln302.json`,
];
