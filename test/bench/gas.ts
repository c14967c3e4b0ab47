/**
 * Gas of what a liquidity provider and an operator pay for, read from receipts: Headwater beside
 * every peer that npm serves, live in the same run, on one chain, token, hardfork and clock; and
 * beside frozen figures of the peers that npm does not carry.
 *
 * Sets a failing exit code when a row is above `RATIO_MAX` of the best peer, frozen or live. The
 * frozen figures are those with a cheaper token than ours, so the goal is a little harder than it
 * would be like for like; `ratioSameToken` tells that, too.
 */
import { startAnvil } from '#chain/testing';
import { assert, defined } from '#kernel';
import { ANVIL_ARGS, GasChain } from './gas-chain.js';
import { runFarms, runFourStreams } from './gas-farms.js';
import { FROZEN, FROZEN_HARDFORK, type FrozenPeer } from './gas-frozen.js';
import { runMoves, runOrders } from './gas-messages.js';
import { LIVE } from './gas-peers.js';
import { expectedPaid, type Gas, type Result, type Row, ROWS } from './gas-scenario.js';

const RATIO_MAX = 0.9;
/** The peers count rewards in 1e-12 or 1e-18 of a token unit; a chef loses up to 1e8 wei a call. */
const PAID_TOLERANCE = 10n ** 9n;

type Print = (line: object) => void;

interface Peer extends FrozenPeer {
  readonly isLive: boolean;
}

/** A ratio means something only between contracts that paid the same. */
function checkPaid(name: string, { paid }: Result): void {
  const difference = paid - expectedPaid();
  const distance = difference < 0n ? -difference : difference;
  assert(distance <= PAID_TOLERANCE, `${name} paid ${paid}, expected ${expectedPaid()}`);
}

async function livePeers(chain: GasChain): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const { peer, source, run } of LIVE) {
    const result = await run(chain);
    checkPaid(peer, result);
    peers.push({ peer, source, isLive: true, gas: result.gas, sameToken: result.gas });
  }
  return peers;
}

interface Best {
  readonly peer: string;
  readonly gas: number;
}

/** The peer with the least gas. */
function bestOf(row: Row, figures: readonly { readonly peer: string; readonly gas: Gas }[]): Best {
  const [best] = figures
    .map(({ peer, gas }) => ({ peer, gas: Number(gas[row]) }))
    .toSorted((a, b) => a.gas - b.gas);
  return defined(best, `a peer for ${row}`);
}

/** Prints a row; returns whether it is within the goal. */
function printRow(options: {
  readonly print: Print;
  readonly row: Row;
  readonly ours: Gas;
  readonly peers: readonly Peer[];
}): boolean {
  const { print, row, ours, peers } = options;
  const gas = Number(ours[row]);
  const best = bestOf(row, peers);
  const sameToken = bestOf(
    row,
    peers.map(({ peer, sameToken: figures }) => ({ peer, gas: figures })),
  );
  const ratio = gas / best.gas;
  const isWithinGoal = ratio <= RATIO_MAX;
  print({
    bench: 'gas',
    row,
    headwater: gas,
    best: best.peer,
    bestGas: best.gas,
    ratio: Number(ratio.toFixed(3)),
    ratioSameToken: Number((gas / sameToken.gas).toFixed(3)),
    isWithinGoal,
    peers: Object.fromEntries(
      peers.map(({ peer, isLive, gas: figures }) => [
        `${peer} (${isLive ? 'live' : 'frozen'})`,
        Number(figures[row]),
      ]),
    ),
  });
  return isWithinGoal;
}

function printAll(print: Print, bench: string, gas: object): void {
  for (const [row, value] of Object.entries(gas)) {
    print({ bench, row, headwater: Number(value) });
  }
}

/** Prints one JSON line a row. */
export async function benchGas(print: Print): Promise<void> {
  const extraArgs = ['--hardfork', FROZEN_HARDFORK, ...ANVIL_ARGS];
  const anvil = await startAnvil({ extraArgs });
  try {
    const chain = new GasChain(anvil.url);
    const peers = [
      ...(await livePeers(chain)),
      ...FROZEN.map((frozen) => ({ ...frozen, isLive: false })),
    ];
    const ours = await runFarms(chain);
    checkPaid('Headwater', ours);
    print({
      bench: 'gas-setup',
      hardfork: FROZEN_HARDFORK,
      peers: peers.map(({ peer, source, isLive }) => ({ peer, source, isLive })),
    });
    const missed = ROWS.filter((row) => !printRow({ print, row, ours: ours.gas, peers }));
    printAll(print, 'gas-adjustment', {
      'change 10 rates, with funding': ours.changeTenFunded,
      'change 10 rates, streaming again what idled': ours.changeTenIdle,
    });
    printAll(print, 'gas-four-streams', await runFourStreams(chain));
    for (const line of await runOrders(chain)) print({ bench: 'gas-order', ...line });
    printAll(print, 'gas-move', await runMoves(chain));
    print({ bench: 'gas-verdict', ratioMax: RATIO_MAX, missed });
    if (missed.length > 0) process.exitCode = 1;
  } finally {
    await anvil.stop();
  }
}
