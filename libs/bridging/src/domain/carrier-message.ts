/** The part of a packet's state a journey depends on. */
export interface CarrierMessage {
  /** Whether its tokens are on the destination. */
  readonly hasArrived: boolean;
  readonly cause: string | null;
  readonly nextStep: string | null;
  readonly isFinal: boolean;
}
