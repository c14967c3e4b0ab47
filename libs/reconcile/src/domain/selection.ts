export const SELECTION_MODES = ['full', 'sampled'] as const;

/** Which positions of a chain a run compares: all, or those that changed and some drawn ones. */
export type SelectionMode = (typeof SELECTION_MODES)[number];

/** How the positions of one run were chosen; a run can be repeated with its seed. */
export interface Selection {
  readonly mode: SelectionMode;
  /** Positions there are. */
  readonly total: number;
  /** Those with events since the last good run, on hold, or not agreeing with the ledger. */
  readonly changed: number;
  /** Those drawn at random besides. */
  readonly drawn: number;
}

/** Up to `fullMax` positions of a chain all are compared; beyond, `sampleSize` are drawn. */
export interface SelectionLimits {
  readonly fullMax: number;
  readonly sampleSize: number;
}

export function modeOf(total: number, { fullMax }: SelectionLimits): SelectionMode {
  return total <= fullMax ? 'full' : 'sampled';
}
