import { ApiBlock, ApiInt, ApiText, ApiTime } from '../http/response-fields.js';

export class AsOfDto {
  @ApiText({ description: 'Short word for the chain.' })
  readonly chainKey!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiBlock({ nullable: true, description: 'Newest block whose logs are in this answer.' })
  readonly asOfBlock!: number | null;

  @ApiTime({ nullable: true })
  readonly asOfTimestamp!: number | null;

  @ApiBlock({ nullable: true, description: 'Newest block that can no longer change.' })
  readonly finalizedBlock!: number | null;

  @ApiText({ nullable: true, description: 'Why the chain is no longer followed.' })
  readonly haltedReason!: string | null;

  @ApiTime({
    nullable: true,
    description: 'Since when nothing newer is believed; what is read of this chain is stale.',
  })
  readonly staleSince!: number | null;

  @ApiText({ nullable: true, description: 'Why nothing newer is believed.' })
  readonly staleReason!: string | null;
}
