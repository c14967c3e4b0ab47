import { ChainRegistry } from '#chain';
import { EmissionsReader, type EpochView } from '#farms';
import { LogStore } from '#indexer';
import { type Hex, RetryableError } from '#kernel';
import { type EpochStatement } from '#ledger';
import { Injectable } from '@nestjs/common';
import { ControllerReader } from './controller-reader.js';
import { DecisionStore, type StoredDecision } from './decision-store.js';
import { MalformedEvidence, parseEvidence } from './domain/parse-evidence.js';
import { evidenceHashOf } from './evidence-hash.js';

/** Decisions that are looked at; decades of weekly ones. */
const DECISIONS_MAX = 5_000;
/** The service decides an epoch once; later revisions are decided by people, with their own evidence. */
const OWN_REVISION = 1;

/** What the hub vouches for, by the hashes of evidence it keeps. */
export interface AnchorReading {
  /** What the evidence says of the books, oldest first. */
  readonly statements: readonly EpochStatement[];
  /** Final decisions whose evidence was looked for. */
  readonly decisions: number;
  /** Where the hashes came from: asked of the hub now, or only the index when it did not answer. */
  readonly source: 'hub' | 'index';
  /** Decision whose evidence cannot be trusted, and why. */
  readonly fault: { readonly epoch: number; readonly reason: string } | undefined;
}

/** Reads the commitments to the books that are kept on the hub, outside of the database. */
@Injectable()
export class LedgerAnchors {
  constructor(
    private readonly chains: ChainRegistry,
    private readonly controller: ControllerReader,
    private readonly emissions: EmissionsReader,
    private readonly store: DecisionStore,
    private readonly logs: LogStore,
  ) {}

  /** Never fails for evidence that was tampered with: that is what it looks for. */
  async read(): Promise<AnchorReading> {
    const views = (await this.emissions.epochs({ limit: DECISIONS_MAX }))
      .filter(({ isFinal }) => isFinal)
      .toSorted((a, b) => a.epoch - b.epoch);
    const rows = await this.store.ofEpochs(views.map(({ epoch }) => epoch));
    const onHub = await this.hashesOnHub(views);
    const source = onHub === undefined ? 'index' : 'hub';
    const statements = new Map<number, EpochStatement>();
    let isAnchored = false;
    for (const view of views) {
      const hash = onHub?.get(view.epoch) ?? view.evidenceHash;
      const found = hash === view.evidenceHash ? statementOf(view, rows) : REWRITTEN_INDEX;
      const isGap = found === NO_EVIDENCE && isAnchored && view.revision === OWN_REVISION;
      if (typeof found === 'string' && (found !== NO_EVIDENCE || isGap)) {
        const fault = { epoch: view.epoch, reason: `${found} of epoch ${view.epoch}` };
        return { statements: [...statements.values()], decisions: views.length, source, fault };
      }
      isAnchored ||= found !== NO_EVIDENCE;
      if (typeof found === 'object') statements.set(found.epoch, found);
    }
    return {
      statements: [...statements.values()],
      decisions: views.length,
      source,
      fault: undefined,
    };
  }

  private async hashesOnHub(
    views: readonly EpochView[],
  ): Promise<ReadonlyMap<number, Hex> | undefined> {
    const blockNumber = (await this.logs.cursor(this.chains.hub().chainId))?.finalizedBlock;
    if (blockNumber === undefined) return undefined;
    const epochs = views.map(({ epoch }) => epoch);
    try {
      const hashes = await this.controller.evidenceAt({ epochs, blockNumber });
      return new Map(epochs.map((epoch, index) => [epoch, hashes[index] ?? '0x']));
    } catch (error) {
      // The hub does not answer: what was indexed is the next best.
      if (error instanceof RetryableError) return undefined;
      throw error;
    }
  }
}

const NO_EVIDENCE = 'no evidence is kept';
const REWRITTEN_INDEX = 'the hub has another evidence hash than the index';

/** The statement, undefined when the evidence carries none, or what is wrong. */
function statementOf(
  view: EpochView,
  rows: readonly StoredDecision[],
): EpochStatement | undefined | string {
  const ofRevision = rows.filter(
    ({ epoch, revision }) => epoch === view.epoch && revision === view.revision,
  );
  if (ofRevision.length === 0) return NO_EVIDENCE;
  const own = ofRevision.find(({ evidence }) => evidenceHashOf(evidence) === view.evidenceHash);
  if (own === undefined) return 'the hub has another hash than the stored evidence';
  try {
    return parseEvidence(own.evidence).ledger?.statement;
  } catch (error) {
    if (error instanceof MalformedEvidence) return `cannot read (${error.message}) the evidence`;
    throw error;
  }
}
