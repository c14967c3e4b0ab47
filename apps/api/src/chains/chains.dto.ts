import type { ChainDeployment, Deployment } from '#config';
import { AsOfDto } from '../freshness/as-of.dto.js';
import { RewardTokenDto } from '../deployment/reward-token.dto.js';
import {
  ApiAddress,
  ApiFlag,
  ApiInt,
  ApiList,
  ApiObject,
  ApiText,
  ApiTime,
} from '../http/response-fields.js';

export class ChainContractsDto {
  @ApiAddress({ description: 'LayerZero endpoint.' })
  readonly endpoint!: string;

  @ApiAddress({ description: 'The reward token, which is an OFT.' })
  readonly rewardToken!: string;

  @ApiAddress()
  readonly farms!: string;

  @ApiAddress()
  readonly receiver!: string;

  @ApiAddress()
  readonly bridge!: string;

  @ApiAddress({ nullable: true, description: 'Only on the hub.' })
  readonly controller!: string | null;

  @ApiAddress({ nullable: true, description: 'Only on the hub.' })
  readonly governor!: string | null;

  @ApiAddress({
    nullable: true,
    description: 'Owns what governance may change on this chain; null when it is not known.',
  })
  readonly timelock!: string | null;

  @ApiAddress({ nullable: true, description: 'Only on the hub.' })
  readonly commandSender!: string | null;

  @ApiAddress({ nullable: true, description: 'Only on spokes.' })
  readonly commandReceiver!: string | null;
}

export class ChainDto {
  @ApiText({ description: 'Short word for the chain.' })
  readonly chainKey!: string;

  @ApiText()
  readonly name!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiText({ description: 'CAIP-2 id.' })
  readonly caip2!: string;

  @ApiInt({ description: 'LayerZero endpoint id.' })
  readonly eid!: number;

  @ApiFlag()
  readonly isHub!: boolean;

  @ApiInt()
  readonly blockTimeMs!: number;

  @ApiText({ description: '`tag` or the depth below the head, such as `depth 12`.' })
  readonly finality!: string;

  @ApiObject(ChainContractsDto)
  readonly contracts!: ChainContractsDto;

  @ApiObject(AsOfDto)
  readonly asOf!: AsOfDto;
}

export class ChainsDto {
  @ApiText({ description: 'Name of the deployment.' })
  readonly deployment!: string;

  @ApiObject(RewardTokenDto)
  readonly rewardToken!: RewardTokenDto;

  @ApiTime({ description: 'First second of epoch 1.' })
  readonly epochGenesis!: number;

  @ApiInt()
  readonly epochDurationSeconds!: number;

  @ApiList(ChainDto)
  readonly items!: readonly ChainDto[];
}

export function chainDto(options: {
  readonly chain: ChainDeployment;
  readonly deployment: Deployment;
  readonly asOf: AsOfDto;
}): ChainDto {
  const { chain, deployment, asOf } = options;
  const { contracts, finality } = chain;
  return {
    chainKey: chain.key,
    name: chain.name,
    chainId: chain.chainId,
    caip2: `eip155:${chain.chainId}`,
    eid: chain.eid,
    isHub: chain.key === deployment.hub,
    blockTimeMs: chain.blockTimeMs,
    finality: finality.mode === 'tag' ? 'tag' : `depth ${finality.depth}`,
    contracts: {
      endpoint: contracts.endpoint,
      rewardToken: contracts.rewardToken,
      farms: contracts.farms,
      receiver: contracts.receiver,
      bridge: contracts.bridge,
      controller: contracts.controller ?? null,
      governor: contracts.governor ?? null,
      timelock: contracts.timelock ?? null,
      commandSender: contracts.commandSender ?? null,
      commandReceiver: contracts.commandReceiver ?? null,
    },
    asOf,
  };
}
