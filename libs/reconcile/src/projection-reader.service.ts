import { Injectable } from '@nestjs/common';
import { type JourneyView, JourneyService } from '#bridging';
import { EmissionsReader, type EpochView } from '#farms';
import { ProposalService, type ProposalView } from '#governance';
import { LogStore } from '#indexer';
import { type ChainId, RetryableError } from '#kernel';

/** Newest epochs, journeys and proposals that are compared. */
const ROWS_MAX = 200;
/** Reads under which some chain moved on are thrown away this often at most. */
const ATTEMPTS_MAX = 10;

/** What is shown of epochs, journeys and proposals, and the final block of each chain it is shown as of. */
export interface Projections {
  /** -1 or absent while no block of the chain is final. */
  readonly finalBlocks: ReadonlyMap<ChainId, number>;
  readonly epochs: readonly EpochView[];
  readonly journeys: readonly JourneyView[];
  readonly proposals: readonly ProposalView[];
}

/** Reads the views that are folded from logs, all as of one set of final blocks. */
@Injectable()
export class ProjectionReader {
  constructor(
    private readonly logs: LogStore,
    private readonly emissions: EmissionsReader,
    private readonly journeys: JourneyService,
    private readonly proposals: ProposalService,
  ) {}

  /** @throws {RetryableError} when some chain moved on under every attempt. */
  async read(): Promise<Projections> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const finalBlocks = await this.finalBlocks();
      const epochs = await this.emissions.epochs({ limit: ROWS_MAX });
      const journeys = await this.journeys.list({ limit: ROWS_MAX });
      const proposals = await this.readProposals();
      const after = await this.finalBlocks();
      const isSame = [...after].every(([chainId, block]) => finalBlocks.get(chainId) === block);
      if (isSame) return { finalBlocks, epochs, journeys, proposals };
    }
    throw new RetryableError('chains move faster than epochs, journeys and proposals can be read');
  }

  /** None while the hub does not answer: then it cannot be compared with them either. */
  private async readProposals(): Promise<readonly ProposalView[]> {
    try {
      return await this.proposals.list({ limit: ROWS_MAX });
    } catch (error) {
      if (error instanceof RetryableError) return [];
      throw error;
    }
  }

  private async finalBlocks(): Promise<ReadonlyMap<ChainId, number>> {
    const cursors = await this.logs.cursors();
    return new Map(cursors.map(({ chainId, finalizedBlock }) => [chainId, finalizedBlock]));
  }
}
