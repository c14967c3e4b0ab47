import { type Address } from '#kernel';
import type { LiabilityProof } from '#ledger';
import { AddressField, IdField } from '../http/request-fields.js';
import {
  ApiAddress,
  ApiAmount,
  ApiBlock,
  ApiInt,
  ApiList,
  ApiObject,
  ApiText,
  ApiWord,
} from '../http/response-fields.js';

export class ProofParams {
  @AddressField({ description: 'Whose claims.' })
  readonly user!: Address;

  @IdField({ description: 'Epoch at whose end.' })
  readonly epoch!: number;
}

export class ChainHeadDto {
  @ApiInt()
  readonly chainId!: number;

  @ApiBlock({ description: 'Last block of the chain before the epoch ended.' })
  readonly block!: number;

  @ApiWord()
  readonly blockHash!: string;

  @ApiInt({ description: 'Journals up to that block.' })
  readonly seq!: number;

  @ApiWord({ description: 'Hash of the last of them.' })
  readonly head!: string;
}

export class LiabilityTotalsDto {
  @ApiInt()
  readonly chainId!: number;

  @ApiAddress()
  readonly asset!: string;

  @ApiInt({ description: 'Users that are owed something.' })
  readonly leafCount!: number;

  @ApiWord({ description: 'Root of the tree over them.' })
  readonly root!: string;

  @ApiAmount({ description: 'What they are owed together.' })
  readonly owed!: string;

  @ApiAmount({ description: 'Part of it that left and did not arrive elsewhere.' })
  readonly inFlight!: string;

  @ApiAmount({ description: 'What the books of the contracts hold besides.' })
  readonly other!: string;

  @ApiAmount({ nullable: true, description: 'Tokens of the contracts; null when not known.' })
  readonly held!: string | null;
}

export class EpochStatementDto {
  @ApiInt()
  readonly epoch!: number;

  @ApiList(ChainHeadDto)
  readonly heads!: readonly ChainHeadDto[];

  @ApiList(LiabilityTotalsDto)
  readonly totals!: readonly LiabilityTotalsDto[];
}

export class PathStepDto {
  @ApiWord()
  readonly hash!: string;

  @ApiAmount()
  readonly sum!: string;
}

export class LiabilityClaimDto {
  @ApiInt()
  readonly chainId!: number;

  @ApiAddress()
  readonly asset!: string;

  @ApiAmount()
  readonly staked!: string;

  @ApiAmount({ description: 'Accrued and not claimed.' })
  readonly reward!: string;

  @ApiAmount()
  readonly escrow!: string;

  @ApiAmount()
  readonly inFlight!: string;

  @ApiInt({ description: 'Place of the leaf, from 0.' })
  readonly index!: number;

  @ApiList(PathStepDto, { description: 'Siblings from the leaf to the root.' })
  readonly path!: readonly PathStepDto[];
}

/** What `headwater ledger verify --proof` reads, word for word. */
export class ProofDto {
  @ApiText()
  readonly format!: string;

  @ApiAddress()
  readonly user!: string;

  @ApiWord({ description: 'Root of the epoch, which the evidence of a later decision names.' })
  readonly root!: string;

  @ApiObject(EpochStatementDto)
  readonly statement!: EpochStatementDto;

  @ApiList(LiabilityClaimDto)
  readonly claims!: readonly LiabilityClaimDto[];
}

export function proofDto(proof: LiabilityProof): ProofDto {
  const { format, user, root, statement, claims } = proof;
  const { epoch, heads, totals } = statement;
  return {
    format,
    user,
    root,
    statement: {
      epoch,
      heads: [...heads],
      totals: totals.map((total) => ({
        ...total,
        owed: total.owed.toString(),
        inFlight: total.inFlight.toString(),
        other: total.other.toString(),
        held: total.held?.toString() ?? null,
      })),
    },
    claims: claims.map((claim) => ({
      ...claim,
      staked: claim.staked.toString(),
      reward: claim.reward.toString(),
      escrow: claim.escrow.toString(),
      inFlight: claim.inFlight.toString(),
      path: claim.path.map(({ hash, sum }) => ({ hash, sum: sum.toString() })),
    })),
  };
}
