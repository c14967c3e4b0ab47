import {
  RECONCILE_OUTCOMES,
  type ReconcileOutcome,
  SELECTION_MODES,
  type SelectionMode,
} from '#reconcile';
import {
  ApiAddress,
  ApiAmount,
  ApiBlock,
  ApiChoice,
  ApiFlag,
  ApiInt,
  ApiList,
  ApiObject,
  ApiText,
  ApiTexts,
  ApiTime,
  ApiWord,
} from '../http/response-fields.js';
import { TrialBalanceLineDto, VerificationDto } from '../ledger/ledger.dto.js';

export class DifferenceDto {
  @ApiText({ description: 'What was compared, such as `reward` or `farm-state`.' })
  readonly what!: string;

  @ApiText({ nullable: true, description: 'Column of a state; null for sums.' })
  readonly field!: string | null;

  @ApiText()
  readonly chainKey!: string;

  @ApiBlock()
  readonly block!: number;

  @ApiInt({ nullable: true })
  readonly farmId!: number | null;

  @ApiAddress({ nullable: true })
  readonly user!: string | null;

  @ApiText({ nullable: true, description: 'Epoch or journey, for a person; null for others.' })
  readonly subject!: string | null;

  @ApiText({ description: 'The user, farm and ledger account it is about, for a person.' })
  readonly account!: string;

  @ApiAmount({ description: 'What our rows say.' })
  readonly ledger!: string;

  @ApiAmount({ description: 'What the chain says.' })
  readonly chain!: string;

  @ApiInt({ nullable: true })
  readonly accountId!: number | null;

  @ApiInt({ nullable: true, description: 'The journal to look at first.' })
  readonly journalId!: number | null;

  @ApiText({
    nullable: true,
    description: 'The first journal or log at which rows and chain part, or between which blocks.',
  })
  readonly where!: string | null;
}

export class ChainSupplyDto {
  @ApiBlock()
  readonly block!: number;

  @ApiAmount({ description: 'Wei of reward tokens on the chain.' })
  readonly totalSupply!: string;

  @ApiAmount({ description: 'Wei that left over the bridge since the beginning.' })
  readonly sent!: string;

  @ApiAmount({ description: 'Wei that came over the bridge since the beginning.' })
  readonly received!: string;

  @ApiAmount({ description: 'Wei minted here and not over the bridge.' })
  readonly minted!: string;
}

export class ReconciledChainDto {
  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiBlock({ nullable: true, description: 'Block the chain was read at; null when it was not.' })
  readonly block!: number | null;

  @ApiWord({ nullable: true })
  readonly blockHash!: string | null;

  @ApiBlock({ nullable: true, description: 'Block our rows are of.' })
  readonly postedBlock!: number | null;

  @ApiInt({ description: 'Positions compared, of all or of a sample.' })
  readonly comparedPairs!: number;

  @ApiInt({ description: 'Farms and positions whose state was compared.' })
  readonly comparedStates!: number;

  @ApiInt({
    description:
      'Final orders, decisions, journeys and proposals compared, of the newest 200 of each kind.',
  })
  readonly comparedProjections!: number;

  @ApiAmount({
    nullable: true,
    description: 'Sum of the differences of rewards, without sign; null when none were compared.',
  })
  readonly driftWei!: string | null;

  @ApiList(DifferenceDto)
  readonly differences!: readonly DifferenceDto[];

  @ApiObject(ChainSupplyDto, { nullable: true })
  readonly supply!: ChainSupplyDto | null;

  @ApiText({
    nullable: true,
    description:
      'Why the chain was not compared, or not in full, and what to do; null when it was.',
  })
  readonly notCompared!: string | null;
}

export class SupplyDto {
  @ApiFlag()
  readonly ok!: boolean;

  @ApiAmount({ description: 'Wei the hub minted at the beginning.' })
  readonly initial!: string;

  @ApiAmount({ description: 'Wei on all chains, each at its posted block.' })
  readonly total!: string;

  @ApiAmount({ description: 'Wei sent and not received.' })
  readonly inFlight!: string;

  @ApiAmount({ description: 'total + inFlight - initial.' })
  readonly difference!: string;
}

export class ReconciliationDto {
  @ApiInt()
  readonly id!: number;

  @ApiFlag({ description: 'Whether every chain was compared and nothing at all differs.' })
  readonly ok!: boolean;

  @ApiChoice(RECONCILE_OUTCOMES, {
    description:
      '`ok` is `equal`. `not-compared`: nothing differs, but some chain was not compared in full.',
  })
  readonly outcome!: ReconcileOutcome;

  @ApiChoice(SELECTION_MODES, {
    description: '`sampled` when some chain has too many positions to compare all of them.',
  })
  readonly mode!: SelectionMode;

  @ApiText({ nullable: true, description: 'What the positions of a sampled run were drawn with.' })
  readonly seed!: string | null;

  @ApiTime({ description: 'When the run ended.' })
  readonly finishedAt!: number;

  @ApiInt({ description: 'Positions compared; 0 as long as nobody staked.' })
  readonly comparedPairs!: number;

  @ApiInt({ description: 'Orders, decisions, journeys and proposals compared.' })
  readonly comparedProjections!: number;

  @ApiAmount({ nullable: true, description: 'Null when no chain has rewards to compare yet.' })
  readonly driftWei!: string | null;

  @ApiTexts({
    description: 'What is wrong or was not compared, besides the differences of single rows.',
  })
  readonly problems!: readonly string[];

  @ApiList(ReconciledChainDto)
  readonly chains!: readonly ReconciledChainDto[];

  @ApiObject(SupplyDto, { nullable: true, description: 'null until the hub is posted.' })
  readonly supply!: SupplyDto | null;

  @ApiList(TrialBalanceLineDto)
  readonly trialBalance!: readonly TrialBalanceLineDto[];

  @ApiFlag({ description: 'Whether the hash chain over all journals is intact.' })
  readonly ledgerVerified!: boolean;

  @ApiObject(VerificationDto)
  readonly verification!: VerificationDto;
}
