import { ApiProperty } from '@nestjs/swagger';

/** Media type of every refusal (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export class FieldProblemDto {
  @ApiProperty({ type: 'string', example: 'user', description: 'Parameter or body field.' })
  readonly field!: string;

  @ApiProperty({ type: 'string', example: 'must be an address of 20 bytes' })
  readonly message!: string;
}

export class ProblemDto {
  @ApiProperty({ type: 'string', example: 'urn:headwater:problem:chain.unknown' })
  readonly type!: string;

  @ApiProperty({ type: 'string', description: 'Short name of the HTTP status.' })
  readonly title!: string;

  @ApiProperty({ type: 'integer', example: 404 })
  readonly status!: number;

  @ApiProperty({
    type: 'string',
    example: 'chain.unknown',
    description: 'Stable name of the refusal; clients may branch on it.',
  })
  readonly code!: string;

  @ApiProperty({ type: 'string', description: 'What happened, for a person.' })
  readonly detail!: string;

  @ApiProperty({ type: 'string', description: 'Path that was asked for, or the id of a fault.' })
  readonly instance!: string;

  @ApiProperty({ type: [FieldProblemDto], required: false })
  readonly errors?: readonly FieldProblemDto[];
}
