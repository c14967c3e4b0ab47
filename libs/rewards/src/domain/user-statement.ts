import { type Address, assert, type ChainId, sumOf } from '#kernel';
import { type AccountKind, type KindSum, type MovementRow } from '#ledger';

/** The blocks of one chain that a statement is about. */
export interface StatedChain {
  readonly chainId: ChainId;
  readonly chainKey: string;
  /** Balances open at its end; null when they open with the first journal. */
  readonly openingBlock: number | null;
  /** Balances close at its end; null when nothing of the chain is posted. */
  readonly closingBlock: number | null;
}

/** Accounts of one kind on one chain in one token, in its smallest unit. */
export interface StatedAccount {
  readonly chainKey: string;
  readonly chainId: ChainId;
  readonly asset: Address;
  readonly kind: AccountKind;
  readonly opening: bigint;
  /** What entered and what left, both positive. */
  readonly credits: bigint;
  readonly debits: bigint;
  /** `opening + credits - debits`, recounted on its own. */
  readonly closing: bigint;
}

/** One posting, with where it came from. */
export interface StatedLine extends MovementRow {
  readonly chainKey: string;
  readonly chainId: ChainId;
  /** Of its kind of account after it. */
  readonly balance: bigint;
}

/** What moved on all accounts of a user in a period, on all chains. */
export interface UserStatement {
  readonly user: Address;
  readonly chains: readonly StatedChain[];
  readonly accounts: readonly StatedAccount[];
  readonly lines: readonly StatedLine[];
}

/** What the ledger says of one chain. */
export interface ChainMovements {
  readonly chain: StatedChain;
  readonly opening: readonly KindSum[];
  readonly closing: readonly KindSum[];
  readonly movements: readonly MovementRow[];
}

/**
 * Adds every account up.
 *
 * @throws {InvariantViolation} when opening and movements do not give the closing of an account.
 */
export function stateChain(ledger: ChainMovements): Pick<UserStatement, 'accounts' | 'lines'> {
  const { chain, opening, closing, movements } = ledger;
  const { chainKey, chainId } = chain;
  const lines: StatedLine[] = [];
  // Every account that ever held anything is among the closing ones.
  const accounts = closing.map(({ asset, kind, balance }) => {
    const isOwn = (row: { readonly asset: Address; readonly kind: AccountKind }) =>
      row.asset === asset && row.kind === kind;
    const before = opening.find(isOwn)?.balance ?? 0n;
    let after = before;
    for (const movement of movements.filter(isOwn)) {
      after += movement.amount;
      lines.push({ ...movement, chainKey, chainId, balance: after });
    }
    assert(after === balance, `${kind} of ${asset} on ${chainKey} does not add up`);
    const amounts = movements.filter(isOwn).map(({ amount }) => amount);
    const credits = sumOf(amounts.filter((amount) => amount > 0n));
    const debits = -sumOf(amounts.filter((amount) => amount < 0n));
    return { chainKey, chainId, asset, kind, opening: before, credits, debits, closing: balance };
  });
  assert(lines.length === movements.length, `a movement on ${chainKey} is on no account`);
  return { accounts, lines };
}

const COLUMNS = [
  'record',
  'chain',
  'chain_id',
  'asset',
  'account_kind',
  'account_owner',
  'amount',
  'balance',
  'time',
  'block',
  'tx_hash',
  'log_index',
  'journal_id',
  'journal_kind',
  'business_key',
  'leg',
] as const;
type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], string | number | null>>>;

/**
 * The statement as CSV (RFC 4180): for each account an `opening` and a `closing` record around its
 * `movement` records. A text that a spreadsheet would take for a formula gets a `'` in front; amounts
 * are plain numbers of the smallest unit, times UTC.
 */
export function statementCsv({ user, chains, accounts, lines }: UserStatement): string {
  const rows = accounts.flatMap((account): readonly Row[] => {
    const { chainKey, chainId, asset, kind, opening, closing } = account;
    const place = { chain: chainKey, chain_id: chainId, asset, account_kind: kind };
    const chain = chains.find((each) => each.chainId === chainId);
    const own = lines.filter(
      (line) => line.chainId === chainId && line.asset === asset && line.kind === kind,
    );
    const ends = { ...place, account_owner: user };
    const [opened, closed] = [chain?.openingBlock ?? null, chain?.closingBlock ?? null];
    return [
      { record: 'opening', ...ends, balance: opening.toString(), block: opened },
      ...own.map((line) => ({ record: 'movement', ...place, ...movementFields(line) })),
      { record: 'closing', ...ends, balance: closing.toString(), block: closed },
    ];
  });
  const text = rows.map((row) => COLUMNS.map((name) => cell(row[name] ?? null)).join(','));
  return `${[COLUMNS.join(','), ...text].join('\r\n')}\r\n`;
}

function movementFields(line: StatedLine): Row {
  return {
    account_owner: line.owner,
    amount: line.amount.toString(),
    balance: line.balance.toString(),
    time: new Date(line.occurredAt * 1_000).toISOString(),
    block: line.block,
    tx_hash: line.txHash,
    log_index: line.logIndex,
    journal_id: line.journalId,
    journal_kind: line.journalKind,
    business_key: line.businessKey,
    leg: line.leg,
  };
}

const PLAIN_NUMBER = /^-?[0-9]+$/;

/** One CSV cell; empty for what is not known. */
export function cell(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  const isFormula = /^[=+\-@\t\r]/.test(text) && !PLAIN_NUMBER.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
