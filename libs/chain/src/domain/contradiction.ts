/** In which way an endpoint was proved wrong. */
export type ContradictionKind =
  | 'other-chain'
  | 'other-final-block'
  | 'wrong-header'
  | 'wrong-receipts'
  | 'wrong-logs'
  | 'missing-log';

/** What an endpoint answered, and what proves that it is wrong. */
export interface Contradiction {
  /** Names the endpoint without its address. */
  readonly nodeKey: string;
  readonly kind: ContradictionKind;
  readonly blockNumber: number;
  /** Both plain data that can be written as JSON. */
  readonly answered: unknown;
  readonly proved: unknown;
}
